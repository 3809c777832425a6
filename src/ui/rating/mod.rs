//! Rating a conversation: one tap for each question that the centre asks, words if the visitor has some, and a way past
//! it.

use crate::ui::context::Context;
use crate::ui::dock::{card, new_conversation, sentence};
use crate::ui::icon;
use crate::ui::parts::{block, button, fixed, heading, icon as draw, line, nothing, number, piece, region};
use crate::ui::text;
use frontdesk_contract::{ErrorCode, SurveyForm, SurveyLevel, SurveyQuestion};
use frontdesk_core::Input;
use leptos::prelude::*;

/// Nothing chosen.
const NONE: u32 = u32::MAX;
/// The highest answer to how likely the visitor is to recommend the desk; the centre counts from 0.
const MOST_LIKELY: u32 = 9;

/// The form: what is asked, in that order, then words and the button, as soon as there is something to send.
pub fn ask(context: Context, form: &SurveyForm) -> AnyView {
    let questions = match form.questions.as_slice() {
        [] => &[SurveyQuestion::Satisfaction],
        asked => asked,
    };
    let answer = || RwSignal::new(NONE);
    let (level, recommend, solved) = (answer(), answer(), answer());
    let needs_level = questions.contains(&SurveyQuestion::Satisfaction);
    let max = form.comment_max_chars;
    let mut content: Vec<AnyView> = Vec::new();
    for question in questions {
        match question {
            SurveyQuestion::Satisfaction => content.extend(satisfaction(context, form, level)),
            SurveyQuestion::Recommend => content.extend(recommendation(context, recommend)),
            SurveyQuestion::Solved => {
                let words = [(1, text::YES), (0, text::NO)];
                let choices = words.map(|(value, key)| plain(solved, "fd-solved", value, context.text(key)));
                content.extend(group(context, text::RATING_SOLVED, "fd-answers", choices.into()));
            }
            SurveyQuestion::Unknown => {}
        }
    }
    let send = move || {
        let comment = context.desk().value_of(".fd-comment");
        let given = |answer: RwSignal<u32>| Some(answer.get_untracked()).filter(|value| *value != NONE);
        context.act(Input::Rate {
            level: given(level).map(|value| value as u8),
            recommend: given(recommend).map(|value| value as u8),
            solved: given(solved).map(|value| value == 1),
            comment: comment.trim().to_owned(),
        });
    };
    let ready = number(move || {
        let answers = [level.get(), recommend.get(), solved.get()];
        let given = answers.iter().any(|value| *value != NONE);
        (given && !(needs_level && level.get() == NONE)).into()
    });
    content
        .push(piece(move || if ready.get() != 0 { words_and_send(context, max, send) } else { nothing() }));
    content.push(button("fd-link", context.text(text::RATING_SKIP), move || context.act(Input::SkipRating)));
    card(content)
}

/// A question with its choices; the arrow keys move among them.
fn group(context: Context, question: text::Key, class: &'static str, choices: Vec<AnyView>) -> [AnyView; 2] {
    let title = context.text(question);
    [heading(title.clone()), region(class, "radiogroup", Some(title), choices)]
}

fn satisfaction(context: Context, form: &SurveyForm, answer: RwSignal<u32>) -> [AnyView; 2] {
    let usual = form.levels.len() == icon::FACES.len();
    let choices = form.levels.iter().map(|level| of_level(context, level, usual, answer)).collect();
    group(context, text::RATING_TITLE, "fd-levels", choices)
}

fn of_level(context: Context, level: &SurveyLevel, usual: bool, answer: RwSignal<u32>) -> AnyView {
    let number = level.level;
    let word = if usual { text::of_level(number) } else { None };
    let label = level.label.clone().or_else(|| word.map(|key| context.text(key)));
    let label = label.unwrap_or_else(|| context.desk().words.locale.number(number.into()));
    let face = icon::FACES.get(usize::from(number).wrapping_sub(1)).filter(|_| usual);
    let shown = match face {
        Some(face) => draw(face),
        None => fixed(context.desk().words.locale.number(number.into())),
    };
    choice(answer, "fd-level", number.into(), shown, label)
}

fn recommendation(context: Context, answer: RwSignal<u32>) -> Vec<AnyView> {
    let number = |value| context.desk().words.locale.number(value);
    let choices =
        (0..=MOST_LIKELY).map(|value| plain(answer, "fd-recommend", value, number(value))).collect();
    let mut content: Vec<AnyView> = group(context, text::RATING_RECOMMEND, "fd-answers", choices).into();
    let ends = [text::RATING_RECOMMEND_LEAST, text::RATING_RECOMMEND_MOST];
    content.push(block("fd-ends", ends.map(|key| line("", fixed(context.text(key)))).into()));
    content
}

/// A choice that is its own label.
fn plain(answer: RwSignal<u32>, name: &'static str, value: u32, label: String) -> AnyView {
    choice(answer, name, value, fixed(label), String::new())
}

fn choice(answer: RwSignal<u32>, name: &'static str, value: u32, shown: AnyView, label: String) -> AnyView {
    let choose = move |_: leptos::ev::Event| answer.set(value);
    view! { class="fd",
        <label class="fd-level">
            <input type="radio" name=name class="fd-sr" on:change=choose />
            <span class="fd-face">{shown}</span>
            <bdi class="fd-level-name">{label}</bdi>
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

/// While the rating is on its way. That may take long, and goes on in the next conversation.
pub fn sending(context: Context, ended: bool) -> AnyView {
    card(vec![
        sentence(context, text::RATING_SENDING),
        if ended { new_conversation(context) } else { nothing() },
    ])
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
