//! Messages that are sent instead of waiting for polls.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use frontdesk_sandbox::serve_sandbox;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::support::{Bench, USER};

/// What came, and whether it is confirmed.
struct Door {
    came: UnboundedSender<(HeaderMap, Value)>,
    refused: std::sync::atomic::AtomicUsize,
}

async fn take(State(door): State<Arc<Door>>, headers: HeaderMap, body: String) -> &'static str {
    door.came.send((headers, serde_json::from_str(&body).expect("JSON"))).expect("the test goes on");
    let before = door.refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    if before < 3 { r#"{"resultCode":"1"}"# } else { r#"{"resultCode":"0"}"# }
}

/// A place that confirms from the fourth time on, and what came there.
async fn door() -> (String, UnboundedReceiver<(HeaderMap, Value)>) {
    let (came, coming) = unbounded_channel();
    let door = Arc::new(Door { came, refused: Default::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}/base", listener.local_addr().expect("an address"));
    let router = Router::new().route("/base/webhooks/v1/messages", post(take)).with_state(door);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (base, coming)
}

#[tokio::test]
async fn what_is_not_confirmed_comes_again_in_order_and_no_poll_has_it() {
    let (base_url, mut coming) = door().await;
    let push = json!({"base_url": base_url, "key": "the-key", "retry_ms": 1});
    let bench = Bench::new(json!({"push": push, "robot": true, "robot_delay_ms": 0, "poll_batch": 2})).await;
    assert_eq!(bench.code("CONNECT", "").await, "0");
    for text in ["one", "two", "three"] {
        assert_eq!(bench.code("CHAT", text).await, "0");
    }
    assert_eq!(bench.messages().await, [Value::Null; 0]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    tokio::spawn(serve_sandbox(listener, bench.sandbox.clone(), std::future::pending()));

    let (mut times, mut confirmed): (usize, Vec<Value>) = (0, Vec::new());
    while confirmed.len() < 4 {
        let (headers, body) = coming.recv().await.expect("something comes");
        assert_eq!(headers["authorization"], "Bearer the-key");
        let messages = body["messages"].as_array().expect("messages");
        assert!((1..=2).contains(&messages.len()) && messages.iter().all(|message| message["to"] == USER));
        times += 1;
        if times > 3 {
            confirmed.extend(messages.iter().map(|message| message["messageCode"].clone()));
        }
    }
    let said = bench.record().await["conversations"][0]["messages"].clone();
    let from_robot = |message: &&Value| message["from"] == "robot";
    let made: Vec<Value> =
        said.as_array().expect("messages").iter().filter(from_robot).map(|m| m["code"].clone()).collect();
    assert_eq!(confirmed, made);
    assert_eq!(bench.messages().await, [Value::Null; 0]);
    loop {
        let stats = bench.raw("GET", "/sandbox/stats", &[], String::new()).await.json()["messages"].clone();
        if stats["down_pushed"] == json!(4) {
            assert_eq!((&stats["pushes_failed"], &stats["down_polled"]), (&json!(3), &json!(0)));
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn with_a_name_of_the_key_it_is_signed() {
    let (base_url, mut coming) = door().await;
    let push = json!({"base_url": base_url, "key": "the-key", "access_key": "ak-1", "retry_ms": 1});
    let bench = Bench::new(json!({"push": push, "robot_delay_ms": 0})).await;
    assert_eq!(bench.code("CONNECT", "").await, "0");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    tokio::spawn(serve_sandbox(listener, bench.sandbox.clone(), std::future::pending()));
    let (headers, _) = coming.recv().await.expect("something comes");
    let given = headers["authorization"].to_str().expect("ASCII");
    let parts: Vec<&str> = given.split('/').collect();
    assert_eq!(parts.len(), 5, "{given}");
    assert_eq!((parts[0], parts[1], parts[2]), ("auth-v2", "ak-1", "1790000000000"));
    assert!(!given.contains("the-key"));
}
