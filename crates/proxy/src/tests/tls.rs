//! TLS on real connections.

use super::logs::Log;
use super::{Bench, Plan};
use crate::config::Tls;
use crate::http::server::serve;
use crate::tls::{Certificate, Files, Keeper};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frontdesk_contract::FileOffer;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A proxy with TLS on a port of its own, and the folder of its certificate.
struct Secured {
    bench: Bench,
    folder: PathBuf,
    address: SocketAddr,
    keeper: Arc<Keeper>,
    /// The certificates that clients trust.
    trusted: Vec<CertificateDer<'static>>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Instant>,
}

fn keeper(bench: &Bench, tls: &Tls) -> Arc<Keeper> {
    let shared = &bench.app.shared;
    Keeper::new(tls, Arc::clone(&shared.metrics), Arc::clone(&shared.audit))
}

impl Secured {
    async fn start(plan: Plan) -> Self {
        let bench = Bench::with(plan).await;
        let folder = std::env::temp_dir().join(format!("frontdesk-secured-{:x}", rand::random::<u64>()));
        std::fs::create_dir(&folder).unwrap();
        let files = Files { certificate: folder.join("chain.pem"), key: folder.join("key.pem") };
        let own = put(&files, 2030);
        let certificate = Certificate::read(&files).unwrap();
        let keeper = keeper(&bench, &Tls { files, certificate });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            stopped.await.unwrap();
        };
        let server = tokio::spawn(serve(listener, Some(keeper.clone()), bench.app.clone(), shutdown));
        Self { bench, folder, address, keeper, trusted: vec![own], stop, server }
    }

    fn files(&self) -> Files {
        Files { certificate: self.folder.join("chain.pem"), key: self.folder.join("key.pem") }
    }

    async fn connect(
        &self,
        protocols: &[&[u8]],
        versions: &[&'static SupportedProtocolVersion],
    ) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.trusted.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("desk.example").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    async fn plain(&self) -> TlsStream<TcpStream> {
        self.connect(&[b"http/1.1"], rustls::ALL_VERSIONS).await
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

/// What PEM looks like (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// Writes a new certificate, which ends in this year.
fn put(files: &Files, ends: i32) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["desk.example".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(ends, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(&files.certificate, pem("CERTIFICATE", certificate.der())).unwrap();
    std::fs::write(&files.key, pem("PRIVATE KEY", key.serialized_der())).unwrap();
    certificate.der().clone()
}

const LIVE: &[u8] = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";

/// Asks once over a connection that stays.
async fn is_alive(stream: &mut TlsStream<TcpStream>) -> bool {
    stream.write_all(LIVE).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") && stream.read_buf(&mut answer).await.unwrap() > 0 {}
    answer.starts_with(b"HTTP/1.1 200")
}

/// Sends bytes as they are and reads until the connection ends.
async fn talk(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _sent = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _read = stream.read_to_end(&mut answer).await;
    answer
}

/// The first message of a client that knows no better version than this one (RFC 5246 §7.4.1.2).
fn hello(version: [u8; 2]) -> Vec<u8> {
    let mut hello = version.to_vec();
    hello.extend([7; 32]);
    // No session; TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA and TLS_RSA_WITH_AES_128_CBC_SHA; no compression.
    hello.extend([0, 0, 4, 0xc0, 0x09, 0x00, 0x2f, 1, 0]);
    let mut record = vec![22, 3, 1, 0, u8::try_from(hello.len() + 4).unwrap()];
    record.extend([1, 0, 0, u8::try_from(hello.len()).unwrap()]);
    record.extend(hello);
    record
}

#[tokio::test]
async fn both_versions_and_both_protocols_are_served() {
    let secured = Secured::start(Plan::default()).await;
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let mut stream = secured.connect(&[b"h2", b"http/1.1"], &[version]).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        // A client's beginning of HTTP/2 (RFC 9113 §3.4), and empty settings; the answer begins with settings.
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        let mut frame = [0; 9];
        stream.read_exact(&mut frame).await.unwrap();
        assert_eq!((frame[3], &frame[5..]), (4, &[0; 4][..]));
        let mut stream = secured.connect(&[b"http/1.1"], &[version]).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert!(is_alive(&mut stream).await);
    }
    secured.end().await;
}

#[tokio::test]
async fn what_is_older_or_no_tls_is_cut() {
    let secured = Secured::start(Plan::default()).await;
    for version in [[3, 2], [3, 1]] {
        let answer = talk(secured.address, &hello(version)).await;
        // One record, a fatal alert (RFC 5246 §7.2).
        assert_eq!((answer.len(), answer[0], answer[5]), (7, 21, 2), "{answer:?}");
    }
    let answer = talk(secured.address, LIVE).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert!(is_alive(&mut secured.plain().await).await);
    secured.end().await;
}

#[tokio::test]
async fn a_slow_handshake_is_cut() {
    let mut plan = Plan::default();
    plan.settings.limits.header_timeout = Duration::from_millis(50);
    let secured = Secured::start(plan).await;
    let half = &hello([3, 3])[..20];
    assert_eq!((talk(secured.address, b"").await, talk(secured.address, half).await), (vec![], vec![]));
    secured.end().await;
}

#[tokio::test]
async fn a_slow_handshake_holds_nobody_up() {
    let mut plan = Plan::default();
    plan.settings.limits.header_timeout = Duration::from_secs(300);
    let secured = Secured::start(plan).await;
    let mut shaking = TcpStream::connect(secured.address).await.unwrap();
    shaking.write_all(&hello([3, 3])[..20]).await.unwrap();
    assert!(is_alive(&mut secured.plain().await).await);
    drop(shaking);
    secured.end().await;
}

#[tokio::test]
async fn a_handshake_counts_among_the_connections() {
    let mut plan = Plan::default();
    plan.settings.limits.connections = 1;
    plan.settings.limits.header_timeout = Duration::from_secs(300);
    let secured = Secured::start(plan).await;
    let open = async || {
        let figures = secured.bench.app.shared.metrics.text(&secured.bench.app).unwrap();
        figures.contains("\nfrontdesk_http_connections 1\n")
    };
    let shaking = TcpStream::connect(secured.address).await.unwrap();
    while !open().await {
        tokio::task::yield_now().await;
    }
    drop(shaking);
    assert!(is_alive(&mut secured.plain().await).await);
    // One that is shaking hands does not keep the proxy from going down.
    let _shaking = TcpStream::connect(secured.address).await.unwrap();
    while !open().await {
        tokio::task::yield_now().await;
    }
    secured.end().await;
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections_and_a_bad_one_for_nobody() {
    let (log, _guard) = Log::begin();
    let mut secured = Secured::start(Plan::default()).await;
    let seen = |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].clone();
    let figures = |secured: &Secured| secured.bench.app.shared.metrics.text(&secured.bench.app).unwrap();
    let mut old = secured.plain().await;
    assert!(is_alive(&mut old).await);
    assert!(figures(&secured).contains("frontdesk_tls_certificate_expires_seconds{} 1893456000\n"));

    std::fs::write(secured.files().key, "-----BEGIN PRIVATE KEY-----\ncanary\n").unwrap();
    secured.keeper.look();
    secured.keeper.look();
    let told = log.text();
    assert_eq!(told.matches("the certificate before stays in use").count(), 1, "{told}");
    assert!(told.contains("ERROR") && told.contains("tls.key_file") && !told.contains("canary"), "{told}");
    assert_eq!(seen(&secured.plain().await), secured.trusted[0]);

    let new = put(&secured.files(), 2031);
    secured.trusted.push(new.clone());
    secured.keeper.look();
    assert_eq!(log.text().matches("a new certificate is in use").count(), 1);
    let events = ["certificate_refused", "certificate_replaced"];
    assert_eq!(events.map(|event| log.text().matches(event).count()), [1, 1]);
    assert_eq!(seen(&secured.plain().await), new);
    assert!(is_alive(&mut old).await, "what is open goes on");
    assert!(figures(&secured).contains("frontdesk_tls_certificate_expires_seconds{} 1924992000\n"));
    secured.end().await;
}

#[tokio::test(start_paused = true)]
async fn the_files_are_looked_at_every_minute() {
    let bench = Bench::new().await;
    let folder = std::env::temp_dir().join(format!("frontdesk-followed-{:x}", rand::random::<u64>()));
    std::fs::create_dir(&folder).unwrap();
    let files = Files { certificate: folder.join("chain.pem"), key: folder.join("key.pem") };
    put(&files, 2030);
    let certificate = Certificate::read(&files).unwrap();
    let keeper = keeper(&bench, &Tls { files: files.clone(), certificate });
    let following = tokio::spawn(keeper.follow());
    put(&files, 2031);
    let begun = Instant::now();
    let is_new = || bench.app.shared.metrics.text(&bench.app).unwrap().contains("seconds{} 1924992000\n");
    while !is_new() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(begun.elapsed() < Duration::from_secs(130));
    }
    assert!(begun.elapsed() >= Duration::from_secs(60));
    following.abort();
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_client_that_writes_before_it_reads_sees_that_its_file_is_too_large() {
    let mut plan = Plan::default();
    plan.desk.offers.files = FileOffer { types: vec!["txt".into()], max_bytes: 1_000, max_count: 5 };
    let secured = Secured::start(plan).await;
    let session = secured.bench.connected().await.session.clone();
    // More than the system's buffers hold.
    let file = vec![b'x'; 16 << 20];
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nhost: x\r\nfrontdesk-session: {session}\r\nfrontdesk-id: u1\r\ncontent-length: {}\r\n\r\n",
        file.len()
    );
    let mut stream = secured.plain().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&file).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("file_too_large"), "{answer}");
    drop(stream);
    secured.end().await;
}
