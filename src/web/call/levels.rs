//! How loud both sides are, out of what the browser measures (W3C WebRTC statistics). Web Audio would tell the same, and
//! a running audio graph costs as much as the call.

use super::plain::{call, get, list, number, text};
use wasm_bindgen::JsValue;

/// Looked at this often, in milliseconds ...
const OFTEN_MS: u64 = 250;
/// ... and so often for visitors who want nothing to move.
const SELDOM_MS: u64 = 1_000;

/// How loud, in percent; a whisper is some 10, what is too loud is 100. `None`: this browser does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loud {
    /// The visitor.
    pub own: Option<u32>,
    /// The other side.
    pub other: Option<u32>,
}

/// How often to look, in milliseconds.
pub fn every_ms() -> u64 {
    let wish = ["(prefers-reduced-motion: reduce)".into()];
    let asked = web_sys::window().and_then(|window| call(&window, "matchMedia", &wish).ok());
    let still = asked.is_some_and(|asked| get(&asked, "matches").is_truthy());
    if still { SELDOM_MS } else { OFTEN_MS }
}

/// The levels in a report.
pub fn loud(report: &JsValue) -> Loud {
    let mut loud = Loud::default();
    let all = call(report, "values", &[]).map(|values| list(&values)).unwrap_or_default();
    for entry in all.iter().filter(|entry| text(entry, "kind").as_deref() == Some("audio")) {
        let level = number(&entry, "audioLevel").map(percent);
        match text(&entry, "type").as_deref() {
            Some("media-source") => loud.own = level,
            Some("inbound-rtp") => loud.other = loud.other.max(level),
            _ => {}
        }
    }
    loud
}

/// The ear hears in powers of loudness; a root is near enough to that.
fn percent(level: f64) -> u32 {
    (level.clamp(0.0, 1.0).sqrt() * 100.0) as u32
}
