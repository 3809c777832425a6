//! What became of each change of one file, kept so that a run that was stopped goes on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::hash;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A test failed.
    Caught,
    /// The tests did not end.
    Timeout,
    /// It does not compile.
    Unviable,
    /// The quick tests passed.
    Passed,
    /// All tests passed.
    Missed,
}

impl Verdict {
    const ALL: [(&'static str, Self); 5] = [
        ("caught", Self::Caught),
        ("timeout", Self::Timeout),
        ("unviable", Self::Unviable),
        ("passed", Self::Passed),
        ("missed", Self::Missed),
    ];
}

/// The verdicts on one file.
#[derive(Debug)]
pub(super) struct Ledger {
    file: PathBuf,
    /// What the file was like, and the tests.
    source: String,
    tests: String,
    /// At which commit it was begun; then, when all was done.
    pub(super) commit: String,
    /// How many changes there are, once all have a verdict.
    pub(super) total: usize,
    verdicts: BTreeMap<String, Verdict>,
}

impl Ledger {
    /// What is known of this file as it is now, with what a run that was stopped has left.
    pub(super) fn open(dir: &Path, source: &str, tests: &str, commit: &str) -> Result<Self> {
        let (hash, file) = (hash::inputs("mutants", &[source])?, path(dir, source));
        let mut ledger = match Self::read(&file) {
            Some(known) if known.source == hash => known,
            _ => {
                let (tests, commit) = (tests.to_owned(), commit.to_owned());
                let ledger = Self { file, source: hash, tests, commit, total: 0, verdicts: BTreeMap::new() };
                ledger.remove_output()?;
                ledger
            }
        };
        if ledger.tests != tests {
            ledger.remove_output()?;
            ledger.forget_missed(tests);
        }
        ledger.write()?;
        for quick in [true, false] {
            if ledger.output(quick).exists() {
                ledger.take_in(quick)?;
            }
        }
        Ok(ledger)
    }

    /// What is known of this file, whatever it is like now.
    pub(super) fn last(dir: &Path, source: &str) -> Option<Self> {
        Self::read(&path(dir, source))
    }

    fn read(file: &Path) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        let mut lines = text.lines();
        let mut head = || lines.next().map(str::to_owned);
        let (source, tests, commit, total) = (head()?, head()?, head()?, head()?.parse().ok()?);
        let verdicts = lines.filter_map(|line| {
            let (word, name) = line.split_once('\t')?;
            let (_, verdict) = Verdict::ALL.into_iter().find(|(known, _)| *known == word)?;
            Some((name.to_owned(), verdict))
        });
        Some(Self { file: file.into(), source, tests, commit, total, verdicts: verdicts.collect() })
    }

