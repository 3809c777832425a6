//! Earlier messages: pages backwards, known ids, files that can still be opened, and what was missed while nobody asked.

use super::{Bench, EPOCH_MS, Plan, Visitor, agent, message, pass};
use crate::files::sniff::samples;
use crate::vendor::fake::{Call, refused, unknown};
use crate::vendor::{CentreFile, Content, FileKind, FileSource, Kept};
use frontdesk_contract::{Body, ErrorCode, Sender};
use serde_json::Value;

const HOUR_MS: u64 = 3_600_000;

fn plan() -> Plan {
    let mut plan = Plan::default();
    plan.desk.offers.history = true;
    plan.desk.centre.history = true;
    plan
}

fn kept(code: Option<&str>, from: Option<Sender>, text: &str, at_ms: u64) -> Kept {
    let content = Content::Body(Body::Text(text.into()));
    Kept { code: code.map(Into::into), from, content, at_ms: Some(at_ms), recalled: false, read: false }
}

/// Answers every question with what of `all` is within it, for so many questions.
async fn page(visitor: &Visitor<'_>, all: &[Kept], before: Option<&str>) -> Value {
    let path = before.map_or("/v1/history".to_owned(), |before| format!("/v1/history?before={before}"));
    // The fake does not know what it is asked for; the proxy picks what it wants from all of it.
    let fill = || {
        let mut script = visitor.bench.centre.script();
        script.history.clear();
        script.history.extend((0..5).map(|_| Ok(Some(all.to_vec()))));
    };
    fill();
    let reply = visitor.call("GET", &path, None).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

#[tokio::test(start_paused = true)]
async fn pages_go_backwards_without_a_hole_and_without_a_repetition() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    // Some at the very same moment, some months apart.
    let all: Vec<Kept> = (0..130_u64)
        .map(|number| {
            let at_ms = match number {
                0..40 => EPOCH_MS - 4_000 * HOUR_MS + number * HOUR_MS,
                40..110 => EPOCH_MS - 300 * HOUR_MS,
                _ => EPOCH_MS - HOUR_MS + number,
            };
            kept(None, (number % 2 == 0).then(|| agent("Li")), &format!("text {number}"), at_ms)
        })
        .collect();
    let (mut before, mut seen, mut ids) = (None::<String>, Vec::new(), std::collections::HashSet::new());
    for _ in 0..10 {
        let page = page(&visitor, &all, before.as_deref()).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 50);
        let texts: Vec<String> =
            items.iter().map(|item| item["body"]["text"].as_str().unwrap().to_owned()).collect();
        assert!(
            items.iter().all(|item| ids.insert(item["id"].as_str().unwrap().to_owned())),
            "every id once"
        );
        seen.splice(0..0, texts);
        before = page["before"].as_str().map(Into::into);
        if before.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..130).map(|number| format!("text {number}")).collect();
    assert_eq!(seen, expected);
    let again = page(&visitor, &all, None).await;
    assert!(
        ids.contains(again["items"][0]["id"].as_str().unwrap()),
        "an id is the same whenever it is asked for"
    );
    let asked = bench.centre.script().calls.clone();
    let Call::History { from_ms, to_ms } = asked[0] else { panic!("{asked:?}") };
    assert_eq!((to_ms, from_ms), (u64::MAX, EPOCH_MS - 24 * HOUR_MS));
}

#[tokio::test(start_paused = true)]
async fn a_message_has_the_id_that_the_events_gave_it() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    bench.down(vec![message("k1", agent("Li"), "with a code"), message("", agent("Li"), "without")]);
    visitor.say("m1", "mine").await;
    pass(6.0).await;
    let events = serde_json::to_value(visitor.events(0).await).unwrap();
    let id = |text: &str| {
        let found = events.as_array().unwrap().iter().find(|event| event["message"]["body"]["text"] == text);
        found.unwrap()["message"]["id"].as_str().unwrap().to_owned()
    };
    let at_ms = EPOCH_MS + 2_000;
    let mut taken_back = kept(Some("k9"), Some(agent("Li")), "oops", at_ms);
    taken_back.recalled = true;
    let all = [
        kept(Some("k1"), Some(agent("Li")), "with a code", at_ms),
        kept(None, Some(agent("Li")), "without", at_ms),
        kept(None, None, "mine", at_ms),
        kept(None, None, "mine", at_ms),
        taken_back,
    ];
    let page = page(&visitor, &all, None).await;
    let ids: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!((ids[0], ids[1], ids[2]), ("k1", id("without").as_str(), "m1"));
    assert!(ids[3].starts_with("h-"), "one event stands for one message");
    assert_eq!((page["items"][4]["recalled"].as_bool(), page["before"].as_str()), (Some(true), None));
}

