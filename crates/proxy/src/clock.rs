//! What time it is: epoch milliseconds for records, and a source that tests can move.

use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Source of epoch milliseconds. Durations inside the proxy use tokio's monotonic clock instead.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<(u64, Instant)>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that starts at `epoch_ms` and moves with tokio's time, which tests can pause.
    pub fn with_tokio(epoch_ms: u64) -> Self {
        Self(Some((epoch_ms, Instant::now())))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> u64 {
        match self.0 {
            Some((epoch_ms, start)) => {
                epoch_ms.saturating_add(u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX))
            }
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}
