//! Every line of bad input, and what becomes of it: the session ends with the reason that the
//! official client gives, or the packet is ignored and the session goes on. Nothing panics.

use serde_json::json;

use super::client::{Client, HANDSHAKE};
use crate::socketio::TransportKind::{Polling, WebSocket};
use crate::socketio::limits::{MAX_ATTACHMENTS, MAX_INCOMING_UNITS};

/// The session goes on, and nothing of the frame is delivered.
fn assert_ignored(frame: &str) {
    let mut client = Client::connected();
    client.text(0, frame);
    assert_eq!(client.drain(), Vec::<String>::new(), "{}", shown(frame));
    client.text(0, r#"42["next"]"#);
    assert_eq!(client.drain(), [r#"event ["next"]"#], "{}", shown(frame));
}

fn assert_ends(frame: &str, reason: &str) {
    let mut client = Client::connected();
    client.text(0, frame);
    assert_eq!(
        client.drain(),
        ["close 0".to_owned(), format!("closed: {reason}")],
        "{}",
        shown(frame)
    );
}

fn assert_parse_error(frame: &str) {
    assert_ends(frame, "parse error");
}

fn shown(frame: &str) -> String {
    frame.chars().take(60).collect()
}

#[test]
fn an_empty_frame_or_an_unknown_engine_type_is_a_transport_error() {
    for frame in ["", "7", "9", "x", "-", " ", "\u{0}", "é", "[1]", "<html>"] {
        assert_ends(frame, "transport error");
    }
}

#[test]
fn one_byte_frames_mean_what_their_type_means() {
    for ignored in ["0", "3", "5", "6"] {
        assert_ignored(ignored);
    }
    assert_ends("1", "transport close");
    assert_parse_error("4");
    assert_parse_error("b");
    let mut client = Client::connected();
    client.text(0, "2");
    assert_eq!(client.drain(), ["ping", "send 0 3"]);
}

#[test]
fn an_unknown_packet_type_is_a_parse_error() {
    for frame in ["47", "49[]", "4x", "4-1", "4[\"a\"]", "4é", "4 2[\"a\"]"] {
        assert_parse_error(frame);
    }
}

#[test]
fn an_absent_or_absurd_attachment_count_is_a_parse_error() {
    for frame in [
        "45",
        "46",
        r#"45["a"]"#,
        r#"45-["a"]"#,
        r#"45x-["a"]"#,
        r#"451["a"]"#,
        r#"451.5-["a"]"#,
        r#"45-1-["a"]"#,
        r#"451e3-["a"]"#,
        r#"454294967295-["a"]"#,
        r#"4518446744073709551615-["a"]"#,
        r#"4599999999999999999999999999999999-["a"]"#,
        &format!(r#"45{}-["a"]"#, MAX_ATTACHMENTS + 1),
        &format!(r#"45{}-["a"]"#, "9".repeat(5_000)),
    ] {
        assert_parse_error(frame);
    }
}

#[test]
fn bytes_without_a_header_are_a_parse_error() {
    let mut client = Client::connected();
    client.bytes(0, &[1, 2, 3]);
    assert_eq!(client.drain(), ["close 0", "closed: parse error"]);

    let mut client = Client::connected_by_polling();
    client.got(0, "bAQID");
    assert_eq!(client.drain(), ["close 0", "closed: parse error"]);
}

#[test]
fn text_where_an_attachment_is_due_is_a_parse_error() {
    let mut client = Client::connected();
    client.text(0, r#"451-["a",{"_placeholder":true,"num":0}]"#);
    client.text(0, r#"42["b"]"#);
    assert_eq!(client.drain(), ["close 0", "closed: parse error"]);
}

#[test]
fn a_placeholder_without_its_attachment_is_a_parse_error() {
    for num in ["1", "-1", "0.5", "1e9", "\"0\"", "null", "{}", "\"length\""] {
        let mut client = Client::connected();
        let packet = format!(r#"451-["a",{{"_placeholder":true,"num":{num}}}]"#);
        client.text(0, &packet);
        client.bytes(0, &[1]);
        assert_eq!(client.drain(), ["close 0", "closed: parse error"], "{num}");
    }
    assert_parse_error(r#"450-["a",{"_placeholder":true,"num":0}]"#);
    assert_parse_error(r#"450-["a",{"_placeholder":true}]"#);
}

#[test]
fn a_placeholder_in_a_plain_event_is_an_object_like_any_other() {
    let mut client = Client::connected();
    client.text(0, r#"42["a",{"_placeholder":true,"num":9}]"#);
    assert_eq!(
        client.drain(),
        [r#"event ["a",{"_placeholder":true,"num":9}]"#]
    );
}

#[test]
fn an_event_whose_name_is_missing_or_no_text_is_a_parse_error() {
    for body in [
        "[]",
        "[null]",
        "[true,1]",
        "[{}]",
        "[[\"a\"]]",
        "{}",
        "\"a\"",
        "null",
        "true",
    ] {
        assert_parse_error(&format!("42{body}"));
    }
}

#[test]
fn an_event_without_a_body_or_with_a_number_for_a_name_is_ignored() {
    for frame in ["42", "425", "42/", "42/,", "42[5,1]", "450-", "42/,12"] {
        assert_ignored(frame);
    }
}

#[test]
fn a_reserved_event_name_is_a_parse_error() {
    for name in [
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
    ] {
        assert_parse_error(&format!(r#"42["{name}",1]"#));
    }
}

#[test]
fn bodies_of_the_wrong_shape_are_parse_errors() {
    for frame in [
        "40[]",
        "40\"a\"",
        "40null",
        "41{}",
        "41[]",
        "430{}",
        "430\"a\"",
        "44[]",
        "44null",
        "44true",
        "42[\"a\"",
        "42[\"a\",]",
        "42[\"a\"]x",
        "42{\"a\"",
        "42[\"a\",NaN]",
        "42['a']",
        "42/,x",
    ] {
        assert_parse_error(frame);
    }
}

#[test]
fn acks_with_a_bad_id_are_no_answers() {
    assert_parse_error("43-1[1]");
    assert_parse_error("431.5[1]");
    for frame in [
        "43[1]",
        "43",
        "430",
        "43999[1]",
        "439007199254740993[1]",
        "4318446744073709551616[1]",
        "4399999999999999999999999999[1]",
    ] {
        assert_ignored(frame);
    }
}

#[test]
fn a_repeated_or_forgotten_ack_is_ignored() {
    let mut client = Client::connected();
    client.emit_with_ack(json!(["a"])).unwrap();
    client.emit_with_ack(json!(["b"])).unwrap();
    client.drain();
    client.session.forget_ack(1);
    client.text(0, "430[1]");
    client.text(0, "430[2]");
    client.text(0, "431[3]");
    assert_eq!(client.drain(), ["ack 0 [1]"]);
}

#[test]
fn an_event_that_cannot_be_answered_truthfully_is_a_parse_error() {
    for id in [
        "9007199254740992",
        "18446744073709551616",
        "99999999999999999999999",
    ] {
        assert_parse_error(&format!(r#"42{id}["a"]"#));
    }
    let mut client = Client::connected();
    client.text(0, r#"429007199254740991["a"]"#);
    assert_eq!(
        client.drain(),
        [r#"event ["a"] wants ack 9007199254740991"#]
    );
}

#[test]
fn a_prefix_without_end_is_a_parse_error() {
    assert_parse_error(&format!("42{}", "1".repeat(100_000)));
    assert_parse_error(&format!("42/{}", "n".repeat(100_000)));
    assert_parse_error(&format!("42/{}", "\u{1f600}".repeat(1_000)));
}

#[test]
fn a_prefix_that_ends_behind_the_short_head_is_read() {
    let mut client = Client::connected();
    let other = "n".repeat(200);
    client.text(0, &format!(r#"42/{other},["not mine"]"#));
    client.text(0, &format!(r#"42/,{}7["mine"]"#, "0".repeat(40)));
    assert_eq!(client.drain(), [r#"event ["mine"] wants ack 7"#]);
}

#[test]
fn ten_thousand_levels_of_nesting_end_the_session_and_nothing_else() {
    // Natively the parser stops at 128 levels; a browser's own parser does not recurse.
    let deep = format!("42[\"a\",{}1{}]", "[".repeat(10_000), "]".repeat(10_000));
    assert_parse_error(&deep);
    assert_parse_error(&format!("42[\"a\",{}", "[".repeat(10_000)));
    assert_parse_error(&format!("42[\"a\",{}", "{\"a\":".repeat(10_000)));
    let deep_binary = format!("451-[\"a\",{}1{}]", "[".repeat(10_000), "]".repeat(10_000));
    assert_parse_error(&deep_binary);
}

#[test]
fn a_string_of_a_megabyte_is_delivered() {
    let mut client = Client::connected();
    let long = "a".repeat(1_000_000);
    client.text(0, &format!(r#"42["long","{long}"]"#));
    client.text(0, &format!(r#"42["{long}"]"#));
    let lines = client.drain();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.len() > 1_000_000));
}

#[test]
fn a_frame_beyond_the_limit_is_a_parse_error() {
    let long = "a".repeat(MAX_INCOMING_UNITS);
    assert_parse_error(&format!(r#"42["{long}"]"#));
    let mut client = Client::connected_by_polling();
    client.got(0, &format!(r#"42["{long}"]"#));
    assert_eq!(client.drain(), ["close 0", "closed: parse error"]);
}

#[test]
fn lone_surrogates_do_not_panic() {
    // Natively they are no JSON text; in the browser they are delivered as they are.
    for frame in [
        r#"42["a","\ud800"]"#,
        r#"42["\udc00"]"#,
        r#"42["\ud800\ud800"]"#,
    ] {
        assert_parse_error(frame);
    }
    let mut client = Client::connected();
    client.text(0, r#"42["a","\ud83d\ude00"]"#);
    client.text(0, "42[\"a\",\"\u{fffd}\u{feff}\u{202e}\"]");
    assert_eq!(client.drain().len(), 2);
}

#[test]
fn what_is_no_base64_is_a_parse_error() {
    for record in ["b!", "bA", "b====", "bAQ=I", "b\u{1f600}", "bAQID\n"] {
        let mut client = Client::connected_by_polling();
        let packet = r#"451-["a",{"_placeholder":true,"num":0}]"#;
        client.got(0, &format!("{packet}|{record}"));
        assert_eq!(
            client.drain(),
            ["close 0", "closed: parse error"],
            "{record}"
        );
    }
}

#[test]
fn a_handshake_with_bad_values_is_a_parse_error() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "<html>",
        r#"{"sid":"S"}"#,
        r#"{"sid":"S","pingInterval":25000}"#,
        r#"{"sid":"S","pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":0,"pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":25000,"pingTimeout":0}"#,
        r#"{"sid":"S","pingInterval":-1,"pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":0.5,"pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":1e300,"pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":86400001,"pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":"25000","pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":25000,"pingTimeout":9007199254740993}"#,
        r#"{"sid":"","pingInterval":25000,"pingTimeout":20000}"#,
        r#"{"sid":7,"pingInterval":25000,"pingTimeout":20000}"#,
        r#"{"pingInterval":25000,"pingTimeout":20000}"#,
        r#"{"sid":"S","pingInterval":25000,"pingTimeout":20000,"maxPayload":0}"#,
        r#"{"sid":"S","pingInterval":25000,"pingTimeout":20000,"maxPayload":"big"}"#,
    ] {
        let mut client = Client::new("http://host", &[WebSocket]);
        client.drain();
        client.text(0, &format!("0{body}"));
        assert_eq!(client.drain(), ["close 0", "closed: parse error"], "{body}");
    }
}

#[test]
fn html_in_the_place_of_packets_ends_the_session() {
    let mut client = Client::new("http://host", &[Polling]);
    client.drain();
    client.got(0, "<!doctype html><title>Log in</title>");
    assert_eq!(client.drain(), ["close 0", "closed: parse error"]);

    let mut client = Client::connected_by_polling();
    client.got(0, "<!doctype html><title>Log in</title>");
    assert_eq!(client.drain(), ["close 0", "closed: transport error"]);
}

#[test]
fn a_session_id_from_the_server_cannot_add_parameters() {
    let mut client = Client::new("http://host", &[Polling]);
    client.drain();
    client.got(0, &HANDSHAKE.replace("\"S\"", "\"a&b=c#d é\""));
    assert_eq!(
        client.drain()[1],
        "get 0 http://host/socket.io/?EIO=4&transport=polling&sid=a%26b%3Dc%23d%20%C3%A9"
    );
}
