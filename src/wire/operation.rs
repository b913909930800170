//! Operations on messages: edits, deletions and reactions. Each takes a `seq` of its room's log.

use serde::{Deserialize, Serialize};

use super::WireError;
use super::fields::{Fields, is_true, valid_id, valid_integer, valid_seq};
use super::message::{MessageNew, TabPosition};
use super::object::Object;
use crate::socketio::Value;

/// [`MESSAGE_EDIT`](super::names::MESSAGE_EDIT), client to server; ack [`OperationAck`]. Only the
/// author edits. Errors: `STALE_VERSION` (its `details.current` is the message as it is now),
/// `FORBIDDEN`, `NOT_FOUND` (unknown or deleted), `NOT_IN_ROOM`, `VALIDATION_ERROR`,
/// `PAYLOAD_TOO_LARGE`, `RATE_LIMITED`, `FENCED`, `OUT_OF_ORDER`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageEdit {
    /// The room; without it the server finds it by the message.
    #[serde(alias = "channelId", default, skip_serializing_if = "Option::is_none")]
    pub room_name: Option<String>,
    /// The server's id of the message.
    pub message_id: String,
    /// The new text.
    pub content: String,
    /// The version that the edit was made from. Without it the edit goes over any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_version: Option<u64>,
    /// The idempotency key of this edit. Without one the server makes one.
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

/// [`MESSAGE_DELETE`](super::names::MESSAGE_DELETE), client to server; ack [`OperationAck`]. The
/// author deletes, and admins and moderators of the room. Deleting what is deleted succeeds with
/// `duplicate: true`. Errors: as [`MessageEdit`], without `STALE_VERSION`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageDelete {
    /// The room; without it the server finds it by the message.
    #[serde(alias = "channelId", default, skip_serializing_if = "Option::is_none")]
    pub room_name: Option<String>,
    /// The server's id of the message.
    pub message_id: String,
    /// The idempotency key of this deletion. Without one the server makes one.
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

/// [`REACTION_ADD`](super::names::REACTION_ADD) and
/// [`REACTION_REMOVE`](super::names::REACTION_REMOVE), client to server; ack [`OperationAck`]
/// without `version`. Adding one's own reaction that is there, or removing one that is not,
/// succeeds with `duplicate: true`, and reaches nobody. Errors: `NOT_FOUND`, `NOT_IN_ROOM`,
/// `VALIDATION_ERROR`, `PAYLOAD_TOO_LARGE` (more reactions than a message holds),
/// `RATE_LIMITED`, `FENCED`, `OUT_OF_ORDER`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ReactionChange {
    /// The room; without it the server finds it by the message.
    #[serde(alias = "channelId", default, skip_serializing_if = "Option::is_none")]
    pub room_name: Option<String>,
    /// The server's id of the message.
    pub message_id: String,
    /// Text of 1 to 64 characters, usually one emoji.
    pub emoji: String,
    /// The idempotency key of this change. Without one the server makes one.
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

/// Answer to an operation: it is stored, and survives the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct OperationAck {
    /// The message that it changed.
    pub message_id: String,
    /// The sender's key of the operation.
    pub client_message_id: String,
    /// The message's version after an edit or a deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The operation's place in its room's log; where nothing had to change, the log's head.
    pub seq: u64,
    /// The history that `seq` counts in.
    pub epoch: String,
    /// When the server took it.
    pub timestamp: String,
    /// Present and true where this key had been answered before, or nothing had to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<bool>,
}

/// [`MESSAGE_UPDATE`](super::names::MESSAGE_UPDATE), server to the members' joined sockets, in
/// the order of `seq` with the room's messages; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageUpdate {
    /// The room.
    pub room_name: String,
    /// The message that it changed.
    pub message_id: String,
    /// The editor's key of the edit.
    pub client_message_id: String,
    /// Who edited.
    pub user_id: String,
    /// The new text.
    pub content: String,
    /// The message's version from now on.
    pub version: u64,
    /// When the server took the edit.
    pub edited_at: String,
    /// The edit's place in its room's log.
    pub seq: u64,
    /// The history that `seq` counts in.
    pub epoch: String,
}

