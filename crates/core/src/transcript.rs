//! What is shown, in order. Local echo meets remote echo here, by id.

use frontdesk_contract::{Body, ClientId, Contact, ErrorCode, Gap, NoticeCode, Sender};

/// The most entries kept; the oldest make room.
pub const MAX_ENTRIES: usize = 20_000;

/// One line of the transcript.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Names the entry for as long as it lives; never used twice.
    pub key: u32,
    /// Number of its event, once known.
    pub seq: Option<u64>,
    /// When, in epoch milliseconds.
    pub at_ms: u64,
    /// What.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryKind {
    /// The visitor's own message.
    Mine {
        /// Its id, for life.
        id: ClientId,
        /// What is said.
        body: Body,
        /// How far it has come.
        state: MineState,
        /// The agent has read it.
        read: bool,
    },
    /// A message of robot, agent or centre.
    Theirs {
        /// Its id within the conversation.
        id: String,
        /// Who.
        from: Sender,
        /// What is said.
        body: Body,
        /// It was taken back.
        recalled: bool,
    },
    /// The conversation changed hands or state.
    Contact(Contact),
    /// Something the visitor should know.
    Notice(NoticeCode),
    /// Something is missing here.
    Gap(Gap),
}

/// How far a message of the visitor has come (design, words and states).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MineState {
    /// Stored here, waiting its turn.
    Queued,
    /// On its way, the answer is open.
    Sending,
    /// The centre has it.
    Sent,
    /// The centre keeps it until the agents are back.
    StoredOffline,
    /// Nobody can know; the visitor decides.
    Unconfirmed,
    /// Refused for good, with the reason.
    Failed(Option<ErrorCode>),
}

/// One change to what is shown. Positions count from the oldest entry, 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An entry is new. After a single change it stands at this position; later changes of the same step may move it.
    Insert {
        /// Its position after the change.
        at: usize,
    },
    /// The entry with this key looks different.
    Update {
        /// Its key.
        key: u32,
    },
    /// The entry with this key is gone. An entry that moves is removed and inserted.
    Remove {
        /// Its key.
        key: u32,
    },
}

/// The entries, sorted by event number; those without a number come last, in the order they were made.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    entries: Vec<Entry>,
    last_key: u32,
}

