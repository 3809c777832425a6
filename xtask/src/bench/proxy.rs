//! `bench proxy`: what a proxy does under bad load, by the exercises of `crates/load`, into `docs/scaling.md`.

use std::process::Command;

use anyhow::{Result, bail};

use super::machine;
use crate::paths;
use crate::proc;
use crate::prove::{self, figures, rig};

/// What can be measured.
const EXERCISES: [&str; 5] = ["relay", "listeners", "slow", "forwarded", "isolation"];
/// What the figures depend on.
const MEASURED: [&str; 6] =
    ["crates/contract", "crates/faults", "crates/load", "crates/proxy", "crates/redact", "crates/sandbox"];

/// How programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// As they are released: for times.
    Release,
    /// As they are developed: for counts.
    Development,
}

/// Measures, prints and writes the figures of these exercises, or of all.
///
/// # Errors
///
/// An exercise that there is not, or whose counts are not as promised; never for a time.
pub(crate) fn run(names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !EXERCISES.contains(&name.as_str())) {
        bail!("there is no exercise \"{unknown}\"; there are {}", EXERCISES.join(", "));
    }
    for name in EXERCISES.iter().filter(|name| names.is_empty() || names.iter().any(|own| own == *name)) {
        let words = format!("cargo xtask bench proxy {name}");
        exercise(name, &words, Build::Release)?;
    }
    Ok(())
}

/// Does one exercise in full size and writes its figures. `words`: what was asked for.
///
/// # Errors
///
/// What cannot be built, or is not as promised.
pub(crate) fn exercise(name: &str, words: &str, build: Build) -> Result<()> {
    let commit = prove::commit(&MEASURED)?;
    let (options, folder, said) = match build {
        Build::Release => (" --release", "release", "Programs are release builds."),
        Build::Development => ("", "debug", "Programs are development builds."),
    };
    proc::run(&mut proc::cargo(&format!(
        "build{options} --package frontdesk-proxy --package frontdesk-load"
    )))?;
    let machine = machine();
    let mut command: Command = proc::command(paths::target().join(folder).join("frontdesk-load"));
    let table = rig::measured(command.arg(name).stderr(std::process::Stdio::inherit()))?;
    let text = format!("`{words}`, commit {commit}; {machine} {said}\n\n{}", table.trim());
    figures::write(figures::SCALING, name, &text)?;
    println!("{} holds the figures", figures::SCALING);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_that_does_not_exist_is_named_with_those_that_do() {
        let error = run(&["fast".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("fast") && error.contains("isolation"), "{error}");
    }
}
