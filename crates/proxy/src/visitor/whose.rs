//! Whose a message is that the centre kept, and by which id the page knows it, where the centre does not say. Pure.

use super::handles;
use crate::vendor::Kept;
use frontdesk_contract::{Body, Event, EventKind, Sender};
use std::collections::HashSet;

/// A kept message and an event are the same when they say the same and are no further apart.
pub const APART_MS: u64 = 300_000;

/// The same messages, by the journal: the visitor's own have the ids of their echoes, and one of nobody is the
/// visitor's if it was echoed, somebody's who said it to the visitor, else the centre's.
pub fn told(mut history: Vec<Kept>, journal: &[Event]) -> Vec<Kept> {
    let mut used = HashSet::new();
    let mut open = Vec::new();
    for kept in history.iter_mut().filter(|kept| is_perhaps_own(kept)) {
        let known = kept.code.as_deref().and_then(|code| journal.iter().find(|event| has_id(event, code)));
        match known.map(|event| (event.seq, &event.kind)) {
            Some((seq, EventKind::Echo(_))) => {
                used.insert(seq);
                kept.from = None;
            }
            Some((_, EventKind::Message(message))) if kept.from.is_some() => {
                kept.from = Some(message.from.clone());
            }
            _ => open.push(kept),
        }
    }
    for kept in open {
        let body = handles::shown(&kept.content);
        let near = |event: &&Event| kept.at_ms.is_none_or(|at_ms| event.at_ms.abs_diff(at_ms) <= APART_MS);
        let apart = |event: &&Event| kept.at_ms.map_or(0, |at_ms| event.at_ms.abs_diff(at_ms));
        let echoes = journal.iter().filter(near).filter_map(|event| match &event.kind {
            EventKind::Echo(echo) if says(&echo.body, &body) && !used.contains(&event.seq) => {
                Some((event, &echo.id))
            }
            _ => None,
        });
        if let Some((event, id)) = echoes.min_by_key(|(event, _)| apart(event)) {
            used.insert(event.seq);
            kept.from = None;
            kept.code = Some(id.to_string());
        } else if kept.from.is_some() {
            let speaker = journal.iter().filter(near).find_map(|event| match &event.kind {
                EventKind::Message(message) if message.body == body => Some(message.from.clone()),
                _ => None,
            });
            kept.from = Some(speaker.unwrap_or(Sender::System {}));
        }
    }
    history
}

fn is_perhaps_own(kept: &Kept) -> bool {
    matches!(kept.from, None | Some(Sender::Unknown {}))
}

fn has_id(event: &Event, id: &str) -> bool {
    match &event.kind {
        EventKind::Echo(echo) => echo.id.as_str() == id,
        EventKind::Message(message) => message.id == id,
        _ => false,
    }
}

/// Whether an echo says what the centre kept: a file is told by where it is, its name may have been lost.
fn says(echo: &Body, kept: &Body) -> bool {
    match (echo, kept) {
        (Body::File(echo), Body::File(kept)) => echo.file == kept.file,
        _ => echo == kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::Content;
    use frontdesk_contract::{ClientId, Echo, Message, Person, PostedStatus};

    const AT_MS: u64 = 1_760_000_000_000;

    fn kept(code: Option<&str>, from: Option<Sender>, text: &str, after_ms: u64) -> Kept {
        Kept {
            code: code.map(Into::into),
            from,
            content: Content::Body(Body::Text(text.into())),
            at_ms: Some(AT_MS + after_ms),
            recalled: false,
            read: false,
        }
    }

    fn echo(seq: u64, id: &str, text: &str) -> Event {
        let echo =
            Echo { id: ClientId::new(id), body: Body::Text(text.into()), status: PostedStatus::Accepted };
        Event { seq, at_ms: AT_MS + seq, kind: EventKind::Echo(echo) }
    }

    fn agent() -> Sender {
        Sender::Agent(Person { name: "Li".into(), avatar: None })
    }

    fn message(seq: u64, id: &str, text: &str) -> Event {
        let message = Message {
            id: id.into(),
            from: agent(),
            body: Body::Text(text.into()),
            choices: Vec::new(),
            judgeable: false,
            before: None,
        };
        Event { seq, at_ms: AT_MS + seq, kind: EventKind::Message(message) }
    }

    fn short(history: &[Kept]) -> Vec<(Option<&str>, &str)> {
        let who = |from: &Option<Sender>| match from {
            None => "visitor",
            Some(Sender::Agent(_)) => "agent",
            Some(Sender::System {}) => "system",
            Some(_) => "other",
        };
        history.iter().map(|kept| (kept.code.as_deref(), who(&kept.from))).collect()
    }

    #[test]
    fn a_message_of_nobody_is_told_by_the_journal() {
        let nobody = || Some(Sender::Unknown {});
        let journal = [
            echo(1, "m-1", "hello"),
            echo(2, "m-2", "yes"),
            message(3, "c-3", "hi"),
            message(4, "m-4", "so"),
        ];
        let history = vec![
            kept(Some("m-1"), nobody(), "hello, changed", 0),
            kept(None, nobody(), "yes", 0),
            kept(Some("c-3"), nobody(), "hi", 0),
            kept(None, nobody(), "so", 0),
            kept(None, nobody(), "yes", 0),
            kept(Some("c-9"), nobody(), "nobody said so", 0),
            kept(None, nobody(), "so", APART_MS + 5_000),
        ];
        let expected = [
            (Some("m-1"), "visitor"),
            (Some("m-2"), "visitor"),
            (Some("c-3"), "agent"),
            (None, "agent"),
            (None, "system"),
            (Some("c-9"), "system"),
            (None, "system"),
        ];
        assert_eq!(short(&told(history, &journal)), expected);
    }

    #[test]
    fn the_visitors_own_message_has_the_id_of_its_echo() {
        let journal = [echo(1, "m-1", "yes"), echo(2, "m-2", "yes")];
        // The centre's own code for it, then none; the echo that is named is not taken by another.
        let history = vec![
            kept(Some("c-1"), None, "yes", 0),
            kept(Some("m-1"), None, "yes", 0),
            kept(None, None, "yes", 0),
            kept(Some("c-4"), Some(agent()), "yes", 0),
        ];
        let expected =
            [(Some("m-2"), "visitor"), (Some("m-1"), "visitor"), (None, "visitor"), (Some("c-4"), "agent")];
        assert_eq!(short(&told(history, &journal)), expected);
    }
}
