//! How much a desk's centre is asked, and when it is not asked.

use super::section::Section;
use std::time::Duration;

/// Section `[desks.guard]`. The defaults suit a busy desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Requests to the centre at one time: polls, what visitors do, and files with what calls ask, each for itself. Key
    /// `requests_at_once`, default 256.
    pub requests_at_once: usize,
    /// Requests that wait for that; more are turned away. Key `requests_waiting`, default 4 096.
    pub requests_waiting: usize,
    /// How long each of them waits. Key `wait_s`, default 5.
    pub patience: Duration,
    /// Failures in a row after which the centre is not asked for a while. Key `failures`, default 5.
    pub failures: u32,
    /// For how long at most, then one request tries: the first pause is a second, each that follows twice as long. Key `pause_s`,
    /// default 5.
    pub pause: Duration,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            requests_at_once: 256,
            requests_waiting: 4_096,
            patience: Duration::from_secs(5),
            failures: 5,
            pause: Duration::from_secs(5),
        }
    }
}

pub(super) fn read(mut section: Section<'_>) -> Option<Guard> {
    let default = Guard::default();
    let at_once = default.requests_at_once as u64;
    let at_once = section.whole("requests_at_once", "requests", at_once, 1..=100_000);
    let waiting = default.requests_waiting as u64;
    let waiting = section.whole("requests_waiting", "requests", waiting, 0..=1_000_000);
    let patience = section.whole("wait_s", "seconds", default.patience.as_secs(), 1..=20);
    let failures = section.whole("failures", "failures", default.failures.into(), 1..=1_000);
    let pause = section.whole("pause_s", "seconds", default.pause.as_secs(), 1..=300);
    section.finish();
    Some(Guard {
        requests_at_once: usize::try_from(at_once?).ok()?,
        requests_waiting: usize::try_from(waiting?).ok()?,
        patience: Duration::from_secs(patience?),
        failures: u32::try_from(failures?).ok()?,
        pause: Duration::from_secs(pause?),
    })
}
