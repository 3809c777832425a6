//! Serving over sockets, so that a handler can close its own connection.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;

use crate::faults::Abort;
use crate::push;
use crate::settings::{SettingError, Settings};
use crate::state::Sandbox;

/// How often the centre is looked after when nobody calls.
const TICK: Duration = Duration::from_millis(100);
const HEADERS_WITHIN: Duration = Duration::from_secs(30);

/// Serves a centre with these settings until `shutdown` is ready; open connections are then cut.
///
/// # Errors
/// When a setting is wrong (`InvalidInput`, naming it).
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let sandbox = Sandbox::new(settings).map_err(wrong_setting)?;
    sandbox.start_gateway().await?;
    serve_sandbox(listener, sandbox.clone(), shutdown).await;
    sandbox.stop_gateway().await;
    Ok(())
}

fn wrong_setting(error: SettingError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// Serves an existing centre until `shutdown` is ready; open connections are then cut.
pub async fn serve_sandbox(
    listener: TcpListener,
    sandbox: Sandbox,
    shutdown: impl Future<Output = ()> + Send,
) {
    if let Ok(address) = listener.local_addr() {
        sandbox.is_at(address);
    }
    let router = crate::router(&sandbox);
    let mut connections = JoinSet::new();
    // Ends with this function.
    let mut pushing = JoinSet::new();
    pushing.spawn(push::push(sandbox.clone()));
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            _ = ticks.tick() => sandbox.tick(),
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, router.clone()));
                }
                // Out of file descriptors, say: the next tick comes before the next try.
                Err(error) => {
                    tracing::warn!(%error, "connection not accepted");
                    ticks.tick().await;
                }
            },
        }
    }
}

/// Serves one connection until it ends or a handler aborts it.
async fn converse(stream: TcpStream, router: Router) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "socket option not set");
    }
    let abort = Abort::default();
    let service = TowerToHyperService::new(router.layer(axum::Extension(abort.clone())));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        result = &mut connection => {
            if let Err(error) = result {
                tracing::debug!(%error, "connection ended");
            }
        }
        () = abort.requested() => {
            // No lingering: the peer sees a reset, not an orderly end.
            let stream = connection.into_parts().io.into_inner();
            if let Err(error) = stream.set_zero_linger() {
                tracing::debug!(%error, "socket option not set");
            }
        }
    }
}

/// A centre running in this process, on a port of its own.
#[derive(Debug)]
#[must_use = "the centre stops when this is dropped"]
pub struct Running {
    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub base_url: String,
    /// For changing settings and faults, and for reading the log.
    pub sandbox: Sandbox,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Starts a centre on a free port of 127.0.0.1.
///
/// # Errors
/// When a setting is wrong (`InvalidInput`, naming it) or no port can be had.
pub async fn spawn(settings: Settings) -> io::Result<Running> {
    let sandbox = Sandbox::new(settings).map_err(wrong_setting)?;
    sandbox.start_gateway().await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel::<()>();
    // A dropped sender is a stop as well.
    let shutdown = async move { drop(stopped.await) };
    let served = sandbox.clone();
    let task = tokio::spawn(async move {
        serve_sandbox(listener, served.clone(), shutdown).await;
        served.stop_gateway().await;
    });
    Ok(Running { base_url, sandbox, stop: Some(stop), task })
}

impl Running {
    /// Stops the centre, cutting all connections, and waits until its port is closed.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "the centre did not end by itself");
        }
    }
}
