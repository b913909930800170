//! Nothing that comes in ends the process, hangs a caller, or goes without an answer.

use std::time::Duration;

use rust_socketio::Payload;
use serde_json::{Value as Json, json};

use crate::http;
use crate::server::{TestServer, token};

/// Every event that needs a payload.
const EVENTS: [&str; 29] = [
    "room:join",
    "room:leave",
    "room:create",
    "room:members",
    "channel:join",
    "channel:leave",
    "message:send",
    "message:edit",
    "message:delete",
    "reaction:add",
    "reaction:remove",
    "message:delivered-ack",
    "message:read-ack",
    "message:batch-read-ack",
    "delivery:sync",
    "sync:resume",
    "sync:messages",
    "auth:refresh",
    "presence:subscribe",
    "presence:unsubscribe",
    "presence:get",
    "presence:window",
    "contacts:add",
    "contacts:remove",
    "block:add",
    "block:remove",
    "typing:start",
    "typing:stop",
    "typing",
];

#[tokio::test]
async fn every_event_refuses_every_bad_payload_and_goes_on() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    alice
        .done("room:join", json!({ "roomName": "general" }))
        .await;
    let fields = [
        "roomName",
        "channelId",
        "content",
        "token",
        "members",
        "limit",
        "type",
        "messageId",
        "messageIds",
        "emoji",
        "upToSeq",
        "rooms",
        "userId",
        "userIds",
        "isTyping",
    ];
    let wrong = |value: Json| {
        Json::Object(
            fields
                .map(|field| (field.to_owned(), value.clone()))
                .into_iter()
                .collect(),
        )
    };
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let payloads = [
        vec![json!(null)],
        vec![json!(7)],
        vec![json!("general")],
        vec![json!(true)],
        vec![json!(["general"])],
        vec![json!({})],
        vec![wrong(json!(null))],
        vec![wrong(json!(7.5))],
        vec![wrong(json!({}))],
        vec![wrong(json!([[]]))],
        vec![wrong(json!(""))],
        vec![deep],
        vec![
            json!(null),
            json!({ "roomName": "general", "content": "second argument" }),
        ],
        vec![json!({ "__proto__": { "roomName": "general" } })],
    ];
    for event in EVENTS {
        for payload in &payloads {
            let code = alice.refused(event, Payload::Text(payload.clone())).await;
            let is_token = event == "auth:refresh" && payload[0]["token"] == "";
            let expected = if is_token {
                "AUTH_REQUIRED"
            } else {
                "VALIDATION_ERROR"
            };
            assert_eq!(code, expected, "{event} {payload:?}");
        }
    }
    for event in [
        "ping",
        "sync:channels",
        "presence:settings:get",
        "presence:settings:update",
        "presence:update",
        "presence:heartbeat",
        "contacts:list",
        "block:list",
    ] {
        for payload in [json!(7), json!("x"), json!([])] {
            assert_eq!(
                alice.refused(event, payload).await,
                "VALIDATION_ERROR",
                "{event}"
            );
        }
    }
    alice
        .done(
            "message:send",
            json!({ "roomName": "general", "content": "still here" }),
        )
        .await;
}

