//! The whole: header, notices, conversation or greeting, card, composer.

mod header;

use crate::farewell;
use crate::lazy;
use crate::ui::attach;
use crate::ui::call::call;
use crate::ui::composer::composer;
use crate::ui::context::Context;
use crate::ui::dock::dock;
use crate::ui::leave::leave;
use crate::ui::notices::notices;
use crate::ui::parts::{block, button, effect, fixed, heading, line, nothing, piece, region};
use crate::ui::text;
use crate::ui::transcript::{Deed, Surroundings, conversation};
use crate::ui::welcome::welcome;
use frontdesk_contract::ClientId;
use frontdesk_core::{Input, Transcript};
use leptos::prelude::*;

/// What lies over the panel: nothing.
const NO_LAYER: u32 = 0;
/// The menu.
const MENU: u32 = 1;
/// The question whether the conversation shall end.
const CONFIRM_END: u32 = 2;
/// The question whether everything shall be erased.
const CONFIRM_ERASE: u32 = 3;

/// The panel. The dialogue is around it in the page (`www/loader/instance.js`), the landmark is what it fills (`www/frame.html`).
/// What is clicked beside all controls focuses it, so that it has the keys.
pub fn panel(context: Context) -> AnyView {
    let layer = RwSignal::new(NO_LAYER);
    let desk = context.desk();
    let (title, host) = (desk.title(), desk.host.clone());
    let escape = move |event: leptos::ev::KeyboardEvent| {
        if layer.get_untracked() == MENU && event.key() == "Tab" {
            // The menu goes with the focus, which goes once this key is through.
            let left = move || context.desk().find(".fd-menu-place :focus").is_none();
            let close = move || {
                if left() {
                    layer.set(NO_LAYER)
                }
            };
            context.desk().after(0, Box::new(close));
        }
        if event.key() != "Escape" || event.is_composing() {
            return;
        }
        event.stop_propagation();
        if context.leaving.get_untracked() {
            context.leave_message(false);
        } else if layer.get_untracked() == NO_LAYER {
            host.close();
        } else {
            layer.set(NO_LAYER);
            context.settle_focus();
        }
    };
    let files = attach::target(context);
    let drop_here = context.text(text::DROP_HERE);
    view! { class="fd",
        <section
            class="fd-panel"
            tabindex="-1"
            aria-label=title
            on:keydown=escape
            on:dragover=move |event| files.over(&event)
            on:dragleave=move |event| files.gone(&event)
            on:drop=move |event| files.dropped(&event)
        >
            {header::header(context, layer)}
            {notices(context)}
            {call(context)}
            {block("fd-body", vec![welcome(context), conversation(context)])}
            {dock(context)}
            {composer(context)}
            {block("fd-drop", vec![fixed(drop_here)])}
            {confirm(context, layer)}
            {leave(context)}
        </section>
    }
    .into_any()
}

impl Surroundings for Context {
    fn deed(&self, deed: Deed, id: &ClientId) {
        let id = id.clone();
        match deed {
            Deed::Retry => self.act(Input::Retry(id)),
            Deed::Again => self.send(Input::SendAgain(id)),
            Deed::Edit => self.act(Input::Discard(id)),
            Deed::Delete => self.act(Input::Delete(id)),
        }
    }

    fn emit(&self, input: Input) {
        self.act(input);
    }

    fn scroll_on(&self) {
        self.send(Input::Earlier);
    }

    fn address(&self, file: &str, renew: bool, done: Box<dyn FnOnce(Option<String>)>) {
        self.desk().address(file, renew, done);
    }

    fn call(&self, video: bool) -> bool {
        let view = self.view_once();
        let offered = if video { view.calls.video } else { view.calls.audio };
        let possible = offered && self.desk().host.softphone().is_some();
        if possible {
            self.open_calls();
        }
        possible
    }

    fn look(&self, look: &mut dyn FnMut(&Transcript)) {
        self.desk().look(&mut |session| look(session.transcript()));
    }

    fn leave(&self) {
        self.desk().focus_first();
    }
}

/// Asks once more before a conversation ends, or everything is erased.
fn confirm(context: Context, layer: RwSignal<u32>) -> AnyView {
    let can_end = context.key(|view| view.can_end.into());
    let asks = move || match layer.get() {
        CONFIRM_END => can_end.get() != 0,
        layer => layer == CONFIRM_ERASE,
    };
    effect(move || {
        // What ends meanwhile is not asked about: not now, and not when the next conversation begins.
        if can_end.get() == 0 && layer.get() == CONFIRM_END {
            layer.set(NO_LAYER);
            context.settle_focus();
        }
        context.desk().cover(asks() || context.leaving.get());
    });
    piece(move || {
        if asks() { lazy::later(context, move || Box::pin(question_part(context, layer))) } else { nothing() }
    })
}

lazy::part! { conversation:
    fn question_part(context: Context, layer: RwSignal<u32>) -> AnyView {
        question(context, layer)
    }
}

fn question(context: Context, layer: RwSignal<u32>) -> AnyView {
    let close = move || {
        layer.set(NO_LAYER);
        context.settle_focus();
    };
    let erases = layer.get_untracked() == CONFIRM_ERASE;
    let act = move || {
        layer.set(NO_LAYER);
        if erases {
            farewell::leave(context);
        } else {
            context.act(Input::EndContact);
        }
    };
    let [question, detail, yes, no] = match erases {
        true => [text::ERASE_QUESTION, text::ERASE_DETAIL, text::ERASE, text::ERASE_NO],
        false => [text::END_QUESTION, text::END_DETAIL, text::END, text::END_NO],
    };
    let question = context.text(question);
    let buttons = vec![
        button("fd-button fd-danger", context.text(yes), act),
        button("fd-button fd-quiet", context.text(no), close),
    ];
    let content = vec![
        heading(question.clone()),
        line("fd-text", fixed(context.text(detail))),
        block("fd-stacked", buttons),
    ];
    block("fd-veil", vec![region("fd-sheet", "alertdialog", Some(question), content)])
}
