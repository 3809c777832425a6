//! Cross-origin requests. Before the desk is known every desk's origins may ask; the handler then checks the desk's own.

use super::origin::{From, is_allowed, of};
use crate::audit::Told;
use crate::audit::words::Origin;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use frontdesk_contract::ErrorCode;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "Content-Type, Range, If-Range, Frontdesk-Session, Frontdesk-Id, Frontdesk-Name, Traceparent",
);
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-Request-Id, Retry-After, Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag",
);
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
/// What answers depend on, see [`super::origin`].
const BY_ORIGIN: HeaderValue = HeaderValue::from_static("Origin, Sec-Fetch-Site");

pub(super) async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // Centres are no pages.
    if !path.starts_with("/v1/") || path.starts_with("/v1/centre/") {
        return next.run(request).await;
    }
    let allowed = match of(request.headers()) {
        From::Page(origin) if any_desk(&state, origin) => request.headers().get("origin").cloned(),
        _ => None,
    };
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key("origin")
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (preflight, &allowed) {
        (false, _) => next.run(request).await,
        (true, Some(_)) => permission(),
        (true, None) => Problem::new(ErrorCode::OriginRefused, "the page's origin is not one of a desk's")
            .audited(Told::because(Origin::Preflight))
            .into_response(),
    };
    let headers = response.headers_mut();
    headers.append(VARY, BY_ORIGIN);
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    response
}

fn any_desk(state: &AppState, origin: &str) -> bool {
    let settings = state.shared.settings();
    origin == settings.public_url
        || state.shared.desks.all().iter().any(|desk| is_allowed(origin, &settings, &desk.settings))
}

fn permission() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    response
}
