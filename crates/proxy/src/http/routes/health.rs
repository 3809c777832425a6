//! For whoever watches the process.

use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use frontdesk_contract::ErrorCode;
use std::time::Duration;

/// The store may take this long.
const PATIENCE: Duration = Duration::from_secs(2);

pub(in crate::http) async fn live() -> &'static str {
    "ok\n"
}

pub(in crate::http) async fn ready(State(state): State<AppState>) -> Result<&'static str, Problem> {
    if state.shared.draining.is_cancelled() {
        return Err(Problem::new(ErrorCode::Overloaded, "the proxy is going down"));
    }
    let slow = || Problem::new(ErrorCode::StoreUnavailable, "the store does not answer");
    tokio::time::timeout(PATIENCE, state.shared.store.flush()).await.map_err(|_| slow())??;
    Ok("ok\n")
}
