//! Values that are read whatever type they come in: the two editions of the interface disagree about types, and any
//! field may be null.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text; a number or truth value counts as its text. Null, absent and everything else: `None`.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Text(pub(super) Option<String>);

/// A number; a text that holds one counts.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Number(pub(super) Option<f64>);

/// A truth value; `"true"`, `1`, `"1"`, `"Y"` and the like count.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flag(pub(super) Option<bool>);

/// A list; anything else is an empty one.
#[derive(Clone, Default, PartialEq)]
pub(super) struct List(pub(super) Vec<Value>);

impl Text {
    /// The text without blanks around it; `None` when nothing is left.
    pub(super) fn word(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The text as it came; empty when there is none.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether the text is this word, in whatever case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.word().is_some_and(|text| text.eq_ignore_ascii_case(word))
    }
}

impl Number {
    /// The number without its fraction, if it is not negative and can be counted exactly.
    pub(super) fn whole(self) -> Option<u64> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        self.0.filter(|number| (0.0..EXACT).contains(number)).map(|number| number as u64)
    }

    /// The number as a time in epoch milliseconds: positive and before the year 10000.
    pub(super) fn time_ms(self) -> Option<u64> {
        self.whole().filter(|ms| (1..253_402_300_800_000).contains(ms))
    }
}

impl From<Value> for Text {
    fn from(value: Value) -> Self {
        Self(match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
    }
}

impl From<Value> for Number {
    fn from(value: Value) -> Self {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        Self(number.filter(|number| number.is_finite()))
    }
}

impl From<Value> for Flag {
    fn from(value: Value) -> Self {
        let word = match value {
            Value::Bool(flag) => return Self(Some(flag)),
            other => Text::from(other),
        };
        let any = |words: &[&str]| words.iter().any(|candidate| word.is(candidate));
        Self(if any(&["true", "1", "1.0", "y", "yes"]) {
            Some(true)
        } else if any(&["false", "0", "0.0", "n", "no"]) {
            Some(false)
        } else {
            None
        })
    }
}

impl From<Value> for List {
    fn from(value: Value) -> Self {
        Self(match value {
            Value::Array(values) => values,
            _ => Vec::new(),
        })
    }
}

macro_rules! through_value {
    ($($name:ident)+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Value::deserialize(deserializer).map(Self::from)
            }
        }
    )+};
}

through_value!(Text Number Flag List);
