//! One request, as a future.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::Error;

#[wasm_bindgen(module = "/idb.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn ask(
        source: &JsValue,
        method: &str,
        first: &JsValue,
        second: &JsValue,
    ) -> Result<Promise, JsValue>;
}

/// A request that was made, and gives a `T`. Dropping it takes nothing back.
#[derive(Debug)]
pub struct Request<T> {
    answer: JsFuture,
    read: fn(JsValue) -> T,
}

impl<T> Request<T> {
    pub(crate) fn made(
        promise: Result<Promise, JsValue>,
        read: fn(JsValue) -> T,
    ) -> Result<Self, Error> {
        let answer = JsFuture::from(promise?);
        Ok(Self { answer, read })
    }

    /// Calls `source`'s `method`, which makes a request.
    pub(crate) fn of(
        source: &JsValue,
        method: &str,
        first: &JsValue,
        second: &JsValue,
        read: fn(JsValue) -> T,
    ) -> Result<Self, Error> {
        Self::made(ask(source, method, first, second), read)
    }
}

impl<T> Future for Request<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let answer = Pin::new(&mut this.answer).poll(context);
        answer.map(|answer| Ok((this.read)(answer?)))
    }
}
