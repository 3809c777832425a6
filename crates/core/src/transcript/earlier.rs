//! Messages of the centre's history among those of the journal.

use super::{Change, Entry, EntryKind, MAX_ENTRIES, MineState, Transcript, mine, rank, theirs};
use frontdesk_contract::{Body, ClientId, Gap, HistoryItem, Message};

/// The clocks of centre and desk are not further apart, in milliseconds.
const APART_MS: u64 = 300_000;

/// What a page of the history brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Merged {
    /// So many entries are new.
    pub(crate) new: usize,
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

/// Not `==`: a visitor says nothing rich, and comparing that would put every kind of node into the widget.
fn says_the_same(one: &Body, other: &Body) -> bool {
    match (one, other) {
        (Body::Text(one), Body::Text(other)) => one == other,
        (Body::File(one), Body::File(other)) => one == other,
        (Body::Location(one), Body::Location(other)) => one == other,
        (Body::Card(one), Body::Card(other)) => one == other,
        _ => false,
    }
}

fn is_gap(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::Gap(_))
}

fn entry_of(key: u32, item: HistoryItem) -> Entry {
    let HistoryItem { id, at_ms, from, body, recalled } = item;
    let body = if recalled { Body::Text(String::new()) } else { body };
    let mut kind = match from {
        None => mine(ClientId::new(id), body, MineState::Sent),
        Some(from) => {
            theirs(Message { id, from, body, choices: Vec::new(), judgeable: false, before: None }, None)
        }
    };
    if let EntryKind::Theirs { recalled: shown, .. } = &mut kind {
        *shown = recalled;
    }
    Entry { key, seq: None, earlier: true, at_ms, kind }
}

impl Transcript {
    fn position_of_message(&self, id: &str) -> Option<usize> {
        let twin = self.twins.iter().find(|(other, _)| other == id).map(|(_, key)| *key);
        self.entries.iter().rposition(|entry| id_of(entry) == Some(id) || twin == Some(entry.key))
    }

    /// Remembers which texts of the page are the visitor's own that are here already, also where the history calls them
    /// otherwise: a desk whose journal has dropped their events cannot tell. Each is the nearest in time that says the
    /// same, and that the history has not told under another id.
    fn find_twins(&mut self, items: &[HistoryItem], cursor: u64) {
        let (known, unknown): (Vec<_>, Vec<_>) = items
            .iter()
            .rev()
            .filter(|item| item.from.is_none() && !item.recalled)
            .map(|item| (item, self.position_of_message(&item.id)))
            .partition(|(_, at)| at.is_some());
        for (item, at) in known {
            let key = at.and_then(|at| self.entries.get(at)).map(|entry| entry.key);
            self.twins.extend(key.filter(|key| !self.is_twin(*key)).map(|key| (item.id.clone(), key)));
        }
        for (item, _) in unknown {
            let says_it = |entry: &&Entry| {
                matches!(&entry.kind, EntryKind::Mine { body, .. } if says_the_same(body, &item.body))
                    && (entry.earlier || (1..=cursor).contains(&rank(entry)))
                    && entry.at_ms.abs_diff(item.at_ms) <= APART_MS
                    && !self.is_twin(entry.key)
            };
            let nearest =
                self.entries.iter().filter(says_it).min_by_key(|entry| entry.at_ms.abs_diff(item.at_ms));
            if let Some(key) = nearest.map(|entry| entry.key) {
                self.twins.push((item.id.clone(), key));
            }
        }
    }

    fn is_twin(&self, key: u32) -> bool {
        self.twins.iter().any(|(_, known)| *known == key)
    }

    /// The message is shown, and the events up to it are heard.
    pub(crate) fn has_heard(&self, id: &str, cursor: u64) -> bool {
        let at = self.position_of_message(id);
        at.and_then(|at| self.entries.get(at)).is_some_and(|entry| rank(entry) <= cursor)
    }

    /// Where a message belongs that is older than the entry at `at` and not in the journal: what the journal has is
    /// without a hole, so it stands after the next gap above, or before the first event; or before a message of the
    /// history, for what that has is without a hole as well.
    fn slot_above(&self, mut at: usize) -> usize {
        while self.entries.get(at).is_none_or(|entry| rank(entry) > 0)
            && let Some(above) = at.checked_sub(1)
            && self.entries.get(above).is_some_and(|entry| rank(entry) > 0 && !is_gap(entry))
        {
            at = above;
        }
        at
    }

    /// Adds what is not here yet of a page of the history, its oldest message first, and takes away the gaps that it
    /// fills. `newer` is the id of a message that followed the page: the oldest of the page before, if there was one.
    /// Events after `cursor` are not heard yet: what stands around them, the journal will tell.
    pub(crate) fn merge(
        &mut self,
        items: Vec<HistoryItem>,
        newer: Option<&str>,
        cursor: u64,
        changes: &mut Vec<Change>,
    ) -> Merged {
        self.find_twins(&items, cursor);
        let mut merged = Merged::default();
        let heard = |entry: &Entry| rank(entry) <= cursor;
        let mut place = match newer {
            Some(id) => self.position_of_message(id).filter(|at| self.entries.get(*at).is_some_and(heard)),
            None => self.place_of_newest(cursor),
        };
        for item in items.into_iter().rev() {
            if let Some(known) = self.position_of_message(&item.id) {
                if !self.entries.get(known).is_some_and(heard) {
                    // A text whose answer is not here yet: the centre has it, and the history says where, unless the
                    // journal has another order.
                    if let Some(at) = place
                        && self.slot_above(at) == at
                        && self.entries.get(known).is_some_and(|entry| entry.seq.is_none())
                    {
                        self.lift(known, at, changes);
                    }
                    continue;
                }
                match place {
                    Some(at) if known < at => self.remove_gaps(known..at, changes),
                    Some(at) if self.stands_alone(at, known) => self.lift(known, at, changes),
                    _ => {}
                }
                place = Some(place.map_or(known, |at| at.min(known)));
                continue;
            }
            let Some(at) = place else { continue };
            if self.entries.len() >= MAX_ENTRIES {
                merged.full = true;
                return merged;
            }
            let at = self.slot_above(at);
            place = Some(at);
            self.earlier += 1;
            self.last_key = self.last_key.wrapping_add(1);
            if item.from.is_none() {
                self.twins.push((item.id.clone(), self.last_key));
            }
            self.entries.insert(at, entry_of(self.last_key, item));
            changes.push(Change::Insert { at });
            merged.new += 1;
        }
        merged
    }

