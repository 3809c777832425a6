//! Writing: what one piece of work does inside the writer's transaction.
//!
//! Work that is refused ([`StoreError::Gone`], [`StoreError::Fenced`], [`StoreError::Conflict`], [`StoreError::Used`]) is refused before it
//! touches anything, so that the other work of the same transaction is not disturbed.

use super::super::local::Local;
use super::super::pass::{MOST_PASSES, Pass, PassKey};
use super::super::records::{Batch, SessionRecord, VisitorRecord};
use super::super::{CODES_PER_VISITOR, SessionHash, StoreError};
use super::writer::Work;
use super::{anew, failed, sweep, tables};
use ::redb::{ReadableTable, ReadableTableMetadata, WriteTransaction};
use std::sync::{Mutex, PoisonError};

pub(super) fn work(
    transaction: &WriteTransaction,
    local: &Mutex<Local>,
    work: Work,
) -> Result<(), StoreError> {
    match work {
        Work::Open(both) => open(transaction, &both.0, &both.1),
        Work::Touch(hash, expires_ms) => touch(transaction, &hash, expires_ms),
        Work::Write(batch) => write(transaction, local, &batch),
        Work::Erase(visitor) => erase(transaction, &visitor),
        Work::Spend(key, pass) => spend(transaction, &key, &pass),
        Work::Sweep(part) => sweep::apply(transaction, local, &part),
        // Written anew outside of any transaction.
        Work::Anew | Work::Nothing => Ok(()),
    }
}

fn open(
    transaction: &WriteTransaction,
    session: &SessionRecord,
    visitor: &VisitorRecord,
) -> Result<(), StoreError> {
    let mut sessions = transaction.open_table(tables::SESSIONS).map_err(failed)?;
    let mut visitors = transaction.open_table(tables::VISITORS).map_err(failed)?;
    let (session_row, visitor_row) = (serde_json::to_vec(session)?, serde_json::to_vec(visitor)?);
    sessions.insert(session.hash.as_slice(), session_row.as_slice()).map_err(failed)?;
    visitors.insert(visitor.id.as_str(), visitor_row.as_slice()).map_err(failed)?;
    Ok(())
}

fn touch(transaction: &WriteTransaction, hash: &SessionHash, expires_ms: u64) -> Result<(), StoreError> {
    let mut table = transaction.open_table(tables::SESSIONS).map_err(failed)?;
    let found = match table.get(hash.as_slice()).map_err(failed)? {
        Some(row) => serde_json::from_slice::<SessionRecord>(row.value())?,
        None => return Ok(()),
    };
    let moved = SessionRecord { expires_ms: found.expires_ms.max(expires_ms), ..found };
    table.insert(hash.as_slice(), serde_json::to_vec(&moved)?.as_slice()).map_err(failed)?;
    Ok(())
}

pub(super) fn record(transaction: &WriteTransaction, id: &str) -> Result<Option<VisitorRecord>, StoreError> {
    let table = transaction.open_table(tables::VISITORS).map_err(failed)?;
    let row = table.get(id).map_err(failed)?;
    row.map(|row| Ok(serde_json::from_slice(row.value())?)).transpose()
}

fn write(transaction: &WriteTransaction, local: &Mutex<Local>, batch: &Batch) -> Result<(), StoreError> {
    let id = batch.record.id.as_str();
    let old = record(transaction, id)?.ok_or(StoreError::Gone)?;
    let holds = |fence| local.lock().unwrap_or_else(PoisonError::into_inner).holds(id, fence);
    if batch.fence.is_some_and(|fence| !holds(fence)) {
        return Err(StoreError::Fenced);
    }
    if old.rev.saturating_add(1) != batch.record.rev {
        return Err(StoreError::Conflict);
    }
    if !batch.rewritten.is_empty() {
        anew::note(transaction)?;
    }
    let mut events = transaction.open_table(tables::EVENTS).map_err(failed)?;
    for event in batch.events.iter().chain(&batch.rewritten) {
        events.insert((id, event.seq), serde_json::to_vec(event)?.as_slice()).map_err(failed)?;
    }
    for seq in old.floor..batch.record.floor {
        events.remove((id, seq)).map_err(failed)?;
    }
    let mut intents = transaction.open_table(tables::INTENTS).map_err(failed)?;
    for (key, intent) in &batch.intents {
        intents.insert((id, key.as_str()), serde_json::to_vec(intent)?.as_slice()).map_err(failed)?;
    }
    let mut codes = transaction.open_table(tables::CODES).map_err(failed)?;
    for (number, code) in (batch.codes_before() + 1..).zip(&batch.codes) {
        codes.insert((id, number), code.as_str()).map_err(failed)?;
        if let Some(old) = number.checked_sub(CODES_PER_VISITOR) {
            codes.remove((id, old)).map_err(failed)?;
        }
    }
    let mut handles = transaction.open_table(tables::HANDLES).map_err(failed)?;
    for (key, handle) in &batch.handles {
        handles.insert((id, key.as_str()), serde_json::to_vec(handle)?.as_slice()).map_err(failed)?;
    }
    for key in &batch.dropped {
        handles.remove((id, key.as_str())).map_err(failed)?;
    }
    let mut visitors = transaction.open_table(tables::VISITORS).map_err(failed)?;
    visitors.insert(id, serde_json::to_vec(&batch.record)?.as_slice()).map_err(failed)?;
    Ok(())
}

fn spend(transaction: &WriteTransaction, key: &PassKey, pass: &Pass) -> Result<(), StoreError> {
    let mut table = transaction.open_table(tables::PASSES).map_err(failed)?;
    if table.get(key.as_slice()).map_err(failed)?.is_some() {
        return Err(StoreError::Used);
    }
    if table.len().map_err(failed)? >= MOST_PASSES {
        return Err(StoreError::Crowded);
    }
    let row = serde_json::to_vec(pass)?;
    table.insert(key.as_slice(), row.as_slice()).map_err(failed)?;
    Ok(())
}

pub(super) fn erase(transaction: &WriteTransaction, id: &str) -> Result<(), StoreError> {
    anew::note(transaction)?;
    if let Some(record) = record(transaction, id)? {
        let mut sessions = transaction.open_table(tables::SESSIONS).map_err(failed)?;
        sessions.remove(record.session.as_slice()).map_err(failed)?;
    }
    let mut visitors = transaction.open_table(tables::VISITORS).map_err(failed)?;
    visitors.remove(id).map_err(failed)?;
    drop_events(transaction, id)?;
    drop_handles(transaction, id)?;
    let mut codes = transaction.open_table(tables::CODES).map_err(failed)?;
    codes.retain_in((id, 0)..=(id, u64::MAX), |_, _| false).map_err(failed)?;
    let mut intents = transaction.open_table(tables::INTENTS).map_err(failed)?;
    // Ids are visible ASCII, so nothing of this visitor lies beyond DEL.
    intents.retain_in((id, "")..(id, "\u{7f}"), |_, _| false).map_err(failed)
}

pub(super) fn drop_events(transaction: &WriteTransaction, id: &str) -> Result<(), StoreError> {
    let mut events = transaction.open_table(tables::EVENTS).map_err(failed)?;
    events.retain_in((id, 0)..=(id, u64::MAX), |_, _| false).map_err(failed)
}

pub(super) fn drop_handles(transaction: &WriteTransaction, id: &str) -> Result<(), StoreError> {
    let mut handles = transaction.open_table(tables::HANDLES).map_err(failed)?;
    // A key begins with its kind, so nothing of this visitor lies beyond DEL.
    handles.retain_in((id, "")..(id, "\u{7f}"), |_, _| false).map_err(failed)
}
