//! Nothing that comes in breaks the machine.

use frontdesk_contract::{
    Body, CallStatus, CallSupport, Card, ClientId, ConnectTo, Contact, ContactState, Echo, ErrorCode, Event,
    EventKind, EventPage, Feedback, FeedbackSaved, FileStored, Gap, HistoryItem, HistoryPage, LeaveMessage,
    Location, Message, MessageLeft, PostFeedback, Posted, PostedStatus, QueueInfo, Recalled, Receipt, Sender,
    SessionOpened, Suggestions, SurveyForm, SurveySaved, Typing, Visitor,
};
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{
    Answer, Effect, Failure, Input, NewFile, Now, Record, RecordKey, RequestId, Role, Saved, Session,
    Settings,
};
use proptest::prelude::*;

fn id() -> impl Strategy<Value = ClientId> {
    (0_u128..6).prop_map(ClientId::from_bits)
}

/// Mostly small, at times as large as a number gets.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0_u64..12, 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1), 1 => any::<u64>()]
}

fn status() -> impl Strategy<Value = PostedStatus> {
    prop_oneof![
        Just(PostedStatus::Accepted),
        Just(PostedStatus::StoredOffline),
        Just(PostedStatus::Unconfirmed),
        Just(PostedStatus::Unknown)
    ]
}

fn contact() -> impl Strategy<Value = Contact> {
    use ContactState::{Agent, Ended, None, Queueing, Robot, Unknown};
    proptest::sample::select(vec![None, Robot, Queueing, Agent, Ended, Unknown]).prop_map(|state| Contact {
        state,
        with: Option::None,
        reason: Option::None,
        offline: state == Ended,
    })
}

fn kind() -> impl Strategy<Value = EventKind> {
    let text = || "[a-c]{0,2}".prop_map(Body::Text);
    prop_oneof![
        ("[m-o]", text()).prop_map(|(id, body)| {
            let from = Sender::Unknown {};
            EventKind::Message(Message { id, from, body, choices: Vec::new(), judgeable: true, before: None })
        }),
        (id(), text(), status()).prop_map(|(id, body, status)| EventKind::Echo(Echo { id, body, status })),
        proptest::collection::vec(id(), 0..3).prop_map(|read| EventKind::Receipt(Receipt { read })),
        "[m-o]".prop_map(|id| EventKind::Recalled(Recalled { id })),
        any::<bool>().prop_map(|active| EventKind::Typing(Typing { active })),
        Just(EventKind::Queue(QueueInfo { place: Some(1), wait_ms: None })),
        contact().prop_map(EventKind::Contact),
        any::<bool>().prop_map(|open| { EventKind::Survey(SurveyForm { open, ..SurveyForm::default() }) }),
        (number(), number()).prop_map(|(from, to)| EventKind::Gap(Gap { from, to })),
        ("[m-o]", any::<bool>())
            .prop_map(|(message, helpful)| EventKind::Feedback(Feedback { message, helpful })),
        Just(EventKind::Call(CallStatus::default())),
        Just(EventKind::Unknown {}),
    ]
}

fn page() -> impl Strategy<Value = EventPage> {
    let event = (number(), number(), kind()).prop_map(|(seq, at_ms, kind)| Event { seq, at_ms, kind });
    (number(), proptest::collection::vec(event, 0..6)).prop_map(|(next, events)| EventPage { next, events })
}

