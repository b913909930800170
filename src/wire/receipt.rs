//! Receipts: what reached whom, what was read, and the counts that follow. Watermarks per room
//! and user that only move forward; they take no `seq` of a room's log.

use serde::{Deserialize, Serialize};

use super::WireError;
use super::fields::{
    Object, optional_count, optional_id, optional_integer, optional_list, optional_text,
    required_id, required_name,
};
use crate::socketio::Value;

/// [`MESSAGE_DELIVERED_ACK`](super::names::MESSAGE_DELIVERED_ACK), client to server, once the
/// messages are in the receiver's own store; ack [`ReceiptAcked`]. One of `upToSeq` and
/// `messageIds` is given. Errors: `ROOM_NOT_FOUND`, `NOT_IN_ROOM`, `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeliveredAck {
    /// The room.
    #[serde(alias = "roomName")]
    pub channel_id: String,
    /// Everything up to this `seq`; beyond the log's head it means the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_seq: Option<u64>,
    /// Server ids, at most 500: everything up to the newest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_ids: Option<Vec<String>>,
}

/// [`MESSAGE_READ_ACK`](super::names::MESSAGE_READ_ACK), client to server: everything up to this
/// message was read; ack [`ReceiptAcked`]. Errors: as [`DeliveredAck`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ReadAck {
    /// The server's id.
    pub message_id: String,
    /// The room.
    #[serde(alias = "roomName")]
    pub channel_id: String,
    /// When, by the reader's clock; the server's own clock is what it tells others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
}

/// [`MESSAGE_BATCH_READ_ACK`](super::names::MESSAGE_BATCH_READ_ACK), client to server; ack
/// [`ReceiptAcked`]. One of `upToSeq` and `messageIds` is given. Errors: as [`DeliveredAck`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BatchReadAck {
    /// The room.
    #[serde(alias = "roomName")]
    pub channel_id: String,
    /// Server ids, at most 500: everything up to the newest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_ids: Option<Vec<String>>,
    /// Everything up to this `seq`; beyond the log's head it means the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_seq: Option<u64>,
    /// When, by the reader's clock; the server's own clock is what it tells others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
}

/// Answer to a receipt: where the cursor stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ReceiptAcked {
    /// The room.
    pub channel_id: String,
    /// The cursor that the receipt moved, at least as far as it asked for.
    pub up_to_seq: u64,
}

/// [`MESSAGE_SENT`](super::names::MESSAGE_SENT), server to all sockets of the author, once the
/// message is stored; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageSent {
    /// The server's id.
    pub message_id: String,
    /// The author's id.
    pub client_message_id: String,
    /// The room.
    pub channel_id: String,
    /// The message's place in its room.
    pub seq: u64,
    /// When the server took it.
    pub sent_at: String,
}

/// [`MESSAGE_DELIVERED`](super::names::MESSAGE_DELIVERED), server to all sockets of the author:
/// one message more reached somebody; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageDelivered {
    /// The server's id.
    pub message_id: String,
    /// The room.
    pub channel_id: String,
    /// Whom it reached.
    pub user_id: String,
    /// Their delivery cursor.
    pub up_to_seq: u64,
    /// How many it has reached.
    pub delivered_count: u32,
    /// Members other than the author.
    pub total_recipients: u32,
    /// When the server learned of it.
    pub delivered_at: String,
}

/// [`MESSAGE_READ`](super::names::MESSAGE_READ), server to all sockets of the author: one message
/// more was read by somebody; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MessageRead {
    /// The server's id.
    pub message_id: String,
    /// The room.
    pub channel_id: String,
    /// Who read it.
    pub user_id: String,
    /// Their read cursor.
    pub up_to_seq: u64,
    /// How many have read it.
    pub read_count: u32,
    /// Members other than the author.
    pub total_recipients: u32,
    /// When the server learned of it.
    pub read_at: String,
}

