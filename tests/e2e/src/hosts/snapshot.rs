//! What a page is, and how it differs from what it was.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use crate::tab::{In, Tab};

const SCRIPT: &str = concat!("return ", include_str!("snapshot.js"));

/// What may be new on `window`: the one name, and a mark by which a second inclusion finds the first.
const GLOBALS: [&str; 2] = ["frontdesk", "Symbol(frontdesk)"];
/// What may be new in the page's storage, before the desk's id.
const FLAG: &str = "frontdesk.open.";

/// A page, without our element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// How many elements of ours there are.
    pub(super) own: u64,
    tree: String,
    globals: BTreeSet<String>,
    shared: String,
    storage: BTreeSet<String>,
    rest: String,
}

impl Snapshot {
    /// The page as it is now; `loader` is the address that the tag may name.
    pub(super) async fn take(tab: &Tab, loaders: [&str; 2]) -> Result<Self> {
        let seen = tab.run(In::Page, SCRIPT, Vec::new()).await?;
        let text = |name: &str| seen.get(name).and_then(Value::as_str).unwrap_or_default();
        let lines = |name: &str| text(name).lines().map(str::to_owned).collect();
        let [own, empty] = loaders;
        let tree = text("tree").replace(&format!(" src=\"{own}\""), "").replace(own, empty);
        let rest = text("rest").replace("?without", "");
        Ok(Self {
            own: seen.get("own").and_then(Value::as_u64).unwrap_or_default(),
            tree: tree.replace(&format!(" src=\"{empty}\""), ""),
            globals: lines("globals"),
            shared: text("shared").to_owned(),
            storage: lines("storage"),
            rest,
        })
    }

    /// What is other than before, and must not be.
    pub(super) fn differs(&self, before: &Self) -> Vec<String> {
        let mut faults = Vec::new();
        let new = self.globals.difference(&before.globals).filter(|name| !GLOBALS.contains(&name.as_str()));
        faults.extend(new.map(|name| format!("a new global: {name}")));
        // A page may have had the stub, which goes with the widget.
        let gone = before.globals.difference(&self.globals).filter(|name| !GLOBALS.contains(&name.as_str()));
        faults.extend(gone.map(|name| format!("a global is gone: {name}")));
        let kept = self.storage.difference(&before.storage).filter(|name| !name.starts_with(FLAG));
        faults.extend(kept.map(|name| format!("kept in the page's storage: {name}")));
        for (what, [now, then]) in [
            ("elements", [&self.tree, &before.tree]),
            ("what scripts share", [&self.shared, &before.shared]),
            ("the rest", [&self.rest, &before.rest]),
        ] {
            if now != then {
                faults.push(format!("{what}: {}", first_difference(then, now)));
            }
        }
        faults
    }

    /// Our globals that are there.
    pub(super) fn ours(&self) -> impl Iterator<Item = &str> {
        GLOBALS.into_iter().filter(|name| self.globals.contains(*name))
    }
}

/// Where two texts part, with what is around it.
fn first_difference(then: &str, now: &str) -> String {
    let same = then.chars().zip(now.chars()).take_while(|(then, now)| then == now).count();
    let part = |text: &str| text.chars().skip(same.saturating_sub(30)).take(120).collect::<String>();
    format!("it was {:?} and is {:?}", part(then), part(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(globals: &[&str], tree: &str, storage: &[&str]) -> Snapshot {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Snapshot {
            own: 0,
            tree: tree.to_owned(),
            globals: set(globals),
            shared: String::new(),
            storage: set(storage),
            rest: String::new(),
        }
    }

    #[test]
    fn our_own_may_be_new_and_nothing_else() {
        let before = snapshot(&["a"], "<html>", &[]);
        let after = snapshot(&["a", "frontdesk"], "<html>", &["frontdesk.open.shop"]);
        assert_eq!(after.differs(&before), Vec::<String>::new());
        for (other, fault) in [
            (snapshot(&["a", "b"], "<html>", &[]), "a new global: b"),
            (snapshot(&[], "<html>", &[]), "a global is gone: a"),
            (snapshot(&["a"], "<html>", &["id"]), "kept in the page's storage: id"),
            (snapshot(&["a"], "<html lang>", &[]), "elements: it was \"<html>\" and is \"<html lang>\""),
        ] {
            assert_eq!(other.differs(&before), [fault]);
        }
    }
}
