//! Where sessions, journals and idempotency records live, behind one trait.
//!
//! Everything about one visitor changes by a [`Batch`]: it is written as a whole or not at all, and its future resolves
//! once the batch is as durable as the store can make it. A batch names the revision of the visitor it was computed
//! from; if another writer came first the store refuses with [`StoreError::Conflict`] and nothing is changed.
//!
//! # Layout
//! - [`records`]: what is stored
//! - [`lease`]: who does something for a visitor, when several proxies could; `local`: the same within one process
//! - [`memory`]: for tests and for desks that may forget
//! - [`redb`]: one file, one writer, group commit
//! - [`valkey`]: a server, for several proxies
//! - [`slip`]: what tickets are good for
//! - [`pass`]: tokens of sites that were used
//! - [`retention`]: what the sweep removes

pub mod lease;
mod local;
pub mod memory;
pub mod pass;
pub mod records;
pub mod redb;
pub mod retention;
pub mod slip;
#[cfg(test)]
pub(crate) mod tests;
pub mod valkey;

pub use lease::{Fence, Leased, News, Role, What};
pub use pass::{Pass, PassKey};
pub use records::{Answer, Batch, Handle, Intent, MayCall, SessionRecord, Survey, VisitorRecord};
pub use slip::{Slip, SlipKey};

use frontdesk_contract::{ClientId, Event};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::broadcast;

/// The schema that this version writes. A store of a newer schema is not opened; one of an older schema is taken over:
/// 2 added handles, 3 used tokens.
pub const SCHEMA: u32 = 3;

/// Recent codes of downlink messages kept per visitor, to recognise repeated ones.
pub const CODES_PER_VISITOR: u64 = 500;

/// SHA-256 of a session credential; the credential itself is stored nowhere.
pub type SessionHash = [u8; 32];

/// What a call of the store answers.
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Durable state of the proxy. Ids of visitors are those of [`VisitorRecord::id`].
pub trait Store: Send + Sync + 'static {
    /// The session with this hash.
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>>;

    /// A visitor's record.
    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>>;

    /// Kept events with a number above `after`, in order, at most `limit`.
    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>>;

    /// The idempotency record of an id.
    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>>;

    /// The recent codes of downlink messages, oldest first.
    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>>;

    /// What is known by an id of ours.
    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>>;

    /// Stores a new session with its new visitor.
    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()>;

    /// Moves the end of a session. A session that is gone stays gone.
    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()>;

    /// Writes a batch as a whole.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the visitor was erased, [`StoreError::Conflict`] when the visitor changed meanwhile,
    /// [`StoreError::Fenced`] when the batch names a lease that somebody else has had since.
    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()>;

    /// Erases a visitor: record, events, idempotency records, codes, handles and session.
    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()>;

    /// Visitors that are unfinished ([`VisitorRecord::is_unfinished`]).
    fn unfinished(&self) -> Stored<'_, Vec<String>>;

    /// A visitor's revision.
    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>>;

    /// Takes a lease for `holder`, or renews it: for [`lease::TTL`] by the store's own clock. Once it is answered, nothing
    /// is written any more by virtue of an earlier holder's generation.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the visitor is not stored.
    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased>;

    /// Gives a lease back; nothing happens when it is somebody else's by now.
    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()>;

    /// Unfinished visitors that nobody looks after by a lease ([`Role::cares`]), at most
    /// `most`. Who asks looks after them now: they are not named again for [`lease::TTL`].
    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>>;

    /// Whether other proxies may use the store at the same time.
    fn is_shared(&self) -> bool;

    /// What happens to visitors from now on, whoever does it. Some may get lost where the store is another process.
    fn news(&self) -> broadcast::Receiver<News>;

    /// Keeps a ticket for so long; in place of the visitor's one before, if there is one at a time. False when another
    /// visitor has it.
    ///
    /// # Errors
    /// [`StoreError::Crowded`] when there are too many.
    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool>;

    /// What a ticket is good for, if it is.
    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>>;

    /// The same; the ticket is used.
    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>>;

    /// Notes for good, until its time is over, that a token was used.
    ///
    /// # Errors
    /// [`StoreError::Used`] when it was before; nothing is changed then. [`StoreError::Crowded`] when there are too many.
    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()>;

    /// What a token was used for.
    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>>;

    /// How many sessions are kept.
    fn sessions(&self) -> Stored<'_, u64>;

    /// Removes what is past its time at `now_ms`; answers how many things went.
    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64>;

    /// Whether the store can be written: a durable write that changes nothing, after everything queued before it.
    fn flush(&self) -> Stored<'_, ()>;
}

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The visitor is not (or no longer) stored.
    #[error("the visitor is not stored")]
    Gone,
    /// The visitor was changed by somebody else since it was read.
    #[error("the visitor changed meanwhile")]
    Conflict,
    /// The lease that the batch names is somebody else's by now.
    #[error("somebody else does this for the visitor by now")]
    Fenced,
    /// The token was used before.
    #[error("the token was used before")]
    Used,
    /// More than is kept.
    #[error("there are too many")]
    Crowded,
    /// The store was written by a newer version.
    #[error("the store has schema {found}, this version knows {SCHEMA}: start the newer version again")]
    Newer {
        /// The schema of the store.
        found: u32,
    },
    /// A stored value cannot be read.
    #[error("a stored value cannot be read: {0}")]
    Broken(#[from] serde_json::Error),
    /// The medium failed.
    #[error("the store failed: {0}")]
    Failed(String),
}
