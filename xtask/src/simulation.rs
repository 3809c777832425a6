//! `simulate`: one run of the delivery promise in virtual time; also its share of `test`, and of `prove`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::paths;
use crate::proc;

/// A workspace of its own: its features make randomness predictable and plant bugs.
const MANIFEST: &str = "crates/simulation/Cargo.toml";
/// What the product must never be built with.
const PLANTED: &str = "frontdesk-planted";

/// How it is built: soon, for a run or a test, or for hours of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Release,
    Prove,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Prove => "prove",
        }
    }
}

/// Cargo for the simulation. The flag gives tokio's runtime a seed.
fn cargo(words: &str, profile: Profile) -> Command {
    let mut command = proc::cargo(words);
    command.args(["--profile", profile.name(), "--manifest-path", MANIFEST, "--target-dir"]).arg(target());
    command.env("RUSTFLAGS", "--cfg tokio_unstable");
    command
}

fn target() -> PathBuf {
    paths::target().join("simulation")
}

/// Builds it and answers the program.
///
/// # Errors
///
/// If it does not build.
pub(crate) fn built(profile: Profile) -> Result<PathBuf> {
    println!("building the simulation");
    proc::run(&mut cargo("build --quiet", profile))?;
    Ok(target().join(profile.name()).join("frontdesk-simulation"))
}

/// Runs one seed.
///
/// # Errors
///
/// What the run found, with the command that repeats it.
pub(crate) fn run(words: &[String]) -> Result<()> {
    proc::run(proc::command(built(Profile::Release)?).arg("one").args(words))
}

/// The share of `test`: some seeds, determinism, planted bugs.
///
/// # Errors
///
/// What a test found.
pub(crate) fn test() -> Result<()> {
    proc::run(&mut cargo("test --quiet", Profile::Release))
}

/// No build of the product can have planted bugs or predictable randomness.
///
/// # Errors
///
/// If one could.
pub(crate) fn check() -> Result<()> {
    let tree =
        proc::output(&mut proc::cargo("tree --workspace --edges normal,build,dev,features --target all"))?;
    for line in tree.lines() {
        if line.contains(PLANTED) || line.contains("frontdesk-proxy feature \"simulated\"") {
            bail!("the workspace is built with what is for the simulation alone: {}", line.trim());
        }
    }
    Ok(())
}
