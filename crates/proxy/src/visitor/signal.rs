//! Small signs of the visitor: typing, reading. Losing one does no harm.

use super::{Visitor, party};
use crate::problem::Problem;
use frontdesk_contract::{ContactState, EventKind, QueueInfo, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Typing is passed on this often at most.
const TYPING_EVERY: Duration = Duration::from_secs(2);
/// Events that one mark looks through at most.
const MOST_READ: usize = 500;

/// Lets something through from time to time.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<Option<Instant>>);

impl Throttle {
    /// Whether it may happen now; if so, not again for `every`.
    pub fn pass(&self, every: Duration) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pass = last.is_none_or(|last| last.elapsed() >= every);
        if pass {
            *last = Some(Instant::now());
        }
        pass
    }
}

impl Visitor {
    /// Passes on that the visitor is typing, if an agent is there to see it. The centre's answer is not waited for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn typing(self: &Arc<Self>) -> Result<(), Problem> {
        let record = self.record().await?;
        if record.contact.state != ContactState::Agent || !self.typed.pass(TYPING_EVERY) {
            return Ok(());
        }
        let visitor = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            if let Err(failure) = visitor.desk().centre.typing(&party(&record)).await {
                visitor.report("typing", &failure);
            }
        });
        Ok(())
    }

    /// Moves the mark of what the visitor has read; never back, never beyond the newest event.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(self: &Arc<Self>, up_to: u64) -> Result<(), Problem> {
        let moved = self.change(|draft, _| {
            let before = draft.record.read_up_to;
            let reached = up_to.min(draft.record.head);
            draft.record.read_up_to = before.max(reached);
            (before, draft.record.read_up_to)
        });
        let (before, reached) = moved.await?;
        if reached > before && self.mark().open {
            let visitor = Arc::clone(self);
            // The centre's answer is not waited for.
            self.shared.tasks.spawn(async move { visitor.tell_read(before, reached).await });
        }
        Ok(())
    }

    /// Tells the agent which messages were read: those of agents, by the centre's own codes.
    async fn tell_read(&self, after: u64, up_to: u64) {
        let most = usize::try_from(up_to - after).unwrap_or(usize::MAX).min(MOST_READ);
        // What cannot be read from the store now is told with no later mark: a receipt is worth no error.
        let (Ok(events), Ok(record)) =
            (self.shared.store.events(&self.id, after, most).await, self.record().await)
        else {
            return;
        };
        let codes: Vec<String> = events
            .into_iter()
            .filter(|event| event.seq <= up_to)
            .filter_map(|event| match event.kind {
                EventKind::Message(message) if matches!(message.from, Sender::Agent(_)) => {
                    Some((event.seq, message.id))
                }
                _ => None,
            })
            // Messages without a code of the centre have an id of ours.
            .filter_map(|(seq, id)| (id != format!("m-{seq}")).then_some(id))
            .collect();
        if codes.is_empty() {
            return;
        }
        if let Err(failure) = self.desk().centre.read(&party(&record), &codes).await {
            self.report("read", &failure);
        }
    }

    /// What is known about the queue; empty when the visitor does not wait.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn queue(&self) -> Result<QueueInfo, Problem> {
        Ok(self.record().await?.queue.unwrap_or_default())
    }
}
