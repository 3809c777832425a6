//! For whoever watches the process.

use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use frontdesk_contract::ErrorCode;

pub(in crate::http) async fn live() -> &'static str {
    "ok\n"
}

pub(in crate::http) async fn ready(State(state): State<AppState>) -> Result<&'static str, Problem> {
    if state.shared.draining.is_cancelled() {
        return Err(Problem::new(ErrorCode::Overloaded, "the proxy is going down"));
    }
    state.readiness.ask(&state.shared).await?;
    Ok("ok\n")
}
