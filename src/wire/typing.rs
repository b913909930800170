//! Who is typing where.

use serde::{Deserialize, Serialize};

use super::WireError;
use super::fields::{Fields, optional_list, valid_id, valid_integer};
use super::object::Object;
use crate::socketio::Value;

/// What is typed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum TypingRoomType {
    /// A channel.
    #[default]
    Channel,
    /// A thread of it.
    Thread,
    /// A conversation of two.
    Dm,
}

impl TypingRoomType {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Thread => "thread",
            Self::Dm => "dm",
        }
    }

    /// The one of this name; `None` for a name that is not known.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "channel" => Self::Channel,
            "thread" => Self::Thread,
            "dm" => Self::Dm,
            _ => return None,
        })
    }
}

/// [`TYPING_START`](super::names::TYPING_START) and [`TYPING_STOP`](super::names::TYPING_STOP),
/// client to server; ack `{success}`, where one is asked for. What was started ends by itself
/// after 5 s unless it is started again, and with the user's message, their leaving, or the
/// connection. Errors, as acks only: `ROOM_NOT_FOUND`, `NOT_IN_ROOM`, `VALIDATION_ERROR`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Typing {
    /// The room.
    #[serde(alias = "channelId")]
    pub room_name: String,
    /// Default: `thread` with a `threadId`, else as the room is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_type: Option<TypingRoomType>,
    /// The thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
}

/// [`TYPING`](super::names::TYPING), client to server, plugin guide's dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PluginTyping {
    /// The room.
    #[serde(alias = "roomName")]
    pub channel_id: String,
    /// Whether the user types.
    pub is_typing: bool,
}

/// [`TYPING_EVENT`](super::names::TYPING_EVENT), server to the sockets in the room, no ack: all who
/// type there now and whom the receiver may see, never the receiver. Sent when that changes, and
/// when somebody in it goes on typing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct TypingEvent {
    /// The room.
    pub room_name: String,
    /// What is typed in.
    pub room_type: TypingRoomType,
    /// The thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// In the order in which they began.
    pub users: Vec<TypingUser>,
}

/// Somebody who types, in [`TypingEvent`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct TypingUser {
    /// Who.
    pub user_id: String,
    /// Name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_avatar: Option<String>,
    /// Since when, by the server's clock. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// In how many milliseconds from now it ends, unless it is prolonged. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_ms: Option<u64>,
}

/// What a client needs of a [`TypingEvent`], of which older servers leave out the type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypingHead {
    /// The room.
    pub room_name: String,
    /// What is typed in.
    pub room_type: Option<TypingRoomType>,
    /// The thread.
    pub thread_id: Option<String>,
    /// Who.
    pub users: Vec<TypingUser>,
}

impl Typing {
    /// The payload, for a client.
    pub fn build<V: Value>(&self) -> V {
        Object::new()
            .text("roomName", &self.room_name)
            .maybe_text("roomType", self.room_type.map(TypingRoomType::as_str))
            .maybe_text("threadId", self.thread_id.as_deref())
            .build()
    }
}

impl TypingHead {
    /// Reads the event; users that cannot be read are left out.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let room_name = fields.required_name("roomName", "channelId");
        let room_type = fields.text("roomType");
        let users = fields.list("users", |item| Some(TypingUser::read(item)));
        let head = Self {
            room_name,
            room_type: room_type.and_then(|name| TypingRoomType::parse(&name)),
            thread_id: fields.id("threadId"),
            users: users.into_iter().flatten().flatten().collect(),
        };
        fields.end(head)
    }

    /// Reads a [`TYPING_BATCH`](super::names::TYPING_BATCH); items that cannot be read are left out.
    pub fn read_batch<V: Value>(body: &V) -> Vec<Self> {
        let event = |item: &V| Some(Self::read(item).ok());
        let updates = optional_list(body, "updates", event).ok().flatten();
        updates.into_iter().flatten().flatten().collect()
    }
}

impl TypingUser {
    /// Reads one user; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let mut fields = Fields::of(body);
        let user = Self {
            user_id: fields.required_name("userId", "userId"),
            user_name: fields.text("userName"),
            user_avatar: fields.text("userAvatar"),
            started_at: valid_id(body, "startedAt"),
            expires_in_ms: valid_integer(body, "expiresInMs"),
        };
        fields.end(user).ok()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn an_event_of_an_older_server_is_read() {
        let body =
            json!({ "roomName": "general", "users": [{ "userId": "bob", "startedAt": "t" }] });
        let head = TypingHead::read(&body).expect("reads");
        assert_eq!((head.room_type, head.users.len()), (None, 1));
        assert_eq!(head.users[0].expires_in_ms, None);
    }

    #[test]
    fn what_cannot_be_read_costs_no_other() {
        let users =
            json!([7, { "userId": "" }, { "userId": "bob" }, { "userId": "a", "userName": 7 }]);
        let event = json!({ "roomName": "general", "roomType": "odd", "users": users });
        let head = TypingHead::read(&event).expect("reads");
        assert_eq!(head.users.len(), 1);
        for odd in [
            json!(null),
            json!({ "users": [] }),
            json!({ "roomName": 7, "users": [] }),
            json!({ "roomName": "general", "users": "bob" }),
        ] {
            assert!(TypingHead::read(&odd).is_err(), "{odd}");
        }
        let batch = json!({ "updates": [7, event, { "roomName": "" }] });
        assert_eq!(TypingHead::read_batch(&batch).len(), 1);
        assert!(TypingHead::read_batch(&json!([])).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_024))]

        #[test]
        fn what_one_side_writes_the_other_reads(
            room_name in "[a-z]{1,8}",
            thread_id in proptest::option::of("[a-z]{1,8}"),
            names in proptest::collection::vec("\\PC{0,12}", 0..5),
            expires_in_ms in proptest::option::of(0..10_000_u64),
        ) {
            let room_type = match thread_id {
                Some(_) => TypingRoomType::Thread,
                None => TypingRoomType::Dm,
            };
            let typing = Typing {
                room_name: room_name.clone(),
                room_type: Some(room_type),
                thread_id: thread_id.clone(),
            };
            let body: Json = typing.build();
            prop_assert_eq!(serde_json::from_value::<Typing>(body).ok(), Some(typing));

            let users: Vec<TypingUser> = names
                .into_iter()
                .enumerate()
                .map(|(index, name)| TypingUser {
                    user_id: format!("u{index}"),
                    user_name: Some(name),
                    user_avatar: None,
                    started_at: Some("t".to_owned()),
                    expires_in_ms,
                })
                .collect();
            let event = TypingEvent {
                room_name: room_name.clone(),
                room_type,
                thread_id: thread_id.clone(),
                users: users.clone(),
            };
            let body = serde_json::to_value(&event).expect("encodes");
            let expected = TypingHead {
                room_name,
                room_type: Some(room_type),
                thread_id,
                users,
            };
            prop_assert_eq!(TypingHead::read(&body), Ok(expected));
        }
    }
}
