//! The options of each command.

use std::collections::BTreeSet;
use std::ffi::OsString;

use anyhow::{Context as _, Result, bail};
use lexopt::{Arg, Parser, ValueExt as _};

use crate::bench::Bench;
use crate::bench::calls::Calls;
use crate::demo::{Demo, Ports};
use crate::fuzz::Fuzz;
use crate::install::Browser;
use crate::lan;
use crate::test::Test;

fn parser(words: Vec<String>) -> Parser {
    Parser::from_args(words.into_iter().map(OsString::from))
}

pub(crate) fn none(command: &str, words: Vec<String>) -> Result<()> {
    match words.first() {
        Some(word) => bail!("`{command}` takes no options, but got \"{word}\""),
        None => Ok(()),
    }
}

/// Whether a quick development build is wanted.
pub(crate) fn build(words: Vec<String>) -> Result<bool> {
    let mut dev = false;
    let mut words = parser(words);
    while let Some(arg) = words.next()? {
        match arg {
            Arg::Long("dev") => dev = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(dev)
}

pub(crate) fn install(words: Vec<String>) -> Result<Vec<Browser>> {
    Ok(test(words)?.browsers)
}

pub(crate) fn test(words: Vec<String>) -> Result<Test> {
    let mut test = Test { quick: false, browsers: vec![Browser::Chromium] };
    let mut words = parser(words);
    while let Some(arg) = words.next()? {
        match arg {
            Arg::Long("quick") => test.quick = true,
            Arg::Long("browsers") => test.browsers = browsers(&words.value()?.string()?)?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(test)
}

/// All words but two are for the native half, which knows them.
pub(crate) fn bench(mut words: Vec<String>) -> Result<Bench> {
    let mut take = |name: &str| {
        let before = words.len();
        words.retain(|word| word != name);
        words.len() < before
    };
    let (browser_only, native_only) = (take("--browser-only"), take("--native-only"));
    if browser_only && native_only {
        bail!("--browser-only and --native-only leave nothing to measure");
    }
    if let (true, Some(word)) = (browser_only, words.first()) {
        bail!("\"{word}\" is for the native half, which --browser-only leaves out");
    }
    Ok(Bench { browser: !native_only, native: !browser_only, words })
}

/// The words after `bench calls`.
pub(crate) fn calls(words: Vec<String>) -> Result<Calls> {
    let mut calls = Calls::default();
    let mut words = parser(words);
    while let Some(arg) = words.next()? {
        match arg {
            Arg::Long("runs") => calls.runs = words.value()?.parse()?,
            Arg::Long("seconds") => calls.seconds = words.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    if calls.runs == 0 || calls.seconds == 0 {
        bail!("--runs and --seconds want at least 1");
    }
    Ok(calls)
}

/// The words after `bench delivery`: how often each kind of trouble comes.
pub(crate) fn rounds(words: Vec<String>) -> Result<u32> {
    let mut rounds = 6;
    let mut words = parser(words);
    while let Some(arg) = words.next()? {
        match arg {
            Arg::Long("rounds") => rounds = words.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    if rounds == 0 {
        bail!("--rounds wants at least 1");
    }
    Ok(rounds)
}

/// `runs`: unless told otherwise.
pub(crate) fn fuzz(runs: u64, words: Vec<String>) -> Result<Fuzz> {
    let mut fuzz = Fuzz { runs, targets: Vec::new() };
    let mut words = parser(words);
    while let Some(arg) = words.next()? {
        match arg {
            Arg::Long("runs") => fuzz.runs = words.value()?.parse()?,
            Arg::Value(target) => fuzz.targets.push(target.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(fuzz)
}

pub(crate) fn demo(words: Vec<String>) -> Result<Demo> {
    let mut demo = Demo { ports: Ports::default(), keep: false, open: true, verbose: false, lan: None };
    let mut words = parser(words);
    while let Some(arg) = words.next()? {
        match arg {
            Arg::Long("ports") => demo.ports = ports(&words.value()?.string()?)?,
            Arg::Long("keep") => demo.keep = true,
            Arg::Long("lan") => {
                demo.lan = Some(match words.optional_value() {
                    Some(address) => lan::checked(address.parse()?)?,
                    None => lan::own_address()?,
                });
            }
            Arg::Long("no-open") => demo.open = false,
            Arg::Long("verbose") => demo.verbose = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(demo)
}

fn browsers(list: &str) -> Result<Vec<Browser>> {
    if list == "all" {
        return Ok(Browser::ALL.to_vec());
    }
    list.split(',')
        .map(|name| {
            Browser::ALL.into_iter().find(|browser| browser.name() == name).with_context(|| {
                format!("no browser \"{name}\"; there are chromium, firefox, webkit and all")
            })
        })
        .collect()
}

fn ports(list: &str) -> Result<Ports> {
    let fault =
        || format!("--ports wants three or four different ports as in 8080,8081,8090,8095, not \"{list}\"");
    let numbers: Vec<u16> = list.split(',').map(str::parse).collect::<Result<_, _>>().with_context(fault)?;
    let ports = match *numbers {
        [proxy, shop, centre] => Ports { proxy, shop, centre, ..Ports::default() },
        [proxy, shop, centre, gateway] => Ports { proxy, shop, centre, gateway },
        _ => bail!(fault()),
    };
    let Ports { proxy, shop, centre, gateway } = ports;
    let different: BTreeSet<u16> = [proxy, shop, centre, gateway].into();
    if different.len() < 4 || different.contains(&0) {
        bail!(fault());
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_or_four_different_ports_are_wanted() {
        assert_eq!(ports("1,2,3").unwrap(), Ports { proxy: 1, shop: 2, centre: 3, gateway: 8095 });
        assert_eq!(ports("1,2,3,4").unwrap(), Ports { proxy: 1, shop: 2, centre: 3, gateway: 4 });
        for wrong in ["", "1,2", "1,1,2", "1,2,8095", "1,2,3,3", "1,2,3,4,5", "0,1,2", "a,b,c", "1,2,70000"] {
            assert!(ports(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_half_of_the_bench_can_be_left_out() {
        let parse = |line: &str| bench(line.split_whitespace().map(String::from).collect());
        let all = parse("--seconds 3").unwrap();
        assert!(all.browser && all.native && all.words == ["--seconds", "3"]);
        let native = parse("--native-only --seconds 3").unwrap();
        assert!(!native.browser && native.native && native.words == ["--seconds", "3"]);
        let browser = parse("--browser-only").unwrap();
        assert!(browser.browser && !browser.native);
        assert!(parse("--browser-only --native-only").is_err());
        assert!(parse("--browser-only --seconds 3").is_err());
    }

    #[test]
    fn calls_are_measured_as_often_as_wanted() {
        let words = |line: &str| line.split_whitespace().map(String::from).collect();
        let few = calls(words("--runs 2 --seconds 3")).unwrap();
        assert_eq!((few.runs, few.seconds), (2, 3));
        for wrong in ["--runs 0", "--seconds 0", "--runs many", "5"] {
            assert!(calls(words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn fuzz_targets_and_runs_can_be_chosen() {
        let words = |line: &str| line.split_whitespace().map(String::from).collect();
        let some = fuzz(9, words("--runs 5 rich sniff")).unwrap();
        assert!(some.runs == 5 && some.targets == ["rich", "sniff"]);
        let all = fuzz(9, words("")).unwrap();
        assert!(all.runs == 9 && all.chosen().unwrap().len() == 5);
        assert!(fuzz(9, words("--runs many")).is_err());
        assert!(fuzz(9, words("poor")).unwrap().chosen().is_err());
    }

    #[test]
    fn browsers_are_called_by_name() {
        assert_eq!(browsers("firefox,webkit").unwrap(), [Browser::Firefox, Browser::Webkit]);
        assert_eq!(browsers("all").unwrap().len(), 3);
        assert!(browsers("opera").is_err());
    }
}