    /// A message stands below those of the history that are newer, and neither it nor anything between them is the
    /// journal's: it is known by its answer only, which came when its event was dropped already.
    fn stands_alone(&self, place: usize, known: usize) -> bool {
        self.entries.get(place..=known).is_some_and(|newer| newer.iter().all(|entry| entry.earlier))
    }

    /// Moves a message up to where the history has it.
    fn lift(&mut self, from: usize, to: usize, changes: &mut Vec<Change>) {
        let mut entry = self.entries.remove(from);
        changes.push(Change::Remove { key: entry.key });
        self.earlier += usize::from(!entry.earlier);
        (entry.seq, entry.earlier) = (None, true);
        self.entries.insert(to, entry);
        changes.push(Change::Insert { at: to });
    }

    /// Where the newest messages of the centre belong; `None` if the journal will tell them: it has the last message that
    /// is shown, and what is newer is not heard yet.
    fn place_of_newest(&self, cursor: u64) -> Option<usize> {
        // What waits here is newer than all that the centre has.
        let heard = self.entries.iter().rposition(|entry| rank(entry) <= cursor);
        let tells = |entry: &&Entry| rank(entry) <= cursor && (is_gap(entry) || id_of(entry).is_some());
        // By number: a message that is known by its answer may stand below a gap that swallowed its event.
        match self.entries.iter().filter(tells).max_by_key(|entry| rank(entry)) {
            Some(last) if !is_gap(last) && (last.earlier || rank(last) > 0) => None,
            _ => Some(heard.map_or(0, |last| last + 1)),
        }
    }

    fn remove_gaps(&mut self, within: core::ops::Range<usize>, changes: &mut Vec<Change>) {
        for at in within.rev() {
            if self.entries.get(at).is_some_and(is_gap) {
                let entry = self.entries.remove(at);
                changes.push(Change::Remove { key: entry.key });
            }
        }
    }

    /// Shows that events are missing. Messages of the visitor that are known by their answers only stand alone in it, as
    /// those of the history do.
    pub(crate) fn insert_gap(&mut self, seq: u64, at_ms: u64, gap: Gap, changes: &mut Vec<Change>) {
        let mut first = None;
        for (at, entry) in self.entries.iter_mut().enumerate().rev() {
            match entry.seq {
                Some(own) if own >= gap.from.max(1) && own <= gap.to && !is_gap(entry) => {
                    (entry.seq, entry.earlier) = (None, true);
                    self.earlier += 1;
                    changes.push(Change::Update { key: entry.key });
                    first = Some(at);
                }
                Some(own) if own < gap.from => break,
                Some(_) | None => {}
            }
        }
        let Some(at) = first else {
            return self.insert(Some(seq), at_ms, EntryKind::Gap(gap), changes);
        };
        self.last_key = self.last_key.wrapping_add(1);
        let kind = EntryKind::Gap(gap);
        self.entries.insert(at, Entry { key: self.last_key, seq: Some(seq), earlier: false, at_ms, kind });
        changes.push(Change::Insert { at });
    }

    /// A message of the visitor is known by its answer only, for the event of this number was dropped: it stands alone where
    /// that is missing. Where the history has it already, it stays; else it is older than what was read there, and newer
    /// than those of the visitor that stand alone there already.
    pub(crate) fn stand_alone(&mut self, id: &ClientId, seq: u64, changes: &mut Vec<Change>) {
        let Some(from) = self.position_of_mine(id) else { return };
        let (above, rest) = self.entries.split_at(from);
        if rest.first().is_none_or(|entry| entry.earlier) {
            return;
        }
        let begins_before = |other: &Entry| match &other.kind {
            EntryKind::Gap(gap) => gap.from <= seq,
            _ => !other.earlier && rank(other) < seq,
        };
        let alone = |other: &&Entry| other.earlier && matches!(other.kind, EntryKind::Mine { .. });
        let to = above.iter().rposition(begins_before).map_or(0, |before| before + 1);
        let to = to + above.iter().skip(to).take_while(alone).count();
        self.lift(from, to, changes);
    }

    /// Takes away all gaps: the history has no more to fill them with.
    pub(crate) fn close_gaps(&mut self, changes: &mut Vec<Change>) {
        self.remove_gaps(0..self.entries.len(), changes);
    }

    /// Takes away a gap that stands above everything: what is missing there is what came earlier, and can be asked for.
    pub(crate) fn close_first_gap(&mut self, changes: &mut Vec<Change>) {
        if let Some(first) = self.first() {
            self.remove_gaps(first..first + 1, changes);
        }
    }

    /// The first entry that is not of an earlier session.
    fn first(&self) -> Option<usize> {
        self.entries.iter().position(|entry| entry.earlier || rank(entry) > 0)
    }

    /// A gap has something above it.
    pub(crate) fn has_inner_gap(&self) -> bool {
        self.entries.iter().rposition(is_gap) > self.first()
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
