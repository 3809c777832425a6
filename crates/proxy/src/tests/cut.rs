//! A store behind a line that can be cut: what is asked meanwhile waits until it is mended. A proxy behind it is, to the
//! others, one that stands still, or one that was killed.

use crate::store::{
    Batch, Fence, Handle, Intent, Leased, News, Pass, PassKey, Role, SessionHash, SessionRecord, Slip,
    SlipKey, Store, Stored, VisitorRecord,
};
use frontdesk_contract::{ClientId, Event};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// The line.
pub(super) struct Cut {
    inner: Arc<dyn Store>,
    cut: watch::Sender<bool>,
}

impl Cut {
    pub(super) fn new(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { inner, cut: watch::Sender::new(false) })
    }

    pub(super) fn cut(&self, cut: bool) {
        self.cut.send_replace(cut);
    }

    async fn passes(&self) {
        let mut cut = self.cut.subscribe();
        drop(cut.wait_for(|cut| !cut).await);
    }
}

macro_rules! through {
    ($self:ident, $call:ident($($argument:expr),*)) => {
        Box::pin(async move {
            $self.passes().await;
            $self.inner.$call($($argument),*).await
        })
    };
}

impl Store for Cut {
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>> {
        through!(self, session(hash))
    }

    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>> {
        through!(self, visitor(visitor))
    }

    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>> {
        through!(self, events(visitor, after, limit))
    }

    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>> {
        through!(self, intent(visitor, id))
    }

    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>> {
        through!(self, codes(visitor))
    }

    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>> {
        through!(self, handle(visitor, id))
    }

    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()> {
        through!(self, open(session, visitor))
    }

    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()> {
        through!(self, touch(hash, expires_ms))
    }

    /// A write that is on its way arrives, whether or not whoever sent it is still there.
    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()> {
        let (inner, mut cut) = (Arc::clone(&self.inner), self.cut.subscribe());
        let arrived = tokio::spawn(async move {
            drop(cut.wait_for(|cut| !cut).await);
            inner.write(batch).await
        });
        Box::pin(async move { arrived.await.unwrap() })
    }

    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()> {
        through!(self, erase(visitor))
    }

    fn unfinished(&self) -> Stored<'_, Vec<String>> {
        through!(self, unfinished())
    }

    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>> {
        through!(self, rev(visitor))
    }

    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased> {
        through!(self, lease(visitor, role, holder))
    }

    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()> {
        through!(self, release(visitor, fence))
    }

    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>> {
        through!(self, orphans(most))
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    fn news(&self) -> broadcast::Receiver<News> {
        self.inner.news()
    }

    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool> {
        through!(self, put_slip(key, slip, life))
    }

    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        through!(self, slip(key))
    }

    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        through!(self, take_slip(key))
    }

    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()> {
        through!(self, spend(key, pass))
    }

    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>> {
        through!(self, pass(key))
    }

    fn sessions(&self) -> Stored<'_, u64> {
        through!(self, sessions())
    }

    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64> {
        through!(self, sweep(now_ms, retention_ms))
    }

    fn flush(&self) -> Stored<'_, ()> {
        through!(self, flush())
    }
}
