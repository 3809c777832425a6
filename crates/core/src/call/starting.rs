//! From the visitor's click to the centre's word that it has the call: microphone first, so that nobody is called in vain.

use super::cause::EndCause;
use super::effect::{Ask, CallNo, Effect, Tone};
use super::input::{Answer, Device, MediaFailure};
use super::running::{Phase, Running};
use super::step::{Purpose, Step};
use super::{LEASE_MS, Machine};
use crate::backoff::Tries;
use crate::failure::{Failure, Next};
use frontdesk_contract::{CallEnd, CallState, ClientId, ErrorCode, StartCall};

/// The centre is asked so often for one call.
const TRIES: u32 = 6;
/// So long is the centre asked, in milliseconds.
const LONGEST_MS: u64 = 60_000;
/// What the proxy still holds of a page that is gone is asked after so often, in milliseconds.
const RUNNING_AGAIN_MS: u64 = 2_000;
/// An event that tells of a failure may overtake the answer that tells why, by so many milliseconds.
const REASON_MS: u64 = 3_000;

/// The request for the call.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking {
    pub(super) id: Option<ClientId>,
    pub(super) tries: Tries,
    /// When asking began.
    since_ms: u64,
    /// A request has left, and it is not known that it failed.
    pub(super) posted: bool,
    /// One was sent whose fate is not known.
    lost: bool,
    refused: Option<ErrorCode>,
    /// Since when another call of the visitor is in the way.
    running_since: Option<u64>,
    /// An event told that it failed; until then its reason may come.
    failed_until: Option<u64>,
}

impl Asking {
    pub(super) fn hurry(&mut self) {
        self.tries.hurry();
    }

    /// The next request is another one, as this was refused: late news of this one is not about that one.
    fn anew(&mut self) {
        self.posted = false;
        self.lost = false;
        self.id = None;
        self.failed_until = None;
    }
}

impl Machine {
    pub(super) fn start(&mut self, step: &mut Step, video: bool) {
        let offer = self.may_call();
        if !(if video { offer.video } else { offer.audio }) {
            return;
        }
        self.placing.forget();
        self.begin(step, Running::new(CallNo(self.last_no.wrapping_add(1)), video));
    }

    /// The call of this click, from its beginning.
    pub(super) fn begin(&mut self, step: &mut Step, mut running: Running) {
        let (call, video) = (running.no, running.video);
        self.last_no = call.0;
        self.over = None;
        running.recovery.offline(self.offline);
        self.call = Some(running);
        self.play(step, Tone::Off);
        step.push(Effect::Announce(true));
        step.push(Effect::AcquireMedia { call, video, ice_servers: self.door.ice_servers() });
        step.redraw();
    }

    pub(super) fn media_came(&mut self, step: &mut Step, no: CallNo, result: Result<(), MediaFailure>) {
        let Some(call) = self.call.as_mut().filter(|call| call.no == no) else {
            if result.is_ok() {
                // It came after the end.
                step.push(Effect::ReleaseMedia(no));
            }
            return;
        };
        if call.phase != Phase::Media {
            return;
        }
        match result {
            Ok(()) => {
                call.has_media = true;
                call.phase = Phase::Asking;
                call.asking.since_ms = step.now.ms;
                call.show_controls(step);
                step.redraw();
            }
            Err(mut failure) => {
                if !call.video {
                    failure.device = Some(Device::Microphone);
                }
                self.finish(step, EndCause::Media(failure), true);
            }
        }
    }

    /// Ends the call when the centre was asked for too long.
    pub(super) fn advance_patience(&mut self, step: &mut Step) -> Option<u64> {
        let call = self.call.as_ref()?;
        if let Some(until) = call.asking.failed_until {
            if until > step.now.ms {
                return Some(until);
            }
            self.finish(step, EndCause::Failed, true);
            return None;
        }
        if call.phase != Phase::Asking {
            return None;
        }
        let until = call.asking.since_ms.saturating_add(LONGEST_MS);
        if until > step.now.ms {
            return Some(until);
        }
        self.give_up(step);
        None
    }

