//! The texts of `getClickToCallEvents`: they, and not the codes, tell events apart.

/// What an answer says about the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Waiting for an agent.
    Queueing,
    /// An agent is reserved; the answer says where to connect.
    Connected,
    /// Ended.
    Disconnected,
    /// Nobody answered in time.
    QueueTimeout,
    /// It could not be connected.
    Failed,
    /// Nothing new.
    Nothing,
}

/// Parts of texts in lower case; the first that fits counts, and any other text says nothing new.
pub const EVENTS: &[(&str, Event)] = &[
    ("without any events", Event::Nothing),
    ("unknown events", Event::Nothing),
    ("queued timeout", Event::QueueTimeout),
    ("queue timeout", Event::QueueTimeout),
    ("call in queue", Event::Queueing),
    ("call connected", Event::Connected),
    ("call disconnected", Event::Disconnected),
    ("call failed", Event::Failed),
];

/// The number of the event that is known: connected.
const CONNECTED: &str = "168101";

/// What an answer says. `id`: its `eventId`, a second hint where the text says nothing.
pub fn event(code: Option<&str>, text: &str, id: Option<&str>) -> Event {
    if code.is_some_and(|code| code != "0") {
        return Event::Nothing;
    }
    let text = text.to_lowercase();
    match EVENTS.iter().find(|(part, _)| text.contains(part)) {
        Some((_, event)) => *event,
        None if id == Some(CONNECTED) => Event::Connected,
        None => Event::Nothing,
    }
}
