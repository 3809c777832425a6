//! The outermost layer: every request gets an id, a time limit, one line in the log and a span of its trace; every answer its
//! headers.

use super::address::Peer;
use super::answer;
use crate::chance;
use crate::metrics::method_word;
use crate::problem::Problem;
use crate::session::credential::hex;
use crate::state::AppState;
use crate::traces;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, HOST, REFERRER_POLICY, TRANSFER_ENCODING,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use frontdesk_contract::ErrorCode;
use opentelemetry::Context;
use opentelemetry::trace::FutureExt as _;
use tokio::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// An address longer than this is refused; ours are short.
const LONGEST_ADDRESS: usize = 2_048;

pub(super) async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let request_id = hex(&chance::bytes::<8>());
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let under_way = state.shared.metrics.request(route.as_ref().map(MatchedPath::as_str), &method);
    let trace = trace(&state, &request, route.as_ref(), &request_id);
    let settings = state.shared.settings();
    let limits = &settings.limits;
    let chunked = request.headers().contains_key(TRANSFER_ENCODING);
    let response = if let Some(why) = ambiguous(&request) {
        Problem::new(ErrorCode::BadRequest, why).into_response()
    } else if too_large(request.uri(), request.headers(), limits.header_bytes) {
        Problem::new(ErrorCode::HeaderTooLarge, "headers or address are longer than is taken").into_response()
    } else {
        let long = route.as_ref().is_some_and(|route| carries_files(route.as_str()));
        // Two halves: from the page to here, from here to the centre.
        let patience = if long { limits.file_timeout * 2 } else { limits.request_timeout };
        let answer = next.run(request).with_context(trace.clone().unwrap_or_default());
        match tokio::time::timeout(patience, answer).await {
            Ok(response) => response,
            Err(_) => Problem::of_centre(ErrorCode::CentreTimeout).into_response(),
        }
    };
    let mut response = answer::finish(response, &request_id);
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    headers.entry(REFERRER_POLICY).or_insert(NO_REFERRER);
    headers.insert(X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    if chunked {
        // Whoever stands before the proxy may see the end of this body elsewhere: what follows is not another request
        // (RFC 9112 §6.1). hyper drops a `Content-Length` that comes after, so that every such connection ends.
        headers.insert(CONNECTION, CLOSE);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    under_way.answered(response.status(), started.elapsed());
    if let Some(trace) = trace {
        traces::answered(&trace, response.status());
    }
    tracing::info!(
        method = method.as_str(),
        route = route.as_ref().map_or("-", MatchedPath::as_str),
        status = response.status().as_u16(),
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        request_id,
        "request"
    );
    response
}

/// The context of the request's span; `None`: nothing is traced, or it is asked whether the proxy is well.
fn trace(
    state: &AppState,
    request: &Request,
    route: Option<&MatchedPath>,
    request_id: &str,
) -> Option<Context> {
    let route = route.map(MatchedPath::as_str);
    let traces = state.shared.traces.get().filter(|_| !matches!(route, Some("/livez" | "/readyz")))?;
    Some(traces.request(method_word(request.method()), route, request_id, request.headers()))
}

/// Whether requests to this route take as long as a file takes.
fn carries_files(route: &str) -> bool {
    matches!(route, "/v1/files" | "/v1/files/{file}")
}

/// Why a request may have been read otherwise by whoever stands before the proxy (RFC 9112 §3.2, §6.1).
fn ambiguous(request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    // What did not come by a socket was not written down as HTTP.
    let written = request.version() == Version::HTTP_11 && request.extensions().get::<Peer>().is_some();
    if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        Some("the body's length is told twice: by Content-Length and by Transfer-Encoding")
    } else if headers.get_all(HOST).iter().count() > 1 {
        Some("the header Host is there twice")
    } else if written && !headers.contains_key(HOST) {
        Some("the header Host is missing")
    } else {
        None
    }
}

fn too_large(uri: &Uri, headers: &HeaderMap, most: usize) -> bool {
    let address = uri.path_and_query().map_or(0, |text| text.as_str().len());
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    address > LONGEST_ADDRESS || bytes > most
}
