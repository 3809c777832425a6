//! Click-to-call at the desk: take it, refuse it, hang up.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use frontdesk_sandbox_media::LineError;
use serde::Deserialize;
use serde_json::json;

use super::conversations::Answered;
use super::session::{Refused, agent, parse};
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    sdp: String,
}

/// The agent's browser offers its media, and is answered by the gateway (in the manner of WHIP).
pub(crate) async fn media(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    body: Bytes,
) -> Answered {
    let line = sandbox.with(|inner, now| {
        let agent = agent(inner, now, &headers)?;
        Ok::<_, Refused>(inner.centre.line_of(now, agent, CallId(id))?)
    })?;
    let Offer { sdp } = parse(&body)?;
    let none = || Refused(StatusCode::NOT_IMPLEMENTED, "this centre has no gateway".into());
    let answer =
        sandbox.gateway().ok_or_else(none)?.agent_offer(&line, &sdp).map_err(|error| match error {
            LineError::Unknown => Refused(StatusCode::CONFLICT, "nobody can speak on this number".into()),
            LineError::Offer(reason) => Refused(StatusCode::BAD_REQUEST, reason),
        })?;
    Ok(Json(json!({"sdp": answer})))
}
