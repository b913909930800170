//! A lost connection, a lost answer: the message goes again under the same id, and is one message.

use super::peer::joined;
use super::world::World;
use serde_json::json;

fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world
}

/// The connection breaks and comes back, and the room is joined again.
fn come_back(world: &mut World) {
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
}

#[test]
fn a_message_under_way_goes_again_under_the_same_id() {
    let mut world = in_general();
    let request = world.send("general", "hello");
    let send = world.expect_event("message:send");
    come_back(&mut world);
    let again = world.expect_event("message:send");
    assert_eq!(again.body, send.body);
    world.ack(
        &again,
        json!({"messageId": "m", "seq": 1, "duplicate": true}),
    );
    assert!(world.take_settled(request).unwrap().is_ok());
    assert_eq!(world.engine.timeline("general").len(), 1);
}

#[test]
fn however_often_the_connection_breaks_a_message_is_not_given_up() {
    let mut world = in_general();
    let request = world.send("general", "hello");
    for _ in 0..20 {
        world.expect_event("message:send");
        come_back(&mut world);
    }
    assert!(world.is_pending(request));
}

#[test]
fn messages_keep_their_order_over_a_loss() {
    let mut world = in_general();
    for n in 0..3 {
        world.send("general", &n.to_string());
    }
    world.expect_event("message:send");
    come_back(&mut world);
    for n in 0..3 {
        let send = world.expect_event("message:send");
        assert_eq!(send.body["content"], n.to_string());
        world.ack(&send, json!({"messageId": n.to_string(), "seq": n + 1}));
    }
}

#[test]
fn a_message_whose_answer_is_lost_goes_again_and_fails_after_five_attempts() {
    let mut world = in_general();
    // Between two pings of the link.
    world.advance(3_000);
    let request = world.send("general", "hello");
    for wait_ms in [1_100, 2_200, 4_400, 8_800, 0] {
        assert!(world.is_pending(request));
        world.expect_event("message:send");
        world.advance(10_000);
        assert_eq!(world.sent(), Vec::<&str>::new(), "not at once");
        world.advance(wait_ms);
    }
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(error.message, "Request timeout for event: message:send");
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn after_a_sleep_a_message_under_way_is_lost_and_not_late() {
    let mut world = in_general();
    let request = world.send("general", "hello");
    world.expect_event("message:send");
    let id = world.server.socket().unwrap();
    world.server.forget(id);
    world.sleep(8 * 3_600_000);
    world.advance(1_000);
    assert!(
        world.is_pending(request),
        "this server knows repeated messages"
    );
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    world.expect_event("message:send");
}

#[test]
fn a_message_that_failed_and_is_sent_again_under_its_id_stays_one_row() {
    let mut world = in_general();
    let request = world.send_with("general", "hello", json!({"clientMessageId": "mine"}));
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
    assert_eq!(world.rejection(request), "FORBIDDEN");
    let again = world.send_with("general", "hello", json!({"clientMessageId": "mine"}));
    assert_eq!(world.engine.timeline("general").len(), 1);
    assert_eq!(world.mirrors["general"][0]["state"], "sending");
    let send = world.expect_event("message:send");
    world.ack(&send, json!({"messageId": "m", "seq": 1}));
    assert!(world.take_settled(again).unwrap().is_ok());
    assert_eq!(world.mirrors["general"][0]["state"], "sent");
}

#[test]
fn a_message_that_the_server_has_and_is_sent_again_under_its_id_stays_one_row() {
    let mut world = in_general();
    for _ in 0..2 {
        let request = world.send_with("general", "hello", json!({"clientMessageId": "mine"}));
        assert_eq!(world.engine.timeline("general").len(), 1);
        let send = world.expect_event("message:send");
        world.ack(&send, json!({"messageId": "m", "seq": 1, "epoch": "e1"}));
        assert!(world.take_settled(request).unwrap().is_ok());
        world.server_sends(
            "message:new",
            json!({
                "roomName": "general", "messageId": "m", "clientMessageId": "mine",
                "userId": "alice", "content": "hello", "seq": 1, "epoch": "e1",
            }),
        );
        assert_eq!(world.engine.timeline("general").len(), 1);
    }
    assert_eq!(world.told_seqs(), [1]);
}

#[test]
fn two_sends_under_one_id_are_one_message_and_both_hear_of_it() {
    let mut world = in_general();
    let first = world.send_with("general", "hello", json!({"clientMessageId": "mine"}));
    let second = world.send_with("general", "hello", json!({"clientMessageId": "mine"}));
    assert_eq!(world.engine.timeline("general").len(), 1);
    let send = world.expect_event("message:send");
    world.ack(&send, json!({"messageId": "m", "seq": 1}));
    for request in [first, second] {
        let receipt = world.take_settled(request).unwrap().unwrap();
        assert_eq!(receipt["messageId"], "m");
    }
    assert_eq!(world.sent(), Vec::<&str>::new());
    assert_eq!(world.engine.timeline("general").len(), 1);
}
