//! Options of receipts.

use serde::{Deserialize, Serialize};

use crate::engine::config::{DEFAULT_BATCH_READ_INTERVAL_MS, milliseconds};
use crate::engine::error::ClientError;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;
use crate::wire::{Fields, WireError};

/// Options of `DeliveryEventHandler`. Absent, `null` and `undefined` keep what is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct DeliveryConfig {
    /// Whether receipts of reading are gathered per channel. Default true; false sends each at
    /// once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_read_ack: Option<bool>,
    /// How long they are gathered, in milliseconds. Default 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_read_interval: Option<f64>,
    /// Whether the states of own messages are asked for after a reconnect. Default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_sync_on_reconnect: Option<bool>,
    /// Whether others are told what this user read, and this user what others read. Default: as
    /// the server has it stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_read_receipts: Option<bool>,
    /// Accepted for compatibility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug: Option<bool>,
}

impl DeliveryConfig {
    /// Reads options as an app gives them. Unknown ones are ignored.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let mut fields = Fields::of_object(body);
        let config = Self {
            batch_read_ack: fields.flag("batchReadAck"),
            batch_read_interval: fields.number("batchReadInterval"),
            auto_sync_on_reconnect: fields.flag("autoSyncOnReconnect"),
            allow_read_receipts: fields.flag("allowReadReceipts"),
            debug: fields.flag("debug"),
        };
        fields.end(config)
    }
}

/// The options in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliverySettings {
    /// Whether receipts of reading are gathered per channel.
    pub batch_read_ack: bool,
    /// How long, in milliseconds.
    pub batch_read_interval_ms: u64,
    /// Whether the states of own messages are asked for after a reconnect.
    pub auto_sync: bool,
    /// Whether reading is told, both ways; `None` as the server has it.
    pub allow_read_receipts: Option<bool>,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            batch_read_ack: true,
            batch_read_interval_ms: DEFAULT_BATCH_READ_INTERVAL_MS,
            auto_sync: true,
            allow_read_receipts: None,
        }
    }
}

impl DeliverySettings {
    /// These with `given` laid over them.
    pub fn merged<V: Value>(&self, given: &DeliveryConfig) -> Result<Self, ClientError<V>> {
        let interval_ms = match given.batch_read_interval {
            None => self.batch_read_interval_ms,
            Some(ms) => milliseconds(ms).ok_or_else(|| {
                let text = "option `batchReadInterval` is refused: give milliseconds from 1 to \
                            86400000";
                ClientError::new(ErrorCode::ValidationError, text)
            })?,
        };
        Ok(Self {
            batch_read_ack: given.batch_read_ack.unwrap_or(self.batch_read_ack),
            batch_read_interval_ms: interval_ms,
            auto_sync: given.auto_sync_on_reconnect.unwrap_or(self.auto_sync),
            allow_read_receipts: given.allow_read_receipts.or(self.allow_read_receipts),
        })
    }

    /// Whether reading is shown and told, as far as is known here.
    pub(crate) fn shows_reading(&self) -> bool {
        self.allow_read_receipts != Some(false)
    }
}
