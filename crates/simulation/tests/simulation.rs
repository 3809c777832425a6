//! A share of the proof that fits a build: 32 seeds over all cases, the same history for the same seed, and every planted
//! bug noticed.

use frontdesk_planted::Bug;
use frontdesk_simulation::options::{History, MessageId, Poll};
use frontdesk_simulation::prove::{Case, size};
use frontdesk_simulation::{Options, run};

const SEEDS: u64 = 32;

fn small() -> Options {
    size(20, 20)
}

fn failures(options: &Options) -> Vec<String> {
    match run(options, false) {
        Ok(outcome) => outcome.figures.failures(options),
        Err(error) => vec![format!("{error:#}")],
    }
}

/// Every second seed has a case that promises all; the others go through all of them.
#[test]
fn the_promise_holds_for_every_seed() {
    let cases: Vec<Case> = Case::all().filter(|case| case.percent > 0).collect();
    let strict: Vec<Case> =
        cases.iter().copied().filter(|case| case.options(0, &small()).promises_all()).collect();
    for seed in 1..=SEEDS {
        let from = if seed.is_multiple_of(2) { &strict } else { &cases };
        let at = usize::try_from(seed * 7).unwrap_or(0) % from.len();
        let case = from.get(at).copied().expect("a case");
        let options = case.options(seed, &small());
        let broken = failures(&options);
        assert!(broken.is_empty(), "{}\nrepeat it: {}", broken.join("\n"), options.command());
    }
}

#[test]
fn without_faults_nothing_happens_but_talk() {
    let options = Options { percent: 0, ..small() };
    let figures = run(&options, false).expect("a run").figures;
    assert_eq!(figures.failures(&options), [""; 0]);
    assert_eq!(figures.faults.len(), 0, "{:?}", figures.faults);
    assert_eq!((figures.up.messages, figures.down.messages), (20 * 20, 20 * 21));
    assert_eq!(figures.posts, figures.up.messages, "each message is asked for once");
}

#[test]
fn the_same_seed_is_the_same_history() {
    let options = Options { percent: 20, ..small() };
    let first = run(&options, true).expect("a run");
    let second = run(&options, true).expect("a run");
    let differs = first.lines.iter().zip(&second.lines).find(|(first, second)| first != second);
    assert_eq!(differs, None);
    assert_eq!(first.figures, second.figures);
    assert!(first.lines.len() > 1_000 && first.lines.len() == second.lines.len());
    let other = run(&Options { seed: 2, ..options }, false).expect("a run");
    assert_ne!(first.figures.hash, other.figures.hash);
}

/// The cases in which a bug can be seen.
fn case_for(bug: Bug, seed: u64) -> Options {
    let options = Options { seed, percent: if seed.is_multiple_of(2) { 5 } else { 20 }, ..small() };
    match bug {
        Bug::DedupOff => Options { poll: Poll::Repeats, history: History::None, ..options },
        Bug::TwoPollersUnfenced => Options { proxies: 3, ..options },
        Bug::JournalAfterAnswer => Options { message_id: MessageId::Deduplicated, ..options },
        // Only where many tokens are new can the answers with two of them overtake each other.
        Bug::TokenByArrival => Options { always_new_tokens: true, ..options },
        _ => options,
    }
}

#[test]
fn planted_bugs_are_noticed() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let noticed = (1..=SEEDS).find(|seed| {
            let sound = case_for(bug, *seed);
            let planted = Options { planted: Some(bug), ..sound.clone() };
            !failures(&planted).is_empty() && failures(&sound).is_empty()
        });
        match noticed {
            Some(seed) => println!("{}: noticed with seed {seed}", bug.word()),
            None => missed.push(bug.word()),
        }
    }
    assert_eq!(missed, [""; 0], "not noticed within {SEEDS} seeds");
}
