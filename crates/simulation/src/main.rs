//! `frontdesk-simulation`: runs seeds and tells what became of every message.

use clap::{Parser, Subcommand};
use frontdesk_simulation::prove::{Reached, prove, size};
use frontdesk_simulation::{Options, report, run};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[derive(Parser)]
#[command(name = "frontdesk-simulation", about = "The delivery promise in virtual time")]
enum Command {
    /// Runs one seed.
    One {
        #[command(flatten)]
        options: Options,
        /// Prints the whole history.
        #[arg(long)]
        history_lines: bool,
    },
    /// Runs many, and writes the figures.
    #[command(subcommand)]
    Many(Many),
}

#[derive(Subcommand)]
enum Many {
    /// All cases, as often as the proof wants.
    Prove {
        /// Where what was reached is kept; the figures come beside it.
        #[arg(long, value_name = "FILE")]
        state: PathBuf,
        /// The state of the sources: what was reached for another begins anew.
        #[arg(long)]
        sources: String,
        /// The commit, for the figures.
        #[arg(long)]
        commit: String,
        /// Runs for each percentage.
        #[arg(long, default_value_t = 250)]
        seeds: u64,
        /// Runs at the same time.
        #[arg(long, default_value_t = 1)]
        jobs: usize,
        /// Stops after so many minutes.
        #[arg(long, default_value_t = 1_000_000)]
        minutes: u64,
    },
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::One { options, history_lines } => one(&options, history_lines),
        Command::Many(Many::Prove { state, sources, commit, seeds, jobs, minutes }) => {
            many(&state, &sources, &commit, seeds, jobs, Duration::from_secs(minutes.saturating_mul(60)))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn one(options: &Options, history_lines: bool) -> anyhow::Result<()> {
    let began = Instant::now();
    let outcome = run(options, history_lines)?;
    for line in &outcome.lines {
        println!("{line}");
    }
    print!("{}", report::brief(&outcome.figures));
    println!("{} ms of virtual time in {} ms", outcome.took_ms, began.elapsed().as_millis());
    let failures = outcome.figures.failures(options);
    anyhow::ensure!(failures.is_empty(), "{}\nrepeat it: {}", failures.join("\n"), options.command());
    Ok(())
}

fn many(
    state: &std::path::Path,
    sources: &str,
    commit: &str,
    seeds: u64,
    jobs: usize,
    time: Duration,
) -> anyhow::Result<()> {
    let size = size(200, 50);
    let reached = prove(Reached::open(state, sources, commit), state, seeds, &size, jobs, time)?;
    std::fs::write(state.with_extension("md"), report::markdown(&reached, &size))?;
    Ok(())
}
