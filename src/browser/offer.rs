//! A message that JavaScript has read the head of: numbers cross, and the body stays.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use super::value::with_names;
use crate::engine::in_order::OrderedHead;
use crate::socketio::limits::MAX_INCOMING_UNITS;

#[wasm_bindgen(module = "/src/browser/value.js")]
extern "C" {
    #[wasm_bindgen(js_name = listen)]
    fn listen_js(
        socket: &WebSocket,
        prefix: &str,
        max_units: u32,
        next: &Function,
        came: &Function,
    );
}

/// A message in an event of the application that wants no answer.
pub(crate) struct Offer {
    /// Places of kept names, as [`with_names`] reads them: room, user, epoch.
    names: [i32; 3],
    seq: u64,
    /// `[name, message]`.
    pub(crate) packet: JsValue,
    /// The message.
    pub(crate) body: JsValue,
}

impl Offer {
    /// Gives the head to `action`; without a room and a user there is none.
    pub(crate) fn with_head<T>(
        &self,
        action: impl FnOnce(OrderedHead<'_>) -> Option<T>,
    ) -> Option<T> {
        with_names(self.names, |[room_name, user_id, epoch]| {
            action(OrderedHead {
                room_name: room_name?,
                user_id: user_id?,
                epoch,
                seq: self.seq,
            })
        })
    }
}

/// Room, user, epoch, `seq`, packet, message: whether it was taken.
type Offered = dyn Fn(i32, i32, i32, f64, JsValue, JsValue) -> bool;

/// What listens to the frames of a socket, for as long as it is kept.
pub(crate) struct Listening {
    _offered: Closure<Offered>,
    _came: Closure<dyn Fn(JsValue)>,
}

/// Hands on the frames of a socket: those that begin with `prefix` to `offered`, if it takes them,
/// all others to `came`.
pub(crate) fn listen(
    socket: &WebSocket,
    prefix: &str,
    offered: impl Fn(&Offer) -> bool + 'static,
    came: impl Fn(JsValue) + 'static,
) -> Listening {
    let offered = Closure::<Offered>::new(move |room, user, epoch, seq: f64, packet, body| {
        offered(&Offer {
            names: [room, user, epoch],
            seq: seq as u64,
            packet,
            body,
        })
    });
    let came = Closure::new(came);
    let max_units = u32::try_from(MAX_INCOMING_UNITS).unwrap_or(u32::MAX);
    let functions: [&Function; 2] = [
        offered.as_ref().unchecked_ref(),
        came.as_ref().unchecked_ref(),
    ];
    listen_js(socket, prefix, max_units, functions[0], functions[1]);
    Listening {
        _offered: offered,
        _came: came,
    }
}
