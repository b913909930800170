//! Everything that was missed, of many rooms, in one round trip.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, is_true, optional_count, optional_list, valid_id};
use super::object::Object;
use super::operation::Operation;
use super::receipt::MemberReceipt;
use crate::socketio::Value;

/// [`SYNC_RESUME`](super::names::SYNC_RESUME), client to server; ack [`SyncResumed`]. Error:
/// `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncResume {
    /// The rooms and how far they are known, at most 100.
    pub rooms: Vec<ResumeRoom>,
    /// Whether the answer has the members' receipts. Default false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipts: Option<bool>,
}

/// How far a room is known, in [`SyncResume`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ResumeRoom {
    /// The room.
    #[serde(alias = "channelId")]
    pub room_name: String,
    /// The history that `seq` counts in; without it, the server's own is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The last contiguous place of the log that is stored; 0 for nothing.
    pub seq: u64,
}

/// Answer to [`SyncResume`], about 256 KiB at most: what has changed only, the most recently
/// active rooms first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncResumed {
    /// Rooms with something new.
    pub rooms: Vec<ResumedRoom>,
    /// How many rooms that were asked for have nothing new.
    pub unchanged: u32,
    /// Rooms that were asked for and that the user is no member of, or that do not exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub not_member: Vec<String>,
    /// The server's clock, in milliseconds since 1970.
    pub server_time: i64,
}

/// A room with something new, in [`SyncResumed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ResumedRoom {
    /// The room.
    pub room_name: String,
    /// The history that `seq` counts in.
    pub epoch: String,
    /// The log's newest `seq`, as of which the counts are; 0 in an empty room.
    pub head_seq: u64,
    /// Entries of the log in the order of `seq`, at most 200: of `fromSeq` to `toSeq` none is
    /// missing, except messages of a reset's range that were operations.
    pub operations: Vec<Operation>,
    /// The first place of the log that is covered.
    pub from_seq: u64,
    /// The last place of the log that is covered; with `hasMore`, `sync:messages` goes on after it.
    pub to_seq: u64,
    /// Whether the log goes on after `toSeq`.
    pub has_more: bool,
    /// Present and true where the history that was asked for is gone: what is known of the room
    /// is void, and `operations` are its newest page, as messages in their current state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<bool>,
    /// The user's own read cursor.
    pub read_up_to_seq: u64,
    /// Messages of others beyond the cursor; 10,000 for more.
    pub unread_count: u32,
    /// Those among them that mention the user.
    pub mention_count: u32,
    /// The other members' cursors, at most 200, if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipts: Option<Vec<MemberReceipt>>,
}

/// What a client needs of a [`ResumedRoom`] beside its operations, which stay where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeRoomHead {
    /// The room.
    pub room_name: String,
    /// The history that `seq` counts in.
    pub epoch: String,
    /// The log's newest `seq`.
    pub head_seq: u64,
    /// The first place of the log that is covered; 0 for none.
    pub from_seq: u64,
    /// The last place of the log that is covered; 0 for none.
    pub to_seq: u64,
    /// Whether the log goes on after it.
    pub has_more: bool,
    /// Whether what is known of the room is void.
    pub reset: bool,
    /// The user's own read cursor.
    pub read_up_to_seq: Option<u64>,
    /// Messages of others beyond the cursor; 10,000 for more.
    pub unread_count: Option<u32>,
    /// Those among them that mention the user.
    pub mention_count: Option<u32>,
    /// The other members' cursors.
    pub receipts: Vec<MemberReceipt>,
}

impl ResumeRoomHead {
    /// Reads a room of the answer; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let mut fields = Fields::of(body);
        let receipts = fields.list("receipts", MemberReceipt::read);
        let head = Self {
            room_name: fields.required_name("roomName", "roomName"),
            epoch: fields.required_name("epoch", "epoch"),
            head_seq: fields.integer("headSeq").unwrap_or_default(),
            from_seq: fields.integer("fromSeq").unwrap_or_default(),
            to_seq: fields.integer("toSeq").unwrap_or_default(),
            has_more: is_true(body, "hasMore"),
            reset: is_true(body, "reset"),
            read_up_to_seq: fields.integer("readUpToSeq"),
            unread_count: fields.count("unreadCount"),
            mention_count: fields.count("mentionCount"),
            receipts: receipts.unwrap_or_default(),
        };
        fields.end(head).ok()
    }
}

