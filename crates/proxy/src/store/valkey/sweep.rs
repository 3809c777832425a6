//! The periodic sweep: visitors are looked at in parts, and each is removed or trimmed by a script that looks again.

use super::super::StoreError;
use super::super::records::{Intent, SessionRecord, VisitorRecord};
use super::super::retention::{self, Verdict};
use super::{ValkeyStore, parse, scripts, session_key, session_of};
use std::collections::HashMap;

/// Visitors looked at at once.
const PART: usize = 200;

/// A row as the server has it.
type Row = (Option<String>, HashMap<String, String>);

pub(super) async fn sweep(store: &ValkeyStore, now_ms: u64, retention_ms: u64) -> Result<u64, StoreError> {
    // A proxy whose clock is ahead must not take from the others what their visitors still need.
    let (seconds, micros): (u64, u64) = store.line.ask(&redis::cmd("TIME")).await?;
    let now_ms = now_ms.min(seconds * 1_000 + micros / 1_000);
    let (mut cursor, mut gone) = (0_u64, 0);
    loop {
        let mut command = redis::cmd("SSCAN");
        command.arg("fd:visitors").arg(cursor).arg("COUNT").arg(PART);
        let (next, visitors): (u64, Vec<String>) = store.line.ask(&command).await?;
        if !visitors.is_empty() {
            gone += part(store, &visitors, now_ms, retention_ms).await?;
        }
        cursor = next;
        if cursor == 0 {
            return Ok(gone);
        }
    }
}

async fn part(
    store: &ValkeyStore,
    visitors: &[String],
    now_ms: u64,
    retention_ms: u64,
) -> Result<u64, StoreError> {
    let mut rows = redis::pipe();
    for visitor in visitors {
        rows.cmd("HGET").arg(format!("fd:v:{visitor}")).arg("record");
        rows.cmd("HGETALL").arg(format!("fd:i:{visitor}"));
    }
    // Answers come in the order of the commands: a record, then its intents.
    let rows: Vec<redis::Value> = store.line.ask_all(&rows).await?;
    let mut gone = 0;
    for (visitor, row) in visitors.iter().zip(rows.chunks(2)) {
        let Ok((Some(record), intents)) = read(row) else { continue };
        let record: VisitorRecord = parse(&record)?;
        gone += one(store, visitor, record, now_ms, retention_ms).await?;
        let mut over = redis::cmd("HDEL");
        over.arg(format!("fd:i:{visitor}"));
        let mut some = 0;
        for (id, intent) in intents {
            if retention::intent_is_over(&parse::<Intent>(&intent)?, now_ms, retention_ms) {
                over.arg(id);
                some += 1;
            }
        }
        if some > 0 {
            store.line.ask::<u64>(&over).await?;
            gone += some;
        }
    }
    Ok(gone)
}

fn read(row: &[redis::Value]) -> redis::RedisResult<Row> {
    let [record, intents] = row else { return Ok((None, HashMap::new())) };
    Ok((redis::from_redis_value_ref(record)?, redis::from_redis_value_ref(intents)?))
}

async fn one(
    store: &ValkeyStore,
    visitor: &str,
    mut record: VisitorRecord,
    now_ms: u64,
    retention_ms: u64,
) -> Result<u64, StoreError> {
    let mut command = redis::cmd("HMGET");
    command.arg(session_key(&record.session)).arg("visitor").arg("desk").arg("expires");
    let session: Option<SessionRecord> = session_of(record.session, store.line.ask(&command).await?);
    match retention::visitor(&record, session.as_ref(), now_ms, retention_ms) {
        Verdict::Keep => Ok(0),
        Verdict::Erase => {
            store.run(&scripts::ERASE, visitor, &[now_ms.to_string().into_bytes()]).await?;
            Ok(1)
        }
        Verdict::Trim => {
            record.floor = record.head.saturating_add(1);
            record.rev += 1;
            let arguments = [record.rev.to_string().into_bytes(), serde_json::to_vec(&record)?];
            store.run(&scripts::TRIM, visitor, &arguments).await?;
            Ok(1)
        }
    }
}
