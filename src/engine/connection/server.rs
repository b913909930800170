//! What the server's events say about the connection itself: ready, who we are, the token.

use super::tokens::Purpose;
use super::{Connection, Happening, Phase, Ready};
use crate::engine::context::Context;
use crate::engine::input::TokenSource;
use crate::engine::output::{Notification, Output};
use crate::engine::snapshot::AuthResponse;
use crate::engine::time::Now;
use crate::socketio::Value;

impl<V: Value> Connection<V> {
    /// `connected` came, or the wait for it is over: our own events may go. True the first time.
    pub(crate) fn server_is_ready(&mut self, ctx: &mut Context<'_, V>) -> bool {
        let Phase::Up { ready, .. } = &mut self.phase else {
            return false;
        };
        if std::mem::replace(ready, Ready::Yes) == Ready::Yes {
            return false;
        }
        self.latency.start(ctx.now.mono_ms);
        self.show(ctx);
        ctx.notify(Notification::Connection);
        true
    }

    /// The server said what it can do; that may come after the wait for it.
    pub(crate) fn set_capabilities(&mut self, ctx: &mut Context<'_, V>, capabilities: Vec<String>) {
        self.capabilities = capabilities;
        self.show(ctx);
    }

    pub(crate) fn has_capability(&self, name: &str) -> bool {
        self.capabilities
            .iter()
            .any(|capability| capability == name)
    }

    /// As far as the server's clock is known, what it shows: milliseconds since the epoch.
    pub(crate) fn server_now_ms(&self, now: Now) -> u64 {
        match self.server_ahead_ms {
            Some(ahead_ms) => now.mono_ms.saturating_add_signed(ahead_ms),
            None => now.wall_ms,
        }
    }

    /// Users that this connection may follow, where the server said how many.
    pub(crate) fn subscription_limit(&self) -> Option<u32> {
        self.subscription_limit
    }

    pub(crate) fn set_subscription_limit(&mut self, limit: Option<u32>) {
        self.subscription_limit = limit;
    }

    /// The server told its clock, in milliseconds since the epoch.
    pub(crate) fn set_server_time(&mut self, now: Now, server_ms: u64) {
        self.server_ahead_ms = Some(server_ms as i64 - now.mono_ms as i64);
    }

    /// The server said who we are, and when the token runs out by its clock, where it said so.
    pub(crate) fn authenticated(
        &mut self,
        ctx: &mut Context<'_, V>,
        auth: AuthResponse,
        expires_at_ms: Option<u64>,
    ) {
        self.token_lives_until(ctx, expires_at_ms);
        self.auth = Some(auth.clone());
        ctx.notify(Notification::Auth(Some(auth)));
        self.show(ctx);
        ctx.notify(Notification::Connection);
    }

    /// The server took the new token, which runs out at `expires_at_ms`, where it said so.
    pub(crate) fn token_refreshed(&mut self, ctx: &mut Context<'_, V>, expires_at_ms: Option<u64>) {
        self.token_lives_until(ctx, expires_at_ms);
        if let Some(auth) = &mut self.auth {
            auth.expires_at = expires_at_ms.map(|ms| ms as f64);
            ctx.notify(Notification::Auth(Some(auth.clone())));
            ctx.notify(Notification::Connection);
        }
    }

    fn token_lives_until(&mut self, ctx: &mut Context<'_, V>, expires_at_ms: Option<u64>) {
        if let Some(expires_at_ms) = expires_at_ms {
            let server_now_ms = self.server_now_ms(ctx.now);
            let lifetime_ms = expires_at_ms.saturating_sub(server_now_ms);
            self.tokens.expires_in(lifetime_ms, ctx.now.mono_ms);
        }
    }

    /// `auth:expired` came: the server will cut the connection.
    pub(crate) fn token_expired(&mut self, ctx: &mut Context<'_, V>) {
        if self.tokens.expired() {
            self.refresh_token(ctx);
        }
    }

    /// Everything was brought back after the connection was lost.
    pub(crate) fn resume_done(&mut self, ctx: &mut Context<'_, V>) {
        self.resumed = true;
        self.clear_was_offline(ctx);
    }

    /// Something came from the server. Where the link outlived what the browser took for an
    /// outage, there is nothing to bring back.
    pub(super) fn server_lives(&mut self, ctx: &mut Context<'_, V>) {
        self.heard_ms = ctx.now.mono_ms;
        self.latency.alive();
        if self.was_offline && self.online && self.resumed {
            self.clear_was_offline(ctx);
        }
    }

    pub(crate) fn take_due_ping(&mut self, now_ms: u64) -> bool {
        self.is_ready() && self.latency.take_due_ping(now_ms)
    }

    pub(crate) fn ping_answered(&mut self, ctx: &mut Context<'_, V>) {
        let before = (self.latency.quality(), self.latency.average_ms());
        if self.latency.answered(ctx.now.mono_ms)
            && before != (self.latency.quality(), self.latency.average_ms())
        {
            ctx.notify(Notification::Connection);
        }
    }

    /// Gives the server a new token over the live connection.
    pub(super) fn refresh_token(&mut self, ctx: &mut Context<'_, V>) {
        match self.tokens.source().clone() {
            TokenSource::None => {}
            TokenSource::Callback => {
                let ask = self.tokens.ask(Purpose::Refresh);
                ctx.outputs.push_back(Output::AskToken { ask });
            }
            TokenSource::Fixed(token) => {
                self.happenings.push_back(Happening::TokenRenewed { token });
            }
        }
    }
}
