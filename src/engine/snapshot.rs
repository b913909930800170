//! What the app reads: small, whole pictures of the state, one per topic.

use serde::Serialize;

use super::config::TransportName;
use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::room::{RoomType, RoomVisibility};

/// Where the connection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum RealtimeConnectionState {
    /// No connection, and none wanted (or not sought again).
    #[default]
    Disconnected,
    /// The first attempt is under way.
    Connecting,
    /// The namespace accepted us.
    Connected,
    /// The server accepted who we are.
    Authenticated,
    /// The connection was lost or could not be made; it is being sought again.
    Reconnecting,
    /// Given up: the server's refusal was final, or the attempts allowed are spent.
    Error,
    /// Not connected, and the browser says that the device is offline. Still being sought.
    Offline,
}

/// How good the link is, from the average latency: under 100 ms, 300 ms, 600 ms, and above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum ConnectionQuality {
    /// Under 100 ms.
    Excellent,
    /// 100 ms to under 300 ms.
    Good,
    /// 300 ms to under 600 ms.
    Fair,
    /// 600 ms and more.
    Poor,
    /// Not measured.
    #[default]
    Unknown,
}

/// Who the server says we are.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct AuthResponse {
    /// The user.
    pub user_id: String,
    /// This session.
    pub session_id: String,
    /// Rooms that the server put us in.
    pub rooms: Vec<String>,
    /// When the token runs out, milliseconds since the epoch by the server's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<f64>,
}

/// An error as data: what `Error` objects of this package carry.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ErrorSnapshot {
    /// Stable code, upper case with underscores.
    pub code: String,
    /// For people.
    pub message: String,
    /// Whether it may pass by itself.
    pub retryable: bool,
}

/// The connection as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct ConnectionSnapshot {
    /// Where it stands.
    pub state: RealtimeConnectionState,
    /// Whether events can be sent: `connected` or `authenticated`.
    pub is_connected: bool,
    /// Whether the server accepted who we are.
    pub is_authenticated: bool,
    /// What the browser says of the network: a hint.
    pub is_online: bool,
    /// Whether the browser was offline since the last successful resume.
    pub was_offline: bool,
    /// The socket's id at the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_id: Option<String>,
    /// Who the server says we are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthResponse>,
    /// Attempts since the connection was lost; 0 while it stands.
    pub reconnect_attempts: u32,
    /// When the next attempt starts by itself, milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_retry_at: Option<f64>,
    /// Why the connection ended last: Socket.IO's documented reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect_reason: Option<String>,
    /// The last error, until a connection stands again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorSnapshot>,
    /// How good the link is.
    pub connection_quality: ConnectionQuality,
    /// Rounded mean of the last latency samples in milliseconds.
    #[cfg_attr(target_family = "wasm", tsify(type = "number | null"))]
    pub average_latency: Option<f64>,
    /// The transport in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<TransportName>,
    /// What the server announced.
    pub capabilities: Vec<String>,
    /// What works less well with this server, by name.
    pub degraded: Vec<String>,
}

/// A room that was joined and not left.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Room {
    /// Its name.
    pub name: String,
    /// Its kind; `channel` where the server does not say.
    #[serde(rename = "type")]
    pub kind: RoomType,
    /// Who may find it; `public` where the server does not say.
    pub visibility: RoomVisibility,
    /// Members, by the server's count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_count: Option<u32>,
    /// Whether the server counts this connection in right now.
    pub is_joined: bool,
}

/// Entries of a room's log that are missing here: messages, or changes of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct TimelineGap {
    /// The `seq` of the first one.
    pub from_seq: u64,
    /// The `seq` of the last one.
    pub to_seq: u64,
}

impl TimelineGap {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .number("fromSeq", self.from_seq as f64)
            .number("toSeq", self.to_seq as f64)
            .build()
    }
}

impl RealtimeConnectionState {
    /// The documents' name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Authenticated => "authenticated",
            Self::Reconnecting => "reconnecting",
            Self::Error => "error",
            Self::Offline => "offline",
        }
    }
}

impl ConnectionQuality {
    /// The documents' name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Unknown => "unknown",
        }
    }
}

// What goes out is built by hand: serde's way to JavaScript costs the module 5 kB. A test holds
// it against serde, from whose names the TypeScript types are made.

impl AuthResponse {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .text("userId", &self.user_id)
            .text("sessionId", &self.session_id)
            .texts("rooms", &self.rooms)
            .maybe_number("expiresAt", self.expires_at)
            .build()
    }
}

impl ErrorSnapshot {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .text("code", &self.code)
            .text("message", &self.message)
            .boolean("retryable", self.retryable)
            .build()
    }
}

impl ConnectionSnapshot {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .text("state", self.state.as_str())
            .boolean("isConnected", self.is_connected)
            .boolean("isAuthenticated", self.is_authenticated)
            .boolean("isOnline", self.is_online)
            .boolean("wasOffline", self.was_offline)
            .maybe_text("socketId", self.socket_id.as_deref())
            .maybe("auth", self.auth.as_ref().map(AuthResponse::to_value))
            .number("reconnectAttempts", f64::from(self.reconnect_attempts))
            .maybe_number("nextRetryAt", self.next_retry_at)
            .maybe_text("disconnectReason", self.disconnect_reason.as_deref())
            .maybe("error", self.error.as_ref().map(ErrorSnapshot::to_value))
            .text("connectionQuality", self.connection_quality.as_str())
            .value(
                "averageLatency",
                self.average_latency.map_or_else(V::null, V::number),
            )
            .maybe_text("transport", self.transport.map(TransportName::as_str))
            .texts("capabilities", &self.capabilities)
            .texts("degraded", &self.degraded)
            .build()
    }
}

impl Room {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .text("name", &self.name)
            .text("type", self.kind.as_str())
            .text("visibility", self.visibility.as_str())
            .maybe_number("memberCount", self.member_count.map(f64::from))
            .boolean("isJoined", self.is_joined)
            .build()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value as Json, to_value};

    use super::*;

    #[test]
    fn what_goes_out_is_what_the_types_say() {
        let whole = ConnectionSnapshot {
            state: RealtimeConnectionState::Reconnecting,
            was_offline: true,
            socket_id: Some("s".into()),
            auth: Some(AuthResponse {
                expires_at: Some(5.0),
                ..AuthResponse::default()
            }),
            reconnect_attempts: 3,
            next_retry_at: Some(7.0),
            disconnect_reason: Some("ping timeout".into()),
            error: Some(ErrorSnapshot {
                code: "C".into(),
                message: "m".into(),
                retryable: true,
            }),
            connection_quality: ConnectionQuality::Fair,
            average_latency: Some(301.0),
            transport: Some(TransportName::Polling),
            capabilities: vec!["batch".into()],
            degraded: vec!["history".into()],
            ..ConnectionSnapshot::default()
        };
        for snapshot in [whole, ConnectionSnapshot::default()] {
            let ours: Json = snapshot.to_value();
            assert_eq!(as_floats(ours), as_floats(to_value(&snapshot).unwrap()));
        }
        let room = Room {
            member_count: Some(2),
            ..Room::default()
        };
        assert_eq!(
            as_floats(room.to_value()),
            as_floats(to_value(&room).unwrap())
        );
    }

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
}
