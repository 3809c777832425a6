//! `bench delivery`: how soon everything is delivered after networks have failed, in real time, into `docs/delivery.md`.

use anyhow::Result;

use super::machine;
use crate::install::Need;
use crate::prove::{self, figures, rig};

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
    let commit = prove::commit(&MEASURED)?;
    rig::prepare(&Need::build())?;
    let machine = machine();
    let tables = rig::measured(rig::program("frontdesk-recovery-figures").arg(rounds.to_string()))?;
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
