//! Whether sound could travel at all: a computer without a network has no address to send from (RFC 8445, 5.1.1).

use super::plain::{call, get, text};
use super::softphone::servers;
use crate::web::{Listener, Timer};
use frontdesk_contract::IceServer;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::EventTarget;

/// So long is an address waited for, in milliseconds: one of an interface is there at once, and a call waits no longer for
/// those of servers. A browser whose network went away may look for ever.
const WAIT_MS: u64 = 4_000;

/// Whether the browser finds an address to send from, of an interface or by these servers. Where it does not tell, there
/// is one. Before the microphone was allowed, browsers do not tell of all.
pub async fn is_there(ice_servers: &[IceServer]) -> bool {
    probe(ice_servers).await.unwrap_or(true)
}

async fn probe(ice_servers: &[IceServer]) -> Option<bool> {
    let make: Function = get(&web_sys::window()?.into(), "RTCPeerConnection").dyn_into().ok()?;
    let settings = super::plain::object(&[("iceServers", servers(ice_servers))]);
    let peer = Reflect::construct(&make, &Array::of1(&settings)).ok()?;
    let target: EventTarget = peer.clone().dyn_into().ok()?;
    let mut done = None;
    let found = Promise::new(&mut |resolve, _| done = Some(resolve));
    let done = done?;
    let (one, end, late) = (done.clone(), done.clone(), done);
    let state = peer.clone();
    let _listeners = [
        Listener::new(
            &target,
            "icecandidate",
            Box::new(move |event| {
                if text(&get(&event, "candidate"), "candidate").is_some_and(|found| !found.is_empty()) {
                    let _ = one.call1(&JsValue::NULL, &JsValue::TRUE);
                }
            }),
        ),
        Listener::new(
            &target,
            "icegatheringstatechange",
            Box::new(move |_| {
                if text(&state, "iceGatheringState").as_deref() == Some("complete") {
                    let _ = end.call1(&JsValue::NULL, &JsValue::FALSE);
                }
            }),
        ),
    ];
    let _timer = Timer::after(WAIT_MS, Box::new(move || drop(late.call1(&JsValue::NULL, &JsValue::FALSE))));
    let begun = call(&peer, "createDataChannel", &["".into()])
        .and_then(|_| call(&peer, "setLocalDescription", &[]))
        .map(|promise| Promise::resolve(&promise));
    let found = match begun {
        Ok(promise) => match JsFuture::from(promise).await {
            Ok(_) => JsFuture::from(found).await.ok().and_then(|found| found.as_bool()),
            Err(_) => None,
        },
        Err(_) => None,
    };
    let _ = call(&peer, "close", &[]);
    found
}
