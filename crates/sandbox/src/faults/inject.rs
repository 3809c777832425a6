//! The layer around the vendor's interface that lets calls go wrong.

use std::collections::HashMap;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Abort, Cut, Decision, FaultKind, Injected};
use crate::centre::Disturbance;
use crate::ids::Seeded;
use crate::settings::ENDPOINTS;
use crate::state::Sandbox;
use crate::vendor_api::{Effect, body_max_bytes};

const CONTROLS: [&str; 6] = ["CONNECT", "CHAT", "INPUT", "TRANS2AGENT", "DISCONNECT", "READ"];

/// Name of the called endpoint, for what lies further in.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint(pub(crate) String);

/// Which call this is, as far as faults and counts are concerned.
#[derive(Debug, Default)]
struct Call {
    endpoint: String,
    user: String,
    message_ids: Vec<String>,
}

/// Counts the call, and disturbs it if the plan says so.
pub(crate) async fn inject(
    State(sandbox): State<Sandbox>,
    abort: Option<Extension<Abort>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, body_max_bytes(&parts.uri)).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let call = describe(&parts.method, &parts.uri, &body);
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(Endpoint(call.endpoint.clone()));
    let mut ledger = Ledger { sandbox: sandbox.clone(), counted: None, call, injected: None };
    let decision = sandbox.with_faults(|faults| faults.decide(&ledger.call.endpoint, &ledger.call.user));
    let Some(decision) = decision else {
        let response = next.run(request).await;
        ledger.counted = Some(response.status());
        return response;
    };
    ledger.expect(&decision);
    let disturbed = disturb(&decision, request, next, &mut ledger).await;
    match disturbed {
        Some(response) => {
            ledger.counted = Some(response.status());
            response
        }
        None => {
            drop(ledger);
            close(abort).await
        }
    }
}

/// Lets the call go wrong; `None` asks for the connection to be closed.
async fn disturb(
    decision: &Decision,
    mut request: Request,
    next: Next,
    ledger: &mut Ledger,
) -> Option<Response> {
    let mut chance = Seeded::new(decision.seed);
    match decision.kind {
        FaultKind::ResetBefore => return None,
        FaultKind::Error5xx => {
            let response = server_error(&mut chance);
            ledger.status(response.status());
            return Some(response);
        }
        FaultKind::DuplicateDownlink => {
            request.extensions_mut().insert(Disturbance::Duplicate(decision.seed));
        }
        FaultKind::ReorderDownlink => {
            request.extensions_mut().insert(Disturbance::Reorder(decision.seed));
        }
        _ => {}
    }
    let delay = Duration::from_millis(decision.delay_ms);
    let late_request = chance.below(2) == 0;
    if decision.kind == FaultKind::Latency && late_request {
        tokio::time::sleep(delay).await;
    }
    let response = next.run(request).await;
    ledger.took_effect(&response);
    match decision.kind {
        FaultKind::Latency => {
            if !late_request {
                tokio::time::sleep(delay).await;
            }
            Some(response)
        }
        FaultKind::ResetAfter | FaultKind::LostPoll => None,
        FaultKind::Error5xxAfter => {
            let response = server_error(&mut chance);
            ledger.status(response.status());
            Some(response)
        }
        FaultKind::Truncated => Some(truncate(response, &mut chance).await),
        _ => {
            ledger.only_if_disturbed(&response);
            Some(response)
        }
    }
}

fn describe(method: &Method, uri: &Uri, body: &Bytes) -> Call {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    // Names from outside must not fill the tables that count calls.
    let endpoint = ENDPOINTS.iter().find(|known| **known == last).map_or("other", |known| known).to_owned();
    if method == Method::GET {
        let query = Query::<HashMap<String, String>>::try_from_uri(uri).unwrap_or_default();
        let user = query.get("receiverId").map_or_else(String::new, |receiver| short(receiver));
        return Call { endpoint, user, message_ids: Vec::new() };
    }
    let fields: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(short);
    Call {
        endpoint: match text("controlType") {
            Some(control) if endpoint == "send" && CONTROLS.contains(&control.as_str()) => {
                format!("send:{control}")
            }
            _ => endpoint,
        },
        user: text("userId").or_else(|| text("from")).unwrap_or_default(),
        message_ids: text("messageId").into_iter().collect(),
    }
}

fn short(text: &str) -> String {
    text.chars().take(128).collect()
}

/// A server error as gateways send it: with JSON, with a page of HTML, or with nothing.
fn server_error(chance: &mut Seeded) -> Response {
    const STATUSES: [StatusCode; 4] = [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ];
    let status = STATUSES.get(chance.below(4)).copied().unwrap_or(StatusCode::BAD_GATEWAY);
    let (kind, body) = match chance.below(3) {
        0 => ("application/json", format!("{{\"error_code\":\"{}\"}}", status.as_u16())),
        1 => ("text/html", format!("<html><body><h1>{status}</h1></body></html>")),
        _ => ("text/plain", String::new()),
    };
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

/// Announces the whole body and sends a part of it.
async fn truncate(response: Response, chance: &mut Seeded) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let part = body.slice(..chance.below(body.len()));
    Response::from_parts(parts, Body::new(Cut::after(part)))
}

/// Closes the connection. In a test without one, an empty 502 stands for it.
async fn close(abort: Option<Extension<Abort>>) -> Response {
    if let Some(Extension(abort)) = abort {
        abort.now();
        std::future::pending::<()>().await;
    }
    StatusCode::BAD_GATEWAY.into_response()
}

/// Books a call when it is over, also when the caller hangs up in the middle.
struct Ledger {
    sandbox: Sandbox,
    call: Call,
    counted: Option<StatusCode>,
    injected: Option<Injected>,
}

impl Ledger {
    fn expect(&mut self, decision: &Decision) {
        self.injected = Some(Injected {
            n: 0,
            at_ms: 0,
            kind: decision.kind,
            endpoint: self.call.endpoint.clone(),
            user_id: self.call.user.clone(),
            call: decision.call,
            message_ids: self.call.message_ids.clone(),
            codes: Vec::new(),
            took_effect: false,
            status: None,
            delay_ms: (decision.kind == FaultKind::Latency).then_some(decision.delay_ms),
        });
    }

    fn status(&mut self, status: StatusCode) {
        if let Some(injected) = &mut self.injected {
            injected.status = Some(status.as_u16());
        }
    }

    fn took_effect(&mut self, response: &Response) {
        if let (Some(injected), Some(effect)) = (&mut self.injected, response.extensions().get::<Effect>()) {
            injected.took_effect = effect.accepted;
            injected.codes.clone_from(&effect.codes);
        }
    }

    /// A poll with nothing to double or to reorder was not disturbed.
    fn only_if_disturbed(&mut self, response: &Response) {
        let disturbed = response.extensions().get::<Effect>().map(|effect| effect.disturbed.clone());
        self.injected = self.injected.take().and_then(|injected| {
            let codes = disturbed.filter(|codes| !codes.is_empty())?;
            Some(Injected { codes, ..injected })
        });
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.sandbox.count_call(&self.call.endpoint, self.counted.map(|status| status.as_u16()));
        if let Some(injected) = self.injected.take() {
            let at_ms = self.sandbox.now_ms();
            tracing::debug!(kind = ?injected.kind, endpoint = injected.endpoint, "fault injected");
            self.sandbox.with_faults(|faults| faults.record(Injected { at_ms, ..injected }));
        }
    }
}
