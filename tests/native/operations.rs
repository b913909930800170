//! Edits, deletions, reactions and fences between two people.

use serde_json::{Value as Json, json};

use crate::peer::Peer;
use crate::server::{TestServer, token};

/// A message of this peer in `general`; its id.
async fn send(peer: &Peer, content: &str) -> Json {
    let message = json!({ "roomName": "general", "content": content });
    peer.done("message:send", message).await["messageId"].take()
}

async fn join(peer: &Peer) -> Json {
    peer.done("room:join", json!({ "roomName": "general" }))
        .await
}

#[tokio::test]
async fn edits_deletions_and_reactions_are_seen_live_and_by_whoever_comes_back() {
    let server = TestServer::start().await;
    let (alice, mut bob) = (server.peer("alice").await, server.peer("bob").await);
    join(&alice).await;
    let epoch = join(&bob).await["epoch"].take();
    let carol = server.peer("carol").await;
    join(&carol).await;
    carol.disconnect().await;
    let id = send(&alice, "hi").await;
    let edit =
        json!({ "messageId": id, "content": "ho", "baseVersion": 1, "clientMessageId": "e" });
    let ack = alice.done("message:edit", edit).await;
    assert_eq!((&ack["version"], &ack["seq"]), (&json!(2), &json!(2)));
    let reaction = json!({ "roomName": "general", "messageId": id, "emoji": "👍" });
    alice.done("reaction:add", reaction.clone()).await;
    alice.done("reaction:remove", reaction).await;
    alice
        .done("message:delete", json!({ "messageId": id }))
        .await;

    assert_eq!(bob.next("message:new").await["version"], 1);
    let mut live = Vec::new();
    for event in [
        "message:update",
        "reaction:add",
        "reaction:remove",
        "message:delete",
    ] {
        let mut body = bob.next(event).await;
        assert_eq!(
            (&body["messageId"], &body["epoch"]),
            (&id, &epoch),
            "{event}"
        );
        assert_eq!(
            (&body["roomName"], &body["userId"]),
            (&json!("general"), &json!("alice"))
        );
        body["event"] = json!(event);
        live.push(body);
    }
    assert_eq!(live[0]["content"], "ho");
    assert_eq!(
        (&live[1]["emoji"], &live[1]["userName"]),
        (&json!("👍"), &json!("ALICE"))
    );
    assert_eq!(live[3]["version"], 3);

    let carol = server.peer("carol").await;
    let request = json!({ "rooms": [{ "roomName": "general", "epoch": epoch, "seq": 1 }] });
    let mut resumed = carol.done("sync:resume", request).await;
    let operations = resumed["rooms"][0]["operations"].take();
    // The text of the edit went with the message.
    live[0]["content"] = json!("");
    assert_eq!(operations, json!(live));
    let page = json!({ "channelId": "general", "afterSeq": 0, "limit": 3 });
    let page = carol.done("sync:messages", page).await;
    let message = &page["messages"][0];
    assert_eq!(
        (&message["isDeleted"], &message["content"]),
        (&json!(true), &json!(""))
    );
    assert_eq!(page["operations"], json!(live[..2]));
    assert_eq!((&page["fromSeq"], &page["toSeq"]), (&json!(1), &json!(3)));
    assert_eq!(page["hasMore"], true);
}

#[tokio::test]
async fn a_stale_edit_is_answered_with_the_message_and_a_repeated_one_with_its_answer() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    join(&alice).await;
    let id = send(&alice, "one").await;
    let edit =
        json!({ "messageId": id, "content": "two", "baseVersion": 1, "clientMessageId": "e" });
    let mut first = alice.done("message:edit", edit.clone()).await;
    let again = alice.done("message:edit", edit).await;
    first["duplicate"] = json!(true);
    assert_eq!(again, first);
    let stale = json!({ "messageId": id, "content": "2", "baseVersion": 1 });
    let body = alice.ack("message:edit", stale).await;
    assert_eq!(body["error"]["code"], "STALE_VERSION");
    assert_eq!(body["error"]["retryable"], false);
    let current = &body["error"]["details"]["current"];
    assert_eq!(
        (&current["content"], &current["version"]),
        (&json!("two"), &json!(2))
    );
}

#[tokio::test]
async fn a_reaction_that_is_there_already_reaches_nobody() {
    let server = TestServer::start().await;
    let (alice, mut bob) = (server.peer("alice").await, server.peer("bob").await);
    join(&alice).await;
    join(&bob).await;
    let id = send(&alice, "one").await;
    for duplicate in [Json::Null, json!(true)] {
        let reaction = json!({ "messageId": id, "emoji": "👍" });
        let ack = alice.done("reaction:add", reaction).await;
        assert_eq!((&ack["duplicate"], &ack["seq"]), (&duplicate, &json!(2)));
    }
    send(&alice, "two").await;
    assert_eq!(bob.next("reaction:add").await["seq"], 2);
    assert_eq!(
        bob.first_of(["reaction:add", "message:new"]).await,
        "message:new"
    );
}

#[tokio::test]
async fn what_a_tab_sends_after_another_took_over_is_refused() {
    let server = TestServer::start().await;
    let auth = |tab: &str, fence: u64| {
        let client = json!({
            "name": "test", "version": "1", "protocol": "1.1", "deviceId": "laptop",
            "tabId": tab, "fence": fence,
        });
        json!({ "token": token("alice"), "client": client })
    };
    let mut old = Peer::connect_with(server.addr, auth("old", 1)).await;
    old.next("authenticated").await;
    join(&old).await;
    let fenced = |fence: u64| json!({ "roomName": "general", "content": "x", "fence": fence });
    let id = old.done("message:send", fenced(1)).await["messageId"].take();
    let mut new = Peer::connect_with(server.addr, auth("new", 2)).await;
    new.next("authenticated").await;
    assert_eq!(old.refused("message:send", fenced(1)).await, "FENCED");
    let edit = json!({ "messageId": id, "content": "y", "fence": 1 });
    assert_eq!(old.refused("message:edit", edit).await, "FENCED");
    new.done("message:send", fenced(2)).await;
    let other = server.peer("alice").await;
    other
        .done(
            "message:send",
            json!({ "roomName": "general", "content": "z" }),
        )
        .await;
}

#[tokio::test]
async fn the_guides_dialect_hears_of_reactions_under_its_name() {
    let server = TestServer::start().await;
    let mut alice = server.peer("alice").await;
    alice
        .done("channel:join", json!({ "channelId": "general" }))
        .await;
    let id = send(&alice, "one").await;
    let reaction = json!({ "channelId": "general", "messageId": id, "emoji": "👍" });
    alice.done("reaction:add", reaction.clone()).await;
    alice.done("reaction:remove", reaction).await;
    for action in ["add", "remove"] {
        let heard = alice.next("reaction").await;
        assert_eq!(
            (&heard["action"], &heard["messageId"]),
            (&json!(action), &id)
        );
        assert_eq!(
            (&heard["channelId"], &heard["emoji"]),
            (&json!("general"), &json!("👍"))
        );
    }
}
