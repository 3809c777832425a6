//! Whom the visitor wants, and who serves.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::Call;
use crate::failure::{Failure, Next};
use crate::input::Answer;
use core::mem;
use frontdesk_contract::{ClientId, Connect, ConnectTo, Contact, ContactState, QueueInfo};

/// The most times that the desk may say "not now" to a wish before the visitor is asked.
const MAX_TRIES: u32 = 6;
/// The visitor's typing is told to the agent at most this often, in milliseconds.
const TYPING_EVERY_MS: u64 = 3_000;

/// A wish for robot or agent that is under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    id: ClientId,
    pub(super) to: ConnectTo,
    pub(super) tries: Tries,
    /// How often the desk said no. A network that fails is not a no: trying goes on.
    refused: u32,
}

/// Somebody serves, or will.
pub(super) fn is_served(state: ContactState) -> bool {
    matches!(
        state,
        ContactState::Robot | ContactState::Queueing | ContactState::Agent | ContactState::Unknown
    )
}

impl Session {
    pub(super) fn wish_for(&mut self, step: &mut Step, to: ConnectTo) {
        self.open(step);
        self.connect_error = None;
        self.ending = None;
        if self.wish.as_ref().is_none_or(|wish| wish.to != to) {
            self.abort(step, Purpose::Connect);
            let id = step.new_id();
            let mut tries = Tries::default();
            if let Some(before) = &self.wish {
                tries.heed(&before.tries);
            }
            self.wish = Some(Wish { id, to, tries, refused: 0 });
        } else if let Some(wish) = &mut self.wish {
            wish.refused = 0;
            wish.tries.hurry();
        }
        step.redraw();
    }

    /// Begins a conversation with whoever the desk puts first, if none is open.
    pub(super) fn wish_for_anyone(&mut self, step: &mut Step) {
        if self.wish.is_none() && !self.contact_open() {
            let agent_only = self.offers.as_ref().is_some_and(|offers| !offers.robot && offers.agent);
            self.wish_for(step, if agent_only { ConnectTo::Agent } else { ConnectTo::Robot });
        }
    }

    /// Somebody serves or will, or takes messages for later.
    pub(super) fn contact_open(&self) -> bool {
        is_served(self.contact.state) || self.contact_offline()
    }

    /// Nobody is there, but what is sent is kept for them.
    pub(super) fn contact_offline(&self) -> bool {
        self.contact.state == ContactState::Ended && self.contact.offline
    }

    pub(super) fn advance_wish(&mut self, step: &mut Step) -> Option<u64> {
        if self.stage != Stage::Open {
            return None;
        }
        // A text that was just sent begins a conversation; so does one from an earlier page, if there never was one.
        let begun = self.contact.state != ContactState::None;
        let waits = !begun && self.outbox.ready().is_some() && self.connect_error.is_none();
        if mem::take(&mut self.wants_contact) || waits {
            self.wish_for_anyone(step);
        }
        if self.is_open(Purpose::Connect) || self.is_open(Purpose::End) {
            return None;
        }
        let wish = self.wish.as_ref()?;
        if wish.tries.next_ms() > step.now.ms {
            return Some(wish.tries.next_ms());
        }
        let call = Call::Connect(Connect { id: wish.id.clone(), to: wish.to, about: self.about.clone() });
        self.request(step, Purpose::Connect, call);
        None
    }

