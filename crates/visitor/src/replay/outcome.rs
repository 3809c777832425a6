//! One conversation judged: what each side said against what the other heard.

use super::attribution::{Causes, Tally, UNATTRIBUTED, count};
use super::visit::Played;
use crate::checker::compare;
use frontdesk_core::MineState;
use serde::Serialize;
use std::ops::AddAssign;

/// Figures of one direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Direction {
    /// Messages typed.
    pub messages: u64,
    /// Acknowledged or still on their way at the deadline, and never read.
    pub lost: u64,
    /// Read once more than typed.
    pub duplicated: u64,
    /// Read in another place of the order.
    pub out_of_order: u64,
    /// Read and never typed.
    pub unexpected: u64,
    /// Shown to the visitor as unconfirmed.
    pub unconfirmed: u64,
    /// Of these: not read by the agent.
    pub unconfirmed_missing: u64,
    /// Shown to the visitor as refused, and not read.
    pub refused: u64,
    /// Which faults explain what is lost, duplicated, out of order or unconfirmed.
    pub causes: Tally,
    /// Of these: without a cause.
    pub unattributed: u64,
    /// Milliseconds from the key to the other side's eyes.
    #[serde(skip)]
    pub delays_ms: Vec<u64>,
}

impl Direction {
    fn explain(&mut self, cause: &str) {
        count(&mut self.causes, cause);
        self.unattributed += u64::from(cause == UNATTRIBUTED);
    }
}

impl AddAssign for Direction {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.out_of_order += other.out_of_order;
        self.unexpected += other.unexpected;
        self.unconfirmed += other.unconfirmed;
        self.unconfirmed_missing += other.unconfirmed_missing;
        self.refused += other.refused;
        self.unattributed += other.unattributed;
        self.delays_ms.extend(other.delays_ms);
        for (cause, times) in other.causes {
            *self.causes.entry(cause).or_default() += times;
        }
    }
}

/// Judges both directions: visitor to agent, agent to visitor.
pub fn judge(played: &Played, causes: &Causes) -> (Direction, Direction) {
    (judge_up(played, causes), judge_down(played, causes))
}

fn judge_up(played: &Played, causes: &Causes) -> Direction {
    let (heard, _) = played.conversation.histories();
    let said_texts: Vec<&str> = played.typed.iter().map(|typed| typed.text.as_str()).collect();
    let heard_texts: Vec<&str> = heard.iter().map(|heard| heard.text.as_str()).collect();
    let verdict = compare(&said_texts, &heard_texts);
    let mut up = Direction { messages: played.typed.len() as u64, ..Direction::default() };
    up.unexpected = verdict.unexpected.len() as u64;
    for (typed, place) in played.typed.iter().zip(&verdict.heard_at) {
        if let Some(heard) = place.and_then(|place| heard.get(place)) {
            up.delays_ms.push(heard.at_ms.saturating_sub(typed.at_ms));
        }
        let cause = causes.of_id(typed.id.as_str());
        match (typed.state, place.is_none()) {
            (MineState::Unconfirmed, missing) => {
                up.unconfirmed += 1;
                up.unconfirmed_missing += u64::from(missing);
                up.explain(cause);
            }
            (MineState::Failed(_), true) => up.refused += 1,
            (_, true) => {
                up.lost += 1;
                up.explain(cause);
            }
            (_, false) => {}
        }
    }
    for (place, origin) in verdict.duplicated {
        up.duplicated += 1;
        let told = heard.get(place).and_then(|heard| heard.id.as_deref());
        let typed = played.typed.get(origin).map(|typed| typed.id.as_str());
        up.explain(causes.of_copy(told.or(typed).unwrap_or_default()));
    }
    for typed in verdict.moved.iter().filter_map(|at| played.typed.get(*at)) {
        up.out_of_order += 1;
        up.explain(causes.of_id(typed.id.as_str()));
    }
    up
}