fn past() -> impl Strategy<Value = Answer> {
    let item = ("[m-o]", number(), any::<bool>(), any::<bool>()).prop_map(|(id, at_ms, mine, recalled)| {
        let from = if mine { None } else { Some(Sender::System {}) };
        HistoryItem { id, at_ms, from, body: Body::Text("past".into()), recalled }
    });
    (proptest::collection::vec(item, 0..6), proptest::option::of("[0-9]"))
        .prop_map(|(items, before)| Answer::History(HistoryPage { items, before }))
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        ("[x-z]", number(), contact()).prop_map(|(session, cursor, contact)| {
            let visitor = Visitor { id: String::new(), name: String::new(), person: None };
            Answer::Opened(SessionOpened {
                protocol: 1,
                session,
                expires_ms: 0,
                visitor,
                contact,
                cursor,
                offers: crate::support::desk::Desk::new().offers,
            })
        }),
        contact().prop_map(Answer::Contact),
        (status(), number()).prop_map(|(status, seq)| Answer::Posted(Posted { status, seq })),
        page().prop_map(Answer::Events),
        status().prop_map(|status| Answer::Rated(SurveySaved { status })),
        status().prop_map(|status| Answer::Left(MessageLeft { status })),
        status().prop_map(|status| Answer::Judged(FeedbackSaved { status })),
        number().prop_map(|size_bytes| Answer::Stored(FileStored {
            file: "f".into(),
            kind: "image".into(),
            name: "a.png".into(),
            size_bytes
        })),
        past(),
        (any::<bool>(), any::<bool>()).prop_map(|(click_to_call, web_rtc)| {
            Answer::CallSupport(CallSupport { click_to_call, web_rtc, ..CallSupport::default() })
        }),
        Just(Answer::Suggestions(Suggestions { suggestions: vec![String::new(); 9] })),
        Just(Answer::Done),
    ]
}

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(Failure::Network),
        Just(Failure::Foreign),
        Just(Failure::FileGone),
        (proptest::sample::select(ErrorCode::ALL.to_vec()), proptest::option::of(number()))
            .prop_map(|(code, after)| crate::support::desk::refusal(code, after)),
    ]
}

fn saved() -> impl Strategy<Value = Saved> {
    let record = prop_oneof![
        (
            "[x-z]",
            proptest::option::of("[pq]"),
            proptest::option::of(number()),
            proptest::option::of(number())
        )
            .prop_map(|(credential, person, seen, gone_ms)| Record::Session {
                credential,
                person,
                seen,
                gone_ms
            }),
        Just(Record::Farewell { credentials: vec!["x".into()] }),
        (id(), "[a-c]{0,3}", number()).prop_map(|(id, text, at_ms)| Record::Outgoing { id, text, at_ms }),
        (id(), any::<u8>()).prop_map(|(id, level)| Record::Rating {
            id,
            level: Some(level),
            recommend: None,
            solved: None,
            comment: String::new()
        }),
        (id(), number(), number()).prop_map(|(id, at_ms, size_bytes)| Record::OutgoingFile {
            id,
            name: "a.png".into(),
            media_type: "image/png".into(),
            size_bytes,
            stored: None,
            at_ms
        }),
        (id(), number()).prop_map(|(id, at_ms)| Record::OutgoingBody {
            id,
            body: Body::Unsupported {},
            at_ms
        }),
        id().prop_map(|id| Record::Leave(LeaveMessage {
            id,
            number: "1".into(),
            country: None,
            text: "x".into()
        })),
        (id(), "[m-o]").prop_map(|(id, message)| {
            Record::Feedback(PostFeedback { id, message, helpful: true, reason: String::new() })
        }),
    ];
    (SCHEMA..SCHEMA + 2, proptest::collection::vec(record, 0..6))
        .prop_map(|(schema, records)| Saved { schema, records })
}

