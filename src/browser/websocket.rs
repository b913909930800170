//! One WebSocket, which lives as long as its value.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, WebSocket};

use super::offer::{self, Listening, Offer};
use crate::socketio::{Frame, TransportEvent};

#[wasm_bindgen]
extern "C" {
    /// A WebSocket that the page opened before there was an engine.
    #[wasm_bindgen(typescript_type = "EarlySocket")]
    pub type EarlySocket;
    #[wasm_bindgen(method)]
    fn take(this: &EarlySocket, url: &str) -> Option<WebSocket>;
}

/// An open or opening WebSocket. Dropping it closes it, and nothing comes from it any more.
pub(crate) struct WebSocketTransport {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _listening: Listening,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl WebSocketTransport {
    /// Opens `url`, or takes the socket that was opened there early. Everything that happens goes to `tell`; messages in frames that begin with
    /// `prefix` only if `offered` does not take them.
    pub(crate) fn open(
        url: &str,
        early: Option<EarlySocket>,
        prefix: &str,
        tell: Rc<dyn Fn(TransportEvent<JsValue>)>,
        offered: impl Fn(&Offer) -> bool + 'static,
    ) -> Result<Self, JsValue> {
        let socket = match early.and_then(|early| early.take(url)) {
            Some(socket) => socket,
            None => WebSocket::new(url)?,
        };
        socket.set_binary_type(BinaryType::Arraybuffer);
        let opened = tell.clone();
        let on_open = Closure::new(move || opened(TransportEvent::Opened));
        let came = tell.clone();
        let listening = offer::listen(&socket, prefix, offered, move |data| {
            if let Some(frame) = frame(data) {
                came(TransportEvent::Frame(frame));
            }
        });
        let on_close = Closure::new(move |event: CloseEvent| {
            tell(TransportEvent::Closed {
                code: event.code(),
                detail: event.reason(),
            });
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        // An `error` event says nothing, and a `close` event always follows it.
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self {
            socket,
            _on_open: on_open,
            _listening: listening,
            _on_close: on_close,
        })
    }

    /// Sends frames in order. A socket that is closing takes none: its `close` event tells.
    pub(crate) fn send(&self, frames: Vec<Frame<JsValue>>) {
        for frame in frames {
            let sent = match frame {
                Frame::Text(text) => send(&self.socket, &text),
                Frame::Bytes(bytes) => send(&self.socket, &bytes),
            };
            if !sent {
                return;
            }
        }
    }
}

impl Drop for WebSocketTransport {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Fails only for codes out of range, and none is given.
        let _ = self.socket.close();
    }
}

#[wasm_bindgen(module = "/src/browser/value.js")]
extern "C" {
    fn send(socket: &WebSocket, frame: &JsValue) -> bool;
}

fn frame(data: JsValue) -> Option<Frame<JsValue>> {
    if data.is_string() {
        return Some(Frame::Text(data.unchecked_into()));
    }
    let buffer = data.dyn_into::<ArrayBuffer>().ok()?;
    Some(Frame::Bytes(Uint8Array::new(&buffer)))
}
