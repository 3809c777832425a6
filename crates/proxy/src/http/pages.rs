//! The loader, the frame and the files of the widget.

use super::answer::AsItIs;
use super::assets::Keep;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use frontdesk_contract::ErrorCode;
use reqwest::Url;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const ALLOW_ORIGIN: HeaderName = HeaderName::from_static("access-control-allow-origin");

const CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");
const REQUIRE_CORP: HeaderValue = HeaderValue::from_static("require-corp");
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "microphone=(self), camera=(self), autoplay=(self), geolocation=(), payment=(), usb=(), display-capture=()",
);

/// Everything of a page but who may embed it and where it may connect to.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; font-src 'none'; base-uri 'none'; \
    form-action 'none'; require-trusted-types-for 'script'";

const UNKNOWN_DESK: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Not found</title>\
    <p>There is no desk of this name here. Check the attribute data-desk of the script tag.</p></html>";

pub(super) async fn loader(State(state): State<AppState>, headers: HeaderMap) -> Response {
    match state.assets.answer("frontdesk.js", &headers, Keep::Minutes) {
        Some(response) => shared(response),
        None => not_built(),
    }
}

/// What the loader loads with the first use, and the loader of one version, for tags with `integrity`: `frontdesk-1.js`,
/// `frontdesk-0.1.0.js`.
pub(super) async fn other_loader(
    State(state): State<AppState>,
    Path(which): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state
        .assets
        .answer(&format!("frontdesk-{which}"), &headers, Keep::Minutes)
        .map(shared)
        .ok_or_else(|| Problem::new(ErrorCode::NotFound, "there is no such file"))
}

pub(super) async fn asset(
    State(state): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state
        .assets
        .answer(&format!("assets/{path}"), &headers, Keep::ForEver)
        .map(shared)
        .ok_or_else(|| Problem::new(ErrorCode::NotFound, "there is no such file"))
}

/// The page inside the frame, which the desk's origins may embed.
pub(super) async fn frame(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let desk = query.as_deref().and_then(desk_of).and_then(|id| state.shared.desks.get(id));
    let Some(desk) = desk else {
        return page((StatusCode::NOT_FOUND, AsItIs, UNKNOWN_DESK).into_response(), "'none'", []);
    };
    let settings = state.shared.settings();
    let public = &settings.public_url;
    let others = desk.settings.origins.iter().filter(|origin| *origin != public);
    let ancestors: Vec<_> = others.chain([public]).map(String::as_str).collect();
    match state.assets.answer("frame.html", &headers, Keep::Never) {
        Some(response) => page(response, &ancestors.join(" "), &desk.settings.gateways),
        None => not_built(),
    }
}

/// A page with the widget in it, without a frame. It may name any desk.
pub(super) async fn inline(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let desks = state.shared.desks.all();
    let gateways = desks.iter().flat_map(|desk| &desk.settings.gateways);
    match state.assets.answer("inline.html", &headers, Keep::Never) {
        Some(response) => page(response, "'none'", gateways),
        None => not_built(),
    }
}

/// The value of `desk`; ids of desks need no escapes.
fn desk_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("desk="))
}

/// `gateways`: addresses to which calls go.
fn page<'a>(
    mut response: Response,
    ancestors: &str,
    gateways: impl IntoIterator<Item = &'a String>,
) -> Response {
    let headers = response.headers_mut();
    let mut policy = format!("{POLICY}; connect-src 'self'");
    // Without their paths: a source with one would have to be met to the letter.
    for gateway in gateways.into_iter().filter_map(|gateway| Url::parse(gateway).ok()) {
        policy.push(' ');
        policy.push_str(&gateway.origin().ascii_serialization());
    }
    policy.push_str(&format!("; frame-ancestors {ancestors}"));
    // Origins are visible ASCII, checked when the settings were read.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
    headers.insert(EMBEDDER_POLICY, REQUIRE_CORP);
    headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn shared(mut response: Response) -> Response {
    response.headers_mut().insert(RESOURCE_POLICY, CROSS_ORIGIN);
    response.headers_mut().insert(ALLOW_ORIGIN, ANY_ORIGIN);
    // A worker must be as strict as the page that starts it.
    response.headers_mut().insert(EMBEDDER_POLICY, REQUIRE_CORP);
    response
}

fn not_built() -> Response {
    let text =
        "// The widget's files are not here. Build them, and name their folder in the setting `assets`.\n";
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, AsItIs, headers, text).into_response()
}