fn input() -> impl Strategy<Value = Input> {
    let key = || {
        prop_oneof![
            Just(RecordKey::Session),
            id().prop_map(RecordKey::Outgoing),
            Just(RecordKey::Rating),
            Just(RecordKey::Leave),
            id().prop_map(RecordKey::Feedback)
        ]
    };
    prop_oneof![
        1 => saved().prop_map(Input::Start),
        1 => Just(Input::Open),
        1 => any::<bool>().prop_map(|agent| {
            Input::Connect(if agent { ConnectTo::Agent } else { ConnectTo::Robot })
        }),
        1 => Just(Input::EndContact),
        3 => "[a-c]{0,3}".prop_map(Input::Send),
        1 => id().prop_map(Input::Retry),
        1 => id().prop_map(Input::SendAgain),
        1 => id().prop_map(Input::Discard),
        1 => id().prop_map(Input::Delete),
        1 => Just(Input::Typing),
        1 => any::<Option<u8>>().prop_map(|level| {
            Input::Rate { level, recommend: level, solved: None, comment: String::new() }
        }),
        1 => proptest::collection::vec(number(), 0..5).prop_map(|sizes| Input::SendFiles(
            sizes.into_iter().map(|size_bytes| NewFile {
                handle: 0, name: "a.png".into(), media_type: String::new(), size_bytes,
            }).collect()
        )),
        1 => any::<f64>().prop_map(|latitude| {
            Input::SendLocation(Location { latitude, longitude: 0.0, label: "here".into() })
        }),
        1 => "[a-b]{0,1}".prop_map(|title| Input::SendCard(Card {
            title, description: String::new(), url: "https://shop.example".into(), image: None
        })),
        2 => (0_u32..30, number()).prop_map(|(id, sent_bytes)| Input::Progress { id: RequestId(id), sent_bytes }),
        2 => "[a-c]{0,3}".prop_map(Input::Draft),
        2 => Just(Input::Earlier),
        2 => ("[m-o]", any::<bool>(), "[a-c]{0,3}")
            .prop_map(|(message, helpful, reason)| Input::Judge { message, helpful, reason }),
        1 => "[1-3]{0,2}".prop_map(|number| {
            Input::LeaveMessage { number, country: None, text: "call me".into() }
        }),
        1 => Just(Input::LeaveSeen),
        1 => Just(Input::SkipRating),
        1 => any::<bool>().prop_map(Input::Seen),
        3 => (key(), any::<bool>()).prop_map(|(key, written)| Input::Kept(key, written)),
        1 => "[x-z]".prop_map(Input::Join),
        2 => Just(Input::Timer),
        1 => Just(Input::Woken),
        1 => proptest::sample::select(vec![Role::Leader, Role::Follower, Role::Alone]).prop_map(Input::Role),
        3 => (number(), page()).prop_map(|(after, page)| Input::Heard { after, page }),
        12 => (0_u32..30, prop_oneof![4 => answer().prop_map(Ok), 1 => failure().prop_map(Err)])
            .prop_map(|(id, result)| Input::Answered(RequestId(id), result)),
    ]
}

proptest! {
    #![proptest_config(super::cases(96))]

    #[test]
    fn any_inputs_in_any_order_are_taken_without_panic_or_flood(
        seed: u128,
        inputs in proptest::collection::vec((0_u64..30_000, any::<bool>(), input()), 0..40),
    ) {
        let mut session = Session::new(Settings::new("shop", "en"));
        let mut view = crate::support::view::View::default();
        let mut ms = crate::support::BEGIN_MS;
        let mut chance = seed;
        let mut open = Vec::new();
        for (pause, fits, mut input) in inputs {
            ms += pause;
            chance = chance.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
            // Every second answer is one that somebody waits for.
            if let Input::Answered(id, _) = &mut input && fits && let Some(waits) = open.pop() {
                *id = waits;
            }
            let restored = matches!(input, Input::Start(_));
            let effects = session.handle(Now { ms, chance }, input);
            prop_assert!(effects.len() <= 60, "{} effects", effects.len());
            let mut changes = Vec::new();
            for effect in &effects {
                match effect {
                    Effect::Request { id, .. } => open.push(*id),
                    Effect::Abort(id) => open.retain(|other| other != id),
                    Effect::Show(change) => changes.push(*change),
                    Effect::WakeAt(at) => prop_assert!(at.is_none_or(|at| at > ms)),
                    _ => {}
                }
            }
            view.apply(&changes, session.transcript());
            let again = session.handle(Now { ms, chance: !chance }, Input::Timer);
            let spins = again.iter().any(|effect| matches!(effect, Effect::Request { .. }));
            prop_assert!(!spins || restored, "asked again without a reason: {again:?}");
        }
    }
}
