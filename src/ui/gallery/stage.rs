//! A session to which a script happens: performs the core's effects as far as a page without a proxy can.

use crate::driver::Screen;
use crate::web::{json, transport};
use frontdesk_contract::{ApiError, Event, EventPage, SessionOpened};
use frontdesk_core::{
    Answer, Call, Effect, Failure, Input, Now, RequestId, Saved, Session, Settings, Transcript,
};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// A session and what it waits for.
pub(super) struct Stage {
    session: Session,
    screen: Option<Rc<dyn Screen>>,
    ms: u64,
    chance: u128,
    seq: u64,
    page: Vec<Event>,
    open: Vec<(RequestId, Call)>,
    /// Whether the browser keeps what it is asked to.
    pub(super) keeps: bool,
}

impl Stage {
    pub(super) fn new(locale: &str, ms: u64, screen: Option<Rc<dyn Screen>>) -> Self {
        let session = Session::new(Settings::new("gallery", locale));
        let mut stage =
            Self { session, screen, ms, chance: 1, seq: 0, page: Vec::new(), open: Vec::new(), keeps: true };
        stage.input(Input::Start(Saved::default()));
        stage.input(Input::Seen(true));
        stage
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    pub(super) fn transcript(&self) -> &Transcript {
        self.session.transcript()
    }

    /// Handles an input and all that follows from it at once.
    pub(super) fn input(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            self.chance += 1;
            let now = Now { ms: self.ms, chance: self.chance };
            let mut changes = Vec::new();
            for effect in self.session.handle(now, input) {
                match effect {
                    Effect::Show(change) => changes.push(change),
                    Effect::Request { id, call, .. } => self.open.push((id, call)),
                    Effect::Abort(id) => self.open.retain(|(other, _)| *other != id),
                    Effect::Keep(record) | Effect::KeepFile { record, .. } => {
                        inputs.push(Input::Kept(record.key(), self.keeps));
                    }
                    Effect::Declined { name, code } => {
                        if let Some(screen) = &self.screen {
                            screen.declined(&name, code);
                        }
                    }
                    _ => {}
                }
            }
            if let Some(screen) = &self.screen {
                screen.changed(&self.session, &changes);
            }
        }
    }

    pub(super) fn opened(&mut self, opened: SessionOpened) {
        self.reply(|call| matches!(call, Call::OpenSession(_)), Ok(Answer::Opened(opened)));
    }

    pub(super) fn happens(&mut self, mut event: Event) {
        self.seq += 1;
        event.seq = self.seq;
        if event.at_ms == 0 {
            event.at_ms = self.ms;
        }
        self.page.push(event);
    }

    /// Tells what has happened.
    pub(super) fn tell(&mut self) {
        let events = core::mem::take(&mut self.page);
        let after = self.session.cursor();
        self.input(Input::Heard { after, page: EventPage { next: self.seq, events } });
    }

    pub(super) fn answer(&mut self, path: &str, body: JsValue) -> bool {
        let Some(at) = self.find(path) else { return false };
        let (id, call) = self.open.remove(at);
        let answer = transport::reader(&call)(body);
        let done = answer.is_some();
        self.input(Input::Answered(id, answer.ok_or(Failure::Foreign)));
        done
    }

    pub(super) fn refuse(&mut self, path: &str, code: &str) -> bool {
        let body = js_sys::Object::new();
        for (name, value) in [("code", code), ("message", "")] {
            let _ = js_sys::Reflect::set(&body, &name.into(), &value.into());
        }
        let (Some(at), Some(error)) = (self.find(path), json::from_js::<ApiError>(body.into())) else {
            return false;
        };
        let (id, _) = self.open.remove(at);
        self.input(Input::Answered(id, Err(Failure::Refused(error))));
        true
    }

    /// Every open request is lost, and time passes until all are asked again.
    pub(super) fn lose(&mut self) {
        for (id, _) in core::mem::take(&mut self.open) {
            self.input(Input::Answered(id, Err(Failure::Network)));
        }
        self.wait(60_000);
    }

    /// The request is lost, and time passes until it is asked again.
    pub(super) fn fail(&mut self, path: &str) {
        if let Some(at) = self.find(path) {
            let (id, _) = self.open.remove(at);
            self.input(Input::Answered(id, Err(Failure::Network)));
            self.wait(20_000);
        }
    }

    pub(super) fn progress(&mut self, sent_bytes: u64) {
        if let Some(at) = self.find("files")
            && let Some((id, _)) = self.open.get(at)
        {
            self.input(Input::Progress { id: *id, sent_bytes });
        }
    }

    pub(super) fn wait(&mut self, ms: u64) {
        self.ms += ms;
        self.input(Input::Timer);
    }

    fn reply(&mut self, pick: fn(&Call) -> bool, result: Result<Answer, Failure>) {
        if let Some(at) = self.open.iter().position(|(_, call)| pick(call)) {
            let (id, _) = self.open.remove(at);
            self.input(Input::Answered(id, result));
        }
    }

    fn find(&self, path: &str) -> Option<usize> {
        self.open.iter().position(|(_, call)| name(call) == path)
    }
}

fn name(call: &Call) -> &'static str {
    match call {
        Call::OpenSession(_) => "session",
        Call::Connect(_) | Call::EndContact => "contact",
        Call::PostMessage(_) => "messages",
        Call::Typing => "typing",
        Call::Events { .. } => "events",
        Call::PostSurvey(_) => "survey",
        Call::Upload(_) => "files",
        Call::History { .. } => "history",
        Call::Suggestions { .. } => "suggestions",
        Call::CallSupport => "call",
        Call::LeaveMessage(_) => "leave-message",
        Call::PostFeedback(_) => "feedback",
        Call::Read { .. } => "read",
    }
}
