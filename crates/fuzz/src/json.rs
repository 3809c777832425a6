//! The vendor's objects, made of raw bytes: so that a few bytes reach deep.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Separates the fields.
const NEXT: u8 = 0xff;

/// An answer with a list of objects: one field after the other in the order of `keys`, objects one after the other. What
/// is JSON counts as such, the rest is text.
pub fn answer(bytes: &[u8], list: &str, keys: &[&str]) -> Vec<u8> {
    let fields: Vec<&[u8]> = bytes.split(|byte| *byte == NEXT).collect();
    let objects: Vec<Value> = fields
        .chunks(keys.len())
        .map(|fields| {
            let pairs = keys.iter().zip(fields).filter(|(_, field)| !field.is_empty());
            Value::Object(pairs.map(|(key, field)| ((*key).to_owned(), value(field))).collect())
        })
        .collect();
    let mut answer = Map::new();
    answer.insert("resultCode".into(), "0".into());
    answer.insert(list.into(), objects.into());
    Value::Object(answer).to_string().into_bytes()
}

fn value(field: &[u8]) -> Value {
    serde_json::from_slice(field).unwrap_or_else(|_| String::from_utf8_lossy(field).into())
}

/// An object with every field that it names, also those that it names twice.
pub struct Pairs(pub Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Pairs;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(All)
    }
}