fn judge_down(played: &Played, causes: &Causes) -> Direction {
    let (_, said) = played.conversation.histories();
    let said_texts: Vec<&str> = said.iter().map(|said| said.text.as_str()).collect();
    let shown_texts: Vec<&str> = played.shown.iter().map(|shown| shown.text.as_str()).collect();
    let verdict = compare(&said_texts, &shown_texts);
    let mut down = Direction { messages: said.len() as u64, ..Direction::default() };
    down.unexpected = verdict.unexpected.len() as u64;
    for (said, place) in said.iter().zip(&verdict.heard_at) {
        match place.and_then(|place| played.shown.get(place)) {
            Some(shown) => down.delays_ms.push(shown.at_ms.saturating_sub(said.at_ms)),
            None => {
                down.lost += 1;
                down.explain(causes.of_code(&said.code));
            }
        }
    }
    for said in verdict.duplicated.iter().filter_map(|(_, origin)| said.get(*origin)) {
        down.duplicated += 1;
        down.explain(causes.of_code(&said.code));
    }
    for said in verdict.moved.iter().filter_map(|at| said.get(*at)) {
        down.out_of_order += 1;
        down.explain(causes.of_code(&said.code));
    }
    down
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::FaultLog;
    use crate::replay::centre::CentreFault;
    use crate::replay::conversation::{Conversation, Heard, Said};
    use crate::replay::dialogue::Dialogue;
    use crate::replay::visit::{Rated, Shown, Typed};
    use frontdesk_contract::ClientId;
    use std::sync::Arc;

    fn played(typed: &[(&str, MineState)], heard: &[&str], said: &[&str], shown: &[&str]) -> Played {
        let dialogue = Dialogue { id: "d".into(), lang: "en".into(), visitor: vec![], agent: vec![] };
        let conversation = Arc::new(Conversation::new(Arc::new(dialogue), None));
        for text in heard {
            conversation.hear(Heard { text: (*text).into(), id: Some(format!("id-{text}")), at_ms: 30 });
        }
        for text in said {
            conversation.say(Said { text: (*text).into(), code: format!("code-{text}"), at_ms: 10 });
        }
        let typed = typed.iter().map(|(text, state)| Typed {
            text: (*text).into(),
            id: ClientId::new(format!("id-{text}")),
            at_ms: 10,
            state: *state,
        });
        let shown = shown.iter().map(|text| Shown { text: (*text).into(), at_ms: 50 });
        Played {
            conversation,
            typed: typed.collect(),
            shown: shown.collect(),
            trouble: None,
            ended: true,
            rated: Rated::Thanked,
        }
    }

    fn causes() -> Causes {
        let fault = CentreFault {
            kind: "reset_after".into(),
            user_id: "u".into(),
            message_ids: vec!["id-b".into()],
            codes: vec!["code-y".into()],
            took_effect: true,
        };
        Causes::new(&FaultLog::default(), &[fault])
    }

    #[test]
    fn what_was_shown_as_unconfirmed_is_counted_apart_whether_it_came_or_not() {
        let (sent, unsure) = (MineState::Sent, MineState::Unconfirmed);
        let (up, _) =
            judge(&played(&[("a", sent), ("b", unsure), ("c", sent)], &["a", "c"], &[], &[]), &causes());
        assert_eq!((up.lost, up.unconfirmed, up.unconfirmed_missing, up.unattributed), (0, 1, 1, 0));
        assert_eq!(up.causes.get("centre reset_after"), Some(&1));
        let (up, _) = judge(&played(&[("b", unsure)], &["b"], &[], &[]), &causes());
        assert_eq!((up.lost, up.unconfirmed, up.unconfirmed_missing), (0, 1, 0));
        assert_eq!(up.delays_ms, [20]);
    }

    #[test]
    fn what_was_acknowledged_or_still_waits_and_did_not_come_is_lost() {
        for state in [MineState::Sent, MineState::Queued, MineState::Sending] {
            let (up, _) = judge(&played(&[("a", state)], &[], &[], &[]), &causes());
            assert_eq!((up.lost, up.unattributed), (1, 1));
        }
        let (up, _) = judge(&played(&[("a", MineState::Failed(None))], &[], &[], &[]), &causes());
        assert_eq!((up.lost, up.refused), (0, 1));
    }

    #[test]
    fn duplicates_and_losses_of_either_direction_find_their_cause() {
        let sent = MineState::Sent;
        let found = played(&[("a", sent), ("b", sent)], &["a", "b", "b"], &["x", "y", "z"], &["x", "z", "q"]);
        let (up, down) = judge(&found, &causes());
        assert_eq!((up.duplicated, up.unattributed), (1, 0));
        assert_eq!((down.messages, down.lost, down.unexpected, down.unattributed), (3, 1, 1, 0));
        assert_eq!(down.delays_ms, [40, 40]);
    }
}
