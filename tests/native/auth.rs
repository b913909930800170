//! Who gets in, and for how long.

use serde_json::{Value as Json, json};

use crate::peer::Peer;
use crate::server::{TestServer, token};
use crate::tokens::{now_s, refused, signed};

#[tokio::test]
async fn every_bad_token_is_refused_with_the_documented_message() {
    let server = TestServer::start().await;
    for (what, token, message) in refused() {
        let mut peer = Peer::connect(server.addr, token).await;
        let error = peer.next("error").await;
        assert!(error.to_string().contains(message), "{what}: {error}");
        assert!(!peer.pending().contains(&"connected".to_owned()), "{what}");
    }
}

#[tokio::test]
async fn connected_comes_before_authenticated_and_both_say_who_and_what() {
    let server = TestServer::start().await;
    let claims = json!({ "userId": "alice", "sessionId": "s-1", "exp": now_s() + 600 });
    let mut peer = Peer::connect(server.addr, signed(&claims)).await;
    let connected = peer.next("connected").await;
    assert_eq!(connected["protocolVersion"], "1.1");
    assert!(
        connected["capabilities"]
            .as_array()
            .is_some_and(|list| list.contains(&json!("messages")))
    );
    let authenticated = peer.next("authenticated").await;
    assert_eq!(authenticated["userId"], "alice");
    assert_eq!(authenticated["sessionId"], "s-1");
    assert_eq!(authenticated["rooms"], json!([]));
    assert!(authenticated["expiresAt"].is_string());
}

#[tokio::test]
async fn an_event_sent_at_once_is_answered() {
    let server = TestServer::start().await;
    let mut peer = Peer::connect(server.addr, token("alice")).await;
    peer.next("connect").await;
    let joined = peer
        .done("room:join", json!({ "roomName": "general" }))
        .await;
    assert_eq!(joined["memberCount"], 1);
    peer.next("authenticated").await;
}

#[tokio::test]
async fn a_socket_is_told_and_cut_when_its_token_runs_out() {
    let server = TestServer::start().await;
    let claims = json!({ "sub": "alice", "exp": now_s() + 2 });
    let mut peer = Peer::connect(server.addr, signed(&claims)).await;
    peer.next("authenticated").await;
    let expired = peer.next("auth:expired").await;
    assert_eq!(expired["code"], "TOKEN_EXPIRED");
    peer.next("close").await;
}

#[tokio::test]
async fn a_new_token_of_the_same_user_keeps_the_socket() {
    let server = TestServer::start().await;
    let claims = json!({ "sub": "alice", "exp": now_s() + 2 });
    let mut peer = Peer::connect(server.addr, signed(&claims)).await;
    peer.next("authenticated").await;
    let foreign = json!({ "token": token("bob") });
    assert_eq!(peer.refused("auth:refresh", foreign).await, "FORBIDDEN");
    assert_eq!(
        peer.refused("auth:refresh", json!({ "token": "x" })).await,
        "AUTH_FAILED"
    );
    let expired = signed(&json!({ "sub": "alice", "exp": 1 }));
    assert_eq!(
        peer.refused("auth:refresh", json!({ "token": expired }))
            .await,
        "TOKEN_EXPIRED"
    );
    let short = signed(&json!({ "sub": "alice", "exp": now_s() + 4 }));
    let renewed = peer.done("auth:refresh", json!({ "token": short })).await;
    assert_eq!(renewed["userId"], "alice");
    let expired = peer.next("auth:expired").await;
    assert_eq!(
        expired["expiredAt"], renewed["expiresAt"],
        "the first end was not acted on"
    );
}

#[tokio::test]
async fn development_takes_the_documents_tokens_and_makes_its_own() {
    let server = TestServer::start_with(|config| config.is_development = true).await;
    let mut peer = Peer::connect(server.addr, "user:alice").await;
    assert_eq!(peer.next("authenticated").await["userId"], "alice");

    let body = r#"{"userId":"bob","name":"Bob"}"#;
    let answer = crate::http::post_json(server.addr, "/dev/token", body).await;
    assert_eq!(answer.status, 200);
    let answer: Json = serde_json::from_str(&answer.body).expect("JSON");
    let mut peer = Peer::connect(server.addr, answer["token"].clone()).await;
    assert_eq!(peer.next("authenticated").await["userId"], "bob");
    for bad in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"userId":7}"#,
        r#"{"userId":""}"#,
    ] {
        let answer = crate::http::post_json(server.addr, "/dev/token", bad).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn outside_development_nobody_is_handed_a_token() {
    let server = TestServer::start().await;
    let answer = crate::http::post_json(server.addr, "/dev/token", r#"{"userId":"bob"}"#).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_tab_that_connects_again_ends_its_older_connection_and_no_other() {
    let server = TestServer::start().await;
    let connect = async |tab: &str| {
        let client = json!({
            "name": "test", "version": "1", "protocol": "1.1", "deviceId": "laptop", "tabId": tab,
        });
        let auth = json!({ "token": token("alice"), "client": client });
        let mut peer = Peer::connect_with(server.addr, auth).await;
        peer.next("authenticated").await;
        peer
    };
    let (mut first, other) = (connect("one").await, connect("two").await);
    let again = connect("one").await;
    first.next("close").await;
    for peer in [other, again] {
        peer.done("room:join", json!({ "roomName": "general" }))
            .await;
    }
}
