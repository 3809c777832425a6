//! Messages whose only poll answer was lost, found again in the centre's history. Pure.

use crate::vendor::{Downlink, Kept};
use crate::visitor::recent::Recent;
use crate::visitor::say::SKEW_MS;
use crate::visitor::{handles, recall};
use frontdesk_contract::{Body, ContactState, Event, EventKind, Sender};
use std::collections::{HashMap, HashSet};

/// A message that no poll brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// As if it had come by a poll.
    pub downlink: Downlink,
    /// The number of the event before which it was said; `None`: after all that are known.
    pub before: Option<u64>,
}

/// Whether nothing is missing, as far as that can be told without the journal: every message of the other side has a code
/// that came lately. `recalled`: the marks of messages that were taken back.
pub fn is_known(history: &[Kept], recent: &Recent, recalled: &[u64]) -> bool {
    history.iter().all(|kept| {
        kept.from.is_none()
            || kept.code.as_ref().is_some_and(|code| {
                recent.contains(code) && (!kept.recalled || recall::is_marked(recalled, code))
            })
    })
}

/// The number of the event with which the last conversation ended, if it has.
pub fn end_of(journal: &[Event]) -> Option<u64> {
    let contact = |event: &&Event| matches!(event.kind, EventKind::Contact(_));
    let last = journal.iter().rev().find(contact)?;
    matches!(&last.kind, EventKind::Contact(contact) if contact.state == ContactState::Ended)
        .then_some(last.seq)
}

/// The part of the history that the journal reaches back to. Where events of this conversation, which began at `begun_ms`, are
/// no longer kept, what is older than the oldest that is may have been told and given way: it is not taken for missing.
/// `kept_since_ms`: no event that is younger has given way, where none is kept at all.
pub fn within_reach(
    mut history: Vec<Kept>,
    journal: &[Event],
    begun_ms: u64,
    kept_since_ms: u64,
) -> Vec<Kept> {
    let oldest = journal.first();
    if oldest.is_some_and(|oldest| oldest.seq <= 1 || oldest.at_ms <= begun_ms) {
        return history;
    }
    // The centre's order says more than the clocks, which differ.
    let first = oldest.and_then(|oldest| {
        let is_told = |kept: &Kept| {
            kept.code
                .as_ref()
                .is_some_and(|code| journal.iter().any(|event| stands_for(event, code, oldest.seq)))
        };
        history.iter().position(is_told)
    });
    let since_ms = oldest.map_or(kept_since_ms, |oldest| oldest.at_ms);
    match first {
        Some(first) => drop(history.drain(..first)),
        None => history.retain(|kept| kept.at_ms.is_some_and(|at_ms| at_ms >= since_ms)),
    }
    history
}

/// Whether the event is what was said under this code, at its place: one that was found may have been said before the oldest
/// that is kept.
fn stands_for(event: &Event, code: &str, oldest: u64) -> bool {
    match &event.kind {
        EventKind::Message(message) => {
            message.id == code && message.before.is_none_or(|before| before >= oldest)
        }
        EventKind::Echo(echo) => echo.id.as_str() == code,
        _ => false,
    }
}

