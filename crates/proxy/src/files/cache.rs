//! Files of the centre and pictures of its people on disk, fetched once for all who ask at the same time, kept for a while in
//! the spool's folder.

use super::format::Format;
use super::spool::SpoolFile;
use crate::problem::Problem;
use crate::vendor::FileSource;
use frontdesk_contract::ErrorCode;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// A file that nobody asked for in this time is fetched again.
const AGE: Duration = Duration::from_secs(600);

/// What several visitors see is fetched again after this time, however often it is asked for.
const SHARED_AGE: Duration = Duration::from_secs(3_600);
/// What could not be fetched for several visitors is not tried again in this time.
const MISSED: Duration = Duration::from_secs(60);
/// So many that could not be fetched are remembered.
const MISSED_MOST: usize = 1_000;

/// A file: for whom, where it is, its type as the centre names it.
pub type Key = (Owner, FileSource, Option<String>);

/// For whom a file is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// This visitor. Nobody gets what was fetched for somebody else, and it goes with its visitor.
    Visitor(String),
    /// Every visitor of this desk who may ask for it.
    Desk(String),
}

impl Owner {
    fn is(&self, visitor: &str) -> bool {
        matches!(self, Self::Visitor(owner) if owner == visitor)
    }
}

/// A fetched file.
#[derive(Debug)]
pub struct Cached {
    /// Where it lies.
    pub file: SpoolFile,
    /// What it is by its content; `None`: nothing that is known to be harmless.
    pub format: Option<Format>,
    /// It begins as its name says.
    pub as_named: bool,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content in hexadecimal digits.
    pub digest: String,
}

/// All of them.
#[derive(Debug)]
pub struct Cache {
    most_bytes: AtomicU64,
    slots: Mutex<HashMap<Key, Slot>>,
    /// What could not be fetched for a desk, and when.
    missed: Mutex<HashMap<Key, Instant>>,
}

#[derive(Clone, Debug)]
struct Slot {
    cell: Arc<OnceCell<Arc<Cached>>>,
    begun: Instant,
    asked: Instant,
}

impl Slot {
    fn new() -> Self {
        Self { cell: Arc::default(), begun: Instant::now(), asked: Instant::now() }
    }

    /// Whether it has come, and is to be fetched again.
    fn is_old(&self, owner: &Owner, now: Instant) -> bool {
        let shared = matches!(owner, Owner::Desk(_)) && self.cell.initialized();
        shared && now.duration_since(self.begun) >= SHARED_AGE
    }

    /// Whether it may stay.
    fn lasts(&self, owner: &Owner, now: Instant) -> bool {
        now.duration_since(self.asked) < AGE && !self.is_old(owner, now)
    }
}

impl Cache {
    /// An empty cache for at most `most_bytes`.
    pub fn new(most_bytes: u64) -> Self {
        Self { most_bytes: AtomicU64::new(most_bytes), slots: Mutex::default(), missed: Mutex::default() }
    }

