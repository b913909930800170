//! Rooms that are wanted: joined, shared, left.

use super::peer::joined;
use super::world::World;
use crate::engine::output::Notification;
use crate::wire::room::{RoomType, RoomVisibility};
use serde_json::json;

#[test]
fn a_join_resolves_with_the_room_as_the_server_describes_it() {
    let mut world = World::connected();
    let request = world.join("team");
    let join = world.expect_event("room:join");
    assert_eq!(join.body, json!({"roomName": "team"}));
    assert!(
        world.engine.rooms().is_empty(),
        "not before the server says so"
    );
    world.ack(
        &join,
        json!({
            "roomName": "team", "type": "group", "visibility": "private", "memberCount": 7,
        }),
    );
    let room = world.take_settled(request).unwrap().unwrap();
    assert_eq!(
        (&room["name"], &room["memberCount"]),
        (&json!("team"), &json!(7))
    );
    let rooms = world.engine.rooms();
    assert_eq!((rooms.len(), rooms[0].kind), (1, RoomType::Group));
    assert_eq!(rooms[0].visibility, RoomVisibility::Private);
    assert!(rooms[0].is_joined);
}

#[test]
fn every_shape_of_a_yes_is_a_join() {
    for args in [
        json!([{"success": true, "data": {"roomName": "a", "memberCount": 1}}]),
        json!([{"success": true, "roomName": "a"}]),
        json!([{"roomName": "a"}]),
        json!([{"success": true}]),
        json!([true]),
        json!([null]),
        json!([]),
    ] {
        let mut world = World::connected();
        let request = world.join("a");
        let join = world.expect_event("room:join");
        world.ack_with(&join, &args);
        let room = world.take_settled(request).unwrap().unwrap();
        assert_eq!(
            (&room["name"], &room["type"]),
            (&json!("a"), &json!("channel")),
            "{args}"
        );
        assert_eq!(room["visibility"], "public");
    }
}

#[test]
fn joins_share_the_one_under_way_and_a_joined_room_costs_nothing() {
    let mut world = World::connected();
    let requests = [0; 5].map(|_| world.join("general"));
    let join = world.expect_event("room:join");
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.ack(&join, joined("general", 0));
    for request in requests {
        assert!(world.take_settled(request).unwrap().is_ok());
    }
    let again = world.join("general");
    assert_eq!(
        world.take_settled(again).unwrap().unwrap()["name"],
        "general"
    );
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn a_first_join_that_is_refused_rejects_and_is_forgotten() {
    let mut world = World::connected();
    let request = world.join("nowhere");
    let message = world.send("nowhere", "hello");
    let join = world.expect_event("room:join");
    world.refuse(
        &join,
        json!({"code": "ROOM_NOT_FOUND", "message": "Room not found"}),
    );
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("ROOM_NOT_FOUND", "Room not found")
    );
    assert_eq!(world.engine.intent().1, Vec::<String>::new());
    // Whether the message may go there all the same is the server's to say.
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "NOT_IN_ROOM", "message": "no"}));
    assert_eq!(world.rejection(message), "NOT_IN_ROOM");
    world.lose_connection();
    world.advance(60_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn a_first_join_that_is_not_answered_rejects() {
    let mut world = World::connected();
    let request = world.join("general");
    world.advance(10_000);
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(error.message, "Request timeout for event: room:join");
}

#[test]
fn a_join_without_a_connection_waits_for_one() {
    let mut world = World::new();
    let request = world.join("general");
    assert!(world.is_pending(request));
    world.connect();
    let join = world.expect_event("room:join");
    world.lose_connection();
    assert!(
        world.is_pending(request),
        "the answer was lost, not the wish"
    );
    world.advance(1_000);
    let again = world.expect_event("room:join");
    assert_eq!(again.body, join.body);
    world.ack(&again, joined("general", 0));
    assert!(world.take_settled(request).unwrap().is_ok());
}

#[test]
fn a_name_that_no_room_can_have_is_refused_here() {
    let mut world = World::connected();
    for name in ["", " a", "a\u{202e}b", &"x".repeat(10_000)] {
        let request = world.join(name);
        assert_eq!(world.rejection(request), "VALIDATION_ERROR", "{name:?}");
    }
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn rooms_are_bounded() {
    let mut world = World::connected();
    for n in 0..100 {
        world.join_room(&format!("room {n}"), 0);
    }
    let request = world.join("one more");
    assert_eq!(world.rejection(request), "QUEUE_FULL");
    world.leave("room 0");
    world.expect_event("room:leave");
    world.join_room("one more", 0);
}

#[test]
fn leaving_tells_the_server_and_leaving_what_is_not_joined_tells_nobody() {
    let mut world = World::connected();
    world.leave("elsewhere");
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.join_room("general", 0);
    world.notifications();
    world.leave("general");
    assert_eq!(
        world.expect_event("room:leave").body,
        json!({"roomName": "general"})
    );
    assert!(world.engine.rooms().is_empty());
    assert!(world.engine.members("general").is_empty());
    let told = world.notifications();
    assert!(told.iter().any(|told| matches!(told, Notification::Rooms)));
}

#[test]
fn leaving_during_a_join_undoes_it_at_the_server() {
    let mut world = World::connected();
    let request = world.join("general");
    let join = world.expect_event("room:join");
    world.leave("general");
    assert_eq!(world.rejection(request), "CANCELLED");
    world.expect_event("room:leave");
    world.ack(&join, joined("general", 0));
    assert!(world.engine.rooms().is_empty(), "the answer comes too late");
}

#[test]
fn the_answer_to_a_join_that_was_undone_is_none_to_the_next_one() {
    let mut world = World::connected();
    world.join("general");
    let first = world.expect_event("room:join");
    world.leave("general");
    let request = world.join("general");
    let second = world.expect_event("room:join");
    world.ack(&first, joined("general", 0));
    assert!(world.is_pending(request));
    world.refuse(
        &second,
        json!({"code": "FORBIDDEN", "message": "by invitation"}),
    );
    assert_eq!(world.rejection(request), "FORBIDDEN");
    assert!(world.engine.rooms().is_empty());
}

#[test]
fn leaving_without_a_connection_is_told_later() {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.join_room("other", 0);
    world.lose_connection();
    world.leave("general");
    world.advance(1_000);
    assert_eq!(world.sent(), ["room:leave", "room:join"]);
    assert_eq!(world.expect_event("room:leave").body["roomName"], "general");
}

#[test]
fn leaving_a_room_whose_join_was_lost_with_the_connection_is_told_as_well() {
    let mut world = World::connected();
    world.join("general");
    world.expect_event("room:join");
    world.lose_connection();
    world.leave("general");
    world.advance(1_000);
    world.expect_event("room:leave");
}

#[test]
fn a_departure_that_the_server_did_not_answer_is_told_again_unless_the_room_is_wanted_again() {
    for wanted_again in [false, true] {
        let mut world = World::connected();
        world.join_room("general", 0);
        world.leave("general");
        world.expect_event("room:leave");
        if wanted_again {
            world.join("general");
            world.expect_event("room:join");
        }
        world.lose_connection();
        world.advance(1_000);
        assert_eq!(
            world.sent(),
            [if wanted_again {
                "room:join"
            } else {
                "room:leave"
            }]
        );
    }
}

#[test]
fn joining_again_without_a_connection_takes_the_departure_back() {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.lose_connection();
    world.leave("general");
    world.join("general");
    world.advance(1_000);
    assert_eq!(world.sent(), ["room:join"]);
}