/// What the centre kept since `since_ms` and the journal does not have, in the centre's order. `ended`: the number of the
/// event with which the conversation ended.
///
/// What the centre says was taken back is not told, and taken back if the journal has it.
/// Messages with a code are told apart by it. Those without are counted: if the history has a sentence of one sender
/// more often than the journal, the surplus is missing.
pub fn missing(
    history: &[Kept],
    recent: &Recent,
    journal: &[Event],
    since_ms: u64,
    ended: Option<u64>,
) -> Vec<Found> {
    let messages = || {
        journal.iter().filter_map(|event| match &event.kind {
            // One that was found itself is where it was said.
            EventKind::Message(message) => Some((event, message.before.unwrap_or(event.seq), message)),
            _ => None,
        })
    };
    let places: HashMap<&str, u64> =
        messages().map(|(_, place, message)| (message.id.as_str(), place)).collect();
    // Older ones are not in the history that was asked for, whatever the clocks say.
    let counts = |event: &Event| event.at_ms.saturating_add(SKEW_MS) >= since_ms;
    let mut unmatched: Vec<(u64, u8, &Body)> = messages()
        .filter(|(event, ..)| counts(event))
        .map(|(_, place, message)| (place, role(&message.from), &message.body))
        .collect();
    let mut found = HashSet::new();
    let mut missing: Vec<Found> = Vec::new();
    // So many of them have their place.
    let mut placed = 0;
    let mut last = None;
    for kept in history {
        let Some(from) = &kept.from else { continue };
        if kept.recalled {
            let code = kept.code.iter().filter(|code| journal.iter().any(|event| recall::tells(event, code)));
            let recalled = |code: &String| Found { downlink: Downlink::Recalled(code.clone()), before: None };
            missing.extend(code.map(recalled));
            continue;
        }
        let place = match &kept.code {
            Some(code) => places.get(code.as_str()).copied(),
            None => {
                let says = |(_, who, body): &(u64, u8, &Body)| {
                    *who == role(from) && handles::shown(&kept.content) == **body
                };
                unmatched.iter().position(says).map(|at| unmatched.remove(at).0)
            }
        };
        if place.is_some() {
            for earlier in missing.iter_mut().skip(placed) {
                earlier.before = place;
            }
            placed = missing.len();
            last = last.max(place);
        } else if kept.code.as_ref().is_none_or(|code| !recent.contains(code) && found.insert(code.as_str()))
        {
            let downlink = Downlink::Message {
                code: kept.code.clone(),
                from: from.clone(),
                content: kept.content.clone(),
                choices: Vec::new(),
                inter_idx: None,
                at_ms: kept.at_ms,
            };
            missing.push(Found { downlink, before: None });
        }
    }
    // What has come after the end is later than the end, and so is what was said after that.
    let rest = ended.filter(|_| last < ended);
    missing.iter_mut().skip(placed).for_each(|later| later.before = rest);
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
    use frontdesk_contract::{Contact, Message, Person};

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
            before: None,
        });
        Event { seq, at_ms: 1, kind }
    }

    fn texts(found: &[Found]) -> Vec<(&str, Option<u64>)> {
        found
            .iter()
            .filter_map(|found| match &found.downlink {
                Downlink::Message { content: Content::Body(Body::Text(text)), .. } => {
                    Some((text.as_str(), found.before))
                }
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
        assert_eq!(texts(&missing(&history, &recent, &[event(1, "a", "one")], 0, None)), [("three", None)]);
    }

    #[test]
    fn messages_without_codes_are_counted() {
        let history = [
            kept(None, Some(agent()), "yes"),
            kept(None, Some(agent()), "yes"),
            kept(None, Some(agent()), "no"),
        ];
        let journal = [event(1, "m-1", "yes")];
        assert_eq!(
            texts(&missing(&history, &Recent::default(), &journal, 0, None)),
            [("yes", None), ("no", None)]
        );
    }

    #[test]
    fn what_is_found_stands_before_the_next_message_that_is_known() {
        let history = ["a", "b", "c", "d", "e", "f"].map(|code| kept(Some(code), Some(agent()), code));
        let mut found_before = event(9, "c", "c");
        if let EventKind::Message(message) = &mut found_before.kind {
            message.before = Some(7);
        }
        let journal = [event(7, "e", "e"), found_before];
        let placed = missing(&history, &Recent::default(), &journal, 0, None);
        assert_eq!(texts(&placed), [("a", Some(7)), ("b", Some(7)), ("d", Some(7)), ("f", None)]);
    }

    #[test]
    fn without_codes_the_place_is_that_of_the_same_words() {
        let history = ["one", "yes", "two", "yes"].map(|text| kept(None, Some(agent()), text));
        let journal = [event(3, "m-3", "yes"), event(5, "m-5", "yes")];
        let placed = missing(&history, &Recent::default(), &journal, 0, None);
        assert_eq!(texts(&placed), [("one", Some(3)), ("two", Some(5))]);
    }

    #[test]
    fn what_is_found_of_a_conversation_that_is_over_stands_before_its_end() {
        let history = ["a", "b"].map(|code| kept(Some(code), Some(agent()), code));
        let ended = Contact { state: ContactState::Ended, with: None, reason: None, offline: false };
        let end = Event { seq: 4, at_ms: 1, kind: EventKind::Contact(ended) };
        let journal = [event(2, "a", "a"), end, event(5, "m", "thank you")];
        assert_eq!(end_of(&journal), Some(4));
        let placed = missing(&history, &Recent::default(), &journal, 0, end_of(&journal));
        assert_eq!(texts(&placed), [("b", Some(4))]);
        let later = [event(2, "a", "a"), journal[1].clone(), event(6, "c", "c")];
        let history = ["a", "c", "d"].map(|code| kept(Some(code), Some(agent()), code));
        let placed = missing(&history, &Recent::default(), &later, 0, end_of(&later));
        assert_eq!(texts(&placed), [("d", None)], "something came after the end");
    }

    #[test]
    fn words_without_codes_count_only_as_far_back_as_was_asked() {
        let history = [kept(None, Some(agent()), "yes")];
        let mut old = event(3, "m-3", "yes");
        let since_ms = 2 * SKEW_MS;
        assert_eq!(texts(&missing(&history, &Recent::default(), &[old.clone()], since_ms, None)).len(), 1);
        old.at_ms = since_ms;
        assert!(missing(&history, &Recent::default(), &[old], since_ms, None).is_empty());
    }

    #[test]
    fn what_the_journal_no_longer_reaches_back_to_is_not_missing() {
        let at = |code: Option<&str>, text: &str, at_ms: u64| Kept {
            at_ms: Some(at_ms),
            ..kept(code, Some(agent()), text)
        };
        let event_at = |seq, id: &str, at_ms| Event { at_ms, ..event(seq, id, id) };
        let reach = |history: &[Kept], journal: &[Event]| -> Vec<String> {
            let left = within_reach(history.to_vec(), journal, 100, 500);
            left.into_iter()
                .map(|kept| {
                    kept.code
                        .or(match kept.content {
                            Content::Body(Body::Text(text)) => Some(text),
                            _ => None,
                        })
                        .unwrap()
                })
                .collect()
        };
        let coded = ["a", "b", "c", "d"].map(|code| at(Some(code), code, 1_000));
        // All of it is kept: from the first event, or from before the conversation.
        assert_eq!(reach(&coded, &[event_at(1, "c", 700)]), ["a", "b", "c", "d"]);
        assert_eq!(reach(&coded, &[event_at(7, "c", 100)]), ["a", "b", "c", "d"]);
        // The centre's order tells, whatever the clocks say.
        assert_eq!(reach(&coded, &[event_at(7, "c", 700)]), ["c", "d"]);
        let echo = frontdesk_contract::Echo {
            id: frontdesk_contract::ClientId::new("b"),
            body: Body::Text("mine".into()),
            status: frontdesk_contract::PostedStatus::Accepted,
        };
        let echo = Event { seq: 7, at_ms: 700, kind: EventKind::Echo(echo) };
        assert_eq!(reach(&coded, &[echo]), ["b", "c", "d"]);
        // One that was found, and said before the oldest that is kept, tells nothing.
        let mut found = event_at(9, "a", 900);
        if let EventKind::Message(message) = &mut found.kind {
            message.before = Some(5);
        }
        assert_eq!(reach(&coded, &[event_at(7, "c", 700), found]), ["c", "d"]);
        // Without codes the time is all there is.
        let plain =
            [at(None, "1", 600), at(None, "2", 700), at(None, "3", 800), kept(None, Some(agent()), "4")];
        assert_eq!(reach(&plain, &[event_at(7, "m-7", 700)]), ["2", "3"]);
        assert_eq!(reach(&plain[..3], &[]), ["1", "2", "3"]);
        assert_eq!(reach(&[at(None, "0", 499)], &[]), [""; 0]);
    }

    #[test]
    fn nothing_is_missing_when_all_codes_came_lately() {
        let recent = Recent::new(vec!["a".into(), "b".into()]);
        let mut history = vec![kept(Some("a"), Some(agent()), "one"), kept(None, None, "mine")];
        assert!(is_known(&history, &recent, &[]));
        history.push(kept(Some("c"), Some(agent()), "two"));
        assert!(!is_known(&history, &recent, &[]));
        let mut taken_back = kept(Some("b"), Some(agent()), "three");
        taken_back.recalled = true;
        assert!(!is_known(&[taken_back.clone()], &recent, &[]));
        let mut marks = Vec::new();
        assert!(recall::mark(&mut marks, "b") && is_known(&[taken_back], &recent, &marks));
        assert!(!is_known(&[kept(None, Some(agent()), "no code")], &recent, &[]));
    }
}
