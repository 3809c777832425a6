//! Running other programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::paths;

/// A command that runs in the root of the repository.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root());
    if builds_once() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// What helps to build again would fill the disk of a machine of CI, which builds once: it is more than half of `target`.
fn builds_once() -> bool {
    std::env::var_os("CI").is_some() && std::env::var_os("CARGO_INCREMENTAL").is_none()
}

/// `cargo`, with its arguments separated by blanks.
pub(crate) fn cargo(words: &str) -> Command {
    let mut command = command("cargo");
    command.args(words.split_whitespace());
    command
}

/// Runs it with its output shown.
///
/// # Errors
///
/// If it cannot be started or fails; the error is one line with the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs it silently and gives what it printed; on failure what it complained about is in the error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` did not print UTF-8"))
}

/// Whether it can be started and succeeds.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The file that the shell would start for this name.
pub(crate) fn find(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let mut words = vec![name];
    words.extend(command.get_args().take(6).map(|word| word.to_string_lossy().into_owned()));
    if command.get_args().len() > 6 {
        words.push("…".into());
    }
    words.join(" ")
}
