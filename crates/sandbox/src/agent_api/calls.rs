//! Click-to-call at the desk: take it, refuse it, hang up.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::json;

use super::conversations::Answered;
use super::session::agent;
use crate::centre::{AgentId, CallId, DeskError, Ms};
use crate::state::{Inner, Sandbox};

fn act(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    id: u64,
    run: impl FnOnce(&mut Inner, Ms, AgentId, CallId) -> Result<(), DeskError>,
) -> Answered {
    sandbox.with(|inner, now| {
        let agent = agent(inner, now, headers)?;
        run(inner, now, agent, CallId(id))?;
        let call = inner.centre.call(CallId(id)).ok_or(DeskError::Unknown)?;
        Ok(Json(json!(call)))
    })
}

pub(crate) async fn accept(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Answered {
    act(&sandbox, &headers, id, |inner, now, agent, id| inner.centre.accept_call(now, agent, id))
}

/// Refuses a waiting call, hangs up a connected one.
pub(crate) async fn end(State(sandbox): State<Sandbox>, headers: HeaderMap, Path(id): Path<u64>) -> Answered {
    act(&sandbox, &headers, id, |inner, now, agent, id| inner.centre.refuse_call(now, agent, id))
}
