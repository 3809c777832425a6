//! The form, and what became of the message.

use crate::lazy;
use crate::ui::context::{Context, Desk};
use crate::ui::icon;
use crate::ui::parts::{block, button, fixed, heading, icon as draw, line, nothing, piece};
use crate::ui::text::{self, Key};
use frontdesk_contract::{ErrorCode, MAX_LEFT_TEXT_CHARS, MAX_NUMBER_CHARS};
use frontdesk_core::{Input, LeaveState};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

lazy::part! { leave:
    /// Draws the form.
    pub(super) fn form_part(context: Context) -> AnyView {
        form(context)
    }
}

/// What a field is told by.
const NUMBER_ERROR: &str = "fd-number-error";
const TEXT_ERROR: &str = "fd-left-error";

fn form(context: Context) -> AnyView {
    let state = Memo::new(move |_| context.view().leaving);
    // What is missing, noticed here.
    let missing = RwSignal::new(None::<ErrorCode>);
    // The form is in the page when the part has come: the first field takes the focus then.
    context.settle_focus();
    piece(move || match state.get() {
        LeaveState::Idle | LeaveState::Failed(_) => fields(context, state, missing),
        LeaveState::Sending => block(
            "fd-stacked",
            vec![
                region_line(context.text(text::LEAVE_SENDING)),
                button("fd-button fd-quiet", context.text(text::BACK), move || context.leave_message(false)),
            ],
        ),
        LeaveState::Sent => over(context, text::LEAVE_SENT),
        LeaveState::Unconfirmed => over(context, text::LEAVE_UNSURE),
    })
}

fn region_line(sentence: String) -> AnyView {
    view! { class="fd", <p class="fd-text" role="status">{sentence}</p> }.into_any()
}

fn over(context: Context, key: Key) -> AnyView {
    context.desk().left.take();
    context.settle_focus();
    let done = move || context.leave_message(false);
    block(
        "fd-stacked",
        vec![
            block("fd-mark", vec![draw(icon::TICK)]),
            region_line(context.text(key)),
            button("fd-button fd-quiet", context.text(text::LEAVE_DONE), done),
        ],
    )
}

fn fields(context: Context, state: Memo<LeaveState>, missing: RwSignal<Option<ErrorCode>>) -> AnyView {
    // What is wrong: what is missing here, or what the desk said.
    let wrong = move || match (missing.get(), state.get()) {
        (Some(code), _) => Some(Some(code)),
        (None, LeaveState::Failed(code)) => Some(code),
        _ => None,
    };
    let at_number = move || matches!(wrong(), Some(Some(ErrorCode::NumberInvalid)));
    let at_text = move || matches!(wrong(), Some(Some(ErrorCode::TextEmpty | ErrorCode::TextTooLong)));
    let elsewhere = move || wrong().filter(|_| !at_number() && !at_text());
    let number_error = problem(NUMBER_ERROR, move || {
        at_number().then(|| {
            let empty = context.desk().left.borrow().0.trim().is_empty();
            context.text(if empty { text::LEAVE_NO_NUMBER } else { text::ERROR_NUMBER })
        })
    });
    let text_error = problem(TEXT_ERROR, move || {
        at_text().then(|| {
            let empty = context.desk().left.borrow().1.trim().is_empty();
            context.text(if empty { text::LEAVE_NO_TEXT } else { text::ERROR_LONG })
        })
    });
    let any_error =
        problem("fd-leave-error", move || elsewhere().map(|code| context.text(text::of_error(code))));
    let buttons = vec![
        button("fd-button", context.text(text::LEAVE_SEND), move || submit(context, missing)),
        button("fd-button fd-quiet", context.text(text::BACK), move || context.leave_message(false)),
    ];
    block(
        "fd-form",
        vec![
            heading(context.text(text::LEAVE_MESSAGE)),
            line("fd-text", fixed(context.text(text::LEAVE_DETAIL))),
            countries(context),
            number(context, at_number),
            number_error,
            words(context, at_text),
            text_error,
            any_error,
            block("fd-stacked", buttons),
        ],
    )
}

