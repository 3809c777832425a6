//! The program between two others.

use crate::exchange::Exchange;
use crate::kind::Toxic;
use crate::line::{Cut, Line, Weather, reset};
use crate::log::{Entry, Figures, Log, Met};
use crate::plan::{Class, Plan, PlanError};
use crate::upstreams::Upstreams;
use hyper::header::HeaderName;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

/// Connections at the same time; more are reset.
const CONNECTIONS_MAX: usize = 4_096;
/// Keys whose exchanges are counted; all others share one count.
const KEYS_MAX: usize = 16_384;
/// Between socket and HTTP.
const PIPE: usize = 64 * 1024;
const HEAD_MAX: Duration = Duration::from_secs(60);

/// What is understood of what passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Requests and answers (HTTP/1.1): both kinds of faults, and a balancer for each request.
    #[default]
    Http,
    /// Nothing (TCP): toxics only, and a balancer for each connection.
    Tcp,
}

/// What a proxy is made of.
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where it passes on to; several by turns.
    pub upstreams: Vec<SocketAddr>,
    /// What it understands.
    pub level: Level,
    /// What goes wrong.
    pub plan: Plan,
    /// What kinds of requests there are. Others meet no faults.
    pub classes: Vec<Class>,
    /// A header whose values are counted apart, such as that of a visitor's session.
    pub key_header: Option<String>,
    /// A path that answers 200 when an upstream wants requests.
    pub ready_path: Option<String>,
    /// Takes the log, one JSON object a line.
    pub writer: Option<Box<dyn Write + Send>>,
}

impl Settings {
    /// On a free port of loopback, to these upstreams, without faults.
    pub fn to(upstreams: Vec<SocketAddr>) -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            upstreams,
            level: Level::Http,
            plan: Plan::none(),
            classes: Class::of_visitors(),
            key_header: None,
            ready_path: None,
            writer: None,
        }
    }
}

/// Why a proxy does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The plan cannot be followed.
    #[error("the plan: {0}")]
    Plan(#[from] PlanError),
    /// There is nowhere to pass anything on to.
    #[error("there is no upstream")]
    NoUpstream,
    /// The header has no possible name.
    #[error("\"{0}\" is no name of a header")]
    Header(String),
    /// It cannot listen.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
}

/// A running proxy. Dropping it breaks all connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) upstreams: Upstreams,
    pub(crate) classes: Vec<Class>,
    pub(crate) key_header: Option<HeaderName>,
    pub(crate) log: Log,
    /// Some exchange has ended.
    pub(crate) answered: Notify,
    plan: watch::Sender<Arc<Plan>>,
    level: Level,
    counts: Mutex<HashMap<u64, u64>>,
    refused: AtomicU64,
    connections: AtomicU64,
}

impl Shared {
    /// The number of the next exchange of this key.
    pub(crate) fn next(&self, key: u64) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counts.contains_key(&key) || counts.len() < KEYS_MAX;
        let count = counts.entry(if known { key } else { 0 }).or_default();
        *count += 1;
        *count - 1
    }

    /// So many of the next connections are refused.
    pub(crate) fn refuse(&self, connections: u64) {
        self.refused.fetch_max(connections, Ordering::SeqCst);
    }

    fn refuses(&self) -> bool {
        if self.plan.borrow().percent <= 0.0 {
            self.refused.store(0, Ordering::SeqCst);
        }
        let one_less = |left: u64| left.checked_sub(1);
        self.refused.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok()
    }
}

