//! Joining, leaving, and the plugin guide's names for it.

use serde_json::json;

use crate::server::TestServer;

#[tokio::test]
async fn a_dropped_socket_is_no_leaving_and_coming_back_no_joining() {
    let server = TestServer::start().await;
    let mut bob = server.peer("bob").await;
    bob.done("room:join", json!({ "roomName": "general" }))
        .await;
    for _ in 0..2 {
        let alice = server.peer("alice").await;
        alice
            .done("room:join", json!({ "roomName": "general" }))
            .await;
        alice.disconnect().await;
    }
    let joined = bob.next("user:joined").await;
    assert_eq!(
        (&joined["userId"], &joined["userName"]),
        (&json!("alice"), &json!("ALICE"))
    );
    assert!(joined["timestamp"].is_string());
    let alice = server.peer("alice").await;
    alice
        .done("room:join", json!({ "roomName": "general" }))
        .await;
    assert_eq!(
        alice
            .ack("room:leave", json!({ "roomName": "general" }))
            .await,
        json!({ "success": true })
    );
    let (name, left) = tokio::join!(async { "user:left" }, bob.next("user:left"));
    assert_eq!((name, &left["userId"]), ("user:left", &json!("alice")));
    assert_eq!(bob.pending(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_left_hears_so_on_the_other_sockets_and_then_nothing() {
    let server = TestServer::start().await;
    let (mut first, mut second) = (server.peer("alice").await, server.peer("alice").await);
    let bob = server.peer("bob").await;
    for peer in [&first, &second, &bob] {
        peer.done("room:join", json!({ "roomName": "general" }))
            .await;
    }
    second
        .ack("room:leave", json!({ "roomName": "general" }))
        .await;
    bob.done(
        "message:send",
        json!({ "roomName": "general", "content": "x" }),
    )
    .await;
    let left = first.next("user:left").await;
    assert_eq!(left["userId"], json!("alice"));
    for peer in [&mut first, &mut second] {
        peer.ack("ping", json!({})).await;
        let pending = peer.pending();
        assert!(!pending.contains(&"message:new".to_owned()), "{pending:?}");
        assert!(!pending.contains(&"user:left".to_owned()), "{pending:?}");
    }
}

#[tokio::test]
async fn private_rooms_are_for_their_members() {
    let server = TestServer::start().await;
    let (alice, bob, eve) = (
        server.peer("alice").await,
        server.peer("bob").await,
        server.peer("eve").await,
    );
    let made = alice
        .done(
            "room:create",
            json!({ "roomName": "p", "visibility": "private", "members": ["bob"] }),
        )
        .await;
    assert_eq!(
        (&made["visibility"], &made["memberCount"]),
        (&json!("private"), &json!(2))
    );
    bob.done("room:join", json!({ "roomName": "p" })).await;
    let requests = [
        ("room:join", json!({ "roomName": "p" })),
        ("room:leave", json!({ "roomName": "p" })),
        ("room:members", json!({ "roomName": "p" })),
        ("message:send", json!({ "roomName": "p", "content": "x" })),
        ("sync:messages", json!({ "channelId": "p" })),
    ];
    for (event, request) in requests {
        assert_eq!(
            eve.refused(event, request).await,
            "ROOM_NOT_FOUND",
            "{event}"
        );
    }
    let members = bob
        .done(
            "room:members",
            json!({ "roomName": "p", "limit": 1, "offset": 1 }),
        )
        .await;
    assert_eq!(members["members"][0]["userId"], "bob");
}

#[tokio::test]
async fn the_plugin_guides_names_work_for_who_uses_them() {
    let server = TestServer::start().await;
    let (mut plugin, mut other) = (server.peer("alice").await, server.peer("bob").await);
    plugin
        .done("channel:join", json!({ "channelId": "general" }))
        .await;
    other
        .done("room:join", json!({ "roomName": "general" }))
        .await;
    let joined = plugin.next("channel:joined").await;
    assert_eq!(joined, json!({ "channelId": "general", "userId": "bob" }));
    other
        .done(
            "message:send",
            json!({ "channelId": "general", "content": "hi" }),
        )
        .await;
    let message = plugin.next("message").await;
    assert_eq!(
        (&message["channelId"], &message["content"]),
        (&json!("general"), &json!("hi"))
    );
    plugin
        .ack("channel:leave", json!({ "channelId": "general" }))
        .await;
    other.next("user:left").await;
    let names = other.pending();
    assert!(
        !names
            .iter()
            .any(|name| name == "message" || name.starts_with("channel:")),
        "{names:?}"
    );
}

#[tokio::test]
async fn no_name_of_a_room_is_that_of_something_else() {
    let server = TestServer::start().await;
    let (alice, mut eve) = (server.peer("alice").await, server.peer("eve").await);
    // Whoever speaks the plugin guide's dialect is kept apart under a name, too.
    eve.done("channel:join", json!({ "channelId": "general" }))
        .await;
    for name in ["speakers", "-speakers", "eve", "user eve"] {
        let room = json!({ "roomName": name, "visibility": "secret" });
        alice.done("room:create", room).await;
        let message = json!({ "roomName": name, "content": "x" });
        alice.done("message:send", message).await;
    }
    eve.ack("ping", json!({ "timestamp": 1.0 })).await;
    let told = eve.pending_text();
    assert!(
        !told.iter().any(|event| event.starts_with("message")),
        "{told:?}"
    );
}
