//! `feedbacksatisfaction`: thumbs for one robot answer.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::json;

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::centre::FeedbackError;
use crate::settings::quirks::{FeedbackFrom, FeedbackUnit};
use crate::settings::{Dialect, Settings};
use crate::state::Sandbox;

const CONTENT_MAX: usize = 64;
const CHAT_MODULE_ERROR: &str = "30010009999";
const NO_ROBOT_SESSION: &str = "30000000019";
const CONTENT_IS_EMPTY: &str = "30000000008";

pub(crate) async fn feedback(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let satisfied = match fields.integer("feedback")? {
            0 => false,
            1 => true,
            _ => return Err(Refusal::bad("feedback must be 0 or 1")),
        };
        let content = fields.optional("feedbackContent")?.unwrap_or("");
        check_length(content, inner.settings())?;
        check_sender(fields.text("from")?, &known.user, inner.settings())?;
        let turn = fields.text("interIdx")?;
        let new = inner.settings().dialect == Dialect::V2_6;
        let (code, text) = if !satisfied && content.trim().is_empty() {
            (CONTENT_IS_EMPTY, None)
        } else {
            match inner.centre.feedback(now, &known.user, turn, satisfied, content) {
                Ok(()) => ("0", Some("Send message to robot successfully")),
                Err(FeedbackError::NoRobot) if new => (NO_ROBOT_SESSION, None),
                Err(_) => (CHAT_MODULE_ERROR, None),
            }
        };
        let effect = Effect { accepted: code == "0", ..Effect::default() };
        Ok(Answer::new(json!({"resultCode": code, "resultDesc": text})).renewed(known.renewed).effect(effect))
    })
}

fn check_length(content: &str, settings: &Settings) -> Result<(), Refusal> {
    let bytes = match settings.quirks.feedback_unit {
        FeedbackUnit::ByDialect => settings.dialect == Dialect::V2_5,
        FeedbackUnit::Bytes => true,
        FeedbackUnit::Characters => false,
    };
    let length = if bytes { content.len() } else { content.chars().count() };
    if length > CONTENT_MAX {
        let unit = if bytes { "bytes" } else { "characters" };
        return Err(Refusal::bad(format!("feedbackContent must have at most {CONTENT_MAX} {unit}")));
    }
    Ok(())
}

fn check_sender(from: &str, user: &str, settings: &Settings) -> Result<(), Refusal> {
    let (visitor, channel) = (from == user, from == settings.channel_id);
    let right = match settings.quirks.feedback_from {
        FeedbackFrom::Visitor => visitor,
        FeedbackFrom::Channel => channel,
        FeedbackFrom::Either => visitor || channel,
    };
    if right { Ok(()) } else { Err(Refusal::bad("from is not who the setting `feedback_from` says")) }
}
