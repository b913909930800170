//! Cursors.

use wasm_bindgen::prelude::*;

use super::{Error, Request, get};

#[wasm_bindgen(module = "/idb.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = moveOn)]
    fn move_on(
        cursor: &JsValue,
        method: &str,
        argument: &JsValue,
    ) -> Result<js_sys::Promise, JsValue>;
}

/// Which way a cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CursorDirection {
    /// Ascending.
    #[default]
    Next,
    /// Ascending, each key once.
    NextUnique,
    /// Descending.
    Prev,
    /// Descending, each key once.
    PrevUnique,
}

impl CursorDirection {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::NextUnique => "nextunique",
            Self::Prev => "prev",
            Self::PrevUnique => "prevunique",
        }
    }
}

/// A cursor at its first record.
#[derive(Debug)]
pub struct Cursor {
    inner: JsValue,
}

impl Cursor {
    pub(crate) fn opened(inner: JsValue) -> Option<Self> {
        (!inner.is_null()).then_some(Self { inner })
    }

    /// The cursor as one that knows its end.
    pub fn into_managed(self) -> ManagedCursor {
        ManagedCursor {
            inner: Some(self.inner),
        }
    }
}

/// A cursor that knows its end.
#[derive(Debug)]
pub struct ManagedCursor {
    inner: Option<JsValue>,
}

impl ManagedCursor {
    /// The key where it is.
    pub fn key(&self) -> Result<Option<JsValue>, Error> {
        Ok(self.inner.as_ref().map(|cursor| get(cursor, "key")))
    }

    /// The record where it is.
    pub fn value(&self) -> Result<Option<JsValue>, Error> {
        Ok(self.inner.as_ref().map(|cursor| get(cursor, "value")))
    }

    /// Goes to the next record, or to the one of this key.
    pub async fn next(&mut self, key: Option<&JsValue>) -> Result<(), Error> {
        self.go("continue", key.unwrap_or(&JsValue::UNDEFINED))
            .await
    }

    /// Goes on by so many records.
    pub async fn advance(&mut self, count: u32) -> Result<(), Error> {
        self.go("advance", &f64::from(count).into()).await
    }

    async fn go(&mut self, method: &str, argument: &JsValue) -> Result<(), Error> {
        if let Some(cursor) = self.inner.take() {
            let moved = move_on(&cursor, method, argument);
            let moved = Request::made(moved, Cursor::opened)?.await?;
            self.inner = moved.map(|cursor| cursor.inner);
        }
        Ok(())
    }
}
