//! What an agent takes back: known as taken back, no longer readable anywhere.

use super::{Bench, EPOCH_MS, Plan, Visitor, agent, message, pass};
use crate::files::sniff::samples;
use crate::store::CODES_PER_VISITOR;
use crate::vendor::fake::Call;
use crate::vendor::{CentreFile, Content, Downlink, FileKind, FileSource, Kept};
use frontdesk_contract::{Body, Card};
use serde_json::{Value, json};

fn recalled(code: &str) -> Downlink {
    Downlink::Recalled(code.into())
}

fn picture(key: &str) -> CentreFile {
    CentreFile {
        source: FileSource::Local(key.into()),
        extension: Some("png".into()),
        kind: FileKind::Image,
        name: Some("secret.png".into()),
        size_bytes: Some(9),
    }
}

fn down(code: &str, content: Content) -> Downlink {
    Downlink::Message {
        code: Some(code.into()),
        from: agent("Li"),
        content,
        choices: vec!["secret question".into()],
        inter_idx: None,
        at_ms: Some(1),
    }
}

/// The events that tell this message or its recall, as JSON.
async fn of(visitor: &Visitor<'_>, id: &str) -> Vec<Value> {
    let events = serde_json::to_value(visitor.events(0).await).unwrap();
    let about = |event: &&Value| event["message"]["id"] == id || event["recalled"]["id"] == id;
    events.as_array().unwrap().iter().filter(about).cloned().collect()
}

async fn fetch(visitor: &Visitor<'_>, file: &str) -> (u16, Value) {
    let reply = visitor.call("GET", &format!("/v1/files/{file}"), None).await;
    (reply.status.as_u16(), reply.body["code"].clone())
}

fn history_plan() -> Plan {
    let mut plan = Plan::default();
    plan.desk.offers.history = true;
    plan.desk.centre.history = true;
    plan
}

fn kept(code: Option<&str>, content: Content, recalled: bool) -> Kept {
    let from = Some(agent("Li"));
    Kept { code: code.map(Into::into), from, content, at_ms: Some(EPOCH_MS), recalled, read: false }
}

fn text(text: &str) -> Content {
    Content::Body(Body::Text(text.into()))
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_taken_back_keeps_its_place_and_loses_its_text() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![message("k1", agent("Li"), "secret"), message("k2", agent("Li"), "open")]);
    pass(6.0).await;
    let before = of(&visitor, "k1").await;
    assert_eq!(before[0]["message"]["body"], json!({"text": "secret"}));
    let newest = visitor.events(0).await.last().unwrap().seq;
    bench.down(vec![recalled("k1"), recalled("k1")]);
    pass(6.0).await;
    assert_eq!(visitor.story(newest).await, ["recalled"], "whoever has read it is told once");
    let after = of(&visitor, "k1").await;
    assert_eq!(after.len(), 2);
    assert_eq!((&after[0]["seq"], &after[0]["at_ms"]), (&before[0]["seq"], &before[0]["at_ms"]));
    assert_eq!(after[0]["message"]["body"], json!({"text": ""}));
    assert_eq!(of(&visitor, "k2").await[0]["message"]["body"], json!({"text": "open"}));
    let all = visitor.events(0).await;
    assert!(all.iter().zip(1..).all(|(event, seq)| event.seq == seq), "no hole");
}

#[tokio::test(start_paused = true)]
async fn the_recall_of_a_message_that_nobody_told_is_no_event_until_the_message_comes() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![recalled("unknown"), recalled("late")]);
    pass(6.0).await;
    assert_eq!(visitor.story(1).await, [""; 0]);
    bench.down(vec![down("late", text("secret"))]);
    pass(6.0).await;
    let events = of(&visitor, "late").await;
    assert_eq!((events.len(), &events[1]["recalled"]), (2, &json!({"id": "late"})));
    assert_eq!(events[0]["message"]["body"], json!({"text": ""}));
    assert!(events[0]["message"].get("choices").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_message_taken_back_in_the_answer_that_brings_it_is_never_readable() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![down("k1", Content::File(picture("p"))), recalled("k1")]);
    pass(6.0).await;
    let events = of(&visitor, "k1").await;
    assert_eq!((events.len(), &events[0]["message"]["body"]), (2, &json!({"text": ""})));
    let file = FileSource::Local("p".into()).id();
    assert_eq!(fetch(&visitor, &file).await, (404, json!("file_unknown")));
}

