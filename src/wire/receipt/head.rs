//! Receipts as a client reads and builds them; the product documents leave out much of what ours say.

use super::{DeliveryState, DeliveryStatus, MemberReceipt, ReadCursor, ReceiptCount};
use crate::socketio::Value;
use crate::wire::WireError;
use crate::wire::fields::{Fields, is_true, valid_integer};
use crate::wire::object::Object;
use crate::wire::resume::items;

/// What a client needs of [`MessageDelivered`](super::MessageDelivered),
/// [`MessageRead`](super::MessageRead) and [`BatchReceipt`](super::BatchReceipt).
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
        let mut fields = Fields::of(body);
        let at = fields.id_of("readAt", "deliveredAt");
        let message_ids = match fields.id("messageId") {
            Some(id) => vec![id],
            None => fields.list("messageIds", V::as_text).unwrap_or_default(),
        };
        let up_to_seq = fields.integer("upToSeq");
        if message_ids.is_empty() && up_to_seq.is_none() {
            fields.refuse(WireError::Missing("messageId"));
        }
        let head = Self {
            message_ids,
            channel_id: fields.id("channelId"),
            user_id: fields.id("userId"),
            up_to_seq,
            delivered_count: fields.count("deliveredCount"),
            read_count: fields.count("readCount"),
            total_recipients: fields.count("totalRecipients"),
            counts: fields
                .list("counts", ReceiptCount::read)
                .unwrap_or_default(),
            at,
        };
        fields.end(head)
    }
}

impl ReceiptCount {
    /// Reads a count; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let mut fields = Fields::of(body);
        let count = Self {
            message_id: fields.required_id("messageId", "messageId"),
            delivered_count: fields.count("deliveredCount").unwrap_or_default(),
            read_count: fields.count("readCount").unwrap_or_default(),
            total_recipients: fields.count("totalRecipients").unwrap_or_default(),
        };
        fields.end(count).ok()
    }
}

impl MemberReceipt {
    /// Reads a member's cursors; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let mut fields = Fields::of(body);
        let receipt = Self {
            user_id: fields.required_id("userId", "userId"),
            delivered_up_to_seq: fields.integer("deliveredUpToSeq").unwrap_or_default(),
            read_up_to_seq: fields.integer("readUpToSeq").unwrap_or_default(),
        };
        fields.end(receipt).ok()
    }
}

impl ReadCursor {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let channel_id = fields.required_name("channelId", "roomName");
        let up_to_seq = fields.integer("upToSeq");
        if up_to_seq.is_none() {
            fields.refuse(WireError::Missing("upToSeq"));
        }
        let cursor = Self {
            channel_id,
            up_to_seq: up_to_seq.unwrap_or_default(),
            read_at: fields.id("readAt").unwrap_or_default(),
            unread_count: fields.count("unreadCount").unwrap_or_default(),
            mention_count: fields.count("mentionCount").unwrap_or_default(),
        };
        fields.end(cursor)
    }
}

impl DeliveryStatus {
    /// Reads one status; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let mut fields = Fields::of(body);
        let state = fields.text("state")?;
        let status = Self {
            state: DeliveryState::parse(&state)?,
            message_id: fields.required_id("messageId", "messageId"),
            client_message_id: fields.id("clientMessageId"),
            delivered_count: fields.count("deliveredCount"),
            read_count: fields.count("readCount"),
            total_recipients: fields.count("totalRecipients"),
            updated_at: fields.id("updatedAt"),
        };
        fields.end(status).ok()
    }

    /// Reads a [`DeliveryStatuses`](super::DeliveryStatuses), answer or event; items that cannot be
    /// read are left out.
    pub fn read_all<V: Value>(body: &V) -> Vec<Self> {
        let statuses = items(body, "statuses");
        statuses.iter().filter_map(Self::read).collect()
    }
}

/// `message:sent` as a client reads it, under either of the product documents' names for the server's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentHead {
    /// The server's id.
    pub message_id: String,
    /// The author's id.
    pub client_message_id: Option<String>,
    /// The room. Absent from older servers.
    pub channel_id: Option<String>,
    /// The message's place in its room. Absent from older servers.
    pub seq: Option<u64>,
    /// When, as the server wrote it.
    pub sent_at: Option<String>,
}

impl SentHead {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let head = Self {
            message_id: fields.required_id("messageId", "serverMessageId"),
            client_message_id: fields.id("clientMessageId"),
            channel_id: fields.id("channelId"),
            seq: fields.integer("seq"),
            sent_at: fields.id("sentAt"),
        };
        fields.end(head)
    }
}

/// `message:failed` of the product documents, as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedHead {
    /// The author's id.
    pub client_message_id: String,
    /// Usually one of [`ErrorCode`](crate::wire::error::ErrorCode).
    pub error_code: Option<String>,
    /// For people.
    pub error_message: Option<String>,
    /// Whether to try again.
    pub retryable: bool,
}

impl FailedHead {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let head = Self {
            client_message_id: fields.required_id("clientMessageId", "messageId"),
            error_code: fields.text("errorCode"),
            error_message: fields.text("errorMessage"),
            retryable: is_true(body, "retryable"),
        };
        fields.end(head)
    }
}

/// `message:ack` of the product documents, as a client reads it.
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
        let mut fields = Fields::of(body);
        let status = fields.text("status").unwrap_or_default();
        let head = Self {
            message_id: fields.required_id("messageId", "id"),
            state: DeliveryState::parse(&status),
        };
        fields.end(head)
    }
}

/// The cursor that a [`ReceiptAcked`](super::ReceiptAcked) names.
pub fn acked_up_to_seq<V: Value>(body: &V) -> Option<u64> {
    valid_integer(body, "upToSeq")
}

/// Builds the payload of a [`DeliveredAck`](super::DeliveredAck).
pub fn build_delivered_ack<V: Value>(channel_id: &str, up_to_seq: u64) -> V {
    Object::new()
        .text("channelId", channel_id)
        .number("upToSeq", up_to_seq as f64)
        .build()
}

/// Builds the payload of a [`ReadAck`](super::ReadAck).
pub fn build_read_ack<V: Value>(channel_id: &str, message_id: &str, read_at: &str) -> V {
    Object::new()
        .text("messageId", message_id)
        .text("channelId", channel_id)
        .text("readAt", read_at)
        .build()
}

/// Builds the payload of a [`BatchReadAck`](super::BatchReadAck): by ids, by cursor, or both, for
/// servers that know only one of them.
pub fn build_batch_read_ack<V: Value>(
    channel_id: &str,
    message_ids: &[String],
    up_to_seq: Option<u64>,
    read_at: &str,
) -> V {
    let mut fields = Object::new();
    fields
        .text("channelId", channel_id)
        .maybe_number("upToSeq", up_to_seq.map(|seq| seq as f64))
        .text("readAt", read_at);
    if !message_ids.is_empty() {
        fields.texts("messageIds", message_ids);
    }
    fields.build()
}

/// Builds the payload of a [`DeliverySync`](super::DeliverySync).
pub fn build_delivery_sync<V: Value>(message_ids: &[String]) -> V {
    Object::new().texts("messageIds", message_ids).build()
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::json;

    use super::super::{BatchReadAck, BatchReceipt, DeliveredAck, DeliverySync, ReadAck};
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
    }
}
