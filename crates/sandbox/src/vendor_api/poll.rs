//! `poll`: hands out downlink messages.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use crate::centre::{Content, Control, Disturbance, Downlink, Source};
use crate::settings::{Dialect, Settings, SimQuestions};
use crate::state::Sandbox;

pub(crate) async fn poll(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
    disturbance: Option<Extension<Disturbance>>,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let new = inner.settings().dialect == Dialect::V2_6;
        match query.get("receiverId") {
            Some(receiver) if *receiver == known.user => {}
            None if !new => {}
            Some(_) => return Err(Refusal::bad("receiverId is not the user of ccmessaging-token")),
            None => return Err(Refusal::bad("receiverId is missing")),
        }
        match query.get("channel").map(String::as_str) {
            Some("WEB") => {}
            None if !new => {}
            _ => return Err(Refusal::bad("channel must be WEB")),
        }
        let want_reads = query.get("isNeedRead").is_some_and(|value| value == "true");
        let disturbance = disturbance.map(|Extension(disturbance)| disturbance);
        let (messages, disturbed) = inner.centre.poll(now, &known.user, want_reads, disturbance);
        let settings = inner.settings();
        let wire: Vec<Value> =
            messages.iter().map(|message| encode(message, &known.user, settings)).collect();
        let effect = Effect {
            accepted: true,
            codes: messages.into_iter().map(|message| message.code).collect(),
            disturbed,
        };
        let body = json!({
            "resultCode": "0",
            "resultDesc": "query user messages success.",
            "downlinkMessages": wire,
        });
        Ok(Answer::new(body).renewed(known.renewed).effect(effect))
    })
}

/// The message as the samples of the dialect show it, fields that do not apply as null.
fn encode(message: &Downlink, user: &str, settings: &Settings) -> Value {
    let new = settings.dialect == Dialect::V2_6;
    let robot = message.source == Source::Robot;
    let text = matches!(message.content, Content::Text(_));
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("from", json!(settings.channel_id));
    put("to", json!(user));
    put("channel", json!("WEB"));
    put("controlType", json!(control_name(message.control)));
    put("mediaType", if text { json!("TEXT") } else { Value::Null });
    put("content", content(&message.content));
    put("simQuestions", similar(message, settings.sim_questions));
    put("senderNickname", json!(message.nickname));
    put("senderAvatar", if robot { json!("1") } else { json!("") });
    put("timestamp", json!(message.at_ms));
    put("receiveTime", Value::Null);
    put("sourceType", json!(source_name(message.source)));
    put("messageCode", json!(message.code));
    put("interIdx", json!(message.robot_turn.map(|turn| turn.to_string())));
    put("robotGender", if robot { json!("MALE") } else { Value::Null });
    put("callId", json!(message.call_id));
    put("queueFlag", if message.queued { json!("Y") } else { Value::Null });
    put("associationContentId", Value::Null);
    put(
        "isOfflineStatus",
        match message.offline {
            None => Value::Null,
            Some(offline) if new => json!(offline),
            Some(offline) => json!(offline.to_string()),
        },
    );
    if new {
        put("contentType", Value::Null);
        put("mediaFileType", Value::Null);
        put("handlerType", Value::Null);
    }
    Value::Object(fields)
}

fn content(content: &Content) -> Value {
    match content {
        Content::None => Value::Null,
        Content::Text(text) => json!(text),
        Content::Ids(ids) => json!(ids),
    }
}

fn similar(message: &Downlink, form: SimQuestions) -> Value {
    match form {
        _ if message.similar.is_empty() => Value::Null,
        SimQuestions::None => Value::Null,
        SimQuestions::List => json!(message.similar),
        SimQuestions::Text => json!(json!(message.similar).to_string()),
    }
}

fn control_name(control: Control) -> &'static str {
    match control {
        Control::Chat => "CHAT",
        Control::Disconnect => "DISCONNECT",
        Control::Read => "READ",
        Control::Input => "INPUT",
    }
}

pub(super) fn source_name(source: Source) -> &'static str {
    match source {
        Source::Agent => "AGENT",
        Source::Robot => "ROBOT",
        Source::System => "SYSTEM",
    }
}
