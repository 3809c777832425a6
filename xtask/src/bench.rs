//! `bench`: what a message more costs in a long conversation; first in a real browser, then natively.

pub(crate) mod calls;
pub(crate) mod delivery;
pub(crate) mod host;
pub(crate) mod proxy;
mod report;
mod site;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use self::report::Case;
use self::site::Word;
use crate::bundle;
use crate::install::{self, Need};
use crate::paths;
use crate::proc;
use crate::visitor;

const CHROMIUM: &str = "/usr/bin/chromium";
/// As in the browser tests.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
/// Exact figures of memory at once, each after garbage was collected; nothing kept of the page before.
const MEASURING_FLAGS: [&str; 4] = [
    "--enable-precise-memory-info",
    "--js-flags=--expose-gc",
    "--enable-blink-features=ForceEagerMeasureMemory",
    "--disable-features=BackForwardCache",
];
/// The browser has so long for everything.
const DEADLINE: Duration = Duration::from_secs(180);

/// What to measure.
pub(crate) struct Bench {
    pub(crate) browser: bool,
    pub(crate) native: bool,
    /// For the native half.
    pub(crate) words: Vec<String>,
}

/// Measures and prints.
///
/// # Errors
///
/// If something could not be measured; never for a figure.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    if bench.browser {
        install::run(&Need::bench())?;
        in_browser()?;
    }
    if bench.native {
        if bench.browser {
            println!("\nThe core natively, and the proxy");
        }
        visitor::run("frontdesk-bench", &bench.words)?;
    }
    Ok(())
}

/// Where it is measured, in a sentence.
fn machine() -> String {
    let value = |file: &str, name: &str, end: char| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap_or("?");
        line.trim_matches(|sign: char| sign == end || sign.is_whitespace()).to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!(
        "{}, {cores} cores of {}, no GPU, load {} before it began.",
        value("/etc/os-release", "PRETTY_NAME=", '"'),
        value("/proc/cpuinfo", "model name", ':'),
        load.split(' ').next().unwrap_or("?"),
    )
}

fn in_browser() -> Result<()> {
    let site = paths::target().join("bench/site");
    bundle::build_bench(&site)?;
    let version = proc::output(proc::command(CHROMIUM).arg("--version"))?;
    let (address, words) = site::serve(site)?;
    println!("Measuring in {}: takes a minute", version.trim());
    let mut browser = Browser::start(&address)?;
    let cases = collect(&words, &mut browser)?;
    drop(browser);
    println!("\n{}", report::table(&cases)?);
    Ok(())
}

fn collect(words: &Receiver<Word>, browser: &mut Browser) -> Result<Vec<Case>> {
    let begun = Instant::now();
    let mut cases = Vec::new();
    loop {
        match words.recv_timeout(Duration::from_millis(250)) {
            Ok(Word::Result(text)) => cases.push(Case::parse(&text)?),
            Ok(Word::Done) => return Ok(cases),
            Ok(Word::Fault(text)) => bail!("the page that measures failed: {text}"),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the server of the page has ended"),
        }
        if let Some(status) = browser.child.try_wait()? {
            bail!("Chromium has ended ({status}); its last words are in {}", browser.log.display());
        }
        if begun.elapsed() > DEADLINE {
            bail!(
                "Chromium did not finish in {} s: {} cases came; what it printed is in {}",
                DEADLINE.as_secs(),
                cases.len(),
                browser.log.display()
            );
        }
    }
}

/// A browser with a profile of its own; both go when this goes.
struct Browser {
    child: Child,
    profile: PathBuf,
    log: PathBuf,
}

impl Browser {
    fn start(address: &str) -> Result<Self> {
        let folder = paths::target().join("bench");
        let profile = folder.join(format!("profile-{}", std::process::id()));
        let log = folder.join("chromium.log");
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut user_data = std::ffi::OsString::from("--user-data-dir=");
        user_data.push(&profile);
        let child = Command::new(CHROMIUM)
            .args(FLAGS)
            .args(MEASURING_FLAGS)
            .arg(user_data)
            .arg(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {CHROMIUM}"))?;
        Ok(Self { child, profile, log })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its helpers end a moment later and may write until then.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.profile).is_ok() || !self.profile.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_that_of_the_tests() {
        let tests = fs::read_to_string(paths::root().join("webdriver.json")).unwrap();
        for word in FLAGS.iter().chain([&CHROMIUM]) {
            assert!(tests.contains(&format!("\"{word}\"")), "{word}");
        }
    }
}
