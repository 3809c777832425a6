//! Opening and resuming.

use super::contact::is_served;
use super::step::{Purpose, Step};
use super::{Session, Settings, Stage};
use crate::effect::{Call, Effect};
use crate::failure::{Failure, Next};
use crate::input::Answer;
use crate::payload::of_record;
use crate::snapshot::{Record, SCHEMA, Saved};
use crate::transcript::MineState;
use core::mem;
use frontdesk_contract::{
    Contact, ContactState, EndReason, OpenSession, PROTOCOL, PostSurvey, QueueInfo, SessionOpened,
};

impl Settings {
    /// What opens a session, or resumes the one with this credential.
    pub fn opening(&self, resume: Option<String>) -> OpenSession {
        OpenSession {
            protocol: PROTOCOL,
            desk: self.desk.clone(),
            locale: Some(self.locale.clone()),
            identity: self.identity.as_ref().map(|identity| identity.token.clone()),
            resume,
            id: self.identity.as_ref().map(|identity| identity.id.clone()),
        }
    }
}

impl Session {
    pub(super) fn start(&mut self, step: &mut Step, saved: Saved) {
        if saved.schema != SCHEMA {
            return;
        }
        let (session, others): (Vec<_>, Vec<_>) =
            saved.records.into_iter().partition(|record| matches!(record, Record::Session { .. }));
        for record in session {
            self.restore(step, record);
        }
        if self.is_held_back() {
            // Whether it is the same person the desk will say: until then nothing of it is shown.
            self.held = others;
        } else {
            self.go_on_with(step, others);
        }
        if self.credential.is_some() || !self.outbox.is_empty() || self.errands.is_leaving() {
            self.open(step);
        }
    }

    /// The session that is kept belongs to somebody, and whether the site means the same person now is not known yet.
    pub(super) fn is_held_back(&self) -> bool {
        self.person.is_some() && self.settings.identity.is_some() && self.stage != Stage::Open
    }

    fn go_on_with(&mut self, step: &mut Step, records: Vec<Record>) {
        let mut restored = Vec::new();
        for record in records {
            match of_record(record) {
                #[cfg(feature = "planted")]
                Ok(_) if frontdesk_planted::is(frontdesk_planted::Bug::DropOnReload) => {}
                Ok((id, payload, at_ms)) => {
                    if self.outbox.restore(id.clone(), payload, at_ms) {
                        restored.push(id);
                    }
                }
                Err(other) => self.restore(step, other),
            }
        }
        // Shown in the order in which they will be sent, whatever order they were read in.
        for message in self.outbox.iter().filter(|message| restored.contains(&message.id)) {
            let body = message.payload.body();
            self.transcript.mine(
                &message.id,
                None,
                message.at_ms,
                &body,
                MineState::Queued,
                &mut step.changes,
            );
        }
        self.leave_in_doubt(step);
    }

    /// What may have been said in the session before, the visitor may say again.
    pub(super) fn leave_in_doubt(&mut self, step: &mut Step) {
        let Some(until_ms) = self.gone_ms else { return };
        for id in self.outbox.leave_in_doubt(until_ms) {
            self.transcript.set_mine(&id, MineState::Unconfirmed, &mut step.changes);
        }
    }

    /// Takes what an earlier page or another tab has kept and is no message. What is here already stays as it is.
    pub(super) fn restore(&mut self, step: &mut Step, record: Record) {
        match record {
            Record::Session { credential, person, seen, gone_ms } => {
                let same = self.credential.as_ref() == Some(&credential);
                if self.credential.is_none() || same {
                    self.gone_ms = self.gone_ms.max(gone_ms);
                }
                if self.credential.is_none() {
                    self.credential = Some(credential);
                    self.person = person;
                    self.following.remember_seen(seen);
                } else if same {
                    self.seen_elsewhere(step, seen.unwrap_or_default());
                } else if self.stage == Stage::Opening && self.looks_first && self.person == person {
                    // Another tab was told of its end sooner, and has opened the next.
                    self.join(step, credential);
                }
            }
            Record::Rating { id, level, recommend, solved, comment } => {
                self.rating.restore(PostSurvey { id, level, recommend, solved, comment });
            }
            Record::Leave(message) => self.errands.restore_leave(message),
            Record::Feedback(feedback) => self.errands.restore_feedback(feedback),
            Record::Draft { text } => self.take_draft(step, text),
            Record::Outgoing { .. }
            | Record::OutgoingBody { .. }
            | Record::OutgoingFile { .. }
            | Record::Farewell { .. } => {}
        }
    }

    pub(super) fn open(&mut self, step: &mut Step) {
        if matches!(self.stage, Stage::Idle | Stage::Refused(_)) {
            self.stage = Stage::Opening;
            self.opening.succeed();
            step.redraw();
        }
    }

