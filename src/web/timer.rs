//! One delayed call.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// The longest delay a browser takes; longer ones would fire at once.
const LONGEST_MS: u64 = i32::MAX as u64;

/// A call to come; cancelled on drop.
#[must_use = "dropping the handle cancels the call"]
pub struct Timer {
    id: i32,
    _run: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `run` once, not before `delay_ms` (at most some 24 days) have passed.
    pub fn after(delay_ms: u64, run: Box<dyn FnMut()>) -> Self {
        let run = Closure::wrap(run);
        let delay = delay_ms.min(LONGEST_MS) as i32;
        let id = web_sys::window()
            .and_then(|window| {
                let callback = run.as_ref().unchecked_ref();
                window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, delay).ok()
            })
            .unwrap_or(0);
        Self { id, _run: run }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
