//! From a proxy to its store: the memory store of the product, behind a medium that is slow, fails, or loses the answer.

use super::plan::{Plan, faults};
use crate::fleet::{Life, Point};
use crate::record::Record;
use frontdesk_contract::{ClientId, Event};
use frontdesk_proxy::store::memory::MemoryStore;
use frontdesk_proxy::store::{
    Batch, Fence, Handle, Intent, Leased, News, Pass, PassKey, Role, SessionHash, SessionRecord, Slip,
    SlipKey, Store, StoreError, Stored, VisitorRecord,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

/// A commit takes at most so long when nothing is wrong.
const USUAL: Duration = Duration::from_millis(3);
/// And at most so long when the medium is busy.
const SLOW: Duration = Duration::from_secs(2);

faults! {
    Slow = "store: slow",
    Failed = "store: failed",
    AnswerLost = "store: answer lost",
}

/// The store as one proxy reaches it.
pub struct Way {
    store: Arc<MemoryStore>,
    life: Arc<Life>,
    plan: Plan,
    record: Arc<Record>,
    shared: bool,
}

impl Way {
    /// The way of this proxy. `shared`: others use the store at the same time.
    pub fn new(
        store: Arc<MemoryStore>,
        life: Arc<Life>,
        plan: Plan,
        record: Arc<Record>,
        shared: bool,
    ) -> Self {
        Self { store, life, plan, record, shared }
    }

    /// What a write is about, as far as the proxy's steps go.
    fn points(batch: &Batch) -> (Point, Point) {
        if !batch.codes.is_empty() {
            (Point::BeforeJournal, Point::AfterJournal)
        } else if batch.intents.iter().any(|(_, intent)| intent.answer.is_some()) {
            (Point::BeforeAnswer, Point::AfterAnswer)
        } else if !batch.intents.is_empty() {
            (Point::BeforeIntent, Point::AfterIntent)
        } else {
            (Point::Other, Point::Other)
        }
    }

    /// Reads once the proxy is known to live.
    fn read<'a, T: Send + 'a>(&'a self, read: Stored<'a, T>) -> Stored<'a, T> {
        Box::pin(async move {
            self.life.pass(Point::Other).await;
            read.await
        })
    }

    /// Changes the medium, with its faults.
    fn write_by<'a>(
        &'a self,
        (before, after): (Point, Point),
        ids: Vec<String>,
        write: impl FnOnce() -> Stored<'a, ()> + Send + 'a,
    ) -> Stored<'a, ()> {
        Box::pin(async move {
            self.life.pass(before).await;
            tokio::time::sleep(self.plan.span(USUAL)).await;
            let fault = self.plan.strike(Fault::ALL);
            if let Some(fault) = fault {
                self.record.fault(fault.word(), format_args!("p{} {before:?}", self.life.number));
                for id in ids {
                    self.record.books().ids.entry(id).or_default().insert(fault.word());
                }
            }
            if fault == Some(Fault::Slow) {
                self.plan.rest(self.plan.span(SLOW)).await;
            }
            if fault == Some(Fault::Failed) {
                return Err(StoreError::Failed("the medium failed".into()));
            }
            // A proxy that was killed while it waited writes no more.
            self.life.pass(Point::Other).await;
            let written = write().await;
            self.life.pass(after).await;
            match fault {
                Some(Fault::AnswerLost) => Err(StoreError::Failed("the answer was lost".into())),
                _ => written,
            }
        })
    }
}

impl Store for Way {
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>> {
        self.read(self.store.session(hash))
    }

    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>> {
        self.read(self.store.visitor(visitor))
    }

    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>> {
        self.read(self.store.events(visitor, after, limit))
    }

    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>> {
        self.read(self.store.intent(visitor, id))
    }

    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>> {
        self.read(self.store.codes(visitor))
    }

    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>> {
        self.read(self.store.handle(visitor, id))
    }

    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()> {
        self.write_by((Point::Other, Point::Other), Vec::new(), || self.store.open(session, visitor))
    }

    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()> {
        self.write_by((Point::Other, Point::Other), Vec::new(), move || self.store.touch(hash, expires_ms))
    }

    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()> {
        let (points, codes) = (Self::points(&batch), batch.codes.clone());
        let intents: Vec<(String, bool)> = batch
            .intents
            .iter()
            .map(|(id, intent)| (id.as_str().to_owned(), intent.answer.is_some() || intent.undone))
            .collect();
        let ids = intents.iter().map(|(id, _)| id.clone()).collect();
        let write = move || -> Stored<'a, ()> {
            Box::pin(async move {
                let written = self.store.write(batch).await;
                if written.is_ok() {
                    let mut books = self.record.books();
                    books.journalled.extend(codes);
                    let open = books.open.entry(self.life.number).or_default();
                    for (id, settled) in intents {
                        let _known = if settled { open.remove(&id) } else { open.insert(id) };
                    }
                }
                written
            })
        };
        self.write_by(points, ids, write)
    }

    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()> {
        self.write_by((Point::Other, Point::Other), Vec::new(), move || self.store.erase(visitor))
    }

    fn unfinished(&self) -> Stored<'_, Vec<String>> {
        self.read(self.store.unfinished())
    }

    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>> {
        self.read(self.store.rev(visitor))
    }

    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased> {
        Box::pin(async move {
            self.life.pass(Point::Other).await;
            self.store.lease(visitor, role, holder).await
        })
    }

    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()> {
        Box::pin(async move {
            self.life.pass(Point::Other).await;
            self.store.release(visitor, fence).await
        })
    }

    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>> {
        Box::pin(async move {
            self.life.pass(Point::Other).await;
            self.store.orphans(most).await
        })
    }

    fn is_shared(&self) -> bool {
        self.shared
    }

    fn news(&self) -> broadcast::Receiver<News> {
        self.store.news()
    }

    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool> {
        self.read(self.store.put_slip(key, slip, life))
    }

    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        self.read(self.store.slip(key))
    }

    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        self.read(self.store.take_slip(key))
    }

    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()> {
        self.write_by((Point::Other, Point::Other), Vec::new(), move || self.store.spend(key, pass))
    }

    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>> {
        self.read(self.store.pass(key))
    }

    fn sessions(&self) -> Stored<'_, u64> {
        self.read(self.store.sessions())
    }

    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64> {
        self.read(self.store.sweep(now_ms, retention_ms))
    }

    fn flush(&self) -> Stored<'_, ()> {
        self.read(self.store.flush())
    }
}
