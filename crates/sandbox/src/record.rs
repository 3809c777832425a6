//! `GET /sandbox/record`: everything the centre holds about one visitor, for tests to look at.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use frontdesk_sandbox_media::Gateway;

use crate::agent_api::Refused;
use crate::centre::{Contact, EntryView, StoredFile};
use crate::state::Sandbox;

/// Messages of one conversation in the answer, newest ones win.
const MESSAGES_DEFAULT: usize = 500;
const MESSAGES_MAX: usize = 5_000;
/// Conversations, files and calls in the answer, newest ones win.
const PARTS_MAX: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(rename = "userId")]
    user_id: Option<String>,
    messages: Option<usize>,
}

/// Without a `userId`: who is known, the outbound calls of staff, and what is open at the gateway.
pub(crate) async fn record(
    State(sandbox): State<Sandbox>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refused> {
    sandbox.with(|inner, now| {
        inner.centre.advance(now);
        let centre = &inner.centre;
        let Some(user) = asked.user_id.as_deref() else {
            let users: Vec<&str> = centre.visitors().map(|v| v.user_id.as_str()).take(10_000).collect();
            let outbound: Vec<Value> = newest(centre.outbound_calls().map(|call| json!(call)).collect());
            let open = sandbox.gateway().map(Gateway::open_calls).unwrap_or_default();
            return Ok(Json(json!({"users": users, "outbound_calls": outbound, "gateway_calls": open})));
        };
        let visitor = centre
            .visitor(user)
            .ok_or_else(|| Refused(StatusCode::NOT_FOUND, "there is no such visitor".into()))?;
        let limit = asked.messages.unwrap_or(MESSAGES_DEFAULT).min(MESSAGES_MAX);
        let contacts = centre.contacts_of(user).map(|contact| conversation(contact, limit)).collect();
        let letters = centre.letters().filter(|letter| letter.user_id == user).map(|l| json!(l)).collect();
        Ok(Json(json!({
            "userId": user,
            "userName": visitor.name,
            "locale": visitor.locale,
            "polls": visitor.polls,
            "unpolled": visitor.mailbox.len(),
            "conversations": newest(contacts),
            "files": newest(centre.files_of(user).map(described).collect()),
            "calls": newest(centre.calls_of(user).map(|call| json!(call)).collect()),
            "letters": newest(letters),
        })))
    })
}

fn newest(mut list: Vec<Value>) -> Vec<Value> {
    let surplus = list.len().saturating_sub(PARTS_MAX);
    list.drain(..surplus);
    list
}

fn conversation(contact: &Contact, limit: usize) -> Value {
    let lines = &contact.transcript;
    let messages: Vec<EntryView> =
        lines.iter().skip(lines.len().saturating_sub(limit)).map(EntryView::from).collect();
    json!({
        "id": contact.id,
        "state": contact.state,
        "cause": contact.cause,
        "queue": contact.queue,
        "agent": contact.agent_name,
        "callId": contact.call_id,
        "transData": contact.trans_data,
        "started_ms": contact.started_ms,
        "ended_ms": contact.ended_ms,
        "rating": contact.rating,
        "message_count": lines.len(),
        "messages": messages,
    })
}

fn described(file: &StoredFile) -> Value {
    let digest: String = Sha256::digest(&file.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "key": file.key,
        "origin": file.origin,
        "type": file.ext,
        "name": file.name,
        "size": file.bytes.len(),
        "sha256": digest,
        "at_ms": file.at_ms,
    })
}
