use serde_json::json;

use super::client::{Client, HANDSHAKE};
use crate::socketio::SessionTimer;
use crate::socketio::TransportKind::{Polling, WebSocket};

/// Handshaken and joined by polling, transport 0; the upgrade is transport 1.
fn upgrading() -> Client {
    let mut client = Client::new("http://host", &[Polling, WebSocket]);
    client.got(0, HANDSHAKE);
    let lines = client.drain();
    assert!(
        lines.contains(&"open 1 ws://host/socket.io/?EIO=4&transport=websocket&sid=S".to_owned()),
        "{lines:?}"
    );
    client.posted(0);
    client.got(0, r#"40{"sid":"me"}"#);
    client.drain();
    client
}

#[test]
fn an_upgrade_probes_waits_for_the_poll_under_way_and_switches() {
    let mut client = upgrading();
    client.opened(1);
    assert_eq!(client.drain(), ["send 1 2probe"]);
    client.now_ms += 9;
    client.text(1, "3probe");
    assert_eq!(client.drain(), Vec::<String>::new(), "a GET is under way");
    assert_eq!(client.session.transport(), Some(Polling));
    client.got(0, "6");
    assert_eq!(client.drain(), ["close 0", "send 1 5", "upgraded 9"]);
    assert_eq!(client.session.transport(), Some(WebSocket));
    assert_eq!(
        client.session.poll_timeout(),
        Some((46_000, SessionTimer::PingTimeout)),
        "and the heartbeat goes on"
    );
    client.text(1, r#"42["by websocket"]"#);
    assert_eq!(client.drain(), [r#"event ["by websocket"]"#]);
}

#[test]
fn what_is_sent_during_an_upgrade_goes_once_in_order_behind_it() {
    let mut client = upgrading();
    client.emit(json!(["before"])).unwrap();
    assert_eq!(client.drain(), [r#"post 0 42["before"]"#]);
    client.emit(json!(["behind the post"])).unwrap();
    client.opened(1);
    client.text(1, "3probe");
    client.got(0, r#"6|2|42["from the server"]"#);
    client.emit(json!(["paused"])).unwrap();
    assert_eq!(
        client.drain(),
        ["send 1 2probe", "ping", r#"event ["from the server"]"#],
        "the POST is still under way"
    );
    client.posted(0);
    assert_eq!(
        client.drain(),
        [
            "close 0",
            "send 1 5",
            "upgraded 0",
            r#"send 1 3 42["behind the post"] 42["paused"]"#
        ]
    );
}

#[test]
fn polling_goes_on_while_the_probe_is_out() {
    let mut client = upgrading();
    client.opened(1);
    client.drain();
    client.got(0, r#"42["a"]"#);
    client.emit(json!(["b"])).unwrap();
    assert_eq!(
        client.drain(),
        [
            r#"event ["a"]"#,
            "get 0 http://host/socket.io/?EIO=4&transport=polling&sid=S",
            r#"post 0 42["b"]"#
        ]
    );
}

#[test]
fn a_failed_probe_leaves_polling_working() {
    for spoil in [
        |client: &mut Client| client.failed(1),
        |client: &mut Client| client.closed(1),
        |client: &mut Client| client.text(1, "3nonsense"),
        |client: &mut Client| client.bytes(1, &[3]),
        |client: &mut Client| client.wait(10_000),
    ] {
        let mut client = upgrading();
        client.opened(1);
        client.drain();
        spoil(&mut client);
        assert_eq!(client.drain(), ["close 1"]);
        client.text(1, "3probe");
        client.got(0, r#"42["still here"]"#);
        assert_eq!(
            client.drain(),
            [
                r#"event ["still here"]"#,
                "get 0 http://host/socket.io/?EIO=4&transport=polling&sid=S"
            ]
        );
    }
}

#[test]
fn an_upgrade_that_fails_while_polling_is_paused_resumes_polling_and_what_waited() {
    let mut client = upgrading();
    client.emit(json!(["under way"])).unwrap();
    client.drain();
    client.opened(1);
    client.text(1, "3probe");
    client.got(0, "6");
    client.emit(json!(["waits"])).unwrap();
    client.drain();
    client.closed(1);
    assert_eq!(
        client.drain(),
        [
            "close 1",
            "get 0 http://host/socket.io/?EIO=4&transport=polling&sid=S"
        ]
    );
    client.posted(0);
    assert_eq!(client.drain(), [r#"post 0 42["waits"]"#]);
}

#[test]
fn a_session_that_fails_during_an_upgrade_closes_both_transports() {
    let mut client = upgrading();
    client.opened(1);
    client.drain();
    client.failed(0);
    assert_eq!(
        client.drain(),
        ["close 0", "close 1", "closed: transport error"]
    );
}

#[test]
fn no_upgrade_is_tried_that_is_not_offered_or_not_wanted() {
    let without_upgrades = HANDSHAKE.replace(r#"["websocket"]"#, "[]");
    for (handshake, transports) in [
        (without_upgrades.as_str(), &[Polling, WebSocket][..]),
        (HANDSHAKE, &[Polling][..]),
    ] {
        let mut client = Client::new("http://host", transports);
        client.got(0, handshake);
        assert!(!client.drain().iter().any(|line| line.starts_with("open")));
    }
}

#[test]
fn late_events_of_the_old_transport_are_ignored_after_the_switch() {
    let mut client = upgrading();
    client.opened(1);
    client.text(1, "3probe");
    client.got(0, "6");
    client.drain();
    client.got(0, r#"42["late"]"#);
    client.failed(0);
    client.closed(0);
    assert_eq!(client.drain(), Vec::<String>::new());
    assert!(client.session.is_connected());
}
