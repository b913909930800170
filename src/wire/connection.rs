//! The handshake, who the socket is, and the latency check.

use serde::{Deserialize, Serialize};

use super::WireError;
use super::fields::{Fields, optional_count, optional_list, valid_id};
use super::object::Object;
use crate::socketio::Value;

/// Version of this dialect, sent in [`Connected`] and in [`ClientInfo`].
pub const PROTOCOL_VERSION: &str = "1.1";

/// What a server may say it can do, in [`Connected::capabilities`]. A server that says nothing
/// speaks the plain dialect.
pub mod capability {
    /// `message:send` is answered with ids and `seq`, and is idempotent by `clientMessageId`;
    /// `message:new` carries `messageId`, `seq` and `epoch`.
    pub const MESSAGES: &str = "messages";
    /// `sync:messages` and `sync:channels` are answered.
    pub const HISTORY: &str = "history";
    /// `room:create` and `room:members` are answered, `room:join` lists members.
    pub const ROOMS: &str = "rooms";
    /// `auth:refresh` is answered, `auth:expired` comes before the cut.
    pub const AUTH_REFRESH: &str = "auth:refresh";
    /// `ping` is acknowledged with the echoed time stamp.
    pub const PING_ACK: &str = "ping:ack";
    /// `message:edit`, `message:delete`, `reaction:add` and `reaction:remove` are answered and told,
    /// and take a `seq`; pages bring them.
    pub const OPERATIONS: &str = "operations";
    /// `sync:resume` is answered.
    pub const RESUME: &str = "resume";
    /// Receipts are kept and told, `delivery:sync` is answered, rooms come with unread counts.
    pub const RECEIPTS: &str = "receipts";
    /// What comes from a tab that is no longer the leader is refused.
    pub const FENCE: &str = "fence";
    /// `presence:update`, `presence:subscribe` and `presence:get` are answered, and
    /// `presence:changed` comes to those who may see it.
    pub const PRESENCE: &str = "presence";
    /// All of the settings of presence and typing are kept, and changes of them are told.
    pub const PRESENCE_SETTINGS: &str = "presence:settings";
    /// `presence:window` is answered.
    pub const PRESENCE_WINDOW: &str = "presence:window";
    /// `contacts:*` and `block:*` are answered.
    pub const CONTACTS: &str = "contacts";
    /// `typing:start` and `typing:stop` are told as `typing:event`, of which the server announces
    /// the end.
    pub const TYPING: &str = "typing";
    /// A message or an operation that names another one of the same sender as the one before it
    /// (`after`) is refused with `OUT_OF_ORDER` unless that one is stored: several can be under
    /// way at once, and keep their order.
    pub const PIPELINE: &str = "pipeline";
    /// The server may put queued events into one `batch`. Client and server both name it.
    pub const BATCH: &str = "batch";

    /// Those whose absence a user may notice; a client names them as degraded.
    pub const NOTICEABLE: [&str; 5] = [MESSAGES, HISTORY, ROOMS, AUTH_REFRESH, PRESENCE];
}

/// `auth` of the namespace's CONNECT packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct HandshakeAuth {
    /// A JWT (HS256) whose `sub` or `userId` is the user; in development also `user:<id>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What the client runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceInfo>,
    /// Who asks; absent from clients that are not ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientInfo>,
}

/// The client's [`HandshakeAuth`] as a body: `device_id` is one browser profile, `tab_id` one tab,
/// `fence` the epoch of its leadership.
pub fn handshake_auth<V: Value>(
    token: Option<&str>,
    device: &DeviceInfo,
    device_id: &str,
    tab_id: &str,
    fence: Option<u64>,
) -> V {
    let device = Object::new()
        .text("type", device.kind.as_str())
        .maybe_text("os", device.os.as_deref())
        .maybe_text("browser", device.browser.as_deref())
        .maybe_text("version", device.version.as_deref())
        .build();
    let client = Object::new()
        .text("name", env!("CARGO_PKG_NAME"))
        .text("version", env!("CARGO_PKG_VERSION"))
        .text("protocol", PROTOCOL_VERSION)
        .text("deviceId", device_id)
        .text("tabId", tab_id)
        .maybe_number("fence", fence.map(|fence| fence as f64))
        .value("capabilities", V::array(vec![V::string(capability::BATCH)]))
        .build();
    Object::new()
        .maybe_text("token", token)
        .value("device", device)
        .value("client", client)
        .build()
}

/// What a client runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeviceInfo {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: DeviceType,
    /// Operating system, such as `Android 15`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// Browser, such as `Firefox`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The browser's or the app's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Kinds of devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum DeviceType {
    /// A browser.
    Web,
    /// An app on iOS.
    Ios,
    /// An app on Android.
    Android,
    /// An app on a desktop.
    Desktop,
    /// Anything else.
    #[default]
    #[serde(other)]
    Unknown,
}

impl DeviceType {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Ios => "ios",
            Self::Android => "android",
            Self::Desktop => "desktop",
            Self::Unknown => "unknown",
        }
    }

    /// The one of this name; [`Self::Unknown`] for a name that is not known.
    pub fn parse(name: &str) -> Self {
        match name {
            "web" => Self::Web,
            "ios" => Self::Ios,
            "android" => Self::Android,
            "desktop" => Self::Desktop,
            _ => Self::Unknown,
        }
    }
}

