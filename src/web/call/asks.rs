//! The requests of a call to the proxy.

use super::plain::quietly;
use crate::web::{Request, Transport, json};
use frontdesk_contract::ClientId;
use frontdesk_core::Failure;
use frontdesk_core::call::{Answer, Ask};
use wasm_bindgen::JsValue;
use web_sys::AbortController;

/// Sends, and calls `done` exactly once, at the latest after `timeout_ms`; never, if the handle is dropped before.
pub fn ask(
    transport: &Transport,
    ask: &Ask,
    credential: &str,
    timeout_ms: u32,
    done: Box<dyn FnOnce(Result<Answer, Failure>)>,
) -> Request {
    let path = path(ask);
    let (method, body) = match ask {
        Ask::Support => ("GET", None),
        Ask::Start(start) => ("POST", json::to_text(start).map(JsValue::from)),
        Ask::Place(place) => ("POST", json::to_text(place).map(JsValue::from)),
        Ask::Beat => ("POST", Some(JsValue::from_str("{}"))),
        Ask::Drop(_) => ("DELETE", None),
    };
    let abort = AbortController::new().ok();
    let request = transport.of_call((method, &path, body), credential, abort.as_ref(), false);
    let read = reader(ask);
    let told = move |body: Result<JsValue, Failure>| {
        done(body.and_then(|body| read(body).ok_or(Failure::Foreign)));
    };
    Request::begin(request, abort, timeout_ms, Box::new(told))
}

/// Ends the call by a request that outlives the page.
pub fn farewell(transport: &Transport, id: &ClientId, credential: &str) {
    let path = path(&Ask::Drop(id.clone()));
    outliving(transport, ("DELETE", &path, None), credential);
}

/// Sends a request (method, path and body) that goes on when the page goes away. Nobody is there for the answer.
pub fn outliving(transport: &Transport, parts: (&str, &str, Option<JsValue>), credential: &str) {
    let request = transport.of_call(parts, credential, None, true);
    if let Some((window, request)) = web_sys::window().zip(request) {
        quietly(Ok(window.fetch_with_request(&request).into()));
    }
}

fn path(ask: &Ask) -> String {
    match ask {
        Ask::Support | Ask::Start(_) => "call".to_owned(),
        Ask::Place(_) => "calls/place".to_owned(),
        Ask::Beat => "call/heartbeat".to_owned(),
        // An id is letters and digits.
        Ask::Drop(id) => ["call?id=", id.as_str()].concat(),
    }
}

/// How the answer reads.
fn reader(ask: &Ask) -> fn(JsValue) -> Option<Answer> {
    match ask {
        Ask::Support => |body| json::from_js(body).map(Answer::Support),
        Ask::Start(_) | Ask::Place(_) | Ask::Beat | Ask::Drop(_) => {
            |body| json::from_js(body).map(Answer::Status)
        }
    }
}