/// [`MESSAGE_DELETE`](super::names::MESSAGE_DELETE), server to the members' joined sockets, in
/// the order of `seq` with the room's messages; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageDeleted {
    /// The room.
    pub room_name: String,
    /// The message that is deleted: its content is empty from now on.
    pub message_id: String,
    /// The deleter's key of the deletion.
    pub client_message_id: String,
    /// Who deleted.
    pub user_id: String,
    /// The message's version from now on.
    pub version: u64,
    /// When the server took the deletion.
    pub deleted_at: String,
    /// The deletion's place in its room's log.
    pub seq: u64,
    /// The history that `seq` counts in.
    pub epoch: String,
}

/// [`REACTION_ADD`](super::names::REACTION_ADD) and
/// [`REACTION_REMOVE`](super::names::REACTION_REMOVE), server to the members' joined sockets, in
/// the order of `seq` with the room's messages; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ReactionChanged {
    /// The room.
    pub room_name: String,
    /// The message that it changed.
    pub message_id: String,
    /// The reaction.
    pub emoji: String,
    /// Whose reaction.
    pub user_id: String,
    /// Their name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Their key of the change.
    pub client_message_id: String,
    /// When the server took it.
    pub timestamp: String,
    /// The change's place in its room's log.
    pub seq: u64,
    /// The history that `seq` counts in.
    pub epoch: String,
}

/// One entry of a room's log in a page or a resume: the live event's payload, and the event's
/// name in the field `event`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Operation {
    /// A message, in its current state.
    #[serde(rename = "message:new")]
    New(Box<MessageNew>),
    /// An edit.
    #[serde(rename = "message:update")]
    Update(MessageUpdate),
    /// A deletion.
    #[serde(rename = "message:delete")]
    Delete(MessageDeleted),
    /// A reaction more.
    #[serde(rename = "reaction:add")]
    ReactionAdd(ReactionChanged),
    /// A reaction less.
    #[serde(rename = "reaction:remove")]
    ReactionRemove(ReactionChanged),
}

/// Who reacted with one emoji, in [`MessageNew::reactions`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Reaction {
    /// The reaction.
    pub emoji: String,
    /// Whose, in the order in which they came.
    pub user_ids: Vec<String>,
}

/// What a client needs of an operation to order it: scalars, the body stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationHead {
    /// The room.
    pub room_name: String,
    /// The message that it changes.
    pub message_id: String,
    /// Who did it.
    pub user_id: Option<String>,
    /// Their key of the operation.
    pub client_message_id: Option<String>,
    /// Its place in its room's log. Absent from older servers.
    pub seq: Option<u64>,
    /// The history that `seq` counts in. Absent from older servers.
    pub epoch: Option<String>,
    /// The message's version after an edit or a deletion. Absent from older servers.
    pub version: Option<u64>,
}

impl OperationHead {
    /// Reads the head of a [`MessageUpdate`], a [`MessageDeleted`] or a [`ReactionChanged`], live
    /// or as an [`Operation`] of a page.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let head = Self {
            seq: fields.seq("seq"),
            room_name: fields.required_name("roomName", "channelId"),
            message_id: fields.required_id("messageId", "id"),
            user_id: fields.name("userId"),
            client_message_id: fields.id("clientMessageId"),
            epoch: fields.name("epoch"),
            version: fields.integer("version"),
        };
        fields.end(head)
    }
}

/// What a client needs of an [`OperationAck`]; what is missing or malformed is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationAckHead {
    /// The operation's place in its room's log.
    pub seq: Option<u64>,
    /// The history that `seq` counts in.
    pub epoch: Option<String>,
    /// The message's version after it.
    pub version: Option<u64>,
    /// When the server took it.
    pub timestamp: Option<String>,
    /// Whether this key had been answered before, or nothing had to change.
    pub duplicate: bool,
}

impl OperationAckHead {
    /// Reads the body of a successful answer.
    pub fn read<V: Value>(body: &V) -> Self {
        Self {
            seq: valid_seq(body, "seq"),
            epoch: valid_id(body, "epoch"),
            version: valid_integer(body, "version"),
            timestamp: valid_id(body, "timestamp"),
            duplicate: is_true(body, "duplicate"),
        }
    }
}

/// The version of a message body: 1 where it says nothing.
pub fn version<V: Value>(message: &V) -> u64 {
    valid_integer(message, "version").unwrap_or(1)
}

