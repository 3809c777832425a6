//! Devices that the visitor chooses, and such that come and go in a call. One that is taken away is told of, and whichever
//! there is takes its place; where there is none, the next one that is plugged in does.

use super::Machine;
use super::controls::Camera;
use super::effect::{CallNo, Effect};
use super::input::{Device, MediaTrouble};
use super::running::{Phase, Running};
use super::step::Step;

/// That a device took the place of another is said for so long, in milliseconds.
const NOTICE_MS: u64 = 10_000;

/// Whether a device in use is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    #[default]
    Here,
    /// It was taken away; another one is being asked for.
    Replacing,
    /// It was taken away, and there is no other.
    Missing,
}

/// Which devices of a call were taken away.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gone {
    microphone: Presence,
    camera: Presence,
    speaker: Presence,
}

impl Gone {
    pub(super) fn get(self, device: Device) -> Presence {
        match device {
            Device::Microphone => self.microphone,
            Device::Camera => self.camera,
            Device::Speaker => self.speaker,
        }
    }

    pub(super) fn set(&mut self, device: Device, presence: Presence) {
        match device {
            Device::Microphone => self.microphone = presence,
            Device::Camera => self.camera = presence,
            Device::Speaker => self.speaker = presence,
        }
    }
}

impl Machine {
    pub(super) fn choose(&mut self, step: &mut Step, device: Device, id: String) {
        let Some(call) = self.call.as_mut().filter(|call| call.has_media) else { return };
        if device == Device::Camera {
            if !call.video {
                return;
            }
            call.controls.camera = Camera::Starting;
            step.redraw();
        }
        call.controls.gone.set(device, Presence::Here);
        call.take_device(step, device, Some(id));
    }

    pub(super) fn switched(
        &mut self,
        step: &mut Step,
        no: CallNo,
        device: Device,
        result: Result<(), MediaTrouble>,
    ) {
        let Some(call) = self.call.as_mut().filter(|call| call.no == no) else {
            if result.is_ok() {
                step.push(Effect::ReleaseMedia(no));
            }
            return;
        };
        if !call.has_media || call.phase == Phase::Media {
            return;
        }
        step.redraw();
        call.note_presence(step, device, result.is_ok());
        match (device, result) {
            (Device::Camera, _) if call.controls.camera == Camera::Off => {
                // Turned off while it started.
                if result.is_ok() {
                    step.push(Effect::Camera(no, false));
                }
            }
            (Device::Camera, Ok(())) => call.controls.camera = Camera::On,
            (Device::Camera, Err(trouble)) => call.controls.camera = Camera::Failed(trouble),
            (Device::Microphone | Device::Speaker, Err(trouble)) => {
                call.controls.device_trouble = Some((device, trouble));
            }
            (Device::Microphone | Device::Speaker, Ok(())) => {
                if call.controls.device_trouble.is_some_and(|trouble| trouble.0 == device) {
                    call.controls.device_trouble = None;
                }
                if device == Device::Microphone {
                    call.watch.new_microphone();
                    // What was pressed meanwhile holds for the new track as well.
                    step.push(Effect::Silence(no, call.controls.is_silent()));
                }
            }
        }
    }

    pub(super) fn device_gone(&mut self, step: &mut Step, no: CallNo, device: Device) {
        let Some(call) = self.call.as_mut().filter(|call| call.no == no && call.has_media) else { return };
        if device == Device::Camera && call.controls.camera == Camera::Off {
            return;
        }
        call.replace_device(step, device);
    }

    /// What was missing may be there now.
    pub(super) fn devices_changed(&mut self, step: &mut Step, no: CallNo) {
        let Some(call) = self.call.as_mut().filter(|call| call.no == no && call.has_media) else { return };
        for device in [Device::Microphone, Device::Camera, Device::Speaker] {
            if call.controls.gone.get(device) == Presence::Missing {
                call.replace_device(step, device);
            }
        }
    }

    pub(super) fn advance_notice(&mut self, step: &mut Step) -> Option<u64> {
        let controls = &mut self.call.as_mut()?.controls;
        let (_, until) = controls.replaced?;
        if until <= step.now.ms {
            controls.replaced = None;
            step.redraw();
            return None;
        }
        Some(until)
    }
}

impl Running {
    fn take_device(&self, step: &mut Step, device: Device, id: Option<String>) {
        step.push(Effect::Switch { call: self.no, device, id, silent: self.controls.is_silent() });
    }

    /// Takes whichever there is in place of one that is gone.
    fn replace_device(&mut self, step: &mut Step, device: Device) {
        let controls = &mut self.controls;
        controls.gone.set(device, Presence::Replacing);
        match device {
            Device::Camera => controls.camera = Camera::Starting,
            Device::Microphone | Device::Speaker => {
                controls.device_trouble = Some((device, MediaTrouble::Absent));
            }
        }
        self.take_device(step, device, None);
        step.redraw();
    }

    /// Whether another device took the place of one that was gone, so that it is to be told.
    fn note_presence(&mut self, step: &Step, device: Device, came: bool) {
        let controls = &mut self.controls;
        let before = controls.gone.get(device);
        if before == Presence::Here {
            return;
        }
        controls.gone.set(device, if came { Presence::Here } else { Presence::Missing });
        if came {
            controls.replaced = Some((device, step.later(NOTICE_MS)));
        }
    }
}
