//! `fuzz`: hostile input for the readers of the proxy, by libFuzzer through cargo-fuzz.
//!
//! Without a sanitizer, so that the stable compiler does; the readers hold no unsafe code. Comparisons are not traced,
//! which would take most of the time: `crates/fuzz/dict` holds the words that matter, `crates/fuzz/seeds` where to begin.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::install::{self, Need};
use crate::paths;
use crate::proc;

/// A fuzz target.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// The longest input that is tried, in bytes.
    pub(crate) max_len: u32,
    /// The code that it tries, beside the target itself.
    pub(crate) tries: &'static [&'static str],
}

/// Every fuzz target.
pub(crate) const TARGETS: [Target; 5] = [
    Target { name: "downlink", max_len: 4_096, tries: &["crates/proxy/src/vendor"] },
    Target { name: "history", max_len: 4_096, tries: &["crates/proxy/src/vendor"] },
    Target { name: "download", max_len: 4_096, tries: &["crates/proxy/src/vendor/cec/download"] },
    Target { name: "rich", max_len: 2_048, tries: &["crates/proxy/src/vendor/rich"] },
    Target { name: "sniff", max_len: 65_536, tries: &["crates/proxy/src/files/sniff"] },
];
/// Runs of each target in `test`.
pub(crate) const QUICK_RUNS: u64 = 100_000;
/// The project of cargo-fuzz.
const PROJECT: &str = "crates/fuzz";

/// Which targets, and how often.
pub(crate) struct Fuzz {
    pub(crate) runs: u64,
    pub(crate) targets: Vec<String>,
}

impl Fuzz {
    /// All targets, as often as `test` does.
    pub(crate) fn quick() -> Self {
        Self { runs: QUICK_RUNS, targets: Vec::new() }
    }

    /// The targets that are meant: all, unless some are named.
    ///
    /// # Errors
    ///
    /// A target that is not there.
    pub(crate) fn chosen(&self) -> Result<Vec<Target>> {
        for wanted in &self.targets {
            if !TARGETS.iter().any(|target| target.name == wanted) {
                let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
                bail!("no fuzz target \"{wanted}\"; there are {}", names.join(", "));
            }
        }
        let named = |target: &Target| self.targets.iter().any(|wanted| wanted == target.name);
        Ok(TARGETS.into_iter().filter(|target| self.targets.is_empty() || named(target)).collect())
    }
}

/// Installs what is needed, then runs: from the seeds alone, so that the same sources are tried with the same inputs.
///
/// # Errors
///
/// A target that is not there, or that crashed: the error names the input.
pub(crate) fn run(fuzz: &Fuzz) -> Result<()> {
    let targets = fuzz.chosen()?;
    install::run(&Need::fuzz())?;
    let built = Built::new()?;
    for target in targets {
        let found = paths::target().join("fuzz/found").join(target.name);
        if found.exists() {
            fs::remove_dir_all(&found).with_context(|| format!("cannot empty {}", found.display()))?;
        }
        built.run(&target, &found, fuzz.runs, 1, target.max_len)?;
    }
    Ok(())
}

/// The targets as programs.
pub(crate) struct Built {
    dir: PathBuf,
}

impl Built {
    /// Builds what has changed.
    ///
    /// # Errors
    ///
    /// If it does not build.
    pub(crate) fn new() -> Result<Self> {
        let version = proc::output(proc::command("rustc").arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.context("rustc does not say what it builds for")?;
        let into = paths::target().join("fuzz/build");
        let mut command = proc::command(install::cargo_fuzz()?);
        command.args(["build", "--fuzz-dir", PROJECT, "--sanitizer", "none", "--no-trace-compares"]);
        proc::run(command.args(["--target", host, "--target-dir"]).arg(&into))?;
        Ok(Self { dir: into.join(host).join("release") })
    }

    /// Runs one target with inputs of at most `max_len` bytes. Inputs that reach something new are kept in `found` and are
    /// the beginning of the next run; the same seed and the same beginning try the same.
    ///
    /// # Errors
    ///
    /// A crash, a broken promise, 10 s or 2 GB for one input.
    pub(crate) fn run(
        &self,
        target: &Target,
        found: &Path,
        runs: u64,
        seed: u64,
        max_len: u32,
    ) -> Result<()> {
        let name = target.name;
        println!("fuzz target {name}: {runs} runs");
        let project = paths::root().join(PROJECT);
        let broke = paths::target().join("fuzz/broke").join(name);
        for dir in [found, &broke] {
            fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        }
        let mut command = proc::command(self.dir.join(name));
        command
            .args([format!("-runs={runs}"), format!("-seed={seed}"), format!("-max_len={max_len}")])
            // Weighing what is rare, and counting how often an edge is passed, costs more than the readers themselves.
            .args(["-timeout=10", "-rss_limit_mb=2048", "-print_funcs=0", "-entropic=0", "-use_counters=0"])
            .arg(format!("-artifact_prefix={}/", broke.display()))
            .arg(format!("-dict={}", project.join("dict").join(format!("{name}.txt")).display()))
            .arg(found)
            .arg(project.join("seeds").join(name))
            .env("RUST_BACKTRACE", "0");
        // Thousands of lines that nobody reads unless it breaks.
        let log = broke.join("log");
        let file = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let result = proc::run(command.stderr(file));
        if result.is_err() {
            eprintln!("{}", String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()));
        }
        result
            .with_context(|| format!("fuzz target {name}: the input that broke it is in {}", broke.display()))
    }
}
