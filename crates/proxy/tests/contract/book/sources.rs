//! Whether the tests that the document names exist.

use libtest_mimic::Failed;
use std::collections::BTreeSet;
use std::path::Path;

/// Files whose tests may be named.
const PLACES: &[&str] = &["crates", "tests", "src"];

pub(super) fn every_named_test_exists() -> Result<(), Failed> {
    let document = super::document()?;
    let known = known()?;
    let mut missing = Vec::new();
    let mut count = 0;
    for heading in ["Endpoints", "Kinds of messages, up", "Kinds of messages, down", "Contradictions"] {
        for row in super::table_rows(super::section(&document, heading)?).into_iter().skip(1) {
            let (Some(name), Some(tests)) = (row.first(), row.last()) else { continue };
            if name == "#" || tests == "proved by" {
                continue;
            }
            if tests.starts_with("not on the wire") {
                continue;
            }
            let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
            if named.is_empty() {
                missing.push(format!("{name} names no test"));
            }
            for test in named {
                count += 1;
                let found = known.iter().any(|known| known == test || known.ends_with(&format!("::{test}")));
                if !found {
                    missing.push(format!("{name}: there is no test {test}"));
                }
            }
        }
    }
    if count < 100 {
        missing.push(format!("only {count} tests are named"));
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n").into()) }
}

/// Parts of addresses that this proxy has no business with.
const OTHERS: &[&str] =
    &["sendAsync", "emailchannel", "omni/1", "getUserInfoBycallId", "CC-Management", "mobileAgent"];

/// The back office, two-party calls and sendAsync: nothing of the proxy names them.
pub(super) fn name_no_other_address() -> Result<(), Failed> {
    let mut found = Vec::new();
    let mut folders = vec![super::root().join("crates/proxy/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            let named = OTHERS.iter().filter(|part| source.contains(**part));
            found.extend(named.map(|part| format!("{} names {part}", path.display())));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found.join("\n").into()) }
}

/// `crates::proxy::tests::contract::send::connect_is_answered`, and so on.
fn known() -> Result<BTreeSet<String>, Failed> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for check in crate::checks().into_iter().chain(crate::switched::checks()) {
        known.insert(check.name.to_owned());
    }
    for place in PLACES {
        walk(&super::root().join(place), place, &mut known)?;
    }
    Ok(known)
}

fn walk(folder: &Path, name: &str, known: &mut BTreeSet<String>) -> Result<(), Failed> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            walk(&path, &format!("{name}::{stem}"), known)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = if stem == "mod" { name.to_owned() } else { format!("{name}::{stem}") };
            read(&std::fs::read_to_string(&path)?, &module, known);
        }
    }
    Ok(())
}

/// The functions that are marked as tests, and the trials that are listed by name.
fn read(source: &str, module: &str, known: &mut BTreeSet<String>) {
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some(rest) = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")) {
            if std::mem::take(&mut marked)
                && let Some(name) = rest.split(['(', '<']).next()
            {
                known.insert(format!("{module}::{name}"));
            }
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            marked = false;
        }
        let listed = line.strip_prefix("Trial::test(\"").and_then(|rest| rest.split('"').next());
        if let Some(name) = listed {
            known.insert(name.to_owned());
        }
        if let Some(list) = line.strip_prefix("trial!(") {
            for name in list.trim_end_matches(')').split(", ") {
                known.insert(format!("{module}::{name}"));
            }
        }
    }
}
