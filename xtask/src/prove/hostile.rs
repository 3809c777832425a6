//! `prove` hostile input: many runs of each fuzz target. Goes on where it was stopped, as long as the sources are the
//! same, and writes its figures into `docs/proof.md`.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::fuzz::{Built, Fuzz, TARGETS, Target};
use crate::hash;
use crate::install::{self, Need};
use crate::paths;

use super::{commit, figures};

/// Runs of each fuzz target, unless told otherwise.
pub(crate) const RUNS: u64 = 10_000_000;
/// How many of them are one step: what is lost at most when it is stopped.
const STEP: u64 = 200_000;
/// One step of so many tries inputs of the full length, the others of this share of it: what is short is tried more often
/// in the same time, and most of what can go wrong fits into it.
const FULL_EVERY: u64 = 16;

/// Goes on with the proof until each target that is meant has had so many runs, and writes the figures.
///
/// # Errors
///
/// What a step found, or a file that cannot be written.
pub(crate) fn run(fuzz: &Fuzz) -> Result<()> {
    let chosen: Vec<_> = fuzz.chosen()?.into_iter().map(|target| target.name).collect();
    install::run(&Need::fuzz())?;
    let built = Built::new()?;
    let commit = commit(&["crates"])?;
    let mut all = Vec::new();
    for target in TARGETS {
        all.push(Progress::open(target, &commit)?);
    }
    report(&all)?;
    // By turns, so that what was stopped says something of every target.
    let open = |one: &&mut Progress| one.runs < fuzz.runs && chosen.contains(&one.target.name);
    while let Some(next) = all.iter_mut().filter(open).min_by_key(|one| one.runs) {
        next.step(&built, fuzz.runs)?;
        report(&all)?;
    }
    println!("docs/proof.md holds the figures");
    Ok(())
}

/// How far a target is, for one state of what it tries.
struct Progress {
    target: Target,
    dir: PathBuf,
    sources: String,
    /// The commit at which it began.
    commit: String,
    runs: u64,
    seconds: u64,
}

impl Progress {
    fn open(target: Target, commit: &str) -> Result<Self> {
        let own = format!("crates/fuzz/fuzz_targets/{}.rs", target.name);
        let inputs = [&[own.as_str(), "crates/fuzz/src", "crates/fuzz/Cargo.lock"], target.tries].concat();
        let sources = hash::inputs("prove", &inputs)?;
        let dir = paths::target().join("prove").join(target.name);
        let kept = fs::read_to_string(dir.join("progress")).unwrap_or_default();
        let mut kept = kept.lines();
        let fresh = kept.next() != Some(sources.as_str());
        let mut number = || kept.next().and_then(|line| line.parse().ok()).filter(|_| !fresh).unwrap_or(0);
        let (runs, seconds) = (number(), number());
        let commit = kept.next().filter(|_| !fresh).unwrap_or(commit).to_owned();
        Ok(Self { target, dir, sources, commit, runs, seconds })
    }

    fn step(&mut self, built: &Built, most: u64) -> Result<()> {
        let runs = STEP.min(most - self.runs);
        let begun = Instant::now();
        let turn = self.runs / STEP;
        let full = turn.is_multiple_of(FULL_EVERY);
        let max_len = if full { self.target.max_len } else { self.target.max_len / FULL_EVERY as u32 };
        built.run(&self.target, &self.dir.join("found"), runs, turn + 1, max_len)?;
        self.runs += runs;
        self.seconds += begun.elapsed().as_secs();
        let text = format!("{}\n{}\n{}\n{}\n", self.sources, self.runs, self.seconds, self.commit);
        let file = self.dir.join("progress");
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}

fn report(all: &[Progress]) -> Result<()> {
    let mut text =
        "| target | runs | of | crashes | seconds | commit |\n| --- | ---: | ---: | ---: | ---: | --- |\n"
            .to_owned();
    for Progress { target, runs, seconds, commit, .. } in all {
        text.push_str(&format!("| {} | {runs} | {RUNS} | 0 | {seconds} | {commit} |\n", target.name));
    }
    figures::write(figures::PROOF, "hostile", &text)
}
