//! One exercise with a program `frontdesk`. Prints its figures as a table, and fails when a count or a size is not as
//! promised; `cargo xtask bench proxy` writes the tables into `docs/scaling.md`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use frontdesk_load::exercises::{Exercise, Size};

/// Puts a proxy under bad load and counts.
#[derive(Debug, Parser)]
struct Words {
    /// What is tried.
    #[arg(value_enum)]
    exercise: Exercise,
    /// As small as in the tests.
    #[arg(long)]
    small: bool,
    /// The program `frontdesk`; without it the one beside this.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Words { exercise, small, program } = Words::parse();
    let program = match program {
        Some(program) => program,
        None => std::env::current_exe().context("cannot tell where this lies")?.with_file_name("frontdesk"),
    };
    ensure!(program.is_file(), "there is no {}: build frontdesk-proxy", program.display());
    // Proxies run in folders of their own.
    let program = program.canonicalize().context("cannot tell where the program lies")?;
    let size = if small { Size::Small } else { Size::Full };
    print!("{}", exercise.run(size, &program).await?);
    Ok(())
}
