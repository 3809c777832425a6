//! What the sweep removes, decided without touching a store.

use super::records::{Intent, SessionRecord, VisitorRecord};

/// What becomes of a visitor at a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Keep,
    /// The journal and the handles go, the visitor stays: the conversation ended long ago.
    Trim,
    /// Everything goes.
    Erase,
}

/// A visitor without a living session is erased; a journal is kept until `retention_ms` after its conversation ended.
pub fn visitor(
    record: &VisitorRecord,
    session: Option<&SessionRecord>,
    now_ms: u64,
    retention_ms: u64,
) -> Verdict {
    let alive = session.is_some_and(|session| session.expires_ms > now_ms);
    if !alive {
        return Verdict::Erase;
    }
    let over = record.ended_ms > 0 && !record.is_open();
    let kept = record.floor <= record.head;
    if over && kept && record.ended_ms.saturating_add(retention_ms) <= now_ms {
        Verdict::Trim
    } else {
        Verdict::Keep
    }
}

/// A page may repeat a message for so long after it was first said.
const REPEATED_MS: u64 = 24 * 3_600_000;

/// Whether an idempotency record is past its time. One whose outcome is not known goes with its visitor only: without it the
/// same message would be taken for a new one.
pub fn intent_is_over(intent: &Intent, now_ms: u64, retention_ms: u64) -> bool {
    let settled = intent.undone || intent.answer.is_some();
    settled && intent.at_ms.saturating_add(retention_ms.max(REPEATED_MS)) <= now_ms
}
