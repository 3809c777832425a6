//! What other proxies do to a visitor, and how this one hears of it: by news of the store; where news got lost, by the
//! revision that every request and every lease brings along.

use super::Visitor;
use crate::problem::Problem;
use crate::state::App;
use crate::store::{News, Role, What};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

/// Who waits for events looks again this often, whether somebody polls and whether something was written.
pub(super) const LOOK: Duration = Duration::from_secs(2);
/// Visitors that are taken on at once.
const MOST_ORPHANS: usize = 100;

/// Since when a message of the visitor is on its way, by whichever proxy.
#[derive(Debug, Default)]
pub(super) struct TalkedTo(Mutex<Option<Instant>>);

impl TalkedTo {
    fn begin(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether one has been for no longer than this.
    pub(super) fn within(&self, time: Duration) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() < time)
    }
}

impl Visitor {
    /// Reads the record anew if others have changed it since it was read here.
    ///
    /// # Errors
    /// [`frontdesk_contract::ErrorCode::SessionUnknown`] when the visitor was erased; when the store fails.
    pub(crate) async fn refresh(&self) -> Result<(), Problem> {
        if !self.shared.store.is_shared() {
            return Ok(());
        }
        // One that is gone has no revision, and reading it says so.
        let rev = self.shared.store.rev(&self.id).await?.unwrap_or(u64::MAX);
        if self.rev.load(Ordering::Acquire) == rev || self.is_changing() {
            return Ok(());
        }
        self.reload(rev).await
    }

    /// The same, where it is known which revision the store has.
    pub(super) async fn catch_up_with(&self, rev: u64) -> Result<(), Problem> {
        if self.rev.load(Ordering::Acquire) == rev {
            return Ok(());
        }
        self.reload(rev).await
    }

    /// The store had this revision a moment ago: if it is news, the record is read in the background.
    pub(super) fn notice(self: &Arc<Self>, rev: u64) {
        if self.rev.load(Ordering::Acquire) != rev {
            let visitor = Arc::clone(self);
            self.shared.tasks.spawn(async move {
                // What cannot be read now is read with the next request.
                let _failed = visitor.reload(rev).await;
            });
        }
    }

    /// Looks after a visitor who waits for events here: whether somebody polls, and what was written elsewhere.
    pub(super) async fn look_around(self: &Arc<Self>) -> Result<(), Problem> {
        if self.shared.store.is_shared() {
            self.attend();
            self.refresh().await?;
        }
        Ok(())
    }

    /// Takes news of this visitor.
    fn told(self: &Arc<Self>, what: What) {
        match what {
            What::Written(rev) if self.is_followed() => self.notice(rev),
            What::Written(_) => {}
            What::Erased => self.notice(u64::MAX),
            What::Leased(Role::Talk) => self.talked_to.begin(),
            What::Released(Role::Talk) => {
                self.talked_to.end();
                self.freed.notify_waiters();
                self.wake.notify_one();
            }
            What::Released(Role::Poll) => {
                self.poller.free();
                if self.presence.listening_here() && self.mark().open {
                    self.poll(true);
                }
            }
            What::Released(_) => self.freed.notify_waiters(),
            What::Wanted(role @ Role::Poll) if self.poller.is_running() => self.wanted(role),
            What::Wanted(_) | What::Leased(_) => {}
        }
    }

    /// Whether somebody here wants to know at once what happens.
    fn is_followed(&self) -> bool {
        self.presence.listening_here() || self.poller.is_running() || self.calling.is_followed()
    }
}

impl App {
    /// Takes on visitors that nobody looks after: whoever did has ended, or could not.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn adopt(&self) -> Result<(), crate::store::StoreError> {
        loop {
            let orphans = self.shared.store.orphans(MOST_ORPHANS).await?;
            for id in &orphans {
                let gone_on = match self.registry.get(&self.shared, id).await {
                    Ok(visitor) => visitor.go_on().await,
                    Err(problem) => Err(problem),
                };
                if let Err(problem) = gone_on {
                    let code = crate::problem::word(problem.code);
                    // One after the other of a desk that is not there any more, until their sessions are over.
                    let kind = (String::new(), "going on", problem.code);
                    if let Some(suppressed) = self.shared.failures.due(kind) {
                        tracing::warn!(visitor = id, code, suppressed, "a conversation is not gone on with");
                    }
                }
            }
            if orphans.len() < MOST_ORPHANS {
                return Ok(());
            }
        }
    }

    /// Passes on what happens to visitors who are in memory.
    pub(crate) async fn follow_news(&self, mut news: Receiver<News>) {
        loop {
            match news.recv().await {
                Ok(News { visitor, what }) => {
                    if let Some(visitor) = self.registry.present(&visitor) {
                        visitor.told(what);
                    }
                }
                // Whoever waits for events looks around from time to time.
                Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "news of the store were missed"),
                Err(RecvError::Closed) => return,
            }
        }
    }
}
