//! What the centre kept (2.6 manual, queryHistoryChatMessage).

use super::calls::post;
use super::codes::{Outcome, Request, outcome};
use super::content::Media;
use super::lax::Text;
use super::wire::{self, AskHistory, Coded, HistoryAnswer, Library, Recorded};
use super::{Cec, content, downlink, status};
use crate::config::{CallLinks, Dialect};
use crate::vendor::{Failure, Kept, Party};
use std::collections::HashSet;

const HISTORY: &str = "queryHistoryChatMessage";
/// Messages asked for at a time.
const PAGE: usize = 50;
/// Pages asked for at most.
const MAX_PAGES: usize = 100;
/// `sendStatus` of a message that was not sent, and of one that was read.
const FAILED: f64 = 2.0;
const READ: f64 = 3.0;

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
        let mut end = (to_ms < u64::MAX).then(|| to_ms.to_string());
        let mut page = 0;
        while page < MAX_PAGES {
            let body = AskHistory {
                channel_id: &self.config.channel_id,
                user_id: &party.user_id,
                start_time: start.clone(),
                end_time: end.clone(),
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
                    let timed = start.take().is_some() | end.take().is_some();
                    if timed && page == 0 {
                        continue;
                    }
                    return Err(match outcome(Request::History, &code, coded.text(), false) {
                        Outcome::Refused(reason) => {
                            status::refused(HISTORY, &code, reason.code, reason.transient)
                        }
                        _ => status::unintelligible(HISTORY),
                    });
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
        Ok(Some(records.kept(since_ms, to_ms, &self.config.call_links)))
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
    fn kept(self, since_ms: u64, to_ms: u64, links: &CallLinks) -> Vec<Kept> {
        let backwards = self.runs_backwards();
        let mut list = self.list;
        if backwards {
            list.reverse();
        }
        let mut latest = 0;
        let mut kept: Vec<(u64, Kept)> = list
            .into_iter()
            .filter_map(|record| {
                let kept = read(&record, links)?;
                latest = kept.at_ms.unwrap_or(latest);
                Some((latest, kept))
            })
            .collect();
        kept.sort_by_key(|(at, _)| *at);
        let recent = |kept: &Kept| kept.at_ms.is_none_or(|at| (since_ms..=to_ms).contains(&at));
        kept.into_iter().map(|(_, kept)| kept).filter(recent).collect()
    }

    fn runs_backwards(&self) -> bool {
        let mut times = self.list.iter().filter_map(|record| record.time_ms());
        times.next() > times.next_back()
    }
}

impl Recorded {
    fn time_ms(&self) -> Option<u64> {
        self.send_time.0.or(self.receive_time.0)
    }
}

fn read(record: &Recorded, links: &CallLinks) -> Option<Kept> {
    let control = record.control_type.word();
    let is_chat = control.is_none_or(|control| control.eq_ignore_ascii_case("CHAT"));
    if !is_chat || record.send_status.0 == Some(FAILED) {
        return None;
    }
    let from_visitor = record.source_type.is("CUSTOMER");
    let library: Option<Library> = wire::read_value(record.multi_media_library_info.clone());
    let library = library.unwrap_or_default();
    let media = Media {
        media_type: record.media_type.word(),
        content: record.content.word().and(record.content.0.as_deref()).or(library.id.word()),
        content_type: record.content_deal_type.word(),
        media_file_type: record.media_file_type.word().or(library.media_file_type.word()),
        name: library.file_name.word().or(library.name.word()),
        size_bytes: library.size_bytes(),
    };
    let content = if from_visitor { content::own(&media, links) } else { content::read(&media, links) }?;
    let code = if from_visitor {
        downlink::code(&record.message_id).or_else(|| downlink::code(&record.message_code))
    } else {
        downlink::code(&record.message_code)
    };
    let from = (!from_visitor).then(|| downlink::sender(&record.source_type, &record.sender_nickname));
    Some(Kept {
        code,
        from,
        content,
        at_ms: record.time_ms(),
        recalled: is_set(&record.recall_time),
        read: record.send_status.0 == Some(READ) || is_set(&record.read_time),
    })
}

/// Whether a time is given: null, nothing and zero are none.
fn is_set(time: &Text) -> bool {
    time.word().is_some_and(|time| time != "0" && time != "null")
}

impl Library {
    fn size_bytes(&self) -> Option<u64> {
        let unit = if self.size_unit.is("KB") {
            1024.0
        } else if self.size_unit.is("MB") {
            1024.0 * 1024.0
        } else {
            return None;
        };
        let size = self.file_size.0.map(|size| (size * unit).round());
        size.filter(|size| (1.0..1e15).contains(size)).map(|size| size as u64)
    }
}

/// The messages of an answer of `queryHistoryChatMessage`, oldest first; `None`: it is no JSON object.
pub(super) fn read_page(body: &[u8], links: &CallLinks) -> Option<Vec<Kept>> {
    let answer: HistoryAnswer = wire::read(body)?;
    let mut records = Records::default();
    records.add(answer.message_list.0.into_iter().filter_map(wire::read_value));
    Some(records.kept(0, u64::MAX, links))
}
