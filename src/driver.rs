//! Performs the core's effects through the ports and feeds the results back. It decides nothing.

use crate::ahead::Ahead;
use crate::engine::{Chosen, Content, Engine};
use crate::web::host::OPEN;
use crate::web::tabs::{Opened, Said};
use crate::web::wake::{Sign, is_visible};
use crate::web::{Channel, Clock, Host, Storage, Timer, Transport, UploadNews, Wake, clock, json};
use frontdesk_contract::{ClientId, ErrorCode};
use frontdesk_core::tabs::{TabEffect, TabInput, Tabs};
use frontdesk_core::{
    Call, Change, Effect, Input, NewFile, Record, RecordKey, RequestId, Saved, Session, Stage, Upload,
};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// Largest whole number that every JavaScript engine keeps exactly.
const SAFE_INTEGER: u64 = (1 << 53) - 1;
/// A page that is still there so long after it seemed to go, in milliseconds, stays.
const STAYS_MS: u64 = 1_000;

/// Where the result is drawn.
pub trait Screen {
    /// These changes were made to the transcript, in this order.
    fn changed(&self, session: &Session, changes: &[Change]);
    /// Something other than the transcript changed.
    fn redraw(&self, session: &Session);
    /// A text comes back to the composer.
    fn returned(&self, text: String);
    /// The composer is to hold this, if it still holds what it held `before`.
    fn drafted(&self, text: String, before: &str);
    /// Something of this name was not taken.
    fn declined(&self, name: &str, code: ErrorCode);
}

/// Runs one session; stops everything on drop.
#[must_use = "dropping the handle stops the session"]
pub struct Driver {
    shared: Rc<Shared>,
    _wake: Wake,
}

struct Shared {
    own: Weak<Self>,
    session: RefCell<Session>,
    tabs: RefCell<Tabs>,
    screen: Rc<dyn Screen>,
    host: Host,
    desk: String,
    clock: Clock,
    transport: Transport,
    storage: RefCell<Option<Storage>>,
    channel: RefCell<Option<Channel>>,
    timer: RefCell<Option<Timer>>,
    session_due: Cell<Option<u64>>,
    tabs_due: Cell<Option<u64>>,
    /// What stops a request when it is dropped.
    requests: RefCell<Vec<(RequestId, Box<dyn Any>)>>,
    /// What is in files that the session has not been asked about yet, by handle.
    contents: RefCell<Vec<(u32, Blob)>>,
    last_handle: Cell<u32>,
    inbox: RefCell<VecDeque<Input>>,
    busy: Cell<bool>,
    panel_open: Cell<bool>,
    /// What the host was told of the conversation, see [`Host::conversation`].
    stand: Cell<u32>,
    /// The page has seemed to go, and may yet.
    left: RefCell<Option<Timer>>,
    /// The part among the tabs that the host was told.
    part: Cell<Option<bool>>,
    /// Called when the tab that led is gone.
    vacant: RefCell<JsValue>,
    /// The session was opened by this page, not resumed, and nothing has happened in it as far as is known.
    fresh: Cell<bool>,
    /// When the page said who the visitor is, in epoch milliseconds; 0: it has not.
    since_ms: u64,
    /// What was answered before the session ran.
    ahead: RefCell<Ahead>,
    /// What the answer in hand was read from.
    answer: RefCell<JsValue>,
}

impl Driver {
    /// A session that waits for [`Driver::start`].
    pub fn new(
        session: Session,
        desk: &str,
        transport: Transport,
        host: Host,
        screen: Rc<dyn Screen>,
    ) -> Self {
        let clock = Clock::new();
        let since_ms = if session.is_vouched_for() { clock.ms() } else { 0 };
        let shared = Rc::new_cyclic(|own: &Weak<Shared>| Shared {
            own: own.clone(),
            session: RefCell::new(session),
            tabs: RefCell::new(Tabs::new(clock::chance() as u64 & SAFE_INTEGER)),
            screen,
            host,
            desk: desk.to_owned(),
            clock,
            transport,
            storage: RefCell::default(),
            channel: RefCell::default(),
            timer: RefCell::default(),
            session_due: Cell::default(),
            tabs_due: Cell::default(),
            requests: RefCell::default(),
            contents: RefCell::default(),
            last_handle: Cell::default(),
            inbox: RefCell::default(),
            busy: Cell::default(),
            panel_open: Cell::default(),
            stand: Cell::default(),
            left: RefCell::default(),
            part: Cell::default(),
            vacant: RefCell::default(),
            fresh: Cell::default(),
            since_ms,
            ahead: RefCell::default(),
            answer: RefCell::default(),
        });
        let own = Rc::downgrade(&shared);
        let wake = Wake::new(Rc::new(move |sign| {
            if let Some(shared) = own.upgrade() {
                shared.sign(sign);
            }
        }));
        Self { shared, _wake: wake }
    }