    pub(super) fn connected(&mut self, step: &mut Step, result: Result<Answer, Failure>, overtaken: bool) {
        let Some(mut wish) = self.wish.take() else { return };
        step.redraw();
        self.note_centre(step, result.as_ref().err());
        let failure = match result {
            Ok(Answer::Contact(contact)) => {
                self.connect_error = None;
                return self.take_contact(step, &contact, overtaken);
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        match failure.next() {
            // What waits to be said is tried on, though the visitor is asked by then.
            Next::Retry { after_ms } if wish.refused < MAX_TRIES || self.outbox.ready().is_some() => {
                if wish.refused >= MAX_TRIES {
                    self.connect_error = failure.code();
                }
                wish.refused += u32::from(failure.code().is_some());
                step.put_off(&mut wish.tries, after_ms);
                self.wish = Some(wish);
            }
            Next::Reopen => {
                self.wish = Some(wish);
                self.reopen(step);
            }
            _ => {
                let code = failure.code().unwrap_or(frontdesk_contract::ErrorCode::CentreTimeout);
                self.connect_error = Some(code);
                self.refused_wish = Some(wish.to);
            }
        }
    }

    /// Remembers whether the centre stands in the way of what the visitor asked for.
    pub(super) fn note_centre(&mut self, step: &mut Step, failure: Option<&Failure>) {
        let trouble = failure.and_then(Failure::code).filter(|code| {
            use frontdesk_contract::ErrorCode as Code;
            matches!(
                code,
                Code::CentreUnreachable | Code::CentreUnintelligible | Code::CentreBusy | Code::CentreTimeout
            )
        });
        if self.centre_trouble != trouble {
            self.centre_trouble = trouble;
            step.redraw();
        }
    }

    /// Takes a state from an answer, unless an event has told a newer one meanwhile.
    fn take_contact(&mut self, step: &Step, contact: &Contact, overtaken: bool) {
        if overtaken {
            // Which of the two is newer, the events tell that are still to be read.
            return self.following.expect_more(step.now.ms);
        }
        self.contact.state = contact.state;
        self.contact.reason = contact.reason;
        self.contact.offline = contact.offline;
        if contact.with.is_some() {
            self.contact.with.clone_from(&contact.with);
        }
    }

    pub(super) fn end_contact(&mut self, step: &mut Step) {
        self.wish = None;
        self.wants_contact = false;
        let connecting = self.abort(step, Purpose::Connect);
        let reached = matches!(self.stage, Stage::Opening | Stage::Open);
        if reached && (is_served(self.contact.state) || connecting) {
            self.ending = Some(Tries::default());
        }
        step.redraw();
    }

    pub(super) fn advance_end(&mut self, step: &mut Step) -> Option<u64> {
        let tries = self.ending?;
        if self.stage != Stage::Open || self.is_open(Purpose::End) {
            return None;
        }
        if tries.next_ms() > step.now.ms {
            return Some(tries.next_ms());
        }
        self.request(step, Purpose::End, Call::EndContact);
        None
    }

    pub(super) fn ended(&mut self, step: &mut Step, result: Result<Answer, Failure>, overtaken: bool) {
        let Some(mut tries) = self.ending.take() else { return };
        step.redraw();
        match result {
            Ok(Answer::Contact(contact)) => {
                self.take_contact(step, &contact, overtaken);
                self.following.linger(step.now.ms);
            }
            other => {
                let failure = other.err().unwrap_or(Failure::Foreign);
                match failure.next() {
                    Next::Retry { after_ms } if tries.failed() < MAX_TRIES => {
                        step.put_off(&mut tries, after_ms);
                        self.ending = Some(tries);
                    }
                    Next::Reopen => self.reopen(step),
                    Next::Reconnect if !overtaken => self.lose_contact(step, failure.code()),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn apply_contact(&mut self, step: &mut Step, contact: Contact) {
        if contact.state != ContactState::Queueing {
            self.queue = QueueInfo::default();
        }
        if contact.state != ContactState::Agent {
            self.agent_types_until = None;
        }
        self.contact = contact;
        // A robot does not make up for the person who was refused.
        let for_person = self.refused_wish == Some(ConnectTo::Agent);
        if self.contact_open() && !(for_person && self.contact.state == ContactState::Robot) {
            self.connect_error = None;
        }
        if !is_served(self.contact.state) {
            self.following.linger(step.now.ms);
        }
        step.redraw();
    }

    pub(super) fn visitor_types(&mut self, step: &mut Step) {
        let due = step.now.ms >= self.typing_told_ms.saturating_add(TYPING_EVERY_MS);
        if self.contact.state == ContactState::Agent && due && !self.is_open(Purpose::Typing) {
            self.typing_told_ms = step.now.ms;
            self.request(step, Purpose::Typing, Call::Typing);
        }
    }

    pub(super) fn advance_typing(&mut self, step: &mut Step) -> Option<u64> {
        let until = self.agent_types_until?;
        if until <= step.now.ms {
            self.agent_types_until = None;
            step.redraw();
        }
        self.agent_types_until
    }
}
