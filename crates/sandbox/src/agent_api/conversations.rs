//! Conversations as the desk lists, reads and steers them.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::session::{Refused, agent, describe, parse};
use crate::centre::{ContactId, ContactView, DeskError, EntryView, Ms};
use crate::state::{Inner, Sandbox};

const WAIT_MAX_S: u64 = 25;
const TEXT_MAX_BYTES: usize = 4_096;

type Answered = Result<Json<Value>, Refused>;

#[derive(Deserialize)]
pub(crate) struct Since {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    wait: u64,
}

#[derive(serde::Serialize)]
struct Transcript {
    #[serde(flatten)]
    conversation: ContactView,
    messages: Vec<EntryView>,
}

fn changed(inner: &Inner, after: u64) -> (u64, Vec<ContactView>) {
    let next = inner.centre.change();
    // A number from before a reset: everything is news.
    (next, inner.centre.views_after(if after > next { 0 } else { after }))
}

pub(crate) async fn list(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Answered {
    sandbox.with(|inner, now| {
        agent(inner, now, &headers)?;
        inner.centre.advance(now);
        let (next, conversations) = changed(inner, 0);
        Ok(Json(json!({"next": next, "conversations": conversations})))
    })
}

/// Answers as soon as something has changed after `after`, at the latest after `wait` seconds.
pub(crate) async fn changes(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Query(Since { after, wait }): Query<Since>,
) -> Answered {
    let deadline = Instant::now() + Duration::from_secs(wait.min(WAIT_MAX_S));
    let mut signal = sandbox.changes();
    loop {
        signal.mark_unchanged();
        let (next, conversations, own) = sandbox.with(|inner, now| {
            let id = agent(inner, now, &headers)?;
            inner.centre.advance(now);
            let (next, conversations) = changed(inner, after);
            Ok::<_, Refused>((next, conversations, describe(inner, id)))
        })?;
        if !conversations.is_empty() || after > next || Instant::now() >= deadline {
            return Ok(Json(json!({"next": next, "conversations": conversations, "agent": own})));
        }
        drop(tokio::time::timeout_at(deadline, signal.changed()).await);
    }
}

pub(crate) async fn show(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    Query(Since { after, .. }): Query<Since>,
) -> Result<Json<impl serde::Serialize>, Refused> {
    sandbox.with(|inner, now| {
        agent(inner, now, &headers)?;
        inner.centre.advance(now);
        let found = inner.centre.transcript(ContactId(id), after).ok_or(DeskError::Unknown)?;
        Ok(Json(Transcript { conversation: found.0, messages: found.1 }))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    text: String,
}

pub(crate) async fn reply(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    body: Bytes,
) -> Answered {
    let Reply { text } = parse(&body)?;
    if text.trim().is_empty() || text.len() > TEXT_MAX_BYTES {
        let reason = format!("`text` must have 1 to {TEXT_MAX_BYTES} bytes");
        return Err(Refused(StatusCode::BAD_REQUEST, reason));
    }
    sandbox.with(|inner, now| {
        let agent = agent(inner, now, &headers)?;
        let code = inner.centre.reply(now, agent, ContactId(id), &text)?;
        Ok(Json(json!({"code": code})))
    })
}

/// Does something with a conversation and answers how it stands then.
fn act(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    id: u64,
    run: impl FnOnce(&mut Inner, Ms, crate::centre::AgentId, ContactId) -> Result<(), DeskError>,
) -> Answered {
    sandbox.with(|inner, now| {
        let agent = agent(inner, now, headers)?;
        run(inner, now, agent, ContactId(id))?;
        let (view, _) = inner.centre.transcript(ContactId(id), u64::MAX).ok_or(DeskError::Unknown)?;
        Ok(Json(json!(view)))
    })
}

pub(crate) async fn typing(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Answered {
    act(&sandbox, &headers, id, |inner, now, agent, id| inner.centre.agent_types(now, agent, id))
}

pub(crate) async fn read(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Answered {
    act(&sandbox, &headers, id, |inner, now, agent, id| inner.centre.read(now, agent, id))
}

pub(crate) async fn accept(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Answered {
    act(&sandbox, &headers, id, |inner, now, agent, id| inner.centre.accept(now, agent, id))
}

pub(crate) async fn end(State(sandbox): State<Sandbox>, headers: HeaderMap, Path(id): Path<u64>) -> Answered {
    act(&sandbox, &headers, id, |inner, now, agent, id| inner.centre.close(now, agent, id))
}
