//! One HTTP long-polling transport: a GET and a POST under way at most, aborted when dropped.

use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::socketio::TransportEvent;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    type Requests;
    #[wasm_bindgen(constructor)]
    fn new() -> Requests;
    #[wasm_bindgen(method)]
    fn send(this: &Requests, url: &str, method: &str, body: Option<&JsString>) -> Promise;
    #[wasm_bindgen(method)]
    fn abort(this: &Requests);
}

/// Dropping it aborts what is under way, and nothing comes from it any more.
pub(crate) struct PollingTransport {
    requests: Requests,
}

impl PollingTransport {
    pub(crate) fn new() -> Self {
        Self {
            requests: Requests::new(),
        }
    }

    /// Begins a long poll, or posts a payload; the payload that it brings, or the outcome, goes to
    /// `tell`.
    pub(crate) fn ask(
        &self,
        url: &str,
        posted: Option<&JsString>,
        tell: impl Fn(TransportEvent<JsValue>) + 'static,
    ) {
        let is_post = posted.is_some();
        let method = if is_post { "POST" } else { "GET" };
        let answer = JsFuture::from(self.requests.send(url, method, posted));
        spawn_local(async move {
            tell(match answer.await {
                Ok(_) if is_post => TransportEvent::Posted,
                Ok(text) => TransportEvent::Got(text.unchecked_into()),
                Err(reason) => TransportEvent::Failed {
                    detail: reason.as_string().unwrap_or_default(),
                },
            });
        });
    }
}

impl Drop for PollingTransport {
    fn drop(&mut self) {
        self.requests.abort();
    }
}
