//! What the visitor does in a call: silence, hold, keys, picture.

use super::Machine;
use super::devices::{Gone, Presence};
use super::effect::Effect;
use super::input::{Device, MediaTrouble};
use super::running::Running;
use super::step::Step;

/// How the visitor's picture stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Camera {
    /// Not seen.
    #[default]
    Off,
    /// Being turned on.
    Starting,
    /// Seen.
    On,
    /// It does not start.
    Failed(MediaTrouble),
}

/// Who holds the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The visitor.
    pub here: bool,
    /// The other side.
    pub there: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Controls {
    pub(super) muted: bool,
    pub(super) held: Held,
    /// So many wishes to hold the call, or to take it up, are not answered.
    holding: u32,
    pub(super) camera: Camera,
    /// The microphone is gone, or was not exchanged for another.
    pub(super) device_trouble: Option<(Device, MediaTrouble)>,
    pub(super) gone: Gone,
    /// A device that took the place of one that is gone; said until this time.
    pub(super) replaced: Option<(Device, u64)>,
    /// What the driver was told last.
    silent: bool,
}

impl Controls {
    pub(super) fn new(video: bool) -> Self {
        Self { camera: if video { Camera::On } else { Camera::Off }, ..Self::default() }
    }

    pub(super) fn is_silent(&self) -> bool {
        // Holding a call stops the other side from being heard, not this one.
        self.muted || self.held.here
    }

    pub(super) fn held_by_peer(&mut self, step: &mut Step, on: bool) {
        if self.held.there != on {
            self.held.there = on;
            step.redraw();
        }
    }
}

impl Running {
    /// Tells the driver what of the controls it does not know yet.
    pub(super) fn show_controls(&mut self, step: &mut Step) {
        let silent = self.controls.is_silent();
        if self.has_media && self.controls.silent != silent {
            self.controls.silent = silent;
            step.push(Effect::Silence(self.no, silent));
        }
    }

    /// What the other side did not agree to is not so, and must not be shown so: who holds a call may turn away.
    pub(super) fn hold_answered(&mut self, step: &mut Step, on: bool, agreed: bool) {
        let controls = &mut self.controls;
        controls.holding = controls.holding.saturating_sub(1);
        let here = on == agreed;
        // What was pressed since is answered next.
        if controls.holding == 0 && controls.held.here != here {
            controls.held.here = here;
            self.show_controls(step);
            step.redraw();
        }
    }

    fn turn_camera(&mut self, step: &mut Step, camera: Camera) {
        self.controls.camera = camera;
        self.controls.gone.set(Device::Camera, Presence::Here);
        step.push(Effect::Camera(self.no, camera != Camera::Off));
        step.redraw();
    }
}

impl Machine {
    pub(super) fn mute(&mut self, step: &mut Step, on: bool) {
        let Some(call) = self.call.as_mut() else { return };
        if call.controls.muted != on {
            call.controls.muted = on;
            call.show_controls(step);
            step.redraw();
        }
    }

    pub(super) fn hold(&mut self, step: &mut Step, on: bool) {
        let Some(call) = self.call.as_mut().filter(|call| call.is_talking()) else { return };
        if call.controls.held.here != on {
            call.controls.held.here = on;
            call.controls.holding += 1;
            // Silent before it holds, and held no longer before it is heard.
            if on {
                call.show_controls(step);
            }
            step.push(Effect::Hold(call.no, on));
            call.show_controls(step);
            step.redraw();
        }
    }

    pub(super) fn digit(&mut self, step: &mut Step, key: char) {
        let Some(call) = self.call.as_ref().filter(|call| call.is_talking()) else { return };
        let key = key.to_ascii_uppercase();
        if matches!(key, '0'..='9' | '*' | '#' | 'A'..='D') && !call.controls.held.here {
            step.push(Effect::Digit(call.no, key));
        }
    }

    pub(super) fn set_camera(&mut self, step: &mut Step, on: bool) {
        let Some(call) = self.call.as_mut().filter(|call| call.video && call.has_media) else { return };
        match (call.controls.camera, on) {
            (Camera::On | Camera::Starting, false) => call.turn_camera(step, Camera::Off),
            (Camera::Off | Camera::Failed(_), true) => call.turn_camera(step, Camera::Starting),
            (Camera::Failed(_), false) => {
                call.controls.camera = Camera::Off;
                step.redraw();
            }
            (Camera::On | Camera::Starting, true) | (Camera::Off, false) => {}
        }
    }
}
