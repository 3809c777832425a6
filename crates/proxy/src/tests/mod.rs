//! The visitor API in process: the router, a scripted centre, a store in memory, and time that only moves when it may.

mod audit;
mod calls;
mod changes;
mod comforts;
mod commits;
mod contact;
mod credentials;
mod cut;
mod errors;
mod files;
mod guard;
mod handover;
mod history;
mod idempotency;
mod identity;
mod injection;
mod journal;
mod leftovers;
mod lifecycle;
mod limits;
mod logs;
mod metrics;
mod operator;
pub(crate) mod origins;
mod pages;
mod pictures;
mod placing;
mod polling;
mod push;
mod recall;
mod redact;
mod refusals;
mod server;
mod several;
mod several_on_a_server;
mod smuggling;
mod survey;
mod taking_over;
pub(crate) mod tls;

use crate::clock::Clock;
use crate::config::{Guard, Limits, MessageIds, OnLinger, PollKind};
use crate::http::assets::Assets;
use crate::identity::Identity;
use crate::settings::{CentreTraits, DeskSettings, Pauses, Settings};
use crate::state::{App, AppState, Desk};
use crate::store::Store;
use crate::store::memory::MemoryStore;
use crate::vendor::Downlink;
use crate::vendor::fake::Fake;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use frontdesk_contract::{Event, EventKind, EventPage, Offers, Person, Sender};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// Where time begins.
const EPOCH_MS: u64 = 1_790_000_000_000;

/// What a test may set before the proxy starts.
struct Plan {
    settings: Settings,
    desk: DeskSettings,
    store: Arc<dyn Store>,
    assets: Assets,
}

impl Default for Plan {
    fn default() -> Self {
        let offers = Offers { robot: true, agent: true, text_max_bytes: 1024, ..Offers::default() };
        Self {
            settings: Settings {
                public_url: "https://desk.example".into(),
                retention: Duration::from_secs(24 * 3600),
                limits: Limits::default(),
                spool: std::env::temp_dir().join(format!("frontdesk-test-{:x}", rand::random::<u64>())),
            },
            desk: DeskSettings {
                id: "shop".into(),
                origins: vec!["https://shop.example".into()],
                identity: Identity::default(),
                offers,
                gateways: vec!["wss://gw.example".into(), "wss://192.0.2.10:8443".into()],
                staff_calls: None,
                ice_servers: Vec::new(),
                trace_pages: 0.0,
                linger: Duration::from_secs(180),
                on_linger: OnLinger::Disconnect,
                centre: CentreTraits {
                    message_id: MessageIds::Ignored,
                    poll: PollKind::Destructive,
                    history: false,
                },
                push: None,
                guard: Guard::default(),
                pauses: Pauses {
                    busy: Duration::from_millis(500),
                    listening: Duration::from_secs(2),
                    idle: Duration::from_secs(5),
                },
            },
            store: Arc::new(MemoryStore::new()),
            assets: Assets::none(),
        }
    }
}

/// A proxy at work.
struct Bench {
    app: AppState,
    centre: Arc<Fake>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Most tests need no folder.
        let _absent = std::fs::remove_dir_all(&self.app.shared.settings().spool);
    }
}

/// An answer of the API.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    bytes: Vec<u8>,
}

impl Bench {
    async fn new() -> Self {
        Self::with(Plan::default()).await
    }

    async fn with(plan: Plan) -> Self {
        Self::at(plan, Arc::default()).await
    }

    /// At a centre that there is.
    async fn at(plan: Plan, centre: Arc<Fake>) -> Self {
        let port: Arc<dyn crate::vendor::Centre> = centre.clone();
        let desk = |settings| Desk { settings, centre: Arc::clone(&port) };
        let other = DeskSettings {
            id: "other".into(),
            origins: vec!["https://other.example".into()],
            ..plan.desk.clone()
        };
        let clock = Clock::with_tokio(EPOCH_MS);
        let app = App::new(plan.settings, [desk(plan.desk), desk(other)], plan.store, plan.assets, clock);
        app.start().await.unwrap();
        Self { app, centre }
    }

