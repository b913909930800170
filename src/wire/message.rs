//! Messages: sending one, its answer, and its arrival.

use serde::{Deserialize, Serialize};

use super::WireError;
use super::fields::{Fields, is_true, optional_id, valid_id, valid_seq};
use super::json::Json;
use super::object::Object;
use super::operation::Reaction;
use crate::socketio::Value;

/// [`MESSAGE_SEND`](super::names::MESSAGE_SEND), client to server; ack [`SendAck`]. Errors: `ROOM_NOT_FOUND`,
/// `NOT_IN_ROOM`, `FORBIDDEN` (a broadcast room, without a role in it), `VALIDATION_ERROR`,
/// `PAYLOAD_TOO_LARGE`, `RATE_LIMITED`, `FENCED`, `OUT_OF_ORDER`.
///
/// `(user, clientMessageId)` is unique for as long as the message exists: a repeat gets the
/// first answer with `duplicate: true`, and reaches nobody again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageSend {
    /// The room; the plugin guide's dialect calls it `channelId`.
    #[serde(alias = "channelId")]
    pub room_name: String,
    /// The text; empty only beside attachments.
    pub content: String,
    /// Default `text`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MessageType>,
    /// The thread that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// User ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Vec<String>>,
    /// Descriptions of files that are stored elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        target_family = "wasm",
        tsify(optional, type = "Record<string, unknown>[]")
    )]
    pub attachments: Option<Vec<Json>>,
    /// The application's own, an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        target_family = "wasm",
        tsify(optional, type = "Record<string, unknown>")
    )]
    pub metadata: Option<Json>,
    /// The idempotency key. Without one the server makes one, and a repeat is a new message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// The tab that queued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tab_id: Option<String>,
    /// Its number in that tab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tab_seq: Option<u64>,
    /// The sending leader's epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<u64>,
    /// The key of another message or operation of the same sender that has to be stored first;
    /// else this one is refused with `OUT_OF_ORDER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Kinds of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum MessageType {
    /// Text.
    #[default]
    Text,
    /// Files.
    File,
    /// A picture.
    Image,
    /// A recording.
    Voice,
    /// A moving picture.
    Video,
    /// Source code.
    Code,
    /// From the application itself.
    System,
}

impl MessageType {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::File => "file",
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Code => "code",
            Self::System => "system",
        }
    }
}

/// Answer to [`MessageSend`]: the message is stored, and survives the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SendAck {
    /// The server's id.
    pub message_id: String,
    /// The sender's id.
    pub client_message_id: String,
    /// The message's place in its room, from 1, without gaps.
    pub seq: u64,
    /// The history that `seq` counts in.
    pub epoch: String,
    /// When the server took it.
    pub timestamp: String,
    /// Present and true where this key had been answered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<bool>,
}

/// [`MESSAGE_NEW`](super::names::MESSAGE_NEW), server to every member's joined sockets, the sender's included, in
/// the order of `seq`; no ack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageNew {
    /// The room.
    pub room_name: String,
    /// The server's id. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The sender's id. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// The message's place in its room, from 1, without gaps. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The history that `seq` counts in. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The sender.
    pub user_id: String,
    /// Their name when they sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Address of their picture when they sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_avatar: Option<String>,
    /// The text.
    pub content: String,
    /// Default `text`.
    #[serde(rename = "type", default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub kind: MessageType,
    /// The thread that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// User ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Vec<String>>,
    /// Descriptions of files that are stored elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        target_family = "wasm",
        tsify(optional, type = "Record<string, unknown>[]")
    )]
    pub attachments: Option<Vec<Json>>,
    /// The application's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        target_family = "wasm",
        tsify(optional, type = "Record<string, unknown>")
    )]
    pub metadata: Option<Json>,
    /// When the server took it.
    pub timestamp: String,
    /// Counts edits and the deletion, from 1. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// When it was edited last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<String>,
    /// Present and true where it was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_edited: Option<bool>,
    /// Present and true where it was deleted: the content is then empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_deleted: Option<bool>,
    /// By emoji, in the order in which they came; at most 50, and 1,000 users in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reactions: Option<Vec<Reaction>>,
}

