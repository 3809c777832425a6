//! What was taken back is no longer readable. Pure.

use frontdesk_contract::{Body, Event, EventKind, Message};

/// What is recorded among the codes of messages when this one was taken back.
pub fn mark(id: &str) -> String {
    format!("recalled {id}")
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
