//! Bringing a client up to date: what was queued goes out, what was missed comes in, one step
//! after the other, each awaited.
//!
//! `Sync` is the state; `running` goes through the steps, `messages` fetches one channel's
//! messages for the app.

mod asking;
mod messages;
mod options;
mod running;
mod snapshot;
mod stored;

use self::messages::Fetch;
use super::context::Context;
use super::error::ClientError;
use super::input::RequestId;
use super::output::Notification;
use crate::engine::sorted_map::SortedMap;
use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::error::ErrorCode;

pub use self::options::{SyncConfig, SyncSettings};
pub use self::snapshot::{
    FlushedQueue, SyncResult, SyncSnapshot, SyncStatus, SyncedChannels, SyncedMessages,
    SyncedPresence,
};
pub(crate) use self::stored::SYNC_STATE_KEY;

/// Everything about syncing.
pub(crate) struct Sync<V> {
    run: Option<Run>,
    fetches: SortedMap<u32, Fetch<V>>,
    next_fetch: u32,
    /// Promises of `syncPresence()`.
    presence_requests: Vec<RequestId>,
    status: SyncStatus,
    progress: u32,
    last_sync_ms: Option<u64>,
    /// The server's clock at the last page of each channel: what a server without numbers is
    /// asked from.
    channels_ms: SortedMap<String, u64>,
    is_unsaved: bool,
    /// Whether there was a connection before: the first is no reconnect.
    had_connection: bool,
    /// A server of the plain dialect left a question unanswered: it knows none of them.
    is_mute: bool,
}

/// One sync under way.
struct Run {
    step: Step,
    requests: Vec<RequestId>,
    /// Whether the app is told of it: not of the first connection's, unless it asks.
    is_told: bool,
    began_wall_ms: u64,
    began_ms: u64,
    ends_ms: u64,
    /// Messages that pages had brought, and entries that the outbox had done with, before it
    /// began.
    recovered_before: u64,
    flushed_before: (u32, u32),
    result: SyncResult,
}

/// What a sync waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The rooms of the last connection.
    Rejoining,
    /// What was queued: until this moment at most.
    Flushing { until_ms: u64 },
    /// The answer to `sync:channels`.
    Channels { ack: u64 },
    /// The answer to `sync:resume`.
    Resuming { ack: u64 },
    /// Answers of a server without numbers: one for each channel.
    Asking { acks: Vec<u64> },
    /// Pages of what the answer left out.
    Paging,
    /// How far our own messages have come.
    Receipts,
    /// How those are that the app wants to know of.
    Presence,
}

impl<V: Value> Sync<V> {
    pub(crate) fn new() -> Self {
        Self {
            run: None,
            fetches: SortedMap::new(),
            next_fetch: 0,
            presence_requests: Vec::new(),
            status: SyncStatus::Idle,
            progress: 0,
            last_sync_ms: None,
            channels_ms: SortedMap::new(),
            is_unsaved: false,
            had_connection: false,
            is_mute: false,
        }
    }

    /// What the app reads.
    pub(crate) fn snapshot(&self) -> SyncSnapshot {
        SyncSnapshot {
            status: self.status,
            progress: self.progress,
            is_syncing: self.status == SyncStatus::Syncing,
            last_sync_timestamp: self.last_sync_ms.map(|ms| ms as f64),
        }
    }

    /// The server's clock at the last page of a channel, milliseconds since the epoch.
    pub(crate) fn channel_timestamp(&self, channel: &str) -> Option<u64> {
        self.channels_ms.get(channel).copied()
    }

    /// When something of the sync under way is over.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        let run = self.run.as_ref()?;
        Some(match run.step {
            Step::Flushing { until_ms } => until_ms.min(run.ends_ms),
            _ => run.ends_ms,
        })
    }

    /// An edit of ours was made from an older version than the server has. Both texts go to the
    /// app; nothing is decided here.
    pub(crate) fn edit_conflicted(
        &mut self,
        ctx: &mut Context<'_, V>,
        room: &str,
        client_message_id: &str,
        edit: &V,
        error: &ClientError<V>,
    ) {
        if let Some(run) = &mut self.run {
            run.result.messages.conflicts += 1;
        }
        let current = error
            .details
            .as_ref()
            .and_then(|more| more.field("current"));
        let metadata = Object::new()
            .text("channelId", room)
            .text("clientMessageId", client_message_id)
            .build();
        let version = current
            .as_ref()
            .and_then(|message| message.field("version"));
        // What `ConflictResolutionService` takes.
        let conflict = Object::new()
            .maybe("id", edit.field("messageId"))
            .text("type", "message:edit")
            .value("localData", edit.clone())
            .value("remoteData", current.unwrap_or_else(V::null))
            .maybe("localVersion", edit.field("baseVersion"))
            .maybe("remoteVersion", version)
            .value("metadata", metadata)
            .build();
        let data = V::object(&[("conflict", conflict)]);
        tell(ctx, "sync:conflict", data);
    }

    /// Ends the run without a result, and whoever waits for it is told why.
    fn fail(&mut self, ctx: &mut Context<'_, V>, error: &ClientError<V>) {
        let Some(run) = self.run.take() else { return };
        if run.is_told {
            self.status = match error.is(ErrorCode::Cancelled) {
                true => SyncStatus::Idle,
                false => SyncStatus::Failed,
            };
            let fields = Object::new()
                .text("code", &error.code)
                .text("message", &error.message)
                .boolean("retryable", error.retryable)
                .build();
            tell(ctx, "sync:failed", V::object(&[("error", fields)]));
        }
        for request in run.requests {
            ctx.reject(request, error.clone());
        }
    }

    /// Nobody will say how those are that the app wants to know of.
    pub(crate) fn fail_presence(&mut self, ctx: &mut Context<'_, V>, error: &ClientError<V>) {
        for request in std::mem::take(&mut self.presence_requests) {
            ctx.reject(request, error.clone());
        }
    }

    /// The sync under way is this far. Progress never goes back, and reaches 100 before the end.
    fn show_progress(&mut self, ctx: &mut Context<'_, V>, progress: u32) {
        let is_told = self.run.as_ref().is_some_and(|run| run.is_told);
        if !is_told || progress <= self.progress {
            return;
        }
        self.progress = progress;
        let data = V::object(&[("progress", V::number(f64::from(progress)))]);
        tell(ctx, "sync:progress", data);
    }

    /// Nothing is known of the user any more: another one is here, or none.
    pub(crate) fn reset(&mut self, ctx: &mut Context<'_, V>) {
        let error = ClientError::new(ErrorCode::Cancelled, "another user signed in, or none");
        self.fail(ctx, &error);
        for (_, fetch) in std::mem::take(&mut self.fetches) {
            ctx.reject(fetch.request, error.clone());
        }
        self.fail_presence(ctx, &error);
        *self = Self {
            had_connection: self.had_connection,
            ..Self::new()
        };
    }
}

fn tell<V: Value>(ctx: &mut Context<'_, V>, event: &'static str, data: V) {
    ctx.notify(Notification::Sync { event, data });
}
