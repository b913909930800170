//! The Engine.IO open packet, validated.

use super::limits::{MAX_HEARTBEAT_MS, MAX_OUTGOING_UNITS, MAX_SESSION_ID_BYTES};
use super::transport::TransportKind;
use super::value::Value;

/// Upgrades looked at in a handshake; Engine.IO knows two.
const MAX_UPGRADES: usize = 8;

/// What the server says when an Engine.IO connection opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The Engine.IO session's id, sent with every further request.
    pub session_id: String,
    /// Transports that the server offers to upgrade to; unknown ones are left out.
    pub upgrades: Vec<TransportKind>,
    /// Milliseconds between two pings of the server.
    pub ping_interval_ms: u64,
    /// Milliseconds beyond the interval after which a missing ping means a dead connection.
    pub ping_timeout_ms: u64,
    /// Most units of one frame or polling payload: the server's `maxPayload`, at most
    /// [`MAX_OUTGOING_UNITS`], which is also what an absent one means.
    pub max_payload_units: usize,
}

/// Why an open packet was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// `sid` is absent, empty, not text, or longer than [`MAX_SESSION_ID_BYTES`].
    #[error("the handshake has no valid sid")]
    SessionId,
    /// `pingInterval` is absent, no number, zero, or longer than [`MAX_HEARTBEAT_MS`].
    #[error("the handshake's pingInterval is not from 1 to {MAX_HEARTBEAT_MS} ms")]
    PingInterval,
    /// `pingTimeout` is absent, no number, zero, or longer than [`MAX_HEARTBEAT_MS`].
    #[error("the handshake's pingTimeout is not from 1 to {MAX_HEARTBEAT_MS} ms")]
    PingTimeout,
    /// `maxPayload` is there and is not a number of at least one.
    #[error("the handshake's maxPayload is not a positive number")]
    MaxPayload,
}

impl Handshake {
    /// Reads the body of an open packet.
    pub fn read<V: Value>(body: &V) -> Result<Self, HandshakeError> {
        let session_id = body
            .field("sid")
            .and_then(|sid| sid.as_text())
            .filter(|sid| !sid.is_empty() && sid.len() <= MAX_SESSION_ID_BYTES)
            .ok_or(HandshakeError::SessionId)?;
        Ok(Self {
            session_id,
            upgrades: upgrades(body),
            ping_interval_ms: heartbeat_ms(body, "pingInterval")
                .ok_or(HandshakeError::PingInterval)?,
            ping_timeout_ms: heartbeat_ms(body, "pingTimeout")
                .ok_or(HandshakeError::PingTimeout)?,
            max_payload_units: max_payload_units(body)?,
        })
    }
}

fn upgrades<V: Value>(body: &V) -> Vec<TransportKind> {
    let Some(list) = body.field("upgrades") else {
        return Vec::new();
    };
    (0..MAX_UPGRADES)
        .map_while(|index| list.element(index))
        .filter_map(|name| match name.as_text()?.as_str() {
            "websocket" => Some(TransportKind::WebSocket),
            "polling" => Some(TransportKind::Polling),
            _ => None,
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "checked to be between 1 and a day; fractions of a millisecond are dropped"
)]
fn heartbeat_ms<V: Value>(body: &V, key: &'static str) -> Option<u64> {
    let ms = body.field(key)?.as_number()?;
    (1.0..=MAX_HEARTBEAT_MS as f64)
        .contains(&ms)
        .then_some(ms as u64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "checked to be at least 1, and cut to the limit"
)]
fn max_payload_units<V: Value>(body: &V) -> Result<usize, HandshakeError> {
    let Some(announced) = body.field("maxPayload") else {
        return Ok(MAX_OUTGOING_UNITS);
    };
    match announced.as_number() {
        Some(units) if units >= 1.0 => Ok(units.min(MAX_OUTGOING_UNITS as f64) as usize),
        _ => Err(HandshakeError::MaxPayload),
    }
}
