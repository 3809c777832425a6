//! Faults on the way to the vendor's interface: seeded, so that a bad day can be had again.
//!
//! Whether a call is disturbed, and how, follows from the seed, the endpoint, the visitor, and how many calls of that
//! visitor to that endpoint went before. Calls of other visitors change nothing.

mod cut;
mod inject;

use std::collections::{BTreeMap, VecDeque};

pub(crate) use cut::{Abort, Cut};
pub(crate) use inject::{Endpoint, inject};
use serde::{Deserialize, Serialize};

use crate::ids::Seeded;
use crate::state::push_bounded;

/// What can go wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The request, or its answer, takes longer.
    Latency,
    /// The connection closes before the request is processed.
    ResetBefore,
    /// The request is processed, then the connection closes without an answer.
    ResetAfter,
    /// Not processed; 500, 502, 503 or 504.
    #[serde(rename = "error_5xx")]
    Error5xx,
    /// Processed; 500, 502, 503 or 504 all the same.
    #[serde(rename = "error_5xx_after")]
    Error5xxAfter,
    /// Processed; the body breaks off.
    Truncated,
    /// A message of a poll comes again, now or in later polls.
    DuplicateDownlink,
    /// The messages of a poll come in another order.
    ReorderDownlink,
    /// A poll's messages are taken, its answer is lost.
    LostPoll,
}

impl FaultKind {
    const ALL: [FaultKind; 9] = [
        FaultKind::Latency,
        FaultKind::ResetBefore,
        FaultKind::ResetAfter,
        FaultKind::Error5xx,
        FaultKind::Error5xxAfter,
        FaultKind::Truncated,
        FaultKind::DuplicateDownlink,
        FaultKind::ReorderDownlink,
        FaultKind::LostPoll,
    ];

    fn fits(self, endpoint: &str) -> bool {
        let of_polls =
            matches!(self, FaultKind::DuplicateDownlink | FaultKind::ReorderDownlink | FaultKind::LostPoll);
        !of_polls || endpoint == "poll"
    }
}

/// Which faults to inject, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultPlan {
    /// Decides everything.
    pub seed: u64,
    /// Share of calls that are disturbed, 0 to 100.
    pub percent: f64,
    /// The kinds to choose from, each as likely as the others.
    pub kinds: Vec<FaultKind>,
    /// Shortest and longest delay of a latency fault.
    pub latency_ms: (u64, u64),
}

impl Default for FaultPlan {
    fn default() -> Self {
        FaultPlan { seed: 1, percent: 0.0, kinds: FaultKind::ALL.to_vec(), latency_ms: (200, 2_000) }
    }
}

/// Why a plan was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FaultError {
    /// `percent` is out of range.
    #[error("`percent` must be within 0 and 100")]
    Percent,
    /// `latency_ms` is out of range or the wrong way round.
    #[error("`latency_ms` must be [shortest, longest] with at most 120000")]
    Latency,
    /// No kinds, yet a share of calls to disturb.
    #[error("`kinds` must not be empty")]
    Kinds,
}

/// One injected fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Injected {
    /// 1, 2, 3… since start or reset.
    pub n: u64,
    /// When it was over, epoch ms.
    pub at_ms: u64,
    /// What went wrong.
    pub kind: FaultKind,
    /// Last part of the path; for `send` with the control type, as `send:CHAT`.
    pub endpoint: String,
    /// The visitor, or empty for calls without one.
    pub user_id: String,
    /// Which call of this visitor to this endpoint it was, 1 is the first.
    pub call: u64,
    /// Ids that the request carried.
    pub message_ids: Vec<String>,
    /// The centre's codes of the messages in the answer, or of the message stored.
    pub codes: Vec<String>,
    /// Did the centre do what was asked?
    pub took_effect: bool,
    /// Status that was sent instead of the answer.
    pub status: Option<u16>,
    /// Length of the delay.
    pub delay_ms: Option<u64>,
}

/// A fault that is about to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) kind: FaultKind,
    pub(crate) call: u64,
    pub(crate) delay_ms: u64,
    /// For whatever else has to be chosen.
    pub(crate) seed: u64,
}

/// Plan, counters and log.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plan: FaultPlan,
    calls: BTreeMap<(String, String), u64>,
    log: VecDeque<Injected>,
    logged: u64,
}

const LOG_MAX: usize = 200_000;
const COUNTERS_MAX: usize = 200_000;

impl Faults {
    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    pub(crate) fn set_plan(&mut self, plan: FaultPlan) -> Result<(), FaultError> {
        let (shortest, longest) = plan.latency_ms;
        if !(0.0..=100.0).contains(&plan.percent) {
            return Err(FaultError::Percent);
        }
        if shortest > longest || longest > 120_000 {
            return Err(FaultError::Latency);
        }
        if plan.kinds.is_empty() && plan.percent > 0.0 {
            return Err(FaultError::Kinds);
        }
        self.plan = plan;
        self.calls.clear();
        Ok(())
    }

