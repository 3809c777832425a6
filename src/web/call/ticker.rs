//! One delayed call after the other, also in a tab that is hidden: by a worker (`www/call/ticker.js`). Browsers let the
//! timers of a hidden page run once a minute after some minutes, and a call must be kept every few seconds.

use super::plain::call;
use crate::web::Listener;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::EventTarget;

/// A worker that ticks; stopped on drop.
#[must_use = "dropping the handle stops the worker"]
pub struct Ticker {
    worker: JsValue,
    _rings: Listener,
}

impl Ticker {
    /// Starts it by the host's function, which answers a promise of the module. `None`: no worker can be had here.
    pub async fn start(loader: &Function, ring: Box<dyn Fn()>) -> Option<Self> {
        let promise = Promise::resolve(&loader.call0(&JsValue::NULL).ok()?);
        let module = JsFuture::from(promise).await.ok()?;
        let worker = call(&module, "start", &[]).ok()?;
        let target = worker.dyn_ref::<EventTarget>()?;
        let rings = Listener::new(target, "message", Box::new(move |_| ring()));
        Some(Self { worker, _rings: rings })
    }

    /// Rings once after so many milliseconds, and not at the time that was asked for before; `None`: not at all.
    pub fn set(&self, delay_ms: Option<u64>) {
        let delay = delay_ms.map_or(JsValue::NULL, |ms| JsValue::from_f64(ms as f64));
        // A worker that has gone rings no more; the page's own timer does.
        let _ = call(&self.worker, "postMessage", &[delay]);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        let _ = call(&self.worker, "terminate", &[]);
    }
}
