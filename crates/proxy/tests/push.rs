//! A centre that sends by itself, over sockets: the sandbox, and whole proxies. Time is real here: nothing is asserted about it,
//! and whoever waits waits for what is to come.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod kept_log;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use frontdesk_contract::{Event, EventKind, EventPage};
use frontdesk_proxy::clock::Clock;
use frontdesk_proxy::config::Config;
use frontdesk_proxy::http::assets::Assets;
use frontdesk_proxy::reload::Centres;
use frontdesk_proxy::settings::Settings as ProxySettings;
use frontdesk_proxy::state::App;
use frontdesk_proxy::store::Store;
use frontdesk_proxy::store::memory::MemoryStore;
use frontdesk_proxy::telemetry;
use frontdesk_sandbox::{MessageIds, PushTo, Running, Settings, spawn};
use kept_log::Log;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tracing_subscriber::util::SubscriberInitExt;

const KEY: &str = "canary0123456789abcdefghijklmnopqrstuvwxyzA";

/// A proxy that ends with the test.
struct Proxy {
    address: String,
    http: reqwest::Client,
}

/// A proxy with this store; its desk is `shop`.
async fn proxy(centre: &Running, mode: &str, store: &Arc<dyn Store>) -> Proxy {
    let settings = centre.sandbox.settings();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let spool = std::env::temp_dir().join(format!("frontdesk-push-{:x}", rand::random::<u64>()));
    let text = format!(
        "public_url = \"{address}\"\nstore = \"memory\"\nspool = \"{}\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\n\
         base_url = \"{}\"\napp_key = \"{}\"\napp_secret = \"{}\"\nchannel_id = \"{}\"\nmessage_id = \"deduplicated\"\n\
         [desks.cec.push]\nkey = \"{KEY}\"\ncheck_s = 3600\n{mode}",
        spool.display(),
        centre.base_url,
        settings.app_key,
        settings.app_secret,
        settings.channel_id
    );
    let config = Config::read(&text, Path::new(""), []).unwrap();
    let desks = Centres::new(&config, None).unwrap().desks(&config);
    let app =
        App::new(ProxySettings::from(&config), desks, Arc::clone(store), Assets::none(), Clock::system());
    app.start().await.unwrap();
    tokio::spawn(frontdesk_proxy::http::run(listener, app, std::future::pending()));
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    Proxy { address, http }
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

/// A sandbox that pushes to this base address.
async fn centre() -> Running {
    let settings =
        Settings { robot_delay_ms: 0, message_id: MessageIds::Deduplicated, ..Settings::default() };
    spawn(settings).await.unwrap()
}

fn push_to(centre: &Running, base_url: String, access_key: Option<&str>) {
    let access_key = access_key.map(String::from);
    let push = PushTo { base_url, key: KEY.into(), access_key, retry_ms: 20 };
    let settings = Settings { push: Some(push), ..centre.sandbox.settings() };
    centre.sandbox.set_settings(settings).unwrap();
}

impl Proxy {
    fn base(&self) -> String {
        format!("{}/v1/centre/shop", self.address)
    }

    async fn ask(&self, method: &str, path: &str, session: &str, body: Value) -> Value {
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.address));
        if !session.is_empty() {
            request = request.header("frontdesk-session", session);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap()
    }

    async fn visitor(&self) -> String {
        let opened = self.ask("POST", "/v1/session", "", json!({"protocol": 1, "desk": "shop"})).await;
        let session = opened["session"].as_str().unwrap().to_owned();
        self.ask("POST", "/v1/contact", &session, json!({"id": "c1", "to": "robot"})).await;
        session
    }

    async fn say(&self, session: &str, id: &str) {
        let body = json!({"id": id, "body": {"text": id}});
        assert_eq!(self.ask("POST", "/v1/messages", session, body).await["status"], "accepted");
    }

    /// All events, once they are enough.
    async fn events(&self, session: &str, enough: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        let (mut after, mut events) = (0, Vec::new());
        loop {
            let page =
                self.ask("GET", &format!("/v1/events?after={after}&wait=25"), session, Value::Null).await;
            let page: EventPage = serde_json::from_value(page).unwrap();
            after = page.next;
            events.extend(page.events);
            if enough(&events) {
                return events;
            }
        }
    }
}

/// The ids of messages of the other side.
fn ids(events: &[Event]) -> Vec<String> {
    let id = |event: &Event| match &event.kind {
        EventKind::Message(message) => Some(message.id.clone()),
        _ => None,
    };
    events.iter().filter_map(id).collect()
}

fn is_over(events: &[Event]) -> bool {
    let over = |event: &Event| matches!(&event.kind, EventKind::Contact(contact) if contact.reason.is_some());
    events.iter().any(over)
}

