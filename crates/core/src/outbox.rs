//! What the visitor sent and the centre does not have yet, in order. Only the first may be on its way, so that order
//! holds; one that was refused for good stops those behind it until the visitor decides.

use crate::backoff::Tries;
use crate::effect::RequestId;
use crate::payload::Payload;
use crate::snapshot::Record;
use crate::transcript::MineState;
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
    /// Its record is in the storage that all tabs share.
    pub stored: bool,
    /// It was when the storage was asked last.
    pub looked_for: bool,
    /// Taken over then from the tab in which it was written, if nothing is heard of that until then.
    pub orphan_ms: u64,
    /// The desk may have it already: it was tried without an answer, or comes from an earlier page.
    pub tried: bool,
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
    /// It was written in another tab, which sends it, and has told so.
    Elsewhere(MineState),
}

impl Outgoing {
    /// The record that survives a reload.
    pub fn record(&self) -> Record {
        self.payload.record(self.id.clone(), self.at_ms)
    }

    /// It is sent from here.
    pub fn is_own(&self) -> bool {
        !matches!(self.state, OutState::Elsewhere(_))
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

    /// When the last message was sent, epoch milliseconds.
    pub fn last_ms(&self) -> u64 {
        self.last_ms
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
        let message = Outgoing {
            id,
            payload,
            at_ms: self.last_ms,
            kept: false,
            stored: false,
            looked_for: false,
            orphan_ms: 0,
            tried: false,
            state: OutState::Waiting,
        };
        self.waiting.push(message.clone());
        message
    }

    /// Takes a message that an earlier page kept, where its time says, also beyond [`MAX_WAITING`]: what was accepted
    /// once is not dropped. One that is here already is left as it is.
    pub fn restore(&mut self, id: ClientId, payload: Payload, at_ms: u64) -> bool {
        self.insert(id, payload, at_ms, OutState::Waiting, 0)
    }

    /// Takes a message that another tab has kept and sends.
    pub fn notice(&mut self, id: ClientId, payload: Payload, at_ms: u64, orphan_ms: u64) -> bool {
        self.insert(id, payload, at_ms, OutState::Elsewhere(MineState::Queued), orphan_ms)
    }

    fn insert(
        &mut self,
        id: ClientId,
        payload: Payload,
        at_ms: u64,
        state: OutState,
        orphan_ms: u64,
    ) -> bool {
        if self.waiting.iter().any(|other| other.id == id) {
            return false;
        }
        self.last_ms = self.last_ms.max(at_ms);
        let before = self.waiting.iter().filter(|other| (other.at_ms, &other.id) < (at_ms, &id)).count();
        let (kept, stored, looked_for, tried) = (true, true, false, true);
        let message = Outgoing { id, payload, at_ms, kept, stored, looked_for, orphan_ms, tried, state };
        self.waiting.insert(before, message);
        true
    }

    /// The storage is about to be asked what it has.
    pub fn look(&mut self) {
        for message in &mut self.waiting {
            message.looked_for = message.stored;
        }
    }

    /// The messages that other tabs send, without those that none sends any more; oldest first, up to one that was refused there for good: what stands behind that
    /// may be of the same tab.
    pub fn elsewhere(&self) -> impl Iterator<Item = &Outgoing> {
        let doubtful = OutState::Elsewhere(MineState::Unconfirmed);
        let sent = move |message: &&Outgoing| !message.is_own() && message.state != doubtful;
        let elsewhere = self.waiting.iter().filter(sent);
        elsewhere.take_while(|message| !matches!(message.state, OutState::Elsewhere(MineState::Failed(_))))
    }

    /// A sign of life of another tab: none of its messages is taken over before this time. Of which tab a message is, is
    /// not known.
    pub fn put_off_orphans(&mut self, until_ms: u64) {
        for message in self.waiting.iter_mut().filter(|message| !message.is_own()) {
            message.orphan_ms = message.orphan_ms.max(until_ms);
        }
    }

    /// The first message, if it may go now.
    pub fn ready(&self) -> Option<&Outgoing> {
        #[cfg(feature = "planted")]
        if frontdesk_planted::is(frontdesk_planted::Bug::SkipRefused) {
            let passes =
                |message: &&Outgoing| message.is_own() && !matches!(message.state, OutState::Failed(_));
            let first = self.waiting.iter().find(passes);
            return first.filter(|first| first.kept && first.state == OutState::Waiting);
        }
        self.first().filter(|first| first.kept && first.state == OutState::Waiting)
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

    /// The first message that is sent from here, whatever it waits for.
    pub fn first(&self) -> Option<&Outgoing> {
        self.waiting.iter().find(|message| message.is_own())
    }

    /// Where a message stands, and whether it is the first of those that are sent from here.
    fn place(&self, id: &ClientId) -> Option<(usize, bool)> {
        let at = self.waiting.iter().position(|message| message.id == *id)?;
        Some((at, self.first().is_some_and(|first| first.id == *id)))
    }

    /// The message with this id.
    pub fn get_mut(&mut self, id: &ClientId) -> Option<&mut Outgoing> {
        self.waiting.iter_mut().find(|message| message.id == *id)
    }

    /// Takes out a message that the desk has.
    pub fn take(&mut self, id: &ClientId) -> Option<Outgoing> {
        let (at, first) = self.place(id)?;
        if first {
            self.tries.succeed();
        }
        Some(self.waiting.remove(at))
    }

    /// Takes out a message that the visitor gives up. The next one waits as long as the server asked for.
    pub fn give_up(&mut self, id: &ClientId) -> Option<Outgoing> {
        let (at, first) = self.place(id)?;
        if first {
            self.tries.renew();
        }
        Some(self.waiting.remove(at))
    }

    /// The session is gone to which these messages may have been sent, until this time: nobody knows whether they came.
    /// They are sent by no tab any more. A file is unknown to another session, and begins anew.
    pub fn leave_in_doubt(&mut self, until_ms: u64) -> Vec<ClientId> {
        let waits = |state| matches!(state, OutState::Waiting | OutState::Elsewhere(_));
        let tried = self.waiting.iter_mut().filter(|message| {
            let said = matches!(message.payload, Payload::Ready(_));
            message.tried && said && message.at_ms <= until_ms && waits(message.state)
        });
        let doubt = |message: &mut Outgoing| {
            message.state = OutState::Elsewhere(MineState::Unconfirmed);
            message.id.clone()
        };
        tried.map(doubt).collect()
    }

    /// No request is open any more; what was on its way waits again.
    pub fn recall_flights(&mut self) {
        for message in &mut self.waiting {
            if matches!(message.state, OutState::InFlight(_) | OutState::Uploading(_)) {
                message.tried = true;
                message.state = OutState::Waiting;
            }
        }
    }
}
