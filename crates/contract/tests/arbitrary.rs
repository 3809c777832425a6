//! Whatever comes over the wire is read or refused, never a panic.

use frontdesk_contract::{
    ApiError, Body, CallEnd, CallGateway, CallInvite, CallMedia, CallState, CallStatus, CallSupport, Card,
    ClientId, Connect, Contact, ContactState, Echo, Element, Event, EventKind, EventPage, Feedback,
    FeedbackSaved, FileRef, FileStored, FileTicket, Gap, HistoryItem, HistoryPage, LeaveMessage, Link,
    Location, Message, MessageLeft, Node, Notice, NoticeCode, OpenSession, Person, PostFeedback, PostMessage,
    PostSurvey, Posted, PostedStatus, QueueInfo, Recalled, Receipt, Sender, SessionOpened, StartCall,
    Suggestions, SurveyForm, SurveyLevel, SurveyQuestion, SurveySaved, Tag, Typing,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Any JSON, with the wire's own keys and words among it.
fn anything() -> impl Strategy<Value = Value> {
    let words = [
        "none",
        "robot",
        "queueing",
        "agent",
        "ended",
        "accepted",
        "unconfirmed",
        "visitor",
        "text_too_long",
        "satisfaction",
        "video",
        "setup",
        "strong",
        "x",
    ];
    let keys = [
        "seq",
        "at_ms",
        "message",
        "echo",
        "body",
        "text",
        "file",
        "from",
        "agent",
        "system",
        "contact",
        "state",
        "queue",
        "place",
        "events",
        "next",
        "id",
        "status",
        "code",
        "kind",
        "name",
        "level",
        "levels",
        "offers",
        "cursor",
        "session",
        "read",
        "gap",
        "to",
        "typing",
        "active",
        "other",
        "rich",
        "element",
        "link",
        "call",
        "tag",
        "nodes",
        "href",
        "choices",
        "judgeable",
        "feedback",
        "helpful",
        "items",
        "before",
        "suggestions",
        "number",
        "country",
        "hours",
        "media",
        "gateway",
        "end",
        "reason",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        let key = prop_oneof![
            4 => proptest::sample::select(keys.to_vec()).prop_map(str::to_owned),
            1 => ".{0,4}",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// What can be read can be written, and reads the same again.
fn stable<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(value: &Value) {
    if let Ok(read) = serde_json::from_value::<T>(value.clone()) {
        let written = serde_json::to_value(&read).expect("it is written");
        let again: T = serde_json::from_value(written).expect("and read again");
        assert_eq!(again, read);
    }
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let tags = [Tag::P, Tag::Br, Tag::H4, Tag::Strong, Tag::Ul, Tag::Li, Tag::Table, Tag::Td];
    let leaf = prop_oneof![".{0,6}".prop_map(Node::Text), Just(Node::Unknown {})];
    let node = leaf.prop_recursive(4, 24, 4, move |inner| {
        let nodes = || proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            (proptest::sample::select(tags.to_vec()), nodes())
                .prop_map(|(tag, nodes)| Node::Element(Element { tag, nodes })),
            (".{0,6}", nodes()).prop_map(|(href, nodes)| Node::Link(Link { href, nodes })),
            (any::<bool>(), nodes()).prop_map(|(video, nodes)| Node::Call(CallInvite { video, nodes })),
        ]
    });
    proptest::collection::vec(node, 0..4)
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        ".{0,20}".prop_map(Body::Text),
        // In steps that decimal digits can name: the last bit of others may change on the way.
        (-90_000..90_000_i32, -180_000..180_000_i32, ".{0,5}").prop_map(|(north, east, label)| {
            let (latitude, longitude) = (f64::from(north) / 1024.0, f64::from(east) / 1024.0);
            Body::Location(Location { latitude, longitude, label })
        }),
        nodes().prop_map(Body::Rich),
        (".{0,6}", ".{0,6}", any::<Option<u64>>()).prop_map(|(file, name, size_bytes)| {
            Body::File(FileRef { file, kind: "image".into(), name, size_bytes })
        }),
        (".{0,6}", ".{0,6}", proptest::option::of(".{0,6}")).prop_map(|(title, url, image)| {
            Body::Card(Card { title, description: String::new(), url, image })
        }),
        Just(Body::Unsupported {}),
    ]
}

fn call() -> impl Strategy<Value = CallStatus> {
    let gateway = (".{0,6}", proptest::collection::vec(".{0,6}", 0..3)).prop_map(|(domain, addresses)| {
        CallGateway { domain, addresses, access_code: "1".into(), caller: "2".into() }
    });
    let id = proptest::option::of(any::<u128>().prop_map(ClientId::from_bits));
    let end = prop_oneof![Just(None), Just(Some(CallEnd::Centre)), Just(Some(CallEnd::Lost))];
    (id, proptest::option::of(gateway), end).prop_map(|(id, gateway, end)| CallStatus {
        id,
        state: if end.is_some() { CallState::Ended } else { CallState::Setup },
        media: CallMedia::Video,
        gateway,
        end,
    })
}

fn kind() -> impl Strategy<Value = EventKind> {
    let id = || any::<u128>().prop_map(ClientId::from_bits);
    let person =
        || (".{0,6}", proptest::option::of(".{0,6}")).prop_map(|(name, avatar)| Person { name, avatar });
    let from = prop_oneof![
        person().prop_map(Sender::Agent),
        person().prop_map(Sender::Robot),
        Just(Sender::System {}),
        Just(Sender::Unknown {}),
    ];
    prop_oneof![
        (
            (".{0,6}", from, body(), proptest::collection::vec(".{0,6}", 0..3)),
            any::<bool>(),
            any::<Option<u64>>()
        )
            .prop_map(|((id, from, body, choices), judgeable, before)| {
                EventKind::Message(Message { id, from, body, choices, judgeable, before })
            }),
        (id(), body()).prop_map(|(id, body)| EventKind::Echo(Echo {
            id,
            body,
            status: PostedStatus::Accepted
        })),
        proptest::collection::vec(id(), 0..4).prop_map(|read| EventKind::Receipt(Receipt { read })),
        ".{0,6}".prop_map(|id| EventKind::Recalled(Recalled { id })),
        any::<bool>().prop_map(|active| EventKind::Typing(Typing { active })),
        (any::<Option<u32>>(), any::<Option<u64>>())
            .prop_map(|(place, wait_ms)| EventKind::Queue(QueueInfo { place, wait_ms })),
        (proptest::option::of(person()), any::<bool>()).prop_map(|(with, offline)| {
            EventKind::Contact(Contact { state: ContactState::Agent, with, reason: None, offline })
        }),
        proptest::collection::vec((any::<u8>(), proptest::option::of(".{0,4}")), 0..4).prop_map(|levels| {
            let levels: Vec<_> =
                levels.into_iter().map(|(level, label)| SurveyLevel { level, label }).collect();
            let questions = vec![SurveyQuestion::Recommend; levels.len()];
            EventKind::Survey(SurveyForm { open: true, levels, comment_max_chars: 7, questions })
        }),
        call().prop_map(EventKind::Call),
        (".{0,6}", any::<bool>())
            .prop_map(|(message, helpful)| EventKind::Feedback(Feedback { message, helpful })),
        proptest::option::of(".{0,6}")
            .prop_map(|text| EventKind::Notice(Notice { code: NoticeCode::OfflineMode, text })),
        (any::<u64>(), any::<u64>()).prop_map(|(from, to)| EventKind::Gap(Gap { from, to })),
        Just(EventKind::Unknown {}),
    ]
}

/// Seeds that fail are kept beside this file and tried first from then on.
fn config() -> Config {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as _);
    Config { failure_persistence, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_json_is_read_or_refused_and_what_is_read_is_stable(value in anything()) {
        stable::<OpenSession>(&value);
        stable::<SessionOpened>(&value);
        stable::<Connect>(&value);
        stable::<Contact>(&value);
        stable::<PostMessage>(&value);
        stable::<Posted>(&value);
        stable::<EventPage>(&value);
        stable::<PostSurvey>(&value);
        stable::<SurveySaved>(&value);
        stable::<ApiError>(&value);
        stable::<Node>(&value);
        stable::<HistoryPage>(&value);
        stable::<HistoryItem>(&value);
        stable::<Suggestions>(&value);
        stable::<PostFeedback>(&value);
        stable::<FeedbackSaved>(&value);
        stable::<LeaveMessage>(&value);
        stable::<MessageLeft>(&value);
        stable::<FileStored>(&value);
        stable::<FileTicket>(&value);
        stable::<CallSupport>(&value);
        stable::<CallStatus>(&value);
        stable::<StartCall>(&value);
        stable::<SurveyForm>(&value);
        // An event always has a number; what else it holds is anything.
        let mut event = value.as_object().cloned().unwrap_or_default();
        event.insert("seq".into(), json!(1));
        stable::<Event>(&Value::Object(event));
    }

    #[test]
    fn any_bytes_are_read_or_refused(text in ".{0,200}") {
        let _ = serde_json::from_str::<EventPage>(&text);
        let _ = serde_json::from_str::<ApiError>(&text);
    }

    #[test]
    fn an_event_comes_back_as_it_was(seq: u64, at_ms: u64, kind in kind()) {
        let event = Event { seq, at_ms, kind };
        let text = serde_json::to_string(&event).expect("it is written");
        prop_assert_eq!(serde_json::from_str::<Event>(&text).expect("it is read"), event);
    }

    #[test]
    fn an_id_of_random_bits_keeps_to_the_rules_and_is_its_own(one: u128, other: u128) {
        let id = ClientId::from_bits(one);
        prop_assert_eq!(id.check(), Ok(()));
        prop_assert_eq!(id.as_str(), format!("{one:032x}"));
        prop_assert_eq!(id == ClientId::from_bits(other), one == other);
    }
}
