//! The way through, with a client that trusts the certificate and some that do not behave. Everything on loopback.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use frontdesk_lan::certificate::Certificate;
use frontdesk_lan::front::Front;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const HERE: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// A program that answers each line with the line, and the end with `bye`.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind(HERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.into_split();
                tokio::io::copy(&mut from, &mut to).await.unwrap();
                to.write_all(b"bye").await.unwrap();
            });
        }
    });
    address
}

async fn front(certificate: &Certificate, to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind(HERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Front::new(certificate.config()).serve(listener, to));
    address
}

async fn connect(
    certificate: &Certificate,
    to: SocketAddr,
    name: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(to).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn bytes_pass_both_ways_until_either_side_ends() {
    let certificate = Certificate::of(&[IpAddr::from([127, 0, 0, 1]), "fd00::1".parse().unwrap()]).unwrap();
    let address = front(&certificate, echo().await).await;
    for name in ["127.0.0.1", "fd00::1", "localhost"] {
        let mut stream = connect(&certificate, address, name).await.unwrap();
        let long = vec![b'x'; 300_000];
        let (mut from, mut to) = tokio::io::split(&mut stream);
        let send = async {
            to.write_all(&long).await.unwrap();
            to.shutdown().await.unwrap();
        };
        let mut heard = Vec::new();
        let (_, read) = tokio::join!(send, from.read_to_end(&mut heard));
        read.unwrap();
        assert_eq!(heard.len(), long.len() + 3, "{name}");
        assert!(heard.ends_with(b"xbye"));
    }
}

#[tokio::test]
async fn another_name_another_certificate_and_plain_bytes_come_to_nothing() {
    let certificate = Certificate::of(&[IpAddr::from([127, 0, 0, 1])]).unwrap();
    let other = Certificate::of(&[IpAddr::from([127, 0, 0, 1])]).unwrap();
    assert_ne!(certificate.fingerprint(), other.fingerprint());
    assert_eq!(certificate.fingerprint().split(':').count(), 32);
    let address = front(&certificate, echo().await).await;
    assert!(connect(&certificate, address, "192.0.2.1").await.is_err());
    assert!(connect(&other, address, "127.0.0.1").await.is_err());
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut heard = Vec::new();
    // An alert of TLS, then the end; nothing of what lies behind.
    plain.read_to_end(&mut heard).await.unwrap_or_default();
    assert!(!heard.windows(3).any(|bytes| bytes == b"GET"), "{heard:?}");
    // Others are served all the same.
    connect(&certificate, address, "127.0.0.1").await.unwrap();
}

#[tokio::test]
async fn where_nothing_listens_behind_the_connection_ends() {
    let certificate = Certificate::of(&[IpAddr::from([127, 0, 0, 1])]).unwrap();
    let gone = TcpListener::bind(HERE).await.unwrap().local_addr().unwrap();
    let address = front(&certificate, gone).await;
    let mut stream = connect(&certificate, address, "127.0.0.1").await.unwrap();
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    assert!(heard.is_empty());
}
