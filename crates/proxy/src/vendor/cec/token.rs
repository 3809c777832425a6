//! Keeps one token: asks for it once however many callers need it, renews it in time, and waits after a failure.
//!
//! Nothing here knows where tokens come from; [`TokenCell::get`] and [`TokenCell::renew`] are given the question as a
//! future that is dropped unpolled when it need not be asked.

use super::super::Failure;
use reqwest::header::HeaderValue;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Renewal is due after this share of the lifetime.
const RENEW_AT: f64 = 0.8;
/// First pause after a failure; it doubles with each failure that follows.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// No token is believed to live longer.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// A new token and how long it lives. The value is marked as sensitive: `Debug` does not show it.
#[derive(Clone, Debug)]
pub(super) struct Fresh {
    pub(super) value: HeaderValue,
    pub(super) lifetime: Duration,
}

/// A token to use, and which one it is.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub(super) value: HeaderValue,
    /// When the question that brought it was asked, see [`TokenCell::ticket`].
    pub(super) ticket: u64,
}

/// How long the token must still live.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It is renewed in time.
    Lasting,
    /// Whatever there is, since the centre itself renews it while a conversation is open.
    Any,
}

/// The place of one token.
#[derive(Default)]
pub(super) struct TokenCell {
    state: Mutex<State>,
    flight: tokio::sync::Mutex<()>,
    tickets: AtomicU64,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    failed: Option<(Instant, Failure)>,
    failures: u32,
    futile: Option<Instant>,
    futilities: u32,
}

struct Current {
    lease: Lease,
    renew_at: Instant,
    expires_at: Instant,
}

impl TokenCell {
    /// A number for a question that is about to be asked, greater than all before. Of two tokens the one whose
    /// question was asked later is the newer, in whatever order the answers arrive.
    pub(super) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The token; `ask` is run if there is none or, with [`Need::Lasting`], if it is getting old. While one caller
    /// asks, the others wait, or go on with the old token as long as it lives.
    ///
    /// # Errors
    /// What `ask` answered, now or a moment ago.
    pub(super) async fn get(
        &self,
        need: Need,
        ask: impl Future<Output = Result<Fresh, Failure>> + Send,
    ) -> Result<Lease, Failure> {
        if let Some(lease) = self.state().usable(need) {
            return Ok(lease);
        }
        let old = self.state().living();
        let _flight = match (self.flight.try_lock(), &old) {
            (Ok(flight), _) => flight,
            (Err(_), Some(old)) => return Ok(old.clone()),
            (Err(_), None) => self.flight.lock().await,
        };
        if let Some(lease) = self.state().usable(need) {
            return Ok(lease);
        }
        match (self.ask(ask).await, old) {
            (Err(_), Some(old)) => Ok(old),
            (answer, _) => answer,
        }
    }

    /// Another token than the one that was refused; `ask` is run unless another caller has replaced it meanwhile.
    ///
    /// # Errors
    /// What `ask` answered, now or a moment ago.
    pub(super) async fn renew(
        &self,
        refused: &Lease,
        ask: impl Future<Output = Result<Fresh, Failure>> + Send,
    ) -> Result<Lease, Failure> {
        let _flight = self.flight.lock().await;
        let current = self.state().current.as_ref().map(|current| current.lease.clone());
        match current {
            Some(lease) if lease.ticket != refused.ticket => Ok(lease),
            _ => self.ask(ask).await,
        }
    }

    /// Takes a token that came with an answer, if its question was asked later than that of the present one.
    pub(super) fn offer(&self, fresh: Fresh, ticket: u64) {
        self.state().take(fresh, ticket, Instant::now());
    }

    /// Notes that even a new token was refused: for a moment renewing is futile.
    pub(super) fn note_futile(&self) {
        let mut state = self.state();
        state.futile = Some(Instant::now() + pause(state.futilities));
        state.futilities = state.futilities.saturating_add(1);
    }

    /// Notes that the token works.
    pub(super) fn note_good(&self) {
        let mut state = self.state();
        (state.futile, state.futilities) = (None, 0);
    }

    /// Whether renewing was futile a moment ago.
    pub(super) fn is_futile(&self) -> bool {
        self.state().futile.is_some_and(|until| Instant::now() < until)
    }

    /// Whether nothing here is of use any more: no token that lives, and no pause after a failure.
    pub(super) fn is_over(&self) -> bool {
        let state = self.state();
        let paused = state.failed.as_ref().map(|(until, _)| *until).max(state.futile);
        state.living().is_none() && paused.is_none_or(|until| until <= Instant::now())
    }

    /// Asks, unless asking failed a moment ago. The caller holds the flight.
    async fn ask(&self, ask: impl Future<Output = Result<Fresh, Failure>> + Send) -> Result<Lease, Failure> {
        if let Some((until, failure)) = &self.state().failed
            && Instant::now() < *until
        {
            return Err(failure.clone());
        }
        let (ticket, asked) = (self.ticket(), Instant::now());
        let answer = ask.await;
        let mut state = self.state();
        match answer {
            Ok(fresh) => {
                (state.failed, state.failures) = (None, 0);
                state.take(fresh.clone(), ticket, asked);
                // A still newer one may have come with an answer meanwhile.
                let newest = state.current.as_ref().map(|current| current.lease.clone());
                Ok(newest.unwrap_or(Lease { value: fresh.value, ticket }))
            }
            Err(failure) => {
                let hint = match &failure {
                    Failure::Refused { retry_after, .. } => retry_after.unwrap_or_default(),
                    _ => Duration::ZERO,
                };
                let wait = pause(state.failures).max(hint.min(LONGEST_LIFE));
                state.failures = state.failures.saturating_add(1);
                state.failed = Some((Instant::now() + wait, failure.clone()));
                Err(failure)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn usable(&self, need: Need) -> Option<Lease> {
        let current = self.current.as_ref()?;
        let good = need == Need::Any || Instant::now() < current.renew_at;
        good.then(|| current.lease.clone())
    }

    fn living(&self) -> Option<Lease> {
        let current = self.current.as_ref()?;
        (Instant::now() < current.expires_at).then(|| current.lease.clone())
    }

    fn take(&mut self, fresh: Fresh, ticket: u64, asked: Instant) {
        let older = self.current.as_ref().is_some_and(|current| current.lease.ticket >= ticket);
        #[cfg(feature = "planted")]
        let older = older && !frontdesk_planted::is(frontdesk_planted::Bug::TokenByArrival);
        if older {
            return;
        }
        let life = fresh.lifetime.min(LONGEST_LIFE);
        let mut value = fresh.value;
        value.set_sensitive(true);
        self.current = Some(Current {
            lease: Lease { value, ticket },
            renew_at: asked + life.mul_f64(RENEW_AT),
            expires_at: asked + life,
        });
    }
}

fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.min(8)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
