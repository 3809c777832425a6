//! The vendor's JSON, as far as this proxy uses it. None of these types has `Debug`: they hold texts and tokens.
//!
//! Answers are read leniently, see [`super::lax`]: unknown fields do not count, a field of the wrong type counts as
//! absent, and only what is no JSON object at all is refused.

use super::lax::{Flag, List, Number, Text, Time};
use crate::vendor::rich::plain::plain;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The longest text about being offline, in characters.
const MAX_TIP: usize = 500;

fn hidden(char: char) -> bool {
    char.is_control() && char != '\n'
}

/// Reads an answer; `None`: it is no JSON object.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    object(&text(body))
}

/// Reads an answer together with its result; `None`: it is no JSON object.
pub(super) fn read_coded<T: DeserializeOwned>(body: &[u8]) -> Option<(T, Coded)> {
    let text = text(body);
    Some((object(&text)?, object(&text)?))
}

/// Reads an object in a list of an answer; `None`: it is none.
pub(super) fn read_item<T: DeserializeOwned>(item: &RawValue) -> Option<T> {
    object(item.get())
}

/// Reads an object inside an answer; `None`: it is none.
pub(super) fn read_value<T: DeserializeOwned>(value: Value) -> Option<T> {
    if value.is_object() { T::deserialize(value).ok() } else { None }
}

/// The body as JSON.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    value(&text(body))
}

/// The body as text. Broken UTF-8 costs the broken letters only, since an answer may not come twice.
fn text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body))
}

/// Straight from the text, which is the quick way and takes no list for an object; where that fails by way of a value, in which
/// a name may come twice and half a letter costs no more than itself.
fn object<T: DeserializeOwned>(text: &str) -> Option<T> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    serde_json::from_str(text).ok().or_else(|| read_value(value(text)?))
}

fn value(text: &str) -> Option<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&whole_letters(text))).ok()
}

/// JSON with half a letter replaced wherever one stands alone: who cuts a text by its UTF-16 may cut an emoji in two, and writes
/// `\ud83d` without the rest (RFC 8259, section 8.2).
fn whole_letters(json: &str) -> String {
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let halves = (half(escape), escape.get(6..).and_then(half));
        let (taken, alone) = match halves {
            (Some(Half::First), Some(Half::Second)) => (12, false),
            (Some(_), _) => (6, true),
            // The letter after it belongs to it, and may be a backslash.
            (None, _) => (1 + escape.chars().nth(1).map_or(0, char::len_utf8), false),
        };
        let (escape, after) = escape.split_at(taken);
        whole.push_str(before);
        whole.push_str(if alone { "\\ufffd" } else { escape });
        rest = after;
    }
    whole + rest
}

enum Half {
    First,
    Second,
}

/// Which half of a letter the escape at the beginning of this text is, if it is one.
fn half(escape: &str) -> Option<Half> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::First),
        0xdc00..=0xdfff => Some(Half::Second),
        _ => None,
    }
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
    /// The code in its plain form: `0` and `0.0` are the same. `None`: there is none. One that is there and empty is a
    /// code like any other that is not 0.
    pub(super) fn code(&self) -> Option<String> {
        let names = [&self.result_code, &self.return_code, &self.ret_code];
        let empty = || names.iter().any(|name| name.0.is_some()).then_some("");
        let code = names.iter().find_map(|name| name.word()).or_else(empty)?;
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

    /// The centre's own words for being offline, as plain text of a bounded length.
    pub(super) fn offline_tip(&self) -> Option<String> {
        let tip = Text::from(self.offline_msg.get("tipText")?.clone());
        let tip: String = plain(tip.word()?).chars().filter(|char| !hidden(*char)).take(MAX_TIP).collect();
        Some(tip.trim().to_owned()).filter(|tip| !tip.is_empty())
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trans_data: Option<&'a str>,
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
    pub(super) sender_avatar: Text,
    pub(super) timestamp: Number,
    pub(super) message_code: Text,
    pub(super) is_offline_status: Flag,
    pub(super) queue_flag: Flag,
    pub(super) content_type: Text,
    pub(super) media_file_type: Text,
    /// Nothing, a text, a list as text, or a list.
    pub(super) sim_questions: Value,
    pub(super) inter_idx: Text,
}

/// What the centre pushes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PushedBody {
    /// A list; where it is anything else, nothing was pushed that could be confirmed.
    pub(super) messages: Option<Box<RawValue>>,
}

