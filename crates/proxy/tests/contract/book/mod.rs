//! `docs/contract.md`: its tables of codes are made here and must be the ones in the file; everything else in it is
//! checked for being complete and for naming tests that exist.
//!
//! `FRONTDESK_CONTRACT_WRITE=1 cargo test -p frontdesk-proxy --test contract book::` writes the tables of codes anew.

mod codes;
mod rows;
mod seen;
mod sources;

use crate::run::runtime;
use libtest_mimic::{Failed, Trial};
use std::path::{Path, PathBuf};

/// The tests of the document.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("book::the_tables_of_codes_are_what_the_adapter_does", || {
            runtime()?.block_on(codes::are_what_the_adapter_does())
        }),
        Trial::test("book::every_row_of_the_adapters_tables_has_a_printed_code", || {
            codes::cover_the_adapters_tables()
        }),
        Trial::test("book::every_endpoint_kind_and_contradiction_has_a_row", rows::are_complete),
        Trial::test("book::every_named_test_exists", sources::every_named_test_exists),
        Trial::test("book::the_proxy_names_no_other_address", sources::name_no_other_address),
        Trial::test("book::every_switch_of_the_sandbox_is_in_its_row", || {
            runtime()?.block_on(rows::name_the_switches())
        }),
    ]
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn path() -> PathBuf {
    root().join("docs/contract.md")
}

fn document() -> Result<String, Failed> {
    std::fs::read_to_string(path()).map_err(|error| format!("docs/contract.md: {error}").into())
}

/// The cells of every table row in a text, without blanks around them.
fn table_rows(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().map(str::trim).filter(|line| line.starts_with('|') && !line.starts_with("| ---"));
    rows.map(|line| {
        let inner = line.trim_start_matches('|').trim_end_matches('|');
        inner.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    })
    .collect()
}

/// The part of the document below a heading of the second level.
fn section<'a>(document: &'a str, heading: &str) -> Result<&'a str, Failed> {
    let start = format!("\n## {heading}\n");
    let from = document.find(&start).ok_or_else(|| format!("docs/contract.md has no section {heading:?}"))?;
    let rest = &document[from + start.len()..];
    Ok(rest.find("\n## ").map_or(rest, |end| &rest[..end]))
}
