//! Earlier messages, where the centre keeps them: read in windows that grow backwards, page by page.

use super::poller::intake::{self, Known};
use super::whose::{self, APART_MS};
use super::{Visitor, handles, party, recall};
use crate::problem::Problem;
use crate::session::credential::hex;
use crate::vendor::{Content, Downlink, Failure, Kept};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontdesk_contract::{ErrorCode, Event, EventKind, HistoryItem, HistoryPage, MAX_HISTORY_PAGE, Sender};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

const DAY_MS: u64 = 86_400_000;
/// Windows asked for one page: a day, then four times as much each time, then everything.
const WINDOWS: u32 = 5;

/// Where a page goes on: messages up to this time, of which those at this very time are partly shown already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    to_ms: u64,
    shown: usize,
}

impl Visitor {
    /// A page of earlier messages, oldest first, before `before`; the newest without it.
    ///
    /// # Errors
    /// [`ErrorCode::NotOffered`], [`ErrorCode::BadRequest`] for a cursor that is none of ours, what the centre refuses.
    pub async fn history(self: &Arc<Self>, before: Option<&str>) -> Result<HistoryPage, Problem> {
        if !self.desk().settings.offers.history {
            return Err(not_offered());
        }
        let cursor = match before {
            Some(text) => Cursor::read(text).ok_or_else(|| {
                Problem::new(ErrorCode::BadRequest, "parameter `before`: not what an earlier page answered")
            })?,
            None => Cursor { to_ms: u64::MAX, shown: 0 },
        };
        let (mut kept, next) = self.read_back(cursor).await?;
        let journal = if kept.is_empty() {
            Vec::new()
        } else {
            self.shared.store.events(&self.id, 0, usize::MAX).await?
        };
        // The journal knows all that was taken back as long as it has the events; the marks know what was never told.
        let recalled: HashSet<&str> = journal.iter().filter_map(recall::recalled).collect();
        let record = self.record().await?;
        for kept in &mut kept {
            let known = |code: &str| recalled.contains(code) || recall::is_marked(&record.recalled, code);
            kept.recalled |= kept.code.as_deref().is_some_and(known);
        }
        let kept = whose::told(kept, &journal);
        let shown = |kept: &&Kept| !kept.recalled && !matches!(kept.content, Content::Body(_));
        let files: Vec<Content> = kept.iter().filter(shown).map(|kept| kept.content.clone()).collect();
        let items = items(kept, &journal);
        let taken_back: Vec<Downlink> = items
            .iter()
            .filter(|item| item.recalled && journal.iter().any(|event| recall::tells(event, &item.id)))
            .map(|item| Downlink::Recalled(item.id.clone()))
            .collect();
        if !files.is_empty() || !taken_back.is_empty() {
            self.change(|draft, recent| {
                let known = Known { recent, journal: &journal, repeats: false, left: false };
                intake::take(draft, known, &taken_back, false);
                files.iter().for_each(|content| handles::adopt(draft, content));
            })
            .await?;
        }
        Ok(HistoryPage { items, before: next.map(Cursor::write) })
    }

    async fn read_back(&self, cursor: Cursor) -> Result<(Vec<Kept>, Option<Cursor>), Problem> {
        let party = party(&self.record().await?);
        let desk = self.desk();
        let page = MAX_HISTORY_PAGE as usize;
        let newest = cursor.to_ms.min(self.now_ms());
        let (mut to_ms, mut width) = (cursor.to_ms, DAY_MS);
        let mut found: Vec<Kept> = Vec::new();
        for window in 1..=WINDOWS {
            let from_ms = if window == WINDOWS { 0 } else { to_ms.min(newest).saturating_sub(width) };
            let part = match desk.centre.history(&party, from_ms, to_ms).await {
                Ok(Some(part)) => part,
                Ok(None) | Err(Failure::Refused { code: ErrorCode::NotOffered, .. }) => {
                    return Err(not_offered());
                }
                Err(failure) => return Err(self.refusal("history", &failure)),
            };
            // The centre may answer more than it was asked for.
            let mut part: Vec<Kept> = part.into_iter().filter(|kept| within(kept, from_ms, to_ms)).collect();
            part.append(&mut found);
            found = part;
            if window == 1 {
                drop_shown(&mut found, cursor);
            }
            if found.len() > page || from_ms == 0 {
                return Ok(cut(found, cursor, page, from_ms == 0));
            }
            to_ms = from_ms.saturating_sub(1);
            width = width.saturating_mul(4);
        }
        Ok((found, None))
    }
}