impl DeviceInfo {
    /// Reads a device as an application describes it; an unknown kind is [`DeviceType::Unknown`].
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        if !body.is_object() {
            return None;
        }
        let mut fields = Fields::of(body);
        let kind = fields.text("type").unwrap_or_default();
        let device = Self {
            kind: DeviceType::parse(&kind),
            os: fields.text("os"),
            browser: fields.text("browser"),
            version: fields.text("version"),
        };
        fields.end(device).ok()
    }
}

/// The client itself, in [`HandshakeAuth`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ClientInfo {
    /// Package name.
    pub name: String,
    /// Package version.
    pub version: String,
    /// [`PROTOCOL_VERSION`] that it speaks.
    pub protocol: String,
    /// One browser profile.
    pub device_id: String,
    /// One tab of it.
    pub tab_id: String,
    /// The leader's fencing epoch among the tabs of a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<u64>,
    /// Names from [`capability`] that the client can receive.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// `connected`, server to client, no ack: everything is registered, the socket may speak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Connected {
    /// The socket's id in its namespace.
    pub socket_id: String,
    /// The server's clock.
    pub server_time: String,
    /// `1.0` for the plain dialect, [`PROTOCOL_VERSION`] for this one.
    pub protocol_version: String,
    /// Names from [`capability`]; empty for the plain dialect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub capabilities: Vec<String>,
    /// Bounds that the server keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<ServerLimits>,
}

/// What a client needs of [`Connected`]. A plain server's body may lack anything, and says all the
/// same that the socket may speak.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectedHead {
    /// The server's clock, as it wrote it.
    pub server_time: Option<String>,
    /// Names from [`capability`].
    pub capabilities: Vec<String>,
    /// Users whose presence this connection may subscribe to, where the server says.
    pub presence_subscriptions: Option<u32>,
}

impl ConnectedHead {
    /// Reads a [`Connected`]; what is missing or malformed is absent.
    pub fn read<V: Value>(body: &V) -> Self {
        let capabilities = optional_list(body, "capabilities", V::as_text)
            .ok()
            .flatten();
        let limits = body.field("limits");
        let subscriptions = |limits| optional_count(&limits, "presenceSubscriptions").ok()?;
        Self {
            server_time: valid_id(body, "serverTime"),
            capabilities: capabilities.unwrap_or_default(),
            presence_subscriptions: limits.and_then(subscriptions),
        }
    }
}

/// Bounds that a server announces in [`Connected`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ServerLimits {
    /// Largest packet in bytes.
    pub max_payload_bytes: u32,
    /// Longest message content in bytes of UTF-8.
    pub max_content_bytes: u32,
    /// Most messages in one page of history.
    pub max_history_page: u32,
    /// Events that a user may send in a minute.
    pub events_per_minute: u32,
    /// Users whose presence one connection may subscribe to. Absent from older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence_subscriptions: Option<u32>,
}

/// `authenticated`, server to client, no ack, after [`Connected`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Authenticated {
    /// Who the token says this is.
    pub user_id: String,
    /// The token's `sessionId`, else the socket's id.
    pub session_id: String,
    /// Rooms that the user is a member of. The socket receives a room's events once it joins.
    #[serde(default)]
    pub rooms: Vec<String>,
    /// When the token runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

impl Authenticated {
    /// Reads the event; a server that names no session and no rooms is believed all the same.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of(body);
        let authenticated = Self {
            user_id: fields.required_id("userId", "userId"),
            session_id: fields.id("sessionId").unwrap_or_default(),
            rooms: fields.list("rooms", V::as_text).unwrap_or_default(),
            expires_at: fields.id("expiresAt"),
        };
        fields.end(authenticated)
    }
}

/// `auth:refresh`, client to server; ack [`AuthRefreshed`]. Errors: `AUTH_FAILED`,
/// `TOKEN_EXPIRED`, `FORBIDDEN` (the token is another user's), `VALIDATION_ERROR`. A refused
/// token changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AuthRefresh {
    /// The new token.
    pub token: String,
}

/// Answer to [`AuthRefresh`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AuthRefreshed {
    /// The user, unchanged.
    pub user_id: String,
    /// When the new token runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// `auth:expired`, server to client, no ack: the socket is disconnected right after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AuthExpired {
    /// `TOKEN_EXPIRED`.
    pub code: String,
    /// For people.
    pub message: String,
    /// When the token ran out.
    pub expired_at: String,
}

/// `ping`, client to server. The ack is a bare [`Pong`] with the same time stamp (no envelope);
/// the event `pong` follows with the server's clock. Without a payload only the event is useful.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Ping {
    /// The client's clock in milliseconds, echoed unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<f64>,
}

/// `pong`, server to client, no ack; also the ack of [`Ping`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Pong {
    /// As event: the server's clock in milliseconds. As ack: what the client sent.
    pub timestamp: f64,
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn the_plain_dialects_connected_is_read() {
        let body: Connected = serde_json::from_str(
            r#"{"socketId":"a","serverTime":"2026-01-30T12:00:00.000Z","protocolVersion":"1.0"}"#,
        )
        .expect("decodes");
        assert!(body.capabilities.is_empty());
        assert_eq!(body.limits, None);
    }

    #[test]
    fn a_device_of_an_unknown_kind_is_unknown() {
        let device: DeviceInfo = serde_json::from_str(r#"{"type":"fridge"}"#).expect("decodes");
        assert_eq!(device.kind, DeviceType::Unknown);
    }
}
