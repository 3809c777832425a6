//! What every view is given: the state to draw, the sentences, and the way to emit inputs.

mod sight;

use crate::driver::Screen;
use crate::engine::Engine;
use crate::entrance::{self, Entrance};
use crate::ui::attach::Tray;
use crate::ui::call::CallSide;
use crate::ui::order::{Order, WAIT_MS};
use crate::ui::parts::{Flag, number};
use crate::ui::telling::{self, Messages};
use crate::ui::text::{self, Key};
use crate::ui::transcript::{Conversation, Surroundings, TranscriptView};
use crate::ui::view_state::{Facing, ViewState};
use crate::ui::words::Words;
use crate::web::{Files, Host, Timer, Transport};
use frontdesk_contract::Offers;
use frontdesk_core::text::plain;
use frontdesk_core::{Change, Input, Session};
use leptos::prelude::*;
use sight::Sight;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

/// Time for the views to follow an input before the focus is looked after, in milliseconds.
const SETTLE_MS: u64 = 60;

/// One widget.
pub struct Desk {
    /// Its sentences.
    pub words: Rc<Words>,
    /// What surrounds it.
    pub host: Host,
    /// Its id at the proxy.
    pub name: String,
    /// Origin of the proxy; empty: the page's own.
    pub endpoint: String,
    /// Its API.
    pub transport: Transport,
    /// Its title as the host wants it.
    title: Option<String>,
    /// Files that were chosen and not sent yet.
    pub tray: Tray,
    /// Number and text of a message for later that was not sent yet.
    pub left: RefCell<(String, String)>,
    root: Element,
    /// What happens before the session runs.
    pub entrance: Entrance,
    engine: RefCell<Option<Rc<dyn Engine>>>,
    #[cfg(feature = "gallery")]
    stage: RefCell<Option<Staged>>,
    transcript: RefCell<Option<Rc<dyn Conversation>>>,
    calls: RefCell<Option<Rc<dyn CallSide>>>,
    files: Rc<Files>,
    draft: RefCell<String>,
    /// What the page wants in the composer.
    wanted: RefCell<String>,
    awaits_field: Cell<bool>,
    settle: RefCell<Option<Timer>>,
    wishes_call: Cell<bool>,
    order: RefCell<Option<Order>>,
    order_ends: RefCell<Option<Timer>>,
}

/// Lets look at a session that no driver runs.
#[cfg(feature = "gallery")]
pub type Staged = Box<dyn Fn(&mut dyn FnMut(&Session))>;

/// The handle that the views pass around.
#[derive(Clone, Copy)]
pub struct Context {
    desk: StoredValue<Rc<Desk>, LocalStorage>,
    state: RwSignal<Arc<ViewState>>,
    returned: RwSignal<u32>,
    tray: RwSignal<u32>,
    /// There is a conversation, or soon will be.
    converses: Flag,
    /// The form for a message for later is open.
    pub leaving: Flag,
    /// The call view is open.
    pub calling: Flag,
    /// In the call view, the way to a video call comes first.
    pub video_first: Flag,
}

impl Context {
    /// For a widget of the desk `name` whose nodes are below `root` and whose proxy is at `endpoint`.
    pub fn new(
        words: Rc<Words>,
        host: Host,
        (name, title): (&str, Option<String>),
        root: Element,
        endpoint: &str,
    ) -> Self {
        let transport = Transport::new(endpoint);
        let desk = Rc::new(Desk {
            words,
            host,
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            title,
            tray: Tray::default(),
            left: RefCell::default(),
            root,
            entrance: Entrance::default(),
            engine: RefCell::default(),
            #[cfg(feature = "gallery")]
            stage: RefCell::default(),
            transcript: RefCell::default(),
            calls: RefCell::default(),
            files: Rc::new(Files::new(endpoint, transport.clone())),
            transport,
            draft: RefCell::default(),
            wanted: RefCell::default(),
            awaits_field: Cell::default(),
            settle: RefCell::default(),
            wishes_call: Cell::default(),
            order: RefCell::default(),
            order_ends: RefCell::default(),
        });
        Self {
            desk: StoredValue::new_local(desk),
            state: RwSignal::new(Arc::default()),
            returned: RwSignal::new(0),
            tray: RwSignal::new(0),
            converses: Flag::new(),
            leaving: Flag::new(),
            calling: Flag::new(),
            video_first: Flag::new(),
        }
    }

    /// The widget.
    pub fn desk(self) -> Rc<Desk> {
        self.desk.get_value()
    }

    /// The widget; `None` once it was taken away.
    pub fn try_desk(self) -> Option<Rc<Desk>> {
        self.desk.try_get_value()
    }

