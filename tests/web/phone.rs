//! A visitor who calls, with devices and a softphone that do what a test says.

use crate::support::{Visitor, call, until, vouch};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/web/phone.js")]
extern "C" {
    fn open();
    fn close();
    fn host() -> JsValue;
    pub(crate) fn fail(failures: &str);
    pub(crate) fn asked() -> String;
    pub(crate) fn asks() -> u32;
    pub(crate) fn plug(devices: &str);
    pub(crate) fn unplug(kind: &str);
    pub(crate) fn ponder();
    pub(crate) fn answer();
    pub(crate) fn given() -> u32;
    pub(crate) fn tell(event: &str);
    pub(crate) fn did() -> String;
    #[wasm_bindgen(js_name = refuseHold)]
    pub(crate) fn refuse_hold();
    fn dialled() -> bool;
    pub(crate) fn measure(report: &str);
    pub(crate) fn pass(ms: u32);
    pub(crate) fn cut();
    pub(crate) fn float(has: bool);
    pub(crate) fn ring();
    pub(crate) fn ticks() -> String;
    pub(crate) fn hide(ms: u32);
    pub(crate) fn show();
    pub(crate) fn is_heard() -> bool;
    pub(crate) fn live() -> u32;
    pub(crate) fn is_warned() -> bool;
}

const CONNECTED: &str = r#"{"state":"connected","gateway":{"domain":"gw.example",
    "addresses":["wss://gw.example"],"access_code":"1000","caller":"2000"}}"#;

/// A visitor at a desk that takes calls. The devices are the browser's own again at the end.
pub(crate) struct Caller {
    pub(crate) visitor: Visitor,
}

impl Caller {
    /// The call view is open.
    pub(crate) async fn comes() -> Self {
        Self::comes_with(|_| {}).await
    }

    /// The same with more functions of the host.
    pub(crate) async fn comes_with(more: impl FnOnce(&JsValue)) -> Self {
        Self::comes_as(false, more).await
    }

    async fn comes_as(vouched_for: bool, more: impl FnOnce(&JsValue)) -> Self {
        open();
        let host = host();
        more(&host);
        let offers = r#"{"call":{"audio":true,"video":true}}"#;
        let visitor = Visitor::comes_by(offers, |settings| {
            if vouched_for {
                vouch();
            }
            let _ = js_sys::Reflect::set(settings, &"host".into(), &host);
        })
        .await;
        let caller = Self { visitor };
        caller.visitor.sees(".fd-call-open").await;
        caller.visitor.clicks(".fd-call-open");
        caller.reads_title("Call us").await;
        caller.visitor.sees(".fd-call-actions .fd-button").await;
        caller
    }

    /// The call view is open, of somebody for whom the site vouches.
    pub(crate) async fn comes_vouched_for() -> Self {
        Self::comes_as(true, |_| {}).await
    }

    /// By voice, as far as the queue.
    pub(crate) async fn queues(self) -> Self {
        self.begins(false).await;
        self.reads_title("Waiting for an agent").await;
        self
    }

    /// Presses the button of a voice call, or of one with picture.
    pub(crate) async fn begins(&self, video: bool) {
        let which = if video { "last" } else { "first" };
        self.visitor.clicks(&format!(".fd-call-actions .fd-button:{which}-child"));
    }

    /// An agent is there: the softphone calls.
    pub(crate) async fn gets_connected(self) -> Self {
        call(CONNECTED);
        until("the softphone calls", dialled).await;
        self
    }

    /// A voice call, or one with picture, that the agent took.
    pub(crate) async fn talks(video: bool) -> Self {
        let caller = Self::comes().await;
        caller.begins(video).await;
        caller.reads_title("Waiting for an agent").await;
        caller.gets_connected().await.gets_answered().await
    }

    /// The agent takes the call.
    pub(crate) async fn gets_answered(self) -> Self {
        tell(r#"{"type":"answered"}"#);
        tell(r#"{"type":"ice","state":"connected"}"#);
        self.reads_title("In a call").await;
        self
    }

    pub(crate) async fn reads_title(&self, wanted: &str) {
        self.visitor.reads(".fd-call-title", wanted).await;
    }

    pub(crate) async fn is_told(&self, wanted: &str) {
        self.visitor.reads(".fd-call-said", wanted).await;
    }

    /// A control by its name.
    pub(crate) fn control(name: &str) -> String {
        format!(".fd-call-row [aria-label='{name}']")
    }

    pub(crate) fn presses(&self, name: &str) {
        self.visitor.clicks(&Self::control(name));
    }

    /// Whether it is pressed.
    pub(crate) async fn shows(&self, name: &str, pressed: bool) {
        self.visitor.sees(&format!("{}[aria-pressed='{pressed}']", Self::control(name))).await;
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.visitor.handle.destroy();
        close();
    }
}
