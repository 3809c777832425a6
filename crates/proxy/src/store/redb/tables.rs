//! The tables of the file. Values are JSON; a row is found by the visitor's id and a number or an id.

use super::super::StoreError;
use super::{failed, read};
use ::redb::{ReadableTable, Table, TableDefinition, TableError, WriteTransaction};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// `schema` → version of this layout.
pub(super) const META: TableDefinition<'_, &str, u32> = TableDefinition::new("meta");
/// A row of [`META`].
pub(super) const SCHEMA_KEY: &str = "schema";
/// A row of [`META`] that is there while something was erased since the file was new.
pub(super) const ERASED_KEY: &str = "erased";
/// Hash of the credential → session.
pub(super) const SESSIONS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("sessions");
/// Visitor → record.
pub(super) const VISITORS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("visitors");
/// Visitor, number → event.
pub(super) const EVENTS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("events");
/// Visitor, id → idempotency record.
pub(super) const INTENTS: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("intents");
/// Visitor, running number → code of a downlink message.
pub(super) const CODES: TableDefinition<'_, (&str, u64), &str> = TableDefinition::new("codes");
/// Visitor, id of ours → what the centre calls it.
pub(super) const HANDLES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("handles");
/// Hash of a token's number → what it was used for.
pub(super) const PASSES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("passes");

/// All tables, open for one transaction: opening one costs more than writing a row.
pub(super) struct Tables<'t> {
    pub(super) meta: Table<'t, &'static str, u32>,
    pub(super) sessions: Table<'t, &'static [u8], &'static [u8]>,
    pub(super) visitors: Table<'t, &'static str, &'static [u8]>,
    pub(super) events: Table<'t, (&'static str, u64), &'static [u8]>,
    pub(super) intents: Table<'t, (&'static str, &'static str), &'static [u8]>,
    pub(super) codes: Table<'t, (&'static str, u64), &'static str>,
    pub(super) handles: Table<'t, (&'static str, &'static str), &'static [u8]>,
    pub(super) passes: Table<'t, &'static [u8], &'static [u8]>,
}

impl<'t> Tables<'t> {
    /// Opens them, and makes those that do not exist yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, TableError> {
        Ok(Self {
            meta: transaction.open_table(META)?,
            sessions: transaction.open_table(SESSIONS)?,
            visitors: transaction.open_table(VISITORS)?,
            events: transaction.open_table(EVENTS)?,
            intents: transaction.open_table(INTENTS)?,
            codes: transaction.open_table(CODES)?,
            handles: transaction.open_table(HANDLES)?,
            passes: transaction.open_table(PASSES)?,
        })
    }

    /// A visitor's record, or as much of it as is looked at.
    pub(super) fn record<T: DeserializeOwned>(&self, id: &str) -> Result<Option<T>, StoreError> {
        self.visitors.get(id).map_err(failed)?.map(|row| read::parse(row.value())).transpose()
    }

    /// Notes that something is erased: what it said stands in free pages of the file until it is written anew.
    pub(super) fn note_erased(&mut self) -> Result<(), StoreError> {
        self.meta.insert(ERASED_KEY, 1).map_err(failed)?;
        Ok(())
    }
}

/// The part of a visitor's record that is looked at with every write.
#[derive(Deserialize)]
pub(super) struct Stand {
    /// As [`VisitorRecord::rev`](crate::store::VisitorRecord::rev).
    pub(super) rev: u64,
    /// As [`VisitorRecord::floor`](crate::store::VisitorRecord::floor).
    pub(super) floor: u64,
}
