//! Transactions.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{Error, ObjectStore, get, names};

#[wasm_bindgen(module = "/idb.js")]
extern "C" {
    fn done(transaction: &JsTransaction) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = IDBTransaction)]
    #[derive(Debug)]
    pub(crate) type JsTransaction;
    #[wasm_bindgen(method, catch, js_name = objectStore)]
    fn object_store(this: &JsTransaction, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn commit(this: &JsTransaction) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn abort(this: &JsTransaction) -> Result<(), JsValue>;
}

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionMode {
    /// Read.
    ReadOnly,
    /// Read and write.
    ReadWrite,
}

impl TransactionMode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "readonly",
            Self::ReadWrite => "readwrite",
        }
    }
}

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionResult {
    /// All of it was done.
    Committed,
    /// The page aborted it.
    Aborted,
}

impl TransactionResult {
    /// Whether all of it was done.
    pub fn is_committed(&self) -> bool {
        *self == Self::Committed
    }

    /// Whether the page aborted it.
    pub fn is_aborted(&self) -> bool {
        *self == Self::Aborted
    }
}

/// A transaction. It ends by itself when nothing is asked of it any more.
#[derive(Debug)]
pub struct Transaction {
    inner: JsTransaction,
}

impl Transaction {
    pub(crate) fn new(inner: JsTransaction) -> Self {
        Self { inner }
    }

    /// What it may do.
    pub fn mode(&self) -> Result<TransactionMode, Error> {
        let is_read_only = get(&self.inner, "mode") == "readonly";
        Ok(if is_read_only {
            TransactionMode::ReadOnly
        } else {
            TransactionMode::ReadWrite
        })
    }

    /// The object stores it was begun on.
    pub fn store_names(&self) -> Vec<String> {
        names(&self.inner, "objectStoreNames")
    }

    /// One of them.
    pub fn object_store(&self, name: &str) -> Result<ObjectStore, Error> {
        Ok(ObjectStore::new(self.inner.object_store(name)?))
    }

    /// Ends it once what was asked is done.
    pub fn commit(self) -> Result<Self, Error> {
        self.inner.commit()?;
        Ok(self)
    }

    /// Takes all of it back.
    pub fn abort(self) -> Result<Self, Error> {
        self.inner.abort()?;
        Ok(self)
    }
}

impl IntoFuture for Transaction {
    type Output = Result<TransactionResult, Error>;
    type IntoFuture = TransactionFuture;

    fn into_future(self) -> TransactionFuture {
        TransactionFuture {
            ended: JsFuture::from(done(&self.inner)),
        }
    }
}

/// The end of a transaction; an error is the reason that the browser gives for its abort.
#[derive(Debug)]
pub struct TransactionFuture {
    ended: JsFuture,
}

impl Future for TransactionFuture {
    type Output = Result<TransactionResult, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ended = Pin::new(&mut self.get_mut().ended).poll(context);
        ended.map(|ended| {
            Ok(if ended?.is_truthy() {
                TransactionResult::Committed
            } else {
                TransactionResult::Aborted
            })
        })
    }
}
