//! The history: pages of any size, spans whose times the centre may not understand, records that do not say whose they are.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, Reply, coded, heard, kind, party};
use frontdesk_contract::{Person, Sender};
use frontdesk_proxy::config::Dialect;
use frontdesk_proxy::vendor::{Centre as _, Content, FileSource, Kept};
use serde_json::{Value, json};

const HISTORY: &str = "queryHistoryChatMessage";
/// Long ago.
const AT_MS: u64 = 1_760_000_000_000;

fn page(records: &[Value]) -> Reply {
    Reply::json(&json!({"resultCode": "0", "messageList": records}).to_string())
}

fn record(number: u64) -> Value {
    json!({"id": format!("r{number}"), "sourceType": "AGENT", "senderNickname": "Li", "mediaType": "TEXT",
        "content": format!("t{number}"), "sendTime": AT_MS + number, "messageCode": format!("c{number}")})
}

fn codes(kept: &[Kept]) -> Vec<&str> {
    kept.iter().map(|kept| kept.code.as_deref().unwrap_or_default()).collect()
}

/// What was asked: the offset, and whether with times.
fn asked(centre: &Centre) -> Vec<(String, bool)> {
    let asked = centre.seen(HISTORY).into_iter().map(|seen| seen.body);
    let asked =
        asked.map(|body| (body["offset"].clone(), body.get("startTime").or(body.get("endTime")).is_some()));
    asked.map(|(offset, timed)| (offset.as_str().unwrap().to_owned(), timed)).collect()
}

#[tokio::test]
async fn a_centre_may_give_fewer_messages_than_asked_for() {
    let centre = Centre::start().await;
    let all: Vec<Value> = (0..47).map(record).collect();
    for part in all.chunks(20) {
        centre.once(HISTORY, page(part));
    }
    let kept = centre.cec().history(&party(), AT_MS, u64::MAX).await.unwrap().unwrap();
    assert_eq!(kept.len(), 47);
    assert_eq!(codes(&kept)[..3], ["c0", "c1", "c2"]);
    let offsets: Vec<_> = asked(&centre).into_iter().map(|(offset, _)| offset).collect();
    assert_eq!(offsets, ["0", "20", "40", "47"], "until a page is empty");
}

#[tokio::test]
async fn a_centre_that_gives_the_same_page_again_is_asked_no_more() {
    for records in [
        vec![record(1), record(2)],
        // Without ids, and without codes as well.
        vec![json!({"sourceType": "AGENT", "content": "hi", "sendTime": AT_MS, "messageCode": "c"})],
        vec![json!({"sourceType": "AGENT", "content": "hi", "sendTime": AT_MS})],
    ] {
        let centre = Centre::start().await;
        centre.always(HISTORY, page(&records));
        let kept = centre.cec().history(&party(), AT_MS, u64::MAX).await.unwrap().unwrap();
        assert_eq!((kept.len(), centre.seen(HISTORY).len()), (records.len(), 2));
    }
}

#[tokio::test]
async fn a_code_that_two_records_share_is_one_message_and_what_was_done_to_it() {
    let read =
        json!({"sourceType": "AGENT", "controlType": "READ", "messageCode": "c1", "sendTime": AT_MS + 9});
    let said = json!({"sourceType": "AGENT", "controlType": "CHAT", "messageCode": "c1", "content": "hi", "sendTime": AT_MS});
    let centre = Centre::start().await;
    centre.once(HISTORY, page(&[read, said.clone()]));
    centre.once(HISTORY, page(&[said]));
    let kept = centre.cec().history(&party(), AT_MS, u64::MAX).await.unwrap().unwrap();
    assert_eq!(codes(&kept), ["c1"]);
}

#[tokio::test]
async fn pages_come_to_an_end() {
    let centre = Centre::start().await;
    for number in 0..150 {
        centre.once(HISTORY, page(&[record(number)]));
    }
    let kept = centre.cec().history(&party(), AT_MS, u64::MAX).await.unwrap().unwrap();
    assert_eq!((kept.len(), centre.seen(HISTORY).len()), (100, 100));
}

#[tokio::test]
async fn where_a_span_finds_nothing_everything_is_asked_for_and_what_it_shows_is_remembered() {
    let (since_ms, to_ms) = (AT_MS, u64::MAX);
    // A centre that finds nothing by our times, though it has a message of them.
    let centre = Centre::start().await;
    let cec = centre.cec();
    centre.once(HISTORY, page(&[]));
    centre.once(HISTORY, page(&[record(1)]));
    assert_eq!(codes(&cec.history(&party(), since_ms, to_ms).await.unwrap().unwrap()), ["c1"]);
    centre.clear();
    for number in [2, 3] {
        centre.once(HISTORY, page(&[record(number)]));
        centre.once(HISTORY, page(&[]));
        let kept = cec.history(&party(), since_ms, to_ms).await.unwrap().unwrap();
        assert_eq!(codes(&kept), [format!("c{number}")]);
    }
    assert!(asked(&centre).iter().all(|(_, timed)| !timed), "{:?}", asked(&centre));
}