/// [`MESSAGE_BATCH_DELIVERED`](super::names::MESSAGE_BATCH_DELIVERED) and
/// [`MESSAGE_BATCH_READ`](super::names::MESSAGE_BATCH_READ), server to all sockets of the author:
/// several messages more reached somebody, or were read; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct BatchReceipt {
    /// The room.
    pub channel_id: String,
    /// Whose cursor moved.
    pub user_id: String,
    /// Where it stands: every message of the author up to here is covered.
    pub up_to_seq: u64,
    /// When the server learned of the reading; absent from `message:batch-delivered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
    /// When the server learned of the delivery; absent from `message:batch-read`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<String>,
    /// The author's messages that are newly covered, oldest first; of more than 100 the newest.
    pub message_ids: Vec<String>,
    /// The counts of those messages.
    #[serde(default)]
    pub counts: Vec<ReceiptCount>,
}

/// How far one message has come, in [`BatchReceipt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ReceiptCount {
    /// The server's id.
    pub message_id: String,
    /// How many it has reached.
    pub delivered_count: u32,
    /// How many have read it.
    pub read_count: u32,
    /// Members other than the author.
    pub total_recipients: u32,
}

/// [`READ_CURSOR`](super::names::READ_CURSOR), server to the reader's own other sockets, whatever
/// their receipts setting; no ack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ReadCursor {
    /// The room.
    pub channel_id: String,
    /// Everything up to this `seq` was read.
    pub up_to_seq: u64,
    /// When the server learned of it.
    pub read_at: String,
    /// Messages of others beyond the cursor.
    pub unread_count: u32,
    /// Those among them that mention the reader.
    pub mention_count: u32,
}

/// [`DELIVERY_SYNC`](super::names::DELIVERY_SYNC), client to server; ack [`DeliveryStatuses`], and
/// without an ack the same body as
/// [`DELIVERY_SYNC_RESPONSE`](super::names::DELIVERY_SYNC_RESPONSE). Error: `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeliverySync {
    /// Ids of the asker's own messages, the server's or their own, at most 500.
    pub message_ids: Vec<String>,
}

/// Answer to [`DeliverySync`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeliveryStatuses {
    /// One for each message that is known and the asker's own, in the order asked.
    pub statuses: Vec<DeliveryStatus>,
}

/// How far one message has come, in [`DeliveryStatuses`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeliveryStatus {
    /// The server's id.
    pub message_id: String,
    /// The author's id. Absent from older servers, as are the counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// The furthest that anybody has come.
    pub state: DeliveryState,
    /// How many it has reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_count: Option<u32>,
    /// How many have read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_count: Option<u32>,
    /// Members other than the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_recipients: Option<u32>,
    /// When the state came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

/// How far a message has come, as a server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum DeliveryState {
    /// The server has it.
    Sent,
    /// It reached somebody.
    Delivered,
    /// Somebody read it.
    Read,
    /// The server gave it up.
    Failed,
}

impl DeliveryState {
    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "sent" => Self::Sent,
            "delivered" => Self::Delivered,
            "read" => Self::Read,
            "failed" => Self::Failed,
            _ => return None,
        })
    }
}

/// How far one member has come in a room, in a resume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MemberReceipt {
    /// Who.
    pub user_id: String,
    /// Everything up to this `seq` has reached them.
    pub delivered_up_to_seq: u64,
    /// Everything up to this `seq` was read, as far as they show it.
    pub read_up_to_seq: u64,
}

/// Answer to [`PRESENCE_SETTINGS_GET`](super::names::PRESENCE_SETTINGS_GET) and
/// [`PRESENCE_SETTINGS_UPDATE`](super::names::PRESENCE_SETTINGS_UPDATE): the user's own settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceSettings {
    /// Whether others are told what this user read, and this user what others read. Default true.
    pub allow_read_receipts: bool,
}

/// [`PRESENCE_SETTINGS_UPDATE`](super::names::PRESENCE_SETTINGS_UPDATE), client to server: what
/// is left out stays as it is; ack [`PresenceSettings`]. Error: `VALIDATION_ERROR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceSettingsUpdate {
    /// As in [`PresenceSettings`]. Turning it on by itself reveals nothing that was read before;
    /// what is read from then on is shown, and so that what comes before it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_read_receipts: Option<bool>,
}

