//! What a screen makes of the changes, and what it shows.

use frontdesk_contract::{Body, Event, EventKind, PostedStatus};
use frontdesk_core::{Change, Entry, EntryKind, MineState, Transcript};

/// A screen that follows the changes only. It must always show what the transcript holds.
#[derive(Default)]
pub(crate) struct View {
    rows: Vec<Option<u32>>,
}

impl View {
    /// Applies the changes of one input and fetches the new rows.
    pub(crate) fn apply(&mut self, changes: &[Change], transcript: &Transcript) {
        for change in changes {
            match *change {
                Change::Insert { at } => self.rows.insert(at, None),
                Change::Update { key } => {
                    let known = self.rows.contains(&Some(key)) || self.rows.contains(&None);
                    assert!(known, "an update of entry {key}, which is not shown");
                }
                Change::Remove { key } => {
                    if let Some(at) = self.rows.iter().position(|row| *row == Some(key)) {
                        self.rows.remove(at);
                    } else {
                        // New and gone within one input; which of the new rows it was, only the transcript tells.
                        assert!(self.rows.contains(&None), "entry {key} is removed, which is not shown");
                        self.rows = vec![None; transcript.entries().len()];
                        return self.fill(transcript);
                    }
                }
            }
        }
        self.fill(transcript);
        let shown: Vec<_> = self.rows.iter().copied().flatten().collect();
        let held: Vec<_> = transcript.entries().iter().map(|entry| entry.key).collect();
        assert_eq!(shown, held, "the screen shows what the transcript holds");
    }

    fn fill(&mut self, transcript: &Transcript) {
        for (row, entry) in self.rows.iter_mut().zip(transcript.entries()) {
            row.get_or_insert(entry.key);
        }
    }
}

pub(crate) fn words(body: &Body) -> &str {
    match body {
        Body::Text(text) => text,
        Body::File(file) => &file.name,
        Body::Location(place) => &place.label,
        Body::Card(card) => &card.title,
        _ => "?",
    }
}

/// One line of the screen in words.
pub(crate) fn line(entry: &Entry) -> String {
    match &entry.kind {
        EntryKind::Mine { body, state, .. } => format!("me: {} ({state:?})", words(body)),
        EntryKind::Theirs { body, .. } => format!("they: {}", words(body)),
        EntryKind::Contact(contact) => format!("contact: {:?}", contact.state),
        EntryKind::Notice(notice) => format!("notice: {:?}", notice.code),
        EntryKind::Gap(gap) => format!("gap: {}-{}", gap.from, gap.to),
    }
}

/// The same for the journal; `None` for what is not a line.
pub(crate) fn journal_line(event: &Event) -> Option<String> {
    Some(match &event.kind {
        EventKind::Message(message) => format!("they: {}", words(&message.body)),
        EventKind::Echo(echo) => {
            let state = match echo.status {
                PostedStatus::Accepted => MineState::Sent,
                PostedStatus::StoredOffline => MineState::StoredOffline,
                PostedStatus::Unconfirmed | PostedStatus::Unknown => MineState::Unconfirmed,
            };
            format!("me: {} ({state:?})", words(&echo.body))
        }
        EventKind::Contact(contact) => format!("contact: {:?}", contact.state),
        EventKind::Notice(notice) => format!("notice: {:?}", notice.code),
        EventKind::Gap(gap) => format!("gap: {}-{}", gap.from, gap.to),
        _ => return None,
    })
}