/// What a client needs of a message to order it: scalars, the body stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageHead {
    /// The room.
    pub room_name: String,
    /// The server's id.
    pub message_id: Option<String>,
    /// The sender's id.
    pub client_message_id: Option<String>,
    /// The sender.
    pub user_id: String,
    /// The message's place in its room.
    pub seq: Option<u64>,
    /// The history that `seq` counts in.
    pub epoch: Option<String>,
}

impl MessageHead {
    /// Reads the head of a [`MessageNew`] or of an item of a page of history.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let head = Self {
            seq: fields.seq("seq"),
            message_id: fields.id_of("messageId", "id"),
            room_name: fields.required_name("roomName", "channelId"),
            client_message_id: fields.id("clientMessageId"),
            user_id: fields.required_name("userId", "authorId"),
            epoch: fields.name("epoch"),
        };
        fields.end(head)
    }
}

/// The server's id of a message, where it has a valid one.
pub fn message_id<V: Value>(body: &V) -> Option<String> {
    valid_id(body, "messageId")
}

/// The thread of a message, or of what is to become one.
pub fn thread_id<V: Value>(body: &V) -> Option<String> {
    valid_id(body, "threadId")
}

/// What a client needs of the answer to [`MessageSend`]; every field may be missing, since older
/// servers answer nothing but success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SendAckHead {
    /// The server's id.
    pub message_id: Option<String>,
    /// The message's place in its room.
    pub seq: Option<u64>,
    /// The history that `seq` counts in.
    pub epoch: Option<String>,
    /// When the server took it.
    pub timestamp: Option<String>,
    /// Whether this key had been answered before.
    pub duplicate: bool,
}

impl SendAckHead {
    /// Reads the body of a successful answer; what is missing or malformed is absent, because
    /// the message has been taken whatever the rest says.
    pub fn read<V: Value>(body: &V) -> Self {
        Self {
            message_id: valid_id(body, "messageId"),
            seq: valid_seq(body, "seq"),
            epoch: valid_id(body, "epoch"),
            timestamp: valid_id(body, "timestamp"),
            duplicate: is_true(body, "duplicate"),
        }
    }
}

/// The place of a queued message among those of its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabPosition {
    /// The tab.
    pub tab_id: String,
    /// Its number in that tab.
    pub tab_seq: u64,
    /// The sending leader's epoch.
    pub fence: Option<u64>,
}

impl TabPosition {
    /// Adds it to the fields of a payload.
    pub(super) fn add_to<V: Value>(&self, payload: &mut Object<V>) {
        payload
            .text("tabId", &self.tab_id)
            .number("tabSeq", self.tab_seq as f64)
            .maybe_number("fence", self.fence.map(|fence| fence as f64));
    }
}

/// Fields of the caller's options that travel with a message.
pub(crate) const SEND_OPTIONS: [&str; 6] = [
    "type",
    "threadId",
    "replyTo",
    "mentions",
    "attachments",
    "metadata",
];

/// Builds the payload of a [`MessageSend`] around values that stay what they are. `options` is
/// an object or null; fields of it that are not the message's own are left behind.
pub fn build_message_send<V: Value>(
    room_name: &str,
    content: &V,
    options: &V,
    client_message_id: &str,
    position: Option<&TabPosition>,
) -> V {
    let mut payload = Object::new();
    payload
        .text("roomName", room_name)
        .value("content", content.clone())
        .text("clientMessageId", client_message_id);
    for key in SEND_OPTIONS {
        payload.maybe(key, options.field(key));
    }
    if let Some(position) = position {
        position.add_to(&mut payload);
    }
    payload.build()
}

/// The idempotency key that the caller's options bring, if any.
pub fn client_message_id<V: Value>(options: &V) -> Result<Option<String>, WireError> {
    optional_id(options, "clientMessageId")
}

