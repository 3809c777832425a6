//! What a change is made of.

use super::draft::Draft;
use super::handles;
use crate::store::{Batch, Handle, Survey, VisitorRecord};
use frontdesk_contract::{
    Body, CallEnd, CallGateway, CallState, Contact, ContactState, EndReason, Event, EventKind, FileRef,
    Message, Sender,
};

fn record(state: ContactState) -> VisitorRecord {
    let contact = Contact { state, with: None, reason: None, offline: false };
    VisitorRecord { contact, ..VisitorRecord::untouched([0; 32]) }
}

fn picture(seq: u64, id: &str, file: &str) -> Event {
    let file = FileRef { file: file.into(), kind: "image".into(), name: "a.png".into(), size_bytes: None };
    let kind = EventKind::Message(Message {
        id: id.into(),
        from: Sender::System {},
        body: Body::File(file),
        choices: Vec::new(),
        judgeable: false,
        before: None,
    });
    Event { seq, at_ms: 1, kind }
}

fn handle() -> Handle {
    Handle::Answer { inter_idx: "1".into(), judged: None }
}

fn ids(batch: &Batch) -> Vec<&str> {
    batch.handles.iter().map(|(id, _)| id.as_str()).collect()
}

#[test]
fn what_is_taken_back_loses_its_file_and_nothing_else_does() {
    let mut draft = Draft::of(&record(ContactState::Agent), 5);
    for id in ["f:taken", "f:other"] {
        draft.handle(id, handle());
    }
    assert!(draft.take_back("m-1", &[picture(1, "m-1", "f:taken"), picture(2, "m-2", "f:other")]));
    assert!(!draft.take_back("m-9", &[]), "nothing is known of it");
    let batch = draft.finish(10).unwrap();
    assert_eq!(ids(&batch), ["f:other"]);
    assert_eq!(batch.dropped, ["f:taken".to_owned(), handles::answer_id("m-1")]);
}

#[test]
fn a_file_that_is_named_again_is_known_again() {
    let mut draft = Draft::of(&record(ContactState::Agent), 5);
    assert!(draft.take_back("m-1", &[picture(1, "m-1", "f:again")]));
    draft.handle("f:again", handle());
    let batch = draft.finish(10).unwrap();
    assert_eq!(ids(&batch), ["f:again"]);
    assert_eq!(batch.dropped, [handles::answer_id("m-1")]);
}

#[test]
fn the_visitor_is_told_once_that_messages_are_taken_for_later() {
    let told = |record: &VisitorRecord| {
        let mut draft = Draft::of(record, 5);
        draft.go_offline(EndReason::OutsideHours, None);
        (draft.record.clone(), draft.finish(10).map_or(0, |batch| batch.events.len()))
    };
    for state in [ContactState::Agent, ContactState::Ended] {
        let (now, events) = told(&record(state));
        assert!(now.offline && now.contact.offline && now.contact.state == ContactState::Ended);
        assert_eq!((events, told(&now).1), (2, 0), "{state:?}");
    }
    // Known in part is not known.
    let half = VisitorRecord { offline: true, ..record(ContactState::Ended) };
    assert_eq!(told(&half).1, 2);
    let mut other = record(ContactState::Ended);
    other.contact.offline = true;
    assert_eq!(told(&other).1, 2);
}

#[test]
fn a_call_with_an_agent_is_rated_once_and_leaves_no_address_behind() {
    let ended = |state: ContactState, call: CallState, end: CallEnd| {
        let mut before = record(state);
        before.call.state = call;
        before.call.gateway = Some(CallGateway {
            domain: "example".into(),
            addresses: vec!["wss://example".into()],
            access_code: "1".into(),
            caller: "2".into(),
        });
        let mut draft = Draft::of(&before, 5);
        draft.end_call(end);
        let after = &draft.record;
        assert_eq!((after.call.state, after.call.end), (CallState::Ended, Some(end)));
        assert_eq!(after.call.gateway, None, "the address is good for one call");
        (after.survey == Survey::Due, after.had_agent)
    };
    let connected = |state| ended(state, CallState::Connected, CallEnd::Centre);
    assert_eq!(connected(ContactState::Agent), (false, true), "with the end of the conversation");
    for state in [ContactState::Robot, ContactState::Queueing, ContactState::Ended] {
        assert_eq!(connected(state), (true, false), "{state:?}: now");
    }
    for (call, end) in
        [(CallState::Queueing, CallEnd::Visitor), (CallState::Connected, CallEnd::QueueTimeout)]
    {
        assert_eq!(ended(ContactState::Ended, call, end), (false, false), "nobody was there");
    }
}
