//! The native visitor: load and replay.

use anyhow::Result;

use crate::proc;

/// Runs a program of the visitor crate with the given arguments. Proxy and sandbox, which it starts, are built with it.
pub(crate) fn run(bin: &str, args: &[String]) -> Result<()> {
    let parts =
        "build --release --package frontdesk-proxy --package frontdesk-sandbox --package frontdesk-visitor";
    proc::run(&mut proc::cargo(parts))?;
    proc::run(
        proc::cargo("run --release --quiet --package frontdesk-visitor --bin").arg(bin).arg("--").args(args),
    )
}