    /// What the next page goes on with.
    pub fn record(&self) -> Option<Record> {
        let (person, seen, gone_ms) = (self.person.clone(), self.following.seen(), self.gone_ms);
        self.credential.clone().map(|credential| Record::Session { credential, person, seen, gone_ms })
    }

    pub(super) fn advance_opening(&mut self, step: &mut Step) -> Option<u64> {
        if self.stage != Stage::Opening || self.is_open(Purpose::Open) {
            return None;
        }
        let look_until = if self.looks_first { self.sharing.look_until() } else { 0 };
        let due_ms = self.opening.next_ms().max(look_until);
        if due_ms > step.now.ms {
            return Some(due_ms);
        }
        self.looks_first = false;
        let call = Call::OpenSession(self.settings.opening(self.credential.clone()));
        self.request(step, Purpose::Open, call);
        None
    }

    pub(super) fn opened(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        match result {
            Ok(Answer::Opened(opened)) => self.take_session(step, opened),
            Ok(_) => self.opening_failed(step, &Failure::Foreign),
            Err(failure) => self.opening_failed(step, &failure),
        }
        step.redraw();
    }

    fn opening_failed(&mut self, step: &mut Step, failure: &Failure) {
        match failure.next() {
            Next::Retry { after_ms } => step.put_off_probe(&mut self.opening, after_ms),
            _ => self.stage = Stage::Refused(failure.code()),
        }
    }

    fn take_session(&mut self, step: &mut Step, opened: SessionOpened) {
        self.opening.succeed();
        self.stage = Stage::Open;
        let same = self.credential.as_deref() == Some(opened.session.as_str());
        let replaced = !same && self.credential.is_some();
        let news = !same || self.person != opened.visitor.person;
        self.take_person(step, opened.visitor.person);
        let held = self.contact.state != ContactState::None || !self.outbox.is_empty();
        if !same || opened.cursor < self.following.cursor() {
            // Another journal, whose numbers begin anew: what is shown stays above it.
            self.transcript.archive();
            self.following.restart();
            self.past.restart();
            self.receipts.restart();
            self.forget_call();
        }
        self.credential = Some(opened.session);
        self.offers = Some(opened.offers);
        self.redact_waiting(step);
        self.contact = opened.contact;
        if self.contact.state != ContactState::Queueing {
            self.queue = QueueInfo::default();
        }
        if !same || !is_served(self.contact.state) {
            self.ending = None;
        }
        if !same {
            // A rating belongs to the session that is gone, as do judgements.
            self.drop_rating(step);
            self.drop_judgements(step);
        }
        if replaced && held && self.contact.state == ContactState::None {
            self.gone_ms = Some(step.now.ms.max(self.outbox.last_ms()));
            self.leave_in_doubt(step);
            // What the visitor was in is gone. Whether its unsent text is meant for somebody else, the visitor decides.
            let reason = Some(EndReason::Released);
            self.contact = Contact { state: ContactState::Ended, with: None, reason, offline: false };
        }
        self.following.opened_at(opened.cursor);
        if news && let Some(record) = self.record() {
            step.effects.push(Effect::Keep(record));
        }
    }

    /// The session is this person's: what was kept for another is not shown, and is gone.
    fn take_person(&mut self, step: &mut Step, person: Option<String>) {
        let kept = mem::take(&mut self.held);
        // Whom nobody names any more is taken for the same: sites say when somebody signs out.
        if person.is_some() && self.person != person {
            step.effects.extend(kept.iter().map(|record| Effect::Forget(record.key())));
        } else {
            self.go_on_with(step, kept);
        }
        self.person = person;
    }

    /// Two tabs opened a session each at the same time; this one takes the other's, so that they are one visitor.
    pub(super) fn join(&mut self, step: &mut Step, credential: String) {
        if self.credential.as_ref() == Some(&credential) {
            return;
        }
        self.abort_all(step);
        self.credential = Some(credential);
        self.transcript.archive();
        self.following.restart();
        self.past.restart();
        self.receipts.restart();
        self.forget_call();
        self.stage = Stage::Opening;
        self.opening.succeed();
        step.redraw();
    }

    /// The credential is dead: begin anew, with what is still to be sent.
    pub(super) fn reopen(&mut self, step: &mut Step) {
        if self.stage == Stage::Open {
            self.abort_all(step);
            self.stage = Stage::Opening;
            self.ending = None;
            if self.fruitless > 0 {
                // The last session was dead before it was good for anything: do not spin.
                self.opening.fail_after(self.fruitless - 1, step.now.ms, step.now.draw());
            }
            self.fruitless = self.fruitless.saturating_add(1);
            self.rating.forget(step);
            // Another tab may have been told of it sooner.
            self.looks_first = true;
            self.look(step);
            step.redraw();
        }
    }
}
