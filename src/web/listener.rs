//! An event listener that goes when its handle goes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A listener; removed on drop.
#[must_use = "dropping the handle removes the listener"]
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    run: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `run` for every event of this name.
    pub fn new(target: &EventTarget, name: &'static str, run: Box<dyn FnMut(Event)>) -> Self {
        let run = Closure::wrap(run);
        // Fails only where the target refuses listeners, and then there is nothing to hear.
        let _ = target.add_event_listener_with_callback(name, run.as_ref().unchecked_ref());
        Self { target: target.clone(), name, run }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.name, self.run.as_ref().unchecked_ref());
    }
}
