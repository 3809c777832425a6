//! One tab: the machines, what its screen shows, and what must hold in it at all times.

use super::Happening;
use super::network::On;
use super::view::{Drawn, View};
use frontdesk_contract::{ClientId, ErrorCode};
use frontdesk_core::tabs::Tabs;
use frontdesk_core::{Effect, EntryKind, Input, Now, RecordKey, RequestId, Session, Settings};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct Tab {
    pub(crate) session: Session,
    pub(crate) tabs: Tabs,
    /// Grows with each page loaded here; what belonged to an earlier one does not happen any more.
    pub(crate) life: u32,
    pub(crate) alive: bool,
    pub(crate) open: BTreeMap<RequestId, On>,
    pub(crate) wake_at: Option<u64>,
    pub(crate) tabs_wake_at: Option<u64>,
    pub(crate) following: bool,
    pub(crate) returned: Vec<String>,
    /// What was not taken, and why.
    pub(crate) declined: Vec<(String, ErrorCode)>,
    /// Texts whose record is written, or cannot be.
    pub(crate) accepted: BTreeSet<ClientId>,
    view: View,
    cursor: u64,
    cursor_of: Option<String>,
    pub(crate) unread: u32,
    /// What the visitor sees in the composer.
    pub(crate) composer: String,
    pub(crate) sounds: u32,
    pub(crate) frozen: bool,
    /// The browser lets no timer of this page run.
    pub(crate) no_timers: bool,
    /// What happened while it was frozen, with the life that it belongs to.
    pub(crate) missed: Vec<(u32, Happening)>,
}

impl Tab {
    pub(crate) fn new(own: u64) -> Self {
        let settings = Settings::new("shop", "en");
        Self {
            session: Session::new(settings),
            tabs: Tabs::new(own),
            life: 0,
            alive: true,
            open: BTreeMap::new(),
            wake_at: None,
            tabs_wake_at: None,
            following: false,
            returned: Vec::new(),
            declined: Vec::new(),
            accepted: BTreeSet::new(),
            view: View::default(),
            cursor: 0,
            cursor_of: None,
            unread: 0,
            composer: String::new(),
            sounds: 0,
            frozen: false,
            no_timers: false,
            missed: Vec::new(),
        }
    }

    pub(crate) fn handle(&mut self, now: Now, input: Input) -> Vec<Effect> {
        let before = Drawn::of(&self.session);
        let effects = self.session.handle(now, input);
        let redraws = effects.iter().filter(|effect| matches!(effect, Effect::Redraw)).count();
        assert!(redraws <= 1, "drawn again once");
        assert!(redraws == 1 || Drawn::of(&self.session) == before, "what changes is drawn again");
        let mut changes = Vec::new();
        for effect in &effects {
            match effect {
                Effect::Show(change) => changes.push(*change),
                Effect::Unread(count) => self.unread = *count,
                _ => {}
            }
        }
        self.view.apply(&changes, self.session.transcript());
        effects
    }

    pub(crate) fn accepted(&mut self, key: &RecordKey, written: bool) {
        if let RecordKey::Outgoing(id) = key
            && written
        {
            self.accepted.insert(id.clone());
        }
    }

    /// What must hold after every input.
    pub(crate) fn check(&mut self, now_ms: u64) {
        let session = &self.session;
        let kinds: BTreeSet<_> = self.open.values().collect();
        assert_eq!(kinds.len(), self.open.len(), "at most one request of a kind is open");
        assert!(self.wake_at.is_none_or(|at| at > now_ms), "a timer in the past would spin");

        let credential = session.credential().map(str::to_owned);
        if credential == self.cursor_of {
            assert!(session.cursor() >= self.cursor, "the cursor never goes back");
        }
        (self.cursor, self.cursor_of) = (session.cursor(), credential);
        assert_eq!(self.unread, session.unread(), "the host knows what is unread");

        let entries = session.transcript().entries();
        let order = entries.iter().filter(|entry| !entry.earlier).map(|entry| entry.seq.unwrap_or(u64::MAX));
        assert!(order.is_sorted(), "lines stand in the order of their numbers");
        let (mut numbers, mut ids, mut theirs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for entry in entries {
            let number = entry.seq.filter(|seq| *seq > 0);
            let once = match (&entry.kind, number) {
                (EntryKind::Gap(_), _) | (_, None) => true,
                // One that was found later has the number of its place.
                (EntryKind::Theirs { id, .. }, Some(_)) => theirs.insert(id),
                (_, Some(number)) => numbers.insert(number),
            };
            assert!(once, "an event is shown once");
            if let EntryKind::Mine { id, .. } = &entry.kind {
                assert!(ids.insert(id), "a message of the visitor is shown once");
            }
            assert!(!entry.earlier || entry.seq.is_none(), "what has a number is an event's");
        }
    }
}
