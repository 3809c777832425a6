//! The contact centre as a pure machine: visitors, robot, queue, agents.
//!
//! Time comes in as epoch milliseconds, ids come from a seed. Nothing here waits, reads a clock, or knows HTTP.
//!
//! ```text
//!            CONNECT                 TRANS2AGENT            agent free or accepts
//!  (none) ───────────► robot ───────────────────► waiting ───────────────────────► active
//!                        │                           │                               │
//!                        └───────── ended ◄──────────┴───────────────────────────────┘
//!            (visitor, agent, queue timeout, polling stopped, silence)
//! ```

mod agents;
mod calls;
mod contact;
mod desk;
mod files;
mod letters;
mod mailbox;
mod outbound;
mod play;
mod polling;
mod pushing;
mod queue;
pub(crate) mod robot;
pub(crate) mod scenario;
mod text;
mod upkeep;
mod uplink;
mod visitor;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;

use crate::ids::Seeded;
use crate::settings::{Dialect, Settings};

pub(crate) use agents::{Agent, AgentId};
pub(crate) use calls::{Call, CallEnd, CallError, CallEvent, CallId, MediaAbility};
pub(crate) use contact::{Contact, ContactId, Elsewhere, EndCause, Entry, Party, Rating, State};
pub(crate) use desk::{ContactView, DeskError, EntryView};
pub(crate) use files::{Attachment, Origin, StoredFile};
pub(crate) use letters::{Feedback, FeedbackError, Letter};
pub(crate) use mailbox::{Content, Control, Disturbance, Downlink, Source};
pub(crate) use outbound::{OutboundCall, Wish};
pub(crate) use polling::Words;
pub(crate) use queue::QueueState;
pub(crate) use text::{Language, survey_levels};
pub(crate) use uplink::{Outcome, Request, Uplink};
pub(crate) use visitor::Visitor;

/// Epoch milliseconds, or a span of them.
pub(crate) type Ms = u64;

/// Messages since start or reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    /// Visitors' messages stored, every copy counted.
    pub(crate) up_stored: u64,
    /// Repeated ids that were answered with success and not stored again.
    pub(crate) up_repeated: u64,
    /// Visitors' messages not stored.
    pub(crate) up_refused: u64,
    /// Messages for visitors that came into being.
    pub(crate) down_made: u64,
    /// Messages handed out by polls, every copy counted.
    pub(crate) down_polled: u64,
    /// Messages for visitors that were pushed and confirmed.
    pub(crate) down_pushed: u64,
    /// Pushes that were not confirmed: what they carried was sent again.
    pub(crate) pushes_failed: u64,
}

/// The whole centre.
#[derive(Debug)]
pub(crate) struct Centre {
    settings: Settings,
    ids: Seeded,
    visitors: BTreeMap<String, Visitor>,
    contacts: BTreeMap<ContactId, Contact>,
    /// Contacts that have not ended.
    live: BTreeSet<ContactId>,
    /// Ended and offline contacts, oldest first: they make room.
    closed: VecDeque<ContactId>,
    /// Waiting contacts, next first.
    waiting: Vec<ContactId>,
    agents: BTreeMap<AgentId, Agent>,
    /// Robot answers not given yet, by due time and order of asking.
    due: BTreeMap<(Ms, u64), (ContactId, robot::Answer)>,
    files: files::Files,
    letters: VecDeque<Letter>,
    letters_changed: u64,
    next_letter: u64,
    calls: BTreeMap<CallId, Call>,
    outbound: VecDeque<OutboundCall>,
    scripts: Vec<scenario::Running>,
    next_call: u64,
    next_contact: u64,
    next_due: u64,
    change: u64,
    swept_ms: Ms,
    tally: Tally,
}

impl Centre {
    /// An empty centre. `seed` makes every id and code.
    pub(crate) fn new(settings: Settings, seed: u64) -> Centre {
        Centre {
            settings,
            ids: Seeded::new(seed),
            visitors: BTreeMap::new(),
            contacts: BTreeMap::new(),
            live: BTreeSet::new(),
            closed: VecDeque::new(),
            waiting: Vec::new(),
            agents: BTreeMap::new(),
            due: BTreeMap::new(),
            files: files::Files::default(),
            letters: VecDeque::new(),
            letters_changed: 0,
            next_letter: 0,
            calls: BTreeMap::new(),
            outbound: VecDeque::new(),
            scripts: Vec::new(),
            next_call: 1,
            next_contact: 1,
            next_due: 0,
            change: 0,
            swept_ms: 0,
            tally: Tally::default(),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// New settings hold from now on; what has happened stays.
    pub(crate) fn set_settings(&mut self, now: Ms, settings: Settings) {
        self.settings = settings;
        self.assign(now);
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Number of the last change a desk can see.
    pub(crate) fn change(&self) -> u64 {
        self.change
    }

    /// Goes on counting changes where another centre stopped, so that desks notice the exchange.
    pub(crate) fn start_changes_at(&mut self, change: u64) {
        self.change = change;
    }

    pub(crate) fn visitors(&self) -> impl Iterator<Item = &Visitor> {
        self.visitors.values()
    }

    pub(crate) fn visitor(&self, user: &str) -> Option<&Visitor> {
        self.visitors.get(user)
    }

    /// The contact the visitor is in, if it has not ended.
    pub(crate) fn live_contact(&self, user: &str) -> Option<&Contact> {
        let contact = self.contacts.get(&self.visitors.get(user)?.contact?)?;
        contact.state.is_live().then_some(contact)
    }

    /// Every contact of this visitor that is still kept, oldest first.
    pub(crate) fn contacts_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Contact> {
        self.contacts.values().filter(move |contact| contact.user_id == user)
    }

    fn in_v2_6(&self) -> bool {
        self.settings.dialect == Dialect::V2_6
    }

    fn live_id(&self, user: &str) -> Option<ContactId> {
        self.live_contact(user).map(|contact| contact.id)
    }

    /// Marks a contact as changed for the desks.
    fn touch(&mut self, id: ContactId) {
        self.change += 1;
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.changed = self.change;
        }
    }

    /// Marks one line of a contact, and so the contact, as changed.
    fn touch_entry(&mut self, id: ContactId, seq: u64) {
        self.touch(id);
        let at = usize::try_from(seq.saturating_sub(1)).unwrap_or(usize::MAX);
        if let Some(entry) = self.contacts.get_mut(&id).and_then(|contact| contact.transcript.get_mut(at)) {
            entry.changed = self.change;
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may panic")]
mod properties;
#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may panic")]
mod scenarios;
