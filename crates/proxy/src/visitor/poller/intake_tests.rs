use super::*;
use crate::store::records::VisitorRecord;
use crate::vendor::{CentreFile, Content, FileKind, FileSource};
use frontdesk_contract::{Body, ClientId, Contact, Person};
use proptest::prelude::*;

fn record(state: ContactState) -> VisitorRecord {
    VisitorRecord {
        id: "v-1".into(),
        desk: "shop".into(),
        user_id: "fd1".into(),
        name: "Guest".into(),
        language: "en".into(),
        contact: Contact { state, with: None, reason: None, offline: false },
        ..VisitorRecord::untouched([0; 32])
    }
}

fn person(name: &str) -> Person {
    Person { name: name.into(), avatar: None }
}

fn message(code: Option<&str>, from: Sender, text: &str) -> Downlink {
    Downlink::Message {
        code: code.map(Into::into),
        from,
        content: Content::Body(Body::Text(text.into())),
        choices: Vec::new(),
        inter_idx: None,
        at_ms: None,
    }
}

fn known(recent: &Recent, repeats: bool) -> Known<'_> {
    Known { recent, journal: &[], repeats, left: false }
}

fn kinds(draft: Draft) -> Vec<EventKind> {
    draft.finish(1000).map_or(Vec::new(), |batch| batch.events.into_iter().map(|event| event.kind).collect())
}

