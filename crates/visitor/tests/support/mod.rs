//! A proxy in a few lines, without a network: a journal per visitor, ids remembered, an agent who answers everything.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Request as HttpRequest, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use frontdesk_contract as api;
use frontdesk_contract::{ContactState, EventKind};
use frontdesk_visitor::link::{Carried, Carrier, Request};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;
use tower::ServiceExt;

/// One visitor's proxy, centre and agent.
#[derive(Clone, Debug)]
pub(crate) struct FakeProxy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    remembers_ids: bool,
    state: Mutex<Journal>,
    head: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Journal {
    contact: api::Contact,
    events: Vec<api::Event>,
    posted: BTreeMap<api::ClientId, api::Posted>,
    /// Files by the id of their upload, with their content.
    files: BTreeMap<String, (api::FileStored, Bytes)>,
    heard: Vec<String>,
    said: Vec<String>,
}

impl FakeProxy {
    /// With `remembers_ids` off, every copy of a message is a message.
    pub(crate) fn new(remembers_ids: bool) -> Self {
        Self(Arc::new(Inner { remembers_ids, state: Mutex::default(), head: watch::Sender::new(0) }))
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.0.state.lock().expect("no test panics while it holds the journal")
    }

    /// What the agent has read; of a file its name and content.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.journal().heard.clone()
    }

    /// What the agent has written.
    pub(crate) fn said(&self) -> Vec<String> {
        self.journal().said.clone()
    }

    fn happen(&self, journal: &mut Journal, kind: EventKind) -> u64 {
        let seq = journal.events.len() as u64 + 1;
        journal.events.push(api::Event { seq, at_ms: seq, kind });
        self.0.head.send_replace(seq);
        seq
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/v1/session", post(open))
            .route("/v1/contact", post(connect).delete(end))
            .route("/v1/messages", post(message))
            .route("/v1/files", post(upload))
            .route("/v1/events", get(events))
            .route("/v1/survey", post(rate))
            .with_state(self.clone())
    }
}

impl Carrier for FakeProxy {
    fn carry(&self, request: Request) -> Pin<Box<dyn Future<Output = Option<Carried>> + Send + '_>> {
        let mut http = HttpRequest::builder().method(request.method).uri(request.path);
        for (name, value) in request.headers {
            http = http.header(name, value);
        }
        let http = http.body(request.body.map_or_else(Body::empty, Body::from)).expect("a request");
        let answer = self.router().oneshot(http);
        Box::pin(async {
            let answer = answer.await.ok()?;
            let status = answer.status().as_u16();
            Some(Carried { status, body: to_bytes(answer.into_body(), usize::MAX).await.ok()?.to_vec() })
        })
    }
}

async fn open(State(proxy): State<FakeProxy>) -> Json<api::SessionOpened> {
    let journal = proxy.journal();
    Json(api::SessionOpened {
        protocol: api::PROTOCOL,
        session: "credential".into(),
        expires_ms: u64::MAX,
        visitor: api::Visitor { id: "v".into(), name: "Guest 1".into(), person: None },
        contact: journal.contact.clone(),
        cursor: journal.events.len() as u64,
        offers: api::Offers {
            robot: true,
            agent: true,
            text_max_bytes: 1_024,
            files: api::FileOffer { types: vec!["txt".into()], max_bytes: 1_000, max_count: 3 },
            ..api::Offers::default()
        },
    })
}

fn contact(state: ContactState) -> api::Contact {
    api::Contact { state, ..api::Contact::default() }
}

async fn connect(State(proxy): State<FakeProxy>, Json(_): Json<api::Connect>) -> Json<api::Contact> {
    let mut journal = proxy.journal();
    if journal.contact.state != ContactState::Agent {
        journal.contact = contact(ContactState::Agent);
        proxy.happen(&mut journal, EventKind::Contact(contact(ContactState::Agent)));
    }
    Json(journal.contact.clone())
}

