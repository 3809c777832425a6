//! Conversations as the desk lists, reads and steers them.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::session::{Refused, agent, describe};
use crate::centre::{Call, ContactId, ContactView, DeskError, EntryView, Letter, Ms};
use crate::state::{Inner, Sandbox};
use crate::vendor_api::set;

const WAIT_MAX_S: u64 = 25;
/// Left messages that a desk shows.
const LETTERS_MAX: usize = 200;

pub(super) type Answered = Result<Json<Value>, Refused>;

#[derive(Deserialize)]
pub(crate) struct Since {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    wait: u64,
    /// For one conversation: number of the last change the caller knows.
    since: Option<u64>,
}

#[derive(serde::Serialize)]
struct Transcript {
    #[serde(flatten)]
    conversation: ContactView,
    messages: Vec<EntryView>,
    /// Earlier lines that changed after `since`.
    revised: Vec<EntryView>,
    next: u64,
}

/// What a desk shows besides the open conversation.
#[derive(serde::Serialize)]
struct News {
    next: u64,
    conversations: Vec<ContactView>,
    calls: Vec<Call>,
    /// All left messages, when one is new.
    letters: Option<Vec<Letter>>,
}

impl News {
    fn after(inner: &Inner, after: u64) -> News {
        let next = inner.centre.change();
        // A number from before a reset: everything is news.
        let after = if after > next { 0 } else { after };
        let letters = inner.centre.letters_changed() > after;
        News {
            next,
            conversations: inner.centre.views_after(after),
            calls: inner.centre.calls_after(after),
            letters: letters.then(|| inner.centre.letters().rev().take(LETTERS_MAX).cloned().collect()),
        }
    }

    fn is_empty(&self) -> bool {
        self.conversations.is_empty() && self.calls.is_empty() && self.letters.is_none()
    }
}

pub(crate) async fn list(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Answered {
    sandbox.with(|inner, now| {
        agent(inner, now, &headers)?;
        inner.centre.advance(now);
        Ok(Json(json!(News::after(inner, 0))))
    })
}

/// Answers as soon as something has changed after `after`, at the latest after `wait` seconds.
pub(crate) async fn changes(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Query(Since { after, wait, .. }): Query<Since>,
) -> Answered {
    let deadline = Instant::now() + Duration::from_secs(wait.min(WAIT_MAX_S));
    let mut signal = sandbox.changes();
    loop {
        signal.mark_unchanged();
        let (news, own) = sandbox.with(|inner, now| {
            let id = agent(inner, now, &headers)?;
            inner.centre.advance(now);
            Ok::<_, Refused>((News::after(inner, after), describe(inner, id)))
        })?;
        if !news.is_empty() || after > news.next || Instant::now() >= deadline {
            let mut answer = json!(news);
            set(&mut answer, "agent", own);
            let gateway = sandbox.gateway().map(|gateway| json!({"only_loopback": gateway.only_loopback()}));
            set(&mut answer, "gateway", gateway.unwrap_or_default());
            return Ok(Json(answer));
        }
        drop(tokio::time::timeout_at(deadline, signal.changed()).await);
    }
}

pub(crate) async fn show(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    Query(Since { after, since, .. }): Query<Since>,
) -> Result<Json<impl serde::Serialize>, Refused> {
    sandbox.with(|inner, now| {
        agent(inner, now, &headers)?;
        inner.centre.advance(now);
        let found = inner.centre.transcript(ContactId(id), after).ok_or(DeskError::Unknown)?;
        let revised = since.map_or_else(Vec::new, |since| inner.centre.revised(ContactId(id), after, since));
        let next = inner.centre.change();
        Ok(Json(Transcript { conversation: found.0, messages: found.1, revised, next }))
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