/// Fields that every operation of a client has.
fn operation<V: Value>(
    room_name: &str,
    message_id: &str,
    client_message_id: &str,
    position: Option<&TabPosition>,
) -> Object<V> {
    let mut fields = Object::new();
    fields
        .text("roomName", room_name)
        .text("messageId", message_id)
        .text("clientMessageId", client_message_id);
    if let Some(position) = position {
        position.add_to(&mut fields);
    }
    fields
}

/// Builds the payload of a [`MessageEdit`] around content that stays what it is.
pub fn build_message_edit<V: Value>(
    room_name: &str,
    message_id: &str,
    content: &V,
    base_version: Option<u64>,
    client_message_id: &str,
    position: Option<&TabPosition>,
) -> V {
    operation::<V>(room_name, message_id, client_message_id, position)
        .value("content", content.clone())
        .maybe_number("baseVersion", base_version.map(|version| version as f64))
        .build()
}

/// Builds the payload of a [`MessageDelete`].
pub fn build_message_delete<V: Value>(
    room_name: &str,
    message_id: &str,
    client_message_id: &str,
    position: Option<&TabPosition>,
) -> V {
    operation::<V>(room_name, message_id, client_message_id, position).build()
}

/// Builds the payload of a [`ReactionChange`].
pub fn build_reaction<V: Value>(
    room_name: &str,
    message_id: &str,
    emoji: &V,
    client_message_id: &str,
    position: Option<&TabPosition>,
) -> V {
    operation::<V>(room_name, message_id, client_message_id, position)
        .value("emoji", emoji.clone())
        .build()
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_of_a_page_is_the_live_payload_under_its_events_name() {
        let body = json!({
            "event": "message:update", "roomName": "general", "messageId": "m",
            "clientMessageId": "c", "userId": "alice", "content": "hi", "version": 2,
            "editedAt": "2026-01-30T12:00:00.000Z", "seq": 7, "epoch": "e",
        });
        let operation: Operation = serde_json::from_value(body.clone()).expect("decodes");
        assert_eq!(serde_json::to_value(&operation).expect("encodes"), body);
        let head = OperationHead::read(&body).expect("reads");
        assert_eq!((head.room_name.as_str(), head.seq), ("general", Some(7)));
        assert_eq!((head.message_id.as_str(), head.version), ("m", Some(2)));
    }

    #[test]
    fn an_operation_without_its_message_or_with_an_impossible_place_is_refused() {
        let body = json!({ "roomName": "general", "messageId": "m", "seq": 1 });
        assert!(OperationHead::read(&body).is_ok());
        for (key, value) in [
            ("messageId", json!(null)),
            ("messageId", json!(7)),
            ("roomName", json!("")),
            ("seq", json!(0)),
            ("seq", json!(-1)),
            ("version", json!("2")),
        ] {
            let mut odd = body.clone();
            odd[key] = value;
            assert!(OperationHead::read(&odd).is_err(), "{key}");
        }
        assert!(OperationHead::read(&json!(null)).is_err());
    }

    #[test]
    fn what_a_client_builds_the_server_decodes() {
        let position = TabPosition {
            tab_id: "t".to_owned(),
            tab_seq: 3,
            fence: Some(2),
        };
        let body = build_message_edit("r", "m", &json!("hi"), Some(4), "c", Some(&position));
        let edit: MessageEdit = serde_json::from_value(body).expect("decodes");
        assert_eq!((edit.content.as_str(), edit.base_version), ("hi", Some(4)));
        assert_eq!((edit.tab_seq, edit.fence), (Some(3), Some(2)));

        let body = build_message_delete("r", "m", "c", None::<&TabPosition>);
        let delete: MessageDelete = serde_json::from_value::<MessageDelete>(body).expect("decodes");
        assert_eq!(delete.room_name.as_deref(), Some("r"));

        let body = build_reaction("r", "m", &json!("👍"), "c", None);
        let reaction: ReactionChange = serde_json::from_value(body).expect("decodes");
        assert_eq!(reaction.emoji, "👍");
    }

    #[test]
    fn an_answer_is_read_whatever_it_lacks() {
        let odd = json!({ "seq": 0, "version": "2", "duplicate": true });
        let head = OperationAckHead::read(&odd);
        assert_eq!((head.seq, head.version, head.duplicate), (None, None, true));
        assert_eq!(version(&json!({})), 1);
        assert_eq!(version(&json!({ "version": 3 })), 3);
    }
}
