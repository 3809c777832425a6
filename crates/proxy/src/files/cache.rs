//! Files of the centre on disk, fetched once for all who ask at the same time, kept for a while in the spool's folder.

use super::format::Format;
use super::spool::SpoolFile;
use crate::problem::Problem;
use crate::vendor::FileSource;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// A file that nobody asked for in this time is fetched again.
const AGE: Duration = Duration::from_secs(600);

/// A file of the centre: the visitor, where it is, its type as the centre names it. Nobody gets what was fetched for
/// somebody else, and it goes with its visitor.
pub type Key = (String, FileSource, Option<String>);

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
}

#[derive(Clone, Debug)]
struct Slot {
    cell: Arc<OnceCell<Arc<Cached>>>,
    asked: Instant,
}

impl Cache {
    /// An empty cache for at most `most_bytes`.
    pub fn new(most_bytes: u64) -> Self {
        Self { most_bytes: AtomicU64::new(most_bytes), slots: Mutex::default() }
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
            let fresh = || Slot { cell: Arc::default(), asked: Instant::now() };
            let slot = slots.entry(key.clone()).or_insert_with(fresh);
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

    /// Lets go of what was fetched for a visitor.
    pub fn forget(&self, visitor: &str) {
        self.lock().retain(|(owner, ..), _| owner != visitor);
    }

    /// Lets go of a visitor's files at these places.
    pub fn forget_files(&self, visitor: &str, gone: impl Fn(&FileSource) -> bool) {
        self.lock().retain(|(owner, source, _), _| owner != visitor || !gone(source));
    }

    /// Lets go of what nobody has asked for lately, and of the oldest while there is too much. A file that is being sent
    /// stays on disk until then.
    pub fn sweep(&self) {
        let mut slots = self.lock();
        let now = Instant::now();
        slots.retain(|_, slot| now.duration_since(slot.asked) < AGE || Arc::strong_count(&slot.cell) > 1);
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
        ("v-1".into(), FileSource::Local(name.into()), None)
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
