//! `GET /metrics` on a listener of its own, which the internet does not see.

use crate::http::server::{Door, Ending, admit};
use crate::state::AppState;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

/// OpenMetrics 1.0.0.
const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Whoever asks for figures does so by one connection, or two.
const CONNECTIONS: usize = 16;

/// Serves as long as the process lives: also while the proxy goes down.
pub async fn run(listener: TcpListener, state: AppState) {
    let settings = state.shared.settings();
    let limits = &settings.limits;
    let door = Door::new(limits.header_bytes, limits.header_timeout, CONNECTIONS);
    admit(&door, &listener, router(state.clone()), &Ending::default(), std::future::pending(), || None).await;
}

/// The one route.
pub fn router(state: AppState) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(state)
}

async fn metrics(State(state): State<AppState>) -> Response {
    match state.shared.metrics.text(&state) {
        Ok(text) => ([(CONTENT_TYPE, TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
