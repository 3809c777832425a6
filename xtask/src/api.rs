//! `api`: the visitor API against its own description. schemathesis makes requests from the OpenAPI document, right and wrong
//! ones, and checks every answer; the proxy is the real one, its centre the sandbox.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::demo::{Health, Part, wait_until_healthy};
use crate::install::{self, Need};
use crate::paths;
use crate::proc;

/// More than it takes: it is stopped then, and has failed.
const LONGEST: Duration = Duration::from_secs(300);

/// The proxy of this test: as in `demo/`, with every offer, and no limit that a quick client would meet.
const SETTINGS: &str = r#"
retention_hours = 1
store = "memory"

[limits]
sessions = 1000000
sessions_per_address_per_hour = 1000000
requests_per_address_per_minute = 10000000
messages_per_visitor_per_minute = 100000
files_per_visitor_per_minute = 100000
file_reads_per_visitor_per_minute = 100000
connects_per_visitor_per_minute = 100000
suggestions_per_visitor_per_minute = 100000
feedback_per_visitor_per_minute = 100000
history_per_visitor_per_minute = 100000
left_messages_per_visitor_per_hour = 100000
calls_per_visitor_per_hour = 100000
files_per_visitor = 100000

[[desks]]
id = "shop"
origins = ["http://localhost:8081"]
title = "Leaf & Kiln"
suggestions = true

[desks.leave_message]
countries = ["CN"]

[desks.cec]
app_key = "app-key-demo"
app_secret = "app-secret-demo"
channel_id = "202201077401331370"
dialect = "2.6"
history = true
locations = true
text_max_bytes = 1500
poll_interval_ms = [500, 5000]
"#;

/// Installs what is missing, builds and tries.
///
/// # Errors
///
/// What cannot be started, and what schemathesis found.
pub(crate) fn run() -> Result<()> {
    install::run(&Need::api())?;
    proc::run(&mut proc::cargo("build --package frontdesk-proxy --package frontdesk-sandbox --bins"))?;
    let folder = paths::target().join("api");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let ports = free_ports()?;
    let mut parts = start(&folder, ports)?;
    let found = try_all(&folder, ports[0]);
    for part in &mut parts {
        part.ensure_alive()?;
    }
    // The proxy first, so that it can still tell the centre.
    while let Some(part) = parts.pop() {
        drop(part);
    }
    found
}

/// The ports of proxy, centre and gateway.
fn free_ports() -> Result<[u16; 3]> {
    let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port");
    let listeners = [free()?, free()?, free()?];
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr().context("a port has no number")?.port();
    }
    Ok(ports)
}

fn start(folder: &Path, [proxy, centre, gateway]: [u16; 3]) -> Result<Vec<Part>> {
    let own = format!(
        "listen = \"127.0.0.1:{proxy}\"\npublic_url = \"http://127.0.0.1:{proxy}\"\nspool = \"{}\"\n{SETTINGS}\
         base_url = \"http://127.0.0.1:{centre}\"\n\n[desks.calls]\ngateways = [\"ws://127.0.0.1:{gateway}\"]\n",
        folder.join("spool").display()
    );
    let settings = folder.join("frontdesk.toml");
    fs::write(&settings, own).with_context(|| format!("cannot write {}", settings.display()))?;
    let programs = paths::target().join("debug");
    let mut parts = Vec::new();
    parts.push(Part::start(
        "sandbox centre",
        proc::command(programs.join("frontdesk-sandbox"))
            .args(["--history", "true", "--listen", &format!("127.0.0.1:{centre}")])
            .args(["--gateway", &format!("127.0.0.1:{gateway}"), "--log", "warn"]),
        &folder.join("sandbox.log"),
        Health::Page(centre),
        false,
    )?);
    wait_until_healthy(&mut parts, &|| true)?;
    parts.push(Part::start(
        "proxy",
        proc::command(programs.join("frontdesk")).args(["serve", "--config"]).arg(&settings),
        &folder.join("proxy.log"),
        Health::Page(proxy),
        false,
    )?);
    wait_until_healthy(&mut parts, &|| true)?;
    Ok(parts)
}

fn try_all(folder: &Path, proxy: u16) -> Result<()> {
    let hooks = paths::root().join("xtask/schemathesis");
    let url = format!("http://127.0.0.1:{proxy}");
    let mut command = proc::command("timeout");
    command
        // In our process group, as proxy and centre are: Ctrl-C ends all of them.
        .arg("--foreground")
        .arg(LONGEST.as_secs().to_string())
        .arg(install::schemathesis()?)
        .arg("--config-file")
        .arg(hooks.join("schemathesis.toml"))
        .args(["run", "--checks", "all", "--no-color", "--report", "junit", "--report-dir"])
        .arg(folder.join("report"))
        .args(["--url", &url, &format!("{url}/v1/openapi.json")])
        .current_dir(folder)
        .env("PYTHONPATH", &hooks)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("FRONTDESK_URL", &url);
    let started = Instant::now();
    let status = command.status().context("cannot start schemathesis")?;
    match status.code() {
        Some(0) => {}
        // As timeout(1) says it.
        Some(124) => bail!("schemathesis was not done after {} s", LONGEST.as_secs()),
        _ => bail!("the API and its description differ, see above; the logs are in {}", folder.display()),
    }
    println!("the API is as described: {} s", started.elapsed().as_secs());
    Ok(())
}
