//! Round trips, and bytes that nobody chose.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::client::Client;
use crate::socketio::payload;
use crate::socketio::prefix::{self, PacketType, Prefix, PrefixError};
use crate::socketio::{Endpoint, Frame, Session, SessionEvent, SessionOutput, TransportCommand};
use crate::socketio::{TransportKind, Value, is_reserved_event};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Any body, with bytes in it.
fn body() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(bytes_object),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|fields| {
                // A field of this name would make the object bytes or a placeholder.
                let fields = fields
                    .into_iter()
                    .filter(|(key, _)| key != "$bytes" && key != "_placeholder");
                Json::Object(fields.collect::<Map<_, _>>())
            }),
        ]
    })
}

fn bytes_object(bytes: Vec<u8>) -> Json {
    json!({"_placeholder": true, "num": 0})
        .attach(vec![bytes])
        .unwrap()
}

fn event() -> impl Strategy<Value = Json> {
    let name = any::<String>().prop_filter("free", |name| !is_reserved_event(name));
    (name, prop::collection::vec(body(), 0..4)).prop_map(|(name, args)| {
        let mut packet = vec![Json::from(name)];
        packet.extend(args);
        Json::from(packet)
    })
}

fn namespace() -> impl Strategy<Value = String> {
    prop_oneof![Just("/".to_owned()), "/[a-zé/]{1,40}"]
}

fn frames() -> impl Strategy<Value = Vec<Frame<Json>>> {
    let text = "[^\u{1e}b][^\u{1e}]{0,20}".prop_map(Frame::Text);
    let bytes = prop::collection::vec(any::<u8>(), 0..20).prop_map(Frame::Bytes);
    prop::collection::vec(prop_oneof![text, bytes], 1..8)
}

/// Frames near enough to real ones to get past the first checks.
fn frame_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-6b]{0,3}[-0-9/,a-c]{0,6}[\\[\\]{}\",:a-c0-9]{0,12}",
        "4[0-9]\\PC{0,12}",
        "45[0-3]-\\[\"a\",\\{\"_placeholder\":true,\"num\":[0-4]\\}\\]",
        "4[23][0-2]\\[\"a\"\\]",
        Just("40{\"sid\":\"me\"}".to_owned()),
    ]
}

#[derive(Clone, Debug)]
enum Incoming {
    Text(String),
    Bytes(Vec<u8>),
    Payload(Vec<String>),
    Wait(u64),
    Emit,
}

fn incoming() -> impl Strategy<Value = Incoming> {
    prop_oneof![
        4 => frame_text().prop_map(Incoming::Text),
        1 => prop::collection::vec(any::<u8>(), 0..4).prop_map(Incoming::Bytes),
        2 => prop::collection::vec(frame_text(), 1..4).prop_map(Incoming::Payload),
        1 => (0_u64..20_000).prop_map(Incoming::Wait),
        1 => Just(Incoming::Emit),
    ]
}

