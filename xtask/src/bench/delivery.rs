//! `bench delivery`: how soon everything is delivered after networks have failed, in real time, into `docs/delivery.md`.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use super::machine;
use crate::bundle;
use crate::install::{self, Need};
use crate::paths;
use crate::proc;
use crate::prove::{self, figures};

/// What the figures depend on.
const MEASURED: [&str; 7] = [
    "crates/contract",
    "crates/core",
    "crates/proxy",
    "crates/faults",
    "crates/sandbox",
    "crates/visitor",
    "tests/e2e/src",
];

/// Measures, prints and writes the figures. `rounds`: how often each kind of trouble comes.
///
/// # Errors
///
/// If something could not be measured; never for a figure.
pub(crate) fn run(rounds: u32) -> Result<()> {
    install::run(&Need::build())?;
    let commit = prove::commit(&MEASURED)?;
    bundle::build(false)?;
    proc::run(&mut proc::cargo("build --package frontdesk-proxy --package frontdesk-e2e"))?;
    let machine = machine();
    let mut command = proc::command(paths::target().join("debug/frontdesk-recovery-figures"));
    command.arg(rounds.to_string()).env_remove("FRONTDESK_BIN");
    let made = command.stderr(Stdio::inherit()).output().context("cannot start the measurement")?;
    ensure!(made.status.success(), "the measurement failed");
    let tables = String::from_utf8(made.stdout)?;
    println!("{tables}");
    let text = format!(
        "`cargo xtask bench delivery --rounds {rounds}`, commit {commit}; {machine} Programs are development builds. 8 native \
         visitors on the widget's core, and an agent; each says something every second. Targets: p99 5,000 ms and 30,000 ms at \
         most after the last fault; 3,000 ms after waking.\n\n{}",
        tables.trim()
    );
    figures::write(figures::DELIVERY, "recovery", &text)?;
    println!("{} holds the figures", figures::DELIVERY);
    Ok(())
}
