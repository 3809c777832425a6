//! A call that a member of staff places: the page names a number, the centre prepares the call and names the gateway.
//!
//! It is no call of a visitor: nothing of it is told by events, kept by heartbeats or dropped at the centre, and it is over
//! when SIP says so. One that nobody connects rings nowhere, so that a request whose answer got lost calls nobody.

use super::cause::EndCause;
use super::effect::{Ask, CallNo, Effect};
use super::input::Answer;
use super::running::{Phase, Running};
use super::step::Step;
use super::{Hindrance, Machine, Stage};
use crate::failure::{Failure, Next};
use core::fmt;
use frontdesk_contract::{CallState, CallStatus, ClientId, ErrorCode, PlaceCall};

/// The centre is asked so often for one call; again only where no answer came.
const TRIES: u32 = 6;
/// It must be known so soon what is possible, in milliseconds: later, nobody expects a call any more.
const LOOK_WITHIN_MS: u64 = 20_000;

/// Whom to call.
#[derive(Clone, PartialEq, Eq)]
pub struct Wish {
    /// The number, as the page has it.
    pub called: String,
    /// What goes along for whoever reads the centre's records.
    pub data: Option<String>,
}

impl fmt::Debug for Wish {
    /// Without number and data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wish").finish_non_exhaustive()
    }
}

/// Names one wish among those of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WishNo(pub u32);

/// Why a call was not placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPlaced {
    /// It was not begun.
    Hindered(Hindrance),
    /// It ended before the gateway was called.
    Ended(EndCause),
}

/// What is known of calls that are placed.
#[derive(Clone, Debug, Default)]
pub(super) struct Placing {
    /// Of the call that goes on, the last one, or the one that is to begin; `None`: that is a visitor's.
    wish: Option<Wish>,
    /// Who waits for what becomes of it.
    heard_by: Option<WishNo>,
    /// It is to begin as soon as it is known what is possible, until then.
    begins_by: Option<u64>,
}

impl Placing {
    pub(super) fn awaits_door(&self) -> bool {
        self.begins_by.is_some()
    }

    pub(super) fn forget(&mut self) {
        self.wish = None;
    }

    /// The request, under this id.
    pub(super) fn ask(&self, id: ClientId) -> Ask {
        let (called, data) = self.wish.clone().map(|wish| (wish.called, wish.data)).unwrap_or_default();
        Ask::Place(PlaceCall { id, called, data })
    }
}

impl Machine {
    /// `no`: who is to hear what becomes of it.
    pub(super) fn place(&mut self, step: &mut Step, no: WishNo, wish: Wish) {
        if self.call.is_some() || self.placing.awaits_door() {
            let running = NotPlaced::Hindered(Hindrance::Elsewhere);
            return step.push(Effect::Placed(no, Err(running)));
        }
        self.placing.heard_by = Some(no);
        self.wish_for(step, wish);
    }

    /// The last call, which was placed, once more.
    pub(super) fn redial(&mut self, step: &mut Step) {
        if let Some(wish) = self.placed().cloned().filter(|_| self.may_redial()) {
            self.wish_for(step, wish);
        }
    }

    /// The last call was placed, and can be placed once more.
    pub fn may_redial(&self) -> bool {
        self.call.is_none() && self.over.is_some() && self.placing.wish.is_some()
    }

    /// Whom the call that goes on calls, or the last one called; `None`: it is a visitor's.
    pub fn placed(&self) -> Option<&Wish> {
        self.placing.wish.as_ref()
    }

    fn wish_for(&mut self, step: &mut Step, wish: Wish) {
        self.over = None;
        self.placing.wish = Some(wish);
        self.placing.begins_by = Some(step.later(LOOK_WITHIN_MS));
        self.look_again();
        step.redraw();
    }

    /// Begins what is wished, as soon as it is known whether this page could call.
    pub(super) fn advance_placing(&mut self, step: &mut Step) -> Option<u64> {
        let until = self.placing.begins_by?;
        let hindrance = match self.door.stage_of_staff() {
            Stage::Looking if until > step.now.ms => return Some(until),
            Stage::Looking => Some(Hindrance::Unreachable),
            Stage::Ready => None,
            Stage::Impossible(hindrance) => Some(hindrance),
            _ => Some(Hindrance::NotOffered),
        };
        self.placing.begins_by = None;
        match hindrance {
            Some(hindrance) => {
                self.placing.forget();
                self.settle_wish(step, Err(NotPlaced::Hindered(hindrance)));
            }
            None => self.begin(step, Running::placed(CallNo(self.last_no.wrapping_add(1)))),
        }
        step.redraw();
        None
    }

    pub(super) fn place_answered(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        let asked = |call: &&mut Running| call.is_placed && call.phase == Phase::Asking;
        let Some(call) = self.call.as_mut().filter(asked) else { return };
        let failure = match result {
            Ok(Answer::Status(CallStatus { id, state: CallState::Connected, gateway, .. }))
                if id.is_some() && id == call.asking.id =>
            {
                self.dial(step, gateway.unwrap_or_default());
                if self.call.is_some() {
                    self.settle_wish(step, Ok(()));
                }
                return;
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        match failure.code() {
            // The proxy tells by the id what became of it.
            None | Some(ErrorCode::InFlight) => {
                let after_ms = if let Next::Retry { after_ms } = failure.next() { after_ms } else { 0 };
                step.put_off(&mut call.asking.tries, after_ms);
                if call.asking.tries.failed() >= TRIES {
                    self.finish(step, EndCause::OutcomeUnknown, true);
                }
            }
            // The centre is not asked twice by itself.
            Some(ErrorCode::CentreTimeout) => self.finish(step, EndCause::OutcomeUnknown, true),
            Some(ErrorCode::CallRunning) => self.finish(step, EndCause::Elsewhere, true),
            Some(code) => self.finish(step, EndCause::Refused(code), true),
        }
    }

    /// The wish is given up before it began.
    pub(super) fn cancel_wish(&mut self, step: &mut Step) {
        if self.placing.begins_by.take().is_some() {
            self.placing.forget();
            self.settle_wish(step, Err(NotPlaced::Ended(EndCause::Visitor)));
            step.redraw();
        }
    }

    /// Tells who waits for it what became of the wish, once.
    pub(super) fn settle_wish(&mut self, step: &mut Step, outcome: Result<(), NotPlaced>) {
        if let Some(no) = self.placing.heard_by.take() {
            step.push(Effect::Placed(no, outcome));
        }
    }
}
