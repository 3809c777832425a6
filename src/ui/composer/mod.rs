//! Where the visitor writes. The text lives in the browser's own field; a copy survives while another view is shown.

mod enter;

use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{icon as draw, nothing, piece, text_button, words};
use crate::ui::text;
use crate::ui::view_state::Facing;
use enter::Enter;
use frontdesk_contract::ConnectTo;
use frontdesk_core::Input;
use leptos::html::Textarea;
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// Below this share of the limit, in percent, nobody needs to know of it.
const TELL_FROM_PERCENT: u32 = 80;

/// The composer, while something can be written.
pub fn composer(context: Context) -> AnyView {
    let shown = Memo::new(move |_| {
        let view = context.view();
        view.can_write && view.refused.is_none()
    });
    piece(move || if shown.get() { form(context) } else { nothing() })
}

fn form(context: Context) -> AnyView {
    let field: NodeRef<Textarea> = NodeRef::new();
    let used = RwSignal::new(bytes(&context.desk().draft()));
    let over = move || {
        let max = context.view().text_max;
        if max > 0 { used.get().saturating_sub(max) } else { 0 }
    };
    // A text comes back, and the first one when the field appears.
    Effect::new(move |_| {
        context.returned();
        if let Some(field) = field.get() {
            let draft = context.desk().draft();
            used.set(bytes(&draft));
            field.set_value(&draft);
            fit(&field);
        }
    });
    let changed = move || {
        if let Some(field) = field.get_untracked() {
            let value = field.value();
            used.set(bytes(&value));
            fit(&field);
            if !value.trim().is_empty() {
                context.send(Input::Typing);
            }
            context.desk().set_draft(value);
        }
    };
    let send = move || {
        let Some(field) = field.get_untracked() else { return };
        let _ = field.focus();
        if used.get_untracked() == 0 || untrack(over) > 0 {
            return;
        }
        let text = field.value().trim().to_owned();
        field.set_value("");
        context.desk().set_draft(String::new());
        used.set(0);
        fit(&field);
        context.send(Input::Send(text));
    };
    let enter = Rc::new(Cell::new(Enter::default()));
    let on_composition = {
        let enter = Rc::clone(&enter);
        move |began: bool| enter.set(Enter { composing: began })
    };
    let end_composition = on_composition.clone();
    let key = move |event: leptos::ev::KeyboardEvent| {
        if enter.get().sends(&event) {
            event.prevent_default();
            send();
        }
    };
    let hint = words(move || {
        let queueing = context.view().facing == Facing::Queue;
        context.text(if queueing { text::COMPOSER_QUEUE } else { text::COMPOSER_HINT })
    });
    let limit = piece(move || limit(context, used.get(), over()));
    view! { class="fd",
        <div class="fd-composer">
            {person(context)}
            <div class="fd-write">
                <textarea
                    class="fd-input"
                    rows="1"
                    dir="auto"
                    enterkeyhint="send"
                    node_ref=field
                    aria-label=context.text(text::COMPOSER_LABEL)
                    aria-describedby="fd-limit"
                    placeholder=hint
                    on:input=move |_| changed()
                    on:keydown=key
                    on:compositionstart=move |_| on_composition(true)
                    on:compositionend=move |_| end_composition(false)
                ></textarea>
                <button
                    type="button"
                    class="fd-send"
                    aria-label=context.text(text::SEND)
                    title=context.text(text::SEND)
                    aria-disabled=words(move || (used.get() == 0 || over() > 0).to_string())
                    on:click=move |_| send()
                >
                    {draw(icon::SEND)}
                </button>
            </div>
            <div class="fd-limit" id="fd-limit" role="status">{limit}</div>
        </div>
    }
    .into_any()
}

/// The way to a person, while a robot serves.
fn person(context: Context) -> AnyView {
    let shown = Memo::new(move |_| {
        let view = context.view();
        view.can_ask_person && view.facing == Facing::Robot
    });
    piece(move || {
        if !shown.get() {
            return nothing();
        }
        let ask = move || context.act(Input::Connect(ConnectTo::Agent));
        text_button("fd-chip", context.text(text::TALK_PERSON), ask)
    })
}

/// How long the text is, once that matters; why it cannot be sent, once that is so.
fn limit(context: Context, used: u32, over: u32) -> AnyView {
    let max = context.view().text_max;
    if max == 0 || used.saturating_mul(100) < max.saturating_mul(TELL_FROM_PERCENT) {
        return nothing();
    }
    let desk = context.desk();
    let number = |value| desk.words.locale.number(value);
    let (class, sentence) = if over > 0 {
        ("fd-over", desk.words.fill(text::BYTES_OVER, &[("over", &number(over))]))
    } else {
        ("", desk.words.fill(text::BYTES_USED, &[("used", &number(used)), ("max", &number(max))]))
    };
    view! { class="fd", <span class=class>{sentence}</span> }.into_any()
}

/// What the text counts once it is sent.
fn bytes(text: &str) -> u32 {
    u32::try_from(text.trim().len()).unwrap_or(u32::MAX)
}

/// As high as its text; the style sheet sets the limit.
fn fit(field: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(field);
    let _ = style.set_property("height", "auto");
    let height = [&field.scroll_height().to_string(), "px"].concat();
    let _ = style.set_property("height", &height);
}