impl Transcript {
    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at a position.
    pub fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }

    /// The entry with this key and its position. Recent entries are found first.
    pub fn find(&self, key: u32) -> Option<(usize, &Entry)> {
        self.entries.iter().enumerate().rev().find(|(_, entry)| entry.key == key)
    }

    /// The text of a message of the visitor.
    pub fn my_text(&self, id: &ClientId) -> Option<&str> {
        let at = self.position_of_mine(id)?;
        match &self.entries.get(at)?.kind {
            EntryKind::Mine { body: Body::Text(text), .. } => Some(text),
            _ => None,
        }
    }

    /// The text of a message of the visitor of which nobody knows whether it arrived.
    pub(crate) fn unconfirmed_text(&self, id: &ClientId) -> Option<&str> {
        let at = self.position_of_mine(id)?;
        match &self.entries.get(at)?.kind {
            EntryKind::Mine { body: Body::Text(text), state: MineState::Unconfirmed, .. } => Some(text),
            _ => None,
        }
    }

    fn position_of_mine(&self, wanted: &ClientId) -> Option<usize> {
        self.entries
            .iter()
            .rposition(|entry| matches!(&entry.kind, EntryKind::Mine { id, .. } if id == wanted))
    }

    /// Adds an entry where its number says; without a number at the end.
    pub(crate) fn insert(
        &mut self,
        seq: Option<u64>,
        at_ms: u64,
        kind: EntryKind,
        changes: &mut Vec<Change>,
    ) {
        self.last_key = self.last_key.wrapping_add(1);
        let entry = Entry { key: self.last_key, seq, at_ms, kind };
        self.place(entry, changes);
        if self.entries.len() > MAX_ENTRIES {
            let oldest = self.entries.remove(0);
            changes.push(Change::Remove { key: oldest.key });
        }
    }

    fn place(&mut self, entry: Entry, changes: &mut Vec<Change>) {
        let rank = |seq: Option<u64>| seq.unwrap_or(u64::MAX);
        let own = rank(entry.seq);
        let at = self.entries.iter().rposition(|other| rank(other.seq) <= own).map_or(0, |before| before + 1);
        self.entries.insert(at, entry);
        changes.push(Change::Insert { at });
    }

    /// Shows or updates a message of the visitor, whether its echo or its answer comes first.
    pub(crate) fn mine(
        &mut self,
        id: &ClientId,
        seq: Option<u64>,
        at_ms: u64,
        body: &Body,
        new_state: MineState,
        changes: &mut Vec<Change>,
    ) {
        let Some(at) = self.position_of_mine(id) else {
            let kind = EntryKind::Mine { id: id.clone(), body: body.clone(), state: new_state, read: false };
            return self.insert(seq, at_ms, kind, changes);
        };
        let Some(entry) = self.entries.get_mut(at) else { return };
        if let EntryKind::Mine { state, .. } = &mut entry.kind {
            *state = new_state;
        }
        let key = entry.key;
        if seq.is_none() || entry.seq == seq {
            return changes.push(Change::Update { key });
        }
        let mut entry = self.entries.remove(at);
        entry.seq = seq;
        changes.push(Change::Remove { key });
        self.place(entry, changes);
        // An entry that stays where it was only looks different.
        if let [.., Change::Remove { .. }, Change::Insert { at: to }] = changes.as_slice()
            && *to == at
        {
            changes.truncate(changes.len() - 2);
            changes.push(Change::Update { key });
        }
    }

    /// Changes the state of a message of the visitor that is shown.
    pub(crate) fn set_mine(&mut self, wanted: &ClientId, new_state: MineState, changes: &mut Vec<Change>) {
        let entry = self.position_of_mine(wanted).and_then(|at| self.entries.get_mut(at));
        if let Some(entry) = entry
            && let EntryKind::Mine { state, .. } = &mut entry.kind
            && *state != new_state
        {
            *state = new_state;
            changes.push(Change::Update { key: entry.key });
        }
    }

    /// Takes a message of the visitor away.
    pub(crate) fn remove_mine(&mut self, id: &ClientId, changes: &mut Vec<Change>) {
        if let Some(at) = self.position_of_mine(id) {
            let entry = self.entries.remove(at);
            changes.push(Change::Remove { key: entry.key });
        }
    }

    /// Numbers begin anew: what has a number stays above all that comes.
    pub(crate) fn archive(&mut self) {
        for entry in &mut self.entries {
            entry.seq = entry.seq.map(|_| 0);
        }
    }

    /// Marks messages of the visitor as read; an empty list means all up to this number. A message beyond it may be here
    /// already, by its answer.
    pub(crate) fn mark_read(&mut self, ids: &[ClientId], until: u64, changes: &mut Vec<Change>) {
        let meant = |entry: &Entry| entry.seq.is_some_and(|seq| (1..=until).contains(&seq));
        for entry in self.entries.iter_mut().rev().filter(|entry| !ids.is_empty() || meant(entry)) {
            if let EntryKind::Mine { id, state: MineState::Sent, read, .. } = &mut entry.kind
                && (ids.is_empty() || ids.contains(id))
            {
                if *read && ids.is_empty() {
                    break;
                }
                if !*read {
                    *read = true;
                    changes.push(Change::Update { key: entry.key });
                }
            }
        }
    }

    /// Marks a message of the other side as taken back.
    pub(crate) fn recall(&mut self, wanted: &str, changes: &mut Vec<Change>) {
        for entry in self.entries.iter_mut().rev() {
            if let EntryKind::Theirs { id, recalled, body, .. } = &mut entry.kind
                && id == wanted
            {
                *recalled = true;
                *body = Body::Text(String::new());
                return changes.push(Change::Update { key: entry.key });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(transcript: &mut Transcript, seq: u64) -> Vec<Change> {
        let mut changes = Vec::new();
        let kind = EntryKind::Notice(NoticeCode::CentreReached);
        transcript.insert(Some(seq), 0, kind, &mut changes);
        changes
    }

    #[test]
    fn the_oldest_entry_makes_room_when_there_are_too_many() {
        let mut transcript = Transcript::default();
        for seq in 1..=MAX_ENTRIES as u64 {
            notice(&mut transcript, seq);
        }
        let oldest = transcript.get(0).map(|entry| entry.key).expect("an entry");
        let changes = notice(&mut transcript, MAX_ENTRIES as u64 + 1);
        assert_eq!(transcript.entries().len(), MAX_ENTRIES);
        assert_eq!(changes, [Change::Insert { at: MAX_ENTRIES }, Change::Remove { key: oldest }]);
        assert!(transcript.find(oldest).is_none());
    }

    #[test]
    fn a_message_moves_to_its_number_and_one_that_stays_only_looks_different() {
        let mut transcript = Transcript::default();
        let (first, second) = (ClientId::new("first"), ClientId::new("second"));
        let body = Body::Text("hello".into());
        let mut changes = Vec::new();
        transcript.mine(&first, None, 1, &body, MineState::Queued, &mut changes);
        transcript.mine(&second, None, 2, &body, MineState::Queued, &mut changes);
        let keys: Vec<_> = transcript.entries().iter().map(|entry| entry.key).collect();
        let [one, two] = keys.as_slice() else { panic!("two entries") };

        changes.clear();
        transcript.mine(&first, Some(1), 1, &body, MineState::Sent, &mut changes);
        assert_eq!(changes, [Change::Update { key: *one }]);

        changes.clear();
        transcript.mine(&first, Some(9), 1, &body, MineState::Sent, &mut changes);
        transcript.mine(&second, Some(8), 2, &body, MineState::Sent, &mut changes);
        assert_eq!(
            changes,
            [Change::Update { key: *one }, Change::Remove { key: *two }, Change::Insert { at: 0 }]
        );
    }
}
