//! The operator listener: calls of the operator's own programs, on an address of their own and with a key.
//!
//! A server of the site, or a tool of the staff, has the centre prepare a call here and connects it itself. Browsers have no
//! business here: no answer carries a header of CORS, and the public listener knows none of these addresses.
//!
//! # Layout
//! - [`gate`]: keys, and how often
//! - `routes`: the calls; `wire`: their bodies
//! - [`openapi`]: their description

pub mod gate;
pub mod openapi;
mod routes;
mod wire;

use super::audit;
use super::front;
use super::routes::{not_this_method, nothing_here};
use super::server::{Door, Ending, admit};
use crate::state::AppState;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use gate::Gate;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// A few programs of the operator, each by a few connections.
const CONNECTIONS: usize = 256;
/// Requests under way are given this long when the proxy goes down.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until the proxy goes down.
pub async fn run(listener: TcpListener, state: AppState, gate: Arc<Gate>) {
    let settings = state.shared.settings();
    let door = Door::new(settings.limits.header_bytes, settings.limits.header_timeout, CONNECTIONS);
    let ending = Ending::default();
    let down = state.shared.draining.clone().cancelled_owned();
    admit(&door, &listener, router(state, gate), &ending, down, || None).await;
    drop(listener);
    if tokio::time::timeout(GRACE, ending.end()).await.is_err() {
        tracing::warn!("connections of the operator were left open after 30 s");
    }
}

/// All its calls. Nothing is looked at before the key was found good, not even whether there is such an address.
pub fn router(state: AppState, gate: Arc<Gate>) -> Router {
    Router::new()
        .route("/operator/v1/calls", post(routes::place))
        .route("/operator/v1/desks", get(routes::desks))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_this_method)
        .layer(Extension(Arc::clone(&gate)))
        .layer(from_fn_with_state(gate, gate::layer))
        .layer(from_fn_with_state(state.clone(), audit::layer))
        .layer(from_fn_with_state(state.clone(), front::layer))
        .with_state(state)
}
