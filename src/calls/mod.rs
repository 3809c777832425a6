//! Performs the effects of the call machine through the ports and feeds the results back. It decides nothing.
//!
//! - `devices`: microphone, camera, speaker
//! - `listening`: how loud both sides are
//! - `waking`: the clock

mod devices;
mod listening;
mod waking;

use crate::web::call::{Elsewhere, Line, Loud, Media, Module, Tones, asks};
use crate::web::wake::{Sign, Wake};
use crate::web::{Clock, Listener, Request, Timer, Transport};
use frontdesk_contract::CallStatus;
use frontdesk_core::call::{
    Ask, CallNo, Device, Dial, Effect, Input, Machine, NotPlaced, PhoneCause, PhoneEnd, PhoneEvent, Wish,
    WishNo,
};
use frontdesk_core::{Failure, RequestId};
use js_sys::Function;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use waking::Waking;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlMediaElement, MediaStream};

/// Where a call is seen and heard.
pub trait CallScreen {
    /// Something that is shown has changed.
    fn redraw(&self, machine: &Machine);
    /// Play this from now on; `None`: nothing.
    fn play(&self, other: Option<&MediaStream>);
    /// Show the visitor this; `None`: nothing.
    fn mirror(&self, own: Option<&MediaStream>);
    /// So loud they are.
    fn loud(&self, loud: Loud);
    /// What plays the other side.
    fn player(&self) -> Option<HtmlMediaElement>;
    /// A device was plugged in, or unplugged.
    fn plugged(&self);
}

/// Hears what became of a call that was to be placed.
pub type Placed = Box<dyn FnOnce(Result<(), NotPlaced>)>;

/// What a call needs of the widget around it.
pub struct Around {
    /// Id of the desk.
    pub desk: String,
    /// Where the API is.
    pub transport: Transport,
    /// The session's credential, once there is one.
    pub credential: Box<dyn Fn() -> Option<String>>,
    /// Hears whether this page is in a call.
    pub calling: Box<dyn Fn(bool)>,
    /// Answers a promise of the softphone's module.
    pub softphone: Option<Function>,
    /// Answers a promise of a clock that goes on in a hidden tab (`www/call/ticker.js`).
    pub ticker: Option<Function>,
}

/// The calls of one page; everything ends on drop.
#[must_use = "dropping the handle ends the call"]
pub struct Calls {
    shared: Rc<Shared>,
    _wake: Wake,
    _listeners: Vec<Listener>,
}

struct Shared {
    own: Weak<Self>,
    machine: RefCell<Machine>,
    screen: Rc<dyn CallScreen>,
    around: Around,
    clock: Clock,
    waking: Waking,
    asking: RefCell<Vec<(RequestId, Request)>>,
    /// Who waits to hear whether a call is placed.
    wishes: RefCell<Vec<(WishNo, Placed)>>,
    last_wish: Cell<u32>,
    /// The browser is being asked for microphone and camera of this call.
    acquiring: Cell<Option<CallNo>>,
    media: RefCell<Option<(CallNo, Rc<Media>)>>,
    module: RefCell<Option<Module>>,
    /// The softphone is being loaded for this call.
    loading: Cell<Option<CallNo>>,
    /// Where the other side is heard; empty: the usual speaker.
    speaker: RefCell<String>,
    /// When to look next how loud they are.
    levels: RefCell<Option<Timer>>,
    line: RefCell<Option<(CallNo, Line)>>,
    tones: RefCell<Tones>,
    elsewhere: RefCell<Option<Elsewhere>>,
    inbox: RefCell<VecDeque<Input>>,
    busy: Cell<bool>,
}

impl Calls {
    /// A machine to which nothing has happened.
    pub fn new(around: Around, screen: Rc<dyn CallScreen>) -> Self {
        let shared = Rc::new_cyclic(|own: &Weak<Shared>| Shared {
            own: own.clone(),
            machine: RefCell::default(),
            screen,
            around,
            clock: Clock::new(),
            waking: Waking::default(),
            asking: RefCell::default(),
            wishes: RefCell::default(),
            last_wish: Cell::default(),
            acquiring: Cell::default(),
            media: RefCell::default(),
            module: RefCell::default(),
            loading: Cell::default(),
            speaker: RefCell::default(),
            levels: RefCell::default(),
            line: RefCell::default(),
            tones: RefCell::default(),
            elsewhere: RefCell::default(),
            inbox: RefCell::default(),
            busy: Cell::default(),
        });
        let told = shared.sender(Input::Elsewhere);
        *shared.elsewhere.borrow_mut() = Some(Elsewhere::open(&shared.around.desk, told));
        let own = Rc::downgrade(&shared);
        let wake = Wake::new(Rc::new(move |sign| {
            if let Some(shared) = own.upgrade() {
                match sign {
                    Sign::Woken | Sign::Visible(true) => shared.input(Input::Woken),
                    Sign::Leaving => shared.input(Input::Leaving),
                    Sign::Visible(false) | Sign::Resting => {}
                }
            }
        }));
        let listeners = listeners(&shared);
        Self { shared, _wake: wake, _listeners: listeners }
    }