#[tokio::test(start_paused = true)]
async fn a_message_of_nobody_is_the_visitors_if_it_was_echoed() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    visitor.say("m1", "mine").await;
    let nobody = || Some(Sender::Unknown {});
    let all = [
        kept(None, nobody(), "mine", EPOCH_MS + 1_000),
        kept(None, nobody(), "of the centre", EPOCH_MS + 1_000),
        kept(Some("c-1"), None, "mine", EPOCH_MS + 24 * HOUR_MS),
    ];
    let page = page(&visitor, &all, None).await;
    let items = page["items"].as_array().unwrap();
    assert_eq!((&items[0]["id"], &items[0]["from"]), (&Value::from("m1"), &Value::Null));
    assert_eq!(items[1]["from"], serde_json::json!({"system": {}}));
    assert_eq!((&items[2]["id"], &items[2]["from"]), (&Value::from("c-1"), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn an_old_file_can_be_opened() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let source = FileSource::Uploaded("old".into());
    let file = CentreFile {
        source,
        extension: Some("png".into()),
        kind: FileKind::Image,
        name: None,
        size_bytes: None,
    };
    let mut old = kept(Some("x"), None, "", EPOCH_MS - 2_000 * HOUR_MS);
    old.content = Content::File(file);
    let page = page(&visitor, &[old], None).await;
    let id = page["items"][0]["body"]["file"]["file"].as_str().unwrap();
    bench.centre.script().download.push_back((samples::png(), Ok(())));
    assert_eq!(visitor.call("GET", &format!("/v1/files/{id}"), None).await.bytes, samples::png());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_told() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    for before in ["x", "MS4x", "1.2.3", &"A".repeat(500)] {
        let reply = visitor.call("GET", &format!("/v1/history?before={before}"), None).await;
        assert_eq!(reply.body["code"], "bad_request", "{before}");
    }
    bench.centre.script().history.extend([
        Err(unknown()),
        Ok(None),
        Err(refused(ErrorCode::NotOffered, false)),
    ]);
    for expected in ["centre_timeout", "not_offered", "not_offered"] {
        assert_eq!(visitor.call("GET", "/v1/history", None).await.body["code"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_while_nobody_asked_is_journaled_once() {
    let mut plan = plan();
    plan.desk.on_linger = crate::config::OnLinger::Stop;
    let bench = Bench::with(plan).await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Ok(crate::vendor::Serving::Agent));
    visitor.connect("c1", "agent").await;
    bench.down(vec![message("k1", agent("Li"), "before")]);
    pass(400.0).await;
    let polls = bench.centre.script().polls;
    pass(600.0).await;
    assert_eq!(bench.centre.script().polls, polls, "nobody listens, nobody asks");
    let source = FileSource::Local("bill".into());
    let mut bill = kept(None, Some(agent("Li")), "", EPOCH_MS + 800_000);
    let file = CentreFile {
        source,
        extension: Some("pdf".into()),
        kind: FileKind::Document,
        name: None,
        size_bytes: None,
    };
    bill.content = Content::File(file);
    let all = vec![
        kept(Some("k1"), Some(agent("Li")), "before", EPOCH_MS + 1_000),
        kept(Some("k2"), Some(agent("Li")), "meanwhile", EPOCH_MS + 700_000),
        bill,
    ];
    bench.centre.script().history.extend((0..4).map(|_| Ok(Some(all.clone()))));
    let seen = visitor.events(0).await.len() as u64;
    pass(20.0).await;
    let events = serde_json::to_value(visitor.events(seen).await).unwrap();
    let bodies: Vec<_> = events.as_array().unwrap().iter().map(|event| &event["message"]["body"]).collect();
    assert_eq!(bodies.len(), 2, "{events}");
    assert_eq!(
        (&bodies[0]["text"], &bodies[1]["file"]["name"]),
        (&"meanwhile".into(), &"document.pdf".into())
    );
}
