//! `frontdesk-faults`: a bad network between two programs, or a balancer before several.

use anyhow::{Context as _, bail};
use clap::Parser;
use frontdesk_faults::{Class, Kind, Level, Plan, Proxy, Settings, Toxic, control};
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A seeded fault proxy for HTTP/1.1 and TCP, and a round-robin balancer without stickiness.
#[derive(Debug, Parser)]
#[command(name = "frontdesk-faults", version)]
struct Options {
    /// Where it listens.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Where it passes on to. Given several times: by turns.
    #[arg(long, required = true, value_name = "ADDRESS:PORT")]
    to: Vec<SocketAddr>,
    /// What it understands of what passes.
    #[arg(long, value_enum, default_value = "http")]
    level: Level,
    /// Faults of exchanges.
    #[arg(long, value_name = "SEED:PERCENT", default_value = "1:0", value_parser = seed_and_percent)]
    faults: (u64, f64),
    /// Which; all by default.
    #[arg(long, value_delimiter = ',', value_enum)]
    kinds: Vec<Kind>,
    /// Toxics of connections: so many of a hundred.
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    toxic: f64,
    /// Which; all by default.
    #[arg(long, value_delimiter = ',', value_enum)]
    toxics: Vec<Toxic>,
    /// Shortest and longest delay.
    #[arg(long, value_delimiter = ',', num_args = 2, value_name = "MS,MS")]
    latency_ms: Vec<u64>,
    /// Which requests there are: Frontdesk's visitors', or those of a centre's interface.
    #[arg(long, value_parser = ["visitors", "centre"], default_value = "visitors")]
    classes: String,
    /// Exchanges are counted apart by the values of this header.
    #[arg(long, value_name = "NAME")]
    key_header: Option<String>,
    /// A path that answers 200 when an upstream wants requests; by default only refused connections count.
    #[arg(long, value_name = "PATH")]
    ready_path: Option<String>,
    /// Where the control interface listens.
    #[arg(long, value_name = "ADDRESS:PORT")]
    control: Option<SocketAddr>,
    /// Takes what was injected, one JSON object a line; `-` is the standard output.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Listens on other addresses than loopback as well.
    #[arg(long)]
    not_only_loopback: bool,
}

fn seed_and_percent(text: &str) -> Result<(u64, f64), String> {
    let wrong = || "write SEED:PERCENT, such as 1:5".to_owned();
    let (seed, percent) = text.split_once(':').ok_or_else(wrong)?;
    Ok((seed.parse().map_err(|_| wrong())?, percent.parse().map_err(|_| wrong())?))
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("frontdesk-faults: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> anyhow::Result<()> {
    let remote = [Some(options.listen), options.control];
    if let Some(other) = remote.iter().flatten().find(|address| !address.ip().is_loopback())
        && !options.not_only_loopback
    {
        bail!("{other} is not loopback; --not-only-loopback allows it");
    }
    let usual = Plan::of(options.faults.0, options.faults.1);
    let plan = Plan {
        kinds: if options.kinds.is_empty() { usual.kinds.clone() } else { options.kinds },
        toxics: if options.toxics.is_empty() { usual.toxics.clone() } else { options.toxics },
        toxic_percent: options.toxic,
        latency_ms: <[u64; 2]>::try_from(options.latency_ms).unwrap_or(usual.latency_ms),
        ..usual
    };
    let classes = if options.classes == "centre" { Class::of_centres() } else { Class::of_visitors() };
    let writer: Option<Box<dyn Write + Send>> = match &options.log {
        None => None,
        Some(path) if path.as_os_str() == "-" => Some(Box::new(std::io::stdout())),
        Some(path) => {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            Some(Box::new(file))
        }
    };
    let proxy = Proxy::start(Settings {
        listen: options.listen,
        upstreams: options.to,
        level: options.level,
        plan,
        classes,
        key_header: options.key_header,
        ready_path: options.ready_path,
        writer,
    });
    let proxy = Arc::new(proxy.await?);
    eprintln!("frontdesk-faults: {}", proxy.url());
    if let Some(address) = options.control {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
        eprintln!("frontdesk-faults: control http://{}", listener.local_addr()?);
        let router = control::router(Arc::clone(&proxy));
        tokio::spawn(async move { drop(axum::serve(listener, router).await) });
    }
    tokio::signal::ctrl_c().await.context("cannot wait for the end")
}
