//! Several messages under way at once, and several events in one packet.

use serde_json::{Value as Json, json};

use crate::peer::Peer;
use crate::server::{TestServer, token};

const COUNT: usize = 30;

fn message(number: usize) -> Json {
    let mut message = json!({
        "roomName": "general", "content": number.to_string(), "clientMessageId": number.to_string(),
    });
    if number > 0 {
        message["after"] = json!((number - 1).to_string());
    }
    message
}

/// Somebody in `general` whose client takes several events in one packet.
async fn batching(server: &TestServer, user: &str) -> Peer {
    let client = json!({
        "name": "test", "version": "1", "protocol": "1.1", "deviceId": "d", "tabId": user,
        "capabilities": ["batch"],
    });
    let auth = json!({ "token": token(user), "client": client });
    let mut peer = Peer::connect_with(server.addr, auth).await;
    peer.next("authenticated").await;
    join(&peer).await;
    peer
}

async fn join(peer: &Peer) {
    peer.done("room:join", json!({ "roomName": "general" }))
        .await;
}

/// Many at once, of which only the last is acknowledged: the library draws the number of an
/// acknowledgement by lot out of a thousand, and forgets who waits for one that it draws twice.
async fn send_all(peer: &Peer) {
    for number in 0..COUNT - 1 {
        peer.emit("message:send", message(number)).await;
    }
    peer.done("message:send", message(COUNT - 1)).await;
}

#[tokio::test]
async fn messages_under_way_together_are_stored_and_told_in_their_order() {
    let server = TestServer::start().await;
    let (alice, mut bob) = (server.peer("alice").await, server.peer("bob").await);
    join(&alice).await;
    join(&bob).await;
    send_all(&alice).await;
    for number in 0..COUNT {
        let message = bob.next("message:new").await;
        assert_eq!(message["content"], number.to_string());
        assert_eq!(message["seq"], number + 1);
    }
}

#[tokio::test]
async fn a_message_that_names_one_that_is_not_stored_is_put_off() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    join(&alice).await;
    let body = alice.ack("message:send", message(1)).await;
    assert_eq!(body["error"]["code"], "OUT_OF_ORDER");
    assert_eq!(body["error"]["retryable"], true);
    let react = |after: &str| json!({ "messageId": "x", "emoji": "👍", "after": after });
    assert_eq!(
        alice.refused("reaction:add", react("0")).await,
        "NOT_FOUND",
        "what is final is said first"
    );
    for number in [0, 1] {
        alice.done("message:send", message(number)).await;
    }
}

#[tokio::test]
async fn a_client_that_takes_batches_hears_everything_once_in_order() {
    let server = TestServer::start().await;
    let (alice, mut bob) = (
        batching(&server, "alice").await,
        batching(&server, "bob").await,
    );
    send_all(&alice).await;
    let mut heard = Vec::new();
    while heard.len() < COUNT {
        let (name, payload) = bob.next_event().await;
        let events = match name.as_str() {
            "batch" => payload.as_array().expect("a list").clone(),
            _ => vec![json!([name, payload])],
        };
        let of_messages = events.iter().filter(|event| event[0] == "message:new");
        heard.extend(of_messages.map(|event| event[1]["content"].clone()));
    }
    let expected: Vec<Json> = (0..COUNT).map(|number| json!(number.to_string())).collect();
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn what_a_client_is_told_comes_before_the_answer_to_what_caused_it() {
    let server = TestServer::start().await;
    let mut alice = batching(&server, "alice").await;
    alice.pending();
    alice.done("message:send", message(0)).await;
    let told = alice.pending();
    assert!(told.iter().any(|name| name == "batch"), "{told:?}");
}