#[tokio::test(start_paused = true)]
async fn the_file_of_a_message_goes_with_it_unless_another_names_it() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let card = Card { title: "T".into(), description: "D".into(), url: String::new(), image: None };
    bench.down(vec![
        down("k1", Content::File(picture("once"))),
        down("k2", Content::File(picture("twice"))),
        down("k3", Content::File(picture("twice"))),
        down("k4", Content::Card { card, image: picture("card") }),
    ]);
    pass(6.0).await;
    let file = |key: &str| FileSource::Local(key.into()).id();
    let (once, twice, card) = (file("once"), file("twice"), file("card"));
    bench.centre.script().download.extend((0..3).map(|_| (samples::png(), Ok(()))));
    for id in [&once, &twice, &card] {
        assert_eq!(fetch(&visitor, id).await.0, 200);
    }
    let ticket = visitor.call("POST", &format!("/v1/files/{once}/ticket"), None).await.body;
    let spooled = || std::fs::read_dir(&bench.app.shared.settings().spool).unwrap().count();
    assert_eq!(spooled(), 3);
    bench.down(vec![recalled("k1"), recalled("k2"), recalled("k4")]);
    pass(6.0).await;
    assert_eq!(fetch(&visitor, &once).await, (404, json!("file_unknown")));
    assert_eq!(fetch(&visitor, &card).await, (404, json!("file_unknown")));
    let by_ticket = bench.call("GET", ticket["url"].as_str().unwrap(), None, None).await;
    assert_eq!(by_ticket.body["code"], "file_unknown");
    assert_eq!((fetch(&visitor, &twice).await.0, spooled()), (200, 1), "k3 still names it");
    bench.down(vec![recalled("k3")]);
    pass(6.0).await;
    assert_eq!((fetch(&visitor, &twice).await.0, spooled()), (404, 0));
    let journal = serde_json::to_string(&visitor.events(0).await).unwrap();
    assert!(!journal.contains("secret"), "{journal}");
    let fetched = bench.centre.count(|call| matches!(call, Call::Download { .. }));
    assert_eq!(fetched, 3, "what is not known is not asked for");
}

