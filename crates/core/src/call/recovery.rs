//! Keeping a call whose network changes or fails: the softphone finds its way anew, a few times; without sound for too
//! long the call is over.

use super::Machine;
use super::cause::EndCause;
use super::effect::Effect;
use super::input::IceState;
use super::step::Step;

/// So many restarts ...
const RESTARTS: usize = 3;
/// ... within so many milliseconds.
const RESTARTS_WITHIN_MS: u64 = 30_000;
/// A restart gets so long before the next one, in milliseconds.
const RESTART_AGAIN_MS: u64 = 6_000;
/// An interruption often ends by itself within so many milliseconds.
const GRACE_MS: u64 = 3_000;
/// Without media for so long the call is over, in milliseconds.
const MEDIA_WITHIN_MS: u64 = 20_000;

/// The way of the media and the socket to the gateway.
#[derive(Clone, Debug, Default)]
pub(super) struct Recovery {
    ice: Option<IceState>,
    /// The call was taken: there must be media.
    begun: bool,
    /// There was media in this call.
    was_up: bool,
    /// Since when there is no way for media.
    out_since: Option<u64>,
    socket_down: bool,
    offline: bool,
    /// When the next restart is due.
    restart_at: Option<u64>,
    /// When restarts were made, the oldest first.
    restarts: Vec<u64>,
}

impl Recovery {
    /// Something that worked is being mended.
    pub(super) fn is_going_on(&self) -> bool {
        (self.out_since.is_some() && self.was_up) || self.socket_down
    }

    /// There was none yet, and there should be.
    pub(super) fn awaits_media(&self) -> bool {
        self.out_since.is_some() && !self.was_up
    }

    /// There is a way for media, as far as is known.
    pub(super) fn has_media(&self) -> bool {
        self.out_since.is_none() && self.ice.is_none_or(|ice| ice == IceState::Connected)
    }

    pub(super) fn offline(&mut self, offline: bool) {
        self.offline = offline;
    }

    /// The call was taken: from now on there must be media. A softphone that tells nothing of its ways is believed.
    pub(super) fn begin(&mut self, step: &Step) {
        self.begun = true;
        self.watch_way(step);
    }

    /// `silent`: nothing had arrived for a while when this was told.
    pub(super) fn ice(&mut self, step: &mut Step, ice: IceState, silent: bool) {
        let before = (self.is_going_on(), self.awaits_media());
        self.ice = Some(ice);
        self.watch_way(step);
        match ice {
            IceState::Connected => {
                self.was_up = true;
                self.rest();
            }
            // One in which nothing has come through for seconds had its moment.
            IceState::Disconnected if silent => self.restart_by(step.now.ms),
            IceState::Disconnected => self.restart_by(step.later(GRACE_MS)),
            IceState::Failed | IceState::Closed => self.restart_by(step.now.ms),
            // On the way to media, for the first time or again.
            IceState::New | IceState::Checking => {}
        }
        if before != (self.is_going_on(), self.awaits_media()) {
            step.redraw();
        }
    }

    fn watch_way(&mut self, step: &Step) {
        let out = match self.ice {
            None => return,
            Some(IceState::Connected) => {
                self.out_since = None;
                return;
            }
            Some(IceState::Disconnected | IceState::Failed | IceState::Closed) => true,
            // A restart passes through these with the old way still open.
            Some(IceState::New | IceState::Checking) => !self.was_up,
        };
        if out && self.begun {
            self.out_since.get_or_insert(step.now.ms);
        }
    }

    pub(super) fn socket(&mut self, step: &mut Step, up: bool) {
        if self.socket_down == up {
            self.socket_down = !up;
            step.redraw();
        }
        if up {
            self.rest();
        } else {
            self.restart_by(step.now.ms);
        }
    }

    /// Sound arrives although the way is interrupted: perhaps one of the two directions is. The call is not lost as long as
    /// it does; mending goes on. After a failure it is only what was on its way.
    pub(super) fn media_arrives(&mut self, step: &mut Step) {
        if self.out_since.is_some() && self.ice != Some(IceState::Failed) {
            self.out_since = Some(step.now.ms);
            if !self.was_up {
                self.was_up = true;
                step.redraw();
            }
        }
    }

    pub(super) fn network_changed(&mut self, step: &Step) {
        self.restart_by(step.now.ms);
    }

    fn restart_by(&mut self, at: u64) {
        self.restart_at = Some(self.restart_at.map_or(at, |before| before.min(at)));
    }

    /// Nothing is to be mended any more, if nothing else is.
    fn rest(&mut self) {
        if self.out_since.is_none() && !self.socket_down {
            self.restart_at = None;
        }
    }

    /// When the next restart may be made.
    fn due(&self, now_ms: u64) -> Option<u64> {
        if self.offline {
            return None;
        }
        let wanted = self.restart_at?;
        // No more are kept than may be made.
        let free_at = match self.restarts.first() {
            Some(oldest) if self.restarts.len() == RESTARTS => oldest.saturating_add(RESTARTS_WITHIN_MS),
            _ => 0,
        };
        Some(wanted.max(free_at).max(now_ms))
    }

    fn restarted(&mut self, now_ms: u64) {
        self.restarts.push(now_ms);
        if self.restarts.len() > RESTARTS {
            self.restarts.remove(0);
        }
        let again = self.out_since.is_some() || self.socket_down;
        self.restart_at = again.then(|| now_ms.saturating_add(RESTART_AGAIN_MS));
    }
}

impl Machine {
    pub(super) fn network(&mut self, step: &mut Step, online: bool) {
        self.offline = !online;
        let Some(call) = self.call.as_mut() else { return };
        call.recovery.offline(!online);
        if online && call.line.is_some() {
            call.recovery.network_changed(step);
        }
    }

    pub(super) fn advance_recovery(&mut self, step: &mut Step) -> Option<u64> {
        let call = self.call.as_mut().filter(|call| call.is_talking())?;
        let recovery = &mut call.recovery;
        let lost_at = recovery.out_since.map(|since| since.saturating_add(MEDIA_WITHIN_MS));
        if lost_at.is_some_and(|at| at <= step.now.ms) {
            let cause = if recovery.was_up { EndCause::Lost } else { EndCause::NoMediaPath };
            self.finish(step, cause, false);
            return None;
        }
        let mut restart_at = recovery.due(step.now.ms);
        if restart_at.is_some_and(|at| at <= step.now.ms) {
            recovery.restarted(step.now.ms);
            step.push(Effect::Restart(call.no));
            restart_at = recovery.due(step.now.ms);
        }
        lost_at.into_iter().chain(restart_at).min()
    }
}