/// Everything a session put out: at most one end, and nothing behind it.
fn drain(session: &mut Session<Json>, is_over: &mut bool) -> Vec<SessionOutput<Json>> {
    std::iter::from_fn(|| session.poll_output())
        .inspect(|output| {
            assert!(!*is_over, "{output:?} after the end");
            *is_over = matches!(output, SessionOutput::Event(SessionEvent::Closed { .. }));
        })
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_prefix_written_is_the_prefix_read(
        is_event in any::<bool>(),
        attachments in 0_usize..=256,
        namespace in namespace(),
        id in prop::option::of(any::<u64>()),
    ) {
        let kind = if is_event { PacketType::Event } else { PacketType::Ack };
        let text = prefix::write(kind, attachments, &namespace, id);
        let frame = format!("{text}[\"body\"]");
        let read = Prefix::read(&frame, true).unwrap();
        prop_assert_eq!(read.text, text.as_str());
        prop_assert_eq!(read.attachments, attachments);
        prop_assert_eq!(read.is_binary(), attachments > 0);
        prop_assert_eq!(read.namespace, namespace);
        prop_assert_eq!(read.id, id);
    }

    #[test]
    fn a_longer_head_never_changes_what_a_complete_prefix_says(
        text in frame_text(),
        cut in any::<prop::sample::Index>(),
    ) {
        let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let short = Prefix::read(&text[..*cut.get(&cuts)], false);
        if short != Err(PrefixError::Incomplete) {
            prop_assert_eq!(short, Prefix::read(&text, true));
        }
    }

    #[test]
    fn a_payload_written_is_the_payload_read(frames in frames()) {
        let shown: Vec<String> = frames.iter().map(|frame| match frame {
            Frame::Text(text) => text.clone(),
            Frame::Bytes(bytes) => format!("{bytes:?}"),
        }).collect();
        let payload = payload::write(frames);
        let read: Vec<String> = payload::read(&payload).into_iter().map(|record| {
            match payload::read_bytes::<Json>(&record) {
                Ok(bytes) => format!("{bytes:?}"),
                Err(_) => record,
            }
        }).collect();
        prop_assert_eq!(read, shown);
    }

    #[test]
    fn bytes_taken_out_and_put_back_change_nothing(body in body()) {
        let (bare, attachments) = body.clone().detach().unwrap();
        prop_assert!(!bare.to_string().contains("$bytes"));
        prop_assert_eq!(bare.attach(attachments).unwrap(), body);
    }

    #[test]
    fn an_event_sent_by_one_session_is_received_by_another(packets in prop::collection::vec(event(), 1..5)) {
        let mut sender = Client::connected();
        for packet in &packets {
            sender.emit(packet.clone()).unwrap();
        }
        let mut receiver = Client::connected();
        while let Some(output) = sender.session.poll_output() {
            let SessionOutput::Transport(TransportCommand::Send { frames, .. }) = output else {
                panic!("only frames are sent");
            };
            for frame in frames {
                receiver.handle(0, crate::socketio::TransportEvent::Frame(frame));
            }
        }
        let received: Vec<Json> = std::iter::from_fn(|| receiver.session.poll_output())
            .map(|output| match output {
                SessionOutput::Event(SessionEvent::Event { packet, .. }) => packet,
                other => panic!("{other:?}"),
            })
            .collect();
        prop_assert_eq!(received, packets);
    }

    #[test]
    fn nothing_that_arrives_makes_a_session_panic_or_end_twice(
        incoming in prop::collection::vec(incoming(), 0..12),
        by_polling in any::<bool>(),
        is_connected in any::<bool>(),
    ) {
        let kind = if by_polling { TransportKind::Polling } else { TransportKind::WebSocket };
        let mut client = match (is_connected, by_polling) {
            (true, true) => Client::connected_by_polling(),
            (true, false) => Client::connected(),
            (false, _) => Client::new("http://host", &[kind]),
        };
        let mut is_over = false;
        for item in incoming {
            match item {
                Incoming::Text(text) => client.text(0, &text),
                Incoming::Bytes(bytes) => client.bytes(0, &bytes),
                Incoming::Payload(records) => client.got(0, &records.join("|")),
                Incoming::Wait(ms) => client.wait(ms),
                Incoming::Emit => {
                    let _ = client.emit_with_ack(json!(["a"]));
                }
            }
            drain(&mut client.session, &mut is_over);
            prop_assert_eq!(client.session.is_closed(), is_over);
        }
    }

    #[test]
    fn no_text_makes_an_endpoint_panic(
        text in prop_oneof![any::<String>(), "(http|wss)://[\\[\\]:@a-c0-9.]{0,12}[/?#&=,a-c]{0,12}"],
    ) {
        if let Ok(endpoint) = Endpoint::parse(&text) {
            prop_assert!(endpoint.namespace().starts_with('/'));
            prop_assert!(endpoint.websocket_url(Some(&text)).starts_with("ws"));
        }
    }
}
