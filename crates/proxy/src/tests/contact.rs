//! Connecting, transferring, leaving.

use super::{Bench, agent, message, pass};
use crate::vendor::fake::{Call, refused, unknown};
use crate::vendor::{Failure, QueueAnswer, Serving};
use frontdesk_contract::{ErrorCode, QueueInfo};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn asking_for_an_agent_connects_and_transfers() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    assert_eq!(visitor.connect("c1", "agent").await.body, json!({"state": "queueing"}));
    assert_eq!(bench.centre.script().calls, [Call::Connect, Call::Transfer]);
    assert_eq!(visitor.story(0).await, ["contact robot", "contact queueing"]);
    assert_eq!(visitor.connect("c2", "agent").await.body["state"], "queueing");
    assert_eq!(visitor.connect("c3", "robot").await.body["state"], "queueing");
    assert_eq!(bench.centre.script().calls.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_desk_without_robot_connects_to_agents() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Ok(Serving::Agent));
    assert_eq!(visitor.connect("c1", "agent").await.body["state"], "agent");
    assert_eq!(bench.centre.script().calls, [Call::Connect]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_transfer_leaves_the_robot_serving() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().transfer.push_back(Err(refused(ErrorCode::OutsideHours, false)));
    let reply = visitor.connect("c1", "agent").await;
    assert_eq!((reply.status.as_u16(), &reply.body["code"]), (409, &json!("outside_hours")));
    assert_eq!(visitor.call("GET", "/v1/contact", None).await.body["state"], "robot");
    assert_eq!(visitor.connect("c1", "agent").await.body["state"], "queueing", "the id is free again");
}

#[tokio::test(start_paused = true)]
async fn connecting_without_an_answer_is_repeated_once() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Err(unknown()));
    assert_eq!(visitor.connect("c1", "robot").await.body["state"], "robot");
    bench.centre.script().transfer.extend([Err(unknown()), Err(unknown())]);
    assert_eq!(visitor.connect("c2", "agent").await.status, 504);
    assert_eq!(visitor.connect("c2", "agent").await.body["state"], "queueing");
}

#[tokio::test(start_paused = true)]
async fn leaving_ends_the_conversation_even_if_the_centre_cannot_be_told() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    assert_eq!(visitor.call("DELETE", "/v1/contact", None).await.body, json!({"state": "none"}));
    visitor.connect("c1", "robot").await;
    bench.centre.script().disconnect.extend([Err(unknown()), Err(unknown())]);
    let left = visitor.call("DELETE", "/v1/contact", None).await;
    assert_eq!(left.body, json!({"state": "ended", "reason": "visitor"}));
    assert_eq!(visitor.story(0).await, ["contact robot", "contact ended (visitor)"]);
    assert_eq!(visitor.say("m1", "hello").await.body["code"], "contact_ended");
    visitor.connect("c2", "robot").await;
    assert_eq!(visitor.say("m1", "hello").await.body["seq"], 4, "the transcript goes on");
}

#[tokio::test(start_paused = true)]
async fn nothing_can_be_said_before_connecting_and_nothing_after_the_centre_let_go() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let early = visitor.say("m1", "hello").await;
    assert_eq!((early.status.as_u16(), &early.body["code"]), (409, &json!("not_connected")));
    visitor.connect("c1", "robot").await;
    bench.centre.script().say.push_back(Err(Failure::Gone));
    assert_eq!(visitor.say("m1", "hello").await.body["code"], "contact_ended");
    assert_eq!(visitor.story(1).await, ["contact ended (released)"]);
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_told_on_change_and_ends_when_an_agent_speaks() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let place = |place| Ok(QueueAnswer::Waiting(QueueInfo { place: Some(place), wait_ms: Some(60_000) }));
    bench.centre.script().queue.extend([
        place(2),
        place(2),
        place(1),
        Ok(QueueAnswer::AgentDidNotAnswer),
        Ok(QueueAnswer::AgentDidNotAnswer),
        Ok(QueueAnswer::NoInformation),
    ]);
    visitor.connect("c1", "agent").await;
    pass(40.0).await;
    assert_eq!(visitor.call("GET", "/v1/queue", None).await.body["place"], 1);
    bench.down(vec![message("a", agent("Li"), "hello")]);
    pass(6.0).await;
    let expected =
        ["queue 2", "queue 1", "notice agent_did_not_answer", "contact agent (Li)", "message hello"];
    assert_eq!(visitor.story(2).await, expected);
    assert_eq!(visitor.call("GET", "/v1/queue", None).await.body, json!({"place": null, "wait_ms": null}));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_gives_up_ends_the_conversation() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().queue.push_back(Ok(QueueAnswer::Gone));
    visitor.connect("c1", "agent").await;
    pass(6.0).await;
    assert_eq!(visitor.story(2).await, ["contact ended (queue_timeout)"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_refused_for_queueing_shows_the_queue() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().say.push_back(Err(refused(ErrorCode::Queueing, true)));
    let reply = visitor.say("m1", "hello").await;
    assert_eq!((reply.status.as_u16(), &reply.body["code"]), (409, &json!("queueing")));
    assert_eq!(visitor.story(1).await, ["contact queueing"]);
}
