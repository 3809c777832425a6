//! Rating a conversation: one tap for the level, words if the visitor has some, and a way past it.

use crate::ui::context::Context;
use crate::ui::dock::{card, new_conversation, sentence};
use crate::ui::icon;
use crate::ui::parts::{block, button, fixed, heading, icon as draw, nothing, piece, region};
use crate::ui::text;
use frontdesk_contract::{ErrorCode, SurveyForm, SurveyLevel};
use frontdesk_core::Input;
use leptos::prelude::*;

/// Nothing chosen.
const NONE: u32 = 0;

/// The form.
pub fn ask(context: Context, form: &SurveyForm) -> AnyView {
    let chosen = RwSignal::new(NONE);
    let usual = form.levels.len() == icon::FACES.len();
    let levels: Vec<AnyView> =
        form.levels.iter().map(|level| choice(context, level, usual, chosen)).collect();
    let max = form.comment_max_chars;
    let send = move || {
        let comment = context.desk().value_of(".fd-comment");
        let level = Some(chosen.get_untracked() as u8);
        context.act(Input::Rate { level, recommend: None, solved: None, comment: comment.trim().to_owned() });
    };
    let rest =
        piece(move || if chosen.get() == NONE { nothing() } else { words_and_send(context, max, send) });
    let title = context.text(text::RATING_TITLE);
    let group = region("fd-levels", "radiogroup", Some(title.clone()), levels);
    card(vec![
        heading(title),
        group,
        rest,
        button("fd-link", context.text(text::RATING_SKIP), move || context.act(Input::SkipRating)),
    ])
}

fn choice(context: Context, level: &SurveyLevel, usual: bool, chosen: RwSignal<u32>) -> AnyView {
    let number = level.level;
    let word = if usual { text::of_level(number) } else { None };
    let label = level.label.clone().or_else(|| word.map(|key| context.text(key)));
    let label = label.unwrap_or_else(|| context.desk().words.locale.number(number.into()));
    let face = icon::FACES.get(usize::from(number).wrapping_sub(1)).filter(|_| usual);
    let shown = match face {
        Some(face) => draw(face),
        None => fixed(context.desk().words.locale.number(number.into())),
    };
    let choose = move |_: leptos::ev::Event| chosen.set(number.into());
    view! { class="fd",
        <label class="fd-level">
            <input type="radio" name="fd-level" class="fd-sr" on:change=choose />
            <span class="fd-face">{shown}</span>
            <span class="fd-level-name">{label}</span>
        </label>
    }
    .into_any()
}

fn words_and_send(context: Context, max: u32, send: impl FnMut() + 'static) -> AnyView {
    let hint = context.text(text::RATING_COMMENT);
    let comment = view! { class="fd",
        <textarea
            class="fd-comment"
            rows="2"
            dir="auto"
            maxlength=max.to_string()
            aria-label=hint.clone()
            placeholder=hint
        ></textarea>
    };
    let comment = if max > 0 { comment.into_any() } else { nothing() };
    block("fd-stacked", vec![comment, button("fd-button", context.text(text::RATING_SEND), send)])
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
    button("fd-button fd-quiet", context.text(text::DISMISS), skip)
}
