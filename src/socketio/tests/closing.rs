use serde_json::json;

use super::client::{Client, HANDSHAKE};
use crate::socketio::TransportKind::{Polling, WebSocket};
use crate::socketio::{EmitError, SessionTimer};

#[test]
fn a_disconnect_over_websocket_says_goodbye_and_is_done() {
    let mut client = Client::connected();
    client.emit(json!(["last"])).unwrap();
    client.disconnect();
    assert_eq!(
        client.drain(),
        [
            r#"send 0 42["last"] 41 1"#,
            "close 0",
            "closed: io client disconnect"
        ]
    );
    assert_eq!(client.emit(json!(["a"])), Err(EmitError::NotConnected));
}

#[test]
fn a_disconnect_over_polling_waits_for_its_goodbye_to_be_posted() {
    let mut client = Client::connected_by_polling();
    client.emit(json!(["under way"])).unwrap();
    assert_eq!(client.drain(), [r#"post 0 42["under way"]"#]);
    client.disconnect();
    assert!(!client.session.is_connected());
    assert_eq!(client.drain(), Vec::<String>::new());
    client.posted(0);
    assert_eq!(client.drain(), ["post 0 41|1"]);
    client.got(0, r#"42["late"]"#);
    client.posted(0);
    assert_eq!(
        client.drain(),
        ["close 0", "closed: io client disconnect"],
        "and what came after the goodbye is not delivered"
    );
}

#[test]
fn a_goodbye_that_cannot_be_posted_is_given_up() {
    let mut client = Client::connected_by_polling();
    client.disconnect();
    assert_eq!(client.drain(), ["post 0 41|1"]);
    assert_eq!(
        client.session.poll_timeout(),
        Some((3_000, SessionTimer::Close))
    );
    client.wait(2_000);
    assert_eq!(client.drain(), ["close 0", "closed: io client disconnect"]);

    let mut client = Client::connected_by_polling();
    client.disconnect();
    client.drain();
    client.failed(0);
    assert_eq!(client.drain(), ["close 0", "closed: io client disconnect"]);
}

#[test]
fn a_disconnect_before_opening_only_closes() {
    let mut client = Client::new("http://host", &[WebSocket, Polling]);
    client.drain();
    client.disconnect();
    assert_eq!(client.drain(), ["close 0", "closed: io client disconnect"]);
}

#[test]
fn a_disconnect_before_the_namespace_accepted_leaves_no_namespace() {
    let mut client = Client::new("http://host", &[WebSocket]);
    client.text(0, HANDSHAKE);
    client.drain();
    client.disconnect();
    assert_eq!(
        client.drain(),
        ["send 0 1", "close 0", "closed: io client disconnect"]
    );
}

#[test]
fn a_disconnect_during_an_upgrade_leaves_by_polling() {
    let mut client = Client::new("http://host", &[Polling, WebSocket]);
    client.got(0, HANDSHAKE);
    client.drain();
    client.posted(0);
    client.opened(1);
    client.text(1, "3probe");
    client.drain();
    client.disconnect();
    assert_eq!(client.drain(), ["close 1", "post 0 1"]);
    client.posted(0);
    assert_eq!(client.drain(), ["close 0", "closed: io client disconnect"]);
}

#[test]
fn the_server_may_take_the_socket_out() {
    for packet in ["41", "41/,"] {
        let mut client = Client::connected();
        client.text(0, packet);
        assert_eq!(client.drain(), ["close 0", "closed: io server disconnect"]);
    }
}

#[test]
fn an_engine_close_packet_and_a_closed_socket_are_a_transport_close() {
    let mut client = Client::connected();
    client.text(0, "1");
    assert_eq!(client.drain(), ["close 0", "closed: transport close"]);

    let mut client = Client::connected();
    client.closed(0);
    assert_eq!(client.drain(), ["close 0", "closed: transport close"]);

    let mut client = Client::connected_by_polling();
    client.got(0, "6|1|6");
    assert_eq!(client.drain(), ["close 0", "closed: transport close"]);
}

#[test]
fn a_broken_socket_or_request_is_a_transport_error() {
    let mut client = Client::connected();
    client.failed(0);
    assert_eq!(client.drain(), ["close 0", "closed: transport error"]);

    let mut client = Client::connected_by_polling();
    client.failed(0);
    assert_eq!(client.drain(), ["close 0", "closed: transport error"]);
}

#[test]
fn nothing_comes_after_the_end() {
    let mut client = Client::connected();
    client.emit_with_ack(json!(["a"])).unwrap();
    client.text(0, "41");
    client.drain();
    client.text(0, r#"430["late"]"#);
    client.text(0, r#"42["late"]"#);
    client.closed(0);
    client.failed(0);
    client.disconnect();
    client.wait(1_000_000);
    client.session.abort();
    assert_eq!(client.drain(), Vec::<String>::new());
}

#[test]
fn events_that_came_before_the_end_are_delivered_before_it() {
    let mut client = Client::connected_by_polling();
    client.got(0, r#"42["a"]|41|42["b"]"#);
    assert_eq!(
        client.drain(),
        [r#"event ["a"]"#, "close 0", "closed: io server disconnect"]
    );
}

#[test]
fn an_abort_only_closes_transports() {
    let mut client = Client::new("http://host", &[Polling, WebSocket]);
    client.got(0, HANDSHAKE);
    client.session.abort();
    assert_eq!(client.drain(), ["close 0", "close 1"]);
    assert!(client.session.is_closed());
    assert_eq!(client.session.poll_timeout(), None);
}

#[test]
fn an_abort_still_closes_a_transport_that_was_given_up_before() {
    let mut client = Client::new("http://host", &[WebSocket, Polling]);
    client.drain();
    client.failed(0);
    client.session.abort();
    assert_eq!(client.drain(), ["close 0", "close 1"]);
}

#[test]
fn late_frames_of_a_transport_given_up_are_ignored() {
    let mut client = Client::new("http://host", &[WebSocket, Polling]);
    client.failed(0);
    client.drain();
    client.opened(0);
    client.text(0, HANDSHAKE);
    client.closed(0);
    assert_eq!(client.drain(), Vec::<String>::new());
    assert_eq!(client.session.transport(), None);
}
