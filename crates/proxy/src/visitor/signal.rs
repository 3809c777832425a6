//! Small signs of the visitor: typing, reading. Losing one does no harm.

use super::{Visitor, party};
use crate::problem::Problem;
use frontdesk_contract::{ContactState, QueueInfo};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Typing is passed on this often at most.
const TYPING_EVERY: Duration = Duration::from_secs(2);

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
            if let Err(failure) = visitor.centre().typing(&party(&record)).await {
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
        self.change(|draft, _| {
            let reached = up_to.min(draft.record.head);
            draft.record.read_up_to = draft.record.read_up_to.max(reached);
        })
        .await
    }

    /// What is known about the queue; empty when the visitor does not wait.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn queue(&self) -> Result<QueueInfo, Problem> {
        Ok(self.record().await?.queue.unwrap_or_default())
    }
}