/// What the sandbox has counted.
async fn stats(centre: &Running) -> Value {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    http.get(format!("{}/sandbox/stats", centre.base_url)).send().await.unwrap().json().await.unwrap()
}

/// Waits until everything that was made was confirmed.
async fn until_confirmed(centre: &Running) -> Value {
    loop {
        let stats = stats(centre).await;
        if stats["messages"]["down_made"] == stats["messages"]["down_pushed"] {
            return stats;
        }
        tokio::task::yield_now().await;
    }
}

/// An agent at the desk, who ends the only conversation.
async fn agent_ends(centre: &Running, words: &[&str]) {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let url = |path: &str| format!("{}/agent/api/{path}", centre.base_url);
    let login = http.post(url("login")).json(&json!({"name": "Li"})).send().await.unwrap();
    let token = login.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
    let list = http.get(url("conversations")).header("agent-token", &token).send().await.unwrap();
    let id = list.json::<Value>().await.unwrap()["conversations"][0]["id"].to_string();
    let id = id.trim_matches('"');
    let post = async |path: &str, body: Value| {
        let path = url(&format!("conversations/{id}/{path}"));
        let answer = http.post(path).header("agent-token", &token).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    };
    for word in words {
        post("messages", json!({"text": word})).await;
    }
    post("end", json!({})).await;
}

#[tokio::test]
async fn a_whole_conversation_comes_by_push_in_both_modes() {
    for (mode, access_key) in [("", None), ("mode = \"signature\"\naccess_key = \"ak-1\"", Some("ak-1"))] {
        let centre = centre().await;
        let proxy = proxy(&centre, mode, &memory()).await;
        push_to(&centre, proxy.base(), access_key);
        let session = proxy.visitor().await;
        proxy.events(&session, |events| !ids(events).is_empty()).await;
        proxy.say(&session, "m1").await;
        proxy.events(&session, |events| ids(events).len() >= 2).await;
        proxy.ask("POST", "/v1/contact", &session, json!({"id": "c2", "to": "agent"})).await;
        agent_ends(&centre, &["您好", "one\r\ntwo"]).await;
        let events = proxy.events(&session, is_over).await;
        let texts: Vec<_> = events.iter().map(|event| serde_json::to_string(&event.kind).unwrap()).collect();
        assert!(texts.iter().any(|text| text.contains("您好")), "{texts:?}");
        let stats = until_confirmed(&centre).await;
        assert_eq!(
            (&stats["messages"]["pushes_failed"], &stats["messages"]["down_polled"]),
            (&json!(0), &json!(0))
        );
        // A look at the beginning, and none for an hour.
        let polls: u64 =
            stats["polls"].as_object().unwrap().values().map(|polls| polls.as_u64().unwrap()).sum();
        assert_eq!(polls, 1, "{stats}");
        centre.stop().await;
    }
}

/// Stands between the centre and some proxies: each push goes to the next one, and of three answers two get lost.
struct Relay {
    proxies: Vec<String>,
    http: reqwest::Client,
    number: AtomicUsize,
}

async fn relay(State(relay): State<Arc<Relay>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let number = relay.number.fetch_add(1, Ordering::Relaxed);
    let url = format!("{}{}", relay.proxies[number % relay.proxies.len()], uri.path());
    let mut request = relay.http.post(url).body(body);
    for name in ["authorization", "content-type"] {
        request = request.header(name, headers[name].clone());
    }
    let answer = request.send().await.unwrap();
    let (status, body) = (answer.status(), answer.bytes().await.unwrap());
    assert_eq!(status, 200, "{body:?}");
    match number % 3 {
        0 => StatusCode::BAD_GATEWAY.into_response(),
        1 => "{\"resultCode\":\"1\"}".into_response(),
        _ => body.into_response(),
    }
}

