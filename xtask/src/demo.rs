//! `demo`: the whole of Frontdesk on this machine, with a shop to try it in.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::bundle;
use crate::install::{self, Need};
use crate::lan;
use crate::paths;
use crate::proc;
use crate::shop::{self, Shop};

const START: Duration = Duration::from_secs(20);
const STOP: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(100);
const LAST_LINES: usize = 15;

/// What to do.
pub(crate) struct Demo {
    pub(crate) ports: Ports,
    /// Keep the store of the last demo.
    pub(crate) keep: bool,
    /// Open the shop in a browser.
    pub(crate) open: bool,
    /// Show the logs.
    pub(crate) verbose: bool,
    /// Serve all by TLS at this address as well, which others in the network can reach.
    pub(crate) lan: Option<IpAddr>,
}

/// Where the parts listen, all on loopback; with `--lan` the same ports elsewhere lead to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) proxy: u16,
    pub(crate) shop: u16,
    pub(crate) centre: u16,
    /// The centre's gateway for calls.
    pub(crate) gateway: u16,
}

impl Default for Ports {
    /// The ports that the files in `demo/` name.
    fn default() -> Self {
        Self { proxy: 8080, shop: 8081, centre: 8090, gateway: 8095 }
    }
}

/// Builds, starts, and waits until Ctrl-C or until a part dies.
pub(crate) fn run(demo: &Demo) -> Result<()> {
    let Ports { proxy, shop, centre, gateway } = demo.ports;
    for (port, part) in [(proxy, "proxy"), (shop, "shop"), (centre, "sandbox centre"), (gateway, "gateway")] {
        for address in [Some(Ipv4Addr::LOCALHOST.into()), demo.lan].into_iter().flatten() {
            ensure_free(address, port, part)?;
        }
    }
    install::run(&Need::build())?;
    bundle::build(false)?;
    println!("Building proxy and sandbox");
    let mut build = proc::cargo("build --release --package frontdesk-proxy --package frontdesk-sandbox");
    if demo.lan.is_some() {
        build.args(["--package", "frontdesk-lan"]);
    }
    proc::run(&mut build)?;

    let folder = prepare(demo)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).context("cannot listen for Ctrl-C")?;
    }
    let goes_on = || !stop.load(Ordering::Relaxed);

    let addresses = Addresses::of(demo);
    let desk = addresses.desk.clone();
    let gallery = bundle::gallery()?;
    let folder_of_shop = paths::root().join("www/demo/shop");
    shop::serve(Shop { folder: folder_of_shop, gallery, desk: desk.clone() }, shop)?;
    let release = paths::target().join("release");
    // A process group of its own for each, so that Ctrl-C reaches us first and the order of stopping is ours.
    let program = |name: &str| {
        let mut command = proc::command(release.join(name));
        command.process_group(0);
        command
    };
    let mut parts = Vec::new();
    parts.push(Part::start(
        "sandbox centre",
        program("frontdesk-sandbox")
            .args(["--listen", &format!("127.0.0.1:{centre}")])
            .args(["--gateway", &format!("127.0.0.1:{gateway}"), "--config"])
            .arg(folder.join("sandbox.toml")),
        &folder.join("sandbox.log"),
        Health::Page(centre),
        demo.verbose,
    )?);
    wait_until_healthy(&mut parts, &goes_on)?;
    parts.push(Part::start(
        "proxy",
        program("frontdesk").args(["serve", "--config"]).arg(folder.join("frontdesk.toml")),
        &folder.join("proxy.log"),
        Health::Page(proxy),
        demo.verbose,
    )?);
    wait_until_healthy(&mut parts, &goes_on)?;
    if let Some(address) = demo.lan {
        parts.push(Part::start(
            "way from the network",
            program("frontdesk-lan")
                .args(["--address", &address.to_string()])
                .args([proxy, shop, centre, gateway].map(|port| port.to_string())),
            &folder.join("lan.log"),
            Health::Port(SocketAddr::new(address, gateway)),
            demo.verbose,
        )?);
        wait_until_healthy(&mut parts, &goes_on)?;
    }
    if !goes_on() {
        return Ok(());
    }

    let Addresses { page, centre, .. } = addresses;
    println!(
        "
Frontdesk runs. Ctrl-C stops it.

  shop          {page}  (中文: {page}zh/)
  studio        {page}studio/
  gallery       {page}gallery
  agent page    {centre}/agent
  inline page   {desk}/inline
  health        {desk}/readyz
  logs          {}
",
        folder.display()
    );
    if let Some(address) = demo.lan {
        warn_of_lan(address, demo.ports, &folder.join("lan.log"));
    }
    if demo.open {
        open_browser(&page);
    }
    while goes_on() {
        for part in &mut parts {
            part.ensure_alive()?;
        }
        thread::sleep(TICK);
    }
    println!("\nStopping");
    // The proxy first, so that it can still tell the centre.
    while let Some(part) = parts.pop() {
        drop(part);
    }
    Ok(())
}

