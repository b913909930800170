//! A sync goes through its steps, in the documented order, each awaited: rooms, queue, channels,
//! messages, receipts, presence.

use super::{FlushedQueue, Run, Step, Sync, SyncResult, SyncStatus, tell};
use crate::engine::Parts;
use crate::engine::config::FLUSH_PATIENCE_MS;
use crate::engine::error::ClientError;
use crate::engine::input::RequestId;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;

impl<V: Value> Parts<'_, '_, V> {
    /// The server is ready, before anything is asked of it: a reconnect is followed by a sync.
    /// So is the first connection, where the server can bring what changed since the page was
    /// last open; of that one nothing is told.
    pub(in crate::engine) fn begin_auto_sync(&mut self) {
        let is_reconnect = std::mem::replace(&mut self.sync.had_connection, true);
        let can_resume = self.up.connection.has_capability(capability::RESUME);
        let is_worth_it = is_reconnect || can_resume;
        if !self.up.ctx.settings.sync.auto_sync || !is_worth_it {
            if is_reconnect && self.up.ctx.settings.delivery.auto_sync {
                self.delivery.reconcile(&mut self.up);
            }
            return;
        }
        self.begin_sync(is_reconnect);
        if can_resume {
            self.rooms.expect_resume();
        }
    }

    /// The app wants a sync.
    pub(in crate::engine) fn sync_wanted(&mut self, request: RequestId) {
        let ctx = &mut *self.up.ctx;
        if !self.up.connection.is_ready() {
            return ctx.reject(request, ClientError::not_connected());
        }
        match &mut self.sync.run {
            Some(run) if run.is_told => {
                let code = ErrorCode::SyncInProgress;
                ctx.reject(request, ClientError::new(code, code.message()));
            }
            Some(run) => {
                run.is_told = true;
                run.requests.push(request);
                self.sync.tell_started(&mut self.up);
            }
            None => {
                self.begin_sync(true);
                if let Some(run) = &mut self.sync.run {
                    run.requests.push(request);
                }
            }
        }
    }

    /// The app wants the sync under way to end.
    pub(in crate::engine) fn cancel_sync(&mut self) {
        let text = "the sync was cancelled: call syncOnReconnect() for another";
        self.end_sync(&ClientError::new(ErrorCode::Cancelled, text));
    }

    /// Ends the sync under way. What it would have brought comes by pages.
    pub(in crate::engine) fn end_sync(&mut self, error: &ClientError<V>) {
        self.sync.fail(self.up.ctx, error);
        self.rooms.resume_ended(&mut self.up);
    }

    /// Goes on with the sync as far as it can.
    pub(in crate::engine) fn advance_sync(&mut self) {
        self.answer_presence();
        while let Some(run) = &self.sync.run {
            let now_ms = self.up.ctx.now.mono_ms;
            if now_ms >= run.ends_ms {
                let text = "the sync took longer than `syncTimeout`: what is missing still comes";
                return self.end_sync(&ClientError::new(ErrorCode::Timeout, text));
            }
            let is_done = match &run.step {
                Step::Rejoining => !self.rooms.is_resuming(),
                Step::Flushing { until_ms } => now_ms >= *until_ms || self.outbox.is_drained(),
                Step::Channels { .. } | Step::Resuming { .. } => false,
                Step::Asking { acks } => acks.is_empty(),
                Step::Paging => !self.rooms.is_paging(),
                Step::Receipts => !self.delivery.is_reconciling(),
                Step::Presence => self.presence.is_settled(),
            };
            if !is_done {
                return;
            }
            self.next_step();
        }
    }

    fn next_step(&mut self) {
        let Some(run) = &self.sync.run else { return };
        match run.step {
            Step::Rejoining => {
                let until_ms = self.up.ctx.now.mono_ms + FLUSH_PATIENCE_MS;
                self.sync.show_progress(self.up.ctx, 10);
                self.enter(Step::Flushing { until_ms });
            }
            Step::Flushing { .. } => {
                self.count_flushed();
                self.sync.show_progress(self.up.ctx, 30);
                self.ask_channels_in_run();
            }
            // Their answers go on.
            Step::Channels { .. } | Step::Resuming { .. } => {}
            Step::Asking { .. } => {
                self.sync.show_progress(self.up.ctx, 70);
                self.enter(Step::Paging);
            }
            Step::Paging => {
                self.sync.show_progress(self.up.ctx, 80);
                if self.up.ctx.settings.delivery.auto_sync {
                    self.delivery.reconcile(&mut self.up);
                }
                self.enter(Step::Receipts);
            }
            Step::Receipts => {
                self.sync.show_progress(self.up.ctx, 90);
                self.enter(Step::Presence);
            }
            Step::Presence => {
                let synced = self.synced_presence();
                if let Some(run) = &mut self.sync.run {
                    run.result.presence = synced;
                }
                self.complete_sync();
            }
        }
    }

    fn begin_sync(&mut self, is_told: bool) {
        let now = self.up.ctx.now;
        self.sync.run = Some(Run {
            step: Step::Rejoining,
            requests: Vec::new(),
            is_told,
            began_wall_ms: now.wall_ms,
            began_ms: now.mono_ms,
            ends_ms: now.mono_ms + self.up.ctx.settings.sync.timeout_ms,
            recovered_before: self.rooms.recovered(),
            flushed_before: self.outbox.totals(),
            result: SyncResult::default(),
        });
        if is_told {
            self.sync.tell_started(&mut self.up);
        }
    }

    fn count_flushed(&mut self) {
        let (sent, failed) = self.outbox.totals();
        if let Some(run) = &mut self.sync.run {
            run.result.queue_flushed = FlushedQueue {
                sent: sent.wrapping_sub(run.flushed_before.0),
                failed: failed.wrapping_sub(run.flushed_before.1),
            };
        }
    }

    pub(super) fn enter(&mut self, step: Step) {
        if let Some(run) = &mut self.sync.run {
            run.step = step;
        }
    }

    fn complete_sync(&mut self) {
        self.sync.show_progress(self.up.ctx, 100);
        let Some(mut run) = self.sync.run.take() else {
            return;
        };
        let now = self.up.ctx.now;
        let recovered = self.rooms.recovered().saturating_sub(run.recovered_before);
        let messages = &mut run.result.messages;
        messages.synced += u32::try_from(recovered).unwrap_or(u32::MAX);
        messages.errors += self.rooms.failed_pages();
        run.result.timestamp = run.began_wall_ms as f64;
        run.result.duration = now.mono_ms.saturating_sub(run.began_ms) as f64;
        self.sync.last_sync_ms = Some(now.wall_ms);
        self.sync.is_unsaved = true;
        if !run.is_told {
            return;
        }
        self.sync.status = SyncStatus::Completed;
        let result: V = run.result.to_value();
        let data = V::object(&[("result", result.clone())]);
        tell(self.up.ctx, "sync:completed", data);
        for request in run.requests {
            self.up.ctx.resolve(request, result.clone());
        }
    }
}

impl<V: Value> Sync<V> {
    fn tell_started(&mut self, up: &mut Uplink<'_, '_, V>) {
        self.status = SyncStatus::Syncing;
        self.progress = 0;
        tell(up.ctx, "sync:started", V::object(&[]));
    }
}
