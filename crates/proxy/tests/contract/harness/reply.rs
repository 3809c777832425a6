//! Answers, read as tolerantly as the documents demand: names in any case, codes under any of their names and types.

use super::{Offer, Stop};
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::fmt;

/// One whole answer.
pub(crate) struct Reply {
    /// What was asked.
    pub(crate) what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body as JSON; null when it is none.
    pub(crate) json: Value,
}

/// Looks a field up whatever the case of its name; null when it is absent.
pub(crate) fn field<'a>(object: &'a Value, name: &str) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    let fields = object.as_object();
    let named = fields.and_then(|fields| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
    named.map_or(NOTHING, |(_, value)| value)
}

/// A text, or a number as its text; empty and the word `null` are nothing.
pub(crate) fn word(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty() && text != "null")
}

/// A whole number, or a text that holds one.
pub(crate) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

impl Reply {
    pub(crate) fn field(&self, name: &str) -> &Value {
        field(&self.json, name)
    }

    /// The result code, under the first of its names.
    pub(crate) fn code(&self) -> Option<String> {
        ["resultCode", "returnCode", "retCode"].iter().find_map(|name| word(self.field(name)))
    }

    /// The text beside the code, in small letters.
    pub(crate) fn said(&self) -> String {
        word(self.field("resultDesc")).unwrap_or_default().to_lowercase()
    }

    /// The code of an answer that must have one.
    pub(crate) fn coded(&self) -> Result<String, Stop> {
        self.expect(self.status == 200, "a business answer is HTTP 200")?;
        self.code().ok_or_else(|| self.wrong("a result code"))
    }

    /// Demands one of these codes.
    pub(crate) fn one_of(&self, codes: &[&str]) -> Result<String, Stop> {
        let code = self.coded()?;
        self.expect(codes.contains(&code.as_str()), &format!("one of the codes {codes:?}"))?;
        Ok(code)
    }

    /// Demands that the call was refused, by status or by code.
    pub(crate) fn refused(&self) -> Result<(), Stop> {
        let by_status = (400..500).contains(&self.status);
        let by_code = self.status == 200 && self.code().is_some_and(|code| code != "0");
        self.expect(by_status || by_code, "a refusal")
    }

    /// The answer, unless the centre has no such endpoint.
    pub(crate) fn offered(self, offer: Offer) -> Result<Self, Stop> {
        match self.status {
            404 | 405 => Err(Stop::NotOffered(offer, format!("{}: HTTP {}", self.what, self.status))),
            _ => Ok(self),
        }
    }

    pub(crate) fn expect(&self, holds: bool, wanted: &str) -> Result<(), Stop> {
        if holds { Ok(()) } else { Err(self.wrong(wanted)) }
    }

    pub(crate) fn wrong(&self, wanted: &str) -> Stop {
        Stop::Wrong(format!("expected {wanted}; {self}"))
    }
}

impl fmt::Display for Reply {
    /// Says what came without what may be a token: status, code, text, names of the fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code().unwrap_or_else(|| "none".into());
        let names: Vec<&String> =
            self.json.as_object().map(|fields| fields.keys().collect()).unwrap_or_default();
        write!(f, "{} answered HTTP {}, code {code}, ", self.what, self.status)?;
        write!(f, "text {:?}, fields {names:?}, {} bytes", self.said(), self.text.len())
    }
}
