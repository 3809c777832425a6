//! `prove delivery`: many seeds of the simulation, over all cases. The simulation keeps what it has reached after each run, in
//! a file of the repository: hours of one machine can be gone on with on another.

use std::fs;

use anyhow::{Context as _, Result};

use super::{commit, figures};
use crate::hash;
use crate::paths;
use crate::proc;
use crate::simulation;

/// What a run goes through.
const SOURCES: [&str; 12] = [
    "crates/contract/src",
    "crates/core/src",
    "crates/proxy/src",
    "crates/proxy/Cargo.toml",
    "crates/redact/src",
    "crates/sandbox/src",
    "crates/simulation/src",
    "crates/simulation/planted",
    "crates/simulation/Cargo.toml",
    "crates/simulation/Cargo.lock",
    "crates/visitor/src",
    "crates/visitor/Cargo.toml",
];

/// What was reached, for these sources; for others it begins anew.
const STATE: &str = "docs/delivery.runs.json";

/// Goes on with the proof and writes the figures. `words` are for the simulation.
///
/// # Errors
///
/// The first run that breaks the promise, with the command that repeats it.
pub(crate) fn run(words: &[String]) -> Result<()> {
    let program = simulation::built(simulation::Profile::Prove)?;
    let state = paths::root().join(STATE);
    let sources = hash::inputs("prove delivery", &SOURCES)?;
    let mut command = proc::command(program);
    command.args(["many", "prove", "--sources", &sources, "--commit", &commit(&["crates"])?]);
    proc::run(command.arg("--state").arg(&state).args(words))?;
    let file = state.with_extension("md");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    figures::write(figures::DELIVERY, "simulation", &text)?;
    fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    println!("{} holds the figures", figures::DELIVERY);
    Ok(())
}
