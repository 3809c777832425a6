//! Connections: how many, how slow they may be, and how they end.

use super::address::Peer;
use super::app;
use super::linger::Lingering;
use super::pulse::{Beating, Pulse};
use super::shares::Shares;
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
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Requests at one time on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// Pause after the system gave no connection: too many open files, usually.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// What is under way when the proxy goes down may take this long, connections and background work together; so the proxy is
/// gone within 30 s, the writing of the store included.
const GRACE: Duration = Duration::from_secs(25);
/// The rest of the process has as long as this, from when it begins to go down; the last second is for threads that are still at it.
const LIFE: Duration = Duration::from_secs(29);

/// Serves until `shutdown` ends, then goes down gracefully: the readiness probe fails, long polls are answered, requests
/// under way are finished, the store is flushed. Takes 30 s at most.
pub async fn run(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()> + Send) {
    let _by = serve(listener, None, state, shutdown).await;
}

/// As [`run`], with TLS if there is a certificate. Answers by when everything else has to be over.
pub async fn serve(
    listener: TcpListener,
    keeper: Option<Arc<Keeper>>,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send,
) -> Instant {
    let settings = state.shared.settings();
    let limits = &settings.limits;
    let mut door = Door::new(limits.header_bytes, limits.header_timeout, limits.connections)
        .with_readers_awaited(limits.reader_timeout);
    door.shares = Some(Shares::new(&state.shared));
    door.tls = keeper.map(|keeper| (keeper, state.shared.draining.clone()));
    let ending = Ending::default();
    let metrics = Arc::clone(&state.shared.metrics);
    let counted = || Some(metrics.connection());
    admit(&door, &listener, app(state.clone()), &ending, shutdown, counted).await;
    drop(listener);
    tracing::info!("going down");
    state.shared.draining.cancel();
    let begun = Instant::now();
    let end = begun + GRACE;
    if tokio::time::timeout_at(end, ending.end()).await.is_err() {
        tracing::warn!(seconds = GRACE.as_secs(), "connections were left open");
    }
    state.stop_by(end).await;
    begun + LIFE
}

/// How connections are taken.
pub(crate) struct Door {
    builder: Builder<TokioExecutor>,
    places: Arc<Semaphore>,
    patience: Duration,
    reader_patience: Duration,
    /// How many connections each address has; `None`: as many as there are places.
    shares: Option<Arc<Shares>>,
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
            shares: None,
            tls: None,
        }
    }

    /// The same, with so much time for whoever does not read what is there.
    pub(crate) fn with_readers_awaited(self, reader_patience: Duration) -> Self {
        Self { reader_patience, ..self }
    }
}

/// How the connections of a listener end together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending {
    begun: CancellationToken,
    open: TaskTracker,
}

impl Ending {
    /// Ends when the last request that is under way was answered, and its connection closed.
    pub(crate) async fn end(&self) {
        self.begun.cancel();
        self.open.close();
        self.open.wait().await;
    }
}

