//! What is shown, in order. Local echo meets remote echo here, by id; messages of the centre's history meet both.

mod earlier;

use frontdesk_contract::{Body, ClientId, Contact, ErrorCode, Gap, Message, Notice, Sender};

/// The most entries kept; the oldest make room.
pub const MAX_ENTRIES: usize = 20_000;

/// One line of the transcript.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Names the entry for as long as it lives; never used twice.
    pub key: u32,
    /// Number of its event, once known; never with `earlier`. 0: of an earlier session. A message that was found later has
    /// that of the event after which it was said.
    pub seq: Option<u64>,
    /// It is known by the centre's history only, and stands where that says.
    pub earlier: bool,
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
        /// What is said. The file of one that is not uploaded yet has an empty id: its content is kept here, under the
        /// id of the message.
        body: Body,
        /// How far it has come.
        state: MineState,
        /// The agent has read it.
        read: bool,
        /// It was unconfirmed and the visitor has sent it again, as another message: not to be offered once more.
        sent_again: bool,
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
        /// Questions that the visitor can send with one tap, best first.
        choices: Vec<String>,
        /// An answer of the robot that can be judged, by [`crate::Input::Judge`].
        judgeable: bool,
        /// The visitor's judgement, given here or in another tab: it helped, or not.
        judged: Option<bool>,
    },
    /// The conversation changed hands or state.
    Contact(Contact),
    /// Something the visitor should know.
    Notice(Notice),
    /// Something is missing here.
    Gap(Gap),
}

/// How far a message of the visitor has come (design, words and states).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MineState {
    /// Stored here, waiting its turn.
    Queued,
    /// Its file is being uploaded: so much of a thousand has left, in steps of ten.
    Uploading(u16),
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
    /// The content of its file is not kept here any more: it can only be discarded.
    FileGone,
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

/// The entries, sorted by event number; those without a number come last, in the order they were made. What the centre's
/// history alone knows stands where something is missing: before the first event, or after a [`Gap`], which is what is
/// missing still.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    entries: Vec<Entry>,
    last_key: u32,
    /// How many entries are known by the history only.
    earlier: usize,
    /// What the history calls messages of the visitor that are here, mostly under their own id: that id, and the entry's
    /// key.
    twins: Vec<(String, u32)>,
}

/// Where an entry belongs among those with a number.
fn rank(entry: &Entry) -> u64 {
    if entry.earlier { 0 } else { entry.seq.unwrap_or(u64::MAX) }
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

    /// How far a message of the visitor is, if it is shown.
    pub(crate) fn my_state(&self, id: &ClientId) -> Option<MineState> {
        match &self.entries.get(self.position_of_mine(id)?)?.kind {
            EntryKind::Mine { state, .. } => Some(*state),
            _ => None,
        }
    }

    /// A message of the visitor of which nobody knows whether it arrived, marked as sent again; `None` if it is marked
    /// already.
    pub(crate) fn take_unconfirmed(&mut self, id: &ClientId, changes: &mut Vec<Change>) -> Option<Body> {
        let at = self.position_of_mine(id)?;
        let entry = self.entries.get_mut(at)?;
        match &mut entry.kind {
            EntryKind::Mine { body, state: MineState::Unconfirmed, sent_again, .. } if !*sent_again => {
                *sent_again = true;
                changes.push(Change::Update { key: entry.key });
                Some(body.clone())
            }
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
        let entry = Entry { key: self.last_key, seq, earlier: false, at_ms, kind };
        self.place(entry, changes);
        if self.entries.len() > MAX_ENTRIES {
            let oldest = self.entries.remove(0);
            self.earlier -= usize::from(oldest.earlier);
            changes.push(Change::Remove { key: oldest.key });
        }
    }

    fn place(&mut self, entry: Entry, changes: &mut Vec<Change>) {
        let own = rank(&entry);
        let below = |other: &Entry| !other.earlier && rank(other) <= own;
        let mut at = self.entries.iter().rposition(below).map_or(0, |before| before + 1);
        // What the history tells belongs to the number above it.
        while self.entries.get(at).is_some_and(|other| other.earlier) {
            at += 1;
        }
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
            return self.insert(seq, at_ms, mine(id.clone(), body.clone(), new_state), changes);
        };
        let Some(entry) = self.entries.get_mut(at) else { return };
        if let EntryKind::Mine { state, body: shown, .. } = &mut entry.kind {
            *state = new_state;
            shown.clone_from(body);
        }
        let (key, earlier) = (entry.key, entry.earlier);
        if seq.is_none() || entry.seq == seq {
            return changes.push(Change::Update { key });
        }
        let stays = earlier && self.fits(at, seq);
        let mut entry = self.entries.remove(at);
        self.earlier -= usize::from(entry.earlier);
        entry.earlier = false;
        entry.seq = seq;
        if stays {
            // Where the history has it its number does not contradict.
            self.entries.insert(at, entry);
            return changes.push(Change::Update { key });
        }
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

    /// Whether an entry at this position may have this number.
    fn fits(&self, at: usize, seq: Option<u64>) -> bool {
        let own = seq.unwrap_or(u64::MAX);
        let (above, below) = self.entries.split_at(at);
        let told = |entry: &&Entry| !entry.earlier;
        above.iter().filter(told).all(|entry| rank(entry) <= own)
            && below.iter().filter(told).all(|entry| rank(entry) >= own)
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
            self.earlier -= usize::from(entry.earlier);
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

    /// Shows or withdraws the visitor's judgement of an answer.
    pub(crate) fn set_judged(&mut self, wanted: &str, value: Option<bool>, changes: &mut Vec<Change>) {
        for entry in self.entries.iter_mut().rev() {
            if let EntryKind::Theirs { id, judged, .. } = &mut entry.kind
                && id == wanted
            {
                if *judged != value {
                    *judged = value;
                    changes.push(Change::Update { key: entry.key });
                }
                return;
            }
        }
    }

    /// Whether this is an answer that can be judged and was not.
    pub(crate) fn can_judge(&self, wanted: &str) -> bool {
        self.entries.iter().rev().any(|entry| {
            matches!(&entry.kind,
                EntryKind::Theirs { id, judgeable: true, judged: None, recalled: false, .. } if id == wanted)
        })
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

/// A message of the visitor as it is new.
pub(crate) fn mine(id: ClientId, body: Body, state: MineState) -> EntryKind {
    EntryKind::Mine { id, body, state, read: false, sent_again: false }
}

/// A message of the other side as it is new.
pub(crate) fn theirs(message: Message, judged: Option<bool>) -> EntryKind {
    let Message { id, from, body, choices, judgeable, before: _ } = message;
    EntryKind::Theirs { id, from, body, recalled: false, choices, judgeable, judged }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_contract::NoticeCode;

    fn notice(transcript: &mut Transcript, seq: u64) -> Vec<Change> {
        let mut changes = Vec::new();
        let kind = EntryKind::Notice(Notice { code: NoticeCode::CentreReached, text: None });
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
