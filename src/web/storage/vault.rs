//! The host's vault: all records in one JSON text.

use crate::web::{Host, json};
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// What is to be done with a record, and who wants to know that it was.
type Job = (RecordKey, Option<Record>, Box<dyn FnOnce(bool)>);

/// Keeps records with the host.
pub(super) struct Vault {
    host: Host,
    jobs: RefCell<VecDeque<Job>>,
    busy: Cell<bool>,
}

impl Vault {
    /// Uses this host, which must have a vault.
    pub(super) fn new(host: Host) -> Self {
        Self { host, jobs: RefCell::default(), busy: Cell::default() }
    }

    /// What is kept; nothing when it cannot be read or is of another schema.
    pub(super) async fn read(&self) -> Saved {
        let kept: Option<Saved> = self.host.vault_get().await.as_deref().and_then(json::from_text);
        let none = Saved { schema: SCHEMA, records: Vec::new() };
        kept.filter(|saved| saved.schema == SCHEMA).unwrap_or(none)
    }

    /// Adds, replaces or removes a record; tells true once the host answers with what was written. One job after the
    /// other, since each reads the whole and writes it anew.
    pub(super) async fn set(&self, job: Job) {
        self.jobs.borrow_mut().push_back(job);
        if self.busy.replace(true) {
            return;
        }
        while let Some((key, record, done)) = self.next_job() {
            let mut saved = self.read().await;
            saved.records.retain(|other| other.key() != key);
            saved.records.extend(record);
            done(self.write(&saved).await);
        }
        self.busy.set(false);
    }

    fn next_job(&self) -> Option<Job> {
        self.jobs.borrow_mut().pop_front()
    }

    async fn write(&self, saved: &Saved) -> bool {
        if saved.records.is_empty() {
            self.host.vault_put(None);
            return true;
        }
        let Some(text) = json::to_text(saved) else { return false };
        self.host.vault_put(Some(&text));
        self.host.vault_get().await.as_deref() == Some(&text)
    }
}
