//! emit and emitAsync: acknowledgements, their absence, and what they mean.

use super::world::World;
use crate::engine::input::{CallbackId, Reply};
use serde_json::{Value as Json, json};

const CALLBACK: Reply = Reply::Callback(CallbackId(1));

#[test]
fn emit_async_resolves_by_the_documents_rules() {
    let cases = [
        (
            json!([{"success": true, "data": {"id": 1}}]),
            json!({"id": 1}),
        ),
        (json!([{"success": true}]), Json::Null),
        (json!([{"success": true, "messageId": "m"}]), Json::Null),
        (json!([{"data": {"id": 1}}]), json!({"data": {"id": 1}})),
        (
            json!([{"success": "yes", "data": 1}]),
            json!({"success": "yes", "data": 1}),
        ),
        (json!([{"timestamp": 5}]), json!({"timestamp": 5})),
        (json!([7, 8]), json!(7)),
        (json!([null]), Json::Null),
        (json!([]), Json::Null),
    ];
    for (args, value) in cases {
        let mut world = World::connected();
        let request = world.emit_async("custom", json!({}), None);
        let event = world.expect_event("custom");
        world.ack_with(&event, &args);
        assert_eq!(world.take_settled(request), Some(Ok(value)), "{args}");
    }
}

#[test]
fn emit_async_rejects_with_what_the_server_says() {
    let cases = [
        (
            json!({"code": "FORBIDDEN", "message": "no"}),
            "FORBIDDEN",
            "no",
        ),
        (json!("just text"), "INTERNAL_ERROR", "just text"),
        (
            json!({"message": ""}),
            "INTERNAL_ERROR",
            "custom failed: INTERNAL_ERROR",
        ),
        (Json::Null, "INTERNAL_ERROR", "Unknown error"),
        (
            json!({"code": 7, "message": []}),
            "INTERNAL_ERROR",
            "Unknown error",
        ),
    ];
    for (error, code, message) in cases {
        let mut world = World::connected();
        let request = world.emit_async("custom", json!({}), None);
        let event = world.expect_event("custom");
        world.refuse(&event, error);
        let error = world.take_settled(request).unwrap().unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            (code, message)
        );
    }
}

#[test]
fn a_rejection_carries_retry_and_details() {
    let mut world = World::connected();
    let request = world.emit_async("custom", json!({}), None);
    let event = world.expect_event("custom");
    let details = json!({"field": "roomName"});
    world.refuse(
        &event,
        json!({"code": "RATE_LIMITED", "message": "slow", "retryAfterMs": 250, "details": details}),
    );
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!((error.retryable, error.retry_after_ms), (true, Some(250)));
    assert_eq!(error.details, Some(details));
}

#[test]
fn an_acknowledgement_that_does_not_come_is_a_timeout_naming_the_event() {
    let mut world = World::connected();
    let default = world.emit_async("slow", json!({}), None);
    let given = world.emit_async("quick", json!({}), Some(50));
    world.advance(50);
    let error = world.take_settled(given).unwrap().unwrap_err();
    assert_eq!(error.code, "TIMEOUT");
    assert_eq!(error.message, "Request timeout for event: quick");
    world.advance(9_949);
    assert!(world.is_pending(default));
    world.advance(1);
    assert_eq!(world.rejection(default), "TIMEOUT");
}

#[test]
fn late_repeated_and_unknown_acknowledgements_are_ignored() {
    let mut world = World::connected();
    let request = world.emit_async("slow", json!({}), Some(50));
    let event = world.expect_event("slow");
    world.advance(50);
    assert_eq!(world.rejection(request), "TIMEOUT");
    world.emit_with("once", json!({}), CALLBACK, None);
    let once = world.expect_event("once");
    world.ack_with(&once, &json!([1]));
    world.notifications();
    world.ack_with(&event, &json!([2]));
    world.ack_with(&once, &json!([3]));
    world.server_sends_frame("43999[4]");
    assert_eq!(world.callbacks, [(CallbackId(1), json!([1]))]);
    assert!(world.notifications().is_empty());
}

