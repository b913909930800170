//! Rooms and their members.

use serde::{Deserialize, Deserializer, Serialize, de::IntoDeserializer};

use super::WireError;
use super::fields::Fields;
use super::object::Object;
use crate::socketio::Value;

/// `room:join` (alias `channel:join`), client to server; ack [`RoomJoined`]. Makes the user a
/// member if they are none, and the socket a receiver of the room's events. Errors:
/// `ROOM_NOT_FOUND` (also for a private or secret room without membership), `ROOM_FULL`,
/// `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RoomJoin {
    /// The room; the alias calls it `channelId`.
    #[serde(alias = "channelId")]
    pub room_name: String,
}

/// `room:leave` (alias `channel:leave`), client to server; ack `{success}`. Ends membership,
/// and with it the room's events for every socket of the user. Leaving a room that the user is
/// no member of succeeds. Errors: `ROOM_NOT_FOUND`, `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RoomLeave {
    /// The room; the alias calls it `channelId`.
    #[serde(alias = "channelId")]
    pub room_name: String,
}

/// Answer to [`RoomJoin`] and [`RoomCreate`]. An older server gives only name and count: the
/// rest has the documented defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RoomJoined {
    /// The room. Absent in a bare answer.
    #[serde(default)]
    pub room_name: String,
    /// Default `channel`, also for a kind that the reader does not know.
    #[serde(rename = "type", default, deserialize_with = "known_or_default")]
    pub kind: RoomType,
    /// Default `public`, also for one that the reader does not know.
    #[serde(default, deserialize_with = "known_or_default")]
    pub visibility: RoomVisibility,
    /// Members in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_count: Option<u32>,
    /// The first members by name of id; `room:members` has the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<RoomMember>>,
    /// The log's newest `seq`, as of which the counts are; 0 in an empty room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_seq: Option<u64>,
    /// The history that `seq` counts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The user's own read cursor; a user who joins has read what was there. Absent from older
    /// servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_up_to_seq: Option<u64>,
    /// Messages of others beyond the cursor; 10,000 for more. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<u32>,
    /// Those among them that mention the user. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention_count: Option<u32>,
}

/// Kinds of rooms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum RoomType {
    /// A channel.
    #[default]
    Channel,
    /// Two people.
    Dm,
    /// Several people, by invitation.
    #[serde(alias = "group-dm")]
    Group,
    /// A thread that has a room of its own.
    Thread,
    /// Few speak, many read.
    Broadcast,
}

impl RoomType {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Dm => "dm",
            Self::Group => "group",
            Self::Thread => "thread",
            Self::Broadcast => "broadcast",
        }
    }

    /// The one of this name; [`Self::Channel`] for a name that is not known.
    pub fn parse(name: &str) -> Self {
        match name {
            "dm" => Self::Dm,
            "group" | "group-dm" => Self::Group,
            "thread" => Self::Thread,
            "broadcast" => Self::Broadcast,
            _ => Self::Channel,
        }
    }
}

/// Who may find and join a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum RoomVisibility {
    /// Everyone.
    #[default]
    Public,
    /// Members only.
    Private,
    /// Members only, and nobody else is to know that it exists.
    Secret,
}

impl RoomVisibility {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Secret => "secret",
        }
    }

    /// The one of this name; [`Self::Public`] for a name that is not known.
    pub fn parse(name: &str) -> Self {
        match name {
            "private" => Self::Private,
            "secret" => Self::Secret,
            _ => Self::Public,
        }
    }
}

/// What a member may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum RoomRole {
    /// Everything; who made the room.
    Admin,
    /// Keeps order.
    Moderator,
    /// Reads and writes.
    #[default]
    Member,
    /// Reads and writes, for now.
    Guest,
}

impl RoomRole {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Moderator => "moderator",
            Self::Member => "member",
            Self::Guest => "guest",
        }
    }

    /// The one of this name; [`Self::Member`] for a name that is not known.
    pub fn parse(name: &str) -> Self {
        match name {
            "admin" => Self::Admin,
            "moderator" => Self::Moderator,
            "guest" => Self::Guest,
            _ => Self::Member,
        }
    }
}

/// A member, in [`RoomJoined`] and [`RoomMembersPage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RoomMember {
    /// The user.
    pub user_id: String,
    /// Name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_avatar: Option<String>,
    /// Since when. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<String>,
    /// What they may do. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoomRole>,
}

impl RoomJoined {
    /// Reads the answer; the documented defaults stand for what an older server leaves out.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let joined = Self {
            room_name: fields.id("roomName").unwrap_or_default(),
            kind: RoomType::parse(&fields.text("type").unwrap_or_default()),
            visibility: RoomVisibility::parse(&fields.text("visibility").unwrap_or_default()),
            member_count: fields.count("memberCount"),
            members: fields.list("members", RoomMember::read),
            head_seq: fields.integer("headSeq"),
            epoch: fields.id("epoch"),
            read_up_to_seq: fields.integer("readUpToSeq"),
            unread_count: fields.count("unreadCount"),
            mention_count: fields.count("mentionCount"),
        };
        fields.end(joined)
    }
}

