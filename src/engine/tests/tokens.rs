//! Tokens: asked for at every attempt, refreshed in time, never in a storm.

use super::server::Door;
use super::world::{BEGIN_WALL_MS, World};
use crate::engine::input::{Input, TokenSource};
use crate::engine::snapshot::RealtimeConnectionState as State;
use crate::engine::time::iso8601;
use serde_json::{Value as Json, json};

/// A world whose server says that the token runs out in `lifetime_ms`.
fn expiring(lifetime_ms: u64) -> World {
    let mut world = World::new();
    world.server.greetings[1] = json!(["authenticated", {
        "userId": "alice", "sessionId": "s", "rooms": [],
        "expiresAt": iso8601(BEGIN_WALL_MS + lifetime_ms),
    }]);
    world.set_token(TokenSource::Callback, false);
    world.ask_to_connect();
    world.answer_token("first");
    assert_eq!(world.state(), State::Authenticated);
    world
}

#[test]
fn the_callback_is_asked_anew_for_every_attempt() {
    let mut world = World::new();
    world.set_token(TokenSource::Callback, false);
    let request = world.ask_to_connect();
    assert_eq!((world.state(), world.server.opened), (State::Connecting, 0));
    world.answer_token("one");
    assert_eq!(world.take_settled(request), Some(Ok(Json::Null)));
    world.lose_connection();
    world.advance(1_000);
    world.answer_token("two");
    let tokens: Vec<_> = world
        .server
        .auths
        .iter()
        .map(|auth| &auth["token"])
        .collect();
    assert_eq!(tokens, ["one", "two"]);
}

#[test]
fn a_callback_that_fails_is_asked_again_later() {
    let mut world = World::new();
    world.set_token(TokenSource::Callback, false);
    let request = world.ask_to_connect();
    world.fail_token("no network");
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(error.code, "TOKEN_UNAVAILABLE");
    assert!(error.message.contains("no network"));
    assert_eq!(world.state(), State::Reconnecting);
    world.advance(1_000);
    world.answer_token("t");
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn a_callback_that_never_answers_costs_one_attempt_and_its_late_answer_is_nobodys() {
    let mut world = World::new();
    world.set_token(TokenSource::Callback, false);
    let request = world.ask_to_connect();
    world.advance(20_000);
    assert_eq!(world.rejection(request), "TIMEOUT");
    let late = world.asks.pop_front().unwrap();
    world.advance(1_000);
    assert_eq!(world.asks.len(), 1, "asked anew");
    world.input(Input::TokenAnswered {
        ask: late,
        token: Ok(Some("late".into())),
    });
    assert_eq!(world.server.opened, 0);
    world.answer_token("new");
    assert_eq!(world.server.auths[0]["token"], "new");
}

#[test]
fn an_answer_after_disconnect_connects_nobody() {
    let mut world = World::new();
    world.set_token(TokenSource::Callback, false);
    let request = world.ask_to_connect();
    world.disconnect();
    assert_eq!(world.rejection(request), "CANCELLED");
    world.answer_token("t");
    world.advance(60_000);
    assert_eq!(
        (world.state(), world.server.opened),
        (State::Disconnected, 0)
    );
}

#[test]
fn update_token_while_connected_sends_it() {
    let mut world = World::connected();
    world.set_token(TokenSource::Fixed("new".into()), true);
    let refresh = world.expect_event("auth:refresh");
    assert_eq!(refresh.packet, json!(["auth:refresh", {"token": "new"}]));
    world.lose_connection();
    world.advance(1_000);
    assert_eq!(world.server.auths[1]["token"], "new");
}

#[test]
fn update_token_before_the_server_is_ready_waits_for_it() {
    let mut world = World::new();
    world.server.greetings.clear();
    world.connect();
    world.set_token(TokenSource::Fixed("new".into()), true);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(1_500);
    world.expect_event("auth:refresh");
}

#[test]
fn a_refused_refresh_is_told() {
    let mut world = World::connected();
    world.set_token(TokenSource::Fixed("bad".into()), true);
    let refresh = world.expect_event("auth:refresh");
    world.refuse(
        &refresh,
        json!({"code": "AUTH_FAILED", "message": "Invalid token"}),
    );
    assert_eq!(world.told_errors()[0].code, "AUTH_FAILED");
    assert_eq!(
        world.state(),
        State::Authenticated,
        "a refused token changes nothing"
    );
}

#[test]
fn a_server_that_does_not_answer_a_refresh_is_no_error() {
    let mut world = World::connected();
    world.set_token(TokenSource::Fixed("new".into()), true);
    world.advance(60_000);
    assert!(world.told_errors().is_empty());
}

#[test]
fn a_token_is_refreshed_once_before_each_expiry() {
    let mut world = expiring(600_000);
    world.advance(539_999);
    assert!(world.asks.is_empty());
    world.advance(1);
    world.answer_token("second");
    let refresh = world.expect_event("auth:refresh");
    let expires_at = world.now.wall_ms + 600_000;
    world.ack(
        &refresh,
        json!({"userId": "alice", "expiresAt": iso8601(expires_at)}),
    );
    assert_eq!(
        world.connection().auth.unwrap().expires_at,
        Some(expires_at as f64)
    );
    world.advance(539_999);
    assert!(world.asks.is_empty(), "once per expiry");
    world.advance(1);
    assert_eq!(world.asks.len(), 1, "and again before the next one");
}

#[test]
fn an_expired_token_costs_one_refresh() {
    let mut world = expiring(600_000);
    world.server_sends(
        "auth:expired",
        json!({"expiredAt": "2026-01-30T12:10:00.000Z"}),
    );
    world.server_sends("auth:expired", Json::Null);
    assert_eq!(world.asks.len(), 1);
    world.answer_token("second");
    world.expect_event("auth:refresh");
    world.advance(600_000);
    assert!(world.asks.is_empty());
}

#[test]
fn tokens_that_are_born_expired_make_no_storm() {
    let mut world = expiring(0);
    for _ in 0..100 {
        world.advance(100);
        if world.asks.is_empty() {
            continue;
        }
        world.answer_token("again");
        let refresh = world.expect_event("auth:refresh");
        let expires_at = iso8601(world.now.wall_ms + 1);
        world.ack(
            &refresh,
            json!({"userId": "alice", "expiresAt": expires_at}),
        );
    }
    assert!(world.asked <= 4, "{} questions in ten seconds", world.asked);
}

#[test]
fn a_fixed_token_is_never_refreshed_by_itself() {
    let mut world = expiring(600_000);
    world.set_token(TokenSource::Fixed("t".into()), false);
    world.advance(600_000);
    world.server_sends("auth:expired", json!({}));
    assert!(world.asks.is_empty());
    assert!(!world.sent().contains(&"auth:refresh"));
}

#[test]
fn a_new_source_during_the_question_starts_the_attempt_with_it() {
    let mut world = World::new();
    world.server.door = Door::Open;
    world.set_token(TokenSource::Callback, false);
    world.ask_to_connect();
    world.set_token(TokenSource::Fixed("given".into()), false);
    assert_eq!(world.server.auths[0]["token"], "given");
    assert_eq!(world.state(), State::Authenticated);
}
