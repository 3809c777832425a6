//! How much is taken, from one visitor and from one address.

use super::{Bench, Plan};
use crate::http::address::Peer;
use crate::http::shares::Shares;
use crate::vendor::fake::Call;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use std::net::SocketAddr;

async fn open_from(bench: &Bench, peer: &str, forwarded: &str) -> u16 {
    let peer: SocketAddr = peer.parse().unwrap();
    let request = Request::post("/v1/session")
        .header("host", "desk.example")
        .header("content-type", "application/json")
        .header("x-forwarded-for", forwarded)
        .extension(Peer(peer));
    let body = Body::from(json!({"protocol": 1, "desk": "shop"}).to_string());
    bench.request(request.body(body).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn sessions_per_address_are_counted_by_what_the_client_cannot_choose() {
    let mut plan = Plan::default();
    plan.settings.limits.sessions_per_address_per_hour = 2;
    plan.settings.limits.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let bench = Bench::with(plan).await;
    let mut answers = Vec::new();
    for spoofed in ["1.1.1.1", "2.2.2.2", "3.3.3.3"] {
        answers.push(open_from(&bench, "203.0.113.1:1000", spoofed).await);
    }
    for (peer, forwarded) in [("10.0.0.1:1", "9.9.9.9, 203.0.113.1"), ("10.0.0.1:1", "203.0.113.2")] {
        answers.push(open_from(&bench, peer, forwarded).await);
    }
    for end in 1..=3 {
        answers.push(open_from(&bench, &format!("[2001:db8::{end}]:1"), "").await);
    }
    assert_eq!(answers, [200, 200, 429, 429, 200, 200, 200, 429]);
}

#[tokio::test]
async fn requests_and_messages_beyond_the_limit_are_told_when_to_come_again() {
    let mut plan = Plan::default();
    plan.settings.limits.messages_per_visitor_per_minute = 2;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    let mut last = None;
    for number in 0..3 {
        last = Some(visitor.say(&format!("m{number}"), "hello").await);
    }
    let last = last.unwrap();
    assert_eq!((last.status.as_u16(), &last.body["code"]), (429, &json!("rate_limited")));
    let wait_ms = last.body["retry_after_ms"].as_u64().unwrap();
    assert!((1..=30_000).contains(&wait_ms));
    let seconds: u64 = last.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(seconds, wait_ms.div_ceil(1000));
    assert_eq!(bench.centre.said(), 2);

    let mut plan = Plan::default();
    plan.settings.limits.requests_per_address_per_minute = 3;
    let bench = Bench::with(plan).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(bench.call("GET", "/v1/openapi.json", None, None).await.status.as_u16());
    }
    assert_eq!(answers, [200, 200, 200, 429]);
    assert_eq!(bench.call("GET", "/livez", None, None).await.status, 200);
}

#[tokio::test]
async fn sessions_altogether_are_limited() {
    let mut plan = Plan::default();
    plan.settings.limits.sessions = 2;
    let bench = Bench::with(plan).await;
    bench.visitor().await;
    bench.visitor().await;
    let reply = bench.call("POST", "/v1/session", None, Some(json!({"protocol": 1, "desk": "shop"}))).await;
    assert_eq!((reply.status.as_u16(), &reply.body["code"]), (503, &json!("overloaded")));
    let figures = bench.app.shared.metrics.text(&bench.app).unwrap();
    assert!(figures.contains("frontdesk_limits_hit_total{limit=\"sessions_kept\"} 1"), "{figures}");
}

#[tokio::test(start_paused = true)]
async fn of_too_many_long_polls_the_oldest_is_answered_at_once() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let started = tokio::time::Instant::now();
    let poll = async |delay: u64| {
        tokio::time::sleep(std::time::Duration::from_millis(delay)).await;
        visitor.call("GET", "/v1/events?after=1&wait=20", None).await;
        started.elapsed().as_secs()
    };
    let first = poll(0);
    let others = async {
        let mut polls = tokio::task::JoinSet::new();
        for number in 1..=16 {
            let (app, session) = (bench.app.clone(), visitor.session.clone());
            polls.spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(number)).await;
                let request = Request::get("/v1/events?after=1&wait=20").header("frontdesk-session", session);
                let request = request.body(Body::empty()).unwrap();
                tower::ServiceExt::oneshot(crate::http::app(app), request).await.unwrap();
                started.elapsed().as_secs()
            });
        }
        polls.join_all().await
    };
    let (first, others) = tokio::join!(first, others);
    assert_eq!(first, 0);
    assert!(others.iter().all(|seconds| (16..=20).contains(seconds)), "{others:?}");
}

#[tokio::test(start_paused = true)]
async fn typing_is_passed_on_seldom_and_only_to_agents() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let typing = || bench.centre.count(|call| *call == Call::Typing);
    visitor.call("POST", "/v1/typing", None).await;
    assert_eq!(typing(), 0);
    bench.down(vec![super::message("a", super::agent("Li"), "hello")]);
    super::pass(2.0).await;
    for body in [None, Some(json!({"id": "t1", "active": true})), Some(json!({"active": false}))] {
        assert_eq!(visitor.call("POST", "/v1/typing", body).await.status, 204);
    }
    super::pass(0.1).await;
    assert_eq!(typing(), 1);
    super::pass(2.0).await;
    visitor.call("POST", "/v1/typing", Some(json!({"active": false}))).await;
    super::pass(0.1).await;
    assert_eq!(typing(), 1);
    visitor.call("POST", "/v1/typing", None).await;
    super::pass(0.1).await;
    assert_eq!(typing(), 2);
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_ours_any_number() {
    let mut plan = Plan::default();
    plan.settings.limits.connections_per_address = 2;
    plan.settings.limits.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let bench = Bench::with(plan).await;
    let shares = Shares::new(&bench.app.shared);
    let mut held = Vec::new();
    let mut take = |peer: &str| {
        let share = shares.take(peer.parse().unwrap());
        let taken = share.is_some();
        held.extend(share);
        taken
    };
    for (peer, expected) in [
        ("203.0.113.1", true),
        ("203.0.113.1", true),
        ("203.0.113.1", false),
        ("::ffff:203.0.113.1", false),
        ("203.0.113.2", true),
        ("2001:db8:1:2::1", true),
        ("2001:db8:1:2::2", true),
        ("2001:db8:1:2:3::3", false),
        ("2001:db8:1:3::1", true),
    ] {
        assert_eq!(take(peer), expected, "{peer}");
    }
    assert!((0..10).all(|_| take("10.0.0.1") && take("127.0.0.1") && take("::1")));
    held.remove(0);
    assert!(shares.take("203.0.113.1".parse().unwrap()).is_some());
    let text = bench.app.shared.metrics.text(&bench.app).unwrap();
    assert!(text.contains("frontdesk_limits_hit_total{limit=\"connections\"} 3"), "{text}");
}
