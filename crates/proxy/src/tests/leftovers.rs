//! What a conversation leaves at the centre that ended without the centre's own word: fetched as its own, and no part of the next.

use super::push::plan as pushed;
use super::{Bench, Visitor, agent, message, pass};
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use crate::vendor::{Downlink, Failure, QueueAnswer, Serving};
use frontdesk_contract::{ErrorCode, Sender};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Waits until the centre has been polled again, so that no poll is due at once.
async fn polled(bench: &Bench) {
    let polls = bench.centre.script().polls;
    while bench.centre.script().polls == polls {
        pass(0.005).await;
    }
}

async fn state(visitor: &Visitor<'_>) -> String {
    visitor.call("GET", "/v1/contact", None).await.body["state"].as_str().unwrap().to_owned()
}

/// What the agent said last, and that it is over.
fn bye() -> Vec<Downlink> {
    vec![message("bye", agent("Li"), "Bye"), Downlink::Ended { offline: false }]
}

#[tokio::test(start_paused = true)]
async fn the_last_words_are_shown_after_a_message_has_found_the_end() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![message("a", agent("Li"), "hello")]);
    polled(&bench).await;
    polled(&bench).await;
    bench.down(bye());
    bench.centre.script().say.push_back(Err(Failure::Gone));
    assert_eq!(visitor.say("m1", "are you there?").await.body["code"], "contact_ended");
    pass(0.1).await;
    assert_eq!(visitor.story(3).await, ["contact ended (released)", "message Bye", "survey true"]);
    assert_eq!(visitor.connect("c2", "robot").await.body["state"], "robot");
    pass(10.0).await;
    assert_eq!(state(&visitor).await, "robot", "the end was that of the one before");
    assert_eq!(visitor.story(6).await, ["contact robot"]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_gave_up_leaves_a_word_and_offline_mode() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let closing = message("a", Sender::System {}, "nobody was free");
    bench.down(vec![closing, Downlink::Ended { offline: true }]);
    bench.centre.script().queue.push_back(Ok(QueueAnswer::Gone));
    bench.centre.script().connect.push_back(Ok(Serving::Queue));
    assert_eq!(visitor.connect("c1", "agent").await.body["state"], "queueing");
    pass(1.0).await;
    let ended = "contact ended (queue_timeout)";
    assert_eq!(visitor.story(1).await, [ended, "message nobody was free", ended, "notice offline_mode"]);
    bench.centre.script().say.push_back(Ok(crate::vendor::Said::StoredOffline { tip: None }));
    assert_eq!(visitor.say("m1", "call me").await.body["status"], "stored_offline");
}

#[tokio::test(start_paused = true)]
async fn what_an_agent_said_to_somebody_who_left_is_no_agent_of_the_next_conversation() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    polled(&bench).await;
    bench.down(vec![message("a", agent("Li"), "one moment")]);
    visitor.call("DELETE", "/v1/contact", None).await;
    pass(0.1).await;
    assert_eq!(visitor.story(1).await, ["contact ended (visitor)", "message one moment"]);
    // And what comes yet later.
    bench.down(bye());
    assert_eq!(visitor.connect("c2", "robot").await.body["state"], "robot");
    pass(5.0).await;
    assert_eq!(visitor.story(3).await, ["message Bye", "contact robot"]);
    assert_eq!(visitor.connect("c3", "agent").await.body["state"], "queueing");
    assert_eq!(bench.centre.count(|call| *call == Call::Transfer), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_for_the_first_time_has_left_nothing() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().poll_gate = Some(Arc::new(Semaphore::new(0)));
    let began = Instant::now();
    assert_eq!(visitor.connect("c1", "robot").await.body["state"], "robot");
    assert_eq!(began.elapsed().as_millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_end_by_the_centres_word_is_followed_by_no_poll() {
    for end in [Ok(vec![Downlink::Ended { offline: false }]), Err(Failure::Gone)] {
        let bench = Bench::new().await;
        let visitor = bench.connected().await;
        bench.centre.script().poll.push_back(end);
        polled(&bench).await;
        let polls = bench.centre.script().polls;
        pass(30.0).await;
        assert_eq!((state(&visitor).await.as_str(), bench.centre.script().polls), ("ended", polls));
    }
}

#[tokio::test(start_paused = true)]
async fn polls_after_the_end_that_fail_are_told_nobody_and_tried_once() {
    let failures = || [not_sent(), unknown(), refused(ErrorCode::CentreRefused, true), Failure::Gone];
    for failure in failures() {
        let bench = Bench::new().await;
        let visitor = bench.connected().await;
        polled(&bench).await;
        let polls = bench.centre.script().polls;
        bench.centre.script().poll.extend([Err(failure.clone()), Err(failure.clone())]);
        visitor.call("DELETE", "/v1/contact", None).await;
        pass(10.0).await;
        assert_eq!(bench.centre.script().polls, polls + 1, "{failure:?}");
        let began = Instant::now();
        assert_eq!(visitor.connect("c2", "robot").await.body["state"], "robot", "{failure:?}");
        assert_eq!(began.elapsed().as_millis(), 0);
        pass(5.0).await;
        assert_eq!(visitor.story(1).await, ["contact ended (visitor)", "contact robot"], "{failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn connecting_waits_two_seconds_at_most_and_what_comes_then_is_of_the_one_before() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![Downlink::Ended { offline: false }]);
    pass(30.0).await;
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().poll_gate = Some(Arc::clone(&gate));
    bench.down(bye());
    let polls = bench.centre.script().polls;
    let began = Instant::now();
    assert_eq!(visitor.connect("c2", "robot").await.body["state"], "robot");
    assert_eq!(began.elapsed().as_secs(), 2);
    pass(20.0).await;
    assert_eq!(bench.centre.script().polls, polls + 1, "one poll at a time");
    gate.add_permits(1_000);
    pass(5.0).await;
    assert_eq!(state(&visitor).await, "robot");
    assert_eq!(visitor.story(2).await, ["contact robot", "message Bye"]);
    assert!(bench.centre.script().polls > polls + 1, "the next one is polled");
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_pushes_is_asked_only_where_it_is_polled_beside() {
    for (check_s, extra) in [(0, 0), (60, 2)] {
        let bench = Bench::with(pushed(check_s)).await;
        let visitor = bench.connected().await;
        pass(10.0).await;
        let polls = bench.centre.script().polls;
        let refusal = || Err(refused(ErrorCode::CentreRefused, false));
        bench.centre.script().poll.extend([refusal(), refusal()]);
        visitor.call("DELETE", "/v1/contact", None).await;
        pass(1.0).await;
        bench.centre.script().connect.push_back(Err(refused(ErrorCode::OutsideHours, false)));
        visitor.connect("c2", "robot").await;
        assert_eq!(bench.centre.script().polls, polls + extra, "{check_s}");
        assert_eq!(visitor.story(1).await, ["contact ended (visitor)"]);
    }
}
