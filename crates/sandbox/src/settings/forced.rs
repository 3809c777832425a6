//! Answers that a caller is to get whatever the centre's state: for codes that nothing in a sandbox brings about.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An answer instead of the call's own; the call is not processed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Forced {
    /// HTTP status; 200 when absent.
    pub status: Option<u16>,
    /// Result code of a 200.
    pub code: Option<String>,
    /// Text beside the code.
    pub text: Option<String>,
    /// `Retry-After` in seconds.
    pub retry_after_s: Option<u64>,
}

/// Endpoints by the last part of their path; `send` with its control type, as `send:CHAT`.
pub(crate) const ENDPOINTS: [&str; 27] = [
    "tokenByAkSk",
    "applyToken",
    "send",
    "send:CONNECT",
    "send:CHAT",
    "send:INPUT",
    "send:TRANS2AGENT",
    "send:DISCONNECT",
    "send:READ",
    "sendAsync",
    "poll",
    "queryQueueInfo",
    "saveSatisfaction",
    "getsatisfactionssurveymode",
    "getsatisfactionsurveymode",
    "queryHistoryChatMessage",
    "uploadFileStream",
    "downloadFileStream",
    "queryPhraseByKeyword",
    "checkClickToCallSupport",
    "createClickToCall",
    "getClickToCallEvents",
    "dropClickToCall",
    "createcall",
    "doLeaveMessage",
    "feedbacksatisfaction",
    "other",
];

/// Result codes and texts that the documents list and that only `answers` can bring about.
pub(crate) const DOCUMENTED: [(&str, &str, &str); 50] = [
    ("applyToken", "1", ""),
    ("queryQueueInfo", "2", ""),
    ("queryQueueInfo", "3", ""),
    ("queryQueueInfo", "4", ""),
    ("queryQueueInfo", "5", ""),
    ("queryQueueInfo", "6", ""),
    ("queryQueueInfo", "160001", ""),
    ("queryQueueInfo", "160022", ""),
    ("queryQueueInfo", "160023", ""),
    ("queryQueueInfo", "160024", ""),
    ("poll", "1", ""),
    ("saveSatisfaction", "13", "The callIdString obtained failed!"),
    ("saveSatisfaction", "13", "Save satisfaction failed"),
    ("send:CONNECT", "13", "No ccucs address available!"),
    ("send:CONNECT", "13", "Failed to disconnect robot"),
    ("send:CONNECT", "13", "fail to initialize robot"),
    ("send:DISCONNECT", "13", "disconnect failed"),
    ("send:DISCONNECT", "13", "Failed to disconnect robot"),
    ("send:CHAT", "13", "sendUserMessage failed"),
    ("send:CHAT", "13", "connect failed"),
    ("send:CHAT", "3", "content can not be empty"),
    ("send:TRANS2AGENT", "13", "fail to transfer from robot to agent,connect to ccucs failed."),
    ("send:TRANS2AGENT", "13", "Failed to disconnect robot"),
    ("send:INPUT", "13", "sendUserMessage failed"),
    ("uploadFileStream", "13", "upload file exception"),
    ("downloadFileStream", "13", "downloadFileStream IOException"),
    ("downloadFileStream", "13", "fsservice downloadFile is failed"),
    ("downloadFileStream", "13", "downloadFileStream exception"),
    ("downloadFileStream", "13", "empty file!"),
    ("queryPhraseByKeyword", "1", "request is no exist"),
    ("queryPhraseByKeyword", "1", "authToken is no exist"),
    ("queryPhraseByKeyword", "1", "doNMSRequest is error"),
    ("queryPhraseByKeyword", "1", "Exception appeared!"),
    ("createClickToCall", "13", "connect failed"),
    ("getClickToCallEvents", "0", "Call continue to poll events with unknown events"),
    ("dropClickToCall", "13", "disconnect failed"),
    ("createcall", "30010010001", ""),
    ("createcall", "30010010002", ""),
    ("createcall", "30010010003", ""),
    ("createcall", "30010019999", ""),
    ("createcall", "30011010001", ""),
    ("createcall", "30011019999", ""),
    ("createcall", "30010009999", ""),
    ("doLeaveMessage", "13", "Exception appeared!"),
    ("doLeaveMessage", "13", "Save leaveMessage failed!"),
    ("feedbacksatisfaction", "10010000001", ""),
    ("feedbacksatisfaction", "10010000002", ""),
    ("feedbacksatisfaction", "30010009999", ""),
    ("getsatisfactionssurveymode", "13", ""),
    ("queryHistoryChatMessage", "1", ""),
];

impl Forced {
    /// Checks one entry of `answers`.
    pub(super) fn check(&self, endpoint: &str) -> Result<(), String> {
        if !ENDPOINTS.contains(&endpoint) {
            return Err(format!("there is no endpoint `{endpoint}`"));
        }
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err(format!("`{endpoint}`: `status` must be within 200 and 599"));
        }
        if self.status.is_none_or(|status| status == 200) && self.code.is_none() {
            return Err(format!("`{endpoint}`: `code` is missing"));
        }
        let long = |text: &Option<String>, max| text.as_ref().is_some_and(|text| text.len() > max);
        if long(&self.code, 20) || long(&self.text, 300) {
            return Err(format!("`{endpoint}`: `code` has at most 20 bytes and `text` 300"));
        }
        Ok(())
    }
}

/// The list for `GET /sandbox/quirks`.
pub(crate) fn documented() -> Vec<Value> {
    DOCUMENTED
        .iter()
        .map(|(endpoint, code, text)| serde_json::json!({"endpoint": endpoint, "code": code, "text": text}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_answer_can_be_set() {
        for (endpoint, code, text) in DOCUMENTED {
            let forced = Forced { code: Some(code.into()), text: Some(text.into()), ..Forced::default() };
            assert_eq!(forced.check(endpoint), Ok(()), "{endpoint}");
        }
        assert!(Forced::default().check("poll").is_err());
        assert!(Forced { status: Some(700), ..Forced::default() }.check("poll").is_err());
        assert!(Forced { status: Some(503), ..Forced::default() }.check("pool").is_err());
    }
}
