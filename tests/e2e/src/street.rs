//! The street between browser and proxy: passes every connection on as it is, and keeps what the browser got.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// More is not kept.
const KEPT_MAX: usize = 64 * 1024 * 1024;
const UPLOAD: &[u8] = b"POST /v1/files ";
/// So much of an upload passes before it is stopped.
const BEGINS: usize = 64 * 1024;

/// Which requests pass.
#[derive(Clone, Debug, Default)]
enum Gate {
    /// All.
    #[default]
    Open,
    /// Those whose line begins so stand still.
    Hold(String),
    /// The connections of those whose line begins so break.
    Break(String),
    /// No connection is.
    Closed,
}

/// A street, on a port of its own.
#[derive(Debug)]
pub struct Street {
    /// Where the browser finds the proxy.
    pub port: u16,
    traffic: Arc<Traffic>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Traffic {
    to_browser: Mutex<Vec<u8>>,
    held: AtomicUsize,
    most_held: AtomicUsize,
    uploads: AtomicUsize,
    standing: AtomicUsize,
    gate: watch::Sender<Gate>,
}

impl Street {
    /// Opens one to the proxy on this port.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn to(proxy: u16) -> Result<Self> {
        Self::on(0, proxy).await
    }

    /// The same on this port.
    ///
    /// # Errors
    ///
    /// When it is taken.
    pub async fn on(port: u16, proxy: u16) -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.context("no port for the street")?;
        let port = listener.local_addr()?.port();
        let traffic = Arc::new(Traffic::default());
        let task = tokio::spawn(serve(listener, (Ipv4Addr::LOCALHOST, proxy).into(), Arc::clone(&traffic)));
        Ok(Self { port, traffic, task })
    }

    /// Whether the browser was ever sent these bytes.
    #[must_use]
    pub fn has_carried(&self, words: &str) -> bool {
        let seen = self.traffic.to_browser.lock().unwrap_or_else(PoisonError::into_inner);
        !words.is_empty() && seen.windows(words.len()).any(|window| window == words.as_bytes())
    }

    /// Long polls that wait now.
    #[must_use]
    pub fn held_polls(&self) -> usize {
        self.traffic.held.load(Ordering::SeqCst)
    }

    /// The most long polls that have waited at once since it was asked last.
    #[must_use]
    pub fn most_held_polls(&self) -> usize {
        self.traffic.most_held.swap(self.held_polls(), Ordering::SeqCst)
    }

    /// Requests whose line begins so stand still, uploads once a part has passed.
    pub fn hold(&self, line: &str) {
        self.traffic.gate.send_replace(Gate::Hold(line.to_owned()));
    }

    /// The connections of such requests break, of those under way as well.
    pub fn break_off(&self, line: &str) {
        self.traffic.gate.send_replace(Gate::Break(line.to_owned()));
    }

    /// Everything passes again.
    pub fn open(&self) {
        self.traffic.gate.send_replace(Gate::Open);
    }

    /// Every connection breaks, and none is made, until the street is open again.
    pub fn close(&self) {
        self.traffic.gate.send_replace(Gate::Closed);
    }

    /// How many requests stand still now.
    #[must_use]
    pub fn standing(&self) -> usize {
        self.traffic.standing.load(Ordering::SeqCst)
    }

    /// How many uploads have begun.
    #[must_use]
    pub fn begun_uploads(&self) -> usize {
        self.traffic.uploads.load(Ordering::SeqCst)
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, proxy: SocketAddr, traffic: Arc<Traffic>) {
    let mut connections = JoinSet::new();
    while let Ok((browser, _)) = listener.accept().await {
        let traffic = Arc::clone(&traffic);
        connections.spawn(async move { drop(pass(browser, proxy, &traffic).await) });
        while connections.try_join_next().is_some() {}
    }
}

