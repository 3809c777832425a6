//! The native visitor: load and replay.

use anyhow::Result;

use crate::install;
use crate::proc;

/// Plays conversations, on a store that is started for them if its kind is all that is said of it.
pub(crate) fn replay(args: &[String]) -> Result<()> {
    let starts_server = |word: &String| {
        let kind = word.strip_prefix("--store=").unwrap_or(word);
        kind == "valkey" || kind == "redis"
    };
    if args.iter().any(starts_server) {
        install::run(&install::Need::store())?;
    }
    run("frontdesk-replay", args)
}

/// Runs a program of the visitor crate with the given arguments. Proxy and sandbox, which it starts, are built with it.
pub(crate) fn run(bin: &str, args: &[String]) -> Result<()> {
    let parts =
        "build --release --package frontdesk-proxy --package frontdesk-sandbox --package frontdesk-visitor";
    proc::run(&mut proc::cargo(parts))?;
    proc::run(
        proc::cargo("run --release --quiet --package frontdesk-visitor --bin").arg(bin).arg("--").args(args),
    )
}
