//! What time it is: epoch milliseconds for records, and a source that tests can move.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
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

/// Notices a clock that was put forward: what goes by its age would go at once, and for good.
#[derive(Debug)]
pub struct Leaps {
    at: Instant,
    epoch_ms: u64,
}

impl Leaps {
    /// Compares with `epoch_ms`, the clock's time now.
    pub fn from(epoch_ms: u64) -> Self {
        Self { at: Instant::now(), epoch_ms }
    }

    /// How much further the clock has come than time has passed since it was asked before.
    pub fn at(&mut self, epoch_ms: u64) -> Duration {
        let before = std::mem::replace(self, Self::from(epoch_ms));
        Duration::from_millis(epoch_ms.saturating_sub(before.epoch_ms)).saturating_sub(before.at.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_put_forward_is_noticed_once_and_one_that_is_put_back_is_none() {
        const HOUR: Duration = Duration::from_secs(3_600);
        let mut leaps = Leaps::from(1_000);
        tokio::time::advance(HOUR).await;
        assert_eq!(leaps.at(3_601_000), Duration::ZERO);
        assert_eq!(leaps.at(10_801_000), 2 * HOUR);
        assert_eq!(leaps.at(10_801_000), Duration::ZERO);
        assert_eq!(leaps.at(1_000), Duration::ZERO);
        tokio::time::advance(HOUR).await;
        assert_eq!(leaps.at(7_201_000), HOUR);
    }
}
