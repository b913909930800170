//! A run through the queue: from the moment it can be sent until nothing more is to be sent, or
//! can be.

use super::Outbox;
use crate::engine::context::Context;
use crate::engine::input::RequestId;
use crate::engine::output::Notification;
use crate::socketio::Value;

/// What a run did so far, and who waits for its end.
#[derive(Debug, Default)]
pub(super) struct Run {
    sent: u32,
    failed: u32,
    requests: Vec<RequestId>,
}

impl<V: Value> Outbox<V> {
    /// The app wants everything sent. Resolves with what was, at once where nothing can be.
    pub(crate) fn flush_wanted(&mut self, ctx: &mut Context<'_, V>, request: RequestId) {
        if self.is_sending {
            self.begin_run(ctx);
        }
        match &mut self.run {
            Some(run) => run.requests.push(request),
            None => ctx.resolve(request, result(&Run::default())),
        }
    }

    pub(super) fn begin_run(&mut self, ctx: &mut Context<'_, V>) {
        let count = self.waiting() + self.in_flight;
        if count > 0 && self.run.is_none() {
            self.run = Some(Run::default());
            tell(ctx, "queue:flushing", count as f64);
        }
    }

    pub(super) fn end_run(&mut self, ctx: &mut Context<'_, V>) {
        let Some(run) = self.run.take() else {
            return;
        };
        for request in &run.requests {
            ctx.resolve(*request, result(&run));
        }
        tell(ctx, "queue:flushed", f64::from(run.sent));
    }

    /// Tells the app when this tab becomes the one that sends, and when what earlier pages left is
    /// counted; and when it no longer is.
    pub(crate) fn tell_standing(
        &mut self,
        ctx: &mut Context<'_, V>,
        is_leader: bool,
        is_loaded: bool,
    ) {
        let (was_leader, was_loaded) = std::mem::replace(&mut self.told, (is_leader, is_loaded));
        for (event, field, was, is) in [
            ("queue:leader", "isLeader", was_leader, is_leader),
            ("queue:loaded", "isLoaded", was_loaded, is_loaded),
        ] {
            if was != is {
                let data = V::object(&[(field, V::boolean(is))]);
                ctx.notify(Notification::Queue { event, data });
            }
        }
    }

    pub(super) fn count_sent(&mut self) {
        self.totals.0 = self.totals.0.wrapping_add(1);
        if let Some(run) = &mut self.run {
            run.sent += 1;
        }
    }

    pub(super) fn count_failed(&mut self) {
        self.totals.1 = self.totals.1.wrapping_add(1);
        if let Some(run) = &mut self.run {
            run.failed += 1;
        }
    }
}

fn result<V: Value>(run: &Run) -> V {
    V::object(&[
        ("sent", V::number(f64::from(run.sent))),
        ("failed", V::number(f64::from(run.failed))),
    ])
}

fn tell<V: Value>(ctx: &mut Context<'_, V>, event: &'static str, count: f64) {
    let data = V::object(&[("count", V::number(count))]);
    ctx.notify(Notification::Queue { event, data });
}
