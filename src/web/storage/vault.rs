//! The host's vault: all records in one JSON text.

use crate::web::{Host, json};
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};

/// Keeps records with the host.
pub struct Vault {
    host: Host,
}

impl Vault {
    /// Uses this host, which must have a vault.
    pub fn new(host: Host) -> Self {
        Self { host }
    }

    /// What is kept; nothing when it cannot be read or is of another schema.
    pub async fn read(&self) -> Saved {
        let kept: Option<Saved> = self.host.vault_get().await.as_deref().and_then(json::from_text);
        let none = Saved { schema: SCHEMA, records: Vec::new() };
        kept.filter(|saved| saved.schema == SCHEMA).unwrap_or(none)
    }

    /// Adds, replaces or removes a record; true once the host answers with what was written.
    pub async fn set(&self, key: &RecordKey, record: Option<Record>) -> bool {
        let mut saved = self.read().await;
        saved.records.retain(|other| other.key() != *key);
        saved.records.extend(record);
        self.write(&saved).await
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
