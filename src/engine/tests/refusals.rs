//! The server refuses the handshake: for ever, for this token, or for now.

use super::world::World;
use crate::engine::input::{Input, TokenSource};
use crate::engine::snapshot::RealtimeConnectionState as State;
use serde_json::{Value as Json, json};

fn bad_token() -> Json {
    json!({"message": "Invalid token", "data": {"code": "AUTH_FAILED", "retryable": false}})
}

fn busy(retry_after_ms: u64) -> Json {
    let data = json!({"code": "SERVER_FULL", "retryable": true, "retryAfterMs": retry_after_ms});
    json!({"message": "Too many connections", "data": data})
}

#[test]
fn a_fixed_token_that_is_refused_is_final() {
    for refusal in [bad_token(), json!({"message": "Authentication required"})] {
        let mut world = World::new();
        world.set_token(TokenSource::Fixed("bad".into()), false);
        world.server.refusal = Some(refusal.clone());
        let request = world.ask_to_connect();
        let error = world.take_settled(request).unwrap().unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.retryable),
            ("AUTH_FAILED", false)
        );
        assert_eq!(error.message, refusal["message"].as_str().unwrap());
        world.advance(86_400_000);
        world.set_online(false);
        world.set_online(true);
        world.input(Input::Resumed);
        assert_eq!((world.state(), world.server.opened), (State::Error, 1));
        assert_eq!(world.engine.poll_timeout(), None);
    }
}

#[test]
fn a_callback_is_asked_once_more_and_then_it_is_final() {
    let mut world = World::new();
    world.set_token(TokenSource::Callback, false);
    world.server.refusal = Some(bad_token());
    let request = world.ask_to_connect();
    world.answer_token("stale");
    assert!(world.is_pending(request), "another token may do");
    world.answer_token("stale as well");
    assert_eq!(world.rejection(request), "AUTH_FAILED");
    world.advance(86_400_000);
    assert!(world.asks.is_empty());
    assert_eq!((world.state(), world.server.opened), (State::Error, 2));
}

#[test]
fn a_callback_that_has_a_better_token_connects() {
    let mut world = World::new();
    world.set_token(TokenSource::Callback, false);
    world.server.refusal = Some(bad_token());
    let request = world.ask_to_connect();
    world.answer_token("stale");
    world.server.refusal = None;
    world.answer_token("fresh");
    assert_eq!(world.take_settled(request), Some(Ok(Json::Null)));
    assert_eq!(world.state(), State::Authenticated);
    assert!(world.told_errors().is_empty());
}

#[test]
fn update_token_starts_again_what_a_refusal_ended() {
    let mut world = World::new();
    world.set_token(TokenSource::Fixed("bad".into()), false);
    world.server.refusal = Some(bad_token());
    world.ask_to_connect();
    assert_eq!(world.state(), State::Error);
    world.server.refusal = None;
    world.set_token(TokenSource::Fixed("good".into()), true);
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn update_token_during_an_attempt_that_is_then_refused_is_tried() {
    let mut world = World::new();
    world.set_token(TokenSource::Fixed("old".into()), false);
    world.server.holds_connect = true;
    world.ask_to_connect();
    world.set_token(TokenSource::Fixed("new".into()), true);
    world.server.holds_connect = false;
    world.server_sends_frame(&format!("44{}", bad_token()));
    assert_eq!(world.server.auths[1]["token"], "new");
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn what_the_server_says_will_never_pass_is_final() {
    let mut world = World::new();
    world.server.refusal = Some(json!({"message": "Invalid namespace"}));
    let request = world.ask_to_connect();
    assert_eq!(world.rejection(request), "CONNECTION_ERROR");
    world.advance(86_400_000);
    assert_eq!((world.state(), world.server.opened), (State::Error, 1));
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let mut world = World::new();
    world.server.refusal = Some(busy(60_000));
    let request = world.ask_to_connect();
    assert_eq!(world.rejection(request), "SERVER_FULL");
    world.server.refusal = None;
    world.advance(59_999);
    assert_eq!(world.server.opened, 1);
    world.advance(1);
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn hints_do_not_shorten_what_the_server_asked_for_and_the_app_does() {
    let mut world = World::new();
    world.server.refusal = Some(busy(60_000));
    world.ask_to_connect();
    world.set_online(false);
    world.set_online(true);
    world.input(Input::Resumed);
    assert_eq!(world.server.opened, 1);
    world.server.refusal = None;
    world.connect();
    assert_eq!(world.server.opened, 2);
}
