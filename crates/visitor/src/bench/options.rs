//! The command line of `frontdesk-bench`.

use crate::replay::Switches;
use clap::Parser;
use std::path::PathBuf;

/// Measures the cost of a long transcript, and sends per second through a proxy that it starts with a sandbox.
#[derive(Clone, Debug, Parser)]
#[command(name = "frontdesk-bench", version)]
pub struct Options {
    /// Messages for each number of visitors.
    #[arg(long, default_value_t = 1_280, value_parser = clap::value_parser!(u64).range(64..=100_000))]
    pub messages: u64,
    /// Measure the core only, without processes.
    #[arg(long)]
    pub core_only: bool,
    /// What the centre does and the desk is set to.
    #[command(flatten)]
    pub switches: Switches,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Keep settings, store and logs of the processes that were started.
    #[arg(long)]
    pub keep: bool,
}
