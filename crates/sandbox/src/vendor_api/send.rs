//! `send`: everything a visitor does.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Map, json};

use super::answer::{Answer, Effect, Refusal};
use super::content::Malformed;
use super::fields::Fields;
use super::wording::{self, Verdict};
use super::{auth, card, content};
use crate::centre::{Attachment, Outcome, Request, Uplink};
use crate::settings::quirks::{Locate, OfflineMsg, SendAsync, TextUnit};
use crate::settings::{Dialect, Settings};
use crate::state::{Inner, Sandbox};

const MESSAGE_ID_MAX: usize = 32;
const CONTENT_MAX_BYTES: usize = 8 * 1024;

pub(crate) async fn send(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let settings = inner.settings().clone();
        let mut uplink = read(&fields, &known.user, &settings)?;
        let verdict = match refusal(&fields, &uplink, &settings)? {
            Some(verdict) => verdict,
            None if attach(inner, &mut uplink, &known.user).is_err() => Verdict::Malformed,
            None => Verdict::Outcome(inner.centre.send(now, &known.user, &uplink)),
        };
        let untrusted = card::check(&uplink).is_some_and(card::Fault::is_delivered);
        let stored = matches!(verdict, Verdict::Outcome(Outcome::ToAgent(_) | Outcome::ToRobot(_)));
        let (code, text) = if untrusted && stored {
            ("3", Some(card::Fault::Untrusted.text().to_owned()))
        } else {
            let (code, text) = wording::word(uplink.request, &verdict, &settings);
            (code, text.map(|text| wording::in_both_languages(uplink.request, text, &settings)))
        };
        let mut body = Map::new();
        body.insert("resultCode".into(), json!(code));
        if let Some(text) = text {
            body.insert("resultDesc".into(), json!(text));
        }
        if inner.centre.offline_mode() && wording::tells_offline(uplink.request, &verdict) {
            let tip = inner.centre.offline_tip(&known.user);
            body.insert(
                "offlineMsg".into(),
                match settings.quirks.offline_msg {
                    OfflineMsg::Object => json!({"isOfflineStatus": true, "tipText": tip}),
                    OfflineMsg::Boolean => json!(true),
                },
            );
        }
        Ok(Answer::new(body.into()).renewed(known.renewed).effect(effect(&uplink, &verdict)))
    })
}

/// As `send`, where later releases have it.
pub(crate) async fn send_async(
    state: State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    if state.settings().quirks.send_async == SendAsync::Off {
        return Err(Refusal::not_found());
    }
    send(state, headers, body).await
}

/// Finds the file that the message names.
fn attach(inner: &Inner, uplink: &mut Uplink, user: &str) -> Result<(), Malformed> {
    if uplink.request != Request::Chat {
        return Ok(());
    }
    let own = |key: &str| inner.centre.file(key).filter(|file| file.user.as_deref() == Some(user));
    uplink.file = match card::picture(uplink) {
        Some(key) => match own(&key) {
            Some(file) => Some(Attachment::from(file)),
            None if inner.settings().check_object_keys => return Err(Malformed),
            None => None,
        },
        None => content::attachment(&uplink.media, &uplink.content, inner.settings(), own)?,
    };
    Ok(())
}

fn effect(uplink: &Uplink, verdict: &Verdict) -> Effect {
    let Verdict::Outcome(outcome) = verdict else { return Effect::default() };
    let codes = match outcome {
        Outcome::ToRobot(code) | Outcome::ToAgent(code) | Outcome::StoredOffline(code) => vec![code.clone()],
        _ => Vec::new(),
    };
    let accepted = match outcome {
        Outcome::OutsideHours
        | Outcome::Full
        | Outcome::RobotServes
        | Outcome::AgentServes
        | Outcome::NoSession
        | Outcome::TooQuick
        | Outcome::Refused => false,
        Outcome::Queueing => matches!(uplink.request, Request::Connect | Request::TransferToAgent),
        _ => true,
    };
    Effect { accepted, codes, disturbed: Vec::new() }
}

/// Reads the fields; whatever is malformed is a 400.
fn read(fields: &Fields, user: &str, settings: &Settings) -> Result<Uplink, Refusal> {
    let new = settings.dialect == Dialect::V2_6;
    fields.literal("channel", "WEB")?;
    fields.literal("sourceType", "CUSTOMER")?;
    if fields.text("from")? != user {
        return Err(Refusal::bad("from is not the user of ccmessaging-token"));
    }
    fields.text("to")?;
    for name in ["senderNickname", "timestamp", "userAgent", "senderAvatar", "transData"] {
        fields.optional(name)?;
    }
    let request = match fields.text("controlType")? {
        "CONNECT" => Request::Connect,
        "CHAT" => Request::Chat,
        "INPUT" => Request::Input,
        "TRANS2AGENT" => Request::TransferToAgent,
        "DISCONNECT" => Request::Disconnect,
        "READ" if new => Request::Read,
        _ => return Err(Refusal::bad("controlType is unknown")),
    };
    let media = fields.text("mediaType")?;
    match media {
        "TEXT" | "IMAGE" | "AUDIO" | "VIDEO" | "FILE" | "FILE_IMAGE" | "FILE_VIDEO" => {}
        "LOCATE" if settings.quirks.locate != Locate::Refused => {}
        "WEBCARD" if new => {}
        _ => return Err(Refusal::bad("mediaType is unknown")),
    }
    let content = if new { fields.optional("content")?.unwrap_or("") } else { fields.text("content")? };
    if content.len() > CONTENT_MAX_BYTES.max(settings.text_max_bytes) {
        return Err(Refusal::bad("content is too long"));
    }
    let message_id = fields.optional("messageId")?;
    let good = message_id.is_none_or(|id| id.chars().count() <= MESSAGE_ID_MAX && !id.contains(','));
    // Dialect 2.5 does not know the field, so it can find nothing wrong with it.
    if new && !good {
        return Err(Refusal::bad("messageId must have at most 32 characters and no comma"));
    }
    Ok(Uplink {
        request,
        media: media.to_owned(),
        content: content.to_owned(),
        message_id: message_id.filter(|id| good && !id.is_empty()).map(str::to_owned),
        file: None,
        trans_data: trans_data(fields, new)?,
    })
}

/// JSON as text, for the robot's flow; 2.5 does not know the field.
fn trans_data(fields: &Fields, new: bool) -> Result<Option<String>, Refusal> {
    let given = fields.optional("transData")?.filter(|text| new && !text.is_empty());
    if given.is_some_and(|text| serde_json::from_str::<serde_json::Value>(text).is_err()) {
        return Err(Refusal::bad("transData must be JSON as text"));
    }
    Ok(given.map(str::to_owned))
}

/// What is well formed and still refused, whatever state the visitor is in.
fn refusal(fields: &Fields, uplink: &Uplink, settings: &Settings) -> Result<Option<Verdict>, Refusal> {
    if fields.text("to")? != settings.channel_id {
        return Ok(Some(Verdict::NoChannel));
    }
    if uplink.request != Request::Chat {
        return Ok(None);
    }
    if uplink.content.is_empty() && uplink.media != "WEBCARD" {
        return Ok(Some(Verdict::Empty));
    }
    let length = match settings.quirks.text_unit {
        TextUnit::Bytes => uplink.content.len(),
        TextUnit::Characters => uplink.content.chars().count(),
    };
    if uplink.media == "TEXT" && length > settings.text_max_bytes {
        return Ok(Some(Verdict::TooLong));
    }
    Ok(card::check(uplink).filter(|fault| !fault.is_delivered()).map(Verdict::Card))
}
