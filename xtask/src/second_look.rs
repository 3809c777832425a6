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
    if first.begun != first.ended {
        bail!(
            "`cargo test {words}` failed: {} of {} programs came to their end; {} tests, named {}",
            first.ended,
            first.begun,
            first.counted,
            failed.join(", ")
        );
    }
    if !first.is_worth_a_look() {
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
    /// How many programs began with their tests.
    begun: usize,
    /// How many of them said in the end what had become of the tests.
    ended: usize,
}

impl Heard {
    fn line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failed.push(name.to_owned());
        } else if is_opening(line) {
            self.begun += 1;
        } else if let Some(closing) = line.strip_prefix("test result: ") {
            self.ended += 1;
            self.counted += before(closing, " failed");
            self.ran += before(closing, " passed") + before(closing, " failed");
        }
    }

    /// Whether a few tests failed and nothing else. A program that died in the middle names no test that failed, and the tests
    /// of another one, alone and passed, would hide it.
    fn is_worth_a_look(&self) -> bool {
        self.begun == self.ended
            && (1..=AT_MOST).contains(&self.failed.len())
            && self.failed.len() == self.counted
    }
}

/// Whether a program says with this line how many tests it has.
fn is_opening(line: &str) -> bool {
    line.strip_prefix("running ")
        .and_then(|rest| rest.strip_suffix(" tests").or_else(|| rest.strip_suffix(" test")))
        .is_some_and(|count| count.parse::<usize>().is_ok())
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
            "running late",
            "test a_call ... ok",
            "test calls::of_two ... FAILED",
            "test src/lib.rs - thing (line 3) ... FAILED",
            "---- calls::of_two stdout ----",
            "test result: FAILED. 9 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            "running 140 tests",
            "test result: ok. 140 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            heard.line(line);
        }
        let failed = vec!["calls::of_two".to_owned(), "src/lib.rs - thing (line 3)".to_owned()];
        assert_eq!(heard, Heard { passed: false, failed, counted: 2, ran: 151, begun: 2, ended: 2 });
        assert!(heard.is_worth_a_look());
    }

    #[test]
    fn a_program_that_died_has_no_second_look() {
        let mut heard = Heard::default();
        for line in [
            "running 2 tests",
            "test a_call ... FAILED",
            "test a_text ... ok",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ] {
            heard.line(line);
        }
        assert!(heard.is_worth_a_look());
        // Another one, which is killed before it says what became of its tests.
        heard.line("running 1 test");
        heard.line("test of_the_other ... ok");
        assert!(!heard.is_worth_a_look(), "{heard:?}");
    }

    #[test]
    fn what_does_not_build_has_no_second_look() {
        let error = run("--package no-such-package", &[], |_| ()).unwrap_err();
        assert!(error.to_string().contains("0 tests"), "{error}");
    }
}