impl Proxy {
    /// Starts one on the current runtime.
    ///
    /// # Errors
    /// When the settings cannot be followed, or the port is taken.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        settings.plan.check()?;
        if settings.upstreams.is_empty() {
            return Err(StartError::NoUpstream);
        }
        let header = |name: String| HeaderName::try_from(&name).map_err(|_| StartError::Header(name));
        let shared = Arc::new(Shared {
            upstreams: Upstreams::new(&settings.upstreams),
            classes: settings.classes,
            key_header: settings.key_header.map(header).transpose()?,
            log: Log::new(settings.writer),
            answered: Notify::new(),
            plan: watch::Sender::new(Arc::new(settings.plan)),
            level: settings.level,
            counts: Mutex::default(),
            refused: AtomicU64::new(0),
            connections: AtomicU64::new(0),
        });
        let failed = |error| StartError::Listen(settings.listen, error);
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let mut tasks = vec![tokio::spawn(accept(listener, Arc::clone(&shared)))];
        if let Some(path) = settings.ready_path {
            let shared = Arc::clone(&shared);
            tasks.push(tokio::spawn(async move { shared.upstreams.watch(&path).await }));
        }
        Ok(Self { address, shared, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an address of HTTP, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What goes wrong at the moment.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.shared.plan.borrow().as_ref().clone()
    }

    /// From now on this goes wrong. Numbers of exchanges go on.
    ///
    /// # Errors
    /// When the plan cannot be followed; the old one goes on then.
    pub fn set_plan(&self, plan: Plan) -> Result<(), PlanError> {
        plan.check()?;
        self.shared.plan.send_replace(Arc::new(plan));
        Ok(())
    }

    /// Nothing goes wrong any more; what waits goes on.
    pub fn heal(&self) {
        self.shared.plan.send_modify(|plan| *plan = Arc::new(plan.healed()));
    }

    /// What was injected, from this number on; the youngest 100,000 are known.
    #[must_use]
    pub fn log(&self, from: u64) -> Vec<Entry> {
        self.shared.log.from(from)
    }

    /// What passed, and how much went wrong.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.shared.log.figures()
    }

    /// How many connections each upstream has had.
    #[must_use]
    pub fn connections(&self) -> Vec<u64> {
        self.shared.upstreams.connections()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let Ok((near, _)) = listener.accept().await else {
            // No file left for it: those that end give some back.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            reset(&near);
            continue;
        };
        let nth = shared.connections.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let _place = place;
            connection(near, nth, &shared).await;
        });
    }
}

async fn connection(near: TcpStream, nth: u64, shared: &Shared) {
    shared.log.connection();
    // Nothing is worse off without it.
    let _ = near.set_nodelay(true);
    let weather = shared.plan.subscribe();
    let toxic = weather.borrow().for_connection(nth);
    let met = |toxic: Toxic| Met {
        nth,
        class: "connection",
        key: 0,
        kind: toxic.word(),
        id: None,
        may_arrive: !matches!(toxic, Toxic::Refused | Toxic::ResetBefore | Toxic::StallUp | Toxic::BlackHole),
    };
    if let Some((toxic, _)) = toxic {
        shared.log.add(met(toxic));
    }
    if matches!(toxic, Some((Toxic::Refused, _))) {
        return reset(&near);
    }
    if shared.refuses() {
        shared.log.add(met(Toxic::Refused));
        return reset(&near);
    }
    let cut = Cut::default();
    let mut line = Line { toxic, weather, cut: &cut, passed_down: AtomicU64::new(0), ends_with_far: false };
    match shared.level {
        Level::Tcp => match shared.upstreams.connect().await {
            Ok(far) => line.carry(near, far).await,
            Err(_) => reset(&near),
        },
        Level::Http => {
            line.ends_with_far = true;
            let (far, own) = tokio::io::duplex(PIPE);
            let carried = line.carry(near, far);
            tokio::pin!(carried);
            let served = serve(own, shared, &cut, line.weather.clone());
            tokio::select! {
                () = &mut carried => {}
                () = served => carried.await,
            }
        }
    }
}

async fn serve(own: tokio::io::DuplexStream, shared: &Shared, cut: &Cut, weather: Weather) {
    let service = service_fn(|request| Exchange { shared, cut, weather: weather.clone() }.run(request));
    let mut builder = http1::Builder::new();
    builder.preserve_header_case(true).auto_date_header(false).timer(TokioTimer::new());
    builder.header_read_timeout(HEAD_MAX);
    // A connection that broke is of no interest to anybody here.
    drop(builder.serve_connection(TokioIo::new(own), service).with_upgrades().await);
}