/// What browsers are told.
struct Addresses {
    desk: String,
    page: String,
    centre: String,
}

impl Addresses {
    fn of(demo: &Demo) -> Self {
        let Ports { proxy, shop, centre, .. } = demo.ports;
        match demo.lan {
            None => Self {
                desk: format!("http://127.0.0.1:{proxy}"),
                page: format!("http://localhost:{shop}/"),
                centre: format!("http://127.0.0.1:{centre}"),
            },
            Some(address) => Self {
                desk: format!("https://{}", SocketAddr::new(address, proxy)),
                page: format!("https://{}/", SocketAddr::new(address, shop)),
                centre: format!("https://{}", SocketAddr::new(address, centre)),
            },
        }
    }
}

/// Says who can reach the demo now, and what a telephone has to be told.
fn warn_of_lan(address: IpAddr, ports: Ports, log: &Path) {
    let log = fs::read_to_string(log).unwrap_or_default();
    let print = log.lines().find_map(|line| line.strip_prefix("certificate ")).unwrap_or("printed above");
    println!(
        "Everybody in the network of {address} can reach the demo, its agent page and the sandbox centre, without a
password, until it is stopped.

The certificate is this machine's own: a browser warns of it, once for each of these. Open them one after the
other, compare the fingerprint if you can, and go on:
  https://{}/readyz  https://{}/livez  https://{}/  https://{}/
  SHA-256 {print}
",
        SocketAddr::new(address, ports.proxy),
        SocketAddr::new(address, ports.centre),
        SocketAddr::new(address, ports.gateway),
        SocketAddr::new(address, ports.shop),
    );
}

fn ensure_free(address: IpAddr, port: u16, part: &str) -> Result<()> {
    TcpListener::bind((address, port)).map(drop).with_context(|| {
        format!("port {port} of the {part} is not to be had at {address}; choose others with --ports")
    })
}

/// Writes the settings with the ports of this demo into `target/demo`, where the store lies as well.
fn prepare(demo: &Demo) -> Result<PathBuf> {
    let folder = paths::root().join("target/demo");
    if !demo.keep && folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for name in ["frontdesk.toml", "sandbox.toml"] {
        let source = paths::root().join("demo").join(name);
        let settings =
            fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
        let settings = with_ports(&settings, demo.ports);
        let settings = match (demo.lan, name) {
            (None, _) => settings,
            (Some(address), "sandbox.toml") => lan::centre(&settings, address, demo.ports),
            (Some(address), _) => lan::proxy(&settings, address, demo.ports),
        };
        fs::write(folder.join(name), settings)
            .with_context(|| format!("cannot write {name} to {}", folder.display()))?;
    }
    Ok(folder)
}

/// Replaces the default ports in addresses, all at once, so that ports may also be swapped.
fn with_ports(settings: &str, ports: Ports) -> String {
    let usual = Ports::default();
    let map = [
        (usual.proxy, ports.proxy),
        (usual.shop, ports.shop),
        (usual.centre, ports.centre),
        (usual.gateway, ports.gateway),
    ];
    let mut parts = settings.split(':');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push(':');
        let end = part.find(|char: char| !char.is_ascii_digit()).unwrap_or(part.len());
        let (port, rest) = part.split_at(end);
        match map.iter().find(|(usual, _)| usual.to_string() == port) {
            Some((_, wanted)) => text.push_str(&wanted.to_string()),
            None => text.push_str(port),
        }
        text.push_str(rest);
    }
    text
}

