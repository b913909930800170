//! Options of presence.

use crate::engine::config::{lay_duration, lay_flag};
use crate::engine::error::ClientError;
use crate::socketio::Value;

/// The options in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceSettings {
    /// Whether a user who does nothing, or does not see the page, is shown as away.
    pub detects_idle: bool,
    /// Inactivity after which the user counts as away, in milliseconds.
    pub idle_ms: u64,
    /// Period in which the server is told that this client is still there, in milliseconds.
    pub heartbeat_ms: u64,
}

impl Default for PresenceSettings {
    fn default() -> Self {
        Self {
            detects_idle: true,
            idle_ms: 300_000,
            heartbeat_ms: 30_000,
        }
    }
}

impl PresenceSettings {
    /// Lays an app's options over these. Unknown and absent ones change nothing.
    pub fn lay<V: Value>(&mut self, given: &V) -> Result<(), ClientError<V>> {
        lay_flag(given, "enableIdleDetection", &mut self.detects_idle)?;
        lay_duration(given, "idleTimeout", &mut self.idle_ms)?;
        lay_duration(given, "heartbeatInterval", &mut self.heartbeat_ms)
    }
}
