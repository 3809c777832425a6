//! What happens before the first word: the panel greets, and the desk is asked what it offers. Nothing is kept for that
//! and nothing else is needed, so that what runs a session, the core with its driver, can come with the conversation:
//! as soon as the visitor does something, when this browser has kept anything, or when another tab begins.

use crate::ahead::Ahead;
use crate::driver::Driver;
use crate::engine::Engine;
use crate::farewell;
use crate::lazy::{self, Missing};
use crate::ui::context::{Context, Desk};
use crate::ui::view_state::ViewState;
use crate::web::tabs::{Opened, Overheard};
use crate::web::transport::Request;
use crate::web::{Storage, Timer, json, tabs};
use crate::wire::Read;
use frontdesk_contract::{CallSupport, ContactState, Offers, SessionOpened};
use frontdesk_core::{Failure, Input, Record, RecordKey, Saved, Session, Settings};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// What is asked before the first word is given up after this time, in milliseconds; the session then asks anew.
const ASK_MS: u32 = 10_000;
/// What could not be loaded is asked for again after this time, then after twice as long, and so on, in milliseconds.
const AGAIN_MS: u64 = 500;
/// No wait is longer.
const LONGEST_MS: u64 = 30_000;

/// One widget's way in.
#[derive(Default)]
pub struct Entrance {
    settings: RefCell<Option<Settings>>,
    kept: RefCell<Option<(Storage, Saved)>>,
    /// What the website tells of the visit.
    about: RefCell<JsValue>,
    /// What has happened so far, in order, and what waits for the session.
    inputs: RefCell<Vec<Input>>,
    waiting: RefCell<Vec<Box<dyn FnOnce()>>>,
    open: Cell<bool>,
    /// The session is wanted, and does not run yet.
    wanted: Cell<bool>,
    coming: Cell<bool>,
    asked: Cell<bool>,
    request: RefCell<Option<Request>>,
    ahead: RefCell<Ahead>,
    channel: RefCell<Option<Overheard>>,
    /// The session that another tab has opened meanwhile.
    other: RefCell<Option<Opened>>,
    timer: RefCell<Option<Timer>>,
    /// How long the next wait for a part is at least, in milliseconds.
    patience_ms: Cell<u64>,
}

impl Entrance {
    /// What the desk offers, once it was asked.
    pub fn offers(&self) -> Option<Offers> {
        self.ahead.borrow().offers().cloned()
    }

    /// Does this in a while, and then in a longer one: a part could not be loaded. What was to be tried before is dropped.
    pub fn try_again(&self, run: Box<dyn FnMut()>) {
        let ms = self.patience_ms.get().max(AGAIN_MS);
        self.patience_ms.set((ms * 2).min(LONGEST_MS));
        self.timer.replace(Some(Timer::after(ms, run)));
    }

    /// The credential of a session in which nothing was said yet.
    pub fn credential(&self) -> Option<String> {
        self.ahead.borrow().credential().map(str::to_owned)
    }
}

/// Reads what is kept, and greets or goes on. `session` is one that this window was handed.
pub async fn begin(context: Context, settings: Settings, session: Option<String>) {
    let Some(desk) = context.try_desk() else { return };
    let (name, host) = (settings.desk.clone(), desk.host.clone());
    desk.entrance.settings.replace(Some(settings));
    let desk = Rc::downgrade(&desk);
    let (storage, mut saved) = Storage::open(&name, &host).await;
    if let Some(credential) = session
        && saved.take_over(&credential)
    {
        storage.forget(&RecordKey::Rating);
        storage.keep_session(&credential);
    }
    let left = farewell::take_farewell(&mut saved);
    let Some(desk) = desk.upgrade() else { return };
    if !left.is_empty() {
        farewell::finish(context, storage.clone(), left);
    }
    let entrance = &desk.entrance;
    let begun = !saved.records.is_empty();
    if storage.is_kept() && !begun {
        // In the turn of the other tab's message the session cannot begin: it may be this one that speaks.
        let heard = move |opened| {
            let Some(desk) = context.try_desk() else { return };
            if let Some(opened) = opened {
                desk.entrance.other.replace(Some(opened));
            }
            want(context);
        };
        entrance.channel.replace(tabs::overhear(&name, Box::new(heard)));
    }
    entrance.kept.replace(Some((storage, saved)));
    context.grant_draft(&desk);
    show(context, &desk);
    if begun || entrance.wanted.get() {
        want(context);
    } else if entrance.open.get() {
        ask(context);
    }
}

