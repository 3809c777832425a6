//! `prove mutants`: whether tests notice when the code that carries the promise is changed, by cargo-mutants.
//!
//! What is changed lies in a copy of the repository, one for each part, so that work on the repository can go on and parts can
//! go on side by side. Each file goes on where it was
//! stopped as long as it is the same, and what survived is tried again when the tests have changed.

mod ledger;
mod planted;
mod report;
mod survivors;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

use super::commit;
use crate::hash;
use crate::install::{self, Need};
use crate::paths;
use crate::proc;
use ledger::Ledger;

/// Some files, and the tests that have to notice.
struct Part {
    name: &'static str,
    package: &'static str,
    files: &'static [&'static str],
    /// What is built of the package.
    targets: &'static [&'static str],
    /// Tests that take a second; what they do not notice is tried with all.
    quick: &'static [&'static str],
    /// What the tests lie in, beside the files themselves.
    tests: &'static [&'static str],
}

const CORE: Part = Part {
    name: "",
    package: "frontdesk-core",
    files: &[],
    targets: &["--test=behaviour"],
    quick: &["scenarios::"],
    tests: &["crates/core/tests"],
};

const PARTS: [Part; 4] = [
    Part { name: "outbox", files: &["crates/core/src/outbox.rs"], ..CORE },
    Part {
        name: "cursor",
        files: &[
            "crates/core/src/session/following.rs",
            "crates/core/src/session/events.rs",
            "crates/core/src/transcript/mod.rs",
            "crates/core/src/transcript/earlier.rs",
        ],
        ..CORE
    },
    Part {
        name: "journal",
        package: "frontdesk-proxy",
        files: &[
            "crates/proxy/src/visitor/journal.rs",
            "crates/proxy/src/visitor/poller/intake.rs",
            "crates/proxy/src/visitor/draft.rs",
            "crates/proxy/src/visitor/book.rs",
        ],
        targets: &["--lib"],
        quick: &[
            "--",
            "visitor::",
            "tests::calls",
            "tests::changes",
            "tests::contact",
            "tests::lifecycle",
            "tests::polling",
            "tests::push",
            "tests::recall",
            "tests::sending",
            "tests::several::",
            "tests::survey",
        ],
        tests: &["crates/proxy/src/tests", "crates/proxy/src/store/tests"],
    },
    Part {
        name: "session",
        files: &[
            "crates/core/src/session/sending.rs",
            "crates/core/src/session/mod.rs",
            "crates/core/src/session/step.rs",
            "crates/core/src/session/sharing.rs",
            "crates/core/src/session/opening.rs",
            "crates/core/src/session/contact.rs",
            "crates/core/src/session/errands.rs",
            "crates/core/src/session/uploading.rs",
            "crates/core/src/session/past.rs",
            "crates/core/src/session/rating.rs",
            "crates/core/src/session/receipts.rs",
            "crates/core/src/session/redacting.rs",
            "crates/core/src/session/drafting.rs",
            "crates/core/src/session/suggesting.rs",
            "crates/core/src/session/calling.rs",
        ],
        ..CORE
    },
];

/// The quick tests, and all of them, go on for ever if they take so many times as long as all took without a change.
const PATIENCE: [u64; 2] = [1, 4];
/// And in seconds at least: a machine may come to be busier.
const LEAST: u64 = 30;
/// The memory of a process under test, in KiB: a change may well make a loop that never ends.
const MEMORY: u64 = 12 << 20;

/// Goes on with the parts and files of these names, or all, and writes the figures.
///
/// # Errors
///
/// A part or file that is not there, tests that fail without any change, or a tool that fails.
pub(crate) fn run(names: &[String]) -> Result<()> {
    let known = |name: &String| {
        PARTS.iter().any(|part| part.name == name || part.files.iter().any(|file| file == name))
    };
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        bail!(
            "there is no part and no file of one \"{unknown}\"; there are {}",
            PARTS.map(|part| part.name).join(", ")
        );
    }
    install::run(&Need::mutants())?;
    report::write()?;
    for part in PARTS {
        let named = |what: &str| names.is_empty() || names.iter().any(|name| name == what);
        let files: Vec<_> =
            part.files.iter().copied().filter(|file| named(part.name) || named(file)).collect();
        if !files.is_empty() {
            Place::new(&part)?.go_on_with(&part, &files)?;
        }
    }
    println!("{} holds the figures", report::PAGE);
    Ok(())
}

/// Where the verdicts are, and where the copy of one part lies and what is made of it: parts may go on side by side.
struct Place {
    dir: PathBuf,
    tree: PathBuf,
    build: PathBuf,
    commit: String,
}

impl Place {
    fn new(part: &Part) -> Result<Self> {
        let dir = dir();
        let own = dir.join(part.name);
        let tree = own.join("tree");
        tree::copy(&tree)?;
        Ok(Self { dir, tree, build: own.join("build"), commit: commit(&["crates"])? })
    }

