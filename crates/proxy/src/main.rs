//! The program `frontdesk`: serves, checks settings, examines a desk, prints the description of the API.

#[cfg(feature = "simulated")]
compile_error!("the feature `simulated` makes secrets predictable: it is for crates/simulation alone");
#[cfg(feature = "planted")]
compile_error!("the feature `planted` brings bugs: it is for crates/simulation alone");

use clap::{Parser, Subcommand};
use frontdesk_proxy::clock::Clock;
use frontdesk_proxy::config::{Config, Mistake, StoreAt};
use frontdesk_proxy::doctor::{self, Finding, Verdict};
use frontdesk_proxy::http::operator::gate::Gate;
use frontdesk_proxy::http::{self, assets::Assets, server};
use frontdesk_proxy::reload::{self, Centres, Running};
use frontdesk_proxy::settings::Settings;
use frontdesk_proxy::state::App;
use frontdesk_proxy::store::{Store, memory::MemoryStore, redb::RedbStore, valkey::ValkeyStore};
use frontdesk_proxy::telemetry;
use frontdesk_proxy::tls::Keeper;
use frontdesk_proxy::traces::Traces;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use url::Url;
use utoipa::OpenApi;

/// Requests are many small pieces of memory, on all threads: less work than with the system's, and less of it is held.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A contact centre behind one script tag: the proxy between web pages and the centre.
#[derive(Parser)]
#[command(name = "frontdesk", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the visitor API and the widget until SIGTERM or Ctrl-C. On SIGHUP the settings are read anew.
    Serve {
        /// The file of settings.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Names every mistake in the settings; exits with 0 when there is none, with 1 otherwise.
    CheckConfig {
        /// The file of settings.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Asks each desk's centre for tokens as well.
        #[arg(long)]
        online: bool,
    },
    /// Walks a visitor's way to the centre of a desk and back, with a conversation of its own, and says what is wrong with
    /// the settings; exits with 0 when nothing is, with 1 otherwise.
    Doctor {
        /// The file of settings.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The desk, by its id.
        #[arg(long, value_name = "ID")]
        desk: String,
        /// Looks at this page of the website as well: does it permit loader, frame and calls?
        #[arg(long, value_name = "URL")]
        page: Option<Url>,
        /// Looks at the page alone, without a conversation at the centre.
        #[arg(long, requires = "page")]
        only_page: bool,
    },
    /// Prints the description of the visitor API as OpenAPI JSON.
    Openapi {
        /// Of the operator listener instead.
        #[arg(long)]
        operator: bool,
    },
}

/// What still runs on threads of its own at the end (a name that is looked up, a file that is examined) is not waited for longer.
const LAST: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("cannot begin: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run());
    runtime.shutdown_timeout(LAST);
    code
}

async fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve { config } => serve(&config).await,
        Command::CheckConfig { config, online } => check(&config, online).await,
        Command::Doctor { config, desk, page, only_page } => {
            examine(&config, &desk, page.as_ref(), only_page).await
        }
        Command::Openapi { operator } => {
            described(operator).to_pretty_json().map_err(Into::into).map(|text| say(&text))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn serve(path: &Path) -> Result<(), Box<dyn Error>> {
    // First of all: without it the signal would end the process.
    let hangups = Hangups::begin()?;
    let config = Config::load(path).map_err(|mistakes| listed(path, &mistakes))?;
    let log = telemetry::init(&config.log)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let centres = centres(&config)?;
    let store: Arc<dyn Store> = match &config.store {
        StoreAt::Memory => Arc::new(MemoryStore::new()),
        StoreAt::Redb(path) => {
            let opened = RedbStore::open(path);
            Arc::new(opened.map_err(|error| format!("cannot open the store {}: {error}", path.display()))?)
        }
        StoreAt::Valkey(server) => {
            let opened = ValkeyStore::open(server).await;
            let address = format!("{}:{}", server.host, server.port);
            Arc::new(opened.map_err(|error| format!("cannot open the store at {address}: {error}"))?)
        }
    };
    let assets = Assets::load(&config.assets)
        .map_err(|error| format!("cannot read the widget's files in {}: {error}", config.assets.display()))?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let metrics = match config.metrics_listen {
        None => None,
        Some(address) => {
            let bound = TcpListener::bind(address).await;
            Some(bound.map_err(|error| format!("cannot listen on {address} for metrics: {error}"))?)
        }
    };
    let operator = match &config.operator {
        None => None,
        Some(operator) => {
            let bound = TcpListener::bind(operator.listen).await;
            let text = |error| format!("cannot listen on {} for the operator: {error}", operator.listen);
            Some((bound.map_err(text)?, operator))
        }
    };
    let app = App::new(Settings::from(&config), centres.desks(&config), store, assets, Clock::system());
    let spool = &app.shared.spool;
    spool.prepare().map_err(|error| format!("cannot use the spool {}: {error}", config.spool.display()))?;
    if let Some(settings) = &config.traces {
        let traces = Traces::begin(settings)?;
        app.shared.traces.get_or_init(|| traces);
    }
    let ends = shutdown()?;
    app.start().await?;
    if let Some(listener) = metrics {
        tracing::info!(listen = %listener.local_addr()?, "figures at /metrics");
        tokio::spawn(frontdesk_proxy::metrics::server::run(listener, app.clone()));
    }
    if let Some((listener, operator)) = operator {
        tracing::info!(listen = %listener.local_addr()?, "calls of the operator at /operator/v1");
        let gate = Arc::new(Gate::new(operator, &app.shared.metrics));
        app.shared.tasks.spawn(http::operator::run(listener, app.clone(), gate));
    }
    tracing::info!(listen = %listener.local_addr()?, public_url = config.public_url, "serving");
    let shared = &app.shared;
    let keeper = |tls| Keeper::new(tls, shared.metrics.clone(), shared.audit.clone());
    let keeper = config.tls.as_ref().map(keeper);
    if let Some(keeper) = keeper.clone() {
        tokio::spawn(keeper.follow());
    }
    let running =
        Running { path: path.into(), config, centres, app: app.clone(), log, keeper: keeper.clone() };
    tokio::spawn(hangups.follow(running));
    if let Err(error) = tell_ready() {
        tracing::warn!(%error, "systemd could not be told that visitors are served");
    }
    let until = server::serve(listener, keeper, app.clone(), ends).await;
    if let Some(traces) = app.shared.traces.get() {
        traces.end(until).await;
    }
    Ok(())
}

/// The description of one of the two APIs.
fn described(operator: bool) -> utoipa::openapi::OpenApi {
    if operator { http::operator::openapi::Api::openapi() } else { http::openapi::Api::openapi() }
}

async fn check(path: &Path, online: bool) -> Result<(), Box<dyn Error>> {
    let config = Config::load(path).map_err(|mistakes| listed(path, &mistakes))?;
    let centres = centres(&config)?;
    for warning in config.warnings() {
        say(&format!("{}: warning: {warning}", path.display()));
    }
    say(&format!("{}: the settings are in order, desks: {}", path.display(), config.desks.len()));
    let mut bad = Vec::new();
    if online {
        for (desk, centre) in config.desks.iter().zip(centres.all()) {
            match centre.probe().await {
                Ok(()) => {
                    say(&format!("desk `{}`: the centre gave a gateway token and a visitor token", desk.id))
                }
                Err(trouble) => bad.push(format!("desk `{}`: {trouble}", desk.id)),
            }
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(bad.join("\n").into()) }
}

async fn examine(path: &Path, id: &str, page: Option<&Url>, only_page: bool) -> Result<(), Box<dyn Error>> {
    let config = Config::load(path).map_err(|mistakes| listed(path, &mistakes))?;
    let found = config.desks.iter().enumerate().find(|(_, desk)| desk.id == id);
    let Some((place, desk)) = found else {
        let known: Vec<_> = config.desks.iter().map(|desk| format!("`{}`", desk.id)).collect();
        return Err(format!("there is no desk `{id}`; there are {}", known.join(", ")).into());
    };
    let mut wrong = 0_u32;
    let mut tell = |finding: Finding| {
        wrong += u32::from(finding.verdict == Verdict::Wrong);
        say(&finding.to_string());
    };
    if !only_page {
        doctor::chain::walk(desk, place, &mut tell).await?;
        doctor::push::look(&config.public_url, desk, place, &mut tell).await;
    }
    if let Some(page) = page {
        doctor::page::look(page, &config.public_url, desk, place, &mut tell).await;
    }
    match wrong {
        0 => Ok(()),
        1 => Err("one thing is to be mended".into()),
        _ => Err(format!("{wrong} things are to be mended").into()),
    }
}

/// The centre of each desk, in the order of the settings.
fn centres(config: &Config) -> Result<Centres, String> {
    Centres::new(config, None).map_err(|bad| bad.join("\n"))
}

/// The signal by which settings are read anew.
struct Hangups {
    #[cfg(unix)]
    signals: tokio::signal::unix::Signal,
}

impl Hangups {
    fn begin() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signals: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Takes over the settings at each signal. Signals that come meanwhile count as one.
    async fn follow(self, running: Running) {
        #[cfg(unix)]
        {
            let (mut signals, mut running) = (self.signals, running);
            while signals.recv().await.is_some() {
                running.reload().await;
            }
        }
        #[cfg(not(unix))]
        drop(running);
    }
}

/// Tells systemd that visitors are served, if it wants to hear of it (`Type=notify`): it has given a socket then.
fn tell_ready() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET") {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let address = match socket.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(&socket)?,
        };
        UnixDatagram::unbound()?.send_to_addr(b"READY=1", &address)?;
    }
    Ok(())
}

/// Ends with SIGTERM or Ctrl-C.
fn shutdown() -> std::io::Result<impl Future<Output = ()> + Send> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ended = tokio::signal::ctrl_c().await;
    })
}

fn listed(path: &Path, mistakes: &[Mistake]) -> String {
    reload::listed(path, mistakes).join("\n")
}

/// Writes to standard output; whoever has closed it does not want to know.
fn say(text: &str) {
    let _closed = writeln!(std::io::stdout(), "{text}");
}

fn complain(text: &str) {
    let _closed = writeln!(std::io::stderr(), "{text}");
}
