//! Everything between a visitor and an agent, as real programs on loopback that can be killed.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use frontdesk_faults::{Class, Plan, Proxy, Settings};
use frontdesk_load::redis::Redis;
use frontdesk_sandbox::Running;
use serde_json::json;
use tokio::sync::Mutex;

use crate::process::{Folder, Process, free_port, free_ports};
use crate::shop::{Place, Shop};
use crate::stack::{APP_KEY, APP_SECRET, CHANNEL, program, settings};

/// The proxy waits for its requests before it ends.
const STOP_MAX: Duration = Duration::from_secs(45);

/// Where the proxies keep what must not be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Each in a file of its own: there can be one proxy.
    File,
    /// All in one `redis-server` that writes before it answers.
    Redis,
}

/// A running site. Dropping it ends everything.
#[derive(Debug)]
pub struct Site {
    /// The centre: it deduplicates ids, hands messages out once and keeps a history.
    pub centre: Running,
    /// Between visitors and proxies: faults, and the balancer.
    pub near: Proxy,
    /// Between proxies and centre.
    pub far: Proxy,
    /// The shop that embeds the desk.
    pub shop: Shop,
    /// The proxies.
    pub instances: Vec<Mutex<Instance>>,
    /// When the logs of `near` and `far` begin.
    begun: Instant,
    /// Their store, if it is a program.
    pub redis: Option<Mutex<Redis>>,
    _folder: Folder,
}

/// The desk of the proxies.
pub const DESK: &str = "shop";

impl Site {
    /// Starts so many proxies and all around them. There are no faults yet.
    ///
    /// # Errors
    ///
    /// When something has not been built, or does not come up.
    pub async fn open(kept: Kept, instances: usize, name: &str) -> Result<Self> {
        if kept == Kept::File && instances != 1 {
            bail!("a file is for one proxy");
        }
        let assets = crate::root().join("dist");
        if !assets.join("frontdesk.js").is_file() {
            bail!("there is no dist/: run `cargo xtask build` first");
        }
        fs::create_dir_all(crate::output())?;
        let program = program()?;
        let folder = Folder::temporary()?;
        let centre = frontdesk_sandbox::spawn(settings(&json!({
            "message_id": "deduplicated", "poll": "destructive", "agent_capacity": 200, "auto_assign": true,
            "idle_end_s": 0, "send_interval_ms": 0, "survey": "WEB",
        }))?);
        let centre = centre.await?;
        let far = Settings {
            listen: address(free_port()?),
            classes: Class::of_centres(),
            ..Settings::to(vec![socket_of(&centre.base_url)?])
        };
        let begun = Instant::now();
        let far = Proxy::start(far).await?;
        let redis = match kept {
            Kept::File => None,
            Kept::Redis => Some(Redis::start(folder.path(), &log(name, "redis")).await?),
        };
        let place = Place::take().await?;
        let near_address = address(free_port()?);
        let mut all = Vec::new();
        for number in 1..=instances {
            let [port, metrics] = free_ports()?;
            let store = match &redis {
                Some(redis) => redis.url(),
                None => format!("redb:{}", folder.path().join("frontdesk.redb").display()),
            };
            let own = folder.path().join(number.to_string());
            fs::create_dir_all(&own)?;
            let config = own.join("frontdesk.toml");
            let text =
                config_of([port, metrics], near_address, &place.origin(), &far.url(), &assets, &store)?;
            fs::write(&config, text).with_context(|| format!("cannot write {}", config.display()))?;
            let log = log(name, &format!("proxy-{number}"));
            let mut instance =
                Instance { port, config, program: program.clone(), log, starts: 0, process: None };
            instance.start().await?;
            all.push(instance);
        }
        let near = Settings {
            listen: near_address,
            ..Settings::to(all.iter().map(|own| address(own.port)).collect())
        };
        let near = Proxy::start(near).await?;
        let shop = place.open(&near.url());
        Ok(Self {
            centre,
            near,
            far,
            shop,
            instances: all.into_iter().map(Mutex::new).collect(),
            begun,
            redis: redis.map(Mutex::new),
            _folder: folder,
        })
    }

