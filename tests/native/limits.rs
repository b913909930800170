//! Floods and crowds.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::http;
use crate::peer::Peer;
use crate::server::{TestServer, token};

#[tokio::test]
async fn a_flood_is_answered_with_when_to_come_back_and_is_nobody_elses_trouble() {
    let server = TestServer::start_with(|config| {
        // The connection is one.
        config.events_per_minute = NonZeroU32::new(4).expect("not zero");
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
    assert!((1..=15_000).contains(&retry_after_ms), "{retry_after_ms}");
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
async fn one_user_leaves_places_for_others() {
    let server = TestServer::start_with(|config| config.max_connections_per_user = 2).await;
    let _first = server.peer("alice").await;
    let second = server.peer("alice").await;
    let mut third = Peer::connect(server.addr, token("alice")).await;
    let error = third.next("error").await;
    assert!(
        error.to_string().contains("Too many connections"),
        "{error}"
    );
    server.peer("bob").await;
    second.disconnect().await;
    loop {
        let mut third = Peer::connect(server.addr, token("alice")).await;
        if third.first_of(["error", "authenticated"]).await == "authenticated" {
            return;
        }
    }
}

#[tokio::test]
async fn a_transport_that_gave_up_its_socket_keeps_the_place() {
    let server = TestServer::start_with(|config| config.max_connections = 1).await;
    let mut stream = http::open_web_socket(server.addr).await;
    let connect = format!("40{}", json!({ "token": token("alice") }));
    let sent = stream.write_all(&http::text_frame(&connect)).await;
    sent.expect("writes");
    http::read_until(&mut stream, "authenticated").await;
    let sent = stream.write_all(&http::text_frame("41")).await;
    sent.expect("writes");
    loop {
        let health = http::get(server.addr, "/health", &[]).await;
        if health.body.contains(r#""websocket":{"connections":0"#) {
            break;
        }
    }
    let mut bob = Peer::connect(server.addr, token("bob")).await;
    let error = bob.next("error").await;
    assert!(
        error.to_string().contains("Too many connections"),
        "{error}"
    );
}

#[tokio::test]
async fn connecting_again_and_again_is_a_flood_too() {
    let server = TestServer::start_with(|config| {
        config.events_per_minute = NonZeroU32::new(2).expect("not zero");
    })
    .await;
    for _ in 0..2 {
        server.peer("alice").await.disconnect().await;
    }
    let mut third = Peer::connect(server.addr, token("alice")).await;
    let error = third.next("error").await;
    assert!(error.to_string().contains("Too many events"), "{error}");
}

#[tokio::test]
async fn fields_of_one_request_count_one_by_one() {
    let server = TestServer::start_with(|config| {
        config.events_per_minute = NonZeroU32::new(4).expect("not zero");
    })
    .await;
    let field = r#"nchat_contacts(where: {user_id: {_eq: \"alice\"}}) { user_id }"#;
    let fields = (0..9).map(|number| format!("f{number}: {field} "));
    let query = format!(r#"{{"query":"{{ {} }}"}}"#, fields.collect::<String>());
    let answer = http::ask_as(server.addr, &token("alice"), "POST", "/v1/graphql", &query).await;
    assert!(answer.body.contains("RATE_LIMITED"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_nothing_is_let_go_and_is_no_longer_there() {
    let server = TestServer::start_with(|config| {
        config.heartbeat.interval = Duration::from_millis(500);
        config.heartbeat.timeout = Duration::from_secs(1);
        config.times.grace_ms = 0;
    })
    .await;
    let bob = server.peer("bob").await;
    let general = json!({ "roomName": "general" });
    bob.done("room:join", general.clone()).await;
    // One answers no pings either, the other says that it lives all the time.
    let mut silent = stalled(server.addr, "alice").await;
    let mut lively = stalled(server.addr, "carol").await;
    let message = json!({ "roomName": "general", "content": "x".repeat(60_000) });
    let subscribe = json!({ "userIds": ["alice", "carol"] });
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        for _ in 0..20 {
            bob.done("message:send", message.clone()).await;
        }
        // It fails where the server has let go.
        let _ = lively.write_all(&http::text_frame("3")).await;
        let seen = bob.done("presence:get", subscribe.clone()).await;
        let gone = |index: usize| seen["presences"][index]["status"] == "offline";
        if gone(0) && gone(1) {
            break;
        }
        assert!(Instant::now() < deadline, "{seen}");
    }
    let health = http::get(server.addr, "/health", &[]).await;
    assert!(
        health.body.contains(r#""connections":1"#),
        "{}",
        health.body
    );
    let _ = silent.shutdown().await;
}

#[tokio::test]
async fn whoever_asks_for_nothing_is_let_go() {
    let server = TestServer::start_with(|config| {
        config.heartbeat.interval = Duration::from_millis(100);
        config.heartbeat.timeout = Duration::from_millis(200);
    })
    .await;
    for beginning in ["", "GET /health HTTP/1.1\r\nHost: loc"] {
        let mut stream = TcpStream::connect(server.addr).await.expect("connects");
        stream
            .write_all(beginning.as_bytes())
            .await
            .expect("writes");
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest));
        assert!(ended.await.is_ok(), "it is still open");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_nothing_does_not_keep_the_server_from_stopping() {
    let server = TestServer::start().await;
    let bob = server.peer("bob").await;
    bob.done("room:join", json!({ "roomName": "general" }))
        .await;
    let stalled = stalled(server.addr, "alice").await;
    let message = json!({ "roomName": "general", "content": "x".repeat(60_000) });
    // More than the two systems keep between them.
    for _ in 0..400 {
        bob.done("message:send", message.clone()).await;
    }
    let TestServer { server, .. } = server;
    let stopped = tokio::time::timeout(Duration::from_secs(20), server.stop()).await;
    assert!(stopped.is_ok(), "it still runs");
    drop(stalled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_while_they_are_greeted_is_not_there() {
    let server = TestServer::start_with(|config| config.times.grace_ms = 0).await;
    let bob = server.peer("bob").await;
    let connect = format!("40{}", json!({ "token": token("alice") }));
    let hello_and_goodbye = [http::text_frame(&connect), http::text_frame("1")].concat();
    for _ in 0..100 {
        let mut stream = http::open_web_socket(server.addr).await;
        stream.write_all(&hello_and_goodbye).await.expect("writes");
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    let get = json!({ "userIds": ["alice"] });
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut alice = Some(server.peer("alice").await);
    loop {
        if let Some(alice) = alice.take() {
            alice.disconnect().await;
        }
        let seen = bob.done("presence:get", get.clone()).await;
        let health = http::get(server.addr, "/health", &[]).await;
        let is_alone = health.body.contains(r#""connections":1"#);
        if is_alone && seen["presences"][0]["status"] == "offline" {
            return;
        }
        assert!(Instant::now() < deadline, "{seen} {}", health.body);
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_missed_something_begins_anew() {
    let server = TestServer::start_with(|config| config.max_waiting_packets = 64).await;
    let bob = server.peer("bob").await;
    bob.done("room:join", json!({ "roomName": "general" }))
        .await;
    let mut slow = stalled(server.addr, "alice").await;
    let message = json!({ "roomName": "general", "content": "x".repeat(60_000) });
    // More than the two systems and the server keep between them.
    for _ in 0..500 {
        bob.done("message:send", message.clone()).await;
    }
    // From now on there is room again, and nothing else is said.
    let end = [0x81, 2, b'4', b'1'];
    let mut tail = Vec::new();
    let read = async {
        let mut part = vec![0; 100_000];
        while !tail.windows(end.len()).any(|bytes| bytes == end) {
            let size = slow.read(&mut part).await.expect("reads");
            assert_ne!(size, 0, "closed without a word");
            tail.drain(..tail.len().saturating_sub(end.len()));
            tail.extend_from_slice(&part[..size]);
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(20), read).await;
    assert!(told.is_ok(), "it goes on with a gap");
}

/// A member of `general` who takes batches, and reads nothing from now on.
async fn stalled(addr: SocketAddr, user_id: &str) -> TcpStream {
    let mut stream = http::open_web_socket(addr).await;
    let client = json!({ "capabilities": ["batch"] });
    let auth = json!({ "token": token(user_id), "client": client });
    let connect = format!("40{auth}");
    let join = r#"421["room:join",{"roomName":"general"}]"#;
    for packet in [connect.as_str(), join] {
        let sent = stream.write_all(&http::text_frame(packet)).await;
        sent.expect("writes");
        http::read_until(
            &mut stream,
            if packet == join {
                "431["
            } else {
                "authenticated"
            },
        )
        .await;
    }
    stream
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
