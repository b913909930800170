//! What the app reads of receipts and unread messages.

use serde::Serialize;

use super::record::{Record, State};
use super::unread::Count;
use crate::socketio::Value;
use crate::wire::Object;

/// How far one message of this user has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeliveryRecord {
    /// The server's id; until that is known, the client's.
    pub message_id: String,
    /// The client's id. Unknown of a message that was only named in a receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    /// The room. As `clientMessageId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// How far it has come.
    pub state: DeliveryRecordState,
    /// How many it has reached.
    pub delivered_count: u32,
    /// How many have read it.
    pub read_count: u32,
    /// Members other than the author, by the server's count where it gave one.
    pub total_recipients: u32,
    /// Recipients that it is known to have reached, by user id; of very many, some.
    pub recipients: Vec<DeliveryRecipient>,
    /// Why it failed, for people, while it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When anything here last changed, milliseconds since the epoch by this device's clock.
    pub updated_at: f64,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum DeliveryRecordState {
    /// It waits to be sent.
    #[default]
    Pending,
    /// It is on its way to the server.
    Sending,
    /// The server has it.
    Sent,
    /// It reached somebody.
    Delivered,
    /// Somebody read it.
    Read,
    /// It was given up, and the server does not have it.
    Failed,
}

/// How far one recipient is with a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeliveryRecipient {
    /// Who.
    pub user_id: String,
    /// `delivered` or `read`.
    pub state: DeliveryRecordState,
    /// When it reached them, ISO 8601 by the server's clock, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<String>,
    /// When they read it, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
}

/// What waits to be read in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct UnreadCount {
    /// Messages of others beyond the own read cursor.
    pub count: u32,
    /// Those among them that mention this user.
    pub mentions: u32,
    /// The own read cursor: everything up to this `seq` was read. 0 for nothing.
    pub read_up_to_seq: f64,
}

impl DeliveryRecord {
    /// A record as it may be shown: without `shows_reading`, delivered is the furthest.
    pub(super) fn of(record: &Record, shows_reading: bool) -> Self {
        let counts = record.counts();
        let ids = (&record.message_id, &record.client_message_id);
        let state = record.state();
        let recipients = record.recipients().map(|(user_id, one)| {
            let is_read = one.is_read && shows_reading;
            // Who read a message has it: a time of reading bounds that of delivery.
            let earlier = one.delivered_at.iter().chain(&one.read_at).min();
            DeliveryRecipient {
                user_id: user_id.clone(),
                state: match is_read {
                    true => DeliveryRecordState::Read,
                    false => DeliveryRecordState::Delivered,
                },
                delivered_at: match shows_reading {
                    true => earlier.cloned(),
                    false => one.delivered_at.clone(),
                },
                read_at: one.read_at.clone().filter(|_| is_read),
            }
        });
        Self {
            message_id: ids.0.clone().or(ids.1.clone()).unwrap_or_default(),
            client_message_id: record.client_message_id.clone(),
            channel_id: record.room.clone(),
            state: match state {
                State::Pending => DeliveryRecordState::Pending,
                State::Sending => DeliveryRecordState::Sending,
                State::Failed => DeliveryRecordState::Failed,
                State::Sent => DeliveryRecordState::Sent,
                State::Read if shows_reading => DeliveryRecordState::Read,
                State::Delivered | State::Read => DeliveryRecordState::Delivered,
            },
            delivered_count: counts.delivered,
            read_count: if shows_reading { counts.read } else { 0 },
            total_recipients: counts.total,
            recipients: recipients.collect(),
            error: record.failure().map(|failure| failure.message.clone()),
            updated_at: record.updated_ms as f64,
        }
    }

    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        let recipients = self.recipients.iter().map(DeliveryRecipient::to_value);
        Object::new()
            .text("messageId", &self.message_id)
            .maybe_text("clientMessageId", self.client_message_id.as_deref())
            .maybe_text("channelId", self.channel_id.as_deref())
            .text("state", self.state.as_str())
            .number("deliveredCount", f64::from(self.delivered_count))
            .number("readCount", f64::from(self.read_count))
            .number("totalRecipients", f64::from(self.total_recipients))
            .value("recipients", V::array(recipients.collect()))
            .maybe_text("error", self.error.as_deref())
            .number("updatedAt", self.updated_at)
            .build()
    }
}

impl DeliveryRecordState {
    /// The documents' name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }
}

impl DeliveryRecipient {
    fn to_value<V: Value>(&self) -> V {
        Object::new()
            .text("userId", &self.user_id)
            .text("state", self.state.as_str())
            .maybe_text("deliveredAt", self.delivered_at.as_deref())
            .maybe_text("readAt", self.read_at.as_deref())
            .build()
    }
}

impl From<Count> for UnreadCount {
    fn from(count: Count) -> Self {
        Self {
            count: count.unread,
            mentions: count.mentions,
            read_up_to_seq: count.read_up_to_seq as f64,
        }
    }
}

impl UnreadCount {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .number("count", f64::from(self.count))
            .number("mentions", f64::from(self.mentions))
            .number("readUpToSeq", self.read_up_to_seq)
            .build()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value as Json, to_value};

    use super::*;
    use crate::engine::delivery::record::{Failure, Level};

    /// JavaScript has one kind of number, `serde_json` three.
    fn as_floats(value: Json) -> Json {
        match value {
            Json::Number(number) => number.as_f64().into(),
            Json::Array(items) => items.into_iter().map(as_floats).collect(),
            Json::Object(fields) => fields
                .into_iter()
                .map(|(key, value)| (key, as_floats(value)))
                .collect(),
            other => other,
        }
    }

    #[test]
    fn what_goes_out_is_what_the_types_say() {
        let mut read = Record::default();
        read.message_id = Some("m".to_owned());
        read.receive("bob", Level::Read, Some("t"));
        let mut failed = Record::default();
        failed.fail(Failure::default());
        for record in [read, failed] {
            let shown = DeliveryRecord::of(&record, true);
            let ours: Json = shown.to_value();
            assert_eq!(as_floats(ours), as_floats(to_value(&shown).unwrap()));
        }
        let count = UnreadCount::default();
        let ours: Json = count.to_value();
        assert_eq!(as_floats(ours), as_floats(to_value(count).unwrap()));
    }

    #[test]
    fn a_user_who_shows_no_reading_is_shown_none() {
        let mut record = Record::default();
        record.receive("bob", Level::Read, Some("t"));
        let shown = DeliveryRecord::of(&record, false);
        assert_eq!(shown.state, DeliveryRecordState::Delivered);
        assert_eq!((shown.delivered_count, shown.read_count), (1, 0));
        assert_eq!(shown.recipients[0].read_at, None);
        assert_eq!(shown.recipients[0].delivered_at, None);
    }
}
