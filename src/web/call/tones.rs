//! Tones that are made here (ITU-T E.180: 425 Hz), since nobody sends them.

use frontdesk_core::call::Tone;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{AudioContext, OscillatorNode};

/// The pitch in Hz.
const PITCH: f32 = 425.0;
/// How loud, 0 to 1.
const LOUD: f32 = 0.08;
/// Rising and falling, in seconds: a tone that is cut clicks.
const EDGE_S: f64 = 0.02;
/// Ringback is written ahead for so long, in seconds: longer than anything rings.
const AHEAD_S: f64 = 180.0;

/// Plays one tone at a time; silent on drop.
#[derive(Default)]
pub struct Tones {
    context: Option<AudioContext>,
    playing: Option<OscillatorNode>,
}

impl Tones {
    /// Plays this instead of what was played before. Where the browser makes no sound, nothing is heard.
    pub fn play(&mut self, tone: Tone) {
        self.stop();
        let (on, off, times) = match tone {
            // One that runs costs as much as a call, whether it is heard or not.
            Tone::Off => return self.sleep(),
            Tone::Ringback => (1.0, 4.0, (AHEAD_S / 5.0) as u32),
            Tone::Busy => (0.5, 0.5, 4),
            Tone::End => (0.15, 0.1, 2),
        };
        if self.context.is_none() {
            self.context = AudioContext::new().ok();
        }
        let Some(context) = &self.context else { return };
        // One made before the visitor did anything sleeps.
        let _ = context.resume();
        self.playing = beat(context, on, off, times);
    }

    fn sleep(&self) {
        if let Some(context) = &self.context {
            let _ = context.suspend();
        }
    }

    fn stop(&mut self) {
        if let Some(playing) = self.playing.take() {
            playing.set_onended(None);
            // Fails where it has ended.
            #[allow(
                deprecated,
                reason = "the bindings mark the method of the older interface, which has the same name"
            )]
            let _ = playing.stop();
            let _ = playing.disconnect();
        }
    }
}

fn beat(context: &AudioContext, on: f64, off: f64, times: u32) -> Option<OscillatorNode> {
    let (oscillator, gain) = (context.create_oscillator().ok()?, context.create_gain().ok()?);
    oscillator.frequency().set_value(PITCH);
    let (level, begin) = (gain.gain(), context.current_time() + EDGE_S);
    level.set_value(0.0);
    for time in 0..times {
        let at = begin + f64::from(time) * (on + off);
        level.set_value_at_time(0.0, at).ok()?;
        level.linear_ramp_to_value_at_time(LOUD, at + EDGE_S).ok()?;
        level.set_value_at_time(LOUD, at + on - EDGE_S).ok()?;
        level.linear_ramp_to_value_at_time(0.0, at + on).ok()?;
    }
    oscillator.connect_with_audio_node(&gain).ok()?;
    gain.connect_with_audio_node(&context.destination()).ok()?;
    oscillator.start().ok()?;
    let sleeper = context.clone();
    let sleep = Closure::once_into_js(move || {
        let _ = sleeper.suspend();
    });
    oscillator.set_onended(Some(sleep.unchecked_ref()));
    #[allow(deprecated, reason = "as above")]
    oscillator.stop_with_when(begin + f64::from(times) * (on + off)).ok()?;
    Some(oscillator)
}

impl Drop for Tones {
    fn drop(&mut self) {
        self.stop();
        if let Some(context) = &self.context {
            let _ = context.close();
        }
    }
}
