//! Whether a connection is wanted: what the app asks for, and what the browser's hints are worth.

use super::{Connection, Phase};
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::input::{RequestId, TokenSource};
use crate::engine::output::Notification;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

impl<V: Value> Connection<V> {
    pub(crate) fn connect(&mut self, ctx: &mut Context<'_, V>, request: RequestId) {
        if self.is_up() {
            return ctx.resolve(request, V::null());
        }
        self.wanted = true;
        self.waiters.push(request);
        self.retry_now(ctx, true);
    }

    pub(crate) fn disconnect(&mut self, ctx: &mut Context<'_, V>) {
        self.wanted = false;
        self.halted = false;
        self.attempts = 0;
        self.error = None;
        self.tokens.forget_question();
        let was_up = self.is_up();
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Up { mut session, .. } => {
                if let Some(mut older) = self.leaving.take() {
                    older.abort();
                    Self::flush_transports(&mut older, ctx);
                }
                session.disconnect(ctx.now.mono_ms);
                self.next_transport = session.next_transport_id();
                self.leaving = Some(session);
                self.drain_leaving(ctx);
            }
            Phase::Opening { mut session, .. } => self.drop_session(&mut session, ctx),
            Phase::Idle | Phase::Waiting { .. } | Phase::AskingToken { .. } => {}
        }
        if was_up {
            self.ended("io client disconnect", ctx);
        }
        let error = ClientError::new(
            ErrorCode::Cancelled,
            "connect() was cancelled by disconnect(): call connect() again to connect",
        );
        self.reject_waiters(&error, ctx);
        self.show(ctx);
    }

    pub(crate) fn set_token_source(
        &mut self,
        ctx: &mut Context<'_, V>,
        source: TokenSource,
        refresh: bool,
    ) {
        self.tokens.set_source(source);
        if matches!(self.phase, Phase::AskingToken { .. }) {
            self.start_attempt(ctx);
        } else if self.is_up() {
            if refresh && self.is_ready() {
                self.refresh_token(ctx);
            } else if refresh {
                self.tokens.refresh_soon(ctx.now.mono_ms);
            }
        } else if self.wanted && self.halted {
            self.retry_now(ctx, true);
        }
    }

    pub(crate) fn clear_was_offline(&mut self, ctx: &mut Context<'_, V>) {
        if std::mem::take(&mut self.was_offline) {
            ctx.notify(Notification::Connection);
        }
    }

    pub(crate) fn online_changed(&mut self, ctx: &mut Context<'_, V>, online: bool) {
        if self.online == online {
            return;
        }
        self.online = online;
        self.was_offline |= !online;
        ctx.notify(Notification::Online(online));
        // A hint, not a fact: a link that stands is asked, one that does not is sought at once.
        self.latency.probe(ctx.now.mono_ms);
        if online {
            self.retry_now(ctx, false);
        }
        self.show(ctx);
        ctx.notify(Notification::Connection);
    }

    pub(crate) fn resumed(&mut self, ctx: &mut Context<'_, V>) {
        self.latency.probe(ctx.now.mono_ms);
        self.retry_now(ctx, false);
    }

    /// Starts an attempt at once, unless one is under way. `by_user` also starts again what was
    /// given up, and does not mind what the server asked for.
    fn retry_now(&mut self, ctx: &mut Context<'_, V>, by_user: bool) {
        if by_user && std::mem::take(&mut self.halted) {
            self.attempts = 0;
        }
        let now_ms = ctx.now.mono_ms;
        let may_start = match &mut self.phase {
            Phase::Idle => true,
            Phase::Waiting {
                retry_at_ms,
                not_before_ms,
            } => {
                *retry_at_ms = (*not_before_ms).max(now_ms);
                by_user || *not_before_ms <= now_ms
            }
            Phase::AskingToken { .. } | Phase::Opening { .. } | Phase::Up { .. } => false,
        };
        if self.wanted && !self.halted && may_start {
            self.start_attempt(ctx);
        }
        self.show(ctx);
    }
}
