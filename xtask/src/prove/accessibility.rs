//! `prove accessibility`: every screen and state under axe-core, in all looks and all browsers, as a table in
//! `docs/accessibility.md`.

use anyhow::{Context as _, Result, ensure};

use super::{commit, figures, rig};
use crate::bundle;
use crate::install::{Browser, Need};
use crate::paths;
use crate::proc;

const PLACES: [&str; 5] =
    ["src", "www", "tests/e2e/src/axe.rs", "tests/e2e/tests/accessibility.rs", "package-lock.json"];
const HEAD: &str = "| browser | looks | screens and states | runs of axe-core | rules that had something to judge, summed | violations |\n\
    | --- | --- | ---: | ---: | ---: | ---: |\n";

/// Looks in these browsers, or in every one, and writes the table.
///
/// # Errors
///
/// A screen that breaks a rule, or that cannot be shown.
pub(crate) fn run(names: &[String]) -> Result<()> {
    let wanted = rig::wanted(names)?;
    rig::prepare(&Need::test(&Browser::ALL))?;
    let gallery = bundle::gallery()?;
    let mut rows = Vec::new();
    for browser in Browser::ALL.into_iter().filter(|browser| wanted(*browser)) {
        println!("{}", browser.name());
        let mut command =
            proc::cargo("test --quiet --package frontdesk-e2e --test accessibility -- --nocapture");
        command
            .env("FRONTDESK_LOOKS", "all")
            .env("FRONTDESK_BROWSER", browser.name())
            .env("FRONTDESK_GALLERY", &gallery);
        let told = proc::output(command.current_dir(paths::root()))?;
        rows.push((browser, row(browser, &told)?));
    }
    // Others may have gone on with other browsers meanwhile.
    let mut table = HEAD.to_owned();
    for browser in Browser::ALL {
        let line = match rows.iter().find(|(done, _)| *done == browser) {
            Some((_, row)) => row.clone(),
            None => figures::line(figures::ACCESSIBILITY, title(browser))?
                .unwrap_or_else(|| format!("| {} | not run yet |", title(browser))),
        };
        table.push_str(&format!("{line}\n"));
    }
    let text = format!("{table}\n`cargo xtask prove accessibility`, {}.", commit(&PLACES)?);
    figures::write(figures::ACCESSIBILITY, "looks", &text)?;
    println!("{} holds the table", figures::ACCESSIBILITY);
    Ok(())
}

fn title(browser: Browser) -> &'static str {
    match browser {
        Browser::Chromium => "Chromium",
        Browser::Firefox => "Firefox",
        Browser::Webkit => "WebKitGTK",
    }
}

/// The numbers of the line that the test prints.
fn row(browser: Browser, told: &str) -> Result<String> {
    let line = told
        .lines()
        .find(|line| line.contains("runs of axe-core"))
        .context("the test did not say what it saw")?;
    let numbers: Vec<&str> =
        line.split(|char: char| !char.is_ascii_digit()).filter(|word| !word.is_empty()).collect();
    ensure!(numbers.len() == 3, "the test said: {line}");
    let looks = match browser {
        Browser::Chromium => "both directions × light, dark, forced colours × usual, text 200 %, 320 px",
        Browser::Firefox | Browser::Webkit => "both directions × light, dark × usual, text 200 %",
    };
    Ok(format!("| {} | {looks} | {} | 0 |", title(browser), numbers.join(" | ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_line_become_cells() {
        let told = "running 1 test\n48 scenes, 864 runs of axe-core, 20000 rules passed\nok";
        let row = row(Browser::Firefox, told).unwrap();
        assert!(row.starts_with("| Firefox | both") && row.ends_with("| 48 | 864 | 20000 | 0 |"), "{row}");
        assert!(super::row(Browser::Firefox, "ok").is_err());
    }
}
