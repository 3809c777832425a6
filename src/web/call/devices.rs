//! What this browser can do in calls; which microphones, cameras and speakers there are.

use super::plain::{call, get, list, text};
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

/// Plays through this speaker from now on, an empty id being the usual one; whether the browser can.
pub async fn play_through(player: &HtmlMediaElement, id: &str) -> bool {
    match call(player, "setSinkId", &[id.into()]) {
        Ok(promise) => JsFuture::from(Promise::resolve(&promise)).await.is_ok(),
        Err(_) => false,
    }
}

/// The camera to turn to from this one: on a telephone the one that looks the other way, elsewhere the next one.
pub async fn other_camera(current: &str) -> Option<String> {
    let (mut before, mut after, mut now) = (Vec::new(), Vec::new(), None);
    for entry in entries().await.iter().filter(|entry| kind(entry) == Some(Device::Camera)) {
        let able = call(&entry, "getCapabilities", &[]).unwrap_or_default();
        let facing = list(&get(&able, "facingMode")).get(0).as_string();
        match text(&entry, "deviceId")? {
            id if id == current => {
                now = facing;
                before = core::mem::take(&mut after);
            }
            id => after.push((id, facing)),
        }
    }
    after.append(&mut before);
    let turned = after.iter().position(|(_, facing)| now.is_some() && facing.is_some() && *facing != now);
    after.into_iter().nth(turned.unwrap_or(0)).map(|(id, _)| id)
}

/// All that can be chosen now.
pub async fn choices() -> Vec<Choice> {
    let choice = |entry: JsValue| {
        let device = kind(&entry)?;
        let id = text(&entry, "deviceId").filter(|id| !id.is_empty())?;
        Some(Choice { device, id, label: text(&entry, "label").unwrap_or_default() })
    };
    entries().await.iter().filter_map(choice).collect()
}

/// Whether there is one of this kind. Before the visitor has allowed any, browsers list them without ids.
pub(super) async fn has(device: Device) -> bool {
    entries().await.iter().any(|entry| kind(&entry) == Some(device))
}

async fn entries() -> Array {
    let asked = call(&media_devices(), "enumerateDevices", &[]).and_then(JsValue::dyn_into::<Promise>);
    let Ok(promise) = asked else { return Array::new() };
    JsFuture::from(promise).await.map(|all| list(&all)).unwrap_or_default()
}

fn kind(entry: &JsValue) -> Option<Device> {
    Some(match text(entry, "kind")?.as_str() {
        "audioinput" => Device::Microphone,
        "videoinput" => Device::Camera,
        "audiooutput" => Device::Speaker,
        _ => return None,
    })
}
