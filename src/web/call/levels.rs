//! How loud both sides are, by Web Audio, for as long as they talk.

use super::plain::{call, get, object};
use crate::web::Timer;
use crate::web::wake::is_visible;
use js_sys::{Array, Function, Reflect};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaStream;

/// Looked at this often, in milliseconds ...
const OFTEN_MS: u64 = 125;
/// ... and so often for visitors who want nothing to move.
const SELDOM_MS: u64 = 1_000;
/// So many samples are looked at: 21 ms at 48 kHz.
const SAMPLES: u32 = 1_024;

/// How loud, in percent; a whisper is some 10, what is too loud is 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loud {
    /// The visitor.
    pub own: u32,
    /// The other side.
    pub other: u32,
}

/// Told of it.
pub type Told = Box<dyn Fn(Loud)>;

/// Listens to both sides; stops on drop.
#[must_use = "dropping the handle stops listening"]
pub struct Levels {
    shared: Rc<Shared>,
}

struct Shared {
    context: JsValue,
    own: RefCell<Option<Ear>>,
    other: RefCell<Option<Ear>>,
    told: Told,
    timer: RefCell<Option<Timer>>,
    every_ms: u64,
}

/// One side.
struct Ear {
    source: JsValue,
    analyser: JsValue,
    samples: Array,
}

impl Levels {
    /// Tells from now on. `None`: the browser has no Web Audio.
    pub fn listen(told: Told) -> Option<Self> {
        let window = web_sys::window()?;
        let make: Function = get(&window, "AudioContext").dyn_into().ok()?;
        let context = Reflect::construct(&make, &Array::new()).ok()?;
        let wish = ["(prefers-reduced-motion: reduce)".into()];
        let still = call(&window, "matchMedia", &wish).is_ok_and(|found| get(&found, "matches").is_truthy());
        let shared = Rc::new(Shared {
            context,
            own: RefCell::default(),
            other: RefCell::default(),
            told,
            timer: RefCell::default(),
            every_ms: if still { SELDOM_MS } else { OFTEN_MS },
        });
        shared.again(Rc::downgrade(&shared));
        Some(Self { shared })
    }

    /// Listens to this stream of the visitor; to be told anew when its microphone is another.
    pub fn own(&self, stream: &MediaStream) {
        self.shared.own.replace(Ear::open(&self.shared.context, stream));
    }

    /// Listens to this stream of the other side.
    pub fn other(&self, stream: &MediaStream) {
        self.shared.other.replace(Ear::open(&self.shared.context, stream));
    }
}

impl Drop for Levels {
    fn drop(&mut self) {
        let shared = &self.shared;
        drop((shared.own.take(), shared.other.take()));
        let _ = call(&shared.context, "close", &[]);
        let before = shared.timer.take();
        // It may be running now.
        spawn_local(async move { drop(before) });
    }
}

impl Shared {
    fn again(&self, own: Weak<Self>) {
        let look = move || {
            let Some(shared) = own.upgrade() else { return };
            if is_visible() {
                let loud = |ear: &RefCell<Option<Ear>>| ear.borrow().as_ref().map_or(0, Ear::loud);
                (shared.told)(Loud { own: loud(&shared.own), other: loud(&shared.other) });
            }
            shared.again(own.clone());
        };
        let before = self.timer.replace(Some(Timer::after(self.every_ms, Box::new(look))));
        // The one that is running now must outlive this turn.
        spawn_local(async move { drop(before) });
    }
}

impl Ear {
    /// `None`: there is no sound in the stream.
    fn open(context: &JsValue, stream: &MediaStream) -> Option<Self> {
        let source = call(context, "createMediaStreamSource", &[stream.into()]).ok()?;
        let settings = object(&[("fftSize", SAMPLES.into())]);
        let make: Function = get(&web_sys::window()?.into(), "AnalyserNode").dyn_into().ok()?;
        let analyser = Reflect::construct(&make, &Array::of2(context, &settings)).ok()?;
        let make: Function = get(&web_sys::window()?.into(), "Float32Array").dyn_into().ok()?;
        let samples = Reflect::construct(&make, &Array::of1(&SAMPLES.into())).ok()?;
        call(&source, "connect", core::slice::from_ref(&analyser)).ok()?;
        // Taken as a list of arguments, which may be any list.
        Some(Self { source, analyser, samples: samples.unchecked_into() })
    }

    fn loud(&self) -> u32 {
        if call(&self.analyser, "getFloatTimeDomainData", &[self.samples.clone().into()]).is_err() {
            return 0;
        }
        let highest = get(&get(&js_sys::global(), "Math"), "max").dyn_into::<Function>();
        let peak =
            highest.and_then(|highest| highest.apply(&JsValue::NULL, &self.samples)).unwrap_or_default();
        // The ear hears in powers of loudness; a root is near enough to that.
        (peak.as_f64().unwrap_or(0.0).clamp(0.0, 1.0).sqrt() * 100.0) as u32
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let _ = call(&self.source, "disconnect", &[]);
    }
}
