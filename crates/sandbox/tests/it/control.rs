//! Switches, figures, reset.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::Bench;

async fn put(bench: &Bench, path: &str, body: Value) -> (StatusCode, Value) {
    let answer = bench.raw("PUT", path, &[], body.to_string()).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn settings_change_while_running_and_wrong_ones_do_not() {
    let bench = Bench::new(json!({})).await;
    let (status, settings) =
        put(&bench, "/sandbox/settings", json!({"history": true, "poll": "repeats"})).await;
    assert_eq!(
        (status, &settings["history"], &settings["poll"]),
        (StatusCode::OK, &json!(true), &json!("repeats"))
    );
    for (wrong, name) in [
        (json!({"histroy": true}), "histroy"),
        (json!({"poll": "often"}), "poll"),
        (json!({"history": "yes"}), "history"),
        (json!({"release_after_s": 0}), "release_after_s"),
        (json!({"history": false, "robot_delay_ms": -1}), "robot_delay_ms"),
    ] {
        let (status, answer) = put(&bench, "/sandbox/settings", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(answer["error"].as_str().is_some_and(|error| error.contains(name)), "{answer}");
    }
    let now = bench.raw("GET", "/sandbox/settings", &[], String::new()).await.json();
    assert_eq!(now, settings, "a refused change changes nothing");
}

#[tokio::test]
async fn a_wrong_plan_of_faults_is_refused_by_name() {
    let bench = Bench::new(json!({})).await;
    for (wrong, name) in [
        (json!({"percent": 101}), "percent"),
        (json!({"kinds": ["plague"]}), "kinds"),
        (json!({"latency_ms": [5]}), "latency_ms"),
        (json!({"sead": 1}), "sead"),
        (json!(7), "object"),
    ] {
        let (status, answer) = put(&bench, "/sandbox/faults", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(answer["error"].as_str().is_some_and(|error| error.contains(name)), "{answer}");
    }
    let (status, plan) = put(&bench, "/sandbox/faults", json!({"seed": 9})).await;
    assert_eq!((status, &plan["seed"], &plan["percent"]), (StatusCode::OK, &json!(9), &json!(0.0)));
}

#[tokio::test]
async fn stats_count_calls_polls_and_messages() {
    let bench = Bench::new(json!({})).await;
    bench.send("CONNECT", "").await;
    bench.send("CHAT", "hello").await;
    bench.poll().await;
    bench.raw("POST", "/apiaccess/made/up/name", &[], "{}".to_owned()).await;
    let stats = bench.raw("GET", "/sandbox/stats", &[], String::new()).await.json();
    assert_eq!(stats["calls"]["send:CHAT"], json!({"total": 1, "by_status": {"200": 1}}));
    assert_eq!(stats["calls"]["other"]["by_status"], json!({"404": 1}));
    assert_eq!(stats["polls"], json!({"visitor-1": 1}));
    assert_eq!((&stats["messages"]["up_stored"], &stats["messages"]["down_polled"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_reset_forgets_visitors_agents_and_tokens_but_no_settings() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let answer = bench.raw("POST", "/sandbox/reset", &[], String::new()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.poll().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.desk("GET", "conversations", Value::Null).await.status, StatusCode::UNAUTHORIZED);
    assert!(!bench.sandbox.settings().robot);
    let stats = bench.raw("GET", "/sandbox/stats", &[], String::new()).await.json();
    assert_eq!(stats["messages"]["down_made"], 0);
}

#[tokio::test]
async fn it_says_that_it_lives() {
    let bench = Bench::new(json!({})).await;
    assert_eq!(bench.raw("GET", "/livez", &[], String::new()).await.text, "ok");
}
