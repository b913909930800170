//! What the app reads of a sync.

use serde::Serialize;

use crate::socketio::Value;
use crate::wire::Object;

/// Where syncing stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum SyncStatus {
    /// No sync was made, or the last one was cancelled.
    #[default]
    Idle,
    /// One is under way.
    Syncing,
    /// The last one came to its end; what failed of it, its result says.
    Completed,
    /// The last one did not come to its end.
    Failed,
}

/// A sync at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncSnapshot {
    /// Where it stands.
    pub status: SyncStatus,
    /// How far the one under way is, 0 to 100; of the last one otherwise.
    pub progress: u32,
    /// Whether one is under way.
    pub is_syncing: bool,
    /// When the last one that came to its end did, milliseconds since the epoch by this device's
    /// clock; kept over reloads.
    #[cfg_attr(target_family = "wasm", tsify(type = "number | null"))]
    pub last_sync_timestamp: Option<f64>,
}

/// What a sync did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncResult {
    /// Messages that were missed and came.
    pub messages: SyncedMessages,
    /// Channels of which the state came.
    pub channels: SyncedChannels,
    /// Users whose presence came.
    pub presence: SyncedPresence,
    /// What had been queued.
    pub queue_flushed: FlushedQueue,
    /// When it began, milliseconds since the epoch by this device's clock.
    pub timestamp: f64,
    /// How long it took, in milliseconds.
    pub duration: f64,
}

/// Messages of a [`SyncResult`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncedMessages {
    /// How many are new here.
    pub synced: u32,
    /// Edits of this client that met a newer version on the server.
    pub conflicts: u32,
    /// Channels whose messages did not come; they are asked for again by themselves.
    pub errors: u32,
}

/// Channels of a [`SyncResult`], and what `syncChannels()` resolves with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncedChannels {
    /// How many came.
    pub synced: u32,
    /// 1 where they did not come.
    pub errors: u32,
}

/// Presence of a [`SyncResult`], and what `syncPresence()` resolves with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct SyncedPresence {
    /// How many came.
    pub synced: u32,
}

/// The queue in a [`SyncResult`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct FlushedQueue {
    /// Messages that the server took.
    pub sent: u32,
    /// Messages that failed for good.
    pub failed: u32,
}

impl SyncStatus {
    /// The documents' name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Syncing => "syncing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

impl SyncSnapshot {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        let last = self.last_sync_timestamp.map_or_else(V::null, V::number);
        Object::new()
            .text("status", self.status.as_str())
            .number("progress", f64::from(self.progress))
            .boolean("isSyncing", self.is_syncing)
            .value("lastSyncTimestamp", last)
            .build()
    }
}

impl SyncResult {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        let messages = Object::new()
            .number("synced", f64::from(self.messages.synced))
            .number("conflicts", f64::from(self.messages.conflicts))
            .number("errors", f64::from(self.messages.errors))
            .build();
        let queue = Object::new()
            .number("sent", f64::from(self.queue_flushed.sent))
            .number("failed", f64::from(self.queue_flushed.failed))
            .build();
        Object::new()
            .value("messages", messages)
            .value("channels", self.channels.to_value())
            .value("presence", self.presence.to_value())
            .value("queueFlushed", queue)
            .number("timestamp", self.timestamp)
            .number("duration", self.duration)
            .build()
    }
}

impl SyncedChannels {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .number("synced", f64::from(self.synced))
            .number("errors", f64::from(self.errors))
            .build()
    }
}

impl SyncedPresence {
    /// As a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .number("synced", f64::from(self.synced))
            .build()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value as Json, to_value};

    use super::*;

    #[test]
    fn what_goes_out_is_what_the_types_say() {
        let result = SyncResult {
            messages: SyncedMessages {
                synced: 1,
                conflicts: 2,
                errors: 3,
            },
            ..SyncResult::default()
        };
        let ours: Json = result.to_value();
        let theirs = to_value(result).expect("encodes");
        assert_eq!(ours["messages"]["synced"], 1.0);
        assert_eq!(ours["messages"]["conflicts"], 2.0);
        assert_eq!(ours["messages"]["errors"], 3.0);
        assert_eq!(keys(&ours), keys(&theirs));
        let snapshot = SyncSnapshot::default();
        let ours: Json = snapshot.to_value();
        assert_eq!(keys(&ours), keys(&to_value(snapshot).expect("encodes")));
    }

    fn keys(value: &Json) -> Vec<String> {
        let Json::Object(fields) = value else {
            return Vec::new();
        };
        let deep = fields.iter().flat_map(|(key, value)| {
            let inner = keys(value).into_iter();
            let inner = inner.map(move |inner| format!("{key}.{inner}"));
            inner.chain([key.clone()])
        });
        let mut all: Vec<String> = deep.collect();
        all.sort();
        all
    }
}
