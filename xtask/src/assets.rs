//! The immutable part of what the proxy serves: files in a folder named by their content.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::hash::{self, Hash};

/// How pages in the sources name the folder.
const DEV: &str = "/assets/dev/";

/// The name of the folder for these files: it changes with any name or byte in it.
pub(crate) fn folder_name(dir: &Path) -> Result<String> {
    let mut hash = Hash::new();
    for file in hash::files(dir)? {
        let name = file.strip_prefix(dir).unwrap_or(&file).to_string_lossy().into_owned();
        hash.add(&name, &fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(hash.finish())
}

/// Points a page to the folder, and checks that every file that it names is there.
pub(crate) fn point(page: &str, folder: &str, is_there: impl Fn(&str) -> bool) -> Result<String> {
    for rest in page.split(DEV).skip(1) {
        let name = rest.split(['"', '\'', ' ', '>']).next().unwrap_or_default();
        if !is_there(name) {
            bail!("a page names {DEV}{name}, which the build does not make");
        }
    }
    Ok(page.replace(DEV, &format!("/assets/{folder}/")))
}

/// What is left of a page when comments and the white space between lines are gone.
pub(crate) fn shrink_page(page: &str) -> String {
    let mut rest = page;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    let lines: Vec<_> = kept.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_is_rewritten() {
        let page = "<link href=\"/assets/dev/frame.css\"><script src=/assets/dev/frame.js></script>";
        let pointed = point(page, "00ff", |name| ["frame.css", "frame.js"].contains(&name)).unwrap();
        assert_eq!(
            pointed,
            "<link href=\"/assets/00ff/frame.css\"><script src=/assets/00ff/frame.js></script>"
        );
    }

    #[test]
    fn a_file_that_is_not_built_is_named() {
        let error = point("<script src=\"/assets/dev/frame.mjs\">", "00ff", |_| false).unwrap_err();
        assert!(error.to_string().contains("/assets/dev/frame.mjs"));
    }

    #[test]
    fn a_page_loses_comments_and_indentation_only() {
        assert_eq!(shrink_page("<p>\n  <!-- why\n  so -->\n  <b>a b</b>\n</p>\n"), "<p>\n<b>a b</b>\n</p>\n");
    }
}
