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
    /// Takes the value of a key out; a missing key is like `null`.
    pub fn take(&mut self, key: &str) -> Value {
        let Self::Object(entries) = self else { return Self::Null };
        let found = entries.iter_mut().find(|(name, _)| name == key);
        found.map(|(_, value)| core::mem::take(value)).unwrap_or_default()
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Takes the value of a key out; `None` when it is `null` or missing.
    pub fn given(&mut self, key: &str) -> Option<Value> {
        match self.take(key) {
            Self::Null => None,
            value => Some(value),
        }
    }

    /// Reads one word of a closed list, by the reader of the contract.
    pub fn word<T: DeserializeOwned>(self, fits: &mut bool) -> Option<T> {
        let text = String::read(self, fits);
        T::deserialize(IntoDeserializer::<Error>::into_deserializer(text.as_str())).ok()
    }
}

impl Read for Value {
    fn read(value: Value, _: &mut bool) -> Self {
        value
    }
}

impl Read for String {
    fn read(value: Value, fits: &mut bool) -> Self {
        if let Value::Text(text) = value {
            return text;
        }
        *fits = false;
        Self::new()
    }
}

impl Read for bool {
    fn read(value: Value, fits: &mut bool) -> Self {
        if let Value::Bool(value) = value {
            return value;
        }
        *fits = false;
        false
    }
}

impl Read for f64 {
    fn read(value: Value, fits: &mut bool) -> Self {
        if let Value::Number(value) = value {
            return value;
        }
        *fits = false;
        0.0
    }
}

impl Read for u64 {
    fn read(value: Value, fits: &mut bool) -> Self {
        let number = f64::read(value, fits);
        let whole = number as u64;
        *fits &= whole as f64 == number;
        whole
    }
}

impl Read for u32 {
    fn read(value: Value, fits: &mut bool) -> Self {
        let number = u64::read(value, fits);
        *fits &= number <= Self::MAX.into();
        number as Self
    }
}

impl Read for u8 {
    fn read(value: Value, fits: &mut bool) -> Self {
        let number = u64::read(value, fits);
        *fits &= number <= Self::MAX.into();
        number as Self
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value, fits: &mut bool) -> Self {
        if let Value::Null = value { None } else { Some(T::read(value, fits)) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value, fits: &mut bool) -> Self {
        let mut read = Self::new();
        let Value::List(values) = value else {
            *fits = false;
            return read;
        };
        for value in values {
            read.push(T::read(value, fits));
        }
        read
    }
}
