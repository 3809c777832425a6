//! A visitor: the conversation, its journal, and what is under way.
//!
//! The decisions are pure and live apart: [`delivery`], [`contact`], [`draft`], [`poller::intake`],
//! [`poller::pacing`], [`poller::recover`]. The rest carries them out.
//!
//! # Layout
//! - [`book`]: the record and its changes, one at a time
//! - [`mod@line`]: one request in flight, in order; idempotency
//! - `lease`, `elsewhere`: doing it as the only one among several proxies, and what the others do
//! - [`say`], [`connect`], [`leave`], [`rate`], [`signal`]: what the visitor asks for
//! - [`files`], [`handles`]: files in both directions; [`faces`]: pictures of agents and robots
//! - [`robot`], [`leave_message`], [`history`]: suggestions and judgements, messages for later, earlier messages
//! - [`whose`]: who said what the centre kept
//! - [`calling`]: calls, as far as the centre connects them; [`gateways`]: where a page may be sent for them
//! - [`placing`]: calls that a member of staff places
//! - [`debt`]: telling the centre later what it could not be told
//! - [`journal`]: reading events, long polls; [`recall`]: what was taken back
//! - [`presence`]: whether anybody listens
//! - [`poller`]: what comes from the centre when it is asked; `push`: what it sends by itself
//! - [`registry`]: the visitors in memory

pub mod book;
pub mod calling;
pub mod connect;
pub mod contact;
pub mod debt;
pub mod delivery;
pub mod draft;
#[cfg(test)]
mod draft_tests;
mod elsewhere;
pub mod faces;
pub mod files;
pub mod gateways;
pub mod handles;
pub mod history;
pub mod journal;
mod lease;
pub mod leave;
pub mod leave_message;
pub mod line;
pub mod placing;
pub mod poller;
pub mod presence;
mod push;
pub mod rate;
pub mod recall;
pub mod recent;
pub mod registry;
pub mod robot;
pub mod say;
pub mod signal;
pub mod whose;

use crate::problem::word;
use crate::state::{Desk, Place, Shared};
use crate::store::VisitorRecord;
use crate::vendor::{Failure, Party};
use book::Book;
use frontdesk_contract::{ContactState, ErrorCode};
use line::Lanes;
use poller::task::Slot;
use presence::Presence;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use tokio::sync::{Mutex, Notify, Semaphore, watch};

/// How many events there are and whether a conversation is open; watched by long polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Number of the newest event.
    pub head: u64,
    /// Number of the oldest kept event.
    pub floor: u64,
    /// A conversation is open.
    pub open: bool,
    /// The visitor was erased.
    pub erased: bool,
    /// Who serves.
    pub state: ContactState,
}

impl Mark {
    fn of(record: &VisitorRecord) -> Self {
        Self {
            head: record.head,
            floor: record.floor,
            open: record.is_open(),
            erased: false,
            state: record.contact.state,
        }
    }
}

/// A visitor in memory. There is at most one per id, kept by the [`registry::Registry`].
pub struct Visitor {
    id: String,
    place: Arc<Place>,
    shared: Arc<Shared>,
    book: Mutex<Option<Book>>,
    /// The revision of the record as it was last read or written; `u64::MAX` of a visitor that is gone.
    rev: AtomicU64,
    mark: watch::Sender<Mark>,
    lanes: Lanes,
    calling: calling::Calling,
    suggesting: Mutex<()>,
    file_places: Arc<Semaphore>,
    presence: Presence,
    poller: Slot,
    wake: Notify,
    /// Told when somebody gives a lease back.
    freed: Notify,
    talked_to: elsewhere::TalkedTo,
    /// The centre is being told that the conversation is over.
    paying: AtomicBool,
    typed: signal::Throttle,
    /// What a planted bug remembers.
    #[cfg(feature = "planted")]
    planted: journal::Planted,
    /// Held while the centre is asked for its form of the rating.
    form: Mutex<()>,
}

impl Visitor {
    pub(crate) fn new(shared: Arc<Shared>, place: Arc<Place>, book: Book) -> Arc<Self> {
        let mark = Mark::of(book.record());
        let most = usize::try_from(place.desk().settings.offers.files.max_count).unwrap_or(1);
        let file_places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self {
            id: book.record().id.clone(),
            place,
            shared,
            rev: AtomicU64::new(book.record().rev),
            book: Mutex::new(Some(book)),
            mark: watch::Sender::new(mark),
            lanes: Lanes::default(),
            calling: calling::Calling::default(),
            suggesting: Mutex::default(),
            file_places,
            presence: Presence::default(),
            poller: Slot::default(),
            wake: Notify::new(),
            freed: Notify::new(),
            talked_to: elsewhere::TalkedTo::default(),
            paying: AtomicBool::new(false),
            typed: signal::Throttle::default(),
            #[cfg(feature = "planted")]
            planted: journal::Planted::default(),
            form: Mutex::default(),
        })
    }

    /// The visitor's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The desk as it is now. It may be another the next time: who does several steps of one thing takes it once.
    pub fn desk(&self) -> Arc<Desk> {
        self.place.desk()
    }

    /// The desk's id.
    pub fn desk_id(&self) -> &str {
        self.place.id()
    }

    /// The present mark.
    pub fn mark(&self) -> Mark {
        *self.mark.borrow()
    }

    fn now_ms(&self) -> u64 {
        self.shared.clock.now_ms()
    }

    /// Reports a failure of the centre where it is handled: an answer that is part of the game as news, everything else
    /// once a minute of its kind and desk.
    fn report(&self, what: &'static str, failure: &Failure) {
        let certain = match failure {
            Failure::NotSent { .. } => "not_sent",
            Failure::Refused { .. } => "refused",
            Failure::Unknown { .. } => "unknown",
            Failure::Gone => "gone",
        };
        let (code, detail) = (delivery::code_of(failure), failure.detail());
        let (visitor, desk) = (self.id.as_str(), self.desk_id());
        let shown = word(code);
        if matches!(code, ErrorCode::OutsideHours | ErrorCode::Queueing | ErrorCode::ContactEnded) {
            tracing::info!(visitor, desk, what, certain, code = shown, detail, "the centre declined");
        } else if let Some(suppressed) = self.shared.failures.due((desk.to_owned(), certain, code)) {
            tracing::warn!(
                visitor,
                desk,
                what,
                certain,
                code = shown,
                detail,
                suppressed,
                "the centre failed"
            );
        }
    }
}

/// A visitor as the centre is told.
fn party(record: &VisitorRecord) -> Party {
    Party {
        user_id: record.user_id.clone(),
        user_name: record.name.clone(),
        language: record.language.clone(),
    }
}
