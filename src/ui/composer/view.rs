//! The field, with the buttons beside it and what stands above it.

use super::enter::Enter;
use crate::entrance;
use crate::ui::attach;
use crate::ui::context::{Context, Desk};
use crate::ui::icon;
use crate::ui::parts::{block, button, effect, icon_button, nothing, piece, region};
use crate::ui::suggest::{Suggest, Taken};
use crate::ui::text;
use crate::ui::view_state::Facing;
use frontdesk_contract::ConnectTo;
use frontdesk_core::Input;
use frontdesk_core::text::plain;
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use web_sys::HtmlTextAreaElement;

/// Below this share of the limit, in percent, nobody needs to know of it.
pub const TELL_FROM_PERCENT: usize = 80;

/// The composer, while something can be written.
pub fn composer(context: Context) -> AnyView {
    let shown = context.key(|view| u32::from(view.can_write && view.refused.is_none()));
    piece(move || if shown.get() == 0 { nothing() } else { form(context) })
}

fn form(context: Context) -> AnyView {
    // Writes what the browser's field does not know by itself. Made with the field, so that it runs when that is there.
    effect(move || {
        context.returned();
        context.tray_version();
        let view = context.view();
        let desk = context.desk();
        let Some(field) = desk.field() else { return };
        if desk.takes_focus() {
            let _ = field.focus();
        }
        let draft = desk.draft();
        if field.value() != draft {
            field.set_value(&draft);
        }
        let queueing = view.facing == Facing::Queue;
        field.set_placeholder(&context.text(if queueing {
            text::COMPOSER_QUEUE
        } else {
            text::COMPOSER_HINT
        }));
        measure(&desk, &field, view.text_max);
    });
    let suggest = Suggest::new(context);
    let changed = move |_: leptos::ev::Event| {
        let desk = context.desk();
        let Some(field) = desk.field() else { return };
        let value = field.value();
        context.converse();
        if !value.trim().is_empty() {
            context.send(Input::Typing);
        }
        suggest.typed(&value);
        desk.set_draft(value);
        measure(&desk, &field, context.view_once().text_max);
    };
    let enter = Rc::new(Cell::new(Enter::default()));
    let (begins, ends) = (Rc::clone(&enter), Rc::clone(&enter));
    let key = move |event: leptos::ev::KeyboardEvent| {
        if enter.get().is_taken(&event) {
            return;
        }
        match suggest.key(&event) {
            Taken::Yes => event.stop_propagation(),
            Taken::Send(question) => send_text(context, &question),
            Taken::Write(question) => write(context, suggest, question),
            Taken::No if Enter::sends(&event) => send(context),
            Taken::No => return,
        }
        event.prevent_default();
    };
    let paste = move |event: leptos::ev::ClipboardEvent| attach::target(context).pasted(&event);
    let label = context.text(text::COMPOSER_LABEL);
    let field = view! { class="fd",
        <textarea
            class="fd-input"
            rows="1"
            dir="auto"
            enterkeyhint="send"
            aria-label=label
            aria-describedby="fd-limit"
            aria-autocomplete="list"
            aria-controls=move || suggest.is_open().then_some("fd-suggest")
            aria-activedescendant=move || suggest.active()
            on:input=changed
            on:keydown=key
            on:paste=paste
            on:compositionstart=move |_| begins.set(Enter { composing: true })
            on:compositionend=move |_| ends.set(Enter { composing: false })
        ></textarea>
    };
    let button = icon_button("fd-send", icon::SEND, context.text(text::SEND), move || send(context));
    // The figures are to be looked up; told is only that a bound was crossed, not every key.
    let limit = view! { class="fd", <p class="fd-limit" id="fd-limit"></p> };
    let content = vec![
        person(context),
        suggest.view(send_text),
        attach::tray(context),
        block("fd-write", vec![attach::buttons(context), field.into_any(), button]),
        limit.into_any(),
        region("fd-sr", "status", None, Vec::new()),
    ];
    block("fd-composer", content)
}

