//! Proxies and sandbox as child processes on free loopback ports, with settings and store in a folder of their own.

use super::options::{Options, Through};
use super::sockets::Sockets;
use super::switches::Switches;
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// How long a process may take to answer after its start.
const START: Duration = Duration::from_secs(30);

/// All processes. They are stopped, and the folder is removed, when this is dropped.
#[derive(Debug)]
pub struct Processes {
    proxies: Vec<Child>,
    sandbox: Child,
    store: Option<Child>,
    folder: PathBuf,
    /// The address by which the proxies are known, once they run.
    pub proxy_url: String,
    /// The sandbox's address.
    pub sandbox_url: String,
    /// Leave the folder where it is.
    pub keep: bool,
}

impl Drop for Processes {
    fn drop(&mut self) {
        // What does not end by this ends when its handle goes. None may write into the folder any more.
        for child in self.proxies.iter_mut().chain([&mut self.sandbox]).chain(&mut self.store) {
            let _ = child.start_kill();
        }
        if self.keep {
            eprintln!("settings, store and logs: {}", self.folder.display());
        } else if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("cannot remove {}: {error}", self.folder.display());
        }
    }
}

impl Processes {
    /// Starts the sandbox; [`Processes::start_proxies`] comes when it is set up.
    ///
    /// # Errors
    /// When a binary is missing or does not start.
    pub async fn start_sandbox(keep: bool) -> anyhow::Result<Self> {
        binary("frontdesk")?;
        let sandbox = binary("frontdesk-sandbox")?;
        let folder = std::env::temp_dir().join(format!("frontdesk-replay-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let (port, proxy_port) = (free_port()?, free_port()?);
        let arguments = ["--listen".to_owned(), format!("127.0.0.1:{port}"), "--log".into(), "warn".into()];
        let child = start(&sandbox, &arguments, &folder, "sandbox.log")?;
        let mut processes = Self {
            proxies: Vec::new(),
            sandbox: child,
            store: None,
            folder,
            proxy_url: format!("http://127.0.0.1:{proxy_port}"),
            sandbox_url: format!("http://127.0.0.1:{port}"),
            keep,
        };
        let url = format!("{}/livez", processes.sandbox_url);
        answers(&mut processes.sandbox, &url, "frontdesk-sandbox").await?;
        Ok(processes)
    }

    /// Starts one proxy on a file, with a desk for the sandbox as it is set now.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_proxy(&mut self, switches: &Switches, centre: &Value) -> anyhow::Result<()> {
        let store = format!("redb:{}", self.folder.join("store.redb").display());
        let text = config(switches, &self.proxy_url, &self.sandbox_url, &store, centre);
        let url = self.proxy_url.clone();
        self.start_one(1, &url, &text).await
    }

    /// Starts a proxy that listens at `url`, whatever its settings say of that.
    async fn start_one(&mut self, number: u64, url: &str, text: &str) -> anyhow::Result<()> {
        let folder = self.folder.join(number.to_string());
        std::fs::create_dir_all(&folder)?;
        let path = folder.join("frontdesk.toml");
        let own = format!("listen = {}\n", Value::from(url.trim_start_matches("http://")));
        let rest = text.split_once('\n').map_or(text, |(_, rest)| rest);
        std::fs::write(&path, own + rest)?;
        let arguments = ["serve".to_owned(), "--config".into(), path.display().to_string()];
        let log = format!("proxy-{number}.log");
        let mut child = start(&binary("frontdesk")?, &arguments, &self.folder, &log)?;
        let answered = answers(&mut child, &format!("{url}/livez"), "frontdesk serve").await;
        if answered.is_err() {
            eprint!("{}", std::fs::read_to_string(self.folder.join(log)).unwrap_or_default());
        }
        self.proxies.push(child);
        answered
    }

    /// Starts the proxies, with a desk for the sandbox as it is set now. One without anything before it listens at
    /// [`Processes::proxy_url`] itself.
    ///
    /// # Errors
    /// When one does not start.
    pub async fn start_proxies(
        &mut self,
        options: &Options,
        centre: &Value,
        sockets: &mut Sockets,
    ) -> anyhow::Result<()> {
        let (store, server) = options.store.open(&self.folder).await?;
        self.store = server;
        let sandbox = sockets.centre().unwrap_or_else(|| self.sandbox_url.clone());
        let alone = options.instances == 1 && options.through == Through::Inside;
        let mut urls = Vec::new();
        for number in 1..=options.instances {
            let url =
                if alone { self.proxy_url.clone() } else { format!("http://127.0.0.1:{}", free_port()?) };
            let text = config(&options.switches, &self.proxy_url, &sandbox, &store, centre);
            self.start_one(number, &url, &text).await?;
            urls.push(url);
        }
        sockets.balance(&self.proxy_url, &urls, options.through).await
    }
}

/// A binary from the folder of this one.
fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find out where this program lies")?;
    let path = own.with_file_name(name);
    if !path.is_file() {
        bail!(
            "{} is missing: run `cargo build --release -p frontdesk-proxy -p frontdesk-sandbox`",
            path.display()
        );
    }
    Ok(path)
}

pub(super) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).context("no free port")?.local_addr()?.port())
}

pub(super) fn start(binary: &Path, arguments: &[String], folder: &Path, log: &str) -> anyhow::Result<Child> {
    let log = File::create(folder.join(log))?;
    let started = Command::new(binary)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn();
    started.with_context(|| format!("cannot start {}", binary.display()))
}

/// Waits until something answers under this address.
async fn answers(child: &mut Child, url: &str, name: &str) -> anyhow::Result<()> {
    let client = crate::http::client(Duration::from_secs(2), Some(Duration::from_secs(2)))?;
    let deadline = Instant::now() + START;
    loop {
        if client.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        if let Some(status) = child.try_wait()? {
            bail!("{name} has ended at once: {status}");
        }
        if Instant::now() >= deadline {
            bail!("{name} does not answer at {url}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The settings of a proxy between these two addresses. Limits are wide, since all visitors come from one address.
/// `store` is as in the settings; `centre` are those of the sandbox.
pub fn config(switches: &Switches, proxy: &str, sandbox: &str, store: &str, centre: &Value) -> String {
    let text = |name: &str| centre.get(name).and_then(Value::as_str).unwrap_or_default();
    let quoted = |text: &str| Value::from(text).to_string();
    let interval: Vec<String> = switches.poll_interval_ms.iter().map(u64::to_string).collect();
    [
        format!("listen = {}", quoted(proxy.trim_start_matches("http://"))),
        format!("public_url = {}", quoted(proxy)),
        format!("store = {}", quoted(store)),
        "log = \"warn\"".into(),
        "[limits]".into(),
        "sessions_per_address_per_hour = 1000000".into(),
        "requests_per_address_per_minute = 10000000".into(),
        "messages_per_visitor_per_minute = 100000".into(),
        "[[desks]]".into(),
        format!("id = {}", quoted(&switches.desk)),
        "[desks.cec]".into(),
        format!("base_url = {}", quoted(sandbox)),
        format!("app_key = {}", quoted(text("app_key"))),
        format!("app_secret = {}", quoted(text("app_secret"))),
        format!("channel_id = {}", quoted(text("channel_id"))),
        format!("dialect = {}", quoted(switches.dialect.word())),
        format!("message_id = {}", quoted(switches.message_id.word())),
        format!("poll = {}", quoted(switches.poll.word())),
        format!("history = {}", switches.keeps_history()),
        format!("poll_interval_ms = [{}]", interval.join(", ")),
        String::new(),
    ]
    .join("\n")
}
