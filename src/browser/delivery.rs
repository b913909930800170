//! What JavaScript is told, after the engine has been drained: promises, callbacks, notifications.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use super::error::to_js;
use crate::engine::in_order::Placed;
use crate::engine::input::{CallbackId, RequestId};
use crate::engine::output::{Notification, TimelineChange};
use crate::engine::snapshot::TimelineGap;
use crate::socketio::Value;

/// The first argument of the sink: what the others mean. TypeScript has the same list.
#[derive(Clone, Copy)]
enum Kind {
    Event = 0,
    State = 1,
    Error = 2,
    Online = 3,
    Reconnection = 4,
    Connection = 5,
    Rooms = 6,
    Message = 7,
    UserJoined = 8,
    UserLeft = 9,
    Members = 10,
    TimelineSplice = 11,
    TimelineReset = 12,
    Auth = 13,
    Next = 14,
    Queue = 15,
    Gaps = 19,
    Typing = 20,
    OwnPresence = 21,
    Presence = 22,
    Delivery = 16,
    Sync = 17,
    Unread = 18,
}

/// One thing to tell.
pub(crate) enum Delivery {
    Settle(RequestId, Result<JsValue, JsValue>),
    Callback(CallbackId, JsValue),
    AskToken(u32),
    Notify(Notification<JsValue>),
}

/// Tells one notification. `answer` makes the function that answers a server's event.
pub(crate) fn tell(
    sink: &Function,
    notification: Notification<JsValue>,
    answer: impl FnOnce(crate::engine::output::ReplyTo) -> JsValue,
) {
    match notification {
        Notification::Event { packet, reply } => {
            let reply = reply.map_or(JsValue::UNDEFINED, answer);
            call(sink, Kind::Event, &packet, &reply);
        }
        Notification::State(state) => call(
            sink,
            Kind::State,
            &JsValue::from_str(state.as_str()),
            &JsValue::UNDEFINED,
        ),
        Notification::Error(error) => call(sink, Kind::Error, &to_js(&error), &JsValue::UNDEFINED),
        Notification::Online(online) => {
            call(
                sink,
                Kind::Online,
                &JsValue::from_bool(online),
                &JsValue::UNDEFINED,
            );
        }
        Notification::Reconnection {
            attempt,
            was_offline,
        } => call(
            sink,
            Kind::Reconnection,
            &JsValue::from_f64(f64::from(attempt)),
            &JsValue::from_bool(was_offline),
        ),
        Notification::Connection => {
            call(
                sink,
                Kind::Connection,
                &JsValue::UNDEFINED,
                &JsValue::UNDEFINED,
            );
        }
        Notification::Auth(auth) => {
            let auth = auth.map_or(JsValue::NULL, |auth| auth.to_value());
            call(sink, Kind::Auth, &auth, &JsValue::UNDEFINED);
        }
        Notification::Rooms => call(sink, Kind::Rooms, &JsValue::UNDEFINED, &JsValue::UNDEFINED),
        Notification::Message { room, message } => call(sink, Kind::Message, &room, &message),
        Notification::UserJoined { room, member } => {
            call(sink, Kind::UserJoined, &room, &member.to_value());
        }
        Notification::UserLeft { room, user_id } => {
            call(sink, Kind::UserLeft, &room, &JsValue::from_str(&user_id));
        }
        Notification::Delivery { event, data } => {
            call(sink, Kind::Delivery, &JsValue::from_str(event), &data);
        }
        Notification::Sync { event, data } => {
            call(sink, Kind::Sync, &JsValue::from_str(event), &data);
        }
        Notification::Typing { room, thread } => call(sink, Kind::Typing, &room, &thread),
        Notification::OwnPresence => {
            call(
                sink,
                Kind::OwnPresence,
                &JsValue::UNDEFINED,
                &JsValue::UNDEFINED,
            );
        }
        Notification::Presence { user_id } => {
            call(sink, Kind::Presence, &user_id, &JsValue::UNDEFINED);
        }
        Notification::Unread { room } => call(sink, Kind::Unread, &room, &JsValue::UNDEFINED),
        Notification::Members { room } => call(sink, Kind::Members, &room, &JsValue::UNDEFINED),
        Notification::Queue { event, data } => {
            call(sink, Kind::Queue, &JsValue::from_str(event), &data);
        }
        Notification::Timeline { room, change } => {
            tell_change(sink, &room, change);
        }
        Notification::Gaps { room, gaps } => {
            let gaps = JsValue::array(gaps.iter().map(TimelineGap::to_value).collect());
            call(sink, Kind::Gaps, &room, &gaps);
        }
    }
}

/// Tells of a message that was taken the short way: what three or four notifications would.
pub(crate) fn tell_next(sink: &Function, packet: &JsValue, placed: &Placed<JsValue>) {
    let Placed {
        room,
        index,
        first_left,
        // Whoever is told of the message reads the count anew.
        is_unread: _,
    } = placed;
    tell_placed(
        sink,
        Kind::Next as u32,
        packet,
        room,
        *index as u32,
        *first_left,
    );
}

/// Calls a callback with the elements of `args`.
pub(crate) fn call_back(callback: &Function, args: JsValue) {
    // What a listener throws is its own: the TypeScript layer guards and reports each.
    let _ = callback.apply(&JsValue::UNDEFINED, args.unchecked_ref::<Array>());
}

fn call(sink: &Function, kind: Kind, first: &JsValue, second: &JsValue) {
    tell_sink(sink, kind as u32, first, second);
}

/// A timeline's change as what `Array.prototype.splice` takes.
fn tell_change(sink: &Function, room: &JsValue, change: TimelineChange<JsValue>) {
    let (index, removed, message) = match change {
        TimelineChange::Insert { index, message } => (index, 0, message),
        TimelineChange::Replace { index, message } => (index, 1, message),
        TimelineChange::Remove { index } => (index, 1, JsValue::UNDEFINED),
        TimelineChange::Reset => {
            return call(sink, Kind::TimelineReset, room, &JsValue::UNDEFINED);
        }
    };
    let kind = Kind::TimelineSplice as u32;
    // A timeline is short: its bound is in the engine's configuration.
    tell_splice(sink, kind, room, index as u32, removed, &message);
}

// What the sink throws is reported where it is thrown, and goes no further.
#[wasm_bindgen(module = "/src/browser/value.js")]
extern "C" {
    #[wasm_bindgen(js_name = tell)]
    fn tell_sink(sink: &Function, kind: u32, first: &JsValue, second: &JsValue);
    #[wasm_bindgen(js_name = tell)]
    fn tell_placed(
        sink: &Function,
        kind: u32,
        packet: &JsValue,
        room: &JsValue,
        index: u32,
        first_left: bool,
    );
    #[wasm_bindgen(js_name = tell)]
    fn tell_splice(
        sink: &Function,
        kind: u32,
        room: &JsValue,
        index: u32,
        removed: u32,
        message: &JsValue,
    );
}
