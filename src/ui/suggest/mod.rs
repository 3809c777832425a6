//! Questions that the robot can answer, above the field while the visitor types. Arrows choose among them; without a
//! choice, Enter sends what was typed.

use crate::lazy;
use crate::ui::context::Context;
use crate::ui::parts::{Flag, block, effect, fixed, nothing, number, piece, region, words};
use crate::ui::text;
use frontdesk_core::Input;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

/// None is chosen.
const NONE: u32 = u32::MAX;

/// The list, and what is chosen in it.
#[derive(Clone, Copy)]
pub struct Suggest {
    context: Context,
    version: Memo<u32>,
    chosen: RwSignal<u32>,
    /// Not wanted for what is in the field now.
    closed: Flag,
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
        let (chosen, closed) = (RwSignal::new(NONE), Flag::new());
        let version = context.key(|view| view.suggestions_version);
        // Another list, another choice.
        effect(move || {
            version.get();
            closed.get();
            chosen.set(NONE);
        });
        Self { context, version, chosen, closed }
    }

    /// What is shown; whoever asks is asked again when it changes.
    fn shown(self) -> Vec<String> {
        self.version.get();
        if self.closed.get() { Vec::new() } else { self.context.view_once().suggestions.clone() }
    }

    /// The text in the field has changed: what was chosen for another text is chosen no more.
    pub fn typed(self, text: &str) {
        self.closed.set(false);
        self.chosen.set(NONE);
        self.context.send(Input::Draft(text.to_owned()));
    }

    /// A key that no input method takes.
    pub fn key(self, event: &KeyboardEvent) -> Taken {
        let shown = untrack(|| self.shown());
        if shown.is_empty() || event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key() {
            return Taken::No;
        }
        let chosen = self.chosen.get_untracked();
        let question = shown.get(chosen as usize);
        match (event.key().as_str(), question) {
            // Around, by way of the field itself.
            ("ArrowDown", None) => self.chosen.set(0),
            ("ArrowDown", Some(_)) => {
                let next = chosen + 1;
                self.chosen.set(if (next as usize) < shown.len() { next } else { NONE });
            }
            ("ArrowUp", None) => self.chosen.set(shown.len() as u32 - 1),
            ("ArrowUp", Some(_)) => self.chosen.set(chosen.checked_sub(1).unwrap_or(NONE)),
            ("Enter", Some(question)) => return Taken::Send(question.clone()),
            ("Tab", Some(question)) => return Taken::Write(question.clone()),
            ("Escape", _) => self.closed.set(true),
            _ => return Taken::No,
        }
        Taken::Yes
    }

    /// Whether there is a list; whoever asks is asked again when that changes.
    pub fn is_open(self) -> bool {
        !self.shown().is_empty()
    }

    /// The id of the chosen one, for the field.
    pub fn active(self) -> Option<String> {
        let chosen = self.chosen.get();
        ((chosen as usize) < self.shown().len()).then(|| id(chosen))
    }

    /// The list, and a word about it for those who do not see it. A press sends.
    pub fn view(self, send: fn(Context, &str)) -> AnyView {
        let wanted = number(move || (!self.shown().is_empty()).into());
        let list = piece(move || {
            if wanted.get() != 0 {
                lazy::later(self.context, move || Box::pin(list_part(self, send)))
            } else {
                nothing()
            }
        });
        block("", vec![list, region("fd-sr", "status", None, vec![words(move || self.said())])])
    }

    fn said(self) -> String {
        match self.shown().len() {
            0 => String::new(),
            count => self.context.desk().words.count(text::SUGGESTED_COUNT, "count", count as u32),
        }
    }

    fn list(self, send: fn(Context, &str)) -> AnyView {
        piece(move || {
            let shown = self.shown();
            if shown.is_empty() {
                return nothing();
            }
            let options = (0..).zip(shown).map(|(at, question)| self.option(at, question, send));
            let label = self.context.text(text::SUGGESTED);
            view! { class="fd",
                <ul class="fd-suggest" id="fd-suggest" role="listbox" aria-label=label>
                    {options.collect::<Vec<_>>()}
                </ul>
            }
            .into_any()
        })
    }

    fn option(self, at: u32, question: String, send: fn(Context, &str)) -> AnyView {
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

fn id(at: u32) -> String {
    ["fd-suggestion-", &at.to_string()].concat()
}
