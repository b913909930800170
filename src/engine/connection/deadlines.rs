//! What the connection does by the clock.

use super::{Connection, Phase, Ready};
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

impl<V: Value> Connection<V> {
    /// Acts on every deadline that has passed; early calls do nothing.
    pub(crate) fn handle_timeout(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        if let Some(leaving) = &mut self.leaving {
            leaving.handle_timeout(now_ms);
            self.drain_leaving(ctx);
        }
        match &mut self.phase {
            Phase::Waiting { retry_at_ms, .. } if *retry_at_ms <= now_ms => self.start_attempt(ctx),
            Phase::AskingToken { deadline_ms } if *deadline_ms <= now_ms => {
                self.tokens.forget_question();
                let error = ClientError::new(
                    ErrorCode::Timeout,
                    "the token callback did not answer in time: let it resolve or reject",
                );
                self.attempt_failed(ctx, error, None);
            }
            Phase::Opening { deadline_ms, .. } if *deadline_ms <= now_ms => {
                let error = ClientError::new(ErrorCode::ConnectionError, "Connection timeout");
                self.attempt_failed(ctx, error, None);
            }
            Phase::Opening { session, .. } => session.handle_timeout(now_ms),
            Phase::Up { session, ready } => {
                if matches!(ready, Ready::At(at) if *at <= now_ms) {
                    self.server_is_ready(ctx);
                } else {
                    session.handle_timeout(now_ms);
                }
            }
            Phase::Idle | Phase::Waiting { .. } | Phase::AskingToken { .. } => {}
        }
        if self.is_up() && self.latency.is_dead(now_ms) {
            self.lost(ctx, "ping timeout");
        }
        if self.is_ready() && self.tokens.take_due_refresh(now_ms) {
            self.refresh_token(ctx);
        }
        self.drain_session(ctx);
    }

    /// The next deadline.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        let phase = match &self.phase {
            Phase::Idle => None,
            Phase::Waiting { retry_at_ms, .. } => Some(*retry_at_ms),
            Phase::AskingToken { deadline_ms } => Some(*deadline_ms),
            Phase::Opening {
                session,
                deadline_ms,
            } => earliest([Some(*deadline_ms), session.poll_timeout().map(|(at, _)| at)]),
            Phase::Up { session, ready } => {
                let ready_at = match ready {
                    Ready::At(at) => Some(*at),
                    Ready::Yes => None,
                };
                let is_ready = *ready == Ready::Yes;
                let latency = self.latency.deadline_ms().filter(|_| is_ready);
                let refresh = self.tokens.deadline_ms().filter(|_| is_ready);
                let session = session.poll_timeout().map(|(at, _)| at);
                earliest([ready_at, session, latency, refresh])
            }
        };
        let leaving = self
            .leaving
            .as_ref()
            .and_then(|session| session.poll_timeout());
        earliest([phase, leaving.map(|(at, _)| at)])
    }
}

fn earliest<const N: usize>(deadlines: [Option<u64>; N]) -> Option<u64> {
    deadlines.into_iter().flatten().min()
}