#[test]
fn who_speaks_serves_and_the_change_of_hands_comes_first() {
    let mut draft = Draft::of(&record(ContactState::Queueing), 5);
    let li = || Sender::Agent(person("Li"));
    let wang = Sender::Agent(person("Wang"));
    let nameless = Sender::Agent(person(""));
    let downlinks = [
        message(Some("a"), li(), "1"),
        message(Some("b"), li(), "2"),
        message(Some("c"), nameless, "3"),
        message(Some("d"), Sender::System {}, "4"),
        message(Some("e"), wang, "5"),
    ];
    take(&mut draft, known(&Recent::default(), false), &downlinks, false);
    assert!(draft.record.had_agent);
    let hands: Vec<_> = kinds(draft)
        .into_iter()
        .map(|kind| match kind {
            EventKind::Contact(contact) => format!("{:?} {}", contact.state, contact.with.unwrap().name),
            EventKind::Message(message) => message.id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(hands, ["Agent Li", "a", "b", "c", "d", "Agent Wang", "e"]);
}

#[test]
fn signs_of_a_queue_count_while_a_robot_serves() {
    for (state, expected) in
        [(ContactState::Robot, ContactState::Queueing), (ContactState::Ended, ContactState::Ended)]
    {
        for sign in [Downlink::Queueing, Downlink::Transferring] {
            let mut draft = Draft::of(&record(state), 0);
            take(&mut draft, known(&Recent::default(), false), &[sign.clone(), sign], false);
            assert_eq!(draft.record.contact.state, expected);
        }
    }
}

#[test]
fn the_sign_of_a_queue_takes_back_an_agent_whom_nobody_has_seen() {
    let after = |record: &VisitorRecord, sign: Downlink| {
        let mut draft = Draft::of(record, 0);
        let intake = take(&mut draft, known(&Recent::default(), false), &[sign], false);
        let record = draft.record;
        assert_eq!(intake.news, record.contact.state != ContactState::Agent);
        (record.contact.state, record.had_agent)
    };
    let mut taken_for_granted = record(ContactState::Queueing);
    let mut draft = Draft::of(&taken_for_granted, 0);
    draft.serve(ContactState::Agent, None);
    taken_for_granted = draft.record;
    assert_eq!(after(&taken_for_granted, Downlink::Queueing), (ContactState::Queueing, false));
    assert_eq!(after(&taken_for_granted, Downlink::Transferring), (ContactState::Agent, false));
    // By the centre's own word: a nameless one has spoken, the queue knows one, one has a name.
    let nameless = message(Some("a"), Sender::Agent(person("")), "1");
    let mut spoke = Draft::of(&taken_for_granted, 0);
    take(&mut spoke, known(&Recent::default(), false), &[nameless], false);
    let mut served = Draft::of(&record(ContactState::Queueing), 0);
    queue(&mut served, QueueAnswer::Served, Queried::default());
    let mut named = taken_for_granted;
    named.contact.with = Some(person("Li"));
    for (there, had_agent) in [(spoke.record, true), (served.record, true), (named, false)] {
        assert_eq!(after(&there, Downlink::Queueing), (ContactState::Agent, had_agent));
    }
}

#[test]
fn what_is_left_of_a_conversation_is_kept_and_changes_nothing() {
    let li = || message(Some("a"), Sender::Agent(person("Li")), "bye");
    let end = |offline| Downlink::Once { mark: "e".into(), then: vec![Downlink::Ended { offline }] };
    let left = |record: &VisitorRecord, offline: bool, wished: bool| {
        let mut draft = Draft::of(record, 0);
        let all = [
            Downlink::Queueing,
            Downlink::Typing,
            Downlink::Connected(Sender::Agent(person("Li"))),
            li(),
            end(offline),
        ];
        take_left(&mut draft, known(&Recent::default(), false), &all, wished);
        let after = draft.record.clone();
        let batch = draft.finish(1000).unwrap();
        assert_eq!(batch.codes, ["a", "e"], "should it come again, it is known");
        let kinds: Vec<String> = batch
            .events
            .iter()
            .map(|event| match &event.kind {
                EventKind::Message(message) => message.id.clone(),
                EventKind::Contact(contact) => format!("{:?} {:?}", contact.state, contact.reason),
                EventKind::Notice(notice) => format!("{:?}", notice.code),
                other => panic!("{other:?}"),
            })
            .collect();
        (kinds, after.contact.state, after.offline)
    };
    // Another conversation has begun meanwhile.
    for state in [ContactState::Robot, ContactState::Queueing, ContactState::Agent] {
        let (kinds, after, offline) = left(&record(state), true, false);
        assert_eq!((kinds, after, offline), (vec!["a".to_owned()], state, false));
    }
    let over = |reason| {
        let mut over = record(ContactState::Ended);
        over.contact.reason = Some(reason);
        over
    };
    for (reason, offline, wished, expected) in [
        (EndReason::Released, false, false, vec!["a"]),
        (EndReason::Released, true, true, vec!["a"]),
        (EndReason::Released, true, false, vec!["a", "Ended Some(Released)", "OfflineMode"]),
        (EndReason::QueueTimeout, true, false, vec!["a", "Ended Some(QueueTimeout)", "OfflineMode"]),
        // The visitor is done with it.
        (EndReason::Visitor, true, false, vec!["a"]),
        (EndReason::Centre, true, false, vec!["a"]),
    ] {
        let (kinds, after, offline) = left(&over(reason), offline, wished);
        assert_eq!((kinds.len() == 3, after), (offline, ContactState::Ended));
        assert_eq!(kinds, expected, "{reason:?} {wished}");
    }
}

#[test]
fn words_of_the_system_are_a_hint_while_a_robot_serves() {
    let system = || message(Some("a"), Sender::System {}, "one moment");
    for (state, said, expected) in [
        (ContactState::Robot, vec![system()], true),
        (ContactState::Robot, vec![message(Some("a"), Sender::Robot(person("Robo")), "1")], false),
        (ContactState::Queueing, vec![system()], false),
        (ContactState::Agent, vec![system()], false),
        (ContactState::Robot, vec![Downlink::Queueing, system()], false),
    ] {
        let mut draft = Draft::of(&record(state), 0);
        let intake = take(&mut draft, known(&Recent::default(), false), &said, false);
        assert_eq!(intake.hinted, expected, "{state:?} {said:?}");
    }
    let waiting = |place| QueueAnswer::Waiting(QueueInfo { place, wait_ms: None });
    for (answer, expected) in [
        (waiting(Some(2)), ContactState::Queueing),
        (waiting(None), ContactState::Queueing),
        (QueueAnswer::Served, ContactState::Agent),
        (QueueAnswer::Elsewhere, ContactState::Robot),
        (QueueAnswer::Unlisted, ContactState::Robot),
        (QueueAnswer::NoInformation, ContactState::Robot),
        (QueueAnswer::AgentDidNotAnswer, ContactState::Robot),
        (QueueAnswer::Gone, ContactState::Robot),
    ] {
        let mut draft = Draft::of(&record(ContactState::Robot), 0);
        handed_on(&mut draft, answer);
        assert_eq!(draft.record.contact.state, expected, "{answer:?}");
    }
    let mut draft = Draft::of(&record(ContactState::Ended), 0);
    handed_on(&mut draft, waiting(Some(2)));
    assert!(draft.finish(1000).is_none(), "no robot serves any more");
}

#[test]
fn a_late_message_after_the_end_is_kept_but_opens_nothing() {
    let mut draft = Draft::of(&record(ContactState::Ended), 0);
    let late = message(Some("a"), Sender::Agent(person("Li")), "late");
    take(&mut draft, known(&Recent::default(), false), &[late, Downlink::Ended { offline: false }], false);
    assert_eq!(draft.record.contact.state, ContactState::Ended);
    assert_eq!(kinds(draft).len(), 1);
}

#[test]
fn nothing_new_writes_nothing() {
    let mut draft = Draft::of(&record(ContactState::Agent), 0);
    let recent = Recent::new(vec!["a".into()]);
    let seen = message(Some("a"), Sender::Agent(person("Li")), "1");
    let intake = take(&mut draft, known(&recent, true), &[seen, Downlink::Read(vec![])], false);
    assert_eq!(intake, Intake::default());
    assert!(draft.finish(1000).is_none());
}

#[test]
fn a_message_is_taken_back_once_wherever_anybody_may_have_seen_it() {
    let recent = Recent::new(vec!["old".into()]);
    let recall = |code: &str| Downlink::Recalled(code.into());
    let recalled = |draft: Draft| {
        let ids = kinds(draft).into_iter().filter_map(|kind| match kind {
            EventKind::Recalled(recalled) => Some(recalled.id),
            _ => None,
        });
        ids.collect::<Vec<_>>()
    };
    let mut draft = Draft::of(&record(ContactState::Agent), 0);
    // Known though its event went long ago; told just now; and again.
    let new = message(Some("new"), Sender::Agent(person("Li")), "1");
    let said = [recall("old"), new, recall("new"), recall("old"), recall("new")];
    assert!(take(&mut draft, known(&recent, false), &said, false).news);
    assert_eq!(recalled(draft), ["old", "new"]);
    let mut draft = Draft::of(&record(ContactState::Agent), 0);
    assert!(take(&mut draft, known(&recent, false), &[recall("old")], false).news);
    let mut draft = Draft::of(&record(ContactState::Agent), 0);
    assert!(!take(&mut draft, known(&recent, false), &[recall("never told")], false).news);
    assert_eq!(recalled(draft), [""; 0]);
}

#[test]
fn receipts_name_what_was_read_once_and_all_of_it_only_where_they_name_nothing() {
    let mut unread = record(ContactState::Agent);
    unread.unread = true;
    let ids = |ids: &[&str]| Downlink::Read(ids.iter().map(|id| ClientId::new(*id)).collect());
    let receipts = |signs: &[Downlink]| {
        let mut draft = Draft::of(&unread, 0);
        take(&mut draft, known(&Recent::default(), false), signs, false);
        let unread = draft.record.unread;
        let read = kinds(draft).into_iter().map(|kind| match kind {
            EventKind::Receipt(receipt) => {
                receipt.read.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        });
        (read.collect::<Vec<_>>(), unread)
    };
    assert_eq!(
        receipts(&[ids(&["a", "b"]), ids(&["b"]), ids(&["b", "c"])]),
        (vec![vec!["a".into(), "b".into()], vec!["c".into()]], true)
    );
    assert_eq!(receipts(&[ids(&[]), ids(&[])]), (vec![vec![]], false));
}

#[test]
fn only_answers_of_a_robot_that_can_be_named_are_judged() {
    let robot = || Sender::Robot(person("Robo"));
    for (from, inter_idx, expected) in
        [(robot(), Some("7"), true), (robot(), None, false), (Sender::Agent(person("Li")), Some("7"), false)]
    {
        let Downlink::Message { code, from, content, choices, at_ms, .. } = message(Some("a"), from, "1")
        else {
            panic!("a message")
        };
        let inter_idx = inter_idx.map(String::from);
        let said = Downlink::Message { code, from, content, choices, inter_idx, at_ms };
        let mut draft = Draft::of(&record(ContactState::Robot), 0);
        take(&mut draft, known(&Recent::default(), false), &[said], false);
        let batch = draft.finish(1000).unwrap();
        assert_eq!(batch.handles.len(), usize::from(expected));
        let judgeable = batch
            .events
            .iter()
            .any(|event| matches!(&event.kind, EventKind::Message(message) if message.judgeable));
        assert_eq!(judgeable, expected);
    }
}

#[test]
fn whoever_waited_is_served_once_somebody_is_connected() {
    let connected = Downlink::Connected(Sender::Agent(person("")));
    for (state, expected) in [
        (ContactState::Queueing, ContactState::Agent),
        (ContactState::Robot, ContactState::Agent),
        (ContactState::Agent, ContactState::Agent),
        (ContactState::Ended, ContactState::Ended),
    ] {
        let mut draft = Draft::of(&record(state), 0);
        let intake =
            take(&mut draft, known(&Recent::default(), false), std::slice::from_ref(&connected), false);
        assert_eq!((draft.record.contact.state, intake.news), (expected, state != expected));
        // The system does not say with whom: the queue tells.
        let mut draft = Draft::of(&record(state), 0);
        let system = Downlink::Connected(Sender::System {});
        let intake = take(&mut draft, known(&Recent::default(), false), &[system], false);
        assert_eq!(intake.announced, state == ContactState::Queueing);
        assert!(draft.finish(1000).is_none());
    }
    let mut draft = Draft::of(&record(ContactState::Agent), 0);
    let said = [message(Some("a"), Sender::Agent(person("")), "1"), connected];
    assert!(
        take(&mut draft, known(&Recent::default(), false), &said, false).news,
        "what was news stays news"
    );
}

/// What comes of these answers about the queue, one after the other: contacts, places and notices.
fn queued(answers: &[QueueAnswer], mut before: Queried) -> Vec<String> {
    let mut record = record(ContactState::Queueing);
    let mut told = Vec::new();
    for answer in answers {
        let mut draft = Draft::of(&record, 0);
        queue(&mut draft, *answer, before);
        before = before.and(*answer);
        let Some(batch) = draft.finish(1000) else { continue };
        record = batch.record;
        told.extend(batch.events.into_iter().map(|event| match event.kind {
            EventKind::Contact(contact) => format!("{:?}", contact.state),
            EventKind::Queue(info) => format!("{:?}", info.place),
            EventKind::Notice(notice) => format!("{:?}", notice.code),
            other => panic!("{other:?}"),
        }));
    }
    told
}

#[test]
fn answers_about_the_queue_are_told_when_they_say_something_new() {
    use QueueAnswer::*;
    let waiting = |place| Waiting(QueueInfo { place, wait_ms: None });
    let none = Queried::default();
    let announced = Queried { announced: true, ..none };
    for (answers, before, expected) in [
        (vec![waiting(Some(2)), waiting(Some(2)), waiting(Some(1))], none, vec!["Some(2)", "Some(1)"]),
        // A centre that waits elsewhere tells no place any more, and none where there was none.
        (vec![Elsewhere], none, vec![]),
        (vec![waiting(Some(2)), Elsewhere, Elsewhere], none, vec!["Some(2)", "None"]),
        (vec![Served, Served], none, vec!["Agent"]),
        // Not in the queue any more: at once after two answers where there was a place, after three where there was none.
        (vec![Unlisted, Unlisted], none, vec![]),
        (vec![Unlisted, Unlisted, Unlisted], none, vec!["Agent"]),
        (vec![Unlisted, Unlisted, waiting(None), Unlisted, Unlisted], none, vec!["None"]),
        (vec![waiting(Some(1)), Unlisted], none, vec!["Some(1)"]),
        (vec![waiting(Some(1)), Unlisted, Unlisted], none, vec!["Some(1)", "Agent"]),
        // Silence says so only after words that an agent is there.
        (vec![NoInformation; 5], none, vec![]),
        (vec![NoInformation], announced, vec![]),
        (vec![NoInformation, NoInformation], announced, vec!["Agent"]),
        (vec![NoInformation, waiting(None), NoInformation, NoInformation], announced, vec!["None"]),
        (vec![NoInformation, Unlisted, NoInformation, NoInformation], announced, vec!["Agent"]),
        (vec![AgentDidNotAnswer, AgentDidNotAnswer], none, vec!["AgentDidNotAnswer"]),
        (
            vec![AgentDidNotAnswer, waiting(None), AgentDidNotAnswer],
            none,
            vec!["AgentDidNotAnswer", "None", "AgentDidNotAnswer"],
        ),
        (vec![Gone], none, vec!["Ended"]),
    ] {
        assert_eq!(queued(&answers, before), expected, "{answers:?}");
    }
    for state in [ContactState::Robot, ContactState::Agent, ContactState::Ended] {
        let mut draft = Draft::of(&record(state), 0);
        queue(&mut draft, Served, none);
        queue(&mut draft, Gone, none);
        assert!(draft.finish(1000).is_none(), "nobody waits");
    }
}

fn face(number: u8) -> (Downlink, String) {
    let source = FileSource::Picture(format!("https://img.example/{number}.png"));
    let id = source.id();
    let file = CentreFile { source, extension: None, kind: FileKind::Image, name: None, size_bytes: None };
    (Downlink::Face(file), id)
}

fn shown(name: &str, face: &str) -> Sender {
    Sender::Agent(Person { name: name.into(), avatar: Some(face.into()) })
}

/// The record after the change, and the handles that were put.
fn kept(draft: Draft) -> Option<(VisitorRecord, Vec<String>, usize)> {
    let batch = draft.finish(1000)?;
    let handles = batch.handles.into_iter().map(|(id, handle)| match handle {
        Handle::File { source: FileSource::Picture(_), kind: FileKind::Image, .. } => id,
        other => panic!("{other:?}"),
    });
    Some((batch.record, handles.collect(), batch.events.len()))
}

#[test]
fn a_picture_is_kept_with_what_it_comes_with_and_once_for_whoever_serves() {
    let recent = Recent::default();
    let ((one, one_id), (two, two_id)) = (face(1), face(2));
    let mut draft = Draft::of(&record(ContactState::Queueing), 5);
    let said = [
        one.clone(),
        message(Some("a"), shown("Li", &one_id), "1"),
        one.clone(),
        message(Some("b"), shown("Li", &one_id), "2"),
    ];
    let intake = take(&mut draft, known(&recent, true), &said, false);
    assert!(intake.news);
    let (mut record, handles, events) = kept(draft).unwrap();
    assert_eq!((handles, events), (vec![one_id.clone()], 3));
    assert_eq!(record.contact.with, Some(Person { name: "Li".into(), avatar: Some(one_id.clone()) }));

    // Another picture of the same one is kept too, and changes no hands; neither does one that is missing.
    let mut draft = Draft::of(&record, 6);
    let said = [
        two.clone(),
        message(Some("c"), shown("Li", &two_id), "3"),
        message(Some("d"), Sender::Agent(person("Li")), "4"),
        two,
        message(Some("e"), shown("", &two_id), "5"),
    ];
    take(&mut draft, known(&recent, true), &said, false);
    let with = record.contact.with.clone();
    let (handles, events);
    (record, handles, events) = kept(draft).unwrap();
    assert_eq!((handles, events), (vec![two_id.clone(), two_id], 3));
    assert_eq!(record.contact.with, with);
}

#[test]
fn a_picture_is_no_news() {
    let recent = Recent::new(vec!["a".into()]);
    let (picture, id) = face(1);
    let mut served = record(ContactState::Agent);
    served.contact.with = Some(Person { name: "Li".into(), avatar: Some(id.clone()) });
    served.had_agent = true;
    let again = [
        picture.clone(),
        message(Some("a"), shown("Li", &id), "1"),
        picture.clone(),
        Downlink::Connected(shown("Li", &id)),
        picture.clone(),
        Downlink::Connected(Sender::Robot(Person { name: "Robo".into(), avatar: Some(id.clone()) })),
        Downlink::Once {
            mark: "a".into(),
            then: vec![picture.clone(), Downlink::Connected(shown("Wang", &id))],
        },
    ];
    let mut draft = Draft::of(&served, 0);
    assert_eq!(take(&mut draft, known(&recent, true), &again, false), Intake::default());
    assert!(draft.finish(1000).is_none());

    // What is told once brings its picture along.
    let (other, other_id) = face(2);
    let then = vec![other, Downlink::Connected(shown("Wang", &other_id))];
    let mut draft = Draft::of(&served, 0);
    let once = [Downlink::Once { mark: "w".into(), then }];
    assert!(!take(&mut draft, known(&recent, true), &once, false).news, "an agent served before");
    let (record, handles, _) = kept(draft).unwrap();
    assert_eq!((record.contact.with.unwrap().name.as_str(), handles), ("Wang", vec![other_id]));
    // After the end nobody is connected.
    let mut draft = Draft::of(&self::record(ContactState::Ended), 0);
    take(&mut draft, known(&recent, true), &[picture, Downlink::Connected(shown("Li", &id))], false);
    assert!(draft.finish(1000).is_none());
}

#[test]
fn a_message_without_a_code_is_the_same_with_and_without_a_picture() {
    let (picture, id) = face(1);
    let mut draft = Draft::of(&record(ContactState::Agent), 0);
    let said =
        [message(None, Sender::Agent(person("Li")), "1"), picture, message(None, shown("Li", &id), "1")];
    take(&mut draft, known(&Recent::default(), true), &said, false);
    let messages = kinds(draft).into_iter().filter(|kind| matches!(kind, EventKind::Message(_)));
    assert_eq!(messages.count(), 1);
}

proptest! {
    /// However a stream of messages is cut into polls and repeated, the journal is numbered without a hole and has each
    /// code once, in the order of first arrival.
    #[test]
    fn the_journal_does_not_depend_on_how_polls_are_cut(
        codes in proptest::collection::vec(0u8..12, 0..60), cut in 1usize..7, cap in 1u64..40,
    ) {
        let mut record = record(ContactState::Agent);
        record.contact.with = Some(person("Li"));
        let mut recent = Recent::default();
        let mut journal = Vec::new();
        for part in codes.chunks(cut) {
            let downlinks: Vec<_> = part
                .iter()
                .map(|code| message(Some(&code.to_string()), Sender::Agent(person("Li")), "x"))
                .collect();
            let mut draft = Draft::of(&record, 0);
            take(&mut draft, known(&recent, true), &downlinks, false);
            if let Some(batch) = draft.finish(cap) {
                prop_assert_eq!(batch.record.rev, record.rev + 1);
                recent.extend(batch.codes);
                record = batch.record;
                journal.extend(batch.events);
                journal.retain(|event| event.seq >= record.floor);
            }
        }
        let mut first = Vec::new();
        for code in codes {
            if !first.contains(&code) {
                first.push(code);
            }
        }
        let numbers: Vec<u64> = journal.iter().map(|event| event.seq).collect();
        let expected: Vec<u64> = (record.floor..=record.head).collect();
        prop_assert_eq!(numbers, expected);
        prop_assert_eq!(record.head as usize, first.len());
        prop_assert_eq!(journal.len(), first.len().min(cap as usize));
        for (event, code) in journal.iter().rev().zip(first.iter().rev()) {
            match &event.kind {
                EventKind::Message(message) => prop_assert_eq!(&message.id, &code.to_string()),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
