//! Messages that are simply the next ones take a short way: what the app sees is the same.
//!
//! Every world offers each frame to the short way first, as the driver does, so that all other
//! tests go through it as well.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

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
            room,
            message: body,
        });
        true
    }
}

fn message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "seq": seq, "epoch": "e1",
        "userId": "bob", "content": format!("text {seq}"),
        "timestamp": "2026-01-30T12:00:00.000Z",
    })
}

fn with(seq: u64, key: &str, value: Json) -> Json {
    let mut message = message(seq);
    message[key] = value;
    message
}

/// A world in `general`, where two messages came: the first one tells the epoch.
fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.server_sends("message:new", message(1));
    world.server_sends("message:new", message(2));
    world.notifications();
    world.short_ways = 0;
    world
}

#[test]
fn the_next_message_of_another_takes_the_short_way() {
    let mut world = in_general();
    world.server_sends("message:new", message(3));
    assert_eq!(world.short_ways, 1);
    assert_eq!(world.told_messages(), [message(3)]);
    assert_eq!(world.engine.timeline("general").len(), 3);
}

#[test]
fn where_there_is_more_to_decide_a_message_goes_the_long_way() {
    let cases = [
        ("repeated", message(2)),
        ("behind a gap", message(4)),
        ("of another epoch", with(3, "epoch", json!("e2"))),
        (
            "of a room that is not joined",
            with(3, "roomName", json!("elsewhere")),
        ),
        ("our own", with(3, "userId", json!("alice"))),
        ("without an id", with(3, "messageId", json!(null))),
        ("without a place", with(3, "seq", json!(null))),
    ];
    for (case, message) in cases {
        let mut world = in_general();
        world.server_sends("message:new", message);
        assert_eq!(world.short_ways, 0, "{case}");
    }
}

#[test]
fn while_an_echo_of_ours_is_awaited_messages_go_the_long_way() {
    let mut world = in_general();
    world.send("general", "mine");
    world.server_sends("message:new", message(3));
    assert_eq!(world.short_ways, 0);
    assert_eq!(world.told_messages(), [message(3)]);
}

#[test]
fn while_attachments_are_missing_a_text_is_an_error_as_ever() {
    let mut world = in_general();
    world.server_sends_frame(r#"451-["file",{"_placeholder":true,"num":0}]"#);
    world.server_sends("message:new", message(3));
    assert_eq!(
        (world.short_ways, world.connection().is_connected),
        (0, false)
    );
}

#[test]
fn a_transport_that_is_over_brings_nothing_the_short_way() {
    let mut world = in_general();
    let id = world.server.socket().unwrap();
    world.lose_connection();
    world.server_sends_frame_on(id, &format!("42{}", json!(["message:new", message(3)])));
    assert_eq!((world.short_ways, world.told_messages().len()), (0, 0));
}

/// One frame of the server: a message whose numbers are near those that come next.
fn arrival() -> impl Strategy<Value = Json> {
    let user = prop_oneof![8 => Just("bob"), 1 => Just("alice")];
    let epoch = prop_oneof![12 => Just("e1"), 1 => Just("e2")];
    (1_u64..8, user, epoch, 0..20).prop_map(|(seq, user, epoch, odd)| {
        let mut message = message(seq);
        message["userId"] = json!(user);
        message["epoch"] = json!(epoch);
        match odd {
            0 => message["seq"] = json!(null),
            1 => message["epoch"] = json!(null),
            2 => message["messageId"] = json!(null),
            _ => {}
        }
        message
    })
}

proptest! {
    #[test]
    fn both_ways_lead_to_the_same(arrivals in prop::collection::vec(arrival(), 1..40)) {
        let [short, long] = [true, false].map(|offers| {
            let mut world = World::connected();
            world.offers = offers;
            world.join_room("general", 0);
            for message in &arrivals {
                world.server_sends("message:new", message.clone());
            }
            let heard = format!("{:?}", world.notifications());
            (heard, world.engine.timeline("general"), world.engine.poll_timeout())
        });
        prop_assert_eq!(short, long);
    }
}
