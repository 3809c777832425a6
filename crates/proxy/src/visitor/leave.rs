//! Ending a conversation, and logging out.

use super::Visitor;
use super::party;
use crate::problem::Problem;
use frontdesk_contract::{CallEnd, Contact, EndReason};
use std::sync::Arc;

impl Visitor {
    /// Ends the conversation for the visitor, and with it a call. A centre that cannot be told is told later, and drops the conversation
    /// by itself once it is no longer polled, so the visitor's wish holds in any case.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leave(self: &Arc<Self>) -> Result<Contact, Problem> {
        self.end_call(CallEnd::Visitor).await?;
        let visitor = Arc::clone(self);
        self.in_line(async move { visitor.end(EndReason::Visitor).await }).await
    }

    /// Ends the conversation for a reason; answers how things stand then.
    pub(super) async fn end(self: &Arc<Self>, reason: EndReason) -> Result<Contact, Problem> {
        let record = self.record().await?;
        if record.is_open() {
            let told = self.disconnect(&record).await;
            let owed = self.change(|draft, _| {
                draft.end(reason);
                draft.record.owes_disconnect_ms = (!told).then_some(draft.now_ms);
                draft.record.owes_disconnect_ms
            });
            if let Some(since_ms) = owed.await? {
                self.pay(since_ms);
            }
        }
        Ok(self.record().await?.contact)
    }

    /// Logs the visitor out: credential and data are gone when this answers; the centre is told afterwards.
    ///
    /// # Errors
    /// When the store fails; the session goes on then.
    pub async fn log_out(self: &Arc<Self>) -> Result<(), Problem> {
        let record = self.erase().await?;
        self.shared.cache.forget(&self.id);
        let visitor = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            if record.is_calling() {
                visitor.drop_call(&party(&record)).await;
            }
            // Twice at most: nobody remembers the debt of a visitor who is erased.
            let owes = record.is_open() || record.owes_disconnect_ms.is_some();
            if owes && !visitor.disconnect(&record).await {
                visitor.disconnect(&record).await;
            }
            visitor.desk().centre.forget(&record.user_id);
        });
        Ok(())
    }
}