#[tokio::test(start_paused = true)]
async fn the_history_gives_nothing_of_what_was_taken_back() {
    let bench = Bench::with(history_plan()).await;
    let visitor = bench.connected().await;
    bench.down(vec![
        message("k1", agent("Li"), "secret one"),
        message("k2", agent("Li"), "secret two"),
        message("", agent("Li"), "secret three"),
        down("k4", Content::File(picture("p"))),
        message("k5", agent("Li"), "open"),
    ]);
    pass(6.0).await;
    bench.down(vec![recalled("k1")]);
    pass(6.0).await;
    // The centre does not say of the first that it was taken back; of the others no poll did.
    let all = vec![
        kept(Some("k1"), text("secret one"), false),
        kept(Some("k2"), text("secret two"), true),
        kept(None, text("secret three"), true),
        kept(Some("k4"), Content::File(picture("p")), true),
        kept(Some("k0"), Content::File(picture("of another time")), true),
        kept(Some("k5"), text("open"), false),
    ];
    let newest = visitor.events(0).await.last().unwrap().seq;
    bench.centre.script().history.extend((0..5).map(|_| Ok(Some(all.clone()))));
    let page = visitor.call("GET", "/v1/history", None).await.body;
    let items: Vec<_> = page["items"].as_array().unwrap().iter().collect();
    assert_eq!(items.len(), 6, "{page}");
    for item in &items[..5] {
        assert_eq!((&item["recalled"], &item["body"]), (&json!(true), &json!({"text": ""})), "{item}");
    }
    assert_eq!((&items[5]["recalled"], &items[5]["body"]), (&json!(false), &json!({"text": "open"})));
    assert_eq!(
        visitor.story(newest).await,
        ["recalled", "recalled", "recalled"],
        "the journal learns it too"
    );
    let journal = serde_json::to_string(&visitor.events(0).await).unwrap();
    assert!(!journal.contains("secret"), "{journal}");
    for key in ["p", "of another time"] {
        let file = FileSource::Local(key.into()).id();
        assert_eq!(fetch(&visitor, &file).await, (404, json!("file_unknown")), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_stays_so_when_its_code_is_forgotten() {
    let bench = Bench::with(history_plan()).await;
    let visitor = bench.connected().await;
    bench.down(vec![
        message("k1", agent("Li"), "secret"),
        message("k2", agent("Li"), "open"),
        recalled("k1"),
    ]);
    pass(6.0).await;
    bench.down((0..=CODES_PER_VISITOR).map(|at| message(&format!("n{at}"), agent("Li"), "more")).collect());
    pass(6.0).await;
    let all = vec![kept(Some("k1"), text("secret"), false), kept(Some("k2"), text("open"), false)];
    bench.centre.script().history.extend((0..5).map(|_| Ok(Some(all.clone()))));
    let page = visitor.call("GET", "/v1/history", None).await.body;
    let recalled = |at: usize| (page["items"][at]["recalled"].clone(), page["items"][at]["body"].clone());
    assert_eq!(recalled(0), (json!(true), json!({"text": ""})));
    assert_eq!(recalled(1), (json!(false), json!({"text": "open"})));
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_stays_so_when_its_events_are_gone() {
    let mut plan = history_plan();
    plan.settings.limits.events_per_visitor = 100;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    // The second was said in an earlier session: only the history has it.
    bench.down(vec![message("k1", agent("Li"), "secret"), recalled("k1"), recalled("k0")]);
    pass(6.0).await;
    bench.down((0..=CODES_PER_VISITOR).map(|at| message(&format!("n{at}"), agent("Li"), "more")).collect());
    pass(6.0).await;
    assert_eq!(of(&visitor, "k1").await.len(), 0, "the journal has forgotten it");
    let all = ["k0", "k1", "k2"].map(|code| kept(Some(code), text("secret"), false)).to_vec();
    bench.centre.script().history.extend((0..5).map(|_| Ok(Some(all.clone()))));
    let page = visitor.call("GET", "/v1/history", None).await.body;
    let recalled: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| &item["recalled"]).collect();
    assert_eq!(recalled, [true, true, false]);
    assert_eq!(
        (&page["items"][0]["body"], &page["items"][1]["body"]),
        (&json!({"text": ""}), &json!({"text": ""}))
    );
    // A poll that hands out old messages again shows nothing of it either.
    bench.down(vec![message("k1", agent("Li"), "secret")]);
    pass(6.0).await;
    let journal = serde_json::to_string(&visitor.events(0).await).unwrap();
    assert!(!journal.contains("secret"), "{journal}");
}

#[tokio::test(start_paused = true)]
async fn a_recall_whose_answer_was_lost_is_found_in_the_history() {
    let bench = Bench::with(history_plan()).await;
    let visitor = bench.connected().await;
    bench.down(vec![message("k1", agent("Li"), "secret"), message("k2", agent("Li"), "open")]);
    pass(6.0).await;
    let all = vec![kept(Some("k1"), text("secret"), true), kept(Some("k2"), text("open"), false)];
    bench.centre.script().poll.push_back(Err(crate::vendor::fake::unknown()));
    bench.centre.script().history.extend((0..3).map(|_| Ok(Some(all.clone()))));
    pass(20.0).await;
    let events = of(&visitor, "k1").await;
    assert_eq!((events.len(), &events[0]["message"]["body"]), (2, &json!({"text": ""})));
    assert_eq!(of(&visitor, "k2").await.len(), 1);
}
