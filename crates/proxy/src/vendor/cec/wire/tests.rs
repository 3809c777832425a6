//! Answers in every type that they come in, and nonsense.

use super::{
    Coded, FromCentre, HistoryAnswer, Polled, Queue, Recorded, SurveyAnswer, json, read, read_coded,
    read_item, read_value, whole_letters,
};
use crate::config::{CallLinks, PictureOrigins};
use crate::vendor::Downlink;
use crate::vendor::cec::{content, downlink, grant, reading};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

#[test]
fn a_code_is_found_under_each_of_its_names_and_in_each_type() {
    for (body, code) in [
        (r#"{"resultCode":"0"}"#, Some("0")),
        (r#"{"returnCode":0}"#, Some("0")),
        (r#"{"retCode":0.0}"#, Some("0")),
        (r#"{"resultCode":null,"returnCode":"0"}"#, Some("0")),
        (r#"{"resultCode":" 13 ","returnCode":"0"}"#, Some("13")),
        (r#"{"resultCode":30010009999}"#, Some("30010009999")),
        (r#"{"resultCode":"30010009999"}"#, Some("30010009999")),
        (r#"{"resultCode":"13","resultCode":"0"}"#, Some("0")),
        (r#"{"resultCode":{}}"#, None),
        (r#"{"resultCode":""}"#, Some("")),
        (r#"{"resultCode":" ","resultDesc":""}"#, Some("")),
        (r#"{"resultCode":"","returnCode":"0"}"#, Some("0")),
        (r#"{"resultCode":null}"#, None),
        ("{}", None),
    ] {
        let coded: Coded = read(body.as_bytes()).unwrap();
        assert_eq!(coded.code().as_deref(), code, "{body}");
    }
}

#[test]
fn the_offline_sign_is_an_object_or_a_truth_value() {
    let stores = |sign: &str| {
        let body = format!(r#"{{"resultCode":"13","offlineMsg":{sign}}}"#);
        read::<Coded>(body.as_bytes()).unwrap().stores_offline()
    };
    for sign in
        ["true", "\"true\"", "1", r#"{"isOfflineStatus":true,"tipText":"x"}"#, r#"{"isOfflineStatus":"1"}"#]
    {
        assert!(stores(sign), "{sign}");
    }
    for sign in ["false", "null", "{}", "[]", r#"{"isOfflineStatus":null}"#, r#"{"isOfflineStatus":"false"}"#]
    {
        assert!(!stores(sign), "{sign}");
    }
}

#[test]
fn the_word_null_is_no_text() {
    let text = |desc: &str| {
        read::<Coded>(format!(r#"{{"resultCode":"0","resultDesc":{desc}}}"#).as_bytes())
            .unwrap()
            .text()
            .to_owned()
    };
    assert_eq!(
        [text("null"), text("\"null\""), text("\"\""), text("\"Queuing...\"")],
        ["", "", "", "Queuing..."]
    );
}

#[test]
fn what_is_no_object_is_no_answer() {
    for body in ["", "null", "[]", "\"0\"", "0", "<html>", "{", "[\"0\",\"0\"]"] {
        assert!(read::<Coded>(body.as_bytes()).is_none(), "{body}");
    }
    assert!(read::<Coded>(b"\xef\xbb\xbf{\"resultCode\":\"0\"}").is_some_and(|coded| coded.is_ok()));
    // One broken letter does not cost the rest of the answer.
    let polled: Polled = read(b"{\"downlinkMessages\":[{\"content\":\"a\xffb\"}]}").unwrap();
    assert_eq!(polled.downlink_messages.0.len(), 1);
}

#[test]
fn half_a_letter_costs_no_more_than_itself() {
    let body = r#"{"resultDesc":"\udc00","downlinkMessages":[
        {"content":"cut \ud83d","senderNickname":"\ud83d\ud83d\ude00\\ud83d","sourceType":"AGENT"},{"content":"\ud83d\ude00"}]}"#;
    let (polled, coded): (Polled, _) = read_coded(body.as_bytes()).unwrap();
    assert_eq!(coded.text(), "\u{fffd}");
    let [cut, whole] = &polled.downlink_messages.0[..] else { panic!("two messages") };
    let cut: FromCentre = read_item(cut).unwrap();
    assert_eq!(cut.content, "cut \u{fffd}");
    assert_eq!(cut.sender_nickname.word(), Some("\u{fffd}\u{1f600}\\ud83d"));
    assert_eq!(read_item::<FromCentre>(whole).unwrap().content, "\u{1f600}");
    // What is broken otherwise stays broken.
    for broken in [r#"{"resultDesc":"\ud83d}"#, r#"{"resultDesc":"\ud83"}"#, "{\"resultDesc\":\"\\"] {
        assert!(read::<Coded>(broken.as_bytes()).is_none(), "{broken}");
    }
}

#[test]
fn what_is_no_list_is_an_empty_one_and_costs_nothing_else() {
    for other in ["null", "true", "-1", "18446744073709551615", "1.5", "\"[1]\"", "{\"a\":[1]}", "[]"] {
        let body = format!("{{\"downlinkMessages\":{other},\"resultCode\":\"0\"}}");
        let (polled, coded): (Polled, _) = read_coded(body.as_bytes()).unwrap();
        assert!(polled.downlink_messages.0.is_empty() && coded.is_ok(), "{other}");
    }
}

#[test]
fn a_name_that_comes_twice_costs_nothing() {
    let body = br#"{"resultCode":"0","downlinkMessages":[{"content":"a","receiveTime":null,"receiveTime":1},
        {"content":"a","content":"b"},["c"],"d"]}"#;
    let polled: Polled = read(body).unwrap();
    let read = polled.downlink_messages.0.iter().map(|item| Some(read_item::<FromCentre>(item)?.content));
    assert_eq!(read.collect::<Vec<_>>(), [Some("a".into()), Some("b".into()), None, None]);
}

fn said(message: Value) -> Vec<Downlink> {
    let (links, pictures) = (CallLinks::default(), PictureOrigins::default());
    let Some(message) = read_value(message) else { return Vec::new() };
    downlink::read(message, downlink::Named { links: &links, pictures: &pictures })
}

/// Reads a value in every way there is.
fn read_everything(value: &Value) {
    let body = value.to_string().into_bytes();
    let _ = (
        read::<Coded>(&body).map(|coded| (coded.code(), coded.stores_offline())),
        grant::visitor_token(&body),
    );
    let _ = (
        read::<Polled>(&body).is_some(),
        read::<Queue>(&body).is_some(),
        read::<SurveyAnswer>(&body).is_some(),
    );
    let _ = (read::<HistoryAnswer>(&body).is_some(), read_value::<Recorded>(value.clone()).is_some());
    let _ = said(value.clone());
    let _ = crate::vendor::cec::reading::kept(&body, &CallLinks::default());
    if let Value::Object(fields) = value {
        for (kind, content) in fields {
            let media =
                content::Media { media_type: Some(kind), content: content.as_str(), ..Default::default() };
            let _ = content::read(&media, &CallLinks::default());
            let _ = content::own(&media, &CallLinks::default());
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "content",
            "mediaType",
            "sourceType",
            "controlType",
            "timestamp",
            "messageCode",
            "queueFlag",
            "isOfflineStatus",
            "resultCode",
            "offlineMsg",
            "downlinkMessages",
            "token",
            "position",
        ])
        .prop_map(String::from),
        "\\PC{0,8}",
    ];
    let word = prop_oneof![
        prop::sample::select(vec![
            "READ", "CHAT", "LOCATE", "WEBCARD", "TEXT", "AGENT", "Y", "1/2/3", "<p>a</p>", "&#0;"
        ])
        .prop_map(String::from),
        "\\PC{0,40}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Makes another answer that says the same: numbers as text and text as numbers, nulls added, keys in another order.
fn disguise(value: &Value, dice: &mut impl FnMut() -> bool) -> Value {
    match value {
        Value::Number(number) if dice() => Value::String(number.to_string()),
        Value::String(text) if dice() => match text.parse::<u64>() {
            Ok(number) if number.to_string() == *text => Value::Number(Number::from(number)),
            _ => Value::String(text.clone()),
        },
        Value::Bool(flag) if dice() => Value::String(flag.to_string()),
        Value::Array(values) => values.iter().map(|value| disguise(value, dice)).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(key, value)| (key.clone(), disguise(value, dice))).collect();
            for (number, absent) in
                ["callId", "handlerType", "robotGender", "returnCode"].into_iter().enumerate()
            {
                if dice() && !fields.iter().any(|(key, _)| key == absent) {
                    fields.insert(number.min(fields.len()), (absent.into(), Value::Null));
                }
            }
            if dice() {
                fields.reverse();
            }
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn reading_never_panics(value in any_json(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&value);
        let _ = (json(&bytes), grant::visitor_token(&bytes));
    }

    #[test]
    fn a_message_reads_the_same_from_the_text_of_an_answer_and_by_itself(messages in prop::collection::vec(any_json(), 0..4)) {
        let body = serde_json::json!({"downlinkMessages": messages}).to_string();
        let (links, pictures) = (CallLinks::default(), PictureOrigins::default());
        let together = reading::downlinks(body.as_bytes(), &links, &pictures);
        // Read once as well, since a number may be another one afterwards.
        let alone = messages.iter().map(|message| serde_json::from_str(&message.to_string()).unwrap());
        prop_assert_eq!(together, Some(alone.flat_map(said).collect()));
    }

    #[test]
    fn half_letters_are_made_whole_without_a_trace_elsewhere(text in "(\\\\|u|d83d|\\\\ude00|\"|\\PC){0,20}") {
        let whole = whole_letters(&text);
        if serde_json::from_str::<String>(&format!("\"{text}\"")).is_ok() {
            prop_assert_eq!(&whole, &text);
        }
        prop_assert_eq!(whole_letters(&whole), whole);
    }

    #[test]
    fn the_same_answer_in_other_types_reads_the_same(bits in prop::collection::vec(any::<bool>(), 64)) {
        let answer = serde_json::json!({"resultCode": "0", "resultDesc": "query user messages success.",
            "offlineMsg": {"isOfflineStatus": true, "tipText": "later"}, "position": 2, "estimateWaitTime": "40",
            "downlinkMessages": [
                {"content": "Hello", "controlType": "CHAT", "mediaType": "TEXT", "sourceType": "AGENT",
                 "senderNickname": "Li", "timestamp": 1_760_000_001_000_u64, "messageCode": "42", "queueFlag": null},
                {"content": null, "controlType": "DISCONNECT", "sourceType": "SYSTEM", "isOfflineStatus": true}]});
        let mut bits = bits.into_iter().cycle();
        let other = disguise(&answer, &mut || bits.next().unwrap_or_default());
        let look = |value: &Value| {
            let body = value.to_string().into_bytes();
            let (coded, queue): (Coded, Queue) = (read(&body).unwrap(), read(&body).unwrap());
            let (links, pictures) = (CallLinks::default(), PictureOrigins::default());
            let items = reading::downlinks(&body, &links, &pictures);
            (coded.code(), coded.stores_offline(), queue.position.whole(), queue.estimate_wait_time.whole(), items)
        };
        prop_assert_eq!(look(&answer), look(&other));
        prop_assert!(read_value::<FromCentre>(other).is_some());
    }

    #[test]
    fn making_plain_text_never_panics_and_never_grows_tags(text in "(<|>|&|/|p|br|script|style|a href=|\"|'|;|#x41|lt|\\PC){0,60}") {
        let plain = crate::vendor::rich::plain::plain(&text);
        prop_assert!(plain.len() <= text.len() * 4 + 64);
    }
}
