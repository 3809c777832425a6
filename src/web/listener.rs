//! An event listener that goes when its handle goes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A listener; removed on drop.
#[must_use = "dropping the handle removes the listener"]
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    capture: bool,
    run: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `run` for every event of this name.
    pub fn new(target: &EventTarget, name: &'static str, run: Box<dyn FnMut(Event)>) -> Self {
        Self::listen(target, name, false, run)
    }

    /// The same on the way down to the elements inside: also for events that do not bubble.
    pub fn capture(target: &EventTarget, name: &'static str, run: Box<dyn FnMut(Event)>) -> Self {
        Self::listen(target, name, true, run)
    }

    fn listen(target: &EventTarget, name: &'static str, capture: bool, run: Box<dyn FnMut(Event)>) -> Self {
        let run = Closure::wrap(run);
        let callback = run.as_ref().unchecked_ref();
        // Fails only where the target refuses listeners, and then there is nothing to hear.
        let _ = target.add_event_listener_with_callback_and_bool(name, callback, capture);
        Self { target: target.clone(), name, capture, run }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.run.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.name, callback, self.capture);
    }
}