async fn end(State(proxy): State<FakeProxy>) -> Json<api::Contact> {
    let mut journal = proxy.journal();
    if journal.contact.state == ContactState::Agent {
        journal.contact = contact(ContactState::Ended);
        proxy.happen(&mut journal, EventKind::Contact(contact(ContactState::Ended)));
        let levels = vec![api::SurveyLevel { level: 5, label: None }];
        let form = api::SurveyForm { open: true, levels, comment_max_chars: 10, questions: Vec::new() };
        proxy.happen(&mut journal, EventKind::Survey(form));
    }
    Json(journal.contact.clone())
}

type Refused = (StatusCode, Json<api::ApiError>);

fn refused(status: StatusCode, code: api::ErrorCode) -> Refused {
    let error = api::ApiError { code, message: String::new(), retry_after_ms: None, request_id: None };
    (status, Json(error))
}

async fn upload(State(proxy): State<FakeProxy>, headers: HeaderMap, content: Bytes) -> Json<api::FileStored> {
    let header = |name: &str| {
        let value = headers.get(name).expect("a header");
        value.to_str().expect("plain").replace("%20", " ").replace("%2E", ".")
    };
    let mut journal = proxy.journal();
    let file = format!("f-{}", journal.files.len());
    let (kind, size_bytes) = ("document".to_owned(), content.len() as u64);
    let stored = api::FileStored { file, kind, name: header(api::FILE_NAME_HEADER), size_bytes };
    let kept = journal.files.entry(header(api::FILE_ID_HEADER)).or_insert((stored, content));
    Json(kept.0.clone())
}

async fn message(
    State(proxy): State<FakeProxy>,
    Json(message): Json<api::PostMessage>,
) -> Result<Json<api::Posted>, Refused> {
    let mut journal = proxy.journal();
    if let Some(posted) = journal.posted.get(&message.id)
        && proxy.0.remembers_ids
    {
        return Ok(Json(*posted));
    }
    if journal.contact.state != ContactState::Agent {
        return Err(refused(StatusCode::CONFLICT, api::ErrorCode::NotConnected));
    }
    let text = match &message.body {
        api::Body::Text(text) => text.clone(),
        api::Body::File(file) => match journal.files.values().find(|(known, _)| known.file == file.file) {
            Some((known, content)) => format!("{}: {}", known.name, String::from_utf8_lossy(content)),
            None => return Err(refused(StatusCode::NOT_FOUND, api::ErrorCode::FileUnknown)),
        },
        _ => return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, api::ErrorCode::BodyUnsupported)),
    };
    journal.heard.push(text.clone());
    let status = api::PostedStatus::Accepted;
    let echo = api::Echo { id: message.id.clone(), body: message.body, status };
    let seq = proxy.happen(&mut journal, EventKind::Echo(echo));
    let posted = api::Posted { status, seq };
    journal.posted.insert(message.id, posted);
    let answer = format!("re: {text}");
    journal.said.push(answer.clone());
    let from = api::Sender::Agent(api::Person { name: "Li".into(), avatar: None });
    let message = api::Message {
        id: seq.to_string(),
        from,
        body: api::Body::Text(answer),
        choices: Vec::new(),
        judgeable: false,
        before: None,
    };
    proxy.happen(&mut journal, EventKind::Message(message));
    Ok(Json(posted))
}

#[derive(Deserialize)]
struct After {
    after: u64,
    wait: u64,
}

async fn events(State(proxy): State<FakeProxy>, Query(ask): Query<After>) -> Json<api::EventPage> {
    let mut head = proxy.0.head.subscribe();
    let news = head.wait_for(|head| *head > ask.after);
    // Nothing new in time is an answer too.
    drop(tokio::time::timeout(Duration::from_secs(ask.wait), news).await);
    let journal = proxy.journal();
    let events: Vec<_> = journal.events.iter().filter(|event| event.seq > ask.after).cloned().collect();
    Json(api::EventPage { next: events.last().map_or(ask.after, |event| event.seq), events })
}

async fn rate() -> Json<api::SurveySaved> {
    Json(api::SurveySaved { status: api::PostedStatus::Accepted })
}
