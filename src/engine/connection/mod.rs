//! The connection: wanted or not, one attempt at a time, sought again until a final answer.

mod attempt;
mod backoff;
mod latency;
mod refusal;
mod tokens;

use std::collections::VecDeque;

pub(crate) use self::backoff::delay_ms as backoff_delay_ms;

use self::latency::Latency;
use self::tokens::{Purpose, Tokens};
use super::config::{READY_FALLBACK_MS, TransportName};
use super::context::Context;
use super::error::ClientError;
use super::input::{RequestId, TokenSource};
use super::output::{Notification, Output};
use super::snapshot::{AuthResponse, ConnectionSnapshot, ErrorSnapshot, RealtimeConnectionState};
use super::time::Now;
use crate::socketio::{EmitError, Session, SessionOutput, TransportEvent, TransportId, Value};
use crate::wire::error::ErrorCode;

/// What the rest of the engine has to know of the connection.
pub(crate) enum Happening<V> {
    /// The connection that was up is no more: acknowledgements under way will not come.
    /// `idempotent` tells whether its server knows a repeated message by its key.
    Down { idempotent: bool },
    /// An event came.
    Event {
        packet: V,
        name: String,
        ack: Option<u64>,
    },
    /// An acknowledgement came.
    Acked { id: u64, args: V },
}

enum Phase<V: Value> {
    /// Nothing is under way.
    Idle,
    /// The next attempt starts by itself at this moment.
    Waiting { retry_at_ms: u64 },
    /// The app was asked for a token.
    AskingToken { deadline_ms: u64 },
    /// A session is being opened.
    Opening {
        session: Box<Session<V>>,
        deadline_ms: u64,
    },
    /// The namespace accepted us.
    Up {
        session: Box<Session<V>>,
        ready: Ready,
    },
}

/// Whether the server is ready for our own events.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ready {
    /// Not before `connected` comes, or this moment.
    At(u64),
    Yes,
}

/// One connection to one server, over all its attempts.
pub(crate) struct Connection<V: Value> {
    phase: Phase<V>,
    wanted: bool,
    /// Given up although wanted: only the app's action starts it again.
    halted: bool,
    attempts: u32,
    waiters: Vec<RequestId>,
    /// The session that the app disconnected, until its goodbye is sent.
    leaving: Option<Box<Session<V>>>,
    next_transport: TransportId,
    /// Counts sessions, so that what belongs to an older one is known.
    generation: u32,
    tokens: Tokens,
    latency: Latency,
    online: bool,
    was_offline: bool,
    socket_id: Option<String>,
    auth: Option<AuthResponse>,
    capabilities: Vec<String>,
    /// How far the server's clock is ahead of ours.
    server_ahead_ms: i64,
    reason: Option<String>,
    error: Option<ErrorSnapshot>,
    shown: RealtimeConnectionState,
    happenings: VecDeque<Happening<V>>,
    client: Identity,
}

/// Which client this is, for the handshake.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The browser profile.
    pub device_id: String,
    /// This tab.
    pub tab_id: String,
    /// What the driver found out about the device.
    pub device: super::config::DeviceInfo,
}

impl<V: Value> Connection<V> {
    pub(crate) fn new(client: Identity, online: bool) -> Self {
        Self {
            phase: Phase::Idle,
            wanted: false,
            halted: false,
            attempts: 0,
            waiters: Vec::new(),
            leaving: None,
            next_transport: TransportId(1),
            generation: 0,
            tokens: Tokens::default(),
            latency: Latency::default(),
            online,
            was_offline: false,
            socket_id: None,
            auth: None,
            capabilities: Vec::new(),
            server_ahead_ms: 0,
            reason: None,
            error: None,
            shown: RealtimeConnectionState::Disconnected,
            happenings: VecDeque::new(),
            client,
        }
    }

