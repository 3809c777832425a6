//! What comes down: journalled once, in order, and recovered where that is possible.

use super::{Bench, Plan, agent, message, pass};
use crate::config::PollKind;
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use crate::vendor::{Content, Downlink, Failure, Kept};
use frontdesk_contract::{Body, ErrorCode, Person, Sender};
use std::sync::Arc;

fn robot() -> Sender {
    Sender::Robot(Person { name: "Robi".into(), avatar: None })
}

fn kept(code: &str, text: &str) -> Kept {
    Kept {
        code: Some(code.into()),
        from: Some(robot()),
        content: Content::Body(Body::Text(text.into())),
        at_ms: None,
        recalled: false,
        read: false,
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_wakes_when_something_comes() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let (reply, ()) = tokio::join!(visitor.call("GET", "/v1/events?after=1&wait=25", None), async {
        pass(7.0).await;
        bench.down(vec![message("a", robot(), "hello")]);
    });
    assert_eq!(reply.body["next"], 3);
    assert_eq!(visitor.story(1).await, ["contact robot (Robi)", "message hello"]);
    let started = tokio::time::Instant::now();
    let empty = visitor.call("GET", "/v1/events?after=99&wait=99", None).await;
    assert_eq!(empty.body, serde_json::json!({"next": 3, "events": []}));
    assert!((20..=25).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_reads_without_waiting_takes_nobodys_place_among_those_who_wait() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    // As many as may wait.
    let wait = async |_| {
        let started = tokio::time::Instant::now();
        let page = visitor.call("GET", "/v1/events?after=1&wait=25", None).await;
        (page.body["next"].clone(), started.elapsed().as_secs())
    };
    let waits = futures_util::future::join_all((0..16).map(wait));
    let (waited, ()) = tokio::join!(waits, async {
        pass(3.0).await;
        assert_eq!(visitor.call("GET", "/v1/events?after=0&wait=25", None).await.body["next"], 1);
        assert_eq!(visitor.call("GET", "/v1/events?after=1&wait=0", None).await.body["next"], 1);
    });
    assert_eq!(waited.len(), 16);
    assert!(waited.iter().all(|(next, seconds)| *next == 1 && (20..=25).contains(seconds)), "{waited:?}");
    // Who began in one moment does not come again in one moment.
    assert!(waited.iter().any(|(_, seconds)| *seconds != waited[0].1), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_message_is_shown_once_and_two_equal_ones_without_codes_twice() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![message("a", robot(), "1"), message("a", robot(), "1")]);
    bench.down(vec![message("a", robot(), "1"), message("", robot(), "2"), message("", robot(), "2")]);
    pass(3.0).await;
    assert_eq!(visitor.story(2).await, ["message 1", "message 2", "message 2"]);
}

#[tokio::test(start_paused = true)]
async fn where_polls_repeat_equal_messages_without_codes_count_once() {
    let mut plan = Plan::default();
    plan.desk.centre.poll = PollKind::Repeats;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    bench.down(vec![message("", robot(), "2")]);
    bench.down(vec![message("", robot(), "2")]);
    pass(3.0).await;
    assert_eq!(visitor.story(2).await, ["message 2"]);
}

#[tokio::test(start_paused = true)]
async fn typing_ends_by_itself_or_with_the_agents_message() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![message("a", agent("Li"), "1"), Downlink::Typing]);
    pass(8.0).await;
    bench.down(vec![Downlink::Typing]);
    bench.down(vec![message("b", agent("Li"), "2")]);
    pass(12.0).await;
    let expected = ["typing true", "typing false", "typing true", "typing false", "message 2"];
    assert_eq!(visitor.story(3).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_stays_away_is_reported_once_and_its_return_too() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().poll.extend((0..5).map(|_| Err(not_sent())));
    pass(60.0).await;
    assert_eq!(visitor.story(1).await, ["notice centre_unreachable", "notice centre_reached"]);
}

#[tokio::test(start_paused = true)]
async fn lost_answers_of_a_forgetful_centre_are_admitted_at_most_once_a_minute() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().poll.extend([Err(unknown()), Err(unknown())]);
    pass(30.0).await;
    assert_eq!(visitor.story(1).await, ["notice messages_may_be_missing"]);
    pass(60.0).await;
    bench.centre.script().poll.push_back(Err(unknown()));
    pass(10.0).await;
    assert_eq!(visitor.story(2).await, ["notice messages_may_be_missing"]);
}

