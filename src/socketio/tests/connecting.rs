use serde_json::json;

use super::client::{Client, HANDSHAKE};
use crate::socketio::TransportKind::{Polling, WebSocket};
use crate::socketio::{Endpoint, SessionConfig, SessionTimer, TransportId};

#[test]
fn a_websocket_session_opens_joins_and_is_connected() {
    let mut client = Client::new("https://host:3101", &[WebSocket]);
    assert_eq!(
        client.drain(),
        ["open 0 wss://host:3101/socket.io/?EIO=4&transport=websocket"]
    );
    assert_eq!(client.session.transport(), None);

    client.now_ms += 7;
    client.opened(0);
    client.text(0, HANDSHAKE);
    assert_eq!(client.drain(), ["handshaken websocket 7", "send 0 40"]);
    assert_eq!(client.session.transport(), Some(WebSocket));
    assert!(!client.session.is_connected());

    client.text(0, r#"40{"sid":"me"}"#);
    assert_eq!(client.drain(), ["connected me"]);
    assert!(client.session.is_connected());
}

#[test]
fn a_namespace_is_joined_with_its_auth() {
    let auth = Some(json!({"token": "secret"}));
    let mut client = Client::with_auth("http://host/admin?v=1", &[WebSocket], auth);
    assert_eq!(
        client.drain(),
        ["open 0 ws://host/socket.io/?EIO=4&transport=websocket&v=1"]
    );
    client.opened(0);
    client.text(0, HANDSHAKE);
    assert_eq!(
        client.drain(),
        [
            "handshaken websocket 0",
            r#"send 0 40/admin,{"token":"secret"}"#
        ]
    );
    client.text(0, r#"40/admin,{"sid":"me"}"#);
    assert_eq!(client.drain(), ["connected me"]);

    client.emit(json!(["a", 1])).unwrap();
    client.emit_with_ack(json!(["b"])).unwrap();
    assert_eq!(
        client.drain(),
        [r#"send 0 42/admin,["a",1] 42/admin,0["b"]"#]
    );
    client.text(0, r#"42/admin,7["c"]"#);
    client.text(0, r#"43/admin,0["d"]"#);
    assert_eq!(
        client.drain(),
        [r#"event ["c"] wants ack 7"#, r#"ack 0 ["d"]"#]
    );
}

#[test]
fn packets_of_other_namespaces_are_ignored_with_their_attachments() {
    let mut client = Client::connected();
    client.text(0, r#"42/other,["a"]"#);
    client.text(0, "41/other,");
    client.text(0, r#"451-/other,["a",{"_placeholder":true,"num":0}]"#);
    client.bytes(0, &[1]);
    client.text(0, r#"42["mine"]"#);
    assert_eq!(client.drain(), [r#"event ["mine"]"#]);
}

#[test]
fn a_refusal_tells_message_and_data_and_ends_the_session() {
    let mut client = Client::new("http://host", &[WebSocket]);
    client.opened(0);
    client.text(0, HANDSHAKE);
    client.drain();
    client.text(
        0,
        r#"44{"message":"Invalid token","data":{"code":"TOKEN_EXPIRED"}}"#,
    );
    assert_eq!(
        client.drain(),
        [
            r#"connect_error Invalid token {"code":"TOKEN_EXPIRED"}"#,
            "close 0",
            "closed: io server disconnect"
        ]
    );
}

#[test]
fn a_refusal_may_be_a_bare_text_or_nothing() {
    for (packet, message) in [
        (r#"44"Invalid namespace""#, "Invalid namespace"),
        ("44", "the server refused the connection"),
        ("44{}", "the server refused the connection"),
    ] {
        let mut client = Client::new("http://host", &[WebSocket]);
        client.text(0, HANDSHAKE);
        client.drain();
        client.text(0, packet);
        assert_eq!(client.drain()[0], format!("connect_error {message} null"));
    }
}

#[test]
fn a_connect_without_a_socket_id_is_an_older_protocol() {
    let mut client = Client::new("http://host", &[WebSocket]);
    client.text(0, HANDSHAKE);
    client.drain();
    client.text(0, "40");
    assert!(client.drain()[0].contains("older protocol"));
    assert!(client.session.is_closed());
}

#[test]
fn events_before_the_namespace_accepted_are_not_delivered() {
    let mut client = Client::new("http://host", &[WebSocket]);
    client.text(0, HANDSHAKE);
    client.drain();
    client.text(0, r#"42["early"]"#);
    assert_eq!(client.drain(), Vec::<String>::new());
}

#[test]
fn a_websocket_that_fails_before_opening_falls_back_to_polling() {
    let mut client = Client::new("http://host", &[WebSocket, Polling]);
    client.drain();
    client.failed(0);
    assert_eq!(
        client.drain(),
        [
            "close 0",
            "get 1 http://host/socket.io/?EIO=4&transport=polling"
        ]
    );
    client.now_ms += 5;
    client.got(1, HANDSHAKE);
    assert_eq!(
        client.drain(),
        [
            "handshaken polling 5",
            "open 2 ws://host/socket.io/?EIO=4&transport=websocket&sid=S",
            "get 1 http://host/socket.io/?EIO=4&transport=polling&sid=S",
            "post 1 40"
        ],
        "and probes for WebSocket again: the server may have been starting when it failed"
    );
}

#[test]
fn a_websocket_that_closes_or_says_nonsense_before_opening_falls_back_too() {
    for spoil in [
        |client: &mut Client| client.closed(0),
        |client: &mut Client| client.text(0, "<html>"),
        |client: &mut Client| client.text(0, r#"0{"sid":"S"}"#),
        |client: &mut Client| client.bytes(0, &[0]),
    ] {
        let mut client = Client::new("http://host", &[WebSocket, Polling]);
        client.opened(0);
        client.drain();
        spoil(&mut client);
        assert_eq!(
            client.drain(),
            [
                "close 0",
                "get 1 http://host/socket.io/?EIO=4&transport=polling"
            ]
        );
    }
}

#[test]
fn a_websocket_that_stays_silent_falls_back_at_its_deadline() {
    let mut client = Client::new("http://host", &[WebSocket, Polling]);
    client.opened(0);
    client.drain();
    assert_eq!(
        client.session.poll_timeout(),
        Some((11_000, SessionTimer::Open))
    );
    client.wait(9_999);
    assert_eq!(client.drain(), Vec::<String>::new());
    client.wait(1);
    assert_eq!(client.drain()[0], "close 0");
    assert_eq!(
        client.session.poll_timeout(),
        Some((21_000, SessionTimer::Open))
    );
}

#[test]
fn polling_that_fails_before_opening_falls_back_to_websocket() {
    let mut client = Client::new("http://host", &[Polling, WebSocket]);
    client.drain();
    client.failed(0);
    assert_eq!(
        client.drain(),
        [
            "close 0",
            "open 1 ws://host/socket.io/?EIO=4&transport=websocket"
        ]
    );
}

#[test]
fn when_every_transport_failed_the_last_failure_ends_the_session() {
    let mut client = Client::new("http://host", &[WebSocket, Polling]);
    client.failed(0);
    client.drain();
    client.got(1, "<!doctype html><p>Please log in");
    assert_eq!(client.drain(), ["close 1", "closed: parse error"]);
}

#[test]
fn without_transports_the_session_ends_at_once() {
    let mut client = Client::new("http://host", &[]);
    assert_eq!(client.drain(), ["closed: transport error"]);
}

#[test]
fn a_namespace_that_does_not_answer_ends_the_session_at_its_deadline() {
    let mut client = Client::new("http://host", &[WebSocket]);
    client.text(0, HANDSHAKE);
    client.drain();
    assert_eq!(
        client.session.poll_timeout(),
        Some((21_000, SessionTimer::Connect))
    );
    client.wait(20_000);
    assert_eq!(client.drain(), ["close 0", "closed: transport error"]);
}

#[test]
fn a_second_handshake_or_connect_changes_nothing() {
    let mut client = Client::connected();
    client.text(0, HANDSHAKE);
    client.text(0, r#"40{"sid":"other"}"#);
    client.text(0, r#"44{"message":"late"}"#);
    assert_eq!(client.drain(), Vec::<String>::new());
    assert!(client.session.is_connected());
}

#[test]
fn ids_count_on_from_the_first_so_that_late_events_are_told_apart() {
    let endpoint = Endpoint::parse("http://host").unwrap();
    let mut client = Client::start(SessionConfig {
        first_transport: TransportId(41),
        ..SessionConfig::new(endpoint)
    });
    client.text(40, HANDSHAKE);
    client.closed(42);
    assert_eq!(
        client.drain(),
        ["open 41 ws://host/socket.io/?EIO=4&transport=websocket"]
    );
    assert_eq!(client.session.next_transport_id(), TransportId(42));
}
