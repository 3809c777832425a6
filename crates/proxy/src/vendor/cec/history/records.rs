//! What came of the history: each record once, in order, in our words.

use crate::config::CallLinks;
use crate::vendor::Kept;
use crate::vendor::cec::content::{self, Media};
use crate::vendor::cec::control::Control;
use crate::vendor::cec::downlink;
use crate::vendor::cec::lax::{List, Text};
use crate::vendor::cec::wire::{self, Library, Recorded};
use frontdesk_contract::Sender;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// `sendStatus` of a message that was not sent, and of one that was read.
const FAILED: f64 = 2.0;
const READ: f64 = 3.0;

/// What tells records apart: their id, which the manual wants to be there; else their code, which a message shares with
/// what was done to it; else all of it.
fn key(record: &Recorded, json: &RawValue) -> String {
    match (record.id.word(), record.message_code.word()) {
        (Some(id), _) => format!("id {id}"),
        (None, Some(code)) => format!("code {code} {}", record.control_type.word().unwrap_or_default()),
        (None, None) => format!("all {json}"),
    }
}

/// What came, each record once: pages overlap when messages arrive between two questions.
#[derive(Default)]
pub(super) struct Records {
    seen: HashSet<String>,
    list: Vec<Recorded>,
}

impl Records {
    /// Answers how many were new.
    pub(super) fn add(&mut self, page: &List) -> usize {
        let before = self.list.len();
        for json in &page.0 {
            if let Some(record) = wire::read_item::<Recorded>(json)
                && self.seen.insert(key(&record, json))
            {
                self.list.push(record);
            }
        }
        self.list.len() - before
    }

    /// Whether nothing came.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Oldest first; what has no time keeps its place after the message before it.
    /// `own`: the visitor's name at the centre.
    pub(super) fn kept(self, since_ms: u64, to_ms: u64, links: &CallLinks, own: &str) -> Vec<Kept> {
        let backwards = self.runs_backwards();
        let mut list = self.list;
        if backwards {
            list.reverse();
        }
        let recalled: HashSet<String> =
            list.iter().filter(|record| record.takes_back()).filter_map(|record| record.code()).collect();
        let mut latest = 0;
        let mut kept: Vec<(u64, Kept)> = list
            .into_iter()
            .filter_map(|record| {
                let mut kept = read(&record, links, own)?;
                let named = [record.code(), kept.code.clone()];
                kept.recalled |= named.iter().flatten().any(|code| recalled.contains(code));
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

    fn code(&self) -> Option<String> {
        downlink::code(&self.message_code)
    }

    /// Whether it is no message but says that the one with its code was taken back.
    fn takes_back(&self) -> bool {
        Control::of(&self.control_type) == Control::Recall && self.send_status.0 != Some(FAILED)
    }
}

/// Whose a record is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Visitors,
    Centres,
    /// The record does not say.
    Untold,
}

/// By the `sourceType`; where there is none, by what only a visitor's message has: an id that it was sent with, the
/// visitor's name, or the key of a file with its type behind a comma.
fn whose(record: &Recorded, own: &str) -> Whose {
    if let Some(source) = record.source_type.word().filter(|source| !source.eq_ignore_ascii_case("null")) {
        return if source.eq_ignore_ascii_case("CUSTOMER") { Whose::Visitors } else { Whose::Centres };
    }
    let named = !own.trim().is_empty() && record.sender_nickname.word() == Some(own.trim());
    let is_file =
        |media: &str| !matches!(media.to_ascii_uppercase().as_str(), "TEXT" | "RICHTEXT" | "LOCATE");
    let listed = record.media_type.word().is_some_and(is_file)
        && record.content.word().is_some_and(|content| content.contains(',') && !content.starts_with('{'));
    if named || listed || record.message_id.word().is_some() { Whose::Visitors } else { Whose::Untold }
}

fn read(record: &Recorded, links: &CallLinks, own: &str) -> Option<Kept> {
    if Control::of(&record.control_type) != Control::Chat || record.send_status.0 == Some(FAILED) {
        return None;
    }
    let whose = whose(record, own);
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
    let (content, code, from) = match whose {
        Whose::Visitors => {
            let code = downlink::code(&record.message_id).or_else(|| record.code());
            (content::own(&media, links)?, code, None)
        }
        Whose::Centres => {
            let from = downlink::sender(&record.source_type, &record.sender_nickname);
            (content::read(&media, links)?, record.code(), Some(from))
        }
        Whose::Untold => (content::read(&media, links)?, record.code(), Some(Sender::Unknown {})),
    };
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
