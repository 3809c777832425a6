//! The vendor's JSON, as far as this proxy uses it. None of these types has `Debug`: they hold texts and tokens.
//!
//! Answers are read leniently, see [`super::lax`]: unknown fields do not count, a field of the wrong type counts as
//! absent, and only what is no JSON object at all is refused.

use super::lax::{Flag, List, Number, Text};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Reads an answer; `None`: it is no JSON object.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    read_value(json(body)?)
}

/// Reads an object inside an answer; `None`: it is none.
pub(super) fn read_value<T: DeserializeOwned>(value: Value) -> Option<T> {
    if value.is_object() { T::deserialize(value).ok() } else { None }
}

/// The body as JSON. Broken UTF-8 costs the broken letters only, since an answer may not come twice.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

/// The result that every answer carries, under one of three names.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Coded {
    result_code: Text,
    return_code: Text,
    ret_code: Text,
    result_desc: Text,
    offline_msg: Value,
}

impl Coded {
    /// The code in its plain form: `0` and `0.0` are the same. `None`: there is none.
    pub(super) fn code(&self) -> Option<String> {
        let names = [&self.result_code, &self.return_code, &self.ret_code];
        let code = names.into_iter().find_map(Text::word)?;
        Some(code.strip_suffix(".0").unwrap_or(code).to_owned())
    }

    /// Whether the code says success.
    pub(super) fn is_ok(&self) -> bool {
        self.code().as_deref() == Some("0")
    }

    /// The text beside the code; the word `null` counts as none.
    pub(super) fn text(&self) -> &str {
        self.result_desc.word().filter(|text| *text != "null").unwrap_or_default()
    }

    /// Whether messages are stored for later now (2.6 manual, send: `offlineMsg`).
    pub(super) fn stores_offline(&self) -> bool {
        let flag = match &self.offline_msg {
            Value::Object(fields) => fields.get("isOfflineStatus").cloned().unwrap_or_default(),
            other => other.clone(),
        };
        Flag::from(flag).0 == Some(true)
    }
}

/// Body of `tokenByAkSk`; the only place where the secret is written out.
#[derive(Serialize)]
pub(super) struct AskGatewayToken<'a> {
    pub(super) app_key: &'a str,
    pub(super) app_secret: &'a str,
}

/// Answer of `tokenByAkSk`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct GatewayToken {
    pub(super) access_token: Text,
    pub(super) expires: Number,
}

/// Body of `applyToken`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskVisitorToken<'a> {
    pub(super) user_id: &'a str,
    pub(super) user_name: &'a str,
    pub(super) channel_id: &'a str,
    pub(super) locale: &'a str,
}

/// Body of `send`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Send<'a> {
    pub(super) content: &'a str,
    pub(super) control_type: &'static str,
    pub(super) from: &'a str,
    pub(super) media_type: &'static str,
    pub(super) sender_nickname: &'a str,
    pub(super) source_type: &'static str,
    pub(super) timestamp: String,
    pub(super) to: &'a str,
    pub(super) user_agent: (),
    pub(super) sender_avatar: (),
    pub(super) channel: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message_id: Option<&'a str>,
}

/// Body of `queryQueueInfo`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskQueue<'a> {
    pub(super) user_id: &'a str,
    pub(super) channel_config_id: &'a str,
    pub(super) channel: &'static str,
}

/// Answer of `queryQueueInfo`; times in seconds.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Queue {
    pub(super) position: Number,
    pub(super) estimate_wait_time: Number,
}

/// Answer of `poll`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Polled {
    pub(super) downlink_messages: List,
}

/// A message in the answer of `poll`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FromCentre {
    /// A text; the ids of a read notice may come as a list.
    pub(super) content: Value,
    pub(super) media_type: Text,
    pub(super) source_type: Text,
    pub(super) control_type: Text,
    pub(super) sender_nickname: Text,
    pub(super) timestamp: Number,
    pub(super) message_code: Text,
    pub(super) is_offline_status: Flag,
    pub(super) queue_flag: Flag,
}

/// Body of `saveSatisfaction`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rate<'a> {
    pub(super) channel: &'static str,
    pub(super) user_id: &'a str,
    pub(super) evaluation: String,
    pub(super) comment: &'a str,
    pub(super) channel_config_id: &'a str,
}

/// Body of the survey query.
#[derive(Serialize)]
pub(super) struct AskSurvey {
    pub(super) language: &'static str,
}

/// Answer of the survey query.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SurveyAnswer {
    pub(super) satisfaction_survey: Value,
}

/// What is in [`SurveyAnswer`].
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Survey {
    pub(super) survey_type: Text,
    pub(super) satisfaction_level: List,
    pub(super) satisfaction_question: List,
}

/// One level in [`Survey`].
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Level {
    pub(super) satisfaction_level_key: Number,
    pub(super) satisfaction_level_desc: Text,
}

/// Body of `queryHistoryChatMessage`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskHistory<'a> {
    pub(super) channel_id: &'a str,
    pub(super) user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_time: Option<String>,
    pub(super) limit: String,
    pub(super) offset: String,
}

/// Answer of `queryHistoryChatMessage`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct HistoryAnswer {
    pub(super) message_list: List,
}

/// A message in [`HistoryAnswer`].
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Recorded {
    pub(super) id: Text,
    pub(super) content: Text,
    pub(super) media_type: Text,
    pub(super) source_type: Text,
    pub(super) control_type: Text,
    pub(super) sender_nickname: Text,
    pub(super) send_time: Number,
    pub(super) message_code: Text,
    pub(super) message_id: Text,
    pub(super) send_status: Number,
    pub(super) recall_time: Text,
}

#[cfg(test)]
mod tests;
