//! Calls, as far as the centre connects them.

use super::cut::Cut;
use super::logs::Log;
use super::{Bench, Plan, Reply, Visitor, pass};
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use crate::vendor::{CallAbility, CallNews, Serving};
use frontdesk_contract::{CallGateway, CallMedia, CallOffer, ErrorCode, IceServer};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

fn plan() -> Plan {
    let mut plan = Plan::default();
    plan.desk.offers.call = CallOffer { audio: true, video: false };
    plan
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

async fn start(visitor: &Visitor<'_>, id: &str, media: &str) -> Reply {
    visitor.call("POST", "/v1/call", Some(json!({"id": id, "media": media}))).await
}

async fn beat(visitor: &Visitor<'_>) -> Reply {
    visitor.call("POST", "/v1/call/heartbeat", None).await
}

/// The states that the events tell, with the reason of an end.
async fn calls(visitor: &Visitor<'_>) -> Vec<String> {
    let events = serde_json::to_value(visitor.events(0).await).unwrap();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let calls = events.as_array().unwrap().iter().filter_map(|event| event.get("call"));
    calls
        .map(|call| format!("{} {}", word(&call["state"]), word(&call["end"])).trim_end().to_owned())
        .collect()
}

fn connected(addresses: &[&str]) -> CallNews {
    CallNews::Connected(CallGateway {
        domain: "rtc.example".into(),
        addresses: addresses.iter().map(ToString::to_string).collect(),
        access_code: "179".into(),
        caller: "AnonymousCard".into(),
    })
}

fn dropped(bench: &Bench) -> usize {
    bench.centre.count(|call| *call == Call::DropCall)
}

#[tokio::test(start_paused = true)]
async fn a_call_is_asked_for_followed_and_hung_up() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let support = visitor.call("GET", "/v1/call", None).await.body;
    assert_eq!((&support["click_to_call"], &support["call"]["state"]), (&json!(true), &json!("none")));
    assert_eq!(code(&beat(&visitor).await), (404, "call_unknown"));
    assert_eq!(code(&visitor.call("DELETE", "/v1/call", None).await), (404, "call_unknown"));
    assert_eq!(code(&start(&visitor, "k1", "video").await), (404, "not_offered"));
    let news = [
        Ok(Some(CallNews::Queueing)),
        Ok(None),
        Ok(Some(CallNews::Queueing)),
        Ok(Some(connected(&["evil.example", "192.0.2.10:8443"]))),
    ];
    bench.centre.script().call_events.extend(news);
    assert_eq!(start(&visitor, "k1", "audio").await.body["id"], "k1");
    assert_eq!(code(&start(&visitor, "k2", "audio").await), (409, "call_running"));
    pass(4.5).await;
    assert_eq!(start(&visitor, "k1", "audio").await.body["state"], "connected", "the same call");
    let call = beat(&visitor).await.body;
    assert_eq!(call["gateway"]["addresses"], json!(["wss://192.0.2.10:8443"]));
    for _ in 0..10 {
        pass(5.0).await;
        assert_eq!(beat(&visitor).await.body["state"], "connected");
    }
    let ended = visitor.call("DELETE", "/v1/call", None).await.body;
    assert_eq!(
        (&ended["state"], &ended["end"], ended.get("gateway")),
        (&json!("ended"), &json!("visitor"), None)
    );
    pass(2.0).await;
    assert_eq!(calls(&visitor).await, ["setup", "queueing", "connected", "ended visitor"]);
    assert_eq!(bench.centre.count(|call| matches!(call, Call::StartCall(CallMedia::Audio))), 1);
    assert_eq!(dropped(&bench), 1);
    assert_eq!(start(&visitor, "k3", "audio").await.body["state"], "setup", "another call after this one");
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_caller_is_anonymous_and_what_makes_no_call_is_told_from_unknown_gateways() {
    let partly = |change: &dyn Fn(&mut CallGateway)| {
        let CallNews::Connected(mut told) = connected(&["192.0.2.10:8443"]) else { panic!("a call") };
        change(&mut told);
        CallNews::Connected(told)
    };
    let (no_caller, no_domain) = (partly(&|told| told.caller.clear()), partly(&|told| told.domain.clear()));
    for (news, state, logged) in [
        (no_caller, "connected", None),
        (no_domain, "ended", Some("domain, number or caller")),
        (connected(&["evil.example"]), "ended", Some("named no gateway that is among")),
    ] {
        let (log, _guard) = Log::begin();
        let bench = Bench::with(plan()).await;
        let visitor = bench.visitor().await;
        bench.centre.script().call_events.push_back(Ok(Some(news)));
        start(&visitor, "k1", "audio").await;
        pass(2.0).await;
        let call = visitor.call("GET", "/v1/call", None).await.body["call"].clone();
        assert_eq!(call["state"], state);
        if state == "connected" {
            assert_eq!(call["gateway"]["caller"], "anonymous");
        }
        let text = log.text();
        let dropped: Vec<&str> = text.lines().filter(|line| line.contains("a call was dropped")).collect();
        assert_eq!(dropped.len(), usize::from(logged.is_some()), "{dropped:?}");
        assert!(logged.is_none_or(|logged| dropped[0].contains(logged)), "{dropped:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_behind_an_event_is_heard_at_once() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let news = [Ok(Some(CallNews::Queueing)), Ok(Some(connected(&["192.0.2.10:8443"])))];
    bench.centre.script().call_events.extend(news);
    start(&visitor, "k1", "audio").await;
    pass(0.1).await;
    assert_eq!(beat(&visitor).await.body["state"], "connected");
    visitor.call("DELETE", "/v1/call", None).await;
    // A centre that says the same again and again is not asked without end.
    let again = std::iter::repeat_with(|| Ok(Some(CallNews::Queueing))).take(100);
    bench.centre.script().call_events.extend(again);
    let before = bench.centre.script().event_questions;
    start(&visitor, "k2", "audio").await;
    pass(3.0).await;
    let asked = bench.centre.script().event_questions - before;
    assert!((4..=9).contains(&asked), "{asked} questions in 3 s");
}

#[tokio::test(start_paused = true)]
async fn hanging_up_one_call_does_not_end_another() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    start(&visitor, "k1", "audio").await;
    let other = visitor.call("DELETE", "/v1/call?id=k0", None).await;
    assert_eq!(
        (other.status.as_u16(), &other.body["id"], &other.body["state"]),
        (200, &json!("k1"), &json!("setup"))
    );
    assert_eq!(code(&visitor.call("DELETE", "/v1/call?id=", None).await), (400, "id_invalid"));
    assert_eq!(code(&visitor.call("DELETE", "/v1/call?id=a%20b", None).await), (400, "id_invalid"));
    assert_eq!(dropped(&bench), 0);
    assert_eq!(visitor.call("DELETE", "/v1/call?id=k1", None).await.body["end"], "visitor");
    pass(2.0).await;
    assert_eq!(dropped(&bench), 1);
    // The same once more, late: another call goes on.
    start(&visitor, "k2", "audio").await;
    assert_eq!(visitor.call("DELETE", "/v1/call?id=k1", None).await.body["state"], "setup");
    pass(2.0).await;
    assert_eq!((dropped(&bench), &beat(&visitor).await.body["id"]), (1, &json!("k2")));
}

#[tokio::test(start_paused = true)]
async fn the_page_is_told_the_desks_ice_servers_where_calls_are_possible() {
    for web_rtc in [true, false] {
        let mut plan = plan();
        plan.desk.ice_servers = vec![
            IceServer { urls: vec!["stun:stun.example".into()], ..IceServer::default() },
            IceServer {
                urls: vec!["turn:turn.example".into()],
                username: Some("u".into()),
                credential: Some("c".into()),
            },
        ];
        let bench = Bench::with(plan).await;
        bench.centre.script().call_support.push_back(Ok(CallAbility { web_rtc, click_to_call: true }));
        let visitor = bench.visitor().await;
        let support = visitor.call("GET", "/v1/call", None).await.body;
        let told = json!([
            {"urls": ["stun:stun.example"]},
            {"urls": ["turn:turn.example"], "username": "u", "credential": "c"},
        ]);
        assert_eq!(support.get("ice_servers"), web_rtc.then_some(&told));
    }
}

#[tokio::test(start_paused = true)]
async fn the_centre_is_asked_once_a_second_and_not_after_the_end() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    start(&visitor, "k1", "audio").await;
    pass(8.5).await;
    let asked = bench.centre.script().event_questions;
    assert!((8..=10).contains(&asked), "{asked}");
    bench.centre.script().call_events.push_back(Ok(Some(CallNews::Disconnected)));
    pass(1.2).await;
    assert_eq!(calls(&visitor).await, ["setup", "ended centre"]);
    let asked = bench.centre.script().event_questions;
    pass(60.0).await;
    assert_eq!(bench.centre.script().event_questions, asked);
    assert_eq!(dropped(&bench), 0, "the centre knows");
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_sign_of_life_is_dropped() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    start(&visitor, "k1", "audio").await;
    pass(9.0).await;
    assert_eq!(beat(&visitor).await.status, 200);
    pass(9.0).await;
    assert_eq!(dropped(&bench), 0);
    bench.centre.script().call_drop.extend([Err(not_sent()), Err(unknown())]);
    pass(4.0).await;
    assert_eq!(calls(&visitor).await, ["setup", "ended lost"]);
    assert_eq!(dropped(&bench), 3, "until the centre knows");
    assert_eq!(beat(&visitor).await.body["end"], "lost");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_goes_while_the_centre_thinks_has_no_longer_a_lease_for_it() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().gate = Some(Arc::clone(&gate));
    let gone = timeout(Duration::from_secs(2), start(&visitor, "k1", "audio")).await;
    assert!(gone.is_err(), "the centre has answered");
    pass(6.0).await;
    gate.add_permits(1);
    pass(1.5).await;
    assert_eq!((calls(&visitor).await, dropped(&bench)), (vec!["setup".to_owned()], 0));
    // Ten seconds after its last sign, whenever the centre answered.
    pass(1.0).await;
    assert_eq!((calls(&visitor).await.last().map(String::as_str), dropped(&bench)), (Some("ended lost"), 1));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_waits_for_a_slow_centre_keeps_its_call() {
    let mut plan = plan();
    plan.settings.limits.request_timeout = Duration::from_secs(30);
    let bench = Bench::with(plan).await;
    let visitor = bench.visitor().await;
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().gate = Some(Arc::clone(&gate));
    let answers = async {
        pass(15.0).await;
        gate.add_permits(1);
    };
    let (reply, ()) = tokio::join!(start(&visitor, "k1", "audio"), answers);
    assert_eq!(reply.body["state"], "setup", "{}", reply.body);
    pass(9.0).await;
    assert_eq!((beat(&visitor).await.status.as_u16(), dropped(&bench)), (200, 0));
}

#[tokio::test(start_paused = true)]
async fn every_end_is_told() {
    for (news, end, drops) in [
        (CallNews::QueueTimeout, "queue_timeout", 0),
        (CallNews::Failed, "failed", 0),
        (connected(&["evil.example:8443"]), "failed", 1),
        (connected(&[]), "failed", 1),
    ] {
        let bench = Bench::with(plan()).await;
        let visitor = bench.visitor().await;
        bench.centre.script().call_events.push_back(Ok(Some(news)));
        start(&visitor, "k1", "audio").await;
        pass(2.0).await;
        assert_eq!(calls(&visitor).await, ["setup".to_owned(), format!("ended {end}")]);
        assert_eq!(dropped(&bench), drops);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rating_is_asked_for_after_a_call_that_an_agent_took() {
    for (news, asked) in [(CallNews::Queueing, false), (connected(&["gw.example"]), true)] {
        let bench = Bench::with(plan()).await;
        let visitor = bench.visitor().await;
        bench.centre.script().call_events.push_back(Ok(Some(news)));
        start(&visitor, "k1", "audio").await;
        pass(2.0).await;
        assert_eq!(visitor.call("DELETE", "/v1/call", None).await.body["state"], "ended");
        pass(2.0).await;
        let events = serde_json::to_value(visitor.events(0).await).unwrap();
        let forms = events.as_array().unwrap().iter().filter(|event| event.get("survey").is_some()).count();
        assert_eq!(forms, usize::from(asked));
        assert_eq!(visitor.call("GET", "/v1/survey", None).await.body["open"], asked);
    }
}

#[tokio::test(start_paused = true)]
async fn no_rating_is_asked_for_when_nobody_took_a_call_that_waited_at_the_gateway() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let news = [connected(&["gw.example"]), CallNews::QueueTimeout];
    bench.centre.script().call_events.extend(news.map(|news| Ok(Some(news))));
    start(&visitor, "k1", "audio").await;
    pass(4.0).await;
    assert_eq!(calls(&visitor).await, ["setup", "connected", "ended queue_timeout"]);
    assert_eq!(visitor.call("GET", "/v1/survey", None).await.body["open"], false);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_centre_refuses_may_be_tried_again() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let answers = [Err(refused(ErrorCode::NoAgents, false)), Err(unknown()), Ok(())];
    bench.centre.script().call_start.extend(answers);
    assert_eq!(code(&start(&visitor, "k1", "audio").await), (409, "no_agents"));
    assert_eq!((code(&start(&visitor, "k1", "audio").await), dropped(&bench)), ((504, "centre_timeout"), 1));
    assert_eq!(start(&visitor, "k1", "audio").await.body["state"], "setup");
    assert_eq!(calls(&visitor).await, ["setup", "ended failed", "setup", "ended failed", "setup"]);
}

#[tokio::test(start_paused = true)]
async fn failures_of_the_centre_while_a_call_goes_on_do_not_end_it() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    bench.centre.script().call_events.extend([
        Err(unknown()),
        Err(not_sent()),
        Ok(Some(connected(&["gw.example"]))),
    ]);
    start(&visitor, "k1", "audio").await;
    pass(6.0).await;
    assert_eq!(calls(&visitor).await, ["setup", "connected"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_with_the_session_with_the_conversation_and_with_the_proxy() {
    for what in ["/v1/session", "/v1/contact"] {
        let bench = Bench::with(plan()).await;
        let visitor = bench.visitor().await;
        bench.centre.script().connect.push_back(Ok(Serving::Agent));
        visitor.connect("c1", "agent").await;
        start(&visitor, "k1", "audio").await;
        visitor.call("DELETE", what, None).await;
        pass(2.0).await;
        assert_eq!(dropped(&bench), 1, "{what}");
    }
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    start(&visitor, "k1", "audio").await;
    bench.app.stop().await;
    assert_eq!(dropped(&bench), 1);
    assert!(bench.app.shared.store.unfinished().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_killed_proxy_left_is_dropped_at_the_start() {
    let before_plan = plan();
    let store = Arc::clone(&before_plan.store);
    let line = Cut::new(Arc::clone(&store));
    let before = Bench::with(Plan { store: line.clone(), ..before_plan }).await;
    let visitor = before.visitor().await;
    start(&visitor, "k1", "audio").await;
    pass(0.1).await;
    line.cut(true);
    pass(10.0).await;
    let after = Bench::with(Plan { store, ..plan() }).await;
    pass(1.0).await;
    assert_eq!(dropped(&after), 1);
    let visitor = Visitor { bench: &after, session: visitor.session };
    assert_eq!(calls(&visitor).await, ["setup", "ended lost"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_centre_cannot_do_is_not_offered_and_asked_for_once() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    bench.centre.script().call_support.push_back(Ok(CallAbility { web_rtc: true, click_to_call: false }));
    for _ in 0..3 {
        assert_eq!(visitor.call("GET", "/v1/call", None).await.body["click_to_call"], false);
    }
    assert_eq!(bench.centre.count(|call| *call == Call::AskCalls), 1);
    let open = json!({"protocol": 1, "desk": "shop"});
    let offers = bench.call("POST", "/v1/session", None, Some(open)).await.body["offers"].clone();
    assert_eq!(offers["call"], json!({"audio": false, "video": false}));
    pass(301.0).await;
    assert_eq!(visitor.call("GET", "/v1/call", None).await.body["click_to_call"], true);
    let plain = Bench::new().await;
    let visitor = plain.visitor().await;
    assert_eq!(visitor.call("GET", "/v1/call", None).await.body["click_to_call"], false);
    assert_eq!(code(&start(&visitor, "k1", "audio").await), (404, "not_offered"));
    assert_eq!(plain.centre.script().calls, []);
}
