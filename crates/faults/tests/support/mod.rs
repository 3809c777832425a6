//! Programs behind a proxy.
#![allow(dead_code, missing_docs)] // each test uses its share

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, Uri};
use frontdesk_faults::{Kind, Plan, Proxy, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A centre of sorts: keeps what it was asked, in order, and answers with JSON.
#[derive(Clone, Default)]
pub(crate) struct Desk(Arc<Mutex<Vec<String>>>);

impl Desk {
    pub(crate) async fn start(&self) -> SocketAddr {
        let (listener, address) = listen().await;
        let asked = Arc::clone(&self.0);
        let router = Router::new().fallback(async move |method: Method, uri: Uri, body: Bytes| {
            let line = format!("{method} {uri} {}", String::from_utf8_lossy(&body));
            asked.lock().unwrap().push(line);
            axum::Json(serde_json::json!({"answer": "x".repeat(100)}))
        });
        tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        address
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A desk behind a proxy with this plan.
pub(crate) async fn desk_behind(plan: Plan) -> (Desk, Proxy) {
    let desk = Desk::default();
    let address = desk.start().await;
    let proxy = Proxy::start(Settings { plan, ..Settings::to(vec![address]) }).await.unwrap();
    (desk, proxy)
}

/// Every exchange meets this.
pub(crate) fn always(kind: Kind) -> Plan {
    Plan { kinds: vec![kind], ..Plan::of(1, 100.0) }
}

pub(crate) fn client() -> reqwest::Client {
    client_builder().build().unwrap()
}

pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    // Built together with the proxy, reqwest has TLS and wants to know whose, though it is not used here. An error
    // means that there is a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}

/// Everything that comes until the end.
pub(crate) async fn read_all(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.map(|_| all)
}

/// Answers the first request of each connection with these bytes, and keeps what was asked.
pub(crate) async fn canned(answer: &'static [u8]) -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let (listener, address) = listen().await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 4_096];
            let mut all = Vec::new();
            while !all.ends_with(b"\r\n\r\n") && !all.ends_with(b"end") {
                let length = stream.read(&mut buffer).await.unwrap();
                assert!(length > 0, "the question has an end");
                all.extend_from_slice(&buffer[..length]);
            }
            kept.lock().unwrap().extend_from_slice(&all);
            stream.write_all(answer).await.unwrap();
        }
    });
    (address, asked)
}

/// Gives back what it gets, until the other side has closed.
pub(crate) async fn echo() -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                drop(tokio::io::copy(&mut from, &mut to).await);
            });
        }
    });
    address
}
