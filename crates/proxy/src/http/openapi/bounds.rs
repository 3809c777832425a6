//! What the types of Rust do not say: the form of ids and credentials, the bounds of numbers and texts. The handlers check
//! the same; schemathesis finds where the two differ.

use frontdesk_contract::{
    MAX_ATTRIBUTE_CHARS, MAX_ATTRIBUTES, MAX_ID_CHARS, MAX_IDENTITY_BYTES, MAX_LEFT_TEXT_CHARS,
    MAX_NUMBER_CHARS, MAX_PAGE_TITLE_CHARS, MAX_PAGE_URL_BYTES,
};
use serde_json::{Value, json};
use utoipa::Modify;
use utoipa::openapi::OpenApi as Document;

/// A credential, or a ticket of the same form: 32 bytes in base64url, the last character of which has two bits unused.
const SECRET: &str = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$";
/// No character that the centre would cut a text at.
const TEXT: &str = "^[^\\u0000]*$";

/// Adds the bounds.
pub(super) struct Bounds;

impl Modify for Bounds {
    fn modify(&self, document: &mut Document) {
        let Ok(mut json) = serde_json::to_value(&*document) else { return };
        for (place, more) in bounds() {
            add(&mut json, place, more);
        }
        one_kind(&mut json);
        absent_is_not_null(&mut json);
        if let Ok(bound) = serde_json::from_value(json) {
            *document = bound;
        }
    }
}

/// Where what is added, by pointers from the schemas (RFC 6901).
fn bounds() -> Vec<(&'static str, Value)> {
    let text = || json!({"minLength": 1, "maxLength": 2048, "pattern": TEXT});
    vec![
        ("ClientId", json!({"minLength": 1, "maxLength": MAX_ID_CHARS, "pattern": "^[!-+\\--~]+$"})),
        ("OpenSession/properties/protocol", json!({"minimum": 1, "maximum": u32::MAX, "format": "uint32"})),
        ("OpenSession/properties/identity", json!({"maxLength": MAX_IDENTITY_BYTES})),
        ("ReadMark/properties/up_to", json!({"minimum": 0, "maximum": u64::MAX, "format": "uint64"})),
        ("RegisterTicket/properties/ticket", json!({"pattern": SECRET})),
        ("About/properties/url", json!({"pattern": "^https?://", "maxLength": MAX_PAGE_URL_BYTES})),
        ("About/properties/title", json!({"maxLength": MAX_PAGE_TITLE_CHARS})),
        ("About/properties/attributes", json!({"maxItems": MAX_ATTRIBUTES})),
        ("Attribute/properties/name", json!({"pattern": "^[A-Za-z0-9_.-]{1,64}$"})),
        ("Attribute/properties/value", json!({"maxLength": MAX_ATTRIBUTE_CHARS})),
        ("Location/properties/latitude", json!({"minimum": -90, "maximum": 90})),
        ("Location/properties/longitude", json!({"minimum": -180, "maximum": 180})),
        ("Location/properties/label", json!({"maxLength": 2048, "pattern": TEXT})),
        ("Card/properties/title", text()),
        ("Card/properties/description", json!({"maxLength": 2048, "pattern": TEXT})),
        ("Card/properties/url", json!({"maxLength": 2048, "pattern": "^(https?://[^\\u0000]*)?$"})),
        ("FileRef/properties/file", text()),
        ("FileRef/properties/size_bytes", json!({"minimum": 0, "maximum": u64::MAX, "format": "uint64"})),
        ("PostSurvey/properties/level", json!({"minimum": 0, "maximum": u8::MAX})),
        ("PostSurvey/properties/recommend", json!({"minimum": 0, "maximum": u8::MAX})),
        ("LeaveMessage/properties/number", json!({"minLength": 1, "maxLength": MAX_NUMBER_CHARS})),
        ("LeaveMessage/properties/text", json!({"minLength": 1, "maxLength": MAX_LEFT_TEXT_CHARS})),
    ]
}

fn add(document: &mut Value, place: &str, more: Value) {
    let schema = document.pointer_mut(&format!("/components/schemas/{place}"));
    if let (Some(Value::Object(schema)), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}

/// A message says one thing: none of its kinds has a second key.
fn one_kind(document: &mut Value) {
    let kinds = document.pointer_mut("/components/schemas/Body/oneOf").and_then(Value::as_array_mut);
    for kind in kinds.into_iter().flatten().filter_map(Value::as_object_mut) {
        kind.insert("additionalProperties".into(), Value::Bool(false));
    }
}

/// A parameter that may be left out is left out; there is no way to write `null` in a query or a header.
fn absent_is_not_null(document: &mut Value) {
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(|paths| paths.values_mut()).filter_map(Value::as_object_mut);
    for operation in items.flat_map(|item| item.values_mut()) {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            if let Some(Value::Array(choices)) = parameter.pointer_mut("/schema/oneOf") {
                choices.retain(|choice| choice["type"] != "null");
                if let [one] = choices.as_slice() {
                    let one = one.clone();
                    parameter["schema"] = one;
                }
            }
            let Some(Value::Array(kinds)) = parameter.pointer_mut("/schema/type") else { continue };
            kinds.retain(|kind| kind != "null");
            if let [kind] = kinds.as_slice() {
                let kind = kind.clone();
                if let Some(place) = parameter.pointer_mut("/schema/type") {
                    *place = kind;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::openapi::Api;
    use utoipa::OpenApi as _;

    #[test]
    fn every_bound_has_its_place_and_is_in_the_document() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        for (place, more) in bounds() {
            let schema = document.pointer(&format!("/components/schemas/{place}"));
            let schema = schema.unwrap_or_else(|| panic!("there is no {place}"));
            for (key, value) in more.as_object().unwrap() {
                assert!(
                    schema[key] == *value || schema[key].as_f64() == value.as_f64(),
                    "{place} {key}: {schema}"
                );
            }
        }
        let wait = &document["paths"]["/v1/events"]["get"]["parameters"][1];
        assert_eq!((&wait["schema"]["type"], &wait["required"]), (&json!("integer"), &json!(false)));
    }
}
