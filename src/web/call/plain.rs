//! Objects of the browser for which the bindings have no types, or too large ones.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A field; `undefined` where there is none.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    if object.is_object() || object.is_function() {
        Reflect::get(object, &name.into()).unwrap_or_default()
    } else {
        JsValue::UNDEFINED
    }
}

/// A field that is a text.
pub(super) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// A field that is a number.
pub(super) fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64().filter(|number| number.is_finite())
}

/// Calls a method; `Err` with what it threw, or that there is none.
pub(super) fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(object, name).dyn_into()?;
    method.apply(object, &arguments.iter().collect::<js_sys::Array>())
}

/// An object of these fields.
pub(super) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in fields {
        // Fails only on an object that is frozen.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}
