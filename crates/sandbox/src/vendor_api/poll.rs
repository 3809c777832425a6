//! `poll`: hands out downlink messages.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use crate::centre::{Content, Control, Disturbance, Downlink, Origin, Source};
use crate::settings::quirks::{
    DisconnectContent, LibraryMark, OfflineStatus, PollParameters, ReadContent, RecallControl, SenderAvatar,
    Timestamp,
};
use crate::settings::{Dialect, Settings, SimQuestions};
use crate::state::Sandbox;

pub(crate) async fn poll(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
    disturbance: Option<Extension<Disturbance>>,
) -> Result<Answer, Refusal> {
    let base = sandbox.base_url();
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let required = match inner.settings().quirks.poll_parameters {
            PollParameters::ByDialect => inner.settings().dialect == Dialect::V2_6,
            PollParameters::Required => true,
            PollParameters::Optional => false,
        };
        match query.get("receiverId") {
            Some(receiver) if *receiver == known.user => {}
            None if !required => {}
            Some(_) => return Err(Refusal::bad("receiverId is not the user of ccmessaging-token")),
            None => return Err(Refusal::bad("receiverId is missing")),
        }
        match query.get("channel").map(String::as_str) {
            Some("WEB") => {}
            None if !required => {}
            _ => return Err(Refusal::bad("channel must be WEB")),
        }
        let want_reads = query.get("isNeedRead").is_some_and(|value| value == "true");
        let disturbance = disturbance.map(|Extension(disturbance)| disturbance);
        let (messages, disturbed) = inner.centre.poll(now, &known.user, want_reads, disturbance);
        let settings = inner.settings();
        let wire: Vec<Value> =
            messages.iter().map(|message| encode(message, &known.user, settings, &base)).collect();
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

/// The message as the samples of the dialect show it, fields that do not apply as null. `base`: where the sandbox is.
pub(crate) fn encode(message: &Downlink, user: &str, settings: &Settings, base: &str) -> Value {
    let new = settings.dialect == Dialect::V2_6;
    let quirks = &settings.quirks;
    let robot = message.source == Source::Robot;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("from", json!(settings.channel_id));
    put("to", json!(user));
    put("channel", json!("WEB"));
    put(
        "controlType",
        json!(message.other_control.as_deref().unwrap_or(control_name(message.control, settings))),
    );
    put("mediaType", json!(message.media));
    put("content", content(&message.content, settings));
    put("simQuestions", similar(message, settings.sim_questions));
    put("senderNickname", json!(message.nickname));
    put(
        "senderAvatar",
        match quirks.sender_avatar {
            SenderAvatar::Sample if robot => json!("1"),
            SenderAvatar::Sample => json!(""),
            SenderAvatar::Null => Value::Null,
            SenderAvatar::Default => json!("DefaultAvatar"),
            SenderAvatar::Url if robot => json!(format!("{base}/faces/robot.png")),
            SenderAvatar::Url => json!(format!("{base}/faces/agent.png")),
            SenderAvatar::Missing => json!(format!("{base}/faces/nobody.png")),
        },
    );
    put(
        "timestamp",
        match quirks.timestamp {
            Timestamp::Number => json!(message.at_ms),
            Timestamp::Text => json!(message.at_ms.to_string()),
            Timestamp::Null => Value::Null,
        },
    );
    put("receiveTime", Value::Null);
    put("sourceType", json!(source_name(message.source)));
    put("messageCode", json!(message.code));
    put("interIdx", json!(message.robot_turn.map(|turn| turn.to_string())));
    put("robotGender", if robot { json!(quirks.robot_gender) } else { Value::Null });
    put("callId", json!(message.call_id));
    put("queueFlag", if message.queued { json!("Y") } else { Value::Null });
    put("associationContentId", Value::Null);
    put(
        "isOfflineStatus",
        match message.offline {
            None => Value::Null,
            Some(offline) => match quirks.offline_status {
                OfflineStatus::ByDialect if new => json!(offline),
                OfflineStatus::Boolean => json!(offline),
                OfflineStatus::ByDialect | OfflineStatus::Text => json!(offline.to_string()),
                OfflineStatus::Number => json!(u8::from(offline)),
            },
        },
    );
    if new {
        let local = message.file.as_ref().is_some_and(|file| file.origin != Origin::Library);
        let library = message.file.is_some() && !local;
        match quirks.library_mark {
            _ if local => put("contentType", json!("1")),
            LibraryMark::Zero if library => put("contentType", json!("0")),
            LibraryMark::Absent if library => {}
            _ => put("contentType", Value::Null),
        }
        put("mediaFileType", json!(message.file.as_ref().map(|file| file.ext.as_str())));
        put("handlerType", Value::Null);
    }
    if message.control != Control::Chat && message.content == Content::None {
        match quirks.disconnect_content {
            DisconnectContent::Null => {}
            DisconnectContent::Absent => {
                fields.remove("content");
                fields.remove("mediaType");
            }
            DisconnectContent::Empty => {
                fields.insert("content".into(), json!(""));
                fields.insert("mediaType".into(), json!("TEXT"));
            }
        }
    }
    Value::Object(fields)
}

fn content(content: &Content, settings: &Settings) -> Value {
    match content {
        Content::None => Value::Null,
        Content::Text(text) => json!(text),
        Content::Ids(ids) => match settings.quirks.read_content {
            ReadContent::List => json!(ids),
            ReadContent::Text => json!(json!(ids).to_string()),
            ReadContent::Commas => json!(ids.join(",")),
        },
    }
}

fn similar(message: &Downlink, form: SimQuestions) -> Value {
    match form {
        _ if message.similar.is_empty() => Value::Null,
        SimQuestions::None => Value::Null,
        SimQuestions::Single => json!(message.similar.first()),
        SimQuestions::List => json!(message.similar),
        SimQuestions::Text => json!(json!(message.similar).to_string()),
    }
}

fn control_name(control: Control, settings: &Settings) -> &'static str {
    match control {
        Control::Chat => "CHAT",
        Control::Disconnect => "DISCONNECT",
        Control::Read => "READ",
        Control::Input => "INPUT",
        Control::Recall => match settings.quirks.recall_control {
            RecallControl::Recall => "RECALL",
            RecallControl::Withdraw => "WITHDRAW",
            RecallControl::Revoke => "REVOKE",
        },
        Control::Delete => "DELETE",
        Control::Connect => "CONNECT",
        Control::Transfer => "TRANS2AGENT",
    }
}

pub(super) fn source_name(source: Source) -> &'static str {
    match source {
        Source::Agent => "AGENT",
        Source::Robot => "ROBOT",
        Source::System => "SYSTEM",
    }
}
