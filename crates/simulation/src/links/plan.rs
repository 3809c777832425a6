//! Which exchange meets which fault: drawn in turn from the seed of the run.

use frontdesk_visitor::chance::{Chance, mix};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The faults of one way, each with its word in reports. Their order decides which is drawn.
macro_rules! faults {
    ($($fault:ident = $word:literal,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Fault {
            $($fault,)+
        }

        impl Fault {
            const ALL: &[Self] = &[$(Self::$fault,)+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$fault => $word,)+
                }
            }
        }
    };
}
pub(super) use faults;

/// Chance of one way, and how often it strikes.
#[derive(Clone, Debug)]
pub struct Plan {
    chance: Arc<Mutex<Chance>>,
    percent: u64,
    until: Instant,
}

impl Plan {
    /// Faults until this moment; `way` tells this way from others of the same seed.
    pub fn new(seed: u64, way: u64, percent: u64, until: Instant) -> Self {
        Self { chance: Arc::new(Mutex::new(Chance::new(mix(&[seed, way])))), percent, until }
    }

    /// A number from 0 to `most`.
    pub fn draw(&self, most: u64) -> u64 {
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        chance.next_u64() % most.saturating_add(1)
    }

    /// A span from nothing to `most`.
    pub fn span(&self, most: Duration) -> Duration {
        let most_us = u64::try_from(most.as_micros()).unwrap_or(u64::MAX - 1);
        Duration::from_micros(self.draw(most_us))
    }

    /// Whether faults still happen.
    pub fn is_on(&self) -> bool {
        self.percent > 0 && Instant::now() < self.until
    }

    /// When faults end.
    pub fn heals(&self) -> Instant {
        self.until
    }

    /// One of these, if a fault strikes.
    pub fn strike<T: Copy>(&self, of: &[T]) -> Option<T> {
        let struck = self.draw(9_999) < self.percent * 100 && self.is_on();
        let pick = self.draw(of.len().saturating_sub(1) as u64);
        of.get(usize::try_from(pick).unwrap_or(0)).copied().filter(|_| struck)
    }

    /// Waits so long, but not beyond the end of all faults.
    pub async fn rest(&self, pause: Duration) {
        tokio::time::sleep_until((Instant::now() + pause).min(self.until.max(Instant::now()))).await;
    }

    /// Waits until faults end.
    pub async fn until_healed(&self) {
        tokio::time::sleep_until(self.until).await;
    }
}
