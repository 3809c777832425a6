//! The host's vault: a JSON text a record, under the record's name.

use crate::web::{Host, json};
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, Saved};
use js_sys::Array;
use wasm_bindgen::JsCast;

/// Keeps records with the host. Its steps happen in the order they were asked for.
pub(super) struct Vault(pub(super) Host);

impl Vault {
    /// All records; those of another schema are left out. `None`: the host has no vault, or it cannot be read.
    pub(super) async fn read(&self) -> Option<Vec<Record>> {
        let kept: Array = self.0.vault(None, None).await?.dyn_into().ok()?;
        let read = |text: wasm_bindgen::JsValue| json::from_text::<Saved>(&text.as_string()?);
        let kept = kept.iter().filter_map(read).filter(|kept| kept.schema == SCHEMA);
        Some(kept.flat_map(|kept| kept.records).collect())
    }

    /// Writes a record, or removes it; true once that is done for good.
    pub(super) async fn set(&self, name: &str, record: Option<Record>) -> bool {
        let text = record.map(|record| Saved { schema: SCHEMA, records: vec![record] });
        let text = text.map(|saved| json::to_text(&saved).unwrap_or_default());
        self.0.vault(Some(name), text.as_deref()).await.is_some()
    }
}
