//! A scripted centre on a socket of its own: answers what a test tells it, and remembers what it was asked.

#![allow(dead_code, reason = "each test file uses its own part")]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use frontdesk_contract::{Body, ClientId, Sender};
use frontdesk_proxy::config::{
    CallLinks, CecConfig, Dialect, MediaContent, MessageIds, PictureOrigins, PollKind, ReadContent,
};
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_proxy::vendor::{Content, Downlink, Failure, Kept, Party, Rating, Said, Utterance};
use serde_json::Value;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What must never be seen outside the request that carries it.
pub(crate) const SECRET: &str = "canary-app-secret";

/// One answer.
#[derive(Clone)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(body: &str) -> Self {
        Self::bytes(200, body.as_bytes()).with("content-type", "application/json;charset=UTF-8")
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::bytes(status, b"<html><body>error</body></html>").with("content-type", "text/html")
    }

    pub(crate) fn bytes(status: u16, body: &[u8]) -> Self {
        let status = StatusCode::from_u16(status).unwrap();
        Self { status, headers: HeaderMap::new(), body: body.to_vec() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }
}

/// Code and text.
pub(crate) fn coded(code: &str, text: &str) -> Reply {
    Reply::json(&serde_json::json!({"resultCode": code, "resultDesc": text}).to_string())
}

/// One request.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) what: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Default)]
struct Script {
    next: HashMap<String, VecDeque<Reply>>,
    always: HashMap<String, Reply>,
    held: HashSet<String>,
    seen: Vec<Seen>,
    tokens: u32,
}

/// The centre. Endpoints are named by the last part of their path, `send` by its control type too: `send CHAT`.
#[derive(Clone)]
pub(crate) struct Centre {
    pub(crate) address: String,
    script: Arc<Mutex<Script>>,
}

impl Centre {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let centre = Self { address, script: Arc::default() };
        let app = Router::new().fallback(respond).with_state(centre.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        centre
    }

    /// The next answer of an endpoint; several wait in line.
    pub(crate) fn once(&self, what: &str, reply: Reply) {
        self.script.lock().unwrap().next.entry(what.into()).or_default().push_back(reply);
    }

    /// Every answer of an endpoint from now on.
    pub(crate) fn always(&self, what: &str, reply: Reply) {
        self.script.lock().unwrap().always.insert(what.into(), reply);
    }

    /// An endpoint never answers again.
    pub(crate) fn hold(&self, what: &str) {
        self.script.lock().unwrap().held.insert(what.into());
    }

    /// The requests that an endpoint got.
    pub(crate) fn seen(&self, what: &str) -> Vec<Seen> {
        self.script.lock().unwrap().seen.iter().filter(|seen| seen.what == what).cloned().collect()
    }

    /// What was asked, in order.
    pub(crate) fn order(&self) -> Vec<String> {
        self.script.lock().unwrap().seen.iter().map(|seen| seen.what.clone()).collect()
    }

    /// Forgets what was asked.
    pub(crate) fn clear(&self) {
        self.script.lock().unwrap().seen.clear();
    }

    pub(crate) fn cec(&self) -> Cec {
        self.cec_with(|_| {})
    }

    pub(crate) fn cec_with(&self, change: impl FnOnce(&mut CecConfig)) -> Cec {
        let mut config = settings(&self.address);
        change(&mut config);
        Cec::new("shop", &config).unwrap()
    }

    fn answer(&self, seen: Seen) -> Reply {
        let mut script = self.script.lock().unwrap();
        let what = seen.what.clone();
        script.seen.push(seen);
        if let Some(reply) = script.next.get_mut(&what).and_then(VecDeque::pop_front) {
            return reply;
        }
        if let Some(reply) = script.always.get(&what) {
            return reply.clone();
        }
        script.tokens += 1;
        let number = script.tokens;
        match what.as_str() {
            "tokenByAkSk" => Reply::json(&format!(
                r#"{{"AccessToken":"at-{number}","ApplyType":"Bearer","CreateTime":"1760000000","Expires":"600",
                "Scope":"s","AppKey":"ak","UserID":"Anonymous"}}"#
            )),
            "applyToken" => Reply::json(&format!(r#"{{"token":"vt-{number}%3D","resultCode":"0"}}"#)),
            _ => coded("0", ""),
        }
    }
}

