//! The settings as a tree, before they are understood: the TOML file with the environment laid over it.

use super::mistake::{Mistake, Mistakes};
use figment::providers::{Format, Toml};
use figment::value::{Dict, Value};
use std::collections::BTreeMap;

/// A table of the settings.
pub(super) type Entries = BTreeMap<String, Node>;

/// A value of the settings. It may hold a secret, hence no `Debug`.
pub(super) enum Node {
    Text(String),
    Whole(i128),
    Real(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Entries),
    /// From an environment variable: its type is what the key expects.
    Given(String),
}

/// Begins the name of every environment variable that is a setting.
const PREFIX: &str = "FRONTDESK__";

/// Reads TOML. A mistake in the text is told by its place only, since the line itself may hold a secret.
pub(super) fn parse(text: &str, mistakes: &Mistakes) -> Option<Entries> {
    match Toml::from_str::<Dict>(text) {
        Ok(dict) => Some(table(dict)),
        Err(error) => {
            let end = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = text.get(..end).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            mistakes.add(Mistake::Syntax { line, column, problem: error.message().into() });
            None
        }
    }
}

/// A list that was given as text: TOML in brackets, or words with commas between.
pub(super) fn list(text: &str) -> Option<Vec<Node>> {
    if text.trim_start().starts_with('[') {
        let mut dict = Toml::from_str::<Dict>(&format!("list = {text}")).ok()?;
        return match dict.remove("list").map(node)? {
            Node::List(nodes) if dict.is_empty() => Some(nodes),
            _ => None,
        };
    }
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    Some(words.map(|word| Node::Given(word.into())).collect())
}

fn table(dict: Dict) -> Entries {
    dict.into_iter().map(|(key, value)| (key, node(value))).collect()
}

fn node(value: Value) -> Node {
    match value {
        Value::String(_, text) => Node::Text(text),
        Value::Char(_, char) => Node::Text(char.into()),
        Value::Bool(_, flag) => Node::Flag(flag),
        Value::Num(_, number) => match (number.to_i128(), number.to_u128(), number.to_f64()) {
            (Some(whole), _, _) => Node::Whole(whole),
            (_, Some(whole), _) => Node::Whole(i128::try_from(whole).unwrap_or(i128::MAX)),
            (_, _, real) => Node::Real(real.unwrap_or(f64::NAN)),
        },
        Value::Empty(..) => Node::Table(Entries::new()),
        Value::Dict(_, dict) => Node::Table(table(dict)),
        Value::Array(_, values) => Node::List(values.into_iter().map(node).collect()),
    }
}

/// Lays environment variables over the tree.
pub(super) fn overlay(
    entries: &mut Entries,
    variables: impl IntoIterator<Item = (String, String)>,
    mistakes: &Mistakes,
) {
    let mut given: Vec<(Vec<Part>, String, String)> = variables
        .into_iter()
        .filter_map(|(name, value)| {
            let parts = name.strip_prefix(PREFIX)?.split("__").map(Part::new).collect();
            Some((parts, name, value))
        })
        .collect();
    given.sort();
    for (parts, name, value) in given {
        if let Err(wrong) = put(entries, &parts, value) {
            mistakes.value(
                &name,
                wrong,
                "a variable named after a key, such as FRONTDESK__DESKS__0__CEC__APP_KEY",
            );
        }
    }
}

/// A part of a variable's name; places sort by number.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Place(usize),
    Key(String),
}

impl Part {
    fn new(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Key(text.to_ascii_lowercase()), Self::Place)
    }
}

fn put(entries: &mut Entries, parts: &[Part], value: String) -> Result<(), String> {
    match parts {
        [Part::Key(key)] if !key.is_empty() => {
            let twin = key.strip_suffix("_file").map_or_else(|| format!("{key}_file"), String::from);
            if entries.get(&twin).is_some_and(|node| !matches!(node, Node::Given(_))) {
                entries.remove(&twin);
            }
            entries.insert(key.clone(), Node::Given(value));
            Ok(())
        }
        [Part::Key(key), rest @ ..] if !key.is_empty() => {
            let node = entries.entry(key.clone()).or_insert_with(|| empty(rest));
            put_inside(node, key, rest, value)
        }
        _ => Err("the name is no path of keys".into()),
    }
}

fn put_inside(node: &mut Node, name: &str, parts: &[Part], value: String) -> Result<(), String> {
    match (node, parts) {
        (Node::Table(entries), _) => put(entries, parts, value),
        (Node::List(nodes), [Part::Place(place), rest @ ..]) => {
            if *place > nodes.len() {
                return Err(format!("`{name}` has only {} entries before this one", nodes.len()));
            }
            if *place == nodes.len() {
                nodes.push(empty(rest));
            }
            match (nodes.get_mut(*place), rest) {
                (Some(node), []) => *node = Node::Given(value),
                (Some(node), rest) => return put_inside(node, name, rest, value),
                (None, _) => {}
            }
            Ok(())
        }
        (Node::List(_), _) => Err(format!("`{name}` is a list: a number must follow it")),
        _ => Err(format!("`{name}` has no parts")),
    }
}

/// What must stand where `rest` goes on.
fn empty(rest: &[Part]) -> Node {
    match rest.first() {
        Some(Part::Place(_)) => Node::List(Vec::new()),
        _ => Node::Table(Entries::new()),
    }
}
