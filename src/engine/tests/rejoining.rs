//! Joined rooms are wanted until they are left, over every loss.

use super::peer::joined;
use super::world::World;
use serde_json::json;

fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world
}

#[test]
fn a_lost_connection_keeps_the_rooms_and_joins_them_again() {
    let mut world = in_general();
    world.lose_connection();
    let rooms = world.engine.rooms();
    assert_eq!((rooms.len(), rooms[0].is_joined), (1, false));
    assert_eq!(
        world.engine.members("general").len(),
        2,
        "members stay until told otherwise"
    );
    for _ in 0..5 {
        world.advance(1_000);
        let join = world.expect_event("room:join");
        world.ack(&join, joined("general", 0));
        assert!(world.engine.rooms()[0].is_joined);
        world.lose_connection();
    }
}

#[test]
fn every_room_is_joined_again_once_per_connection() {
    let mut world = World::connected();
    for room in ["a", "b", "c"] {
        world.join_room(room, 0);
    }
    world.leave("b");
    world.expect_event("room:leave");
    world.lose_connection();
    world.advance(5_000);
    let rejoined: Vec<_> = world
        .server
        .inbox
        .iter()
        .map(|event| event.body["roomName"].clone())
        .collect();
    // The departure was never answered, so the server is told once more.
    assert_eq!(rejoined, ["b", "a", "c"]);
}

#[test]
fn a_rejoin_that_is_refused_is_tried_again_later_and_later_until_it_works() {
    let mut world = in_general();
    world.lose_connection();
    world.advance(1_000);
    for full_ms in [1_000, 2_000, 4_000, 8_000] {
        let join = world.expect_event("room:join");
        world.refuse(&join, json!({"code": "INTERNAL_ERROR", "message": "down"}));
        assert_eq!(world.told_errors().last().unwrap().code, "INTERNAL_ERROR");
        world.advance(full_ms / 2 - 1);
        assert_eq!(world.sent(), Vec::<&str>::new());
        world.advance(full_ms / 2 + 1);
    }
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert!(world.engine.rooms()[0].is_joined);
    world.advance(60_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn a_rejoin_waits_as_long_as_the_server_asks() {
    let mut world = in_general();
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.refuse(
        &join,
        json!({"code": "RATE_LIMITED", "message": "", "retryAfterMs": 20_000}),
    );
    world.advance(19_999);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(1);
    world.expect_event("room:join");
}

#[test]
fn a_rejoin_that_is_not_answered_is_tried_again() {
    let mut world = in_general();
    world.lose_connection();
    world.advance(1_000);
    world.expect_event("room:join");
    world.advance(11_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert!(world.engine.rooms()[0].is_joined);
}

#[test]
fn a_call_of_join_tries_a_refused_rejoin_at_once() {
    let mut world = in_general();
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.refuse(&join, json!({"code": "INTERNAL_ERROR", "message": "down"}));
    let request = world.join("general");
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert!(world.take_settled(request).unwrap().is_ok());
    world.advance(60_000);
    assert_eq!(world.sent(), Vec::<&str>::new(), "the planned one is off");
}

#[test]
fn a_refused_rejoin_ends_with_leaving_and_the_server_is_told() {
    let mut world = in_general();
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.refuse(&join, json!({"code": "RATE_LIMITED", "message": ""}));
    world.leave("general");
    world.expect_event("room:leave");
    world.advance(60_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn no_deadline_of_a_room_wakes_a_client_without_a_connection() {
    let mut world = in_general();
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.refuse(&join, json!({"code": "INTERNAL_ERROR", "message": "down"}));
    world.disconnect();
    assert_eq!(world.engine.poll_timeout(), None);
}
