//! What a session tells its owner.

use std::fmt;

use super::transport::{TransportCommand, TransportKind};
use super::value::{Value, ValueError};

/// One thing that a session has to say or to have done.
#[derive(Clone)]
pub enum SessionOutput<V: Value> {
    /// For the driver of the transports.
    Transport(TransportCommand<V>),
    /// For the owner of the session.
    Event(SessionEvent<V>),
}

/// What happened in a session.
#[derive(Clone)]
pub enum SessionEvent<V: Value> {
    /// The Engine.IO connection is open; CONNECT is on its way.
    Handshaken {
        /// From opening this transport to here, in milliseconds.
        rtt_ms: u64,
        /// The transport that opened.
        transport: TransportKind,
    },
    /// The namespace accepted: events may be sent.
    Connected {
        /// The socket's id on the server.
        socket_id: String,
    },
    /// The namespace refused. [`SessionEvent::Closed`] with
    /// [`CloseReason::ServerDisconnect`] follows at once.
    ConnectError {
        /// Why, as the server says it.
        message: String,
        /// What the server added.
        data: Option<V>,
    },
    /// An event came.
    Event {
        /// The whole array, `[name, ...args]`.
        packet: V,
        /// Its first element.
        name: String,
        /// The id for [`Session::emit_raw_ack`](super::Session::emit_raw_ack), if the server
        /// wants an answer.
        ack: Option<u64>,
    },
    /// An event of ours was answered. Comes at most once per id.
    Ack {
        /// What [`Session::emit`](super::Session::emit) gave.
        id: u64,
        /// The array of arguments.
        args: V,
    },
    /// The session moved from polling to WebSocket.
    Upgraded {
        /// From the WebSocket's probe to its answer, in milliseconds.
        rtt_ms: u64,
    },
    /// The server pinged: the connection lives.
    PingReceived,
    /// The session is over. Comes exactly once, last, unless [`abort`](super::Session::abort)
    /// ended the session without a word.
    Closed {
        /// Why, in Socket.IO's words.
        reason: CloseReason,
        /// More about it, for a person. Without tokens and without content.
        detail: String,
    },
}

/// Why a session ended. Prints as the reasons that Socket.IO documents for `disconnect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// `io server disconnect`: the server took the socket out of the namespace, or refused it.
    ServerDisconnect,
    /// `io client disconnect`: [`disconnect`](super::Session::disconnect) was called.
    ClientDisconnect,
    /// `ping timeout`: no ping within `pingInterval + pingTimeout`.
    PingTimeout,
    /// `transport close`: the connection was closed.
    TransportClose,
    /// `transport error`: the connection failed, or could not be made in time.
    TransportError,
    /// `parse error`: the server sent what is no packet.
    ParseError,
}

impl CloseReason {
    /// The reason in Socket.IO's words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServerDisconnect => "io server disconnect",
            Self::ClientDisconnect => "io client disconnect",
            Self::PingTimeout => "ping timeout",
            Self::TransportClose => "transport close",
            Self::TransportError => "transport error",
            Self::ParseError => "parse error",
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why something was not sent. Nothing of it was; the session goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The namespace has not accepted yet, or the session is over.
    #[error("the socket is not connected")]
    NotConnected,
    /// The event's name belongs to the client: see
    /// [`is_reserved_event`](super::is_reserved_event).
    #[error("the event name `{0}` is reserved")]
    ReservedName(String),
    /// An event is not an array that begins with a name, or an answer is not an array.
    #[error("an event must be an array that begins with its name, an answer an array")]
    InvalidPacket,
    /// The body cannot be written.
    #[error(transparent)]
    Unserializable(#[from] ValueError),
    /// The packet has more attachments than a packet may.
    #[error("the packet has more than {limit} attachments")]
    TooManyAttachments {
        /// Most attachments.
        limit: usize,
    },
    /// A frame is larger than the server or [`limits`](super::limits) allow.
    #[error("the packet is larger than {limit} units")]
    TooLarge {
        /// Most units of one frame.
        limit: usize,
    },
    /// Too much waits for the transport, or too many acknowledgements are awaited.
    #[error("too much is waiting to be sent or acknowledged")]
    BufferFull,
}

/// Prints no body: what users write stays out of logs.
impl<V: Value> fmt::Debug for SessionEvent<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshaken { rtt_ms, transport } => {
                write!(f, "Handshaken({} in {rtt_ms} ms)", transport.as_str())
            }
            Self::Connected { socket_id } => write!(f, "Connected({socket_id:?})"),
            Self::ConnectError { message, .. } => write!(f, "ConnectError({message:?})"),
            Self::Event { name, ack, .. } => write!(f, "Event({name:?}, {ack:?})"),
            Self::Ack { id, .. } => write!(f, "Ack({id})"),
            Self::Upgraded { rtt_ms } => write!(f, "Upgraded(in {rtt_ms} ms)"),
            Self::PingReceived => f.write_str("PingReceived"),
            Self::Closed { reason, detail } => write!(f, "Closed({reason}: {detail})"),
        }
    }
}

/// Prints no body.
impl<V: Value> fmt::Debug for SessionOutput<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(command) => command.fmt(f),
            Self::Event(event) => event.fmt(f),
        }
    }
}
