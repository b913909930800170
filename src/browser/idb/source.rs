//! Where records are: object stores and their indexes.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::key::{limit, or_all};
use super::{Cursor, CursorDirection, Error, KeyPath, Query, Request, get, names};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = IDBObjectStore)]
    #[derive(Debug)]
    type JsObjectStore;
    #[wasm_bindgen(method, catch)]
    fn index(this: &JsObjectStore, name: &str) -> Result<JsValue, JsValue>;
}

/// An object store, in a transaction.
#[derive(Debug)]
pub struct ObjectStore {
    inner: JsObjectStore,
}

/// An index of an object store, in a transaction.
#[derive(Debug)]
pub struct Index {
    inner: JsValue,
}

/// Reading is the same from both.
macro_rules! reads {
    ($source:ident) => {
        impl $source {
            /// Its name.
            pub fn name(&self) -> String {
                get(&self.inner, "name").as_string().unwrap_or_default()
            }

            /// One record.
            pub fn get(&self, query: impl Into<Query>) -> Result<Request<Option<JsValue>>, Error> {
                self.ask("get", &query.into().value, &JsValue::UNDEFINED, defined)
            }

            /// One record's key.
            pub fn get_key(
                &self,
                query: impl Into<Query>,
            ) -> Result<Request<Option<JsValue>>, Error> {
                self.ask("getKey", &query.into().value, &JsValue::UNDEFINED, defined)
            }

            /// Records, by key.
            pub fn get_all(
                &self,
                query: Option<Query>,
                most: Option<u32>,
            ) -> Result<Request<Vec<JsValue>>, Error> {
                self.ask("getAll", &or_all(query), &limit(most), list)
            }

            /// Their keys.
            pub fn get_all_keys(
                &self,
                query: Option<Query>,
                most: Option<u32>,
            ) -> Result<Request<Vec<JsValue>>, Error> {
                self.ask("getAllKeys", &or_all(query), &limit(most), list)
            }

            /// How many there are.
            pub fn count(&self, query: Option<Query>) -> Result<Request<u32>, Error> {
                self.ask("count", &or_all(query), &JsValue::UNDEFINED, |count| {
                    count.as_f64().unwrap_or_default() as u32
                })
            }

            /// Goes through records one by one.
            pub fn open_cursor(
                &self,
                query: Option<Query>,
                direction: Option<CursorDirection>,
            ) -> Result<Request<Option<Cursor>>, Error> {
                let direction = direction.unwrap_or_default().as_str().into();
                self.ask("openCursor", &or_all(query), &direction, Cursor::opened)
            }

            fn ask<T>(
                &self,
                method: &str,
                first: &JsValue,
                second: &JsValue,
                read: fn(JsValue) -> T,
            ) -> Result<Request<T>, Error> {
                Request::of(&self.inner, method, first, second, read)
            }
        }
    };
}

reads!(ObjectStore);
reads!(Index);

impl ObjectStore {
    pub(crate) fn new(inner: JsValue) -> Self {
        let inner = inner.unchecked_into();
        Self { inner }
    }

    /// Whether it makes keys itself.
    pub fn auto_increment(&self) -> bool {
        get(&self.inner, "autoIncrement").is_truthy()
    }

    /// Where its records' keys are, if they are in them.
    pub fn key_path(&self) -> Result<Option<KeyPath>, Error> {
        let path = get(&self.inner, "keyPath");
        Ok((!path.is_null()).then_some(KeyPath { path }))
    }

    /// The names of its indexes.
    pub fn index_names(&self) -> Vec<String> {
        names(&self.inner, "indexNames")
    }

    /// One of them.
    pub fn index(&self, name: &str) -> Result<Index, Error> {
        let inner = self.inner.index(name)?;
        Ok(Index { inner })
    }

    /// Adds a record under a new key.
    pub fn add(&self, value: &JsValue, key: Option<&JsValue>) -> Result<Request<JsValue>, Error> {
        self.ask("add", value, key.unwrap_or(&NO_KEY), |key| key)
    }

    /// Puts a record, in place of one under the same key.
    pub fn put(&self, value: &JsValue, key: Option<&JsValue>) -> Result<Request<JsValue>, Error> {
        self.ask("put", value, key.unwrap_or(&NO_KEY), |key| key)
    }

    /// Deletes records.
    pub fn delete(&self, query: impl Into<Query>) -> Result<Request<()>, Error> {
        self.ask("delete", &query.into().value, &JsValue::UNDEFINED, |_| ())
    }

    /// Deletes all records.
    pub fn clear(&self) -> Result<Request<()>, Error> {
        self.ask("clear", &JsValue::UNDEFINED, &JsValue::UNDEFINED, |_| ())
    }
}

impl Index {
    /// Whether no two records may have the same key in it.
    pub fn unique(&self) -> bool {
        get(&self.inner, "unique").is_truthy()
    }

    /// Whether an array counts as many keys.
    pub fn multi_entry(&self) -> bool {
        get(&self.inner, "multiEntry").is_truthy()
    }
}

/// The key is in the record, or made by the object store.
const NO_KEY: JsValue = JsValue::UNDEFINED;

fn defined(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined()).then_some(value)
}

fn list(value: JsValue) -> Vec<JsValue> {
    value.unchecked_into::<Array>().to_vec()
}
