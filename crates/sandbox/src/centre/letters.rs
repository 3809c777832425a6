//! Messages left with a number to call back, and what visitors thought of robot answers.

use serde::Serialize;

use super::{Centre, ContactId, Ms, State};
use crate::state::push_bounded;

/// A message left by `doLeaveMessage`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Letter {
    /// 1, 2, 3… since start or reset.
    pub(crate) id: u64,
    #[serde(rename = "userId")]
    pub(crate) user_id: String,
    #[serde(rename = "userName")]
    pub(crate) user_name: String,
    /// The number to call back.
    pub(crate) caller: String,
    pub(crate) text: String,
    pub(crate) at_ms: Ms,
}

/// What a visitor thought of one robot answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Feedback {
    pub(crate) satisfied: bool,
    pub(crate) content: String,
    pub(crate) at_ms: Ms,
}

/// Why a feedback was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FeedbackError {
    /// There is no session, or no robot serves in it.
    NoRobot,
    /// The robot gave no answer with this number in this session.
    NoSuchAnswer,
}

impl Centre {
    /// Keeps a left message.
    pub(crate) fn leave_letter(&mut self, now: Ms, user: &str, caller: &str, text: &str) {
        let user_name = self.visitor(user).map_or_else(String::new, |visitor| visitor.name.clone());
        self.next_letter += 1;
        let letter = Letter {
            id: self.next_letter,
            user_id: user.to_owned(),
            user_name,
            caller: caller.to_owned(),
            text: text.to_owned(),
            at_ms: now,
        };
        push_bounded(&mut self.letters, letter, self.settings.max_contacts);
        self.change += 1;
        self.letters_changed = self.change;
    }

    /// Left messages, oldest first.
    pub(crate) fn letters(&self) -> impl DoubleEndedIterator<Item = &Letter> {
        self.letters.iter()
    }

    /// Number of the change that brought the last left message.
    pub(crate) fn letters_changed(&self) -> u64 {
        self.letters_changed
    }

    /// Keeps the feedback for a robot answer of the present session; a second one replaces the first.
    ///
    /// # Errors
    /// When no robot serves the visitor, or gave no such answer.
    pub(crate) fn feedback(
        &mut self,
        now: Ms,
        user: &str,
        turn: &str,
        satisfied: bool,
        content: &str,
    ) -> Result<(), FeedbackError> {
        self.advance(now);
        self.settle(now, user);
        let contact = self.live_contact(user).filter(|contact| contact.state == State::Robot);
        let id: ContactId = contact.ok_or(FeedbackError::NoRobot)?.id;
        let contact = self.contacts.get_mut(&id).ok_or(FeedbackError::NoRobot)?;
        let answer = contact
            .transcript
            .iter_mut()
            .find(|entry| entry.robot_turn.is_some_and(|own| own.to_string() == turn))
            .ok_or(FeedbackError::NoSuchAnswer)?;
        answer.feedback = Some(Feedback { satisfied, content: content.to_owned(), at_ms: now });
        let seq = answer.seq;
        self.touch_entry(id, seq);
        Ok(())
    }
}
