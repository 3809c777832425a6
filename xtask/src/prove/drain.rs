//! `prove drain`: proxies go down at full load, 50 times with each kind of store; nothing is lost, doubled or in doubt.

use anyhow::Result;

use crate::bench::proxy::{Build, exercise};
use crate::install::{self, Need};

/// Runs it and writes the figures.
///
/// # Errors
///
/// What is not as promised, or cannot be run.
pub(crate) fn run() -> Result<()> {
    install::run(&Need::build())?;
    exercise("drain", "cargo xtask prove drain", Build::Development)
}
