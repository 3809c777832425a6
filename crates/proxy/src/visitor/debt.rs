//! A conversation that ended here while the centre could not be told: the centre is told later.

use super::{Visitor, party};
use crate::problem::Problem;
use crate::store::VisitorRecord;
use crate::vendor::Failure;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Pause before the first attempt; it doubles up to the longest.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(60);
/// After this time the centre has let go of what is not polled any more.
const FORGIVEN_MS: u64 = 600_000;

/// Somebody pays the debt of this visitor.
struct Paying(Arc<Visitor>);

impl Drop for Paying {
    fn drop(&mut self) {
        self.0.paying.store(false, Ordering::Release);
    }
}

impl Visitor {
    /// Goes on with what another proxy left: polling, what the centre has not been told, and a call that nobody follows
    /// any more.
    ///
    /// # Errors
    /// As [`Visitor::record`].
    pub(crate) async fn go_on(self: &Arc<Self>) -> Result<(), Problem> {
        let record = self.record().await?;
        if let Some(since_ms) = record.owes_disconnect_ms {
            self.pay(since_ms);
        }
        if record.is_calling() {
            self.end_if_unfollowed().await?;
        }
        if record.is_open() || record.polling {
            self.poll(true);
        }
        Ok(())
    }

    /// Tells the centre in the background that the conversation which ended at `since_ms` is over, until it knows or a
    /// new one begins.
    pub(super) fn pay(self: &Arc<Self>, since_ms: u64) {
        if self.paying.swap(true, Ordering::AcqRel) {
            return;
        }
        let paying = Paying(Arc::clone(self));
        self.shared.tasks.spawn(async move {
            let Paying(visitor) = &paying;
            let draining = visitor.shared.draining.clone();
            let mut pause = FIRST;
            loop {
                tokio::select! {
                    () = draining.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                let debtor = Arc::clone(visitor);
                // In line, so that it does not end what the visitor begins meanwhile. When the store fails, the debt
                // stands in it and is paid after the next start.
                let paid = visitor.in_line(async move { debtor.pay_once(Some(since_ms)).await }).await;
                if paid.unwrap_or(true) {
                    return;
                }
                pause = (pause * 2).min(LONGEST);
            }
        });
    }

    /// Tells the centre once, if it is to be told: of the end at `since_ms`, or of any. Answers whether that is settled.
    pub(super) async fn pay_once(self: &Arc<Self>, since_ms: Option<u64>) -> Result<bool, Problem> {
        let record = self.record().await?;
        let owed = record.owes_disconnect_ms.filter(|owed| since_ms.is_none_or(|since| since == *owed));
        let Some(owed) = owed else { return Ok(true) };
        let told = self.disconnect(&record).await;
        let settled = told || self.now_ms().saturating_sub(owed) >= FORGIVEN_MS;
        if settled {
            self.change(|draft, _| draft.record.owes_disconnect_ms = None).await?;
        }
        Ok(settled)
    }

    /// Tells the centre that the conversation is over; whether it knows, or says that it cannot be ended.
    pub(super) async fn disconnect(&self, record: &VisitorRecord) -> bool {
        match self.desk().centre.disconnect(&party(record)).await {
            Ok(()) | Err(Failure::Gone) => true,
            Err(failure) => {
                self.report("disconnect", &failure);
                matches!(failure, Failure::Refused { transient: false, .. })
            }
        }
    }
}
