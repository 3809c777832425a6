//! What a browser's database would be: records that outlive a session.

use bytes::Bytes;
use frontdesk_contract::ClientId;
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Records and contents of files in memory. Clones share them, as tabs share a database.
#[derive(Clone, Debug, Default)]
pub struct Storage(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    delay: Duration,
    records: BTreeMap<RecordKey, Record>,
    contents: BTreeMap<RecordKey, Bytes>,
}

/// One change of the storage.
#[derive(Debug)]
pub(crate) enum Write {
    /// A record, perhaps with the content of its file.
    Keep(Record, Option<Bytes>),
    /// A record goes.
    Forget(RecordKey),
}

impl Write {
    /// What a session waits to hear of.
    pub(crate) fn kept(&self) -> Option<RecordKey> {
        match self {
            Self::Keep(record, _) => Some(record.key()),
            Self::Forget(_) => None,
        }
    }
}

impl Storage {
    /// A storage that takes so long for each write. A browser that is killed meanwhile loses it.
    pub fn slow(delay: Duration) -> Self {
        let storage = Self::default();
        storage.kept().delay = delay;
        storage
    }

    pub(crate) fn delay(&self) -> Duration {
        self.kept().delay
    }

    pub(crate) fn apply(&self, write: Write) {
        match write {
            Write::Keep(record, content) => {
                if let Some(content) = content {
                    self.keep_content(record.key(), content);
                }
                self.keep(record);
            }
            Write::Forget(key) => self.forget(&key),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a record over the one of the same key.
    pub fn keep(&self, record: Record) {
        self.kept().records.insert(record.key(), record);
    }

    /// Writes the content of the file of this message.
    pub fn keep_content(&self, key: RecordKey, content: Bytes) {
        self.kept().contents.insert(key, content);
    }

    /// The content of the file of this message.
    pub fn content(&self, message: &ClientId) -> Option<Bytes> {
        self.kept().contents.get(&RecordKey::Outgoing(message.clone())).cloned()
    }

    /// Removes the record of this key, if there is one, and the content of its file.
    pub fn forget(&self, key: &RecordKey) {
        let mut kept = self.kept();
        kept.records.remove(key);
        kept.contents.remove(key);
    }

    /// Every record.
    pub fn saved(&self) -> Saved {
        Saved { schema: SCHEMA, records: self.kept().records.values().cloned().collect() }
    }

    /// So many contents of files are kept.
    pub fn contents(&self) -> usize {
        self.kept().contents.len()
    }
}
