//! Pages of history, and the rooms of a user.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, is_true, valid_id, valid_integer, valid_seq};
use super::message::MessageNew;
use super::object::Object;
use super::operation::Operation;
use super::room::RoomType;
use crate::socketio::Value;

/// `sync:messages`, client to server; ack [`SyncMessagesPage`]. Errors: `ROOM_NOT_FOUND`,
/// `NOT_IN_ROOM`, `VALIDATION_ERROR`. At most one of `since`, `afterSeq` and `beforeSeq` is
/// given; with none, the page is the newest one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncMessages {
    /// The room.
    #[serde(alias = "roomName")]
    pub channel_id: String,
    /// Messages taken after this time, in milliseconds since 1970, oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Entries of the log after this `seq`, oldest first: messages, and operations on any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seq: Option<u64>,
    /// The newest messages before this `seq`: pages back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_seq: Option<u64>,
    /// Most messages, with `afterSeq` most entries of the log: 1 to 200, default 50; a larger
    /// number means 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl SyncMessages {
    /// The payload for the newest page, for a client.
    pub fn newest<V: Value>(room_name: &str, limit: u32) -> V {
        page(room_name, None, limit)
    }

    /// The payload for the page after a `seq`.
    pub fn after<V: Value>(room_name: &str, seq: u64, limit: u32) -> V {
        page(room_name, Some(("afterSeq", seq)), limit)
    }

    /// The payload for the first page after a time, in milliseconds since 1970.
    pub fn since<V: Value>(room_name: &str, since_ms: u64, limit: u32) -> V {
        page(room_name, Some(("since", since_ms)), limit)
    }

    /// The payload for the page before a `seq`.
    pub fn before<V: Value>(room_name: &str, seq: u64, limit: u32) -> V {
        page(room_name, Some(("beforeSeq", seq)), limit)
    }
}

fn page<V: Value>(room_name: &str, from: Option<(&'static str, u64)>, limit: u32) -> V {
    let mut page = Object::new();
    page.text("channelId", room_name)
        .number("limit", f64::from(limit));
    if let Some((key, seq)) = from {
        page.number(key, seq as f64);
    }
    page.build()
}

/// Answer to [`SyncMessages`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncMessagesPage {
    /// In the order of `seq`, whichever way was paged.
    pub messages: Vec<SyncMessage>,
    /// The server's clock, in milliseconds since 1970.
    pub server_time: i64,
    /// The history that `seq` counts in; a cursor of another one is void.
    pub epoch: String,
    /// The log's newest `seq`; 0 in an empty room.
    pub head_seq: u64,
    /// Whether there is more in the direction that was asked for.
    pub has_more: bool,
    /// The first place of the log that is covered; 0 for an empty page. A place within the range
    /// that no message has was an operation.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub from_seq: u64,
    /// The last place of the log that is covered; 0 for an empty page.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub to_seq: u64,
    /// Where `afterSeq` was asked: edits, deletions and reactions of the range, in the order of
    /// `seq`. The messages have them in already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<Operation>>,
}

/// The server's clock in an answer, in milliseconds since 1970, where it gave it.
pub fn server_time_ms<V: Value>(body: &V) -> Option<u64> {
    valid_integer(body, "serverTime")
}

/// What a client needs of a [`SyncMessagesPage`] beside its messages and operations, which stay
/// where they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageHead {
    /// The history that `seq` counts in.
    pub epoch: Option<String>,
    /// The log's newest `seq`.
    pub head_seq: Option<u64>,
    /// The first place of the log that is covered.
    pub from_seq: Option<u64>,
    /// The last place of the log that is covered.
    pub to_seq: Option<u64>,
    /// Whether there is more in the direction that was asked for.
    pub has_more: bool,
}

impl PageHead {
    /// Reads a page; what an older server leaves out is absent.
    pub fn read<V: Value>(body: &V) -> Self {
        Self {
            epoch: valid_id(body, "epoch"),
            head_seq: valid_integer(body, "headSeq"),
            from_seq: valid_seq(body, "fromSeq"),
            to_seq: valid_seq(body, "toSeq"),
            has_more: is_true(body, "hasMore"),
        }
    }
}

/// A message of a page: the fields of the live event, and the product documents' names for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncMessage {
    /// The message as it arrives live.
    #[serde(flatten)]
    pub message: MessageNew,
    /// As `messageId`.
    pub id: String,
    /// As `roomName`.
    pub channel_id: String,
    /// As `timestamp`.
    pub created_at: String,
}

/// `sync:channels`, client to server; ack [`SyncChannelsPage`]. Error: `VALIDATION_ERROR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncChannels {
    /// Only rooms whose log has something taken after this time, in milliseconds since 1970. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

impl SyncChannels {
    /// The payload, for a client.
    pub fn build<V: Value>(self) -> V {
        let since = self.since.map(|since| since as f64);
        Object::new().maybe_number("since", since).build()
    }
}

/// Answer to [`SyncChannels`]: the rooms that the user is a member of, the most recently active
/// first, at most 1,000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncChannelsPage {
    /// The rooms.
    pub channels: Vec<SyncChannel>,
    /// The server's clock, in milliseconds since 1970.
    pub server_time: i64,
}

/// A room in [`SyncChannelsPage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncChannel {
    /// The room's name, which is its id.
    pub id: String,
    /// As `id`.
    pub name: String,
    /// Its kind.
    #[serde(rename = "type", default)]
    pub kind: RoomType,
    /// When its newest message was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message_at: Option<String>,
    /// Members in all.
    pub member_count: u32,
    /// The log's newest `seq`, as of which the counts are; 0 in an empty room.
    #[serde(default)]
    pub head_seq: u64,
    /// The history that `seq` counts in.
    #[serde(default)]
    pub epoch: String,
    /// The user's own read cursor. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_up_to_seq: Option<u64>,
    /// Messages of others beyond the cursor; 10,000 for more. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<u32>,
    /// Those among them that mention the user. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention_count: Option<u32>,
}

/// What a client needs of a [`SyncChannel`] to know where it stands in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelHead {
    /// The room.
    pub room_name: String,
    /// The log's newest `seq`.
    pub head_seq: Option<u64>,
    /// The history that `seq` counts in.
    pub epoch: Option<String>,
    /// The user's own read cursor.
    pub read_up_to_seq: Option<u64>,
    /// Messages of others beyond the cursor; 10,000 for more.
    pub unread_count: Option<u32>,
    /// Those among them that mention the user.
    pub mention_count: Option<u32>,
}

impl ChannelHead {
    /// Reads an entry of a [`SyncChannelsPage`]; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let mut fields = Fields::of(body);
        let head = Self {
            room_name: fields.required_name("id", "name"),
            head_seq: fields.integer("headSeq"),
            epoch: valid_id(body, "epoch"),
            read_up_to_seq: fields.integer("readUpToSeq"),
            unread_count: fields.count("unreadCount"),
            mention_count: fields.count("mentionCount"),
        };
        fields.end(head).ok()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn a_page_item_has_the_live_events_fields_and_the_sources_names() {
        let json = serde_json::json!({
            "id": "m1", "messageId": "m1", "channelId": "general", "roomName": "general",
            "userId": "alice", "content": "hi", "type": "text", "seq": 1, "epoch": "e",
            "timestamp": "2026-01-30T12:00:00.000Z", "createdAt": "2026-01-30T12:00:00.000Z",
        });
        let item: SyncMessage = serde_json::from_value(json.clone()).expect("decodes");
        assert_eq!(item.message.seq, Some(1));
        assert_eq!(serde_json::to_value(&item).expect("encodes"), json);
    }
}
