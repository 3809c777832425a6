//! Many runs, by turns over all cases, as far as there is time: what was reached is kept, and gone on with.

use crate::bounds::{too_late, too_many};
use crate::judge::Figures;
use crate::options::{History, MessageId, Options, Poll};
use crate::world::run;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shares of exchanges that meet a fault, in percent.
pub const PERCENTS: [u64; 4] = [0, 1, 5, 20];
/// Of so many runs of the cases that promise all, a centre with a destructive poll has so many. A run with one that repeats
/// itself takes four times as long, and what is missed there comes again with the next poll by itself.
const DESTRUCTIVE: (u64, u64) = (2, 3);
/// A case that promises less is run once for so many seeds.
const SEEDS_FOR_ONE: u64 = 60;
/// Multiples of this are seeds with several proxies.
const SHARED: u64 = 5;
/// So many.
const PROXIES: u64 = 3;
/// Multiples of this are seeds with a centre that replaces a visitor's token at every use.
const NEW_TOKENS: u64 = 7;

/// A case: what the centre does, and how often faults strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// Share of exchanges that meet a fault, in percent.
    pub percent: u64,
    /// What the centre does with message ids.
    pub message_id: MessageId,
    /// What it does with messages that a poll has answered.
    pub poll: Poll,
    /// What it keeps for reading back.
    pub history: History,
}

impl Case {
    /// Every case.
    pub fn all() -> impl Iterator<Item = Self> {
        PERCENTS.into_iter().flat_map(|percent| {
            MessageId::ALL.iter().flat_map(move |&message_id| {
                Poll::ALL.iter().flat_map(move |&poll| {
                    History::ALL.iter().map(move |&history| Self { percent, message_id, poll, history })
                })
            })
        })
    }

    /// A run of this case: what is no part of a case varies with the seed.
    pub fn options(self, seed: u64, size: &Options) -> Options {
        let Self { percent, message_id, poll, history } = self;
        let proxies = if seed.is_multiple_of(SHARED) { PROXIES } else { 1 };
        let always_new_tokens = seed.is_multiple_of(NEW_TOKENS);
        Options { seed, percent, message_id, poll, history, proxies, always_new_tokens, ..size.clone() }
    }

    fn key(self) -> String {
        let Self { percent, message_id, poll, history } = self;
        format!("{percent} {} {} {}", message_id.word(), poll.word(), history.word())
    }
}

/// What was reached.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Reached {
    /// The state of the sources.
    pub sources: String,
    /// The commit at which it began.
    pub commit: String,
    /// Seconds of all runs.
    pub seconds: u64,
    cases: BTreeMap<String, Figures>,
}

impl Reached {
    /// What was reached for these sources; nothing if the file is of others.
    pub fn open(file: &Path, sources: &str, commit: &str) -> Self {
        let kept = std::fs::read(file).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        kept.filter(|kept| kept.sources == sources).unwrap_or_else(|| Self {
            sources: sources.to_owned(),
            commit: commit.to_owned(),
            ..Self::default()
        })
    }

    /// The figures of a case.
    pub fn of(&self, case: Case) -> Figures {
        self.cases.get(&case.key()).cloned().unwrap_or_default()
    }

    /// The figures of all cases that promise all, with this share of faults.
    pub fn promised(&self, percent: u64) -> Figures {
        let mut sum = Figures::default();
        for case in Case::all().filter(|case| case.percent == percent) {
            if case.options(1, &size(1, 1)).promises_all() {
                sum.add(&self.of(case));
            }
        }
        sum
    }

    /// What breaks a promise that is made of many runs.
    fn broken(&self) -> Vec<String> {
        let each = PERCENTS.into_iter().map(|percent| (percent, self.promised(percent)));
        let each = each.filter(|(_, figures)| figures.runs > 0);
        each.flat_map(|(percent, figures)| {
            let broken = too_late(&figures).into_iter().chain(too_many(&figures, percent));
            broken.map(move |what| format!("{percent} %: {what}"))
        })
        .collect()
    }

    fn save(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec(self)?;
        // Whoever stops it in the middle of a write loses one run and not all.
        let new = file.with_extension("new");
        std::fs::write(&new, text).with_context(|| format!("cannot write {}", new.display()))?;
        std::fs::rename(&new, file).with_context(|| format!("cannot write {}", file.display()))
    }

