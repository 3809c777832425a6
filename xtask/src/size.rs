//! `size`: what a visitor loads until the panel is usable, against the budget.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::hash;
use crate::paths;

/// Brotli bytes of the loader, which every visitor of every page loads.
const LOADER_BUDGET: u64 = 2048;
/// Brotli bytes of the first load to a usable panel, loader included.
const TOTAL_BUDGET: u64 = 102_400;
/// Brotli bytes of the files that are loaded when a view is opened, by how their names begin.
const PART_BUDGETS: [(&str, u64); 5] = [
    ("split_attach", 20_000),
    ("split_call", 50_000),
    ("split_conversation", 80_000),
    ("split_leave", 18_000),
    ("chunk_", 6_000),
];

/// Brotli bytes of what the first view says, in any language.
const LOCALE_BUDGET: u64 = 4096;
/// Brotli bytes of the telephone, which is loaded when a call starts.
const SOFTPHONE_BUDGET: u64 = 48_000;
const SOFTPHONE: &str = "softphone.js";

/// One file that is served.
#[derive(Clone, Debug)]
struct Item {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the table.
///
/// # Errors
///
/// If a budget is exceeded, or nothing was built.
pub(crate) fn run() -> Result<()> {
    let dist = paths::dist();
    if !dist.join("frontdesk.js").is_file() {
        bail!("there is no dist/: run `cargo xtask build` first");
    }
    let (first, later) = split(items(&dist)?);
    println!("{:<34} {:>10} {:>10} {:>10}", "first load to a usable panel", "brotli", "gzip", "raw");
    for item in &first {
        print_row(&item.name, item);
    }
    let sum = sum(&first);
    print_row(&sum.name, &sum);
    let sentences =
        later.iter().filter(|item| is_more(&item.name)).map(|item| item.brotli).max().unwrap_or(0);
    let views: u64 = later.iter().filter(|item| belongs_to_talk(&item.name)).map(|item| item.brotli).sum();
    let talk = views + sentences;
    println!("  {:<32} {:>10}", "with a conversation", sum.brotli + talk);
    if !later.is_empty() {
        println!("loaded on demand, or never by the same visitor");
        for item in &later {
            print_row(&item.name, item);
        }
    }
    println!(
        "budget: loader {LOADER_BUDGET}, one language {LOCALE_BUDGET}, sum {TOTAL_BUDGET} bytes in brotli"
    );
    for (name, budget) in PART_BUDGETS.into_iter().chain([(SOFTPHONE, SOFTPHONE_BUDGET)]) {
        println!("        {name} {budget}");
    }
    verdict(&first)?;
    verdict_on_locales(first.iter().chain(&later))?;
    verdict_on_parts(&later)?;
    verdict_on_softphone(&first, &later)
}

/// What the first letter that the visitor types loads: the conversation, and at most what parts share.
fn belongs_to_talk(name: &str) -> bool {
    name.starts_with("split_conversation") || name.starts_with("chunk_")
}

/// The sentences that come with the first part.
fn is_more(name: &str) -> bool {
    name.starts_with("locales/") && name.ends_with(".more.json")
}

fn print_row(name: &str, item: &Item) {
    println!("  {name:<32} {:>10} {:>10} {:>10}", item.brotli, item.gzip, item.raw);
}

fn items(dist: &Path) -> Result<Vec<Item>> {
    let length = |path: &Path| {
        fs::metadata(path).map(|data| data.len()).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut items = Vec::new();
    for file in hash::files(dist)? {
        let path = file.to_string_lossy().into_owned();
        if path.ends_with(".br") || path.ends_with(".gz") || path.ends_with(".stamp") {
            continue;
        }
        let name = file.strip_prefix(dist).unwrap_or(&file).to_string_lossy().into_owned();
        items.push(Item {
            name: name.splitn(3, '/').last().unwrap_or_default().to_owned(),
            raw: length(&file)?,
            gzip: length(Path::new(&format!("{path}.gz")))?,
            brotli: length(Path::new(&format!("{path}.br")))?,
        });
    }
    Ok(items)
}

/// The files of the first load (of the locales the largest), and the others.
fn split(items: Vec<Item>) -> (Vec<Item>, Vec<Item>) {
    let largest_locale = items
        .iter()
        .filter(|item| item.name.starts_with("locales/") && !is_more(&item.name))
        .max_by_key(|item| item.brotli)
        .map(|item| item.name.clone());
    items.into_iter().partition(|item| {
        let name = item.name.as_str();
        // esbuild calls what several parts share, the frame among them, `chunk`.
        matches!(
            name,
            "frontdesk.js" | "frontdesk-1.js" | "frame.html" | "frame.js" | "frame.css" | "frontdesk_bg.wasm"
        ) || name.starts_with("chunk-")
            || Some(name) == largest_locale.as_deref()
    })
}

fn sum(items: &[Item]) -> Item {
    let total = |of: fn(&Item) -> u64| items.iter().map(of).sum();
    Item {
        name: "sum".into(),
        raw: total(|item| item.raw),
        gzip: total(|item| item.gzip),
        brotli: total(|item| item.brotli),
    }
}

/// Every file of WebAssembly that is loaded on demand has a budget, and keeps to it.
fn verdict_on_parts(later: &[Item]) -> Result<()> {
    for part in later.iter().filter(|item| item.name.ends_with(".wasm")) {
        let (name, bytes) = (&part.name, part.brotli);
        let Some((_, budget)) = PART_BUDGETS.iter().find(|(start, _)| name.starts_with(start)) else {
            bail!("{name} has no budget: give it one in xtask/src/size.rs");
        };
        if bytes > *budget {
            bail!("{name} has {bytes} bytes, {} over its budget", bytes - budget);
        }
    }
    Ok(())
}

/// No language says much more than the others.
fn verdict_on_locales<'a>(items: impl Iterator<Item = &'a Item>) -> Result<()> {
    for item in items.filter(|item| item.name.starts_with("locales/") && !is_more(&item.name)) {
        let (name, bytes) = (&item.name, item.brotli);
        if bytes > LOCALE_BUDGET {
            bail!("{name} has {bytes} bytes, {} over its budget", bytes - LOCALE_BUDGET);
        }
    }
    Ok(())
}

/// It is there, keeps to its budget, and nobody who does not call loads it.
fn verdict_on_softphone(first: &[Item], later: &[Item]) -> Result<()> {
    let is = |item: &&Item| item.name == SOFTPHONE;
    if first.iter().any(|item| is(&item)) {
        bail!("{SOFTPHONE} belongs to the first load");
    }
    let bytes = later.iter().find(is).with_context(|| format!("there is no {SOFTPHONE}"))?.brotli;
    if bytes > SOFTPHONE_BUDGET {
        bail!("{SOFTPHONE} has {bytes} bytes, {} over its budget", bytes - SOFTPHONE_BUDGET);
    }
    Ok(())
}

fn verdict(first: &[Item]) -> Result<()> {
    let loader = first.iter().find(|item| item.name == "frontdesk.js").map_or(0, |item| item.brotli);
    if loader > LOADER_BUDGET {
        bail!("the loader has {loader} bytes, {} over its budget", loader - LOADER_BUDGET);
    }
    let total = sum(first).brotli;
    if total > TOTAL_BUDGET {
        bail!("the first load has {total} bytes, {} over its budget", total - TOTAL_BUDGET);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str, brotli: u64) -> Item {
        Item { name: name.into(), raw: brotli * 3, gzip: brotli + 1, brotli }
    }

    #[test]
    fn only_the_largest_locale_belongs_to_the_first_load() {
        let files = [
            "frontdesk.js",
            "frame.js",
            "inline.html",
            "locales/en.json",
            "locales/zh-CN.json",
            "locales/zh-CN.more.json",
            "softphone.js",
        ];
        let items = files.iter().zip(1..).map(|(name, brotli)| item(name, brotli)).collect();
        let (first, later) = split(items);
        let names = |items: &[Item]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&first), ["frontdesk.js", "frame.js", "locales/zh-CN.json"]);
        assert_eq!(
            names(&later),
            ["inline.html", "locales/en.json", "locales/zh-CN.more.json", "softphone.js"]
        );
    }

    #[test]
    fn every_language_keeps_to_its_budget() {
        let files = [
            item("locales/en.json", LOCALE_BUDGET),
            item("locales/en.more.json", LOCALE_BUDGET + 1),
            item("frame.js", LOCALE_BUDGET + 1),
        ];
        assert!(verdict_on_locales(files.iter()).is_ok());
        assert!(verdict_on_locales([item("locales/ar.json", LOCALE_BUDGET + 1)].iter()).is_err());
    }

    #[test]
    fn a_part_needs_a_budget_and_keeps_to_it() {
        let (start, budget) = PART_BUDGETS[0];
        let part = |brotli| [item(&format!("{start}.wasm"), brotli)];
        assert!(verdict_on_parts(&part(budget)).is_ok());
        assert!(verdict_on_parts(&part(budget + 1)).is_err());
        let error = verdict_on_parts(&[item("split_of_tomorrow.wasm", 1)]).unwrap_err();
        assert!(error.to_string().contains("split_of_tomorrow.wasm has no budget"));
        assert!(verdict_on_parts(&[item("locales/en.json", 1_000_000)]).is_ok());
    }

    #[test]
    fn the_telephone_is_never_loaded_first_and_keeps_to_its_budget() {
        let phone = |brotli| [item(SOFTPHONE, brotli)];
        assert!(verdict_on_softphone(&[], &phone(SOFTPHONE_BUDGET)).is_ok());
        assert!(verdict_on_softphone(&[], &phone(SOFTPHONE_BUDGET + 1)).is_err());
        assert!(verdict_on_softphone(&[], &[]).is_err());
        assert!(verdict_on_softphone(&phone(1), &[]).is_err());
    }

    #[test]
    fn budgets_are_inclusive() {
        assert!(verdict(&[item("frontdesk.js", LOADER_BUDGET)]).is_ok());
        assert!(verdict(&[item("frontdesk.js", LOADER_BUDGET + 1)]).is_err());
        assert!(
            verdict(&[item("frontdesk.js", 1000), item("frontdesk_bg.wasm", TOTAL_BUDGET - 1000)]).is_ok()
        );
        assert!(
            verdict(&[item("frontdesk.js", 1000), item("frontdesk_bg.wasm", TOTAL_BUDGET - 999)]).is_err()
        );
    }
}