/// A sentence about a field; the place stays, so that screen readers hear what enters it.
fn problem(id: &'static str, sentence: impl Fn() -> Option<String> + Send + 'static) -> AnyView {
    let sentence = move || sentence().unwrap_or_default();
    view! { class="fd", <p class="fd-field-error" id=id role="alert">{sentence}</p> }.into_any()
}

fn countries(context: Context) -> AnyView {
    let desk = context.desk();
    let countries = desk.offers().map(|offers| offers.countries).unwrap_or_default();
    if countries.len() < 2 {
        return nothing();
    }
    let mut chosen = None;
    desk.look(&mut |session| chosen = session.refused_message().and_then(|left| left.country.clone()));
    let options: Vec<AnyView> = countries
        .into_iter()
        .map(|code| {
            let name = desk.words.locale.region(&code);
            let selected = chosen.as_ref() == Some(&code);
            view! { class="fd", <option value=code selected=selected>{name}</option> }.into_any()
        })
        .collect();
    let label = context.text(text::LEAVE_COUNTRY);
    view! { class="fd",
        <label class="fd-label">
            {label}
            <select class="fd-box fd-country" autocomplete="country">{options}</select>
        </label>
    }
    .into_any()
}

fn number(context: Context, wrong: impl Fn() -> bool + Send + 'static) -> AnyView {
    let written = move |event: leptos::ev::Event| {
        if let Some(field) = event.target().and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            context.desk().left.borrow_mut().0 = field.value();
        }
    };
    let (label, value) = (context.text(text::LEAVE_NUMBER), context.desk().left.borrow().0.clone());
    view! { class="fd",
        <label class="fd-label">
            {label}
            <input
                class="fd-box fd-field"
                type="tel"
                inputmode="tel"
                autocomplete="tel"
                dir="ltr"
                maxlength=MAX_NUMBER_CHARS.to_string()
                value=value
                aria-describedby=NUMBER_ERROR
                aria-invalid=move || if wrong() { "true" } else { "false" }
                on:input=written
            />
        </label>
    }
    .into_any()
}

fn words(context: Context, wrong: impl Fn() -> bool + Send + 'static) -> AnyView {
    let value = context.desk().left.borrow().1.clone();
    let used = RwSignal::new(value.chars().count());
    let written = move |event: leptos::ev::Event| {
        if let Some(field) = event.target().and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) {
            let text = field.value();
            used.set(text.chars().count());
            context.desk().left.borrow_mut().1 = text;
        }
    };
    let counter = move || {
        let words = &context.desk().words;
        let number = |value: usize| words.locale.number(value as u32);
        words.fill(text::LEAVE_USED, &[("used", &number(used.get())), ("max", &number(MAX_LEFT_TEXT_CHARS))])
    };
    let label = context.text(text::LEAVE_TEXT);
    view! { class="fd",
        <label class="fd-label">
            {label}
            <textarea
                class="fd-box fd-left"
                rows="4"
                dir="auto"
                maxlength=MAX_LEFT_TEXT_CHARS.to_string()
                prop:value=value
                aria-describedby=[TEXT_ERROR, " fd-left-used"].concat()
                aria-invalid=move || if wrong() { "true" } else { "false" }
                on:input=written
            ></textarea>
        </label>
        <p class="fd-small" id="fd-left-used">{counter}</p>
    }
    .into_any()
}

fn submit(context: Context, missing: RwSignal<Option<ErrorCode>>) {
    let desk = context.desk();
    let (number, text) = desk.left.borrow().clone();
    let lacks = if number.trim().is_empty() {
        Some((ErrorCode::NumberInvalid, ".fd-leave .fd-field"))
    } else if text.trim().is_empty() {
        Some((ErrorCode::TextEmpty, ".fd-leave .fd-left"))
    } else {
        None
    };
    missing.set(lacks.map(|(code, _)| code));
    if let Some((_, field)) = lacks {
        focus(&desk, field);
        return;
    }
    let country = desk
        .find(".fd-country")
        .and_then(|field| js_sys::Reflect::get(&field, &"value".into()).ok()?.as_string());
    let (number, text) = (number.trim().to_owned(), text.trim().to_owned());
    context.act(Input::LeaveMessage { number, country, text });
}

fn focus(desk: &Desk, selector: &str) {
    if let Some(field) = desk.find(selector) {
        let _ = field.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
