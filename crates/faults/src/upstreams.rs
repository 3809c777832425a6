//! Where connections go: one program, or several by turns.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// One that refused a connection is left out for so long, as load balancers do.
const AWAY: Duration = Duration::from_millis(500);
/// Longer than any connection takes on loopback, even of a busy machine.
const CONNECT_MAX: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// All of them.
#[derive(Debug)]
pub(crate) struct Upstreams {
    all: Vec<Upstream>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Upstream {
    address: SocketAddr,
    away_until: Mutex<Option<Instant>>,
    ready: AtomicBool,
    connections: AtomicU64,
}

impl Upstream {
    fn is_away(&self) -> bool {
        let until = *self.away_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn note(&self, refused: bool) {
        let until = refused.then(|| Instant::now() + AWAY);
        *self.away_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let stream = match timeout(CONNECT_MAX, TcpStream::connect(self.address)).await {
            Ok(connected) => connected,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        self.note(stream.is_err());
        let stream = stream?;
        stream.set_nodelay(true)?;
        self.connections.fetch_add(1, Ordering::Relaxed);
        Ok(stream)
    }

    /// Asks whether it wants requests.
    async fn look(&self, path: &str) -> io::Result<bool> {
        let mut stream = TcpStream::connect(self.address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        Ok(answer.ends_with(b" 200"))
    }
}

impl Upstreams {
    pub(crate) fn new(addresses: &[SocketAddr]) -> Self {
        let upstream = |address: &SocketAddr| Upstream {
            address: *address,
            away_until: Mutex::default(),
            ready: AtomicBool::new(true),
            connections: AtomicU64::new(0),
        };
        Self { all: addresses.iter().map(upstream).collect(), next: AtomicUsize::new(0) }
    }

    /// Whether there is a choice.
    pub(crate) fn are_several(&self) -> bool {
        self.all.len() > 1
    }

    /// How many connections each has had.
    pub(crate) fn connections(&self) -> Vec<u64> {
        self.all.iter().map(|upstream| upstream.connections.load(Ordering::Relaxed)).collect()
    }

    /// Connects to the next one, whoever asks. One that refuses is passed over; those that refused a moment ago, or say
    /// that they are not ready, are asked last.
    ///
    /// # Errors
    /// What the last one said, when none can be reached.
    pub(crate) async fn connect(&self) -> io::Result<TcpStream> {
        let begin = self.next.fetch_add(1, Ordering::Relaxed);
        let turn = || self.all.iter().cycle().skip(begin % self.all.len().max(1)).take(self.all.len());
        let fit = |upstream: &&Upstream| !upstream.is_away() && upstream.ready.load(Ordering::Relaxed);
        let (first, last): (Vec<_>, Vec<_>) = turn().partition(fit);
        let mut refused = io::ErrorKind::ConnectionRefused.into();
        for upstream in first.into_iter().chain(last) {
            match upstream.connect().await {
                Ok(stream) => return Ok(stream),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Looks again and again whether they are ready. Never ends.
    pub(crate) async fn watch(&self, path: &str) {
        loop {
            for upstream in &self.all {
                let ready = matches!(timeout(CONNECT_MAX, upstream.look(path)).await, Ok(Ok(true)));
                upstream.ready.store(ready, Ordering::Relaxed);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}
