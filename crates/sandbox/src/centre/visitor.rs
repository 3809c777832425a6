//! What the centre knows of a visitor beyond one conversation.

use std::collections::{BTreeSet, VecDeque};

use super::{Centre, ContactId, Language, Ms};
use crate::centre::mailbox::Mailbox;

/// A visitor that has asked for a token.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) language: Language,
    /// The language as the visitor's client wrote it.
    pub(crate) locale: String,
    /// The last contact with a session.
    pub(crate) contact: Option<ContactId>,
    /// Where messages without a session go.
    pub(crate) offline: Option<ContactId>,
    pub(crate) mailbox: Mailbox,
    /// Ids an agent has read and no poll has reported.
    pub(crate) read: Vec<String>,
    pub(crate) seen: SeenIds,
    pub(crate) polls: u64,
    pub(crate) last_seen_ms: Ms,
    pub(crate) last_chat_ms: Option<Ms>,
    /// Time of the last downlink message.
    pub(crate) last_down_ms: Ms,
}

/// The last ids of a visitor and the codes they were stored under.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenIds {
    known: BTreeSet<String>,
    order: VecDeque<String>,
}

const SEEN_MAX: usize = 10_000;

impl SeenIds {
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.known.contains(id)
    }

    pub(crate) fn insert(&mut self, id: &str) {
        if self.known.insert(id.to_owned()) {
            self.order.push_back(id.to_owned());
        }
        while self.order.len() > SEEN_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

impl Centre {
    /// Lets a visitor in, or updates the name and language of a known one. `false` when the centre is full.
    pub(crate) fn admit(&mut self, now: Ms, user: &str, name: &str, locale: &str) -> bool {
        let language = Language::of_locale(locale);
        if let Some(visitor) = self.visitors.get_mut(user) {
            visitor.name = name.to_owned();
            visitor.language = language;
            visitor.locale = locale.to_owned();
            visitor.last_seen_ms = now;
            return true;
        }
        if self.visitors.len() >= self.settings.max_contacts && !self.forget_a_visitor() {
            return false;
        }
        let visitor = Visitor {
            user_id: user.to_owned(),
            name: name.to_owned(),
            language,
            locale: locale.to_owned(),
            contact: None,
            offline: None,
            mailbox: Mailbox::default(),
            read: Vec::new(),
            seen: SeenIds::default(),
            polls: 0,
            last_seen_ms: now,
            last_chat_ms: None,
            last_down_ms: 0,
        };
        self.visitors.insert(user.to_owned(), visitor);
        true
    }

    /// Forgets the visitor without a live contact who was not seen for longest.
    fn forget_a_visitor(&mut self) -> bool {
        let oldest = self
            .visitors
            .values()
            .filter(|visitor| visitor.contact.is_none_or(|id| !self.live.contains(&id)))
            .min_by_key(|visitor| visitor.last_seen_ms)
            .map(|visitor| visitor.user_id.clone());
        oldest.is_some_and(|user| self.visitors.remove(&user).is_some())
    }
}
