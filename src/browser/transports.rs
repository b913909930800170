//! The transports that are open, by id.

use wasm_bindgen::prelude::*;

use super::offer::Offer;
use super::polling::PollingTransport;
use super::websocket::{EarlySocket, WebSocketTransport};
use crate::engine::sorted_map::SortedMap;
use crate::socketio::{TransportCommand, TransportEvent, TransportId};

enum Transport {
    WebSocket(WebSocketTransport),
    Polling(PollingTransport),
}

/// Carries out commands. What comes back goes to the function given with each. Dropping it closes
/// all of them.
#[derive(Default)]
pub(crate) struct Transports {
    open: SortedMap<TransportId, Transport>,
    early: Option<EarlySocket>,
}

impl Transports {
    /// None is open yet; `early` is asked for the first WebSocket.
    pub(crate) fn new(early: Option<EarlySocket>) -> Self {
        let open = SortedMap::new();
        Self { open, early }
    }

    /// Carries out one command. What fails at once is told like any other failure, later. A
    /// message in a frame that begins with `prefix` is told only if `offered` does not take it.
    pub(crate) fn carry_out(
        &mut self,
        command: TransportCommand<JsValue>,
        prefix: &str,
        tell: impl Fn(TransportId, TransportEvent<JsValue>) + Clone + 'static,
        offered: impl Fn(TransportId, &Offer) -> bool + 'static,
    ) {
        match command {
            TransportCommand::Open { id, url } => {
                let came = {
                    let tell = tell.clone();
                    move |event| tell(id, event)
                };
                let early = self.early.take();
                let offered = move |offer: &Offer| offered(id, offer);
                match WebSocketTransport::open(&url, early, prefix, came, offered) {
                    Ok(socket) => {
                        self.open.insert(id, Transport::WebSocket(socket));
                    }
                    Err(_) => {
                        let detail = "the browser refused to open a WebSocket".to_owned();
                        wasm_bindgen_futures::spawn_local(async move {
                            tell(id, TransportEvent::Failed { detail });
                        });
                    }
                }
            }
            TransportCommand::Send { id, frames } => {
                if let Some(Transport::WebSocket(socket)) = self.open.get(&id) {
                    socket.send(frames);
                }
            }
            TransportCommand::Get { id, url } => {
                if let Some(polling) = self.polling(id) {
                    polling.get(url, move |event| tell(id, event));
                }
            }
            TransportCommand::Post { id, url, body } => {
                if let Some(polling) = self.polling(id) {
                    polling.post(url, &body, move |event| tell(id, event));
                }
            }
            TransportCommand::Close { id } => {
                self.open.remove(&id);
            }
        }
    }

    fn polling(&mut self, id: TransportId) -> Option<&PollingTransport> {
        if !self.open.contains_key(&id) {
            let polling = PollingTransport::new().ok()?;
            self.open.insert(id, Transport::Polling(polling));
        }
        match self.open.get(&id) {
            Some(Transport::Polling(polling)) => Some(polling),
            _ => None,
        }
    }
}