    /// Holds at most so many bytes from the next sweep on.
    pub fn set_most(&self, most_bytes: u64) {
        self.most_bytes.store(most_bytes, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file, fetched by `fetch` unless it is here or somebody is fetching it already.
    ///
    /// # Errors
    /// What `fetch` says; the next who asks tries again.
    pub async fn get<F>(&self, key: Key, fetch: F) -> Result<Arc<Cached>, Problem>
    where
        F: Future<Output = Result<Cached, Problem>>,
    {
        let cell = {
            let mut slots = self.lock();
            if slots.get(&key).is_some_and(|slot| slot.is_old(&key.0, Instant::now())) {
                slots.remove(&key);
            }
            let slot = slots.entry(key.clone()).or_insert_with(Slot::new);
            slot.asked = Instant::now();
            Arc::clone(&slot.cell)
        };
        let cached = cell.get_or_try_init(|| async { fetch.await.map(Arc::new) }).await.map(Arc::clone);
        if cached.is_err() {
            let mut slots = self.lock();
            if slots.get(&key).is_some_and(|slot| Arc::ptr_eq(&slot.cell, &cell) && !slot.cell.initialized())
            {
                slots.remove(&key);
            }
        } else {
            self.sweep();
        }
        cached
    }

    /// The same for what several visitors see: what could not be fetched is not tried again for a minute, whoever asks.
    ///
    /// # Errors
    /// [`ErrorCode::FileUnknown`] without asking; what `fetch` says.
    pub async fn get_shared<F>(&self, key: Key, fetch: F) -> Result<Arc<Cached>, Problem>
    where
        F: Future<Output = Result<Cached, Problem>>,
    {
        // Those who waited for one that fails come here one after the other.
        let once = async {
            if self.is_missed(&key) {
                return Err(Problem::new(ErrorCode::FileUnknown, "it could not be fetched a moment ago"));
            }
            let fetched = fetch.await;
            if fetched.is_err() {
                self.miss(key.clone());
            }
            fetched
        };
        self.get(key.clone(), once).await
    }

    fn is_missed(&self, key: &Key) -> bool {
        let missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        missed.get(key).is_some_and(|at| at.elapsed() < MISSED)
    }

    fn miss(&self, key: Key) {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        if missed.len() >= MISSED_MOST {
            missed.retain(|_, at| at.elapsed() < MISSED);
        }
        let oldest = missed.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest.filter(|_| missed.len() >= MISSED_MOST) {
            missed.remove(&oldest);
        }
        missed.insert(key, Instant::now());
    }

    /// Lets go of what was fetched for a visitor.
    pub fn forget(&self, visitor: &str) {
        self.lock().retain(|(owner, ..), _| !owner.is(visitor));
    }

    /// Lets go of a visitor's files at these places.
    pub fn forget_files(&self, visitor: &str, gone: impl Fn(&FileSource) -> bool) {
        self.lock().retain(|(owner, source, _), _| !owner.is(visitor) || !gone(source));
    }

    /// Lets go of what nobody has asked for lately, and of the oldest while there is too much. A file that is being sent
    /// stays on disk until then.
    pub fn sweep(&self) {
        let mut slots = self.lock();
        let now = Instant::now();
        slots.retain(|(owner, ..), slot| slot.lasts(owner, now) || Arc::strong_count(&slot.cell) > 1);
        let size = |slot: &Slot| slot.cell.get().map_or(0, |cached| cached.size);
        let mut total: u64 = slots.values().map(size).sum();
        while total > self.most_bytes.load(Ordering::Relaxed) {
            let oldest = slots.iter().filter(|(_, slot)| size(slot) > 0).min_by_key(|(_, slot)| slot.asked);
            let Some((key, bytes)) = oldest.map(|(key, slot)| (key.clone(), size(slot))) else { return };
            slots.remove(&key);
            total = total.saturating_sub(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::spool::Spool;
    use std::sync::atomic::AtomicU32;

    fn key(name: &str) -> Key {
        (Owner::Visitor("v-1".into()), FileSource::Local(name.into()), None)
    }

    fn face(name: &str) -> Key {
        (Owner::Desk("v-1".into()), FileSource::Picture(name.into()), None)
    }

    /// Fetches, and counts how often.
    async fn fetched(spool: &Arc<Spool>, count: &AtomicU32) -> Result<Cached, Problem> {
        count.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let file = spool.create().unwrap().0;
        Ok(Cached { file, format: None, as_named: false, size: 1, digest: String::new() })
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_desk_shows_outlives_its_visitors_and_not_its_hour() {
        let folder = std::env::temp_dir().join(format!("frontdesk-cache-{:x}", rand::random::<u64>()));
        let spool = Spool::new(folder.clone(), 1_000);
        let (cache, count) = (Cache::new(10), AtomicU32::new(0));
        let get = || cache.get_shared(face("a"), fetched(&spool, &count));
        let (one, two) = tokio::join!(get(), get());
        assert!(Arc::ptr_eq(&one.unwrap(), &two.unwrap()));
        // A visitor whose id is the desk's.
        cache.forget("v-1");
        cache.forget_files("v-1", |_| true);
        // Asked for again and again, it is fetched once in an hour.
        for _ in 0..13 {
            get().await.unwrap();
            tokio::time::advance(AGE / 2).await;
        }
        assert_eq!(count.load(Ordering::Relaxed), 2);
        cache.sweep();
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_is_tried_once_a_minute_whoever_asks() {
        let (cache, count) = (Cache::new(10), AtomicU32::new(0));
        let fail = || async {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(10)).await;
            Err(Problem::internal())
        };
        let begun = Instant::now();
        let asked = (0..100).map(|_| cache.get_shared(face("a"), fail()));
        let answers = futures_util::future::join_all(asked).await;
        assert!(answers.iter().all(Result::is_err));
        assert_eq!((count.load(Ordering::Relaxed), begun.elapsed()), (1, Duration::from_secs(10)));
        assert!(cache.get_shared(face("a"), fail()).await.is_err());
        assert_eq!(count.load(Ordering::Relaxed), 1);
        tokio::time::advance(MISSED).await;
        assert!(cache.get_shared(face("a"), fail()).await.is_err());
        assert_eq!(count.load(Ordering::Relaxed), 2);
        // However many do not come, so many are remembered: the latest.
        for number in 0..2 * MISSED_MOST {
            cache.miss(face(&number.to_string()));
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert_eq!(cache.missed.lock().unwrap().len(), MISSED_MOST);
        assert!(cache.is_missed(&face("1999")) && !cache.is_missed(&face("999")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_is_fetched_once_and_let_go_by_age_and_by_size() {
        let folder = std::env::temp_dir().join(format!("frontdesk-cache-{:x}", rand::random::<u64>()));
        let spool = Spool::new(folder.clone(), 1_000);
        let (cache, fetched) = (Cache::new(10), AtomicU32::new(0));
        let fetch = |size: u64| {
            let (spool, fetched) = (&spool, &fetched);
            async move {
                fetched.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(1)).await;
                let file = spool.create().unwrap().0;
                Ok(Cached { file, format: None, as_named: false, size, digest: String::new() })
            }
        };
        let (one, two) = tokio::join!(cache.get(key("a"), fetch(6)), cache.get(key("a"), fetch(6)));
        assert!(Arc::ptr_eq(&one.unwrap(), &two.unwrap()));
        assert_eq!(fetched.load(Ordering::Relaxed), 1);
        let failed = cache.get(key("b"), async { Err(Problem::internal()) }).await;
        assert!(failed.is_err());
        cache.get(key("b"), fetch(6)).await.unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "the older one made place");
        cache.forget("v-2");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        cache.forget("v-1");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        cache.get(key("c"), fetch(6)).await.unwrap();
        tokio::time::advance(AGE).await;
        cache.sweep();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
