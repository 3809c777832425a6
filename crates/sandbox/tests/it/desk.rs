//! The agents' side.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{Bench, USER};

#[tokio::test]
async fn a_scripted_agent_sees_who_wrote_what_and_answers() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let mut body = Bench::uplink("CHAT", "你好");
    body["messageId"] = json!("m1");
    bench.vendor("send", &body).await;
    let list = bench.desk("GET", "conversations", Value::Null).await.json();
    let conversation = &list["conversations"][0];
    assert_eq!((&conversation["userId"], &conversation["userName"]), (&json!(USER), &json!("Ann")));
    assert_eq!((&conversation["state"], &conversation["unread"]), (&json!("active"), &json!(1)));
    let seen = bench.desk("GET", "conversations/1?after=1", Value::Null).await.json();
    let line = &seen["messages"][0];
    assert_eq!(
        (&line["message_id"], &line["from"], &line["text"]),
        (&json!("m1"), &json!("visitor"), &json!("你好"))
    );
    assert!(line["code"].is_string() && line["at_ms"].is_u64());
    let code =
        bench.desk("POST", "conversations/1/messages", json!({"text": "您好"})).await.json()["code"].clone();
    let downlink = bench.messages().await;
    assert!(downlink.iter().any(|message| message["messageCode"] == code && message["content"] == "您好"));
    let ended = bench.desk("POST", "conversations/1/end", Value::Null).await.json();
    assert_eq!((&ended["state"], &ended["cause"]), (&json!("ended"), &json!("agent")));
}

#[tokio::test]
async fn without_a_token_the_desk_is_closed() {
    let bench = Bench::new(json!({})).await;
    for (method, path) in [("GET", "conversations"), ("GET", "changes"), ("POST", "conversations/1/end")] {
        assert_eq!(bench.desk(method, path, Value::Null).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn refusals_say_why() {
    let mut bench = Bench::new(json!({"robot": false, "auto_assign": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let refused = [
        ("conversations/1/messages", json!({"text": "hi"}), StatusCode::CONFLICT),
        ("conversations/1/messages", json!({"text": " "}), StatusCode::BAD_REQUEST),
        ("conversations/1/messages", json!({"words": "hi"}), StatusCode::BAD_REQUEST),
        ("conversations/1/end", Value::Null, StatusCode::CONFLICT),
        ("conversations/2/accept", Value::Null, StatusCode::NOT_FOUND),
        ("login", json!({"name": ""}), StatusCode::BAD_REQUEST),
        ("login", json!({"name": "Wu", "queues": ["none"]}), StatusCode::BAD_REQUEST),
    ];
    for (path, body, status) in refused {
        let answer = bench.desk("POST", path, body).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.json()["error"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn changes_tell_only_what_is_new() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let first = bench.desk("GET", "changes?after=0", Value::Null).await.json();
    assert_eq!(first["conversations"].as_array().map(Vec::len), Some(1));
    assert_eq!(first["agent"]["active"], 1);
    let path = format!("changes?after={}", first["next"]);
    let none = bench.desk("GET", &path, Value::Null).await.json();
    assert_eq!(none["conversations"], json!([]));
    bench.send("INPUT", "").await;
    let typing = bench.desk("GET", &path, Value::Null).await.json();
    assert_eq!(typing["conversations"][0]["visitor_typing"], true);
    bench.clock.advance(6_000);
    let quiet = bench.desk("GET", &path, Value::Null).await.json();
    assert_eq!(quiet["conversations"][0]["visitor_typing"], false);
}

#[tokio::test]
async fn the_page_lets_nothing_foreign_in() {
    let bench = Bench::new(json!({})).await;
    for path in [
        "/agent",
        "/agent/desk.js",
        "/agent/view.js",
        "/agent/message.js",
        "/agent/side.js",
        "/agent/compose.js",
        "/agent/text.js",
        "/agent/desk.css",
        "/agent/icon.svg",
    ] {
        let answer = bench.raw("GET", path, &[], String::new()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let policy = answer.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert!(!answer.text.contains("style=") && !answer.text.contains("onclick"), "{path}");
    }
    let origin = [("origin", "https://evil.example".to_owned()), ("host", "127.0.0.1:8090".to_owned())];
    let answer = bench.raw("POST", "/agent/api/login", &origin, r#"{"name":"Eve"}"#.to_owned()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn signing_out_closes_the_desk() {
    let mut bench = Bench::new(json!({})).await;
    bench.sign_in("Li").await;
    assert_eq!(bench.desk("POST", "logout", Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.desk("GET", "conversations", Value::Null).await.status, StatusCode::UNAUTHORIZED);
}
