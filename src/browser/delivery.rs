//! What JavaScript is told, after the engine has been drained: promises, callbacks, notifications.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use super::error::to_js;
use crate::engine::in_order::Placed;
use crate::engine::input::{CallbackId, RequestId};
use crate::engine::output::{Notification, ReplyTo, TimelineChange};
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
    Delivery = 16,
    Sync = 17,
    Unread = 18,
    Gaps = 19,
    Typing = 20,
    OwnPresence = 21,
    Presence = 22,
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
    answer: &dyn Fn(ReplyTo) -> JsValue,
) {
    const NOTHING: JsValue = JsValue::UNDEFINED;
    let (kind, first, second) = match notification {
        Notification::Event { packet, reply } => {
            (Kind::Event, packet, reply.map_or(NOTHING, answer))
        }
        Notification::State(state) => (Kind::State, state.as_str().into(), NOTHING),
        Notification::Error(error) => (Kind::Error, to_js(&error), NOTHING),
        Notification::Online(online) => (Kind::Online, online.into(), NOTHING),
        Notification::Reconnection {
            attempt,
            was_offline,
        } => (Kind::Reconnection, attempt.into(), was_offline.into()),
        Notification::Connection => (Kind::Connection, NOTHING, NOTHING),
        Notification::Auth(auth) => {
            let auth = auth.map_or(JsValue::NULL, |auth| auth.to_value());
            (Kind::Auth, auth, NOTHING)
        }
        Notification::Rooms => (Kind::Rooms, NOTHING, NOTHING),
        Notification::Message { room, message } => (Kind::Message, room, message),
        Notification::UserJoined { room, member } => (Kind::UserJoined, room, member.to_value()),
        Notification::UserLeft { room, user_id } => (Kind::UserLeft, room, user_id.into()),
        Notification::Delivery { event, data } => (Kind::Delivery, event.into(), data),
        Notification::Sync { event, data } => (Kind::Sync, event.into(), data),
        Notification::Typing { room, thread } => (Kind::Typing, room, thread),
        Notification::OwnPresence => (Kind::OwnPresence, NOTHING, NOTHING),
        Notification::Presence { user_id } => (Kind::Presence, user_id, NOTHING),
        Notification::Unread { room } => (Kind::Unread, room, NOTHING),
        Notification::Members { room } => (Kind::Members, room, NOTHING),
        Notification::Queue { event, data } => (Kind::Queue, event.into(), data),
        Notification::Timeline { room, change } => match change {
            TimelineChange::Insert { index, message } => {
                return tell_change(sink, &room, index, 0, &message);
            }
            TimelineChange::Replace { index, message } => {
                return tell_change(sink, &room, index, 1, &message);
            }
            TimelineChange::Remove { index } => {
                return tell_change(sink, &room, index, 1, &NOTHING);
            }
            TimelineChange::Reset => (Kind::TimelineReset, room, NOTHING),
        },
        Notification::Gaps { room, gaps } => {
            let gaps = gaps.iter().map(TimelineGap::to_value).collect();
            (Kind::Gaps, room, JsValue::array(gaps))
        }
    };
    tell_sink(sink, kind as u32, &first, &second);
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

/// A timeline's change as what `Array.prototype.splice` takes.
fn tell_change(sink: &Function, room: &JsValue, index: usize, removed: u32, message: &JsValue) {
    let kind = Kind::TimelineSplice as u32;
    // A timeline is short: its bound is in the engine's configuration.
    tell_splice(sink, kind, room, index as u32, removed, message);
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
