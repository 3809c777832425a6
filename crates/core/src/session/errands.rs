//! Posts that must arrive though nobody waits for them: a message left for later, judgements of the robot's answers. Each
//! is kept, and repeated under its id until it is answered or refused for good. One at a time, in no order.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::{Call, Effect};
use crate::failure::{Failure, Next};
use crate::input::Answer;
use crate::snapshot::{Record, RecordKey};
use crate::text::plain;
use core::mem;
use frontdesk_contract::{
    ErrorCode, LeaveMessage, MAX_LEFT_TEXT_CHARS, MAX_NUMBER_CHARS, MAX_REASON_BYTES, PostFeedback,
    PostedStatus,
};

/// The most judgements that wait here; a further one is refused.
const MAX_JUDGEMENTS: usize = 50;

/// What became of the message that the visitor left for later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeaveState {
    /// None was left.
    #[default]
    Idle,
    /// Kept here and on its way.
    Sending,
    /// The centre has it.
    Sent,
    /// The centre may have it; nobody can know. It is not sent again by itself.
    Unconfirmed,
    /// Refused for good: `text_empty`, `text_too_long` and `number_invalid` before anything is sent.
    Failed(Option<ErrorCode>),
}

#[derive(Clone, Debug)]
enum Post {
    Leave(LeaveMessage),
    Feedback(PostFeedback),
}

#[derive(Clone, Debug)]
struct Errand {
    post: Post,
    /// Written for good, and to be sent.
    kept: bool,
    flying: bool,
    tries: Tries,
}

impl Errand {
    fn record(&self) -> Record {
        match &self.post {
            Post::Leave(message) => Record::Leave(message.clone()),
            Post::Feedback(feedback) => Record::Feedback(feedback.clone()),
        }
    }

    fn call(&self) -> Call {
        match &self.post {
            Post::Leave(message) => Call::LeaveMessage(message.clone()),
            Post::Feedback(feedback) => Call::PostFeedback(feedback.clone()),
        }
    }

