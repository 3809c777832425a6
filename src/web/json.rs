//! Rust values to and from plain JavaScript values, by [`crate::wire`]. The browser's own
//! `JSON` does the text, which keeps a second JSON parser out of the bundle.

use crate::wire::{self, Read, Value, Write};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The value as plain objects, arrays, strings and numbers.
pub fn to_js<T: Write>(value: &T) -> JsValue {
    js_of(&value.write())
}

/// The same of a value that is one already.
pub fn js_of(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => JsValue::from_bool(*value),
        Value::Number(value) => JsValue::from_f64(*value),
        Value::Text(text) => JsValue::from_str(text),
        Value::List(values) => {
            let list = Array::new();
            for value in values {
                list.push(&js_of(value));
            }
            list.into()
        }
        Value::Object(entries) => {
            let object = Object::new();
            for (key, value) in entries {
                // Fails only on an object that is frozen.
                let _ = Reflect::set(&object, &JsValue::from_str(key), &js_of(value));
            }
            object.into()
        }
    }
}

/// Deeper values are not looked at: three levels for each of the 16 that a rich text may have, and what is around it.
const DEEPEST: u32 = 80;

/// Reads a plain value; `None` when it has another shape.
pub fn from_js<T: Read>(value: JsValue) -> Option<T> {
    wire::read(value_of(&value, DEEPEST))
}

fn value_of(value: &JsValue, deepest: u32) -> Value {
    let Some(deepest) = deepest.checked_sub(1) else { return Value::Null };
    if let Some(number) = value.as_f64() {
        Value::Number(number)
    } else if let Some(text) = value.as_string() {
        Value::Text(text)
    } else if let Some(bool) = value.as_bool() {
        Value::Bool(bool)
    } else if let Some(list) = value.dyn_ref::<Array>() {
        Value::List((0..list.length()).map(|at| value_of(&list.get(at), deepest)).collect())
    } else if let Some(object) = value.dyn_ref::<Object>() {
        let keys = Object::keys(object);
        let entry = |at| {
            let key = keys.get(at);
            let inside =
                Reflect::get(object, &key).map(|value| value_of(&value, deepest)).unwrap_or_default();
            (key.as_string().unwrap_or_default(), inside)
        };
        Value::Object((0..keys.length()).map(entry).collect())
    } else {
        Value::Null
    }
}

/// The value as JSON text.
pub fn to_text<T: Write>(value: &T) -> Option<String> {
    js_sys::JSON::stringify(&to_js(value)).ok()?.as_string()
}

/// Reads JSON text; `None` when it is none, or has another shape.
pub fn from_text<T: Read>(text: &str) -> Option<T> {
    from_js(js_sys::JSON::parse(text).ok()?)
}
