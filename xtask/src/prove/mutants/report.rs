//! The figures, and what survived with its explanation.

use anyhow::Result;

use super::ledger::{Ledger, Verdict};
use super::survivors::{self, Explained};
use super::{PARTS, dir};
use crate::prove::figures;

/// Where they stand.
pub(super) const PAGE: &str = figures::PROOF;

/// Writes the table of all files, those that were not tried here as they were, and the list of survivors.
///
/// # Errors
///
/// A page that cannot be written, or explanations that cannot be read.
pub(super) fn write() -> Result<()> {
    let explained = survivors::explained()?;
    let mut text =
        "| file | changes | noticed | out of time | not compiled | survived | unexplained | commit |\n\
                    | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n"
            .to_owned();
    let mut open = Vec::new();
    for file in PARTS.iter().flat_map(|part| part.files) {
        let name = shown(file);
        let line = match Ledger::last(&dir(), file).filter(|ledger| ledger.total > 0) {
            Some(ledger) => {
                let missed: Vec<_> = ledger.missed().collect();
                let unexplained = survivors::unexplained(&missed, &explained);
                open.extend(unexplained.iter().map(|name| (*name).to_owned()));
                row(&name, &ledger, missed.len(), unexplained.len())
            }
            None => figures::line(PAGE, &name)?.unwrap_or_else(|| format!("| {name} | not run yet |")),
        };
        text.push_str(&format!("{line}\n"));
    }
    text.push_str("\nSurvivors, and why no test notices them:\n\n");
    for one in &explained {
        text.push_str(&format!("- {}: `{}`: {}\n", shown(&one.file), one.change, one.why));
    }
    for name in &open {
        text.push_str(&format!("- `{name}`: unexplained\n"));
        println!("unexplained: {name}");
    }
    gone(&explained);
    figures::write(PAGE, "mutants", &text)
}

/// Says which explanations are about nothing that survived.
fn gone(explained: &[Explained]) {
    for one in explained {
        let Some(ledger) = Ledger::last(&dir(), &one.file).filter(|ledger| ledger.total > 0) else {
            continue;
        };
        if !ledger.missed().any(|name| survivors::split(name).1 == one.change) {
            println!("explained, but not there any more: {}: {}", one.file, one.change);
        }
    }
}

fn shown(file: &str) -> String {
    file.trim_start_matches("crates/").replace("/src/", "/")
}

fn row(name: &str, ledger: &Ledger, missed: usize, unexplained: usize) -> String {
    let [caught, timeout, unviable] =
        [Verdict::Caught, Verdict::Timeout, Verdict::Unviable].map(|verdict| ledger.count(verdict));
    format!(
        "| {name} | {} | {caught} | {timeout} | {unviable} | {missed} | {unexplained} | {} |",
        ledger.total, ledger.commit
    )
}
