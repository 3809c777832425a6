//! Both readers, the contract's own and the one here, see the same in the same JSON.

use super::{Read, Value, Write};
use frontdesk_contract::*;
use frontdesk_core::{Record, Saved};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fn read<T: Read>(json: &str) -> Option<T> {
    super::read(value_of(serde_json::from_str(json).expect("the fixture is JSON")))
}

/// What the browser's part makes of JSON, in `web::json`.
fn value_of(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Number(number.as_f64().expect("a number of JavaScript")),
        Json::String(text) => Value::Text(text),
        Json::Array(values) => Value::List(values.into_iter().map(value_of).collect()),
        Json::Object(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, value_of(value))).collect())
        }
    }
}

fn agree<T: Read + DeserializeOwned + PartialEq + Debug>(json: &str) {
    let derived = serde_json::from_str::<T>(json).ok();
    assert_eq!(read::<T>(json), derived, "{json}");
}

fn event(kind: &str) -> String {
    format!(r#"{{"next":9,"events":[{{"seq":9,"at_ms":1790000000000{kind}}}]}}"#)
}

const KINDS: &[&str] = &[
    "",
    r#","something_new":{"a":1}"#,
    r#","message":null"#,
    r#","message":{"id":"m","from":{"agent":{"name":"Li","avatar":null}},"body":{"text":"您好"}}"#,
    r#","message":{"id":"m","from":{"robot":{"name":""}},"body":{"file":{"file":"f","kind":"image","name":"a.png"}}}"#,
    r#","message":{"id":"m","from":{"system":{}},"body":{"location":{"latitude":1.5,"longitude":-2,"label":"x"}}}"#,
    r#","message":{"id":"m","from":{"ghost":{}},"body":{"card":{"title":"t","description":"d","url":"https://a.example"}}}"#,
    r#","message":{"id":"m","from":{},"body":{"hologram":{}}}"#,
    r#","message":{"id":"m","from":{"agent":null},"body":{"text":null}}"#,
    r#","message":{"id":"m","from":{"robot":{"name":"R"}},"body":{"text":"?"},"choices":["a","b"],"judgeable":true}"#,
    r#","message":{"id":"m","from":{"robot":{"name":"R"}},"body":{"rich":[]}}"#,
    r#","message":{"id":"m","from":{"robot":{"name":"R"}},"body":{"rich":[{"text":"a"},{"element":{"tag":"br"}},
        {"element":{"tag":"strong","nodes":[{"text":"b"}]}},{"element":{"tag":"of_tomorrow","nodes":[{"text":"c"}]}},
        {"link":{"href":"https://a.example","nodes":[{"text":"d"}]}},{"link":{"href":"tel:1"}},{"of_tomorrow":1},
        {"call":{"video":true}},{"call":{"nodes":[{"text":"call"}]}}]}}"#,
    r#","message":{"id":"m","from":{"agent":{"name":""}},
        "body":{"file":{"file":"f","kind":"of tomorrow","name":"a.bin","size_bytes":12}}}"#,
    r#","message":{"id":"m","from":{"agent":{"name":""}},"body":{"card":{"title":"t","description":"","image":"f-1"}}}"#,
    r#","echo":{"id":"i","body":{"text":"hi"},"status":"accepted"}"#,
    r#","echo":{"id":"i","body":{"text":"hi"},"status":"a status of tomorrow"}"#,
    r#","receipt":{"read":["a","b"]}"#,
    r#","receipt":{"read":[]}"#,
    r#","recalled":{"id":"m"}"#,
    r#","typing":{"active":true}"#,
    r#","queue":{}"#,
    r#","queue":{"place":2,"wait_ms":60000}"#,
    r#","contact":{"state":"agent","with":{"name":"Li"},"reason":null}"#,
    r#","contact":{"state":"ended","reason":"queue_timeout"}"#,
    r#","contact":{"state":"asleep","reason":"of tomorrow"}"#,
    r#","contact":{"state":"ended","reason":"outside_hours","offline":true}"#,
    r#","survey":{"open":true,"levels":[{"level":1},{"level":5,"label":"great"}],"comment_max_chars":100}"#,
    r#","survey":{"open":true,"levels":[],"comment_max_chars":0,"questions":["recommend","solved","of_tomorrow"]}"#,
    r#","feedback":{"message":"m","helpful":false}"#,
    r#","call":{"id":"c","state":"queueing","media":"video"}"#,
    r#","call":{"state":"none"}"#,
    r#","call":{"id":"c","state":"connected","media":"audio",
        "gateway":{"domain":"d","addresses":["wss://a.example"],"access_code":"1","caller":"2"}}"#,
    r#","call":{"id":"c","state":"ended","end":"queue_timeout"}"#,
    r#","notice":{"code":"link_not_trusted","text":"The centre's own words"}"#,
    r#","notice":{"code":"offline_mode"}"#,
    r#","notice":{"code":"of_tomorrow"}"#,
    r#","gap":{"from":1,"to":4}"#,
];

