//! Our own events wait until the server says that it is ready; an app's go at once.

use super::server::{authenticated, connected};
use super::world::World;
use crate::engine::input::{CallbackId, Input, Reply, TokenSource};
use crate::engine::snapshot::RealtimeConnectionState as State;
use serde_json::{Value as Json, json};

/// Connected, and the server has not said `connected`.
fn unready() -> World {
    let mut world = World::new();
    world.server.greetings.clear();
    world.connect();
    world
}

#[test]
fn nothing_of_ours_leaves_before_the_server_is_ready() {
    let mut world = unready();
    world.join("general");
    world.send("general", "hello");
    world.emit("room:create", json!({"roomName": "new"}));
    world.advance(1_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.server_sends_packet(&connected());
    assert_eq!(world.sent(), ["room:join", "room:create"]);
}

#[test]
fn a_server_that_never_says_it_is_ready_is_taken_to_be_so_after_a_while() {
    let mut world = unready();
    world.join("general");
    world.advance(1_499);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(1);
    assert_eq!(world.sent()[0], "room:join");
}

#[test]
fn a_server_that_says_nothing_but_the_name_is_ready() {
    let mut world = unready();
    world.join("general");
    world.server_sends_packet(&json!(["connected"]));
    world.expect_event("room:join");
}

#[test]
fn an_apps_own_events_go_at_once() {
    let mut world = unready();
    world.emit("game:move", json!({"x": 1}));
    assert_eq!(
        world.expect_event("game:move").packet,
        json!(["game:move", {"x": 1}])
    );
}

#[test]
fn what_waits_for_a_connection_that_ends_is_answered() {
    let mut world = unready();
    let request = world.emit_async("room:create", json!({}), None);
    let reply = Reply::Callback(CallbackId(9));
    world.emit_with("room:leave", json!({}), reply, None);
    world.lose_connection();
    assert_eq!(world.rejection(request), "NOT_CONNECTED");
    assert_eq!(world.callbacks[0].1[0]["error"]["code"], "NOT_CONNECTED");
}

#[test]
fn what_waits_is_bounded() {
    let mut world = unready();
    let requests: Vec<_> = (0..1_001)
        .map(|_| world.emit_async("room:create", json!({}), None))
        .collect();
    assert_eq!(world.rejection(requests[1_000]), "QUEUE_FULL");
    assert!(world.is_pending(requests[999]));
}

#[test]
fn capabilities_that_come_late_still_count() {
    let mut world = unready();
    world.set_token(TokenSource::Fixed("t".into()), false);
    world.advance(1_500);
    assert_eq!(
        world.state(),
        State::Authenticated,
        "taken for a plain server"
    );
    world.server_sends_packet(&connected());
    assert_eq!(world.state(), State::Connected);
    assert_eq!(world.connection().degraded, Vec::<String>::new());
    world.server_sends_packet(&authenticated());
    assert_eq!(world.state(), State::Authenticated);
}

#[test]
fn events_reach_listeners_as_the_server_sent_them() {
    let mut world = World::connected();
    world.notifications();
    world.server_sends_packet(&json!(["news", 1, {"a": null}, "x"]));
    assert_eq!(
        world.told_events("news"),
        [json!(["news", 1, {"a": null}, "x"])]
    );
}

#[test]
fn a_batch_is_unpacked_in_order_and_cannot_forge_what_the_client_says_itself() {
    let mut world = World::connected();
    world.notifications();
    world.server_sends_packet(&json!([
        "batch",
        [
            ["a", 1],
            "noise",
            ["disconnect", "io server disconnect"],
            [],
            ["batch", [["b", 2]]],
            [7],
            ["connect"],
            ["c"],
        ]
    ]));
    assert_eq!(world.told_packets(), [json!(["a", 1]), json!(["c"])]);
}

#[test]
fn an_answer_to_the_servers_event_goes_back_on_the_connection_it_came_on() {
    let mut world = World::connected();
    world.notifications();
    world.server_sends_frame(r#"427["question",1]"#);
    let reply = world.told_reply("question").unwrap();
    let answer = |args: Json| Input::Answered {
        generation: reply.generation,
        ack: reply.ack,
        args,
    };
    world.input(answer(json!(["yes"])));
    assert_eq!(world.server.acks, [(7, json!(["yes"]))]);
    world.lose_connection();
    world.advance(1_000);
    world.input(answer(json!(["late"])));
    assert_eq!(world.server.acks.len(), 1);
}
