//! The tables of the file. Values are JSON; a row is found by the visitor's id and a number or an id.

use ::redb::{TableDefinition, TableError, WriteTransaction};

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

/// Makes the tables that do not exist yet, so that reads find them.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), TableError> {
    transaction.open_table(SESSIONS)?;
    transaction.open_table(VISITORS)?;
    transaction.open_table(EVENTS)?;
    transaction.open_table(INTENTS)?;
    transaction.open_table(CODES)?;
    transaction.open_table(HANDLES)?;
    transaction.open_table(PASSES)?;
    Ok(())
}
