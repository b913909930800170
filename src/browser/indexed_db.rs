//! One IndexedDB database: the records and messages of one namespace.

use std::future::{Future, poll_fn, ready};
use std::pin::Pin;
use std::task::Poll;

use js_sys::{Array, Reflect};
use rexie::{KeyRange, ObjectStore, Rexie, Transaction, TransactionMode};
use wasm_bindgen::prelude::*;

use crate::engine::store::{StoreFailure, StoreOp, Table};
use crate::socketio::Value;

/// Raised when object stores are added. A database of a higher version is not opened.
const VERSION: u32 = 1;
/// Bodies under `[room, -seq]`: the newest come first, which is how they are read.
const MESSAGES: &str = "messages";
/// One number under its own name.
const FENCE: &str = "fence";

/// An open database. Dropping it closes it.
pub(crate) struct Database {
    rexie: Option<Rexie>,
}

/// One part of a transaction.
pub(crate) enum Part {
    /// Makes a change. Gives nothing.
    Change(StoreOp<JsValue>),
    /// Reads a table's records: see [`record`].
    Read(Table),
    /// Reads a record by its key.
    ReadOne(Table, String),
    /// Reads a room's newest messages before a place, the newest first.
    ReadMessages {
        room: String,
        before_seq: Option<u64>,
        limit: u32,
    },
}

/// What a transaction does with the fence, before anything else.
#[derive(Clone, Copy)]
pub(crate) enum Guard {
    /// Only reads it; nothing is changed.
    Read,
    /// Reads it, and goes on to changes unless it is higher than the one given.
    Write(Option<u64>),
    /// Raises it by one, or to this where that is higher.
    Raise { at_least: u64 },
}

/// Why something did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// For the reason given.
    Failed(StoreFailure),
    /// The database is closed: it was taken away, or upgraded by a newer page.
    Lost,
}

impl Database {
    /// Opens the database of this name, and makes it where there is none.
    pub(crate) async fn open(name: &str) -> Result<Self, Trouble> {
        let mut builder = Rexie::builder(name).version(VERSION);
        // An object store that is not named here is deleted by an upgrade.
        for table in Table::ALL {
            let store = ObjectStore::new(table.as_str()).key_path("key");
            builder = builder.add_object_store(store);
        }
        for name in [MESSAGES, FENCE] {
            builder = builder.add_object_store(ObjectStore::new(name));
        }
        let rexie = builder.build().await.map_err(refusal)?;
        Ok(Self { rexie: Some(rexie) })
    }

    /// Deletes the database of this name. Whoever has it open loses it.
    pub(crate) async fn delete(name: &str) -> Result<(), Trouble> {
        Rexie::delete(name).await.map_err(refusal)
    }

