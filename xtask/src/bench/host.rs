//! `bench host`: what the tag costs a page that nobody clicks on, beside the page without it, into `docs/performance.md`.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use super::machine;
use crate::bundle;
use crate::install::{self, Browser, Need};
use crate::paths;
use crate::proc;
use crate::prove::{self, figures};

/// What the figures depend on.
const MEASURED: [&str; 3] = ["www/loader", "www/demo/shop", "tests/e2e/src"];

/// Measures, prints and writes the figures. `rounds`: how often each page is loaded.
///
/// # Errors
///
/// If something could not be measured; never for a figure.
pub(crate) fn run(rounds: u32) -> Result<()> {
    install::run(&Need::test(&[Browser::Chromium]))?;
    let commit = prove::commit(&MEASURED)?;
    bundle::build(false)?;
    proc::run(&mut proc::cargo("build --package frontdesk-proxy --package frontdesk-e2e"))?;
    let machine = machine();
    let mut command = proc::command(paths::target().join("debug/frontdesk-host-figures"));
    command.arg(rounds.to_string()).env_remove("FRONTDESK_BIN");
    let made = command.stderr(Stdio::inherit()).output().context("cannot start the measurement")?;
    ensure!(made.status.success(), "the measurement failed");
    let table = String::from_utf8(made.stdout)?;
    println!("{table}");
    let text =
        format!("`cargo xtask bench host --rounds {rounds}`, commit {commit}; {machine}\n\n{}", table.trim());
    figures::write(figures::PERFORMANCE, "host", &text)?;
    println!("{} holds the figures", figures::PERFORMANCE);
    Ok(())
}