    /// Begins with what the storage kept, and with what was asked `ahead`. What happened before is taken up now.
    pub fn start(&self, storage: Storage, saved: Saved, ahead: Ahead) {
        let shared = &self.shared;
        shared.ahead.replace(ahead);
        // Without a common storage every tab has a session of its own, and no other to talk to.
        if storage.is_kept() {
            let own = Rc::downgrade(shared);
            let heard = move |said| {
                if let Some(shared) = own.upgrade() {
                    shared.heard(said);
                }
            };
            *shared.channel.borrow_mut() = Channel::open(&shared.desk, Box::new(heard));
            let own = Rc::downgrade(shared);
            let vacant = move || {
                if let Some(shared) = own.upgrade() {
                    shared.tabs(TabInput::Vacant);
                }
            };
            // As long as the page: the browser may call it late.
            shared.vacant.replace(Closure::<dyn Fn()>::new(vacant).into_js_value());
            if shared.channel.borrow().is_none() {
                shared.inbox.borrow_mut().push_front(Input::Role(frontdesk_core::Role::Alone));
            }
        }
        *shared.storage.borrow_mut() = Some(storage);
        shared.inbox.borrow_mut().push_front(Input::Start(saved));
        shared.pump();
        shared.screen.redraw(&shared.session.borrow());
    }
}

impl Engine for Driver {
    fn input(&self, input: Input) {
        self.shared.input(input);
    }

    fn send_files(&self, files: Vec<Chosen>) {
        let news = files.into_iter().map(|file| self.shared.hold(file)).collect();
        self.input(Input::SendFiles(news));
    }

    fn content(&self, id: ClientId) -> Content {
        Box::pin(self.shared.content(id))
    }

    fn tell_about(&self, about: JsValue) {
        if let Some(about) = json::from_js(about) {
            self.input(Input::About(about));
        }
    }

    fn set_open(&self, open: bool) {
        self.shared.panel_open.set(open);
        if open {
            self.input(Input::Open);
        }
        self.input(Input::Seen(open && is_visible()));
    }

    fn now_ms(&self) -> u64 {
        self.shared.clock.ms()
    }

    fn look(&self, look: &mut dyn FnMut(&Session)) {
        look(&self.shared.session.borrow());
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.tabs(TabInput::Leaving);
        self.shared.storage.take();
        self.shared.requests.borrow_mut().clear();
    }
}

impl Shared {
    fn input(&self, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        self.pump();
    }

