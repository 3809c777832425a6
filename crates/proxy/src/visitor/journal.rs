//! Reading the journal, now or when something comes.

use super::Visitor;
use super::elsewhere::LOOK;
use crate::problem::Problem;
use frontdesk_contract::{Event, EventKind, EventPage, Gap};
use std::sync::Arc;
use std::time::Duration;

/// Events in one answer at most; the client asks on from `next`.
const PAGE: usize = 500;

/// What bugs that the simulation plants remember.
#[cfg(feature = "planted")]
#[derive(Debug, Default)]
pub(super) struct Planted {
    /// Shown before they are written.
    pub(super) early: std::sync::Mutex<Vec<Event>>,
    /// Number of the last event that was handed out.
    handed: std::sync::atomic::AtomicU64,
}

#[cfg(feature = "planted")]
impl Planted {
    fn add_early(&self, kept: &mut Vec<Event>) {
        let early = self.early.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let last = kept.last().map_or(0, |event| event.seq);
        kept.extend(early.iter().filter(|event| event.seq > last).cloned());
    }

    fn cursor(&self, after: u64) -> u64 {
        let by_arrival = frontdesk_planted::is(frontdesk_planted::Bug::CursorByArrival);
        let handed = self.handed.load(std::sync::atomic::Ordering::Relaxed);
        if by_arrival && after > 0 { after.max(handed) } else { after }
    }

    fn hand_out(&self, next: u64) {
        self.handed.fetch_max(next, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Visitor {
    /// The events after `after`. When there are none, waits up to `wait` for one; answered at once when the proxy goes
    /// down or more polls wait than are allowed.
    ///
    /// # Errors
    /// [`frontdesk_contract::ErrorCode::SessionUnknown`] when the visitor is erased meanwhile; when the store fails.
    pub async fn events(self: &Arc<Self>, after: u64, wait: Duration) -> Result<EventPage, Problem> {
        self.catch_up().await?;
        let mut mark = self.mark.subscribe();
        let after = self.known(after).await?;
        let now = self.page(after).await?;
        if !now.events.is_empty() || wait.is_zero() {
            return Ok(now);
        }
        let waiting = self.presence.wait();
        self.wake.notify_one();
        let look = async {
            loop {
                tokio::time::sleep(LOOK).await;
                // While the store does not answer there is nothing to see.
                let _failed = self.look_around().await;
            }
        };
        tokio::select! {
            // The sender lives as long as the visitor.
            _ = mark.wait_for(|mark| mark.head > after || mark.erased) => {}
            () = tokio::time::sleep(wait) => {}
            () = waiting.answer_now.cancelled() => {}
            () = self.shared.draining.cancelled() => {}
            () = look => {}
        }
        drop(waiting);
        self.page(after).await
    }

    /// The number that a client knows; the newest there is for one that never was. The store is a moment ahead of the
    /// mark: a number that it has is believed, since what was handed out must not be handed out again.
    async fn known(&self, after: u64) -> Result<u64, Problem> {
        if after <= self.mark().head {
            return Ok(after);
        }
        let record = self.shared.store.visitor(&self.id).await?.ok_or_else(Problem::session_unknown)?;
        Ok(after.min(record.head))
    }

    async fn page(&self, after: u64) -> Result<EventPage, Problem> {
        let mark = self.mark();
        if mark.erased {
            return Err(Problem::session_unknown());
        }
        #[cfg(feature = "planted")]
        let after = self.planted.cursor(after);
        let kept = self.shared.store.events(&self.id, after, PAGE).await?;
        #[cfg(feature = "planted")]
        let kept = {
            let mut kept = kept;
            self.planted.add_early(&mut kept);
            self.planted.hand_out(kept.last().map_or(after, |event| event.seq).min(mark.head));
            kept
        };
        Ok(page(after, mark.head, kept, self.now_ms()))
    }
}

/// The answer made of what is kept: nothing beyond `head`, which is published; what is missing below it becomes an
/// explicit gap.
pub fn page(after: u64, head: u64, mut events: Vec<Event>, now_ms: u64) -> EventPage {
    events.retain(|event| after < event.seq && event.seq <= head);
    let first = events.first().map_or(head.saturating_add(1), |event| event.seq);
    let expected = after.saturating_add(1);
    if first > expected {
        let (seq, at_ms) = (first - 1, events.first().map_or(now_ms, |event| event.at_ms));
        events.insert(0, Event { seq, at_ms, kind: EventKind::Gap(Gap { from: expected, to: seq }) });
    }
    EventPage { next: events.last().map_or(after, |event| event.seq), events }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_contract::Typing;
    use proptest::prelude::*;

    fn event(seq: u64) -> Event {
        Event { seq, at_ms: seq, kind: EventKind::Typing(Typing { active: true }) }
    }

    proptest! {
        #[test]
        fn a_page_leaves_no_hole_that_is_not_named(head in 0u64..60, floor in 1u64..60, after in 0u64..60, limit in 1usize..20, ahead in 0u64..5, behind in 0u64..3) {
            let after = after.min(head);
            // The store may show what is not published yet, or known already.
            let kept: Vec<_> = (floor.max((after + 1).saturating_sub(behind)).max(1)..=head + ahead).take(limit).map(event).collect();
            let answer = page(after, head, kept, 0);
            let mut reached = after;
            for event in &answer.events {
                match event.kind {
                    EventKind::Gap(gap) => {
                        prop_assert_eq!(gap.from, reached + 1);
                        prop_assert_eq!(gap.to, event.seq);
                    }
                    _ => prop_assert_eq!(event.seq, reached + 1),
                }
                reached = event.seq;
            }
            prop_assert_eq!(answer.next, reached);
            prop_assert!(after <= reached && reached <= head);
            prop_assert!(head == after || reached > after);
        }
    }
}