/// Something happened: the session hears of it now, or as soon as it runs.
pub fn input(context: Context, input: Input) {
    let desk = context.desk();
    match desk.engine() {
        Some(engine) => engine.input(input),
        None => {
            desk.entrance.inputs.borrow_mut().push(input);
            want(context);
        }
    }
}

/// Nothing was kept that is to stand in the composer, or it stands there.
pub fn has_no_draft(desk: &Desk) -> bool {
    let kept = desk.entrance.kept.borrow();
    let draft = |saved: &Saved| saved.records.iter().any(|record| matches!(record, Record::Draft { .. }));
    kept.as_ref().map_or(desk.engine().is_some(), |(_, saved)| !draft(saved))
}

/// The website tells of the visit. Nothing is asked for or begun for that.
pub fn tell_about(context: Context, about: JsValue) {
    let desk = context.desk();
    match desk.engine() {
        Some(engine) => engine.tell_about(about),
        None => drop(desk.entrance.about.replace(about)),
    }
}

/// Runs this now, or as soon as the session runs.
pub fn when_running(context: Context, run: Box<dyn FnOnce()>) {
    let desk = context.desk();
    // While it begins, what has waited for it goes first.
    if (desk.engine().is_some() && !desk.entrance.wanted.get()) || desk.is_staged() {
        return run();
    }
    desk.entrance.waiting.borrow_mut().push(run);
    want(context);
}

/// The panel was opened or closed.
pub fn set_open(context: Context, open: bool) {
    let desk = context.desk();
    desk.entrance.open.set(open);
    match desk.engine() {
        Some(engine) => engine.set_open(open),
        None if open => ask(context),
        None => {}
    }
}

/// The session is needed.
pub fn want(context: Context) {
    let Some(desk) = context.try_desk().filter(|desk| desk.engine().is_none()) else { return };
    let entrance = &desk.entrance;
    entrance.wanted.set(true);
    if entrance.kept.borrow().is_some() && !entrance.coming.replace(true) {
        come(context);
    }
}

/// Loads what runs a session, and has it begin. Where it cannot be had, it is asked for again, later and later.
fn come(context: Context) {
    spawn_local(async move {
        let loaded = match lazy::words(context).await {
            Ok(()) => {
                look_again(context).await;
                run_part(context).await
            }
            Err(missing) => Err(missing),
        };
        if let Err(Missing) = loaded
            && let Some(desk) = context.try_desk()
        {
            desk.entrance.try_again(Box::new(move || come(context)));
        }
    });
}

/// Another tab may have kept something since.
async fn look_again(context: Context) {
    let looked = context.try_desk().and_then(|desk| {
        let kept = desk.entrance.kept.borrow();
        kept.as_ref()
            .filter(|(storage, saved)| storage.is_kept() && saved.records.is_empty())
            .map(|(storage, _)| storage.look())
    });
    let Some(looked) = looked else { return };
    let found = looked.await;
    let Some(desk) = context.try_desk() else { return };
    if let Some((_, saved)) = &mut *desk.entrance.kept.borrow_mut()
        && found.schema == saved.schema
    {
        saved.records = found.records;
    }
}

lazy::part! { conversation:
    /// Begins the session with all that has happened so far.
    fn run_part(context: Context) -> () {
        run(context);
    }
}

