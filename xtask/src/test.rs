//! `test`: all steps, one after the other; the first that fails stops the run.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::api;
use crate::bundle;
use crate::check;
use crate::fuzz::{self, Fuzz};
use crate::install::{self, Browser, Need};
use crate::package;
use crate::paths;
use crate::proc;
use crate::second_look;
use crate::simulation;
use crate::size;

/// What to test.
pub(crate) struct Test {
    /// Leave out everything that needs a browser.
    pub(crate) quick: bool,
    /// Browsers for the widget's own tests; what follows for whole journeys, [`Browser::for_journeys`] says.
    pub(crate) browsers: Vec<Browser>,
}

/// The module of the journeys that need network namespaces.
const NETWORKS: &str = "network::";

/// What `target` takes after a first run of everything, in GB of 10^9 bytes, without what helps to build again.
const ROOM_GB: u64 = 12;

type Work = Box<dyn FnOnce() -> Result<()>>;

struct Step {
    name: String,
    work: Work,
}

fn step(name: impl Into<String>, work: impl FnOnce() -> Result<()> + 'static) -> Step {
    Step { name: name.into(), work: Box::new(work) }
}

fn steps(test: &Test) -> Vec<Step> {
    let browsers = if test.quick { Vec::new() } else { test.browsers.clone() };
    let journeys = Browser::for_journeys(&browsers);
    let need = Need::test(&browsers);
    let mut steps = vec![
        step("install what is missing", move || install::run(&need)),
        step("check", check::check),
        step("native tests", || second_look::run("--workspace --exclude frontdesk-e2e", &[], |_| ())),
        step("simulation", simulation::test),
        step("hostile input", || fuzz::run(&Fuzz::quick())),
        step("API and description", api::run),
        step("build", || bundle::build(false)),
        step("size", size::run),
    ];
    for browser in browsers {
        steps.push(step(format!("widget in {}", browser.name()), move || in_browser(browser)));
    }
    if journeys.is_empty() {
        return steps;
    }
    steps.push(step("npm package", package::build));
    steps.push(step("gallery", || bundle::gallery().map(drop)));
    steps.push(step("proxy and sandbox for the journeys", || {
        proc::run(&mut proc::cargo("build --package frontdesk-proxy --package frontdesk-sandbox"))
    }));
    for browser in journeys {
        let (name, tests) = match browser {
            Browser::Chromium => ("journeys", ""),
            Browser::Firefox | Browser::Webkit => (
                "smoke",
                " --test smoke --test hostile --test page_cache --test covering --test accessibility",
            ),
        };
        steps.push(step(format!("{name} in {}", browser.name()), move || {
            let mut harness: &[&str] = &[];
            if browser == Browser::Chromium && !makes_networks() {
                println!("left out: calls whose network changes, as this system makes no network namespaces with links (root?)");
                harness = &["--skip", NETWORKS];
            }
            second_look::run(&format!("--package frontdesk-e2e{tests}"), harness, |command| {
                // A proxy of somebody's own is not the one to be tested.
                command.env("FRONTDESK_BROWSER", browser.name()).env_remove("FRONTDESK_BIN");
                command.env("FRONTDESK_GALLERY", paths::target().join("demo-gallery"));
            })
        }));
    }
    steps
}

/// Says it if a first build will fill the disk: it would only tell so after a quarter of an hour, in words of a linker.
fn look_at_room() {
    let target = paths::target();
    if target.join("debug/deps").exists() && target.join("widget").exists() {
        return;
    }
    let Ok(table) = proc::output(proc::command("df").args(["-Pk", "."])) else { return };
    if let Some(free) = free_gb(&table).filter(|free| *free < ROOM_GB) {
        println!("{free} GB are free on this disk; a first run takes {ROOM_GB} GB and more");
    }
}

/// Reads what `df -Pk` prints of one disk.
fn free_gb(table: &str) -> Option<u64> {
    let kilobytes: u64 = table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes * 1_024 / 1_000_000_000)
}

