//! What the visitor sees: built from the changes that the session announces, as a page would be.

use frontdesk_contract::{CallStatus, Contact, ErrorCode, Offers};
use frontdesk_core::{
    Change, Connection, Entry, EntryKind, HistoryState, LeaveState, MineState, RatingState, Session, Stage,
};

/// A line on the visitor's screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it shows.
    pub entry: Entry,
    /// When it appeared.
    pub shown_ms: u64,
}

/// The visitor's screen.
#[derive(Clone, Debug)]
pub struct View {
    /// Where the session stands.
    pub stage: Stage,
    /// Where the conversation stands.
    pub contact: Contact,
    /// A wish for robot or agent is under way.
    pub connecting: bool,
    /// Why the last wish was refused.
    pub connect_error: Option<ErrorCode>,
    /// Where the rating stands.
    pub rating: RatingState,
    /// Whether the proxy is reached.
    pub connection: Connection,
    /// What the desk offers, once a session is open.
    pub offers: Option<Offers>,
    /// Questions that the robot can answer, for what is in the composer.
    pub suggestions: Vec<String>,
    /// Where the earlier messages stand.
    pub history: HistoryState,
    /// What became of the message left for later.
    pub leaving: LeaveState,
    /// The visitor's call.
    pub call: CallStatus,
    /// The text that came back to the composer last.
    pub returned: Option<String>,
    /// What was not taken: its name, and why.
    pub declined: Vec<(String, ErrorCode)>,
    /// The visitor's name at the centre, once a session is open.
    pub name: Option<String>,
    /// So many times the page was loaded again.
    pub reloads: u32,
    /// The transcript as shown.
    pub lines: Vec<Line>,
    /// So many times the announced changes were not enough to show the transcript of the session.
    pub divergences: u32,
}

impl View {
    pub(crate) fn new(session: &Session) -> Self {
        Self {
            stage: session.stage(),
            contact: session.contact().clone(),
            connecting: false,
            connect_error: None,
            rating: session.rating().clone(),
            connection: session.connection(),
            offers: session.offers().cloned(),
            suggestions: session.suggestions().to_vec(),
            history: session.history(),
            leaving: session.leaving(),
            call: session.call().clone(),
            returned: None,
            declined: Vec::new(),
            name: None,
            reloads: 0,
            lines: Vec::new(),
            divergences: 0,
        }
    }

    /// Texts of agents, oldest first, of entries younger than `after_key`.
    pub fn agent_lines(&self, after_key: u32) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| {
            let agent = matches!(
                &line.entry.kind,
                EntryKind::Theirs { from: frontdesk_contract::Sender::Agent(_), .. }
            );
            agent && line.entry.key > after_key
        })
    }

    /// The visitor's own messages, in the order shown, of entries younger than `after_key`.
    pub fn my_lines(&self, after_key: u32) -> impl Iterator<Item = (&Line, MineState)> {
        self.lines.iter().filter_map(move |line| match &line.entry.kind {
            EntryKind::Mine { state, .. } if line.entry.key > after_key => Some((line, *state)),
            _ => None,
        })
    }

    /// The key of the youngest line; 0 when there is none.
    pub fn last_key(&self) -> u32 {
        self.lines.iter().map(|line| line.entry.key).max().unwrap_or(0)
    }

    /// Takes over everything but the transcript.
    pub(crate) fn redraw(&mut self, session: &Session) {
        self.stage = session.stage();
        self.contact.clone_from(session.contact());
        self.connecting = session.connecting().is_some();
        self.connect_error = session.connect_error();
        self.rating.clone_from(session.rating());
        self.connection = session.connection();
        if self.offers.as_ref() != session.offers() {
            self.offers = session.offers().cloned();
        }
        session.suggestions().clone_into(&mut self.suggestions);
        self.history = session.history();
        self.leaving = session.leaving();
        self.call.clone_from(session.call());
    }

    /// Applies the changes of one step. Their positions hold one after the other, while the session's transcript is what
    /// all of them led to; so the smallest tells from where on to look.
    pub(crate) fn apply(&mut self, session: &Session, changes: &[Change], now_ms: u64) {
        if changes.is_empty() {
            return;
        }
        let (mut removed, mut from) = (0, None);
        for change in changes {
            match *change {
                Change::Remove { key } => {
                    removed += 1;
                    // One that only moved is looked for below.
                    from = from.or_else(|| self.lines.iter().position(|line| line.entry.key == key));
                }
                Change::Insert { at } => from = Some(from.map_or(at, |from: usize| from.min(at))),
                Change::Update { .. } => {}
            }
        }
        if let Some(from) = from {
            self.fill(session, from.saturating_sub(removed), now_ms);
        }
        for change in changes {
            if let Change::Update { key } = *change
                && let Some((_, entry)) = session.transcript().find(key)
                && let Some(line) = self.lines.iter_mut().rev().find(|line| line.entry.key == key)
            {
                line.entry.clone_from(entry);
            }
        }
        let shown = self.lines.iter().map(|line| &line.entry);
        if !shown.eq(session.transcript().entries()) {
            self.divergences += 1;
            self.fill(session, 0, now_ms);
        }
    }

    /// Makes the lines from `from` on equal to the entries.
    fn fill(&mut self, session: &Session, from: usize, now_ms: u64) {
        let from = from.min(self.lines.len());
        let old = self.lines.split_off(from);
        let shown_ms = |key| old.iter().rev().find(|line| line.entry.key == key).map(|line| line.shown_ms);
        let entries = session.transcript().entries().iter().skip(from);
        self.lines.extend(
            entries
                .map(|entry| Line { entry: entry.clone(), shown_ms: shown_ms(entry.key).unwrap_or(now_ms) }),
        );
    }
}
