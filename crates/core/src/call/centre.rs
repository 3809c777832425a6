//! Following the call at the centre, and keeping it: a heartbeat from its word that it has the call until the end.

use super::cause::EndCause;
use super::effect::Ask;
use super::input::Answer;
use super::running::{Lease, Phase, Running};
use super::starting::rank;
use super::step::{Purpose, Step};
use super::{BEAT_MS, Machine};
use crate::failure::{Failure, Next};
use frontdesk_contract::{CallState, CallStatus, ErrorCode};

/// After a heartbeat that failed, the next one follows so soon, in milliseconds.
const BEAT_AGAIN_MS: u64 = 1_000;
/// A call that waits is lost when the proxy was not heard for so long, in milliseconds. A call with sound goes on.
const UNHEARD_MS: u64 = 30_000;

impl Machine {
    /// How a call stands, by whatever way it was told. News of other calls, and old news, change nothing.
    pub(super) fn follow(&mut self, step: &mut Step, status: CallStatus) {
        self.other_told(step, &status);
        if status.id.is_none() {
            return;
        }
        self.remains_told(step, &status);
        let told_of = |call: &&mut Running| !call.is_placed && call.asking.id == status.id;
        let Some(call) = self.call.as_mut().filter(told_of) else { return };
        if status.state == CallState::Ended {
            if !self.awaits_reason(step, status.end) {
                self.finish(step, EndCause::of_centre(status.end), true);
            }
            return;
        }
        let heard_ms = step.now.ms;
        // The first heartbeat at once: how old the news is, is not known.
        let lease = call.lease.get_or_insert(Lease { next_beat_ms: heard_ms, heard_ms });
        lease.heard_ms = heard_ms;
        let known = match call.phase {
            Phase::Asking => 0,
            Phase::Waiting { queueing: false } => 1,
            Phase::Waiting { queueing: true } => 2,
            Phase::Media | Phase::Dialling | Phase::Ringing { .. } | Phase::Talking { .. } => return,
        };
        if call.phase == Phase::Asking {
            call.phase = Phase::Waiting { queueing: false };
            step.redraw();
        }
        match status.state {
            told if rank(told) <= known => {}
            CallState::Queueing => {
                call.phase = Phase::Waiting { queueing: true };
                step.redraw();
            }
            CallState::Connected => self.dial(step, status.gateway.unwrap_or_default()),
            _ => {}
        }
    }

    pub(super) fn advance_lease(&mut self, step: &mut Step) -> Option<u64> {
        if self.is_open(Purpose::Beat) {
            return None;
        }
        let lease = self.call.as_mut()?.lease.as_mut()?;
        if lease.next_beat_ms > step.now.ms {
            return Some(lease.next_beat_ms);
        }
        lease.next_beat_ms = step.later(BEAT_MS);
        self.request(step, Ask::Beat);
        None
    }

    pub(super) fn beaten(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        let Some(call) = self.call.as_mut() else { return };
        let failure = match result {
            Ok(Answer::Status(status)) if status.id == call.asking.id => return self.follow(step, status),
            // Another page's call took the place of this one.
            Ok(Answer::Status(_)) => return self.finish(step, EndCause::Elsewhere, true),
            Ok(Answer::Support(_)) => Failure::Foreign,
            Err(failure) => failure,
        };
        let after_ms = match failure.next() {
            Next::Retry { after_ms } => after_ms,
            Next::Hold => 0,
            Next::Reconnect | Next::Reopen | Next::Stop => {
                let gone = matches!(failure.code(), Some(ErrorCode::CallUnknown | ErrorCode::SessionUnknown));
                return self.finish(step, EndCause::Lost, gone);
            }
        };
        let talking = call.is_talking();
        let Some(lease) = call.lease.as_mut() else { return };
        // However long the proxy wants to be left alone: without heartbeats it would drop the call.
        lease.next_beat_ms = step.later(after_ms.clamp(BEAT_AGAIN_MS, BEAT_MS));
        if !talking && lease.heard_ms.saturating_add(UNHEARD_MS) <= step.now.ms {
            self.finish(step, EndCause::Lost, false);
        }
    }
}
