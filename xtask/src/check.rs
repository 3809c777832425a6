//! `check`: everything that can be said about the sources without running them.

use std::path::PathBuf;

use anyhow::Result;

use crate::hash;
use crate::install::{self, Need};
use crate::paths;
use crate::proc;
use crate::simulation;

/// Folders with JavaScript of our own.
const SCRIPTS: [&str; 4] = ["www", "xtask/js", "tests", "crates"];

/// Installs what is needed, then checks.
pub(crate) fn run() -> Result<()> {
    install::run(&Need::check())?;
    check()
}

/// Stops at the first fault.
pub(crate) fn check() -> Result<()> {
    println!("format");
    proc::run(&mut proc::cargo("fmt --all --check"))?;
    proc::run(&mut proc::cargo("fmt --check --manifest-path crates/fuzz/Cargo.toml"))?;
    proc::run(&mut proc::cargo("fmt --check --manifest-path crates/simulation/Cargo.toml"))?;
    simulation::check()?;
    println!("JavaScript");
    scripts()?;
    println!("locale files");
    proc::run(proc::command("node").args([
        "--test",
        "--test-reporter=dot",
        "xtask/js/locale_rules.test.mjs",
        "xtask/js/languages.test.mjs",
    ]))?;
    proc::run(proc::command("node").args(["xtask/js/locales.mjs", "check"]))?;
    println!("lints");
    proc::run(&mut proc::cargo("clippy --quiet --workspace --all-targets -- -D warnings"))?;
    println!("lints of the widget in wasm");
    // What benches and gallery add is built nowhere else.
    for features in ["", "--features bench,gallery"] {
        proc::run(&mut proc::cargo(&format!(
            "clippy --quiet --package frontdesk --all-targets {features} --target wasm32-unknown-unknown -- -D warnings"
        )))?;
    }
    println!("documentation");
    proc::run(proc::cargo("doc --quiet --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"))
}

/// esbuild reads every script; what it writes is thrown away.
fn scripts() -> Result<()> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in SCRIPTS.map(|folder| paths::root().join(folder)) {
        if folder.is_dir() {
            files.extend(hash::files(&folder)?);
        }
    }
    files.retain(|file| file.extension().is_some_and(|end| end == "js" || end == "mjs"));
    let mut out = std::ffi::OsString::from("--outdir=");
    out.push(paths::target().join("xtask/scripts"));
    proc::run(proc::command(paths::node_bin("esbuild")).arg("--log-level=warning").args(files).arg(out))
}
