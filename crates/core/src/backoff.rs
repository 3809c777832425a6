//! How long to wait before the next try.

/// The shortest ceiling of a wait, in milliseconds.
pub const FIRST_MS: u64 = 500;
/// The longest wait that is our own choice, in milliseconds.
pub const LONGEST_MS: u64 = 30_000;
/// The longest wait that a server may ask for, in milliseconds.
pub const LONGEST_HINT_MS: u64 = 600_000;

/// The longest wait once something else got through, in milliseconds.
pub const EASED_MS: u64 = 1_000;
/// What finds out whether the desk is there again waits no longer than this, in milliseconds, for the first
/// [`PROBES`] times; by then it is no short trouble.
pub const PROBE_MS: u64 = 4_000;
/// See [`PROBE_MS`].
pub const PROBES: u32 = 16;
/// What need not find that out itself waits at least so long, in milliseconds, or until something else got through.
pub const RELY_MS: u64 = 4_000;

/// Full jitter: anything between nothing and a ceiling that doubles with each attempt (0 for the first failure), but
/// never less than the server asks for. `chance` is spread evenly.
pub fn delay_ms(attempt: u32, server_ms: u64, chance: u128) -> u64 {
    let ceiling = FIRST_MS.saturating_mul(1 << attempt.min(16)).min(LONGEST_MS);
    let jittered = chance as u64 % (ceiling + 1);
    jittered.max(server_ms.min(LONGEST_HINT_MS))
}

/// The tries of one request: how many failed, and when the next may start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    failed: u32,
    next_ms: u64,
    server_ms: u64,
    held: bool,
}

impl Tries {
    /// How many failed in a row.
    pub fn failed(&self) -> u32 {
        self.failed
    }

    /// When the next may start, epoch milliseconds; 0: at once.
    pub fn next_ms(&self) -> u64 {
        self.next_ms
    }

    /// One more failed.
    pub fn fail(&mut self, now_ms: u64, server_ms: u64, chance: u128) {
        self.held = false;
        self.next_ms = now_ms.saturating_add(delay_ms(self.failed, server_ms, chance));
        self.server_ms =
            if server_ms == 0 { 0 } else { now_ms.saturating_add(server_ms.min(LONGEST_HINT_MS)) };
        self.failed = self.failed.saturating_add(1);
    }

    /// Waited for in vain until its time was over: no need to try once more before it is said.
    pub fn doubt(&mut self) {
        self.failed = self.failed.max(2);
    }

    /// Another request takes this one's place: it need not wait, except as long as the server asked for.
    pub fn renew(&mut self) {
        *self = Self { next_ms: self.server_ms, server_ms: self.server_ms, ..Self::default() };
    }

    /// Another request was asked to wait by the same server: this one does so, too.
    pub fn heed(&mut self, other: &Self) {
        self.server_ms = self.server_ms.max(other.server_ms);
        self.next_ms = self.next_ms.max(self.server_ms);
    }

    /// One more failed, after so many before it.
    pub fn fail_after(&mut self, failed: u32, now_ms: u64, chance: u128) {
        self.failed = failed;
        self.fail(now_ms, 0, chance);
    }

    /// It went through.
    pub fn succeed(&mut self) {
        *self = Self::default();
    }

    /// Something else got through, so it is worth trying soon, but not before the server wants it. Only soon, and not at
    /// once: what got through may be all that does.
    pub fn ease(&mut self, now_ms: u64, chance: u128) {
        if !self.held {
            self.wait_at_most(EASED_MS, now_ms, chance);
        }
    }

    /// One more failed because of what the desk answered: it says nothing about that when something else gets through, and
    /// nothing what failed on the way before.
    pub fn hold(&mut self, now_ms: u64, chance: u128) {
        let failed = if self.held { self.failed } else { 0 };
        self.fail_after(failed, now_ms, chance);
        self.held = true;
    }

    /// After a failure of what finds out whether the desk is there again.
    pub fn probe(&mut self, now_ms: u64, chance: u128) {
        if self.failed <= PROBES {
            self.wait_at_most(PROBE_MS, now_ms, chance);
        }
    }

    /// After a failure of what is eased once the desk is there again.
    pub fn rely(&mut self, now_ms: u64) {
        self.next_ms = self.next_ms.max(now_ms.saturating_add(RELY_MS));
    }

    fn wait_at_most(&mut self, most_ms: u64, now_ms: u64, chance: u128) {
        let soon = now_ms.saturating_add(chance as u64 % (most_ms + 1)).max(self.server_ms);
        self.next_ms = self.next_ms.min(soon);
    }

    /// Things look better now: wait no longer than the server asked for.
    pub fn hurry(&mut self) {
        self.next_ms = self.next_ms.min(self.server_ms);
    }
}