fn within(kept: &Kept, from_ms: u64, to_ms: u64) -> bool {
    kept.at_ms.is_none_or(|at_ms| (from_ms..=to_ms).contains(&at_ms))
}

/// Takes away what an earlier page has shown of the cursor's very moment.
fn drop_shown(found: &mut Vec<Kept>, cursor: Cursor) {
    let at_cursor = |kept: &Kept| kept.at_ms == Some(cursor.to_ms);
    let same = found.iter().rev().take_while(|kept| at_cursor(kept)).count();
    found.truncate(found.len() - same.min(cursor.shown));
}

/// The newest of what was found, and where the next page goes on.
fn cut(mut found: Vec<Kept>, cursor: Cursor, page: usize, all: bool) -> (Vec<Kept>, Option<Cursor>) {
    if found.len() <= page {
        return (found, None);
    }
    let shown = found.split_off(found.len() - page);
    let first = shown.first().and_then(|kept| kept.at_ms);
    let Some(to_ms) = first else {
        // Without a time there is no going on but by what comes before it.
        let last = found.last().and_then(|kept| kept.at_ms);
        return (shown, last.map(|to_ms| Cursor { to_ms, shown: 0 }).filter(|_| !all || last.is_some()));
    };
    let same = shown.iter().take_while(|kept| kept.at_ms == Some(to_ms)).count();
    let before = if to_ms == cursor.to_ms { cursor.shown } else { 0 };
    (shown, Some(Cursor { to_ms, shown: same + before }))
}

impl Cursor {
    fn write(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("1.{}.{}", self.to_ms, self.shown))
    }

    fn read(text: &str) -> Option<Self> {
        let bytes = (text.len() <= 64).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.strip_prefix("1.")?.split('.');
        let cursor = Self { to_ms: parts.next()?.parse().ok()?, shown: parts.next()?.parse().ok()? };
        parts.next().is_none().then_some(cursor)
    }
}

/// The messages as the page gets them, with the ids that it knows them by.
fn items(kept: Vec<Kept>, journal: &[Event]) -> Vec<HistoryItem> {
    let mut told = HashSet::new();
    let mut used: HashMap<String, u32> = HashMap::new();
    let mut last_ms = 0;
    kept.into_iter()
        .map(|kept| {
            let at_ms = kept.at_ms.unwrap_or(last_ms);
            last_ms = at_ms;
            let body = handles::shown(&kept.content);
            let id = kept.code.clone().or_else(|| journaled(&kept, &body, at_ms, journal, &mut told));
            let id = id.unwrap_or_else(|| {
                let text = serde_json::to_vec(&(kept.from.as_ref().map(role), kept.at_ms, &body))
                    .unwrap_or_default();
                let digest: [u8; 32] = Sha256::digest(&text).into();
                let id = format!("h-{}", hex(digest.get(..12).unwrap_or_default()));
                let count = used.entry(id.clone()).or_default();
                *count += 1;
                if *count == 1 { id } else { format!("{id}-{count}") }
            });
            let body = if kept.recalled { recall::nothing() } else { body };
            HistoryItem { id, at_ms, from: kept.from, body, recalled: kept.recalled }
        })
        .collect()
}

/// The id of the event that told a message of the centre without a code: the nearest of those that say the same.
fn journaled(
    kept: &Kept,
    body: &frontdesk_contract::Body,
    at_ms: u64,
    journal: &[Event],
    told: &mut HashSet<u64>,
) -> Option<String> {
    let same = |event: &&Event| {
        event.at_ms.abs_diff(at_ms) <= APART_MS
            && !told.contains(&event.seq)
            && match (&event.kind, &kept.from) {
                (EventKind::Message(message), Some(from)) => {
                    role(&message.from) == role(from) && message.body == *body
                }
                _ => false,
            }
    };
    let event = journal.iter().filter(same).min_by_key(|event| event.at_ms.abs_diff(at_ms))?;
    told.insert(event.seq);
    match &event.kind {
        EventKind::Message(message) => Some(message.id.clone()),
        _ => None,
    }
}

fn role(from: &Sender) -> u8 {
    match from {
        Sender::Agent(_) => 1,
        Sender::Robot(_) => 2,
        Sender::System {} => 3,
        Sender::Unknown {} => 4,
    }
}

fn not_offered() -> Problem {
    Problem::new(ErrorCode::NotOffered, "the centre keeps no earlier messages of this desk")
}
