//! Holds what visitors write to the desk's rules, whatever the page has done: it happens before anything is kept,
//! compared or handed on.

use frontdesk_contract::{Body, RedactRule};

/// Hides in a text what the rules name.
pub(super) fn text(text: &mut String, rules: &[RedactRule]) {
    if let Some(hidden) = frontdesk_redact::redact(text, rules) {
        *text = hidden;
    }
}

/// The same in all that a visitor writes in a message. Names of files and addresses stay as they are.
pub(super) fn body(body: &mut Body, rules: &[RedactRule]) {
    match body {
        Body::Text(said) => text(said, rules),
        Body::Location(place) => text(&mut place.label, rules),
        Body::Card(card) => {
            text(&mut card.title, rules);
            text(&mut card.description, rules);
        }
        Body::File(_) | Body::Rich(_) | Body::Unsupported {} => {}
    }
}
