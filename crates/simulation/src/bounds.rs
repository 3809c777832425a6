//! What is promised in time and in requests, for a centre that removes duplicates and lets nothing get lost.

use crate::judge::Figures;
use std::collections::BTreeMap;

/// After the last fault 99 of 100 messages have come within this time.
const RECOVERED_MS: u64 = 5_000;
/// And all within this.
const ALL_RECOVERED_MS: u64 = 30_000;
/// A page that wakes up shows what the centre has within this time.
const AWAKE_MS: u64 = 3_000;
/// Requests per message beyond those that faults make necessary.
const SPARE_REQUESTS: f64 = 0.2;

/// Up to which step so many of a thousand are.
pub(crate) fn quantile(steps: &BTreeMap<u64, u64>, of_thousand: u64) -> u64 {
    let all: u64 = steps.values().sum();
    let mut seen = 0;
    for (step, count) in steps {
        seen += count;
        if seen * 1_000 >= all * of_thousand {
            return *step;
        }
    }
    0
}

/// Requests that carry a message, for each message.
pub(crate) fn requests_per_message(figures: &Figures) -> f64 {
    figures.posts as f64 / figures.up.messages.max(1) as f64
}

/// What took too long, of many runs in full size: in short ones a hundredth of the messages is those of one visitor.
pub fn too_late(figures: &Figures) -> Vec<String> {
    let mut broken = slowest(figures);
    let recovered = quantile(&figures.recovery_ms, 990);
    if recovered > RECOVERED_MS {
        broken.push(format!("after the last fault 99 of 100 messages took {recovered} ms"));
    }
    broken
}

/// What took too long, of one run.
pub fn slowest(figures: &Figures) -> Vec<String> {
    let mut broken = Vec::new();
    for (what, steps, most) in [
        ("after the last fault a message", &figures.recovery_ms, ALL_RECOVERED_MS),
        ("after waking up a page", &figures.waking_ms, AWAKE_MS),
    ] {
        let took = quantile(steps, 1_000);
        if took > most {
            broken.push(format!("{what} took {took} ms"));
        }
    }
    broken
}

/// Too many requests, where so many of a hundred exchanges meet a fault. For runs in full size: in short ones proxies are
/// killed more often for each message.
pub fn too_many(figures: &Figures, percent: u64) -> Option<String> {
    let most = 100.0 / (100.0 - percent as f64) + SPARE_REQUESTS;
    let per_message = requests_per_message(figures);
    (per_message > most).then(|| format!("{per_message:.3} requests for each message, at most {most:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(recovery: &[(u64, u64)], waking: u64, posts: u64) -> Figures {
        let mut figures = Figures {
            recovery_ms: recovery.iter().copied().collect(),
            waking_ms: [(waking, 1)].into(),
            posts,
            ..Figures::default()
        };
        figures.up.messages = 100;
        figures
    }

    #[test]
    fn each_bound_is_a_bound() {
        let good = figures(&[(100, 990), (5_000, 9), (30_000, 1)], 3_000, 125);
        assert_eq!(too_late(&good), [""; 0]);
        assert_eq!(too_many(&good, 5), None);
        assert_eq!(too_late(&figures(&[(100, 989), (5_100, 11)], 0, 0)).len(), 1);
        assert_eq!(slowest(&figures(&[(30_100, 1)], 3_100, 0)).len(), 2);
        assert!(too_many(&figures(&[], 0, 126), 5).is_some());
        assert_eq!(too_many(&figures(&[], 0, 145), 20), None);
    }
}
