//! `bench proxy`: what a proxy does under bad load, by the exercises of `crates/load`, into `docs/scaling.md`.

use std::path::PathBuf;
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
    /// As they are shipped: for times.
    Shipped,
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
        exercise(name, &words, Build::Shipped)?;
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
    let (profile, said) = match build {
        Build::Shipped => ("server", "The proxy is built as it is shipped."),
        Build::Development => ("dev", "The proxy is a development build."),
    };
    for package in ["frontdesk-proxy", "frontdesk-load"] {
        proc::run(&mut proc::cargo(&format!("build --profile {profile} --package {package}")))?;
    }
    let machine = machine();
    let mut command: Command = proc::command(folder(profile).join("frontdesk-load"));
    command.arg(name).arg("--program").arg(folder(profile).join("frontdesk"));
    let table = rig::measured(command.stderr(std::process::Stdio::inherit()))?;
    let text = format!("`{words}`, commit {commit}; {machine} {said}\n\n{}", table.trim());
    figures::write(figures::SCALING, name, &text)?;
    println!("{} holds the figures", figures::SCALING);
    Ok(())
}

/// Where cargo puts what it builds with this profile.
fn folder(profile: &str) -> PathBuf {
    paths::target().join(if profile == "dev" { "debug" } else { profile })
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
