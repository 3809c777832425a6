//! `bench calls`: what a call costs, beside a page of plain JsSIP, into `docs/calls.md`.

use std::fs;
use std::process::Stdio;

use anyhow::{Context as _, Result};

use crate::bundle;
use crate::install::{self, Need};
use crate::paths;
use crate::proc;
use crate::prove::{self, rig};

/// Between these two lines of the page stand the figures.
const FROM: &str = "<!-- figures, by `cargo xtask bench calls` -->";
const TO: &str = "<!-- end of figures -->";
/// What the figures depend on.
const MEASURED: [&str; 5] = ["crates", "src", "www", "tests/e2e", "package-lock.json"];

/// How much to measure.
pub(crate) struct Calls {
    /// How often each page rings.
    pub(crate) runs: u32,
    /// For how long processors are measured.
    pub(crate) seconds: u32,
}

impl Default for Calls {
    fn default() -> Self {
        Self { runs: 15, seconds: 20 }
    }
}

/// Measures, prints and writes the figures.
///
/// # Errors
///
/// If something could not be measured; never for a figure.
pub(crate) fn run(calls: &Calls) -> Result<()> {
    install::run(&Need::calls())?;
    let commit = prove::commit(&MEASURED)?;
    bundle::build(false)?;
    proc::run(&mut proc::cargo("build --package frontdesk-proxy"))?;
    let chromium = proc::output(proc::command(super::CHROMIUM).arg("--version"))?;
    let chromium = chromium.split(" built").next().unwrap_or_default().trim();
    let machine = super::machine();
    let mut command = proc::cargo("run --quiet --package frontdesk-e2e --bin frontdesk-call-figures --");
    command.args([calls.runs.to_string(), calls.seconds.to_string()]).env_remove("FRONTDESK_BIN");
    let table = rig::measured(command.stderr(Stdio::inherit()))?;
    let text = format!(
        "`cargo xtask bench calls --runs {} --seconds {}`, commit {commit}; {chromium} headless, {machine} Servers are development \
         builds, the widget is as it is shipped.\n\n{}",
        calls.runs,
        calls.seconds,
        table.trim()
    );
    let file = paths::root().join("docs/calls.md");
    let page = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    fs::write(&file, put(&page, &text)?).with_context(|| format!("cannot write {}", file.display()))?;
    println!("docs/calls.md holds the figures");
    Ok(())
}

/// The page with these figures in the place of those that it had.
fn put(page: &str, text: &str) -> Result<String> {
    let lacks = || format!("docs/calls.md has no place for figures: \"{FROM}\" … \"{TO}\"");
    let (before, rest) = page.split_once(FROM).with_context(lacks)?;
    let (_, after) = rest.split_once(TO).with_context(lacks)?;
    Ok(format!("{before}{FROM}\n\n{text}\n\n{TO}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_take_the_place_of_those_before() {
        let page = format!("a\n{FROM}\nold\n{TO}\nb\n");
        let once = put(&page, "new").unwrap();
        assert_eq!(once, format!("a\n{FROM}\n\nnew\n\n{TO}\nb\n"));
        assert_eq!(put(&once, "new").unwrap(), once);
        assert!(put("a", "new").is_err());
    }

    #[test]
    fn the_page_has_a_place_for_them() {
        let page = fs::read_to_string(paths::root().join("docs/calls.md")).unwrap();
        put(&page, "new").unwrap();
    }
}