/// What a client needs of [`MessageDelivered`], [`MessageRead`] and [`BatchReceipt`]; sources
/// leave out much of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptHead {
    /// The one message, or the many of a batch.
    pub message_ids: Vec<String>,
    /// The room.
    pub channel_id: Option<String>,
    /// Whose receipt.
    pub user_id: Option<String>,
    /// Their cursor.
    pub up_to_seq: Option<u64>,
    /// Of a single message: how many it has reached.
    pub delivered_count: Option<u32>,
    /// Of a single message: how many have read it.
    pub read_count: Option<u32>,
    /// Of a single message: members other than the author.
    pub total_recipients: Option<u32>,
    /// Of a batch: the counts of its messages.
    pub counts: Vec<ReceiptCount>,
    /// When, as the server wrote it.
    pub at: Option<String>,
}

impl ReceiptHead {
    /// Reads a receipt. One that names no message and no cursor says nothing, and is refused.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let at = match optional_id(body, "readAt")? {
            None => optional_id(body, "deliveredAt")?,
            found => found,
        };
        let message_ids = match optional_id(body, "messageId")? {
            Some(id) => vec![id],
            None => optional_list(body, "messageIds", V::as_text)?.unwrap_or_default(),
        };
        let up_to_seq = optional_integer(body, "upToSeq")?;
        if message_ids.is_empty() && up_to_seq.is_none() {
            return Err(WireError::Missing("messageId"));
        }
        Ok(Self {
            message_ids,
            channel_id: optional_id(body, "channelId")?,
            user_id: optional_id(body, "userId")?,
            up_to_seq,
            delivered_count: optional_count(body, "deliveredCount")?,
            read_count: optional_count(body, "readCount")?,
            total_recipients: optional_count(body, "totalRecipients")?,
            counts: optional_list(body, "counts", ReceiptCount::read)?.unwrap_or_default(),
            at,
        })
    }
}

impl ReceiptCount {
    /// Reads a count; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let count = |key| Some(optional_count(body, key).ok()?.unwrap_or_default());
        Some(Self {
            message_id: optional_id(body, "messageId").ok()??,
            delivered_count: count("deliveredCount")?,
            read_count: count("readCount")?,
            total_recipients: count("totalRecipients")?,
        })
    }
}

impl MemberReceipt {
    /// Reads a member's cursors; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let seq = |key| Some(optional_integer(body, key).ok()?.unwrap_or_default());
        Some(Self {
            user_id: optional_id(body, "userId").ok()??,
            delivered_up_to_seq: seq("deliveredUpToSeq")?,
            read_up_to_seq: seq("readUpToSeq")?,
        })
    }
}

impl ReadCursor {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        Ok(Self {
            channel_id: required_name(body, "channelId", "roomName")?,
            up_to_seq: optional_integer(body, "upToSeq")?.ok_or(WireError::Missing("upToSeq"))?,
            read_at: optional_id(body, "readAt")?.unwrap_or_default(),
            unread_count: optional_count(body, "unreadCount")?.unwrap_or_default(),
            mention_count: optional_count(body, "mentionCount")?.unwrap_or_default(),
        })
    }
}

impl DeliveryStatus {
    /// Reads one status; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let state = optional_text(body, "state").ok()??;
        Some(Self {
            message_id: optional_id(body, "messageId").ok()??,
            client_message_id: optional_id(body, "clientMessageId").ok()?,
            state: DeliveryState::parse(&state)?,
            delivered_count: optional_count(body, "deliveredCount").ok()?,
            read_count: optional_count(body, "readCount").ok()?,
            total_recipients: optional_count(body, "totalRecipients").ok()?,
            updated_at: optional_id(body, "updatedAt").ok()?,
        })
    }

    /// Reads a [`DeliveryStatuses`], answer or event; items that cannot be read are left out.
    pub fn read_all<V: Value>(body: &V) -> Vec<Self> {
        let Some(list) = body.field("statuses") else {
            return Vec::new();
        };
        let items = (0..list.length().unwrap_or(0)).filter_map(|index| list.element(index));
        items.filter_map(|item| Self::read(&item)).collect()
    }
}

