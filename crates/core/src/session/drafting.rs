//! What stands in the composer: kept when the keys rest, and the same in all tabs of the visitor.

use super::Session;
use super::step::Step;
use crate::effect::Effect;
use crate::snapshot::{Record, RecordKey};
use crate::text::{MAX_TEXT_BYTES, returned};

/// The keys have rested for so long, in milliseconds.
const REST_MS: u64 = 500;

#[derive(Clone, Debug, Default)]
pub(super) struct Drafting {
    /// In the composer of this tab.
    text: String,
    /// In the record.
    kept: String,
    /// When the record was written last.
    kept_ms: u64,
    due: Option<u64>,
}

impl Drafting {
    /// The visitor looks elsewhere, perhaps at another tab.
    pub(super) fn hurry(&mut self, now_ms: u64) {
        self.due = self.due.map(|_| now_ms);
    }

    pub(super) fn record(&self) -> Option<Record> {
        (!self.kept.is_empty()).then(|| Record::Draft { text: self.kept.clone() })
    }
}

impl Session {
    pub(super) fn write_draft(&mut self, step: &Step, text: &str) {
        if self.drafting.text != text {
            text.clone_into(&mut self.drafting.text);
            // What was sent is gone at once.
            self.drafting.due = Some(step.now.ms + if text.is_empty() { 0 } else { REST_MS });
        }
    }

    /// A text comes back to the composer. It is kept there before its message is gone: no key may ever be pressed again.
    pub(super) fn give_back(&mut self, step: &mut Step, text: String) {
        self.drafting.text = returned(&text, &self.drafting.text);
        self.keep_draft(step);
        step.effects.push(Effect::Returned(text));
    }

    pub(super) fn advance_drafting(&mut self, step: &mut Step) -> Option<u64> {
        let due = self.drafting.due?;
        if due > step.now.ms {
            return Some(due);
        }
        self.keep_draft(step);
        None
    }

    fn keep_draft(&mut self, step: &mut Step) {
        let drafting = &mut self.drafting;
        drafting.due = None;
        // One that no desk would take is not worth the room.
        if drafting.text != drafting.kept && drafting.text.len() <= MAX_TEXT_BYTES {
            drafting.kept.clone_from(&drafting.text);
            drafting.kept_ms = step.now.ms;
            let forget = Effect::Forget(RecordKey::Draft);
            step.effects.push(drafting.record().map_or(forget, Effect::Keep));
        }
    }

    /// The storage has this draft, or none.
    pub(super) fn find_draft(&mut self, step: &mut Step, text: String) {
        let drafting = &self.drafting;
        // It was written here after the storage was asked, or is about to be: the last writer wins.
        let newer = drafting.due.is_some() || drafting.kept_ms >= self.sharing.look_ms;
        if !newer && text != drafting.kept {
            self.take_draft(step, text);
        }
    }

    pub(super) fn take_draft(&mut self, step: &mut Step, text: String) {
        text.clone_into(&mut self.drafting.kept);
        let before = core::mem::replace(&mut self.drafting.text, text.clone());
        step.effects.push(Effect::Drafted { text, before });
    }
}
