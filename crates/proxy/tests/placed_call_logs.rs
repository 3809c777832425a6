//! Calls that staff place, through both doors and over sockets: neither number nor key nor access code is in the log at any level.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;
mod kept_log;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cec_support::{Centre, Reply, coded};
use frontdesk_proxy::clock::Clock;
use frontdesk_proxy::config::Config;
use frontdesk_proxy::http::assets::Assets;
use frontdesk_proxy::http::operator::{self, gate::Gate};
use frontdesk_proxy::http::run;
use frontdesk_proxy::settings::{DeskSettings, Settings};
use frontdesk_proxy::state::{App, Desk};
use frontdesk_proxy::store::memory::MemoryStore;
use frontdesk_proxy::telemetry;
use frontdesk_proxy::vendor::cec::Cec;
use kept_log::Log;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tracing_subscriber::util::SubscriberInitExt;

const KEY: &str = "canary-key-0123456789abcdef0123456789";
const SECRET: &str = "canary secret of the site, 32 bytes or more";

/// Settings of a proxy with both doors, for a centre at this address.
fn settings(centre: &str) -> Config {
    let text = format!(
        r#"
public_url = "https://desk.example"
store = "memory"
[operator]
key = "{KEY}"
[[desks]]
id = "shop"
[desks.cec]
base_url = "{centre}"
app_key = "ak"
app_secret = "canary-app-secret"
channel_id = "1"
[desks.identity]
mode = "optional"
keys = [{{ kid = "k", algorithm = "HS256", secret = "{SECRET}" }}]
[desks.calls]
gateways = ["wss://192.0.2.20:5060"]
staff = true
staff_caller = "4006000000"
"#
    );
    Config::read(&text, Path::new("."), []).unwrap()
}

/// A token of somebody who may call any number.
fn token() -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let now_s = Clock::system().now_ms() / 1_000;
    let claims = json!({"sub": "canary-clerk", "aud": "shop", "jti": "1", "exp": now_s + 600, "frontdesk_calls": true});
    let message = format!("{}.{}", part(json!({"alg": "HS256", "kid": "k"})), part(claims));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, message.as_bytes())))
}

/// Posts JSON with one more header; status line and body.
async fn post(listener: &str, path: &str, header: &str, body: &Value) -> (String, Value) {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: desk.example\r\nconnection: close\r\norigin: https://desk.example\r\n{header}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(listener).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap_or_default())
}

/// One test, since the log belongs to the whole process.
#[tokio::test]
async fn neither_door_logs_a_number_a_key_or_a_code() {
    let log = Log::default();
    telemetry::subscriber("trace", log.clone()).unwrap().0.init();
    let centre = Centre::start().await;
    let config = settings(&centre.address);
    let desks = config.desks.iter().map(|desk| Desk {
        settings: DeskSettings::from(desk),
        centre: Arc::new(Cec::new(&desk.id, &desk.cec).unwrap()),
    });
    let store = Arc::new(MemoryStore::new());
    let app = App::new(Settings::from(&config), desks, store, Assets::none(), Clock::system());
    app.start().await.unwrap();
    let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (visitors, programs) =
        (public.local_addr().unwrap().to_string(), inside.local_addr().unwrap().to_string());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(run(public, app.clone(), async { drop(stopped.await) }));
    let gate = Arc::new(Gate::new(config.operator.as_ref().unwrap(), &app.shared.metrics));
    let beside = tokio::spawn(operator::run(inside, app.clone(), gate));

    let wish = json!({"protocol": 1, "desk": "shop", "id": "s1", "identity": token()});
    let (status, opened) = post(&visitors, "/v1/session", "x: y", &wish).await;
    assert!(status.contains("200"), "{status} {opened}");
    let session = opened["session"].as_str().unwrap().to_owned();
    let credential = format!("frontdesk-session: {session}");
    let bearer = format!("authorization: Bearer {KEY}");
    let data = json!({"sipServiceAddress": "192.0.2.20:5060", "accesscode": "179canarycode"});
    let good = Reply::json(&json!({"resultCode": "0", "resultData": data}).to_string());
    for (number, (reply, expected)) in [
        (good, "200"),
        (coded("30010000003", "canary 13800138000"), "422"),
        (coded("3001000001", ""), "404"),
        (Reply::status(500), "502"),
        (Reply::bytes(200, b"canary 13800138000"), "502"),
    ]
    .into_iter()
    .enumerate()
    {
        centre.always("createcall", reply);
        let call = json!({"id": format!("p{number}"), "called": "138 0013 8000", "data": "canary-data"});
        let (status, told) = post(&visitors, "/v1/calls/place", &credential, &call).await;
        assert!(status.contains(expected), "{status} {told}");
        let call =
            json!({"desk": "shop", "called": "13800138000", "caller": "4006000000", "data": "canary-data"});
        let (status, told) = post(&programs, "/operator/v1/calls", &bearer, &call).await;
        assert!(status.contains(expected), "{status} {told}");
        let (status, _) =
            post(&programs, "/operator/v1/calls", "authorization: Bearer canary-wrong", &call).await;
        assert!(status.contains("401"), "{status}");
    }
    assert_eq!(centre.seen("createcall").len(), 10, "each was asked once");
    assert!(centre.seen("applyToken").is_empty(), "no visitor of the centre has part in it");
    stop.send(()).unwrap();
    serving.await.unwrap();
    beside.await.unwrap();

    let text = log.text();
    for line in [
        "TRACE",
        "/operator/v1/calls",
        "/v1/calls/place",
        "a call was placed by staff",
        "operator_key_refused",
    ] {
        assert!(text.contains(line), "{line} was to be logged");
    }
    for word in ["13800138000", "138 0013 8000", "4006000000", "canary", session.as_str()] {
        let found = text.find(word).map(|at| text.get(at.saturating_sub(200)..at + 60));
        assert_eq!(found, None, "{word}");
    }
}
