//! Floods and crowds.

use std::num::NonZeroU32;

use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::http;
use crate::peer::Peer;
use crate::server::{TestServer, token};

#[tokio::test]
async fn a_flood_is_answered_with_when_to_come_back_and_is_nobody_elses_trouble() {
    let server = TestServer::start_with(|config| {
        config.events_per_minute = NonZeroU32::new(3).expect("not zero");
    })
    .await;
    let (alice, bob) = (server.peer("alice").await, server.peer("bob").await);
    for _ in 0..3 {
        alice.ack("ping", json!({})).await;
    }
    let body = alice
        .ack(
            "message:send",
            json!({ "roomName": "general", "content": "x" }),
        )
        .await;
    assert_eq!(body["error"]["code"], "RATE_LIMITED");
    assert_eq!(body["error"]["retryable"], true);
    let retry_after_ms = body["error"]["retryAfterMs"].as_u64().expect("a time");
    assert!((1..=20_000).contains(&retry_after_ms), "{retry_after_ms}");
    assert_eq!(
        bob.ack("ping", json!({ "timestamp": 1.0 })).await,
        json!({ "timestamp": 1.0 })
    );
}

#[tokio::test]
async fn a_full_server_says_so_and_takes_the_next_when_one_leaves() {
    let server = TestServer::start_with(|config| config.max_connections = 1).await;
    let alice = server.peer("alice").await;
    let mut bob = Peer::connect(server.addr, token("bob")).await;
    let error = bob.next("error").await;
    assert!(
        error.to_string().contains("Too many connections"),
        "{error}"
    );
    let health = http::get(server.addr, "/health", &[]).await;
    assert!(
        health.body.contains(r#""connections":1"#),
        "{}",
        health.body
    );
    alice.disconnect().await;
    loop {
        let mut bob = Peer::connect(server.addr, token("bob")).await;
        let first = bob.first_of(["error", "authenticated"]).await;
        if first == "authenticated" {
            return;
        }
    }
}

#[tokio::test]
async fn health_has_the_fields_of_both_documents() {
    let server = TestServer::start().await;
    let answer = http::get(server.addr, "/health", &[]).await;
    assert_eq!(answer.status, 200);
    let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(
        (&body["status"], &body["service"]),
        (&json!("healthy"), &json!("realtime"))
    );
    for field in ["version", "timestamp"] {
        assert!(body[field].is_string(), "{field}");
    }
    assert!(body["uptime"].is_u64() && body["connections"].is_u64());
    assert_eq!(
        body["websocket"],
        json!({ "running": true, "connections": 0 })
    );
    assert_eq!(body["dependencies"]["database"]["status"], "connected");
}

#[tokio::test]
async fn stopping_closes_every_connection_and_ends() {
    let TestServer { server, addr } = TestServer::start().await;
    let mut stream = http::open_web_socket(addr).await;
    server.stop().await;
    let mut rest = Vec::new();
    // An end, clean or not; the test hangs where there is none.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}
