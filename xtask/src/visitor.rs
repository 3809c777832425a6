//! The native visitor: load and replay.

use anyhow::Result;

use crate::proc;

/// Runs a program of the visitor crate with the given arguments.
pub(crate) fn run(bin: &str, args: &[String]) -> Result<()> {
    proc::run(
        proc::cargo("run --release --quiet --package frontdesk-visitor --bin").arg(bin).arg("--").args(args),
    )
}
