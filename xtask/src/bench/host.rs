//! `bench host`: what the tag costs a page that nobody clicks on, beside the page without it, into `docs/performance.md`.

use anyhow::Result;

use super::machine;
use crate::install::{Browser, Need};
use crate::prove::{self, figures, rig};

/// What the figures depend on.
const MEASURED: [&str; 3] = ["www/loader", "www/demo/shop", "tests/e2e/src"];

/// Measures, prints and writes the figures. `rounds`: how often each page is loaded.
///
/// # Errors
///
/// If something could not be measured; never for a figure.
pub(crate) fn run(rounds: u32) -> Result<()> {
    let commit = prove::commit(&MEASURED)?;
    rig::prepare(&Need::test(&[Browser::Chromium]))?;
    let machine = machine();
    let table = rig::measured(rig::program("frontdesk-host-figures").arg(rounds.to_string()))?;
    let text =
        format!("`cargo xtask bench host --rounds {rounds}`, commit {commit}; {machine}\n\n{}", table.trim());
    figures::write(figures::PERFORMANCE, "host", &text)?;
    println!("{} holds the figures", figures::PERFORMANCE);
    Ok(())
}