#[test]
fn events_of_every_kind() {
    for kind in KINDS {
        agree::<EventPage>(&event(kind));
    }
    for page in [
        r#"{"next":0,"events":[]}"#,
        r#"{"next":9007199254740991,"events":[{"seq":1}]}"#,
        r#"{"next":-1,"events":[]}"#,
        r#"{"events":[]}"#,
        r#"{"next":1,"events":[{"at_ms":1}]}"#,
        r#"{"next":1,"events":[7]}"#,
        "[]",
        "null",
    ] {
        agree::<EventPage>(page);
    }
}

/// Events that are not of the contract: known names, other shapes.
const MALFORMED: &[&str] = &[
    r#","message":"a text""#,
    r#","message":{"id":"m","body":{"text":"nobody says it"}}"#,
    r#","message":{"id":"m","from":{"agent":{}},"body":{"text":"no name"}}"#,
    r#","message":{"id":"m","from":{"robot":{"name":""}},"body":{"rich":["a text"]}}"#,
    r#","message":{"id":"m","from":{"robot":{"name":""}},"body":{"rich":[{"element":{}}]}}"#,
    r#","echo":{"id":"i","body":{"text":"hi"}}"#,
    r#","queue":{"place":-2}"#,
    r#","queue":{"place":1.5}"#,
    r#","contact":{}"#,
    r#","survey":{"open":true,"levels":[{"level":300}],"comment_max_chars":100}"#,
    r#","call":{"state":7}"#,
    r#","recalled":[]"#,
];

#[test]
fn a_malformed_event_keeps_its_number_and_spoils_no_other() {
    for kind in MALFORMED {
        let json = format!(
            r#"{{"next":9,"events":[{{"seq":8,"at_ms":1{kind}}},{{"seq":9,"at_ms":2,"recalled":{{"id":"m"}}}}]}}"#
        );
        let page = read::<EventPage>(&json).expect(kind);
        let [malformed, next] = page.events.as_slice() else { panic!("two events: {kind}") };
        assert_eq!((malformed.seq, &malformed.kind), (8, &EventKind::Unknown {}), "{kind}");
        assert_eq!(next.kind, EventKind::Recalled(Recalled { id: "m".into() }));
        assert!(
            serde_json::from_str::<EventPage>(&json).is_err(),
            "it is malformed for the contract too: {kind}"
        );
    }
}