    /// Faults on both links from now on.
    ///
    /// # Errors
    ///
    /// When the plan cannot be followed.
    pub fn disturb(&self, plan: &Plan) -> Result<()> {
        self.near.set_plan(plan.clone())?;
        self.far.set_plan(Plan { seed: plan.seed.wrapping_add(1), ..plan.clone() })?;
        Ok(())
    }

    /// No more faults.
    pub fn heal(&self) {
        self.near.heal();
        self.far.heal();
    }

    /// Kills this proxy and starts it again.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn kill_proxy(&self, number: usize) -> Result<()> {
        let mut instance = self.instances.get(number).context("there is no such proxy")?.lock().await;
        instance.kill();
        instance.start().await
    }

    /// Asks this proxy to end, and starts it again.
    ///
    /// # Errors
    ///
    /// When it does not end, or does not come up.
    pub async fn restart_proxy(&self, number: usize) -> Result<()> {
        let mut instance = self.instances.get(number).context("there is no such proxy")?.lock().await;
        instance.stop().await?;
        instance.start().await
    }

    /// Kills the store and starts it again.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn kill_store(&self) -> Result<()> {
        let redis = self.redis.as_ref().context("the store is no program")?;
        redis.lock().await.kill_and_start().await
    }

    /// Faults so far between visitors and proxies, and between proxies and centre.
    #[must_use]
    pub fn faults(&self) -> [u64; 2] {
        [&self.near, &self.far]
            .map(|proxy| proxy.figures().faults.values().flat_map(|kinds| kinds.values()).sum())
    }

    /// Milliseconds as the log of `far` counts them.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// How many requests of this class have come from visitors.
    #[must_use]
    pub fn requests(&self, class: &str) -> u64 {
        self.near.figures().requests.get(class).copied().unwrap_or(0)
    }
}

/// One proxy.
#[derive(Debug)]
pub struct Instance {
    port: u16,
    config: PathBuf,
    program: PathBuf,
    log: PathBuf,
    starts: u32,
    process: Option<Process>,
}

impl Instance {
    async fn start(&mut self) -> Result<()> {
        self.starts += 1;
        let mut command = Command::new(&self.program);
        command.args(["serve", "--config"]).arg(&self.config);
        command.current_dir(self.config.parent().unwrap_or(Path::new("/")));
        // The last two lives are enough to see what went wrong.
        let log = self.log.with_extension(format!("{}.log", self.starts % 2));
        let process = self.process.insert(Process::start(&mut command, &log)?);
        process.listens(self.port).await.with_context(|| format!("see {}", log.display()))
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    async fn stop(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.stop(STOP_MAX).await,
            None => Ok(()),
        }
    }
}

fn log(name: &str, part: &str) -> PathBuf {
    crate::output().join(format!("{name}.{part}.log"))
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn socket_of(url: &str) -> Result<SocketAddr> {
    url.trim_start_matches("http://").parse().with_context(|| format!("{url} has no address"))
}

fn config_of(
    [port, metrics]: [u16; 2],
    desk: SocketAddr,
    shop: &str,
    centre: &str,
    assets: &Path,
    store: &str,
) -> Result<String> {
    let assets = assets.to_str().context("the repository lies in a folder whose name is not UTF-8")?;
    Ok(format!(
        r#"listen = "127.0.0.1:{port}"
public_url = "http://{desk}"
metrics_listen = "127.0.0.1:{metrics}"
assets = {assets:?}
store = {store:?}
log = "info"

[limits]
sessions_per_address_per_hour = 1000000
requests_per_address_per_minute = 10000000
messages_per_visitor_per_minute = 100000

[[desks]]
id = "{DESK}"
origins = ["{shop}"]

[desks.cec]
base_url = "{centre}"
app_key = "{APP_KEY}"
app_secret = "{APP_SECRET}"
channel_id = "{CHANNEL}"
dialect = "2.6"
message_id = "deduplicated"
poll = "destructive"
history = true
poll_interval_ms = [100, 1000]
"#
    ))
}
