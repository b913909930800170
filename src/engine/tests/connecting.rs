//! connect(), disconnect() and the states between.

use super::server::Door;
use super::world::World;
use crate::engine::input::{Input, TokenSource};
use crate::engine::snapshot::RealtimeConnectionState as State;
use crate::socketio::TransportKind;
use serde_json::{Value as Json, json};

#[test]
fn a_new_client_is_disconnected_and_does_nothing() {
    let mut world = World::new();
    world.advance(60_000);
    assert_eq!(world.state(), State::Disconnected);
    assert_eq!(world.engine.poll_timeout(), None);
    assert_eq!(world.log, Vec::<String>::new());
}

#[test]
fn the_browsers_hints_connect_nobody_who_did_not_ask() {
    let mut world = World::new();
    world.set_online(false);
    world.set_online(true);
    world.input(Input::Resumed);
    world.connect();
    world.disconnect();
    world.set_online(false);
    world.set_online(true);
    world.input(Input::Resumed);
    world.advance(60_000);
    assert_eq!(
        (world.server.opened, world.state()),
        (1, State::Disconnected)
    );
}

#[test]
fn a_connection_goes_through_connecting_and_connected_to_authenticated() {
    let mut world = World::new();
    world.connect();
    assert_eq!(
        world.told_states(),
        [State::Connecting, State::Connected, State::Authenticated]
    );
    let connection = world.connection();
    assert!(connection.is_connected && connection.is_authenticated);
    assert_eq!(connection.socket_id.as_deref(), Some("s"));
    assert_eq!(connection.auth.unwrap().user_id, "alice");
    assert_eq!(connection.degraded, Vec::<String>::new());
}

#[test]
fn a_plain_server_that_accepted_the_token_counts_as_authenticated_once_it_is_ready() {
    let mut world = World::plain();
    world.set_token(TokenSource::Fixed("t".into()), false);
    world.connect();
    assert_eq!(world.state(), State::Authenticated);
    assert_eq!(world.connection().auth, None);
    assert!(world.connection().degraded.contains(&"messages".to_owned()));
}

#[test]
fn ten_calls_of_connect_make_one_attempt_and_all_resolve() {
    let mut world = World::new();
    world.server.door = Door::Silent;
    let requests: Vec<_> = (0..10).map(|_| world.ask_to_connect()).collect();
    assert!(requests.iter().all(|request| world.is_pending(*request)));
    world.server.door = Door::Open;
    world.server_opens_at_last();
    for request in requests {
        assert_eq!(world.take_settled(request), Some(Ok(Json::Null)));
    }
    assert_eq!(world.server.opened, 1);
}

#[test]
fn connect_resolves_at_once_while_connected() {
    let mut world = World::connected();
    world.connect();
    assert_eq!(world.server.opened, 1);
}

#[test]
fn connect_rejects_with_the_transports_error_and_trying_goes_on() {
    let mut world = World::new();
    world.server.door = Door::Refused;
    let request = world.ask_to_connect();
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(error.code, "CONNECTION_ERROR");
    assert!(
        error.message.contains("Connection failed"),
        "{}",
        error.message
    );
    assert_eq!(world.state(), State::Reconnecting);
    assert_eq!(world.told_events("connect_error").len(), 1);
    world.server.door = Door::Open;
    world.advance(1_000);
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn connect_rejects_when_the_time_is_up_and_trying_goes_on() {
    let mut world = World::with_settings(|settings| settings.attempt_timeout_ms = 5_000);
    world.server.door = Door::Silent;
    let request = world.ask_to_connect();
    world.advance(4_999);
    assert!(world.is_pending(request));
    world.advance(1);
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(error.message, "Connection timeout");
    assert_eq!(world.server.sockets(), 0, "the attempt is over");
    world.server.door = Door::Open;
    world.advance(1_000);
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn disconnect_is_safe_without_a_connection() {
    let mut world = World::new();
    world.disconnect();
    assert_eq!(world.state(), State::Disconnected);
    assert_eq!(world.log, Vec::<String>::new());
}

#[test]
fn disconnect_says_goodbye_and_stays_disconnected() {
    let mut world = World::connected();
    world.disconnect();
    assert_eq!(world.server.sockets(), 0);
    assert_eq!(
        world.told_events("disconnect"),
        [json!(["disconnect", "io client disconnect"])]
    );
    world.set_online(false);
    world.set_online(true);
    world.input(Input::Resumed);
    world.advance(60_000);
    assert_eq!(
        (world.state(), world.server.opened),
        (State::Disconnected, 1)
    );
    assert_eq!(world.connection().auth, None);
}

#[test]
fn disconnect_during_an_attempt_cancels_those_who_wait() {
    let mut world = World::new();
    world.server.door = Door::Silent;
    let request = world.ask_to_connect();
    world.disconnect();
    assert_eq!(world.rejection(request), "CANCELLED");
    assert_eq!(
        (world.state(), world.server.sockets()),
        (State::Disconnected, 0)
    );
    assert_eq!(world.engine.poll_timeout(), None);
}

#[test]
fn disconnect_during_the_wait_for_the_next_attempt_ends_it() {
    let mut world = World::connected();
    world.server.door = Door::Refused;
    world.lose_connection();
    assert_eq!(world.state(), State::Reconnecting);
    world.disconnect();
    world.server.door = Door::Open;
    world.set_online(false);
    world.set_online(true);
    world.input(Input::Resumed);
    world.advance(60_000);
    assert_eq!(
        (world.state(), world.server.opened),
        (State::Disconnected, 1)
    );
}

#[test]
fn reconnect_replaces_the_connection() {
    let mut world = World::connected();
    let request = world.request(Input::ReconnectRequested);
    assert_eq!(world.take_settled(request), Some(Ok(Json::Null)));
    assert_eq!((world.server.opened, world.server.sockets()), (2, 1));
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn without_auto_reconnect_a_failed_attempt_and_a_lost_connection_are_the_end() {
    let mut world = World::with_settings(|settings| settings.auto_reconnect = false);
    world.server.door = Door::Refused;
    let request = world.ask_to_connect();
    assert_eq!(world.rejection(request), "CONNECTION_ERROR");
    assert_eq!(world.state(), State::Error);
    world.advance(600_000);
    assert_eq!(world.server.opened, 1);
    world.server.door = Door::Open;
    world.connect();
    world.lose_connection();
    world.advance(600_000);
    assert_eq!(
        (world.state(), world.server.opened),
        (State::Disconnected, 2)
    );
}

#[test]
fn a_second_goodbye_over_polling_does_not_leave_the_first_transport_open() {
    let mut world = World::with_settings(|settings| {
        settings.transports = vec![TransportKind::Polling];
    });
    for _ in 0..3 {
        world.ask_to_connect();
        assert!(world.connection().is_connected);
        world.disconnect();
    }
    world.advance(10_000);
    assert_eq!(world.server.sockets(), 0);
    assert_eq!(world.engine.poll_timeout(), None);
}

#[test]
fn what_an_older_transport_brings_is_ignored() {
    let mut world = World::connected();
    let old = world.server.socket().unwrap();
    world.lose_connection();
    world.advance(1_000);
    assert_eq!(world.state(), State::Authenticated);
    world.notifications();
    world.server_sends_frame_on(old, r#"42["late",1]"#);
    world.server_closes(old);
    assert_eq!(world.state(), State::Authenticated);
    assert!(world.notifications().is_empty());
}