/// What a client needs of a [`SyncResumed`] beside its rooms' operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResumeHead {
    /// How many rooms have nothing new.
    pub unchanged: u32,
    /// Rooms that the user is no member of.
    pub not_member: Vec<String>,
}

impl ResumeHead {
    /// Reads the answer; what is missing or malformed is absent.
    pub fn read<V: Value>(body: &V) -> Self {
        let not_member = optional_list(body, "notMember", V::as_text).ok().flatten();
        Self {
            unchanged: optional_count(body, "unchanged")
                .ok()
                .flatten()
                .unwrap_or_default(),
            not_member: not_member.unwrap_or_default(),
        }
    }
}

/// Entries of a list in a body: `rooms` of an answer, `operations` of a room or of a page.
pub fn items<V: Value>(body: &V, key: &'static str) -> Vec<V> {
    let Some(list) = body.field(key) else {
        return Vec::new();
    };
    (0..list.length().unwrap_or(0))
        .filter_map(|index| list.element(index))
        .collect()
}

/// The event's name of an [`Operation`].
pub fn event_name<V: Value>(operation: &V) -> Option<String> {
    valid_id(operation, "event")
}

impl SyncResume {
    /// The payload, for a client.
    pub fn build<V: Value>(&self) -> V {
        let rooms = self.rooms.iter().map(|room| {
            Object::new()
                .text("roomName", &room.room_name)
                .maybe_text("epoch", room.epoch.as_deref())
                .number("seq", room.seq as f64)
                .build()
        });
        Object::new()
            .value("rooms", V::array(rooms.collect()))
            .maybe("receipts", self.receipts.map(V::boolean))
            .build()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_client_builds_the_server_decodes() {
        let resume = SyncResume {
            rooms: vec![
                ResumeRoom {
                    room_name: "general".to_owned(),
                    epoch: Some("e".to_owned()),
                    seq: 7,
                },
                ResumeRoom {
                    room_name: "new".to_owned(),
                    epoch: None,
                    seq: 0,
                },
            ],
            receipts: Some(true),
        };
        let body: serde_json::Value = resume.build();
        assert_eq!(
            serde_json::from_value::<SyncResume>(body).ok(),
            Some(resume)
        );
    }

    #[test]
    fn a_room_of_the_answer_is_read_as_the_server_encodes_it() {
        let room = ResumedRoom {
            room_name: "general".to_owned(),
            epoch: "e".to_owned(),
            head_seq: 9,
            operations: Vec::new(),
            from_seq: 4,
            to_seq: 6,
            has_more: true,
            reset: Some(true),
            read_up_to_seq: 3,
            unread_count: 2,
            mention_count: 1,
            receipts: Some(vec![MemberReceipt {
                user_id: "bob".to_owned(),
                delivered_up_to_seq: 5,
                read_up_to_seq: 4,
            }]),
        };
        let answer = SyncResumed {
            rooms: vec![room.clone()],
            unchanged: 3,
            not_member: vec!["gone".to_owned()],
            server_time: 1,
        };
        let body = serde_json::to_value(&answer).expect("encodes");
        let head = ResumeHead::read(&body);
        assert_eq!((head.unchanged, head.not_member), (3, answer.not_member));
        let rooms = items(&body, "rooms");
        let head = ResumeRoomHead::read(&rooms[0]).expect("reads");
        assert_eq!((head.from_seq, head.to_seq, head.head_seq), (4, 6, 9));
        assert!(head.has_more && head.reset);
        assert_eq!(head.read_up_to_seq, Some(3));
        assert_eq!((head.unread_count, head.mention_count), (Some(2), Some(1)));
        assert_eq!(Some(head.receipts), room.receipts);
    }

    #[test]
    fn a_malformed_answer_has_no_rooms() {
        for odd in [json!(null), json!({ "rooms": 7 }), json!({ "rooms": {} })] {
            assert!(items(&odd, "rooms").is_empty(), "{odd}");
            assert_eq!(ResumeHead::read(&odd), ResumeHead::default());
        }
        assert_eq!(
            ResumeRoomHead::read(&json!({ "roomName": "general" })),
            None
        );
        let odd = json!({ "roomName": "general", "epoch": "e", "headSeq": -1 });
        assert_eq!(ResumeRoomHead::read(&odd), None);
        assert_eq!(event_name(&json!({ "event": 7 })), None);
    }
}
