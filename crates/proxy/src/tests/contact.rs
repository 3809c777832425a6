//! Connecting, transferring, leaving.

use super::{Bench, Plan, agent, message, pass};
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use crate::vendor::{Downlink, Failure, QueueAnswer, Serving};
use frontdesk_contract::{ErrorCode, QueueInfo, Sender};
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

/// The scripted centre cannot be told that a conversation is over, so many times.
fn unreachable(bench: &Bench, times: usize) {
    bench.centre.script().disconnect.extend(std::iter::repeat_n(Err(not_sent()), times));
}

fn told(bench: &Bench) -> usize {
    bench.centre.count(|call| *call == Call::Disconnect)
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_could_not_be_told_is_told_later() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    unreachable(&bench, 5);
    assert_eq!(visitor.call("DELETE", "/v1/contact", None).await.body["state"], "ended");
    assert_eq!(told(&bench), 1);
    pass(2.5).await;
    assert_eq!(told(&bench), 2);
    pass(60.0).await;
    assert_eq!(told(&bench), 6, "until it knows");
    pass(1200.0).await;
    assert_eq!(told(&bench), 6);
    assert_eq!(visitor.story(1).await, ["contact ended (visitor)"]);
}

#[tokio::test(start_paused = true)]
async fn the_debt_is_forgiven_in_the_end() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    unreachable(&bench, 1000);
    visitor.call("DELETE", "/v1/contact", None).await;
    pass(720.0).await;
    let tries = told(&bench);
    assert!((10..60).contains(&tries), "{tries}");
    pass(3600.0).await;
    assert_eq!(told(&bench), tries);
}

