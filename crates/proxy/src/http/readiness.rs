//! Whether the store can be written: found out by a write, for all who ask within a second together. Probes count for no limit.

use crate::problem::Problem;
use crate::state::Shared;
use frontdesk_contract::ErrorCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The store may take this long.
const PATIENCE: Duration = Duration::from_secs(2);
/// One write in this time is enough.
const GOOD_FOR: Duration = Duration::from_secs(1);

type Answer = Result<(), Problem>;

/// The last answer, or the one that is awaited.
#[derive(Default)]
pub struct Readiness(Mutex<Option<Asked>>);

struct Asked {
    at: Instant,
    answer: watch::Receiver<Option<Answer>>,
}

impl Readiness {
    /// Whether the store can be written.
    pub(super) async fn ask(&self, shared: &Arc<Shared>) -> Answer {
        let mut answer = self.asked(shared);
        let known = answer.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
        known.unwrap_or_else(|| Err(slow()))
    }

    fn asked(&self, shared: &Arc<Shared>) -> watch::Receiver<Option<Answer>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Asked { at, answer }) = &*last {
            let awaited = answer.borrow().is_none() && answer.has_changed().is_ok();
            if awaited || at.elapsed() < GOOD_FOR {
                return answer.clone();
            }
        }
        let (sender, answer) = watch::channel(None);
        let written = Arc::clone(shared);
        // Beside the request: whoever goes away at once does not make the next one begin anew.
        shared.tasks.spawn(async move {
            let written = tokio::time::timeout(PATIENCE, written.store.flush()).await;
            sender.send_replace(Some(written.map_err(|_| slow()).and_then(|written| Ok(written?))));
        });
        *last = Some(Asked { at: Instant::now(), answer: answer.clone() });
        answer
    }
}

fn slow() -> Problem {
    Problem::new(ErrorCode::StoreUnavailable, "the store does not answer")
}
