//! How far our own messages have come, as the app is told of it.

use serde_json::{Value as Json, json};

use super::world::World;
use crate::engine::input::Input;
use crate::engine::output::Notification;

impl World {
    /// A world whose server keeps receipts, too.
    pub(super) fn with_receipts() -> Self {
        let mut world = Self::new();
        world.server.greetings[0][1]["capabilities"]
            .as_array_mut()
            .unwrap()
            .extend([json!("operations"), json!("receipts")]);
        world.connect();
        world
    }

    /// Takes what the app was told of its messages, in order: event and payload.
    pub(super) fn told_deliveries(&mut self) -> Vec<(&'static str, Json)> {
        self.take(|told| match told {
            Notification::Delivery { event, data } => Some((*event, data.clone())),
            _ => None,
        })
    }

    /// The state of one of our messages, as the app reads it.
    pub(super) fn delivery_state(&self, id: &str) -> &'static str {
        let record = self.engine.delivery_record(id).expect("a record");
        record.state.as_str()
    }

    pub(super) fn track(&mut self, client_message_id: &str, room: &str) {
        self.input(Input::MessageTracked {
            client_message_id: client_message_id.to_owned(),
            room: room.to_owned(),
            total_recipients: 1,
        });
    }
}

/// The server has one of our messages.
fn sent(world: &mut World, client_message_id: &str, message_id: &str, seq: u64) {
    world.server_sends(
        "message:sent",
        json!({
            "messageId": message_id, "clientMessageId": client_message_id,
            "channelId": "general", "seq": seq, "sentAt": "2026-01-30T12:00:00.000Z",
        }),
    );
}

