//! One part of the proof of delivery with real processes. Prints its figures as a row of a table, and fails when they
//! are not as promised; `cargo xtask prove processes` writes
//! them into `docs/delivery.md`.

use anyhow::Result;
use clap::Parser;
use frontdesk_e2e::delivery::parts::Part;

/// Counts what arrives while networks fail and programs are killed.
#[derive(Debug, Parser)]
struct Words {
    /// Which part.
    #[arg(value_enum)]
    part: Part,
    /// Messages each way, or kills.
    count: usize,
    /// Of the faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Words { part, count, seed } = Words::parse();
    let figures = part.run(count, seed).await?;
    eprintln!("{figures}");
    println!("{}", figures.row());
    figures.are_clean()
}
