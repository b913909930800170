//! Presence: how available somebody is, as far as the asker may know.

use serde::{Deserialize, Deserializer, Serialize};

mod head;

pub use head::{
    CustomStatusUpdate, PresenceHead, PresenceMark, build_presence_update, build_presence_window,
    build_user_ids,
};
pub(super) use head::{read_user_id, read_user_ids};

/// How available a user is, as others see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum PresenceStatus {
    /// Not there, or not to be seen.
    #[default]
    #[serde(alias = "invisible")]
    Offline,
    /// There, and not looking.
    Away,
    /// There, and not to be disturbed.
    #[serde(alias = "dnd")]
    Busy,
    /// There.
    Online,
}

impl PresenceStatus {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Busy => "busy",
            Self::Offline => "offline",
        }
    }

    /// The one of this name in any of the dialects; `None` for a name that is not known.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "online" => Self::Online,
            "away" => Self::Away,
            "busy" | "dnd" => Self::Busy,
            "offline" | "invisible" => Self::Offline,
            _ => return None,
        })
    }
}

/// What a user chooses to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ChosenStatus {
    /// There.
    #[default]
    Online,
    /// There, and not looking, whatever is clicked.
    Away,
    /// There, and not to be disturbed.
    #[serde(alias = "dnd")]
    Busy,
    /// Shown as offline; what is typed and read is still told.
    Offline,
    /// Cannot be told from somebody who is not there: `online`, with `invisibleMode` of
    /// [`PresenceSettings`](super::settings::PresenceSettings) on for as long as this is chosen.
    Invisible,
}

impl ChosenStatus {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Busy => "busy",
            Self::Offline => "offline",
            Self::Invisible => "invisible",
        }
    }

    /// The one of this name in any of the dialects; `None` for a name that is not known.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "online" => Self::Online,
            "away" => Self::Away,
            "busy" | "dnd" => Self::Busy,
            "offline" => Self::Offline,
            "invisible" => Self::Invisible,
            _ => return None,
        })
    }
}

/// A status in a user's own words, of which at least the text or the emoji is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct CustomStatus {
    /// At most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// At most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// When it ends: the server clears it then. Default: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// [`PRESENCE_UPDATE`](super::names::PRESENCE_UPDATE), client to server: what is left out stays as
/// it is; ack `{success}`, where one is asked for. Error: `VALIDATION_ERROR`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceUpdate {
    /// With `idle`, or once the connection has said `idle`: what the user chooses, for all of
    /// their connections and beyond them. Without: what this connection alone is, the most
    /// available of a user's connections being what others see (older clients cannot tell a
    /// chosen `away` from an automatic one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ChosenStatus>,
    /// Whether nobody uses this connection's page: a chosen `online` is `away` while all of the
    /// user's connections are idle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<bool>,
    /// `null` takes it away. Older clients send a text, and `customEmoji` and `expiresAt` beside
    /// it.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub custom_status: Option<GivenStatus>,
    /// In older clients: the emoji of `customStatus`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_emoji: Option<String>,
    /// In older clients: the end of `customStatus`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// What this connection runs on, such as `web`; as in [`PresenceChanged`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// `customStatus` of a [`PresenceUpdate`], in any of the dialects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum GivenStatus {
    /// None any more.
    Nothing,
    /// Its text.
    Text(String),
    /// All of it.
    Parts(GivenParts),
}

/// A [`CustomStatus`] whose end is in either form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct GivenParts {
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
}

/// A moment in either of the forms that clients send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Moment {
    /// In milliseconds since 1970.
    Ms(i64),
    /// ISO 8601.
    Text(String),
}

/// [`PRESENCE_CHANGED`](super::names::PRESENCE_CHANGED), server to the subscribers who may see it
/// and, unasked, to the user's own connections as they come and when it changes; no ack. Also an item of [`Presences`]. Somebody of whom the
/// receiver may see nothing looks like one who is offline and never was there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceChanged {
    /// Who.
    pub user_id: String,
    /// How available.
    pub status: PresenceStatus,
    /// In their own words, while they are not offline; `null` for none.
    #[serde(default)]
    pub custom_status: Option<CustomStatus>,
    /// The emoji of it once more, for readers of the plain dialect.
    #[serde(default)]
    pub custom_emoji: Option<String>,
    /// When they were last there, while they are offline; `null` where it is not known or not
    /// shown.
    #[serde(default)]
    pub last_seen: Option<String>,
    /// The same once more, for readers of the other dialect.
    #[serde(default)]
    pub last_seen_at: Option<String>,
    /// What the most available of their connections runs on, such as `web`, while they are not
    /// offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// To the user's own connections only: what they chose, wherever they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_status: Option<ChosenStatus>,
}

/// [`PRESENCE_SUBSCRIBE`](super::names::PRESENCE_SUBSCRIBE), client to server: tell this connection
/// when these change; ack [`Presences`] with what they are now. Those subscribed to already count
/// once. Errors: `SUBSCRIPTION_LIMIT` (more than 100 in all; nothing is subscribed to then),
/// `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceSubscribe {
    /// Whom.
    pub user_ids: Vec<String>,
}

/// [`PRESENCE_UNSUBSCRIBE`](super::names::PRESENCE_UNSUBSCRIBE), client to server; ack
/// `{success}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceUnsubscribe {
    /// Whom; others are passed over.
    pub user_ids: Vec<String>,
}

/// [`PRESENCE_GET`](super::names::PRESENCE_GET), client to server; ack [`Presences`]. Error:
/// `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceGet {
    /// Whom, at most 100.
    pub user_ids: Vec<String>,
}

/// Answer to [`PresenceSubscribe`] and [`PresenceGet`], and the payload of
/// [`PRESENCE_BULK`](super::names::PRESENCE_BULK).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Presences {
    /// In the order asked, one for each.
    pub presences: Vec<PresenceChanged>,
}

/// [`PRESENCE_WINDOW`](super::names::PRESENCE_WINDOW), client to server: a part of a large room's
/// members, without a subscription; ack [`PresenceWindowPage`]. Errors: `ROOM_NOT_FOUND`,
/// `NOT_IN_ROOM`, `VALIDATION_ERROR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceWindow {
    /// The room, which the asker is a member of.
    #[serde(alias = "channelId")]
    pub room_name: String,
    /// Members to skip. Default 0.
    #[serde(default)]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub offset: u32,
    /// Members to list, at most 100, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Answer to [`PresenceWindow`], ordered by user id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceWindowPage {
    /// The window.
    pub presences: Vec<PresenceChanged>,
    /// Where it begins.
    pub offset: u32,
    /// Members in all.
    pub total: u32,
    /// How many members are what, as the asker sees them.
    pub counts: PresenceCounts,
}

/// Members by status, in [`PresenceWindowPage`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceCounts {
    /// Those who are online.
    pub online: u32,
    /// Those who are away.
    pub away: u32,
    /// Those who are busy.
    pub busy: u32,
    /// All others.
    pub offline: u32,
}

/// Decodes a field that is there, `null` included.
fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
