//! What was injected, so that whatever is lost can be laid at its door. Ids, never contents.

use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// So many entries are kept in memory; all are counted, and all are written where a writer is given.
const KEPT_MAX: usize = 100_000;
/// So many ids are told of one request.
const ID_MAX: usize = 64;

/// One injected fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Number of the entry, from 0.
    pub at: u64,
    /// Since the start of this program.
    pub ms: u64,
    /// Number of the exchange among those of its key, or of the connection, from 0.
    pub nth: u64,
    /// The class of the request; `connection` for a toxic.
    pub class: String,
    /// Names the key without telling it.
    pub key: String,
    /// The word for what happened.
    pub kind: &'static str,
    /// The id that the request carried, where it can be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The request may have arrived.
    pub may_arrive: bool,
}

/// What passed, and what went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Requests by class; those of no class under `none`.
    pub requests: BTreeMap<String, u64>,
    /// Connections.
    pub connections: u64,
    /// Faults by the class they met and their kind.
    pub faults: BTreeMap<String, BTreeMap<String, u64>>,
    /// Milliseconds since the last fault began.
    pub last_fault_ago_ms: Option<u64>,
}

/// The log of one proxy.
pub(crate) struct Log {
    started: Instant,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    kept: VecDeque<Entry>,
    figures: Figures,
    next: u64,
    last: Option<Instant>,
    writer: Option<Box<dyn Write + Send>>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}

/// What an entry says besides its number and its time.
#[derive(Debug)]
pub(crate) struct Met<'a> {
    pub(crate) nth: u64,
    pub(crate) class: &'a str,
    pub(crate) key: u64,
    pub(crate) kind: &'static str,
    pub(crate) id: Option<String>,
    pub(crate) may_arrive: bool,
}

impl Log {
    pub(crate) fn new(writer: Option<Box<dyn Write + Send>>) -> Self {
        Self { started: Instant::now(), inner: Mutex::new(Inner { writer, ..Inner::default() }) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn request(&self, class: &str) {
        *self.inner().figures.requests.entry(class.to_owned()).or_default() += 1;
    }

    pub(crate) fn connection(&self) {
        self.inner().figures.connections += 1;
    }

    pub(crate) fn add(&self, met: Met<'_>) {
        let mut inner = self.inner();
        let entry = Entry {
            at: inner.next,
            ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            nth: met.nth,
            class: met.class.to_owned(),
            key: format!("{:08x}", met.key >> 32),
            kind: met.kind,
            id: met.id.filter(|id| id.len() <= ID_MAX && id.bytes().all(|byte| byte.is_ascii_graphic())),
            may_arrive: met.may_arrive,
        };
        inner.next += 1;
        inner.last = Some(Instant::now());
        let counts = inner.figures.faults.entry(entry.class.clone()).or_default();
        *counts.entry(entry.kind.to_owned()).or_default() += 1;
        if let Some(writer) = &mut inner.writer
            && let Ok(mut line) = serde_json::to_vec(&entry)
        {
            line.push(b'\n');
            // A full disk must not stop the traffic.
            let _ = writer.write_all(&line).and_then(|()| writer.flush());
        }
        if inner.kept.len() >= KEPT_MAX {
            inner.kept.pop_front();
        }
        inner.kept.push_back(entry);
    }

    /// Entries from this number on.
    pub(crate) fn from(&self, at: u64) -> Vec<Entry> {
        self.inner().kept.iter().filter(|entry| entry.at >= at).cloned().collect()
    }

    pub(crate) fn figures(&self) -> Figures {
        let inner = self.inner();
        let ago = inner.last.map(|last| u64::try_from(last.elapsed().as_millis()).unwrap_or(u64::MAX));
        Figures { last_fault_ago_ms: ago, ..inner.figures.clone() }
    }
}
