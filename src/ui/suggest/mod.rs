//! Questions that the robot can answer, above the field while the visitor types. Arrows choose among them; without a
//! choice, Enter sends what was typed.

use crate::lazy;
use crate::ui::context::Context;
use crate::ui::parts::{block, fixed, nothing, piece, region, words};
use crate::ui::text;
use frontdesk_core::Input;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

/// None is chosen.
const NONE: usize = usize::MAX;

/// The list, and what is chosen in it.
#[derive(Clone, Copy)]
pub struct Suggest {
    context: Context,
    shown: Memo<Vec<String>>,
    chosen: RwSignal<usize>,
    /// Not wanted for what is in the field now.
    closed: RwSignal<bool>,
}

/// What became of a key.
pub enum Taken {
    /// Nothing: it is the field's.
    No,
    /// The list took it.
    Yes,
    /// This question is to be sent.
    Send(String),
    /// This question is to stand in the field.
    Write(String),
}

impl Suggest {
    /// For one composer.
    pub fn new(context: Context) -> Self {
        let (chosen, closed) = (RwSignal::new(NONE), RwSignal::new(false));
        let shown =
            Memo::new(move |_| if closed.get() { Vec::new() } else { context.view().suggestions.clone() });
        // Another list, another choice.
        Effect::new(move |_| {
            shown.get();
            chosen.set(NONE);
        });
        Self { context, shown, chosen, closed }
    }

    /// The text in the field has changed: what was chosen for another text is chosen no more.
    pub fn typed(self, text: &str) {
        self.closed.set(false);
        self.chosen.set(NONE);
        self.context.send(Input::Draft(text.to_owned()));
    }

    /// A key that no input method takes.
    pub fn key(self, event: &KeyboardEvent) -> Taken {
        let shown = self.shown.get_untracked();
        if shown.is_empty() || event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key() {
            return Taken::No;
        }
        let chosen = self.chosen.get_untracked();
        let question = shown.get(chosen);
        match (event.key().as_str(), question) {
            // Around, by way of the field itself.
            ("ArrowDown", None) => self.chosen.set(0),
            ("ArrowDown", Some(_)) => {
                self.chosen.set(if chosen + 1 < shown.len() { chosen + 1 } else { NONE })
            }
            ("ArrowUp", None) => self.chosen.set(shown.len() - 1),
            ("ArrowUp", Some(_)) => self.chosen.set(chosen.checked_sub(1).unwrap_or(NONE)),
            ("Enter", Some(question)) => return Taken::Send(question.clone()),
            ("Tab", Some(question)) => return Taken::Write(question.clone()),
            ("Escape", _) => self.closed.set(true),
            _ => return Taken::No,
        }
        Taken::Yes
    }

    /// The id of the chosen one, for the field.
    pub fn active(self) -> Option<String> {
        let chosen = self.chosen.get();
        (chosen < self.shown.get().len()).then(|| id(chosen))
    }

    /// The list, and a word about it for those who do not see it. A press sends.
    pub fn view(self, send: fn(Context, &str)) -> AnyView {
        let wanted = Memo::new(move |_| !self.shown.get().is_empty());
        let list = piece(move || {
            if wanted.get() {
                lazy::later(self.context, move || Box::pin(list_part(self, send)))
            } else {
                nothing()
            }
        });
        block("", vec![list, region("fd-sr", "status", None, vec![words(move || self.said())])])
    }

    fn said(self) -> String {
        match self.shown.get().len() {
            0 => String::new(),
            count => {
                let words = &self.context.desk().words;
                words.fill(text::SUGGESTED_COUNT, &[("count", &words.locale.number(count as u32))])
            }
        }
    }

    fn list(self, send: fn(Context, &str)) -> AnyView {
        piece(move || {
            let shown = self.shown.get();
            if shown.is_empty() {
                return nothing();
            }
            let options = shown.into_iter().enumerate().map(|(at, question)| self.option(at, question, send));
            let label = self.context.text(text::SUGGESTED);
            view! { class="fd",
                <ul class="fd-suggest" id="fd-suggest" role="listbox" aria-label=label>
                    {options.collect::<Vec<_>>()}
                </ul>
            }
            .into_any()
        })
    }

    fn option(self, at: usize, question: String, send: fn(Context, &str)) -> AnyView {
        let chosen = self.chosen;
        let sent = question.clone();
        let press = move |_: MouseEvent| send(self.context, &sent);
        // The field keeps the focus.
        let keep = move |event: MouseEvent| event.prevent_default();
        view! { class="fd",
            <li
                class="fd-suggestion"
                id=id(at)
                role="option"
                dir="auto"
                aria-selected=move || if chosen.get() == at { "true" } else { "false" }
                on:mousedown=keep
                on:click=press
            >
                {fixed(question)}
            </li>
        }
        .into_any()
    }
}

lazy::part! { conversation:
    fn list_part(suggest: Suggest, send: fn(Context, &str)) -> AnyView {
        suggest.list(send)
    }
}

fn id(at: usize) -> String {
    ["fd-suggestion-", &at.to_string()].concat()
}
