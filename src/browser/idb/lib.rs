//! The part of the crate `idb` 0.6 that rexie is made of, in its place (`[patch.crates-io]`).
//!
//! All of `idb` costs a page 22 kB of compressed module: hash maps, the texts of errors that
//! nobody reads, and a set of closures and channels for every kind of request. It also keeps back
//! why a transaction was aborted, so that a full disk could not be told from any other failure.
//! Here a request is a promise, and every reason is handed on.
#![cfg(target_family = "wasm")]

pub mod builder;
mod cursor;
mod error;
mod key;
mod request;
mod source;
mod transaction;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

pub use self::cursor::{Cursor, CursorDirection, ManagedCursor};
pub use self::error::Error;
pub use self::key::{KeyPath, KeyRange, Query};
pub use self::request::Request;
pub use self::source::{Index, ObjectStore};
pub use self::transaction::{Transaction, TransactionFuture, TransactionMode, TransactionResult};

#[wasm_bindgen(module = "/idb.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = deleteDatabase)]
    fn delete_database(name: &str) -> Result<js_sys::Promise, JsValue>;
    /// Calls `listener` with the name of every database that is taken from this page: deleted,
    /// upgraded, or cleared away. rexie has no word for it.
    pub fn watch(listener: &Function);
    /// Ends [`watch`].
    pub fn unwatch(listener: &Function);
    /// Whether the browser told, as it opened a database, that it had lost all of the site's; told
    /// once. rexie has no word for it.
    #[wasm_bindgen(js_name = takeLoss)]
    pub fn take_loss() -> bool;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = IDBDatabase)]
    #[derive(Debug)]
    type JsDatabase;
    #[wasm_bindgen(method, getter)]
    fn name(this: &JsDatabase) -> String;
    #[wasm_bindgen(method, getter)]
    fn version(this: &JsDatabase) -> f64;
    #[wasm_bindgen(method)]
    fn close(this: &JsDatabase);
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &JsDatabase,
        stores: &Array,
        mode: &str,
    ) -> Result<transaction::JsTransaction, JsValue>;
}

/// The databases of the page's origin.
#[derive(Debug)]
pub struct Factory;

impl Factory {
    /// Never fails: what is missing is told by each request.
    pub fn new() -> Result<Self, Error> {
        Ok(Self)
    }

    /// Deletes a database, once every page has closed it.
    pub fn delete(&self, name: &str) -> Result<Request<()>, Error> {
        Request::made(delete_database(name), |_| ())
    }
}

/// An open database. It closes when another page deletes or upgrades it, and by [`Self::close`].
#[derive(Debug)]
pub struct Database {
    inner: JsDatabase,
}

impl Database {
    /// Its name.
    pub fn name(&self) -> String {
        self.inner.name()
    }

    /// Its version.
    pub fn version(&self) -> Result<u32, Error> {
        Ok(self.inner.version() as u32)
    }

    /// The names of its object stores.
    pub fn store_names(&self) -> Vec<String> {
        names(&self.inner, "objectStoreNames")
    }

    /// Begins a transaction on these object stores.
    pub fn transaction<T: AsRef<str>>(
        &self,
        store_names: &[T],
        mode: TransactionMode,
    ) -> Result<Transaction, Error> {
        let names: Array = store_names
            .iter()
            .map(|name| JsValue::from_str(name.as_ref()))
            .collect();
        let transaction = self.inner.transaction(&names, mode.as_str());
        Ok(Transaction::new(transaction?))
    }

    /// Closes it, once its transactions are over.
    pub fn close(&self) {
        self.inner.close();
    }
}

/// The texts of a list that is a field of `object`.
fn names(object: &JsValue, field: &str) -> Vec<String> {
    let list = Array::from(&get(object, field));
    list.iter().filter_map(|name| name.as_string()).collect()
}

/// A field of one of the browser's own objects.
fn get(object: &JsValue, field: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(field)).unwrap_or(JsValue::UNDEFINED)
}
