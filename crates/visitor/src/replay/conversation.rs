//! One dialogue as it is played: what visitor and desk know of each other, and what either has done.

use super::dialogue::Dialogue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A message of the visitor, as it lies on the agent's desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What it says.
    pub text: String,
    /// The id its sender gave it.
    pub id: Option<String>,
    /// When the desk saw it.
    pub at_ms: u64,
}

/// A message of the agent that the centre has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it says.
    pub text: String,
    /// The centre's code.
    pub code: String,
    /// When the agent pressed Enter.
    pub at_ms: u64,
}

/// One dialogue between one visitor and the desk. Shared by both sides.
#[derive(Debug)]
pub struct Conversation {
    /// What is to be said.
    pub dialogue: Arc<Dialogue>,
    /// The visitor's name at the centre.
    pub name: Option<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    contact: Option<u64>,
    user: Option<String>,
    heard: Vec<Heard>,
    said: Vec<Said>,
    given_up: BTreeSet<String>,
    closed: bool,
    over: bool,
}

impl Conversation {
    /// A dialogue nobody has begun.
    pub fn new(dialogue: Arc<Dialogue>, name: Option<String>) -> Self {
        Self { dialogue, name, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The centre's number of the conversation, once known.
    pub fn contact(&self) -> Option<u64> {
        self.state().contact
    }

    /// The visitor's id at the centre, once known.
    pub fn user(&self) -> Option<String> {
        self.state().user.clone()
    }

    /// The desk has found out which of its conversations this is.
    pub fn pair(&self, contact: u64, user: &str) {
        let mut state = self.state();
        state.contact = Some(contact);
        state.user = Some(user.to_owned());
        state.over = false;
    }

    /// The visitor's message of this id will not come, or nobody can know: the agent need not wait for it.
    /// Answers whether that is news.
    pub fn give_up(&self, id: &str) -> bool {
        self.state().given_up.insert(id.to_owned())
    }

    /// A message of the visitor has reached the desk.
    pub fn hear(&self, heard: Heard) {
        self.state().heard.push(heard);
    }

    /// The agent has said something.
    pub fn say(&self, said: Said) {
        self.state().said.push(said);
    }

    /// How many messages the agent has said, and when the last.
    pub fn said(&self) -> (usize, u64) {
        let state = self.state();
        (state.said.len(), state.said.last().map_or(0, |said| said.at_ms))
    }

    /// Has the desk seen the message of this id?
    pub fn has_heard(&self, id: &str) -> bool {
        self.state().heard.iter().any(|heard| heard.id.as_deref() == Some(id))
    }

    /// The text that the agent is to type now, if it is the agent's turn.
    pub fn due(&self) -> Option<String> {
        let state = self.state();
        if state.closed || state.over {
            return None;
        }
        let line = self.dialogue.agent.get(state.said.len())?;
        (state.settled() >= line.after).then(|| line.text.clone())
    }

    /// The visitor plays no further turn.
    pub fn close(&self) {
        self.state().closed = true;
    }

    /// Whether the visitor has finished with it.
    pub fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// The centre's conversation has ended.
    pub fn end(&self) {
        self.state().over = true;
    }

    /// Whether the desk has seen the end.
    pub fn is_over(&self) -> bool {
        self.state().over
    }

    /// What the desk has heard and said.
    pub fn histories(&self) -> (Vec<Heard>, Vec<Said>) {
        let state = self.state();
        (state.heard.clone(), state.said.clone())
    }
}

impl State {
    /// How many different messages of the visitor have come or will not come.
    fn settled(&self) -> usize {
        let mut copies = BTreeMap::<&str, usize>::new();
        let mut nameless = 0;
        for heard in &self.heard {
            match &heard.id {
                Some(id) => *copies.entry(id).or_default() += 1,
                None => nameless += 1,
            }
        }
        let missing = self.given_up.iter().filter(|id| !copies.contains_key(id.as_str())).count();
        copies.len() + nameless + missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::dialogue::Line;

    fn conversation() -> Conversation {
        let line = |text: &str, after| Line { text: text.into(), after };
        let dialogue = Dialogue {
            id: "d".into(),
            lang: "en".into(),
            visitor: vec![line("v1", 0), line("v2", 0), line("v3", 1)],
            agent: vec![line("a1", 2), line("a2", 3), line("a3", 3)],
        };
        Conversation::new(Arc::new(dialogue), None)
    }

    fn hear(conversation: &Conversation, id: &str) {
        conversation.hear(Heard { text: "x".into(), id: Some(id.into()), at_ms: 0 });
    }

    fn answer(conversation: &Conversation) -> Option<String> {
        let text = conversation.due()?;
        conversation.say(Said { text: text.clone(), code: "c".into(), at_ms: 0 });
        Some(text)
    }

    #[test]
    fn the_agent_types_in_order_when_the_visitors_turns_before_have_come() {
        let played = conversation();
        assert_eq!(answer(&played), None);
        hear(&played, "1");
        assert_eq!(answer(&played), None);
        hear(&played, "2");
        assert_eq!(answer(&played).as_deref(), Some("a1"));
        assert_eq!(answer(&played), None);
        hear(&played, "3");
        assert_eq!(answer(&played).as_deref(), Some("a2"));
        assert_eq!(answer(&played).as_deref(), Some("a3"));
        assert_eq!(answer(&played), None);
    }

    #[test]
    fn a_copy_is_no_further_turn() {
        let played = conversation();
        hear(&played, "1");
        hear(&played, "1");
        assert_eq!(played.due(), None);
    }

    #[test]
    fn a_message_given_up_is_not_waited_for_and_counts_once_if_it_comes_after_all() {
        let played = conversation();
        assert!(played.give_up("1"));
        assert!(!played.give_up("1"));
        assert_eq!(played.due(), None);
        hear(&played, "1");
        assert_eq!(played.due(), None);
        hear(&played, "2");
        assert_eq!(played.due().as_deref(), Some("a1"));
    }

    #[test]
    fn nothing_is_due_after_the_end() {
        let played = conversation();
        hear(&played, "1");
        hear(&played, "2");
        played.end();
        assert_eq!(played.due(), None);
        played.pair(7, "u");
        assert!(played.due().is_some());
        played.close();
        assert_eq!(played.due(), None);
    }
}
