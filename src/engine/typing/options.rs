//! Options of typing.

use crate::engine::config::{lay_duration, lay_flag};
use crate::engine::error::ClientError;
use crate::socketio::Value;

/// The options in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypingSettings {
    /// How long after the last key this user counts as typing, and others where the server does
    /// not say it, in milliseconds.
    pub timeout_ms: u64,
    /// For how long keys are gathered before others are told that typing goes on, in
    /// milliseconds.
    pub debounce_ms: u64,
    /// Least time between two times that this is told of one place, in milliseconds.
    pub throttle_ms: u64,
    /// Window in which further typers are collected before listeners are told, in milliseconds; the
    /// first is told at once.
    pub batch_ms: u64,
    /// Whether others are told at all.
    pub broadcasts: bool,
    /// Whether only some may see it: then a server that would show it to all is told nothing.
    pub is_restricted: bool,
}

impl Default for TypingSettings {
    fn default() -> Self {
        Self {
            timeout_ms: 5_000,
            debounce_ms: 300,
            throttle_ms: 1_000,
            batch_ms: 500,
            broadcasts: true,
            is_restricted: false,
        }
    }
}

impl TypingSettings {
    /// Lays an app's options over these. Unknown and absent ones change nothing.
    pub fn lay<V: Value>(&mut self, given: &V) -> Result<(), ClientError<V>> {
        lay_duration(given, "typingTimeout", &mut self.timeout_ms)?;
        lay_duration(given, "debounceInterval", &mut self.debounce_ms)?;
        lay_duration(given, "throttleInterval", &mut self.throttle_ms)?;
        lay_duration(given, "batchUpdateInterval", &mut self.batch_ms)?;
        lay_flag(given, "broadcastTyping", &mut self.broadcasts)?;
        lay_flag(given, "restricted", &mut self.is_restricted)
    }
}
