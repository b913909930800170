//! The connection as the app sees it.

use super::{Connection, Phase};
use crate::engine::config::TransportName;
use crate::engine::context::Context;
use crate::engine::input::TokenSource;
use crate::engine::output::Notification;
use crate::engine::snapshot::{ConnectionSnapshot, RealtimeConnectionState as State};
use crate::engine::time::Now;
use crate::socketio::Value;
use crate::wire::connection::capability;

impl<V: Value> Connection<V> {
    pub(crate) fn snapshot(&self, now: Now) -> ConnectionSnapshot {
        let next_retry_at = match self.phase {
            Phase::Waiting { retry_at_ms, .. } => {
                Some((now.wall_ms + retry_at_ms.saturating_sub(now.mono_ms)) as f64)
            }
            _ => None,
        };
        let transport = match &self.phase {
            Phase::Up { session, .. } => session.transport().map(TransportName::from),
            _ => None,
        };
        ConnectionSnapshot {
            state: self.shown,
            is_connected: self.is_up(),
            is_authenticated: self.shown == State::Authenticated,
            is_online: self.online,
            was_offline: self.was_offline,
            socket_id: self.socket_id.clone(),
            auth: self.auth.clone(),
            reconnect_attempts: if self.is_up() { 0 } else { self.attempts },
            next_retry_at,
            disconnect_reason: self.reason.clone(),
            error: self.error.clone(),
            connection_quality: if self.is_up() {
                self.latency.quality()
            } else {
                Default::default()
            },
            average_latency: if self.is_up() {
                self.latency.average_ms().map(|ms| ms as f64)
            } else {
                None
            },
            transport,
            degraded: self.degraded(),
            capabilities: self.capabilities.clone(),
        }
    }

    fn degraded(&self) -> Vec<String> {
        if !self.is_ready() {
            return Vec::new();
        }
        capability::NOTICEABLE
            .iter()
            .filter(|name| !self.has_capability(name))
            .map(|name| (*name).to_owned())
            .collect()
    }

    /// Brings the state shown in line with the facts.
    pub(super) fn show(&mut self, ctx: &mut Context<'_, V>) {
        // Servers that announce nothing may never say `authenticated`: with them, an accepted
        // token is that.
        let has_token = *self.tokens.source() != TokenSource::None;
        let is_plain = self.is_ready() && self.capabilities.is_empty();
        let state = match &self.phase {
            Phase::Up { .. } if self.auth.is_some() || (has_token && is_plain) => {
                State::Authenticated
            }
            Phase::Up { .. } => State::Connected,
            _ if self.halted => State::Error,
            _ if !self.wanted => State::Disconnected,
            _ if !self.online => State::Offline,
            _ if self.attempts > 0 => State::Reconnecting,
            _ => State::Connecting,
        };
        if state != self.shown {
            self.shown = state;
            ctx.notify(Notification::State(state));
            ctx.notify(Notification::Connection);
        }
    }
}
