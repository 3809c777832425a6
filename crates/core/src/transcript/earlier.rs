//! Messages of the centre's history among those of the journal.

use super::{Change, Entry, EntryKind, MAX_ENTRIES, MineState, Transcript, mine, rank, theirs};
use frontdesk_contract::{Body, ClientId, HistoryItem, Message};

/// What a page of the history brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Merged {
    /// So many entries are new.
    pub(crate) new: usize,
    /// It reached back to a message before the first gap: nothing is missing between that and now.
    pub(crate) bridged: bool,
    /// There is no room for more.
    pub(crate) full: bool,
}

fn id_of(entry: &Entry) -> Option<&str> {
    match &entry.kind {
        EntryKind::Mine { id, .. } => Some(id.as_str()),
        EntryKind::Theirs { id, .. } => Some(id),
        _ => None,
    }
}

fn entry_of(key: u32, item: HistoryItem) -> Entry {
    let HistoryItem { id, at_ms, from, body, recalled } = item;
    let body = if recalled { Body::Text(String::new()) } else { body };
    let mut kind = match from {
        None => mine(ClientId::new(id), body, MineState::Sent),
        Some(from) => theirs(Message { id, from, body, choices: Vec::new(), judgeable: false }, None),
    };
    if let EntryKind::Theirs { recalled: shown, .. } = &mut kind {
        *shown = recalled;
    }
    Entry { key, seq: None, earlier: true, at_ms, kind }
}

impl Transcript {
    fn position_of_message(&self, id: &str) -> Option<usize> {
        self.entries.iter().rposition(|entry| id_of(entry) == Some(id))
    }

    fn first_gap(&self) -> Option<usize> {
        self.entries.iter().position(|entry| matches!(entry.kind, EntryKind::Gap(_)))
    }

    /// Where a message belongs that is older than the entry at `at` and not in the journal: what the journal has is
    /// without a hole, so it stands before the next gap above, or before the first event; or before a message of the
    /// history, for what that has is without a hole as well.
    fn slot_above(&self, mut at: usize) -> usize {
        loop {
            match self.entries.get(at) {
                Some(entry) if rank(entry) == 0 || matches!(entry.kind, EntryKind::Gap(_)) => return at,
                _ => {}
            }
            let Some(above) = at.checked_sub(1) else { return 0 };
            if self.entries.get(above).is_some_and(|entry| rank(entry) == 0) {
                return at;
            }
            at = above;
        }
    }

    /// Adds what is not here yet of a page of the history, its oldest message first. `newer` is the id of a message that
    /// followed the page: the oldest of the page before, if there was one.
    pub(crate) fn merge(
        &mut self,
        items: Vec<HistoryItem>,
        newer: Option<&str>,
        changes: &mut Vec<Change>,
    ) -> Merged {
        let mut merged = Merged::default();
        let gap = self.first_gap();
        let mut at = newer.and_then(|id| self.position_of_message(id)).unwrap_or_else(|| {
            // What waits here is newer than all that the centre has.
            self.entries.iter().rposition(|entry| rank(entry) < u64::MAX).map_or(0, |last| last + 1)
        });
        for item in items.into_iter().rev() {
            if let Some(known) = self.position_of_message(&item.id) {
                at = at.min(known);
                merged.bridged |= gap.is_some_and(|gap| known < gap);
                continue;
            }
            if self.entries.len() >= MAX_ENTRIES {
                merged.full = true;
                return merged;
            }
            at = self.slot_above(at);
            self.earlier += 1;
            self.last_key = self.last_key.wrapping_add(1);
            self.entries.insert(at, entry_of(self.last_key, item));
            changes.push(Change::Insert { at });
            merged.new += 1;
        }
        merged
    }

    /// Takes away the gaps, since the history has filled them. With `first` only one that stands above all events.
    pub(crate) fn close_gaps(&mut self, first: bool, changes: &mut Vec<Change>) {
        let top = self.entries.iter().position(|entry| rank(entry) > 0);
        let (mut at, mut closed) = (0, Vec::new());
        self.entries.retain(|entry| {
            let closes = matches!(entry.kind, EntryKind::Gap(_)) && (!first || Some(at) == top);
            at += 1;
            if closes {
                closed.push(Change::Remove { key: entry.key });
            }
            !closes
        });
        changes.append(&mut closed);
    }

    /// A gap has events above it, of which the history may tell the rest.
    pub(crate) fn has_inner_gap(&self) -> bool {
        let top = self.entries.iter().position(|entry| rank(entry) > 0);
        self.entries.iter().rposition(|entry| matches!(entry.kind, EntryKind::Gap(_))) > top
    }

    /// An event tells a message that the history had told: the event's copy takes its place.
    pub(crate) fn yield_to_event(&mut self, id: &str, changes: &mut Vec<Change>) {
        // Nothing is looked for as long as nothing of the history is here.
        if self.earlier == 0 {
            return;
        }
        let told = self.entries.iter().position(|entry| entry.earlier && id_of(entry) == Some(id));
        if let Some(at) = told {
            let entry = self.entries.remove(at);
            self.earlier -= 1;
            changes.push(Change::Remove { key: entry.key });
        }
    }
}