/// Takes connections until `shutdown` ends; what `held` answers lives as long as the connection.
pub(crate) async fn admit(
    door: &Door,
    listener: &TcpListener,
    router: Router,
    ending: &Ending,
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
                let share = door.shares.as_ref().map(|shares| shares.take(peer.ip()));
                if matches!(share, Some(None)) {
                    continue;
                }
                let reader_patience = door.reader_patience;
                let pulse = Arc::<Pulse>::default();
                let ending = ending.clone();
                let guest = Guest {
                    peer,
                    router: router.clone(),
                    early: Arc::default(),
                    pulse: Arc::clone(&pulse),
                    ending: ending.begun.clone(),
                    reader_patience,
                };
                let mut builder = door.builder.clone();
                // Those who came in one moment are not cut in one moment, which others would feel.
                let patience = chance::up_to(door.patience);
                builder.http1().header_read_timeout(patience);
                let tls = door.tls.clone();
                let held = held();
                ending.open.spawn(async move {
                    // Small answers are to leave at once; a socket that refuses this works all the same.
                    let _set = stream.set_nodelay(true);
                    // Hears out who is still sending and cuts who does not read; beneath TLS, for what is thrown away at the
                    // end need not be decrypted.
                    let stream = Unread::new(stream, reader_patience, pulse);
                    let stream = Lingering::new(stream, Arc::clone(&guest.early));
                    match tls {
                        None => guest.attend(&builder, stream, patience).await,
                        Some((keeper, ending)) => {
                            let shaken = tokio::time::timeout(patience, keeper.acceptor().accept(stream));
                            match ending.run_until_cancelled(shaken).await {
                                Some(Ok(Ok(stream))) => {
                                    guest.attend(&builder, stream, patience).await;
                                }
                                // Not TLS, too old, too slow, or the proxy goes down.
                                Some(Ok(Err(error))) => tracing::debug!(%error, "no TLS"),
                                Some(Err(_)) | None => {}
                            }
                        }
                    }
                    drop((place, share, held));
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
    pulse: Arc<Pulse>,
    /// The proxy goes down.
    ending: CancellationToken,
    /// How long an HTTP/2 connection stays on which nothing goes on.
    reader_patience: Duration,
}

impl Guest {
    /// Serves until the connection is over. One that says nothing for `patience` at its beginning is cut.
    async fn attend<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
        self,
        builder: &Builder<TokioExecutor>,
        stream: S,
        patience: Duration,
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
        let Self { peer, router, early, pulse, ending, reader_patience } = self;
        let signs = Arc::clone(&pulse);
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            began.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(Peer(peer));
            // HTTP/2 refuses a request without closing the connection.
            let sends = request.version() <= Version::HTTP_11 && !request.body().is_end_stream();
            let early = Arc::clone(&early);
            let signs = Arc::clone(&signs);
            let asked = signs.ask(request.version() > Version::HTTP_11);
            let answer = router.clone().oneshot(request);
            async move {
                let answer = answer.await;
                drop(asked);
                // Who refuses may not have read everything; who took it has.
                let refused = answer.as_ref().is_ok_and(|answer| !answer.status().is_success());
                early.store(sends && refused, Ordering::Relaxed);
                answer.map(|answer| answer.map(|body| Beating::new(body, signs)))
            }
        });
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut silent = pin!(silent);
        // Errors of a connection are the client's: broken off, too slow, not HTTP.
        tokio::select! {
            _ended = connection.as_mut() => return,
            // hyper counts the time of headers only once it knows the version of HTTP.
            () = silent.as_mut() => return,
            () = ending.cancelled() => {}
            () = pulse.stops(reader_patience) => {}
        }
        // What is under way is finished, unless nobody takes it.
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ended = connection => {}
            () = silent => {}
            () = pulse.stops(reader_patience) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use http_body_util::{BodyExt as _, Empty};
    use hyper::body::Bytes;
    use hyper::client::conn::http2;
    use tokio::io::DuplexStream;
    use tokio::time::sleep;

    const PATIENCE: Duration = Duration::from_secs(10);
    const READER: Duration = Duration::from_secs(30);
    const LARGE: usize = 1 << 20;

    fn router() -> Router {
        Router::new()
            .route("/", get(async || "hello"))
            .route("/late", get(async || sleep(4 * READER).await))
            .route("/large", get(async || vec![7; LARGE]))
    }

    /// Serves one connection; the task ends with it.
    fn serve(ending: &CancellationToken) -> (tokio::task::JoinHandle<()>, DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(4 << 20);
        let pulse = Arc::<Pulse>::default();
        let guest = Guest {
            peer: ([203, 0, 113, 1], 1).into(),
            router: router(),
            early: Arc::default(),
            pulse: Arc::clone(&pulse),
            ending: ending.clone(),
            reader_patience: READER,
        };
        let stream = Unread::new(ours, READER, pulse);
        let served =
            tokio::spawn(async move { guest.attend(&builder(16_384, PATIENCE), stream, PATIENCE).await });
        (served, theirs)
    }

    async fn client(
        theirs: DuplexStream,
        window: u32,
    ) -> (http2::SendRequest<Empty<Bytes>>, tokio::task::JoinHandle<()>) {
        let mut client = http2::Builder::new(TokioExecutor::new());
        client.timer(TokioTimer::new()).initial_stream_window_size(window);
        // It answers pings and sends some of its own for ever.
        client.keep_alive_interval(Duration::from_secs(1)).keep_alive_while_idle(true);
        let (sender, connection) = client.handshake(TokioIo::new(theirs)).await.unwrap();
        let connected = tokio::spawn(async move { drop(connection.await) });
        (sender, connected)
    }

    fn ask(path: &str) -> Request<Empty<Bytes>> {
        Request::get(format!("http://desk.example{path}")).body(Empty::new()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_http_2_connection_on_which_nobody_asks_is_closed() {
        let (served, theirs) = serve(&CancellationToken::new());
        let (mut sender, connected) = client(theirs, 65_535).await;
        let began = Instant::now();
        let answer = sender.send_request(ask("/")).await.unwrap();
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "hello");
        served.await.unwrap();
        assert!((READER..=2 * READER).contains(&began.elapsed()), "{:?}", began.elapsed());
        connected.await.unwrap();
        assert!(!sender.is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_waited_for_keeps_its_connection() {
        let (served, theirs) = serve(&CancellationToken::new());
        let (mut sender, _connected) = client(theirs, 65_535).await;
        assert!(sender.send_request(ask("/late")).await.unwrap().status().is_success());
        assert!(!served.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn who_lets_no_byte_of_an_answer_through_loses_the_connection() {
        let (served, theirs) = serve(&CancellationToken::new());
        let (mut sender, _connected) = client(theirs, 0).await;
        let began = Instant::now();
        let answer = sender.send_request(ask("/large")).await.unwrap();
        served.await.unwrap();
        assert!((2 * READER..=4 * READER).contains(&began.elapsed()), "{:?}", began.elapsed());
        assert!(answer.into_body().collect().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn going_down_lets_what_is_under_way_finish() {
        let ending = CancellationToken::new();
        let (served, theirs) = serve(&ending);
        let (mut sender, _connected) = client(theirs, 65_535).await;
        let began = Instant::now();
        let answer = tokio::spawn(sender.send_request(ask("/late")));
        sleep(Duration::from_secs(1)).await;
        ending.cancel();
        assert!(answer.await.unwrap().unwrap().status().is_success());
        served.await.unwrap();
        assert!((4 * READER..5 * READER).contains(&began.elapsed()), "{:?}", began.elapsed());
    }
}
