//! Every refusal has its code, its status, its request id and the right shape.

use super::{Bench, Reply, Visitor};
use crate::store::memory::MemoryStore;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

fn shape(reply: &Reply) -> (u16, &str) {
    assert_eq!(reply.headers["content-type"], "application/problem+json");
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    assert_eq!(reply.body["request_id"], reply.headers["x-request-id"].to_str().unwrap());
    assert!(!reply.body["message"].as_str().unwrap().is_empty());
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap())
}

async fn open(bench: &Bench, body: Value) -> Reply {
    bench.call("POST", "/v1/session", None, Some(body)).await
}

#[tokio::test(start_paused = true)]
async fn sessions_are_opened_resumed_and_refused() {
    let bench = Bench::new().await;
    for (body, expected) in [
        (json!({"protocol": 0, "desk": "shop"}), (400, "protocol_unsupported")),
        (json!({"protocol": 1, "desk": "nowhere"}), (404, "desk_unknown")),
        (json!({"protocol": 1, "desk": "shop", "identity": "x"}), (401, "identity_refused")),
        (json!({"protocol": 1}), (400, "bad_request")),
    ] {
        assert_eq!(shape(&open(&bench, body).await), expected);
    }
    let newer =
        open(&bench, json!({"protocol": 7, "desk": "shop", "locale": "zh-CN", "later": [1]})).await.body;
    assert_eq!(newer["protocol"], 1);
    assert!(newer["visitor"]["name"].as_str().unwrap().starts_with("访客 "));
    assert_eq!(newer["offers"]["history"], false);
    let resumed = open(&bench, json!({"protocol": 1, "desk": "shop", "resume": newer["session"]})).await.body;
    assert_eq!((&resumed["session"], &resumed["visitor"]), (&newer["session"], &newer["visitor"]));
    for resume in [json!("nonsense"), json!("")] {
        let fresh = open(&bench, json!({"protocol": 1, "desk": "shop", "resume": resume})).await.body;
        assert_ne!(fresh["visitor"], newer["visitor"]);
    }
    let elsewhere =
        open(&bench, json!({"protocol": 1, "desk": "other", "resume": newer["session"]})).await.body;
    assert_ne!(elsewhere["session"], newer["session"]);
    assert!(bench.centre.script().calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_with_its_lifetime_and_every_use_moves_it_on() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    for _ in 0..3 {
        super::pass(20.0 * 3600.0).await;
        assert_eq!(visitor.call("GET", "/v1/queue", None).await.status, 200);
    }
    super::pass(24.0 * 3600.0).await;
    assert_eq!(shape(&visitor.call("GET", "/v1/queue", None).await), (401, "session_unknown"));
}

#[tokio::test(start_paused = true)]
async fn logging_out_kills_the_credential_and_erases_the_visitor() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    visitor.say("m1", "hello").await;
    let waiting = visitor.call("GET", "/v1/events?after=2&wait=25", None);
    let (waited, gone) = tokio::join!(waiting, visitor.call("DELETE", "/v1/session", None));
    assert_eq!(gone.status, 204);
    assert_eq!(shape(&waited), (401, "session_unknown"));
    assert_eq!(shape(&visitor.say("m2", "hello").await), (401, "session_unknown"));
    super::pass(1.0).await;
    assert_eq!(bench.app.shared.store.sessions().await.unwrap(), 0);
    let calls = bench.centre.script().calls.clone();
    assert_eq!(
        calls[calls.len() - 2..],
        [crate::vendor::fake::Call::Disconnect, crate::vendor::fake::Call::Forget]
    );
}

