//! Connections through a proxy, each toxic as it is called.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // helpers of tests

mod support;

use frontdesk_faults::control;
use frontdesk_faults::{Level, Plan, Proxy, Settings, Toxic};
use std::io::ErrorKind;
use std::sync::Arc;
use support::{client, echo, listen, read_all};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn proxy(toxic: Option<Toxic>) -> Proxy {
    let plan = Plan {
        toxic_percent: if toxic.is_some() { 100.0 } else { 0.0 },
        toxics: toxic.into_iter().collect(),
        latency_ms: [0, 1],
        bytes_per_second: 100_000,
        ..Plan::none()
    };
    let settings = Settings { plan, level: Level::Tcp, ..Settings::to(vec![echo().await]) };
    Proxy::start(settings).await.unwrap()
}

fn text(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

/// Says it, closes that way, and hears what comes back.
async fn say(proxy: &Proxy, text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut near = TcpStream::connect(proxy.address()).await?;
    let (mut from, mut to) = near.split();
    let mut heard = Vec::new();
    let speaking = async {
        to.write_all(text).await?;
        to.shutdown().await
    };
    let (said, read) = tokio::join!(speaking, from.read_to_end(&mut heard));
    read?;
    said.map(|()| heard)
}

#[tokio::test]
async fn what_only_delays_changes_nothing() {
    for toxic in [None, Some(Toxic::Slice), Some(Toxic::Latency), Some(Toxic::Bandwidth)] {
        let text = text(20_000);
        assert_eq!(say(&proxy(toxic).await, &text).await.unwrap(), text, "{toxic:?}");
    }
}

#[tokio::test]
async fn what_resets_resets() {
    for toxic in [Toxic::Refused, Toxic::ResetBefore, Toxic::ResetAfter] {
        let proxy = proxy(Some(toxic)).await;
        let error = say(&proxy, b"hello").await.expect_err("a reset");
        let kinds = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::NotConnected];
        assert!(kinds.contains(&error.kind()), "{toxic:?}: {error}");
        let [entry] = proxy.log(0).try_into().unwrap();
        assert_eq!((entry.nth, entry.class.as_str(), entry.kind), (0, "connection", toxic.word()));
    }
}

#[tokio::test]
async fn a_limit_lets_so_many_bytes_back() {
    let proxy = proxy(Some(Toxic::Limit)).await;
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    near.write_all(&text(10_000)).await.unwrap();
    let mut heard = Vec::new();
    // Bytes that nobody has read yet make a reset of the end.
    let end = near.read_to_end(&mut heard).await;
    assert!((1..=4_096).contains(&heard.len()) || end.is_err(), "{} bytes", heard.len());
    assert!(text(10_000).starts_with(&heard));
}

#[tokio::test]
async fn nothing_passes_a_hole_until_the_network_heals() {
    for toxic in [Toxic::BlackHole, Toxic::StallUp, Toxic::StallDown] {
        let proxy = proxy(Some(toxic)).await;
        let mut near = TcpStream::connect(proxy.address()).await.unwrap();
        near.write_all(b"hello").await.unwrap();
        while proxy.log(0).is_empty() {
            tokio::task::yield_now().await;
        }
        let mut heard = [0; 5];
        let early = near.try_read(&mut heard);
        assert!(early.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "{toxic:?}");
        proxy.heal();
        near.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello", "{toxic:?}");
    }
}

#[tokio::test]
async fn a_black_hole_closes_by_a_reset() {
    let proxy = proxy(Some(Toxic::BlackHole)).await;
    proxy.set_plan(Plan { black_hole_ms: 1, ..proxy.plan() }).unwrap();
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    let error = read_all(&mut near).await.expect_err("a reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn an_upstream_that_is_down_is_seen_as_a_reset() {
    let (listener, nobody) = listen().await;
    drop(listener);
    let settings = Settings { level: Level::Tcp, ..Settings::to(vec![nobody]) };
    let proxy = Proxy::start(settings).await.unwrap();
    assert!(say(&proxy, b"hello").await.is_err());
}

#[tokio::test]
async fn the_plan_is_changed_from_outside() {
    let proxy = Arc::new(proxy(None).await);
    let (listener, address) = listen().await;
    let router = control::router(Arc::clone(&proxy));
    tokio::spawn(async move { drop(axum::serve(listener, router).await) });
    let url = |path: &str| format!("http://{address}{path}");
    let put = |body: &'static str| {
        client().put(url("/plan")).header("Content-Type", "application/json").body(body).send()
    };
    let answer = put(r#"{"toxic_percent": 100, "toxics": ["refused"], "seed": 9}"#).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(say(&proxy, b"hello").await.is_err());
    for (wrong, word) in
        [(r#"{"percent": 200}"#, "percent"), (r#"{"nothing": 1}"#, "nothing"), ("[]", "object")]
    {
        let answer = put(wrong).await.unwrap();
        assert_eq!(answer.status(), 422);
        assert!(answer.text().await.unwrap().contains(word), "{wrong}");
    }
    assert_eq!(client().post(url("/heal")).send().await.unwrap().status(), 200);
    assert_eq!(say(&proxy, b"hello").await.unwrap(), b"hello");
    let log: serde_json::Value = client().get(url("/log?from=0")).send().await.unwrap().json().await.unwrap();
    assert_eq!(log.as_array().unwrap().len(), 1);
    let figures: serde_json::Value =
        client().get(url("/figures")).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&figures["connections"], &figures["faults"]["connection"]["refused"]),
        (&2.into(), &1.into())
    );
}
