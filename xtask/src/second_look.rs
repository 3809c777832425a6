//! Tests by `cargo test`, and a second look at the few that failed.
//!
//! What waits for real browsers, sockets and telephones on a busy machine fails now and then for no fault of the code. A test
//! that failed runs once more, alone; only if it fails again does the step fail. One that passes then is named, every time:
//! see `docs/decisions/0024-a-second-look.md`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::proc;

/// More failures than this are no accident: nothing runs again.
const AT_MOST: usize = 3;

/// `cargo test` with these words, all targets even after a failure, as `adapt` changes the command; `harness` is for the tests
/// themselves.
///
/// # Errors
///
/// If something other than tests fails, if more than three tests fail, or one of them twice.
pub(crate) fn run(words: &str, harness: &[&str], adapt: impl Fn(&mut Command)) -> Result<()> {
    let go = |more: &[&str]| {
        let mut command = proc::cargo(&format!("test {words} --no-fail-fast"));
        command.arg("--").args(harness).args(more);
        adapt(&mut command);
        overheard(&mut command)
    };
    let first = go(&[])?;
    if first.passed {
        return Ok(());
    }
    let failed: Vec<&str> = first.failed.iter().map(String::as_str).collect();
    if failed.is_empty() || failed.len() != first.counted || failed.len() > AT_MOST {
        bail!("`cargo test {words}` failed: {} tests, named {}", first.counted, failed.join(", "));
    }
    println!("\na second look at {}", failed.join(", "));
    let again = go(&[&["--exact", "--test-threads", "1"], failed.as_slice()].concat())?;
    if !again.passed || again.ran < failed.len() {
        bail!("`cargo test {words}` failed, and once more alone: {}", failed.join(", "));
    }
    println!(
        "\nunsteady: failed once and passed alone, which somebody should look at: {}\n",
        failed.join(", ")
    );
    Ok(())
}

/// What a run of tests printed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    passed: bool,
    /// Names of the tests that failed.
    failed: Vec<String>,
    /// How many failed, as the closing lines say.
    counted: usize,
    /// How many ran.
    ran: usize,
}

impl Heard {
    fn line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failed.push(name.to_owned());
        } else if let Some(closing) = line.strip_prefix("test result: ") {
            self.counted += before(closing, " failed");
            self.ran += before(closing, " passed") + before(closing, " failed");
        }
    }
}

/// The number that stands before this word; none is nought.
fn before(line: &str, word: &str) -> usize {
    let until = line.find(word).unwrap_or(0);
    line[..until]
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

/// Runs it with its output shown and heard.
fn overheard(command: &mut Command) -> Result<Heard> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start `cargo test`")?;
    let stdout = child.stdout.take().context("`cargo test` has no output")?;
    let mut heard = Heard::default();
    let mut out = std::io::stdout().lock();
    let mut lines = BufReader::new(stdout);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).context("cannot read what `cargo test` prints")? > 0 {
        out.write_all(&line).and_then(|()| out.flush()).context("cannot print")?;
        heard.line(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    heard.passed = child.wait().context("cannot wait for `cargo test`")?.success();
    Ok(heard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_counts_are_heard() {
        let mut heard = Heard::default();
        for line in [
            "running 11 tests",
            "test a_call ... ok",
            "test calls::of_two ... FAILED",
            "test src/lib.rs - thing (line 3) ... FAILED",
            "---- calls::of_two stdout ----",
            "test result: FAILED. 9 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            "test result: ok. 140 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            heard.line(line);
        }
        let failed = vec!["calls::of_two".to_owned(), "src/lib.rs - thing (line 3)".to_owned()];
        assert_eq!(heard, Heard { passed: false, failed, counted: 2, ran: 151 });
    }

    #[test]
    fn what_does_not_build_has_no_second_look() {
        let error = run("--package no-such-package", &[], |_| ()).unwrap_err();
        assert!(error.to_string().contains("0 tests"), "{error}");
    }
}