    /// Something happened.
    pub fn input(&self, input: Input) {
        self.shared.input(input);
    }

    /// Has a number called, with the call view open; `placed` hears once what became of it.
    pub fn place(&self, wish: Wish, placed: Placed) {
        let no = self.shared.last_wish.get().wrapping_add(1);
        self.shared.last_wish.set(no);
        self.shared.wishes.borrow_mut().push((WishNo(no), placed));
        self.shared.input(Input::Place(WishNo(no), wish));
    }

    /// The event `call` was read, or read again.
    pub fn status(&self, status: &CallStatus) {
        self.shared.input(Input::Status(status.clone()));
    }

    /// The device in use, as the browser names it.
    pub fn in_use(&self, device: Device) -> Option<String> {
        self.shared.in_use(device)
    }

    /// Looks at the machine.
    pub fn look<T>(&self, look: impl FnOnce(&Machine, u64) -> T) -> T {
        look(&self.shared.machine.borrow(), self.shared.clock.ms())
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        self.shared.input(Input::Leaving);
        self.shared.asking.borrow_mut().clear();
        self.shared.waking.stop();
        self.shared.line.take();
        self.shared.levels.take();
        if let Some((_, media)) = self.shared.media.take() {
            media.end();
        }
    }
}

/// The page's signs that only a call needs.
fn listeners(shared: &Rc<Shared>) -> Vec<Listener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let mut listeners = Vec::new();
    for (name, online) in [("online", true), ("offline", false)] {
        let tell = shared.sender(move |()| Input::Network { online });
        listeners.push(Listener::new(&window, name, Box::new(move |_| tell(()))));
    }
    let own = Rc::downgrade(shared);
    let warn = move |event: web_sys::Event| {
        // The browser asks the visitor; its words are its own.
        if own.upgrade().is_some_and(|shared| shared.machine.borrow().in_call()) {
            event.prevent_default();
        }
    };
    listeners.push(Listener::new(&window, "beforeunload", Box::new(warn)));
    listeners
}

