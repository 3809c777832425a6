//! What the page is told of the conversation: who serves, whether requests get through, that something was said. No text.

use crate::ui::view_state::{Dock, Facing, ViewState};
use frontdesk_contract::{ErrorCode, Sender};
use frontdesk_core::{Connection, EntryKind, Session};
use std::cell::Cell;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An agent with this name serves; `None`: none does any more.
    Agent(Option<String>),
    /// Whether requests get through, in a word.
    Connection(&'static str),
    /// A rating has arrived.
    Rated,
    /// The desk refuses the visitor, for a reason in a word.
    Refused(&'static str),
    /// Somebody has said something: `agent`, `robot` or `system`, at this time in epoch milliseconds.
    Message(&'static str, u64),
}

/// What follows from one view after another.
pub fn changes(before: &ViewState, after: &ViewState) -> Vec<Told> {
    let agent = |view: &ViewState| (view.facing == Facing::Agent).then(|| view.name.clone());
    let thanked = |view: &ViewState| matches!(view.dock, Dock::Thanks { .. });
    let mut told = Vec::new();
    if agent(before) != agent(after) {
        told.push(Told::Agent(agent(after)));
    }
    if before.connection != after.connection {
        told.push(Told::Connection(match after.connection {
            Connection::Fine => "online",
            Connection::Trouble => "offline",
            Connection::NotReceiving => "not-receiving",
            Connection::NotSending => "not-sending",
        }));
    }
    if let (Some(Some(code)), true) = (after.refused, before.refused != after.refused) {
        told.push(Told::Refused(why(code)));
    }
    if thanked(after) && !thanked(before) {
        told.push(Told::Rated);
    }
    told
}

/// Tells each message once: those that come after this page began to follow the conversation.
#[derive(Debug, Default)]
pub struct Messages {
    told_to: Cell<Option<u64>>,
}

impl Messages {
    /// What was said since the last time, the oldest first.
    pub fn since(&self, session: &Session) -> Vec<Told> {
        let cursor = session.cursor();
        // What was there at the beginning is known. The numbers of another session begin anew.
        let from = self.told_to.replace(Some(cursor)).map_or(cursor, |to| if to > cursor { 0 } else { to });
        if from == cursor {
            return Vec::new();
        }
        let entries = session.transcript().entries().iter();
        let new = entries.filter(|entry| !entry.earlier && entry.seq.is_some_and(|seq| seq > from));
        new.filter_map(|entry| match &entry.kind {
            EntryKind::Theirs { from, .. } => Some(Told::Message(who(from), entry.at_ms)),
            _ => None,
        })
        .collect()
    }
}

/// What a page can do something about has a word of its own.
pub fn why(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::IdentityMissing => "identity_missing",
        ErrorCode::IdentityExpired => "identity_expired",
        ErrorCode::IdentityUsed => "identity_used",
        ErrorCode::IdentityRefused => "identity_refused",
        _ => "refused",
    }
}

fn who(sender: &Sender) -> &'static str {
    match sender {
        Sender::Agent(_) => "agent",
        Sender::Robot(_) => "robot",
        _ => "system",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_told_once() {
        let nobody = ViewState::default();
        let li = ViewState { facing: Facing::Agent, name: "Li".into(), ..ViewState::default() };
        let lost = ViewState { connection: Connection::Trouble, ..li.clone() };
        let rated = ViewState { facing: Facing::Ended, dock: Dock::Thanks { ended: true }, ..nobody.clone() };
        assert_eq!(changes(&nobody, &li), [Told::Agent(Some("Li".into()))]);
        assert_eq!(changes(&li, &lost), [Told::Connection("offline")]);
        assert_eq!(changes(&lost, &rated), [Told::Agent(None), Told::Connection("online"), Told::Rated]);
        assert_eq!(changes(&rated, &rated), []);
        let robot = ViewState { facing: Facing::Robot, name: "Mia".into(), ..nobody.clone() };
        assert_eq!(changes(&nobody, &robot), []);
        let refused = ViewState { refused: Some(Some(ErrorCode::IdentityExpired)), ..ViewState::default() };
        assert_eq!(changes(&nobody, &refused), [Told::Refused("identity_expired")]);
        assert_eq!(changes(&refused, &refused), []);
    }
}
