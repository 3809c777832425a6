//! Time and chance.

use frontdesk_core::Now;
use std::cell::Cell;
use web_sys::Performance;

/// So far may the wall clock be ahead before we take it for the truth: the counter stood still while the machine slept.
const SLEPT_MS: f64 = 2_000.0;

/// Epoch time that never goes back, whatever happens to the machine's clock, and that catches up after sleep.
pub struct Clock {
    counter: Option<Performance>,
    origin: Cell<f64>,
    last: Cell<f64>,
}

impl Clock {
    /// Starts from the browser's time origin.
    pub fn new() -> Self {
        let counter = web_sys::window().and_then(|window| window.performance());
        let origin = counter.as_ref().map_or(0.0, Performance::time_origin);
        Self { counter, origin: Cell::new(origin), last: Cell::new(0.0) }
    }

    /// Milliseconds since the epoch.
    pub fn ms(&self) -> u64 {
        let wall = js_sys::Date::now();
        let ticks = self.counter.as_ref().map_or(wall, Performance::now);
        let mut now = self.origin.get() + ticks;
        if wall - now > SLEPT_MS {
            self.origin.set(wall - ticks);
            now = wall;
        }
        let now = now.max(self.last.get());
        self.last.set(now);
        now as u64
    }

    /// The time together with fresh random bits.
    pub fn now(&self) -> Now {
        Now { ms: self.ms(), chance: chance() }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

/// 128 random bits from the browser's generator.
pub fn chance() -> u128 {
    let mut bytes = [0; 16];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        // Refuses only more than 65,536 bytes.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    u128::from_le_bytes(bytes)
}
