//! What the tag costs a page that nobody clicks on, beside the same page without it, on a processor slowed down four times. Prints
//! a table; `cargo xtask bench host` writes it into `docs/performance.md`.
//!
//! One number as argument: how often each page is loaded.

use std::time::Duration;

use anyhow::{Context as _, Result};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, Tab, story_of};
use serde_json::{Value, json};

const SLOWER: u32 = 4;
/// Loaded, and a second without anything to do.
const SETTLED: &str = "
    const finish = arguments[arguments.length - 1];
    const rest = () => setTimeout(() => finish(true), 1000);
    if (document.readyState === 'complete') rest(); else addEventListener('load', rest);";
const SEEN: &str = "
    const finish = arguments[arguments.length - 1];
    const resources = performance.getEntriesByType('resource');
    const tasks = [];
    let shift = 0;
    const shifted = [];
    const of = ({ node, previousRect, currentRect }) => `${(node?.parentElement ?? node)?.outerHTML?.slice(0, 90)} ${JSON.stringify(previousRect)} ${JSON.stringify(currentRect)}`;
    new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach(({ value, startTime, sources }) => {
      shift += value;
      shifted.push(`${startTime}: ${sources.map(of)}`);
    })).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => finish({
      requests: resources.length,
      bytes: resources.reduce((sum, { transferSize }) => sum + transferSize, 0),
      longTasks: tasks.length,
      shift,
      shifted,
      stored: Object.keys(localStorage).length + Object.keys(sessionStorage).length,
    }), 100);";

/// What is measured: its name, where it comes from, what it is multiplied by, and how many digits it has.
const COLUMNS: [(&str, &str, f64, usize); 9] = [
    ("script, ms", "ScriptDuration", 1000.0, 1),
    ("main thread, ms", "TaskDuration", 1000.0, 0),
    ("style and layout, ms", "style", 1000.0, 1),
    ("heap, kB", "JSHeapUsedSize", 0.001, 0),
    ("requests", "requests", 1.0, 0),
    ("bytes", "bytes", 1.0, 0),
    ("long tasks", "longTasks", 1.0, 0),
    ("layout shift", "shift", 1.0, 3),
    ("stored items", "stored", 1.0, 0),
];

fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).context("how often?")?;
    let rounds: usize = rounds.parse().context("a number is wanted")?;
    story_of(
        Duration::from_secs(60 + 20 * rounds as u64),
        Options::default(),
        &Setup::default(),
        async |rig| {
            let tab = rig.browser.first_tab().await?;
            tab.devtools("Performance.enable", json!({"timeDomain": "threadTicks"})).await?;
            tab.devtools("Network.enable", json!({})).await?;
            tab.devtools("Emulation.setCPUThrottlingRate", json!({"rate": SLOWER})).await?;
            let mut with = Vec::new();
            let mut without = Vec::new();
            // The first of each warms up.
            for round in 0..=rounds {
                let (one, other) = (load(rig, &tab, "/?without").await?, load(rig, &tab, "/").await?);
                if round > 0 {
                    without.push(one);
                    with.push(other);
                    eprint!(".");
                }
            }
            eprintln!();
            let names = COLUMNS.map(|(name, ..)| name).join(" | ");
            println!(
                "| page, median of {rounds} (smallest to largest) | {names} |\n| --- {}|",
                "| ---: ".repeat(COLUMNS.len())
            );
            for (name, loads) in [("without the tag", &without), ("with the tag", &with)] {
                println!("| {name} | {} |", COLUMNS.map(|column| cell(loads, column)).join(" | "));
            }
            Ok(())
        },
    )
}

/// Loads a page with nothing in the cache, and measures until it rests.
async fn load(rig: &Rig, tab: &Tab, path: &str) -> Result<Value> {
    tab.open("about:blank").await?;
    tab.devtools("Network.clearBrowserCache", json!({})).await?;
    tab.open(&format!("{}{path}", rig.stack.shop.origin)).await?;
    tab.run_async(In::Page, SETTLED, Vec::new()).await?;
    let metrics = tab.devtools("Performance.getMetrics", json!({})).await?;
    let mut seen = tab.run_async(In::Page, SEEN, Vec::new()).await?;
    let fields = seen.as_object_mut().context("the page has measured nothing")?;
    for metric in metrics.get("metrics").and_then(Value::as_array).into_iter().flatten() {
        if let (Some(name), Some(value)) = (metric.get("name").and_then(Value::as_str), metric.get("value")) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    let number = |name: &str| fields.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    // What moved, for whoever has to find out why.
    for moved in seen_texts(fields.get("shifted")) {
        eprintln!("{path}: {moved}");
    }
    let style = number("RecalcStyleDuration") + number("LayoutDuration");
    fields.insert("style".to_owned(), json!(style));
    Ok(seen)
}

fn seen_texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

fn cell(loads: &[Value], (_, field, factor, digits): (&str, &str, f64, usize)) -> String {
    let mut values: Vec<f64> =
        loads.iter().filter_map(|load| load.get(field)?.as_f64()).map(|value| value * factor).collect();
    values.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return "–".to_owned() };
    let median = values.get(values.len() / 2).unwrap_or(first);
    if first == last {
        format!("{median:.digits$}")
    } else {
        format!("{median:.digits$} ({first:.digits$}–{last:.digits$})")
    }
}
