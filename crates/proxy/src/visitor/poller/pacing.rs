//! When to poll next: often while something goes on, less often while a page waits for it, seldom while nobody does, more slowly
//! while polls fail.

use crate::chance;
use crate::settings::Pauses;
use std::time::Duration;

/// What happened keeps polling busy for this long.
const LIVELY: Duration = Duration::from_secs(30);
/// The first and the longest pause after failures.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(4);
/// However short a pause is to be.
const LEAST: Duration = Duration::from_millis(50);
/// Failures in a row after which the visitor is told.
const TELL_AFTER: u32 = 3;

/// What bears on the interval.
#[derive(Clone, Copy, Debug)]
pub struct Activity {
    /// A client waits for events.
    pub listening: bool,
    /// The visitor waits for an agent.
    pub queueing: bool,
    /// How long ago something happened: the visitor said something, or something arrived.
    pub since_news: Option<Duration>,
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
    pauses: Pauses,
    current: Duration,
    failures: u32,
}

impl Pacing {
    /// Between these bounds; the last two are no shorter than the first, the second no longer than the last.
    pub fn new(pauses: Pauses) -> Self {
        let pauses = ordered(pauses);
        Self { pauses, current: pauses.busy, failures: 0 }
    }

    /// Goes on between other bounds.
    pub fn set(&mut self, pauses: Pauses) {
        self.pauses = ordered(pauses);
        self.current = self.current.clamp(self.pauses.busy, self.pauses.idle);
    }

    /// The pause after a poll that was answered.
    pub fn answered(&mut self, activity: Activity) -> (Duration, Turn) {
        let turn = if self.failures >= TELL_AFTER { Turn::Found } else { Turn::Same };
        self.failures = 0;
        let Pauses { busy, listening, idle } = self.pauses;
        let lively = activity.since_news.is_some_and(|age| age < LIVELY);
        self.current = if activity.queueing || lively {
            busy
        } else {
            self.current.mul_f64(1.5).min(if activity.listening { listening } else { idle })
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
        self.pauses.busy
    }
}

fn ordered(pauses: Pauses) -> Pauses {
    let busy = pauses.busy.max(LEAST);
    let idle = pauses.idle.max(busy);
    Pauses { busy, listening: pauses.listening.clamp(busy, idle), idle }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Activity = Activity { listening: false, queueing: false, since_news: None };
    const PAUSES: Pauses = Pauses {
        busy: Duration::from_millis(500),
        listening: Duration::from_secs(2),
        idle: Duration::from_secs(5),
    };

    fn pacing() -> Pacing {
        Pacing::new(PAUSES)
    }

    /// After so many quiet polls, none of which came sooner than the one before.
    fn slowed(pacing: &mut Pacing, activity: Activity) -> Duration {
        (0..10).fold(Duration::ZERO, |last, _| {
            let (pause, _) = pacing.answered(activity);
            assert!(pause >= last);
            pause
        })
    }

    #[test]
    fn quiet_polling_slows_down_and_wakes_at_once() {
        let mut pacing = pacing();
        assert_eq!(slowed(&mut pacing, Activity { listening: true, ..QUIET }), PAUSES.listening);
        assert_eq!(slowed(&mut pacing, QUIET), PAUSES.idle);
        // Whoever comes back is not left waiting, nor taken for somebody to whom something happened.
        assert_eq!(pacing.answered(Activity { listening: true, ..QUIET }).0, PAUSES.listening);
        for activity in [
            Activity { queueing: true, ..QUIET },
            Activity { since_news: Some(LIVELY - Duration::from_millis(1)), ..QUIET },
        ] {
            slowed(&mut pacing, QUIET);
            assert_eq!(pacing.answered(activity).0, PAUSES.busy);
        }
        assert!(pacing.answered(Activity { since_news: Some(LIVELY), ..QUIET }).0 > PAUSES.busy);
    }

    #[test]
    fn bounds_out_of_order_are_put_in_order() {
        let wrong = Pauses { busy: Duration::from_secs(9), ..PAUSES };
        let mut pacing = Pacing::new(wrong);
        assert_eq!(slowed(&mut pacing, QUIET), wrong.busy);
        pacing.set(Pauses { busy: Duration::ZERO, listening: Duration::ZERO, idle: Duration::ZERO });
        assert_eq!(slowed(&mut pacing, QUIET), LEAST);
        pacing.set(Pauses { listening: Duration::from_secs(9), ..PAUSES });
        assert_eq!(slowed(&mut pacing, Activity { listening: true, ..QUIET }), PAUSES.idle);
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