/// Runs all steps.
///
/// # Errors
///
/// The first step that fails, by name.
pub(crate) fn run(test: &Test) -> Result<()> {
    look_at_room();
    let steps = steps(test);
    let count = steps.len();
    let started = Instant::now();
    let mut times: Vec<(String, Duration)> = Vec::new();
    for (number, step) in (1..).zip(steps) {
        println!("\n[{number}/{count}] {} ({} s so far)", step.name, started.elapsed().as_secs());
        let begun = Instant::now();
        let result = (step.work)();
        times.push((step.name.clone(), begun.elapsed()));
        if result.is_err() {
            summary(&times, "failed");
        }
        result.with_context(|| format!("step {number} of {count}, {}", step.name))?;
    }
    summary(&times, "passed");
    println!("all {count} steps passed in {} s", started.elapsed().as_secs());
    Ok(())
}

fn summary(times: &[(String, Duration)], last: &str) {
    println!();
    for (number, (name, time)) in (1..).zip(times) {
        let outcome = if number == times.len() { last } else { "passed" };
        println!("  {outcome}  {name:<28} {:>7.1} s", time.as_secs_f32());
    }
}

/// Whether the system makes network namespaces, with a link in them; many containers may not.
fn makes_networks() -> bool {
    let mut command = proc::command("unshare");
    proc::succeeds(
        command.args(["--net", "ip", "link", "add", "here", "type", "veth", "peer", "name", "there"]),
    )
}

fn in_browser(browser: Browser) -> Result<()> {
    let wasm_pack = install::wasm_pack()?;
    let mut command = match browser {
        Browser::Webkit => {
            let mut command = proc::command("xvfb-run");
            command.arg("-a").arg(wasm_pack).env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
            command
        }
        Browser::Chromium | Browser::Firefox => proc::command(wasm_pack),
    };
    command.args(["test", "--headless", "--mode", "no-install"]);
    match browser {
        Browser::Chromium => command.args(["--chrome", "--chromedriver", "/usr/bin/chromedriver"]),
        Browser::Firefox => command.args(["--firefox", "--geckodriver"]).arg(install::geckodriver()?),
        Browser::Webkit => command.args(["--safari", "--safaridriver", "/usr/bin/WebKitWebDriver"]),
    };
    command.args(["--", "--package", "frontdesk"]);
    // A busy machine starts a browser slowly.
    command.env("WASM_BINDGEN_TEST_TIMEOUT", "120").env("PATH", install::path()?);
    proc::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    fn names(quick: bool, browsers: &[Browser]) -> Vec<String> {
        let test = Test { quick, browsers: browsers.to_vec() };
        steps(&test).into_iter().map(|step| step.name).collect()
    }

    #[test]
    fn quick_leaves_out_the_browsers() {
        let quick = names(true, &Browser::ALL);
        let all = names(false, &Browser::ALL);
        assert!(all.starts_with(&quick));
        let browsers = all.iter().filter(|name| Browser::ALL.iter().any(|own| name.ends_with(own.name())));
        assert_eq!(browsers.count(), 2 * Browser::ALL.len());
        assert!(!quick.iter().any(|name| Browser::ALL.iter().any(|own| name.ends_with(own.name()))));
    }

    #[test]
    fn the_room_on_a_disk_is_read() {
        let table = "Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
                     /dev/vda         263112772 48000000  12000000      51% /\n";
        assert_eq!(free_gb(table), Some(12));
        assert_eq!(free_gb("df: no such file"), None);
    }

    #[test]
    fn what_may_be_left_out_is_there() {
        let tests = std::fs::read_to_string(paths::root().join("tests/e2e/tests/lab/main.rs")).unwrap();
        assert!(tests.contains(&format!("mod {};", NETWORKS.trim_end_matches(':'))));
    }

    #[test]
    fn journeys_go_through_every_browser_by_default() {
        let all = names(false, &[Browser::Chromium]);
        for step in ["widget in chromium", "journeys in chromium", "smoke in firefox", "smoke in webkit"] {
            assert!(all.iter().any(|name| name == step), "{step}");
        }
    }
}
