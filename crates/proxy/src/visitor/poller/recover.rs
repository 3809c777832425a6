//! Messages whose only poll answer was lost, found again in the centre's history. Pure.

use crate::vendor::{Downlink, Kept};
use crate::visitor::recent::Recent;
use crate::visitor::{handles, recall};
use frontdesk_contract::{Body, Event, EventKind, Sender};
use std::collections::HashSet;

/// What the centre kept and the journal does not have, in the centre's order, as if it had come by a poll.
///
/// What the centre says was taken back is not told, and taken back if the journal has it.
/// Messages with a code are told apart by it. Those without are counted: if the history has a sentence of one sender
/// more often than the journal, the surplus is missing.
pub fn missing(history: &[Kept], recent: &Recent, journal: &[Event]) -> Vec<Downlink> {
    let messages = || {
        journal.iter().filter_map(|event| match &event.kind {
            EventKind::Message(message) => Some(message),
            _ => None,
        })
    };
    let ids: HashSet<&str> = messages().map(|message| message.id.as_str()).collect();
    let mut unmatched: Vec<(u8, &Body)> =
        messages().map(|message| (role(&message.from), &message.body)).collect();
    let mut found = HashSet::new();
    let mut missing = Vec::new();
    for kept in history {
        let Some(from) = &kept.from else { continue };
        if kept.recalled {
            let code = kept.code.iter().filter(|code| journal.iter().any(|event| recall::tells(event, code)));
            missing.extend(code.cloned().map(Downlink::Recalled));
            continue;
        }
        let known = match &kept.code {
            Some(code) => {
                ids.contains(code.as_str()) || recent.contains(code) || !found.insert(code.as_str())
            }
            None => {
                match unmatched
                    .iter()
                    .position(|(who, body)| *who == role(from) && handles::shown(&kept.content) == **body)
                {
                    Some(at) => {
                        unmatched.swap_remove(at);
                        true
                    }
                    None => false,
                }
            }
        };
        if !known {
            missing.push(Downlink::Message {
                code: kept.code.clone(),
                from: from.clone(),
                content: kept.content.clone(),
                choices: Vec::new(),
                inter_idx: None,
                at_ms: kept.at_ms,
            });
        }
    }
    missing
}

fn role(from: &Sender) -> u8 {
    match from {
        Sender::Agent(_) => 1,
        Sender::Robot(_) => 2,
        Sender::System {} => 3,
        Sender::Unknown {} => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::Content;
    use frontdesk_contract::{Message, Person};

    fn agent() -> Sender {
        Sender::Agent(Person { name: "Li".into(), avatar: None })
    }

    fn kept(code: Option<&str>, from: Option<Sender>, text: &str) -> Kept {
        Kept {
            code: code.map(Into::into),
            from,
            content: Content::Body(Body::Text(text.into())),
            at_ms: Some(1),
            recalled: false,
            read: false,
        }
    }

    fn event(seq: u64, id: &str, text: &str) -> Event {
        let kind = EventKind::Message(Message {
            id: id.into(),
            from: agent(),
            body: Body::Text(text.into()),
            choices: Vec::new(),
            judgeable: false,
        });
        Event { seq, at_ms: 1, kind }
    }

    fn texts(found: &[Downlink]) -> Vec<&str> {
        found
            .iter()
            .filter_map(|downlink| match downlink {
                Downlink::Message { content: Content::Body(Body::Text(text)), .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn only_what_the_journal_lacks_is_missing_in_the_centres_order() {
        let history = [
            kept(Some("a"), Some(agent()), "one"),
            kept(Some("own"), None, "mine"),
            kept(Some("b"), Some(agent()), "two"),
            kept(Some("c"), Some(agent()), "three"),
            kept(Some("c"), Some(agent()), "three"),
        ];
        let recent = Recent::new(vec!["b".into()]);
        assert_eq!(texts(&missing(&history, &recent, &[event(1, "a", "one")])), ["three"]);
    }

    #[test]
    fn messages_without_codes_are_counted() {
        let history = [
            kept(None, Some(agent()), "yes"),
            kept(None, Some(agent()), "yes"),
            kept(None, Some(agent()), "no"),
        ];
        let journal = [event(1, "m-1", "yes")];
        assert_eq!(texts(&missing(&history, &Recent::default(), &journal)), ["yes", "no"]);
    }
}
