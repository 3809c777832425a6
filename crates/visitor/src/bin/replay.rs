//! `frontdesk-replay`: real dialogues through real processes, under faults.

use clap::Parser;
use frontdesk_visitor::replay::{Options, run};
use frontdesk_visitor::stop;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let report = tokio::select! {
        report = run(&options) => report,
        () = stop::asked() => Err(anyhow::anyhow!("interrupted")),
    };
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            eprintln!("frontdesk-replay: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    print!("{report}");
    if let Some(path) = &options.json {
        let written = serde_json::to_vec_pretty(&report)
            .map_err(anyhow::Error::from)
            .and_then(|json| Ok(std::fs::write(path, json)?));
        if let Err(error) = written {
            eprintln!("frontdesk-replay: cannot write {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
