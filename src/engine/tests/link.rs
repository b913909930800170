//! The link: how good it is, whether it lives, and what the browser's hints are worth.

use super::server::{Door, text};
use super::world::World;
use crate::engine::input::Input;
use crate::engine::output::Notification;
use crate::engine::snapshot::{ConnectionQuality as Quality, RealtimeConnectionState as State};
use serde_json::json;

fn measured_world() -> World {
    let mut world = World::new();
    world.server.answers_pings = false;
    world.connect();
    world
}

#[test]
fn the_acknowledgement_of_a_ping_measures_the_link() {
    let mut world = measured_world();
    for (latency_ms, quality) in [
        (20, Quality::Excellent),
        (400, Quality::Good),
        (900, Quality::Fair),
        (1_900, Quality::Poor),
    ] {
        let ping = world.expect_event("ping");
        assert_eq!(ping.body, json!({"timestamp": world.now.wall_ms}));
        world.advance(latency_ms);
        world.ack_with(&ping, &json!([ping.body]));
        assert_eq!(world.connection().connection_quality, quality);
        world.advance(10_000 - latency_ms);
    }
    assert_eq!(world.connection().average_latency, Some(805.0));
}

#[test]
fn a_pong_event_measures_the_link_and_the_later_acknowledgement_does_not_count() {
    let mut world = measured_world();
    let ping = world.expect_event("ping");
    world.advance(150);
    world.server_sends_packet(&json!(["pong"]));
    assert_eq!(world.connection().average_latency, Some(150.0));
    world.advance(500);
    world.ack_with(&ping, &json!([ping.body]));
    assert_eq!(world.connection().average_latency, Some(150.0));
}

#[test]
fn until_a_ping_is_answered_the_link_is_judged_by_the_answer_of_the_namespace_alone() {
    let mut world = World::new();
    world.server.answers_pings = false;
    world.server.door = Door::Silent;
    world.server.holds_connect = true;
    world.request(Input::ConnectRequested);
    let id = world.server.socket().unwrap();
    world.advance(3_000);
    for (id, event) in world.server.open_at_last(id) {
        world.input(Input::Transport { id, event });
    }
    world.advance(400);
    let (id, event) = text(id, r#"40{"sid":"s"}"#);
    world.input(Input::Transport { id, event });
    assert_eq!(world.connection().average_latency, Some(400.0));
}

#[test]
fn a_server_that_answers_no_pings_is_left_in_peace_and_judged_by_its_handshake() {
    let mut world = measured_world();
    world.advance(120_000);
    let pings = world.sent().iter().filter(|name| **name == "ping").count();
    assert_eq!(pings, 3);
    assert_eq!(world.connection().connection_quality, Quality::Excellent);
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn quality_is_unknown_without_a_connection() {
    let mut world = World::connected();
    assert_eq!(world.connection().connection_quality, Quality::Excellent);
    world.lose_connection();
    let lost = world.connection();
    assert_eq!(
        (lost.connection_quality, lost.average_latency),
        (Quality::Unknown, None)
    );
}

#[test]
fn offline_and_online_with_a_living_link_ends_authenticated() {
    let mut world = World::connected();
    world.set_online(false);
    assert_eq!(world.state(), State::Authenticated);
    world.advance(2_000);
    world.set_online(true);
    world.advance(60_000);
    assert_eq!(
        (world.state(), world.server.opened),
        (State::Authenticated, 1)
    );
    assert!(world.connection().is_online);
}

#[test]
fn a_dead_link_is_found_by_the_probe_within_five_seconds_of_the_hint() {
    for hint in [Input::OnlineChanged(false), Input::Resumed] {
        let mut world = World::connected();
        world.server.is_cut = true;
        world.input(hint);
        world.advance(5_000);
        assert_eq!(
            world.connection().disconnect_reason.as_deref(),
            Some("ping timeout")
        );
        world.server.is_cut = false;
        world.set_online(true);
        world.advance(1_000);
        assert_eq!(
            (world.state(), world.server.opened),
            (State::Authenticated, 2)
        );
    }
}

#[test]
fn a_dead_link_is_found_by_the_heartbeat_without_any_hint() {
    let mut world = World::connected();
    world.server.is_cut = true;
    world.advance(45_000);
    assert_eq!(
        world.connection().disconnect_reason.as_deref(),
        Some("ping timeout")
    );
}

fn reconnections(world: &mut World) -> Vec<bool> {
    let told = world.notifications().into_iter();
    told.filter_map(|told| match told {
        Notification::Reconnection { was_offline, .. } => Some(was_offline),
        _ => None,
    })
    .collect()
}

#[test]
fn having_been_offline_is_told_with_the_next_reconnection_and_forgotten_after_it() {
    let mut world = World::connected();
    world.set_online(false);
    assert!(world.connection().was_offline);
    world.lose_connection();
    world.set_online(true);
    assert_eq!(reconnections(&mut world), [true]);
    assert!(!world.connection().was_offline, "everything is resumed");
    world.lose_connection();
    world.advance(1_000);
    assert_eq!(reconnections(&mut world), [false]);
}

#[test]
fn having_been_offline_is_remembered_until_the_rooms_are_back() {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.set_online(false);
    world.lose_connection();
    world.set_online(true);
    assert!(world.connection().was_offline);
    let join = world.expect_event("room:join");
    world.ack(&join, json!({"roomName": "general"}));
    assert!(!world.connection().was_offline);
}

#[test]
fn having_been_offline_over_a_living_link_is_forgotten_once_the_link_has_proved_itself() {
    let mut world = World::connected();
    world.set_online(false);
    world.advance(100);
    assert!(
        world.connection().was_offline,
        "still offline, whatever lives"
    );
    world.set_online(true);
    world.advance(100);
    assert!(!world.connection().was_offline);
}

#[test]
fn the_app_can_forget_that_it_was_offline() {
    let mut world = World::connected();
    world.set_online(false);
    world.input(Input::WasOfflineCleared);
    assert!(!world.connection().was_offline);
}
