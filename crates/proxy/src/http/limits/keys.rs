//! Who asked lately, in bounded memory: however many addresses there are, so many are told apart and no more.

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many keys are told apart. A table of this many addresses takes about 2 MB.
pub(super) const MOST: usize = 50_000;
/// All further keys share so many places, each with what one key is allowed.
const SHARED: usize = 1_024;

/// When each key may ask next, by the clock of the limiter.
pub(super) struct Keys<K> {
    hasher: RandomState,
    most: usize,
    table: Mutex<Table<K>>,
}

struct Table<K> {
    own: HashMap<K, Nanos, RandomState>,
    /// Of the keys that had no room.
    shared: Vec<Option<Nanos>>,
}

impl<K> Keys<K> {
    /// Nobody asked.
    pub(super) fn new(most: usize) -> Self {
        let hasher = RandomState::new();
        let own = HashMap::with_hasher(hasher.clone());
        Self { hasher, most, table: Mutex::new(Table { own, shared: Vec::new() }) }
    }

    fn lock(&self) -> MutexGuard<'_, Table<K>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> StateStore for Keys<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut table = self.lock();
        let table = &mut *table;
        if let Some(next) = table.own.get_mut(key) {
            let (answer, then) = measure(Some(*next))?;
            *next = then;
            return Ok(answer);
        }
        if table.own.len() < self.most {
            let (answer, then) = measure(None)?;
            table.own.insert(key.clone(), then);
            return Ok(answer);
        }
        if table.shared.is_empty() {
            table.shared = vec![None; SHARED];
        }
        let place = usize::try_from(self.hasher.hash_one(key) % SHARED as u64).unwrap_or_default();
        // There is such a place: the remainder is below their number.
        let mut nowhere = None;
        let next = table.shared.get_mut(place).unwrap_or(&mut nowhere);
        let (answer, then) = measure(*next)?;
        *next = Some(then);
        Ok(answer)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Keys<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut table = self.lock();
        table.own.retain(|_, next| *next > drop_below);
        if table.shared.iter().flatten().all(|next| *next <= drop_below) {
            table.shared = Vec::new();
        }
    }

    fn shrink_to_fit(&self) {
        self.lock().own.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.lock().own.len()
    }

    fn is_empty(&self) -> bool {
        self.lock().own.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::{Quota, RateLimiter};
    use std::num::NonZeroU32;
    use std::time::Duration;

    type Limiter = RateLimiter<u32, Keys<u32>, FakeRelativeClock, NoOpMiddleware<Nanos>>;

    /// Two a minute, four keys told apart.
    fn limiter(clock: &FakeRelativeClock) -> Limiter {
        let quota = Quota::per_minute(NonZeroU32::new(2).unwrap());
        RateLimiter::new(quota, Keys::new(4), clock.clone())
    }

    #[test]
    fn each_key_has_its_own_allowance_while_there_is_room() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock);
        for key in 0..4 {
            let taken = (0..5).filter(|_| limiter.check_key(&key).is_ok()).count();
            assert_eq!(taken, 2, "{key}");
        }
        clock.advance(Duration::from_secs(30));
        assert!(limiter.check_key(&0).is_ok() && limiter.check_key(&0).is_err());
    }

    #[test]
    fn keys_without_room_share_bounded_places_and_those_before_keep_theirs() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock);
        for key in 0..4 {
            assert!(limiter.check_key(&key).is_ok());
        }
        let many = 100_000_u32;
        let taken = (10..many).filter(|key| limiter.check_key(key).is_ok()).count();
        assert_eq!(taken, 2 * SHARED);
        assert_eq!(limiter.len(), 4);
        assert!((0..4).all(|key| limiter.check_key(&key).is_ok()));
    }

    #[test]
    fn who_has_been_quiet_makes_room() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock);
        for key in 0..1_000 {
            let _taken = limiter.check_key(&key);
        }
        clock.advance(Duration::from_secs(59));
        limiter.check_key(&0).unwrap();
        clock.advance(Duration::from_secs(2));
        limiter.retain_recent();
        limiter.shrink_to_fit();
        assert_eq!(limiter.len(), 1);
        for key in 2_000..2_003 {
            let taken = (0..5).filter(|_| limiter.check_key(&key).is_ok()).count();
            assert_eq!(taken, 2, "{key}");
        }
    }
}
