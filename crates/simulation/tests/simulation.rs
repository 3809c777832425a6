//! A share of the proof that fits a build: 32 seeds over all cases, the same history for the same seed, and every planted
//! bug noticed.

use frontdesk_planted::Bug;
use frontdesk_simulation::options::{History, MessageId, Poll};
use frontdesk_simulation::prove::{Case, PERCENTS, size};
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

/// The nth of these cases, so that all come in turn: one more than there are of each share of faults is a step to the next
/// centre and to the next share.
fn nth(cases: &[Case], at: u64) -> Case {
    let shares = PERCENTS.iter().filter(|percent| **percent > 0).count();
    let step = cases.len() / shares + 1;
    let at = usize::try_from(at).expect("a small number") * step % cases.len();
    cases.get(at).copied().expect("a case")
}

/// Half of the seeds have a case that promises all, the others one that promises less. Of both some have three proxies, some
/// a new token at every use, some both.
fn judged() -> Vec<(Case, Options)> {
    let cases = Case::all().filter(|case| case.percent > 0);
    let (strict, others): (Vec<Case>, Vec<Case>) =
        cases.partition(|case| case.options(0, &small()).promises_all());
    let each = (1..=SEEDS).map(|seed| {
        let of = if seed.is_multiple_of(2) { &strict } else { &others };
        let at = (seed - 1) / 2;
        let case = nth(of, at);
        let proxies = if matches!(at % 5, 1 | 2) { 3 } else { 1 };
        let always_new_tokens = matches!(at % 5, 2 | 3);
        (case, Options { proxies, always_new_tokens, ..case.options(seed, &small()) })
    });
    each.collect()
}

#[test]
fn the_seeds_go_evenly_through_all_cases() {
    let judged = judged();
    let times = |is: &dyn Fn(&Case, &Options) -> bool| {
        judged.iter().filter(|(case, options)| is(case, options)).count()
    };
    for case in Case::all().filter(|case| case.percent > 0) {
        let strict = case.options(0, &small()).promises_all();
        let centre = |other: &Case| {
            (other.message_id, other.poll, other.history) == (case.message_id, case.poll, case.history)
        };
        let alike = times(&|other, _| centre(other));
        assert!(if strict { matches!(alike, 5 | 6) } else { matches!(alike, 1 | 2) }, "{case:?}: {alike}");
        let same = times(&|other, _| *other == case);
        assert!(if strict { matches!(same, 1 | 2) } else { same <= 1 }, "{case:?}: {same}");
    }
    for percent in PERCENTS.into_iter().filter(|percent| *percent > 0) {
        assert!(times(&|case, _| case.percent == percent) >= 10, "{percent} %");
    }
    for promises_all in [true, false] {
        for (proxies, new_tokens) in [(1, false), (3, false), (1, true), (3, true)] {
            let so = |options: &Options| {
                (options.promises_all(), options.proxies, options.always_new_tokens)
                    == (promises_all, proxies, new_tokens)
            };
            assert!(times(&|_, options| so(options)) >= 3, "{promises_all} {proxies} {new_tokens}");
        }
    }
}

#[test]
fn the_promise_holds_for_every_seed() {
    let broken = judged().into_iter().filter_map(|(_, options)| {
        let broken = failures(&options);
        (!broken.is_empty()).then(|| format!("{}\nrepeat it: {}", broken.join("\n"), options.command()))
    });
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
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
            let planted = Options { planted: Some(bug), ..case_for(bug, *seed) };
            !failures(&planted).is_empty()
        });
        if let Some(seed) = noticed {
            // It is the bug that was noticed, and nothing else.
            let sound = case_for(bug, seed);
            let broken = failures(&sound);
            assert!(broken.is_empty(), "{}\nrepeat it: {}", broken.join("\n"), sound.command());
        }
        match noticed {
            Some(seed) => println!("{}: noticed with seed {seed}", bug.word()),
            None => missed.push(bug.word()),
        }
    }
    assert_eq!(missed, [""; 0], "not noticed within {SEEDS} seeds");
}
