//! What every view is given: the state to draw, the sentences, and the way to emit inputs.

mod desk;
mod nodes;
mod sight;

use crate::driver::Screen;
use crate::entrance;
use crate::ui::order::{Order, WAIT_MS};
use crate::ui::parts::{Flag, number};
use crate::ui::telling::{self, Messages};
use crate::ui::text::Key;
use crate::ui::view_state::ViewState;
use crate::ui::words::Words;
use crate::web::{Host, Timer};
pub use desk::Desk;
#[cfg(feature = "gallery")]
pub use desk::Staged;
use frontdesk_core::Input;
use frontdesk_core::text::plain;
use leptos::prelude::*;
use sight::Sight;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Time for the views to follow an input before the focus is looked after, in milliseconds.
const SETTLE_MS: u64 = 60;

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
        let desk = Rc::new(Desk::new(words, host, (name, title), root, endpoint));
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

    /// If the focused control goes away, the composer or the next button gets the focus. Where the visitor is elsewhere, in the
    /// website or another window, the focus stays there.
    pub fn settle_focus(self) {
        self.settle_focus_on("");
    }

    /// The same, but what this selector finds gets it, if there is any.
    pub fn settle_focus_on(self, wanted: &'static str) {
        let desk = self.desk();
        let weak = Rc::downgrade(&desk);
        let settle = move || {
            let lost = |desk: &Rc<Desk>| !desk.has_focus() && !desk.focus_is_elsewhere();
            let Some(desk) = weak.upgrade().filter(lost) else { return };
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
