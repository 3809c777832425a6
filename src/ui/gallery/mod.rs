//! Exports for the gallery, a page that shows every view in every state side by side (feature `gallery`). The views and
//! the session are the real ones; only the proxy is missing: a script says what happens.

mod stage;

use crate::ui::context::Context;
use crate::ui::order::Order;
use crate::ui::panel::panel;
use crate::ui::text;
use crate::ui::transcript::{Deed, Surroundings};
use crate::ui::words::Words;
use crate::web::{Host, Locale, json};
use frontdesk_contract::{ClientId, ConnectTo, Event, SessionOpened};
use frontdesk_core::call::Wish;
use frontdesk_core::{Input, NewFile, Transcript};
use js_sys::Reflect;
use stage::Stage;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

type Shared = Rc<RefCell<Stage>>;

/// One panel, and what has happened in it so far.
#[wasm_bindgen]
pub struct Scene {
    stage: Shared,
    context: Option<Context>,
    _view: Box<dyn std::any::Any>,
}

/// The transcript's surroundings without a driver: files come from the page itself, deeds are not performed.
struct Around {
    stage: Shared,
    sources: JsValue,
}

impl Surroundings for Around {
    fn deed(&self, _: Deed, _: &ClientId) {}

    fn emit(&self, input: Input) {
        self.stage.borrow_mut().input(input);
    }

    fn scroll_on(&self) {
        self.emit(Input::Earlier);
    }

    fn address(&self, file: &str, _: bool, done: Box<dyn FnOnce(Option<String>)>) {
        done(Reflect::get(&self.sources, &file.into()).ok().and_then(|address| address.as_string()));
    }

    fn call(&self, _: bool) -> bool {
        false
    }

    fn look(&self, look: &mut dyn FnMut(&Transcript)) {
        if let Ok(stage) = self.stage.try_borrow() {
            look(stage.transcript());
        }
    }

    fn leave(&self) {}
}

#[wasm_bindgen]
impl Scene {
    /// A panel in this element. The settings: `name` of the scene, `texts`, `locale`, `theme`, the functions `host`, and
    /// `sources`, where the files of the scene are, by their ids. `now_ms` is the time.
    #[wasm_bindgen(constructor)]
    pub fn new(element: HtmlElement, settings: JsValue, now_ms: f64) -> Scene {
        let get = |name: &str| Reflect::get(&settings, &name.into()).unwrap_or_default();
        let text = |name| get(name).as_string().unwrap_or_default();
        let (texts, host, sources) = (get("texts"), get("host"), get("sources"));
        let (name, locale, theme) = (text("name"), &text("locale"), &text("theme"));
        element.set_class_name("fd-root");
        let words = Rc::new(Words::new(texts, Locale::new(locale)));
        for (name, value) in [("lang", locale), ("dir", &words.get(text::DIRECTION)), ("data-theme", theme)] {
            let _ = element.set_attribute(name, value);
        }
        let made: Rc<RefCell<Option<Context>>> = Rc::default();
        let kept = Rc::clone(&made);
        let root = element.clone();
        let view = leptos::mount::mount_to(element, move || {
            let context = Context::new(words, Host::new(host), (&name, None), root.into(), "");
            *kept.borrow_mut() = Some(context);
            panel(context)
        });
        let context = made.take();
        let screen = context.map(Context::screen);
        let stage = Rc::new(RefCell::new(Stage::new(locale, now_ms as u64, screen)));
        if let Some(context) = context {
            let around = Around { stage: Rc::clone(&stage), sources };
            let staged = Rc::clone(&stage);
            context.desk().set_stage(Box::new(move |look| {
                if let Ok(stage) = staged.try_borrow() {
                    look(stage.session());
                }
            }));
            context.desk().show_transcript(Rc::new(around), context);
        }
        Self { stage, context, _view: Box::new(view) }
    }

    /// The visitor opens the panel; with an answer of the proxy the session is there.
    pub fn open(&self, opened: JsValue) {
        self.input(Input::Open);
        if let Some(opened) = json::from_js::<SessionOpened>(opened) {
            self.stage.borrow_mut().opened(opened);
        }
    }

