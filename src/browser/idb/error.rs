//! Why something failed.

use std::fmt;

use wasm_bindgen::prelude::*;

/// What the browser threw or gave as the reason.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A `DOMException`, whose `name` says which.
    DomException(JsValue),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IndexedDB failed")
    }
}

impl std::error::Error for Error {}

impl From<JsValue> for Error {
    fn from(reason: JsValue) -> Self {
        Self::DomException(reason)
    }
}
