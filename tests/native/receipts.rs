//! Receipts between two people and their devices.

use serde_json::{Value as Json, json};

use crate::peer::Peer;
use crate::server::TestServer;

async fn join(peer: &Peer) -> Json {
    peer.done("room:join", json!({ "roomName": "general" }))
        .await
}

/// Messages of this peer in `general`; their ids.
async fn send(peer: &Peer, count: usize) -> Vec<Json> {
    let mut ids = Vec::new();
    for number in 1..=count {
        let message = json!({
            "roomName": "general", "content": "x", "mentions": ["bob"],
            "clientMessageId": format!("k{number}"),
        });
        ids.push(peer.done("message:send", message).await["messageId"].take());
    }
    ids
}

#[tokio::test]
async fn an_author_hears_that_a_message_was_stored_delivered_and_read() {
    let server = TestServer::start().await;
    let (mut alice, bob) = (server.peer("alice").await, server.peer("bob").await);
    join(&alice).await;
    join(&bob).await;
    join(&server.peer("carol").await).await;
    let ids = send(&alice, 3).await;
    let sent = alice.next("message:sent").await;
    assert_eq!(
        (&sent["messageId"], &sent["clientMessageId"]),
        (&ids[0], &json!("k1"))
    );
    assert_eq!(
        (&sent["channelId"], &sent["seq"]),
        (&json!("general"), &json!(1))
    );

    let ack = json!({ "channelId": "general", "upToSeq": 1 });
    assert_eq!(bob.done("message:delivered-ack", ack.clone()).await, ack);
    let delivered = alice.next("message:delivered").await;
    assert_eq!(
        (&delivered["messageId"], &delivered["userId"]),
        (&ids[0], &json!("bob"))
    );
    assert_eq!(delivered["deliveredCount"], 1);
    assert_eq!(
        (&delivered["totalRecipients"], &delivered["upToSeq"]),
        (&json!(2), &json!(1))
    );

    let ack =
        json!({ "channelId": "general", "messageId": ids[0], "readAt": "2026-01-30T12:00:00Z" });
    bob.done("message:read-ack", ack).await;
    let read = alice.next("message:read").await;
    assert_eq!(
        (&read["messageId"], &read["userId"]),
        (&ids[0], &json!("bob"))
    );
    assert_eq!(
        (&read["readCount"], &read["totalRecipients"]),
        (&json!(1), &json!(2))
    );

    let ack =
        json!({ "channelId": "general", "messageIds": ids, "readAt": "2026-01-30T12:00:00Z" });
    bob.done("message:batch-read-ack", ack).await;
    let read = alice.next("message:batch-read").await;
    assert_eq!(
        (&read["messageIds"], &read["upToSeq"]),
        (&json!(ids[1..]), &json!(3))
    );
    let counts = json!({
        "messageId": ids[1], "deliveredCount": 1, "readCount": 1, "totalRecipients": 2,
    });
    assert_eq!(read["counts"][0], counts);

    let mut statuses = alice
        .done("delivery:sync", json!({ "messageIds": ["k3", "other"] }))
        .await;
    let statuses = statuses["statuses"].take();
    assert_eq!(
        (&statuses[0]["messageId"], &statuses[0]["state"]),
        (&ids[2], &json!("read"))
    );
    assert_eq!(statuses.as_array().map(Vec::len), Some(1));
    alice
        .emit("delivery:sync", json!({ "messageIds": [ids[2]] }))
        .await;
    assert_eq!(
        alice.next("delivery:sync-response").await["statuses"],
        statuses
    );
}

#[tokio::test]
async fn the_guides_dialect_hears_of_reading_under_its_name() {
    let server = TestServer::start().await;
    let (mut plugin, mut other) = (server.peer("alice").await, server.peer("alice").await);
    let bob = server.peer("bob").await;
    plugin
        .done("channel:join", json!({ "channelId": "general" }))
        .await;
    join(&other).await;
    join(&bob).await;
    let ids = send(&plugin, 3).await;
    let ack = json!({ "channelId": "general", "messageId": ids[0], "readAt": "now" });
    bob.done("message:read-ack", ack).await;
    let read = plugin.next("read").await;
    assert_eq!(
        (&read["channelId"], &read["messageId"], &read["userId"]),
        (&json!("general"), &ids[0], &json!("bob"))
    );
    let ack = json!({ "channelId": "general", "messageIds": ids, "readAt": "now" });
    bob.done("message:batch-read-ack", ack).await;
    let read = plugin.next("read").await;
    assert_eq!(read["messageIds"], json!(ids[1..]));
    other.next("message:batch-read").await;
    assert!(!other.pending().contains(&"read".to_owned()));
}

