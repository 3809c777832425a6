use super::signature::sign;
use crate::config::{Config, PushMode};
use crate::vendor::cec::Cec;
use crate::vendor::{Centre as _, Downlink, PushHead, PushRefusal, PushedList};
use axum::http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

const KEY: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const OLD: &str = "GFEDCBAzyxwvutsrqponmlkjihgfedcba9876543210";
const NOW_MS: u64 = 1_790_000_000_000;

fn centre(mode: &str) -> Cec {
    let text = format!(
        "public_url = \"https://desk.example\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\nbase_url = \"https://service.example\"\n\
         app_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n[desks.cec.push]\nkey = \"{KEY}\"\n\
         previous_key = \"{OLD}\"\n{mode}"
    );
    let config = Config::read(&text, Path::new(""), []).unwrap();
    Cec::new("shop", &config.desks[0].cec).unwrap()
}

fn signed_mode() -> Cec {
    let centre = centre("mode = \"signature\"\naccess_key = \"ak-1\"");
    assert!(matches!(centre.config.push.as_ref().unwrap().mode, PushMode::Signature { .. }));
    centre
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn head(headers: &HeaderMap) -> PushHead<'_> {
    PushHead {
        method: "POST",
        path: "/v1/centre/shop/webhooks/v1/messages",
        query: "",
        headers,
        now_ms: NOW_MS,
    }
}