async fn respond(
    State(centre): State<Centre>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut what = path.rsplit('/').next().unwrap().to_owned();
    if let Some(control) = body.get("controlType").and_then(Value::as_str) {
        what = format!("{what} {control}");
    }
    let gets = ["poll", "checkClickToCallSupport", "getClickToCallEvents"];
    assert_eq!(method == Method::GET, gets.contains(&what.as_str()), "{what}");
    let query = uri.query().unwrap_or_default().to_owned();
    if centre.script.lock().unwrap().held.contains(&what) {
        std::future::pending::<()>().await;
    }
    let reply = centre.answer(Seen { what, path, query, headers, body });
    (reply.status, reply.headers, reply.body).into_response()
}

/// Settings of a desk whose centre is at this address.
pub(crate) fn settings(address: &str) -> CecConfig {
    CecConfig {
        base_url: address.parse().unwrap(),
        app_key: "ak-demo-0001".into(),
        app_secret: SECRET.into(),
        channel_id: "202500000000000042".into(),
        dialect: Dialect::V2_6,
        message_id: MessageIds::Ignored,
        poll: PollKind::Destructive,
        history: true,
        push: None,
        poll_busy: Duration::from_millis(500),
        poll_listening: Duration::from_secs(2),
        poll_idle: Duration::from_secs(5),
        robot: true,
        agent: true,
        text_max_bytes: 1024,
        media_content: MediaContent::KeyAndType,
        media_as_files: false,
        extra_upload_types: Vec::new(),
        locations: false,
        read_content: ReadContent::List,
        connect_content: String::new(),
        trans_data: None,
        call_links: CallLinks::default(),
        avatar_origins: PictureOrigins::default(),
        timeout: Duration::from_secs(5),
        file_timeout: Duration::from_secs(10),
        token_expire: Duration::from_secs(600),
        ca_file: None,
        trace_header: false,
    }
}

pub(crate) fn party() -> Party {
    Party { user_id: "visitor-7f3a".into(), user_name: "Guest 7f3a".into(), language: "zh".into() }
}

pub(crate) fn id() -> ClientId {
    ClientId::new("m0000000000000000000000000000001")
}

/// What the visitor says.
pub(crate) fn text(text: &str) -> Utterance {
    Utterance::Text(text.into())
}

/// What the visitor hears.
pub(crate) fn heard(text: &str) -> Content {
    Content::Body(Body::Text(text.into()))
}

/// A message of the centre without anything beside it.
pub(crate) fn message(code: Option<&str>, from: Sender, content: Content, at_ms: Option<u64>) -> Downlink {
    let code = code.map(String::from);
    Downlink::Message { code, from, content, choices: Vec::new(), inter_idx: None, at_ms }
}

/// A kept message that was neither read nor taken back.
pub(crate) fn kept(code: &str, from: Option<Sender>, content: Content, at_ms: u64) -> Kept {
    Kept { code: Some(code.into()), from, content, at_ms: Some(at_ms), recalled: false, read: false }
}

pub(crate) const DELIVERED: Said = Said::Delivered { link_not_trusted: false };

pub(crate) fn rating(level: u8, comment: &str) -> Rating {
    Rating { level: Some(level), comment: comment.into(), ..Rating::default() }
}

/// The part of a failure that a test decides on: its kind, its code, whether it passes.
pub(crate) fn kind<T: std::fmt::Debug>(answer: Result<T, Failure>) -> String {
    match answer {
        Ok(value) => format!("ok {value:?}"),
        Err(Failure::NotSent { code, .. }) => format!("not sent {code:?}"),
        Err(Failure::Refused { code, transient: true, .. }) => format!("refused for now {code:?}"),
        Err(Failure::Refused { code, .. }) => format!("refused {code:?}"),
        Err(Failure::Unknown { code, .. }) => format!("unknown {code:?}"),
        Err(Failure::Gone) => "gone".into(),
    }
}
