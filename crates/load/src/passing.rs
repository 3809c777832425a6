//! Relays that pass on what they are given and know nothing of contact centres, to compare with.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::process::{Folder, Process};

/// One of them, on a port of loopback.
#[derive(Debug)]
pub struct Passing {
    port: u16,
    process: Process,
    _folder: Folder,
}

impl Passing {
    /// Starts it, and waits until it listens. What it needs is in the folder.
    ///
    /// # Errors
    ///
    /// When it does not come up, with what it says of that.
    pub(crate) async fn start(command: &mut Command, port: u16, folder: Folder) -> Result<Self> {
        let log = folder.path().join("program.log");
        let mut process = Process::start(command, &log)?;
        process.listens(port).await.with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
        Ok(Self { port, process, _folder: folder })
    }

    /// Where it listens, as an address.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has used of the processors so far, with the programs that it started.
    #[must_use]
    pub fn spent(&self) -> Duration {
        self.process.spent()
    }
}