/// Whom a pushed message is for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Addressed {
    pub(super) to: Text,
}

/// Body of `saveSatisfaction`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rate<'a> {
    pub(super) channel: &'static str,
    pub(super) user_id: &'a str,
    /// 1 to 5; must be there.
    pub(super) evaluation: String,
    /// 0 to 9 (later pages).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nps_score: Option<String>,
    /// 1: solved, 2: not (later pages).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fcr_value: Option<&'static str>,
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
    pub(super) satisfaction_question: Value,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_time: Option<String>,
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
    pub(super) send_time: Time,
    pub(super) receive_time: Time,
    pub(super) read_time: Text,
    pub(super) message_code: Text,
    pub(super) message_id: Text,
    pub(super) send_status: Number,
    pub(super) recall_time: Text,
    pub(super) content_deal_type: Text,
    pub(super) media_file_type: Text,
    pub(super) multi_media_library_info: Value,
}

/// What the centre knows of a file of its library.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Library {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) file_name: Text,
    pub(super) media_file_type: Text,
    pub(super) file_size: Number,
    pub(super) size_unit: Text,
}

/// Answer of `uploadFileStream`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Uploaded {
    pub(super) object_key: Text,
}

/// Body of `downloadFileStream`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskFile<'a> {
    pub(super) file_id: &'a str,
    pub(super) channel: &'static str,
    pub(super) file_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) multi_media: Option<&'static str>,
}

/// Body of `queryPhraseByKeyword`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskPhrases<'a> {
    pub(super) str_content: &'a str,
    pub(super) locale: &'a str,
    pub(super) channel: &'static str,
}

/// Answer of `queryPhraseByKeyword`: the list has two names.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Phrases {
    pub(super) question: Value,
    pub(super) phrases: Value,
}

/// Body of `feedbacksatisfaction`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Judge<'a> {
    pub(super) feedback: u8,
    pub(super) feedback_content: &'a str,
    pub(super) from: &'a str,
    pub(super) inter_idx: &'a str,
}

/// Body of `doLeaveMessage`; `callId` is the visitor's id.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Leave<'a> {
    pub(super) call_id: &'a str,
    pub(super) caller: &'a str,
    pub(super) leave_message: &'a str,
    pub(super) channel: &'static str,
}

/// Body of `createClickToCall`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskCall {
    pub(super) channel: &'static str,
    pub(super) media_ability: &'static str,
}

/// Body of `dropClickToCall`.
#[derive(Serialize)]
pub(super) struct Hangup {
    pub(super) channel: &'static str,
}

/// Answer of `getClickToCallEvents`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Events {
    pub(super) event_id: Text,
    pub(super) content: Value,
}

/// What is in [`Events`].
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct EventContent {
    pub(super) domain: Text,
    pub(super) gw_addresses: Value,
    pub(super) access_code: Text,
    pub(super) click_to_call_caller: Text,
    pub(super) cause_id: Text,
}

/// Body of `mobileagent/createcall`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskOutboundCall<'a> {
    pub(super) called: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) call_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) caller_present: Option<&'a str>,
}

/// Answer of `mobileagent/createcall`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OutboundCall {
    pub(super) result_data: Value,
}

/// An answer that says no more than its code.
#[derive(Default, Deserialize)]
pub(super) struct Nothing {}

#[cfg(test)]
mod tests;