/// One connection. HTTP/1.1 without pipelining: a poll waits from its request to the next byte of an answer.
async fn pass(browser: TcpStream, proxy: SocketAddr, traffic: &Traffic) -> io::Result<()> {
    let proxy = TcpStream::connect(proxy).await?;
    for stream in [&browser, &proxy] {
        stream.set_nodelay(true)?;
    }
    let (from_browser, to_browser) = browser.into_split();
    let (from_proxy, to_proxy) = proxy.into_split();
    let waits = AtomicBool::new(false);
    let up = upward(from_browser, to_proxy, traffic, &waits);
    let down = downward(from_proxy, to_browser, |bytes| {
        if waits.swap(false, Ordering::SeqCst) {
            traffic.held.fetch_sub(1, Ordering::SeqCst);
        }
        let mut seen = traffic.to_browser.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < KEPT_MAX {
            seen.extend_from_slice(bytes);
        }
    });
    // Whoever closes first closes both ways, as a browser does that gives a request up.
    let result = tokio::select! {
        result = up => result,
        result = down => result,
        () = traffic.is_closed() => Ok(()),
    };
    if waits.load(Ordering::SeqCst) {
        traffic.held.fetch_sub(1, Ordering::SeqCst);
    }
    result
}

impl Traffic {
    /// Waits until the street is closed.
    async fn is_closed(&self) {
        let mut gate = self.gate.subscribe();
        if gate.wait_for(|gate| matches!(gate, Gate::Closed)).await.is_err() {
            // The street goes when the rig does.
            std::future::pending::<()>().await;
        }
    }

    /// Waits while such a request stands still; an error breaks its connection.
    async fn may_pass(&self, line: &[u8], passed: usize) -> io::Result<()> {
        let free = if line.starts_with(UPLOAD) { BEGINS } else { 0 };
        let concerns = |start: &String| passed > free && line.starts_with(start.as_bytes());
        let mut gate = self.gate.subscribe();
        let mut stands = None;
        loop {
            let now = gate.borrow_and_update().clone();
            match now {
                Gate::Hold(start) if concerns(&start) => {
                    stands.get_or_insert_with(|| Standing::new(&self.standing));
                    // The street goes when the rig does.
                    if gate.changed().await.is_err() {
                        return Ok(());
                    }
                }
                other => {
                    let broken = matches!(other, Gate::Break(start) if concerns(&start));
                    return if broken { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) };
                }
            }
        }
    }
}

/// A request that stands still, counted.
struct Standing<'a>(&'a AtomicUsize);

impl<'a> Standing<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn upward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    traffic: &Traffic,
    waits: &AtomicBool,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let (mut line, mut passed) = (Vec::new(), 0);
    loop {
        let length = from.read(&mut buffer).await?;
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            return to.shutdown().await;
        }
        if is_request(bytes) {
            line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default().to_vec();
            passed = 0;
            traffic.uploads.fetch_add(usize::from(line.starts_with(UPLOAD)), Ordering::SeqCst);
        }
        if is_long_poll(bytes) && !waits.swap(true, Ordering::SeqCst) {
            let now = traffic.held.fetch_add(1, Ordering::SeqCst) + 1;
            traffic.most_held.fetch_max(now, Ordering::SeqCst);
        }
        passed += length;
        traffic.may_pass(&line, passed).await?;
        to.write_all(bytes).await?;
    }
}

async fn downward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, look: impl Fn(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            return to.shutdown().await;
        }
        look(bytes);
        to.write_all(bytes).await?;
    }
}

fn is_request(bytes: &[u8]) -> bool {
    [&b"GET /"[..], b"POST /v1/", b"DELETE /v1/"].iter().any(|start| bytes.starts_with(start))
}

fn is_long_poll(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    line.starts_with("GET /v1/events?") && line.contains("wait=") && !line.contains("wait=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_request_that_waits_is_a_long_poll() {
        assert!(is_long_poll(b"GET /v1/events?after=7&wait=25 HTTP/1.1\r\nHost: x\r\n"));
        assert!(!is_long_poll(b"GET /v1/events?after=7&wait=0 HTTP/1.1\r\n"));
        assert!(!is_long_poll(b"POST /v1/messages HTTP/1.1\r\n\r\n{\"x\":\"GET /v1/events?wait=25\"}"));
    }
}
