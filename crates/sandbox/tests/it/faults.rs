//! Each fault does what it says, and the log says what it did.

use axum::http::StatusCode;
use frontdesk_sandbox::{FaultKind, FaultPlan, Injected};
use serde_json::{Value, json};

use super::support::Bench;

async fn with_agent() -> Bench {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    bench
}

fn always(bench: &Bench, kind: FaultKind) {
    let plan = FaultPlan { percent: 100.0, kinds: vec![kind], latency_ms: (0, 0), ..FaultPlan::default() };
    bench.sandbox.set_faults(plan).expect("a valid plan");
}

fn never(bench: &Bench) -> Vec<Injected> {
    bench.sandbox.set_faults(FaultPlan::default()).expect("a valid plan");
    bench.sandbox.fault_log(0)
}

async fn at_desk(bench: &Bench) -> usize {
    let seen = bench.desk("GET", "conversations/1", Value::Null).await.json();
    seen["messages"].as_array().expect("lines").iter().filter(|line| line["message_id"] == "m1").count()
}

async fn chat(bench: &Bench) -> StatusCode {
    let mut body = Bench::uplink("CHAT", "hello");
    body["messageId"] = json!("m1");
    bench.vendor("send", &body).await.status
}

#[tokio::test]
async fn a_fault_on_the_way_up_takes_effect_or_not_as_it_says() {
    for (kind, stored) in [
        (FaultKind::Latency, true),
        (FaultKind::ResetBefore, false),
        (FaultKind::ResetAfter, true),
        (FaultKind::Error5xx, false),
        (FaultKind::Error5xxAfter, true),
        (FaultKind::Truncated, true),
    ] {
        let bench = with_agent().await;
        always(&bench, kind);
        let status = chat(&bench).await;
        let log = never(&bench);
        assert_eq!(at_desk(&bench).await, usize::from(stored), "{kind:?}");
        assert_eq!(log.len(), 1, "{kind:?}");
        let entry = &log[0];
        assert_eq!((entry.n, entry.kind, entry.took_effect, entry.call), (1, kind, stored, 1));
        assert_eq!((entry.endpoint.as_str(), entry.user_id.as_str()), ("send:CHAT", "visitor-1"));
        assert_eq!((&entry.message_ids, entry.codes.len()), (&vec!["m1".to_owned()], usize::from(stored)));
        let failed = matches!(kind, FaultKind::Error5xx | FaultKind::Error5xxAfter);
        assert_eq!(entry.status, failed.then_some(status.as_u16()), "{kind:?}");
        assert!(!failed || status.is_server_error(), "{kind:?}");
    }
}

#[tokio::test]
async fn a_lost_poll_takes_the_messages_with_it_and_names_them() {
    let bench = with_agent().await;
    let code =
        bench.desk("POST", "conversations/1/messages", json!({"text": "hi"})).await.json()["code"].clone();
    always(&bench, FaultKind::LostPoll);
    bench.poll().await;
    let log = never(&bench);
    assert!(bench.messages().await.is_empty());
    assert!(log[0].codes.iter().any(|lost| code == lost.as_str()) && log[0].took_effect);
}

#[tokio::test]
async fn a_duplicate_and_a_new_order_are_logged_only_where_there_was_something() {
    let bench = with_agent().await;
    bench.poll().await;
    always(&bench, FaultKind::DuplicateDownlink);
    bench.poll().await;
    assert!(bench.sandbox.fault_log(0).is_empty());
    bench.desk("POST", "conversations/1/messages", json!({"text": "hi"})).await;
    let mut copies = bench.messages().await.len();
    let log = never(&bench);
    for _ in 0..6 {
        copies += bench.messages().await.len();
    }
    assert!((2..=5).contains(&copies), "{copies}");
    assert_eq!((log.len(), log[0].codes.len()), (1, 1));
    for text in ["1", "2", "3"] {
        bench.desk("POST", "conversations/1/messages", json!({"text": text})).await;
    }
    always(&bench, FaultKind::ReorderDownlink);
    let order: Vec<Value> = bench.messages().await.iter().map(|message| message["content"].clone()).collect();
    assert_eq!(order.len(), 3);
    assert_ne!(order, ["1", "2", "3"]);
}

#[tokio::test]
async fn the_same_seed_brings_the_same_bad_day() {
    let day = async |seed: u64| {
        let bench = with_agent().await;
        let kinds = vec![FaultKind::Error5xx, FaultKind::Error5xxAfter, FaultKind::Truncated];
        let plan = FaultPlan { seed, percent: 30.0, kinds, ..FaultPlan::default() };
        bench.sandbox.set_faults(plan).expect("a valid plan");
        for _ in 0..30 {
            chat(&bench).await;
            bench.poll().await;
        }
        let log = bench.sandbox.fault_log(0);
        log.into_iter()
            .map(|entry| (entry.endpoint, entry.call, entry.kind, entry.status))
            .collect::<Vec<_>>()
    };
    let first = day(5).await;
    assert!(!first.is_empty());
    assert_eq!(first, day(5).await);
    assert_ne!(first, day(6).await);
}

#[tokio::test]
async fn faults_leave_the_desk_and_the_control_alone() {
    let bench = with_agent().await;
    always(&bench, FaultKind::Error5xx);
    assert_eq!(bench.desk("GET", "conversations", Value::Null).await.status, StatusCode::OK);
    let log = bench.raw("GET", "/sandbox/faults/log?after=0", &[], String::new()).await.json();
    assert_eq!(log, json!({"next": 0, "faults": []}));
}