    /// Handles what has come, one after the other, also what comes while effects are being performed.
    fn pump(&self) {
        if self.storage.borrow().is_none() || self.busy.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            let Some(input) = next else { break };
            let chosen = if let Input::SendFiles(files) = &input { handles(files) } else { Vec::new() };
            let effects = self.session.borrow_mut().handle(self.clock.now(), input);
            self.perform(effects);
            // What was declined is let go.
            self.contents.borrow_mut().retain(|(handle, _)| !chosen.contains(handle));
            self.follow();
        }
        self.busy.set(false);
    }

    fn perform(&self, effects: Vec<Effect>) {
        let mut changes = Vec::new();
        let mut redraw = false;
        for effect in effects {
            match effect {
                Effect::Show(change) => changes.push(change),
                Effect::Redraw => redraw = true,
                Effect::Returned(text) => self.screen.returned(text),
                Effect::Unread(count) => self.host.unread(count),
                Effect::Sound => self.host.sound(),
                Effect::Drafted { text, before } => self.screen.drafted(text, &before),
                Effect::Look => self.look(),
                Effect::Told { id, state } => {
                    if let Some(channel) = &*self.channel.borrow() {
                        channel.message(&id, state);
                    }
                }
                Effect::SeenTo(seq) => {
                    if let Some(channel) = &*self.channel.borrow() {
                        channel.seen(self.session_tag(), seq);
                    }
                }
                Effect::WakeAt(at) => {
                    self.session_due.set(at);
                    self.set_timer();
                }
                Effect::Keep(record) => self.keep(record, None),
                Effect::KeepFile { record, handle } => {
                    let mut contents = self.contents.borrow_mut();
                    let at = contents.iter().position(|(other, _)| *other == handle);
                    let content = at.map(|at| contents.swap_remove(at).1);
                    drop(contents);
                    self.keep(record, content);
                }
                Effect::Declined { name, code } => self.screen.declined(&name, code),
                Effect::Request { id, call: Call::Upload(upload), credential, timeout_ms } => {
                    self.upload(id, upload, credential, timeout_ms);
                }
                Effect::Forget(key) => {
                    if let Some(storage) = &*self.storage.borrow() {
                        storage.forget(&key);
                    }
                }
                Effect::Request { id, call, credential, timeout_ms } => {
                    let ahead = self.ahead.borrow_mut().answer(&call, credential.as_deref());
                    if let Some(outcome) = ahead {
                        self.inbox.borrow_mut().push_back(Input::Answered(id, outcome));
                        continue;
                    }
                    let own = self.own.clone();
                    let done = move |outcome, body| {
                        if let Some(shared) = own.upgrade() {
                            shared.end(id);
                            shared.answer.replace(body);
                            shared.input(Input::Answered(id, outcome));
                        }
                    };
                    let request =
                        self.transport.send(&call, credential.as_deref(), timeout_ms, Box::new(done));
                    self.requests.borrow_mut().push((id, Box::new(request)));
                }
                Effect::Abort(id) => self.end(id),
                Effect::Tell { after, .. } => {
                    // Told while its answer is being handled: the page is what the answer was read from.
                    if let Some(channel) = &*self.channel.borrow() {
                        channel.pass(self.session_tag(), after, &self.answer.borrow());
                    }
                }
            }
        }
        if !changes.is_empty() {
            self.screen.changed(&self.session.borrow(), &changes);
        }
        if redraw {
            self.screen.redraw(&self.session.borrow());
        }
    }

    fn hold(&self, file: Chosen) -> NewFile {
        let handle = self.last_handle.get().wrapping_add(1);
        self.last_handle.set(handle);
        let (media_type, size_bytes) = (file.content.type_(), file.content.size() as u64);
        self.contents.borrow_mut().push((handle, file.content));
        NewFile { handle, name: file.name, media_type, size_bytes }
    }

    fn keep(&self, record: Record, content: Option<Blob>) {
        self.announce(&record);
        let (own, key) = (self.own.clone(), record.key());
        let done = move |written| {
            if let Some(shared) = own.upgrade() {
                shared.input(Input::Kept(key, written));
            }
        };
        if let Some(storage) = &*self.storage.borrow() {
            storage.keep(record, content.as_ref(), Box::new(done));
        }
    }

    fn look(&self) {
        let look = self.storage.borrow().as_ref().map(Storage::look);
        let own = self.own.clone();
        spawn_local(async move {
            let Some(look) = look else { return };
            let saved = look.await;
            if let Some(shared) = own.upgrade() {
                shared.input(Input::Found(saved));
            }
        });
    }

    fn content(&self, id: ClientId) -> impl Future<Output = Option<Blob>> + use<> {
        let key = RecordKey::Outgoing(id);
        let content = self.storage.borrow().as_ref().map(|storage| storage.content(&key));
        async move { content?.await }
    }

    fn upload(&self, id: RequestId, upload: Upload, credential: Option<String>, timeout_ms: u32) {
        let own = self.own.clone();
        let tell = move |news| {
            let Some(shared) = own.upgrade() else { return };
            match news {
                UploadNews::Sent(sent_bytes) => shared.input(Input::Progress { id, sent_bytes }),
                UploadNews::Done(outcome) => {
                    shared.end(id);
                    shared.input(Input::Answered(id, outcome));
                }
            }
        };
        let content = Box::pin(self.content(upload.id.clone()));
        let request = self.transport.upload(upload, credential, timeout_ms, content, Rc::new(tell));
        self.requests.borrow_mut().push((id, Box::new(request)));
    }

    fn end(&self, id: RequestId) {
        self.requests.borrow_mut().retain(|(other, _)| *other != id);
    }

    /// Tells host and other tabs when a conversation begins or ends.
    fn follow(&self) {
        if self.left.borrow().is_some() {
            return;
        }
        let session = self.session.borrow();
        let stand = if session.is_following() { OPEN } else { u32::from(session.is_sending()) };
        drop(session);
        let before = self.stand.replace(stand);
        if before != stand {
            self.host.conversation(stand);
        }
        if (before == OPEN) != (stand == OPEN) {
            self.tabs(TabInput::Active(stand == OPEN));
        }
    }

    fn tabs(&self, input: TabInput) {
        if self.channel.borrow().is_none() {
            return;
        }
        let effects = self.tabs.borrow_mut().handle(self.clock.ms(), input);
        for effect in effects {
            match effect {
                TabEffect::Say(message) => {
                    if let Some(channel) = &*self.channel.borrow() {
                        channel.say(message);
                    }
                }
                TabEffect::Role(role) => self.input(Input::Role(role)),
                TabEffect::WakeAt(at) => {
                    self.tabs_due.set(at);
                    self.set_timer();
                }
            }
        }
        let part = self.tabs.borrow().part();
        if self.part.replace(part) != part {
            self.host.lead(part, &self.vacant.borrow());
        }
    }

    fn heard(&self, said: Said) {
        match said {
            Said::Tab(message) => self.tabs(TabInput::Heard(message)),
            Said::Page { session, after, page } if session == self.session_tag() => {
                self.input(Input::Heard { after, page });
            }
            Said::Page { .. } => {}
            Said::Opened(other) => self.other_opened(other),
            Said::Left => self.host.renew(),
            Said::Message(id, state) => self.input(Input::Told(id, state)),
            Said::Seen { session, seq } if session == self.session_tag() => {
                self.input(Input::SeenElsewhere(seq));
            }
            Said::Seen { .. } => {}
        }
    }

    /// Names the session to other tabs without telling the credential; 0 before there is one.
    fn session_tag(&self) -> u32 {
        self.session.borrow().credential().map_or(0, tag)
    }

    /// Two tabs that opened at the same time have a session each, and one visitor: the smaller credential stays. Two persons
    /// are not one visitor: whom the site has named last stays.
    fn other_opened(&self, other: Opened) {
        let session = self.session.borrow();
        let person = session.person().map(str::to_owned);
        let own = session.credential().map(str::to_owned);
        let begins = session.stage() == Stage::Opening && person == other.person;
        drop(session);
        let Some(own) = own else {
            // Both were about to open one: it is one visitor.
            if begins {
                self.input(Input::Join(other.credential));
            }
            return;
        };
        if own == other.credential {
            return;
        }
        let differs = person != other.person;
        if differs && other.since_ms > self.since_ms {
            // Nothing of whoever was here may be shown any longer.
            return self.host.renew();
        }
        let newer = differs && self.since_ms > other.since_ms;
        if !newer && !self.is_fresh() {
            return;
        }
        if !differs && other.credential < own {
            self.fresh.set(false);
            self.input(Input::Join(other.credential));
        } else {
            // The other tab may have written over it.
            let record = self.session.borrow().record();
            self.perform(record.map(Effect::Keep).into_iter().collect());
        }
    }

    fn is_fresh(&self) -> bool {
        self.fresh.get() && self.session.borrow().cursor() == 0
    }

    /// A session was opened by this page: the other tabs are told.
    fn announce(&self, record: &Record) {
        let Record::Session { credential, person, .. } = record else { return };
        self.fresh.set(true);
        if let Some(channel) = &*self.channel.borrow() {
            let (credential, person) = (credential.clone(), person.clone());
            channel.opened(&Opened { credential, person, since_ms: self.since_ms });
        }
    }

    fn sign(&self, sign: Sign) {
        match sign {
            Sign::Woken => {
                self.left.take();
                self.input(Input::Woken);
            }
            Sign::Visible(visible) => {
                if visible {
                    self.left.take();
                }
                self.tabs(TabInput::Visible(visible));
                self.input(Input::Seen(visible && self.panel_open.get()));
                if visible {
                    self.input(Input::Woken);
                }
            }
            Sign::Leaving | Sign::Resting => self.leave(),
        }
    }

    /// The page seems to go. What it does until then must not claim the lead once more: it takes part again if it wakes up,
    /// and if it is still there a second later, as when the visitor stays after all.
    fn leave(&self) {
        self.tabs(TabInput::Leaving);
        self.stand.set(0);
        let own = self.own.clone();
        let stays = move || {
            if let Some(shared) = own.upgrade() {
                // The timer that is running now must outlive this call.
                let fired = shared.left.take();
                shared.follow();
                drop(fired);
            }
        };
        *self.left.borrow_mut() = Some(Timer::after(STAYS_MS, Box::new(stays)));
    }

    /// One timer for both machines, set for the earlier of the two times.
    fn set_timer(&self) {
        let due = [self.session_due.get(), self.tabs_due.get()].into_iter().flatten().min();
        let timer = due.map(|due| {
            let own = self.own.clone();
            let fire = move || {
                if let Some(shared) = own.upgrade() {
                    shared.fire();
                }
            };
            Timer::after(due.saturating_sub(self.clock.ms()), Box::new(fire))
        });
        *self.timer.borrow_mut() = timer;
    }

    fn fire(&self) {
        // The timer that is running now must outlive this call, and a later one may be set during it.
        let fired = self.timer.take();
        let now = self.clock.ms();
        let is_due = |at: &Cell<Option<u64>>| at.get().is_some_and(|at| at <= now);
        if is_due(&self.tabs_due) {
            self.tabs_due.set(None);
            self.tabs(TabInput::Timer);
        }
        if is_due(&self.session_due) {
            self.session_due.set(None);
            self.input(Input::Timer);
        }
        if self.timer.borrow().is_none() {
            self.set_timer();
        }
        drop(fired);
    }
}

fn handles(files: &[NewFile]) -> Vec<u32> {
    files.iter().map(|file| file.handle).collect()
}

/// Tells sessions apart without naming them (FNV-1a).
fn tag(credential: &str) -> u32 {
    credential.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