    // What the app asks for.

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
            if refresh {
                self.refresh_token(ctx);
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

    // What the browser says.

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

    // What comes from the transport and the clock.

    pub(crate) fn handle_transport(
        &mut self,
        ctx: &mut Context<'_, V>,
        id: TransportId,
        event: TransportEvent<V>,
    ) {
        if let Some(leaving) = &mut self.leaving {
            leaving.handle_transport(ctx.now.mono_ms, id, event.clone());
            self.drain_leaving(ctx);
        }
        if let Some(session) = self.session_mut() {
            session.handle_transport(ctx.now.mono_ms, id, event);
        }
        self.drain_session(ctx);
    }

    pub(crate) fn handle_timeout(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        if let Some(leaving) = &mut self.leaving {
            leaving.handle_timeout(now_ms);
            self.drain_leaving(ctx);
        }
        match &mut self.phase {
            Phase::Waiting { retry_at_ms } if *retry_at_ms <= now_ms => self.start_attempt(ctx),
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

    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        let phase = match &self.phase {
            Phase::Idle => None,
            Phase::Waiting { retry_at_ms } => Some(*retry_at_ms),
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
                let latency = if self.is_ready() {
                    self.latency.deadline_ms()
                } else {
                    None
                };
                let refresh = if self.is_ready() {
                    self.tokens.deadline_ms()
                } else {
                    None
                };
                earliest([
                    ready_at,
                    session.poll_timeout().map(|(at, _)| at),
                    latency,
                    refresh,
                ])
            }
        };
        let leaving = self
            .leaving
            .as_ref()
            .and_then(|session| session.poll_timeout());
        earliest([phase, leaving.map(|(at, _)| at)])
    }

    // What the engine learns from the server's events.

    /// `connected` came, or the wait for it is over: our own events may go. True the first time.
    pub(crate) fn server_is_ready(&mut self, ctx: &mut Context<'_, V>) -> bool {
        let Phase::Up { ready, .. } = &mut self.phase else {
            return false;
        };
        if std::mem::replace(ready, Ready::Yes) == Ready::Yes {
            return false;
        }
        self.latency.start(ctx.now.mono_ms);
        // Servers that announce nothing may never say `authenticated`: with them, an accepted
        // handshake is that.
        if self.capabilities.is_empty() && self.auth.is_none() {
            self.show(ctx);
        }
        ctx.notify(Notification::Connection);
        true
    }

    pub(crate) fn set_capabilities(&mut self, capabilities: Vec<String>) {
        self.capabilities = capabilities;
    }

    pub(crate) fn has_capability(&self, name: &str) -> bool {
        self.capabilities
            .iter()
            .any(|capability| capability == name)
    }

    /// The server told its clock, in milliseconds since the epoch.
    pub(crate) fn set_server_time(&mut self, now: Now, server_ms: u64) {
        self.server_ahead_ms = server_ms as i64 - now.wall_ms as i64;
    }

    /// The server said who we are, and when the token runs out by its clock, where it said so.
    pub(crate) fn authenticated(
        &mut self,
        ctx: &mut Context<'_, V>,
        auth: AuthResponse,
        expires_at_ms: Option<u64>,
    ) {
        if let Some(expires_at_ms) = expires_at_ms {
            let server_now_ms = ctx.now.wall_ms.saturating_add_signed(self.server_ahead_ms);
            let lifetime_ms = expires_at_ms.saturating_sub(server_now_ms);
            self.tokens.expires_in(lifetime_ms, ctx.now.mono_ms);
        }
        self.auth = Some(auth.clone());
        ctx.notify(Notification::Auth(Some(auth)));
        self.show(ctx);
        ctx.notify(Notification::Connection);
    }

    /// `auth:expired` came: the server will cut the connection.
    pub(crate) fn token_expired(&mut self, ctx: &mut Context<'_, V>) {
        if self.tokens.expired() {
            self.refresh_token(ctx);
        }
    }

    /// Everything was brought back after the connection was lost.
    pub(crate) fn resume_done(&mut self, ctx: &mut Context<'_, V>) {
        self.clear_was_offline(ctx);
    }

    // Latency.

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

    // Sending.

    pub(crate) fn emit(
        &mut self,
        ctx: &mut Context<'_, V>,
        packet: &V,
        wants_ack: bool,
    ) -> Result<Option<u64>, EmitError> {
        let Phase::Up { session, .. } = &mut self.phase else {
            return Err(EmitError::NotConnected);
        };
        let sent = session.emit(ctx.now.mono_ms, packet, wants_ack);
        Self::flush_transports(session, ctx);
        sent
    }

    /// Nobody waits for this acknowledgement any more.
    pub(crate) fn forget_ack(&mut self, id: u64) {
        if let Some(session) = self.session_mut() {
            session.forget_ack(id);
        }
    }

    pub(crate) fn answer(&mut self, ctx: &mut Context<'_, V>, generation: u32, ack: u64, args: &V) {
        if generation != self.generation {
            return;
        }
        let Phase::Up { session, .. } = &mut self.phase else {
            return;
        };
        let sent = session.emit_raw_ack(ctx.now.mono_ms, ack, args);
        Self::flush_transports(session, ctx);
        if let Err(error) = sent {
            ctx.notify(Notification::Error(error.into()));
        }
    }

    // Reading.

    pub(crate) fn next_happening(&mut self) -> Option<Happening<V>> {
        self.happenings.pop_front()
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up { .. })
    }

