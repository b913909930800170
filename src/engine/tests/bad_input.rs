//! Whatever a server sends, the client goes on working.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::world::World;
use crate::engine::input::Input;
use crate::engine::presence::PresenceCommand;

/// Every event that the client reads, and one that it does not.
const EVENTS: [&str; 15] = [
    "connected",
    "authenticated",
    "auth:expired",
    "auth:error",
    "error",
    "pong",
    "message:new",
    "user:joined",
    "user:left",
    "batch",
    "presence:changed",
    "presence:bulk",
    "typing:event",
    "typing:batch",
    "custom",
];

/// Field names that mean something to the client.
const FIELDS: [&str; 30] = [
    "roomName",
    "channelId",
    "userId",
    "messageId",
    "clientMessageId",
    "content",
    "seq",
    "epoch",
    "timestamp",
    "expiresAt",
    "serverTime",
    "capabilities",
    "rooms",
    "memberCount",
    "members",
    "headSeq",
    "messages",
    "hasMore",
    "success",
    "data",
    "error",
    "retryAfterMs",
    "users",
    "updates",
    "threadId",
    "expiresInMs",
    "presences",
    "status",
    "customStatus",
    "lastSeenAt",
];

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (0_u64..5).prop_map(Json::from),
        prop::sample::select(vec![
            "",
            "general",
            "alice",
            "e1",
            "e2",
            "messages",
            "history",
            "online",
            "__proto__",
            "\u{202e}x",
            "1970-01-01T00:00:00.000Z",
            "+292000-01-01T00:00:00Z",
            "-000001-01-01T00:00:00Z",
        ])
        .prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(4, 48, 8, |inner| {
        let name = prop_oneof![
            prop::sample::select(FIELDS.to_vec()).prop_map(str::to_owned),
            any::<String>(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((name, inner), 0..8)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

/// Connected, in a room, with one of everything under way.
fn busy_world() -> World {
    let mut world = World::connected();
    world.is_logged = false;
    world.join_room("general", 5);
    world.join("other");
    world.send("general", "mine");
    world.input(Input::Presence(PresenceCommand::Started));
    world.input(Input::Presence(PresenceCommand::Wanted(vec![
        "alice".to_owned(),
    ])));
    world.emit_async("custom", json!({}), None);
    world
}

/// The client still connects, joins and sends.
fn assert_well(world: &mut World) {
    if world.connection().is_connected {
        world.lose_connection();
    }
    world.server.inbox.clear();
    world.advance(60_000);
    world.server.inbox.clear();
    let request = world.emit_async("still there?", json!({}), None);
    let event = world.expect_event("still there?");
    world.ack(&event, json!("yes"));
    assert_eq!(world.take_settled(request), Some(Ok(json!("yes"))));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn events_of_any_content_do_no_harm(
        events in prop::collection::vec((prop::sample::select(EVENTS.to_vec()), any_json()), 1..8),
    ) {
        let mut world = busy_world();
        for (name, body) in events {
            world.server_sends(name, body);
        }
        assert_well(&mut world);
    }

    #[test]
    fn answers_of_any_content_do_no_harm(answers in prop::collection::vec(any_json(), 1..8)) {
        let mut world = busy_world();
        for answer in answers {
            let Some(event) = world.server.inbox.pop_front() else { break };
            world.ack_with(&event, &json!([answer]));
        }
        assert_well(&mut world);
    }

    #[test]
    fn refusals_of_any_content_do_no_harm(refusal in any_json()) {
        let mut world = World::new();
        world.server.refusal = Some(refusal);
        let request = world.ask_to_connect();
        world.advance(1_000);
        prop_assert!(world.take_settled(request).unwrap().is_err());
        world.server.refusal = None;
        world.connect();
    }

    #[test]
    fn what_an_app_sends_of_any_content_does_no_harm(
        content in any_json(), options in any_json(), name in any::<String>(),
    ) {
        let mut world = busy_world();
        world.request(|request| crate::engine::input::Input::SendRequested {
            room: "general".to_owned(), content, options, request,
        });
        world.join(&name);
        world.emit(&name, Json::Null);
        world.leave(&name);
        assert_well(&mut world);
    }
}

#[test]
fn ids_that_no_room_or_message_can_have_are_passed_on_and_not_kept() {
    let long = "x".repeat(10_000);
    for id in ["", long.as_str()] {
        for field in [
            "roomName",
            "userId",
            "messageId",
            "clientMessageId",
            "epoch",
        ] {
            let mut world = busy_world();
            world.notifications();
            let mut message = json!({
                "roomName": "general", "userId": "bob", "messageId": "m", "content": "hi",
            });
            message[field] = json!(id);
            world.server_sends("message:new", message.clone());
            assert_eq!(
                world.engine.timeline("general").len(),
                1,
                "only our own: {field}"
            );
            assert_eq!(world.told_events("message:new").len(), 1);
            assert_eq!(world.told_messages(), Vec::<Json>::new());
        }
    }
}

#[test]
fn odd_names_are_names_like_others() {
    let mut world = World::connected();
    for name in ["__proto__", "constructor", "toString", "\u{0}x"] {
        let request = world.join(name);
        if let Some(settled) = world.take_settled(request) {
            assert_eq!(settled.unwrap_err().code, "VALIDATION_ERROR");
            continue;
        }
        let join = world.expect_event("room:join");
        world.ack(&join, json!({"roomName": name}));
        world.server_sends(
            "message:new",
            json!({"roomName": name, "userId": name, "content": name}),
        );
        assert_eq!(world.engine.timeline(name).len(), 1);
    }
}

#[test]
fn numbers_that_no_message_has_are_refused() {
    for seq in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!("1"),
        json!(9_007_199_254_740_993_u64),
    ] {
        let mut world = World::connected();
        world.join_room("general", 0);
        world.server_sends(
            "message:new",
            json!({"roomName": "general", "userId": "bob", "seq": seq}),
        );
        assert!(world.engine.timeline("general").is_empty(), "{seq}");
    }
    let mut world = World::connected();
    world.join_room("general", 0);
    let last = 9_007_199_254_740_991_u64;
    world.server_sends(
        "message:new",
        json!({"roomName": "general", "userId": "bob", "seq": last}),
    );
    assert_eq!(world.expect_event("sync:messages").body["afterSeq"], 0);
}

#[test]
fn times_out_of_this_world_are_no_times() {
    for time in [
        "-1",
        "292000000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "soon",
    ] {
        let mut world = World::new();
        world.server.greetings[0] = json!(["connected", {"serverTime": time}]);
        world.server.greetings[1] = json!(["authenticated", {"userId": "a", "expiresAt": time}]);
        world.connect();
        assert_eq!(world.connection().auth.unwrap().expires_at, None);
    }
}

#[test]
fn frames_that_are_no_packets_end_the_connection_and_the_client_comes_back() {
    for frame in [
        "",
        "9",
        "4",
        "42",
        "42{}",
        "42[1e999",
        r#"42["disconnect"]"#,
        "<html>",
        "451-",
    ] {
        let mut world = busy_world();
        world.server_sends_frame(frame);
        assert_well(&mut world);
    }
}
