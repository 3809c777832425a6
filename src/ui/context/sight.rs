//! What the session says, drawn: the panel, and what the website is told.

use super::{Context, Desk};
use crate::driver::Screen;
use crate::entrance;
use crate::ui::dock::queue_words;
use crate::ui::telling::{self, Messages, Told};
use crate::ui::text;
use crate::ui::view_state::{Facing, ViewState};
use crate::web::Host;
use crate::web::call::plain::object;
use frontdesk_contract::ErrorCode;
use frontdesk_core::text::returned;
use frontdesk_core::{Change, Session};
use leptos::prelude::*;
use std::rc::Weak;
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// Draws what the session says. Holds the widget weakly, since the widget holds the session.
pub(super) struct Sight {
    pub(super) desk: Weak<Desk>,
    pub(super) context: Context,
    pub(super) messages: Messages,
}

fn tell(host: &Host, told: Told) {
    match told {
        Told::Agent(agent) => {
            let serving = agent.is_some().into();
            // A centre may not say the name before the agent has written.
            let name = agent.filter(|name| !name.is_empty()).map_or(JsValue::NULL, JsValue::from);
            host.told("agent", &object(&[("serving", serving), ("name", name)]));
        }
        Told::Connection(state) => host.told("connection", &object(&[("state", state.into())])),
        Told::Rated => host.told("rating", &object(&[])),
        Told::Refused(code) => host.told("error", &object(&[("code", code.into())])),
        Told::Message(from, at_ms) => {
            host.told("message", &object(&[("from", from.into()), ("at_ms", (at_ms as f64).into())]));
        }
    }
}

impl Screen for Sight {
    fn changed(&self, session: &Session, changes: &[Change]) {
        let view = self.desk.upgrade().and_then(|desk| desk.transcript.borrow().clone());
        if let Some(view) = view {
            view.apply(session.transcript(), changes);
        }
        self.redraw(session);
    }

    fn redraw(&self, session: &Session) {
        let Some(desk) = self.desk.upgrade() else { return };
        if let Some(view) = &*desk.transcript.borrow() {
            view.set_history(session.history());
            view.set_judge_refused(session.transcript(), session.judge_refused());
        }
        let calls = desk.calls.borrow().clone();
        if let Some(calls) = calls {
            calls.status(session.call());
        }
        let before = self.context.view_once();
        let state = ViewState::after(&before, session);
        for told in telling::changes(&before, &state).into_iter().chain(self.messages.since(session)) {
            if let Told::Refused(code) = told {
                desk.refuse_order(code);
            }
            tell(&desk.host, told);
        }
        if *before == state {
            return self.context.grant_call();
        }
        desk.quieten(&state);
        if let Some(view) = &*desk.transcript.borrow() {
            view.set_typing(desk.typing(&state).as_deref());
        }
        if (before.facing, before.queue) != (state.facing, state.queue) {
            let queues = state.facing == Facing::Queue;
            let sentence = queues.then(|| {
                let (place, wait) = queue_words(&desk.words, state.queue);
                [&place, ". ", &wait].concat()
            });
            let place = state.queue.place.filter(|_| queues);
            desk.host.queue(place.unwrap_or(0), sentence.as_deref());
        }
        if state.started && !state.welcome {
            self.context.converse();
        }
        let leaving = state.leaving;
        self.context.state.set(Arc::new(state));
        self.context.grant_call();
        // The form may be closed, or have been on another page: what was refused is shown in it again.
        if let Some(refused) = session.refused_message()
            && leaving != before.leaving
            && !self.context.leaving.get_untracked()
        {
            *desk.left.borrow_mut() = (refused.number.clone(), refused.text.clone());
            self.context.leave_message(true);
        }
    }

    fn returned(&self, text: String) {
        let Some(desk) = self.desk.upgrade() else { return };
        self.context.put(&desk, returned(&text, &desk.draft()));
    }

    fn drafted(&self, text: String, before: &str) {
        let Some(desk) = self.desk.upgrade() else { return };
        let stands = desk.draft();
        // What the page wants there is nobody's draft.
        if stands == before || stands == *desk.wanted.borrow() {
            return self.context.put(&desk, text);
        }
        // The visitor wrote before it was known. What waits to be sent goes first, and without it.
        let context = self.context;
        let join = move || context.write(returned(&text, &desk.draft()));
        entrance::when_running(context, Box::new(join));
    }

    fn declined(&self, name: &str, code: ErrorCode) {
        let Some(desk) = self.desk.upgrade() else { return };
        let reason = desk.words.get(text::of_error(Some(code)));
        desk.tray.complain(desk.words.fill(text::ATTACH_REFUSED, &[("name", name), ("reason", &reason)]));
        self.context.tray_changed();
    }
}
