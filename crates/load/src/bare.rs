//! The program `frontdesk-bare`, beside which the proxy's own work is measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::passing::Passing;
use crate::process::{Folder, free_port};

/// How many threads work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// One for each processor, as in the proxy.
    All,
    /// One.
    One,
}

/// Where it lies, when it was built beside this program.
#[must_use]
pub fn beside() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.with_file_name("frontdesk-bare");
    program.is_file().then_some(program)
}

/// Starts it before this address, such as `http://127.0.0.1:8080`, with as many threads as the proxy has, or with one as the
/// nginx has one process.
///
/// # Errors
///
/// When it does not come up.
pub async fn before(program: &Path, base: &str, threads: Threads) -> Result<Passing> {
    let to = base.strip_prefix("http://").context("not an address of HTTP")?;
    let (folder, port) = (Folder::temporary()?, free_port()?);
    let mut command = Command::new(program);
    command.args(["--port", &port.to_string(), "--to", to]);
    if threads == Threads::One {
        command.env("TOKIO_WORKER_THREADS", "1");
    }
    Passing::start(&mut command, port, folder).await
}