#[tokio::test]
async fn ones_own_other_device_hears_how_far_was_read_and_the_reading_one_does_not() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    join(&alice).await;
    let (mut phone, mut laptop) = (server.peer("bob").await, server.peer("bob").await);
    join(&phone).await;
    send(&alice, 3).await;
    let ack = json!({ "channelId": "general", "upToSeq": 2, "readAt": "2026-01-30T12:00:00Z" });
    phone.done("message:batch-read-ack", ack).await;
    let cursor = laptop.next("read:cursor").await;
    assert_eq!(
        (&cursor["channelId"], &cursor["upToSeq"]),
        (&json!("general"), &json!(2))
    );
    assert_eq!(
        (&cursor["unreadCount"], &cursor["mentionCount"]),
        (&json!(1), &json!(1))
    );
    assert!(!phone.pending().contains(&"read:cursor".to_owned()));
}

#[tokio::test]
async fn whoever_hides_their_reading_tells_nobody_and_is_told_nothing() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.peer("alice").await, server.peer("bob").await);
    join(&alice).await;
    join(&bob).await;
    let mut laptop = server.peer("bob").await;
    let settings = bob.done("presence:settings:get", json!({})).await;
    assert_eq!(settings["allowReadReceipts"], true);
    let hide = json!({ "allowReadReceipts": false });
    let hidden = bob.done("presence:settings:update", hide.clone()).await;
    assert_eq!(hidden["allowReadReceipts"], false);
    assert_eq!(
        laptop.done("presence:settings:get", json!(null)).await,
        hidden
    );
    let of_alice = send(&alice, 1).await;
    let read = |id: &Json| json!({ "channelId": "general", "messageId": id, "readAt": "now" });
    bob.done("message:read-ack", read(&of_alice[0])).await;
    assert_eq!(laptop.next("read:cursor").await["upToSeq"], 1);
    assert_eq!(
        alice.first_of(["message:read", "message:delivered"]).await,
        "message:delivered"
    );
    let status = alice
        .done("delivery:sync", json!({ "messageIds": of_alice }))
        .await;
    assert_eq!(status["statuses"][0]["state"], "delivered");
    assert_eq!(status["statuses"][0]["readCount"], 0);

    let of_bob = send(&bob, 1).await;
    alice.done("message:read-ack", read(&of_bob[0])).await;
    assert_eq!(
        bob.first_of(["message:read", "message:delivered"]).await,
        "message:delivered"
    );
    let status = bob
        .done("delivery:sync", json!({ "messageIds": of_bob }))
        .await;
    assert_eq!(status["statuses"][0]["state"], "delivered");
    bob.done(
        "presence:settings:update",
        json!({ "allowReadReceipts": true }),
    )
    .await;
    let status = alice
        .done("delivery:sync", json!({ "messageIds": of_alice }))
        .await;
    assert_eq!(
        status["statuses"][0]["state"], "delivered",
        "nothing is revealed later"
    );
}

#[tokio::test]
async fn unread_counts_follow_the_head_the_cursor_and_mentions() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.peer("alice").await, server.peer("bob").await);
    join(&alice).await;
    send(&alice, 2).await;
    let first = join(&bob).await;
    assert_eq!(
        (&first["readUpToSeq"], &first["unreadCount"]),
        (&json!(2), &json!(0))
    );
    let plain = json!({ "roomName": "general", "content": "x" });
    let mention = json!({ "roomName": "general", "content": "x", "mentions": ["bob"] });
    let id = alice.done("message:send", plain).await["messageId"].take();
    alice.done("message:send", mention).await;
    alice
        .done("reaction:add", json!({ "messageId": id, "emoji": "x" }))
        .await;
    bob.done(
        "message:send",
        json!({ "roomName": "general", "content": "own" }),
    )
    .await;
    let counts = |body: &Json| {
        ["readUpToSeq", "unreadCount", "mentionCount"].map(|field| body[field].as_u64())
    };
    assert_eq!(counts(&join(&bob).await), [Some(2), Some(2), Some(1)]);
    let channels = bob.done("sync:channels", json!({})).await;
    assert_eq!(
        counts(&channels["channels"][0]),
        [Some(2), Some(2), Some(1)]
    );
    let resume = json!({ "rooms": [{ "roomName": "general", "seq": 2 }] });
    let resumed = bob.done("sync:resume", resume).await;
    assert_eq!(counts(&resumed["rooms"][0]), [Some(2), Some(2), Some(1)]);
    alice
        .done("message:delete", json!({ "messageId": id }))
        .await;
    assert_eq!(counts(&join(&bob).await), [Some(2), Some(1), Some(1)]);
    let read = json!({ "channelId": "general", "upToSeq": 999 });
    let acked = bob.done("message:batch-read-ack", read).await;
    assert_eq!(acked["upToSeq"], 7, "beyond the tip is the tip");
    assert_eq!(counts(&join(&bob).await), [Some(7), Some(0), Some(0)]);
}