/// `message:sent` as a client reads it, under either of the sources' names for the server's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentHead {
    /// The server's id.
    pub message_id: String,
    /// The author's id.
    pub client_message_id: Option<String>,
    /// The room. Absent from older servers, as is the next.
    pub channel_id: Option<String>,
    /// The message's place in its room.
    pub seq: Option<u64>,
    /// When, as the server wrote it.
    pub sent_at: Option<String>,
}

impl SentHead {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        Ok(Self {
            message_id: required_id(body, "messageId", "serverMessageId")?,
            client_message_id: optional_id(body, "clientMessageId")?,
            channel_id: optional_id(body, "channelId")?,
            seq: optional_integer(body, "seq")?,
            sent_at: optional_id(body, "sentAt")?,
        })
    }
}

/// `message:failed` of the sources, as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedHead {
    /// The author's id.
    pub client_message_id: String,
    /// Usually one of [`ErrorCode`](super::error::ErrorCode).
    pub error_code: Option<String>,
    /// For people.
    pub error_message: Option<String>,
    /// Whether to try again.
    pub retryable: bool,
}

impl FailedHead {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        Ok(Self {
            client_message_id: required_id(body, "clientMessageId", "messageId")?,
            error_code: optional_text(body, "errorCode")?,
            error_message: optional_text(body, "errorMessage")?,
            retryable: body.field("retryable").and_then(|flag| flag.as_boolean()) == Some(true),
        })
    }
}

/// `message:ack` of the sources, as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageAckHead {
    /// The server's id.
    pub message_id: String,
    /// How far it has come; `None` for a name that is not known.
    pub state: Option<DeliveryState>,
}

impl MessageAckHead {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let status = optional_text(body, "status")?.unwrap_or_default();
        Ok(Self {
            message_id: required_id(body, "messageId", "id")?,
            state: DeliveryState::parse(&status),
        })
    }
}

/// The cursor that a [`ReceiptAcked`] names.
pub fn acked_up_to_seq<V: Value>(body: &V) -> Option<u64> {
    optional_integer(body, "upToSeq").ok().flatten()
}

/// Builds the payload of a [`DeliveredAck`].
pub fn build_delivered_ack<V: Value>(channel_id: &str, up_to_seq: u64) -> V {
    Object::new()
        .text("channelId", channel_id)
        .number("upToSeq", up_to_seq as f64)
        .build()
}

/// Builds the payload of a [`ReadAck`].
pub fn build_read_ack<V: Value>(channel_id: &str, message_id: &str, read_at: &str) -> V {
    Object::new()
        .text("messageId", message_id)
        .text("channelId", channel_id)
        .text("readAt", read_at)
        .build()
}

/// Builds the payload of a [`BatchReadAck`]: by ids, by cursor, or both, for servers that know
/// only one of them.
pub fn build_batch_read_ack<V: Value>(
    channel_id: &str,
    message_ids: &[String],
    up_to_seq: Option<u64>,
    read_at: &str,
) -> V {
    let fields = Object::new()
        .text("channelId", channel_id)
        .maybe_number("upToSeq", up_to_seq.map(|seq| seq as f64))
        .text("readAt", read_at);
    if message_ids.is_empty() {
        return fields.build();
    }
    fields.texts("messageIds", message_ids).build()
}

/// Builds the payload of a [`DeliverySync`].
pub fn build_delivery_sync<V: Value>(message_ids: &[String]) -> V {
    Object::new().texts("messageIds", message_ids).build()
}

impl PresenceSettings {
    /// Reads the settings; what is left out has its default.
    pub fn read<V: Value>(body: &V) -> Self {
        let allowed = body.field("allowReadReceipts");
        Self {
            allow_read_receipts: allowed.and_then(|flag| flag.as_boolean()) != Some(false),
        }
    }
}

