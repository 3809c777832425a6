//! Proxies as they are shipped, on ports of their own, with a store that outlives them.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use frontdesk_sandbox::{Running, Settings};
use serde_json::json;
use tokio::time::Instant;

use crate::api::Api;
use crate::memory;
use crate::process::{Folder, Process, free_ports};
use crate::redis::Redis;

/// The key that the centres ask for.
pub const APP_KEY: &str = "app-key-of-a-load";
/// And the secret.
pub const APP_SECRET: &str = "app-secret-of-a-load";
/// The channel that they know.
pub const CHANNEL: &str = "202201077401331370";
/// A file that the proxies serve, for those who do not read it.
pub const LARGE: &str = "/assets/large.bin";
const LARGE_BYTES: usize = 8 << 20;
/// Whoever goes down has so long.
pub const STOP_MAX: Duration = Duration::from_secs(30);

/// Where the proxies keep what must not be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In memory: it goes with the proxy.
    Memory,
    /// In a file: there can be one proxy.
    File,
    /// In one `redis-server` for all of them.
    Redis,
}

/// One desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its id.
    pub id: &'static str,
    /// The address of its centre, or of what is in front of it.
    pub centre: String,
    /// More lines of `[desks.cec]`.
    pub cec: String,
    /// More sections of the desk.
    pub sections: String,
}

/// What a site is made of.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    /// The program `frontdesk`.
    pub program: &'a Path,
    /// How many proxies.
    pub proxies: usize,
    /// Where they keep what they know.
    pub kept: Kept,
    /// Lines of `[limits]`.
    pub limits: String,
    /// The desks.
    pub desks: Vec<Desk>,
}

/// Limits that no honest load meets.
pub const WIDE: &str = "sessions_per_address_per_hour = 1000000\nrequests_per_address_per_minute = 10000000\n\
                        messages_per_visitor_per_minute = 100000\n";

/// Running proxies. Dropping it ends them.
#[derive(Debug)]
pub struct Site {
    proxies: Vec<Proxy>,
    redis: Option<Redis>,
    _folder: Folder,
}

#[derive(Debug)]
struct Proxy {
    port: u16,
    metrics: u16,
    config: PathBuf,
    program: PathBuf,
    process: Option<Process>,
}

/// A sandbox centre, with these settings besides the usual.
///
/// # Errors
///
/// When a setting is wrong, or no port can be had.
pub async fn centre(patch: &serde_json::Value) -> Result<Running> {
    let usual = json!({
        "app_key": APP_KEY, "app_secret": APP_SECRET, "channel_id": CHANNEL, "poll": "destructive",
        "idle_end_s": 0, "send_interval_ms": 0, "robot_delay_ms": 50, "max_contacts": 100_000,
    });
    let settings = Settings::default().patched(&usual)?.patched(patch)?;
    Ok(frontdesk_sandbox::spawn(settings).await?)
}

impl Desk {
    /// A desk of this id at this centre.
    #[must_use]
    pub fn at(id: &'static str, centre: &str) -> Self {
        Self { id, centre: centre.to_owned(), cec: String::new(), sections: String::new() }
    }
}

impl Site {
    /// Starts all of it.
    ///
    /// # Errors
    ///
    /// When something is not there, or does not come up.
    pub async fn open(setup: &Setup<'_>) -> Result<Self> {
        ensure!(
            setup.kept == Kept::Redis || setup.proxies == 1,
            "these proxies would know nothing of each other"
        );
        let folder = Folder::temporary()?;
        let assets = folder.path().join("assets");
        fs::create_dir_all(assets.join("assets"))?;
        fs::write(assets.join("assets/large.bin"), vec![b'x'; LARGE_BYTES])?;
        let redis = match setup.kept {
            Kept::Redis => Some(Redis::start(folder.path(), &folder.path().join("redis.log")).await?),
            Kept::Memory | Kept::File => None,
        };
        let mut proxies = Vec::new();
        for number in 1..=setup.proxies {
            let [port, metrics] = free_ports()?;
            let own = folder.path().join(number.to_string());
            fs::create_dir_all(&own)?;
            let store = match (&redis, setup.kept) {
                (Some(redis), _) => redis.url(),
                (None, Kept::Memory) => "memory".to_owned(),
                (None, _) => format!("redb:{}", own.join("frontdesk.redb").display()),
            };
            let config = own.join("frontdesk.toml");
            fs::write(&config, config_of(setup, [port, metrics], &assets, &store)?)?;
            let mut proxy = Proxy { port, metrics, config, program: setup.program.to_owned(), process: None };
            proxy.start().await?;
            proxies.push(proxy);
        }
        Ok(Self { proxies, redis, _folder: folder })
    }

