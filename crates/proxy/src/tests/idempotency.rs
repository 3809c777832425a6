//! Each id is done once, whatever happens in between.

use super::cut::Cut;
use super::{Bench, Plan, pass};
use crate::config::MessageIds;
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use crate::vendor::{Content, Kept};
use frontdesk_contract::{Body, ErrorCode, Sender};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Semaphore;

fn plan(message_id: MessageIds, history: bool) -> Plan {
    let mut plan = Plan::default();
    plan.desk.centre.message_id = message_id;
    plan.desk.centre.history = history;
    plan
}

fn own(code: &str) -> Kept {
    Kept {
        code: Some(code.into()),
        from: None,
        content: Content::Body(Body::Text("hello".into())),
        at_ms: None,
        recalled: false,
        read: false,
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_gets_the_same_answer_and_is_said_once() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let first = visitor.say("m1", "hello").await;
    assert_eq!(first.body, json!({"status": "accepted", "seq": 2}));
    let again = visitor.say("m1", "hello").await;
    assert_eq!((again.status, again.body), (first.status, first.body));
    assert_eq!(bench.centre.said(), 1);
    assert_eq!(visitor.story(0).await, ["contact robot", "echo m1 accepted"]);
}

#[tokio::test(start_paused = true)]
async fn an_id_used_for_something_else_is_refused() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    visitor.say("m1", "hello").await;
    for (status, code) in [
        (visitor.say("m1", "other").await, "id_reused"),
        (visitor.connect("m1", "agent").await, "id_reused"),
        (visitor.say("c1", "hello").await, "id_reused"),
    ]
    .map(|(reply, code)| ((reply.status, reply.body["code"].clone()), code))
    {
        assert_eq!((status.0.as_u16(), status.1), (422, json!(code)));
    }
    assert_eq!(bench.centre.said(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_in_flight_is_waited_for_and_then_said_to_be_in_flight() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().gate = Some(Arc::clone(&gate));
    let (first, second) = tokio::join!(visitor.say("m1", "hello"), visitor.say("m1", "hello"));
    for reply in [first, second] {
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (409, &json!("in_flight")));
        assert_eq!(reply.body["retry_after_ms"], 1000);
    }
    assert_eq!(visitor.say("m1", "other").await.status, 422);
    let (waiting, ()) = tokio::join!(visitor.say("m1", "hello"), async {
        pass(1.0).await;
        gate.add_permits(1);
    });
    assert_eq!(waiting.body["status"], "accepted");
    assert_eq!(bench.centre.said(), 1);
}

#[tokio::test(start_paused = true)]
async fn messages_are_said_one_after_the_other_in_the_order_of_arrival() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().gate = Some(Arc::clone(&gate));
    let all = async { tokio::join!(visitor.say("m1", "1"), visitor.say("m2", "2"), visitor.say("m3", "3")) };
    let opener = async {
        pass(1.0).await;
        assert_eq!(bench.centre.said(), 1);
        gate.add_permits(3);
    };
    let ((a, b, c), ()) = tokio::join!(all, opener);
    assert_eq!([a, b, c].map(|reply| reply.body["seq"].as_u64().unwrap()), [2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn what_surely_did_not_arrive_may_be_sent_again_under_its_id() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().say.extend([
        Err(not_sent()),
        Err(refused(ErrorCode::CentreBusy, true)),
        Err(refused(ErrorCode::CentreRefused, false)),
    ]);
    for (status, code, again) in
        [(502, "centre_unreachable", true), (503, "centre_busy", true), (502, "centre_refused", false)]
    {
        let reply = visitor.say("m1", "hello").await;
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (status, &json!(code)));
        assert_eq!(reply.body["retry_after_ms"].is_number(), again);
        assert_eq!(reply.headers.contains_key("retry-after"), again);
    }
    assert_eq!(visitor.say("m1", "hello").await.body["status"], "accepted");
    assert_eq!(visitor.story(1).await, ["echo m1 accepted"]);
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_ignores_ids_leaves_an_unanswered_message_unconfirmed_for_good() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().say.push_back(Err(unknown()));
    let first = visitor.say("m1", "hello").await;
    assert_eq!((first.status.as_u16(), &first.body["status"]), (200, &json!("unconfirmed")));
    assert_eq!(visitor.say("m1", "hello").await.body, first.body);
    assert_eq!(bench.centre.said(), 1);
    assert_eq!(visitor.story(1).await, ["echo m1 unconfirmed"]);
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_deduplicates_is_told_again_with_the_same_id_and_time() {
    let bench = Bench::with(plan(MessageIds::Deduplicated, false)).await;
    let visitor = bench.connected().await;
    bench.centre.script().say.extend([Err(unknown()), Err(unknown()), Err(unknown())]);
    let lost = visitor.say("m1", "hello").await;
    assert_eq!((lost.status.as_u16(), &lost.body["code"]), (504, &json!("centre_timeout")));
    pass(5.0).await;
    assert_eq!(visitor.say("m1", "hello").await.body["status"], "accepted");
    let said: Vec<_> =
        bench.centre.script().calls.iter().filter(|call| matches!(call, Call::Say { .. })).cloned().collect();
    assert_eq!(said.len(), 4);
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_echoes_ids_is_read_before_it_is_told_again() {
    let bench = Bench::with(plan(MessageIds::Echoed, true)).await;
    let visitor = bench.connected().await;
    {
        let mut script = bench.centre.script();
        script.say.extend([Err(unknown()), Err(unknown())]);
        script.history.extend([Ok(Some(vec![])), Ok(Some(vec![own("m1")]))]);
    }
    assert_eq!(visitor.say("m1", "hello").await.body["status"], "accepted");
    assert_eq!(bench.centre.said(), 1);
    assert_eq!(visitor.say("m2", "hello").await.body["status"], "accepted");
    assert_eq!(bench.centre.said(), 3, "absent after three readings: said once more");
    // Found by its id, though the centre does not say whose it is.
    let unsaid = Kept { from: Some(Sender::Unknown {}), ..own("m3") };
    bench.centre.script().say.push_back(Err(unknown()));
    bench.centre.script().history.push_back(Ok(Some(vec![unsaid])));
    assert_eq!(visitor.say("m3", "hello").await.body["status"], "accepted");
    assert_eq!(bench.centre.said(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_intent_that_outlived_its_proxy_is_treated_as_unknown() {
    for (message_id, history, said, status) in [
        (MessageIds::Ignored, false, 0, "unconfirmed"),
        (MessageIds::Deduplicated, false, 1, "accepted"),
        (MessageIds::Echoed, true, 0, "accepted"),
    ] {
        let plan_a = plan(message_id, history);
        let store = Arc::clone(&plan_a.store);
        let line = Cut::new(Arc::clone(&store));
        let before = Bench::with(Plan { store: line.clone(), ..plan_a }).await;
        let visitor = before.connected().await;
        before.centre.script().gate = Some(Arc::new(Semaphore::new(0)));
        let sending = visitor.say("m1", "hello");
        assert!(tokio::time::timeout(std::time::Duration::from_secs(1), sending).await.is_err());
        line.cut(true);
        let after = Bench::with(Plan { store, ..plan(message_id, history) }).await;
        // The message may have been filed: its history has it for the reading back, whichever comes first.
        after.centre.script().history.extend([Ok(Some(vec![own("m1")])), Ok(Some(vec![own("m1")]))]);
        let session = visitor.session.clone();
        let body = json!({"id": "m1", "body": {"text": "hello"}});
        let reply = after.call("POST", "/v1/messages", Some(&session), Some(body)).await;
        assert_eq!(reply.body["status"], status, "{message_id:?} {}", reply.body);
        assert_eq!(after.centre.said(), said, "{message_id:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_keeps_its_time_and_content_when_it_comes_again() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().say.extend([Err(refused(ErrorCode::Queueing, true)), Err(not_sent())]);
    assert_eq!(visitor.say("m1", "hello").await.body["code"], "queueing");
    pass(3.0).await;
    assert_eq!(visitor.say("m1", "other").await.body["code"], "id_reused");
    assert_eq!(visitor.say("m1", "hello").await.body["code"], "centre_unreachable");
    pass(3.0).await;
    assert_eq!(visitor.say("m1", "hello").await.body["status"], "accepted");
    let script = bench.centre.script();
    let times = script.calls.iter().filter_map(|call| match call {
        Call::Say { at_ms, .. } => Some(*at_ms),
        _ => None,
    });
    let times: Vec<_> = times.collect();
    assert_eq!(times.len(), 3);
    assert!(times.iter().all(|time| *time == times[0]), "{times:?}");
}
