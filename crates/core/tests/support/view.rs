//! What a screen makes of the changes, and what it shows.

use frontdesk_contract::{
    Body, CallOffer, CallStatus, ConnectTo, Contact, ErrorCode, Event, EventKind, Offers, PostedStatus,
    QueueInfo,
};
use frontdesk_core::{
    Change, Connection, Entry, EntryKind, HistoryState, LeaveState, MineState, RatingState, Session, Stage,
    Transcript,
};

/// What a screen shows besides the transcript.
#[derive(Debug, PartialEq)]
pub(crate) struct Drawn {
    stage: Stage,
    person: Option<String>,
    contact: Contact,
    connecting: Option<ConnectTo>,
    refused: (Option<ErrorCode>, Option<ConnectTo>),
    centre_trouble: Option<ErrorCode>,
    queue: QueueInfo,
    agent_typing: bool,
    offers: Option<Offers>,
    rating: RatingState,
    history: HistoryState,
    suggestions: Vec<String>,
    leaving: LeaveState,
    judge_refused: Option<(String, Option<ErrorCode>)>,
    connection: Connection,
    storage_failed: bool,
    call: CallStatus,
    calls: (bool, CallOffer),
}

impl Drawn {
    pub(crate) fn of(session: &Session) -> Self {
        Self {
            stage: session.stage(),
            person: session.person().map(str::to_owned),
            contact: session.contact().clone(),
            connecting: session.connecting(),
            refused: (session.connect_error(), session.refused_wish()),
            centre_trouble: session.centre_trouble(),
            queue: session.queue(),
            agent_typing: session.agent_typing(),
            offers: session.offers().cloned(),
            rating: session.rating().clone(),
            history: session.history(),
            suggestions: session.suggestions().to_vec(),
            leaving: session.leaving(),
            judge_refused: session.judge_refused().map(|(message, code)| (message.to_owned(), code)),
            connection: session.connection(),
            storage_failed: session.storage_failed(),
            call: session.call().clone(),
            calls: (session.knows_calls(), session.calls()),
        }
    }
}

/// What one row shows; a row that is new or told to look different fetches it anew.
type Drawing = Option<(u64, EntryKind)>;

/// A screen that follows the changes only. It must always show what the transcript holds.
#[derive(Default)]
pub(crate) struct View {
    rows: Vec<(Option<u32>, Drawing)>,
}

impl View {
    /// Applies the changes of one input and fetches the new rows.
    pub(crate) fn apply(&mut self, changes: &[Change], transcript: &Transcript) {
        for change in changes {
            match *change {
                Change::Insert { at } => self.rows.insert(at, (None, None)),
                Change::Update { key } => match self.rows.iter_mut().find(|row| row.0 == Some(key)) {
                    Some(row) => row.1 = None,
                    None => assert!(self.has_new(), "an update of entry {key}, which is not shown"),
                },
                Change::Remove { key } => {
                    if let Some(at) = self.position(key) {
                        self.rows.remove(at);
                    } else {
                        // New and gone within one input; which of the new rows it was, only the transcript tells.
                        assert!(self.has_new(), "entry {key} is removed, which is not shown");
                        self.rows = vec![(None, None); transcript.entries().len()];
                        return self.fill(transcript);
                    }
                }
            }
        }
        self.fill(transcript);
        let held = transcript.entries();
        assert_eq!(self.rows.len(), held.len(), "the screen shows what the transcript holds");
        for ((key, drawing), entry) in self.rows.iter().zip(held) {
            assert_eq!(*key, Some(entry.key), "the screen shows what the transcript holds");
            let shown = drawing.as_ref().map(|(at_ms, kind)| (*at_ms, kind));
            assert_eq!(shown, Some((entry.at_ms, &entry.kind)), "what looks different is drawn again");
        }
    }

    fn position(&self, wanted: u32) -> Option<usize> {
        self.rows.iter().position(|(key, _)| *key == Some(wanted))
    }

    fn has_new(&self) -> bool {
        self.rows.iter().any(|(key, _)| key.is_none())
    }

    fn fill(&mut self, transcript: &Transcript) {
        for ((key, drawing), entry) in self.rows.iter_mut().zip(transcript.entries()) {
            key.get_or_insert(entry.key);
            drawing.get_or_insert_with(|| (entry.at_ms, entry.kind.clone()));
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