#[tokio::test]
async fn ids_of_any_length_and_places_beyond_the_tip_do_no_harm() {
    let server = TestServer::start().await;
    let (alice, eve) = (server.peer("alice").await, server.peer("eve").await);
    alice
        .done("room:join", json!({ "roomName": "general" }))
        .await;
    let sent = json!({ "roomName": "general", "content": "x" });
    let id = alice.done("message:send", sent).await["messageId"].take();
    let long = "x".repeat(10_000);
    let long_ids = [
        ("message:edit", json!({ "messageId": long, "content": "x" })),
        (
            "message:edit",
            json!({ "messageId": id, "content": "x", "clientMessageId": long }),
        ),
        (
            "message:delete",
            json!({ "messageId": id, "roomName": long }),
        ),
        ("reaction:add", json!({ "messageId": id, "emoji": long })),
        (
            "reaction:remove",
            json!({ "messageId": long, "emoji": "x" }),
        ),
        (
            "message:delivered-ack",
            json!({ "channelId": long, "upToSeq": 1 }),
        ),
        (
            "message:delivered-ack",
            json!({ "channelId": "general", "messageIds": [long] }),
        ),
        (
            "message:read-ack",
            json!({ "channelId": "general", "messageId": long }),
        ),
        (
            "message:batch-read-ack",
            json!({ "channelId": "general", "upToSeq": -1 }),
        ),
        (
            "message:batch-read-ack",
            json!({ "channelId": "general", "upToSeq": 1e300 }),
        ),
        ("delivery:sync", json!({ "messageIds": [long] })),
        (
            "sync:resume",
            json!({ "rooms": [{ "roomName": long, "seq": 0 }] }),
        ),
        (
            "sync:resume",
            json!({ "rooms": [{ "roomName": "general", "seq": -1 }] }),
        ),
        (
            "presence:settings:update",
            json!({ "allowReadReceipts": "no" }),
        ),
        (
            "presence:settings:update",
            json!({ "visibility": "friends" }),
        ),
        (
            "presence:settings:update",
            json!({ "typingVisibility": null, "invisibleMode": 1 }),
        ),
        ("presence:update", json!({ "status": "asleep" })),
        ("presence:update", json!({ "status": long })),
        ("presence:update", json!({ "customStatus": 7 })),
        (
            "presence:update",
            json!({ "customStatus": { "text": ["x"] } }),
        ),
        (
            "presence:update",
            json!({ "customStatus": { "text": "x", "expiresAt": "292000-01-01" } }),
        ),
        (
            "presence:update",
            json!({ "customStatus": { "text": "x", "expiresAt": -1 } }),
        ),
        ("presence:update", json!({ "device": long })),
        ("presence:subscribe", json!({ "userIds": [long] })),
        ("presence:get", json!({ "userIds": [7] })),
        ("presence:get", json!({ "userIds": [""] })),
        (
            "presence:window",
            json!({ "roomName": "general", "offset": -1 }),
        ),
        ("presence:window", json!({ "roomName": long })),
        ("contacts:add", json!({ "userId": "alice" })),
        ("block:add", json!({ "userId": long })),
        (
            "typing:start",
            json!({ "roomName": "general", "roomType": "planet" }),
        ),
        (
            "typing:start",
            json!({ "roomName": "general", "threadId": long }),
        ),
        ("typing", json!({ "channelId": "general" })),
    ];
    for (event, payload) in long_ids {
        assert_eq!(
            alice.refused(event, payload).await,
            "VALIDATION_ERROR",
            "{event}"
        );
    }
    let foreign = [
        (
            "message:edit",
            json!({ "messageId": id, "content": "x" }),
            "NOT_IN_ROOM",
        ),
        ("message:delete", json!({ "messageId": id }), "NOT_IN_ROOM"),
        (
            "reaction:add",
            json!({ "messageId": id, "emoji": "x" }),
            "NOT_IN_ROOM",
        ),
        (
            "reaction:remove",
            json!({ "messageId": "no", "emoji": "x" }),
            "NOT_FOUND",
        ),
        (
            "message:delivered-ack",
            json!({ "channelId": "general", "upToSeq": 1 }),
            "NOT_IN_ROOM",
        ),
        (
            "message:read-ack",
            json!({ "channelId": "general", "messageId": id }),
            "NOT_IN_ROOM",
        ),
        (
            "message:batch-read-ack",
            json!({ "channelId": "no", "upToSeq": 1 }),
            "ROOM_NOT_FOUND",
        ),
    ];
    for (event, payload, code) in foreign {
        assert_eq!(eve.refused(event, payload).await, code, "{event}");
    }
    let beyond = json!({ "channelId": "general", "upToSeq": 9_007_199_254_740_991_u64 });
    for event in ["message:delivered-ack", "message:batch-read-ack"] {
        let acked = alice.done(event, beyond.clone()).await;
        assert_eq!(acked["upToSeq"], 1, "{event}");
    }
    let huge = json!({ "rooms": [{ "roomName": "general", "seq": u64::MAX }] });
    assert_eq!(
        alice.done("sync:resume", huge).await["rooms"][0]["reset"],
        true
    );
    let fenced = json!({ "roomName": "general", "content": "x", "fence": u64::MAX });
    alice.done("message:send", fenced).await;
}

#[tokio::test]
async fn an_attachment_or_no_argument_is_refused_with_an_answer() {
    let server = TestServer::start().await;
    for event in EVENTS {
        let polling = http::Polling::open(server.addr).await;
        let connect = format!("40{}", json!({ "token": token("alice") }));
        polling.post(connect.as_bytes()).await;
        let binary = format!("451-1[\"{event}\",{{\"_placeholder\":true,\"num\":0}}]\x1ebAQID");
        let bare = format!("422[\"{event}\"]");
        for (packet, answer) in [(binary, "431["), (bare, "432[")] {
            polling.post(packet.as_bytes()).await;
            let answer = polling.poll_for(answer).await;
            assert!(answer.contains("VALIDATION_ERROR"), "{event}: {answer}");
        }
    }
}

#[tokio::test]
async fn extra_arguments_do_no_harm() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    let arguments = vec![
        json!({ "roomName": "general" }),
        json!(1),
        json!({ "roomName": "x" }),
    ];
    let body = alice.ack("room:join", Payload::Text(arguments)).await;
    assert_eq!(body["data"]["roomName"], "general");
}

