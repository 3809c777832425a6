//! Which request meets which fault: a function of seed, visitor and number of the request.

use crate::chance::mix;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// What can happen between a visitor and the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Reset before the request was sent.
    ResetBefore,
    /// The request arrived, its answer did not.
    AnswerDropped,
    /// The request arrives twice.
    Duplicate,
    /// The answer ends in the middle.
    Truncated,
    /// Request and answer come late.
    Latency,
    /// A box on the way answers 502, or 504 after having passed the request on.
    Middlebox,
    /// A box on the way answers 200 with a page of its own.
    Foreign,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::ResetBefore,
        Self::AnswerDropped,
        Self::Duplicate,
        Self::Truncated,
        Self::Latency,
        Self::Middlebox,
        Self::Foreign,
    ];

    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::ResetBefore => "reset_before",
            Self::AnswerDropped => "answer_dropped",
            Self::Duplicate => "duplicate",
            Self::Truncated => "truncated",
            Self::Latency => "latency",
            Self::Middlebox => "middlebox",
            Self::Foreign => "foreign",
        }
    }
}

/// A fault for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// Decides the particulars: where an answer ends, how late it comes.
    pub chance: u64,
}

/// How many requests meet faults, and which.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FaultPlan {
    /// Makes the choice.
    pub seed: u64,
    /// So many of a hundred requests meet a fault.
    pub percent: f64,
}

impl FaultPlan {
    /// The fault that a visitor's nth request meets.
    pub fn for_request(&self, visitor: u64, nth: u64) -> Option<Fault> {
        let roll = mix(&[self.seed, visitor, nth, 1]) >> 11;
        let share = roll as f64 / (1u64 << 53) as f64;
        if share * 100.0 >= self.percent {
            return None;
        }
        let pick = mix(&[self.seed, visitor, nth, 2]) % FaultKind::ALL.len() as u64;
        let kind = FaultKind::ALL.get(usize::try_from(pick).unwrap_or(0)).copied()?;
        Some(Fault { kind, chance: mix(&[self.seed, visitor, nth, 3]) })
    }
}

/// The text is not `SEED:PERCENT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write faults as SEED:PERCENT, such as 1:5, with at most 50 percent")]
pub struct FaultPlanError;

impl FromStr for FaultPlan {
    type Err = FaultPlanError;

    fn from_str(text: &str) -> Result<Self, FaultPlanError> {
        let (seed, percent) = text.split_once(':').ok_or(FaultPlanError)?;
        let seed = seed.parse().map_err(|_| FaultPlanError)?;
        let percent: f64 = percent.parse().map_err(|_| FaultPlanError)?;
        if !(0.0..=50.0).contains(&percent) {
            return Err(FaultPlanError);
        }
        Ok(Self { seed, percent })
    }
}

impl fmt::Display for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seed, self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn schedule(plan: FaultPlan, visitor: u64) -> Vec<Option<Fault>> {
        (0..2_000).map(|nth| plan.for_request(visitor, nth)).collect()
    }

    #[test]
    fn seed_visitor_and_number_decide_and_nothing_else() {
        let plan = FaultPlan { seed: 1, percent: 5.0 };
        assert_eq!(schedule(plan, 3), schedule(plan, 3));
        assert_ne!(schedule(plan, 3), schedule(plan, 4));
        assert_ne!(schedule(plan, 3), schedule(FaultPlan { seed: 2, ..plan }, 3));
    }

    #[test]
    fn as_many_requests_meet_faults_as_the_plan_says_and_every_kind_comes() {
        for percent in [0.0, 1.0, 5.0, 20.0, 50.0] {
            let plan = FaultPlan { seed: 1, percent };
            let faults: Vec<Fault> = (0..50).flat_map(|visitor| schedule(plan, visitor)).flatten().collect();
            let share = faults.len() as f64 / 1_000.0;
            assert!((share - percent).abs() < 0.5, "{share} of {percent}");
            let kinds: BTreeSet<FaultKind> = faults.iter().map(|fault| fault.kind).collect();
            assert_eq!(kinds.len(), if percent == 0.0 { 0 } else { FaultKind::ALL.len() });
        }
    }

    #[test]
    fn a_plan_that_met_a_fault_meets_it_with_a_higher_percentage_too() {
        let (few, many) = (FaultPlan { seed: 9, percent: 2.0 }, FaultPlan { seed: 9, percent: 30.0 });
        for nth in 0..2_000 {
            if let Some(fault) = few.for_request(0, nth) {
                assert_eq!(many.for_request(0, nth), Some(fault));
            }
        }
    }

    #[test]
    fn a_plan_is_written_as_it_is_read() {
        for text in ["1:5", "18446744073709551615:0.5", "0:0"] {
            assert_eq!(text.parse::<FaultPlan>().map(|plan| plan.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "5", "1:", ":5", "1:51", "1:-1", "1:x", "-1:5", "1:NaN"] {
            assert_eq!(text.parse::<FaultPlan>(), Err(FaultPlanError), "{text}");
        }
    }
}