#[tokio::test(start_paused = true)]
async fn the_debt_outlives_the_proxy() {
    let plan = Plan::default();
    let store = std::sync::Arc::clone(&plan.store);
    let before = Bench::with(plan).await;
    let visitor = before.connected().await;
    unreachable(&before, 1000);
    visitor.call("DELETE", "/v1/contact", None).await;
    before.app.stop().await;
    let after = Bench::with(Plan { store, ..Plan::default() }).await;
    pass(3.0).await;
    assert_eq!(told(&after), 1);
    assert!(after.app.shared.store.unfinished().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_new_conversation_begins_after_the_old_one_was_ended() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    unreachable(&bench, 1);
    visitor.call("DELETE", "/v1/contact", None).await;
    bench.centre.script().calls.clear();
    visitor.connect("c2", "robot").await;
    pass(100.0).await;
    assert_eq!(bench.centre.script().calls, [Call::Disconnect, Call::Connect]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_in_the_queue_any_more_is_served() {
    let place = || Ok(QueueAnswer::Waiting(QueueInfo { place: Some(1), wait_ms: None }));
    let unlisted = || Ok(QueueAnswer::Unlisted);
    for (answers, served) in [
        (vec![place(), unlisted(), place(), unlisted()], false),
        (vec![place(), unlisted(), unlisted()], true),
        (vec![unlisted(), unlisted()], false),
        (vec![unlisted(), unlisted(), unlisted()], true),
        (vec![unlisted(), unlisted(), Ok(QueueAnswer::AgentDidNotAnswer), unlisted()], false),
    ] {
        let bench = Bench::new().await;
        let visitor = bench.visitor().await;
        bench.centre.script().queue.extend(answers.clone());
        visitor.connect("c1", "agent").await;
        pass(25.0).await;
        let state = visitor.call("GET", "/v1/contact", None).await.body["state"].clone();
        assert_eq!(state, if served { "agent" } else { "queueing" }, "{answers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn failed_questions_about_the_queue_never_end_it_by_themselves() {
    let place = || Ok(QueueAnswer::Waiting(QueueInfo { place: Some(1), wait_ms: None }));
    let silent = || Ok(QueueAnswer::NoInformation);
    for (answers, words, served) in [
        (vec![place(), silent(), silent(), silent(), silent()], false, false),
        (vec![silent(), silent(), silent(), silent(), silent()], true, true),
        (vec![place(), silent(), silent(), silent(), silent()], true, true),
        (vec![place(), silent(), place(), silent(), place()], true, false),
        (vec![place(), Ok(QueueAnswer::AgentDidNotAnswer), silent(), silent(), silent()], true, false),
    ] {
        let bench = Bench::new().await;
        let visitor = bench.visitor().await;
        bench.centre.script().queue.extend(answers.clone());
        visitor.connect("c1", "agent").await;
        pass(1.0).await;
        if words {
            bench.down(vec![Downlink::Announced]);
        }
        pass(25.0).await;
        let state = visitor.call("GET", "/v1/contact", None).await.body["state"].clone();
        assert_eq!(state, if served { "agent" } else { "queueing" }, "{answers:?} {words}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connected_agent_serves_before_speaking() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    visitor.connect("c1", "agent").await;
    bench.down(vec![Downlink::Connected(agent("Li"))]);
    pass(2.0).await;
    assert_eq!(visitor.story(2).await, ["contact agent (Li)"]);
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.down(vec![Downlink::Connected(Sender::System {})]);
    pass(2.0).await;
    assert_eq!(visitor.story(1).await, [""; 0], "the robot was connected");
}

#[tokio::test(start_paused = true)]
async fn whom_the_system_has_connected_the_queue_tells() {
    let place = || Ok(QueueAnswer::Waiting(QueueInfo { place: Some(1), wait_ms: None }));
    let silent = || Ok(QueueAnswer::NoInformation);
    for (answers, expected) in [
        (vec![place(), Ok(QueueAnswer::Served)], &["queue 1", "contact agent"][..]),
        (vec![place(), place(), place(), place(), place(), place()], &["queue 1"]),
        (vec![silent(); 6], &["contact agent"]),
    ] {
        let bench = Bench::new().await;
        let visitor = bench.visitor().await;
        bench.centre.script().queue.extend(answers);
        visitor.connect("c1", "agent").await;
        pass(1.0).await;
        bench.down(vec![Downlink::Connected(Sender::System {})]);
        pass(10.0).await;
        assert_eq!(visitor.story(2).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_taken_for_an_agent_and_is_a_queue_is_not_rated() {
    let place = |place| Ok(QueueAnswer::Waiting(QueueInfo { place: Some(place), wait_ms: None }));
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Ok(Serving::Agent));
    bench.centre.script().queue.extend((0..5).map(|_| place(3)));
    visitor.connect("c1", "agent").await;
    bench.down(vec![Downlink::Queueing, message("a", Sender::System {}, "you are third")]);
    pass(3.0).await;
    visitor.call("DELETE", "/v1/contact", None).await;
    pass(1.0).await;
    let mut expected = vec!["contact agent", "contact queueing", "message you are third", "queue 3"];
    expected.push("contact ended (visitor)");
    assert_eq!(visitor.story(0).await, expected);
    assert_eq!(bench.centre.count(|call| *call == Call::Survey), 0);
}

#[tokio::test(start_paused = true)]
async fn a_robot_that_hands_the_visitor_on_need_not_say_so() {
    let place = || Ok(QueueAnswer::Waiting(QueueInfo { place: Some(2), wait_ms: None }));
    let system = |code: &str| vec![message(code, Sender::System {}, "one moment")];
    for (answer, expected) in [
        (place(), &["message one moment", "contact queueing", "queue 2"][..]),
        (Ok(QueueAnswer::Served), &["message one moment", "contact agent"]),
        (Ok(QueueAnswer::Elsewhere), &["message one moment"]),
        (Err(not_sent()), &["message one moment"]),
    ] {
        let bench = Bench::new().await;
        let visitor = bench.connected().await;
        bench.centre.script().queue.extend([answer, place(), place()]);
        bench.down(system("a"));
        pass(1.5).await;
        assert_eq!(visitor.story(1).await, expected);
    }
    // Each of many words is not a question of its own.
    let bench = Bench::new().await;
    let _visitor = bench.connected().await;
    let elsewhere = || Ok(QueueAnswer::Elsewhere);
    bench.centre.script().queue.extend((0..20).map(|_| elsewhere()));
    (0..12).for_each(|number| bench.down(system(&number.to_string())));
    pass(20.0).await;
    let asked = 20 - bench.centre.script().queue.len();
    assert!((3..=5).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn what_the_website_tells_of_the_visit_is_checked() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let long = "x".repeat(257);
    let many: Vec<_> = (0..21).map(|at| json!({"name": format!("n{at}"), "value": "v"})).collect();
    let twice = json!([{"name": "plan", "value": "1"}, {"name": "plan", "value": "2"}]);
    for (about, field) in [
        (json!({"url": "javascript:alert(1)"}), "about.url"),
        (json!({"url": format!("https://shop.example/{}", "x".repeat(2_048))}), "about.url"),
        (json!({"title": long}), "about.title"),
        (json!({"attributes": many}), "about.attributes"),
        (json!({"attributes": twice}), "about.attributes[1].name"),
        (json!({"attributes": [{"name": "a b", "value": "v"}]}), "about.attributes[0].name"),
        (json!({"attributes": [{"name": "a", "value": long}]}), "about.attributes[0].value"),
    ] {
        let wish = json!({"id": "c-1", "to": "robot", "about": about});
        let reply = visitor.call("POST", "/v1/contact", Some(wish)).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        let message = reply.body["message"].as_str().unwrap_or_default();
        assert!(message.contains(field), "{field}: {message}");
    }
    let about = json!({"url": "https://shop.example/", "title": "Bowl", "attributes": [{"name": "plan", "value": "gold"}]});
    let wish = json!({"id": "c-1", "to": "robot", "about": about});
    assert_eq!(visitor.call("POST", "/v1/contact", Some(wish)).await.status, 200);
    let again = json!({"id": "c-1", "to": "robot"});
    assert_eq!(
        visitor.call("POST", "/v1/contact", Some(again)).await.status,
        200,
        "the same wish from another page"
    );
}
