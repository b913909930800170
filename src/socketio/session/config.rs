//! What a session needs to know.

use crate::socketio::endpoint::Endpoint;
use crate::socketio::limits::{CONNECT_TIMEOUT_MS, OPEN_TIMEOUT_MS, UPGRADE_TIMEOUT_MS};
use crate::socketio::transport::{TransportId, TransportKind};
use crate::socketio::value::Value;

/// One session: where, over what, as whom.
#[derive(Clone)]
pub struct SessionConfig<V: Value> {
    /// The server and the namespace.
    pub endpoint: Endpoint,
    /// Transports to open with, in this order, each at most once; empty ends the session at once.
    /// A session that opened with polling upgrades where WebSocket is among them.
    pub transports: Vec<TransportKind>,
    /// What goes with CONNECT: an object, usually with a token. `None` sends nothing.
    pub auth: Option<V>,
    /// The id of the first transport. Take [`next_transport_id`](super::Session::next_transport_id)
    /// of the session before, so that its late events are told apart.
    pub first_transport: TransportId,
    /// How long each transport may take to open, in milliseconds.
    pub open_timeout_ms: u64,
    /// How long the namespace may take to answer, in milliseconds.
    pub connect_timeout_ms: u64,
    /// How long an upgrade may take, in milliseconds.
    pub upgrade_timeout_ms: u64,
}

impl<V: Value> SessionConfig<V> {
    /// A session with the default order (WebSocket, then polling), no auth, the first id, and
    /// the time-outs of [`limits`](crate::socketio::limits).
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            transports: vec![TransportKind::WebSocket, TransportKind::Polling],
            auth: None,
            first_transport: TransportId(0),
            open_timeout_ms: OPEN_TIMEOUT_MS,
            connect_timeout_ms: CONNECT_TIMEOUT_MS,
            upgrade_timeout_ms: UPGRADE_TIMEOUT_MS,
        }
    }
}