#[tokio::test]
async fn an_unknown_event_is_answered_where_an_answer_is_wanted() {
    let server = TestServer::start().await;
    let mut alice = server.peer("alice").await;
    assert_eq!(alice.refused("no:such", json!(1)).await, "UNKNOWN_EVENT");
    alice
        .emit(
            "dispatch",
            json!({ "event": "message:new", "room": "general" }),
        )
        .await;
    alice.emit("message:send", json!(7)).await;
    assert_eq!(alice.next("error").await["code"], "VALIDATION_ERROR");
    assert_eq!(alice.pending(), Vec::<String>::new());
}

#[tokio::test]
async fn no_packet_brings_the_server_down() {
    let server = TestServer::start().await;
    let packets: Vec<Vec<u8>> = vec![
        b"".into(),
        b"4".into(),
        b"9".into(),
        b"42".into(),
        b"42[".into(),
        b"42[]".into(),
        b"42[7]".into(),
        b"42{}".into(),
        b"42null".into(),
        b"42-1[\"ping\"]".into(),
        b"4299999999999999999999[\"ping\"]".into(),
        b"43".into(),
        b"431[]".into(),
        b"4399999[1]".into(),
        b"45".into(),
        b"45-[\"a\"]".into(),
        b"451-".into(),
        b"45999999999-[\"a\",{\"_placeholder\":true,\"num\":0}]".into(),
        b"451-[\"a\",{\"_placeholder\":true,\"num\":-1}]".into(),
        b"bAAAA".into(),
        b"b!".into(),
        b"48".into(),
        b"44{\"message\":\"x\"}".into(),
        b"40".into(),
        b"40/other,".into(),
        b"42/other,[\"ping\"]".into(),
        b"\xff\xfe".into(),
        b"42[\"\\ud800\"]".into(),
        [b"42".as_slice(), b"[".repeat(20_000).as_slice()].concat(),
        [
            b"42[\"message:send\",".as_slice(),
            b"[".repeat(20_000).as_slice(),
        ]
        .concat(),
        [b"42[\"".as_slice(), b"x".repeat(900_000).as_slice(), b"\"]"].concat(),
        b"\x1e\x1e\x1e".into(),
        b"1".into(),
        b"6".into(),
        b"2probe".into(),
        b"5".into(),
    ];
    for packet in packets {
        let polling = http::Polling::open(server.addr).await;
        polling
            .post(format!("40{}", json!({ "token": token("alice") })).as_bytes())
            .await;
        let status = polling.post(&packet).await;
        let shown = String::from_utf8_lossy(&packet[..packet.len().min(40)]).into_owned();
        assert!(status < 500, "{shown}: {status}");
    }
    let too_large = http::Polling::open(server.addr)
        .await
        .post(&vec![b'4'; 1_000_001])
        .await;
    assert!((400..500).contains(&too_large), "{too_large}");
    for path in [
        "",
        "?EIO=4",
        "?EIO=9&transport=polling",
        "?EIO=4&transport=carrier-pigeon",
        "?EIO=4&transport=polling&sid=nobody",
        "?EIO=4&transport=websocket",
    ] {
        let answer = http::get(server.addr, &format!("/socket.io/{path}"), &[]).await;
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
    server
        .peer("alice")
        .await
        .done("room:join", json!({ "roomName": "general" }))
        .await;
}

#[tokio::test]
async fn no_query_brings_the_server_down_or_keeps_it_busy() {
    let server = TestServer::start().await;
    let nested = |open: &str, close: &str| {
        let count = 60_000 / (open.len() + close.len());
        [open.repeat(count), close.repeat(count)].concat()
    };
    let fragments: String = (0..1_000)
        .map(|number| format!("fragment f{number} on query_root {{...f{}}} ", number + 1))
        .collect();
    let queries = [
        nested("{a", "}"),
        format!("{{a(b:{})}}", nested("[", "]")),
        format!("{{a(b:{})}}", nested("{a:", "}")),
        format!("query($a:{}){{a}}", nested("[", "]")),
        "{".repeat(60_000),
        format!("{{a(b:{}", "[".repeat(60_000)),
        format!("{{{}}}", "a ".repeat(30_000)),
        format!("{{a{}}}", "@a".repeat(25_000)),
        format!("{{{}}}", "...f ".repeat(12_000)),
        format!("{{...f0}} {fragments}"),
        "\u{feff}#".repeat(15_000),
    ];
    let alice = token("alice");
    for query in queries {
        let body = json!({ "query": query }).to_string();
        let asked = http::ask_as(server.addr, &alice, "POST", "/v1/graphql", &body);
        let answer = tokio::time::timeout(Duration::from_secs(20), asked).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer to {query:.40}"));
        assert!(
            answer.body.contains("errors"),
            "{query:.40}: {}",
            answer.body
        );
    }
}