    /// What is on the tray has changed.
    pub fn tray_changed(self) {
        // Not there any more when the widget was taken away meanwhile.
        self.tray.try_update(|version| *version += 1);
    }

    /// Counts the changes of the tray.
    pub fn tray_version(self) -> u32 {
        self.tray.get()
    }

    /// The visitor is about to say something, or something was said.
    pub fn converse(self) {
        if !self.converses.get_untracked() {
            self.converses.set(true);
        }
    }

    /// Whether there is a conversation, or soon will be.
    pub fn converses(self) -> bool {
        self.converses.get()
    }

    /// Opens or closes the form for a message for later.
    pub fn leave_message(self, open: bool) {
        self.leaving.set(open);
        self.settle_focus();
        if open {
            entrance::want(self);
        } else {
            self.send(Input::LeaveSeen);
        }
    }

    /// Opens the call view, or has it look anew what is possible.
    pub fn open_calls(self) {
        let open = move || {
            let side = self.desk().calls.borrow().clone();
            match side {
                Some(side) => side.open(),
                // Else it is on its way.
                None if !self.calling.get_untracked() => self.calling.set(true),
                None => {}
            }
        };
        entrance::when_running(self, Box::new(open));
    }

    /// The host wants the call view: it opens now, or once it is known which calls there are.
    pub fn wish_call(self, video: bool) {
        self.video_first.set(video);
        self.desk().wishes_call.set(true);
        entrance::want(self);
        self.grant_call();
    }

    /// The page has a number called, as soon as there is a session of somebody for whom the site vouches.
    pub fn place_call(self, mut order: Order) {
        let desk = self.desk();
        let waits = desk.order.borrow().is_some();
        if waits || desk.host.softphone().is_none() {
            return order.settle(Some(if waits { "call_running" } else { "not_offered" }));
        }
        desk.order.replace(Some(order));
        let weak = Rc::downgrade(&desk);
        let late = move || {
            if let Some(desk) = weak.upgrade() {
                desk.refuse_order("unreachable");
            }
        };
        desk.order_ends.replace(Some(Timer::after(WAIT_MS, Box::new(late))));
        if let Some(code) = self.view_once().refused {
            return desk.refuse_order(code.map_or("unreachable", telling::why));
        }
        self.wish_call(false);
    }

    fn grant_call(self) {
        let desk = self.desk();
        let (mut known, mut nobody) = (false, false);
        desk.look(&mut |session| {
            known = session.knows_calls();
            nobody = known && session.person().is_none();
        });
        if nobody {
            desk.refuse_order("calls_not_allowed");
        }
        if known && desk.wishes_call.take() {
            self.open_calls();
        }
    }

    /// Empties the composer, and answers what was in it.
    pub fn take_draft(self) -> String {
        let desk = self.desk();
        let draft = desk.draft();
        if !draft.is_empty() {
            self.write(String::new());
        }
        draft
    }

    /// Puts the page's text into the composer, unless the visitor has begun to write.
    pub fn suggest_draft(self, text: &str) {
        let desk = self.desk();
        *desk.wanted.borrow_mut() = plain(text);
        self.grant_draft(&desk);
    }

    /// The visitor's own draft goes first: whether there is one is known once the storage was read.
    pub fn grant_draft(self, desk: &Desk) {
        if desk.draft().trim().is_empty() && entrance::has_no_draft(desk) {
            self.put(desk, desk.wanted.borrow().clone());
        }
    }

    /// Has this stand in the composer, in the visitor's name.
    pub fn write(self, text: String) {
        self.put(&self.desk(), text.clone());
        self.send(Input::Draft(text));
    }

    /// Has this stand in the composer.
    fn put(self, desk: &Desk, text: String) {
        desk.set_draft(text);
        self.returned.update(|count| *count += 1);
    }

    /// Says a text that was not written in the composer.
    pub fn say(self, text: &str) {
        let text = plain(text);
        if !text.is_empty() {
            self.converse();
            self.send(Input::Send(text));
        }
    }

    /// Closes the call view.
    pub fn close_calls(self) {
        self.calling.set(false);
        self.settle_focus();
    }

    /// A number of what is to be seen, so that a piece is drawn anew only when that has changed.
    pub fn key(self, pick: fn(&ViewState) -> u32) -> Memo<u32> {
        number(move || pick(&self.view()))
    }

    /// The state; whoever asks is asked again when it changes.
    pub fn view(self) -> Arc<ViewState> {
        self.state.get()
    }

    /// The state as it is now.
    pub fn view_once(self) -> Arc<ViewState> {
        self.state.get_untracked()
    }

