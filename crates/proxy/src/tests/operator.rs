//! The operator listener, in process and over a socket.

use super::logs::Log;
use super::server::talk;
use super::{Bench, Reply};
use crate::config::Operator;
use crate::http::operator::gate::Gate;
use crate::http::operator::{router, run};
use crate::vendor::Placed;
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use axum::body::Body;
use axum::http::Request;
use frontdesk_contract::ErrorCode;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

const KEY: &str = "the-key-of-now-0123456789abcdef0123";
const OLD: &str = "the-key-before-0123456789abcdef0123";

fn settings(calls_per_minute: u32) -> Operator {
    Operator {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        key: KEY.into(),
        previous_key: Some(OLD.into()),
        calls_per_minute,
    }
}

/// The listener of a proxy, without a socket.
pub(super) struct Listener {
    bench: Bench,
    gate: Arc<Gate>,
}

impl Listener {
    pub(super) async fn new(calls_per_minute: u32) -> Self {
        let bench = Bench::new().await;
        let gate = Arc::new(Gate::new(&settings(calls_per_minute), &bench.app.shared.metrics));
        Self { bench, gate }
    }

    async fn request(&self, request: Request<Body>) -> Reply {
        let router = router(self.bench.app.clone(), Arc::clone(&self.gate));
        let response = router.oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Reply { status, headers, body, bytes }
    }

