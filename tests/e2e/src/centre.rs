//! The way from the proxy to the sandbox centre. It passes everything on, can be cut, and remembers what nobody
//! beyond the proxy may ever see.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use hyper::server::conn::http1;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::wait::until;

const BODY_MAX: usize = 64 * 1024 * 1024;
/// Fields of the centre's answers, and headers of the proxy's requests, that are secret.
const SECRET_FIELDS: [&str; 3] = ["AccessToken", "token", "newToken"];
const SECRET_HEADERS: [&str; 3] = ["x-app-key", "authorization", "ccmessaging-token"];

/// A way to the centre, on a port of its own.
#[derive(Debug)]
pub struct Way {
    /// What the proxy is told to be the centre.
    pub base_url: String,
    address: SocketAddr,
    shared: Arc<Shared>,
    open: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    centre: String,
    client: Client<HttpConnector, Body>,
    secrets: Mutex<BTreeSet<String>>,
    polls: AtomicUsize,
    most_polls: AtomicUsize,
    last_poll: Mutex<Option<Instant>>,
    /// Answers to requests whose path ends so stand still.
    held: watch::Sender<Option<&'static str>>,
    standing: AtomicUsize,
}

impl Way {
    /// Opens a way to the centre at this address.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn to(centre: &str) -> Result<Self> {
        let listener =
            TcpListener::bind(("127.0.0.1", 0)).await.context("no port for the way to the centre")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            centre: centre.to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            secrets: Mutex::default(),
            polls: AtomicUsize::new(0),
            most_polls: AtomicUsize::new(0),
            last_poll: Mutex::default(),
            held: watch::Sender::new(None),
            standing: AtomicUsize::new(0),
        });
        let open = Mutex::new(Some(serve(listener, Arc::clone(&shared))));
        Ok(Self { base_url: format!("http://{address}"), address, shared, open })
    }

    /// Nobody listens any more, and open connections break.
    pub fn cut(&self) {
        if let Some(task) = self.open.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    /// Undoes a cut.
    ///
    /// # Errors
    ///
    /// When somebody else has the port by now.
    pub async fn mend(&self) -> Result<()> {
        self.cut();
        let bind = async || Ok(TcpListener::bind(self.address).await?);
        let listener = until("the port of the way to the centre is free", bind).await?;
        let task = serve(listener, Arc::clone(&self.shared));
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        Ok(())
    }

    /// What the centre answers to requests whose path ends so stands still; it has done what it was asked for.
    pub fn hold_answers(&self, path_end: &'static str) {
        self.shared.held.send_replace(Some(path_end));
    }

    /// They pass again.
    pub fn let_answers_pass(&self) {
        self.shared.held.send_replace(None);
    }

    /// How many answers stand still now.
    #[must_use]
    pub fn standing_answers(&self) -> usize {
        self.shared.standing.load(Ordering::SeqCst)
    }

    /// Every token that has passed.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.shared.secrets.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// How long ago the centre was polled last.
    #[must_use]
    pub fn last_poll(&self) -> Option<Duration> {
        let last = *self.shared.last_poll.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed())
    }

    /// The most polls that were under way at once.
    #[must_use]
    pub fn most_polls_at_once(&self) -> usize {
        self.shared.most_polls.load(Ordering::SeqCst)
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.cut();
    }
}

/// Serves until the task is aborted; its connections end with it.
fn serve(listener: TcpListener, shared: Arc<Shared>) -> JoinHandle<()> {
    let service = TowerToHyperService::new(Router::new().fallback(pass).with_state(shared));
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            connections.spawn(async move {
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
            });
            while connections.try_join_next().is_some() {}
        }
    })
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_poll = path.ends_with("/poll");
    if is_poll {
        let now = shared.polls.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_polls.fetch_max(now, Ordering::SeqCst);
        *shared.last_poll.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
    let answer = forward(&shared, request).await;
    shared.may_answer(&path).await;
    if is_poll {
        shared.polls.fetch_sub(1, Ordering::SeqCst);
    }
    answer.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response())
}

async fn forward(shared: &Shared, mut request: Request) -> Result<Response> {
    shared.remember_headers(request.headers());
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    *request.uri_mut() = format!("{}{target}", shared.centre).parse::<Uri>()?;
    request.headers_mut().remove(header::HOST);
    let (parts, body) = shared.client.request(request).await?.into_parts();
    shared.remember_headers(&parts.headers);
    let body = to_bytes(Body::new(body), BODY_MAX).await?;
    if let Ok(answer) = serde_json::from_slice::<Value>(&body) {
        shared.remember_fields(&answer);
    }
    let mut answer = Response::from_parts(parts, Body::from(body));
    answer.headers_mut().remove(header::TRANSFER_ENCODING);
    Ok(answer)
}

impl Shared {
    async fn may_answer(&self, path: &str) {
        let mut held = self.held.subscribe();
        if held.borrow().is_none_or(|end| !path.ends_with(end)) {
            return;
        }
        self.standing.fetch_add(1, Ordering::SeqCst);
        // The way goes when the rig does.
        drop(held.wait_for(|held| held.is_none_or(|end| !path.ends_with(end))).await);
        self.standing.fetch_sub(1, Ordering::SeqCst);
    }

    fn remember(&self, secret: &str) {
        if secret.len() >= 8 {
            self.secrets.lock().unwrap_or_else(PoisonError::into_inner).insert(secret.to_owned());
        }
    }

    fn remember_headers(&self, headers: &HeaderMap) {
        for value in SECRET_HEADERS.iter().filter_map(|name| headers.get(*name)) {
            if let Ok(value) = value.to_str() {
                self.remember(value.trim_start_matches("Bearer").trim());
            }
        }
    }

    fn remember_fields(&self, answer: &Value) {
        match answer {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(text) if SECRET_FIELDS.contains(&name.as_str()) => self.remember(text),
                        _ => self.remember_fields(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.remember_fields(item)),
            _ => {}
        }
    }
}