    /// Does everything in one transaction, or nothing. Gives the fence and what each part gave,
    /// once the transaction is complete.
    pub(crate) async fn transact(
        &self,
        guard: Guard,
        parts: Vec<Part>,
    ) -> Result<(u64, Vec<Vec<JsValue>>), Trouble> {
        let rexie = self.rexie.as_ref().ok_or(Trouble::Lost)?;
        let mut names = Table::ALL.map(Table::as_str).to_vec();
        names.extend([MESSAGES, FENCE]);
        let mode = match guard {
            Guard::Read => TransactionMode::ReadOnly,
            _ => TransactionMode::ReadWrite,
        };
        let transaction = rexie.transaction(&names, mode)?;
        let found = request(&transaction, FENCE, Ask::Read(None, None))?.await?;
        let mut fence = found.first().and_then(JsValue::as_f64).unwrap_or_default() as u64;
        let mut requests = Vec::with_capacity(parts.len());
        match guard {
            Guard::Write(Some(under)) if under < fence => {
                return Err(Trouble::Failed(StoreFailure::Fenced));
            }
            Guard::Raise { at_least } => {
                fence = at_least.max(fence + 1);
                let put = Ask::Put((fence as f64).into(), Some(FENCE.into()));
                requests.push(request(&transaction, FENCE, put)?);
            }
            _ => {}
        }
        for part in &parts {
            if let Part::Change(StoreOp::Expect { table, key, text }) = part {
                let range = KeyRange::only(&key.into()).map_err(rexie::Error::from)?;
                let read = Ask::Read(Some(range), None);
                let found = request(&transaction, table.as_str(), read)?.await?;
                let found = found.first().map(|row| record(row).1);
                if found.unwrap_or_default() != *text {
                    return Err(Trouble::Failed(StoreFailure::Stale));
                }
            }
        }
        let raised = requests.len();
        for part in parts {
            if let Some((store, ask)) = asked(part)? {
                requests.push(request(&transaction, store, ask)?);
            } else {
                requests.push(Box::pin(ready(Ok(Vec::new()))));
            }
        }
        match all(requests).await {
            Ok(mut given) => {
                given.drain(..raised);
                if transaction.done().await?.is_committed() {
                    return Ok((fence, given));
                }
                Err(Trouble::Failed(StoreFailure::Aborted))
            }
            Err(trouble) => {
                // The browser does so by itself, but not for what it refused to take in at all.
                let _ = transaction.abort().await;
                Err(trouble)
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(rexie) = self.rexie.take() {
            rexie.close();
        }
    }
}

/// Key and text of a record. One that is none has an empty text, which opens as damaged.
pub(crate) fn record(row: &JsValue) -> (String, String) {
    let text = |key| row.field(key).and_then(|text| text.as_text());
    (
        text("key").unwrap_or_default(),
        text("text").unwrap_or_default(),
    )
}

/// Why a database was not opened or deleted.
fn refusal(error: rexie::Error) -> Trouble {
    Trouble::Failed(match () {
        () if is_named(&error, "VersionError") => StoreFailure::NewerSchema,
        () if is_named(&error, "QuotaExceededError") => StoreFailure::Full,
        // Chromium, where it is opened in the instant in which it was cleared away, and where its
        // files cannot be opened for a while ("Internal error opening backing store").
        () if is_named(&error, "AbortError") || is_named(&error, "UnknownError") => {
            StoreFailure::Aborted
        }
        () => StoreFailure::Unavailable,
    })
}

impl From<rexie::Error> for Trouble {
    fn from(error: rexie::Error) -> Self {
        match () {
            () if is_named(&error, "InvalidStateError") => Self::Lost,
            () if is_named(&error, "QuotaExceededError") => Self::Failed(StoreFailure::Full),
            () => Self::Failed(StoreFailure::Aborted),
        }
    }
}

/// What is asked of an object store.
enum Ask {
    /// A value, and its key where that is not within.
    Put(JsValue, Option<JsValue>),
    Delete(JsValue),
    /// Of which keys, and how many at most.
    Read(Option<KeyRange>, Option<u32>),
}

/// The object store of one part, and what it is asked; `None` for what was looked at before.
fn asked(part: Part) -> Result<Option<(&'static str, Ask)>, rexie::Error> {
    Ok(Some(match part {
        Part::Change(StoreOp::Put { table, key, text }) => {
            let record = <JsValue as Value>::object(&[("key", key.into()), ("text", text.into())]);
            (table.as_str(), Ask::Put(record, None))
        }
        Part::Change(StoreOp::Expect { .. }) => return Ok(None),
        Part::Change(StoreOp::Delete { table, key }) => (table.as_str(), Ask::Delete(key.into())),
        Part::Change(StoreOp::PutMessage { room, seq, body }) => {
            let key = message_key(&room, -(seq as f64));
            (MESSAGES, Ask::Put(body, Some(key)))
        }
        Part::Change(StoreOp::DeleteMessages { room, before_seq }) => {
            let range = messages_before(&room, Some(before_seq))?;
            (MESSAGES, Ask::Delete(range.into()))
        }
        Part::Read(table) => (table.as_str(), Ask::Read(None, None)),
        Part::ReadOne(table, key) => {
            let only = KeyRange::only(&key.into())?;
            (table.as_str(), Ask::Read(Some(only), None))
        }
        Part::ReadMessages {
            room,
            before_seq,
            limit,
        } => {
            let range = messages_before(&room, before_seq)?;
            (MESSAGES, Ask::Read(Some(range), Some(limit)))
        }
    }))
}

type Request = Pin<Box<dyn Future<Output = Result<Vec<JsValue>, Trouble>>>>;

/// One request. It is made when it is polled first.
fn request(transaction: &Transaction, store: &str, ask: Ask) -> Result<Request, Trouble> {
    let store = transaction.store(store)?;
    Ok(Box::pin(async move {
        match ask {
            Ask::Put(value, key) => {
                let mut put = store.put(&value, key.as_ref()).await;
                if put
                    .as_ref()
                    .is_err_and(|error| is_named(error, "DataCloneError"))
                {
                    // An app may have put more into a body than travels, a function for one.
                    put = store.put(&as_sent(&value), key.as_ref()).await;
                }
                put?;
            }
            Ask::Delete(key) => store.delete(key).await?,
            Ask::Read(range, limit) => return Ok(store.get_all(range, limit).await?),
        }
        Ok(Vec::new())
    }))
}

/// Makes every request at once, in order, and gives what each gave. All are waited for, also
/// after a failure.
async fn all(requests: Vec<Request>) -> Result<Vec<Vec<JsValue>>, Trouble> {
    let mut made: Vec<_> = requests
        .into_iter()
        .map(|request| (request, None))
        .collect();
    poll_fn(|context| {
        for (request, answer) in &mut made {
            if let Poll::Ready(given) = request.as_mut().poll(context) {
                *answer = Some(given);
            }
        }
        Poll::Ready(())
    })
    .await;
    let mut answers = Vec::with_capacity(made.len());
    for (request, answer) in made {
        answers.push(match answer {
            Some(answer) => answer,
            None => request.await,
        });
    }
    answers.into_iter().collect()
}

/// A body as its reader would get it.
fn as_sent(body: &JsValue) -> JsValue {
    let text = body.stringify("");
    let read = text.and_then(|text| Value::parse(&text, ""));
    read.unwrap_or(JsValue::NULL)
}

fn messages_before(room: &str, before_seq: Option<u64>) -> Result<KeyRange, rexie::Error> {
    let newest = before_seq.map_or(f64::NEG_INFINITY, |seq| -(seq as f64));
    let (newest, oldest) = (message_key(room, newest), message_key(room, 0.0));
    Ok(KeyRange::bound(&newest, &oldest, Some(true), None)?)
}

fn message_key(room: &str, order: f64) -> JsValue {
    Array::of2(&room.into(), &order.into()).into()
}

/// Whether the browser gave an error of this name as the reason.
fn is_named(error: &rexie::Error, name: &str) -> bool {
    let rexie::Error::IdbError(idb::Error::DomException(reason)) = error else {
        return false;
    };
    Reflect::get(reason, &"name".into()).is_ok_and(|found| found == name)
}
