//! Writing: what one piece of work does inside the writer's transaction.
//!
//! Work that is refused ([`StoreError::Gone`], [`StoreError::Fenced`], [`StoreError::Conflict`], [`StoreError::Used`]) is refused before it
//! touches anything, so that the other work of the same transaction is not disturbed.

use super::super::local::Local;
use super::super::pass::{MOST_PASSES, Pass, PassKey};
use super::super::records::{Batch, SessionRecord, VisitorRecord};
use super::super::{CODES_PER_VISITOR, SessionHash, StoreError};
use super::tables::{Stand, Tables};
use super::writer::Work;
use super::{failed, sweep};
use ::redb::{ReadableTable, ReadableTableMetadata};
use std::sync::{Mutex, PoisonError};

pub(super) fn work(tables: &mut Tables<'_>, local: &Mutex<Local>, work: Work) -> Result<(), StoreError> {
    match work {
        Work::Open(both) => open(tables, &both.0, &both.1),
        Work::Touch(hash, expires_ms) => touch(tables, &hash, expires_ms),
        Work::Write(batch) => write(tables, local, &batch),
        Work::Erase(visitor) => erase(tables, &visitor),
        Work::Spend(key, pass) => spend(tables, &key, &pass),
        Work::Sweep(part) => sweep::apply(tables, local, &part),
        // Written anew outside of any transaction.
        Work::Anew | Work::Nothing => Ok(()),
    }
}

fn open(tables: &mut Tables<'_>, session: &SessionRecord, visitor: &VisitorRecord) -> Result<(), StoreError> {
    let (session_row, visitor_row) = (serde_json::to_vec(session)?, serde_json::to_vec(visitor)?);
    tables.sessions.insert(session.hash.as_slice(), session_row.as_slice()).map_err(failed)?;
    tables.visitors.insert(visitor.id.as_str(), visitor_row.as_slice()).map_err(failed)?;
    Ok(())
}

fn touch(tables: &mut Tables<'_>, hash: &SessionHash, expires_ms: u64) -> Result<(), StoreError> {
    let found = match tables.sessions.get(hash.as_slice()).map_err(failed)? {
        Some(row) => serde_json::from_slice::<SessionRecord>(row.value())?,
        None => return Ok(()),
    };
    let moved = SessionRecord { expires_ms: found.expires_ms.max(expires_ms), ..found };
    tables.sessions.insert(hash.as_slice(), serde_json::to_vec(&moved)?.as_slice()).map_err(failed)?;
    Ok(())
}

fn write(tables: &mut Tables<'_>, local: &Mutex<Local>, batch: &Batch) -> Result<(), StoreError> {
    let id = batch.record.id.as_str();
    let old: Stand = tables.record(id)?.ok_or(StoreError::Gone)?;
    let holds = |fence| local.lock().unwrap_or_else(PoisonError::into_inner).holds(id, fence);
    if batch.fence.is_some_and(|fence| !holds(fence)) {
        return Err(StoreError::Fenced);
    }
    if old.rev.saturating_add(1) != batch.record.rev {
        return Err(StoreError::Conflict);
    }
    if !batch.rewritten.is_empty() {
        tables.note_erased()?;
    }
    for event in batch.events.iter().chain(&batch.rewritten) {
        tables.events.insert((id, event.seq), serde_json::to_vec(event)?.as_slice()).map_err(failed)?;
    }
    for seq in old.floor..batch.record.floor {
        tables.events.remove((id, seq)).map_err(failed)?;
    }
    for (key, intent) in &batch.intents {
        let row = serde_json::to_vec(intent)?;
        tables.intents.insert((id, key.as_str()), row.as_slice()).map_err(failed)?;
    }
    for (number, code) in (batch.codes_before() + 1..).zip(&batch.codes) {
        tables.codes.insert((id, number), code.as_str()).map_err(failed)?;
        if let Some(old) = number.checked_sub(CODES_PER_VISITOR) {
            tables.codes.remove((id, old)).map_err(failed)?;
        }
    }
    for (key, handle) in &batch.handles {
        let row = serde_json::to_vec(handle)?;
        tables.handles.insert((id, key.as_str()), row.as_slice()).map_err(failed)?;
    }
    for key in &batch.dropped {
        tables.handles.remove((id, key.as_str())).map_err(failed)?;
    }
    tables.visitors.insert(id, serde_json::to_vec(&batch.record)?.as_slice()).map_err(failed)?;
    Ok(())
}

fn spend(tables: &mut Tables<'_>, key: &PassKey, pass: &Pass) -> Result<(), StoreError> {
    if tables.passes.get(key.as_slice()).map_err(failed)?.is_some() {
        return Err(StoreError::Used);
    }
    if tables.passes.len().map_err(failed)? >= MOST_PASSES {
        return Err(StoreError::Crowded);
    }
    let row = serde_json::to_vec(pass)?;
    tables.passes.insert(key.as_slice(), row.as_slice()).map_err(failed)?;
    Ok(())
}

pub(super) fn erase(tables: &mut Tables<'_>, id: &str) -> Result<(), StoreError> {
    tables.note_erased()?;
    if let Some(record) = tables.record::<VisitorRecord>(id)? {
        tables.sessions.remove(record.session.as_slice()).map_err(failed)?;
    }
    tables.visitors.remove(id).map_err(failed)?;
    drop_events(tables, id)?;
    drop_handles(tables, id)?;
    tables.codes.retain_in((id, 0)..=(id, u64::MAX), |_, _| false).map_err(failed)?;
    // Ids are visible ASCII, so nothing of this visitor lies beyond DEL.
    tables.intents.retain_in((id, "")..(id, "\u{7f}"), |_, _| false).map_err(failed)
}

pub(super) fn drop_events(tables: &mut Tables<'_>, id: &str) -> Result<(), StoreError> {
    tables.events.retain_in((id, 0)..=(id, u64::MAX), |_, _| false).map_err(failed)
}

pub(super) fn drop_handles(tables: &mut Tables<'_>, id: &str) -> Result<(), StoreError> {
    // A key begins with its kind, so nothing of this visitor lies beyond DEL.
    tables.handles.retain_in((id, "")..(id, "\u{7f}"), |_, _| false).map_err(failed)
}
