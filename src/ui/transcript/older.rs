//! The way to earlier messages, above the first.

use super::row::Rows;
use crate::ui::text;
use frontdesk_core::HistoryState;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A sentence and a button; the button stays the same element, so that it keeps the focus.
pub(super) struct Older {
    place: Element,
    sentence: Element,
    button: Element,
    state: Cell<HistoryState>,
}

impl Older {
    pub(super) fn new(rows: &Rows, lines: &Element) -> Option<Self> {
        let place = rows.add(lines, "div", "fd-older", "")?;
        rows.set(&place, &[("hidden", "")]);
        let sentence = rows.add(&place, "p", "", "")?;
        let button = rows.button(&place, "fd-link", "older", "")?;
        rows.set(&button, &[("hidden", "")]);
        Some(Self { place, sentence, button, state: Cell::new(HistoryState::Unavailable) })
    }

    /// Whether earlier messages can be asked for by scrolling to them.
    pub(super) fn waits(&self) -> bool {
        self.state.get() == HistoryState::Idle
    }

    /// Shows where the earlier messages stand; answers what is to be said of it.
    pub(super) fn show(&self, rows: &Rows, state: HistoryState, scroller: &Element) -> Option<String> {
        if self.state.replace(state) == state {
            return None;
        }
        let (sentence, button) = match state {
            HistoryState::Unavailable => (None, None),
            HistoryState::Idle => (None, Some(text::HISTORY_MORE)),
            HistoryState::Loading => (None, Some(text::HISTORY_LOADING)),
            HistoryState::End => (Some(text::HISTORY_END), None),
            HistoryState::Failed => (Some(text::HISTORY_FAILED), Some(text::TRY_AGAIN)),
        };
        let hide =
            |element: &Element, hidden: bool| drop(element.toggle_attribute_with_force("hidden", hidden));
        if button.is_none() && self.button.matches(":focus").unwrap_or_default() {
            let _ = scroller.unchecked_ref::<HtmlElement>().focus();
        }
        hide(&self.place, sentence.is_none() && button.is_none());
        hide(&self.button, button.is_none());
        let said = sentence.map(|key| rows.words.get(key));
        self.sentence.set_text_content(said.as_deref());
        let label = button.map(|key| rows.words.get(key));
        self.button.set_text_content(label.as_deref());
        let busy = if state == HistoryState::Loading { "true" } else { "false" };
        rows.set(&self.button, &[("aria-disabled", busy)]);
        said
    }
}
