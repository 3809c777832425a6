//! Whether calls are possible, and the call as the centre tells it. What a call does is the business of [`crate::call`].

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::Call;
use crate::failure::{Failure, Next};
use crate::input::Answer;
use frontdesk_contract::{CallOffer, CallStatus};

#[derive(Clone, Debug, Default)]
pub(super) struct Calling {
    status: CallStatus,
    /// The centre's answer; `None` while it has not given one.
    able: Option<bool>,
    /// This page is in a call.
    going_on: bool,
    tries: Tries,
}

impl Calling {
    pub(super) fn is_going_on(&self) -> bool {
        self.going_on
    }

    pub(super) fn hurry(&mut self) {
        self.tries.hurry();
    }
}

impl Session {
    /// The centre tells how the call stands.
    pub(super) fn call_moves(&mut self, step: &mut Step, status: CallStatus) {
        self.calling.status = status;
        step.redraw();
    }

    /// A call of this page begins or ends: what the centre tells about it is followed, and for a while what comes after.
    pub(super) fn set_calling(&mut self, step: &mut Step, calling: bool) {
        if self.calling.going_on && !calling {
            self.following.linger(step.now.ms);
        }
        self.calling.going_on = calling;
    }

    /// Another journal: what was told about a call belongs to the one before.
    pub(super) fn forget_call(&mut self) {
        self.calling.status = CallStatus::default();
    }

    /// Asks once, as soon as somebody sees the panel of a desk that offers calls.
    pub(super) fn advance_calling(&mut self, step: &mut Step) -> Option<u64> {
        let CallOffer { audio, video } = self.offers.as_ref()?.call;
        let wanted = self.stage == Stage::Open && self.seen && (audio || video);
        if !wanted || self.calling.able.is_some() || self.is_open(Purpose::CallSupport) {
            return None;
        }
        if self.calling.tries.next_ms() > step.now.ms {
            return Some(self.calling.tries.next_ms());
        }
        self.request(step, Purpose::CallSupport, Call::CallSupport);
        None
    }

    pub(super) fn call_support_told(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        match result {
            Ok(Answer::CallSupport(support)) => {
                self.calling.tries.succeed();
                self.calling.able = Some(support.click_to_call && support.web_rtc);
                // An event is never older than an answer to what was asked before it.
                if self.calling.status.id.is_none() {
                    self.calling.status = support.call;
                }
                step.redraw();
            }
            Ok(_) => self.no_calls(step),
            Err(failure) => match failure.next() {
                Next::Retry { after_ms } => step.put_off(&mut self.calling.tries, after_ms),
                Next::Reopen => self.reopen(step),
                Next::Stop | Next::Hold | Next::Reconnect => self.no_calls(step),
            },
        }
    }

    fn no_calls(&mut self, step: &mut Step) {
        self.calling.able = Some(false);
        step.redraw();
    }

    /// The visitor's call as the centre last told it.
    pub fn call(&self) -> &CallStatus {
        &self.calling.status
    }

    /// Whether it is known which calls can be asked for.
    pub fn knows_calls(&self) -> bool {
        let offered = |call: CallOffer| call.audio || call.video;
        self.calling.able.is_some() || self.offers.as_ref().is_some_and(|offers| !offered(offers.call))
    }

    /// The calls that can be asked for: what the desk offers, once the centre has said that it connects calls of browsers.
    pub fn calls(&self) -> CallOffer {
        let offered = self.offers.as_ref().filter(|_| self.calling.able == Some(true));
        offered.map_or(CallOffer::default(), |offers| offers.call)
    }
}
