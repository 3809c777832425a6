//! What the centre holds of a conversation, as a test reads it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{Bench, CHANNEL, USER};

#[tokio::test]
async fn a_record_holds_both_sides_files_ratings_and_reads() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    let mut connect = Bench::uplink("CONNECT", "");
    connect["transData"] = json!(r#"{"order":"42"}"#);
    bench.vendor("send", &connect).await;
    let key = bench.upload("txt", b"abc").await;
    let mut body = Bench::uplink("CHAT", &format!("note.txt,3,{key},txt"));
    body["mediaType"] = json!("FILE");
    body["messageId"] = json!("m1");
    bench.vendor("send", &body).await;
    let said = bench.desk("POST", "conversations/1/messages", json!({"text": "thanks"})).await.json();
    bench.send("READ", said["code"].as_str().expect("a code")).await;
    let rate = json!({"channel": "WEB", "userId": USER, "evaluation": "5", "comment": "", "channelConfigId": CHANNEL,
                      "npsScore": "9", "fcrValue": "2"});
    assert_eq!(bench.outcome("saveSatisfaction", &rate).await.0, "0");
    let record = bench.record().await;
    let conversation = &record["conversations"][0];
    assert_eq!(conversation["transData"], r#"{"order":"42"}"#);
    assert_eq!(conversation["rating"]["nps"], 9);
    assert_eq!(conversation["rating"]["solved"], false);
    let file = &record["files"][0];
    assert_eq!(
        (&file["key"], &file["size"], &file["sha256"]),
        (&json!(key), &json!(3), &json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    );
    let lines = conversation["messages"].as_array().expect("lines");
    let of = |from: &str| lines.iter().find(|line| line["from"] == from).expect("a line");
    assert_eq!(
        (&of("visitor")["message_id"], &of("visitor")["file"]["name"]),
        (&json!("m1"), &json!("note.txt"))
    );
    assert!(of("visitor")["read_ms"].is_u64(), "the agent answered");
    assert!(of("agent")["read_ms"].is_u64(), "the visitor said so");
}

#[tokio::test]
async fn a_record_is_bounded_and_knows_who_is_known() {
    let bench = Bench::new(json!({})).await;
    bench.send("CONNECT", "").await;
    bench.send("CHAT", "hello").await;
    let path = format!("/sandbox/record?userId={USER}&messages=1");
    let record = bench.raw("GET", &path, &[], String::new()).await.json();
    assert_eq!(record["conversations"][0]["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(record["conversations"][0]["message_count"], 2);
    let all = bench.raw("GET", "/sandbox/record", &[], String::new()).await.json();
    assert_eq!(all["users"], json!([USER]));
    let unknown = bench.raw("GET", "/sandbox/record?userId=x", &[], String::new()).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_taken_back_stays_in_the_record_and_the_visitor_is_told() {
    let mut bench = Bench::new(json!({"robot": false, "history": true})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let mut codes = Vec::new();
    for text in ["one", "two"] {
        let said = bench.desk("POST", "conversations/1/messages", json!({"text": text})).await.json();
        codes.push(said["code"].as_str().expect("a code").to_owned());
    }
    bench.messages().await;
    for (code, act) in codes.iter().zip(["recall", "delete"]) {
        let path = format!("conversations/1/messages/{code}/{act}");
        assert_eq!(bench.desk("POST", &path, Value::Null).await.status, StatusCode::OK);
    }
    let told = bench.messages().await;
    let kinds: Vec<(&Value, &Value)> = told.iter().map(|m| (&m["controlType"], &m["messageCode"])).collect();
    assert_eq!(kinds, [(&json!("RECALL"), &json!(codes[0])), (&json!("DELETE"), &json!(codes[1]))]);
    let body = json!({"channelId": CHANNEL, "userId": USER, "limit": "10", "offset": "0"});
    let history = bench.vendor("queryHistoryChatMessage", &body).await.json();
    let recalled =
        history["messageList"].as_array().expect("a list").iter().filter(|m| !m["recallTime"].is_null());
    assert_eq!(recalled.count(), 2);
    let revised = bench.desk("GET", "conversations/1?after=9&since=0", Value::Null).await.json();
    assert_eq!(revised["revised"].as_array().map(Vec::len), Some(2));
    let none = bench.desk("POST", "conversations/1/messages/none/recall", Value::Null).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
