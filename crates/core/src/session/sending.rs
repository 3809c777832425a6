//! The visitor's messages.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::effect::{Call, Effect, RequestId};
use crate::failure::{Failure, Next};
use crate::input::Answer;
use crate::outbox::OutState;
use crate::snapshot::RecordKey;
use crate::transcript::{EntryKind, MineState};
use frontdesk_contract::{Body, ClientId, ContactState, Echo, ErrorCode, PostMessage, PostedStatus};

/// The answer for a message that its echo has delivered already may be lost. Those behind it wait so long for it, in
/// milliseconds; mostly it is just about to come.
const ANSWER_MS: u64 = 1_000;

impl Session {
    pub(super) fn send(&mut self, step: &mut Step, text: String) {
        if text.trim().is_empty() {
            return;
        }
        if self.outbox.is_full() {
            return step.effects.push(Effect::Returned(text));
        }
        self.open(step);
        let id = ClientId::from_bits(step.now.draw());
        let message = self.outbox.push(id, text, step.now.ms);
        // Inserted, not looked for: its id was made just now.
        let kind = EntryKind::Mine {
            id: message.id.clone(),
            body: Body::Text(message.text.clone()),
            state: MineState::Queued,
            read: false,
        };
        self.transcript.insert(None, message.at_ms, kind, &mut step.changes);
        step.effects.push(Effect::Keep(message.record()));
        self.connect_error = None;
        self.wants_contact = true;
    }

    pub(super) fn retry(&mut self, step: &mut Step, id: &ClientId) {
        let Some(message) = self.outbox.get_mut(id) else { return };
        if let OutState::Failed(_) = message.state {
            message.state = OutState::Waiting;
            self.transcript.set_mine(id, MineState::Queued, &mut step.changes);
        }
        self.outbox.tries.hurry();
        self.connect_error = None;
        self.wants_contact = true;
        self.open(step);
    }

    pub(super) fn send_again(&mut self, step: &mut Step, id: &ClientId) {
        if let Some(text) = self.transcript.unconfirmed_text(id) {
            let text = text.to_owned();
            self.send(step, text);
        }
    }

    pub(super) fn discard(&mut self, step: &mut Step, id: &ClientId) {
        let on_its_way = |state| matches!(state, OutState::InFlight(_));
        if self.outbox.get_mut(id).is_some_and(|message| on_its_way(message.state)) {
            return;
        }
        if let Some(message) = self.outbox.give_up(id) {
            self.transcript.remove_mine(id, &mut step.changes);
            step.effects.push(Effect::Forget(RecordKey::Outgoing(message.id)));
            step.effects.push(Effect::Returned(message.text));
        }
    }

    pub(super) fn advance_outbox(&mut self, step: &mut Step) -> Option<u64> {
        let served =
            matches!(self.contact.state, ContactState::Robot | ContactState::Agent | ContactState::Unknown);
        if self.stage != Stage::Open || !served || self.wish.is_some() || self.outbox.is_flying() {
            return None;
        }
        let first = self.outbox.ready()?;
        if self.outbox.tries.next_ms() > step.now.ms {
            return Some(self.outbox.tries.next_ms());
        }
        if self.is_open(Purpose::Post) && self.outbox.answer_until > step.now.ms {
            return Some(self.outbox.answer_until);
        }
        let id = first.id.clone();
        let call = Call::PostMessage(PostMessage { id: id.clone(), body: Body::Text(first.text.clone()) });
        self.abort(step, Purpose::Post);
        let request = self.request(step, Purpose::Post, call);
        if let Some(message) = self.outbox.get_mut(&id) {
            message.state = OutState::InFlight(request);
        }
        self.transcript.set_mine(&id, MineState::Sending, &mut step.changes);
        None
    }

    pub(super) fn posted(
        &mut self,
        step: &mut Step,
        request: RequestId,
        result: Result<Answer, Failure>,
        overtaken: bool,
    ) {
        let flying = self.outbox.iter().find(|message| message.state == OutState::InFlight(request));
        let Some(id) = flying.map(|message| message.id.clone()) else {
            return self.posted_after_echo(step, &result);
        };
        self.note_centre(step, result.as_ref().err());
        let failure = match result {
            Ok(Answer::Posted(posted)) => {
                self.following.expect(posted.seq, step.now.ms);
                return self.delivered(step, &id, Some(posted.seq), posted.status);
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        let next = failure.next();
        let Some(message) = self.outbox.get_mut(&id) else { return };
        message.state = OutState::Waiting;
        let mut shown = MineState::Queued;
        match next {
            Next::Retry { after_ms } => self.outbox.tries.fail(step.now.ms, after_ms, step.now.draw()),
            Next::Hold => {
                // The queue's own events open the way again; asking now and then covers a lost one.
                self.outbox.tries.fail(step.now.ms, 5_000, step.now.draw());
                if self.contact.state == ContactState::Robot {
                    self.following.expect_news();
                }
            }
            Next::Reconnect => {
                // A desk that connects and then knows nothing of it must not be asked in a loop.
                self.outbox.tries.fail(step.now.ms, 0, step.now.draw());
                if !overtaken {
                    self.lose_contact(step, failure.code());
                }
            }
            Next::Reopen => self.reopen(step),
            Next::Stop => {
                message.state = OutState::Failed(failure.code());
                shown = MineState::Failed(failure.code());
            }
        }
        self.transcript.set_mine(&id, shown, &mut step.changes);
    }

    /// The echo had told already that the message is there. What else the answer says holds for the next one.
    fn posted_after_echo(&mut self, step: &mut Step, result: &Result<Answer, Failure>) {
        if let Err(failure) = result {
            match failure.next() {
                Next::Retry { after_ms } if after_ms > 0 => {
                    self.outbox.tries.fail(step.now.ms, after_ms, step.now.draw());
                }
                Next::Reopen => self.reopen(step),
                _ => {}
            }
        }
    }

    /// The proxy says that there is no conversation: the text stays here until the visitor begins one.
    pub(super) fn lose_contact(&mut self, step: &mut Step, code: Option<ErrorCode>) {
        let never = code == Some(ErrorCode::NotConnected)
            && self.transcript.entries().iter().all(|e| e.seq.is_none());
        self.contact.state = if never { ContactState::None } else { ContactState::Ended };
        self.following.linger(step.now.ms);
        step.redraw();
    }

    /// The journal has the message, told by the answer or by its echo, whichever comes first.
    fn delivered(&mut self, step: &mut Step, id: &ClientId, seq: Option<u64>, status: PostedStatus) {
        let Some(message) = self.outbox.take(id) else { return };
        self.outbox.answer_until = step.now.ms + ANSWER_MS;
        let body = Body::Text(message.text);
        self.transcript.mine(id, seq, message.at_ms, &body, state_of(status), &mut step.changes);
        step.effects.push(Effect::Forget(RecordKey::Outgoing(message.id)));
    }

    pub(super) fn apply_echo(&mut self, step: &mut Step, seq: u64, at_ms: u64, echo: &Echo) {
        self.delivered(step, &echo.id, Some(seq), echo.status);
        self.transcript.mine(
            &echo.id,
            Some(seq),
            at_ms,
            &echo.body,
            state_of(echo.status),
            &mut step.changes,
        );
    }
}

fn state_of(status: PostedStatus) -> MineState {
    match status {
        PostedStatus::Accepted => MineState::Sent,
        PostedStatus::StoredOffline => MineState::StoredOffline,
        PostedStatus::Unconfirmed | PostedStatus::Unknown => MineState::Unconfirmed,
    }
}
