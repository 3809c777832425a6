//! What the centre kept (2.6 manual, queryHistoryChatMessage).

use super::calls::post;
use super::lax::Text;
use super::wire::{self, AskHistory, Coded, HistoryAnswer, Recorded};
use super::{Cec, content, downlink, status};
use crate::config::Dialect;
use crate::vendor::{Content, Failure, Kept, Party};
use frontdesk_contract::ErrorCode;
use std::collections::HashSet;

const HISTORY: &str = "queryHistoryChatMessage";
/// Messages asked for at a time.
const PAGE: usize = 50;
/// Pages asked for at most.
const MAX_PAGES: usize = 100;
/// `sendStatus` of a message that was not sent.
const FAILED: f64 = 2.0;

impl Cec {
    pub(super) async fn read_history(
        &self,
        party: &Party,
        since_ms: u64,
        to_ms: u64,
    ) -> Result<Option<Vec<Kept>>, Failure> {
        if !self.config.history || self.config.dialect != Dialect::V2_6 {
            return Ok(None);
        }
        let mut records = Records::default();
        // The format of the time is not documented; where it is refused, everything is asked for.
        let mut start = (since_ms > 0).then(|| since_ms.to_string());
        let mut page = 0;
        while page < MAX_PAGES {
            let body = AskHistory {
                channel_id: &self.config.channel_id,
                user_id: &party.user_id,
                start_time: start.clone(),
                limit: PAGE.to_string(),
                offset: (page * PAGE).to_string(),
            };
            let call = post(HISTORY, "/apiaccess/ccmessaging/queryHistoryChatMessage", &body, true);
            let Some(reply) = self.link.call_optional(party, &call).await? else { return Ok(None) };
            let (Some(answer), Some(coded)) =
                (wire::read::<HistoryAnswer>(&reply.body), wire::read::<Coded>(&reply.body))
            else {
                self.link.note(HISTORY, &reply, None);
                return Err(status::unintelligible(HISTORY));
            };
            match coded.code() {
                Some(code) if code != "0" => {
                    self.link.note(HISTORY, &reply, Some(&code));
                    if start.take().is_some() && page == 0 {
                        continue;
                    }
                    return Err(status::refused(HISTORY, &code, ErrorCode::CentreRefused, true));
                }
                _ => {}
            }
            let list = answer.message_list.0;
            let last = list.len() < PAGE;
            let new = records.add(list.into_iter().filter_map(wire::read_value));
            if last || new == 0 {
                break;
            }
            page += 1;
        }
        Ok(Some(records.kept(since_ms, to_ms)))
    }
}

/// What came, each record once: pages overlap when messages arrive between two questions.
#[derive(Default)]
struct Records {
    seen: HashSet<String>,
    list: Vec<Recorded>,
}

impl Records {
    /// Answers how many were new.
    fn add(&mut self, page: impl Iterator<Item = Recorded>) -> usize {
        let before = self.list.len();
        for record in page {
            let known = record.id.word().is_some_and(|id| !self.seen.insert(id.to_owned()));
            if !known {
                self.list.push(record);
            }
        }
        self.list.len() - before
    }

    /// Oldest first; what has no time keeps its place after the message before it.
    fn kept(self, since_ms: u64, to_ms: u64) -> Vec<Kept> {
        let backwards = self.runs_backwards();
        let mut list = self.list;
        if backwards {
            list.reverse();
        }
        let mut latest = 0;
        let mut kept: Vec<(u64, Kept)> = list
            .into_iter()
            .filter_map(|record| {
                let kept = read(&record)?;
                latest = kept.at_ms.unwrap_or(latest);
                Some((latest, kept))
            })
            .collect();
        kept.sort_by_key(|(at, _)| *at);
        let recent = |kept: &Kept| kept.at_ms.is_none_or(|at| (since_ms..=to_ms).contains(&at));
        kept.into_iter().map(|(_, kept)| kept).filter(recent).collect()
    }

    fn runs_backwards(&self) -> bool {
        let mut times = self.list.iter().filter_map(|record| record.send_time.time_ms());
        times.next() > times.next_back()
    }
}

fn read(record: &Recorded) -> Option<Kept> {
    let control = record.control_type.word();
    let is_chat = control.is_none_or(|control| control.eq_ignore_ascii_case("CHAT"));
    if !is_chat || record.recall_time.word().is_some() || record.send_status.0 == Some(FAILED) {
        return None;
    }
    let from_visitor = record.source_type.is("CUSTOMER");
    let content = Text::as_str(&record.content);
    let body =
        if from_visitor && record.media_type.word().is_none_or(|kind| kind.eq_ignore_ascii_case("TEXT")) {
            // The visitor's own words are not HTML.
            Some(frontdesk_contract::Body::Text(content.to_owned())).filter(|_| !content.is_empty())
        } else {
            content::read(record.media_type.word(), Some(content))
        }?;
    let code = if from_visitor {
        downlink::code(&record.message_id).or_else(|| downlink::code(&record.message_code))
    } else {
        downlink::code(&record.message_code)
    };
    let from = (!from_visitor).then(|| downlink::sender(&record.source_type, &record.sender_nickname));
    Some(Kept {
        code,
        from,
        content: Content::Body(body),
        at_ms: record.send_time.time_ms(),
        recalled: false,
        read: false,
    })
}