    pub(crate) fn is_ready(&self) -> bool {
        matches!(
            self.phase,
            Phase::Up {
                ready: Ready::Yes,
                ..
            }
        )
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    pub(crate) fn user_id(&self) -> Option<&str> {
        self.auth.as_ref().map(|auth| auth.user_id.as_str())
    }

    pub(crate) fn snapshot(&self, now: Now) -> ConnectionSnapshot {
        let next_retry_at = match self.phase {
            Phase::Waiting { retry_at_ms } => {
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
            is_authenticated: self.shown == RealtimeConnectionState::Authenticated,
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
        crate::wire::connection::capability::NOTICEABLE
            .iter()
            .filter(|name| !self.has_capability(name))
            .map(|name| (*name).to_owned())
            .collect()
    }

    // Inside.

    fn session_mut(&mut self) -> Option<&mut Session<V>> {
        match &mut self.phase {
            Phase::Opening { session, .. } | Phase::Up { session, .. } => Some(session),
            _ => None,
        }
    }

    fn flush_transports(session: &mut Session<V>, ctx: &mut Context<'_, V>) {
        while let Some(output) = session.poll_output() {
            if let SessionOutput::Transport(command) = output {
                ctx.outputs.push_back(Output::Transport(command));
            }
        }
    }

    fn drain_leaving(&mut self, ctx: &mut Context<'_, V>) {
        if let Some(leaving) = &mut self.leaving {
            Self::flush_transports(leaving, ctx);
        }
        self.leaving.take_if(|session| session.is_closed());
    }

    fn refresh_token(&mut self, ctx: &mut Context<'_, V>) {
        match self.tokens.source().clone() {
            TokenSource::None => {}
            TokenSource::Callback => {
                let ask = self.tokens.ask(Purpose::Refresh);
                ctx.outputs.push_back(Output::AskToken { ask });
            }
            TokenSource::Fixed(token) => self.send_refresh(ctx, &token),
        }
    }

    fn send_refresh(&mut self, ctx: &mut Context<'_, V>, token: &str) {
        let body = V::object(&[("token", V::string(token))]);
        let packet = V::array(vec![V::string(crate::wire::names::AUTH_REFRESH), body]);
        if let Err(error) = self.emit(ctx, &packet, false) {
            ctx.notify(Notification::Error(error.into()));
        }
    }

    /// Brings the state shown in line with the facts.
    fn show(&mut self, ctx: &mut Context<'_, V>) {
        use RealtimeConnectionState as State;
        let authenticated =
            self.auth.is_some() || (self.is_ready() && self.capabilities.is_empty());
        let state = match &self.phase {
            Phase::Up { .. } if authenticated && *self.tokens.source() != TokenSource::None => {
                State::Authenticated
            }
            Phase::Up { .. } if self.auth.is_some() => State::Authenticated,
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

fn earliest<const N: usize>(deadlines: [Option<u64>; N]) -> Option<u64> {
    deadlines.into_iter().flatten().min()
}

/// How long our own events wait for `connected`.
const fn ready_at(now_ms: u64) -> Ready {
    Ready::At(now_ms + READY_FALLBACK_MS)
}