    fn write(&self) -> Result<()> {
        let mut text = format!("{}\n{}\n{}\n{}\n", self.source, self.tests, self.commit, self.total);
        for (name, verdict) in &self.verdicts {
            let word =
                Verdict::ALL.into_iter().find(|(_, known)| known == verdict).map_or("", |(word, _)| word);
            text.push_str(&format!("{word}\t{name}\n"));
        }
        let folder = self.file.parent().context("no folder")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        fs::write(&self.file, text).with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Other tests may notice what these did not.
    fn forget_missed(&mut self, tests: &str) {
        self.tests = tests.to_owned();
        self.total = 0;
        self.verdicts.retain(|_, verdict| !matches!(verdict, Verdict::Passed | Verdict::Missed));
    }

    /// Which of these changes are still to be tried: with the quick tests, or those which these did not notice with all.
    pub(super) fn left<'a>(&self, all: &'a [String], quick: bool) -> Vec<&'a str> {
        let wanted = if quick { None } else { Some(Verdict::Passed) };
        all.iter().map(String::as_str).filter(|name| self.verdicts.get(*name).copied() == wanted).collect()
    }

    /// Where cargo-mutants is to write.
    pub(super) fn output(&self, quick: bool) -> PathBuf {
        self.file.with_extension(if quick { "quick" } else { "all" })
    }

    fn remove_output(&self) -> Result<()> {
        [true, false].into_iter().try_for_each(|quick| remove(&self.output(quick)))
    }

    /// Takes in what cargo-mutants has written, and removes it.
    pub(super) fn take_in(&mut self, quick: bool) -> Result<()> {
        let dir = self.output(quick).join("mutants.out");
        for (word, verdict) in Verdict::ALL {
            let verdict = if quick && verdict == Verdict::Missed { Verdict::Passed } else { verdict };
            // It writes the lists that are not empty.
            let names = fs::read_to_string(dir.join(word).with_extension("txt")).unwrap_or_default();
            self.verdicts.extend(names.lines().map(|name| (name.to_owned(), verdict)));
        }
        self.write()?;
        remove(&self.output(quick))
    }

    /// All of these changes have a verdict; those on others are forgotten.
    pub(super) fn done(&mut self, all: &[String], commit: &str) -> Result<()> {
        if let Some(open) = all.iter().find(|name| !self.verdicts.contains_key(*name)) {
            bail!("there is no verdict on \"{open}\" in {}", self.file.display());
        }
        self.verdicts.retain(|name, _| all.contains(name));
        if self.total != all.len() {
            self.total = all.len();
            self.commit = commit.to_owned();
        }
        self.write()
    }

    /// How many have this verdict.
    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.values().filter(|known| **known == verdict).count()
    }

    /// Those that no test noticed.
    pub(super) fn missed(&self) -> impl Iterator<Item = &str> {
        let missed = self.verdicts.iter().filter(|(_, verdict)| **verdict == Verdict::Missed);
        missed.map(|(name, _)| name.as_str())
    }
}

fn path(dir: &Path, source: &str) -> PathBuf {
    dir.join("files").join(format!("{}.ledger", source.replace('/', "-")))
}

fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of the repository whose changes nobody tries here.
    const SOURCE: &str = "xtask/src/prove/mutants/ledger.rs";

    fn write(ledger: &Ledger, quick: bool, word: &str, names: &[&str]) {
        let dir = ledger.output(quick).join("mutants.out");
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(word).with_extension("txt"), names.join("\n")).unwrap();
    }

    #[test]
    fn a_run_that_was_stopped_goes_on_and_other_tests_try_what_these_missed() {
        let dir = std::env::temp_dir().join(format!("frontdesk-ledger-{}", std::process::id()));
        remove(&dir).unwrap();
        let open = |tests: &str| Ledger::open(&dir, SOURCE, tests, "c0ffee").unwrap();
        let all = ["a", "b", "c", "d"].map(str::to_owned);
        let ledger = open("1");
        assert_eq!(ledger.left(&all, true), ["a", "b", "c", "d"]);
        write(&ledger, true, "caught", &["a"]);
        write(&ledger, true, "missed", &["b", "c"]);
        let mut ledger = open("1");
        assert_eq!((ledger.left(&all, true), ledger.left(&all, false)), (vec!["d"], vec!["b", "c"]));
        assert!(ledger.done(&all, "c0ffee").is_err());
        write(&ledger, true, "timeout", &["d"]);
        ledger.take_in(true).unwrap();
        write(&ledger, false, "missed", &["b"]);
        write(&ledger, false, "caught", &["c"]);
        ledger.take_in(false).unwrap();
        ledger.done(&all, "c0ffee").unwrap();
        let last = Ledger::last(&dir, SOURCE).unwrap();
        assert_eq!((last.count(Verdict::Caught), last.count(Verdict::Timeout), last.total), (2, 1, 4));
        assert_eq!(last.missed().collect::<Vec<_>>(), ["b"]);
        assert_eq!(open("2").left(&all, true), ["b"]);
        remove(&dir).unwrap();
    }
}
