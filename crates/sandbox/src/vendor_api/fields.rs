//! Reading request bodies field by field, so that a refusal names the field.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::answer::Refusal;

/// A JSON object from a request.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Fields, Refusal> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            return Err(Refusal::bad("Content-Type must be application/json"));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Fields(fields)),
            Ok(_) => Err(Refusal::bad("the body must be a JSON object")),
            Err(_) => Err(Refusal::bad("the body is not JSON")),
        }
    }

    /// A text that may be absent or null.
    pub(crate) fn optional(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::bad(format!("{name} must be a string"))),
        }
    }

    /// A text that must be there; it may be empty.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Refusal> {
        self.optional(name)?.ok_or_else(|| Refusal::bad(format!("{name} is missing")))
    }

    /// A whole number that must be there.
    pub(crate) fn integer(&self, name: &str) -> Result<i64, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Err(Refusal::bad(format!("{name} is missing"))),
            Some(value) => value.as_i64().ok_or_else(|| Refusal::bad(format!("{name} must be an integer"))),
        }
    }

    /// Absent, null or an empty text.
    pub(crate) fn is_blank(&self, name: &str) -> bool {
        match self.0.get(name) {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(_) => false,
        }
    }

    /// The object of this name, to be read like a body.
    pub(crate) fn object(&self, name: &str) -> Option<Fields> {
        self.0.get(name).and_then(Value::as_object).map(|fields| Fields(fields.clone()))
    }

    /// A text with exactly this value.
    pub(crate) fn literal(&self, name: &str, value: &str) -> Result<(), Refusal> {
        if self.text(name)? == value { Ok(()) } else { Err(Refusal::bad(format!("{name} must be {value}"))) }
    }
}
