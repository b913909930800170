//! Sending, receiving, and catching up.

use serde_json::{Value as Json, json};

use crate::http;
use crate::server::TestServer;

#[tokio::test]
async fn a_message_reaches_every_member_the_sender_included() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.peer("alice").await, server.peer("bob").await);
    for peer in [&alice, &bob] {
        peer.done("room:join", json!({ "roomName": "general" }))
            .await;
    }
    let sent = json!({
        "roomName": "general", "content": "hi 🦀", "clientMessageId": "k", "replyTo": "m",
        "mentions": ["bob"], "metadata": { "mood": ["good"] },
    });
    let ack = alice.done("message:send", sent.clone()).await;
    for peer in [&mut alice, &mut bob] {
        let message = peer.next("message:new").await;
        for field in [
            "roomName",
            "content",
            "clientMessageId",
            "replyTo",
            "mentions",
            "metadata",
        ] {
            assert_eq!(message[field], sent[field], "{field}");
        }
        for field in ["messageId", "seq", "epoch", "timestamp"] {
            assert_eq!(message[field], ack[field], "{field}");
        }
        assert_eq!(
            (&message["userId"], &message["userName"]),
            (&json!("alice"), &json!("ALICE"))
        );
    }
    let health = http::get(server.addr, "/health", &[]).await.body;
    let health: Json = serde_json::from_str(&health).expect("JSON");
    assert_eq!(health["websocket"]["connections"], 2, "what carried them");
}

#[tokio::test]
async fn a_repeat_after_reconnecting_is_answered_and_not_told_again() {
    let server = TestServer::start().await;
    let mut bob = server.peer("bob").await;
    bob.done("room:join", json!({ "roomName": "general" }))
        .await;
    let message = json!({ "roomName": "general", "content": "once", "clientMessageId": "k" });
    let mut acks = Vec::new();
    for _ in 0..2 {
        let alice = server.peer("alice").await;
        alice
            .done("room:join", json!({ "roomName": "general" }))
            .await;
        acks.push(alice.done("message:send", message.clone()).await);
        alice.disconnect().await;
    }
    assert_eq!(acks[0]["messageId"], acks[1]["messageId"]);
    assert_eq!(
        (acks[0].get("duplicate"), &acks[1]["duplicate"]),
        (None, &json!(true))
    );
    // Whatever comes for bob after his own message came before it.
    bob.done(
        "message:send",
        json!({ "roomName": "general", "content": "end" }),
    )
    .await;
    assert_eq!(bob.next("message:new").await["content"], "once");
    assert_eq!(bob.next("message:new").await["content"], "end");
}

#[tokio::test]
async fn many_senders_are_told_to_everybody_in_one_order() {
    let server = TestServer::start().await;
    let mut peers = Vec::new();
    for user in ["alice", "bob", "carol"] {
        let peer = server.peer(user).await;
        peer.done("room:join", json!({ "roomName": "general" }))
            .await;
        peers.push(peer);
    }
    for number in 0..40 {
        for peer in &peers {
            let message = json!({ "roomName": "general", "content": number.to_string() });
            peer.emit("message:send", message).await;
        }
    }
    for peer in &mut peers {
        let mut last_of = std::collections::HashMap::new();
        for seq in 1..=120 {
            let message = peer.next("message:new").await;
            assert_eq!(message["seq"], seq);
            let number: i32 = message["content"]
                .as_str()
                .and_then(|text| text.parse().ok())
                .expect("a number");
            let before = last_of.insert(message["userId"].to_string(), number);
            assert_eq!(
                before.map_or(0, |before| before + 1),
                number,
                "a sender's own order"
            );
        }
    }
}

#[tokio::test]
async fn what_was_missed_is_paged_without_a_gap() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    alice
        .done("room:join", json!({ "roomName": "general" }))
        .await;
    for number in 1..=5 {
        let message = json!({ "roomName": "general", "content": number.to_string() });
        alice.done("message:send", message).await;
    }
    let page = async |request| {
        let page = alice.done("sync:messages", request).await;
        let seqs: Vec<_> = page["messages"]
            .as_array()
            .expect("messages")
            .iter()
            .map(|message| message["seq"].as_u64().expect("a seq"))
            .collect();
        (seqs, page["hasMore"].as_bool().expect("a flag"))
    };
    let general = |fields: serde_json::Value| {
        let mut request = json!({ "channelId": "general", "limit": 2 });
        let fields = fields.as_object().expect("an object").clone();
        request.as_object_mut().expect("an object").extend(fields);
        request
    };
    assert_eq!(
        page(general(json!({ "afterSeq": 0 }))).await,
        (vec![1, 2], true)
    );
    assert_eq!(
        page(general(json!({ "afterSeq": 3 }))).await,
        (vec![4, 5], false)
    );
    assert_eq!(
        page(general(json!({ "beforeSeq": 3 }))).await,
        (vec![1, 2], false)
    );
    assert_eq!(
        page(general(json!({ "since": null }))).await,
        (vec![4, 5], true)
    );
    assert_eq!(
        page(general(json!({ "since": 0 }))).await,
        (vec![1, 2], true)
    );
    let channels = alice.done("sync:channels", json!({ "since": null })).await;
    assert_eq!(channels["channels"][0]["id"], "general");
    assert_eq!(channels["channels"][0]["headSeq"], 5);
}

#[tokio::test]
async fn a_ping_is_acknowledged_with_its_own_time_and_answered_by_an_event() {
    let server = TestServer::start().await;
    let mut alice = server.peer("alice").await;
    assert_eq!(
        alice.ack("ping", json!({ "timestamp": 42.5 })).await,
        json!({ "timestamp": 42.5 })
    );
    assert!(alice.next("pong").await["timestamp"].is_number());
}
