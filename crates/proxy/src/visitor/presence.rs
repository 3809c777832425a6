//! Whether anybody listens to a visitor's events.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Long polls of one visitor that may wait at once; the oldest is answered when one more comes.
const MOST_POLLS: usize = 16;

/// Somebody who listens at another proxy is heard of within this time.
const ELSEWHERE: Duration = Duration::from_secs(3);

/// Who listens, and who did last.
#[derive(Debug)]
pub struct Presence {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    seen: Instant,
    waiting: VecDeque<(u64, CancellationToken)>,
    next: u64,
    /// When another proxy last asked for the visitor.
    elsewhere: Option<Instant>,
}

impl State {
    fn elsewhere(&self) -> bool {
        self.elsewhere.is_some_and(|heard| heard.elapsed() < ELSEWHERE)
    }
}

/// A long poll that waits; ends with the value.
#[derive(Debug)]
pub struct Waiting<'a> {
    presence: &'a Presence,
    number: u64,
    /// Cancelled when the poll is to be answered at once.
    pub answer_now: CancellationToken,
}

impl Default for Presence {
    fn default() -> Self {
        let state = State { seen: Instant::now(), waiting: VecDeque::new(), next: 0, elsewhere: None };
        Self { state: Mutex::new(state) }
    }
}

impl Presence {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The visitor asked for something.
    pub fn seen(&self) {
        self.lock().seen = Instant::now();
    }

    /// A long poll begins to wait.
    pub fn wait(&self) -> Waiting<'_> {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        let answer_now = CancellationToken::new();
        state.waiting.push_back((number, answer_now.clone()));
        if state.waiting.len() > MOST_POLLS
            && let Some((_, oldest)) = state.waiting.pop_front()
        {
            oldest.cancel();
        }
        Waiting { presence: self, number, answer_now }
    }

    /// The visitor is at another proxy; whether that is news.
    pub fn heard_elsewhere(&self) -> bool {
        let mut state = self.lock();
        let news = !state.elsewhere();
        let now = Instant::now();
        (state.seen, state.elsewhere) = (now, Some(now));
        news
    }

    /// Whether a long poll waits, at this proxy or probably at another.
    pub fn listening(&self) -> bool {
        let state = self.lock();
        !state.waiting.is_empty() || state.elsewhere()
    }

    /// Whether a long poll waits at this proxy.
    pub fn listening_here(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// Since when nobody listens; `None` while somebody does.
    pub fn alone_since(&self) -> Option<Instant> {
        let state = self.lock();
        state.waiting.is_empty().then_some(state.seen)
    }

    /// Whether nobody listened for this long.
    pub fn alone_for(&self, time: Duration) -> bool {
        self.alone_since().is_some_and(|since| since.elapsed() >= time)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.presence.lock();
        state.seen = Instant::now();
        state.waiting.retain(|(number, _)| *number != self.number);
    }
}