    /// The case that is most behind, and the seed of its next run; none when all have had their share of so many runs of
    /// the cases that promise all, for each percentage.
    fn next(&self, seeds: u64, taken: &BTreeMap<String, u64>) -> Option<(Case, u64)> {
        let strict = |case: Case| case.options(0, &size(1, 1)).promises_all();
        let alike = |case: Case| {
            let others = Case::all().filter(|other| (other.percent, other.poll) == (case.percent, case.poll));
            others.filter(|other| strict(*other)).count() as u64
        };
        let destructive = seeds * DESTRUCTIVE.0 / DESTRUCTIVE.1;
        let most = |case: Case| match case.poll {
            _ if !strict(case) => seeds.div_ceil(SEEDS_FOR_ONE),
            Poll::Destructive => destructive.div_ceil(alike(case)),
            Poll::Repeats => (seeds - destructive).div_ceil(alike(case)),
        };
        let done = |case: Case| self.of(case).runs + taken.get(&case.key()).copied().unwrap_or(0);
        let open = Case::all().filter(|case| done(*case) < most(*case));
        let next = open.min_by_key(|case| (done(*case) * 1_000 / most(*case), *case))?;
        Some((next, done(next) + 1))
    }
}

/// So many visitors and messages of each.
pub fn size(visitors: u64, messages: u64) -> Options {
    Options {
        seed: 1,
        percent: 0,
        message_id: MessageId::Deduplicated,
        poll: Poll::Destructive,
        history: History::Kept,
        proxies: 1,
        always_new_tokens: false,
        planted: None,
        visitors,
        messages,
    }
}

/// Runs until every percentage has had `seeds` runs in the cases that promise all and some in each of the others, or the time
/// is over. `jobs` at the same time.
///
/// # Errors
/// The first run that breaks its promise, with the command that repeats it; a file that cannot be written.
pub fn prove(
    reached: Reached,
    file: &Path,
    seeds: u64,
    size: &Options,
    jobs: usize,
    time: Duration,
) -> anyhow::Result<Reached> {
    struct Work {
        reached: Reached,
        taken: BTreeMap<String, u64>,
        broken: Option<anyhow::Error>,
    }
    let began = Instant::now();
    let work = Mutex::new(Work { reached, taken: BTreeMap::new(), broken: None });
    let lock = || work.lock().unwrap_or_else(PoisonError::into_inner);
    let labour = || {
        while began.elapsed() < time {
            let next = {
                let mut work = lock();
                let Some((case, seed)) = work.reached.next(seeds, &work.taken) else { return };
                if work.broken.is_some() {
                    return;
                }
                *work.taken.entry(case.key()).or_default() += 1;
                (case, seed)
            };
            let (case, seed) = next;
            let options = case.options(seed, size);
            let started = Instant::now();
            let outcome = run(&options, false);
            let mut work = lock();
            if let Some(taken) = work.taken.get_mut(&case.key()) {
                *taken = taken.saturating_sub(1);
            }
            let figures = match outcome {
                Ok(outcome) => outcome.figures,
                Err(error) => {
                    work.broken = Some(error.context(options.command()));
                    return;
                }
            };
            let failures = figures.failures(&options);
            if !failures.is_empty() {
                work.broken =
                    Some(anyhow::anyhow!("{}\nrepeat it: {}", failures.join("\n"), options.command()));
                return;
            }
            work.reached.seconds += started.elapsed().as_secs();
            work.reached.cases.entry(case.key()).or_default().add(&figures);
            if let Err(error) = work.reached.save(file) {
                work.broken = Some(error);
                return;
            }
            let runs = work.reached.of(case).runs;
            println!("{} run {runs}: {:.1} s", case.key(), started.elapsed().as_secs_f32());
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(labour);
        }
        labour();
    });
    let work = work.into_inner().unwrap_or_else(PoisonError::into_inner);
    match work.broken {
        Some(error) => Err(error),
        None => {
            let broken = work.reached.broken();
            anyhow::ensure!(broken.is_empty(), "{}", broken.join("\n"));
            Ok(work.reached)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_seeds_have_several_proxies_and_some_new_tokens_and_their_commands_say_so() {
        let case = Case::all().next().expect("a case");
        for (seed, proxies, new_tokens) in [(1, 1, false), (5, 3, false), (7, 1, true), (35, 3, true)] {
            let options = case.options(seed, &size(20, 20));
            assert_eq!((options.proxies, options.always_new_tokens), (proxies, new_tokens), "{seed}");
            let command = options.command();
            assert!(command.contains(&format!("--proxies {proxies} ")), "{command}");
            assert_eq!(command.contains("--always-new-tokens"), new_tokens, "{command}");
        }
    }
}
