//! One Engine.IO connection with one namespace, from opening to its end, without any I/O.
//!
//! Four kinds of methods, as in other protocols written this way: what the transports brought
//! and what the clock says (`handle_*`), what the application wants (`emit`, `disconnect`,
//! `abort`), what comes out (`poll_*`), and getters. After every call that changes something,
//! drain [`Session::poll_output`] and arm one timer for [`Session::poll_timeout`].

mod carrier;
mod config;
mod opening;
mod receiving;
mod send_buffer;
mod sending;
mod timer;
mod upgrade;

use std::collections::VecDeque;

use self::carrier::Carrier;
pub use self::config::SessionConfig;
use self::send_buffer::SendBuffer;
pub use self::timer::SessionTimer;
use self::timer::Timers;
use self::upgrade::Upgrade;
use super::decoder::Decoder;
use super::event::{CloseReason, SessionEvent, SessionOutput};
use super::handshake::Handshake;
use super::packet::PacketError;
use super::said;
use super::transport::{TransportCommand, TransportEvent, TransportId, TransportKind};
use super::value::Value;

/// One connection to one namespace. Never reconnects: its owner makes another session.
pub struct Session<V: Value> {
    config: SessionConfig<V>,
    /// WebSocket is among the transports that were given. One that failed to open is not opened
    /// again, but the upgrade probes for it: the failure may have been a server that was starting.
    may_upgrade: bool,
    phase: Phase,
    /// The transport in use; `None` once the session is over.
    carrier: Option<Carrier>,
    upgrade: Option<Upgrade>,
    handshake: Option<Handshake>,
    decoder: Decoder<V>,
    send_buffer: SendBuffer<V>,
    timers: Timers,
    /// Ids of the acknowledgements that are awaited, ascending.
    pending_acks: Vec<u64>,
    next_ack_id: u64,
    next_transport_id: TransportId,
    /// Requests made so far: makes every polling URL different.
    requests: u64,
    outputs: VecDeque<SessionOutput<V>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waiting for the Engine.IO open packet.
    Opening {
        since_ms: u64,
    },
    /// Waiting for the namespace.
    Joining,
    Connected,
    /// Polling only: the goodbye is being posted.
    Leaving,
    Closed,
}

/// What ends a transport, and with it, unless another can be tried, the session.
struct Fault {
    reason: CloseReason,
    detail: String,
}

