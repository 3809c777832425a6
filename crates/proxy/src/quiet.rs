//! Keeps the log readable while something fails again and again: of one kind one line a minute, with a count of the rest.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A line of one kind comes at most once in this time.
pub(crate) const QUIET: Duration = Duration::from_secs(60);

/// What was said when. Kinds must be few: none is ever forgotten.
pub struct Quiet<K>(Mutex<HashMap<K, Said>>);

struct Said {
    at: Instant,
    suppressed: u64,
}

impl<K> Default for Quiet<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq> Quiet<K> {
    /// Whether a line of this kind is due; if so, how many were suppressed since the last.
    pub fn due(&self, kind: K) -> Option<u64> {
        let now = Instant::now();
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match said.get_mut(&kind) {
            Some(last) if now.duration_since(last.at) < QUIET => {
                last.suppressed += 1;
                None
            }
            Some(last) => Some(std::mem::replace(last, Said { at: now, suppressed: 0 }).suppressed),
            None => {
                said.insert(kind, Said { at: now, suppressed: 0 });
                Some(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{QUIET, Quiet};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn one_kind_is_told_once_a_minute_with_a_count_of_the_rest() {
        let quiet = Quiet::default();
        assert_eq!(quiet.due("busy"), Some(0));
        tokio::time::advance(QUIET - Duration::from_secs(1)).await;
        assert_eq!([quiet.due("busy"), quiet.due("busy"), quiet.due("unreachable")], [None, None, Some(0)]);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!([quiet.due("busy"), quiet.due("busy")], [Some(2), None]);
    }
}
