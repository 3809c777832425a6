//! A store with a clock beside it: every call is counted and timed.

use super::Metrics;
use crate::store::{
    Batch, Fence, Handle, Intent, Leased, News, Pass, PassKey, Role, SessionHash, SessionRecord, Slip,
    SlipKey, Store, StoreError, Stored, VisitorRecord,
};
use crate::traces::{self, Outcome};
use frontdesk_contract::{ClientId, Event};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::Instant;

/// A store whose calls are measured.
pub struct Timed {
    inner: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

impl Timed {
    /// The store, measured.
    pub fn new(inner: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { inner, metrics }
    }

    fn timed<'a, T: Send + 'a>(&'a self, call: &'static str, stored: Stored<'a, T>) -> Stored<'a, T> {
        Box::pin(async move {
            let begun = Instant::now();
            let stored = traces::child("store", call, None, stored, traced).await;
            self.metrics.store(call, stored.as_ref().map_or_else(outcome, |_| "done"), begun.elapsed());
            stored
        })
    }
}

/// What came of it, in a word. The first three are part of the game.
fn outcome(error: &StoreError) -> &'static str {
    match error {
        StoreError::Gone => "gone",
        StoreError::Conflict => "conflict",
        StoreError::Fenced => "fenced",
        StoreError::Used => "used",
        StoreError::Crowded => "crowded",
        StoreError::Newer { .. } => "newer",
        StoreError::Broken(_) => "broken",
        StoreError::Failed(_) => "failed",
    }
}

fn traced<T>(stored: &Result<T, StoreError>) -> Outcome {
    let word = stored.as_ref().map_or_else(outcome, |_| "done");
    let failed =
        matches!(stored, Err(StoreError::Newer { .. } | StoreError::Broken(_) | StoreError::Failed(_)));
    Outcome { word, code: None, failed }
}

impl Store for Timed {
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>> {
        self.timed("session", self.inner.session(hash))
    }

    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>> {
        self.timed("visitor", self.inner.visitor(visitor))
    }

    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>> {
        self.timed("events", self.inner.events(visitor, after, limit))
    }

    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>> {
        self.timed("intent", self.inner.intent(visitor, id))
    }

    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>> {
        self.timed("codes", self.inner.codes(visitor))
    }

    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>> {
        self.timed("handle", self.inner.handle(visitor, id))
    }

    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()> {
        self.timed("open", self.inner.open(session, visitor))
    }

    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()> {
        self.timed("touch", self.inner.touch(hash, expires_ms))
    }

    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()> {
        self.timed("write", self.inner.write(batch))
    }

    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()> {
        self.timed("erase", self.inner.erase(visitor))
    }

    fn unfinished(&self) -> Stored<'_, Vec<String>> {
        self.timed("unfinished", self.inner.unfinished())
    }

    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>> {
        self.timed("rev", self.inner.rev(visitor))
    }

    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased> {
        self.timed("lease", self.inner.lease(visitor, role, holder))
    }

    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()> {
        self.timed("release", self.inner.release(visitor, fence))
    }

    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>> {
        self.timed("orphans", self.inner.orphans(most))
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    fn news(&self) -> broadcast::Receiver<News> {
        self.inner.news()
    }

    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool> {
        self.timed("put_slip", self.inner.put_slip(key, slip, life))
    }

    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        self.timed("slip", self.inner.slip(key))
    }

    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        self.timed("take_slip", self.inner.take_slip(key))
    }

    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()> {
        self.timed("spend", self.inner.spend(key, pass))
    }

    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>> {
        self.timed("pass", self.inner.pass(key))
    }

    fn sessions(&self) -> Stored<'_, u64> {
        self.timed("sessions", self.inner.sessions())
    }

    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64> {
        self.timed("sweep", self.inner.sweep(now_ms, retention_ms))
    }

    fn flush(&self) -> Stored<'_, ()> {
        self.timed("flush", self.inner.flush())
    }
}
