//! A store that several proxies share.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::{Process, free_port};

/// Where Debian puts it.
pub const PROGRAM: &str = "/usr/bin/redis-server";

/// One `redis-server` that writes before it answers.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    folder: PathBuf,
    log: PathBuf,
    process: Process,
}

impl Redis {
    /// Starts it with its data in this folder.
    ///
    /// # Errors
    ///
    /// When it is not installed, or does not come up.
    pub async fn start(folder: &Path, log: &Path) -> Result<Self> {
        if !Path::new(PROGRAM).is_file() {
            bail!("there is no {PROGRAM}: run `cargo xtask install`");
        }
        let port = free_port()?;
        let process = Process::start(&mut command(port, folder), log)?;
        let mut redis = Self { port, folder: folder.into(), log: log.into(), process };
        redis.process.listens(port).await?;
        Ok(redis)
    }

    /// Where proxies find it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("valkey://127.0.0.1:{}", self.port)
    }

    /// What it has used of the processors so far.
    #[must_use]
    pub fn spent(&self) -> Duration {
        self.process.spent()
    }

    /// Kills it and starts it again.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn kill_and_start(&mut self) -> Result<()> {
        self.process.kill();
        self.process = Process::start(&mut command(self.port, &self.folder), &self.log)?;
        self.process.listens(self.port).await
    }
}

/// Nothing is answered before it is on the disk.
fn command(port: u16, folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]).arg(folder);
    command.args(["--appendonly", "yes", "--appendfsync", "always"]);
    command
}
