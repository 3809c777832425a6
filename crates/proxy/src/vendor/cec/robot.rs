//! The comforts of a robot: questions that it can answer, judging an answer; and leaving a message.

use super::Cec;
use super::calls::{CHANNEL, post};
use super::codes::Request;
use super::lax::Text;
use super::wire::{AskPhrases, Judge, Leave, Nothing, Phrases};
use crate::vendor::rich::plain::plain;
use crate::vendor::{Failure, Party};
use frontdesk_contract::MAX_REASON_BYTES;
use serde_json::Value;

/// The most questions that are offered (2.6 manual, queryPhraseByKeyword).
const MAX_PHRASES: usize = 5;
/// The longest question that is offered, in bytes: the longest text that a visitor can send, since it is sent as it is.
const MAX_QUESTION_BYTES: usize = 1024;

impl Cec {
    pub(super) async fn phrases(&self, party: &Party, text: &str) -> Result<Vec<String>, Failure> {
        let locale = party.language.split(['-', '_']).next().unwrap_or_default();
        let body = AskPhrases { str_content: text, locale, channel: CHANNEL };
        let call = post("queryPhraseByKeyword", "/apiaccess/ccmessaging/queryPhraseByKeyword", &body, true);
        let answer: Phrases = self.ask(party, Request::Suggest, &call).await?;
        let found = [answer.question, answer.phrases].into_iter().map(listed).find(|list| !list.is_empty());
        Ok(bounded(found.unwrap_or_default(), MAX_PHRASES))
    }

    pub(super) async fn judge(
        &self,
        party: &Party,
        inter_idx: &str,
        helpful: bool,
        reason: &str,
    ) -> Result<(), Failure> {
        let mut end = reason.len().min(MAX_REASON_BYTES);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        let feedback_content = reason.get(..end).filter(|_| !helpful).unwrap_or_default();
        let body = Judge { feedback: u8::from(helpful), feedback_content, from: &party.user_id, inter_idx };
        let path = "/apiaccess/ccmessaging/v1/robot/feedbacksatisfaction";
        let call = post("feedbacksatisfaction", path, &body, false);
        self.ask::<Nothing>(party, Request::Feedback, &call).await.map(drop)
    }

    pub(super) async fn leave(&self, party: &Party, number: &str, text: &str) -> Result<(), Failure> {
        let body = Leave { call_id: &party.user_id, caller: number, leave_message: text, channel: CHANNEL };
        let call = post("doLeaveMessage", "/apiaccess/ccmessaging/doLeaveMessage", &body, false);
        self.ask::<Nothing>(party, Request::LeaveMessage, &call).await.map(drop)
    }
}

/// Questions in any of the forms in which they come: a list, a list as text, one text, nothing.
pub(super) fn listed(value: Value) -> Vec<String> {
    let values = match value {
        Value::Array(values) => values,
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str(&text).unwrap_or_else(|_| vec![Value::String(text)])
        }
        other => vec![other],
    };
    values.into_iter().map(Text::from).filter_map(|text| text.word().map(str::to_owned)).collect()
}

/// Plain questions, each once, none too long to be sent as it is.
pub(super) fn bounded(questions: Vec<String>, most: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for question in questions.into_iter().take(most * 4) {
        let question = plain(&question).replace(char::is_control, " ").trim().to_owned();
        if question.len() > MAX_QUESTION_BYTES {
            tracing::debug!("a question that is too long to be sent was passed over");
            continue;
        }
        if !question.is_empty() && out.len() < most && !out.contains(&question) {
            out.push(question);
        }
    }
    out
}