/// Puts a text into the field, to be changed before it is sent.
fn write(context: Context, suggest: Suggest, text: String) {
    let desk = context.desk();
    let Some(field) = desk.field() else { return };
    field.set_value(&text);
    suggest.typed(&text);
    desk.set_draft(text);
    measure(&desk, &field, context.view_once().text_max);
}

/// Sends what is in the field, then the files on the tray.
fn send(context: Context) {
    let desk = context.desk();
    let Some(field) = desk.field() else { return };
    let text = plain(&field.value());
    let files = desk.tray.files();
    if (text.is_empty() && files.is_empty()) || over(text.len(), context.view_once().text_max) > 0 {
        let _ = field.focus();
        return;
    }
    let Some(engine) = desk.engine() else {
        // It stays in the field until there is something that keeps it.
        context.converse();
        // Whoever writes on means another text, and sends that.
        let unchanged = move |desk: &Desk| desk.field().is_some_and(|field| plain(&field.value()) == text);
        let then = move || {
            if unchanged(&context.desk()) {
                send(context);
            }
        };
        return entrance::when_running(context, Box::new(then));
    };
    send_text(context, &text);
    if !files.is_empty() {
        engine.send_files(desk.tray.take());
        context.tray_changed();
    }
}

/// Sends a text and empties the field.
fn send_text(context: Context, text: &str) {
    let desk = context.desk();
    let Some(field) = desk.field() else { return };
    let _ = field.focus();
    field.set_value("");
    desk.set_draft(String::new());
    measure(&desk, &field, context.view_once().text_max);
    context.send(Input::Draft(String::new()));
    if !text.is_empty() {
        context.send(Input::Send(text.to_owned()));
    }
}

/// The way to a person, while a robot serves.
fn person(context: Context) -> AnyView {
    let shown = context.key(|view| u32::from(view.can_ask_person && view.facing == Facing::Robot));
    piece(move || {
        if shown.get() == 0 {
            return nothing();
        }
        let ask = move || context.act(Input::Connect(ConnectTo::Agent));
        button("fd-chip", context.text(text::TALK_PERSON), ask)
    })
}

/// So many bytes too many. No limit is known before the desk has answered.
fn over(bytes: usize, max: u32) -> usize {
    if max == 0 { 0 } else { bytes.saturating_sub(max as usize) }
}

/// Fits the field to its text (the style sheet sets the limit), and tells how long the text is once that matters, and
/// why it cannot be sent once that is so.
fn measure(desk: &Desk, field: &HtmlTextAreaElement, max: u32) {
    let style = web_sys::HtmlElement::style(field);
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &[&field.scroll_height().to_string(), "px"].concat());

    let used = plain(&field.value()).len();
    let over = over(used, max);
    let idle = used == 0 && desk.tray.files().is_empty();
    if let Some(button) = desk.find(".fd-send") {
        let _ = button.set_attribute("aria-disabled", if idle || over > 0 { "true" } else { "false" });
    }
    let Some(limit) = desk.find(".fd-limit") else { return };
    let number = |value: usize| desk.words.locale.number(value as u32);
    let sentence = if over > 0 {
        desk.words.count(text::BYTES_OVER, "over", over as u32)
    } else if max > 0 && used * 100 >= max as usize * TELL_FROM_PERCENT {
        desk.words.fill(text::BYTES_USED, &[("used", &number(used)), ("max", &number(max as usize))])
    } else {
        String::new()
    };
    let shown = limit.text_content().unwrap_or_default();
    if shown != sentence {
        limit.set_text_content(Some(&sentence));
        let crossed = limit.has_attribute("data-over") != (over > 0);
        if (crossed || shown.is_empty() || sentence.is_empty())
            && let Some(heard) = limit.next_element_sibling()
        {
            heard.set_text_content(Some(&sentence));
        }
    }
    let _ = limit.toggle_attribute_with_force("data-over", over > 0);
}
