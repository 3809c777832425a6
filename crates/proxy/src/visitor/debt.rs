//! A conversation that ended here while the centre could not be told: the centre is told later.

use super::{Visitor, party};
use crate::problem::Problem;
use crate::store::VisitorRecord;
use crate::vendor::Failure;
use std::sync::Arc;
use std::time::Duration;

/// Pause before the first attempt; it doubles up to the longest.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(60);
/// After this time the centre has let go of what is not polled any more.
const FORGIVEN_MS: u64 = 600_000;

impl Visitor {
    /// Goes on with what a proxy before this one left: polling, and what the centre has not been told.
    ///
    /// # Errors
    /// As [`Visitor::record`].
    pub(crate) async fn go_on(self: &Arc<Self>) -> Result<(), Problem> {
        if self.record().await?.owes_disconnect_ms.is_some() {
            self.pay();
        }
        if self.mark().open {
            self.poll(true);
        }
        Ok(())
    }

    /// Tells the centre in the background that the conversation is over, until it knows or a new one begins.
    pub(super) fn pay(self: &Arc<Self>) {
        let visitor = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            let draining = visitor.shared.draining.clone();
            let mut pause = FIRST;
            loop {
                tokio::select! {
                    () = draining.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                let debtor = Arc::clone(&visitor);
                // In line, so that it does not end what the visitor begins meanwhile. When the store fails, the debt
                // stands in it and is paid after the next start.
                if !visitor.in_line(async move { debtor.pay_once().await }).await.unwrap_or(false) {
                    return;
                }
                pause = (pause * 2).min(LONGEST);
            }
        });
    }

    /// Tells the centre once, if it is to be told; whether it must be told again.
    pub(super) async fn pay_once(self: &Arc<Self>) -> Result<bool, Problem> {
        let record = self.record().await?;
        let Some(since_ms) = record.owes_disconnect_ms else { return Ok(false) };
        let told = self.disconnect(&record).await;
        let forgiven = self.now_ms().saturating_sub(since_ms) >= FORGIVEN_MS;
        if told || forgiven {
            self.change(|draft, _| draft.record.owes_disconnect_ms = None).await?;
        }
        Ok(!told && !forgiven)
    }

    /// Tells the centre that the conversation is over; whether it knows, or says that it cannot be ended.
    pub(super) async fn disconnect(&self, record: &VisitorRecord) -> bool {
        let party = party(record);
        let mut answer = self.centre().disconnect(&party).await;
        if matches!(answer, Err(Failure::NotSent { .. } | Failure::Unknown { .. })) {
            answer = self.centre().disconnect(&party).await;
        }
        match answer {
            Ok(()) | Err(Failure::Gone) => true,
            Err(failure) => {
                self.report("disconnect", &failure);
                matches!(failure, Failure::Refused { transient: false, .. })
            }
        }
    }
}
