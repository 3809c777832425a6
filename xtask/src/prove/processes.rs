//! `prove processes`: what arrives in real browsers while networks fail, and while proxies, stores and browsers are
//! killed. A part that is done is not done again while the sources are the same.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};

use super::{commit, figures};
use crate::bundle;
use crate::hash;
use crate::install::{self, Browser, Need};
use crate::paths;
use crate::proc;

/// What is tried.
const TRIED: [&str; 7] =
    ["crates/contract", "crates/core", "crates/proxy", "crates/faults", "src", "www", "tests/e2e/src"];

/// A part: its name, what it is called in the table, and how much of it makes the proof.
type Part = (&'static str, &'static str, u32);

const PARTS: [Part; 7] = [
    ("chromium", "a page in Chromium, faults 5 %", 1_000),
    ("firefox", "a page in Firefox, faults 5 %", 200),
    ("webkit", "a page in WebKitGTK, faults 5 %", 200),
    ("proxy-kills", "8 visitors, the proxy killed", 50),
    ("store-kills", "8 visitors, 2 proxies, Redis killed", 20),
    ("browser-kills", "a page, Chromium killed while sending", 20),
    ("rolling", "8 visitors, 3 proxies on Redis behind a balancer, restarted by turns", 30),
];

/// Runs the parts of these names, or all, and writes the figures.
///
/// # Errors
///
/// A part that does not keep the promise, or cannot be run.
pub(crate) fn run(names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|part| part.0 == name.as_str())) {
        bail!("there is no part \"{unknown}\"; there are {}", PARTS.map(|part| part.0).join(", "));
    }
    install::run(&Need::test(&Browser::ALL))?;
    bundle::build(false)?;
    proc::run(&mut proc::cargo("build --package frontdesk-proxy --package frontdesk-e2e"))?;
    let sources = hash::inputs("prove processes", &TRIED)?;
    report()?;
    for part in PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.0)) {
        if done(part).is_none_or(|done| done.sources != sources) {
            one(part, &sources)?;
        }
        report()?;
    }
    println!("{} holds the figures", figures::DELIVERY);
    Ok(())
}

fn one((name, title, count): &Part, sources: &str) -> Result<()> {
    println!("{title}: {count}");
    let commit = commit(&TRIED)?;
    let mut command = proc::command(paths::target().join("debug/frontdesk-prove-processes"));
    command.args([(*name).to_owned(), count.to_string()]).env_remove("FRONTDESK_BIN");
    let made = command.stderr(Stdio::inherit()).output().context("cannot start it")?;
    let row = String::from_utf8(made.stdout)?;
    ensure!(made.status.success(), "{name}: {}", row.trim());
    let file = file(name);
    fs::create_dir_all(file.parent().context("no folder")?)?;
    let text = format!("{sources}\n{commit}\n{}\n", row.trim());
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

struct Done {
    sources: String,
    commit: String,
    row: String,
}

fn file(name: &str) -> PathBuf {
    paths::target().join("prove/processes").join(name)
}

fn done((name, ..): &Part) -> Option<Done> {
    let text = fs::read_to_string(file(name)).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    Some(Done { sources: lines.next()?, commit: lines.next()?, row: lines.next()? })
}

/// The table of what was done last, each row with its commit.
fn report() -> Result<()> {
    let mut text = "`cargo xtask prove processes`. Ids deduplicated, poll destructive, history kept. Faults: begun, visitor to proxy + \
                    proxy to centre. Recovery: milliseconds from the end of the last fault until all was delivered.\n\n\
                    | what | up | down | lost | duplicated | inversions | unexpected | unconfirmed | kills | faults | requests per message | \
                    recovery ms | seconds | commit |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n"
        .to_owned();
    for part in &PARTS {
        match done(part) {
            Some(Done { commit, row, .. }) => text.push_str(&format!("| {} | {row} | {commit} |\n", part.1)),
            None => text.push_str(&format!("| {} | not run yet |\n", part.1)),
        }
    }
    figures::write(figures::DELIVERY, "processes", &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_does_not_exist_is_named_with_those_that_do() {
        let error = run(&["safari".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("safari") && error.contains("webkit"), "{error}");
    }
}
