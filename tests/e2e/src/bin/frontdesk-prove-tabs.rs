//! One part of the proof that many tabs are one visitor. Prints its figures as rows of a table, and fails when something is
//! not as promised; `cargo xtask prove tabs` writes them into `docs/delivery.md`.

use std::time::Duration;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::tabs::takeover::{End, takes_over, three_tabs};
use frontdesk_e2e::tabs::walk::walk;
use frontdesk_e2e::{Options, story_of};

/// Opens, closes, freezes and kills tabs.
#[derive(Debug, Parser)]
struct Words {
    /// Which part.
    #[arg(value_enum)]
    part: Part,
    /// Actions, or leaders that come to their end.
    count: u32,
    /// Of the actions.
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Anything, at random, where the frames may keep something.
    Kept,
    /// The same where they may keep nothing.
    Refused,
    /// The leader is closed.
    Closed,
    /// The leader's renderer crashes.
    Crashed,
    /// The leader is frozen.
    Frozen,
}

/// For an action, and for a takeover, on a busy machine.
const EACH: Duration = Duration::from_secs(30);
const START: Duration = Duration::from_secs(120);

fn main() -> Result<()> {
    let Words { part, count, seed } = Words::parse();
    let row = match part {
        Part::Kept => actions(true, count, seed),
        Part::Refused => actions(false, count, seed),
        Part::Closed => takeovers(End::Closed, count),
        Part::Crashed => takeovers(End::Crashed, count),
        Part::Frozen => takeovers(End::Frozen, count),
    }?;
    println!("{row}");
    Ok(())
}

fn actions(third_party_storage: bool, count: u32, seed: u32) -> Result<String> {
    let options = Options { third_party_storage, plays: true, ..Options::default() };
    let mut row = String::new();
    story_of(START + EACH * count, options, &Setup::default(), async |rig| {
        let seen = walk(rig, count, seed).await?;
        eprintln!("{seen}");
        row = seen.row();
        Ok(())
    })?;
    Ok(row)
}

/// Times, the median and the longest in milliseconds.
fn takeovers(end: End, count: u32) -> Result<String> {
    let options = Options { third_party_storage: true, ..Options::default() };
    let mut took = Vec::new();
    story_of(START + EACH * count, options, &Setup::default(), async |rig| {
        let mut pages = three_tabs(rig).await?;
        for number in 0..count {
            took.push(
                takes_over(rig, &mut pages, end, &format!("after {number} leaders")).await?.as_millis(),
            );
        }
        Ok(())
    })?;
    took.sort_unstable();
    let at = |place: usize| took.get(place).copied().unwrap_or_default();
    Ok(format!("{count} | {} | {}", at(took.len() / 2), at(took.len().saturating_sub(1))))
}
