//! One HTTP long-polling transport: a GET and a POST under way at most, aborted when dropped.

use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, RequestCache, RequestInit, Response};

use crate::socketio::TransportEvent;

#[wasm_bindgen]
extern "C" {
    // In pages and in workers alike.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(url: &str, init: &RequestInit) -> Promise;
}

/// Dropping it aborts what is under way, and nothing comes from it any more.
pub(crate) struct PollingTransport {
    abort: AbortController,
}

impl PollingTransport {
    pub(crate) fn new() -> Result<Self, JsValue> {
        Ok(Self {
            abort: AbortController::new()?,
        })
    }

    /// Begins a long poll; the payload goes to `tell`.
    pub(crate) fn get(&self, url: String, tell: impl Fn(TransportEvent<JsValue>) + 'static) {
        let init = self.request("GET");
        spawn_local(async move {
            tell(match body_of(&url, &init).await {
                Ok(text) => TransportEvent::Got(text),
                Err(detail) => TransportEvent::Failed { detail },
            });
        });
    }

    /// Posts a payload; its outcome goes to `tell`.
    pub(crate) fn post(
        &self,
        url: String,
        body: &JsString,
        tell: impl Fn(TransportEvent<JsValue>) + 'static,
    ) {
        let init = self.request("POST");
        init.set_body(body);
        spawn_local(async move {
            tell(match body_of(&url, &init).await {
                Ok(_) => TransportEvent::Posted,
                Err(detail) => TransportEvent::Failed { detail },
            });
        });
    }

    fn request(&self, method: &str) -> RequestInit {
        let init = RequestInit::new();
        init.set_method(method);
        init.set_cache(RequestCache::NoStore);
        init.set_signal(Some(&self.abort.signal()));
        init
    }
}

impl Drop for PollingTransport {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// The answer's text. What went wrong is told without the URL: its query is the app's.
async fn body_of(url: &str, init: &RequestInit) -> Result<JsString, String> {
    let failed = |_| "the request failed".to_owned();
    let response: Response = JsFuture::from(fetch(url, init))
        .await
        .map_err(failed)?
        .unchecked_into();
    if !response.ok() {
        return Err(format!(
            "the server answered with status {}",
            response.status()
        ));
    }
    let text = JsFuture::from(response.text().map_err(failed)?)
        .await
        .map_err(failed)?;
    Ok(text.unchecked_into())
}
