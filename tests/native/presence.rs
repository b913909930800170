//! Presence, typing, contacts and settings between real sockets.

use nchat_dev_server::core::Times;
use serde_json::{Value as Json, json};

use crate::http::ask_as;
use crate::peer::Peer;
use crate::server::{TestServer, token};

async fn join(peer: &Peer) {
    peer.done("room:join", json!({ "roomName": "general" }))
        .await;
}

/// Changes of this user, the receiver's own passed over.
async fn changed(peer: &mut Peer, user_id: &str) -> Json {
    loop {
        let presence = peer.next("presence:changed").await;
        if presence["userId"] == user_id {
            return presence;
        }
    }
}

/// Nobody is kept as there who is not.
async fn without_grace() -> TestServer {
    TestServer::start_with(|config| {
        config.times = Times {
            grace_ms: 0,
            ..Times::DEFAULT
        };
    })
    .await
}

#[tokio::test]
async fn a_subscriber_is_told_who_comes_changes_and_goes() {
    let server = without_grace().await;
    let mut alice = server.peer("alice").await;
    let ids = json!({ "userIds": ["bob"] });
    let seen = alice.done("presence:subscribe", ids.clone()).await;
    assert_eq!(seen["presences"][0]["status"], "offline");
    assert_eq!(seen["presences"][0]["lastSeen"], json!(null));

    let bob = server.peer("bob").await;
    let came = changed(&mut alice, "bob").await;
    assert_eq!(
        (&came["status"], &came["device"]),
        (&json!("online"), &json!("desktop"))
    );
    bob.done("presence:update", json!({ "status": "dnd" }))
        .await;
    assert_eq!(changed(&mut alice, "bob").await["status"], "busy");
    let custom = json!({ "text": "Lunch", "emoji": "🍜" });
    bob.done("presence:update", json!({ "customStatus": custom }))
        .await;
    let lunch = changed(&mut alice, "bob").await;
    assert_eq!(
        (
            &lunch["status"],
            &lunch["customStatus"],
            &lunch["customEmoji"]
        ),
        (&json!("busy"), &custom, &json!("🍜"))
    );
    // Fire and forget, as the sources' clients do.
    bob.emit("presence:update", json!({ "status": "away" }))
        .await;
    assert_eq!(changed(&mut alice, "bob").await["status"], "away");
    bob.disconnect().await;
    let gone = changed(&mut alice, "bob").await;
    assert_eq!(gone["status"], "offline");
    assert!(gone["lastSeen"].is_string());
    let got = alice.done("presence:get", ids).await;
    assert_eq!(got["presences"][0]["lastSeenAt"], gone["lastSeenAt"]);
}

#[tokio::test]
async fn a_tab_that_takes_over_is_no_leave_and_join() {
    let server = TestServer::start().await;
    let mut alice = server.peer("alice").await;
    alice
        .done("presence:subscribe", json!({ "userIds": ["bob"] }))
        .await;
    let bob = server.peer("bob").await;
    assert_eq!(changed(&mut alice, "bob").await["status"], "online");
    bob.disconnect().await;
    let bob = server.peer("bob").await;
    bob.done("presence:update", json!({ "status": "busy" }))
        .await;
    assert_eq!(changed(&mut alice, "bob").await["status"], "busy");
}

#[tokio::test]
async fn who_types_is_shown_by_name_until_the_lease_ends() {
    let server = TestServer::start_with(|config| config.times.typing_ms = 300).await;
    let (mut alice, mut bob) = (server.peer("alice").await, server.peer("bob").await);
    join(&alice).await;
    join(&bob).await;
    bob.emit("typing:start", json!({ "roomName": "general" }))
        .await;
    let typing = alice.next("typing:event").await;
    assert_eq!(typing["roomType"], "channel");
    assert_eq!(typing["users"][0]["userName"], "BOB");
    assert!(typing["users"][0]["expiresInMs"].as_u64() <= Some(300));
    assert_eq!(alice.next("typing:event").await["users"], json!([]));
    bob.done("typing:stop", json!({ "roomName": "general" }))
        .await;
    bob.done("sync:channels", json!({})).await;
    assert!(!bob.pending().contains(&"typing:event".to_owned()));
}