#[test]
fn a_callback_gets_every_argument_as_it_came() {
    let mut world = World::connected();
    world.emit_with("custom", json!({}), CALLBACK, None);
    let event = world.expect_event("custom");
    world.ack_with(&event, &json!([{"success": false}, 2, "three"]));
    assert_eq!(
        world.callbacks,
        [(CallbackId(1), json!([{"success": false}, 2, "three"]))]
    );
}

#[test]
fn without_a_connection_callers_are_answered_and_nothing_is_kept() {
    let mut world = World::new();
    let request = world.emit_async("custom", json!({}), None);
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("NOT_CONNECTED", "Socket not connected")
    );
    world.emit_with("custom", json!({}), CALLBACK, None);
    let answer = &world.callbacks[0].1[0];
    assert_eq!(answer["success"], false);
    assert_eq!(answer["error"]["code"], "NOT_CONNECTED");
    assert_eq!(answer["error"]["message"], "Socket not connected");
    world.emit("custom", json!({}));
    world.connect();
    assert_eq!(world.sent(), Vec::<&str>::new());
    assert!(world.told_errors().is_empty());
}

#[test]
fn emit_without_a_callback_wants_no_acknowledgement() {
    let mut world = World::connected();
    world.emit("custom", json!({"a": 1}));
    let event = world.expect_event("custom");
    assert_eq!(
        (event.packet, event.ack),
        (json!(["custom", {"a": 1}]), None)
    );
}

#[test]
fn what_is_under_way_when_the_connection_ends_is_answered_in_order() {
    let ends: [fn(&mut World); 3] = [World::lose_connection, World::disconnect, |world| {
        world.server_sends_frame("41");
    }];
    for end in ends {
        let mut world = World::connected();
        let requests = [1, 2, 3].map(|n| world.emit_async("custom", json!(n), None));
        world.emit_with("custom", json!(4), CALLBACK, None);
        end(&mut world);
        for request in requests {
            assert_eq!(world.rejection(request), "NOT_CONNECTED");
        }
        assert_eq!(world.callbacks[0].1[0]["error"]["code"], "NOT_CONNECTED");
    }
}

#[test]
fn an_acknowledgement_of_an_older_connection_answers_nothing_of_this_one() {
    let mut world = World::connected();
    world.emit_async("old", json!({}), None);
    let old = world.expect_event("old");
    world.lose_connection();
    world.advance(1_000);
    let request = world.emit_async("new", json!({}), None);
    let new = world.expect_event("new");
    world.server_sends_frame_on(
        crate::socketio::TransportId(1),
        &format!("43{}[\"old\"]", old.ack.unwrap()),
    );
    assert!(world.is_pending(request));
    world.ack_with(&new, &json!(["new"]));
    assert_eq!(world.take_settled(request), Some(Ok(json!("new"))));
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    let mut world = World::connected();
    let reserved = world.emit_async("disconnect", json!({}), None);
    assert_eq!(world.rejection(reserved), "VALIDATION_ERROR");
    let large = world.emit_async("custom", json!("x".repeat(1_000_001)), None);
    assert_eq!(world.rejection(large), "PAYLOAD_TOO_LARGE");
    world.emit("custom", json!("x".repeat(1_000_001)));
    assert_eq!(world.told_errors()[0].code, "PAYLOAD_TOO_LARGE");
    assert!(world.connection().is_connected);
}

#[test]
fn acknowledgements_under_way_are_bounded() {
    let mut world = World::connected();
    let mut last = None;
    for _ in 0..=10_000 {
        last = Some(world.emit_async("custom", Json::Null, None));
    }
    assert_eq!(world.rejection(last.unwrap()), "QUEUE_FULL");
    assert_eq!(world.unsettled(), 10_000);
}