#[tokio::test]
async fn a_span_that_is_empty_proves_nothing_against_times() {
    // Nothing at all; then only what is older than the span; then what came a moment ago, perhaps between the questions.
    let now_ms = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64;
    let mut recent = record(7);
    recent["sendTime"] = json!(now_ms);
    for (everything, since_ms, found) in
        [(vec![], AT_MS, 0), (vec![record(1)], AT_MS + 1_000, 0), (vec![recent], AT_MS, 1)]
    {
        let centre = Centre::start().await;
        let cec = centre.cec();
        for _ in 0..2 {
            centre.clear();
            centre.once(HISTORY, page(&[]));
            centre.once(HISTORY, page(&everything));
            let kept = cec.history(&party(), since_ms, u64::MAX).await.unwrap().unwrap();
            assert_eq!(kept.len(), found);
            assert!(asked(&centre)[0].1, "the next question has times again");
            assert!(!asked(&centre)[1].1);
        }
    }
}

#[tokio::test]
async fn times_that_have_found_something_are_believed_when_they_find_nothing() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    centre.once(HISTORY, page(&[record(1)]));
    cec.history(&party(), AT_MS, u64::MAX).await.unwrap();
    centre.clear();
    assert_eq!(cec.history(&party(), AT_MS + 5, u64::MAX).await, Ok(Some(Vec::new())));
    assert_eq!(asked(&centre), [("0".into(), true)]);
}

#[tokio::test]
async fn a_centre_that_refuses_times_is_asked_without_them_from_then_on() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    centre.once(HISTORY, coded("1", "startTime"));
    assert_eq!(cec.history(&party(), 5, u64::MAX).await, Ok(Some(Vec::new())));
    assert_eq!(cec.history(&party(), 5, 9).await, Ok(Some(Vec::new())));
    assert_eq!(asked(&centre), [("0".into(), true), ("0".into(), false), ("0".into(), false)]);
    // One that refuses either way says so.
    let centre = Centre::start().await;
    centre.always(HISTORY, coded("1", ""));
    assert_eq!(kind(centre.cec().history(&party(), 5, u64::MAX).await), "refused for now CentreRefused");
    // Flow control says nothing about times, and what breaks off later is no answer.
    let centre = Centre::start().await;
    centre.once(HISTORY, coded("10010000002", ""));
    assert_eq!(kind(centre.cec().history(&party(), 5, u64::MAX).await), "refused for now CentreBusy");
    centre.once(HISTORY, page(&[record(1)]));
    centre.once(HISTORY, coded("1", ""));
    assert_eq!(kind(centre.cec().history(&party(), 5, u64::MAX).await), "refused for now CentreRefused");
    assert_eq!(centre.seen(HISTORY).len(), 3);
}

#[tokio::test]
async fn a_record_without_a_source_is_the_visitors_by_what_only_a_visitor_has() {
    let centre = Centre::start().await;
    let record = |fields: Value| {
        let mut record =
            json!({"mediaType": "TEXT", "content": "a < b", "sendTime": AT_MS, "sourceType": null});
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record
    };
    let unknown = || Some(Sender::Unknown {});
    let li = || Some(Sender::Agent(Person { name: "Li".into(), avatar: None }));
    for (fields, from) in [
        (json!({"senderNickname": "Guest 7f3a"}), None),
        (json!({"messageId": "m1"}), None),
        (json!({"mediaType": "IMAGE", "content": "0b6e6c1e,png"}), None),
        (json!({"sourceType": "CUSTOMER", "senderNickname": "Li"}), None),
        (json!({}), unknown()),
        (json!({"sourceType": "null", "senderNickname": "Li"}), unknown()),
        (json!({"senderNickname": "", "messageCode": "c1"}), unknown()),
        (json!({"mediaType": "LOCATE", "content": "1.0/2.0/a, b"}), unknown()),
        (json!({"sourceType": "AGENT", "senderNickname": "Li", "messageId": "m1"}), li()),
        (json!({"sourceType": "SYSTEM", "senderNickname": "Guest 7f3a"}), Some(Sender::System {})),
    ] {
        centre.once(HISTORY, page(&[record(fields.clone())]));
        let kept = centre.cec().history(&party(), 0, u64::MAX).await.unwrap().unwrap();
        assert_eq!(kept[0].from, from, "{fields}");
        if fields["mediaType"] == "IMAGE" {
            let Content::File(file) = &kept[0].content else { unreachable!("{:?}", kept[0].content) };
            assert_eq!(file.source, FileSource::Uploaded("0b6e6c1e".into()));
        }
    }
}

