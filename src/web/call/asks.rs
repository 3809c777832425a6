//! The requests of a call to the proxy.

use crate::web::transport::{body_of, fetched};
use crate::web::{Timer, Transport, json};
use frontdesk_contract::{ApiError, ClientId};
use frontdesk_core::Failure;
use frontdesk_core::call::{Answer, Ask};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

/// A request on its way; aborted on drop.
#[must_use = "dropping the handle aborts the request"]
pub struct Asking {
    abort: Option<AbortController>,
    wanted: Rc<Cell<bool>>,
    _timeout: Timer,
}

impl Asking {
    /// Sends, and calls `done` exactly once, at the latest after `timeout_ms`; never, if the handle is dropped before.
    pub fn send(
        transport: &Transport,
        ask: &Ask,
        credential: &str,
        timeout_ms: u32,
        done: Box<dyn FnOnce(Result<Answer, Failure>)>,
    ) -> Self {
        let abort = AbortController::new().ok();
        let wanted = Rc::new(Cell::new(true));
        let path = path(ask);
        let parts = match ask {
            Ask::Support => ("GET", path.as_str(), None),
            Ask::Start(start) => ("POST", path.as_str(), json::to_text(start).map(JsValue::from)),
            Ask::Beat => ("POST", path.as_str(), Some(JsValue::from_str("{}"))),
            Ask::Drop(_) => ("DELETE", path.as_str(), None),
        };
        let request = transport.of_call(parts, credential, abort.as_ref(), false);
        let (support, still_wanted) = (matches!(ask, Ask::Support), Rc::clone(&wanted));
        spawn_local(async move {
            let outcome = exchange(request, support).await;
            if still_wanted.replace(false) {
                done(outcome);
            }
        });
        let late = abort.clone();
        let give_up = move || {
            if let Some(abort) = &late {
                abort.abort();
            }
        };
        Self { abort, wanted, _timeout: Timer::after(timeout_ms.into(), Box::new(give_up)) }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if self.wanted.replace(false)
            && let Some(abort) = &self.abort
        {
            abort.abort();
        }
    }
}

/// Ends the call by a request that outlives the page.
pub fn farewell(transport: &Transport, id: &ClientId, credential: &str) {
    let path = path(&Ask::Drop(id.clone()));
    let request = transport.of_call(("DELETE", &path, None), credential, None, true);
    if let (Some(window), Some(request)) = (web_sys::window(), request) {
        // Nobody is there for the answer.
        let _ = window.fetch_with_request(&request);
    }
}

fn path(ask: &Ask) -> String {
    match ask {
        Ask::Support | Ask::Start(_) => "call".to_owned(),
        Ask::Beat => "call/heartbeat".to_owned(),
        // An id is letters and digits.
        Ask::Drop(id) => ["call?id=", id.as_str()].concat(),
    }
}

async fn exchange(request: Option<web_sys::Request>, support: bool) -> Result<Answer, Failure> {
    let response = fetched(&request.ok_or(Failure::Network)?).await?;
    let ok = response.ok();
    let body = body_of(&response).await?;
    if !ok {
        return Err(json::from_js::<ApiError>(body).map_or(Failure::Foreign, Failure::Refused));
    }
    let answer = if support {
        json::from_js(body).map(Answer::Support)
    } else {
        json::from_js(body).map(Answer::Status)
    };
    answer.ok_or(Failure::Foreign)
}
