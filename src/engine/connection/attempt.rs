//! One attempt: token, session, namespace; and what follows its end.

use super::refusal::{self, Verdict};
use super::tokens::Purpose;
use super::{Connection, Happening, Phase, backoff, ready_at};
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::input::TokenSource;
use crate::engine::output::{Notification, Output};
use crate::engine::snapshot::ErrorSnapshot;
use crate::socketio::{Session, SessionConfig, SessionEvent, SessionOutput, Value, said};
use crate::wire::connection::{capability, handshake_auth};
use crate::wire::error::ErrorCode;

impl<V: Value> Connection<V> {
    /// Begins with the token.
    pub(super) fn start_attempt(&mut self, ctx: &mut Context<'_, V>) {
        self.tokens.attempt_begins();
        match self.tokens.source().clone() {
            TokenSource::None => self.open_session(ctx, None),
            TokenSource::Fixed(token) => self.open_session(ctx, Some(token)),
            TokenSource::Callback => {
                let deadline_ms = ctx.now.mono_ms + ctx.settings.attempt_timeout_ms;
                self.phase = Phase::AskingToken { deadline_ms };
                let ask = self.tokens.ask(Purpose::Attempt);
                ctx.outputs.push_back(Output::AskToken { ask });
            }
        }
        self.show(ctx);
        ctx.notify(Notification::Connection);
    }

    pub(crate) fn token_answered(
        &mut self,
        ctx: &mut Context<'_, V>,
        ask: u32,
        token: Result<Option<String>, String>,
    ) {
        match (self.tokens.answered(ask), token) {
            (None, _) => {}
            (Some(Purpose::Attempt), Ok(token)) => self.open_session(ctx, token),
            (Some(Purpose::Attempt), Err(why)) => {
                let error = ClientError::new(
                    ErrorCode::TokenUnavailable,
                    format!("the token callback failed: {why}"),
                );
                self.attempt_failed(ctx, error, None);
            }
            (Some(Purpose::Refresh), Ok(Some(token))) => {
                self.happenings.push_back(Happening::TokenRenewed { token });
            }
            (Some(Purpose::Refresh), Ok(None)) => {}
            (Some(Purpose::Refresh), Err(why)) => {
                ctx.notify(Notification::Error(ClientError::new(
                    ErrorCode::TokenUnavailable,
                    format!("the token callback failed: {why}"),
                )))
            }
        }
    }

    fn open_session(&mut self, ctx: &mut Context<'_, V>, token: Option<String>) {
        self.generation = self.generation.wrapping_add(1);
        let device = ctx
            .settings
            .device
            .clone()
            .unwrap_or_else(|| self.client.device.clone());
        let auth = handshake_auth(
            token.as_deref(),
            &device,
            &self.client.device_id,
            &self.client.tab_id,
            None,
        );
        let config = SessionConfig {
            transports: ctx.settings.transports.clone(),
            auth: Some(auth),
            first_transport: self.next_transport,
            ..SessionConfig::new(ctx.settings.endpoint.clone())
        };
        let session = Box::new(Session::new(config, ctx.now.mono_ms));
        let deadline_ms = ctx.now.mono_ms + ctx.settings.attempt_timeout_ms;
        self.phase = Phase::Opening {
            session,
            deadline_ms,
        };
        self.drain_session(ctx);
    }

    /// Carries out what the session wants, and passes on what it learned.
    pub(super) fn drain_session(&mut self, ctx: &mut Context<'_, V>) {
        while let Some(output) = self.session_mut().and_then(Session::poll_output) {
            match output {
                SessionOutput::Transport(command) => {
                    ctx.outputs.push_back(Output::Transport(command));
                }
                SessionOutput::Event(event) => self.session_event(ctx, event),
            }
        }
    }

    fn session_event(&mut self, ctx: &mut Context<'_, V>, event: SessionEvent<V>) {
        match event {
            SessionEvent::Handshaken { .. } => self.latency.joining(ctx.now.mono_ms),
            SessionEvent::Connected { socket_id } => self.came_up(ctx, socket_id),
            SessionEvent::ConnectError { message, data } => {
                let (verdict, error) = refusal::classify(&message, data);
                self.attempt_failed(ctx, error, Some(verdict));
            }
            SessionEvent::Event { packet, name, ack } => {
                self.server_lives(ctx);
                self.happenings
                    .push_back(Happening::Event { packet, name, ack });
            }
            SessionEvent::Ack { id, args } => {
                self.server_lives(ctx);
                self.happenings.push_back(Happening::Acked { id, args });
            }
            SessionEvent::PingReceived => self.server_lives(ctx),
            SessionEvent::Upgraded { .. } => ctx.notify(Notification::Connection),
            SessionEvent::Closed { reason, detail } => {
                if self.is_up() {
                    self.lost(ctx, &said(&reason));
                } else {
                    let error = ClientError::new(
                        ErrorCode::ConnectionError,
                        format!("the connection could not be made: {reason} ({detail})"),
                    );
                    self.attempt_failed(ctx, error, None);
                }
            }
        }
    }

