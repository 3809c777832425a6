//! Why some changes survive: one line each in `survivors.txt`, compared with what is found.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::paths;

/// Where the explanations are.
const FILE: &str = "xtask/src/prove/mutants/survivors.txt";

/// A change that no test need notice, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Explained {
    pub(super) file: String,
    /// As cargo-mutants names it, without its place.
    pub(super) change: String,
    pub(super) why: String,
}

/// All that are explained.
///
/// # Errors
///
/// A line that is none.
pub(super) fn explained() -> Result<Vec<Explained>> {
    let text = fs::read_to_string(paths::root().join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Explained>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| {
        // A change may have `|` in it, an explanation has none.
        let (what, why) = line.rsplit_once(" | ")?;
        let (file, change) = what.split_once(": ")?;
        let [file, change, why] = [file, change, why].map(|part| part.trim().to_owned());
        (!why.is_empty()).then_some(Explained { file, change, why })
    };
    lines
        .map(|line| match read(line) {
            Some(explained) => Ok(explained),
            None => bail!("{FILE}: \"{line}\" is not `file: change | why`"),
        })
        .collect()
}

/// A survivor by file and change, out of the name with its place.
pub(super) fn split(name: &str) -> (&str, &str) {
    let (place, change) = name.split_once(": ").unwrap_or((name, ""));
    (place.split(':').next().unwrap_or(place), change)
}

/// Those of the survivors that nothing explains. The same change at two places of a function needs two lines.
pub(super) fn unexplained<'a>(missed: &[&'a str], explained: &[Explained]) -> Vec<&'a str> {
    let mut open: Vec<(&str, &str)> =
        explained.iter().map(|one| (one.file.as_str(), one.change.as_str())).collect();
    let unexplained = missed.iter().filter(|name| {
        let at = open.iter().position(|one| *one == split(name));
        at.map(|at| open.swap_remove(at)).is_none()
    });
    unexplained.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_explains_one_survivor() {
        let explained = parse("# how\n\nsrc/a.rs: replace | with ^ in f | no bit is in both\n").unwrap();
        assert_eq!(explained.len(), 1);
        let missed = ["src/a.rs:3:4: replace | with ^ in f", "src/a.rs:9:4: replace | with ^ in f"];
        assert_eq!(unexplained(&missed, &explained), [missed[1]]);
        assert_eq!(unexplained(&missed, &[explained.clone(), explained].concat()), [""; 0]);
        assert_eq!(unexplained(&["src/b.rs:3:4: replace | with ^ in f"], &[]).len(), 1);
    }

    #[test]
    fn a_line_without_an_explanation_is_named() {
        for line in ["src/a.rs: replace f with ()", "src/a.rs: replace f with () | ", "replace f | why"] {
            assert!(parse(line).unwrap_err().to_string().contains(line.trim()), "{line}");
        }
    }

    #[test]
    fn every_explanation_is_about_a_file_that_is_there() {
        for one in explained().unwrap() {
            assert!(paths::root().join(&one.file).is_file(), "{one:?}");
        }
    }
}