    /// Where the proxies listen.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.proxies.iter().map(|proxy| address(proxy.port)).collect()
    }

    /// Where the first one listens.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn address(&self) -> Result<SocketAddr> {
        self.addresses().first().copied().context("there is no proxy")
    }

    /// Asks a proxy to end, as whoever rolls out a new version does, and starts it again when it has. Answers how long
    /// it took to end.
    ///
    /// # Errors
    ///
    /// When it does not end within [`STOP_MAX`], or does not come up.
    pub async fn restart(&mut self, number: usize) -> Result<Duration> {
        let proxy = self.proxies.get_mut(number).context("there is no such proxy")?;
        let mut process = proxy.process.take().context("it does not run")?;
        let asked = Instant::now();
        process.stop(STOP_MAX).await?;
        let took = asked.elapsed();
        proxy.start().await?;
        Ok(took)
    }

    /// Bytes that the first proxy has in memory.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn resident(&self) -> Result<u64> {
        memory::resident(self.first()?.id())
    }

    /// What the first proxy has used of the processors so far.
    ///
    /// # Errors
    ///
    /// When it does not run.
    pub fn spent(&self) -> Result<Duration> {
        Ok(self.first()?.spent())
    }

    /// What the store has used of them, where it is a program of its own.
    #[must_use]
    pub fn store_spent(&self) -> Duration {
        self.redis.as_ref().map(Redis::spent).unwrap_or_default()
    }

    fn first(&self) -> Result<&Process> {
        self.proxies.first().and_then(|proxy| proxy.process.as_ref()).context("it does not run")
    }

    /// The sum of a figure of a proxy over all series that hold these labels.
    ///
    /// # Errors
    ///
    /// When it does not tell.
    pub async fn figure(&self, number: usize, name: &str, labels: &[&str]) -> Result<f64> {
        let proxy = self.proxies.get(number).context("there is no such proxy")?;
        let api = Api::to(&format!("http://{}", address(proxy.metrics)));
        let reply = api.ask(hyper::Method::GET, "/metrics", None, None).await?;
        let text = String::from_utf8(reply.body.to_vec())?;
        let of_name = |line: &&str| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']))
                && labels.iter().all(|label| line.contains(label))
        };
        let value = |line: &str| line.rsplit_once(' ').and_then(|(_, value)| value.parse::<f64>().ok());
        Ok(text.lines().filter(of_name).filter_map(value).sum())
    }

    /// What the first proxy has logged: warnings and errors.
    #[must_use]
    pub fn log(&self) -> String {
        let log = self.proxies.first().map(Proxy::log);
        log.and_then(|log| fs::read_to_string(log).ok()).unwrap_or_default()
    }
}

impl Proxy {
    async fn start(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.args(["serve", "--config"]).arg(&self.config);
        command.current_dir(self.config.parent().unwrap_or(Path::new("/")));
        let log = self.log();
        let process = self.process.insert(Process::start(&mut command, &log)?);
        let listens = process.listens(self.port).await;
        listens.with_context(|| fs::read_to_string(&log).unwrap_or_default())
    }

    fn log(&self) -> PathBuf {
        self.config.with_file_name("proxy.log")
    }
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn config_of(setup: &Setup<'_>, [port, metrics]: [u16; 2], assets: &Path, store: &str) -> Result<String> {
    let assets = assets.to_str().context("the folder for temporary files has a name that is not UTF-8")?;
    let mut text = format!(
        "listen = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\n\
         metrics_listen = \"127.0.0.1:{metrics}\"\nassets = {assets:?}\nstore = {store:?}\nlog = \"warn\"\n\n\
         [limits]\n{}\n",
        setup.limits
    );
    for Desk { id, centre, cec, sections } in &setup.desks {
        write!(
            text,
            "[[desks]]\nid = \"{id}\"\norigins = []\n\n[desks.cec]\nbase_url = \"{centre}\"\n\
             app_key = \"{APP_KEY}\"\napp_secret = \"{APP_SECRET}\"\nchannel_id = \"{CHANNEL}\"\n\
             poll = \"destructive\"\npoll_interval_ms = [500, 2000]\n{cec}\n{sections}\n\n"
        )?;
    }
    Ok(text)
}