#[tokio::test]
async fn the_plugin_guides_names_are_taken_and_given() {
    let server = without_grace().await;
    let (mut alice, bob) = (server.peer("alice").await, server.peer("bob").await);
    let channel = json!({ "channelId": "general" });
    alice.done("channel:join", channel.clone()).await;
    bob.done("channel:join", channel).await;
    bob.done(
        "typing",
        json!({ "channelId": "general", "isTyping": true }),
    )
    .await;
    let typing = alice.next("typing").await;
    assert_eq!(typing["channelId"], "general");
    assert_eq!(typing["users"][0]["userId"], "bob");
    bob.done(
        "typing",
        json!({ "channelId": "general", "isTyping": false }),
    )
    .await;
    assert_eq!(alice.next("typing").await["users"], json!([]));
    alice
        .done("presence:subscribe", json!({ "userIds": ["bob"] }))
        .await;
    bob.done("presence:update", json!({ "status": "dnd" }))
        .await;
    let presence = alice.next("presence").await;
    assert_eq!(
        (&presence["userId"], &presence["status"]),
        (&json!("bob"), &json!("dnd"))
    );
}

#[tokio::test]
async fn contacts_and_blocks_decide_at_once_who_sees_whom() {
    let server = TestServer::start().await;
    let (mut alice, bob) = (server.peer("alice").await, server.peer("bob").await);
    let settings = json!({ "visibility": "contacts" });
    bob.done("presence:settings:update", settings).await;
    let ids = json!({ "userIds": ["bob"] });
    let seen = alice.done("presence:subscribe", ids).await;
    assert_eq!(seen["presences"][0]["status"], "offline");
    let her = json!({ "userId": "alice" });
    assert_eq!(bob.done("contacts:add", her.clone()).await, her);
    assert_eq!(changed(&mut alice, "bob").await["status"], "online");
    bob.done("block:add", her.clone()).await;
    assert_eq!(changed(&mut alice, "bob").await["status"], "offline");
    let lists = [
        bob.done("contacts:list", json!({})).await,
        bob.done("block:list", json!(null)).await,
        alice.done("contacts:list", json!({})).await,
    ];
    let expected = [json!(["alice"]), json!(["alice"]), json!([])];
    assert_eq!(lists.map(|mut list| list["userIds"].take()), expected);
}

#[tokio::test]
async fn other_connections_hear_of_settings_and_of_what_was_chosen() {
    let server = TestServer::start().await;
    let (bob, mut laptop) = (server.peer("bob").await, server.peer("bob").await);
    let update = json!({ "status": "away", "idle": false });
    bob.done("presence:update", update).await;
    assert_eq!(changed(&mut laptop, "bob").await["chosenStatus"], "away");
    let update = json!({ "showLastSeen": false });
    bob.done("presence:settings:update", update).await;
    let told = laptop.next("presence:settings").await;
    assert_eq!(
        (&told["userId"], &told["showLastSeen"]),
        (&json!("bob"), &json!(false))
    );
}

