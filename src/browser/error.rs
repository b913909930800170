//! Errors as JavaScript sees them: real `Error` objects.

use js_sys::{Error, Reflect};
use wasm_bindgen::prelude::*;

use crate::engine::error::ClientError;

/// An `Error` named `RealtimeError` with `code`, `message`, `retryable`, and where there are any
/// `retryAfterMs` and `details`.
pub(crate) fn to_js(error: &ClientError<JsValue>) -> JsValue {
    let object = Error::new(&error.message);
    object.set_name("RealtimeError");
    let set = |key: &str, value: JsValue| {
        // Fails only on frozen objects, and this one was made here.
        let _ = Reflect::set(&object, &JsValue::from_str(key), &value);
    };
    set("code", JsValue::from_str(&error.code));
    set("retryable", JsValue::from_bool(error.retryable));
    if let Some(ms) = error.retry_after_ms {
        set("retryAfterMs", JsValue::from_f64(ms as f64));
    }
    if let Some(details) = &error.details {
        set("details", details.clone());
    }
    object.into()
}
