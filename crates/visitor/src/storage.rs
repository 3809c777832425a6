//! What a browser's database would be: records that outlive a session.

use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Records in memory. Clones share them, as tabs share a database.
#[derive(Clone, Debug, Default)]
pub struct Storage(Arc<Mutex<BTreeMap<RecordKey, Record>>>);

impl Storage {
    fn records(&self) -> MutexGuard<'_, BTreeMap<RecordKey, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a record over the one of the same key.
    pub fn keep(&self, record: Record) {
        self.records().insert(record.key(), record);
    }

    /// Removes the record of this key, if there is one.
    pub fn forget(&self, key: &RecordKey) {
        self.records().remove(key);
    }

    /// Everything that is kept.
    pub fn saved(&self) -> Saved {
        Saved { schema: SCHEMA, records: self.records().values().cloned().collect() }
    }
}
