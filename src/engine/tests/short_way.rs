//! The short way that a message takes that is simply the next one: offered first, as the driver
//! does.

use serde_json::Value as Json;

use super::world::World;
use crate::engine::in_order::OrderedHead;
use crate::engine::output::{Notification, TimelineChange};
use crate::socketio::{Frame, TransportEvent, TransportId, event_prefix};
use crate::wire::names::MESSAGE_NEW;

impl World {
    /// Offers a frame to the short way, and hears what the driver would tell.
    pub(super) fn take_next(&mut self, id: TransportId, event: &TransportEvent<Json>) -> bool {
        let TransportEvent::Frame(Frame::Text(text)) = event else {
            return false;
        };
        if !self.offers || !text.starts_with(&event_prefix("/", MESSAGE_NEW)) {
            return false;
        }
        let Ok(packet) = serde_json::from_str::<Json>(&text["42".len()..]) else {
            return false;
        };
        let body = packet[1].clone();
        let text_of = |key: &str| body[key].as_str();
        let (Some(room_name), Some(user_id), Some(seq), Some(_)) = (
            text_of("roomName"),
            text_of("userId"),
            body["seq"].as_u64().filter(|seq| *seq > 0),
            text_of("messageId").filter(|id| !id.is_empty()),
        ) else {
            return false;
        };
        if !body["epoch"].is_null() && text_of("epoch").is_none() {
            return false;
        }
        let head = OrderedHead {
            room_name,
            user_id,
            epoch: text_of("epoch"),
            seq,
        };
        let Some(placed) = self.engine.take_next(id, head, &body) else {
            return false;
        };
        self.short_ways += 1;
        let reply = None;
        self.tell(Notification::Event { packet, reply });
        let room = placed.room;
        let tell = |change| Notification::Timeline {
            room: room.clone(),
            change,
        };
        self.tell(tell(TimelineChange::Insert {
            index: placed.index,
            message: body.clone(),
        }));
        if placed.first_left {
            self.tell(tell(TimelineChange::Remove { index: 0 }));
        }
        self.tell(Notification::Message {
            room: room.clone(),
            message: body,
        });
        if placed.is_unread {
            self.tell(Notification::Unread { room });
        }
        true
    }
}
