//! When to read the centre's history beside polling, where a poll hands out a message once and the history keeps it.
//! Pure.
//!
//! A message can get lost without a trace: the answer that carried it went to nobody. Polls that were given up are known,
//! and so is that an earlier poller ended in the middle; such a poll may reach the centre even later, and take what is said
//! then. Of some losses nobody learns, as when something on the way asks the centre twice. So the history is read at once
//! and before the next poll after a poll that was given up, a few times more while that may still arrive, now and then
//! otherwise, and once more after the conversation.

use std::time::Duration;
use tokio::time::Instant;

/// A poll that was given up may arrive at the centre so much later.
const DOUBT: Duration = Duration::from_secs(35);
/// Pause between readings meanwhile, and after those that failed.
const OFTEN: Duration = Duration::from_secs(4);
/// Pause between readings while something is said.
const LIVELY: Duration = Duration::from_secs(20);
/// Pause between readings while nothing is said.
const QUIET: Duration = Duration::from_secs(120);
/// So many readings in a row may fail while polls wait for them. Further ones are tried beside the polls.
const HOLD: u32 = 3;
/// After the conversation so many readings in a row may fail.
const AFTERWARDS: u32 = 40;

/// What is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing now.
    No,
    /// The history; polls wait for it.
    First,
    /// The history; polls go on if it fails.
    Beside,
}

/// The readings of one poller.
#[derive(Clone, Debug)]
pub struct Readings {
    /// The history is worth reading.
    wanted: bool,
    first: bool,
    next: Instant,
    doubt_until: Instant,
    failed: u32,
    /// By the centre, the last time.
    refused: bool,
    /// The conversation is over.
    over: bool,
    /// It is, and nothing of it can be found any more.
    done: bool,
}

impl Readings {
    /// A poller begins. `wanted`: the history is worth reading.
    pub fn new(wanted: bool, now: Instant) -> Self {
        let next = now + LIVELY;
        let (doubt_until, failed) = (now, 0);
        Self { wanted, first: false, next, doubt_until, failed, refused: false, over: false, done: false }
    }

    /// Whether the history is worth reading, as it is known now.
    pub fn set_wanted(&mut self, wanted: bool) {
        self.wanted = wanted;
    }

    /// A poll was given up, now or by an earlier poller: it may have taken messages, and may yet.
    pub fn doubt(&mut self, now: Instant) {
        self.doubt_until = now + DOUBT;
        self.done = false;
        if self.failed < HOLD {
            self.once(now);
        }
    }

    /// The history is to be read before the next poll.
    pub fn once(&mut self, now: Instant) {
        self.first = true;
        self.next = now;
    }

    /// Something may still be found that an answer had brought, which was lost.
    pub fn is_in_doubt(&self, now: Instant) -> bool {
        self.wanted && (self.first || now < self.doubt_until)
    }

    /// What to do now.
    pub fn due(&self, now: Instant) -> Due {
        match (self.wanted, self.first) {
            (true, true) => Due::First,
            (true, false) if now >= self.next => Due::Beside,
            _ => Due::No,
        }
    }

    /// The history was read. `lively`: something was said lately.
    pub fn read(&mut self, now: Instant, lively: bool) {
        self.first = false;
        self.failed = 0;
        self.refused = false;
        let doubt = self.is_in_doubt(now);
        let pause = if lively { LIVELY } else { QUIET };
        self.next = now + if doubt { OFTEN } else { pause };
        self.done = self.over && !doubt;
    }

    /// Something was said: where nothing had been said for long, or as far as this poller knew, more may follow.
    pub fn stir(&mut self, now: Instant) {
        self.next = self.next.min(now + LIVELY);
    }

    /// It could not be read, for now.
    pub fn failed(&mut self, now: Instant) {
        self.failed = self.failed.saturating_add(1);
        if self.failed >= HOLD || self.over {
            self.first = false;
            self.next = now + OFTEN;
        }
    }

    /// The centre refused to tell it; whether that is new.
    pub fn refused(&mut self, now: Instant) -> bool {
        let new = !std::mem::replace(&mut self.refused, true);
        self.failed = self.failed.saturating_add(1).max(HOLD);
        self.first = false;
        self.next = now + LIVELY;
        new
    }