/// What a timeline shows of a message before the server has it: the payload of
/// [`build_message_send`] with the fields that a [`MessageNew`] has, and `state: "sending"`.
pub fn build_local_echo<V: Value>(
    payload: &V,
    client_message_id: &str,
    user_id: &str,
    timestamp: &str,
) -> V {
    payload.with(&[
        ("messageId", V::string(client_message_id)),
        ("userId", V::string(user_id)),
        ("timestamp", V::string(timestamp)),
        ("state", V::string("sending")),
    ])
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn full() -> Json {
        json!({
            "roomName": "general", "messageId": "m", "clientMessageId": "c", "userId": "alice",
            "seq": 7, "epoch": "e", "timestamp": "2026-01-30T12:00:00.000Z", "content": "hi",
        })
    }

    #[test]
    fn a_head_is_read_from_what_the_server_encodes() {
        let message: MessageNew = serde_json::from_value(full()).expect("decodes");
        let body = serde_json::to_value(&message).expect("encodes");
        let head = MessageHead::read(&body).expect("reads");
        assert_eq!(head.room_name, message.room_name);
        assert_eq!(head.message_id, message.message_id);
        assert_eq!(head.client_message_id, message.client_message_id);
        assert_eq!(head.user_id, message.user_id);
        assert_eq!((head.seq, &head.epoch), (message.seq, &message.epoch));
    }

    #[test]
    fn a_head_of_the_plain_dialect_lacks_ids_and_order() {
        let body = json!({ "roomName": "general", "userId": "alice", "content": "hi" });
        let head = MessageHead::read(&body).expect("reads");
        assert_eq!(
            (head.message_id, head.client_message_id, head.seq),
            (None, None, None)
        );
    }

    #[test]
    fn a_head_that_cannot_be_placed_is_refused() {
        for no_object in [json!(7), json!(["roomName"]), json!(null)] {
            assert!(MessageHead::read(&no_object).is_err(), "{no_object}");
        }
        let bad = [
            ("roomName", json!(null), WireError::Missing("roomName")),
            ("userId", json!({}), WireError::Invalid("userId")),
            ("messageId", json!(""), WireError::Invalid("messageId")),
            (
                "messageId",
                json!("x".repeat(10_000)),
                WireError::Invalid("messageId"),
            ),
            ("seq", json!(0), WireError::Invalid("seq")),
            ("seq", json!(-1), WireError::Invalid("seq")),
            ("seq", json!(1.5), WireError::Invalid("seq")),
            ("seq", json!(1e300), WireError::Invalid("seq")),
            ("seq", json!("7"), WireError::Invalid("seq")),
        ];
        for (key, value, error) in bad {
            let mut body = full();
            body[key] = value;
            assert_eq!(MessageHead::read(&body), Err(error), "{key}");
        }
    }

    #[test]
    fn an_answer_of_success_is_read_whatever_it_lacks() {
        assert_eq!(
            SendAckHead::read(&json!({ "success": true })),
            SendAckHead::default()
        );
        let odd = json!({ "messageId": 7, "seq": -1, "duplicate": true });
        let read = SendAckHead::read(&odd);
        assert_eq!(
            read,
            SendAckHead {
                duplicate: true,
                ..SendAckHead::default()
            }
        );
        assert_eq!(SendAckHead::read(&full()).seq, Some(7));
    }

    #[test]
    fn a_send_carries_the_messages_own_options_and_decodes_on_the_server() {
        let options = json!({ "replyTo": "m", "metadata": { "a": 1 }, "roomName": "other" });
        let position = TabPosition {
            tab_id: "t".to_owned(),
            tab_seq: 3,
            fence: Some(2),
        };
        let body = build_message_send("general", &json!("hi"), &options, "c", Some(&position));
        let send: MessageSend = serde_json::from_value(body).expect("decodes");
        assert_eq!(
            (send.room_name.as_str(), send.content.as_str()),
            ("general", "hi")
        );
        assert_eq!(send.client_message_id.as_deref(), Some("c"));
        assert_eq!(send.reply_to.as_deref(), Some("m"));
        assert_eq!(send.metadata, Some(json!({ "a": 1 })));
        assert_eq!((send.tab_seq, send.fence), (Some(3), Some(2)));

        let plain = build_message_send("general", &json!("hi"), &json!(null), "c", None);
        assert_eq!(plain.as_object().map(serde_json::Map::len), Some(3));
    }
}
