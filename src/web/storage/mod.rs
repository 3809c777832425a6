//! What survives a reload: IndexedDB; where the browser refuses it, a text that the host keeps; else memory.

mod database;
mod vault;

use crate::web::Host;
use database::Database;
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use std::rc::Rc;
use vault::Vault;
use wasm_bindgen_futures::spawn_local;

/// The storage of one desk.
#[derive(Clone)]
pub enum Storage {
    /// The browser's database.
    Database(Rc<Database>),
    /// The host's text.
    Vault(Rc<Vault>),
    /// Nothing is kept.
    Memory,
}

impl Storage {
    /// Finds the first place that works, and reads what was kept there.
    pub async fn open(desk: &str, host: &Host) -> (Self, Saved) {
        if let Some(database) = Database::open(desk).await
            && let Some(records) = database.read().await
        {
            return (Self::Database(Rc::new(database)), Saved { schema: SCHEMA, records });
        }
        if host.has_vault() {
            let vault = Vault::new(host.clone());
            let saved = vault.read().await;
            return (Self::Vault(Rc::new(vault)), saved);
        }
        (Self::Memory, Saved { schema: SCHEMA, records: Vec::new() })
    }

    /// Whether anything is kept beyond this page.
    pub fn is_kept(&self) -> bool {
        !matches!(self, Self::Memory)
    }

    /// Writes a record and tells whether it is there for good. Steps happen in the order they were asked for.
    pub fn keep(&self, record: Record, done: Box<dyn FnOnce(bool)>) {
        self.set(record.key(), Some(record), done);
    }

    /// Removes a record.
    pub fn forget(&self, key: RecordKey) {
        self.set(key, None, Box::new(|_| {}));
    }

    fn set(&self, key: RecordKey, record: Option<Record>, done: Box<dyn FnOnce(bool)>) {
        let storage = self.clone();
        spawn_local(async move {
            match storage {
                Self::Database(database) => done(database.set(&key, record).await),
                Self::Vault(vault) => vault.set((key, record, done)).await,
                Self::Memory => done(false),
            }
        });
    }
}
