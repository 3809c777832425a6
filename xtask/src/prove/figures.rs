//! Figures in a page of the documentation: whoever measures owns the lines between two marks, a person owns the rest.
//!
//! ```md
//! <!-- figures: simulation -->
//! what was measured
//! <!-- end of figures: simulation -->
//! ```

use std::fs::{self, OpenOptions};
use std::io::{self, Seek as _, Write as _};

use anyhow::{Context as _, Result, bail};

use crate::paths;

/// Where the promise and its figures stand.
pub(crate) const DELIVERY: &str = "docs/delivery.md";

/// Where the figures stand of what is not about delivery alone.
pub(crate) const PROOF: &str = "docs/proof.md";

/// Where it stands what things cost.
pub(crate) const PERFORMANCE: &str = "docs/performance.md";

/// Where it stands what becomes of bad load.
pub(crate) const SCALING: &str = "docs/scaling.md";

/// Where it is said how accessible it is.
pub(crate) const ACCESSIBILITY: &str = "docs/accessibility.md";

/// Where it is said what becomes of hostile websites.
pub(crate) const HOSTS: &str = "docs/hosts.md";

/// Puts `text` between the marks named `name` of the page, in the place of what was there. Nothing is written when that is
/// the same already. Two that write at the same time write one after the other.
///
/// # Errors
///
/// A page that cannot be read or written, or in which the marks are missing, double or in the wrong order.
pub(crate) fn write(page: &str, name: &str, text: &str) -> Result<()> {
    let path = paths::root().join(page);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot open {page}"))?;
    file.lock().with_context(|| format!("cannot lock {page}"))?;
    let old = io::read_to_string(&file).with_context(|| format!("cannot read {page}"))?;
    let new = put(&old, name, text).with_context(|| format!("{page} has no place for these figures"))?;
    if new != old {
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(new.as_bytes()))
            .with_context(|| format!("cannot write {page}"))?;
    }
    Ok(())
}

/// The line of a table in this page that begins with this cell, if there is one: what was measured on another machine, or
/// before a clean build, is kept until it is measured again.
///
/// # Errors
///
/// A page that cannot be read.
pub(crate) fn line(page: &str, first: &str) -> Result<Option<String>> {
    let text = fs::read_to_string(paths::root().join(page)).with_context(|| format!("cannot read {page}"))?;
    Ok(text.lines().find(|line| begins(line, first)).map(str::to_owned))
}

fn begins(line: &str, first: &str) -> bool {
    line.strip_prefix("| ")
        .and_then(|rest| rest.strip_prefix(first))
        .is_some_and(|rest| rest.starts_with(" |"))
}

fn put(page: &str, name: &str, text: &str) -> Result<String> {
    let (from, to) = (format!("<!-- figures: {name} -->"), format!("<!-- end of figures: {name} -->"));
    for mark in [&from, &to] {
        match page.matches(mark.as_str()).count() {
            1 => {}
            times => bail!("\"{mark}\" is there {times} times instead of once"),
        }
    }
    let order = || format!("\"{to}\" comes before \"{from}\"");
    let (before, rest) = page.split_once(&from).with_context(order)?;
    let (_, after) = rest.split_once(&to).with_context(order)?;
    Ok(format!("{before}{from}\n\n{}\n\n{to}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "a\n<!-- figures: one -->\nold\n<!-- end of figures: one -->\nb\n<!-- figures: two -->\n<!-- end of figures: two -->\n";

    #[test]
    fn figures_take_the_place_of_those_before_and_leave_the_rest() {
        let once = put(PAGE, "one", "new\n").unwrap();
        assert_eq!(once, PAGE.replace("\nold\n", "\n\nnew\n\n"));
        assert_eq!(put(&once, "one", "new").unwrap(), once);
        let both = put(&once, "two", "other").unwrap();
        assert!(both.contains("new") && both.contains("other"));
    }

    #[test]
    fn a_page_without_one_pair_of_marks_is_refused() {
        let swapped = "<!-- end of figures: one -->\n<!-- figures: one -->";
        for page in ["", "<!-- figures: one -->", swapped, &PAGE.repeat(2)] {
            assert!(put(page, "one", "new").is_err(), "{page}");
        }
        assert!(put(PAGE, "three", "new").is_err());
    }

    #[test]
    fn a_line_is_found_by_its_whole_first_cell() {
        assert!(begins("| a page | 1 | 2 |", "a page"));
        assert!(!begins("| a page in Firefox | 1 |", "a page"));
        assert!(!begins("a page | 1 |", "a page"));
    }

    #[test]
    fn every_proof_has_its_place() {
        for (page, names) in [
            (DELIVERY, &["simulation", "processes", "tabs", "recovery"][..]),
            (PROOF, &["hostile", "mutants"]),
            (HOSTS, &["hosts"]),
            (SCALING, &["slow", "forwarded", "isolation", "drain"]),
        ] {
            let page = fs::read_to_string(paths::root().join(page)).unwrap();
            for name in names {
                put(&page, name, "new").unwrap();
            }
        }
    }
}
