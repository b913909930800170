//! A lost connection is sought again: when, how often, and until when.

use super::server::Door;
use super::world::World;
use crate::engine::input::Input;
use crate::engine::output::Notification;
use crate::engine::snapshot::RealtimeConnectionState as State;
use serde_json::json;

const DAY_MS: u64 = 86_400_000;

#[test]
fn a_lost_connection_shows_attempt_next_retry_and_reason_and_comes_back() {
    let mut world = World::connected();
    world.lose_connection();
    let lost = world.connection();
    assert_eq!(
        (lost.state, lost.reconnect_attempts),
        (State::Reconnecting, 1)
    );
    assert_eq!(lost.disconnect_reason.as_deref(), Some("transport close"));
    let wait_ms = lost.next_retry_at.unwrap() - world.now.wall_ms as f64;
    assert!((500.0..=1_000.0).contains(&wait_ms), "{wait_ms}");
    assert_eq!(
        world.told_events("disconnect"),
        [json!(["disconnect", "transport close"])]
    );
    world.notifications();
    world.advance(1_000);
    let back = world.connection();
    assert_eq!(
        (back.state, back.reconnect_attempts),
        (State::Authenticated, 0)
    );
    assert_eq!((back.next_retry_at, back.disconnect_reason), (None, None));
    let reconnections = world.notifications().into_iter().filter(|told| {
        matches!(
            told,
            Notification::Reconnection {
                attempt: 1,
                was_offline: false
            }
        )
    });
    assert_eq!(reconnections.count(), 1);
}

#[test]
fn a_server_that_disconnects_us_is_sought_again_after_a_delay() {
    let mut world = World::connected();
    world.server_sends_frame("41");
    assert_eq!(
        world.connection().disconnect_reason.as_deref(),
        Some("io server disconnect")
    );
    assert_eq!(world.server.opened, 1);
    world.advance(1_000);
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn the_delays_double_within_their_bounds() {
    let mut world = World::connected();
    world.server.door = Door::Refused;
    world.lose_connection();
    for full_ms in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        let retry_at = world.connection().next_retry_at.unwrap();
        let wait_ms = retry_at as u64 - world.now.wall_ms;
        assert!(
            (full_ms / 2..=full_ms).contains(&wait_ms),
            "{wait_ms} of {full_ms}"
        );
        let opened = world.server.opened;
        world.advance(wait_ms - 1);
        assert_eq!(world.server.opened, opened);
        world.advance(1);
        assert_eq!(world.server.opened, opened + 1);
    }
}

#[test]
fn an_outage_of_a_day_is_outlived() {
    let mut world = World::connected();
    world.server.door = Door::Refused;
    world.lose_connection();
    world.advance(DAY_MS);
    assert_eq!(world.state(), State::Reconnecting);
    let attempts = world.server.opened;
    assert!((2_880..6_000).contains(&attempts), "{attempts} attempts");
    world.server.door = Door::Open;
    world.advance(30_000);
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn the_attempts_that_were_allowed_are_made_and_then_it_is_given_up() {
    for (limit, was_connected, attempts) in
        [(3, true, 4), (3, false, 4), (0, true, 1), (0, false, 1)]
    {
        let mut world = World::with_settings(|settings| {
            settings.max_reconnect_attempts = Some(limit);
        });
        if was_connected {
            world.connect();
            world.server.door = Door::Refused;
            world.lose_connection();
        } else {
            world.server.door = Door::Refused;
            world.ask_to_connect();
        }
        world.advance(DAY_MS);
        assert_eq!(
            (world.state(), world.server.opened),
            (State::Error, attempts)
        );
        let errors = world.told_errors();
        let given_up = errors
            .iter()
            .filter(|error| error.code == "RECONNECTION_FAILED");
        assert_eq!(given_up.count(), 1);
        assert_eq!(
            errors.last().unwrap().message,
            format!("Failed to reconnect after {limit} attempts")
        );
    }
}

#[test]
fn after_giving_up_a_call_of_connect_starts_afresh() {
    let mut world = World::with_settings(|settings| settings.max_reconnect_attempts = Some(2));
    world.server.door = Door::Refused;
    world.ask_to_connect();
    world.advance(DAY_MS);
    assert_eq!((world.state(), world.server.opened), (State::Error, 3));
    world.set_online(false);
    world.set_online(true);
    world.input(Input::Resumed);
    assert_eq!(
        world.server.opened, 3,
        "only the app's action starts it again"
    );
    world.ask_to_connect();
    world.advance(DAY_MS);
    assert_eq!((world.state(), world.server.opened), (State::Error, 6));
}

#[test]
fn online_resume_and_connect_retry_at_once() {
    let hints: [fn(&mut World); 3] = [
        |world| {
            world.set_online(false);
            world.set_online(true);
        },
        |world| world.input(Input::Resumed),
        |world| {
            world.ask_to_connect();
        },
    ];
    for hint in hints {
        let mut world = World::connected();
        world.server.door = Door::Refused;
        world.lose_connection();
        world.advance(120_000);
        world.server.door = Door::Open;
        let opened = world.server.opened;
        hint(&mut world);
        assert_eq!(world.server.opened, opened + 1);
        assert_eq!(world.state(), State::Authenticated);
    }
}

#[test]
fn a_hint_starts_no_second_attempt() {
    let mut world = World::new();
    world.server.door = Door::Silent;
    world.ask_to_connect();
    world.set_online(false);
    world.set_online(true);
    world.input(Input::Resumed);
    world.ask_to_connect();
    assert_eq!(world.server.opened, 1);
}

#[test]
fn without_a_network_the_state_is_offline_and_the_connection_is_still_sought() {
    let mut world = World::connected();
    world.set_online(false);
    world.server.door = Door::Refused;
    world.lose_connection();
    assert_eq!(world.state(), State::Offline);
    world.server.door = Door::Open;
    world.advance(1_000);
    assert_eq!(
        world.state(),
        State::Authenticated,
        "the browser's word is a hint"
    );
    assert!(!world.connection().is_online);
}

#[test]
fn a_machine_that_slept_past_the_heartbeat_learns_of_the_loss_by_whatever_it_does_first() {
    let deeds: [fn(&mut World); 4] = [
        |world| {
            world.emit("anything", json!(1));
        },
        |world| {
            world.join("general");
        },
        |world| world.input(Input::Resumed),
        |world| world.input(Input::TimedOut),
    ];
    for deed in deeds {
        let mut world = World::connected();
        let id = world.server.socket().unwrap();
        world.server.forget(id);
        world.sleep(8 * 3_600_000);
        deed(&mut world);
        world.advance(1_000);
        assert_eq!(world.state(), State::Authenticated);
        assert_eq!(world.server.opened, 2);
    }
}