    fn came_up(&mut self, ctx: &mut Context<'_, V>, socket_id: String) {
        let Phase::Opening { session, .. } = std::mem::replace(&mut self.phase, Phase::Idle) else {
            return;
        };
        self.phase = Phase::Up {
            session,
            ready: ready_at(ctx.now.mono_ms),
        };
        self.latency.joined(ctx.now.mono_ms);
        self.socket_id = Some(socket_id);
        self.capabilities.clear();
        self.resumed = false;
        self.error = None;
        self.reason = None;
        self.tokens.accepted();
        let attempt = std::mem::take(&mut self.attempts);
        self.show(ctx);
        ctx.notify(local_event(vec![V::string("connect")]));
        for request in std::mem::take(&mut self.waiters) {
            ctx.resolve(request, V::null());
        }
        if attempt > 0 || self.was_offline {
            ctx.notify(Notification::Reconnection {
                attempt,
                was_offline: self.was_offline,
            });
        }
    }

    /// The connection that was up is gone; it is sought again where it is wanted.
    pub(super) fn lost(&mut self, ctx: &mut Context<'_, V>, reason: &str) {
        if let Phase::Up { mut session, .. } = std::mem::replace(&mut self.phase, Phase::Idle) {
            self.drop_session(&mut session, ctx);
        }
        if ctx.settings.auto_reconnect {
            self.seek_again(ctx, None);
        } else {
            self.wanted = false;
        }
        self.ended(reason, ctx);
        self.show(ctx);
    }

    /// Everything that ends with a connection, whoever ended it.
    pub(super) fn ended(&mut self, reason: &str, ctx: &mut Context<'_, V>) {
        let idempotent = self.has_capability(capability::MESSAGES);
        self.happenings.push_back(Happening::Down { idempotent });
        self.latency.reset();
        self.tokens.connection_ended();
        self.socket_id = None;
        self.capabilities.clear();
        self.reason = Some(reason.to_owned());
        if self.auth.take().is_some() {
            ctx.notify(Notification::Auth(None));
        }
        ctx.notify(local_event(vec![
            V::string("disconnect"),
            V::string(reason),
        ]));
        ctx.notify(Notification::Connection);
    }

    /// An attempt ended without a connection. `verdict` is set where the server answered.
    pub(super) fn attempt_failed(
        &mut self,
        ctx: &mut Context<'_, V>,
        error: ClientError<V>,
        verdict: Option<Verdict>,
    ) {
        if let Phase::Opening { mut session, .. } = std::mem::replace(&mut self.phase, Phase::Idle)
        {
            self.drop_session(&mut session, ctx);
        }
        if verdict == Some(Verdict::Token) && self.tokens.refused() {
            return self.start_attempt(ctx);
        }
        self.error = Some(ErrorSnapshot {
            code: error.code.clone(),
            message: error.message.clone(),
            retryable: error.retryable,
        });
        let body = V::object(&[
            ("code", V::string(&error.code)),
            ("message", V::string(&error.message)),
            ("retryable", V::boolean(error.retryable)),
        ]);
        ctx.notify(local_event(vec![V::string("connect_error"), body]));
        ctx.notify(Notification::Error(error.clone()));
        let is_final = matches!(verdict, Some(Verdict::Token | Verdict::Final));
        if is_final || !ctx.settings.auto_reconnect {
            self.halted = true;
        } else {
            self.seek_again(ctx, error.retry_after_ms);
        }
        self.reject_waiters(&error, ctx);
        self.show(ctx);
        ctx.notify(Notification::Connection);
    }

    /// Sets the time of the next attempt, or gives up where those allowed are spent.
    fn seek_again(&mut self, ctx: &mut Context<'_, V>, at_least_ms: Option<u64>) {
        self.attempts = self.attempts.saturating_add(1);
        let limit = ctx.settings.max_reconnect_attempts;
        if let Some(limit) = limit.filter(|limit| self.attempts > *limit) {
            self.halted = true;
            return ctx.notify(Notification::Error(ClientError::new(
                ErrorCode::ReconnectionFailed,
                format!("Failed to reconnect after {limit} attempts"),
            )));
        }
        let delay_ms = backoff::delay_ms(self.attempts, ctx.settings, ctx.random);
        let at_least_ms = at_least_ms.unwrap_or(0);
        self.phase = Phase::Waiting {
            retry_at_ms: ctx.now.mono_ms + delay_ms.max(at_least_ms),
            not_before_ms: ctx.now.mono_ms + at_least_ms,
        };
    }

    pub(super) fn reject_waiters(&mut self, error: &ClientError<V>, ctx: &mut Context<'_, V>) {
        for request in std::mem::take(&mut self.waiters) {
            ctx.reject(request, error.clone());
        }
    }

    pub(super) fn drop_session(&mut self, session: &mut Session<V>, ctx: &mut Context<'_, V>) {
        session.abort();
        Self::flush_transports(session, ctx);
        self.next_transport = session.next_transport_id();
    }
}

fn local_event<V: Value>(parts: Vec<V>) -> Notification<V> {
    Notification::Event {
        packet: V::array(parts),
        reply: None,
    }
}
