//! What was acknowledged survives the server: the real binary, killed with SIGKILL while it is
//! being written to, started again on the same file.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod process;

use process::{Process, ack, connect};
use rust_socketio::asynchronous::Client;
use serde_json::{Value as Json, json};

/// Kills in a row, each after a few messages more.
const ROUNDS: usize = 3;
const MESSAGES_PER_ROUND: usize = 20;
const OPERATIONS_PER_ROUND: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_message_is_there_after_sigkill() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("nchat.sqlite");
    let mut acked: Vec<Json> = Vec::new();
    for round in 0..ROUNDS {
        let mut server = Process::start(&database);
        let alice = connect(&server.url, "alice").await;
        ack(&alice, "room:join", json!({ "roomName": "general" }))
            .await
            .expect("joins");
        for number in 0..MESSAGES_PER_ROUND {
            let message = json!({
                "roomName": "general", "content": "x", "clientMessageId": format!("{round} {number}"),
            });
            acked.push(
                ack(&alice, "message:send", message)
                    .await
                    .expect("acknowledged"),
            );
        }
        // One more is under way when the process dies: it may be stored or not.
        let last = json!({
            "roomName": "general", "content": "x", "clientMessageId": format!("{round} last"),
        });
        alice
            .emit("message:send", last.clone())
            .await
            .expect("emits");
        server.child.kill().expect("killed");
        server.child.wait().expect("ended");

        let server = Process::start(&database);
        let alice = connect(&server.url, "alice").await;
        ack(&alice, "room:join", json!({ "roomName": "general" }))
            .await
            .expect("joins");
        let again = ack(&alice, "message:send", last)
            .await
            .expect("acknowledged");
        acked.push(again);
        assert_stored(&alice, &acked).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_operation_receipt_and_setting_is_there_after_sigkill() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("nchat.sqlite");
    let mut log: Vec<Json> = Vec::new();
    for round in 0..ROUNDS {
        let mut server = Process::start(&database);
        let (alice, bob) = both(&server.url).await;
        let hide = json!({ "allowReadReceipts": round % 2 == 0 });
        done(&alice, "presence:settings:update", hide.clone()).await;
        let message = json!({ "roomName": "general", "content": "0" });
        let id = done(&alice, "message:send", message).await["messageId"].take();
        let mut read = Json::Null;
        for number in 0..OPERATIONS_PER_ROUND {
            let edit = json!({
                "messageId": id, "content": number.to_string(), "baseVersion": number + 1,
                "clientMessageId": format!("{round} edit {number}"),
            });
            log.push(done(&alice, "message:edit", edit).await);
            let react = json!({ "messageId": id, "emoji": number.to_string() });
            log.push(done(&bob, "reaction:add", react).await);
            let seq = &log[log.len() - 1]["seq"];
            let ack = json!({ "channelId": "general", "upToSeq": seq });
            read = done(&bob, "message:batch-read-ack", ack).await;
        }
        // One more is under way when the process dies: it may be stored or not.
        let last = json!({
            "messageId": id, "content": "last", "clientMessageId": format!("{round} last"),
        });
        alice
            .emit("message:edit", last.clone())
            .await
            .expect("emits");
        server.child.kill().expect("killed");
        server.child.wait().expect("ended");

        let server = Process::start(&database);
        let (alice, bob) = both(&server.url).await;
        log.push(done(&alice, "message:edit", last).await);
        assert_operations(&alice, &log).await;
        let joined = done(&bob, "room:join", json!({ "roomName": "general" })).await;
        assert_eq!(joined["readUpToSeq"], read["upToSeq"]);
        let settings = done(&alice, "presence:settings:get", json!({})).await;
        assert_eq!(settings["allowReadReceipts"], hide["allowReadReceipts"]);
        let status = done(&alice, "delivery:sync", json!({ "messageIds": [id] })).await;
        let status = &status["statuses"][0];
        assert_eq!(
            (&status["messageId"], &status["deliveredCount"]),
            (&id, &json!(1))
        );
        assert_eq!(
            status["readCount"],
            u8::from(hide["allowReadReceipts"] == true)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_chosen_and_who_may_know_it_is_there_after_sigkill() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("nchat.sqlite");
    let mut server = Process::start(&database);
    let (alice, bob) = both(&server.url).await;
    let custom = json!({ "text": "Lunch" });
    let update = json!({ "status": "busy", "idle": false, "customStatus": custom });
    ack(&bob, "presence:update", update).await;
    done(&bob, "contacts:add", json!({ "userId": "alice" })).await;
    done(&bob, "block:add", json!({ "userId": "eve" })).await;
    done(
        &alice,
        "presence:settings:update",
        json!({ "invisibleMode": true }),
    )
    .await;
    server.child.kill().expect("killed");
    server.child.wait().expect("ended");

    let server = Process::start(&database);
    let (alice, bob) = both(&server.url).await;
    let get = |id: &str| json!({ "userIds": [id] });
    let seen = done(&alice, "presence:get", get("bob")).await;
    assert_eq!(seen["presences"][0]["status"], "busy");
    assert_eq!(seen["presences"][0]["customStatus"], custom);
    let seen = done(&bob, "presence:get", get("alice")).await;
    assert_eq!(
        seen["presences"][0]["status"], "offline",
        "invisible as before"
    );
    for (list, expected) in [("contacts:list", "alice"), ("block:list", "eve")] {
        assert_eq!(
            done(&bob, list, json!({})).await["userIds"],
            json!([expected])
        );
    }
}

/// Alice and bob, both in `general`.
async fn both(url: &str) -> (Client, Client) {
    let (alice, bob) = (connect(url, "alice").await, connect(url, "bob").await);
    for client in [&alice, &bob] {
        done(client, "room:join", json!({ "roomName": "general" })).await;
    }
    (alice, bob)
}

async fn done(client: &Client, event: &str, payload: Json) -> Json {
    ack(client, event, payload).await.expect("acknowledged")
}

/// Of a log without a gap, the operations are exactly those that were acknowledged.
async fn assert_operations(client: &Client, acked: &[Json]) {
    let (mut stored, mut after) = (Vec::new(), json!(0));
    loop {
        let request = json!({ "channelId": "general", "afterSeq": after, "limit": 7 });
        let page = done(client, "sync:messages", request).await;
        stored.extend(
            page["operations"]
                .as_array()
                .expect("a list")
                .iter()
                .cloned(),
        );
        after = page["toSeq"].clone();
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(stored.len(), acked.len());
    for (stored, acked) in stored.iter().zip(acked) {
        for field in ["messageId", "clientMessageId", "seq", "epoch"] {
            assert_eq!(stored[field], acked[field], "{field} of {acked}");
        }
    }
}

/// The log is exactly what was acknowledged, in order, without a gap, under one epoch.
async fn assert_stored(client: &Client, acked: &[Json]) {
    let mut stored = Vec::new();
    loop {
        let request = json!({ "channelId": "general", "afterSeq": stored.len(), "limit": 7 });
        let page = ack(client, "sync:messages", request).await.expect("a page");
        stored.extend(
            page["messages"]
                .as_array()
                .expect("messages")
                .iter()
                .cloned(),
        );
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(stored.len(), acked.len());
    for (index, (stored, acked)) in stored.iter().zip(acked).enumerate() {
        assert_eq!(stored["seq"], index + 1);
        for field in ["messageId", "clientMessageId", "seq", "epoch", "timestamp"] {
            assert_eq!(stored[field], acked[field], "{field} of {index}");
        }
    }
}
