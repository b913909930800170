//! Prefixes and payloads by themselves.

use serde_json::Value as Json;

use crate::socketio::Frame;
use crate::socketio::payload;
use crate::socketio::prefix::{self, PacketType, Prefix, PrefixError};

#[test]
fn every_part_of_a_prefix_is_read() {
    let read = Prefix::read(r#"4512-/admin,456["a"]"#, true).unwrap();
    assert_eq!(
        read,
        Prefix {
            kind: PacketType::BinaryEvent,
            attachments: 12,
            namespace: "/admin",
            id: Some(456),
            text: "4512-/admin,456",
        }
    );
}

#[test]
fn the_parts_of_a_prefix_may_be_absent() {
    for (head, kind, namespace, id, text) in [
        ("40", PacketType::Connect, "/", None, "40"),
        ("40{}", PacketType::Connect, "/", None, "40"),
        ("41/a", PacketType::Disconnect, "/a", None, "41/a"),
        ("42[1]", PacketType::Event, "/", None, "42"),
        ("43/a,7[]", PacketType::Ack, "/a", Some(7), "43/a,7"),
        ("44\"no\"", PacketType::ConnectError, "/", None, "44"),
    ] {
        let read = Prefix::read(head, true).unwrap();
        assert_eq!(
            (read.kind, read.namespace, read.id, read.text),
            (kind, namespace, id, text)
        );
    }
}

#[test]
fn a_head_that_ends_inside_the_prefix_is_incomplete() {
    let frame = r#"4512-/admin,456["a"]"#;
    for end in 1..frame.len() {
        let read = Prefix::read(&frame[..end], false);
        let ends_inside = end <= "4512-/admin,456".len();
        assert_eq!(read == Err(PrefixError::Incomplete), ends_inside, "{end}");
    }
}

#[test]
fn a_payload_of_one_frame_is_that_frame() {
    let frames: Vec<Frame<Json>> = vec![Frame::Text("2".to_owned())];
    assert_eq!(payload::write(frames), "2");
}

#[test]
fn records_count_as_what_they_take_in_a_payload() {
    let frames: Vec<Frame<Json>> = vec![
        Frame::Text("42[\"a\"]".to_owned()),
        Frame::Bytes(Vec::new()),
        Frame::Bytes(vec![1]),
        Frame::Bytes(vec![1; 3]),
        Frame::Bytes(vec![1; 4]),
    ];
    let counted: usize = frames.iter().map(payload::record_units).sum();
    assert_eq!(payload::write(frames).len() + 1, counted);
}

#[test]
fn the_binary_form_is_written_only_for_what_has_attachments() {
    assert_eq!(prefix::write(PacketType::Event, 0, "/", None), "42");
    assert_eq!(prefix::write(PacketType::Event, 2, "/", Some(1)), "452-1");
    assert_eq!(prefix::write(PacketType::Ack, 1, "/a", Some(9)), "461-/a,9");
    assert_eq!(prefix::write(PacketType::Connect, 0, "/a", None), "40/a,");
}