    /// The centre has no history after all.
    pub fn give_up(&mut self) {
        self.wanted = false;
    }

    /// A conversation is open.
    pub fn resume(&mut self) {
        self.over = false;
        self.done = false;
    }

    /// The conversation is over: when to read the next time; `None` when that is done, or hopeless.
    pub fn afterwards(&mut self, now: Instant) -> Option<Instant> {
        if !self.over {
            self.over = true;
            self.next = now;
        }
        (self.wanted && !self.done && self.failed < AFTERWARDS).then_some(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(began: Instant, seconds: u64) -> Instant {
        began + Duration::from_secs(seconds)
    }

    #[test]
    fn a_poll_that_was_given_up_is_followed_until_it_cannot_arrive_any_more() {
        let began = Instant::now();
        let mut readings = Readings::new(true, began);
        assert_eq!(readings.due(began), Due::No);
        readings.doubt(began);
        assert_eq!(readings.due(began), Due::First);
        let mut times = Vec::new();
        for second in 0..=60 {
            let now = at(began, second);
            if readings.due(now) != Due::No {
                times.push(second);
                readings.read(now, true);
            }
        }
        assert_eq!(times, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 56]);
    }

    #[test]
    fn it_is_read_sooner_again_once_something_is_said() {
        let began = Instant::now();
        let mut readings = Readings::new(true, began);
        readings.read(began, false);
        assert_eq!(readings.due(began + LIVELY), Due::No);
        let said = began + LIVELY;
        readings.stir(said);
        readings.stir(at(said, 1));
        assert_eq!(readings.due(at(said, 19)), Due::No);
        assert_eq!(readings.due(said + LIVELY), Due::Beside);
    }

    #[test]
    fn polls_wait_for_a_few_failing_readings_only() {
        let began = Instant::now();
        let mut readings = Readings::new(true, began);
        readings.doubt(began);
        for _ in 0..HOLD {
            assert_eq!(readings.due(began), Due::First);
            readings.failed(began);
        }
        assert_eq!(readings.due(began), Due::No);
        // A poll that is given up meanwhile does not bring that back.
        readings.doubt(at(began, 1));
        assert_eq!(readings.due(at(began, 1)), Due::No);
        assert_eq!(readings.due(at(began, 4)), Due::Beside);
        readings.read(at(began, 4), false);
        readings.doubt(at(began, 5));
        assert_eq!(readings.due(at(began, 5)), Due::First);
    }

    #[test]
    fn after_the_conversation_it_is_read_once_more_or_until_the_doubt_is_over() {
        let began = Instant::now();
        let mut readings = Readings::new(true, began);
        assert_eq!(readings.afterwards(began), Some(began));
        readings.read(began, true);
        assert_eq!(readings.afterwards(at(began, 1)), None);

        readings.resume();
        readings.doubt(at(began, 2));
        let mut read = 0;
        let mut now = at(began, 3);
        while let Some(next) = readings.afterwards(now) {
            now = next.max(now);
            readings.read(now, true);
            read += 1;
        }
        assert_eq!(read, 10);
        assert!(now >= at(began, 37));
    }

    #[test]
    fn a_refusal_is_told_once_and_does_not_hold_up_polls() {
        let began = Instant::now();
        let mut readings = Readings::new(true, began);
        readings.doubt(began);
        assert!(readings.refused(began));
        assert_eq!(readings.due(began), Due::No);
        let later = began + LIVELY;
        assert_eq!(readings.due(later), Due::Beside);
        assert!(!readings.refused(later));
        readings.read(later + LIVELY, true);
        assert!(readings.refused(later + LIVELY));
    }

    #[test]
    fn nothing_is_read_in_vain_for_ever() {
        let began = Instant::now();
        let mut readings = Readings::new(false, began);
        readings.doubt(began);
        assert_eq!(readings.due(began), Due::No);
        assert_eq!(readings.afterwards(began), None);

        let mut readings = Readings::new(true, began);
        let mut tries = 0;
        while readings.afterwards(began).is_some() {
            readings.failed(began);
            tries += 1;
        }
        assert_eq!(tries, AFTERWARDS);
        readings.resume();
        readings.give_up();
        assert!(!readings.is_in_doubt(began));
    }
}
