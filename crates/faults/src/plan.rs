//! Which exchange meets which fault: a function of seed, key and number, and of nothing else.

use crate::chance::{between, falls, mix};
use crate::kind::{Kind, Toxic};
use serde::{Deserialize, Serialize};

/// A class of requests: those of a method whose path begins so. The first that fits counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its name, in logs and in [`Plan::stopped`].
    pub name: String,
    /// `GET`, `POST`, …; empty for all.
    #[serde(default)]
    pub method: String,
    /// How the path begins.
    pub prefix: String,
}

impl Class {
    /// A class of this name.
    pub fn new(name: &str, method: &str, prefix: &str) -> Self {
        Self { name: name.into(), method: method.into(), prefix: prefix.into() }
    }

    /// Those of Frontdesk's visitor API: messages, polls, and the rest under `/v1`. What else a proxy serves, such as the
    /// widget itself, is in none.
    pub fn of_visitors() -> Vec<Self> {
        vec![
            Self::new("send", "POST", "/v1/messages"),
            Self::new("poll", "GET", "/v1/events"),
            Self::new("other", "", "/v1/"),
        ]
    }

    /// Those of a centre that speaks ccmessaging.
    pub fn of_centres() -> Vec<Self> {
        vec![
            Self::new("send", "POST", "/apiaccess/ccmessaging/send"),
            Self::new("poll", "GET", "/apiaccess/ccmessaging/poll"),
            Self::new("token", "POST", "/apigovernance/"),
            Self::new("other", "", "/"),
        ]
    }

    pub(crate) fn fits(&self, method: &str, path: &str) -> bool {
        (self.method.is_empty() || self.method == method) && path.starts_with(&self.prefix)
    }
}

/// How many exchanges and connections meet faults, and which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    /// Makes the choice.
    pub seed: u64,
    /// At so many of a hundred exchanges a fault begins. Requests of no class meet none.
    pub percent: f64,
    /// The kinds to choose from, each as likely as the others.
    pub kinds: Vec<Kind>,
    /// Shortest and longest delay, of a request and its answer together and of what a connection carries.
    pub latency_ms: [u64; 2],
    /// Errors, 429 and captive portals last for at most so many exchanges, and so many connections are refused in a row.
    pub burst: u64,
    /// A black hole closes, by a reset, after so long.
    pub black_hole_ms: u64,
    /// Classes whose requests meet a black hole, all of them: one-way loss. It closes when the plan changes.
    pub stopped: Vec<String>,
    /// So many of a hundred connections meet a toxic.
    pub toxic_percent: f64,
    /// The toxics to choose from, each as likely as the others.
    pub toxics: Vec<Toxic>,
    /// Of a connection with little bandwidth, each way.
    pub bytes_per_second: u64,
    /// After so many bytes at most a connection with a limit closes.
    pub limit_bytes: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 1,
            percent: 0.0,
            kinds: Kind::ALL.to_vec(),
            latency_ms: [50, 1_500],
            burst: 3,
            black_hole_ms: 10_000,
            stopped: Vec::new(),
            toxic_percent: 0.0,
            toxics: Toxic::ALL.to_vec(),
            bytes_per_second: 1_024,
            limit_bytes: 4_096,
        }
    }
}

/// A plan that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(String);

/// The longest delay of anything, in milliseconds.
pub const LONGEST_MS: u64 = 120_000;
/// The longest burst.
pub const LONGEST_BURST: u64 = 16;

/// A fault that an exchange meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What happens.
    pub kind: Kind,
    /// Decides the particulars.
    pub chance: u64,
    /// How many exchanges ago it began.
    pub since: u64,
}

impl Plan {
    /// No fault at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// This one at so many percent of the exchanges, from this seed.
    pub fn of(seed: u64, percent: f64) -> Self {
        Self { seed, percent, ..Self::default() }
    }

    /// The same without any fault.
    #[must_use]
    pub fn healed(&self) -> Self {
        Self { percent: 0.0, toxic_percent: 0.0, stopped: Vec::new(), ..self.clone() }
    }

