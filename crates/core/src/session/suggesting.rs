//! Suggestions while the visitor types: asked for when the keys rest, silent about whatever goes wrong.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::Call;
use crate::failure::{Failure, Next};
use crate::input::Answer;
use crate::text::plain;
use frontdesk_contract::{ContactState, ErrorCode, MAX_SUGGESTION_QUERY_BYTES};

/// The keys have rested for so long, in milliseconds.
const REST_MS: u64 = 150;
/// The most that are shown.
const MOST: usize = 5;

#[derive(Clone, Debug, Default)]
pub(super) struct Suggesting {
    query: String,
    /// To be asked then.
    due: Option<u64>,
    shown: Vec<String>,
    tries: Tries,
    /// The desk has none after all.
    never: bool,
}

impl Suggesting {
    pub(super) fn shown(&self) -> &[String] {
        &self.shown
    }
}

/// Whether a text is worth asking for: two characters, or one that is a word by itself (Han, kana, Hangul).
fn is_worth(query: &str) -> bool {
    let mut chars = query.chars();
    let first = chars.next().is_some_and(|first| {
        matches!(first, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    });
    (first || chars.next().is_some()) && query.len() <= MAX_SUGGESTION_QUERY_BYTES
}

impl Session {
    /// A robot serves, or would serve the next text.
    pub(super) fn robot_may_answer(&self) -> bool {
        let robot = self.offers.as_ref().is_some_and(|offers| offers.robot);
        match self.contact.state {
            ContactState::Robot => true,
            ContactState::None => robot,
            ContactState::Ended => robot && !self.contact.offline,
            ContactState::Queueing | ContactState::Agent | ContactState::Unknown => false,
        }
    }

    pub(super) fn draft(&mut self, step: &mut Step, text: &str) {
        let query = self.redacted(plain(text));
        if query == self.suggesting.query {
            return;
        }
        if !is_worth(&query) {
            return self.clear_suggestions(step);
        }
        self.abort(step, Purpose::Suggest);
        self.suggesting.query = query;
        self.suggesting.due = Some(step.now.ms + REST_MS);
    }

    pub(super) fn clear_suggestions(&mut self, step: &mut Step) {
        self.abort(step, Purpose::Suggest);
        self.suggesting.due = None;
        self.suggesting.query.clear();
        if !self.suggesting.shown.is_empty() {
            self.suggesting.shown.clear();
            step.redraw();
        }
    }

    pub(super) fn advance_suggestions(&mut self, step: &mut Step) -> Option<u64> {
        let offered = self.offers.as_ref().is_some_and(|offers| offers.suggestions);
        let due = self.suggesting.due?.max(self.suggesting.tries.next_ms());
        if self.stage != Stage::Open || !offered || self.suggesting.never || !self.robot_may_answer() {
            return None;
        }
        if due > step.now.ms {
            return Some(due);
        }
        self.suggesting.due = None;
        let query = self.suggesting.query.clone();
        self.request(step, Purpose::Suggest, Call::Suggestions { query });
        None
    }

    pub(super) fn suggested(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        let suggesting = &mut self.suggesting;
        if let Ok(Answer::Suggestions(found)) = result {
            suggesting.tries.succeed();
            suggesting.shown = found.suggestions;
            suggesting.shown.truncate(MOST);
        } else {
            let failure = result.err().unwrap_or(Failure::Foreign);
            suggesting.never |= failure.code() == Some(ErrorCode::NotOffered);
            let after_ms = match failure.next() {
                Next::Retry { after_ms } => after_ms,
                _ => 0,
            };
            step.put_off(&mut suggesting.tries, after_ms);
            suggesting.shown.clear();
        }
        step.redraw();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_not_worth_asking_for_but_a_han_character_is() {
        for query in ["where", "是", "ab", "é1", "한", "\u{20000}"] {
            assert!(is_worth(query), "{query}");
        }
        for query in ["", "a", "é", "?"] {
            assert!(!is_worth(query), "{query}");
        }
        assert!(is_worth(&"a".repeat(MAX_SUGGESTION_QUERY_BYTES)));
        assert!(!is_worth(&"a".repeat(MAX_SUGGESTION_QUERY_BYTES + 1)));
    }
}
