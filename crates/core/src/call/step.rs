//! One call of `Machine::handle`: what it has to work with and what it gives back; the requests that are open.

use super::Machine;
use super::effect::{Ask, Effect, Tone};
use crate::backoff::Tries;
use crate::effect::RequestId;
use crate::now::Now;
use frontdesk_contract::ClientId;

/// What a request is for; there is at most one open request for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Support,
    Start,
    Place,
    Beat,
    Drop,
}

pub(super) struct Step {
    pub(super) now: Now,
    pub(super) effects: Vec<Effect>,
}

impl Step {
    /// A try failed: the next one comes later, not before so many milliseconds.
    pub(super) fn put_off(&mut self, tries: &mut Tries, after_ms: u64) {
        let chance = self.now.draw();
        tries.fail(self.now.ms, after_ms, chance);
    }

    pub(super) fn new_id(&mut self) -> ClientId {
        ClientId::from_bits(self.now.draw())
    }

    /// So many milliseconds from now.
    pub(super) fn later(&self, ms: u64) -> u64 {
        self.now.ms.saturating_add(ms)
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn redraw(&mut self) {
        if !self.effects.iter().any(|effect| matches!(effect, Effect::Redraw)) {
            self.push(Effect::Redraw);
        }
    }
}

impl Machine {
    pub(super) fn request(&mut self, step: &mut Step, ask: Ask) {
        let (purpose, timeout_ms) = match ask {
            Ask::Support => (Purpose::Support, 15_000),
            // The centre is asked meanwhile.
            Ask::Start(_) => (Purpose::Start, 40_000),
            Ask::Place(_) => (Purpose::Place, 40_000),
            // Shorter than the interval: one that hangs must not cost the lease.
            Ask::Beat => (Purpose::Beat, 4_000),
            Ask::Drop(_) => (Purpose::Drop, 15_000),
        };
        self.last_request = self.last_request.wrapping_add(1);
        let id = RequestId(self.last_request);
        self.requests.push((id, purpose));
        step.push(Effect::Request { id, ask, timeout_ms });
    }

    pub(super) fn is_open(&self, purpose: Purpose) -> bool {
        self.requests.iter().any(|open| open.1 == purpose)
    }

    /// Closes the request; `None` if nobody waits for it any more.
    pub(super) fn close(&mut self, id: RequestId) -> Option<Purpose> {
        let at = self.requests.iter().position(|open| open.0 == id)?;
        Some(self.requests.swap_remove(at).1)
    }

    /// Stops the request, if there is one.
    pub(super) fn abort(&mut self, step: &mut Step, purpose: Purpose) {
        self.requests.retain(|open| {
            if open.1 == purpose {
                step.push(Effect::Abort(open.0));
            }
            open.1 != purpose
        });
    }

    pub(super) fn play(&mut self, step: &mut Step, tone: Tone) {
        if self.tone != tone {
            self.tone = tone;
            step.push(Effect::Tone(tone));
        }
    }
}