    /// Asks with this value of `Authorization`.
    pub(super) async fn ask(&self, key: &str, method: &str, path: &str, body: &Value) -> Reply {
        let request = Request::builder().method(method).uri(path).header("authorization", key);
        let request = request.header("content-type", "application/json");
        self.request(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn place(&self, body: Value) -> Reply {
        self.ask(&format!("Bearer {KEY}"), "POST", "/operator/v1/calls", &body).await
    }

    fn placed(&self) -> usize {
        self.bench.centre.count(|call| matches!(call, Call::PlaceCall(_)))
    }
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

fn wish(called: &str) -> Value {
    json!({"desk": "shop", "called": called})
}

#[tokio::test(start_paused = true)]
async fn a_call_is_placed_and_it_is_told_where_to_connect() {
    let listener = Listener::new(60).await;
    let body =
        json!({"desk": "shop", "called": "+86 138-0013-8000", "caller": "400 600 0000", "data": "order 7"});
    let reply = listener.place(body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(
        reply.body,
        json!({"sip_address": "192.0.2.10:8443", "access_code": "17900001", "serial": "s-1"})
    );
    assert!(reply.headers.get("access-control-allow-origin").is_none());
    assert_eq!(reply.headers["cache-control"], "no-store");
    let asked = listener.bench.centre.script().calls.clone();
    let [Call::PlaceCall(asked)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((asked.called.as_str(), asked.caller.as_deref()), ("+8613800138000", Some("4006000000")));
    assert_eq!(asked.data.as_deref(), Some("order 7"));
    // Whatever address the centre names: whoever connects there is no page.
    let placed = Placed { address: "10.0.0.1:5060".into(), access_code: "1".into(), serial: None };
    listener.bench.centre.script().place_call.push_back(Ok(placed));
    let reply = listener.place(json!({"desk": "other", "called": "8012"})).await;
    assert_eq!(reply.body, json!({"sip_address": "10.0.0.1:5060", "access_code": "1"}));
}

#[tokio::test(start_paused = true)]
async fn without_a_key_nothing_is_told_and_two_keys_are_good_in_a_rotation() {
    let listener = Listener::new(60).await;
    let (long, blank) = (format!("Bearer {KEY}x"), format!("Bearer  {KEY} "));
    for key in ["", "Bearer", "Bearer ", KEY, &format!("Basic {KEY}"), &long, &format!("Bearer {KEY} {OLD}")]
    {
        for (method, path) in [
            ("POST", "/operator/v1/calls"),
            ("GET", "/operator/v1/desks"),
            ("GET", "/nothing"),
            ("PUT", "/operator/v1/desks"),
        ] {
            let reply = listener.ask(key, method, path, &wish("1")).await;
            assert_eq!(code(&reply), (401, "key_refused"), "{key} {path}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
        }
    }
    let none = Request::post("/operator/v1/calls").body(Body::empty()).unwrap();
    assert_eq!(code(&listener.request(none).await), (401, "key_refused"));
    let two = Request::get("/operator/v1/desks").header("authorization", format!("Bearer {KEY}"));
    let two = two.header("authorization", format!("Bearer {OLD}")).body(Body::empty()).unwrap();
    assert_eq!(code(&listener.request(two).await), (401, "key_refused"));
    assert_eq!(listener.placed(), 0);
    for key in [format!("Bearer {KEY}"), format!("Bearer {OLD}"), format!("bearer {KEY}"), blank] {
        assert_eq!(listener.ask(&key, "GET", "/operator/v1/desks", &json!(null)).await.status, 200, "{key}");
    }
    let after = Operator { previous_key: None, ..settings(60) };
    let gate = Arc::new(Gate::new(&after, &listener.bench.app.shared.metrics));
    let rotated = Listener { gate, ..listener };
    let reply = rotated.ask(&format!("Bearer {OLD}"), "GET", "/operator/v1/desks", &json!(null)).await;
    assert_eq!(code(&reply), (401, "key_refused"), "the rotation is over");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_call_is_named_and_nothing_of_it_is_repeated() {
    let listener = Listener::new(60).await;
    for (body, expected, named) in [
        (json!({"desk": "none", "called": "13800138000"}), (404, "desk_unknown"), "no desk"),
        (json!({"called": "13800138000"}), (400, "bad_request"), "desk"),
        (json!({"desk": "shop"}), (400, "bad_request"), "called"),
        (json!({"desk": "shop", "called": 13_800_138_000_u64}), (400, "bad_request"), "field `called`"),
        (json!({"desk": "shop", "called": "13800138000", "calle": "1"}), (400, "bad_request"), ""),
        (wish("13800138000x"), (422, "number_invalid"), "field `called`"),
        (wish(""), (422, "number_invalid"), "field `called`"),
        (wish(&"1".repeat(33)), (422, "number_invalid"), "field `called`"),
        (
            json!({"desk": "shop", "called": "1", "caller": "sip:13800138000"}),
            (422, "number_invalid"),
            "field `caller`",
        ),
        (
            json!({"desk": "shop", "called": "1", "data": "x".repeat(1_025)}),
            (400, "bad_request"),
            "field `data`",
        ),
        (
            json!({"desk": "shop", "called": "1", "data": "x".repeat(70_000)}),
            (413, "body_too_large"),
            "65536",
        ),
        (json!([]), (400, "bad_request"), ""),
    ] {
        let reply = listener.place(body).await;
        assert_eq!(code(&reply), expected, "{}", reply.body);
        let message = reply.body["message"].as_str().unwrap();
        assert!(message.contains(named) && !message.contains("13800138000"), "{message}");
    }
    let bearer = format!("Bearer {KEY}");
    let form = Request::post("/operator/v1/calls").header("authorization", &bearer);
    let form = form.header("content-type", "text/plain").body(Body::from(wish("1").to_string())).unwrap();
    assert_eq!(code(&listener.request(form).await), (415, "media_type_unsupported"));
    assert_eq!(
        code(&listener.ask(&bearer, "GET", "/operator/v1/calls", &json!(null)).await),
        (405, "method_not_allowed")
    );
    assert_eq!(code(&listener.ask(&bearer, "GET", "/operator/v1/", &json!(null)).await), (404, "not_found"));
    assert_eq!(listener.placed(), 0, "the centre was not asked");
}

#[tokio::test(start_paused = true)]
async fn what_the_centre_says_is_passed_on_and_no_call_is_asked_for_twice() {
    let listener = Listener::new(60).await;
    for (answer, expected) in [
        (refused(ErrorCode::NotOffered, false), (404, "not_offered")),
        (refused(ErrorCode::NumberInvalid, false), (422, "number_invalid")),
        (refused(ErrorCode::CentreRefused, true), (502, "centre_refused")),
        (refused(ErrorCode::CentreBusy, true), (503, "centre_busy")),
        (not_sent(), (502, "centre_unreachable")),
        (unknown(), (504, "centre_timeout")),
    ] {
        let before = listener.placed();
        listener.bench.centre.script().place_call.push_back(Err(answer));
        assert_eq!(code(&listener.place(wish("1")).await), expected);
        assert_eq!(listener.placed(), before + 1, "{expected:?}");
    }
}

#[tokio::test]
async fn each_desk_has_its_own_limit() {
    let listener = Listener::new(2).await;
    for _ in 0..2 {
        assert_eq!(listener.place(wish("1")).await.status, 200);
    }
    let reply = listener.place(wish("1")).await;
    assert_eq!(code(&reply), (429, "rate_limited"));
    assert!(reply.headers.contains_key("retry-after") && reply.body["retry_after_ms"].as_u64() > Some(0));
    assert_eq!(listener.placed(), 2);
    assert_eq!(listener.place(json!({"desk": "other", "called": "1"})).await.status, 200);
    let bearer = format!("Bearer {KEY}");
    let mut asked = 0;
    let refused = loop {
        let reply = listener.ask(&bearer, "GET", "/operator/v1/desks", &json!(null)).await;
        asked += 1;
        if reply.status != 200 || asked > 10_000 {
            break reply;
        }
    };
    assert_eq!(code(&refused), (429, "rate_limited"), "each question may ask the centres");
    assert!(asked > 60, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn the_desks_are_listed_with_whether_their_centres_can_be_used() {
    let listener = Listener::new(60).await;
    let bearer = format!("Bearer {KEY}");
    let all = async || listener.ask(&bearer, "GET", "/operator/v1/desks", &json!(null)).await.body;
    let both = json!({"desks": [{"id": "other", "ready": true}, {"id": "shop", "ready": true}]});
    assert_eq!(all().await, both);
    listener.bench.centre.script().ready.extend([Err(not_sent()), Err(not_sent())]);
    let none = json!({"desks": [{"id": "other", "ready": false}, {"id": "shop", "ready": false}]});
    assert_eq!(all().await, none);
    assert_eq!(all().await, both);
}

#[tokio::test(start_paused = true)]
async fn the_public_listener_knows_none_of_it_and_this_one_no_visitor() {
    let listener = Listener::new(60).await;
    for (method, path) in [("POST", "/operator/v1/calls"), ("GET", "/operator/v1/desks")] {
        let request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {KEY}"));
        let request = request.header("content-type", "application/json");
        let reply = listener.bench.request(request.body(Body::from(wish("1").to_string())).unwrap()).await;
        assert_eq!(code(&reply), (404, "not_found"), "{path}");
    }
    for path in ["/v1/contact", "/frame", "/livez", "/metrics"] {
        let reply = listener.ask(&format!("Bearer {KEY}"), "GET", path, &json!(null)).await;
        assert_eq!(code(&reply), (404, "not_found"), "{path}");
    }
    assert_eq!(listener.placed(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_answer_lets_a_browser_of_another_origin_read_it() {
    let listener = Listener::new(60).await;
    for (method, key) in [("OPTIONS", ""), ("POST", KEY)] {
        let request = Request::builder().method(method).uri("/operator/v1/calls");
        let request =
            request.header("origin", "https://shop.example").header("authorization", format!("Bearer {key}"));
        let request = request
            .header("access-control-request-method", "POST")
            .header("content-type", "application/json");
        let reply = listener.request(request.body(Body::from(wish("1").to_string())).unwrap()).await;
        let cors = reply.headers.keys().find(|name| name.as_str().starts_with("access-control"));
        assert_eq!(cors, None, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn neither_numbers_nor_keys_nor_codes_are_logged() {
    let (log, _guard) = Log::begin();
    let listener = Listener::new(60).await;
    let body =
        json!({"desk": "shop", "called": "13800138000", "caller": "4006000000", "data": "a secret wish"});
    listener.place(body.clone()).await;
    listener.bench.centre.script().place_call.push_back(Err(refused(ErrorCode::NumberInvalid, false)));
    listener.place(body.clone()).await;
    listener.place(wish("13800138000x")).await;
    for _ in 0..3 {
        listener
            .ask("Bearer a-wrong-key-0123456789abcdef0123456789", "POST", "/operator/v1/calls", &body)
            .await;
    }
    let text = log.text();
    assert!(text.contains("/operator/v1/calls") && text.contains("a call was placed"), "{text}");
    assert_eq!(text.matches("operator_key_refused").count(), 1, "{text}");
    for word in ["13800138000", "4006000000", "a secret wish", KEY, OLD, "a-wrong-key", "17900001"] {
        assert!(!text.contains(word), "{word} is in {text}");
    }
}

#[tokio::test]
async fn it_listens_on_a_socket_of_its_own_until_the_proxy_goes_down() {
    let bench = Bench::new().await;
    let gate = Arc::new(Gate::new(&settings(60), &bench.app.shared.metrics));
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let serving = tokio::spawn(run(socket, bench.app.clone(), gate));
    let post = |key: &str, body: &str| {
        format!(
            "POST /operator/v1/calls HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let good = talk(address, &post(KEY, r#"{"desk":"shop","called":"8012"}"#)).await;
    assert!(good.starts_with("HTTP/1.1 200") && good.contains("17900001"), "{good}");
    let bad = talk(address, &post("x", r#"{"desk":"shop","called":"8012"}"#)).await;
    assert!(bad.starts_with("HTTP/1.1 401") && bad.contains("key_refused"), "{bad}");
    let large = talk(address, &post(KEY, &"x".repeat(100_000))).await;
    assert!(large.starts_with("HTTP/1.1 413") && large.contains("body_too_large"), "{large}");
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(40_000));
    assert!(talk(address, &head).await.starts_with("HTTP/1.1 431"));
    bench.app.shared.draining.cancel();
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
