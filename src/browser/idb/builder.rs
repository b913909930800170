//! What a database is to be made of.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::{Database, Error, KeyPath, Request};

#[wasm_bindgen(module = "/idb.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn open(name: &str, version: Option<u32>, stores: &Array) -> Result<js_sys::Promise, JsValue>;
}

/// A database by name.
#[derive(Debug)]
pub struct DatabaseBuilder {
    name: String,
    version: Option<u32>,
    stores: Array,
}

impl DatabaseBuilder {
    /// One without object stores, of the version it has.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: None,
            stores: Array::new(),
        }
    }

    /// Says the version. A lower one is upgraded, a higher one refused.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.version = Some(version);
        self
    }

    /// Says an object store. An upgrade deletes those that are not said.
    #[must_use]
    pub fn add_object_store(self, store: ObjectStoreBuilder) -> Self {
        let ObjectStoreBuilder {
            name,
            options,
            indexes,
        } = store;
        self.stores
            .push(&Array::of3(&name.into(), &options, &indexes));
        self
    }

    /// Opens it.
    pub async fn build(self) -> Result<Database, Error> {
        let opening = open(&self.name, self.version, &self.stores);
        let inner = Request::made(opening, JsCast::unchecked_into)?.await?;
        Ok(Database { inner })
    }
}

/// An object store.
#[derive(Debug)]
pub struct ObjectStoreBuilder {
    name: String,
    options: Object,
    indexes: Array,
}

impl ObjectStoreBuilder {
    /// One whose keys are given with the records.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            options: Object::new(),
            indexes: Array::new(),
        }
    }

    /// Says whether it makes keys itself.
    #[must_use]
    pub fn auto_increment(self, auto_increment: bool) -> Self {
        set(&self.options, "autoIncrement", &auto_increment.into());
        self
    }

    /// Says where in the records their keys are.
    #[must_use]
    pub fn key_path(self, key_path: Option<KeyPath>) -> Self {
        if let Some(KeyPath { path }) = key_path {
            set(&self.options, "keyPath", &path);
        }
        self
    }

    /// Says an index.
    #[must_use]
    pub fn add_index(self, index: IndexBuilder) -> Self {
        let IndexBuilder {
            name,
            key_path,
            options,
        } = index;
        self.indexes
            .push(&Array::of3(&name.into(), &key_path.path, &options));
        self
    }
}

/// An index.
#[derive(Debug)]
pub struct IndexBuilder {
    name: String,
    key_path: KeyPath,
    options: Object,
}

impl IndexBuilder {
    /// An index of what is found there.
    pub fn new(name: String, key_path: KeyPath) -> Self {
        Self {
            name,
            key_path,
            options: Object::new(),
        }
    }

    /// Says whether no two records may have the same key in it.
    #[must_use]
    pub fn unique(self, unique: bool) -> Self {
        set(&self.options, "unique", &unique.into());
        self
    }

    /// Says whether an array counts as many keys.
    #[must_use]
    pub fn multi_entry(self, multi_entry: bool) -> Self {
        set(&self.options, "multiEntry", &multi_entry.into());
        self
    }
}

fn set(options: &Object, key: &str, value: &JsValue) {
    // Fails only on frozen objects, and this one was made here.
    let _ = Reflect::set(options, &key.into(), value);
}
