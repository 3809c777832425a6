//! Both readers, the contract's own and the one here, see the same in the same JSON.

use super::{Read, Value};
use frontdesk_contract::{ApiError, Contact, ErrorCode, EventPage, Posted, SessionOpened, SurveySaved};
use frontdesk_core::{Record, Saved};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fn read<T: Read>(json: &str) -> Option<T> {
    T::read(value_of(serde_json::from_str(json).expect("the fixture is JSON")))
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
    r#","message":{"id":"m","body":{"text":"nobody says it"}}"#,
    r#","message":{"id":"m","from":{"agent":{}},"body":{"text":"no name"}}"#,
    r#","message":"a text""#,
    r#","echo":{"id":"i","body":{"text":"hi"},"status":"accepted"}"#,
    r#","echo":{"id":"i","body":{"text":"hi"},"status":"a status of tomorrow"}"#,
    r#","echo":{"id":"i","body":{"text":"hi"}}"#,
    r#","receipt":{"read":["a","b"]}"#,
    r#","receipt":{"read":[]}"#,
    r#","recalled":{"id":"m"}"#,
    r#","typing":{"active":true}"#,
    r#","queue":{}"#,
    r#","queue":{"place":2,"wait_ms":60000}"#,
    r#","queue":{"place":-2}"#,
    r#","queue":{"place":1.5}"#,
    r#","contact":{"state":"agent","with":{"name":"Li"},"reason":null}"#,
    r#","contact":{"state":"ended","reason":"queue_timeout"}"#,
    r#","contact":{"state":"asleep","reason":"of tomorrow"}"#,
    r#","contact":{}"#,
    r#","survey":{"open":true,"levels":[{"level":1},{"level":5,"label":"great"}],"comment_max_chars":100}"#,
    r#","survey":{"open":true,"levels":[{"level":300}],"comment_max_chars":100}"#,
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

#[test]
fn answers() {
    agree::<SessionOpened>(
        r#"{"protocol":1,"session":"s","expires_ms":1,"visitor":{"id":"v","name":"n"},"contact":{"state":"none"},
            "cursor":3,"offers":{"robot":true,"files":{"types":["png"],"max_bytes":5},"call":{"audio":true},
            "text_max_bytes":1024,"of_tomorrow":1}}"#,
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
fn what_was_kept() {
    let records = vec![
        Record::Session { credential: "c".into() },
        Record::Outgoing {
            id: frontdesk_contract::ClientId::from_bits(7),
            text: "你好".into(),
            at_ms: 1 << 50,
        },
        Record::Rating { id: frontdesk_contract::ClientId::from_bits(8), level: 5, comment: String::new() },
    ];
    let saved = Saved { schema: 1, records };
    assert_eq!(read(&written(&saved)), Some(saved));
    agree::<Saved>(r#"{"schema":1,"records":[{"of_tomorrow":{}}]}"#);
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("it can be written")
}
