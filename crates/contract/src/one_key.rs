//! Reading the body of a message that is sent: of a choice between shapes a reader of answers takes what it knows and
//! passes over the rest; a reader of requests that did so would lose what the visitor sent.

use crate::message::Body;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// A body with no more than one key. One of a later version is [`Body::Unsupported`], as is one without a key.
pub(crate) fn body<'de, D: Deserializer<'de>>(reader: D) -> Result<Body, D::Error> {
    reader.deserialize_map(OneKey)
}

struct OneKey;

impl<'de> Visitor<'de> for OneKey {
    type Value = Body;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object with one key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let Some(key) = map.next_key::<String>()? else { return Ok(Body::Unsupported {}) };
        let body = match key.as_str() {
            "text" => Body::Text(map.next_value()?),
            "rich" => Body::Rich(map.next_value()?),
            "file" => Body::File(map.next_value()?),
            "location" => Body::Location(map.next_value()?),
            "card" => Body::Card(map.next_value()?),
            _ => {
                map.next_value::<IgnoredAny>()?;
                Body::Unsupported {}
            }
        };
        match map.next_key::<IgnoredAny>()? {
            None => Ok(body),
            Some(_) => Err(A::Error::custom("more than one key: a message says one thing")),
        }
    }
}
