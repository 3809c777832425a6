//! Any JSON value, and the readers of its simple kinds.

use super::Read;
use serde::de::{DeserializeOwned, IntoDeserializer, value::Error};

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`, or a key that is missing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Keys and values.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Takes the value of a key out, and reads it. A missing key reads like `null`.
    pub fn take<T: Read>(&mut self, key: &str) -> Option<T> {
        T::read(self.take_value(key))
    }

    /// Takes the value of a key out.
    pub fn take_value(&mut self, key: &str) -> Value {
        let Self::Object(entries) = self else { return Self::Null };
        let found = entries.iter_mut().find(|(name, _)| name == key);
        found.map(|(_, value)| core::mem::take(value)).unwrap_or_default()
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Reads one word of a closed list, by the reader of the contract.
    pub fn word<T: DeserializeOwned>(self) -> Option<T> {
        let text = String::read(self)?;
        T::deserialize(IntoDeserializer::<Error>::into_deserializer(text.as_str())).ok()
    }
}

impl Read for Value {
    fn read(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl Read for String {
    fn read(value: Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl Read for bool {
    fn read(value: Value) -> Option<Self> {
        if let Value::Bool(value) = value { Some(value) } else { None }
    }
}

impl Read for f64 {
    fn read(value: Value) -> Option<Self> {
        if let Value::Number(value) = value { Some(value) } else { None }
    }
}

impl Read for u64 {
    fn read(value: Value) -> Option<Self> {
        let number = f64::read(value)?;
        let whole = number as u64;
        (whole as f64 == number).then_some(whole)
    }
}

impl Read for u32 {
    fn read(value: Value) -> Option<Self> {
        u64::read(value)?.try_into().ok()
    }
}

impl Read for u8 {
    fn read(value: Value) -> Option<Self> {
        u64::read(value)?.try_into().ok()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Option<Self> {
        let Value::List(values) = value else { return None };
        values.into_iter().map(T::read).collect()
    }
}
