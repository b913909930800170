//! Messages to and from the other tabs of one namespace.

use gloo_events::EventListener;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

#[wasm_bindgen]
extern "C" {
    /// Node.js has channels too, and an open one keeps its process from ending.
    #[wasm_bindgen(js_name = BroadcastChannel)]
    type Unreferenced;
    #[wasm_bindgen(method, getter)]
    fn unref(this: &Unreferenced) -> Option<Function>;
}

/// An open channel. Dropping it closes it, and nothing comes from it any more.
pub(crate) struct TabChannel {
    channel: BroadcastChannel,
    _listener: EventListener,
}

impl TabChannel {
    /// Joins the channel of this name; `None` where the browser has none. What other tabs post
    /// goes to `came`.
    pub(crate) fn join(name: &str, came: impl Fn(JsValue) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        // No browser has it, and none needs it. Called all the same, it would throw: half a
        // millisecond of every start.
        if let Some(unref) = channel.unchecked_ref::<Unreferenced>().unref() {
            let _ = unref.call0(&channel);
        }
        let listener = EventListener::new(&channel, "message", move |event| {
            came(event.unchecked_ref::<MessageEvent>().data());
        });
        Some(Self {
            channel,
            _listener: listener,
        })
    }

    /// Posts a message, as far as that goes: everything comes right without it.
    pub(crate) fn post(&self, message: &JsValue) {
        let _ = self.channel.post_message(message);
    }
}

impl Drop for TabChannel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
