//! What the centre may still hold of a call that is over here: dropped until the proxy confirms it, or so often that only
//! the lease is left, which ends without a heartbeat.

use super::effect::{Ask, Effect};
use super::input::Answer;
use super::step::{Purpose, Step};
use super::{Machine, starting};
use crate::backoff::Tries;
use crate::failure::{Failure, Next};
use frontdesk_contract::{CallState, CallStatus, ClientId};

/// The proxy is asked so often to drop a call.
const TRIES: u32 = 6;
/// When the page goes away, a request that outlives it drops the call; a page that comes back asks again, after this time
/// in milliseconds.
const AFTER_LEAVING_MS: u64 = 3_000;

/// A call that is over here, but perhaps not at the centre.
#[derive(Clone, Debug)]
pub(super) struct Remains {
    id: ClientId,
    /// It is known that the proxy has it: the answer to the request for it need not be awaited.
    there: bool,
    tries: Tries,
    not_before_ms: u64,
}

impl Remains {
    pub(super) fn new(id: ClientId) -> Self {
        Self { id, there: false, tries: Tries::default(), not_before_ms: 0 }
    }

    pub(super) fn known_to_be_there(mut self, there: bool) -> Self {
        self.there = there;
        self
    }

    pub(super) fn leave(&mut self, step: &mut Step) {
        self.not_before_ms = step.later(AFTER_LEAVING_MS);
        step.push(Effect::Farewell(self.id.clone()));
    }

    pub(super) fn hurry(&mut self) {
        self.tries.hurry();
    }
}

impl Machine {
    pub(super) fn advance_remains(&mut self, step: &mut Step) -> Option<u64> {
        let awaited = self.is_open(Purpose::Start);
        let asked = self.is_open(Purpose::Drop);
        let remains = self.remains.as_mut()?;
        // Before the request for the call has arrived there is nothing to drop.
        if asked || (awaited && !remains.there) {
            return None;
        }
        let at = remains.tries.next_ms().max(remains.not_before_ms);
        if at > step.now.ms {
            return Some(at);
        }
        let id = remains.id.clone();
        self.request(step, Ask::Drop(id));
        None
    }

    /// The request for the call, or the one to drop it, was answered.
    pub(super) fn remains_answered(
        &mut self,
        step: &mut Step,
        purpose: Purpose,
        result: Result<Answer, Failure>,
    ) {
        let Some(remains) = self.remains.as_mut() else { return };
        let after_ms = match result {
            Ok(Answer::Status(status)) if status.id.as_ref() == Some(&remains.id) => {
                if status.state == CallState::Ended {
                    return self.settle(step);
                }
                0
            }
            Ok(Answer::Status(_)) if purpose == Purpose::Drop => return self.settle(step),
            Ok(_) => 0,
            Err(failure) => match failure.next() {
                Next::Retry { after_ms } => after_ms,
                _ => return self.settle(step),
            },
        };
        if purpose == Purpose::Drop {
            step.put_off(&mut remains.tries, after_ms);
            if remains.tries.failed() >= TRIES {
                self.settle(step);
            }
        }
    }

    /// An answer or an event told how a call stands.
    pub(super) fn remains_told(&mut self, step: &mut Step, status: &CallStatus) {
        let awaited = self.is_open(Purpose::Start);
        let Some(remains) = self.remains.as_mut().filter(|remains| status.id.as_ref() == Some(&remains.id))
        else {
            return;
        };
        if status.state != CallState::Ended {
            remains.there |= starting::rank(status.state) > 0;
        } else if !awaited {
            // With a request for it under way the end may be that of the try before.
            self.settle(step);
        }
    }

    /// The centre holds nothing any more, as far as can be done about it.
    fn settle(&mut self, step: &mut Step) {
        self.remains = None;
        self.abort(step, Purpose::Drop);
        self.abort(step, Purpose::Start);
    }
}