    fn is_leave(&self) -> bool {
        matches!(self.post, Post::Leave(_))
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Errands {
    waiting: Vec<Errand>,
    leaving: LeaveState,
    refused: Option<(String, Option<ErrorCode>)>,
}

impl Errands {
    pub(super) fn leaving(&self) -> LeaveState {
        self.leaving
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving == LeaveState::Sending
    }

    /// Where the message is that was left: on its way, or refused and not seen.
    fn leave_at(&self) -> Option<usize> {
        self.waiting.iter().position(Errand::is_leave)
    }

    pub(super) fn refused_message(&self) -> Option<&LeaveMessage> {
        let at = self.leave_at().filter(|_| !self.is_leaving());
        match &self.waiting.get(at?)?.post {
            Post::Leave(message) => Some(message),
            Post::Feedback(_) => None,
        }
    }

    pub(super) fn refused(&self) -> Option<(&str, Option<ErrorCode>)> {
        self.refused.as_ref().map(|(message, code)| (message.as_str(), *code))
    }

    /// The judgement of this message that is on its way.
    pub(super) fn judgement(&self, message: &str) -> Option<bool> {
        self.waiting.iter().find_map(|errand| match &errand.post {
            Post::Feedback(feedback) if feedback.message == message => Some(feedback.helpful),
            _ => None,
        })
    }

    pub(super) fn restore_leave(&mut self, message: LeaveMessage) {
        if self.leave_at().is_none() {
            self.leaving = LeaveState::Sending;
            self.add(Post::Leave(message), true);
        }
    }

    pub(super) fn restore_feedback(&mut self, feedback: PostFeedback) {
        if self.judgement(&feedback.message).is_none() {
            self.add(Post::Feedback(feedback), true);
        }
    }

    fn add(&mut self, post: Post, kept: bool) -> Option<Record> {
        self.waiting.push(Errand { post, kept, flying: false, tries: Tries::default() });
        self.waiting.last().map(Errand::record)
    }

    pub(super) fn kept(&mut self, key: &RecordKey) {
        for errand in &mut self.waiting {
            errand.kept |= match (&errand.post, key) {
                (Post::Leave(_), RecordKey::Leave) => true,
                (Post::Feedback(feedback), RecordKey::Feedback(id)) => feedback.id == *id,
                _ => false,
            };
        }
    }

    pub(super) fn hurry(&mut self) {
        self.waiting.iter_mut().for_each(|errand| errand.tries.hurry());
    }

    /// No request is open any more.
    pub(super) fn recall(&mut self) {
        self.waiting.iter_mut().for_each(|errand| errand.flying = false);
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        self.waiting.iter().map(Errand::record)
    }
}

impl Session {
    pub(super) fn leave_message(
        &mut self,
        step: &mut Step,
        number: String,
        country: Option<String>,
        text: String,
    ) {
        if self.errands.is_leaving() {
            return;
        }
        step.redraw();
        let (number, text) = (plain(&number), self.redacted(plain(&text)));
        let (digits, chars) = (number.chars().count(), text.chars().count());
        let refused = if !(1..=MAX_NUMBER_CHARS).contains(&digits) {
            Some(ErrorCode::NumberInvalid)
        } else if text.is_empty() {
            Some(ErrorCode::TextEmpty)
        } else if chars > MAX_LEFT_TEXT_CHARS {
            Some(ErrorCode::TextTooLong)
        } else {
            None
        };
        if refused.is_some() {
            self.errands.leaving = LeaveState::Failed(refused);
            return;
        }
        self.open(step);
        // One that was refused has been seen.
        self.leave_seen(step);
        self.errands.leaving = LeaveState::Sending;
        let id = step.new_id();
        let record = self.errands.add(Post::Leave(LeaveMessage { id, number, country, text }), false);
        step.effects.extend(record.map(Effect::Keep));
    }

    pub(super) fn leave_seen(&mut self, step: &mut Step) {
        if !self.errands.is_leaving() {
            self.errands.leaving = LeaveState::Idle;
            step.redraw();
            if let Some(at) = self.errands.leave_at() {
                self.drop_errand(step, at);
            }
        }
    }

    pub(super) fn judge(&mut self, step: &mut Step, message: String, helpful: bool, reason: String) {
        if !self.transcript.can_judge(&message) {
            return;
        }
        step.redraw();
        let reason = self.redacted(plain(&reason));
        let refused = if !helpful && reason.is_empty() {
            Some(ErrorCode::ReasonMissing)
        } else if reason.len() > MAX_REASON_BYTES {
            Some(ErrorCode::ReasonTooLong)
        } else if self.errands.waiting.len() >= MAX_JUDGEMENTS {
            Some(ErrorCode::RateLimited)
        } else {
            None
        };
        self.errands.refused = None;
        if refused.is_some() {
            self.errands.refused = Some((message, refused));
            return;
        }
        self.transcript.set_judged(&message, Some(helpful), &mut step.changes);
        let id = step.new_id();
        let record = self.errands.add(Post::Feedback(PostFeedback { id, message, helpful, reason }), false);
        step.effects.extend(record.map(Effect::Keep));
    }

    pub(super) fn advance_errands(&mut self, step: &mut Step) -> Option<u64> {
        if self.stage != Stage::Open || self.is_open(Purpose::Errand) {
            return None;
        }
        let kept = self.errands.waiting.iter_mut().filter(|errand| errand.kept);
        let next = kept.min_by_key(|errand| errand.tries.next_ms())?;
        if next.tries.next_ms() > step.now.ms {
            return Some(next.tries.next_ms());
        }
        next.flying = true;
        let call = next.call();
        self.request(step, Purpose::Errand, call);
        None
    }

    pub(super) fn errand_done(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        let Some(at) = self.errands.waiting.iter().position(|errand| errand.flying) else { return };
        let Some(errand) = self.errands.waiting.get_mut(at) else { return };
        errand.flying = false;
        let failure = match (result, errand.is_leave()) {
            (Ok(Answer::Left(left)), true) => {
                let taken = matches!(left.status, PostedStatus::Accepted | PostedStatus::StoredOffline);
                self.errands.leaving = if taken { LeaveState::Sent } else { LeaveState::Unconfirmed };
                return self.drop_errand(step, at);
            }
            // One that nobody can know of is not asked for again either.
            (Ok(Answer::Judged(_)), false) => return self.drop_errand(step, at),
            (Ok(_), _) => Failure::Foreign,
            (Err(failure), _) => failure,
        };
        match failure.next() {
            Next::Retry { after_ms } => {
                step.put_off(&mut errand.tries, after_ms);
                // Asked for by who answers them all.
                let asked = errand.tries;
                if after_ms > 0 {
                    self.errands.waiting.iter_mut().for_each(|other| other.tries.heed(&asked));
                }
            }
            Next::Hold => step.put_off(&mut errand.tries, 5_000),
            Next::Reopen => self.reopen(step),
            Next::Stop | Next::Reconnect => {
                match &mut errand.post {
                    // The page may be another by now, and its form empty: the text stays here until that is seen.
                    Post::Leave(_) => {
                        errand.kept = false;
                        self.errands.leaving = LeaveState::Failed(failure.code());
                        return step.redraw();
                    }
                    Post::Feedback(feedback) => {
                        let message = mem::take(&mut feedback.message);
                        self.transcript.set_judged(&message, None, &mut step.changes);
                        self.errands.refused = Some((message, failure.code()));
                    }
                }
                self.drop_errand(step, at);
            }
        }
    }

    fn drop_errand(&mut self, step: &mut Step, at: usize) {
        let key = self.errands.waiting.remove(at).record().key();
        step.effects.push(Effect::Forget(key));
        step.redraw();
    }

    /// Judgements belong to the session that is gone; a message left does not.
    pub(super) fn drop_judgements(&mut self, step: &mut Step) {
        while let Some(at) = self.errands.waiting.iter().position(|errand| !errand.is_leave()) {
            self.drop_errand(step, at);
        }
    }
}
