//! When to poll next: often while something goes on, seldom while nothing does, more slowly while polls fail.

use crate::chance;
use std::time::Duration;

/// Something that arrived keeps polling busy for this long.
const LIVELY: Duration = Duration::from_secs(30);
/// The first and the longest pause after failures.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(4);
/// Failures in a row after which the visitor is told.
const TELL_AFTER: u32 = 3;

/// What bears on the interval.
#[derive(Clone, Copy, Debug)]
pub struct Activity {
    /// A client waits for events.
    pub listening: bool,
    /// The visitor waits for an agent.
    pub queueing: bool,
    /// How long ago something arrived.
    pub since_arrival: Option<Duration>,
}

/// What a failure or its end means for the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing new.
    Same,
    /// The centre has become unreachable.
    Lost,
    /// The centre is reached again.
    Found,
}

/// The interval of one poller.
#[derive(Clone, Debug)]
pub struct Pacing {
    busy: Duration,
    idle: Duration,
    current: Duration,
    failures: u32,
}

impl Pacing {
    /// Between `busy` and `idle`, whichever way round they were given.
    pub fn new(busy: Duration, idle: Duration) -> Self {
        let busy = busy.max(Duration::from_millis(50));
        Self { busy, idle: idle.max(busy), current: busy, failures: 0 }
    }

    /// Goes on between other bounds.
    pub fn set(&mut self, busy: Duration, idle: Duration) {
        let Self { failures, current, .. } = *self;
        *self = Self::new(busy, idle);
        self.failures = failures;
        self.current = current.clamp(self.busy, self.idle);
    }

    /// The pause after a poll that was answered.
    pub fn answered(&mut self, activity: Activity) -> (Duration, Turn) {
        let turn = if self.failures >= TELL_AFTER { Turn::Found } else { Turn::Same };
        self.failures = 0;
        let lively = activity.since_arrival.is_some_and(|age| age < LIVELY);
        self.current = if activity.listening || activity.queueing || lively {
            self.busy
        } else {
            self.current.mul_f64(1.5).min(self.idle)
        };
        (self.current, turn)
    }

    /// The pause after a poll that failed, by full jitter above half of the bound, but never shorter than the centre asks.
    pub fn failed(&mut self, retry_after: Option<Duration>) -> (Duration, Turn) {
        self.failures = self.failures.saturating_add(1);
        let doublings = (self.failures - 1).min(8);
        let bound = FIRST.saturating_mul(1 << doublings).min(LONGEST);
        let pause = chance::between(bound / 2, bound);
        let turn = if self.failures == TELL_AFTER { Turn::Lost } else { Turn::Same };
        (pause.max(retry_after.unwrap_or_default()), turn)
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The shortest pause.
    pub fn busy(&self) -> Duration {
        self.busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Activity = Activity { listening: false, queueing: false, since_arrival: None };

    fn pacing() -> Pacing {
        Pacing::new(Duration::from_millis(500), Duration::from_secs(5))
    }

    #[test]
    fn quiet_polling_slows_down_to_idle_and_wakes_at_once() {
        let mut pacing = pacing();
        let mut last = Duration::ZERO;
        for _ in 0..10 {
            let (pause, _) = pacing.answered(QUIET);
            assert!(pause >= last && pause <= Duration::from_secs(5));
            last = pause;
        }
        assert_eq!(last, Duration::from_secs(5));
        for activity in [
            Activity { listening: true, ..QUIET },
            Activity { queueing: true, ..QUIET },
            Activity { since_arrival: Some(Duration::from_secs(29)), ..QUIET },
        ] {
            assert_eq!(pacing.answered(activity).0, Duration::from_millis(500));
        }
    }

    #[test]
    fn failures_back_off_within_bounds_and_are_told_once() {
        let mut pacing = pacing();
        let turns: Vec<_> = (0..6)
            .map(|_| {
                let (pause, turn) = pacing.failed(None);
                assert!(pause >= Duration::from_millis(250) && pause <= LONGEST);
                turn
            })
            .collect();
        assert_eq!(turns, [Turn::Same, Turn::Same, Turn::Lost, Turn::Same, Turn::Same, Turn::Same]);
        assert_eq!(pacing.answered(QUIET).1, Turn::Found);
        assert_eq!(pacing.answered(QUIET).1, Turn::Same);
    }

    #[test]
    fn the_centre_decides_how_long_at_least() {
        assert!(pacing().failed(Some(Duration::from_secs(60))).0 >= Duration::from_secs(60));
    }
}
