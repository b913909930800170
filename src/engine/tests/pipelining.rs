//! Several messages of a channel under way at once, to a server that takes none before the one
//! that it names as the one before it.

use serde_json::json;

use super::peer::joined;
use super::server::{Emitted, canonical, connected};
use super::world::World;
use crate::engine::config::MAX_CHANNEL_IN_FLIGHT;
use crate::engine::input::QueueCommand;

/// `connected` of a server that keeps the order of what is under way.
pub(super) fn connected_pipelining() -> serde_json::Value {
    let mut greeting = connected();
    let mut capabilities = canonical();
    capabilities.as_array_mut().unwrap().push(json!("pipeline"));
    greeting[1]["capabilities"] = capabilities;
    greeting
}

fn in_general() -> World {
    let mut world = World::new();
    world.server.greetings[0] = connected_pipelining();
    world.connect();
    world.join_room("general", 0);
    world
}

/// Messages under the keys 0, 1, ...
fn send(world: &mut World, count: usize) {
    for key in 0..count {
        let key = key.to_string();
        world.send_with("general", &key, json!({"clientMessageId": key}));
    }
}

/// What came since, as key and the key that it names.
fn under_way(world: &mut World) -> Vec<Emitted> {
    world.server.inbox.drain(..).collect()
}

fn named(sends: &[Emitted]) -> Vec<(&str, Option<&str>)> {
    let named = sends.iter().map(|send| {
        let key = send.body["clientMessageId"].as_str().unwrap();
        (key, send.body["after"].as_str())
    });
    named.collect()
}

fn take(world: &mut World, send: &Emitted) {
    let key = send.body["clientMessageId"].as_str().unwrap();
    world.ack(send, json!({"messageId": format!("m{key}")}));
}

fn refuse(world: &mut World, send: &Emitted, code: &str) {
    let is_final = code == "FORBIDDEN";
    world.refuse(
        send,
        json!({"code": code, "message": "no", "retryable": !is_final}),
    );
}

#[test]
fn messages_of_a_room_are_under_way_together_and_each_names_the_one_before() {
    let mut world = in_general();
    const MOST: usize = MAX_CHANNEL_IN_FLIGHT;
    send(&mut world, MOST + MOST / 2 + 1);
    let sends = under_way(&mut world);
    assert_eq!(sends.len(), MOST);
    assert_eq!(
        named(&sends)[..3],
        [("0", None), ("1", Some("0")), ("2", Some("1"))]
    );
    for send in &sends[1..MOST / 2] {
        take(&mut world, send);
    }
    assert_eq!(
        named(&under_way(&mut world)),
        [],
        "half of them are awaited"
    );
    take(&mut world, &sends[0]);
    let more = under_way(&mut world);
    assert_eq!(more.len(), MOST / 2);
    assert_eq!(named(&more)[..2], [("64", Some("63")), ("65", Some("64"))]);
    for send in &sends[MOST / 2..] {
        take(&mut world, send);
    }
    assert_eq!(named(&under_way(&mut world)), [("96", Some("95"))]);
}

#[test]
fn one_that_is_put_off_holds_those_behind_it_back_and_uses_up_only_its_own_attempt() {
    let mut world = in_general();
    send(&mut world, 4);
    let sends = under_way(&mut world);
    refuse(&mut world, &sends[0], "INTERNAL_ERROR");
    for send in &sends[1..] {
        refuse(&mut world, send, "OUT_OF_ORDER");
    }
    assert_eq!(named(&under_way(&mut world)), []);
    let retries = |world: &World| -> Vec<u64> {
        let queued = world.engine.queued().into_iter();
        queued
            .map(|entry| entry["retries"].as_f64().unwrap() as u64)
            .collect()
    };
    assert_eq!(retries(&world), [1, 0, 0, 0]);
    assert!(
        world.engine.queued()[1]["lastError"].is_null(),
        "nothing is wrong with the others"
    );
    world.advance(1_200);
    let alone = under_way(&mut world);
    assert_eq!(
        named(&alone),
        [("0", None)],
        "one is tried before the rest follow"
    );
    take(&mut world, &alone[0]);
    assert_eq!(
        named(&under_way(&mut world)),
        [("1", None), ("2", Some("1")), ("3", Some("2"))]
    );
}

#[test]
fn one_that_is_parked_lets_those_behind_it_pass() {
    let mut world = in_general();
    send(&mut world, 4);
    let sends = under_way(&mut world);
    take(&mut world, &sends[0]);
    refuse(&mut world, &sends[1], "FORBIDDEN");
    refuse(&mut world, &sends[2], "OUT_OF_ORDER");
    refuse(&mut world, &sends[3], "OUT_OF_ORDER");
    let alone = under_way(&mut world);
    assert_eq!(named(&alone), [("2", None)]);
    take(&mut world, &alone[0]);
    assert_eq!(named(&under_way(&mut world)), [("3", None)]);
}

#[test]
fn a_rate_limit_parks_nobody_who_only_followed() {
    let mut world = in_general();
    send(&mut world, 3);
    let limited = json!({
        "code": "RATE_LIMITED", "message": "slow", "retryable": true, "retryAfterMs": 600,
    });
    for _ in 0..10 {
        for send in under_way(&mut world) {
            match send.body["after"].is_null() {
                true => take(&mut world, &send),
                false => world.refuse(&send, limited.clone()),
            }
        }
        world.advance(599);
    }
    assert_eq!(world.engine.queued(), Vec::<serde_json::Value>::new());
}

#[test]
fn an_answer_that_is_late_is_waited_for_by_those_behind() {
    let mut world = in_general();
    send(&mut world, 3);
    let sends = under_way(&mut world);
    refuse(&mut world, &sends[1], "OUT_OF_ORDER");
    refuse(&mut world, &sends[2], "OUT_OF_ORDER");
    world.advance(9_000);
    assert_eq!(named(&under_way(&mut world)), [], "not again and again");
    take(&mut world, &sends[0]);
    assert_eq!(
        named(&under_way(&mut world)),
        [("1", None), ("2", Some("1"))]
    );
}

#[test]
fn after_a_lost_connection_all_go_again_in_order() {
    let mut world = in_general();
    send(&mut world, 3);
    under_way(&mut world);
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert_eq!(
        named(&under_way(&mut world)),
        [("0", None), ("1", Some("0")), ("2", Some("1"))]
    );
}

#[test]
fn one_that_comes_back_to_its_old_place_is_followed_by_nobody_until_it_is_settled() {
    let mut world = in_general();
    send(&mut world, 3);
    let sends = under_way(&mut world);
    refuse(&mut world, &sends[0], "FORBIDDEN");
    let retry = QueueCommand::Retry("0".to_owned());
    assert_eq!(world.queue(retry).unwrap(), json!(true));
    let again = under_way(&mut world);
    assert_eq!(named(&again), [("0", None)]);
    world.send_with("general", "3", json!({"clientMessageId": "3"}));
    assert_eq!(named(&under_way(&mut world)), [], "2 does not name it");
    take(&mut world, &again[0]);
    refuse(&mut world, &sends[1], "OUT_OF_ORDER");
    refuse(&mut world, &sends[2], "OUT_OF_ORDER");
    let alone = under_way(&mut world);
    assert_eq!(named(&alone), [("1", None)]);
    take(&mut world, &alone[0]);
    assert_eq!(
        named(&under_way(&mut world)),
        [("2", None), ("3", Some("2"))]
    );
}
