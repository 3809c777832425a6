//! What the centre kept (2.6 manual, queryHistoryChatMessage): asking for it, page by page.
//!
//! Neither the format of the times of a span nor the most that a page may have is documented. So pages are asked for
//! until one is empty; and where a span finds nothing, everything is asked for, which shows whether the times count.

mod records;

use super::calls::post;
use super::codes::{FLOW_CONTROL, Outcome, Request, outcome};
use super::wire::{self, AskHistory, HistoryAnswer};
use super::{Cec, status};
use crate::config::{CallLinks, Dialect};
use crate::vendor::{Failure, Kept, Party};
use records::Records;
use std::sync::atomic::{AtomicU8, Ordering};

const HISTORY: &str = "queryHistoryChatMessage";
/// Messages asked for at a time; the centre may give fewer.
const PAGE: usize = 50;
/// Pages asked for at most.
const MAX_PAGES: usize = 100;
/// A message proves that a span should have found it only when it is this old: it may have come between two questions.
const OLD_MS: u64 = 60_000;

/// How much later than a span is read on: a message of its end may have been taken back in the same conversation.
const LATER_MS: u64 = 3_600_000;

/// From when to when, in epoch milliseconds; both ends belong to it.
#[derive(Clone, Copy)]
struct Span {
    since_ms: u64,
    to_ms: u64,
}

impl Span {
    const ALL: Self = Self { since_ms: 0, to_ms: u64::MAX };

    fn is_all(self) -> bool {
        self.since_ms == 0 && self.to_ms == u64::MAX
    }
}

/// Whether this centre understands the times of our spans, as far as it has shown.
#[derive(Default)]
pub(super) struct Times(AtomicU8);

impl Times {
    const UNKNOWN: u8 = 0;
    const GOOD: u8 = 1;
    const BAD: u8 = 2;

    fn are(&self, known: u8) -> bool {
        self.0.load(Ordering::Relaxed) == known
    }

    /// The first proof counts.
    fn learn(&self, known: u8) {
        // It fails only where something is known already.
        let _known = self.0.compare_exchange(Self::UNKNOWN, known, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// What the centre said to a span.
enum Found {
    /// What there is.
    Records(Records),
    /// It does not like the question.
    Refused(Failure),
    /// It keeps no history.
    Absent,
}

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
        let span = Span { since_ms, to_ms: to_ms.saturating_add(LATER_MS) };
        let kept =
            |records: Records| records.kept(since_ms, to_ms, &self.config.call_links, &party.user_name);
        let times = &self.history_times;
        let mut refused = false;
        if !span.is_all() && !times.are(Times::BAD) {
            match self.read_span(party, span).await? {
                Found::Absent => return Ok(None),
                Found::Records(records) if !records.is_empty() => {
                    times.learn(Times::GOOD);
                    return Ok(Some(kept(records)));
                }
                Found::Records(_) if times.are(Times::GOOD) => return Ok(Some(Vec::new())),
                Found::Records(_) => {}
                Found::Refused(_) => refused = true,
            }
        }
        match self.read_span(party, Span::ALL).await? {
            Found::Absent => Ok(None),
            Found::Refused(failure) => Err(failure),
            Found::Records(records) => {
                let found = kept(records);
                let now = self.link.now_ms();
                let old = |kept: &Kept| kept.at_ms.is_some_and(|at_ms| at_ms.saturating_add(OLD_MS) < now);
                if !span.is_all() && (refused || found.iter().any(old)) {
                    times.learn(Times::BAD);
                }
                Ok(Some(found))
            }
        }
    }

    /// Asks for page after page until one is empty, or has nothing new.
    async fn read_span(&self, party: &Party, span: Span) -> Result<Found, Failure> {
        let mut records = Records::default();
        let mut offset = 0;
        for page in 0..MAX_PAGES {
            let body = AskHistory {
                channel_id: &self.config.channel_id,
                user_id: &party.user_id,
                start_time: (span.since_ms > 0).then(|| span.since_ms.to_string()),
                end_time: (span.to_ms < u64::MAX).then(|| span.to_ms.to_string()),
                limit: PAGE.to_string(),
                offset: offset.to_string(),
            };
            let call = post(HISTORY, "/apiaccess/ccmessaging/queryHistoryChatMessage", &body, true);
            let Some(reply) = self.link.call_optional(party, &call).await? else { return Ok(Found::Absent) };
            let Some((answer, coded)) = wire::read_coded::<HistoryAnswer>(&reply.body) else {
                self.link.note(HISTORY, &reply, None);
                return Err(status::unintelligible(HISTORY));
            };
            if let Some(code) = coded.code().filter(|code| code != "0") {
                self.link.note(HISTORY, &reply, Some(&code));
                let failure = match outcome(Request::History, &code, coded.text(), false) {
                    Outcome::Refused(reason) => {
                        status::refused(HISTORY, &code, reason.code, reason.transient)
                    }
                    _ => status::unintelligible(HISTORY),
                };
                // Only the first answer says something about the question.
                return if page == 0 && code != FLOW_CONTROL {
                    Ok(Found::Refused(failure))
                } else {
                    Err(failure)
                };
            }
            offset += answer.message_list.0.len();
            if records.add(&answer.message_list) == 0 {
                break;
            }
        }
        Ok(Found::Records(records))
    }
}

/// The messages of an answer of `queryHistoryChatMessage`, oldest first; `None`: it is no JSON object.
pub(super) fn read_page(body: &[u8], links: &CallLinks) -> Option<Vec<Kept>> {
    let answer: HistoryAnswer = wire::read(body)?;
    let mut records = Records::default();
    records.add(&answer.message_list);
    Some(records.kept(0, u64::MAX, links, ""))
}