    /// Counts a call and says what is to go wrong with it.
    pub(crate) fn decide(&mut self, endpoint: &str, user: &str) -> Option<Decision> {
        if self.plan.percent <= 0.0 {
            return None;
        }
        if self.calls.len() >= COUNTERS_MAX {
            self.calls.pop_first();
        }
        let call = self.calls.entry((endpoint.to_owned(), user.to_owned())).or_default();
        *call += 1;
        let call = *call;
        let mut chance = Seeded::of(self.plan.seed, &[endpoint, user], call);
        if chance.fraction() * 100.0 >= self.plan.percent {
            return None;
        }
        let kinds: Vec<FaultKind> =
            self.plan.kinds.iter().copied().filter(|kind| kind.fits(endpoint)).collect();
        let kind = *kinds.get(chance.below(kinds.len()))?;
        let (shortest, longest) = self.plan.latency_ms;
        let span = usize::try_from(longest - shortest).unwrap_or(0);
        let delay_ms = shortest + chance.below(span + 1) as u64;
        Some(Decision { kind, call, delay_ms, seed: chance.next() })
    }

    pub(crate) fn record(&mut self, injected: Injected) {
        self.logged += 1;
        push_bounded(&mut self.log, Injected { n: self.logged, ..injected }, LOG_MAX);
    }

    pub(crate) fn log_after(&self, after: u64) -> Vec<Injected> {
        let start = self.log.partition_point(|injected| injected.n <= after);
        self.log.iter().skip(start).cloned().collect()
    }

    pub(crate) fn forget(&mut self) {
        self.calls.clear();
        self.log.clear();
        self.logged = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(seed: u64, percent: f64) -> Faults {
        let mut faults = Faults::default();
        faults.set_plan(FaultPlan { seed, percent, ..FaultPlan::default() }).expect("valid plan");
        faults
    }

    #[test]
    fn other_visitors_calls_do_not_move_a_visitors_faults() {
        let mut alone = faults(7, 30.0);
        let expected: Vec<_> = (0..200).map(|_| alone.decide("poll", "a")).collect();
        let mut crowded = faults(7, 30.0);
        let seen: Vec<_> = (0..200)
            .map(|n| {
                for _ in 0..n % 3 {
                    crowded.decide("poll", "b");
                }
                crowded.decide("poll", "a")
            })
            .collect();
        assert_eq!(expected, seen);
        assert_ne!(expected, (0..200).map(|_| crowded.decide("poll", "c")).collect::<Vec<_>>());
    }

    #[test]
    fn the_share_of_disturbed_calls_is_the_one_asked_for() {
        let mut faults = faults(3, 20.0);
        let hits = (0..10_000).filter(|_| faults.decide("poll", "a").is_some()).count();
        assert!((1_800..2_200).contains(&hits), "{hits}");
        assert!((0..1_000).all(|_| super::tests::faults(3, 0.0).decide("poll", "a").is_none()));
    }

    #[test]
    fn downlink_faults_hit_only_polls() {
        let mut faults = faults(3, 100.0);
        for _ in 0..500 {
            let decision = faults.decide("send:CHAT", "a").expect("always");
            assert!(decision.kind.fits("send:CHAT"));
            assert!((200..=2_000).contains(&decision.delay_ms));
        }
        let kinds: std::collections::BTreeSet<_> =
            (0..500).filter_map(|_| faults.decide("poll", "a")).map(|decision| decision.kind).collect();
        assert_eq!(kinds.len(), FaultKind::ALL.len());
    }

    #[test]
    fn a_wrong_plan_is_refused_by_name() {
        let refuse = |plan: FaultPlan| Faults::default().set_plan(plan).expect_err("wrong").to_string();
        assert!(refuse(FaultPlan { percent: 101.0, ..FaultPlan::default() }).contains("`percent`"));
        assert!(refuse(FaultPlan { percent: f64::NAN, ..FaultPlan::default() }).contains("`percent`"));
        assert!(refuse(FaultPlan { latency_ms: (2, 1), ..FaultPlan::default() }).contains("`latency_ms`"));
        let empty = FaultPlan { kinds: Vec::new(), percent: 1.0, ..FaultPlan::default() };
        assert!(refuse(empty).contains("`kinds`"));
    }

    #[test]
    fn the_kinds_are_written_as_documented() {
        let names = serde_json::to_value(FaultKind::ALL).expect("plain names");
        let expected = serde_json::json!([
            "latency",
            "reset_before",
            "reset_after",
            "error_5xx",
            "error_5xx_after",
            "truncated",
            "duplicate_downlink",
            "reorder_downlink",
            "lost_poll"
        ]);
        assert_eq!(names, expected);
    }
}
