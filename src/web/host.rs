//! What surrounds the widget: the loader behind the frame, or the page it was mounted in. A plain object of
//! functions; every one may be missing.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// There is a conversation to come back to.
pub const OPEN: u32 = 2;

/// The host's functions.
#[derive(Clone, Default)]
pub struct Host {
    functions: JsValue,
}

impl Host {
    /// Takes an object of functions, or nothing.
    pub fn new(functions: JsValue) -> Self {
        Self { functions }
    }

    /// The visitor wants the panel gone. False: the host has no way to hide it.
    pub fn close(&self) -> bool {
        self.call("close", &JsValue::UNDEFINED).is_some()
    }

    /// Whether the host can hide the panel.
    pub fn can_close(&self) -> bool {
        self.function("close").is_some()
    }

    /// So many messages have not been seen.
    pub fn unread(&self, count: u32) {
        self.call("unread", &count.into());
    }

    /// The visitor's place in the queue (0: not known), and a sentence about it; `None`: the visitor does not queue.
    pub fn queue(&self, place: u32, sentence: Option<&str>) {
        let sentence = sentence.map_or(JsValue::NULL, JsValue::from_str);
        self.call("queue", &js_sys::Array::of2(&place.into(), &sentence));
    }

    /// Whether there is a conversation to come back to ([`OPEN`]), or else something to be sent still (1), or nothing (0).
    pub fn conversation(&self, stand: u32) {
        self.call("conversation", &stand.into());
    }

    /// Answers a promise of the softphone's module (`www/call/softphone.d.ts`); `None`: the host has no calls.
    pub fn softphone(&self) -> Option<Function> {
        self.function("softphone")
    }

    /// Answers a promise of a clock for hidden tabs (`www/call/ticker.js`); `None`: the page's own timers must do.
    pub fn ticker(&self) -> Option<Function> {
        self.function("ticker")
    }

    /// A link with this ticket leads to another window. Once that asks, `left` answers what is written here and not sent.
    pub fn hand_over(&self, ticket: &str, left: JsValue) {
        self.call("handOver", &js_sys::Array::of2(&ticket.into(), &left));
    }

    /// How a call stands.
    pub fn call_told(&self, detail: &JsValue) {
        self.call("call", detail);
    }

    /// Something has happened that a page may follow, see docs/embedding.md.
    pub fn told(&self, name: &str, detail: &JsValue) {
        self.call("told", &js_sys::Array::of2(&name.into(), detail));
    }

    /// The visitor is somebody else from now on, or nobody: all that is here is to go and to begin anew. A host that cannot do
    /// that has its page loaded again.
    pub fn renew(&self) {
        if self.call("renew", &JsValue::UNDEFINED).is_none()
            && let Some(window) = web_sys::window()
        {
            let _ = window.location().reload();
        }
    }

    /// The panel can be used.
    pub fn ready(&self) {
        self.call("ready", &JsValue::UNDEFINED);
    }

    /// Adds the sentences that the first view does without; `None`: they are there.
    pub fn more_texts(&self) -> Option<JsFuture> {
        let coming = self.call("moreTexts", &JsValue::UNDEFINED)?.dyn_into::<Promise>().ok()?;
        Some(coming.into())
    }

    /// All of them, as they were given.
    pub(crate) fn functions(&self) -> &JsValue {
        &self.functions
    }

    /// This tab leads, or waits behind the one that does; `None`: neither. Where the browser can tell, `vacant` is called
    /// when the tab that led is gone without a word.
    pub fn lead(&self, leads: Option<bool>, vacant: &JsValue) {
        let leads = leads.map_or(JsValue::NULL, JsValue::from_bool);
        self.call("lead", &js_sys::Array::of2(&leads, vacant));
    }

    /// Something new has come that no tab shows.
    pub fn sound(&self) {
        self.call("sound", &JsValue::UNDEFINED);
    }

    fn function(&self, name: &str) -> Option<Function> {
        if !self.functions.is_object() {
            return None;
        }
        Reflect::get(&self.functions, &name.into()).ok()?.dyn_into().ok()
    }

    fn call(&self, name: &str, value: &JsValue) -> Option<JsValue> {
        self.function(name)?.call1(&self.functions, value).ok()
    }
}
