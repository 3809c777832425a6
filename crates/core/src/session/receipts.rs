//! Telling the agent what the visitor has seen: one request at a time, silent about whatever goes wrong.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::Call;
use crate::failure::{Failure, Next};
use crate::input::Answer;
use frontdesk_contract::ContactState;

#[derive(Clone, Debug, Default)]
pub(super) struct Receipts {
    /// Number of the newest message of an agent.
    heard: u64,
    asked: u64,
    told: u64,
    tries: Tries,
}

impl Receipts {
    pub(super) fn heard(&mut self, seq: u64) {
        self.heard = self.heard.max(seq);
    }

    /// Numbers begin anew.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }
}

impl Session {
    pub(super) fn advance_receipts(&mut self, step: &mut Step) -> Option<u64> {
        let news = self.receipts.heard > self.receipts.told;
        let agent = self.contact.state == ContactState::Agent;
        // A long backlog is seen as a whole, not page by page.
        let settled = !self.following.is_behind();
        if self.stage != Stage::Open
            || !self.seen
            || !news
            || !agent
            || !settled
            || self.is_open(Purpose::Read)
        {
            return None;
        }
        if self.receipts.tries.next_ms() > step.now.ms {
            return Some(self.receipts.tries.next_ms());
        }
        self.receipts.asked = self.receipts.heard;
        self.request(step, Purpose::Read, Call::Read { up_to: self.receipts.heard });
        None
    }

    pub(super) fn receipt_told(&mut self, step: &mut Step, result: &Result<Answer, Failure>) {
        let next = result.as_ref().err().map(Failure::next);
        if let Some(Next::Retry { after_ms }) = next {
            return step.put_off(&mut self.receipts.tries, after_ms);
        }
        // Told, or refused: that is not worth asking again. A session that is gone, other requests notice.
        self.receipts.tries.succeed();
        self.receipts.told = self.receipts.told.max(self.receipts.asked);
    }
}
