//! Native visitors who talk to the desk while something is being killed.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser as _;
use frontdesk_visitor::replay::{Options, run};

use super::figures::Figures;
use super::site::{DESK, Site};
use crate::process::Folder;
use crate::wait::within;

/// Visitors at the same time.
const VISITORS: usize = 8;
/// Each side's turns in a dialogue.
const TURNS: usize = 12;
/// How much of the visitors comes through between two kills.
const BETWEEN: u64 = 12;
/// A kill that nobody recovers from is seen by then.
const STANDSTILL: Duration = Duration::from_secs(120);

/// Lets visitors talk, and kills so many times meanwhile; `kill` is told how often it was called before. The site is good
/// for this once: its centre remembers what was said.
///
/// # Errors
///
/// When something does not come up again, nothing gets through any more, or the visitors cannot be started or are done too
/// early.
pub async fn talks_through(
    site: &Site,
    kills: u64,
    mut kill: impl AsyncFnMut(u64) -> Result<()>,
) -> Result<Figures> {
    let begun = Instant::now();
    let folder = Folder::temporary()?;
    let options = options(site, &folder, kills)?;
    let mut done = 0;
    let killing = async {
        while done < kills {
            let before = site.requests("send");
            within(STANDSTILL, "messages get through again", async || {
                ensure!(site.requests("send") >= before + BETWEEN, "too few are sent");
                Ok(())
            })
            .await?;
            kill(done).await?;
            done += 1;
        }
        std::future::pending::<()>().await;
        Ok(())
    };
    let report = tokio::select! {
        report = run(&options) => report?,
        failed = killing => return failed.map(|()| Figures::default()),
    };
    ensure!(report.failures.is_empty(), "{report}");
    ensure!(done == kills, "the visitors were done after {done} of {kills} kills");
    let mut figures = Figures::of_crowd(&report);
    [figures.near_faults, figures.far_faults] = site.faults();
    figures.kills = kills;
    figures.requests_per_message = site.requests("send") as f64 / figures.up.said.max(1) as f64;
    figures.seconds = begun.elapsed().as_secs();
    Ok(figures)
}

fn options(site: &Site, folder: &Folder, kills: u64) -> Result<Options> {
    let file = folder.path().join("dialogues.jsonl");
    let mut text = String::new();
    // Twice as much as passes between the kills, and the same for each visitor.
    let dialogues = usize::try_from(kills * BETWEEN * 2)?.div_ceil(TURNS * VISITORS).max(2) * VISITORS;
    for dialogue in 0..dialogues {
        let turns: Vec<String> = (0..TURNS)
            .map(|turn| {
                format!(
                    r#"{{"who":"visitor","text":"question {dialogue} {turn}"}},{{"who":"agent","text":"answer {dialogue} {turn}"}}"#
                )
            })
            .collect();
        writeln!(text, r#"{{"id":"d{dialogue}","lang":"en","turns":[{}]}}"#, turns.join(","))?;
    }
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    let words = format!(
        "frontdesk-replay --visitors {VISITORS} --desk {DESK} --ahead 2 --proxy {} --sandbox {} --conversations",
        site.near.url(),
        site.centre.base_url
    );
    let words = words.split(' ').map(Into::into).chain([file.into_os_string()]);
    Ok(Options::try_parse_from(words)?)
}
