use serde_json::json;

use super::client::{Client, HANDSHAKE};
use crate::socketio::TransportKind::WebSocket;
use crate::socketio::limits::{
    MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_BUFFERED_FRAMES, MAX_PENDING_ACKS,
};
use crate::socketio::{EmitError, ValueError};

#[test]
fn nothing_is_sent_before_the_namespace_accepted() {
    let mut client = Client::new("http://host", &[WebSocket]);
    assert_eq!(client.emit(json!(["a"])), Err(EmitError::NotConnected));
    client.text(0, HANDSHAKE);
    assert_eq!(client.emit(json!(["a"])), Err(EmitError::NotConnected));
    assert_eq!(
        client.session.emit_raw_ack(client.now_ms, 0, &json!([])),
        Err(EmitError::NotConnected)
    );
}

#[test]
fn an_event_must_be_an_array_with_a_free_name() {
    let mut client = Client::connected();
    for packet in [json!([]), json!({}), json!("a"), json!(null), json!([1])] {
        assert_eq!(client.emit(packet), Err(EmitError::InvalidPacket));
    }
    assert_eq!(
        client.emit(json!(["disconnect"])),
        Err(EmitError::ReservedName("disconnect".to_owned()))
    );
    assert_eq!(
        client.session.emit_raw_ack(client.now_ms, 0, &json!({})),
        Err(EmitError::InvalidPacket)
    );
    assert_eq!(client.drain(), Vec::<String>::new());
}

#[test]
fn ack_ids_increase_and_a_refused_event_takes_none() {
    let mut client = Client::connected();
    assert_eq!(client.emit_with_ack(json!(["a"])), Ok(Some(0)));
    assert_eq!(client.emit(json!(["b"])), Ok(None));
    client.emit_with_ack(json!([])).unwrap_err();
    assert_eq!(client.session.next_ack_id(), 1);
    assert_eq!(client.emit_with_ack(json!(["c"])), Ok(Some(1)));
    assert_eq!(
        client.drain(),
        [r#"send 0 420["a"] 42["b"] 421["c"]"#],
        "one command for all that was sent in one go"
    );
}

#[test]
fn a_frame_above_what_the_server_takes_is_refused() {
    let mut client = Client::new("http://host", &[WebSocket]);
    client.text(0, &HANDSHAKE.replace("1000000", "20"));
    client.text(0, r#"40{"sid":"me"}"#);
    client.drain();
    client.emit(json!(["a", "0123456789"])).unwrap();
    let too_large = Err(EmitError::TooLarge { limit: 20 });
    assert_eq!(client.emit(json!(["a", "01234567890"])), too_large);
    assert_eq!(client.drain(), [r#"send 0 42["a","0123456789"]"#]);
}

#[test]
fn an_attachment_above_what_the_server_takes_is_refused() {
    let mut client = Client::new("http://host", &[WebSocket]);
    client.text(0, &HANDSHAKE.replace("1000000", "60"));
    client.text(0, r#"40{"sid":"me"}"#);
    client.drain();
    let bytes = |count: usize| {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(vec![7; count]);
        json!(["a", { "$bytes": encoded }])
    };
    assert_eq!(
        client.emit(bytes(61)),
        Err(EmitError::TooLarge { limit: 60 })
    );
    client.emit(bytes(60)).unwrap();
}

#[test]
fn more_attachments_than_a_packet_may_have_are_refused() {
    let mut client = Client::connected();
    let file = json!({"$bytes": ""});
    let mut packet = vec![json!("files")];
    packet.extend(vec![file; MAX_ATTACHMENTS]);
    client.emit(json!(packet)).unwrap();
    packet.push(json!({"$bytes": ""}));
    assert_eq!(
        client.emit(json!(packet)),
        Err(EmitError::TooManyAttachments {
            limit: MAX_ATTACHMENTS
        })
    );
}

#[test]
fn a_body_that_cannot_be_written_is_refused() {
    let mut client = Client::connected();
    let error = client
        .emit(json!(["a", {"$bytes": "not base64"}]))
        .unwrap_err();
    assert!(matches!(
        error,
        EmitError::Unserializable(ValueError::Unserializable(_))
    ));
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    assert_eq!(
        client.emit(json!(["a", deep])),
        Err(EmitError::Unserializable(ValueError::TooDeep))
    );
    assert_eq!(client.drain(), Vec::<String>::new());
}

#[test]
fn a_full_buffer_refuses_and_takes_again_once_it_went_out() {
    let mut client = Client::connected_by_polling();
    for _ in 0..MAX_BUFFERED_FRAMES {
        client.emit(json!(["a"])).unwrap();
    }
    assert_eq!(client.emit(json!(["a"])), Err(EmitError::BufferFull));
    client.drain();
    client.emit(json!(["b"])).unwrap();
}

#[test]
fn the_buffer_is_bounded_in_units_too() {
    let mut client = Client::connected_by_polling();
    let large = json!(["a", "x".repeat(900_000)]);
    let sent = (0..100)
        .take_while(|_| client.emit(large.clone()).is_ok())
        .count();
    assert_eq!(sent, 18);
    assert_eq!(client.emit(large), Err(EmitError::BufferFull));
}

#[test]
fn awaited_answers_are_bounded_and_forgetting_one_makes_room() {
    let mut client = Client::connected();
    for _ in 0..MAX_PENDING_ACKS {
        client.emit_with_ack(json!(["a"])).unwrap();
        client.drain();
    }
    assert_eq!(
        client.emit_with_ack(json!(["a"])),
        Err(EmitError::BufferFull)
    );
    client.emit(json!(["a"])).unwrap();
    client.session.forget_ack(17);
    client.emit_with_ack(json!(["a"])).unwrap();
}

#[test]
fn attachments_are_bounded_in_bytes() {
    let mut client = Client::connected();
    client.text(0, r#"4510-["a"]"#);
    let half = vec![0; MAX_ATTACHMENT_BYTES / 2];
    client.bytes(0, &half);
    client.bytes(0, &half);
    assert_eq!(client.drain(), Vec::<String>::new());
    client.bytes(0, &[0]);
    assert_eq!(client.drain(), ["close 0", "closed: parse error"]);
}