#[tokio::test]
async fn lost_answers_double_nothing_whichever_proxy_the_centre_comes_to() {
    let centre = centre().await;
    let store = memory();
    let (one, two) = (proxy(&centre, "", &store).await, proxy(&centre, "", &store).await);
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let proxies = vec![one.address.clone(), two.address.clone()];
    let between = Arc::new(Relay { proxies, http, number: AtomicUsize::new(0) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1/centre/shop", listener.local_addr().unwrap());
    let router = Router::new().fallback(relay).with_state(between);
    tokio::spawn(async move { axum::serve(listener, router).await });
    push_to(&centre, base, None);

    let session = one.visitor().await;
    for number in 0..10 {
        let proxy = if number % 2 == 0 { &two } else { &one };
        proxy.say(&session, &format!("m{number}")).await;
    }
    one.ask("POST", "/v1/contact", &session, json!({"id": "c2", "to": "agent"})).await;
    let words: Vec<String> = (0..10).map(|number| format!("word {number}")).collect();
    agent_ends(&centre, &words.iter().map(String::as_str).collect::<Vec<_>>()).await;
    two.events(&session, is_over).await;
    let stats = until_confirmed(&centre).await;
    let events = two.events(&session, is_over).await;
    assert!(stats["messages"]["pushes_failed"].as_u64() > Some(0), "{stats}");

    let mut known = ids(&events);
    let all = known.len();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known.len(), all, "nothing twice");
    let texts: Vec<String> = events.iter().map(|event| serde_json::to_string(&event.kind).unwrap()).collect();
    let said: Vec<usize> =
        words.iter().map(|word| texts.iter().position(|text| text.contains(word)).unwrap()).collect();
    assert!(said.is_sorted(), "{texts:?}");
    // Everything the centre made is in the transcript, and the same wherever it is read.
    let notices = events.iter().filter(|event| matches!(event.kind, EventKind::Receipt(_))).count();
    assert_eq!(stats["messages"]["down_made"].as_u64(), Some((all + notices + 1) as u64), "{texts:?}");
    assert_eq!(one.events(&session, is_over).await, events);
    centre.stop().await;
}

/// What a proxy answers to these bytes; empty: nothing.
async fn talk(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is an end like another.
    let _reset = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn forged_pushes_do_nothing_and_leave_nothing_in_the_log() {
    let log = Log::default();
    let (subscriber, _filter) = telemetry::subscriber("debug", log.clone()).unwrap();
    let _logging = subscriber.set_default();
    let centre = centre().await;
    let proxy = proxy(&centre, "", &memory()).await;
    push_to(&centre, proxy.base(), None);
    let session = proxy.visitor().await;
    proxy.events(&session, |events| !ids(events).is_empty()).await;
    until_confirmed(&centre).await;
    let before = proxy.events(&session, |_| true).await;

    let record = http_json(&format!("{}/sandbox/record", centre.base_url)).await;
    let user = record["users"][0].as_str().unwrap();
    let body = json!({"messages": [{"to": user, "controlType": "CHAT", "sourceType": "AGENT",
        "mediaType": "TEXT", "content": "canary-words", "senderNickname": "canary-name", "messageCode": "canary\r\ncode"}]});
    let body = body.to_string();
    let push = |path: &str, authorization: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             {authorization}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let good_path = "/v1/centre/shop/webhooks/v1/messages";
    let good = format!("authorization: Bearer {KEY}\r\n");
    let large = "x".repeat(1_048_577);
    for (request, status) in [
        (push(good_path, ""), "401"),
        (push(good_path, "authorization: Bearer canary\r\n"), "401"),
        (push(good_path, &good.to_ascii_uppercase()), "401"),
        (push(good_path, &format!("{good}{good}")), "401"),
        (push(good_path, &format!("authorization: Bearer\r\n {KEY}\r\n")), "400"),
        (push(good_path, &format!("authorization: Bearer canary\rauthorization: Bearer {KEY}\r\n")), "400"),
        (push(good_path, "authorization: auth-v2/canary/1/host/00\r\n"), "401"),
        (push("/v1/centre/bank/webhooks/v1/messages", &good), "404"),
        (push("/v1/centre/shop/webhooks/v1/messages/", &good), "404"),
        (push(good_path, &format!("{good}transfer-encoding: chunked\r\n")), "400"),
        (
            push(good_path, &good)
                .replace(&body, &large)
                .replace(&format!("content-length: {}", body.len()), "content-length: 1048577"),
            "413",
        ),
    ] {
        let answer = talk(&proxy.address, request.as_bytes()).await;
        let shown: String = request.chars().take(300).collect();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{shown}\n{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
        assert!(!answer.contains("canary") && !answer.contains("access-control"), "{answer}");
    }
    assert_eq!(proxy.events(&session, |_| true).await, before);
    // The same is taken from whoever has the key, and its words are in no line either.
    let answer = talk(&proxy.address, push(good_path, &good).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("{\"resultCode\":\"0\"}"), "{answer}");
    let after = proxy.events(&session, |events| events.len() > before.len()).await;
    assert!(serde_json::to_string(&after).unwrap().contains("canary-words"));
    let text = log.text();
    assert!(text.contains("push_refused") && !text.contains("canary") && !text.contains(user), "{text}");
    centre.stop().await;
}

async fn http_json(url: &str) -> Value {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    http.get(url).send().await.unwrap().json().await.unwrap()
}
