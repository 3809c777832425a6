//! Reading: each call sees one consistent state of the file.

use super::super::pass::{Pass, PassKey};
use super::super::records::{Handle, Intent, SessionRecord, VisitorRecord};
use super::super::{SessionHash, StoreError};
use super::{failed, tables};
use ::redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};
use frontdesk_contract::{ClientId, Event};
use serde::de::DeserializeOwned;

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    Ok(serde_json::from_slice(bytes)?)
}

pub(super) fn session(
    view: &ReadTransaction,
    hash: &SessionHash,
) -> Result<Option<SessionRecord>, StoreError> {
    let table = view.open_table(tables::SESSIONS).map_err(failed)?;
    table.get(hash.as_slice()).map_err(failed)?.map(|row| parse(row.value())).transpose()
}

pub(super) fn visitor(view: &ReadTransaction, id: &str) -> Result<Option<VisitorRecord>, StoreError> {
    let table = view.open_table(tables::VISITORS).map_err(failed)?;
    table.get(id).map_err(failed)?.map(|row| parse(row.value())).transpose()
}

pub(super) fn rev(view: &ReadTransaction, id: &str) -> Result<Option<u64>, StoreError> {
    let table = view.open_table(tables::VISITORS).map_err(failed)?;
    let row = table.get(id).map_err(failed)?;
    row.map(|row| parse::<tables::Stand>(row.value()).map(|stand| stand.rev)).transpose()
}

pub(super) fn events(
    view: &ReadTransaction,
    visitor: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<Event>, StoreError> {
    let table = view.open_table(tables::EVENTS).map_err(failed)?;
    let rows = table.range((visitor, after.saturating_add(1))..=(visitor, u64::MAX)).map_err(failed)?;
    rows.take(limit)
        .map(|row| {
            let (_, value) = row.map_err(failed)?;
            parse(value.value())
        })
        .collect()
}

pub(super) fn intent(
    view: &ReadTransaction,
    visitor: &str,
    id: &ClientId,
) -> Result<Option<Intent>, StoreError> {
    let table = view.open_table(tables::INTENTS).map_err(failed)?;
    table.get((visitor, id.as_str())).map_err(failed)?.map(|row| parse(row.value())).transpose()
}

pub(super) fn codes(view: &ReadTransaction, visitor: &str) -> Result<Vec<String>, StoreError> {
    let table = view.open_table(tables::CODES).map_err(failed)?;
    let rows = table.range((visitor, 0)..=(visitor, u64::MAX)).map_err(failed)?;
    rows.map(|row| Ok(row.map_err(failed)?.1.value().to_owned())).collect()
}

pub(super) fn handle(view: &ReadTransaction, visitor: &str, id: &str) -> Result<Option<Handle>, StoreError> {
    let table = view.open_table(tables::HANDLES).map_err(failed)?;
    table.get((visitor, id)).map_err(failed)?.map(|row| parse(row.value())).transpose()
}

pub(super) fn pass(view: &ReadTransaction, key: &PassKey) -> Result<Option<Pass>, StoreError> {
    let table = view.open_table(tables::PASSES).map_err(failed)?;
    table.get(key.as_slice()).map_err(failed)?.map(|row| parse(row.value())).transpose()
}

pub(super) fn unfinished(view: &ReadTransaction) -> Result<Vec<String>, StoreError> {
    let table = view.open_table(tables::VISITORS).map_err(failed)?;
    let mut open = Vec::new();
    for row in table.iter().map_err(failed)? {
        let (_, value) = row.map_err(failed)?;
        let record: VisitorRecord = parse(value.value())?;
        if record.is_unfinished() {
            open.push(record.id);
        }
    }
    Ok(open)
}

pub(super) fn sessions(view: &ReadTransaction) -> Result<u64, StoreError> {
    view.open_table(tables::SESSIONS).map_err(failed)?.len().map_err(failed)
}
