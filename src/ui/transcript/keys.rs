//! Arrows from message to message: the conversation is one stop of the Tab key, whatever its length.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// What a key asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// So many messages on; negative: back.
    By(i32),
    First,
    Last,
    /// To what can be used in the message.
    Into,
    /// Out: to the message, then to the composer.
    Out,
}

/// Reads a key.
pub(super) fn step(event: &KeyboardEvent) -> Option<Step> {
    Some(match event.key().as_str() {
        "ArrowUp" => Step::By(-1),
        "ArrowDown" => Step::By(1),
        "Home" => Step::First,
        "End" => Step::Last,
        "Enter" => Step::Into,
        "Escape" => Step::Out,
        _ => return None,
    })
}

/// The row that holds this node.
pub(super) fn row_of(node: &Element) -> Option<Element> {
    node.closest(".fd-row").ok().flatten()
}

/// Gives an element the focus; `spoken` is what screen readers say for it.
pub(super) fn focus(row: &Element, spoken: &str) {
    let _ = row.set_attribute("aria-label", spoken);
    if let Some(row) = row.dyn_ref::<HtmlElement>() {
        let _ = row.focus();
    }
}

/// Lets Tab reach what can be used in here, or no longer; questions that can be sent it reaches in any case.
pub(super) fn reach_inside(place: &Element, reach: bool) {
    let Ok(inside) = place.query_selector_all(":not([aria-disabled=false]) > [tabindex]") else { return };
    for at in 0..inside.length() {
        if let Some(element) = inside.item(at).and_then(|node| node.dyn_into::<Element>().ok()) {
            let _ = element.set_attribute("tabindex", if reach { "0" } else { "-1" });
        }
    }
}
