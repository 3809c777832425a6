//! What one widget has: what it was given, and what it holds for its views.

use super::Context;
use crate::engine::Engine;
use crate::entrance::Entrance;
use crate::ui::attach::Tray;
use crate::ui::call::CallSide;
use crate::ui::order::Order;
use crate::ui::text;
use crate::ui::transcript::{Conversation, Surroundings, TranscriptView};
use crate::ui::view_state::{Facing, ViewState};
use crate::ui::words::Words;
use crate::web::{Files, Host, Timer, Transport};
use frontdesk_contract::Offers;
use frontdesk_core::{Change, Session};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

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
    pub(super) root: Element,
    /// What happens before the session runs.
    pub entrance: Entrance,
    engine: RefCell<Option<Rc<dyn Engine>>>,
    #[cfg(feature = "gallery")]
    stage: RefCell<Option<Staged>>,
    pub(super) transcript: RefCell<Option<Rc<dyn Conversation>>>,
    pub(super) calls: RefCell<Option<Rc<dyn CallSide>>>,
    files: Rc<Files>,
    draft: RefCell<String>,
    /// What the page wants in the composer.
    pub(super) wanted: RefCell<String>,
    pub(super) awaits_field: Cell<bool>,
    settle: RefCell<Option<Timer>>,
    pub(super) wishes_call: Cell<bool>,
    pub(super) order: RefCell<Option<Order>>,
    pub(super) order_ends: RefCell<Option<Timer>>,
}

/// Lets look at a session that no driver runs.
#[cfg(feature = "gallery")]
pub type Staged = Box<dyn Fn(&mut dyn FnMut(&Session))>;

impl Desk {
    /// For a widget of the desk `name` whose nodes are below `root` and whose proxy is at `endpoint`.
    pub(super) fn new(
        words: Rc<Words>,
        host: Host,
        (name, title): (&str, Option<String>),
        root: Element,
        endpoint: &str,
    ) -> Self {
        let transport = Transport::new(endpoint);
        Self {
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
        }
    }

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
    pub(super) fn typing(&self, state: &ViewState) -> Option<String> {
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
    pub(super) fn refuse_order(&self, code: &str) {
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
}