    /// Whether nothing goes wrong.
    pub fn is_healed(&self) -> bool {
        self.percent <= 0.0 && self.toxic_percent <= 0.0 && self.stopped.is_empty()
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// Names what is wrong.
    pub fn check(&self) -> Result<(), PlanError> {
        let wrong = |text: &str| Err(PlanError(text.to_owned()));
        let share = |percent: f64| (0.0..=100.0).contains(&percent);
        let [low, high] = self.latency_ms;
        match () {
            () if !share(self.percent) => wrong("percent is from 0 to 100"),
            () if !share(self.toxic_percent) => wrong("toxic_percent is from 0 to 100"),
            () if self.kinds.is_empty() && self.percent > 0.0 => wrong("there are no kinds to choose from"),
            () if self.toxics.is_empty() && self.toxic_percent > 0.0 => {
                wrong("there are no toxics to choose from")
            }
            () if self.kinds.len() > 64 || self.toxics.len() > 64 || self.stopped.len() > 64 => {
                wrong("a list has at most 64 members")
            }
            () if low > high || high > LONGEST_MS => {
                wrong("latency_ms is shortest and longest, at most 120000")
            }
            () if !(1..=LONGEST_BURST).contains(&self.burst) => wrong("burst is from 1 to 16"),
            () if self.black_hole_ms > LONGEST_MS => wrong("black_hole_ms is at most 120000"),
            () if self.bytes_per_second == 0 => wrong("bytes_per_second is at least 1"),
            () => Ok(()),
        }
    }

    /// What the nth exchange of this key meets.
    pub fn for_exchange(&self, key: u64, nth: u64) -> Option<Fault> {
        let begins = |nth: u64| {
            falls(mix(&[self.seed, key, nth, 1]), self.percent).then_some(())?;
            let kind = pick(&self.kinds, mix(&[self.seed, key, nth, 2]))?;
            Some((kind, mix(&[self.seed, key, nth, 3])))
        };
        if let Some((kind, chance)) = begins(nth) {
            return Some(Fault { kind, chance, since: 0 });
        }
        (1..self.burst).take_while(|ago| *ago <= nth).find_map(|ago| {
            let (kind, chance) = begins(nth - ago)?;
            let lasts = between(mix(&[chance]), [1, self.burst]);
            (kind.lasts() && ago < lasts).then_some(Fault { kind, chance, since: ago })
        })
    }

    /// What the nth connection meets, with a number for the particulars.
    pub fn for_connection(&self, nth: u64) -> Option<(Toxic, u64)> {
        falls(mix(&[self.seed, nth, 4]), self.toxic_percent).then_some(())?;
        let toxic = pick(&self.toxics, mix(&[self.seed, nth, 5]))?;
        Some((toxic, mix(&[self.seed, nth, 6])))
    }
}

fn pick<T: Copy>(all: &[T], number: u64) -> Option<T> {
    let at = number.checked_rem(all.len() as u64)?;
    all.get(usize::try_from(at).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn schedule(plan: &Plan, key: u64) -> Vec<Option<Fault>> {
        (0..2_000).map(|nth| plan.for_exchange(key, nth)).collect()
    }

    #[test]
    fn seed_key_and_number_decide_and_nothing_else() {
        let plan = Plan { toxic_percent: 20.0, ..Plan::of(7, 5.0) };
        assert_eq!(schedule(&plan, 3), schedule(&plan, 3));
        assert_ne!(schedule(&plan, 3), schedule(&plan, 4));
        assert_ne!(schedule(&plan, 3), schedule(&Plan { seed: 8, ..plan.clone() }, 3));
        let connections = |plan: &Plan| (0..500).map(|nth| plan.for_connection(nth)).collect::<Vec<_>>();
        assert_eq!(connections(&plan), connections(&plan));
        assert_ne!(connections(&plan), connections(&Plan { seed: 8, ..plan.clone() }));
    }

    #[test]
    fn faults_begin_as_often_as_the_plan_says_and_every_kind_comes() {
        for percent in [0.0, 1.0, 5.0, 20.0, 100.0] {
            let plan = Plan { toxic_percent: percent, ..Plan::of(1, percent) };
            let faults = (0..20).flat_map(|key| schedule(&plan, key)).flatten();
            let begun: Vec<Fault> = faults.filter(|fault| fault.since == 0).collect();
            assert!((begun.len() as f64 / 400.0 - percent).abs() < 0.5, "{} of {percent}", begun.len());
            let kinds: BTreeSet<Kind> = begun.iter().map(|fault| fault.kind).collect();
            assert_eq!(kinds.len(), if percent > 0.0 { Kind::ALL.len() } else { 0 });
            let toxics: BTreeSet<Toxic> =
                (0..20_000).filter_map(|nth| Some(plan.for_connection(nth)?.0)).collect();
            assert_eq!(toxics.len(), if percent > 0.0 { Toxic::ALL.len() } else { 0 });
        }
    }

    #[test]
    fn errors_last_for_a_few_exchanges_and_resets_for_one() {
        let plan = Plan { burst: 4, kinds: vec![Kind::Error, Kind::ResetBefore], ..Plan::of(3, 2.0) };
        let faults: Vec<Fault> = (0..50).flat_map(|key| schedule(&plan, key)).flatten().collect();
        assert!(faults.iter().all(|fault| fault.since == 0 || fault.kind == Kind::Error));
        let longest = faults.iter().map(|fault| fault.since).max();
        assert_eq!(longest, Some(3), "the longest burst is four exchanges");
    }

    #[test]
    fn a_plan_that_cannot_be_followed_says_why() {
        let wrong = [
            (Plan::of(1, 101.0), "percent"),
            (Plan::of(1, f64::NAN), "percent"),
            (Plan { toxic_percent: -1.0, ..Plan::none() }, "toxic_percent"),
            (Plan { kinds: Vec::new(), ..Plan::of(1, 1.0) }, "kinds"),
            (Plan { latency_ms: [2, 1], ..Plan::none() }, "latency_ms"),
            (Plan { burst: 0, ..Plan::none() }, "burst"),
            (Plan { bytes_per_second: 0, ..Plan::none() }, "bytes_per_second"),
        ];
        for (plan, word) in wrong {
            assert!(plan.check().is_err_and(|error| error.to_string().contains(word)), "{word}");
        }
        assert_eq!(Plan::of(1, 5.0).check(), Ok(()));
    }

    #[test]
    fn a_healed_plan_has_no_fault() {
        let plan = Plan { toxic_percent: 5.0, stopped: vec!["poll".into()], ..Plan::of(1, 5.0) };
        assert!(!plan.is_healed() && plan.healed().is_healed());
        assert_eq!(plan.healed().seed, plan.seed);
    }
}