#[tokio::test(start_paused = true)]
async fn bodies_are_checked_and_the_field_is_named() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let say = |body: Value| async { visitor.call("POST", "/v1/messages", Some(body)).await };
    for (body, expected, named) in [
        (json!({"body": {"text": "x"}}), (400, "id_invalid"), "id"),
        (json!({"id": 1, "body": {"text": "x"}}), (400, "id_invalid"), "`id`"),
        (json!({"id": "", "body": {"text": "x"}}), (400, "id_invalid"), "empty"),
        (json!({"id": "a,b", "body": {"text": "x"}}), (400, "id_invalid"), "comma"),
        (json!({"id": "a".repeat(33), "body": {"text": "x"}}), (400, "id_invalid"), "32"),
        (json!({"id": "a"}), (400, "bad_request"), "body"),
        (json!({"id": "a", "body": {"text": 5}}), (400, "bad_request"), "body"),
        (json!({"id": "a", "body": {"text": ""}}), (422, "text_empty"), ""),
        (json!({"id": "a", "body": {"text": " \n\u{3000}"}}), (422, "text_empty"), ""),
        (json!({"id": "a", "body": {"text": "好".repeat(342)}}), (422, "text_too_long"), "1024"),
        (json!({"id": "a", "body": {"text": "a\0b"}}), (400, "bad_request"), "body.text"),
        (json!({"id": "a", "body": {"hologram": {}}}), (422, "body_unsupported"), ""),
        (json!({"id": "a", "body": {}}), (422, "body_unsupported"), ""),
        (json!({"id": "a", "body": {"text": null}}), (400, "bad_request"), "body.text"),
        (
            json!({"id": "a", "body": {"text": "x", "hologram": {}}}),
            (400, "bad_request"),
            "more than one key",
        ),
        (
            json!({"id": "a", "body": {"hologram": {}, "text": "x"}}),
            (400, "bad_request"),
            "more than one key",
        ),
        (
            json!({"id": "a", "body": {"text": "x", "location": {"latitude": 1.0, "longitude": 1.0, "label": ""}}}),
            (400, "bad_request"),
            "`body`: more than one key",
        ),
        (
            json!({"id": "a", "body": {"file": {"file": "f", "kind": "image", "name": "n"}}}),
            (422, "body_unsupported"),
            "",
        ),
        (
            json!({"id": "a", "body": {"location": {"latitude": 91.0, "longitude": 0.0, "label": ""}}}),
            (400, "bad_request"),
            "location",
        ),
        (
            json!({"id": "a", "body": {"card": {"title": "T", "description": "", "url": "javascript:1"}}}),
            (400, "bad_request"),
            "url",
        ),
        (
            json!({"id": "a", "body": {"card": {"title": " ", "description": "", "url": "https://a.example"}}}),
            (422, "card_incomplete"),
            "title",
        ),
        (
            json!({"id": "a", "body": {"card": {"title": "T", "description": "", "url": ""}}}),
            (422, "card_incomplete"),
            "picture",
        ),
    ] {
        let reply = say(body.clone()).await;
        assert_eq!(shape(&reply), expected, "{body}");
        assert!(reply.body["message"].as_str().unwrap().contains(named), "{}", reply.body);
    }
    for text in ["👩‍👩‍👧‍👦", "שלום עולם", &"好".repeat(341), "a\r\n\tb"] {
        let body = json!({"id": format!("ok{}", text.len()), "body": {"text": text}, "more": 1});
        assert_eq!(say(body).await.status, 200, "{text}");
    }
    assert_eq!(bench.centre.said(), 4);
}

