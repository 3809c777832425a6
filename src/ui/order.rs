//! A call that the page wants placed, until the calls take it over.

use frontdesk_core::call::Wish;
use js_sys::Function;
use wasm_bindgen::JsValue;

/// What it is worth waiting for a session and for the part that calls, in milliseconds: later, nobody expects a call any more.
pub const WAIT_MS: u64 = 30_000;

/// Whom to call, and who hears what becomes of it.
pub struct Order {
    /// Whom to call.
    pub wish: Wish,
    told: Option<Function>,
}

impl Order {
    /// `told` is called once: with nothing, when the gateway is being called, or with a code.
    pub fn new(wish: Wish, told: Function) -> Self {
        Self { wish, told: Some(told) }
    }

    /// Tells what became of it.
    pub fn settle(&mut self, code: Option<&str>) {
        if let Some(told) = self.told.take() {
            let code = code.map_or(JsValue::UNDEFINED, JsValue::from_str);
            // What the page makes of it is its own concern.
            let _ = told.call1(&JsValue::UNDEFINED, &code);
        }
    }
}

impl Drop for Order {
    fn drop(&mut self) {
        self.settle(Some("cancelled"));
    }
}
