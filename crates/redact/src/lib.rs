//! Hides the numbers of cards and identity papers in what a visitor writes, before it is kept or sent.
//!
//! The widget does it, so that the visitor sees what will be sent; the proxy does it again, so that it holds whatever the
//! page does. Doing it twice changes nothing, since what is hidden has too few digits left.
//!
//! A number is told by more than its length wherever it carries a checksum, so that order numbers stay.
//!
//! # Layout
//! - [`groups`]: digits with what stands between them
//! - [`rules`]: what is such a number

pub mod groups;
pub mod rules;

use frontdesk_contract::RedactRule;
use groups::{Digit, Group};

/// Of a card the last digits stay, so that the visitor and an agent know which is meant.
const STAY: usize = 4;
/// More groups than this do not make up one number.
const MOST_GROUPS: usize = 6;

/// The text with `*` for every digit that the rules hide; `None`: there is nothing to hide. It is never longer, in bytes,
/// than the text was.
pub fn redact(text: &str, rules: &[RedactRule]) -> Option<String> {
    if rules.is_empty() {
        return None;
    }
    let groups = groups::of(text);
    let mut hidden: Vec<Digit> = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        let rest = groups.get(first..).unwrap_or_default();
        let joined = 1 + rest.iter().skip(1).take_while(|group| group.joined.is_some()).count();
        // The longest number that begins here, so that none is cut in two.
        let found = (1..=joined.min(MOST_GROUPS)).rev().find_map(|length| {
            let number = rest.get(..length)?;
            let follows = rest.get(length).and_then(|group| group.joined);
            let rule = rules.iter().find(|rule| rules::is(**rule, number, follows))?;
            Some((length, *rule))
        });
        let Some((length, rule)) = found else {
            first += 1;
            continue;
        };
        let digits: Vec<Digit> = rest.iter().take(length).flat_map(|group| &group.digits).copied().collect();
        let stay = if matches!(rule, RedactRule::Card) { STAY } else { 0 };
        hidden.extend(digits.iter().take(digits.len().saturating_sub(stay)));
        first += length;
    }
    if hidden.is_empty() {
        return None;
    }
    let shown = without(text, &hidden);
    // The digits that stay may be the beginning of another number.
    Some(redact(&shown, rules).unwrap_or(shown))
}

/// The text with `*` in place of these, which are in order.
fn without(text: &str, hidden: &[Digit]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut hidden = hidden.iter().map(|digit| digit.at).peekable();
    for (at, char) in text.char_indices() {
        shown.push(if hidden.next_if_eq(&at).is_some() { '*' } else { char });
    }
    shown
}

/// All digits of some groups, in order.
fn digits(groups: &[Group]) -> impl DoubleEndedIterator<Item = u8> + Clone + '_ {
    groups.iter().flat_map(|group| &group.digits).map(|digit| digit.value)
}
