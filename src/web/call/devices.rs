//! What this browser can do in calls; which microphones, cameras and speakers there are.

use super::plain::{call, get, text};
use frontdesk_core::call::{Browser, Device};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlMediaElement;

/// A device that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which kind.
    pub device: Device,
    /// As the browser names it.
    pub id: String,
    /// As people name it; empty as long as the browser does not tell.
    pub label: String,
}

/// The browser's `mediaDevices`; `undefined` on a page that is not served by TLS.
pub(super) fn media_devices() -> JsValue {
    web_sys::window().map(|window| get(&window.navigator(), "mediaDevices")).unwrap_or_default()
}

/// What this page could do.
pub fn browser() -> Browser {
    let Some(window) = web_sys::window() else { return Browser::Unable };
    let has = |name| !get(&window, name).is_undefined();
    if !window.is_secure_context() {
        Browser::Insecure
    } else if has("RTCPeerConnection") && has("WebSocket") {
        Browser::Able
    } else {
        Browser::Unable
    }
}

/// Plays through this speaker from now on; whether the browser can.
pub fn play_through(player: &HtmlMediaElement, id: &str) -> bool {
    call(player, "setSinkId", &[id.into()]).is_ok()
}

/// All that can be chosen now.
pub async fn choices() -> Vec<Choice> {
    let asked = call(&media_devices(), "enumerateDevices", &[]).and_then(JsValue::dyn_into::<Promise>);
    let Ok(promise) = asked else { return Vec::new() };
    let all = JsFuture::from(promise).await.map(|all| Array::from(&all)).unwrap_or_default();
    let choice = |entry: JsValue| {
        let device = match text(&entry, "kind")?.as_str() {
            "audioinput" => Device::Microphone,
            "videoinput" => Device::Camera,
            "audiooutput" => Device::Speaker,
            _ => return None,
        };
        let id = text(&entry, "deviceId").filter(|id| !id.is_empty())?;
        Some(Choice { device, id, label: text(&entry, "label").unwrap_or_default() })
    };
    all.iter().filter_map(choice).collect()
}
