//! What the agents' desk calls, and the desk itself.

mod calls;
mod compose;
mod conversations;
mod page;
mod session;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

pub(crate) use session::Refused;

use crate::state::Sandbox;

/// Largest message of an agent: the largest file in Base64, and the fields around it.
const MESSAGE_MAX_BYTES: usize = crate::settings::FILE_MAX_BYTES as usize / 3 * 4 + 64 * 1024;

/// Largest offer of a browser, as JSON.
const OFFER_MAX_BYTES: usize = 128 * 1024;

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/agent/api/login", post(session::login))
        .route("/agent/api/logout", post(session::logout))
        .route("/agent/api/changes", get(conversations::changes))
        .route("/agent/api/conversations", get(conversations::list))
        .route("/agent/api/conversations/{id}", get(conversations::show))
        .route(
            "/agent/api/conversations/{id}/messages",
            post(compose::send).layer(DefaultBodyLimit::max(MESSAGE_MAX_BYTES)),
        )
        .route("/agent/api/conversations/{id}/messages/{code}/recall", post(compose::recall))
        .route("/agent/api/conversations/{id}/messages/{code}/delete", post(compose::delete))
        .route("/agent/api/files/{key}", get(compose::file))
        .route("/agent/api/calls/{id}/accept", post(calls::accept))
        .route("/agent/api/calls/{id}/end", post(calls::end))
        .route(
            "/agent/api/calls/{id}/media",
            post(calls::media).layer(DefaultBodyLimit::max(OFFER_MAX_BYTES)),
        )
        .route("/agent/api/conversations/{id}/typing", post(conversations::typing))
        .route("/agent/api/conversations/{id}/read", post(conversations::read))
        .route("/agent/api/conversations/{id}/accept", post(conversations::accept))
        .route("/agent/api/conversations/{id}/end", post(conversations::end))
        .layer(from_fn(same_origin))
        .merge(page::router())
        .with_state(sandbox)
}

/// Refuses what a foreign web page makes a browser send here; programs send no `Origin`.
pub(crate) async fn same_origin(request: Request, next: Next) -> Response {
    if is_foreign(request.headers()) {
        return (StatusCode::FORBIDDEN, Json(json!({"error": "not from another site"}))).into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    text(header::ORIGIN)
        .is_some_and(|origin| origin.split_once("://").map(|(_, authority)| authority) != text(header::HOST))
}
