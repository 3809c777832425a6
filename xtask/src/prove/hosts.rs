//! `prove hosts`: every hostile page and every policy in every browser, as a table in `docs/hosts.md`.

use anyhow::{Context as _, Result, ensure};

use super::{commit, figures, rig};
use crate::install::{Browser, Need};

const PLACES: [&str; 6] = ["crates/proxy", "src", "www", "tests/hosts", "tests/e2e/src", "index.html"];
const PROGRAM: &str = "frontdesk-prove-hosts";
const HEAD: &str = "| host | what it does | Chromium | Firefox | WebKitGTK | why not |\n| --- | --- | --- | --- | --- | --- |\n";

/// What a browser made of a host: the fields of a line that the program prints.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: String,
    what: String,
    word: String,
    reason: String,
}

/// Runs all in these browsers, or in every one, and writes the table; a browser that is left out keeps no column.
///
/// # Errors
///
/// When a host does not come out as promised in a browser, or cannot be tried.
pub(crate) fn run(names: &[String]) -> Result<()> {
    let wanted = rig::wanted(names)?;
    rig::prepare(&Need::test(&Browser::ALL))?;
    let mut columns = Vec::new();
    let mut failed = Vec::new();
    for browser in Browser::ALL {
        if !wanted(browser) {
            columns.push(Vec::new());
            continue;
        }
        println!("{}", browser.name());
        let mut command = rig::program(PROGRAM);
        let made = command.env("FRONTDESK_BROWSER", browser.name()).output();
        let made = made.with_context(|| format!("cannot start {PROGRAM}"))?;
        if !made.status.success() {
            failed.push(browser.name());
        }
        columns.push(read(&String::from_utf8(made.stdout)?)?);
    }
    let text = format!("{}\n`cargo xtask prove hosts`, {}.", table(&columns), commit(&PLACES)?);
    figures::write(figures::HOSTS, "hosts", &text)?;
    println!("{} holds the table", figures::HOSTS);
    ensure!(failed.is_empty(), "not as promised in {}", failed.join(", "));
    Ok(())
}

fn read(text: &str) -> Result<Vec<Line>> {
    let line = |line: &str| {
        let fields: [String; 4] = line
            .split('\t')
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .try_into()
            .ok()
            .context("a strange line")?;
        let [name, what, word, reason] = fields;
        Ok(Line { name, what, word, reason })
    };
    text.lines().map(line).collect()
}

/// A row for each host that any browser has visited.
fn table(columns: &[Vec<Line>]) -> String {
    let longest = columns.iter().max_by_key(|lines| lines.len());
    let mut text = HEAD.to_owned();
    for host in longest.into_iter().flatten() {
        let in_each: Vec<_> =
            columns.iter().map(|lines| lines.iter().find(|line| line.name == host.name)).collect();
        let words: Vec<_> =
            in_each.iter().map(|line| line.map_or("not run", |line| line.word.as_str())).collect();
        let reason =
            in_each.iter().flatten().map(|line| line.reason.as_str()).find(|reason| !reason.is_empty());
        // A policy is told as it is, with `desk` for the desk's origin; in a table a bar would end the cell.
        let what = host.what.replace("http://desk.invalid", "desk").replace('|', ", and ");
        text.push_str(&format!(
            "| {} | {what} | {} | {} |\n",
            host.name,
            words.join(" | "),
            reason.unwrap_or_default()
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_made_of_hosts_becomes_a_table() {
        let chromium =
            read("a\tnothing special\tworks\t\nb\tframe-src 'none'|x http://desk.invalid\tlink\trefused")
                .unwrap();
        let webkit = read("a\tnothing special\t**fails**\t").unwrap();
        let rows = "| a | nothing special | works | not run | **fails** |  |\n\
                    | b | frame-src 'none', and x desk | link | not run | not run | refused |\n";
        assert_eq!(table(&[chromium, Vec::new(), webkit]), format!("{HEAD}{rows}"));
        assert!(read("a\tb").is_err());
    }
}