impl PresenceSettingsUpdate {
    /// The payload, for a client.
    pub fn build<V: Value>(&self) -> V {
        let allowed = self.allow_read_receipts.map(V::boolean);
        Object::new().maybe("allowReadReceipts", allowed).build()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_receipt_of_the_sources_and_one_of_ours_are_read() {
        let plain = json!({ "messageId": "m", "userId": "bob", "readAt": "t" });
        let head = ReceiptHead::read(&plain).expect("reads");
        assert_eq!(head.message_ids, ["m"]);
        assert_eq!((head.up_to_seq, head.read_count), (None, None));

        let batch = BatchReceipt {
            channel_id: "general".to_owned(),
            user_id: "bob".to_owned(),
            up_to_seq: 9,
            read_at: Some("t".to_owned()),
            delivered_at: None,
            message_ids: vec!["a".to_owned(), "b".to_owned()],
            counts: vec![ReceiptCount {
                message_id: "a".to_owned(),
                delivered_count: 2,
                read_count: 1,
                total_recipients: 3,
            }],
        };
        let body = serde_json::to_value(&batch).expect("encodes");
        let head = ReceiptHead::read(&body).expect("reads");
        assert_eq!(head.message_ids, batch.message_ids);
        assert_eq!(head.counts, batch.counts);
        assert_eq!((head.up_to_seq, head.at), (Some(9), batch.read_at));
    }

    #[test]
    fn a_receipt_that_says_nothing_or_nonsense_is_refused() {
        for odd in [
            json!(null),
            json!({}),
            json!({ "messageId": 7 }),
            json!({ "upToSeq": -1 }),
            json!({ "messageIds": "m" }),
            json!({ "messageId": "m", "readCount": 1.5 }),
        ] {
            assert!(ReceiptHead::read(&odd).is_err(), "{odd}");
        }
        assert!(ReadCursor::read(&json!({ "channelId": "general" })).is_err());
        assert!(SentHead::read(&json!({ "clientMessageId": "c" })).is_err());
        assert!(FailedHead::read(&json!({})).is_err());
        assert!(MessageAckHead::read(&json!({ "status": "read" })).is_err());
    }

    #[test]
    fn a_status_that_cannot_be_read_costs_no_other() {
        let body = json!({ "statuses": [
            { "messageId": "a", "state": "read", "readCount": 2 },
            { "messageId": "b", "state": "odd" },
            7,
            { "messageId": "c", "state": "sent" },
        ]});
        let read = DeliveryStatus::read_all(&body);
        let ids: Vec<&str> = read
            .iter()
            .map(|status| status.message_id.as_str())
            .collect();
        assert_eq!(ids, ["a", "c"]);
        assert_eq!(read[0].state, DeliveryState::Read);
        assert!(DeliveryStatus::read_all(&json!([])).is_empty());
    }

    #[test]
    fn what_a_client_builds_the_server_decodes() {
        let body: serde_json::Value = build_batch_read_ack("r", &["a".to_owned()], Some(7), "t");
        let ack: BatchReadAck = serde_json::from_value(body).expect("decodes");
        assert_eq!(ack.up_to_seq, Some(7));
        assert_eq!(ack.message_ids, Some(vec!["a".to_owned()]));
        let body: serde_json::Value = build_delivered_ack("r", 7);
        let ack: DeliveredAck = serde_json::from_value(body).expect("decodes");
        assert_eq!((ack.channel_id.as_str(), ack.up_to_seq), ("r", Some(7)));
        let body: serde_json::Value = build_read_ack("r", "m", "t");
        assert!(serde_json::from_value::<ReadAck>(body).is_ok());
        let body: serde_json::Value = build_delivery_sync(&["m".to_owned()]);
        assert!(serde_json::from_value::<DeliverySync>(body).is_ok());
        let update = PresenceSettingsUpdate {
            allow_read_receipts: Some(false),
        };
        let body: serde_json::Value = update.build();
        assert_eq!(
            serde_json::from_value::<PresenceSettingsUpdate>(body).ok(),
            Some(update)
        );
    }

    #[test]
    fn settings_that_say_nothing_allow_receipts() {
        assert!(PresenceSettings::read(&json!({})).allow_read_receipts);
        let refused = json!({ "allowReadReceipts": false });
        assert!(!PresenceSettings::read(&refused).allow_read_receipts);
    }
}
