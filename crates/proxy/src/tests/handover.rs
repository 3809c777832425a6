//! A session goes to another window of its visitor.

use super::logs::Log;
use super::{Bench, Reply, Visitor, pass};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

fn ticket() -> String {
    crate::session::credential::generate()
}

impl Visitor<'_> {
    async fn register(&self, ticket: &str) -> Reply {
        self.call("POST", "/v1/session/ticket", Some(json!({"ticket": ticket}))).await
    }
}

async fn redeem(bench: &Bench, desk: &str, ticket: &str, opened_by: &str) -> Reply {
    let wish = json!({"desk": desk, "ticket": ticket, "opened_by": opened_by});
    bench.call("POST", "/v1/session/redeem", None, Some(wish)).await
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

const OWN: &str = "https://desk.example";

#[tokio::test(start_paused = true)]
async fn the_other_window_is_the_same_visitor_in_the_same_conversation() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    visitor.say("m1", "hello").await;
    for opened_by in [OWN, "https://shop.example"] {
        let ticket = ticket();
        let registered = visitor.register(&ticket).await;
        assert_eq!(registered.body, json!({"expires_ms": super::EPOCH_MS + 60_000}));
        let reply = redeem(&bench, "shop", &ticket, opened_by).await;
        let session = reply.body["session"].as_str().unwrap().to_owned();
        let other = Visitor { bench: &bench, session };
        assert_eq!(other.story(1).await, visitor.story(1).await);
        let resume = json!({"protocol": 1, "desk": "shop", "resume": other.session});
        let opened = bench.call("POST", "/v1/session", None, Some(resume)).await.body;
        assert_eq!((&opened["contact"]["state"], &opened["cursor"]), (&json!("robot"), &json!(2)));
    }
    // Both go on.
    visitor.say("m2", "from here").await;
    assert_eq!(visitor.story(2).await, ["echo m2 accepted"]);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_with_a_ticket_the_refusal_is_the_same() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let mut refusals = Vec::new();
    let mut refused = async |case: &str, desk: &str, ticket: &str, opened_by: &str| {
        let reply = redeem(&bench, desk, ticket, opened_by).await;
        assert_eq!(code(&reply), (403, "ticket_refused"), "{case}");
        refusals.push((reply.body["message"].clone(), reply.body["retry_after_ms"].clone()));
    };
    refused("no ticket", "shop", "", OWN).await;
    refused("not one in form", "shop", "x", OWN).await;
    refused("unknown", "shop", &ticket(), OWN).await;
    refused("a credential", "shop", &visitor.session, OWN).await;

    let used = ticket();
    visitor.register(&used).await;
    assert_eq!(redeem(&bench, "shop", &used, OWN).await.status, 200);
    refused("used", "shop", &used, OWN).await;

    let replaced = ticket();
    visitor.register(&replaced).await;
    visitor.register(&ticket()).await;
    refused("replaced by a newer one", "shop", &replaced, OWN).await;

    let over = ticket();
    visitor.register(&over).await;
    pass(59.0).await;
    let other = bench.visitor().await;
    let in_time = ticket();
    other.register(&in_time).await;
    pass(1.0).await;
    refused("over", "shop", &over, OWN).await;
    assert_eq!(redeem(&bench, "shop", &in_time, OWN).await.status, 200);

    for (case, desk, opened_by) in [
        ("another desk", "other", OWN),
        ("a window of somebody else's page", "shop", "https://evil.example"),
        ("a page of another desk", "shop", "https://other.example"),
        ("a window that nobody opened", "shop", ""),
        ("a sandboxed page", "shop", "null"),
    ] {
        let tried = ticket();
        visitor.register(&tried).await;
        refused(case, desk, &tried, opened_by).await;
        refused("and it is used by that", "shop", &tried, OWN).await;
    }

    let logged_out = ticket();
    visitor.register(&logged_out).await;
    visitor.call("DELETE", "/v1/session", None).await;
    refused("logged out", "shop", &logged_out, OWN).await;
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_registered_by_its_visitor_and_in_its_form() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let stranger = Visitor { bench: &bench, session: ticket() };
    assert_eq!(code(&stranger.register(&ticket()).await), (401, "session_unknown"));
    for wrong in ["", "short", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", &format!("{}A", ticket())] {
        let reply = visitor.register(wrong).await;
        assert_eq!(code(&reply), (400, "bad_request"), "{wrong}");
        let message = reply.body["message"].as_str().unwrap();
        assert!(message.contains("`ticket`") && (wrong.is_empty() || !message.contains(wrong)), "{message}");
    }
    // What another visitor has registered stays that visitor's.
    let other = bench.visitor().await;
    let taken = ticket();
    other.register(&taken).await;
    assert_eq!(code(&visitor.register(&taken).await), (403, "ticket_refused"));
    let reply = redeem(&bench, "shop", &taken, OWN).await;
    assert_eq!(reply.body["session"], other.session);
    assert_eq!(code(&redeem(&bench, "no desk", &ticket(), OWN).await), (404, "desk_unknown"));
}

#[tokio::test(start_paused = true)]
async fn only_pages_of_the_desk_may_ask_and_as_often_as_for_anything_else() {
    let mut plan = super::Plan::default();
    plan.settings.limits.requests_per_address_per_minute = 4;
    let bench = Bench::with(plan).await;
    let visitor = bench.visitor().await;
    let taken = ticket();
    visitor.register(&taken).await;
    let wish = json!({"desk": "shop", "ticket": taken, "opened_by": OWN});
    let ask = async |from: (&str, &str), wish: &Value| {
        let request = Request::post("/v1/session/redeem").header("content-type", "application/json");
        let request = request.header(from.0, from.1).body(Body::from(wish.to_string()));
        bench.request(request.unwrap()).await
    };
    let elsewhere = ask(("origin", "https://evil.example"), &wish).await;
    assert_eq!(code(&elsewhere), (403, "origin_refused"));
    assert_eq!(ask(("sec-fetch-site", "same-origin"), &wish).await.body["session"], visitor.session);
    let last = ask(("sec-fetch-site", "same-origin"), &wish).await;
    assert_eq!(code(&last), (429, "rate_limited"));
    assert!(last.body["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0));
}

#[tokio::test(start_paused = true)]
async fn neither_ticket_nor_credential_is_logged() {
    let (log, _guard) = Log::begin();
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let (good, wrong) = (ticket(), ticket());
    visitor.register(&good).await;
    redeem(&bench, "shop", &wrong, OWN).await;
    redeem(&bench, "shop", &good, OWN).await;
    let text = log.text();
    assert!(text.contains("/v1/session/redeem"), "{text}");
    for secret in [good, wrong, visitor.session.clone()] {
        assert!(!text.contains(&secret), "{secret} is in {text}");
    }
}
