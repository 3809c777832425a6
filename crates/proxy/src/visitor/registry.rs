//! The visitors in memory: loaded when asked for, dropped when idle.

use super::Visitor;
use super::book::Book;
use crate::audit::words::Limit;
use crate::problem::Problem;
use crate::state::Shared;
use frontdesk_contract::ErrorCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A visitor without requests, polls or a poller is dropped after this time.
const IDLE: Duration = Duration::from_secs(60);

/// All visitors in memory, one value per visitor.
#[derive(Default)]
pub struct Registry {
    visitors: Mutex<HashMap<String, Arc<Visitor>>>,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Visitor>>> {
        self.visitors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The visitor with this id, as it is in the store.
    ///
    /// # Errors
    /// [`ErrorCode::SessionUnknown`] when it is not stored or its desk is gone, [`ErrorCode::Overloaded`] when there are
    /// too many; when the store fails.
    pub async fn get(&self, shared: &Arc<Shared>, id: &str) -> Result<Arc<Visitor>, Problem> {
        if let Some(visitor) = self.present(id) {
            visitor.refresh().await?;
            return Ok(visitor);
        }
        let book = Book::load(shared.store.as_ref(), id).await?.ok_or_else(Problem::session_unknown)?;
        let place = shared.desks.place(&book.record().desk).ok_or_else(Problem::session_unknown)?;
        let most = shared.settings().limits.sessions;
        let mut visitors = self.lock();
        if visitors.len() >= most {
            drop_idle(&mut visitors, Duration::ZERO);
        }
        if visitors.len() >= most && !visitors.contains_key(id) {
            shared.metrics.limited(Limit::SessionsKept);
            let full = Problem::new(ErrorCode::Overloaded, "too many visitors at once");
            return Err(full.after(Duration::from_secs(5)));
        }
        let visitor =
            visitors.entry(id.to_owned()).or_insert_with(|| Visitor::new(Arc::clone(shared), place, book));
        Ok(Arc::clone(visitor))
    }

    /// The visitor with this id, if it is in memory.
    pub fn present(&self, id: &str) -> Option<Arc<Visitor>> {
        self.lock().get(id).cloned()
    }

    /// All that are in memory.
    pub fn all(&self) -> Vec<Arc<Visitor>> {
        self.lock().values().cloned().collect()
    }

    /// Drops a visitor that was erased.
    pub fn remove(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Drops visitors that nobody uses.
    pub fn sweep(&self) {
        drop_idle(&mut self.lock(), IDLE);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

fn drop_idle(visitors: &mut HashMap<String, Arc<Visitor>>, idle: Duration) {
    // With the lock held nobody can take a visitor that only the registry holds.
    visitors.retain(|_, visitor| Arc::strong_count(visitor) > 1 || !visitor.presence.alone_for(idle));
}