    async fn request(&self, request: Request<Body>) -> Reply {
        let response = crate::http::app(self.app.clone()).oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let bytes = bytes.to_vec();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Reply { status, headers, body, bytes }
    }

    async fn call(&self, method: &str, path: &str, session: Option<&str>, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(session) = session {
            request = request.header("frontdesk-session", session);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.request(request.body(body).unwrap()).await
    }

    async fn visitor(&self) -> Visitor<'_> {
        let reply =
            self.call("POST", "/v1/session", None, Some(json!({"protocol": 1, "desk": "shop"}))).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        Visitor { bench: self, session: reply.body["session"].as_str().unwrap().to_owned() }
    }

    /// A visitor who talks to the robot.
    async fn connected(&self) -> Visitor<'_> {
        let visitor = self.visitor().await;
        assert_eq!(visitor.connect("c1", "robot").await.body["state"], "robot");
        visitor
    }

    /// What the centre hands out next.
    fn down(&self, downlinks: Vec<Downlink>) {
        self.centre.script().poll.push_back(Ok(downlinks));
    }
}

/// A visitor's side of the API.
struct Visitor<'a> {
    bench: &'a Bench,
    session: String,
}

impl Visitor<'_> {
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.bench.call(method, path, Some(&self.session), body).await
    }

    async fn connect(&self, id: &str, to: &str) -> Reply {
        self.call("POST", "/v1/contact", Some(json!({"id": id, "to": to}))).await
    }

    async fn say(&self, id: &str, text: &str) -> Reply {
        self.call("POST", "/v1/messages", Some(json!({"id": id, "body": {"text": text}}))).await
    }

    async fn events(&self, after: u64) -> Vec<Event> {
        let reply = self.call("GET", &format!("/v1/events?after={after}"), None).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        serde_json::from_value::<EventPage>(reply.body).unwrap().events
    }

    /// The events after `after` in short, see [`short`].
    async fn story(&self, after: u64) -> Vec<String> {
        self.events(after).await.iter().map(short).collect()
    }
}

/// An event in a few words.
fn short(event: &Event) -> String {
    let json = serde_json::to_value(&event.kind).unwrap();
    let (kind, value) = json.as_object().unwrap().iter().next().unwrap();
    match &event.kind {
        EventKind::Contact(_) => {
            let detail = value["with"]["name"].as_str().or(value["reason"].as_str());
            let detail = detail.map_or(String::new(), |detail| format!(" ({detail})"));
            format!("contact {}{detail}", value["state"].as_str().unwrap())
        }
        EventKind::Message(_) => format!("message {}", value["body"]["text"].as_str().unwrap()),
        EventKind::Echo(_) => {
            format!("echo {} {}", value["id"].as_str().unwrap(), value["status"].as_str().unwrap())
        }
        EventKind::Notice(_) => format!("notice {}", value["code"].as_str().unwrap()),
        EventKind::Typing(typing) => format!("typing {}", typing.active),
        EventKind::Queue(info) => format!("queue {}", info.place.unwrap_or(0)),
        EventKind::Survey(form) => format!("survey {}", form.open),
        _ => kind.clone(),
    }
}

/// Lets virtual time pass, and whatever falls due in it happen.
async fn pass(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

fn agent(name: &str) -> Sender {
    Sender::Agent(Person { name: name.into(), avatar: None })
}

fn message(code: &str, from: Sender, text: &str) -> Downlink {
    Downlink::Message {
        code: (!code.is_empty()).then(|| code.into()),
        from,
        content: crate::vendor::Content::Body(frontdesk_contract::Body::Text(text.into())),
        choices: Vec::new(),
        inter_idx: None,
        at_ms: Some(1),
    }
}
