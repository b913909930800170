use serde_json::json;

use super::client::Client;
use crate::socketio::{EmitError, SessionTimer};

#[test]
fn a_ping_is_answered_and_moves_the_deadline() {
    let mut client = Client::connected();
    assert_eq!(
        client.session.poll_timeout(),
        Some((46_000, SessionTimer::PingTimeout))
    );
    client.now_ms = 20_000;
    client.text(0, "2");
    assert_eq!(client.drain(), ["ping", "send 0 3"]);
    assert_eq!(
        client.session.poll_timeout(),
        Some((65_000, SessionTimer::PingTimeout))
    );
}

#[test]
fn a_missing_ping_ends_the_session_at_the_deadline_and_not_before() {
    let mut client = Client::connected();
    client.wait(44_999);
    assert_eq!(client.drain(), Vec::<String>::new());
    client.wait(1);
    assert_eq!(client.drain(), ["close 0", "closed: ping timeout"]);
    assert_eq!(client.session.poll_timeout(), None);
}

#[test]
fn events_are_no_pings() {
    let mut client = Client::connected();
    client.now_ms += 44_000;
    client.text(0, r#"42["busy"]"#);
    client.drain();
    client.wait(1_000);
    assert_eq!(client.drain(), ["close 0", "closed: ping timeout"]);
}

#[test]
fn after_a_long_sleep_one_wake_is_enough() {
    let mut client = Client::connected();
    client.wait(8 * 3_600_000);
    assert_eq!(client.drain(), ["close 0", "closed: ping timeout"]);
}

#[test]
fn an_emit_after_the_deadline_is_refused_even_if_the_timer_did_not_fire() {
    let mut client = Client::connected();
    client.now_ms += 45_000;
    assert_eq!(client.emit(json!(["a"])), Err(EmitError::NotConnected));
    assert_eq!(client.drain(), ["close 0", "closed: ping timeout"]);
}

#[test]
fn pings_that_pile_up_are_answered_once() {
    let mut client = Client::connected_by_polling();
    client.got(0, "2|2|2");
    let lines = client.drain();
    assert_eq!(&lines[..3], ["ping", "ping", "ping"]);
    assert_eq!(lines.last().unwrap(), "post 0 3");
}

#[test]
fn a_ping_between_a_packet_and_its_attachments_disturbs_neither() {
    let mut client = Client::connected();
    client.text(0, r#"451-["file",{"_placeholder":true,"num":0}]"#);
    client.text(0, "2");
    client.bytes(0, &[0xff]);
    assert_eq!(
        client.drain(),
        ["ping", r#"event ["file",{"$bytes":"/w=="}]"#, "send 0 3"]
    );
}
