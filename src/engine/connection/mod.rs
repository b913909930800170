//! The connection: wanted or not, one attempt at a time, sought again until a final answer.

mod attempt;
mod backoff;
mod deadlines;
mod demand;
mod latency;
mod refusal;
mod server;
mod status;
mod tokens;
mod traffic;

use std::collections::VecDeque;

pub(crate) use self::backoff::delay_ms as backoff_delay_ms;

use self::latency::Latency;
use self::tokens::Tokens;
use super::config::READY_FALLBACK_MS;
use super::input::RequestId;
use super::snapshot::{AuthResponse, ErrorSnapshot, RealtimeConnectionState};
use crate::socketio::{Session, TransportId, Value};

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
    /// There is a new token for the live connection.
    TokenRenewed { token: String },
}

enum Phase<V: Value> {
    /// Nothing is under way.
    Idle,
    /// The next attempt starts by itself at this moment.
    Waiting {
        retry_at_ms: u64,
        /// What the server asked for, which the browser's hints do not shorten.
        not_before_ms: u64,
    },
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
    /// Everything that the last connection had is back on this one.
    resumed: bool,
    socket_id: Option<String>,
    auth: Option<AuthResponse>,
    capabilities: Vec<String>,
    /// When something came from the server last.
    heard_ms: u64,
    subscription_limit: Option<u32>,
    /// How far the server's clock is ahead of our steady one: the other may be set at any time.
    server_ahead_ms: Option<i64>,
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
            resumed: false,
            socket_id: None,
            auth: None,
            capabilities: Vec::new(),
            heard_ms: 0,
            subscription_limit: None,
            server_ahead_ms: None,
            reason: None,
            error: None,
            shown: RealtimeConnectionState::Disconnected,
            happenings: VecDeque::new(),
            client,
        }
    }

    pub(crate) fn next_happening(&mut self) -> Option<Happening<V>> {
        self.happenings.pop_front()
    }

    pub(crate) fn has_happening(&self) -> bool {
        !self.happenings.is_empty()
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

    /// Whether the server said anything after `ms`.
    pub(crate) fn was_heard_since(&self, ms: u64) -> bool {
        self.heard_ms > ms
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
}

/// How long our own events wait for `connected`.
const fn ready_at(now_ms: u64) -> Ready {
    Ready::At(now_ms + READY_FALLBACK_MS)
}