    /// What is to be seen before the session runs.
    pub fn greet(self, state: ViewState) {
        self.desk().quieten(&state);
        self.state.set(Arc::new(state));
    }

    /// A sentence.
    pub fn text(self, key: Key) -> String {
        self.desk().words.get(key)
    }

    /// What draws the results of the session.
    pub fn screen(self) -> Rc<dyn Screen> {
        Rc::new(Sight { desk: Rc::downgrade(&self.desk()), context: self, messages: Messages::default() })
    }

    /// Emits an input.
    pub fn send(self, input: Input) {
        entrance::input(self, input);
    }

    /// Emits an input by a control that may go away with it; the focus then moves to what follows.
    pub fn act(self, input: Input) {
        self.send(input);
        self.settle_focus();
    }

    /// If the focused control goes away, the composer or the next button gets the focus.
    pub fn settle_focus(self) {
        self.settle_focus_on("");
    }

    /// The same, but what this selector finds gets it, if there is any.
    pub fn settle_focus_on(self, wanted: &'static str) {
        let desk = self.desk();
        let weak = Rc::downgrade(&desk);
        let settle = move || {
            let Some(desk) = weak.upgrade().filter(|desk| !desk.has_focus()) else { return };
            match desk.find(wanted).filter(|_| !wanted.is_empty()) {
                Some(element) => drop(element.unchecked_into::<HtmlElement>().focus()),
                None => desk.focus_first(),
            }
        };
        desk.after(SETTLE_MS, Box::new(settle));
    }

    /// Counts the texts that came back to the composer.
    pub fn returned(self) -> u32 {
        self.returned.get()
    }
}

impl Desk {
    /// Runs this session from now on.
    pub fn set_engine(&self, engine: Rc<dyn Engine>) {
        // There is only one kind of it. A compiler that knows calls it by name, and then it is in the first file.
        self.engine.replace(Some(std::hint::black_box(engine)));
    }

    /// What runs the session, once it does.
    pub fn engine(&self) -> Option<Rc<dyn Engine>> {
        self.engine.borrow().clone()
    }

    /// Its title: as the host wants it, else as the desk is called, else in the words of the language.
    pub fn title(&self) -> String {
        let called = || self.offers()?.title;
        self.title.clone().or_else(called).unwrap_or_else(|| self.words.get(text::TITLE))
    }

    /// What the desk offers, once that is known.
    pub fn offers(&self) -> Option<Offers> {
        let mut offers = None;
        self.look(&mut |session| offers = session.offers().cloned());
        offers.or_else(|| self.entrance.offers())
    }

    /// Looks at the session, while there is one.
    pub fn look(&self, look: &mut dyn FnMut(&Session)) {
        if let Some(engine) = self.engine() {
            engine.look(look);
        }
        #[cfg(feature = "gallery")]
        if let Some(stage) = &*self.stage.borrow() {
            stage(look);
        }
    }

    /// Whether it shows a session that nothing runs.
    pub fn is_staged(&self) -> bool {
        #[cfg(feature = "gallery")]
        return self.stage.borrow().is_some();
        #[cfg(not(feature = "gallery"))]
        false
    }

    /// Looks at this session from now on.
    #[cfg(feature = "gallery")]
    pub fn set_stage(&self, stage: Staged) {
        self.stage.replace(Some(stage));
    }

    /// Stops the session.
    pub fn stop(&self) {
        // While there is still a credential to end a call with.
        let calls = self.calls.take();
        if let Some(calls) = calls {
            calls.leave();
        }
        // Whoever uses it just now lets it go after that.
        self.engine.take();
        self.transcript.take();
        self.settle.take();
        self.order.take();
    }

    /// Shows the conversation from now on, if it is not shown already.
    pub fn show_transcript(&self, around: Rc<dyn Surroundings>, context: Context) {
        if self.transcript.borrow().is_some() {
            return;
        }
        let body = self.find(".fd-body");
        let Some(view) = body.and_then(|body| TranscriptView::new(&body, Rc::clone(&self.words), around))
        else {
            return;
        };
        self.look(&mut |session| {
            view.apply(session.transcript(), &[Change::Insert { at: 0 }]);
            view.set_history(session.history());
            view.set_judge_refused(session.transcript(), session.judge_refused());
        });
        view.set_typing(self.typing(&context.view_once()).as_deref());
        *self.transcript.borrow_mut() = Some(view);
    }

    /// Who is typing.
    fn typing(&self, state: &ViewState) -> Option<String> {
        state.typing.then(|| match (state.facing, state.name.as_str()) {
            (Facing::Robot, "") => self.words.get(text::ROBOT),
            (_, "") => self.words.get(text::AGENT),
            (_, name) => name.to_owned(),
        })
    }

