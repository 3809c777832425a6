//! Code that is in no build of the product: bugs for the simulation to notice. To change it shows nothing.

use std::collections::BTreeSet;

const MARK: &str = "#[cfg(feature = \"planted\")]";

/// The numbers of the lines, from 1, of what stands under a mark. As rustfmt writes it: what a mark is about ends with the
/// line, not deeper than it, in which its last bracket closes.
pub(super) fn lines(text: &str) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut under: Option<i64> = None;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line == MARK && under.is_none() {
            under = Some(0);
        } else if let Some(depth) = &mut under {
            found.insert(number);
            let count = |all: [char; 3]| line.matches(all).count() as i64;
            *depth += count(['(', '[', '{']) - count([')', ']', '}']);
            let attribute = line.starts_with("#[") || line.starts_with("//");
            if *depth <= 0 && !attribute && line.ends_with(['}', ';', ',']) {
                under = None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_under_a_mark_is_found_to_its_end() {
        let text = "a;\n#[cfg(feature = \"planted\")]\nif x {\n    let f =\n        |y| y;\n    return;\n}\nb;\n\
                    #[cfg(feature = \"planted\")]\n#[derive(Debug)]\nstruct P {\n    p: u8,\n}\nc;\n\
                    #[cfg(feature = \"planted\")]\nlet after = f(\n    1,\n);\nd;\n";
        assert_eq!(lines(text).into_iter().collect::<Vec<_>>(), [3, 4, 5, 6, 7, 10, 11, 12, 13, 16, 17, 18]);
    }
}