impl Fault {
    fn new(reason: CloseReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

impl From<PacketError> for Fault {
    fn from(error: PacketError) -> Self {
        Self::new(CloseReason::ParseError, said(&error))
    }
}

impl<V: Value> Session<V> {
    /// Starts opening the first transport.
    pub fn new(config: SessionConfig<V>, now_ms: u64) -> Self {
        let decoder = Decoder::new(config.endpoint.namespace().to_owned());
        let next_transport_id = config.first_transport;
        let may_upgrade = config.transports.contains(&TransportKind::WebSocket);
        let mut session = Self {
            config,
            may_upgrade,
            phase: Phase::Opening { since_ms: now_ms },
            carrier: None,
            upgrade: None,
            handshake: None,
            decoder,
            send_buffer: SendBuffer::new(),
            timers: Timers::default(),
            pending_acks: Vec::new(),
            next_ack_id: 0,
            next_transport_id,
            requests: 0,
            outputs: VecDeque::new(),
        };
        session.open_first_transport(now_ms);
        session
    }

    /// Takes what the driver saw on transport `id`. Events of transports that are over are
    /// ignored.
    pub fn handle_transport(&mut self, now_ms: u64, id: TransportId, event: TransportEvent<V>) {
        if self
            .carrier
            .as_ref()
            .is_some_and(|carrier| carrier.id == id)
        {
            if let Err(fault) = self.handle_carrier(now_ms, event) {
                self.handle_fault(now_ms, fault);
            }
        } else if self
            .upgrade
            .as_ref()
            .is_some_and(|upgrade| upgrade.id == id)
        {
            self.handle_upgrade(now_ms, event);
        }
    }

    /// Acts on every deadline that has passed. Calling it early or late does no harm.
    pub fn handle_timeout(&mut self, now_ms: u64) {
        while let Some(timer) = self.timers.take_due(now_ms) {
            match timer {
                SessionTimer::Open => self.handle_fault(
                    now_ms,
                    Fault::new(
                        CloseReason::TransportError,
                        "the transport did not open in time",
                    ),
                ),
                SessionTimer::Connect => self.finish(
                    CloseReason::TransportError,
                    "the namespace did not answer in time",
                ),
                SessionTimer::PingTimeout => {
                    self.finish(CloseReason::PingTimeout, "the server did not ping in time");
                }
                SessionTimer::UpgradeProbe => self.abandon_upgrade(),
                SessionTimer::Close => {
                    self.finish(CloseReason::ClientDisconnect, "disconnected by the client");
                }
            }
        }
    }

    /// Leaves the namespace (`41`), closes the Engine.IO connection (`1`) and ends the session
    /// with [`CloseReason::ClientDisconnect`].
    ///
    /// Over a WebSocket that is at once. Over polling the goodbye takes a request, behind the
    /// one under way: the end comes when it is answered, or after
    /// [`CLOSE_TIMEOUT_MS`](super::limits::CLOSE_TIMEOUT_MS). Nothing is received after this call.
    pub fn disconnect(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Leaving | Phase::Closed => {}
            Phase::Opening { .. } => {
                self.finish(CloseReason::ClientDisconnect, "disconnected by the client");
            }
            Phase::Joining | Phase::Connected => self.leave(now_ms),
        }
    }

    /// Drops everything at once. Only [`TransportCommand::Close`] still comes out.
    pub fn abort(&mut self) {
        self.outputs.retain(|output| {
            matches!(
                output,
                SessionOutput::Transport(TransportCommand::Close { .. })
            )
        });
        self.drop_everything();
    }

    /// The next thing to do or to know; `None` when there is nothing more.
    pub fn poll_output(&mut self) -> Option<SessionOutput<V>> {
        if self.outputs.is_empty() {
            self.flush();
        }
        self.outputs.pop_front()
    }

    /// The earliest deadline, in milliseconds of the monotonic clock, and its reason.
    pub fn poll_timeout(&self) -> Option<(u64, SessionTimer)> {
        self.timers.next()
    }

    /// Whether the namespace has accepted and the session is not over.
    pub fn is_connected(&self) -> bool {
        self.phase == Phase::Connected
    }

    /// Whether an event on this transport, now, would come out as it is, and change nothing here.
    pub fn is_quiet(&self, transport: TransportId) -> bool {
        let is_carrier =
            |carrier: &Carrier| carrier.id == transport && carrier.kind == TransportKind::WebSocket;
        self.is_connected()
            && self.carrier.as_ref().is_some_and(is_carrier)
            && self.outputs.is_empty()
            && self.send_buffer.is_empty()
            && !self.decoder.is_partial()
    }

    /// Whether the session is over.
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// The transport in use once the Engine.IO connection is open.
    pub fn transport(&self) -> Option<TransportKind> {
        self.handshake.as_ref()?;
        self.carrier.as_ref().map(|carrier| carrier.kind)
    }

    /// What the server said when the connection opened.
    pub fn handshake(&self) -> Option<&Handshake> {
        self.handshake.as_ref()
    }

    /// The id that the next transport would have: the first one of the next session.
    pub fn next_transport_id(&self) -> TransportId {
        self.next_transport_id
    }

    /// The id that the next event wanting an answer will have.
    pub fn next_ack_id(&self) -> u64 {
        self.next_ack_id
    }

    fn push_event(&mut self, event: SessionEvent<V>) {
        self.outputs.push_back(SessionOutput::Event(event));
    }

    fn push_command(&mut self, command: TransportCommand<V>) {
        self.outputs.push_back(SessionOutput::Transport(command));
    }

    /// Ends the session: closes what is open, says why, once.
    fn finish(&mut self, reason: CloseReason, detail: impl Into<String>) {
        if self.phase == Phase::Closed {
            return;
        }
        self.drop_everything();
        self.push_event(SessionEvent::Closed {
            reason,
            detail: detail.into(),
        });
    }

    fn drop_everything(&mut self) {
        self.phase = Phase::Closed;
        self.timers.stop_all();
        self.send_buffer.clear();
        self.pending_acks.clear();
        self.decoder.clear();
        let carrier = self.carrier.take().map(|carrier| carrier.id);
        let upgrade = self.upgrade.take().map(|upgrade| upgrade.id);
        for id in carrier.into_iter().chain(upgrade) {
            self.push_command(TransportCommand::Close { id });
        }
    }
}
