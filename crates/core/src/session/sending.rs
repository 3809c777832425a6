//! The visitor's messages.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::effect::{Call, Effect, RequestId};
use crate::failure::{Failure, Next};
use crate::input::Answer;
use crate::outbox::OutState;
use crate::payload::Payload;
use crate::snapshot::RecordKey;
use crate::text::{MAX_TEXT_BYTES, plain};
use crate::transcript::{MineState, mine};
use frontdesk_contract::{
    Body, Card, ClientId, ContactState, Echo, ErrorCode, Location, PostMessage, PostedStatus,
};

/// The answer for a message that its echo has delivered already may be lost. Those behind it wait so long for it, in
/// milliseconds; mostly it is just about to come.
const ANSWER_MS: u64 = 1_000;

impl Session {
    pub(super) fn send(&mut self, step: &mut Step, text: String) {
        let text = self.redacted(plain(&text));
        if text.is_empty() {
            return;
        }
        if self.outbox.is_full() || text.len() > self.longest_text() {
            // How long a text may be, an open session knows.
            self.open(step);
            return self.give_back(step, text);
        }
        self.clear_suggestions(step);
        self.accept(step, Payload::Ready(Body::Text(text)), None);
    }

    /// In bytes. A desk that takes no text at all says so itself.
    fn longest_text(&self) -> usize {
        let told = self.offers.as_ref().map(|offers| offers.text_max_bytes as usize);
        told.filter(|most| *most > 0).unwrap_or(MAX_TEXT_BYTES)
    }

    pub(super) fn send_location(&mut self, step: &mut Step, mut place: Location) {
        place.label = self.redacted(plain(&place.label));
        let on_earth = place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0;
        let refused = if on_earth { None } else { Some(ErrorCode::BadRequest) };
        self.send_body(step, refused, Body::Location(place));
    }

    pub(super) fn send_card(&mut self, step: &mut Step, mut card: Card) {
        card.title = self.redacted(plain(&card.title));
        card.description = self.redacted(plain(&card.description));
        let complete = !card.title.is_empty() && (!card.url.is_empty() || card.image.is_some());
        let refused = if complete { None } else { Some(ErrorCode::CardIncomplete) };
        self.send_body(step, refused, Body::Card(card));
    }

    fn send_body(&mut self, step: &mut Step, refused: Option<ErrorCode>, body: Body) {
        let full = self.outbox.is_full().then_some(ErrorCode::RateLimited);
        let Some(code) = refused.or(full) else { return self.accept(step, Payload::Ready(body), None) };
        let name = match body {
            Body::Location(place) => place.label,
            Body::Card(card) => card.title,
            Body::File(file) => file.name,
            Body::Text(_) | Body::Rich(_) | Body::Unsupported {} => String::new(),
        };
        step.effects.push(Effect::Declined { name, code });
    }

    /// Takes a new message: it is shown, kept, and sent when its turn comes. `handle` names the content of a file.
    pub(super) fn accept(&mut self, step: &mut Step, payload: Payload, handle: Option<u32>) {
        self.open(step);
        let id = step.new_id();
        let message = self.outbox.push(id, payload, step.now.ms);
        let record = message.record();
        // Inserted, not looked for: its id was made just now.
        let kind = mine(message.id, message.payload.body(), MineState::Queued);
        self.transcript.insert(None, message.at_ms, kind, &mut step.changes);
        step.effects.push(match handle {
            Some(handle) => Effect::KeepFile { record, handle },
            None => Effect::Keep(record),
        });
        self.connect_error = None;
        self.wants_contact = true;
    }

    pub(super) fn retry(&mut self, step: &mut Step, id: &ClientId) {
        let Some(message) = self.outbox.get_mut(id) else { return };
        if let OutState::Failed(_) | OutState::Elsewhere(MineState::Failed(_)) = message.state {
            message.state = OutState::Waiting;
            self.set_mine(step, id, MineState::Queued);
        }
        self.outbox.tries.hurry();
        self.uploads.hurry();
        self.connect_error = None;
        self.wants_contact = true;
        self.open(step);
    }

    pub(super) fn send_again(&mut self, step: &mut Step, id: &ClientId) {
        if self.outbox.is_full() {
            return;
        }
        if let Some(body) = self.transcript.take_unconfirmed(id, &mut step.changes) {
            if self.give_up(step, id).is_some() {
                self.forget_message(step, id.clone());
            }
            self.accept(step, Payload::Ready(body), None);
        }
    }

    /// `back`: its text is wanted once more.
    pub(super) fn discard(&mut self, step: &mut Step, id: &ClientId, back: bool) {
        let on_its_way =
            |state| matches!(state, OutState::InFlight(_) | OutState::Elsewhere(MineState::Sending));
        if self.outbox.get_mut(id).is_some_and(|message| on_its_way(message.state)) {
            return;
        }
        if let Some(message) = self.give_up(step, id) {
            if let Payload::Ready(Body::Text(text)) = message.payload
                && back
            {
                self.give_back(step, text);
            }
            self.forget_message(step, message.id);
        }
    }