#[tokio::test]
async fn history_is_read_page_by_page_oldest_first() {
    let record = |number: u64, more: &str| {
        let at = 1_760_000_000_000 + number;
        format!(
            r#"{{"id":"r{number}","sourceType":"CUSTOMER","controlType":"CHAT","mediaType":"TEXT",
            "content":"t{number}","sendTime":{at},"partDbId":123456789012345678901234567890,"messageId":"m{number}"{more}}}"#
        )
    };
    let page = |records: &[String]| {
        Reply::json(&format!(r#"{{"resultCode":"0","messageList":[{}]}}"#, records.join(",")))
    };
    let centre = Centre::start().await;
    // Newest first, and one record on both pages, since a message came in between.
    let newest: Vec<_> = (51..=100).rev().map(|number| record(number, "")).collect();
    let mut oldest: Vec<_> = (49..=51).rev().map(|number| record(number, "")).collect();
    oldest.push(record(48, r#","recallTime":1760000000999"#));
    oldest.push(record(47, r#","sendStatus":2"#));
    oldest.push(r#"{"id":"x","sourceType":"CUSTOMER","controlType":"CONNECT","content":""}"#.into());
    oldest.push(r#"{"id":"y","sourceType":"AGENT","senderNickname":"Li","content":"<p>hi</p>","sendTime":1760000000046,
        "mediaType":"TEXT","messageCode":"c-1"}"#.into());
    oldest.push(record(45, ""));
    centre.once("queryHistoryChatMessage", page(&newest));
    centre.once("queryHistoryChatMessage", page(&oldest));

    let kept = centre.cec().history(&party(), 1_760_000_000_046, u64::MAX).await.unwrap().unwrap();
    let (first, second) = (kept.first().unwrap(), kept.get(2).unwrap());
    let from = Some(Sender::Agent(Person { name: "Li".into(), avatar: None }));
    assert_eq!(*first, cec_support::kept("c-1", from, heard("hi"), 1_760_000_000_046));
    assert_eq!(*second, cec_support::kept("m49", None, heard("t49"), 1_760_000_000_049));
    assert_eq!(kept.iter().filter(|kept| kept.recalled).count(), 1);
    assert_eq!(kept.len(), 54);
    assert!(kept.is_sorted_by_key(|kept| kept.at_ms));
    let asked = centre.seen("queryHistoryChatMessage");
    let expected = json!({"channelId": "202500000000000042", "userId": "visitor-7f3a",
        "startTime": "1760000000046", "limit": "50", "offset": "0"});
    assert_eq!(asked[0].body, expected);
    assert_eq!(asked[1].body["offset"], "50");
}

#[tokio::test]
async fn an_entry_that_takes_another_back_is_none_itself() {
    for control in ["RECALL", "withdraw", "DELIVERED"] {
        let centre = Centre::start().await;
        let mut recall = record(9);
        (recall["controlType"], recall["messageCode"]) = (json!(control), json!("c1"));
        centre.once(HISTORY, page(&[record(1), record(2), recall]));
        let kept = centre.cec().history(&party(), AT_MS, u64::MAX).await.unwrap().unwrap();
        assert_eq!(codes(&kept), ["c1", "c2"], "{control}");
        let recalled: Vec<bool> = kept.iter().map(|kept| kept.recalled).collect();
        assert_eq!(recalled, [control != "DELIVERED", false], "{control}");
    }
}

#[tokio::test]
async fn what_was_taken_back_after_the_span_is_so_in_it() {
    let centre = Centre::start().await;
    let mut recall = record(9);
    (recall["controlType"], recall["messageCode"]) = (json!("RECALL"), json!("c2"));
    centre.once(HISTORY, page(&[record(1), record(2), record(3), recall]));
    let kept = centre.cec().history(&party(), AT_MS, AT_MS + 2).await.unwrap().unwrap();
    let said: Vec<_> = kept.iter().map(|kept| (kept.code.as_deref(), kept.recalled)).collect();
    assert_eq!(said, [(Some("c1"), false), (Some("c2"), true)]);
    let asked = centre.seen(HISTORY)[0].body["endTime"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(asked > AT_MS + 9, "the recall is asked for: {asked}");
}

#[tokio::test]
async fn where_there_is_no_history_none_is_read() {
    let centre = Centre::start().await;
    centre.always("queryHistoryChatMessage", Reply::status(404));
    assert_eq!(centre.cec().history(&party(), 0, u64::MAX).await, Ok(None));
    centre.clear();
    for (history, dialect) in [(false, Dialect::V2_6), (true, Dialect::V2_5)] {
        let cec = centre.cec_with(|config| (config.history, config.dialect) = (history, dialect));
        assert_eq!(cec.history(&party(), 0, u64::MAX).await, Ok(None));
    }
    assert_eq!(centre.order(), Vec::<String>::new());

    // A centre that does not take the time is asked without it.
    centre.once("queryHistoryChatMessage", coded("1", "startTime"));
    centre.always("queryHistoryChatMessage", Reply::json(r#"{"resultCode":"0","messageList":[]}"#));
    assert_eq!(centre.cec().history(&party(), 5, u64::MAX).await, Ok(Some(Vec::new())));
    assert!(centre.seen("queryHistoryChatMessage").last().unwrap().body.get("startTime").is_none());
}
