//! The one place that reads the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Epoch milliseconds that never go back, however the machine's clock is set.
#[derive(Debug)]
pub(crate) enum Clock {
    Real { started: Instant, started_ms: u64 },
    Manual(ManualClock),
    Runtime { started: tokio::time::Instant, started_ms: u64 },
}

impl Clock {
    pub(crate) fn real() -> Clock {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Clock::Real { started: Instant::now(), started_ms: millis(since_epoch) }
    }

    /// Shows `epoch_ms` now and follows the runtime's clock, which may be paused.
    pub(crate) fn of_runtime(epoch_ms: u64) -> Clock {
        Clock::Runtime { started: tokio::time::Instant::now(), started_ms: epoch_ms }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        match self {
            Clock::Real { started, started_ms } => started_ms.saturating_add(millis(started.elapsed())),
            Clock::Manual(clock) => clock.now_ms(),
            Clock::Runtime { started, started_ms } => started_ms.saturating_add(millis(started.elapsed())),
        }
    }
}

/// Time that passes only when told to, for tests. Clones show the same time.
///
/// It decides lifetimes, delays of the robot, timeouts and timestamps. What really waits, a desk's long poll or a
/// latency fault, follows the runtime's own clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that shows `epoch_ms`.
    #[must_use]
    pub fn new(epoch_ms: u64) -> ManualClock {
        ManualClock(Arc::new(AtomicU64::new(epoch_ms)))
    }

    /// Lets `ms` milliseconds pass.
    pub fn advance(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    /// The time it shows, epoch ms.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