#[tokio::test(start_paused = true)]
async fn lost_answers_are_recovered_from_history_before_anything_newer() {
    let mut plan = Plan::default();
    plan.desk.centre.history = true;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    {
        let mut script = bench.centre.script();
        script.poll.extend([
            Ok(vec![message("a", robot(), "1")]),
            Err(unknown()),
            Ok(vec![message("c", robot(), "3")]),
        ]);
        script
            .history
            .extend([Err(not_sent()), Ok(Some(vec![kept("a", "1"), kept("b", "2"), kept("c", "3")]))]);
    }
    pass(20.0).await;
    assert_eq!(visitor.story(2).await, ["message 1", "message 2", "message 3"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_journal_has_let_go_of_is_not_found_again() {
    let mut plan = Plan::default();
    plan.desk.centre.history = true;
    plan.settings.limits.events_per_visitor = 4;
    let store = Arc::clone(&plan.store);
    let before = Bench::with(plan).await;
    let session = before.connected().await.session.clone();
    // More of them than codes are remembered.
    let all: Vec<String> = (0..700).map(|number| format!("n{number}")).collect();
    for part in all.chunks(100) {
        before.down(part.iter().map(|code| message(code, robot(), code)).collect());
    }
    pass(60.0).await;
    before.app.stop().await;

    let mut plan = Plan { store, ..Plan::default() };
    plan.desk.centre.history = true;
    plan.settings.limits.events_per_visitor = 4;
    let after = Bench::with(plan).await;
    let mut history: Vec<Kept> = all.iter().map(|code| kept(code, code)).collect();
    history.insert(699, kept("lost", "lost"));
    after.centre.script().history.extend([(); 3].map(|()| Ok(Some(history.clone()))));
    pass(60.0).await;
    let visitor = super::Visitor { bench: &after, session };
    assert!(after.centre.count(|call| matches!(call, Call::History { .. })) > 0);
    let story = visitor.story(0).await;
    assert_eq!(story, ["gap", "message n697", "message n698", "message n699", "message lost"]);
}

#[tokio::test(start_paused = true)]
async fn a_history_that_is_refused_does_not_hold_up_messages() {
    let mut plan = Plan::default();
    plan.desk.centre.history = true;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    {
        let mut script = bench.centre.script();
        script.poll.extend([Err(unknown()), Ok(vec![message("c", robot(), "3")])]);
        script.history.push_back(Err(refused(ErrorCode::CentreRefused, false)));
    }
    pass(20.0).await;
    let expected = ["notice messages_may_be_missing", "contact robot (Robi)", "message 3"];
    assert_eq!(visitor.story(1).await, expected);
}

#[tokio::test(start_paused = true)]
async fn the_end_by_the_centre_is_told_and_polling_stops() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![Downlink::Ended { offline: true }]);
    pass(5.0).await;
    assert_eq!(visitor.story(1).await, ["contact ended (centre)", "notice offline_mode"]);
    let polls = bench.centre.script().polls;
    bench.centre.script().say.push_back(Ok(crate::vendor::Said::StoredOffline { tip: None }));
    assert_eq!(visitor.say("m1", "later").await.body["status"], "stored_offline");
    pass(30.0).await;
    assert_eq!(bench.centre.script().polls, polls);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_the_centre_dropped_ends_as_released() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().poll.push_back(Err(Failure::Gone));
    pass(5.0).await;
    assert_eq!(visitor.story(1).await, ["contact ended (released)"]);
}

#[tokio::test(start_paused = true)]
async fn a_reply_does_not_overtake_the_message_it_replies_to() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    pass(1.0).await;
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    bench.centre.script().gate = Some(std::sync::Arc::clone(&gate));
    let (_, ()) = tokio::join!(visitor.say("m1", "question"), async {
        pass(0.01).await;
        bench.down(vec![message("a", robot(), "answer")]);
        pass(1.5).await;
        gate.add_permits(1);
    });
    pass(3.0).await;
    assert_eq!(visitor.story(1).await, ["echo m1 accepted", "contact robot (Robi)", "message answer"]);
}

#[tokio::test(start_paused = true)]
async fn receipts_come_once_per_message_of_the_visitor() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    visitor.say("m1", "hello").await;
    bench.down(vec![Downlink::Read(vec![]), Downlink::Read(vec![])]);
    pass(5.0).await;
    assert_eq!(visitor.story(2).await, ["receipt"]);
}