    pub(super) fn advance_asking(&mut self, step: &mut Step) -> Option<u64> {
        // The proxy holds one call at a time: what is left of the one before comes first.
        if self.remains.is_some() || self.is_open(Purpose::Start) || self.is_open(Purpose::Place) {
            return None;
        }
        let call = self.call.as_mut().filter(|call| call.phase == Phase::Asking)?;
        if call.asking.tries.next_ms() > step.now.ms {
            return Some(call.asking.tries.next_ms());
        }
        let id = call.asking.id.get_or_insert_with(|| step.new_id()).clone();
        call.asking.posted = true;
        self.own = Some(id.clone());
        let ask = if call.is_placed {
            self.placing.ask(id)
        } else {
            Ask::Start(StartCall { id, media: call.media() })
        };
        self.request(step, ask);
        None
    }

    pub(super) fn start_answered(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        if self.remains.is_some() {
            return self.remains_answered(step, Purpose::Start, result);
        }
        let Some(call) = self.call.as_mut() else { return };
        let failure = match result {
            Ok(Answer::Status(status)) if status.id.is_some() && status.id == call.asking.id => {
                call.asking.failed_until = None;
                return self.follow(step, status);
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        let refused = failure.code();
        if refused.is_none() && call.asking.failed_until.is_some() {
            return self.finish(step, EndCause::Failed, true);
        }
        match call.phase {
            Phase::Asking => {}
            // An event came before the centre's answer, which is no.
            Phase::Waiting { .. } if refused.is_some() && !call.asking.lost => {
                call.phase = Phase::Asking;
                call.lease = None;
                self.abort(step, Purpose::Beat);
                step.redraw();
            }
            // Events have told that the centre has it.
            _ => return,
        }
        match (failure.next(), refused) {
            (Next::Retry { after_ms }, code) => self.ask_again(step, code, after_ms),
            (_, Some(ErrorCode::CallRunning)) => self.other_call(step),
            (_, Some(code)) => self.finish(step, EndCause::Refused(code), true),
            (_, None) => self.finish(step, EndCause::Unreachable, false),
        }
    }

    fn ask_again(&mut self, step: &mut Step, code: Option<ErrorCode>, after_ms: u64) {
        let Some(call) = self.call.as_mut() else { return };
        call.asking.refused = code;
        // One that is worked on is asked after by its id, as is one whose fate is not known.
        match code {
            None | Some(ErrorCode::InFlight) => call.asking.lost = true,
            Some(_) => call.asking.anew(),
        }
        step.put_off(&mut call.asking.tries, after_ms);
        if call.asking.tries.failed() >= TRIES {
            self.give_up(step);
        }
    }

    /// The visitor has another call. If no page tells of it, it is what a page left behind, and ends with its lease.
    fn other_call(&mut self, step: &mut Step) {
        let elsewhere = self.door.is_elsewhere();
        let Some(call) = self.call.as_mut() else { return };
        let since = *call.asking.running_since.get_or_insert(step.now.ms);
        let until = since.saturating_add(LEASE_MS + RUNNING_AGAIN_MS);
        if elsewhere || step.now.ms >= until {
            return self.finish(step, EndCause::Elsewhere, true);
        }
        call.asking.anew();
        // Not counted among those that failed.
        call.asking.tries = Tries::default();
        step.put_off(&mut call.asking.tries, RUNNING_AGAIN_MS);
    }

    fn give_up(&mut self, step: &mut Step) {
        let Some(call) = &self.call else { return };
        let cause = match call.asking.refused {
            Some(code) => EndCause::Refused(code),
            None if call.is_placed && call.asking.posted => EndCause::OutcomeUnknown,
            None => EndCause::Unreachable,
        };
        self.finish(step, cause, false);
    }

    /// The proxy tells that the call has ended; whether its reason is still to come.
    pub(super) fn awaits_reason(&mut self, step: &mut Step, end: Option<CallEnd>) -> bool {
        let asked = self.is_open(Purpose::Start);
        let Some(call) = self.call.as_mut() else { return false };
        let waits = asked && end == Some(CallEnd::Failed) && call.line.is_none();
        if waits {
            call.asking.failed_until.get_or_insert(step.later(REASON_MS));
        }
        waits
    }
}

/// How far a state is; news that leads back is old.
pub(super) fn rank(state: CallState) -> u8 {
    match state {
        CallState::None | CallState::Unknown => 0,
        CallState::Setup => 1,
        CallState::Queueing => 2,
        CallState::Connected => 3,
        CallState::Ended => 4,
    }
}
