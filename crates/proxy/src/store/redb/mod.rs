//! The store in one redb file: one writer thread with group commit, reads straight from the file's pages.

mod anew;
mod apply;
mod read;
mod sweep;
mod tables;
mod writer;

use super::lease::{Fence, Leased, News, Role};
use super::local::Local;
use super::pass::{Pass, PassKey};
use super::records::{Batch, Handle, Intent, SessionRecord, VisitorRecord};
use super::slip::{Slip, SlipKey};
use super::{SCHEMA, SessionHash, Store, StoreError, Stored};
use ::redb::{Builder, Database, ReadableDatabase, ReadableTable};
use frontdesk_contract::{ClientId, Event};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tables::Tables;
use tokio::sync::broadcast;
use writer::{Work, Writer};

/// A store in one file. Writes that are answered survive the end of the process and of the machine. The file is one
/// process's alone, so leases live in memory.
pub struct RedbStore {
    database: Current,
    path: PathBuf,
    writer: Writer,
    commits: Arc<AtomicU64>,
    local: Arc<Mutex<Local>>,
}

/// The file as it is; another takes its place when it is written anew.
type Current = Arc<Mutex<Arc<Database>>>;

fn current(database: &Mutex<Arc<Database>>) -> Arc<Database> {
    Arc::clone(&database.lock().unwrap_or_else(PoisonError::into_inner))
}

/// How much memory the cache of pages may take, in bytes.
const CACHE_BYTES: usize = 64 << 20;

impl RedbStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When the file cannot be opened or is held by another process, and when it was written by a newer version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        anew::tidy(path).map_err(|error| StoreError::Failed(error.to_string()))?;
        let file = private(path).map_err(|error| StoreError::Failed(error.to_string()))?;
        let database = Builder::new().set_cache_size(CACHE_BYTES).create_file(file).map_err(failed)?;
        let setup = database.begin_write().map_err(failed)?;
        {
            let mut meta = setup.open_table(tables::META).map_err(failed)?;
            let found = meta.get(tables::SCHEMA_KEY).map_err(failed)?.map(|found| found.value());
            match found {
                Some(found) if found > SCHEMA => return Err(StoreError::Newer { found }),
                Some(SCHEMA) => {}
                Some(_) | None => {
                    meta.insert(tables::SCHEMA_KEY, SCHEMA).map_err(failed)?;
                }
            }
        }
        drop(Tables::open(&setup).map_err(failed)?);
        setup.commit().map_err(failed)?;
        let due = anew::is_due(&database.begin_read().map_err(failed)?)?;
        let database = if due { anew::write(&database, path)? } else { database };
        let mut local = Local::default();
        let view = database.begin_read().map_err(failed)?;
        read::unfinished(&view)?.into_iter().for_each(|visitor| local.found(visitor));
        drop(view);
        let database = Arc::new(Mutex::new(Arc::new(database)));
        let (path, local) = (path.to_owned(), Arc::new(Mutex::new(local)));
        let commits = Arc::new(AtomicU64::new(0));
        let file = (Arc::clone(&database), path.clone());
        let writer = Writer::start(file, Arc::clone(&commits), Arc::clone(&local))?;
        Ok(Self { database, path, writer, commits, local })
    }

    /// How many transactions were committed since the store was opened.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Writes the file anew, if it is small enough for that to be a moment.
    async fn renew(&self) -> Result<(), StoreError> {
        let length =
            std::fs::metadata(&self.path).map_err(|error| StoreError::Failed(error.to_string()))?.len();
        if length > anew::MOST_BYTES {
            tracing::info!(length, "the store has erased text in free pages until it is opened again");
            return Ok(());
        }
        self.writer.send(Work::Anew).await
    }

    fn local(&self) -> MutexGuard<'_, Local> {
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<'a, T: Send + 'a>(
        &self,
        ask: impl FnOnce(&::redb::ReadTransaction) -> Result<T, StoreError>,
    ) -> Stored<'a, T> {
        let answer = current(&self.database).begin_read().map_err(failed).and_then(|view| ask(&view));
        Box::pin(std::future::ready(answer))
    }
}

/// The file; a new one is nobody's but ours from the start, since conversations stand in it.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What the medium says, as the error of the store.
fn failed(error: impl Into<::redb::Error>) -> StoreError {
    StoreError::Failed(error.into().to_string())
}

impl Store for RedbStore {
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>> {
        self.read(|view| read::session(view, hash))
    }

    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>> {
        self.read(|view| read::visitor(view, visitor))
    }

    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>> {
        self.read(|view| read::events(view, visitor, after, limit))
    }

    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>> {
        self.read(|view| read::intent(view, visitor, id))
    }

    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>> {
        self.read(|view| read::codes(view, visitor))
    }

    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>> {
        self.read(|view| read::handle(view, visitor, id))
    }

    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()> {
        self.writer.send(Work::Open(Box::new((session, visitor))))
    }

    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()> {
        self.writer.send(Work::Touch(*hash, expires_ms))
    }

    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()> {
        self.writer.send(Work::Write(Box::new(batch)))
    }

    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()> {
        self.writer.send(Work::Erase(visitor.to_owned()))
    }

    fn unfinished(&self) -> Stored<'_, Vec<String>> {
        self.read(read::unfinished)
    }

    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>> {
        self.read(|view| read::rev(view, visitor))
    }

    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased> {
        Box::pin(async move {
            let rev = self.rev(visitor).await?.ok_or(StoreError::Gone)?;
            let (leased, from_another) = self.local().lease(visitor, role, holder, rev);
            if !from_another {
                return Ok(leased);
            }
            // What the holder before was still allowed to write is on its way to the file: it is waited for.
            self.flush().await?;
            let rev = self.rev(visitor).await?.ok_or(StoreError::Gone)?;
            Ok(match leased {
                Leased::Held { generation, wanted, .. } => Leased::Held { generation, rev, wanted },
                Leased::Taken { left, .. } => Leased::Taken { left, rev },
            })
        })
    }

    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()> {
        self.local().release(visitor, fence);
        Box::pin(std::future::ready(Ok(())))
    }

    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>> {
        let orphans = self.local().orphans(most);
        Box::pin(std::future::ready(Ok(orphans)))
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn news(&self) -> broadcast::Receiver<News> {
        self.local().news()
    }

    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool> {
        let kept = self.local().put_slip(key, slip, life);
        Box::pin(std::future::ready(kept))
    }

    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        let slip = self.local().slip(key);
        Box::pin(std::future::ready(Ok(slip)))
    }

    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        let slip = self.local().take_slip(key);
        Box::pin(std::future::ready(Ok(slip)))
    }

    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()> {
        self.writer.send(Work::Spend(*key, pass))
    }

    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>> {
        self.read(|view| read::pass(view, key))
    }

    fn sessions(&self) -> Stored<'_, u64> {
        self.read(read::sessions)
    }

    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64> {
        self.local().sweep();
        Box::pin(async move {
            // Everything is looked at: not by a thread that others wait for.
            let database = current(&self.database);
            let planned = tokio::task::spawn_blocking(move || {
                sweep::plan(&database.begin_read().map_err(failed)?, now_ms, retention_ms)
            });
            let plan = planned.await.map_err(|error| StoreError::Failed(error.to_string()))??;
            let mut gone = 0;
            for part in plan.parts() {
                gone += part.things();
                self.writer.send(Work::Sweep(part)).await?;
            }
            if self.read(anew::is_due).await? {
                self.renew().await?;
            }
            Ok(gone)
        })
    }

    fn flush(&self) -> Stored<'_, ()> {
        self.writer.send(Work::Nothing)
    }
}