fn names(told: &[(&'static str, Json)]) -> Vec<&'static str> {
    told.iter().map(|(event, _)| *event).collect()
}

#[test]
fn a_tracked_message_is_told_of_at_each_step() {
    let mut world = World::with_receipts();
    world.track("c1", "general");
    assert_eq!(world.delivery_state("c1"), "sending");
    sent(&mut world, "c1", "m1", 1);
    world.server_sends(
        "message:delivered",
        json!({
            "messageId": "m1", "channelId": "general", "userId": "bob", "upToSeq": 1,
            "deliveredCount": 1, "totalRecipients": 2, "deliveredAt": "2026-01-30T12:00:01.000Z",
        }),
    );
    world.server_sends(
        "message:read",
        json!({
            "messageId": "m1", "channelId": "general", "userId": "bob", "upToSeq": 1,
            "readCount": 1, "totalRecipients": 2, "readAt": "2026-01-30T12:00:02.000Z",
        }),
    );
    let told = world.told_deliveries();
    assert_eq!(
        names(&told),
        ["message:sent", "message:delivered", "message:read"]
    );
    assert_eq!(told[0].1["clientMessageId"], "c1");
    assert_eq!(told[0].1["sentAt"], "2026-01-30T12:00:00.000Z");
    assert_eq!(told[1].1["deliveredCount"], 1.0);
    assert_eq!(told[2].1["readCount"], 1.0);
    assert_eq!(told[2].1["totalRecipients"], 2.0);
    assert_eq!(told[2].1["userId"], "bob");
    assert_eq!(told[2].1["readAt"], "2026-01-30T12:00:02.000Z");
    let record = world.engine.delivery_record("m1").unwrap();
    assert_eq!(record.client_message_id.as_deref(), Some("c1"));
    assert_eq!(record.recipients[0].user_id, "bob");
    assert_eq!(
        record.recipients[0].delivered_at.as_deref(),
        Some("2026-01-30T12:00:01.000Z")
    );
}

#[test]
fn a_repeated_receipt_is_told_once() {
    let mut world = World::with_receipts();
    world.track("c1", "general");
    for _ in 0..2 {
        sent(&mut world, "c1", "m1", 1);
        world.server_sends("message:delivered", json!({"messageId": "m1"}));
    }
    let told = world.told_deliveries();
    assert_eq!(names(&told), ["message:sent", "message:delivered"]);
}

#[test]
fn delivered_before_sent_comes_out_right() {
    let mut world = World::with_receipts();
    world.track("c1", "general");
    world.server_sends(
        "message:read",
        json!({"messageId": "m1", "userId": "bob", "readAt": "t"}),
    );
    world.told_deliveries();
    sent(&mut world, "c1", "m1", 1);
    assert_eq!(world.delivery_state("c1"), "read");
    let told = world.told_deliveries();
    assert_eq!(told.last().unwrap().0, "message:read");
    assert_eq!(told.last().unwrap().1["clientMessageId"], "c1");
}

#[test]
fn a_late_failure_does_not_undo_read() {
    let mut world = World::with_receipts();
    world.track("c1", "general");
    sent(&mut world, "c1", "m1", 1);
    world.server_sends("message:read", json!({"messageId": "m1", "userId": "bob"}));
    world.told_deliveries();
    world.server_sends("message:failed", json!({"clientMessageId": "c1"}));
    assert_eq!(world.delivery_state("c1"), "read");
    assert_eq!(world.told_deliveries(), []);
}

#[test]
fn a_failed_message_says_why_until_it_is_sent_after_all() {
    let mut world = World::with_receipts();
    world.track("c1", "general");
    world.server_sends(
        "message:failed",
        json!({"clientMessageId": "c1", "errorCode": "FORBIDDEN", "errorMessage": "muted"}),
    );
    assert_eq!(world.delivery_state("c1"), "failed");
    let told = world.told_deliveries();
    assert_eq!(told[0].0, "message:failed");
    assert_eq!(told[0].1["errorCode"], "FORBIDDEN");
    let record = world.engine.delivery_record("c1").unwrap();
    assert_eq!(record.error.as_deref(), Some("muted"));
    sent(&mut world, "c1", "m1", 1);
    assert_eq!(world.delivery_state("c1"), "sent");
}

#[test]
fn several_messages_read_at_once_are_told_of_once_and_a_watermark_covers_the_rest() {
    let mut world = World::with_receipts();
    for n in 1..=3 {
        sent(&mut world, &format!("c{n}"), &format!("m{n}"), n);
    }
    world.told_deliveries();
    world.server_sends(
        "message:batch-read",
        json!({
            "channelId": "general", "userId": "bob", "upToSeq": 3, "readAt": "t",
            "messageIds": ["m2", "m3"],
            "counts": [{"messageId": "m3", "deliveredCount": 4, "readCount": 2, "totalRecipients": 5}],
        }),
    );
    let told = world.told_deliveries();
    assert_eq!(names(&told), ["message:batch-read"]);
    let mut ids: Vec<_> = told[0].1["messageIds"].as_array().unwrap().clone();
    ids.sort_by_key(Json::to_string);
    assert_eq!(ids, ["m1", "m2", "m3"]);
    assert_eq!(world.delivery_state("m1"), "read");
    let record = world.engine.delivery_record("m3").unwrap();
    assert_eq!(
        (
            record.delivered_count,
            record.read_count,
            record.total_recipients
        ),
        (4, 2, 5)
    );
}

#[test]
fn an_own_message_that_is_seen_in_its_room_is_one_that_the_server_has() {
    let mut world = World::with_receipts();
    world.track("c1", "general");
    world.server_sends(
        "message:new",
        json!({
            "roomName": "general", "messageId": "m1", "clientMessageId": "c1", "userId": "alice",
            "content": "hi", "timestamp": "t", "seq": 4, "epoch": "e1",
        }),
    );
    assert_eq!(world.delivery_state("c1"), "sent");
    world.server_sends(
        "message:batch-read",
        json!({"channelId": "general", "userId": "bob", "upToSeq": 4, "readAt": "t"}),
    );
    assert_eq!(world.delivery_state("c1"), "read");
}

#[test]
fn without_read_receipts_no_reading_is_shown() {
    let mut world = World::with_receipts();
    world.configure(|settings| settings.delivery.allow_read_receipts = Some(false));
    sent(&mut world, "c1", "m1", 1);
    world.told_deliveries();
    world.server_sends(
        "message:read",
        json!({"messageId": "m1", "userId": "bob", "readCount": 1, "readAt": "t"}),
    );
    assert_eq!(names(&world.told_deliveries()), ["message:delivered"]);
    let record = world.engine.delivery_record("m1").unwrap();
    assert_eq!((record.state.as_str(), record.read_count), ("delivered", 0));
    world.configure(|settings| settings.delivery.allow_read_receipts = Some(true));
    assert_eq!(world.delivery_state("m1"), "delivered", "nor later");
}

#[test]
fn the_app_asks_how_far_messages_have_come() {
    let mut world = World::with_receipts();
    world.track("c1", "general");
    let request = world.request(|request| Input::DeliverySyncRequested {
        ids: vec!["c1".to_owned()],
        request,
    });
    let asked = world.expect_event("delivery:sync");
    assert_eq!(asked.body, json!({"messageIds": ["c1"]}));
    assert!(world.is_pending(request));
    world.ack(
        &asked,
        json!({"statuses": [
            {"messageId": "m1", "clientMessageId": "c1", "state": "read", "deliveredCount": 3,
             "readCount": 2, "totalRecipients": 3, "updatedAt": "t"},
            {"messageId": "unknown", "state": "read"},
        ]}),
    );
    assert_eq!(world.take_settled(request).unwrap(), Ok(Json::Null));
    assert_eq!(names(&world.told_deliveries()), ["message:read"]);
    assert_eq!(world.delivery_state("c1"), "read");
    assert!(world.engine.delivery_record("unknown").is_none());
}

#[test]
fn a_question_that_is_not_answered_is_refused_and_one_without_a_connection_is_none() {
    let mut world = World::with_receipts();
    let ask = |world: &mut World| {
        world.request(|request| Input::DeliverySyncRequested {
            ids: vec!["m1".to_owned()],
            request,
        })
    };
    let request = ask(&mut world);
    world.advance(10_000);
    assert_eq!(world.rejection(request), "TIMEOUT");
    world.disconnect();
    let request = ask(&mut world);
    assert_eq!(world.take_settled(request).unwrap(), Ok(Json::Null));
}

#[test]
fn a_server_of_the_plain_dialect_answers_by_an_event() {
    let mut world = World::plain();
    world.connect();
    world.track("c1", "general");
    world.server_sends(
        "message:sent",
        json!({"messageId": "m1", "clientMessageId": "c1", "sentAt": "t"}),
    );
    let request = world.request(|request| Input::DeliverySyncRequested {
        ids: vec!["m1".to_owned()],
        request,
    });
    assert_eq!(world.take_settled(request).unwrap(), Ok(Json::Null));
    assert_eq!(world.expect_event("delivery:sync").ack, None);
    world.server_sends(
        "delivery:sync-response",
        json!({"statuses": [{"messageId": "m1", "state": "delivered", "updatedAt": "t"}]}),
    );
    assert_eq!(world.delivery_state("c1"), "delivered");
    world.server_sends("message:ack", json!({"messageId": "m1", "status": "read"}));
    assert_eq!(world.delivery_state("c1"), "read");
}
