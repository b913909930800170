//! The transports that are open, by id.

use std::rc::Rc;

use js_sys::JsString;
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

/// Hears what a transport brings.
pub(crate) type Tell = Rc<dyn Fn(TransportId, TransportEvent<JsValue>)>;

/// Is asked to take a message: whether it did.
pub(crate) type Offered = Box<dyn Fn(TransportId, &Offer) -> bool>;

/// What a transport that is opened does with what comes.
pub(crate) struct Hearing {
    pub(crate) tell: Tell,
    /// Is asked to take a message in a frame that begins with `prefix`; what it takes is not told.
    pub(crate) offered: Offered,
    pub(crate) prefix: String,
}

/// Carries out commands. What comes back is heard as is said with each. Dropping it closes all of
/// them.
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

    /// Carries out one command; one that brings something is heard as `hearing` says. What fails
    /// at once is told like any other failure, later.
    pub(crate) fn carry_out(
        &mut self,
        command: TransportCommand<JsValue>,
        hearing: impl FnOnce() -> Hearing,
    ) {
        match command {
            TransportCommand::Open { id, url } => self.open_socket(id, &url, hearing()),
            TransportCommand::Send { id, frames } => {
                if let Some(Transport::WebSocket(socket)) = self.open.get(&id) {
                    socket.send(frames);
                }
            }
            TransportCommand::Get { id, url } => self.poll(id, &url, None, hearing().tell),
            TransportCommand::Post { id, url, body } => {
                self.poll(id, &url, Some(&body), hearing().tell);
            }
            TransportCommand::Close { id } => {
                self.open.remove(&id);
            }
        }
    }

    fn open_socket(&mut self, id: TransportId, url: &str, hearing: Hearing) {
        let Hearing {
            tell,
            offered,
            prefix,
        } = hearing;
        let came: Rc<dyn Fn(TransportEvent<JsValue>)> = {
            let tell = tell.clone();
            Rc::new(move |event| tell(id, event))
        };
        let offered = move |offer: &Offer| offered(id, offer);
        match WebSocketTransport::open(url, self.early.take(), &prefix, came, offered) {
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

    fn poll(&mut self, id: TransportId, url: &str, posted: Option<&JsString>, tell: Tell) {
        let polling = || Transport::Polling(PollingTransport::new());
        if let Transport::Polling(polling) = self.open.get_or_insert_with(id, polling) {
            polling.ask(url, posted, move |event| tell(id, event));
        }
    }
}
