//! The store in memory: for tests, and for desks that may forget at a restart. Several proxies of one process may share it.

use super::lease::{Fence, Leased, News, Role};
use super::local::Local;
use super::pass::{MOST_PASSES, Pass, PassKey};
use super::records::{Batch, Handle, Intent, SessionRecord, VisitorRecord};
use super::retention::{self, Verdict};
use super::slip::{Slip, SlipKey};
use super::{CODES_PER_VISITOR, SessionHash, Store, StoreError, Stored};
use frontdesk_contract::{ClientId, Event};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

/// A store that lives as long as the process.
#[derive(Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<SessionHash, SessionRecord>,
    /// In order, so that what is gone on with after a start follows from what is stored alone.
    visitors: BTreeMap<String, Kept>,
    passes: HashMap<PassKey, Pass>,
    local: Local,
}

struct Kept {
    record: VisitorRecord,
    events: BTreeMap<u64, Event>,
    intents: HashMap<ClientId, Intent>,
    codes: VecDeque<String>,
    handles: HashMap<String, Handle>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept<T>(&self, visitor: &str, read: impl FnOnce(&Kept) -> T) -> Option<T> {
        self.lock().visitors.get(visitor).map(read)
    }
}

impl Inner {
    fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        let kept = self.visitors.get_mut(&batch.record.id).ok_or(StoreError::Gone)?;
        if batch.fence.is_some_and(|fence| !self.local.holds(&batch.record.id, fence)) && !is_unfenced() {
            return Err(StoreError::Fenced);
        }
        if kept.record.rev.saturating_add(1) != batch.record.rev && !is_unfenced() {
            return Err(StoreError::Conflict);
        }
        let events = batch.events.into_iter().chain(batch.rewritten);
        kept.events.extend(events.map(|event| (event.seq, event)));
        while kept.events.first_key_value().is_some_and(|(seq, _)| *seq < batch.record.floor) {
            kept.events.pop_first();
        }
        kept.intents.extend(batch.intents);
        kept.codes.extend(batch.codes);
        kept.handles.extend(batch.handles);
        batch.dropped.iter().for_each(|id| drop(kept.handles.remove(id)));
        while kept.codes.len() as u64 > CODES_PER_VISITOR {
            kept.codes.pop_front();
        }
        kept.record = batch.record;
        let record = &kept.record;
        self.local.written(&record.id, record.rev, record.is_unfinished());
        Ok(())
    }

    fn erase(&mut self, visitor: &str) -> bool {
        match self.visitors.remove(visitor) {
            Some(kept) => {
                self.sessions.remove(&kept.record.session);
                self.local.erased(visitor);
                true
            }
            None => false,
        }
    }

    fn sweep(&mut self, now_ms: u64, retention_ms: u64) -> u64 {
        self.local.sweep();
        let before = self.passes.len();
        self.passes.retain(|_, pass| pass.until_ms > now_ms);
        let mut gone = (before - self.passes.len()) as u64;
        let mut erase = Vec::new();
        for (id, kept) in &mut self.visitors {
            let session = self.sessions.get(&kept.record.session);
            match retention::visitor(&kept.record, session, now_ms, retention_ms) {
                Verdict::Erase => erase.push(id.clone()),
                Verdict::Trim => {
                    gone += kept.events.len() as u64;
                    kept.events.clear();
                    kept.handles.clear();
                    kept.record.floor = kept.record.head.saturating_add(1);
                    kept.record.rev += 1;
                    let record = &kept.record;
                    self.local.written(id, record.rev, record.is_unfinished());
                }
                Verdict::Keep => {}
            }
            let before = kept.intents.len();
            kept.intents.retain(|_, intent| !retention::intent_is_over(intent, now_ms, retention_ms));
            gone += (before - kept.intents.len()) as u64;
        }
        for id in erase {
            gone += u64::from(self.erase(&id));
        }
        gone
    }
}

