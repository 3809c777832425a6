//! The visitor's files: which are taken, and their way to the proxy. Posting them is like posting a text, in order.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::{Call, Effect, RequestId};
use crate::failure::{Failure, Next};
use crate::input::{Answer, NewFile};
use crate::outbox::OutState;
use crate::payload::{OutFile, Payload, extension, short_name};
use crate::transcript::MineState;
use frontdesk_contract::{ErrorCode, FileOffer};

/// An upload of which nothing was heard for so long is stopped and tried again, in milliseconds. The proxy's look at what
/// came is part of it.
const IDLE_MS: u64 = 60_000;

#[derive(Clone, Debug, Default)]
pub(super) struct Uploads {
    tries: Tries,
    /// The open one is given up then, if nothing moves until then.
    idle_until: u64,
    sent_bytes: u64,
}

impl Uploads {
    pub(super) fn failed(&self) -> u32 {
        self.tries.failed()
    }

    pub(super) fn hurry(&mut self) {
        self.tries.hurry();
    }
}

/// Why a file is not taken; `nth` counts those of one choice from 0.
fn check(offer: Option<&FileOffer>, nth: usize, file: &NewFile) -> Option<ErrorCode> {
    let Some(offer) = offer.filter(|offer| !offer.types.is_empty() && offer.max_count > 0) else {
        return Some(ErrorCode::NotOffered);
    };
    let extension = extension(&file.name);
    if nth >= offer.max_count as usize {
        Some(ErrorCode::FilesTooMany)
    } else if file.size_bytes == 0 {
        Some(ErrorCode::FileEmpty)
    } else if file.size_bytes > offer.max_bytes {
        Some(ErrorCode::FileTooLarge)
    } else if !offer.types.contains(&extension) {
        Some(ErrorCode::FileTypeRefused)
    } else {
        None
    }
}

impl Session {
    pub(super) fn send_files(&mut self, step: &mut Step, files: Vec<NewFile>) {
        for (nth, file) in files.into_iter().enumerate() {
            let refused = check(self.offers.as_ref().map(|offers| &offers.files), nth, &file);
            let full = self.outbox.is_full().then_some(ErrorCode::FilesTooMany);
            let NewFile { handle, name, media_type, size_bytes } = file;
            let name = short_name(name);
            match refused.or(full) {
                Some(code) => step.effects.push(Effect::Declined { name, code }),
                None => {
                    let file = OutFile { name, media_type, size_bytes, stored: None };
                    self.accept(step, Payload::File(file), Some(handle));
                }
            }
        }
    }

    /// One upload at a time, also ahead of the turn of its message; not before there is somebody to send it to.
    pub(super) fn advance_uploads(&mut self, step: &mut Step) -> Option<u64> {
        let now = step.now.ms;
        if self.is_open(Purpose::Upload) {
            if now < self.uploads.idle_until {
                return Some(self.uploads.idle_until);
            }
            self.stop_upload(step);
        }
        if self.stage != Stage::Open || !self.contact_open() {
            return None;
        }
        if let Some(until) = self.in_doubt(now) {
            return Some(until);
        }
        let next = self.outbox.next_upload()?;
        if self.uploads.tries.next_ms() > now {
            return Some(self.uploads.tries.next_ms());
        }
        let id = next.id.clone();
        let upload = next.payload.to_upload()?.upload(id.clone());
        let request = self.request(step, Purpose::Upload, Call::Upload(upload));
        if let Some(message) = self.outbox.get_mut(&id) {
            message.state = OutState::Uploading(request);
        }
        self.uploads.sent_bytes = 0;
        self.uploads.idle_until = now + IDLE_MS;
        self.set_mine(step, &id, MineState::Uploading(0));
        Some(self.uploads.idle_until)
    }

    /// Nothing moves any more: once more, later.
    fn stop_upload(&mut self, step: &mut Step) {
        let open = self.requests.iter().find(|open| open.purpose == Purpose::Upload).map(|open| open.id);
        self.abort(step, Purpose::Upload);
        step.put_off(&mut self.uploads.tries, 0);
        if let Some(message) = open.and_then(|request| self.outbox.uploading(request)) {
            message.state = OutState::Waiting;
            self.transcript.set_mine(&message.id, MineState::Queued, &mut step.changes);
        }
        step.redraw();
    }

    pub(super) fn upload_moves(&mut self, step: &mut Step, request: RequestId, sent_bytes: u64) {
        let Some(message) = self.outbox.uploading(request) else { return };
        if sent_bytes <= self.uploads.sent_bytes {
            return;
        }
        self.uploads.sent_bytes = sent_bytes;
        self.uploads.idle_until = step.now.ms + IDLE_MS;
        let Some(size) = message.payload.to_upload().map(|file| file.size_bytes.max(1)) else { return };
        // In whole percents, so that a fast upload does not draw a hundred times a second.
        let percent = sent_bytes.min(size).saturating_mul(100) / size;
        let shown = MineState::Uploading(percent as u16 * 10);
        let id = message.id.clone();
        // Told as well: a sign that this tab goes on with it.
        self.set_mine(step, &id, shown);
    }

    pub(super) fn uploaded(&mut self, step: &mut Step, request: RequestId, result: Result<Answer, Failure>) {
        let Some(message) = self.outbox.uploading(request) else { return };
        let id = message.id.clone();
        message.state = OutState::Waiting;
        let failure = match result {
            Ok(Answer::Stored(stored)) => {
                if let Payload::File(file) = &mut message.payload {
                    file.stored = Some(stored);
                }
                self.uploads.tries.succeed();
                step.effects.push(Effect::Keep(message.record()));
                let (body, at_ms) = (message.payload.body(), message.at_ms);
                return self.transcript.mine(&id, None, at_ms, &body, MineState::Queued, &mut step.changes);
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        let mut shown = MineState::Queued;
        match failure.next() {
            Next::Retry { after_ms } => step.put_off(&mut self.uploads.tries, after_ms),
            Next::Hold | Next::Reconnect => {
                step.put_off(&mut self.uploads.tries, 5_000);
            }
            Next::Reopen => self.reopen(step),
            Next::Stop => {
                // The next one may fare better.
                self.uploads.tries.renew();
                let gone = matches!(failure, Failure::FileGone);
                shown = if gone { MineState::FileGone } else { MineState::Failed(failure.code()) };
                message.state = if gone { OutState::FileGone } else { OutState::Failed(failure.code()) };
            }
        }
        self.set_mine(step, &id, shown);
    }
}