    fn go_on_with(&self, part: &Part, files: &[&str]) -> Result<()> {
        let tests = hash::inputs("mutants", part.tests)?;
        let mut unchanged = None;
        for file in files {
            let mut ledger = Ledger::open(&self.dir, file, &tests, &self.commit)?;
            let all = self.list(part, file)?;
            for quick in [true, false] {
                let left = ledger.left(&all, quick);
                if left.is_empty() {
                    continue;
                }
                let seconds = match unchanged {
                    Some(seconds) => seconds,
                    None => *unchanged.insert(self.tests(part)?),
                };
                println!("{file}: {} changes, {} tests", left.len(), if quick { "quick" } else { "all" });
                self.mutate(part, file, &left, quick, seconds, &ledger.output(quick))?;
                ledger.take_in(quick)?;
                let left = ledger.left(&all, quick).len();
                ensure!(left == 0, "cargo-mutants left {left} changes of {file} out");
            }
            ledger.done(&all, &self.commit)?;
            report::write()?;
        }
        Ok(())
    }

    /// A command in the copy. Tests draw the same numbers each time, and do not look for a smaller example.
    fn command(&self, words: impl IntoIterator<Item = impl Into<String>>) -> Command {
        let mut command = proc::command("sh");
        command.args(["-c", &format!("ulimit -v {MEMORY} && exec \"$@\""), "sh"]);
        command.args(words.into_iter().map(Into::into)).current_dir(&self.tree);
        command.env("CARGO_TARGET_DIR", &self.build);
        for (name, value) in
            [("MAX_SHRINK_ITERS", "0"), ("DISABLE_FAILURE_PERSISTENCE", "1"), ("RNG_SEED", "1")]
        {
            command.env(format!("PROPTEST_{name}"), value);
        }
        command
    }

    /// Runs the tests without any change; answers how many seconds they took.
    fn tests(&self, part: &Part) -> Result<u64> {
        println!("{}: the tests without any change", part.name);
        let words = ["cargo", "test", "--quiet", "--package", part.package];
        let words = words.iter().chain(part.targets).copied();
        proc::run(&mut self.command(words.clone().chain(["--no-run"])))?;
        let begun = Instant::now();
        proc::run(&mut self.command(words))?;
        Ok(begun.elapsed().as_secs())
    }

    /// The changes that there are, by name: in what the product is built of.
    fn list(&self, part: &Part, file: &str) -> Result<Vec<String>> {
        let tool = install::cargo_mutants()?.display().to_string();
        let words = [&tool, "mutants", "--list", "--package", part.package, "--file", file];
        let listed = proc::output(&mut self.command(words))?;
        let path = self.tree.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let planted = planted::lines(&text);
        let line_of = |name: &str| name.split(':').nth(1).and_then(|line| line.parse::<usize>().ok());
        let built = |name: &&str| line_of(name).is_none_or(|line| !planted.contains(&line));
        Ok(listed.lines().filter(built).map(str::to_owned).collect())
    }

    fn mutate(
        &self,
        part: &Part,
        file: &str,
        names: &[&str],
        quick: bool,
        seconds: u64,
        output: &Path,
    ) -> Result<()> {
        fs::create_dir_all(output).with_context(|| format!("cannot create {}", output.display()))?;
        let [soon, late] = PATIENCE;
        let timeout = (seconds * if quick { soon } else { late } + LEAST).to_string();
        let tool = install::cargo_mutants()?.display().to_string();
        let words = [&tool, "mutants", "--in-place", "--baseline", "skip", "--package", part.package];
        let mut words: Vec<String> = words.map(str::to_owned).to_vec();
        words.extend(["--file", file, "--timeout", &timeout, "--output"].map(str::to_owned));
        words.push(output.display().to_string());
        words.extend(part.targets.iter().map(|target| format!("--cargo-arg={target}")));
        words.extend(names.iter().flat_map(|name| ["--re".to_owned(), format!("^{}$", literal(name))]));
        if quick {
            words.push("--".into());
            words.extend(part.quick.iter().map(|word| (*word).to_owned()));
        }
        let status = self.command(words).status().context("cannot start cargo-mutants")?;
        // 2: not all were noticed; 3: some ran for too long.
        match status.code() {
            Some(0 | 2 | 3) => Ok(()),
            _ => bail!("cargo-mutants failed ({status})"),
        }
    }
}

/// Where this proof keeps what it has reached.
fn dir() -> PathBuf {
    paths::target().join("prove/mutants")
}

/// A regular expression for this text alone.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        if r".+*?()|[]{}^$\".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_does_not_exist_is_named_with_those_that_do() {
        let error = run(&["inbox".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("inbox") && error.contains("outbox"), "{error}");
    }

    #[test]
    fn the_files_are_there_and_each_belongs_to_one_part() {
        let all: Vec<_> = PARTS.iter().flat_map(|part| part.files).collect();
        for file in &all {
            assert!(paths::root().join(file).is_file(), "{file}");
            assert_eq!(all.iter().filter(|other| *other == file).count(), 1, "{file}");
        }
        for entry in fs::read_dir(paths::root().join("crates/core/src/session")).unwrap() {
            let name = format!("crates/core/src/session/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(all.iter().any(|file| **file == name), "{name} belongs to no part");
        }
    }

    #[test]
    fn a_name_is_looked_for_as_it_stands() {
        assert_eq!(literal("a.rs:1:2: f -> [u8] with 0+1"), r"a\.rs:1:2: f -> \[u8\] with 0\+1");
    }
}
