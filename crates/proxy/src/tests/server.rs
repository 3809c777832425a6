//! Real connections: what only the server sees.

use super::{Bench, Plan};
use crate::http::run;
use frontdesk_contract::FileOffer;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A proxy on a port of its own; goes down when the sender is used.
pub(super) async fn serve(bench: &Bench) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async {
        stopped.await.unwrap();
    };
    let server = tokio::spawn(run(listener, bench.app.clone(), shutdown));
    (address, stop, server)
}

/// Sends bytes and reads what comes until the connection ends.
pub(super) async fn talk(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may refuse before it has read everything.
    let _sent = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _read = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn requests_are_served_and_headers_beyond_the_limit_refused() {
    let bench = Bench::new().await;
    let (address, stop, server) = serve(&bench).await;
    let live = talk(address, "GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(live.starts_with("HTTP/1.1 200"), "{live}");
    for (bytes, ours) in [(17_000, true), (40_000, false)] {
        let filler = "y".repeat(bytes);
        let answer = talk(
            address,
            &format!("GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: {filler}\r\n\r\n"),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{bytes} {answer}");
        assert_eq!(answer.contains("header_too_large"), ours);
    }
    let smuggled =
        talk(address, "POST /v1/read HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n")
            .await;
    assert!(smuggled.starts_with("HTTP/1.1 400"), "{smuggled}");
    stop.send(()).unwrap();
    server.await.unwrap();
}

#[tokio::test]
async fn a_client_that_writes_before_it_reads_sees_that_its_file_is_too_large() {
    let mut plan = Plan::default();
    plan.desk.offers.files = FileOffer { types: vec!["txt".into()], max_bytes: 1_000, max_count: 5 };
    let bench = Bench::with(plan).await;
    let session = bench.connected().await.session.clone();
    let (address, stop, server) = serve(&bench).await;
    // More than the system's buffers hold.
    let file = vec![b'x'; 24 << 20];
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nhost: x\r\nfrontdesk-session: {session}\r\nfrontdesk-id: u1\r\ncontent-length: {}\r\n\r\n",
        file.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&file).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("file_too_large"), "{answer}");
    drop(stream);
    stop.send(()).unwrap();
    server.await.unwrap();
}

#[tokio::test]
async fn a_connection_whose_headers_do_not_arrive_is_closed() {
    let mut plan = Plan::default();
    plan.settings.limits.header_timeout = std::time::Duration::from_millis(50);
    let bench = Bench::with(plan).await;
    let (address, stop, server) = serve(&bench).await;
    // Silence, and the beginning of what might become HTTP/2.
    assert_eq!(talk(address, "").await, "");
    assert_eq!(talk(address, "PRI * ").await, "");
    let half = talk(address, "GET /livez HTTP/1.1\r\nhost: x\r\n").await;
    assert!(!half.contains("200 OK"), "{half}");
    stop.send(()).unwrap();
    server.await.unwrap();
}

#[tokio::test]
async fn going_down_answers_a_long_poll_and_ends() {
    let bench = Bench::new().await;
    let session = bench.connected().await.session.clone();
    let (address, stop, server) = serve(&bench).await;
    let request =
        format!("GET /v1/events?after=1&wait=25 HTTP/1.1\r\nhost: x\r\nfrontdesk-session: {session}\r\n\r\n");
    let poll = tokio::spawn(async move { talk(address, &request).await });
    let mut waiting = false;
    while !waiting {
        tokio::task::yield_now().await;
        let visitors = bench.app.shared.store.unfinished().await.unwrap();
        let visitor = bench.app.registry.get(&bench.app.shared, &visitors[0]).await.unwrap();
        waiting = visitor.is_listened_to();
    }
    stop.send(()).unwrap();
    server.await.unwrap();
    assert!(poll.await.unwrap().contains("\"events\":[]"));
    assert!(TcpStream::connect(address).await.is_err());
}