impl RoomJoin {
    /// The payload, for a client.
    pub fn build<V: Value>(room_name: &str) -> V {
        Object::new().text("roomName", room_name).build()
    }
}

impl RoomLeave {
    /// The payload, for a client.
    pub fn build<V: Value>(room_name: &str) -> V {
        Object::new().text("roomName", room_name).build()
    }
}

impl RoomMember {
    /// The member as a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .text("userId", &self.user_id)
            .maybe_text("userName", self.user_name.as_deref())
            .maybe_text("userAvatar", self.user_avatar.as_deref())
            .maybe_text("joinedAt", self.joined_at.as_deref())
            .maybe_text("role", self.role.map(RoomRole::as_str))
            .build()
    }

    /// Reads a member; `None` where it cannot be one.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let mut fields = Fields::of(body);
        let member = Self {
            user_id: fields.required_id("userId", "userId"),
            user_name: fields.text("userName"),
            user_avatar: fields.text("userAvatar"),
            joined_at: fields.id("joinedAt"),
            role: fields.text("role").map(|name| RoomRole::parse(&name)),
        };
        fields.end(member).ok()
    }
}

/// `room:create`, client to server; ack [`RoomJoined`]. The creator is a member with role
/// `admin`, and the socket receives the room's events. Errors: `ROOM_EXISTS`,
/// `VALIDATION_ERROR`. With type `dm` and one other member it is the same room each time for
/// the same two people, made where it does not exist, and `roomName` is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RoomCreate {
    /// The new room; needed except for a `dm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_name: Option<String>,
    /// Default `channel`.
    #[serde(rename = "type", default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub kind: RoomType,
    /// Default `public`; a `dm` is always `secret`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<RoomVisibility>,
    /// Most members, from 1 to 100,000. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_members: Option<u32>,
    /// Users who become members beside the creator, at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub members: Vec<String>,
}

/// `room:members`, client to server; ack [`RoomMembersPage`]. Errors: `ROOM_NOT_FOUND`,
/// `NOT_IN_ROOM`, `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RoomMembers {
    /// The room.
    #[serde(alias = "channelId")]
    pub room_name: String,
    /// Members to skip. Default 0.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub offset: u32,
    /// Members to list, at most 200, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Answer to [`RoomMembers`], ordered by user id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct RoomMembersPage {
    /// The room.
    pub room_name: String,
    /// This page.
    pub members: Vec<RoomMember>,
    /// Members in all.
    pub member_count: u32,
    /// Where this page begins.
    pub offset: u32,
}

/// `user:joined` and `user:left`, server to the members, no ack: someone became a member, or
/// gave it up. Never about a connection that opens or drops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct MembershipChange {
    /// The room.
    pub room_name: String,
    /// Who.
    pub user_id: String,
    /// Name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_avatar: Option<String>,
    /// When. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Members in all, after the change. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_count: Option<u32>,
}

impl MembershipChange {
    /// Reads the event.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let change = Self {
            room_name: fields.required_id("roomName", "channelId"),
            user_id: fields.required_id("userId", "userId"),
            user_name: fields.text("userName"),
            user_avatar: fields.text("userAvatar"),
            timestamp: fields.id("timestamp"),
            member_count: fields.count("memberCount"),
        };
        fields.end(change)
    }
}

/// Decodes one of a list of names; any other text is the default.
fn known_or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    let name = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    let known: Result<T, serde::de::value::Error> = T::deserialize(name.into_deserializer());
    Ok(known.unwrap_or_default())
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn a_join_answer_without_type_or_members_is_read() {
        let joined: RoomJoined =
            serde_json::from_str(r#"{"roomName":"general","memberCount":1}"#).expect("decodes");
        assert_eq!(joined.kind, RoomType::Channel);
        assert_eq!(joined.visibility, RoomVisibility::Public);
        assert_eq!(joined.members, None);
    }

    #[test]
    fn an_unknown_type_of_room_reads_as_a_channel() {
        let joined: RoomJoined =
            serde_json::from_str(r#"{"roomName":"a","type":"group-dm","visibility":"odd"}"#)
                .expect("decodes");
        assert_eq!(joined.kind, RoomType::Group);
        assert_eq!(joined.visibility, RoomVisibility::Public);
        let odd: RoomJoined =
            serde_json::from_str(r#"{"roomName":"a","type":"odd"}"#).expect("decodes");
        assert_eq!(odd.kind, RoomType::Channel);
    }

    #[test]
    fn a_created_room_of_unknown_type_is_refused() {
        assert!(serde_json::from_str::<RoomCreate>(r#"{"roomName":"a","type":"odd"}"#).is_err());
    }

    #[test]
    fn the_alias_names_its_room_channel_id() {
        let join: RoomJoin = serde_json::from_str(r#"{"channelId":"general"}"#).expect("decodes");
        assert_eq!(join.room_name, "general");
    }
}
