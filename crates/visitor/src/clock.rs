//! Time that never goes back.

use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Epoch milliseconds, read once from the system and counted on by the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    epoch_ms: u64,
}

impl Clock {
    /// A clock that starts now. Clones of it agree.
    pub fn start() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), epoch_ms: u64::try_from(epoch.as_millis()).unwrap_or(0) }
    }

    /// A clock that shows this time now and follows the runtime's clock alone.
    pub fn at(epoch_ms: u64) -> Self {
        Self { started: Instant::now(), epoch_ms }
    }

    /// The time now.
    pub fn now_ms(&self) -> u64 {
        let passed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.epoch_ms.saturating_add(passed)
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The moment of this time; a time that has passed is now.
    pub fn instant(&self, at_ms: u64) -> Instant {
        let now = Instant::now();
        let ahead = at_ms.saturating_sub(self.now_ms());
        now.checked_add(std::time::Duration::from_millis(ahead)).unwrap_or(now)
    }
}
