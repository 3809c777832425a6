//! One call of `Session::handle`: what it has to work with and what it gives back.

use super::Session;
use crate::backoff::Tries;
use crate::effect::{Call, Effect, RequestId};
use crate::now::Now;
use crate::outbox::OutState;
use crate::transcript::{Change, MineState};
use frontdesk_contract::ClientId;

/// The longest that an upload may take, in milliseconds; one that stands still is stopped sooner.
const LONGEST_UPLOAD_MS: u32 = 3_600_000;

/// What a request is for; there is at most one open request for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Open,
    Connect,
    End,
    Post,
    Rate,
    Typing,
    Events,
    Upload,
    History,
    Suggest,
    Errand,
    Read,
    CallSupport,
}

/// A request that is not answered yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) id: RequestId,
    pub(super) purpose: Purpose,
    /// How many contact events had been applied when it left: its answer must not undo a newer event.
    pub(super) known: u32,
    pub(super) at_ms: u64,
    pub(super) timeout_ms: u32,
}

pub(super) struct Step {
    pub(super) now: Now,
    pub(super) effects: Vec<Effect>,
    pub(super) changes: Vec<Change>,
    /// The request in hand was not answered in its time: that counts like two failures at once.
    pub(super) timed_out: bool,
    /// Number of the last message that the visitor was shown just now; 0: none.
    pub(super) seen_to: u64,
    /// The page wakes up: how long anything took says nothing.
    pub(super) woken: bool,
}

impl Step {
    pub(super) fn new(now: Now) -> Self {
        let (timed_out, woken) = (false, false);
        Self { now, effects: Vec::new(), changes: Vec::new(), timed_out, seen_to: 0, woken }
    }

    /// A try failed: the next one comes later, not before so many milliseconds.
    pub(super) fn put_off(&mut self, tries: &mut Tries, after_ms: u64) {
        let chance = self.now.draw();
        tries.fail(self.now.ms, after_ms, chance);
        if self.timed_out {
            tries.doubt();
        }
    }

    /// As [`Step::put_off`], for what finds out whether the desk is there again.
    pub(super) fn put_off_probe(&mut self, tries: &mut Tries, after_ms: u64) {
        self.put_off(tries, after_ms);
        tries.probe(self.now.ms, self.now.draw());
    }

    pub(super) fn new_id(&mut self) -> ClientId {
        ClientId::from_bits(self.now.draw())
    }

    pub(super) fn redraw(&mut self) {
        // Not `contains`: comparing effects would put the comparison of every wire type into the widget.
        if !self.effects.iter().any(|effect| matches!(effect, Effect::Redraw)) {
            self.effects.push(Effect::Redraw);
        }
    }

    /// Moves the transcript's changes into the effects, in their order.
    pub(super) fn flush(&mut self) {
        self.effects.extend(self.changes.drain(..).map(Effect::Show));
    }
}

impl Session {
    pub(super) fn request(&mut self, step: &mut Step, purpose: Purpose, call: Call) -> RequestId {
        self.last_request = self.last_request.wrapping_add(1);
        let id = RequestId(self.last_request);
        let timeout_ms = match call {
            Call::OpenSession(_) | Call::Typing | Call::EndContact | Call::Read { .. } => 15_000,
            // One that was not answered may be on its way still: the proxy lets its repetition wait for that.
            Call::Connect(_)
            | Call::PostMessage(_)
            | Call::PostSurvey(_)
            | Call::LeaveMessage(_)
            | Call::PostFeedback(_)
            | Call::History { .. } => 22_000,
            Call::Suggestions { .. } => 5_000,
            Call::CallSupport => 20_000,
            Call::Upload(_) => LONGEST_UPLOAD_MS,
            Call::Events { wait_s, .. } => wait_s * 1000 + 8_000,
        };
        let credential = if purpose == Purpose::Open { None } else { self.credential.clone() };
        let known = self.following.contact_events();
        self.requests.push(Open { id, purpose, known, at_ms: step.now.ms, timeout_ms });
        step.effects.push(Effect::Request { id, call, credential, timeout_ms });
        id
    }

    pub(super) fn is_open(&self, purpose: Purpose) -> bool {
        self.requests.iter().any(|open| open.purpose == purpose)
    }

    /// Closes the request; `None` if nobody waits for it any more.
    pub(super) fn close(&mut self, id: RequestId) -> Option<Open> {
        let at = self.requests.iter().position(|open| open.id == id)?;
        Some(self.requests.swap_remove(at))
    }

    /// Stops the request, if there is one.
    pub(super) fn abort(&mut self, step: &mut Step, purpose: Purpose) -> bool {
        let before = self.requests.len();
        self.requests.retain(|open| {
            if open.purpose == purpose {
                step.effects.push(Effect::Abort(open.id));
            }
            open.purpose != purpose
        });
        self.requests.len() < before
    }

    pub(super) fn abort_all(&mut self, step: &mut Step) {
        step.effects.extend(self.requests.drain(..).map(|open| Effect::Abort(open.id)));
        let open = |state| matches!(state, OutState::InFlight(_) | OutState::Uploading(_));
        for message in self.outbox.iter().filter(|message| open(message.state)) {
            self.transcript.set_mine(&message.id, MineState::Queued, &mut step.changes);
        }
        self.outbox.recall_flights();
        self.errands.recall();
    }
}
