//! Which injected fault explains what became of a message.

use super::centre::CentreFault;
use crate::link::FaultLog;
use std::collections::{BTreeMap, HashMap};

/// Every fault by what it touched.
#[derive(Debug, Default)]
pub struct Causes {
    by_id: HashMap<String, String>,
    by_code: HashMap<String, String>,
}

/// The word for a cause that was not found.
pub const UNATTRIBUTED: &str = "unattributed";

impl Causes {
    /// From the logs of both sides of the proxy. Where both touched a message, the centre's side explains it: what
    /// happens between visitor and proxy is repeated under the same id until the proxy has answered.
    pub fn new(link: &FaultLog, centre: &[CentreFault]) -> Self {
        let mut causes = Self::default();
        for (id, kinds) in link.by_id() {
            if let Some(kind) = kinds.last() {
                causes.by_id.insert(id.as_str().to_owned(), format!("visitor {}", kind.word()));
            }
        }
        for fault in centre {
            let cause = format!("centre {}", fault.kind);
            for id in &fault.message_ids {
                causes.by_id.insert(id.clone(), cause.clone());
            }
            for code in &fault.codes {
                causes.by_code.insert(code.clone(), cause.clone());
            }
        }
        causes
    }

    /// The cause of what became of a visitor's message.
    pub fn of_id(&self, id: &str) -> &str {
        self.by_id.get(id).or_else(|| self.by_code.get(id)).map_or(UNATTRIBUTED, String::as_str)
    }

    /// The cause of what became of an agent's message.
    pub fn of_code(&self, code: &str) -> &str {
        self.by_code.get(code).map_or(UNATTRIBUTED, String::as_str)
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
    use crate::link::{FaultKind, Injected};
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
        };
        let centre = [fault("reset_after", &["a"], &[]), fault("lost_poll", &[], &["c1", "c2"])];
        let causes = Causes::new(&link, &centre);
        assert_eq!(causes.of_id("a"), "centre reset_after");
        assert_eq!(causes.of_id("b"), "visitor answer_dropped");
        assert_eq!(causes.of_id("x"), UNATTRIBUTED);
        assert_eq!(causes.of_code("c2"), "centre lost_poll");
        assert_eq!(causes.of_code("c3"), UNATTRIBUTED);
    }
}