/// What an invisible user may do that is not addressed to anybody in the room.
const DEEDS: [(&str, &str); 20] = [
    ("presence:update", r#"{"status":"busy","idle":false}"#),
    ("presence:update", r#"{"idle":true}"#),
    ("presence:update", r#"{"customStatus":{"text":"here"}}"#),
    ("presence:update", r#"{"customStatus":null}"#),
    ("presence:heartbeat", "{}"),
    ("presence:subscribe", r#"{"userIds":["alice"]}"#),
    ("presence:get", r#"{"userIds":["alice"]}"#),
    ("presence:settings:update", r#"{"showLastSeen":true}"#),
    ("presence:settings:update", r#"{"visibility":"everyone"}"#),
    ("contacts:add", r#"{"userId":"alice"}"#),
    ("block:add", r#"{"userId":"alice"}"#),
    ("block:remove", r#"{"userId":"alice"}"#),
    ("room:join", r#"{"roomName":"general"}"#),
    ("typing:start", r#"{"roomName":"general"}"#),
    ("typing:stop", r#"{"roomName":"general"}"#),
    (
        "message:delivered-ack",
        r#"{"channelId":"general","upToSeq":9}"#,
    ),
    (
        "message:batch-read-ack",
        r#"{"channelId":"general","upToSeq":9}"#,
    ),
    ("sync:channels", "{}"),
    ("room:leave", r#"{"roomName":"general"}"#),
    ("room:join", r#"{"roomName":"general"}"#),
];

#[tokio::test]
async fn a_rooms_presence_by_http_is_what_the_caller_may_know() {
    let server = without_grace().await;
    let path = "/presence/general";
    let (alice, bob, carol) = (
        server.peer("alice").await,
        server.peer("bob").await,
        server.peer("carol").await,
    );
    for peer in [&alice, &bob, &carol] {
        join(peer).await;
    }
    bob.done("presence:update", json!({ "status": "busy" }))
        .await;
    carol
        .done(
            "presence:settings:update",
            json!({ "visibility": "contacts" }),
        )
        .await;
    let as_user = |user: &str, path: &'static str| {
        let (addr, token) = (server.addr, token(user));
        async move { ask_as(addr, &token, "GET", path, "").await }
    };
    let seen = as_user("alice", path).await;
    assert_eq!(seen.status, 200);
    let seen: Json = serde_json::from_str(&seen.body).expect("JSON");
    let users = json!([
        { "userId": "alice", "status": "online", "lastSeen": null },
        { "userId": "bob", "status": "dnd", "lastSeen": null },
        { "userId": "carol", "status": "offline", "lastSeen": null },
    ]);
    assert_eq!(
        (&seen["channelId"], &seen["users"]),
        (&json!("general"), &users)
    );
    let count = json!({ "online": 1, "away": 0, "dnd": 1, "offline": 1 });
    assert_eq!(seen["count"], count);

    carol
        .done("contacts:add", json!({ "userId": "alice" }))
        .await;
    let seen = as_user("alice", "/presence/general?offset=2&limit=1").await;
    let seen: Json = serde_json::from_str(&seen.body).expect("JSON");
    assert_eq!(seen["users"][0]["status"], "online");
    assert_eq!(
        (&seen["users"][1], &seen["total"]),
        (&Json::Null, &json!(3))
    );

    assert_eq!(as_user("dave", path).await.status, 403);
    assert_eq!(as_user("dave", "/presence/none").await.status, 404);
    assert_eq!(
        as_user("alice", "/presence/general?limit=x").await.status,
        400
    );
    let nobody = ask_as(server.addr, "none", "GET", path, "").await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn no_frame_and_no_answer_names_somebody_who_is_invisible() {
    let server = without_grace().await;
    // Before they come for the first time: they never were seen.
    let hide = r#"{"invisibleMode":true}"#;
    let (hidden_token, alice_token) = (token("somebody"), token("alice"));
    let path = "/api/users/me/presence-settings";
    let hide = ask_as(server.addr, &hidden_token, "PATCH", path, hide).await;
    assert_eq!(hide.status, 200);
    let hidden = server.peer("somebody").await;
    let mut alice = server.peer("alice").await;
    join(&alice).await;
    let general = json!({ "roomName": "general" });
    let message = json!({ "roomName": "general", "content": "x", "clientMessageId": "k" });
    alice.done("message:send", message).await;
    let subscribe = json!({ "userIds": ["somebody"] });
    let seen = alice.done("presence:subscribe", subscribe).await;
    let nobody = json!({ "userIds": ["nobody"] });
    let mut stranger = alice.done("presence:get", nobody).await;
    stranger["presences"][0]["userId"] = json!("somebody");
    assert_eq!(seen, stranger);
    alice.pending_text();

    for (event, body) in DEEDS {
        let body: Json = serde_json::from_str(body).expect("JSON");
        assert_eq!(hidden.ack(event, body).await["success"], true, "{event}");
        let resume = json!({ "rooms": [{ "roomName": "general", "seq": 0 }], "receipts": true });
        for (question, body) in [
            ("room:members", general.clone()),
            ("presence:window", general.clone()),
            ("room:join", general.clone()),
            ("delivery:sync", json!({ "messageIds": ["k"] })),
            ("sync:resume", resume),
        ] {
            let answer = alice.done(question, body).await.to_string();
            assert!(
                !answer.contains("somebody"),
                "after {event}: {question} {answer}"
            );
            assert!(
                !answer.contains(r#""deliveredCount":1"#),
                "after {event}: {answer}"
            );
        }
        let path = "/presence/general";
        let answer = ask_as(server.addr, &alice_token, "GET", path, "").await;
        assert_eq!(answer.status, 200);
        assert!(
            !answer.body.contains("somebody"),
            "after {event}: {}",
            answer.body
        );
    }
    hidden.disconnect().await;
    let again = server.peer("somebody").await;
    again.done("sync:channels", json!({})).await;
    alice.done("sync:channels", json!({})).await;
    for told in alice.pending_text() {
        assert!(!told.contains("somebody"), "{told}");
    }
}
