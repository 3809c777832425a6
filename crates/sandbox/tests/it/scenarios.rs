//! Scenarios as a visitor's poll sees them.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{Answer, Bench, USER};

async fn start(bench: &Bench, body: Value) -> Answer {
    bench.raw("POST", "/sandbox/scenario", &[], body.to_string()).await
}

/// Lets the scenario run to its end and answers everything that was polled.
async fn watch(bench: &Bench, seconds: u64) -> Vec<Value> {
    let mut all = Vec::new();
    for _ in 0..seconds * 5 {
        all.extend(bench.messages().await);
        bench.clock.advance(200);
    }
    all
}

fn values(messages: &[Value], field: &str) -> BTreeSet<String> {
    messages.iter().filter_map(|message| message[field].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn every_kind_comes_once_and_every_file_can_be_fetched() {
    let bench = Bench::new(json!({"agent_typing": true, "quirks": {"download_types": "any"}})).await;
    bench.send("CONNECT", "").await;
    assert_eq!(start(&bench, json!({"userId": USER, "name": "every-kind"})).await.status, StatusCode::OK);
    let all = watch(&bench, 30).await;
    let media = values(&all, "mediaType");
    for kind in
        ["TEXT", "IMAGE", "AUDIO", "VIDEO", "DOCUMENT", "EMOTICONS", "LOCATE", "WEBCARD", "COBROWSESITE"]
    {
        assert!(media.contains(kind), "{kind}");
    }
    let controls = values(&all, "controlType");
    for kind in ["CHAT", "INPUT", "RECALL", "DELETE", "BLINK", "DISCONNECT"] {
        assert!(controls.contains(kind), "{kind}");
    }
    assert!(all.iter().any(|message| message["queueFlag"] == "Y"));
    assert!(all.iter().any(|message| message["interIdx"].is_string() && message["simQuestions"].is_array()));
    let texts: Vec<&str> = all.iter().filter_map(|message| message["content"].as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("<b>bold</b>")));
    let recalled = all.iter().find(|message| message["controlType"] == "RECALL").expect("one");
    let slip = all.iter().find(|message| {
        message["controlType"] == "CHAT" && message["messageCode"] == recalled["messageCode"]
    });
    assert!(
        slip.is_some_and(|slip| slip["content"].as_str().is_some_and(|text| text.contains("somebody else")))
    );
    let files: Vec<&Value> = all
        .iter()
        .filter(|message| message["mediaFileType"].is_string() && message["mediaType"] != "WEBCARD")
        .collect();
    assert!(files.len() >= 10);
    for file in files {
        let id = file["content"].as_str().expect("an id");
        let mut body = json!({"channel": "WEB", "fileType": file["mediaFileType"], "fileId": id});
        if file["contentType"] == "1" {
            body["fileId"] = json!(format!("local/{id}"));
        } else {
            body["multiMedia"] = json!("multiMedia");
        }
        let (_, answer) = bench.outcome("downloadFileStream", &body).await;
        assert!(answer["fileStream"].as_str().is_some_and(|data| !data.is_empty()), "{body} {answer}");
    }
    assert_eq!(bench.record().await["conversations"][0]["state"], "ended");
}

#[tokio::test]
async fn the_queue_shows_all_its_turns_and_ends_offline() {
    let bench = Bench::new(json!({"robot": false})).await;
    bench.send("CONNECT", "").await;
    start(&bench, json!({"name": "queue"})).await;
    let body = json!({"userId": USER, "channelConfigId": super::support::CHANNEL, "channel": "WEB"});
    let mut codes = Vec::new();
    let mut all = Vec::new();
    for _ in 0..30 {
        codes.push(bench.outcome("queryQueueInfo", &body).await.0);
        all.extend(bench.messages().await);
        bench.clock.advance(1_000);
    }
    codes.dedup();
    assert_eq!(codes, ["0", "160024", "160023", "160022", "0", "160004"]);
    let end = all.last().expect("an end");
    assert_eq!((&end["controlType"], &end["isOfflineStatus"]), (&json!("DISCONNECT"), &json!(true)));
}

#[tokio::test]
async fn a_scenario_of_ones_own_waits_as_told_and_stops_with_the_conversation() {
    let bench = Bench::new(json!({})).await;
    bench.send("CONNECT", "").await;
    bench.messages().await;
    let scenario = json!({"name": "mine", "pace_ms": 0, "steps": [
        {"do": "agent", "name": "Li"}, {"do": "text", "text": "one"}, {"do": "wait", "ms": 5_000},
        {"do": "text", "text": "two"}, {"do": "wait", "ms": 1_000}, {"do": "text", "text": "three"}]});
    let started = start(&bench, json!({"scenario": scenario})).await.json();
    assert_eq!((&started["userId"], &started["steps"]), (&json!(USER), &json!(6)));
    let texts = async || -> Vec<Value> {
        bench.messages().await.iter().map(|message| message["content"].clone()).collect()
    };
    assert_eq!(texts().await.last(), Some(&json!("one")));
    bench.clock.advance(4_999);
    assert!(texts().await.is_empty());
    bench.clock.advance(1);
    assert_eq!(texts().await, ["two"]);
    bench.send("DISCONNECT", "").await;
    bench.clock.advance(60_000);
    assert!(texts().await.is_empty());
}

#[tokio::test]
async fn the_odd_scenario_leaves_the_centre_well() {
    let bench = Bench::new(json!({"history": true})).await;
    bench.send("CONNECT", "").await;
    start(&bench, json!({"name": "odd"})).await;
    assert!(watch(&bench, 5).await.len() >= 14);
    assert_eq!(bench.code("CHAT", "still there").await, "0");
}

#[tokio::test]
async fn what_cannot_be_played_says_why() {
    let bench = Bench::new(json!({})).await;
    assert_eq!(start(&bench, json!({"name": "goodbye"})).await.status, StatusCode::CONFLICT);
    bench.send("CONNECT", "").await;
    assert_eq!(start(&bench, json!({"name": "none"})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        start(&bench, json!({"name": "goodbye", "userId": "other"})).await.status,
        StatusCode::CONFLICT
    );
    let wrong = json!({"scenario": {"name": "x", "steps": [{"do": "read"}, {"do": "dance"}]}});
    let answer = start(&bench, wrong).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("step 2"), "{}", answer.text);
    assert_eq!(start(&bench, json!({})).await.status, StatusCode::BAD_REQUEST);
    let list = bench.raw("GET", "/sandbox/scenarios", &[], String::new()).await.json();
    let names = values(list["scenarios"].as_array().expect("a list"), "name");
    assert!(names.contains("every-kind") && list["samples"].as_array().is_some_and(|all| all.len() == 10));
}

#[tokio::test]
async fn the_robot_shows_what_it_is_asked_for() {
    let bench = Bench::new(json!({})).await;
    bench.send("CONNECT", "").await;
    for (word, media) in [
        ("picture", "IMAGE"),
        ("video", "VIDEO"),
        ("card", "WEBCARD"),
        ("map", "LOCATE"),
        ("文件", "DOCUMENT"),
    ] {
        bench.messages().await;
        bench.send("CHAT", word).await;
        bench.clock.advance(300);
        let answers = bench.messages().await;
        assert_eq!(answers.len(), 2, "{word}");
        assert_eq!((&answers[1]["mediaType"], &answers[1]["sourceType"]), (&json!(media), &json!("ROBOT")));
    }
}