    /// It is not sent any more, by no tab.
    fn forget_message(&self, step: &mut Step, id: ClientId) {
        step.effects.push(Effect::Forget(RecordKey::Outgoing(id.clone())));
        step.effects.push(Effect::Told { id, state: None });
    }

    pub(super) fn advance_outbox(&mut self, step: &mut Step) -> Option<u64> {
        let served =
            matches!(self.contact.state, ContactState::Robot | ContactState::Agent | ContactState::Unknown)
                || self.contact_offline();
        if self.stage != Stage::Open || !served || self.wish.is_some() || self.outbox.is_flying() {
            return None;
        }
        if let Some(until) = self.in_doubt(step.now.ms) {
            return Some(until);
        }
        let first = self.outbox.ready().filter(|first| first.payload.to_upload().is_none())?;
        if self.outbox.tries.next_ms() > step.now.ms {
            return Some(self.outbox.tries.next_ms());
        }
        if self.is_open(Purpose::Post) && self.outbox.answer_until > step.now.ms {
            return Some(self.outbox.answer_until);
        }
        let id = first.id.clone();
        let call = Call::PostMessage(PostMessage { id: id.clone(), body: first.payload.body() });
        self.abort(step, Purpose::Post);
        let request = self.request(step, Purpose::Post, call);
        if let Some(message) = self.outbox.get_mut(&id) {
            message.state = OutState::InFlight(request);
        }
        self.set_mine(step, &id, MineState::Sending);
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
                if posted.seq > self.following.cursor() {
                    self.following.expect(posted.seq, step.now.ms);
                    return self.delivered(step, &id, Some(posted.seq), posted.status);
                }
                self.delivered(step, &id, None, posted.status);
                return self.transcript.stand_alone(&id, posted.seq, &mut step.changes);
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        let next = failure.next();
        let Some(message) = self.outbox.get_mut(&id) else { return };
        message.state = OutState::Waiting;
        #[cfg(feature = "planted")]
        if frontdesk_planted::is(frontdesk_planted::Bug::NewIdOnRetry) {
            message.id = step.new_id();
        }
        let mut shown = MineState::Queued;
        match next {
            Next::Retry { after_ms } => {
                message.tried = true;
                if self.following.failed() > 0 {
                    step.put_off(&mut self.outbox.tries, after_ms);
                    self.outbox.tries.rely(step.now.ms);
                } else {
                    // The poll that waits is none the wiser.
                    step.put_off_probe(&mut self.outbox.tries, after_ms);
                }
            }
            Next::Hold => {
                // The queue's own events open the way again; asking now and then covers a lost one.
                step.put_off(&mut self.outbox.tries, 5_000);
                if self.contact.state == ContactState::Robot {
                    self.following.expect_news();
                }
            }
            Next::Reconnect => {
                // A desk that connects and then knows nothing of it must not be asked in a loop.
                self.outbox.tries.hold(step.now.ms, step.now.draw());
                if !overtaken {
                    self.lose_contact(step, failure.code());
                }
            }
            Next::Reopen => self.reopen(step),
            Next::Stop if failure.code() == Some(ErrorCode::FileUnknown) && message.payload.lose_stored() => {
                // The proxy keeps it no longer: once more from here.
                step.effects.push(Effect::Keep(message.record()));
                step.put_off(&mut self.outbox.tries, 0);
            }
            Next::Stop => {
                message.state = OutState::Failed(failure.code());
                shown = MineState::Failed(failure.code());
            }
        }
        self.set_mine(step, &id, shown);
    }

    /// The echo had told already that the message is there. What else the answer says holds for the next one.
    fn posted_after_echo(&mut self, step: &mut Step, result: &Result<Answer, Failure>) {
        if let Err(failure) = result {
            match failure.next() {
                Next::Retry { after_ms } if after_ms > 0 => {
                    step.put_off(&mut self.outbox.tries, after_ms);
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
        self.contact.offline = false;
        self.following.linger(step.now.ms);
        step.redraw();
    }

    /// The journal has the message, told by the answer or by its echo, whichever comes first.
    fn delivered(&mut self, step: &mut Step, id: &ClientId, seq: Option<u64>, status: PostedStatus) {
        let Some(message) = self.outbox.take(id) else { return };
        self.outbox.answer_until = step.now.ms + ANSWER_MS;
        if let OutState::Uploading(_) = message.state {
            // Another tab was faster.
            self.abort(step, Purpose::Upload);
        }
        let body = message.payload.body();
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
