//! Values that are read whatever type they come in: the two editions of the interface disagree about types, and any
//! field may be null.

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// A text; a number or truth value counts as its text. Null, absent and everything else: `None`.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Text(pub(super) Option<String>);

/// A number; a text that holds one counts.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Number(pub(super) Option<f64>);

/// A time in epoch milliseconds; a text that holds one, or a date and time of day in UTC, counts.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Time(pub(super) Option<u64>);

/// A truth value; `"true"`, `1`, `"1"`, `"Y"` and the like count.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flag(pub(super) Option<bool>);

/// A list, each item as its JSON stands; anything else is an empty one.
#[derive(Default)]
pub(super) struct List(pub(super) Vec<Box<RawValue>>);

impl Text {
    /// The text without blanks around it; `None` when nothing is left.
    pub(super) fn word(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|text| !text.is_empty())
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

impl From<Value> for Time {
    fn from(value: Value) -> Self {
        let date = value.as_str().and_then(date_ms);
        Self(Number::from(value).time_ms().or(date))
    }
}

/// `yyyy-MM-dd HH:mm:ss` with an optional fraction; `T` and `Z` may stand in it. The zone is not told; it counts as UTC.
fn date_ms(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches('Z');
    let (date, time) = text.split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut time = time.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let ms: u64 = fraction.parse().ok()?;
    let in_range = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    if !in_range {
        return None;
    }
    // Days since 1970 in the Gregorian calendar, counted from March so that a leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    let days = u64::try_from(days).ok()?;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms)
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

impl List {
    /// The items of a list; `None`: it is none.
    pub(super) fn of(json: &RawValue) -> Option<Self> {
        let list = json.get().starts_with('[').then(|| serde_json::from_str(json.get()).ok());
        list.flatten().map(Self)
    }
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Items)
    }
}

/// Takes the items of a list one by one, without reading what is in them, and nothing of anything else.
struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = List;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List, A::Error> {
        let mut list = List::default();
        while let Some(item) = items.next_element()? {
            list.0.push(item);
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<List, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::default())
    }

    fn visit_unit<E>(self) -> Result<List, E> {
        Ok(List::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<List, E> {
        Ok(List::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<List, E> {
        Ok(List::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<List, E> {
        Ok(List::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<List, E> {
        Ok(List::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<List, E> {
        Ok(List::default())
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

through_value!(Text Number Time Flag);
