//! Keys: where they are in a record, and which are asked for.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::Error;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = IDBKeyRange)]
    #[derive(Debug, Clone, PartialEq)]
    type JsKeyRange;
    #[wasm_bindgen(catch, static_method_of = JsKeyRange, js_class = "IDBKeyRange")]
    fn only(value: &JsValue) -> Result<JsKeyRange, JsValue>;
    #[wasm_bindgen(catch, static_method_of = JsKeyRange, js_class = "IDBKeyRange")]
    fn bound(
        lower: &JsValue,
        upper: &JsValue,
        lower_open: bool,
        upper_open: bool,
    ) -> Result<JsKeyRange, JsValue>;
    #[wasm_bindgen(catch, static_method_of = JsKeyRange, js_class = "IDBKeyRange", js_name = lowerBound)]
    fn lower_bound(lower: &JsValue, open: bool) -> Result<JsKeyRange, JsValue>;
    #[wasm_bindgen(catch, static_method_of = JsKeyRange, js_class = "IDBKeyRange", js_name = upperBound)]
    fn upper_bound(upper: &JsValue, open: bool) -> Result<JsKeyRange, JsValue>;
}

/// Where a record's key is.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPath {
    pub(crate) path: JsValue,
}

impl KeyPath {
    /// In one field.
    pub fn new_single(field: &str) -> Self {
        let path = field.into();
        Self { path }
    }

    /// In several fields, in order.
    pub fn new_array<'a>(fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields: Array = fields.into_iter().map(JsValue::from_str).collect();
        let path = fields.into();
        Self { path }
    }
}

/// All keys between two. Ends are part of it unless they are said to be open.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRange {
    inner: JsKeyRange,
}

impl KeyRange {
    /// One key.
    pub fn only(value: &JsValue) -> Result<Self, Error> {
        let inner = JsKeyRange::only(value)?;
        Ok(Self { inner })
    }

    /// From one key to another.
    pub fn bound(
        lower: &JsValue,
        upper: &JsValue,
        lower_open: Option<bool>,
        upper_open: Option<bool>,
    ) -> Result<Self, Error> {
        let (lower_open, upper_open) = (lower_open == Some(true), upper_open == Some(true));
        let inner = JsKeyRange::bound(lower, upper, lower_open, upper_open)?;
        Ok(Self { inner })
    }

    /// From a key on.
    pub fn lower_bound(lower: &JsValue, lower_open: Option<bool>) -> Result<Self, Error> {
        let inner = JsKeyRange::lower_bound(lower, lower_open == Some(true))?;
        Ok(Self { inner })
    }

    /// Up to a key.
    pub fn upper_bound(upper: &JsValue, upper_open: Option<bool>) -> Result<Self, Error> {
        let inner = JsKeyRange::upper_bound(upper, upper_open == Some(true))?;
        Ok(Self { inner })
    }
}

impl From<KeyRange> for JsValue {
    fn from(range: KeyRange) -> Self {
        range.inner.into()
    }
}

/// A key, or a range of keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub(crate) value: JsValue,
}

impl From<JsValue> for Query {
    fn from(value: JsValue) -> Self {
        Self { value }
    }
}

impl From<KeyRange> for Query {
    fn from(range: KeyRange) -> Self {
        Self {
            value: range.into(),
        }
    }
}

/// The query, or `undefined` for everything.
pub(crate) fn or_all(query: Option<Query>) -> JsValue {
    query.map_or(JsValue::UNDEFINED, |query| query.value)
}

/// The number, or `undefined` for all.
pub(crate) fn limit(limit: Option<u32>) -> JsValue {
    limit.map_or(JsValue::UNDEFINED, |limit| f64::from(limit).into())
}
