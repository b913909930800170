//! Messages on their way to the server: accepted, put off, refused.

use super::world::World;
use serde_json::{Value as Json, json};

fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world
}

fn plain_in_general() -> World {
    let mut world = World::plain();
    world.connect();
    let request = world.join("general");
    let join = world.expect_event("room:join");
    world.ack(&join, json!({"roomName": "general", "memberCount": 1}));
    assert!(world.take_settled(request).unwrap().is_ok());
    world.server.inbox.clear();
    world
}

#[test]
fn a_message_goes_with_its_own_id_and_resolves_with_the_servers() {
    let mut world = in_general();
    let request = world.send("general", "hello");
    let send = world.expect_event("message:send");
    let id = send.body["clientMessageId"].as_str().unwrap().to_owned();
    assert_eq!(
        send.body,
        json!({"roomName": "general", "content": "hello", "clientMessageId": id})
    );
    world.ack(
        &send,
        json!({
            "messageId": "msg-123", "clientMessageId": id, "seq": 1, "epoch": "e1",
            "timestamp": "2026-01-30T12:00:00.000Z",
        }),
    );
    let receipt = world.take_settled(request).unwrap().unwrap();
    assert_eq!(
        receipt,
        json!({
            "messageId": "msg-123", "clientMessageId": id, "seq": 1, "epoch": "e1",
            "timestamp": "2026-01-30T12:00:00.000Z",
        })
    );
}

#[test]
fn the_documented_options_travel_and_nothing_else() {
    let mut world = in_general();
    let options = json!({
        "threadId": "t", "replyTo": "r", "metadata": {"a": 1}, "mentions": ["bob"],
        "type": "code", "attachments": [{"url": "u"}], "clientMessageId": "mine",
        "roomName": "elsewhere", "seq": 9, "secret": true,
    });
    world.send_with("general", "hello", options);
    assert_eq!(
        world.expect_event("message:send").body,
        json!({
            "roomName": "general", "content": "hello", "clientMessageId": "mine",
            "threadId": "t", "replyTo": "r", "metadata": {"a": 1}, "mentions": ["bob"],
            "type": "code", "attachments": [{"url": "u"}],
        })
    );
}

#[test]
fn every_shape_of_a_yes_is_an_acceptance() {
    for (args, message_id) in [
        (
            json!([{"success": true, "data": {"messageId": "m"}}]),
            Some("m"),
        ),
        (json!([{"success": true, "messageId": "m"}]), Some("m")),
        (json!([{"messageId": "m"}]), Some("m")),
        (json!([{"success": true}]), None),
        (
            json!([{"success": true, "data": {"messageId": 7, "seq": -1}}]),
            None,
        ),
        (json!([null]), None),
        (json!([]), None),
    ] {
        let mut world = in_general();
        let request = world.send("general", "hello");
        let send = world.expect_event("message:send");
        world.ack_with(&send, &args);
        let receipt = world.take_settled(request).unwrap().unwrap();
        let own = send.body["clientMessageId"].as_str().unwrap();
        assert_eq!(receipt["messageId"], message_id.unwrap_or(own), "{args}");
        assert_eq!(world.mirrors["general"][0]["state"], "sent", "{args}");
    }
}