async fn raw(visitor: &Visitor<'_>, method: &str, path: &str, kind: Option<&str>, body: &str) -> Reply {
    let mut request =
        Request::builder().method(method).uri(path).header("frontdesk-session", &visitor.session);
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    visitor.bench.request(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_api_is_refused_in_its_own_shape() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let json = Some("application/json");
    for (method, path, kind, body, expected) in [
        ("GET", "/v1/nothing", None, "", (404, "not_found")),
        ("POST", "/v1/nothing", json, "{}", (404, "not_found")),
        ("GET", "/v1/history", None, "", (404, "not_offered")),
        ("GET", "/", None, "", (404, "not_found")),
        ("GET", "/assets/../Cargo.toml", None, "", (404, "not_found")),
        ("GET", "/assets/%2e%2e/Cargo.toml", None, "", (404, "not_found")),
        ("PUT", "/v1/session", json, "{}", (405, "method_not_allowed")),
        ("GET", "/v1/messages", None, "", (405, "method_not_allowed")),
        ("POST", "/v1/messages", None, "{}", (415, "media_type_unsupported")),
        ("POST", "/v1/messages", Some("text/plain"), "{}", (415, "media_type_unsupported")),
        (
            "POST",
            "/v1/messages",
            Some("application/x-www-form-urlencoded"),
            "a=1",
            (415, "media_type_unsupported"),
        ),
        ("POST", "/v1/typing", Some("text/plain"), "", (415, "media_type_unsupported")),
        ("POST", "/v1/typing", None, "x", (415, "media_type_unsupported")),
        ("POST", "/v1/messages", json, "", (400, "bad_request")),
        ("POST", "/v1/messages", json, "{\"id\":", (400, "bad_request")),
        ("POST", "/v1/messages", json, "{} {}", (400, "id_invalid")),
        ("POST", "/v1/messages", json, "\u{feff}{}", (400, "bad_request")),
        ("POST", "/v1/read", json, "{\"up_to\":-1}", (400, "bad_request")),
        ("GET", "/v1/events?after=-1", None, "", (400, "bad_request")),
        ("GET", "/v1/events?wait=x", None, "", (400, "bad_request")),
    ] {
        let reply = raw(&visitor, method, path, kind, body).await;
        assert_eq!(shape(&reply), expected, "{method} {path} {body}");
    }
    let large = raw(&visitor, "POST", "/v1/messages", json, &"x".repeat(65_537)).await;
    assert_eq!(shape(&large), (413, "body_too_large"));
    let long = raw(&visitor, "GET", &format!("/v1/events?x={}", "y".repeat(3000)), None, "").await;
    assert_eq!(shape(&long), (431, "header_too_large"));
    let fits =
        raw(&visitor, "POST", "/v1/read", Some("Application/JSON; charset=utf-8"), "{\"up_to\":1}").await;
    assert_eq!(fits.status, 204);
    assert_eq!(raw(&visitor, "POST", "/v1/typing", None, "").await.status, 204);
    assert_eq!(raw(&visitor, "POST", "/v1/read", None, "").await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_none_are_not_known() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let mut edited = visitor.session.clone();
    edited.replace_range(0..1, if edited.starts_with('A') { "B" } else { "A" });
    for session in ["", "x", "ü", &edited, &format!("{} ", visitor.session)] {
        let reply = bench.call("GET", "/v1/queue", Some(session), None).await;
        let trimmed = session.trim() == visitor.session;
        assert_eq!(reply.status.as_u16(), if trimmed { reply.status.as_u16() } else { 401 }, "{session}");
    }
    assert_eq!(shape(&bench.call("GET", "/v1/queue", None, None).await), (401, "session_unknown"));
}

#[tokio::test(start_paused = true)]
async fn only_the_desks_own_origins_may_call_and_preflights_say_so() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let ask = |method: &'static str, name: &'static str, value: &'static str| {
        let request = Request::builder()
            .method(method)
            .uri("/v1/queue")
            .header("frontdesk-session", &visitor.session)
            .header("access-control-request-method", "GET")
            .header(name, value);
        bench.request(request.body(Body::empty()).unwrap())
    };
    let own = ask("GET", "origin", "https://shop.example").await;
    assert_eq!(own.status, 200);
    assert_eq!(own.headers["access-control-allow-origin"], "https://shop.example");
    assert_eq!(own.headers["vary"], "Origin, Sec-Fetch-Site");
    assert_eq!(ask("GET", "origin", "https://desk.example").await.status, 200);
    let other = ask("GET", "origin", "https://other.example").await;
    assert_eq!(shape(&other), (403, "origin_refused"));
    assert_eq!(other.headers["access-control-allow-origin"], "https://other.example");
    let stranger = ask("GET", "origin", "https://evil.example").await;
    assert_eq!(shape(&stranger), (403, "origin_refused"));
    assert!(!stranger.headers.contains_key("access-control-allow-origin"));
    assert_eq!(ask("GET", "sec-fetch-site", "same-origin").await.status, 200);
    assert_eq!(ask("GET", "sec-fetch-site", "cross-site").await.status, 403);
    let preflight = ask("OPTIONS", "origin", "https://other.example").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(
        preflight.headers["access-control-allow-headers"],
        "Content-Type, Range, If-Range, Frontdesk-Session, Frontdesk-Id, Frontdesk-Name, Traceparent"
    );
    assert_eq!(preflight.headers["access-control-max-age"], "600");
    assert!(!preflight.headers.contains_key("access-control-allow-credentials"));
    assert_eq!(shape(&ask("OPTIONS", "origin", "null").await), (403, "origin_refused"));
    let request = Request::post("/v1/session")
        .header("origin", "https://other.example")
        .header("content-type", "application/json");
    let reply = bench.request(request.body(Body::from(r#"{"protocol":1,"desk":"shop"}"#)).unwrap()).await;
    assert_eq!(shape(&reply), (403, "origin_refused"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_written_is_said_to_be_unavailable() {
    let store = std::sync::Arc::new(super::lifecycle::Brittle::new(MemoryStore::new()));
    let plan = super::Plan { store: store.clone(), ..super::Plan::default() };
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    store.fail(true);
    assert_eq!(shape(&visitor.say("m1", "hello").await), (503, "store_unavailable"));
    assert_eq!(bench.call("GET", "/readyz", None, None).await.status, 503);
    assert_eq!(bench.centre.said(), 0, "nothing is said that was not recorded before");
    bench.down(vec![super::message("a", super::agent("Li"), "kept in hand")]);
    super::pass(10.0).await;
    store.fail(false);
    super::pass(10.0).await;
    assert_eq!(visitor.say("m1", "hello").await.status, 200);
    assert_eq!(visitor.story(1).await, ["contact agent (Li)", "message kept in hand", "echo m1 accepted"]);
    assert_eq!(bench.call("GET", "/livez", None, None).await.status, 200);
}
