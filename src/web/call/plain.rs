//! Objects of the browser for which the bindings have no types, or too large ones.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

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
    method.apply(object, &arguments.iter().collect::<Array>())
}

/// An object of these fields.
pub(crate) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in fields {
        // Fails only on an object that is frozen.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// What is refused later is nobody's concern, and must not be reported as an error that nobody saw to.
pub(crate) fn quietly(asked: Result<JsValue, JsValue>) {
    if let Ok(promise) = asked {
        spawn_local(async move {
            let _ = JsFuture::from(Promise::resolve(&promise)).await;
        });
    }
}

/// A list of what is in it; empty where it is none.
pub(super) fn list(value: &JsValue) -> Array {
    if value.is_object() { Array::from(value) } else { Array::new() }
}