#[test]
fn answers_of_files_history_and_comforts() {
    agree::<FileStored>(r#"{"file":"f","kind":"image","name":"a.png","size_bytes":5}"#);
    agree::<FileTicket>(r#"{"url":"/v1/files/f?ticket=t","expires_ms":5}"#);
    agree::<FileTicket>(r#"{"url":7,"expires_ms":5}"#);
    agree::<HistoryPage>(r#"{"items":[]}"#);
    agree::<HistoryPage>(
        r#"{"items":[{"id":"h","at_ms":1,"from":{"agent":{"name":"Li"}},"body":{"text":"a"},"recalled":true},
            {"id":"i","at_ms":2,"body":{"rich":[{"text":"b"}]}},{"id":"j","at_ms":3,"from":null,"body":{}}],
            "before":"cursor"}"#,
    );
    agree::<Suggestions>(r#"{"suggestions":["a","b"]}"#);
    agree::<FeedbackSaved>(r#"{"status":"unconfirmed"}"#);
    agree::<MessageLeft>(r#"{"status":"accepted"}"#);
    agree::<CallStatus>(r#"{"state":"of_tomorrow","media":"of_tomorrow","end":"of_tomorrow"}"#);
    agree::<CallSupport>(r#"{"click_to_call":true,"web_rtc":false,"call":{"state":"none"}}"#);
    agree::<CallSupport>(
        r#"{"click_to_call":true,"web_rtc":true,"call":{"state":"none"},
            "ice_servers":[{"urls":["turn:t.example"],"username":"u","credential":"c"},{"urls":[]}]}"#,
    );
    agree::<CallSupport>(
        r#"{"click_to_call":true,"web_rtc":true,"call":{"state":"none"},"ice_servers":[{}]}"#,
    );
    for json in ["{}", "[]", "null", r#"{"items":[7]}"#, r#"{"suggestions":[7]}"#] {
        agree::<HistoryPage>(json);
        agree::<Suggestions>(json);
        agree::<FileStored>(json);
        agree::<CallSupport>(json);
    }
}

#[test]
fn answers() {
    agree::<SessionOpened>(
        r#"{"protocol":1,"session":"s","expires_ms":1,"visitor":{"id":"v","name":"n"},"contact":{"state":"none"},
            "cursor":3,"offers":{"robot":true,"files":{"types":["png"],"max_bytes":5},"call":{"audio":true},
            "text_max_bytes":1024,"of_tomorrow":1}}"#,
    );
    agree::<Offers>(
        r#"{"history":true,"suggestions":true,"leave_message":true,"countries":["CN","DE"],
            "files":{"types":["png"],"max_bytes":5,"max_count":3},
            "hours":{"zone":"Asia/Shanghai","spans":[{"days":[1,2],"from_min":540,"to_min":1080}]}}"#,
    );
    for json in [r#"{"protocol":1,"session":"s"}"#, "{}", "7", r#""s""#] {
        agree::<SessionOpened>(json);
        agree::<Contact>(json);
        agree::<Posted>(json);
        agree::<ApiError>(json);
    }
    agree::<Posted>(r#"{"status":"stored_offline","seq":7}"#);
    agree::<SurveySaved>(r#"{"status":"unconfirmed"}"#);
    agree::<ApiError>(r#"{"code":"of_tomorrow","message":"m"}"#);
}

#[test]
fn every_code() {
    for code in ErrorCode::ALL {
        let error = ApiError { code: *code, message: "m".into(), retry_after_ms: Some(5), request_id: None };
        assert_eq!(read(&written(&error)), Some(error));
    }
}

#[test]
fn a_session_that_is_kept_early_is_kept_like_any() {
    let records = vec![Record::of_session("c".into(), None)];
    assert_eq!(super::session("c"), Saved { schema: frontdesk_core::snapshot::SCHEMA, records }.write());
}

#[test]
fn what_was_kept() {
    let records = vec![
        Record::of_session("c".into(), None),
        Record::Session { credential: "c".into(), person: Some("p".into()), seen: Some(7), gone_ms: Some(8) },
        Record::Farewell { credentials: vec!["c".into(), "d".into()] },
        Record::Outgoing { id: ClientId::from_bits(7), text: "你好".into(), at_ms: 1 << 50 },
        Record::OutgoingBody {
            id: ClientId::from_bits(8),
            body: Body::Location(Location { latitude: 1.5, longitude: -2.0, label: "x".into() }),
            at_ms: 1,
        },
        Record::OutgoingFile {
            id: ClientId::from_bits(9),
            name: "a.png".into(),
            media_type: "image/png".into(),
            size_bytes: 7,
            stored: None,
            at_ms: 2,
        },
        Record::OutgoingFile {
            id: ClientId::from_bits(10),
            name: "a.png".into(),
            media_type: String::new(),
            size_bytes: 7,
            stored: Some(FileStored {
                file: "f".into(),
                kind: "image".into(),
                name: "b.png".into(),
                size_bytes: 6,
            }),
            at_ms: 2,
        },
        Record::Rating {
            id: ClientId::from_bits(11),
            level: Some(5),
            recommend: Some(0),
            solved: Some(false),
            comment: String::new(),
        },
        Record::Leave(LeaveMessage {
            id: ClientId::from_bits(12),
            number: "+86 28 1234".into(),
            country: Some("CN".into()),
            text: "call me".into(),
        }),
        Record::Feedback(PostFeedback {
            id: ClientId::from_bits(13),
            message: "m".into(),
            helpful: false,
            reason: "no".into(),
        }),
        Record::Draft { text: "not yet".into() },
    ];
    let saved = Saved { schema: 1, records };
    both_write(&saved);
    assert_eq!(super::read(saved.write()).as_ref(), Some(&saved));
    assert_eq!(read(&written(&saved)), Some(saved));
    agree::<Saved>(r#"{"schema":1,"records":[{"of_tomorrow":{}}]}"#);
    // As it was kept by an earlier version.
    agree::<Saved>(r#"{"schema":1,"records":[{"rating":{"id":"r","level":5,"comment":""}}]}"#);
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("it can be written")
}

#[test]
fn what_is_sent() {
    let id = || ClientId::from_bits(1);
    both_write(&OpenSession {
        protocol: 1,
        desk: "d".into(),
        locale: None,
        identity: Some("i".into()),
        resume: Some(String::new()),
        id: Some(id()),
    });
    both_write(&Connect { id: id(), to: ConnectTo::Robot, about: About::default() });
    let attributes = vec![Attribute { name: "plan".into(), value: "gold".into() }];
    let about = About { url: Some("https://shop.example/".into()), title: None, attributes };
    both_write(&Connect { id: id(), to: ConnectTo::Agent, about });
    agree::<About>(r#"{"title":"Bowl"}"#);
    agree::<About>(r#"{"attributes":[{"name":"plan","value":"gold"},{"name":7}]}"#);
    let file =
        FileRef { file: "f".into(), kind: "image".into(), name: "a \u{1f600}".into(), size_bytes: None };
    for body in [
        Body::Text("line\nline \"quoted\" \u{2028}".into()),
        Body::File(file.clone()),
        Body::File(FileRef { size_bytes: Some(1 << 40), ..file }),
        Body::Location(Location { latitude: 1.5, longitude: -120.25, label: "x".into() }),
        Body::Card(Card {
            title: "t".into(),
            description: "d".into(),
            url: "u".into(),
            image: Some("i".into()),
        }),
    ] {
        both_write(&PostMessage { id: id(), body });
    }
    both_write(&PostSurvey {
        id: id(),
        level: Some(5),
        recommend: None,
        solved: Some(true),
        comment: "c".into(),
    });
    both_write(&PostFeedback { id: id(), message: "m".into(), helpful: true, reason: String::new() });
    both_write(&LeaveMessage { id: id(), number: "1".into(), country: None, text: "t".into() });
}

fn both_write<T: Write + Serialize + Debug>(value: &T) {
    let derived = serde_json::to_value(value).expect("it can be written");
    assert_eq!(bare(value.write()), bare(value_of(derived)), "{value:?}");
}

/// In the order of the keys, and without what is `null`.
fn bare(value: Value) -> Value {
    match value {
        Value::List(values) => Value::List(values.into_iter().map(bare).collect()),
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries
                .into_iter()
                .filter(|(_, value)| *value != Value::Null)
                .map(|(key, value)| (key, bare(value)))
                .collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(entries)
        }
        other => other,
    }
}
