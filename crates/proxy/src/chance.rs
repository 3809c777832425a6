//! Where randomness comes from: the system. In a simulation (feature `simulated`, which the program refuses to be built
//! with) it comes from a seed, so that a run can be had again.

use rand::{Rng, RngCore};
use std::time::Duration;

/// Random bytes, fit for secrets.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    source(|source| source.fill_bytes(&mut bytes));
    bytes
}

/// A span of time between these two.
pub fn between(least: Duration, most: Duration) -> Duration {
    source(|source| source.random_range(least..=most.max(least)))
}

/// Up to this span of time, and at least four fifths of it. Those who begin to wait in one moment, as after a restart, would
/// otherwise all come back in one moment, for ever.
pub fn up_to(most: Duration) -> Duration {
    between(most.mul_f64(0.8), most)
}

/// True in this share of all cases, from 0 to 1. Nothing is drawn for 0.
pub fn falls(share: f64) -> bool {
    share > 0.0 && source(|source| source.random_bool(share.min(1.0)))
}

#[cfg(not(feature = "simulated"))]
fn source<T>(draw: impl FnOnce(&mut rand::rngs::ThreadRng) -> T) -> T {
    draw(&mut rand::rng())
}

#[cfg(feature = "simulated")]
pub use simulated::seed;
#[cfg(feature = "simulated")]
use simulated::source;

#[cfg(feature = "simulated")]
mod simulated {
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::cell::RefCell;

    thread_local! {
        static SOURCE: RefCell<StdRng> = RefCell::new(StdRng::seed_from_u64(0));
    }

    /// Begins this thread's randomness anew.
    pub fn seed(seed: u64) {
        SOURCE.with_borrow_mut(|source| *source = StdRng::seed_from_u64(seed));
    }

    pub(super) fn source<T>(draw: impl FnOnce(&mut StdRng) -> T) -> T {
        SOURCE.with_borrow_mut(draw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn secrets_differ_and_spans_stay_within_their_bounds() {
        let all: BTreeSet<[u8; 16]> = (0..1_000).map(|_| bytes()).collect();
        assert_eq!(all.len(), 1_000);
        let (least, most) = (Duration::from_millis(200), Duration::from_millis(300));
        let spans: BTreeSet<Duration> = (0..1_000).map(|_| between(least, most)).collect();
        assert!(spans.iter().all(|span| (least..=most).contains(span)) && spans.len() > 10);
        assert_eq!(between(most, least), most);
        let spans: BTreeSet<Duration> = (0..1_000).map(|_| up_to(most)).collect();
        assert!(spans.iter().all(|span| (most.mul_f64(0.8)..=most).contains(span)) && spans.len() > 10);
        assert!((0..100).all(|_| falls(1.0) && falls(7.0) && !falls(0.0) && !falls(-1.0)));
        assert!((1..1_000).contains(&(0..1_000).filter(|_| falls(0.5)).count()));
    }
}
