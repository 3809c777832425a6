//! Agents signing in and out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::centre::{AgentId, DeskError, Ms};
use crate::state::{Inner, Sandbox};

/// A refusal with its reason, as `{"error": …}`.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

impl From<DeskError> for Refused {
    fn from(error: DeskError) -> Refused {
        let status = match error {
            DeskError::Unknown | DeskError::NoSuchMessage => StatusCode::NOT_FOUND,
            _ => StatusCode::CONFLICT,
        };
        Refused(status, error.to_string())
    }
}

/// Reads a JSON body; an empty one is an empty object.
pub(crate) fn parse<T: for<'a> Deserialize<'a>>(body: &Bytes) -> Result<T, Refused> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refused(StatusCode::BAD_REQUEST, error.to_string()))
}

/// The agent whose `Agent-Token` this is.
pub(crate) fn agent(inner: &mut Inner, now: Ms, headers: &HeaderMap) -> Result<AgentId, Refused> {
    headers
        .get("agent-token")
        .and_then(|value| value.to_str().ok())
        .and_then(|token| inner.centre.agent_by_token(now, token))
        .ok_or_else(|| Refused(StatusCode::UNAUTHORIZED, "Agent-Token is missing or not valid".into()))
}

pub(crate) fn describe(inner: &Inner, id: AgentId) -> Value {
    let capacity = inner.settings().agent_capacity;
    inner.centre.agent(id).map_or(
        Value::Null,
        |agent| json!({"id": id, "name": agent.name, "active": agent.active, "capacity": capacity}),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    name: String,
    #[serde(default)]
    queues: Vec<String>,
}

const NAME_MAX_CHARS: usize = 40;

pub(crate) async fn login(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, Refused> {
    let bad = |reason: &str| Refused(StatusCode::BAD_REQUEST, reason.to_owned());
    let Login { name, queues } = parse(&body)?;
    let name = name.trim();
    if !(1..=NAME_MAX_CHARS).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(bad("`name` must have 1 to 40 characters"));
    }
    sandbox.with(|inner, now| {
        let known = |queue: &String| inner.settings().queues.iter().any(|known| known.name == *queue);
        if !queues.iter().all(known) {
            return Err(bad("`queues` names a queue that does not exist"));
        }
        let (id, token) = inner
            .centre
            .sign_in(now, name, queues)
            .ok_or_else(|| Refused(StatusCode::SERVICE_UNAVAILABLE, "there are too many agents".into()))?;
        Ok(Json(json!({"agent": describe(inner, id), "token": token})))
    })
}

pub(crate) async fn logout(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    sandbox.with(|inner, now| {
        let agent = agent(inner, now, &headers)?;
        inner.centre.sign_out(agent);
        Ok(StatusCode::NO_CONTENT)
    })
}
