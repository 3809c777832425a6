//! The end of a call: the one place where it ends, so that it ends once, with one cause, and leaves nothing behind.

use super::Machine;
use super::cause::EndCause;
use super::effect::Effect;
use super::placing::NotPlaced;
use super::remains::Remains;
use super::running::{Over, Phase};
use super::step::{Purpose, Step};

impl Machine {
    /// Ends the call, if there is one. `released`: the centre is known to hold nothing of it.
    pub(super) fn finish(&mut self, step: &mut Step, cause: EndCause, released: bool) {
        let Some(call) = self.call.take() else { return };
        if call.line.is_some() {
            step.push(Effect::HangUp(call.no));
        }
        if call.has_media {
            step.push(Effect::ReleaseMedia(call.no));
        }
        self.abort(step, Purpose::Beat);
        let awaited = self.remains.is_none() && self.is_open(Purpose::Start);
        let may_be_held = !released && (call.asking.posted || call.lease.is_some());
        self.abort(step, Purpose::Place);
        if let Some(id) = call.asking.id.filter(|_| !call.is_placed && (awaited || may_be_held)) {
            self.remains = Some(Remains::new(id).known_to_be_there(call.lease.is_some()));
        }
        let talked_ms = match call.phase {
            Phase::Talking { since_ms } => Some(step.now.ms.saturating_sub(since_ms)),
            _ => None,
        };
        self.over = Some(Over { cause, video: call.video, talked_ms, sip_status: self.sip_status.take() });
        self.settle_wish(step, Err(NotPlaced::Ended(cause)));
        self.play(step, cause.tone());
        step.push(Effect::Announce(false));
        step.redraw();
    }

    /// The visitor wants no call any more.
    pub(super) fn hang_up(&mut self, step: &mut Step) {
        self.cancel_wish(step);
        self.finish(step, EndCause::Visitor, false);
    }

    /// The page goes away.
    pub(super) fn leave(&mut self, step: &mut Step) {
        self.cancel_wish(step);
        self.finish(step, EndCause::Left, false);
        if let Some(remains) = &mut self.remains {
            remains.leave(step);
        }
    }
}
