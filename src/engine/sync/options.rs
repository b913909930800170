//! Options of bringing a client up to date.

use serde::{Deserialize, Serialize};

use crate::engine::config::{DEFAULT_SYNC_PAGE, DEFAULT_SYNC_TIMEOUT_MS, milliseconds};
use crate::engine::error::ClientError;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;
use crate::wire::limits::MAX_HISTORY_PAGE;
use crate::wire::{Fields, WireError};

/// Options of `SyncService`. Absent, `null` and `undefined` keep what is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncConfig {
    /// Messages asked for in one page of a channel, 1 to 200; all that were missed come, by as
    /// many pages as it takes. Default 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_messages_per_channel: Option<f64>,
    /// Whether a reconnect is followed by a sync. Default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_sync_on_reconnect: Option<bool>,
    /// How long a whole sync may take, in milliseconds. Default 30000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_timeout: Option<f64>,
    /// Accepted for compatibility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug: Option<bool>,
}

impl SyncConfig {
    /// Reads options as an app gives them. Unknown ones are ignored.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of_object(body);
        let config = Self {
            max_messages_per_channel: fields.number("maxMessagesPerChannel"),
            auto_sync_on_reconnect: fields.flag("autoSyncOnReconnect"),
            sync_timeout: fields.number("syncTimeout"),
            debug: fields.flag("debug"),
        };
        fields.end(config)
    }
}

/// The options in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSettings {
    /// Messages asked for in one page of a channel.
    pub page: u32,
    /// Whether a reconnect is followed by a sync.
    pub auto_sync: bool,
    /// How long a whole sync may take, in milliseconds.
    pub timeout_ms: u64,
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self {
            page: DEFAULT_SYNC_PAGE,
            auto_sync: true,
            timeout_ms: DEFAULT_SYNC_TIMEOUT_MS,
        }
    }
}

impl SyncSettings {
    /// These with `given` laid over them.
    pub fn merged<V: Value>(&self, given: &SyncConfig) -> Result<Self, ClientError<V>> {
        let page = match given.max_messages_per_channel {
            None => self.page,
            Some(page) if page >= 1.0 => page.min(f64::from(MAX_HISTORY_PAGE)) as u32,
            Some(_) => return Err(refused("maxMessagesPerChannel", "give at least 1")),
        };
        let timeout_ms = match given.sync_timeout {
            None => self.timeout_ms,
            Some(ms) => milliseconds(ms)
                .ok_or_else(|| refused("syncTimeout", "give milliseconds from 1 to 86400000"))?,
        };
        Ok(Self {
            page,
            auto_sync: given.auto_sync_on_reconnect.unwrap_or(self.auto_sync),
            timeout_ms,
        })
    }
}

fn refused<V: Value>(option: &str, why: &str) -> ClientError<V> {
    let text = format!("option `{option}` is refused: {why}");
    ClientError::new(ErrorCode::ValidationError, text)
}
