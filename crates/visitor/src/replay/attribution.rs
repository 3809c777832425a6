//! Which injected fault explains what became of a message.

use super::centre::CentreFault;
use crate::link::{FaultKind, FaultLog};
use frontdesk_faults::Entry;
use std::collections::{BTreeMap, HashMap};

/// Every fault by what it touched.
#[derive(Debug, Default)]
pub struct Causes {
    by_id: HashMap<String, Cause>,
    by_code: HashMap<String, Cause>,
}

#[derive(Debug, Default)]
struct Cause {
    /// The last that touched it.
    last: String,
    /// The last after which the message had arrived, though its sender may not have known.
    arrived: Option<String>,
}

impl Cause {
    fn note(&mut self, word: String, arrived: bool) {
        if arrived {
            self.arrived = Some(word.clone());
        }
        self.last = word;
    }
}

/// The word for a cause that was not found.
pub const UNATTRIBUTED: &str = "unattributed";

impl Causes {
    /// From the logs of both sides of the proxy. Where both touched a message, the centre's side explains it: what
    /// happens between visitor and proxy is repeated under the same id until the proxy has answered.
    pub fn new(link: &FaultLog, centre: &[CentreFault]) -> Self {
        let mut causes = Self::default();
        for (id, kinds) in link.by_id() {
            for kind in kinds {
                let arrived = !matches!(kind, FaultKind::ResetBefore | FaultKind::Foreign);
                let cause = causes.by_id.entry(id.as_str().to_owned()).or_default();
                cause.note(format!("visitor {}", kind.word()), arrived);
            }
        }
        for fault in centre {
            let word = format!("centre {}", fault.kind);
            for id in &fault.message_ids {
                causes.by_id.entry(id.clone()).or_default().note(word.clone(), fault.took_effect);
            }
            for code in &fault.codes {
                causes.by_code.entry(code.clone()).or_default().note(word.clone(), true);
            }
        }
        causes
    }

    /// Adds what fault proxies on sockets have injected, first on the visitor's side, then on the centre's.
    pub fn add_sockets(&mut self, near: &[Entry], far: &[Entry]) {
        for (side, entries) in [("visitor", near), ("centre", far)] {
            for entry in entries {
                if let Some(id) = &entry.id {
                    let cause = self.by_id.entry(id.clone()).or_default();
                    cause.note(format!("{side} {}", entry.kind), entry.may_arrive);
                }
            }
        }
    }

    /// The cause of what became of a visitor's message.
    pub fn of_id(&self, id: &str) -> &str {
        self.by_id.get(id).map_or(UNATTRIBUTED, |cause| &cause.last)
    }

    /// The cause of a second copy of a visitor's message: only a fault that let the first one through.
    pub fn of_copy(&self, id: &str) -> &str {
        self.by_id.get(id).and_then(|cause| cause.arrived.as_deref()).unwrap_or(UNATTRIBUTED)
    }

    /// The cause of what became of an agent's message.
    pub fn of_code(&self, code: &str) -> &str {
        self.by_code.get(code).map_or(UNATTRIBUTED, |cause| &cause.last)
    }
}

/// How often each cause explained something.
pub type Tally = BTreeMap<String, u64>;

/// Counts one more.
pub fn count(tally: &mut Tally, cause: &str) {
    *tally.entry(cause.to_owned()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Injected;
    use frontdesk_contract::ClientId;

    #[test]
    fn the_centres_side_explains_before_the_visitors_and_nothing_is_guessed() {
        let link = FaultLog::default();
        for (id, kind) in [("a", FaultKind::Truncated), ("b", FaultKind::AnswerDropped)] {
            let id = Some(ClientId::new(id));
            link.add(Injected { visitor: 0, nth: 0, kind, call: "message", id });
        }
        let fault = |kind: &str, ids: &[&str], codes: &[&str]| CentreFault {
            kind: kind.into(),
            user_id: "u".into(),
            message_ids: ids.iter().map(|id| (*id).into()).collect(),
            codes: codes.iter().map(|code| (*code).into()).collect(),
            took_effect: kind != "reset_before",
        };
        let centre = [
            fault("reset_after", &["a"], &[]),
            fault("reset_before", &["a", "d"], &[]),
            fault("lost_poll", &[], &["c1", "c2"]),
        ];
        let causes = Causes::new(&link, &centre);
        assert_eq!(causes.of_id("a"), "centre reset_before");
        assert_eq!(causes.of_copy("a"), "centre reset_after");
        assert_eq!((causes.of_id("d"), causes.of_copy("d")), ("centre reset_before", UNATTRIBUTED));
        assert_eq!(causes.of_id("b"), "visitor answer_dropped");
        assert_eq!(causes.of_id("x"), UNATTRIBUTED);
        assert_eq!(causes.of_code("c2"), "centre lost_poll");
        assert_eq!(causes.of_code("c3"), UNATTRIBUTED);
    }
}
