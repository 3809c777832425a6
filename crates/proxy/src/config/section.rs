//! Reads one table of the settings: each key is taken once, what is left over is unknown.

use super::mistake::{Mistake, Mistakes, nearest};
use super::node::{Entries, Node, list};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

/// A table that is being read. A method answers `None` when it has noted a mistake.
pub(super) struct Section<'m> {
    path: String,
    entries: Entries,
    known: Vec<&'static str>,
    pub(super) mistakes: &'m Mistakes,
}

impl<'m> Section<'m> {
    pub(super) fn root(entries: Entries, mistakes: &'m Mistakes) -> Self {
        Self { path: String::new(), entries, known: Vec::new(), mistakes }
    }

    /// The whole path of a key in this table.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.into() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn take(&mut self, key: &'static str) -> Option<Node> {
        self.known.push(key);
        self.entries.remove(key)
    }

    pub(super) fn wrong(&self, key: &str, wrong: impl Into<String>, expected: &str) {
        self.mistakes.value(&self.path_of(key), wrong, expected);
    }

    /// A value that may be absent.
    pub(super) fn get<T: FromNode, U>(
        &mut self,
        key: &'static str,
        expected: &str,
        check: impl FnOnce(T) -> Result<U, String>,
    ) -> Option<Option<U>> {
        let Some(node) = self.take(key) else { return Some(None) };
        match T::from_node(node).and_then(check) {
            Ok(value) => Some(Some(value)),
            Err(wrong) => {
                self.wrong(key, wrong, expected);
                None
            }
        }
    }

    /// A value with a default.
    pub(super) fn or<T: FromNode, U>(
        &mut self,
        key: &'static str,
        expected: &str,
        default: U,
        check: impl FnOnce(T) -> Result<U, String>,
    ) -> Option<U> {
        self.get(key, expected, check).map(|value| value.unwrap_or(default))
    }

    /// A value that must be there.
    pub(super) fn must<T: FromNode, U>(
        &mut self,
        key: &'static str,
        expected: &str,
        check: impl FnOnce(T) -> Result<U, String>,
    ) -> Option<U> {
        let value = self.get(key, expected, check)?;
        if value.is_none() {
            self.wrong(key, "missing", expected);
        }
        value
    }

    /// A whole number within limits.
    pub(super) fn whole(
        &mut self,
        key: &'static str,
        unit: &str,
        default: u64,
        limits: RangeInclusive<u64>,
    ) -> Option<u64> {
        let expected = format!("a whole number of {unit} from {} to {}", limits.start(), limits.end());
        self.or(key, &expected, default, |number: i128| match u64::try_from(number) {
            Ok(number) if limits.contains(&number) => Ok(number),
            _ => Err(format!("{number} is out of range")),
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> Option<bool> {
        self.or(key, "true or false", default, Ok)
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, default: T, words: &[(&str, T)]) -> Option<T> {
        let names: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        self.or(key, &names.join(" or "), default, |text: String| {
            let found = words.iter().find(|(word, _)| *word == text);
            found.map(|(_, value)| *value).ok_or_else(|| format!("`{text}` is not known"))
        })
    }

    /// A table inside this one; an absent one is empty.
    pub(super) fn section(&mut self, key: &'static str) -> Section<'m> {
        let entries = match self.take(key) {
            None => Entries::new(),
            Some(Node::Table(entries)) => entries,
            Some(_) => {
                self.wrong(key, "not a table", &format!("a table [{}]", self.path_of(key)));
                Entries::new()
            }
        };
        Section { path: self.path_of(key), entries, known: Vec::new(), mistakes: self.mistakes }
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// A list of tables; an absent one is empty.
    pub(super) fn sections(&mut self, key: &'static str) -> Option<Vec<Section<'m>>> {
        let path = self.path_of(key);
        let Some(node) = self.take(key) else { return Some(Vec::new()) };
        let Node::List(nodes) = node else {
            self.wrong(key, "not a list of tables", &format!("[[{path}]]"));
            return None;
        };
        let mut sections = Vec::new();
        for (place, node) in nodes.into_iter().enumerate() {
            let path = format!("{path}[{place}]");
            match node {
                Node::Table(entries) => {
                    sections.push(Section { path, entries, known: Vec::new(), mistakes: self.mistakes });
                }
                _ => self.mistakes.value(&path, "not a table", "a table"),
            }
        }
        Some(sections)
    }

    /// Notes every key that nobody took.
    pub(super) fn finish(self) {
        for key in self.entries.keys() {
            let suggestion = nearest(key, &self.known).map(String::from);
            self.mistakes.add(Mistake::UnknownKey { path: self.path_of(key), suggestion });
        }
    }
}

/// A value that can be read from a node; the error says what stands there instead.
pub(super) trait FromNode: Sized {
    fn from_node(node: Node) -> Result<Self, String>;
}

impl FromNode for String {
    fn from_node(node: Node) -> Result<Self, String> {
        match node {
            Node::Text(text) | Node::Given(text) => Ok(text),
            _ => Err("not a text in quotes".into()),
        }
    }
}

impl FromNode for i128 {
    fn from_node(node: Node) -> Result<Self, String> {
        match node {
            Node::Whole(number) => Ok(number),
            Node::Real(number) => Err(format!("{number} is not a whole number")),
            Node::Given(text) => parse(&text, "a whole number"),
            _ => Err("not a number".into()),
        }
    }
}

impl FromNode for f64 {
    fn from_node(node: Node) -> Result<Self, String> {
        match node {
            // What is lost of a whole number that large does not matter to any setting.
            Node::Whole(number) => Ok(number as Self),
            Node::Real(number) => Ok(number),
            Node::Given(text) => parse(&text, "a number"),
            _ => Err("not a number".into()),
        }
    }
}

impl FromNode for bool {
    fn from_node(node: Node) -> Result<Self, String> {
        match node {
            Node::Flag(flag) => Ok(flag),
            Node::Given(text) => parse(&text, "true or false"),
            _ => Err("neither true nor false".into()),
        }
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    fn from_node(node: Node) -> Result<Self, String> {
        let nodes = match node {
            Node::List(nodes) => nodes,
            Node::Given(text) => list(&text).ok_or("not a list")?,
            _ => return Err("not a list in brackets".into()),
        };
        nodes.into_iter().map(T::from_node).collect()
    }
}

fn parse<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("the environment variable is not {what}"))
}

/// A text that `FromStr` understands.
pub(super) fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}

/// A path, not empty.
pub(super) fn path(text: String) -> Result<PathBuf, String> {
    filled(text).map(PathBuf::from)
}

/// A text that is not empty.
pub(super) fn filled(text: String) -> Result<String, String> {
    if text.trim().is_empty() { Err("empty".into()) } else { Ok(text) }
}
