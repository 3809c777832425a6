//! What a change is made of.

use super::draft::Draft;
use super::handles;
use crate::store::{Answer, Batch, Handle, Intent, Survey, VisitorRecord};
use frontdesk_contract::{
    Body, CallEnd, CallGateway, CallState, ClientId, Contact, ContactState, EndReason, Event, EventKind,
    FileRef, Message, NoticeCode, PostedStatus, Sender, SurveyForm,
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

fn form(open: bool) -> SurveyForm {
    SurveyForm { open, ..SurveyForm::default() }
}

#[test]
fn a_rating_opens_when_it_is_due_and_closes_for_every_tab() {
    let of = |survey: Survey| Draft::of(&VisitorRecord { survey, ..record(ContactState::Ended) }, 5);
    let opened = |survey: Survey, open: bool| {
        let mut draft = of(survey);
        draft.open_survey(&form(open));
        (draft.record.survey.clone(), draft.finish(10).map_or(0, |batch| batch.events.len()))
    };
    let shown = Survey::Open { form: form(true), since_ms: 5 };
    assert_eq!(opened(Survey::Due, true), (shown.clone(), 1));
    assert_eq!(opened(Survey::Due, false), (Survey::None, 0), "the centre asks nothing");
    assert_eq!(opened(Survey::Rated, true), (Survey::Rated, 0), "none is due");

    let closed = |survey: Survey, rated: bool| {
        let mut draft = of(survey);
        draft.close_survey(rated);
        (draft.record.survey.clone(), draft.finish(10).map_or(0, |batch| batch.events.len()))
    };
    assert_eq!(closed(shown.clone(), true), (Survey::Rated, 1));
    assert_eq!(closed(shown, false), (Survey::None, 1));
    assert_eq!(closed(Survey::Due, false), (Survey::None, 0), "nothing was shown");
}

#[test]
fn intents_stand_as_they_were_said() {
    let (id, content) = (ClientId::new("id"), [7; 32]);
    let said = |say: &dyn Fn(&mut Draft)| {
        let mut draft = Draft::of(&record(ContactState::Robot), 5);
        say(&mut draft);
        draft.finish(10).unwrap().intents
    };
    let intent = |answer, undone| vec![(id.clone(), Intent { content, at_ms: 3, answer, undone })];
    let answer = Answer::Rated(PostedStatus::Accepted);
    assert_eq!(said(&|draft| draft.intend(&id, content, 3)), intent(None, false));
    assert_eq!(said(&|draft| draft.undone(&id, content, 3)), intent(None, true));
    assert_eq!(
        said(&|draft| draft.answer(&id, content, 3, answer.clone())),
        intent(Some(answer.clone()), false)
    );
}

#[test]
fn codes_are_known_at_once_and_counted() {
    let mut draft = Draft::of(&record(ContactState::Robot), 5);
    assert!(!draft.has_code("a"));
    draft.code("a".into());
    assert!(draft.has_code("a") && !draft.has_code("b"));
    let batch = draft.finish(10).unwrap();
    assert_eq!((batch.codes, batch.record.codes), (vec!["a".to_owned()], 1));
}

#[test]
fn any_part_of_a_change_is_a_change_and_the_oldest_events_give_way() {
    let before = VisitorRecord { head: 4, floor: 2, rev: 8, ..record(ContactState::Agent) };
    assert!(Draft::of(&before, 5).finish(10).is_none(), "nothing has changed");
    let parts: [&dyn Fn(&mut Draft); 5] = [
        &|draft| draft.record.unread = true,
        &|draft| draft.intend(&ClientId::new("id"), [0; 32], 1),
        &|draft| draft.handle("f:1", handle()),
        &|draft| assert!(draft.take_back("m-1", &[picture(3, "m-1", "f:1")])),
        &|draft| draft.code("a".into()),
    ];
    for (number, part) in parts.into_iter().enumerate() {
        let mut draft = Draft::of(&before, 5);
        part(&mut draft);
        let batch = draft.finish(10).unwrap_or_else(|| panic!("part {number} is lost"));
        assert_eq!((batch.record.rev, batch.record.floor, batch.record.head), (9, 2, 4));
    }
    for (cap, kept) in [(10, 2..=6), (3, 4..=6), (2, 5..=6), (1, 6..=6), (0, 6..=6)] {
        let mut draft = Draft::of(&before, 5);
        assert!(draft.take_back("m-1", &[picture(3, "m-1", "f:1"), picture(4, "m-1", "f:2")]));
        for _ in 0..2 {
            draft.notice(NoticeCode::OfflineMode);
        }
        let batch = draft.finish(cap).unwrap();
        assert_eq!((batch.record.floor, batch.record.head), (*kept.start(), 6), "{cap} are kept");
        let written: Vec<_> = batch.rewritten.iter().chain(&batch.events).map(|event| event.seq).collect();
        assert_eq!(written, (3..=6).filter(|seq| kept.contains(seq)).collect::<Vec<_>>(), "{cap} are kept");
    }
}