fn run(context: Context) {
    let Some(desk) = context.try_desk().filter(|desk| desk.engine().is_none()) else { return };
    let entrance = &desk.entrance;
    let (Some((storage, mut saved)), Some(settings)) = (entrance.kept.take(), entrance.settings.take())
    else {
        return;
    };
    entrance.request.take();
    entrance.channel.take();
    if let Some(Opened { credential, person, .. }) = entrance.other.take()
        && !saved.records.iter().any(|record| record.key() == RecordKey::Session)
    {
        saved.records.push(Record::of_session(credential, person));
    }
    let name = settings.desk.clone();
    let transport = desk.transport.clone();
    let driver =
        Rc::new(Driver::new(Session::new(settings), &name, transport, desk.host.clone(), context.screen()));
    driver.set_open(entrance.open.get());
    desk.set_engine(Rc::clone(&driver) as Rc<dyn Engine>);
    driver.start(storage, saved, entrance.ahead.take());
    driver.tell_about(entrance.about.take());
    for input in entrance.inputs.take() {
        driver.input(input);
    }
    entrance.wanted.set(false);
    for run in entrance.waiting.take() {
        run();
    }
}

/// Asks the desk what it offers, once.
fn ask(context: Context) {
    let desk = context.desk();
    let entrance = &desk.entrance;
    if entrance.kept.borrow().is_none() || entrance.wanted.get() || entrance.asked.replace(true) {
        return;
    }
    let Some(open) = entrance.settings.borrow().as_ref().map(|settings| settings.opening(None)) else {
        return;
    };
    let body = json::to_text(&open);
    let answered = move |result: Result<SessionOpened, Failure>| {
        let Some(desk) = context.try_desk() else { return };
        if let Ok(opened) = &result {
            desk.transport.follow(&opened.offers);
        }
        let plain = result.as_ref().is_ok_and(is_new);
        let call = result.as_ref().is_ok_and(|opened| opened.offers.call.audio || opened.offers.call.video);
        desk.entrance.ahead.borrow_mut().opened = Some(result);
        if !plain {
            // What is in the way, and what to do about it, the session knows.
            return want(context);
        }
        show(context, &desk);
        if call {
            ask_for_calls(context, &desk);
        }
    };
    entrance.request.replace(Some(exchange(&desk, ("POST", "session", body), None, answered)));
}

fn ask_for_calls(context: Context, desk: &Desk) {
    let credential = desk.entrance.ahead.borrow().credential().map(str::to_owned);
    let of = credential.clone();
    let answered = move |result: Result<CallSupport, Failure>| {
        let Some(desk) = context.try_desk() else { return };
        // The session asks again where this one failed.
        desk.entrance.ahead.borrow_mut().support = of.zip(result.ok());
        show(context, &desk);
    };
    let request = exchange(desk, ("GET", "call", None), credential, answered);
    desk.entrance.request.replace(Some(request));
}

fn show(context: Context, desk: &Desk) {
    let entrance = &desk.entrance;
    let ahead = entrance.ahead.borrow();
    let able = ahead.support.as_ref().is_some_and(|(_, support)| support.click_to_call && support.web_rtc);
    let mut state = ViewState::greeting(ahead.offers(), able);
    drop(ahead);
    state.memory_only = entrance.kept.borrow().as_ref().is_some_and(|(storage, _)| !storage.is_kept());
    if desk.engine().is_none() {
        context.greet(state);
    }
}

fn exchange<T: Read + 'static>(
    desk: &Desk,
    (method, path, body): (&str, &str, Option<String>),
    credential: Option<String>,
    answered: impl FnOnce(Result<T, Failure>) + 'static,
) -> Request {
    let read = move |body: Result<_, Failure>| {
        answered(body.and_then(|body| json::from_js(body).ok_or(Failure::Foreign)));
    };
    desk.transport.exchange((method, path, body), credential.as_deref(), ASK_MS, Box::new(read))
}

/// A session in which nothing has happened.
fn is_new(opened: &SessionOpened) -> bool {
    opened.contact.state == ContactState::None && opened.cursor == 0
}