    /// The session's credential, once there is one.
    pub fn credential(&self) -> Option<String> {
        let mut credential = None;
        self.look(&mut |session| credential = session.credential().map(str::to_owned));
        credential
    }

    /// Where a file can be loaded from, see [`Files::address`].
    pub fn address(&self, file: &str, renew: bool, done: Box<dyn FnOnce(Option<String>)>) {
        let credential = self.credential();
        let (files, file) = (Rc::clone(&self.files), file.to_owned());
        spawn_local(async move {
            done(match credential {
                Some(credential) => files.address(&credential, &file, renew).await,
                None => None,
            });
        });
    }

    /// What is to hear of the visitor's call from now on.
    pub fn set_call_side(&self, side: Rc<dyn CallSide>) {
        self.look(&mut |session| side.status(session.call()));
        self.calls.replace(Some(side));
    }

    /// Nobody is to hear of the visitor's call any more.
    pub fn forget_call_side(&self) {
        self.calls.take();
    }

    /// What the page wants placed, and is not placed yet.
    pub fn take_order(&self) -> Option<Order> {
        self.order.take()
    }

    /// Tells the page that its call is not placed, if it waits for one.
    fn refuse_order(&self, code: &str) {
        if let Some(mut order) = self.order.take() {
            self.wishes_call.set(false);
            order.settle(Some(code));
        }
    }

    /// Ends the call, if there is one.
    pub fn hang_up(&self) {
        self.refuse_order("cancelled");
        let side = self.calls.borrow().clone();
        if let Some(side) = side {
            side.hang_up();
        }
    }

    /// Address of the desk in a window of its own.
    pub fn own_window(&self) -> String {
        [&self.endpoint, "/frame?desk=", &self.name].concat()
    }

    /// The text that was not sent yet.
    pub fn draft(&self) -> String {
        self.draft.borrow().clone()
    }

    /// Keeps the text that was not sent yet.
    pub fn set_draft(&self, text: String) {
        *self.draft.borrow_mut() = text;
    }

    /// Does this after a moment, instead of what was to be done before.
    pub fn after(&self, ms: u64, run: Box<dyn FnMut()>) {
        *self.settle.borrow_mut() = Some(Timer::after(ms, run));
    }

    /// Focuses the composer, or what can be used instead.
    pub fn focus_first(&self) {
        for wanted in [
            ".fd-leave .fd-field",
            ".fd-sheet .fd-quiet",
            ".fd-input",
            ".fd-dock button",
            // No button of a message: it may be far up, and then the conversation would go there.
            ".fd-welcome button",
            ".fd-header button",
        ] {
            if let Some(element) = self.find(wanted) {
                let _ = element.unchecked_into::<HtmlElement>().focus();
                return;
            }
        }
    }

    /// The visitor has opened the panel: the composer gets the focus, now or when it appears. Once closed, no longer.
    pub fn focus_composer(&self, wanted: bool) {
        self.awaits_field.set(wanted && self.field().is_none());
        if wanted {
            self.focus_first();
        }
    }

    /// Whether the composer, which has appeared, is to have the focus.
    pub fn takes_focus(&self) -> bool {
        self.awaits_field.take()
    }

    /// The field where the visitor writes.
    pub fn field(&self) -> Option<HtmlTextAreaElement> {
        self.find(".fd-input").map(JsCast::unchecked_into)
    }

    /// The text in a field.
    pub fn value_of(&self, selector: &str) -> String {
        self.find(selector)
            .map(|field| field.unchecked_into::<HtmlTextAreaElement>().value())
            .unwrap_or_default()
    }

    /// The first element of the widget that matches.
    pub fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).ok().flatten()
    }

    /// While a question lies over the panel, nothing behind it can be reached.
    pub fn cover(&self, covered: bool) {
        let Some(panel) = self.find(".fd-panel") else { return };
        let behind = panel.children();
        for element in (0..behind.length()).filter_map(|at| behind.item(at)) {
            let _ = element
                .toggle_attribute_with_force("inert", covered && !element.class_list().contains("fd-veil"));
        }
    }

    fn quieten(&self, state: &ViewState) {
        if let Some(body) = self.find(".fd-body") {
            let quiet = state.welcome || state.refused.is_some();
            let _ = body.toggle_attribute_with_force("data-quiet", quiet);
        }
    }

    fn has_focus(&self) -> bool {
        let inside = if self.find(".fd-sheet").is_some() { ".fd-sheet :focus" } else { ":focus" };
        self.find(inside).is_some()
    }
}
