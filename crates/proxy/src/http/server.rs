//! Connections: how many, how slow they may be, and how they end.

use super::address::Peer;
use super::app;
use super::linger::Lingering;
use crate::metrics::Open;
use crate::state::AppState;
use axum::Router;
use axum::http::{Request, Version};
use hyper::body::{Body, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Requests at one time on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// Pause after the system gave no connection: too many open files, usually.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// Connections are given this long to end after the last request is answered.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until `shutdown` ends, then goes down gracefully: the readiness probe fails, long polls are answered, requests
/// under way are finished, the store is flushed. Takes 30 s at most for either of connections and background work.
pub async fn run(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()> + Send) {
    let limits = &state.shared.settings.limits;
    let door = Door::new(limits.header_bytes, limits.header_timeout, limits.connections);
    let graceful = GracefulShutdown::new();
    let metrics = Arc::clone(&state.shared.metrics);
    let counted = || Some(metrics.connection());
    admit(&door, &listener, app(state.clone()), &graceful, shutdown, counted).await;
    drop(listener);
    tracing::info!("going down");
    state.shared.draining.cancel();
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were left open after 30 s");
    }
    state.stop().await;
}

/// How connections are taken.
pub(crate) struct Door {
    builder: Builder<TokioExecutor>,
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Door {
    /// With headers up to so many bytes, which take so long at most, and so many connections at one time.
    pub(crate) fn new(header_bytes: usize, header_timeout: Duration, connections: usize) -> Self {
        Self {
            builder: builder(header_bytes, header_timeout),
            places: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            patience: header_timeout,
        }
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
                let began = Arc::new(AtomicBool::new(false));
                let connection = serve(&door.builder, stream, peer, router.clone(), Arc::clone(&began));
                let connection = graceful.watch(connection.into_owned());
                let patience = door.patience;
                let held = held();
                tokio::spawn(async move {
                    let silent = async {
                        tokio::time::sleep(patience).await;
                        if began.load(Ordering::Relaxed) {
                            std::future::pending::<()>().await;
                        }
                    };
                    // Errors of a connection are the client's: broken off, too slow, not HTTP.
                    tokio::select! {
                        _ended = connection => {}
                        // hyper counts the time of headers only once it knows the version of HTTP.
                        () = silent => {}
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

fn serve(
    builder: &Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    began: Arc<AtomicBool>,
) -> hyper_util::server::conn::auto::Connection<
    '_,
    TokioIo<Lingering<TcpStream>>,
    impl hyper::service::Service<
        Request<Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send + 'static,
    > + use<>,
    TokioExecutor,
> {
    // Small answers are to leave at once; a socket that refuses this works all the same.
    let _set = stream.set_nodelay(true);
    let early = Arc::new(AtomicBool::new(false));
    let stream = Lingering::new(stream, Arc::clone(&early));
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
    builder.serve_connection(TokioIo::new(stream), service)
}
