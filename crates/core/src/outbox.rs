//! What the visitor sent and the centre does not have yet, in order. Only the first may be on its way, so that order
//! holds; one that was refused for good stops those behind it until the visitor decides.

use crate::backoff::Tries;
use crate::effect::RequestId;
use crate::payload::Payload;
use crate::snapshot::Record;
use frontdesk_contract::{ClientId, ErrorCode};

/// The most messages that wait here; a further text goes back to the composer.
pub const MAX_WAITING: usize = 200;

/// A message on its way out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// For life.
    pub id: ClientId,
    /// What it carries.
    pub payload: Payload,
    /// When the visitor sent it; strictly growing, so that it is also the order.
    pub at_ms: u64,
    /// Its record is written, or cannot be: it may be sent.
    pub kept: bool,
    /// How far it is.
    pub state: OutState,
}

/// How far a message on its way out is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutState {
    /// Waiting for its turn.
    Waiting,
    /// Its file is being uploaded, perhaps ahead of its turn.
    Uploading(RequestId),
    /// The request is open.
    InFlight(RequestId),
    /// Refused for good.
    Failed(Option<ErrorCode>),
    /// The content of its file is not kept here any more.
    FileGone,
}

impl Outgoing {
    /// The record that survives a reload.
    pub fn record(&self) -> Record {
        self.payload.record(self.id.clone(), self.at_ms)
    }
}

/// The messages on their way out, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    waiting: Vec<Outgoing>,
    last_ms: u64,
    /// The tries of the first message.
    pub tries: Tries,
    /// The answer for the last message that was delivered is waited for until then, if it has not come.
    pub answer_until: u64,
}

impl Outbox {
    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Outgoing> {
        self.waiting.iter()
    }

    /// Nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// No further message is taken.
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_WAITING
    }

    /// Takes a new message behind all others.
    pub fn push(&mut self, id: ClientId, payload: Payload, now_ms: u64) -> Outgoing {
        self.last_ms = now_ms.max(self.last_ms.saturating_add(1));
        let message = Outgoing { id, payload, at_ms: self.last_ms, kept: false, state: OutState::Waiting };
        self.waiting.push(message.clone());
        message
    }

    /// Takes a message that an earlier page kept, where its time says, also beyond [`MAX_WAITING`]: what was accepted
    /// once is not dropped. One that is here already is left as it is.
    pub fn restore(&mut self, id: ClientId, payload: Payload, at_ms: u64) -> bool {
        if self.waiting.iter().any(|other| other.id == id) {
            return false;
        }
        self.last_ms = self.last_ms.max(at_ms);
        let before = self.waiting.iter().filter(|other| (other.at_ms, &other.id) < (at_ms, &id)).count();
        let state = OutState::Waiting;
        self.waiting.insert(before, Outgoing { id, payload, at_ms, kept: true, state });
        true
    }

    /// The first message, if it may go now.
    pub fn ready(&self) -> Option<&Outgoing> {
        self.waiting.first().filter(|first| first.kept && first.state == OutState::Waiting)
    }

    /// The first file that may be uploaded now.
    pub fn next_upload(&self) -> Option<&Outgoing> {
        let waits = |message: &&Outgoing| message.kept && message.state == OutState::Waiting;
        self.waiting.iter().filter(waits).find(|message| message.payload.to_upload().is_some())
    }

    /// The message whose upload this request is.
    pub fn uploading(&mut self, request: RequestId) -> Option<&mut Outgoing> {
        self.waiting.iter_mut().find(|message| message.state == OutState::Uploading(request))
    }

    /// The request of a message is open.
    pub fn is_flying(&self) -> bool {
        self.waiting.iter().any(|message| matches!(message.state, OutState::InFlight(_)))
    }

    /// The first message, whatever it waits for.
    pub fn first(&self) -> Option<&Outgoing> {
        self.waiting.first()
    }

    /// The message with this id.
    pub fn get_mut(&mut self, id: &ClientId) -> Option<&mut Outgoing> {
        self.waiting.iter_mut().find(|message| message.id == *id)
    }

    /// Takes out a message that the desk has.
    pub fn take(&mut self, id: &ClientId) -> Option<Outgoing> {
        let at = self.waiting.iter().position(|message| message.id == *id)?;
        if at == 0 {
            self.tries.succeed();
        }
        Some(self.waiting.remove(at))
    }

    /// Takes out a message that the visitor gives up. The next one waits as long as the server asked for.
    pub fn give_up(&mut self, id: &ClientId) -> Option<Outgoing> {
        let at = self.waiting.iter().position(|message| message.id == *id)?;
        if at == 0 {
            self.tries.renew();
        }
        Some(self.waiting.remove(at))
    }

    /// No request is open any more; what was on its way waits again.
    pub fn recall_flights(&mut self) {
        for message in &mut self.waiting {
            if matches!(message.state, OutState::InFlight(_) | OutState::Uploading(_)) {
                message.state = OutState::Waiting;
            }
        }
    }
}