impl Shared {
    /// Makes an input of what comes, for as long as this lives.
    fn sender<T: 'static>(&self, input: impl Fn(T) -> Input + 'static) -> Box<dyn Fn(T)> {
        let own = self.own.clone();
        Box::new(move |value| {
            if let Some(shared) = own.upgrade() {
                shared.input(input(value));
            }
        })
    }

    fn input(&self, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            let Some(input) = next else { break };
            let effects = self.machine.borrow_mut().handle(self.clock.now(), input);
            for effect in effects {
                self.perform(effect);
            }
        }
        self.busy.set(false);
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Request { id, ask, timeout_ms } => self.ask(id, &ask, timeout_ms),
            Effect::Abort(id) => self.asking.borrow_mut().retain(|(other, _)| *other != id),
            Effect::AcquireMedia { call, video, ice_servers } => self.acquire(call, video, ice_servers),
            Effect::Placed(no, outcome) => self.placed(no, outcome),
            Effect::ReleaseMedia(call) => self.release(call),
            Effect::Dial(call, dial) => self.dial(call, dial),
            Effect::HangUp(call) => {
                if self.loading.get() == Some(call) {
                    self.loading.set(None);
                }
                self.on_line(call, Line::hang_up);
                self.screen.play(None);
            }
            Effect::Hold(call, on) => {
                let told = self.sender(move |event| Input::Phone(call, event));
                self.on_line(call, |line| line.hold(on, told));
            }
            Effect::Digit(call, key) => self.on_line(call, |line| line.digit(key)),
            Effect::Restart(call) => self.on_line(call, Line::restart),
            Effect::Measure(call) => {
                let done = self.sender(move |sample| Input::Measured(call, sample));
                self.on_line(call, |line| line.measure(done));
            }
            Effect::Silence(call, silent) => {
                if let Some(media) = self.media_of(call) {
                    media.silence(silent);
                }
            }
            Effect::Camera(call, true) => self.exchange(call, Device::Camera, None, false),
            Effect::Camera(call, false) => {
                if let Some(media) = self.media_of(call) {
                    media.release(Device::Camera);
                    self.on_line(call, |line| line.replace("video", None));
                    self.screen.mirror(None);
                }
            }
            Effect::Switch { call, device: Device::Speaker, id, .. } => self.play_through(call, id),
            Effect::Switch { call, device, id, silent } => self.exchange(call, device, id, silent),
            Effect::Tone(tone) => self.tones.borrow_mut().play(tone),
            Effect::Announce(calling) => {
                self.tick_for_call(calling);
                (self.around.calling)(calling);
                if let Some(elsewhere) = &*self.elsewhere.borrow() {
                    elsewhere.announce(calling);
                }
            }
            Effect::Farewell(id) => {
                if let Some(credential) = (self.around.credential)() {
                    asks::farewell(&self.around.transport, &id, &credential);
                }
            }
            Effect::WakeAt(at) => self.wake_at(at),
            Effect::Redraw => {
                self.listen();
                self.screen.redraw(&self.machine.borrow());
            }
        }
    }

    fn placed(&self, no: WishNo, outcome: Result<(), NotPlaced>) {
        let mut wishes = self.wishes.borrow_mut();
        let at = wishes.iter().position(|(other, _)| *other == no);
        let placed = at.map(|at| wishes.swap_remove(at).1);
        drop(wishes);
        if let Some(placed) = placed {
            placed(outcome);
        }
    }

    fn ask(&self, id: RequestId, ask: &Ask, timeout_ms: u32) {
        let Some(credential) = (self.around.credential)() else {
            // There is no session yet, or none any more.
            return self.inbox.borrow_mut().push_back(Input::Answered(id, Err(Failure::Network)));
        };
        let own = self.own.clone();
        let done = move |outcome| {
            if let Some(shared) = own.upgrade() {
                shared.asking.borrow_mut().retain(|(other, _)| *other != id);
                shared.input(Input::Answered(id, outcome));
            }
        };
        let asking = asks::ask(&self.around.transport, ask, &credential, timeout_ms, Box::new(done));
        self.asking.borrow_mut().push((id, asking));
    }

    /// The softphone, which is loaded if it was not yet.
    async fn softphone(own: &Weak<Self>) -> Option<Module> {
        let shared = own.upgrade()?;
        let (known, loader) = (shared.module.borrow().clone(), shared.around.softphone.clone());
        drop(shared);
        if known.is_some() {
            return known;
        }
        let module = Module::load(&loader?).await?;
        own.upgrade()?.module.replace(Some(module.clone()));
        Some(module)
    }

    /// Loads the softphone, if it was not loaded yet, and calls.
    fn dial(&self, call: CallNo, dial: Dial) {
        self.loading.set(Some(call));
        let own = self.own.clone();
        spawn_local(async move {
            let module = Self::softphone(&own).await;
            let Some(shared) = own.upgrade() else { return };
            if shared.loading.get() != Some(call) {
                return;
            }
            shared.loading.set(None);
            let end = PhoneEnd { here: true, cause: PhoneCause::Failed, status: None };
            let begun = match (&module, shared.media_of(call)) {
                (Some(module), Some(media)) => shared.begin(call, module, &dial, media.stream()),
                _ => Err(PhoneEvent::Ended(end)),
            };
            match begun {
                Ok(line) => *shared.line.borrow_mut() = Some((call, line)),
                Err(event) => shared.input(Input::Phone(call, event)),
            }
        });
    }

    fn begin(
        &self,
        call: CallNo,
        module: &Module,
        dial: &Dial,
        own: &MediaStream,
    ) -> Result<Line, PhoneEvent> {
        let told = self.sender(move |event| Input::Phone(call, event));
        let screen = Rc::clone(&self.screen);
        let media = move |stream| screen.play(Some(&stream));
        Line::dial(module, dial, own, told, Box::new(media))
    }

    fn on_line(&self, call: CallNo, run: impl FnOnce(&Line)) {
        if let Some((no, line)) = &*self.line.borrow()
            && *no == call
        {
            run(line);
        }
    }
}
