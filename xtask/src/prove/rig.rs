//! Proofs with real browsers and real programs: parts, each a run of a program of `tests/e2e` that prints a row of a table.
//! A part that is done is not done again while the sources are the same.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use super::{commit, figures};
use crate::bundle;
use crate::hash;
use crate::install::{self, Browser, Need};
use crate::paths;
use crate::proc;

/// What is tried.
const TRIED: [&str; 8] = [
    "crates/contract",
    "crates/core",
    "crates/proxy",
    "crates/redact",
    "crates/faults",
    "src",
    "www",
    "tests/e2e/src",
];

/// Installs what is needed and builds everything that is proven or measured with it.
///
/// # Errors
///
/// What cannot be installed or built.
pub(crate) fn prepare(need: &Need) -> Result<()> {
    install::run(need)?;
    bundle::build(false)?;
    proc::run(&mut proc::cargo("build --package frontdesk-proxy --package frontdesk-e2e"))
}

/// A program of the journeys, which tries the proxy of this tree and says on the terminal how far it is.
pub(crate) fn program(name: &str) -> Command {
    let mut command = proc::command(paths::target().join("debug").join(name));
    command.env_remove("FRONTDESK_BIN").stderr(Stdio::inherit());
    command
}

/// What a measurement prints, which is shown as well.
///
/// # Errors
///
/// A measurement that cannot be started, or fails.
pub(crate) fn measured(command: &mut Command) -> Result<String> {
    let made = command.output().context("cannot start the measurement")?;
    ensure!(made.status.success(), "the measurement failed");
    let table = String::from_utf8(made.stdout)?;
    println!("{table}");
    Ok(table)
}

/// The browsers of these names, or all of them; the others are not to be tried.
///
/// # Errors
///
/// A name that no browser has.
pub(super) fn wanted(names: &[String]) -> Result<impl Fn(Browser) -> bool> {
    if let Some(unknown) =
        names.iter().find(|name| !Browser::ALL.iter().any(|own| own.name() == name.as_str()))
    {
        bail!("there is no browser \"{unknown}\"; there are chromium, firefox and webkit");
    }
    Ok(|browser: Browser| names.is_empty() || names.iter().any(|name| name == browser.name()))
}

/// A part: its name, what it is called in the table, and the words that make its program do it.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) words: &'static str,
}

/// A table of parts.
pub(super) struct Table {
    /// What the table is about, and its head.
    pub(super) head: &'static str,
    pub(super) parts: &'static [Part],
}

/// A proof.
pub(super) struct Proof {
    /// The word after `prove`, and of the marks in the documentation.
    pub(super) name: &'static str,
    /// The program that does a part.
    pub(super) program: &'static str,
    pub(super) tables: &'static [Table],
}

struct Done {
    sources: String,
    commit: String,
    row: String,
}

impl Proof {
    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.tables.iter().flat_map(|table| table.parts)
    }

    /// Runs the parts of these names, or all, and writes the figures.
    ///
    /// # Errors
    ///
    /// A part that does not keep the promise, or cannot be run.
    pub(super) fn run(&self, names: &[String]) -> Result<()> {
        if let Some(unknown) = names.iter().find(|name| !self.parts().any(|part| part.name == name.as_str()))
        {
            let all: Vec<_> = self.parts().map(|part| part.name).collect();
            bail!("there is no part \"{unknown}\"; there are {}", all.join(", "));
        }
        prepare(&Need::test(&Browser::ALL))?;
        let sources = hash::inputs(&format!("prove {}", self.name), &TRIED)?;
        self.report()?;
        for part in self.parts().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name))
        {
            if self.done(part).is_none_or(|done| done.sources != sources) {
                self.one(part, &sources)?;
            }
            self.report()?;
        }
        println!("{} holds the figures", figures::DELIVERY);
        Ok(())
    }

    fn one(&self, part: &Part, sources: &str) -> Result<()> {
        println!("{}: {}", part.title, part.words);
        let commit = commit(&TRIED)?;
        let mut command = program(self.program);
        let made = command.args(part.words.split(' ')).output().context("cannot start it")?;
        let row = String::from_utf8(made.stdout)?;
        ensure!(made.status.success(), "{}: {}", part.name, row.trim());
        let file = self.file(part);
        fs::create_dir_all(file.parent().context("no folder")?)?;
        let text = format!("{sources}\n{commit}\n{}\n", row.trim());
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    fn file(&self, part: &Part) -> PathBuf {
        paths::target().join("prove").join(self.name).join(part.name)
    }

    fn done(&self, part: &Part) -> Option<Done> {
        let text = fs::read_to_string(self.file(part)).ok()?;
        let mut lines = text.lines().map(str::to_owned);
        Some(Done { sources: lines.next()?, commit: lines.next()?, row: lines.next()? })
    }

    /// The tables of what was done last, each row with its commit.
    fn report(&self) -> Result<()> {
        let mut tables = Vec::new();
        for table in self.tables {
            let mut text = table.head.to_owned();
            for part in table.parts {
                let line = match self.done(part) {
                    Some(Done { commit, row, .. }) => format!("| {} | {row} | {commit} |", part.title),
                    None => figures::line(figures::DELIVERY, part.title)?
                        .unwrap_or_else(|| format!("| {} | not run yet |", part.title)),
                };
                text.push_str(&format!("{line}\n"));
            }
            tables.push(text);
        }
        figures::write(figures::DELIVERY, self.name, &tables.join("\n"))
    }
}
