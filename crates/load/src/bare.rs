//! The program `frontdesk-bare`, beside which the proxy's own work is measured.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::process::{Folder, Process, free_port};

/// One of them.
#[derive(Debug)]
pub struct Bare {
    port: u16,
    process: Process,
    _folder: Folder,
}

/// Where it lies, when it was built beside this program.
#[must_use]
pub fn beside() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.with_file_name("frontdesk-bare");
    program.is_file().then_some(program)
}

impl Bare {
    /// Starts it before this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn before(program: &Path, base: &str) -> Result<Self> {
        let to = base.strip_prefix("http://").context("not an address of HTTP")?;
        let (folder, port) = (Folder::temporary()?, free_port()?);
        let mut command = Command::new(program);
        command.args(["--port", &port.to_string(), "--to", to]);
        let mut process = Process::start(&mut command, &folder.path().join("bare.log"))?;
        process.listens(port).await?;
        Ok(Self { port, process, _folder: folder })
    }

    /// Where it listens, as an address.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has used of the processors so far.
    #[must_use]
    pub fn spent(&self) -> Duration {
        self.process.spent()
    }
}