fn admit(centre: &Cec, lines: &[(&'static str, &str)]) -> Result<(), PushRefusal> {
    centre.admit_push(&head(&headers(lines))).map(drop)
}

#[test]
fn both_keys_open_and_nothing_else_does() {
    let centre = centre("");
    for key in [KEY, OLD] {
        assert_eq!(admit(&centre, &[("authorization", &format!("Bearer {key}"))]), Ok(()));
        assert_eq!(admit(&centre, &[("authorization", &format!("bearer  {key} "))]), Ok(()));
    }
    let good = format!("Bearer {KEY}");
    for (lines, refusal) in [
        (vec![], PushRefusal::Missing),
        (vec![("authorization", "Bearer ")], PushRefusal::Key),
        (vec![("authorization", KEY)], PushRefusal::Malformed),
        (vec![("authorization", "Bearer 0123456789abcdef0123456789abcdef")], PushRefusal::Key),
        (vec![("authorization", &good[..good.len() - 1])], PushRefusal::Key),
        (vec![("authorization", "Basic eHg6eHg=")], PushRefusal::Malformed),
        (vec![("authorization", &good), ("authorization", &good)], PushRefusal::Malformed),
    ] {
        assert_eq!(admit(&centre, &lines), Err(refusal), "{lines:?}");
    }
}

fn authorization(key: &str, time: &str, names: &str, signed: &str) -> String {
    let prefix = format!("auth-v2/ak-1/{time}/{names}");
    format!("{prefix}/{}", sign(key, &prefix, signed))
}

const SIGNED: &str = "POST\n/v1/centre/shop/webhooks/v1/messages\n\nhost:desk.example\nx-more:1";

#[test]
fn a_signature_is_checked_with_both_keys_and_for_a_while() {
    let centre = signed_mode();
    let given = |given: &str| {
        let lines = [("host", "desk.example"), ("x-more", " 1 "), ("authorization", given)];
        admit(&centre, &lines)
    };
    let names = "host;x-more";
    for key in [KEY, OLD] {
        assert_eq!(given(&authorization(key, "2026-09-21T14:13:20.000Z", names, SIGNED)), Ok(()));
        assert_eq!(given(&authorization(key, "1790000000000", names, SIGNED)), Ok(()));
        for at_ms in [NOW_MS - 300_000, NOW_MS + 300_000] {
            assert_eq!(given(&authorization(key, &at_ms.to_string(), names, SIGNED)), Ok(()));
        }
        for at_ms in [NOW_MS - 300_001, NOW_MS + 300_001] {
            assert_eq!(given(&authorization(key, &at_ms.to_string(), names, SIGNED)), Err(PushRefusal::Time));
        }
    }
    let now = NOW_MS.to_string();
    let good = authorization(KEY, &now, names, SIGNED);
    for (header, refusal) in [
        (good.replace("ak-1", "ak-2"), PushRefusal::Key),
        (good.replace("auth-v2", "auth-v1"), PushRefusal::Malformed),
        (good.rsplit_once('/').unwrap().0.to_owned(), PushRefusal::Malformed),
        (good.replace(&now, "soon"), PushRefusal::Time),
        (good.replace(&now, "1790000000001"), PushRefusal::Signature),
        (good.replace("host;x-more", "x-more;host"), PushRefusal::Signature),
        (good.replace("host;x-more", "host"), PushRefusal::Signature),
        (good.replace("host;x-more", "host;date"), PushRefusal::Signature),
        (
            authorization("another key, just as long as the others", &now, names, SIGNED),
            PushRefusal::Signature,
        ),
        (authorization(KEY, &now, names, &SIGNED.replace("shop", "bank")), PushRefusal::Signature),
        (format!("Bearer {KEY}"), PushRefusal::Malformed),
    ] {
        assert_eq!(given(&header), Err(refusal), "{header}");
    }
}

#[test]
fn a_signature_goes_with_one_body() {
    let centre = signed_mode();
    let first = authorization(KEY, "1790000000000", "host;x-more", SIGNED);
    let other = authorization(KEY, "1790000000001", "host;x-more", SIGNED);
    let admitted = |given: &str| {
        let lines = [("host", "desk.example"), ("x-more", "1"), ("authorization", given)];
        centre.admit_push(&head(&headers(&lines))).unwrap()
    };
    let body = |text: &str| json!({"messages": [{"to": "u", "content": text}]}).to_string();
    assert!(centre.read_push(&admitted(&first), body("a").as_bytes()).is_ok());
    assert!(centre.read_push(&admitted(&first), body("a").as_bytes()).is_ok(), "the centre sends it again");
    let forged = centre.read_push(&admitted(&first), body("b").as_bytes());
    assert_eq!(forged, Err(PushRefusal::Replayed));
    assert!(centre.read_push(&admitted(&other), body("b").as_bytes()).is_ok());
}

fn read(body: &str) -> Option<PushedList> {
    centre("").pushed(body.as_bytes())
}

#[test]
fn what_is_no_list_is_not_taken_and_what_is_no_message_does_not_hold_up_the_others() {
    for body in ["", "[]", "{}", "7", "{\"messages\":{}}", "{\"messages\":null}", "{\"messages\":[}"] {
        assert_eq!(read(body), None, "{body}");
    }
    assert_eq!(read("{\"messages\":[]}"), Some(PushedList::default()));
    let list = json!({"timestamp": 1, "messages": [
        7, null, "text", [], {}, {"to": null}, {"to": "x".repeat(33)},
        {"to": "fd1", "controlType": "CHAT", "sourceType": "AGENT", "mediaType": "TEXT", "content": "hello", "messageCode": "c"},
        {"to": "fd2", "content": {"not": "text"}},
    ]});
    let list = read(&list.to_string()).unwrap();
    assert_eq!(list.malformed, 7);
    let users: Vec<_> =
        list.messages.iter().map(|message| (message.user_id.as_str(), message.items.len())).collect();
    assert_eq!(users, [("fd1", 1), ("fd2", 0)]);
}

#[test]
fn an_end_has_the_same_mark_each_time_and_another_end_another() {
    let mark = |code: Value, at: Value| {
        let body = json!({"messages": [
            {"to": "fd1", "controlType": "DISCONNECT", "sourceType": "AGENT", "mediaType": null, "content": null,
                "messageCode": code, "timestamp": at}]});
        match read(&body.to_string()).unwrap().messages.remove(0).items.as_slice() {
            [Downlink::Once { mark, then }] if then == &[Downlink::Ended { offline: false }] => {
                Some(mark.clone())
            }
            [Downlink::Ended { offline: false }] => None,
            other => panic!("{other:?}"),
        }
    };
    assert!(mark(json!("c"), json!(1)).is_some());
    assert_eq!(mark(json!("c"), json!(1)), mark(json!("c"), json!(2)));
    assert_ne!(mark(json!("c"), json!(1)), mark(json!("d"), json!(1)));
    assert_eq!(mark(json!(null), json!(5)), mark(json!(null), json!("5")));
    assert_ne!(mark(json!(null), json!(5)), mark(json!(null), json!(6)));
    assert_eq!(mark(json!(null), json!(null)), None);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,40}|CHAT|CONNECT|DISCONNECT|TRANS2AGENT|READ|RECALL|INPUT|AGENT|SYSTEM|TEXT|true|Y"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
}

proptest! {
    #[test]
    fn any_message_is_read_the_same_way_each_time(
        fields in prop::collection::hash_map(
            prop::sample::select(vec![
                "to", "content", "mediaType", "sourceType", "controlType", "messageCode", "timestamp", "queueFlag",
                "isOfflineStatus", "simQuestions", "senderNickname",
            ]),
            value(),
            0..11,
        ),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let centre = centre("");
        let _read = centre.pushed(&bytes);
        let body = json!({"messages": [fields, {"to": "fd1", "content": "after it"}]}).to_string();
        let list = centre.pushed(body.as_bytes()).unwrap();
        prop_assert_eq!(list.messages.len() + list.malformed, 2);
        prop_assert_eq!(list.messages.last().map(|message| message.items.len()), Some(1));
        prop_assert_eq!(centre.pushed(body.as_bytes()), Some(list));
    }
}
