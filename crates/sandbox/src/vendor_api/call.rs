//! The four calls of click-to-call.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::centre::{CallEnd, CallError, CallEvent, MediaAbility};
use crate::settings::quirks::{
    AccessCode, CallPaths, EventContent, EventId, EventTexts, NullDesc, WebrtcName,
};
use crate::settings::{Dialect, Settings};
use crate::state::{Inner, Sandbox};

/// The only event number the documents know: an agent is reserved.
const CONNECTED_ID: u64 = 168_101;
const NOTHING_NEW: &str = "ClickToCall polled without any events";
const UNKNOWN: &str = "Call continue to poll events with unknown events";

type Params = Query<HashMap<String, String>>;

fn check_channel(query: &Params) -> Result<(), Refusal> {
    match query.get("channel").map(String::as_str) {
        Some("WEB") => Ok(()),
        _ => Err(Refusal::bad("channel must be WEB")),
    }
}

/// The samples leave `/v1` out of two paths (D51).
fn check_path(uri: &Uri, settings: &Settings) -> Result<(), Refusal> {
    let v1 = uri.path().contains("/v1/");
    match settings.quirks.call_paths {
        CallPaths::V1 if !v1 => Err(Refusal::not_found()),
        CallPaths::Bare if v1 => Err(Refusal::not_found()),
        _ => Ok(()),
    }
}

fn accepted(accepted: bool) -> Effect {
    Effect { accepted, ..Effect::default() }
}

pub(crate) async fn check_support(
    State(sandbox): State<Sandbox>,
    uri: Uri,
    headers: HeaderMap,
    query: Params,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        check_path(&uri, inner.settings())?;
        let known = auth::visitor(inner, now, &headers)?;
        check_channel(&query)?;
        let settings = inner.settings();
        let webrtc = match settings.quirks.webrtc_name {
            WebrtcName::Sample => "webRTCSupported",
            WebrtcName::Table => "webRTCsupported",
        };
        let body = json!({
            webrtc: settings.webrtc,
            "clickToCallSupported": settings.click_to_call,
            "resultCode": "0",
            "resultDesc": "",
        });
        Ok(Answer::new(body).renewed(known.renewed).effect(accepted(true)))
    })
}

pub(crate) async fn create(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        // The table marks the headers as optional, but without them nobody knows who calls.
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        fields.literal("channel", "WEB")?;
        let media = match fields.text("mediaAbility")? {
            "0" => MediaAbility::Audio,
            "1" => MediaAbility::Video,
            _ => return Err(Refusal::bad("mediaAbility must be \"0\" or \"1\"")),
        };
        let new = inner.settings().dialect == Dialect::V2_6;
        let created = inner.centre.create_call(now, &known.user, media);
        let mut body = Map::new();
        let (code, text) = match created {
            Ok(_) => ("0", None),
            Err(CallError::NotSupported) if !new => ("7", None),
            Err(CallError::OutsideHours) if !new => ("12", None),
            Err(_) if !new => ("13", None),
            Err(CallError::OutsideHours | CallError::NoAgents) => {
                ("13", Some("No agents available currently"))
            }
            Err(CallError::NotSupported | CallError::Failed) => ("13", Some("connect failed")),
        };
        body.insert("resultCode".into(), json!(code));
        match (text, inner.settings().quirks.null_desc) {
            (Some(text), _) => drop(body.insert("resultDesc".into(), json!(text))),
            (None, NullDesc::Absent) => {}
            (None, form) => {
                let as_text = form == NullDesc::Text || (form == NullDesc::ByDialect && !new);
                body.insert("resultDesc".into(), if as_text { json!("null") } else { Value::Null });
            }
        }
        Ok(Answer::new(body.into()).renewed(known.renewed).effect(accepted(created.is_ok())))
    })
}

