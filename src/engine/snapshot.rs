//! What the app reads: small, whole pictures of the state, one per topic.

use serde::Serialize;

use super::config::TransportName;
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
