//! The one writer: takes whatever is queued into one durable transaction, then answers all of it.

use super::super::local::Local;
use super::super::pass::{Pass, PassKey};
use super::super::records::{Batch, SessionRecord, VisitorRecord};
use super::super::{SessionHash, StoreError, Stored};
use super::tables::Tables;
use super::{Current, anew, apply, current, failed, sweep};
use ::redb::Database;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Pieces of work in one transaction at most.
const GROUP: usize = 1_000;

/// Something to write.
pub(super) enum Work {
    Open(Box<(SessionRecord, VisitorRecord)>),
    Touch(SessionHash, u64),
    Write(Box<Batch>),
    Erase(String),
    Spend(PassKey, Pass),
    Sweep(sweep::Part),
    Anew,
    Nothing,
}

type Reply = oneshot::Sender<Result<(), StoreError>>;

/// The writer's queue and thread. Dropping it lets the thread finish what is queued, and waits for it.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<(Work, Reply)>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(
        file: (Current, PathBuf),
        commits: Arc<AtomicU64>,
        local: Arc<Mutex<Local>>,
    ) -> Result<Self, StoreError> {
        let (queue, work) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || run(&file, &work, &commits, &local))
            .map_err(|error| StoreError::Failed(format!("no thread for the writer: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues work at once; the future resolves when it is durable.
    pub(super) fn send<'a>(&self, work: Work) -> Stored<'a, ()> {
        let (reply, answer) = oneshot::channel();
        let queued = self.queue.as_ref().is_some_and(|queue| queue.send((work, reply)).is_ok());
        Box::pin(async move {
            let stopped = || StoreError::Failed("the writer has stopped".into());
            if !queued {
                return Err(stopped());
            }
            answer.await.unwrap_or_else(|_| Err(stopped()))
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the writer has been reported by its thread; there is nobody left to tell.
            let _ended = thread.join();
        }
    }
}

fn run(
    (file, path): &(Current, PathBuf),
    work: &mpsc::Receiver<(Work, Reply)>,
    commits: &AtomicU64,
    local: &Mutex<Local>,
) {
    while let Ok(first) = work.recv() {
        let group = std::iter::once(first).chain(work.try_iter().take(GROUP - 1));
        let (anew, group): (Vec<_>, Vec<_>) = group.partition(|(work, _)| matches!(work, Work::Anew));
        for (_, reply) in anew {
            let done = anew::write(&current(file), path).map(|new| {
                *file.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
            });
            let _gone = reply.send(done);
        }
        if group.is_empty() {
            continue;
        }
        let (answers, outcome) = write(&current(file), local, group.into_iter());
        match outcome {
            Ok(()) => {
                commits.fetch_add(1, Ordering::Relaxed);
                let mut local = local.lock().unwrap_or_else(PoisonError::into_inner);
                for (_, answer, done) in &answers {
                    if answer.is_ok() {
                        done.tell(&mut local);
                    }
                }
                drop(local);
                for (reply, answer, _) in answers {
                    // Nobody waits any more: the work is done all the same.
                    let _gone = reply.send(answer);
                }
            }
            Err(error) => {
                tracing::error!(%error, writes = answers.len(), "the store cannot be written");
                for (reply, ..) in answers {
                    let _gone = reply.send(Err(StoreError::Failed(error.to_string())));
                }
            }
        }
    }
}

/// What a piece of work means for those who look after visitors.
enum Done {
    Written { visitor: String, rev: u64, unfinished: bool },
    Erased(String),
    Nothing,
}

impl Done {
    fn of(work: &Work) -> Self {
        match work {
            Work::Write(batch) => {
                let record = &batch.record;
                Self::Written {
                    visitor: record.id.clone(),
                    rev: record.rev,
                    unfinished: record.is_unfinished(),
                }
            }
            Work::Erase(visitor) => Self::Erased(visitor.clone()),
            Work::Open(_)
            | Work::Touch(..)
            | Work::Spend(..)
            | Work::Sweep(_)
            | Work::Anew
            | Work::Nothing => Self::Nothing,
        }
    }

    fn tell(&self, local: &mut Local) {
        match self {
            Self::Written { visitor, rev, unfinished } => local.written(visitor, *rev, *unfinished),
            Self::Erased(visitor) => local.erased(visitor),
            Self::Nothing => {}
        }
    }
}

type Answers = Vec<(Reply, Result<(), StoreError>, Done)>;

fn write(
    database: &Database,
    local: &Mutex<Local>,
    mut group: impl Iterator<Item = (Work, Reply)>,
) -> (Answers, Result<(), StoreError>) {
    let mut answers = Vec::new();
    let outcome = commit(database, local, &mut group, &mut answers);
    // What was not come to fails with the rest.
    answers.extend(group.map(|(_, reply)| (reply, Ok(()), Done::Nothing)));
    (answers, outcome)
}

/// Does the work of a group in one transaction. Half of a piece of work may be in it when the medium fails: none of it stays,
/// since a transaction that is dropped is taken back.
fn commit(
    database: &Database,
    local: &Mutex<Local>,
    group: &mut impl Iterator<Item = (Work, Reply)>,
    answers: &mut Answers,
) -> Result<(), StoreError> {
    let mut transaction = database.begin_write().map_err(failed)?;
    transaction.set_quick_repair(true);
    let mut tables = Tables::open(&transaction).map_err(failed)?;
    for (work, reply) in group {
        let done = Done::of(&work);
        let answer = apply::work(&mut tables, local, work);
        let broken = match &answer {
            Err(StoreError::Failed(detail)) => Some(detail.clone()),
            _ => None,
        };
        answers.push((reply, answer, done));
        if let Some(detail) = broken {
            return Err(StoreError::Failed(detail));
        }
    }
    drop(tables);
    transaction.commit().map_err(failed)
}