/// A bug that the simulation plants: everybody writes over everybody.
#[cfg(feature = "planted")]
fn is_unfenced() -> bool {
    frontdesk_planted::is(frontdesk_planted::Bug::TwoPollersUnfenced)
}

#[cfg(not(feature = "planted"))]
const fn is_unfenced() -> bool {
    false
}

fn done<'a, T: Send + 'a>(result: Result<T, StoreError>) -> Stored<'a, T> {
    Box::pin(std::future::ready(result))
}

impl Store for MemoryStore {
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>> {
        done(Ok(self.lock().sessions.get(hash).cloned()))
    }

    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>> {
        done(Ok(self.kept(visitor, |kept| kept.record.clone())))
    }

    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>> {
        let read = |kept: &Kept| {
            kept.events.range(after.saturating_add(1)..).take(limit).map(|(_, event)| event.clone()).collect()
        };
        done(Ok(self.kept(visitor, read).unwrap_or_default()))
    }

    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>> {
        done(Ok(self.kept(visitor, |kept| kept.intents.get(id).cloned()).flatten()))
    }

    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>> {
        done(Ok(self.kept(visitor, |kept| kept.codes.iter().cloned().collect()).unwrap_or_default()))
    }

    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>> {
        done(Ok(self.kept(visitor, |kept| kept.handles.get(id).cloned()).flatten()))
    }

    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()> {
        let mut inner = self.lock();
        inner.sessions.insert(session.hash, session);
        let kept = Kept {
            record: visitor,
            events: BTreeMap::new(),
            intents: HashMap::new(),
            codes: VecDeque::new(),
            handles: HashMap::new(),
        };
        inner.visitors.insert(kept.record.id.clone(), kept);
        done(Ok(()))
    }

    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()> {
        if let Some(session) = self.lock().sessions.get_mut(hash) {
            session.expires_ms = session.expires_ms.max(expires_ms);
        }
        done(Ok(()))
    }

    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()> {
        done(self.lock().write(batch))
    }

    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()> {
        self.lock().erase(visitor);
        done(Ok(()))
    }

    fn unfinished(&self) -> Stored<'_, Vec<String>> {
        let inner = self.lock();
        let open = inner.visitors.values().filter(|kept| kept.record.is_unfinished());
        done(Ok(open.map(|kept| kept.record.id.clone()).collect()))
    }

    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>> {
        done(Ok(self.kept(visitor, |kept| kept.record.rev)))
    }

    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased> {
        let mut inner = self.lock();
        let rev = inner.visitors.get(visitor).map(|kept| kept.record.rev).ok_or(StoreError::Gone);
        done(rev.map(|rev| inner.local.lease(visitor, role, holder, rev).0))
    }

    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()> {
        self.lock().local.release(visitor, fence);
        done(Ok(()))
    }

    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>> {
        done(Ok(self.lock().local.orphans(most)))
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn news(&self) -> broadcast::Receiver<News> {
        self.lock().local.news()
    }

    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool> {
        let kept = self.lock().local.put_slip(key, slip, life);
        done(kept)
    }

    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        let slip = self.lock().local.slip(key);
        done(Ok(slip))
    }

    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        let slip = self.lock().local.take_slip(key);
        done(Ok(slip))
    }

    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()> {
        let passes = &mut self.lock().passes;
        let full = passes.len() as u64 >= MOST_PASSES;
        done(match passes.entry(*key) {
            Entry::Occupied(_) => Err(StoreError::Used),
            Entry::Vacant(_) if full => Err(StoreError::Crowded),
            Entry::Vacant(place) => {
                place.insert(pass);
                Ok(())
            }
        })
    }

    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>> {
        done(Ok(self.lock().passes.get(key).cloned()))
    }

    fn sessions(&self) -> Stored<'_, u64> {
        done(Ok(self.lock().sessions.len() as u64))
    }

    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64> {
        done(Ok(self.lock().sweep(now_ms, retention_ms)))
    }

    fn flush(&self) -> Stored<'_, ()> {
        done(Ok(()))
    }
}