/// Answers at the first event, at the latest after `call_event_hold_ms`.
pub(crate) async fn events(
    State(sandbox): State<Sandbox>,
    uri: Uri,
    headers: HeaderMap,
    query: Params,
) -> Result<Answer, Refusal> {
    check_path(&uri, &sandbox.settings())?;
    check_channel(&query)?;
    let started = Instant::now();
    let mut signal = sandbox.changes();
    loop {
        signal.mark_unchanged();
        let (answer, deadline) = sandbox.with(|inner, now| {
            let known = auth::visitor(inner, now, &headers)?;
            let hold = Duration::from_millis(inner.settings().call_event_hold_ms);
            let event = inner.centre.next_call_event(now, &known.user);
            let open = inner.centre.open_call(&known.user).is_some();
            let deadline = started + if open { hold } else { Duration::ZERO };
            if event.is_none() && Instant::now() < deadline {
                return Ok::<_, Refusal>((None, deadline));
            }
            let body = encode(event, inner);
            Ok((Some(Answer::new(body).renewed(known.renewed).effect(accepted(true))), deadline))
        })?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        drop(tokio::time::timeout_at(deadline, signal.changed()).await);
    }
}

fn encode(event: Option<CallEvent>, inner: &Inner) -> Value {
    let settings = inner.settings();
    let text = match event {
        None => NOTHING_NEW,
        Some(CallEvent::InQueue) => "Call in queue",
        Some(CallEvent::Connected(_)) => "Call connected",
        Some(CallEvent::Disconnected(_)) => "Call disconnected",
        Some(CallEvent::QueuedTimeout) => "Call queued timeout",
        Some(CallEvent::Failed) => "Call failed",
    };
    let all = match settings.quirks.event_texts {
        EventTexts::ByDialect => settings.dialect == Dialect::V2_6,
        EventTexts::Full => true,
        EventTexts::ConnectedOnly => false,
    };
    let connected = matches!(event, Some(CallEvent::Connected(_)));
    // Where only one text is known, every other event is something the client cannot tell apart.
    let known = all || connected || event.is_none();
    let mut body = Map::new();
    body.insert("resultCode".into(), json!("0"));
    body.insert("resultDesc".into(), json!(if known { text } else { UNKNOWN }));
    let id = match settings.quirks.event_id {
        _ if !connected => Value::Null,
        EventId::Number => json!(CONNECTED_ID),
        EventId::Text => json!(CONNECTED_ID.to_string()),
        EventId::Absent => Value::Null,
    };
    if !id.is_null() {
        body.insert("eventId".into(), id);
    }
    match (content(event, inner, settings), settings.quirks.event_content) {
        (Some(content), _) => drop(body.insert("content".into(), content)),
        (None, EventContent::Absent) => {}
        (None, EventContent::Null) => drop(body.insert("content".into(), Value::Null)),
        (None, EventContent::Empty) => drop(body.insert("content".into(), json!({}))),
    }
    body.into()
}

fn content(event: Option<CallEvent>, inner: &Inner, settings: &Settings) -> Option<Value> {
    let cause = |id: &str, text: &str| Some(json!({"causeId": id, "causeDesc": text}));
    match event? {
        CallEvent::Connected(id) => {
            let code = &inner.centre.call(id)?.access_code;
            let code = match settings.quirks.access_code {
                AccessCode::Text => json!(code),
                AccessCode::Number => code.parse::<u64>().map_or_else(|_| json!(code), |code| json!(code)),
            };
            Some(json!({
                "domain": settings.call_domain,
                "gwAddresses": settings.call_gateways,
                "accessCode": code,
                "clickToCallCaller": settings.call_caller,
            }))
        }
        CallEvent::Failed => cause(&settings.call_failure.0, &settings.call_failure.1),
        CallEvent::QueuedTimeout => cause("702", "queue timeout"),
        CallEvent::Disconnected(CallEnd::Agent) => cause("0", "released by agent"),
        CallEvent::Disconnected(_) | CallEvent::InQueue => None,
    }
}

pub(crate) async fn hang_up(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        fields.literal("channel", "WEB")?;
        let dropped = inner.centre.drop_call(now, &known.user);
        let new = inner.settings().dialect == Dialect::V2_6;
        let body = match dropped {
            true => json!({"resultCode": "0", "resultDesc": ""}),
            false if new => json!({"resultCode": "13", "resultDesc": "disconnect failed"}),
            false => json!({"resultCode": "13", "resultDesc": null}),
        };
        Ok(Answer::new(body).renewed(known.renewed).effect(accepted(dropped)))
    })
}