/// A program of the demo, or of a test. Dropping it stops it.
pub(crate) struct Part {
    name: &'static str,
    child: Child,
    log: PathBuf,
    health: Health,
}

/// How a part shows that it works.
pub(crate) enum Health {
    /// It answers `/livez` at this port of loopback.
    Page(u16),
    /// It takes connections there.
    Port(SocketAddr),
}

impl Part {
    /// Whoever gives it a process group of its own has to stop it when Ctrl-C comes.
    pub(crate) fn start(
        name: &'static str,
        command: &mut Command,
        log: &Path,
        health: Health,
        verbose: bool,
    ) -> Result<Self> {
        if !verbose {
            let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
            let copy = file.try_clone().with_context(|| format!("cannot write {}", log.display()))?;
            command.stdout(file).stderr(copy);
        }
        let child =
            command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start the {name}"))?;
        Ok(Self { name, child, log: log.to_path_buf(), health })
    }

    /// Whether it still runs; its last lines are shown when it does not.
    pub(crate) fn ensure_alive(&mut self) -> Result<()> {
        let Some(status) =
            self.child.try_wait().with_context(|| format!("cannot watch the {}", self.name))?
        else {
            return Ok(());
        };
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(LAST_LINES)) {
            eprintln!("  {line}");
        }
        bail!("the {} stopped by itself ({status}); its last lines are above", self.name)
    }

    fn is_healthy(&self) -> bool {
        let port = match self.health {
            Health::Page(port) => port,
            Health::Port(address) => return TcpStream::connect(address).is_ok(),
        };
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            write!(stream, "GET /livez HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let running = |child: &mut Child| matches!(child.try_wait(), Ok(None));
        if !running(&mut self.child) {
            return;
        }
        proc::succeeds(Command::new("kill").args(["-TERM", &pid]));
        let asked = Instant::now();
        while running(&mut self.child) && asked.elapsed() < STOP {
            thread::sleep(TICK);
        }
        if running(&mut self.child) {
            eprintln!("the {} did not stop within {} s and was killed", self.name, STOP.as_secs());
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Waits for the part that was started last.
pub(crate) fn wait_until_healthy(parts: &mut [Part], goes_on: &impl Fn() -> bool) -> Result<()> {
    let started = Instant::now();
    while goes_on() {
        for part in &mut *parts {
            part.ensure_alive()?;
        }
        let Some(last) = parts.last() else { return Ok(()) };
        if last.is_healthy() {
            return Ok(());
        }
        if started.elapsed() > START {
            bail!(
                "the {} did not become healthy within {} s; see {}",
                last.name,
                START.as_secs(),
                last.log.display()
            );
        }
        thread::sleep(TICK);
    }
    Ok(())
}

/// Only where there is a screen; the address is printed anyhow.
fn open_browser(page: &str) {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if screen && proc::find("xdg-open") {
        "xdg-open"
    } else {
        return;
    };
    proc::succeeds(Command::new(program).arg(page));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_replaced_in_addresses_only() {
        let settings =
            "listen = \"127.0.0.1:8080\"\nbase_url = \"http://127.0.0.1:8090\"\nx = 8080\ny = \"a:80801\"";
        let swapped = with_ports(settings, Ports { proxy: 8090, shop: 1, centre: 8080, gateway: 2 });
        assert_eq!(
            swapped,
            "listen = \"127.0.0.1:8090\"\nbase_url = \"http://127.0.0.1:8080\"\nx = 8080\ny = \"a:80801\""
        );
        assert_eq!(with_ports(settings, Ports::default()), settings);
    }

    #[test]
    fn the_settings_name_the_default_ports() {
        let ports = Ports { proxy: 1, shop: 2, centre: 3, gateway: 4 };
        let text = fs::read_to_string(paths::root().join("demo/frontdesk.toml")).unwrap();
        let text = with_ports(&text, ports);
        for address in ["127.0.0.1:1\"", "localhost:2\"", "127.0.0.1:3\"", "127.0.0.1:4\""] {
            assert!(text.contains(address), "{address}");
        }
    }
}
