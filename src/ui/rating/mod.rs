//! Rating a conversation: one tap for the level, words if the visitor has some, and a way past it.

use crate::ui::context::Context;
use crate::ui::dock::{card, new_conversation, sentence};
use crate::ui::icon;
use crate::ui::parts::{block, heading, icon as draw, nothing, piece, text_button};
use crate::ui::text;
use frontdesk_contract::{ErrorCode, SurveyForm, SurveyLevel};
use frontdesk_core::Input;
use leptos::prelude::*;

/// Nothing chosen.
const NONE: u8 = 0;

/// The form.
pub fn ask(context: Context, form: SurveyForm) -> AnyView {
    let chosen = RwSignal::new(NONE);
    let usual = form.levels.len() == icon::FACES.len();
    let levels: Vec<AnyView> = form.levels.iter().map(|level| choice(context, level, usual, chosen)).collect();
    let field: NodeRef<leptos::html::Textarea> = NodeRef::new();
    let max = form.comment_max_chars;
    let send = move || {
        let comment = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        context.act(Input::Rate { level: chosen.get_untracked(), comment: comment.trim().to_owned() });
    };
    let more = Memo::new(move |_| chosen.get() != NONE);
    let rest = piece(move || if more.get() { words_and_send(context, field, max, send) } else { nothing() });
    let title = context.text(text::RATING_TITLE);
    let group = view! { class="fd", <div class="fd-levels" role="radiogroup" aria-label=title.clone()>{levels}</div> };
    card(vec![
        heading(title),
        group.into_any(),
        rest,
        text_button("fd-link", context.text(text::RATING_SKIP), move || context.act(Input::SkipRating)),
    ])
}

fn choice(context: Context, level: &SurveyLevel, usual: bool, chosen: RwSignal<u8>) -> AnyView {
    let number = level.level;
    let word = if usual { text::of_level(number) } else { None };
    let label = level.label.clone().or_else(|| word.map(|key| context.text(key)));
    let label = label.unwrap_or_else(|| context.desk().words.locale.number(number.into()));
    let face = icon::FACES.get(usize::from(number).wrapping_sub(1)).filter(|_| usual);
    let shown = match face {
        Some(face) => draw(face),
        None => context.desk().words.locale.number(number.into()).into_any(),
    };
    let choose = move |_: leptos::ev::Event| chosen.set(number);
    view! { class="fd",
        <label class="fd-level">
            <input type="radio" name="fd-level" class="fd-sr" on:change=choose />
            <span class="fd-face">{shown}</span>
            <span class="fd-level-name">{label}</span>
        </label>
    }
    .into_any()
}

fn words_and_send(
    context: Context,
    field: NodeRef<leptos::html::Textarea>,
    max: u32,
    send: impl FnMut() + 'static,
) -> AnyView {
    let hint = context.text(text::RATING_COMMENT);
    let comment = view! { class="fd",
        <textarea
            class="fd-comment"
            rows="2"
            dir="auto"
            node_ref=field
            maxlength=max.to_string()
            aria-label=hint.clone()
            placeholder=hint
        ></textarea>
    };
    let comment = if max > 0 { comment.into_any() } else { nothing() };
    block("fd-stacked", vec![comment, text_button("fd-button", context.text(text::RATING_SEND), send)])
}

/// After the rating has arrived.
pub fn thanks(context: Context, ended: bool) -> AnyView {
    card(vec![
        block("fd-mark", vec![draw(icon::HEART)]),
        heading(context.text(text::RATING_THANKS)),
        if ended { new_conversation(context) } else { dismiss(context) },
    ])
}

/// After the rating was refused.
pub fn failed(context: Context, code: Option<ErrorCode>) -> AnyView {
    card(vec![
        heading(context.text(text::RATING_FAILED)),
        sentence(context, text::of_error(code)),
        dismiss(context),
    ])
}

fn dismiss(context: Context) -> AnyView {
    let skip = move || context.act(Input::SkipRating);
    text_button("fd-button fd-quiet", context.text(text::DISMISS), skip)
}
