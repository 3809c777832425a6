//! Whether a centre is asked at all: decided by what came of the calls before, without I/O and with time told.
//!
//! Closed: all calls pass. After so many failures without a good answer in between it opens: no call passes. After a pause one
//! call passes, to see whether the centre is back: if so it closes, otherwise it pauses again, twice as long.

use std::time::Duration;
use tokio::time::Instant;

/// The first pause: chance alone opens it now and then where connections are poor.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// What a call says about the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is there: it answered, whatever it was.
    There,
    /// It could not be reached, or did not answer in time.
    Away,
    /// Neither.
    Nothing,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// With the others.
    Go(Ticket),
    /// Alone, to see whether the centre is back.
    Try(Ticket),
    /// Not now.
    Stop,
}

/// Goes with a call: what is known of it counts only for the state that let it pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// How it stands, for figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Calls pass.
    Closed,
    /// One call is trying.
    Trying,
    /// No call passes.
    Open,
}

#[derive(Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Trying,
}

/// The state of one desk's centre.
#[derive(Debug)]
pub(super) struct Breaker {
    failures_max: u32,
    longest_pause: Duration,
    /// The pause that comes next.
    pause: Duration,
    state: State,
    /// How often the state has changed.
    turn: u64,
}

impl Breaker {
    /// Opens after so many failures, for a second and then for twice as long each time, up to `longest_pause`.
    pub(super) fn new(failures_max: u32, longest_pause: Duration) -> Self {
        Self {
            failures_max: failures_max.max(1),
            longest_pause,
            pause: FIRST_PAUSE.min(longest_pause),
            state: State::Closed { failures: 0 },
            turn: 0,
        }
    }

    pub(super) fn stand(&self) -> Stand {
        match self.state {
            State::Closed { .. } => Stand::Closed,
            State::Open { .. } => Stand::Open,
            State::Trying => Stand::Trying,
        }
    }

    /// A call wants to be made. `may_try`: it is one that may find out whether the centre is back.
    pub(super) fn ask(&mut self, now: Instant, may_try: bool) -> Pass {
        match self.state {
            State::Closed { .. } => Pass::Go(Ticket(self.turn)),
            State::Open { until } if now >= until && may_try => {
                self.turn(State::Trying);
                Pass::Try(Ticket(self.turn))
            }
            State::Open { .. } | State::Trying => Pass::Stop,
        }
    }

    /// A call is over. One that was let pass by an earlier state says nothing about this one.
    pub(super) fn over(&mut self, ticket: Ticket, verdict: Verdict, now: Instant) {
        if ticket.0 != self.turn {
            return;
        }
        match (&mut self.state, verdict) {
            (State::Closed { failures }, Verdict::There) => *failures = 0,
            (State::Closed { failures }, Verdict::Away) => {
                *failures = failures.saturating_add(1);
                if *failures >= self.failures_max {
                    self.open(now);
                }
            }
            (State::Closed { .. }, Verdict::Nothing) | (State::Open { .. }, _) => {}
            (State::Trying, Verdict::There) => {
                self.pause = FIRST_PAUSE.min(self.longest_pause);
                self.turn(State::Closed { failures: 0 });
            }
            (State::Trying, Verdict::Away) => self.open(now),
            // It was abandoned: the next one may try at once.
            (State::Trying, Verdict::Nothing) => self.turn(State::Open { until: now }),
        }
    }

    fn open(&mut self, now: Instant) {
        self.turn(State::Open { until: now + self.pause });
        self.pause = self.pause.saturating_mul(2).min(self.longest_pause);
    }

