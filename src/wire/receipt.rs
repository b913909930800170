//! Receipts: what reached whom, what was read, and the counts that follow. Watermarks per room
//! and user that only move forward; they take no `seq` of a room's log.

use serde::{Deserialize, Serialize};

mod head;

pub use head::{
    FailedHead, MessageAckHead, ReceiptHead, SentHead, acked_up_to_seq, build_batch_read_ack,
    build_delivered_ack, build_delivery_sync, build_read_ack,
};

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
    /// Messages of others beyond the cursor; 10,000 for more.
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
