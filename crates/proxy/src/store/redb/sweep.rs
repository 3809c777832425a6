//! The periodic sweep: looked up in a read view, removed by the writer in small parts so that visitors' writes get through.

use super::super::StoreError;
use super::super::local::Local;
use super::super::pass::{Pass, PassKey};
use super::super::records::{Intent, SessionRecord, VisitorRecord};
use super::super::retention::{self, Verdict};
use super::tables::Tables;
use super::{apply, failed, read, tables};
use ::redb::{ReadTransaction, ReadableTable};
use std::sync::{Mutex, PoisonError};

/// Things removed in one transaction at most.
const PART: usize = 200;

/// What a sweep is to remove.
#[derive(Default)]
pub(super) struct Plan {
    items: Vec<Item>,
    now_ms: u64,
    retention_ms: u64,
}

#[derive(Clone)]
enum Item {
    Visitor(String),
    Intent(String, String),
    Pass(PassKey),
}

/// A part of a plan, for one transaction.
pub(super) struct Part {
    items: Vec<Item>,
    now_ms: u64,
    retention_ms: u64,
}

impl Part {
    /// How many things it is about.
    pub(super) fn things(&self) -> u64 {
        self.items.len() as u64
    }
}

impl Plan {
    /// The plan in parts.
    pub(super) fn parts(self) -> impl Iterator<Item = Part> {
        let (now_ms, retention_ms) = (self.now_ms, self.retention_ms);
        let mut items = self.items.into_iter();
        std::iter::from_fn(move || {
            let items: Vec<_> = items.by_ref().take(PART).collect();
            (!items.is_empty()).then_some(Part { items, now_ms, retention_ms })
        })
    }
}

/// Finds what is past its time.
pub(super) fn plan(view: &ReadTransaction, now_ms: u64, retention_ms: u64) -> Result<Plan, StoreError> {
    let mut plan = Plan { items: Vec::new(), now_ms, retention_ms };
    let visitors = view.open_table(tables::VISITORS).map_err(failed)?;
    for row in visitors.iter().map_err(failed)? {
        let (_, value) = row.map_err(failed)?;
        let record: VisitorRecord = serde_json::from_slice(value.value())?;
        let session = read::session(view, &record.session)?;
        if retention::visitor(&record, session.as_ref(), now_ms, retention_ms) != Verdict::Keep {
            plan.items.push(Item::Visitor(record.id));
        }
    }
    let intents = view.open_table(tables::INTENTS).map_err(failed)?;
    for row in intents.iter().map_err(failed)? {
        let (key, value) = row.map_err(failed)?;
        let intent: Intent = serde_json::from_slice(value.value())?;
        if retention::intent_is_over(&intent, now_ms, retention_ms) {
            let (visitor, id) = key.value();
            plan.items.push(Item::Intent(visitor.to_owned(), id.to_owned()));
        }
    }
    let passes = view.open_table(tables::PASSES).map_err(failed)?;
    for row in passes.iter().map_err(failed)? {
        let (key, value) = row.map_err(failed)?;
        let pass: Pass = serde_json::from_slice(value.value())?;
        if pass.until_ms <= now_ms {
            plan.items.extend(PassKey::try_from(key.value()).map(Item::Pass));
        }
    }
    Ok(plan)
}

/// Removes a part, looking again at each visitor: it may have come back since the plan was made.
pub(super) fn apply(tables: &mut Tables<'_>, local: &Mutex<Local>, part: &Part) -> Result<(), StoreError> {
    for item in &part.items {
        match item {
            Item::Visitor(id) => visitor(tables, local, id, part)?,
            Item::Intent(visitor, id) => {
                tables.intents.remove((visitor.as_str(), id.as_str())).map_err(failed)?;
            }
            Item::Pass(key) => {
                tables.passes.remove(key.as_slice()).map_err(failed)?;
            }
        }
    }
    Ok(())
}

fn visitor(tables: &mut Tables<'_>, local: &Mutex<Local>, id: &str, part: &Part) -> Result<(), StoreError> {
    let Some(mut record) = tables.record::<VisitorRecord>(id)? else { return Ok(()) };
    let session = {
        let row = tables.sessions.get(record.session.as_slice()).map_err(failed)?;
        row.map(|row| serde_json::from_slice::<SessionRecord>(row.value())).transpose()?
    };
    match retention::visitor(&record, session.as_ref(), part.now_ms, part.retention_ms) {
        Verdict::Keep => Ok(()),
        Verdict::Erase => {
            apply::erase(tables, id)?;
            // Should the transaction fail, whoever looks after the visitor begins anew.
            local.lock().unwrap_or_else(PoisonError::into_inner).erased(id);
            Ok(())
        }
        Verdict::Trim => {
            tables.note_erased()?;
            apply::drop_events(tables, id)?;
            apply::drop_handles(tables, id)?;
            record.floor = record.head.saturating_add(1);
            record.rev += 1;
            tables.visitors.insert(id, serde_json::to_vec(&record)?.as_slice()).map_err(failed)?;
            Ok(())
        }
    }
}
