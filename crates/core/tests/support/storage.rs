//! The storage that all tabs share: writes take a moment, come in order, may be refused, and are lost
//! with their page.

use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Storage {
    written: BTreeMap<RecordKey, Record>,
    /// What will be there once all writes are through.
    intended: BTreeMap<RecordKey, Record>,
    pending: BTreeMap<u64, (usize, Record)>,
    /// Contents of files, by the key of their record.
    pub(crate) contents: BTreeMap<RecordKey, u32>,
    writes: u64,
    /// Nothing can be written.
    pub(crate) refuses: bool,
    /// It cannot be read any more.
    pub(crate) unreadable: bool,
    /// It does not answer who looks at it.
    pub(crate) silent: bool,
    /// So often it was looked at.
    pub(crate) looks: u32,
}

impl Storage {
    pub(crate) fn read(&self) -> Saved {
        // Any order is as good as another.
        Saved { schema: SCHEMA, records: self.written.values().rev().cloned().collect() }
    }

    pub(crate) fn intended(&self) -> Vec<Record> {
        self.intended.values().cloned().collect()
    }

    pub(crate) fn begin(&mut self, tab: usize, record: Record) -> u64 {
        self.writes += 1;
        self.intended.insert(record.key(), record.clone());
        self.pending.insert(self.writes, (tab, record));
        self.writes
    }

    /// Whether the record is written now.
    pub(crate) fn finish(&mut self, write: u64) -> bool {
        if let Some((_, record)) = self.pending.remove(&write)
            && !self.refuses
        {
            self.written.insert(record.key(), record);
        }
        !self.refuses
    }

    pub(crate) fn forget(&mut self, key: &RecordKey) {
        self.intended.remove(key);
        self.written.remove(key);
        self.contents.remove(key);
        self.pending.retain(|_, (_, record)| record.key() != *key);
    }

    /// What an older release has left there.
    pub(crate) fn edit(&mut self, edit: impl Fn(&mut Record)) {
        self.written.values_mut().chain(self.intended.values_mut()).for_each(edit);
    }

    /// The visitor empties it.
    pub(crate) fn empty(&mut self) {
        self.written.clear();
    }

    /// The page is gone: its writes are finished, or never will be.
    pub(crate) fn abandon(&mut self, tab: usize, finish: bool) {
        let writes: Vec<_> =
            self.pending.iter().filter(|(_, (of, _))| *of == tab).map(|(write, _)| *write).collect();
        for write in writes {
            if finish {
                self.finish(write);
            } else {
                self.pending.remove(&write);
            }
        }
        let pending = self.pending.values().map(|(_, record)| (record.key(), record.clone()));
        self.intended = self.written.clone().into_iter().chain(pending).collect();
    }
}
