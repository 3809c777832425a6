//! Connections: how many, how slow they may be, and how they end.

use super::address::Peer;
use super::app;
use super::linger::Lingering;
use super::unread::Unread;
use crate::chance;
use crate::metrics::Open;
use crate::state::AppState;
use crate::tls::Keeper;
use axum::Router;
use axum::http::{Request, Version};
use hyper::body::{Body, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Requests at one time on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// Pause after the system gave no connection: too many open files, usually.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// What is under way when the proxy goes down may take this long, connections and background work together; so the proxy is
/// gone within 30 s, the writing of the store included.
const GRACE: Duration = Duration::from_secs(25);

/// Serves until `shutdown` ends, then goes down gracefully: the readiness probe fails, long polls are answered, requests
/// under way are finished, the store is flushed. Takes 30 s at most.
pub async fn run(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()> + Send) {
    serve(listener, None, state, shutdown).await;
}

/// As [`run`], with TLS if there is a certificate.
pub async fn serve(
    listener: TcpListener,
    keeper: Option<Arc<Keeper>>,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send,
) {
    let settings = state.shared.settings();
    let limits = &settings.limits;
    let mut door = Door::new(limits.header_bytes, limits.header_timeout, limits.connections)
        .with_readers_awaited(limits.reader_timeout);
    door.tls = keeper.map(|keeper| (keeper, state.shared.draining.clone()));
    let graceful = GracefulShutdown::new();
    let metrics = Arc::clone(&state.shared.metrics);
    let counted = || Some(metrics.connection());
    admit(&door, &listener, app(state.clone()), &graceful, shutdown, counted).await;
    drop(listener);
    tracing::info!("going down");
    state.shared.draining.cancel();
    let end = Instant::now() + GRACE;
    if tokio::time::timeout_at(end, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = GRACE.as_secs(), "connections were left open");
    }
    state.stop_by(end).await;
}

/// How connections are taken.
pub(crate) struct Door {
    builder: Builder<TokioExecutor>,
    places: Arc<Semaphore>,
    patience: Duration,
    reader_patience: Duration,
    /// What keeps the certificate, and what ends handshakes; `None`: no TLS.
    tls: Option<(Arc<Keeper>, CancellationToken)>,
}

impl Door {
    /// With headers up to so many bytes, which take so long at most, and so many connections at one time.
    pub(crate) fn new(header_bytes: usize, header_timeout: Duration, connections: usize) -> Self {
        Self {
            builder: builder(header_bytes, header_timeout),
            places: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            patience: header_timeout,
            reader_patience: header_timeout,
            tls: None,
        }
    }

    /// The same, with so much time for whoever does not read what is there.
    pub(crate) fn with_readers_awaited(self, reader_patience: Duration) -> Self {
        Self { reader_patience, ..self }
    }
}

/// Takes connections until `shutdown` ends; what `held` answers lives as long as the connection.
pub(crate) async fn admit(
    door: &Door,
    listener: &TcpListener,
    router: Router,
    graceful: &GracefulShutdown,
    shutdown: impl Future<Output = ()> + Send,
    held: impl Fn() -> Option<Open> + Send,
) {
    tokio::pin!(shutdown);
    loop {
        // A place first: what cannot be served stays in the system's queue.
        let place = tokio::select! {
            () = &mut shutdown => break,
            place = Arc::clone(&door.places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let guest = Guest { peer, router: router.clone(), early: Arc::default() };
                let (mut builder, watcher) = (door.builder.clone(), graceful.watcher());
                // Those who came in one moment are not cut in one moment, which others would feel.
                let patience = chance::up_to(door.patience);
                builder.http1().header_read_timeout(patience);
                let tls = door.tls.clone();
                let reader_patience = door.reader_patience;
                let held = held();
                tokio::spawn(async move {
                    // Small answers are to leave at once; a socket that refuses this works all the same.
                    let _set = stream.set_nodelay(true);
                    // Hears out who is still sending and cuts who does not read; beneath TLS, for what is thrown away at the
                    // end need not be decrypted.
                    let stream = Unread::new(stream, reader_patience);
                    let stream = Lingering::new(stream, Arc::clone(&guest.early));
                    match tls {
                        None => guest.attend(&builder, stream, patience, watcher).await,
                        Some((keeper, ending)) => {
                            let shaken = tokio::time::timeout(patience, keeper.acceptor().accept(stream));
                            match ending.run_until_cancelled(shaken).await {
                                Some(Ok(Ok(stream))) => {
                                    guest.attend(&builder, stream, patience, watcher).await;
                                }
                                // Not TLS, too old, too slow, or the proxy goes down.
                                Some(Ok(Err(error))) => tracing::debug!(%error, "no TLS"),
                                Some(Err(_)) | None => {}
                            }
                        }
                    }
                    drop((place, held));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn builder(header_bytes: usize, header_timeout: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Headers up to twice the limit are read, so that most of what is too large gets a proper answer.
    let buffer = header_bytes.saturating_mul(2).max(16_384);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout).max_buf_size(buffer);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(buffer).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// Somebody who is served by one connection.
struct Guest {
    peer: SocketAddr,
    router: Router,
    /// The last answer went out before its request was read, perhaps.
    early: Arc<AtomicBool>,
}

impl Guest {
    /// Serves until the connection is over. One that says nothing for `patience` at its beginning is cut.
    async fn attend<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
        self,
        builder: &Builder<TokioExecutor>,
        stream: S,
        patience: Duration,
        watcher: Watcher,
    ) {
        let began = Arc::new(AtomicBool::new(false));
        let silent = {
            let began = Arc::clone(&began);
            async move {
                tokio::time::sleep(patience).await;
                if began.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
            }
        };
        let Self { peer, router, early } = self;
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            began.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(Peer(peer));
            // HTTP/2 refuses a request without closing the connection.
            let sends = request.version() <= Version::HTTP_11 && !request.body().is_end_stream();
            let early = Arc::clone(&early);
            let answer = router.clone().oneshot(request);
            async move {
                let answer = answer.await;
                // Who refuses may not have read everything; who took it has.
                let refused = answer.as_ref().is_ok_and(|answer| !answer.status().is_success());
                early.store(sends && refused, Ordering::Relaxed);
                answer
            }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        // Errors of a connection are the client's: broken off, too slow, not HTTP.
        tokio::select! {
            _ended = watcher.watch(connection) => {}
            // hyper counts the time of headers only once it knows the version of HTTP.
            () = silent => {}
        }
    }
}