#[test]
fn a_message_to_a_room_that_is_not_wanted_is_refused_here() {
    let mut world = World::connected();
    let request = world.send("elsewhere", "hello");
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(error.code, "NOT_IN_ROOM");
    assert!(error.message.starts_with("Not in room: elsewhere"));
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn malformed_options_are_refused_here() {
    let mut world = in_general();
    for id in [json!(""), json!(7), json!("x".repeat(10_000))] {
        let request = world.send_with("general", "hello", json!({"clientMessageId": id}));
        assert_eq!(world.rejection(request), "VALIDATION_ERROR");
    }
    assert!(world.engine.timeline("general").is_empty());
}

#[test]
fn messages_of_a_room_go_one_after_the_other_and_rooms_side_by_side() {
    let mut world = in_general();
    world.join_room("other", 0);
    for n in 0..3 {
        world.send("general", &format!("g{n}"));
        world.send("other", &format!("o{n}"));
    }
    for n in 0..3 {
        let contents: Vec<_> = world
            .server
            .inbox
            .iter()
            .map(|event| event.body["content"].clone())
            .collect();
        assert_eq!(contents.len(), 2, "{contents:?}");
        for _ in 0..2 {
            let send = world.expect_event("message:send");
            let content = send.body["content"].as_str().unwrap();
            assert!(content.ends_with(&n.to_string()), "{content}");
            world.ack(&send, json!({"messageId": content}));
        }
    }
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn a_room_that_waits_holds_up_no_other() {
    let mut world = in_general();
    world.join_room("other", 0);
    world.send("general", "held");
    world.expect_event("message:send");
    for n in 0..3 {
        let request = world.send("other", &n.to_string());
        let send = world.expect_event("message:send");
        world.ack(&send, json!({"messageId": "m"}));
        assert!(world.take_settled(request).unwrap().is_ok());
    }
}

#[test]
fn a_message_that_came_too_fast_waits_as_long_as_the_server_asks_and_keeps_its_id_and_place() {
    let mut world = in_general();
    let first = world.send("general", "one");
    let second = world.send("general", "two");
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({
        "code": "RATE_LIMITED", "message": "slow down", "retryable": true, "retryAfterMs": 7_000,
    }));
    world.advance(6_999);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(1);
    let again = world.expect_event("message:send");
    assert_eq!(again.body, send.body);
    world.ack(&again, json!({"messageId": "1", "seq": 1}));
    assert!(world.take_settled(first).unwrap().is_ok());
    let next = world.expect_event("message:send");
    assert_eq!(next.body["content"], "two");
    assert!(world.is_pending(second));
}

#[test]
fn a_message_that_is_put_off_without_end_fails_after_five_attempts() {
    let mut world = in_general();
    let request = world.send("general", "hello");
    for full_ms in [1_100, 2_200, 4_400, 8_800, 0] {
        assert!(world.is_pending(request));
        let send = world.expect_event("message:send");
        world.refuse(&send, json!({"code": "INTERNAL_ERROR", "message": "down"}));
        world.advance(full_ms);
    }
    assert_eq!(world.rejection(request), "INTERNAL_ERROR");
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn a_permanent_refusal_fails_the_message_and_the_next_one_goes() {
    let mut world = in_general();
    let request = world.send("general", "bad");
    world.send("general", "good");
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("FORBIDDEN", "muted")
    );
    let row = &world.mirrors["general"][0];
    assert_eq!(
        (&row["state"], &row["error"]),
        (&json!("failed"), &json!("FORBIDDEN"))
    );
    assert_eq!(world.expect_event("message:send").body["content"], "good");
    assert!(world.told_errors().is_empty(), "the promise has said it");
}

#[test]
fn a_message_that_cannot_be_written_fails_and_the_next_one_goes() {
    let mut world = in_general();
    let request = world.send("general", &"x".repeat(1_000_001));
    assert_eq!(world.rejection(request), "PAYLOAD_TOO_LARGE");
    world.send("general", "small");
    assert_eq!(world.expect_event("message:send").body["content"], "small");
}

#[test]
fn messages_that_wait_are_bounded() {
    let mut world = in_general();
    let requests: Vec<_> = (0..102)
        .map(|n| world.send("general", &n.to_string()))
        .collect();
    assert_eq!(world.rejection(requests[101]), "QUEUE_FULL");
    assert!(world.is_pending(requests[100]), "one in flight, 100 wait");
    assert_eq!(world.engine.timeline("general").len(), 101);
    let send = world.expect_event("message:send");
    world.ack(&send, json!({"messageId": "m", "seq": 1}));
    let request = world.send("general", "room again");
    assert!(world.is_pending(request));
}

#[test]
fn the_server_hears_that_a_room_was_left_after_the_messages_that_go_there() {
    let mut world = in_general();
    let requests = [world.send("general", "one"), world.send("general", "two")];
    world.leave("general");
    for (request, id) in requests.into_iter().zip(["m1", "m2"]) {
        assert_eq!(world.sent(), ["message:send"]);
        let send = world.expect_event("message:send");
        world.ack(&send, json!({"messageId": id}));
        assert_eq!(
            world.take_settled(request).unwrap().unwrap()["messageId"],
            id
        );
    }
    assert_eq!(world.sent(), ["room:leave"]);
}

#[test]
fn on_a_plain_server_a_message_that_is_not_answered_has_an_unknown_outcome() {
    let mut world = plain_in_general();
    let request = world.send("general", "hello");
    world.expect_event("message:send");
    world.advance(10_000);
    assert_eq!(world.rejection(request), "UNKNOWN_OUTCOME");
    world.advance(60_000);
    assert!(
        !world.sent().contains(&"message:send"),
        "it is not sent twice"
    );
}

#[test]
fn on_a_plain_server_a_message_under_way_when_the_connection_ends_has_an_unknown_outcome() {
    let mut world = plain_in_general();
    let first = world.send("general", "under way");
    let second = world.send("general", "waiting");
    world.expect_event("message:send");
    world.lose_connection();
    assert_eq!(world.rejection(first), "UNKNOWN_OUTCOME");
    assert!(world.is_pending(second));
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack_with(&join, &json!([{"success": true}]));
    let send = world.expect_event("message:send");
    assert_eq!(send.body["content"], "waiting");
    world.ack_with(&send, &json!([{"success": true}]));
    assert!(world.take_settled(second).unwrap().is_ok());
}

#[test]
fn a_message_written_without_a_connection_waits_for_connection_and_room() {
    let mut world = World::new();
    world.join("general");
    let request = world.send("general", "early");
    assert_eq!(world.mirrors["general"][0]["state"], "sending");
    world.connect();
    assert_eq!(world.sent(), ["room:join"]);
    let join = world.expect_event("room:join");
    world.ack(&join, json!({"roomName": "general"}));
    let send = world.expect_event("message:send");
    world.ack(&send, Json::Null);
    assert!(world.take_settled(request).unwrap().is_ok());
}
