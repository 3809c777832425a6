//! Exports for `cargo xtask bench`: what a message more costs in a long transcript. The transcript is the real one; only
//! the proxy is missing.

use crate::ui::transcript::{Conversation as _, Deed, Surroundings, TranscriptView};
use crate::ui::words::Words;
use crate::web::Locale;
use frontdesk_contract::{
    Body, ClientId, Contact, ContactState, Event, EventKind, EventPage, Message, Offers, Person, Sender,
    SessionOpened, Visitor,
};
use frontdesk_core::{Answer, Effect, Input, Now, RequestId, Saved, Session, Settings, Transcript};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// Nobody uses what is measured.
struct Nowhere;

impl Surroundings for Nowhere {
    fn deed(&self, _: Deed, _: &ClientId) {}

    fn emit(&self, _: Input) {}

    fn scroll_on(&self) {}

    fn address(&self, _: &str, _: bool, _: Box<dyn FnOnce(Option<String>)>) {}

    fn call(&self, _: bool) -> bool {
        false
    }

    fn look(&self, _: &mut dyn FnMut(&Transcript)) {}

    fn leave(&self) {}
}

/// A transcript to which messages are added.
#[wasm_bindgen]
pub struct Bench {
    session: Session,
    view: Rc<TranscriptView>,
    seq: u64,
    ms: u64,
    polling: Option<RequestId>,
}

#[wasm_bindgen]
impl Bench {
    /// An empty transcript in this element.
    ///
    /// # Errors
    /// When the element belongs to no document.
    #[wasm_bindgen(constructor)]
    pub fn new(element: &Element, texts: JsValue) -> Result<Bench, JsValue> {
        let words = Rc::new(Words::new(texts, Locale::new("en")));
        let view = TranscriptView::new(element, words, Rc::new(Nowhere))
            .ok_or("the element belongs to no document")?;
        let session = Session::new(Settings::new("bench", "en"));
        let mut bench = Self { session, view, seq: 0, ms: js_sys::Date::now() as u64, polling: None };
        bench.input(Input::Start(Saved::default()));
        bench.input(Input::Open);
        bench.answer(Answer::Opened(SessionOpened {
            protocol: 1,
            session: "bench".into(),
            expires_ms: u64::MAX,
            visitor: Visitor { id: "bench".into(), name: String::new(), person: None },
            contact: Contact { state: ContactState::Agent, with: None, reason: None, offline: false },
            cursor: 0,
            offers: Offers::default(),
        }));
        Ok(bench)
    }

    /// Adds so many messages at once, as one event page.
    pub fn add(&mut self, count: u32) {
        let events = (0..count).map(|_| self.next_event()).collect();
        self.answer(Answer::Events(EventPage { next: self.seq, events }));
    }

    /// How many entries are shown.
    pub fn len(&self) -> usize {
        self.session.transcript().entries().len()
    }

    fn next_event(&mut self) -> Event {
        self.seq += 1;
        self.ms += 20_000;
        let name = if self.seq % 4 < 2 { "Li" } else { "Wang" };
        let kind = EventKind::Message(Message {
            id: self.seq.to_string(),
            from: Sender::Agent(Person { name: name.into(), avatar: None }),
            body: Body::Text("Your order has left our warehouse and should reach you on Thursday.".into()),
            choices: Vec::new(),
            judgeable: false,
            before: None,
        });
        Event { seq: self.seq, at_ms: self.ms, kind }
    }

    /// Answers the request that is open, and waits for the next one.
    fn answer(&mut self, answer: Answer) {
        if let Some(id) = self.polling.take() {
            self.input(Input::Answered(id, Ok(answer)));
        }
        if self.polling.is_none() {
            self.ms += 60_000;
            self.input(Input::Timer);
        }
    }

    fn input(&mut self, input: Input) {
        let effects = self.session.handle(Now { ms: self.ms, chance: u128::from(self.seq) }, input);
        let mut changes = Vec::new();
        for effect in effects {
            match effect {
                Effect::Request { id, .. } => self.polling = Some(id),
                Effect::Show(change) => changes.push(change),
                _ => {}
            }
        }
        if !changes.is_empty() {
            self.view.apply(self.session.transcript(), &changes);
        }
    }
}
