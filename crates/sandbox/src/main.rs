//! The sandbox as a program.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use frontdesk_sandbox::{Sandbox, Settings, serve_sandbox};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// A contact centre that speaks ccmessaging, for a developer's machine.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Address on which the gateway for calls listens for WebSockets; without it there is none.
    #[arg(long)]
    gateway: Option<SocketAddr>,
    /// TOML file with settings; options given here win.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Manual to follow: 2.5 or 2.6.
    #[arg(long)]
    dialect: Option<String>,
    /// What becomes of message ids: deduplicated, echoed or ignored.
    #[arg(long)]
    message_id: Option<String>,
    /// What poll does with messages: destructive or repeats.
    #[arg(long)]
    poll: Option<String>,
    /// Can history be queried?
    #[arg(long)]
    history: Option<bool>,
    /// Switches for contradictions of the documents: all or none.
    #[arg(long)]
    quirks: Option<String>,
    /// What to log, as `info` or `frontdesk_sandbox=debug`.
    #[arg(long, default_value = "info")]
    log: EnvFilter,
}

impl Options {
    fn settings(&self) -> Result<Settings, String> {
        let mut figment = Figment::from(Serialized::defaults(Settings::default()));
        if let Some(path) = &self.config {
            figment = figment.merge(Toml::file_exact(path));
        }
        let settings: Settings = figment.extract().map_err(|error| error.to_string())?;
        let mut patch = serde_json::Map::new();
        for (name, value) in [
            ("dialect", &self.dialect),
            ("message_id", &self.message_id),
            ("poll", &self.poll),
            ("quirks", &self.quirks),
        ] {
            if let Some(value) = value {
                patch.insert(name.into(), value.clone().into());
            }
        }
        if let Some(gateway) = self.gateway {
            patch.insert("gateway".into(), gateway.to_string().into());
        }
        if let Some(history) = self.history {
            patch.insert("history".into(), history.into());
        }
        settings.patched(&patch.into()).map_err(|error| error.to_string())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("frontdesk-sandbox: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut options: Options) -> Result<(), String> {
    let filter = std::mem::take(&mut options.log);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let sandbox = Sandbox::new(options.settings()?).map_err(|error| error.to_string())?;
    let cannot_listen = |error| format!("cannot listen on {}: {error}", options.listen);
    let listener = TcpListener::bind(options.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    println!(
        "ccmessaging http://{address}  agents http://{address}/agent  control http://{address}/sandbox/settings"
    );
    sandbox.start_gateway().await.map_err(|error| format!("cannot start the gateway: {error}"))?;
    if let Some(gateway) = sandbox.gateway() {
        println!("calls {}", gateway.url());
    }
    serve_sandbox(listener, sandbox.clone(), stopped()).await;
    sandbox.stop_gateway().await;
    Ok(())
}

/// Ready when the program is asked to end.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminated) => terminated,
        Err(_) => return drop(interrupted.await),
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}