    fn turn(&mut self, state: State) {
        self.state = state;
        self.turn += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = FIRST_PAUSE;
    const LONGEST: Duration = Duration::from_secs(5);

    fn go(breaker: &mut Breaker, now: Instant) -> Ticket {
        match breaker.ask(now, false) {
            Pass::Go(ticket) => ticket,
            pass => panic!("{pass:?}"),
        }
    }

    fn trying(breaker: &mut Breaker, now: Instant) -> Ticket {
        match breaker.ask(now, true) {
            Pass::Try(ticket) => ticket,
            pass => panic!("{pass:?}"),
        }
    }

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(3, LONGEST);
        for _ in 0..3 {
            let ticket = go(&mut breaker, now);
            breaker.over(ticket, Verdict::Away, now);
        }
        assert_eq!(breaker.stand(), Stand::Open);
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_alone() {
        let now = Instant::now();
        let mut breaker = Breaker::new(3, LONGEST);
        use Verdict::{Away, Nothing, There};
        for verdict in [Away, Away, There, Away, Nothing, Away] {
            let ticket = go(&mut breaker, now);
            breaker.over(ticket, verdict, now);
            assert_eq!(breaker.stand(), Stand::Closed, "{verdict:?}");
        }
        let ticket = go(&mut breaker, now);
        breaker.over(ticket, Away, now);
        assert_eq!((breaker.stand(), breaker.ask(now, true)), (Stand::Open, Pass::Stop));
    }

    #[test]
    fn after_the_pause_one_call_tries_and_its_answer_closes() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.ask(now + PAUSE - Duration::from_millis(1), true), Pass::Stop);
        assert_eq!(breaker.ask(now + PAUSE, false), Pass::Stop, "this one may not try");
        let ticket = trying(&mut breaker, now + PAUSE);
        assert_eq!((breaker.stand(), breaker.ask(now + 2 * PAUSE, true)), (Stand::Trying, Pass::Stop));
        breaker.over(ticket, Verdict::There, now + PAUSE);
        assert_eq!(breaker.stand(), Stand::Closed);
        // It begins to count anew.
        for _ in 0..2 {
            let ticket = go(&mut breaker, now);
            breaker.over(ticket, Verdict::Away, now);
        }
        assert_eq!(breaker.stand(), Stand::Closed);
    }

    #[test]
    fn a_try_that_fails_opens_again_and_one_that_is_abandoned_makes_way() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let late = now + 2 * PAUSE;
        let ticket = trying(&mut breaker, late);
        breaker.over(ticket, Verdict::Away, late);
        assert_eq!(breaker.ask(late + PAUSE, true), Pass::Stop);
        let ticket = trying(&mut breaker, late + 2 * PAUSE);
        breaker.over(ticket, Verdict::Nothing, late + 2 * PAUSE);
        trying(&mut breaker, late + 2 * PAUSE);
    }

    #[test]
    fn the_pause_doubles_up_to_its_bound_until_the_centre_was_there() {
        let mut now = Instant::now();
        let mut breaker = opened(now);
        let mut pauses = Vec::new();
        for _ in 0..5 {
            let since = now;
            while breaker.ask(now, false) == Pass::Stop && !matches!(breaker.ask(now, true), Pass::Try(_)) {
                now += Duration::from_millis(100);
            }
            pauses.push((now - since).as_secs());
            breaker.over(Ticket(breaker.turn), Verdict::Away, now);
        }
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
        let ticket = trying(&mut breaker, now + LONGEST);
        breaker.over(ticket, Verdict::There, now + LONGEST);
        for _ in 0..3 {
            let ticket = go(&mut breaker, now);
            breaker.over(ticket, Verdict::Away, now);
        }
        trying(&mut breaker, now + FIRST_PAUSE);
        assert_eq!(Breaker::new(1, FIRST_PAUSE / 2).pause, FIRST_PAUSE / 2);
    }

    #[test]
    fn what_an_earlier_state_let_pass_does_not_count() {
        let now = Instant::now();
        let mut breaker = Breaker::new(1, LONGEST);
        let [first, second, third] = [(); 3].map(|()| go(&mut breaker, now));
        breaker.over(first, Verdict::Away, now);
        breaker.over(second, Verdict::There, now);
        assert_eq!(breaker.stand(), Stand::Open);
        let ticket = trying(&mut breaker, now + PAUSE);
        breaker.over(third, Verdict::Away, now + PAUSE);
        assert_eq!(breaker.stand(), Stand::Trying);
        breaker.over(ticket, Verdict::There, now + PAUSE);
        breaker.over(ticket, Verdict::Away, now + PAUSE);
        assert_eq!(breaker.stand(), Stand::Closed);
    }
}
