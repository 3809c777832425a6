//! What was taken back is no longer readable. Pure.

use frontdesk_contract::{Body, Event, EventKind, Message};
use sha2::{Digest, Sha256};

/// Messages that are remembered as taken back, for each visitor. What was told is known as taken back by the journal
/// as well; these marks stay when events are dropped, and for messages that were never told.
pub const MAX_MARKS: usize = 500;

/// Remembers that the message was taken back, for as long as the visitor is known; the oldest gives way to one too many.
/// Whether that is new.
pub fn mark(marks: &mut Vec<u64>, id: &str) -> bool {
    if is_marked(marks, id) {
        return false;
    }
    marks.push(fingerprint(id));
    let surplus = marks.len().saturating_sub(MAX_MARKS);
    marks.drain(..surplus);
    true
}

/// Whether the message is remembered as taken back.
pub fn is_marked(marks: &[u64], id: &str) -> bool {
    marks.contains(&fingerprint(id))
}

/// Ids may be long and a record is written often.
fn fingerprint(id: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    digest.iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}

/// What a message says that was taken back.
pub fn nothing() -> Body {
    Body::Text(String::new())
}

/// Whether the event tells this message with what it says.
pub fn tells(event: &Event, id: &str) -> bool {
    matches!(&event.kind, EventKind::Message(message) if message.id == id && message.body != nothing())
}

/// Id of the message that the event says was taken back, or that it tells without what it said.
pub fn recalled(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::Recalled(recalled) => Some(&recalled.id),
        EventKind::Message(message) if message.body == nothing() && message.choices.is_empty() => {
            Some(&message.id)
        }
        _ => None,
    }
}

/// Takes out of the event what the message says; answers the id of its file, if it has one.
pub fn empty(event: &mut Event) -> Option<String> {
    let file = file(event).map(Into::into);
    if let EventKind::Message(Message { body, choices, judgeable, .. }) = &mut event.kind {
        (*body, *judgeable) = (nothing(), false);
        choices.clear();
    }
    file
}

/// Id of the file that a message names.
pub fn file(event: &Event) -> Option<&str> {
    let (EventKind::Message(Message { body, .. }) | EventKind::Echo(frontdesk_contract::Echo { body, .. })) =
        &event.kind
    else {
        return None;
    };
    match body {
        Body::File(file) => Some(&file.file),
        Body::Card(card) => card.image.as_deref(),
        Body::Text(_) | Body::Rich(_) | Body::Location(_) | Body::Unsupported {} => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_bounded_and_the_newest_stay() {
        let mut marks = Vec::new();
        assert!(mark(&mut marks, "first") && !mark(&mut marks, "first"));
        for at in 0..MAX_MARKS - 1 {
            assert!(mark(&mut marks, &at.to_string()));
        }
        assert!(is_marked(&marks, "first") && !is_marked(&marks, "one more"));
        assert!(mark(&mut marks, "one more"));
        assert_eq!(marks.len(), MAX_MARKS);
        assert!(!is_marked(&marks, "first") && is_marked(&marks, "0") && is_marked(&marks, "one more"));
    }
}