    /// These events happen. Their numbers are given here; an event without a time happens now.
    ///
    /// # Errors
    /// Names an event that is none.
    pub fn events(&self, events: &js_sys::Array) -> Result<(), JsValue> {
        let mut stage = self.stage.borrow_mut();
        for event in events.iter() {
            let _ = Reflect::set(&event, &"seq".into(), &1.into());
            let shown = js_sys::JSON::stringify(&event).map(String::from).unwrap_or_default();
            let event = json::from_js::<Event>(event).ok_or_else(|| JsValue::from(shown.clone()))?;
            if matches!(event.kind, frontdesk_contract::EventKind::Unknown {}) {
                return Err(shown.into());
            }
            stage.happens(event);
        }
        stage.tell();
        Ok(())
    }

    /// The visitor sends a text.
    pub fn send(&self, text: &str) {
        self.input(Input::Send(text.to_owned()));
    }

    /// The visitor sends a file.
    pub fn file(&self, name: &str, media_type: &str, size_bytes: u32) {
        self.input(Input::SendFiles(vec![NewFile {
            handle: 0,
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            size_bytes: size_bytes.into(),
        }]));
    }

    /// So much of the upload has left.
    pub fn progress(&self, sent_bytes: u32) {
        self.stage.borrow_mut().progress(sent_bytes.into());
    }

    /// The visitor asks for a person, or for the robot.
    pub fn connect(&self, person: bool) {
        self.input(Input::Connect(if person { ConnectTo::Agent } else { ConnectTo::Robot }));
    }

    /// The visitor has written so far.
    pub fn draft(&self, text: &str) {
        self.input(Input::Draft(text.to_owned()));
    }

    /// The visitor wants earlier messages.
    pub fn earlier(&self) {
        self.input(Input::Earlier);
    }

    /// The visitor rates.
    pub fn rate(&self, level: u8) {
        let comment = String::new();
        self.input(Input::Rate { level: Some(level), recommend: None, solved: None, comment });
    }

    /// The visitor judges an answer of the robot.
    pub fn judge(&self, message: &str, helpful: bool) {
        let (message, reason) = (message.to_owned(), "?".to_owned());
        self.input(Input::Judge { message, helpful, reason });
    }

    /// The visitor leaves a message for later.
    pub fn leave(&self, number: &str, text: &str) {
        let (number, text) = (number.to_owned(), text.to_owned());
        self.input(Input::LeaveMessage { number, country: None, text });
    }

    /// The page has a number called.
    #[wasm_bindgen(js_name = placeCall)]
    pub fn place_call(&self, called: String) {
        if let Some(context) = self.context {
            let wish = Wish { called, data: None };
            context.place_call(Order::new(wish, js_sys::Function::new_no_args("")));
        }
    }

    /// The proxy answers the oldest request of this path that is open. False: there is none, or it has another answer.
    pub fn answer(&self, path: &str, body: JsValue) -> bool {
        self.stage.borrow_mut().answer(path, body)
    }

    /// The proxy refuses the oldest request of this path that is open.
    pub fn refuse(&self, path: &str, code: &str) -> bool {
        self.stage.borrow_mut().refuse(path, code)
    }

    /// The network loses the oldest request of this path that is open, so many times.
    pub fn fail(&self, path: &str, times: u32) {
        for _ in 0..times {
            self.stage.borrow_mut().fail(path);
        }
    }

    /// The network loses every request that is open, now and after each wait, so many times.
    pub fn lose(&self, times: u32) {
        for _ in 0..times {
            self.stage.borrow_mut().lose();
        }
    }

    /// The browser keeps nothing from now on.
    #[wasm_bindgen(js_name = refuseStorage)]
    pub fn refuse_storage(&self) {
        self.stage.borrow_mut().keeps = false;
    }

    /// So much time passes.
    pub fn wait(&self, ms: u32) {
        self.stage.borrow_mut().wait(ms.into());
    }
}

impl Scene {
    fn input(&self, input: Input) {
        self.stage.borrow_mut().input(input);
    }
}
