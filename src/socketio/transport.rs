//! What a session and the driver of its transports say to each other.

use std::fmt;

use super::value::{Bytes, Text, Value};

/// How frames travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportKind {
    /// One WebSocket; a frame is a message on it.
    WebSocket,
    /// HTTP long-polling: GET brings frames, POST takes them.
    Polling,
}

impl TransportKind {
    /// The name that Engine.IO has for it: `websocket` or `polling`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Polling => "polling",
        }
    }
}

/// One transport, unique for as long as the caller counts on: a session begins at the id that
/// its configuration gives and counts up. Events of an id that is over are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransportId(pub u32);

/// A WebSocket message, or a record of a polling payload.
#[derive(Clone)]
pub enum Frame<V: Value> {
    /// Text.
    Text(V::Text),
    /// Bytes: an attachment.
    Bytes(V::Bytes),
}

/// What the driver does. It keeps no rules of its own: order, limits and time-outs are the
/// session's.
#[derive(Clone)]
pub enum TransportCommand<V: Value> {
    /// Open a WebSocket at `url`.
    Open {
        /// The new transport.
        id: TransportId,
        /// `ws://` or `wss://`.
        url: String,
    },
    /// Send `frames` on an open WebSocket, in order.
    Send {
        /// The WebSocket.
        id: TransportId,
        /// At least one frame.
        frames: Vec<Frame<V>>,
    },
    /// Begin a long poll. At most one is under way per id; the first one begins the transport.
    Get {
        /// The polling transport.
        id: TransportId,
        /// `http://` or `https://`.
        url: String,
    },
    /// Post `body` as `text/plain;charset=UTF-8`. At most one is under way per id.
    Post {
        /// The polling transport.
        id: TransportId,
        /// `http://` or `https://`.
        url: String,
        /// A whole payload.
        body: V::Text,
    },
    /// Close the WebSocket, or abort the GET and POST. Comes exactly once for every transport,
    /// also after it failed or closed by itself.
    Close {
        /// The transport, which is over.
        id: TransportId,
    },
}

/// What the driver saw.
#[derive(Clone)]
pub enum TransportEvent<V: Value> {
    /// The WebSocket is open.
    Opened,
    /// The WebSocket brought a frame.
    Frame(Frame<V>),
    /// The GET was answered with status 200 and this body.
    Got(V::Text),
    /// The POST was answered with status 200.
    Posted,
    /// The WebSocket could not be opened or broke, or a request failed or had another status.
    Failed {
        /// What happened, for a person. Without tokens and without content.
        detail: String,
    },
    /// The WebSocket was closed.
    Closed {
        /// The close code, as in RFC 6455.
        code: u16,
        /// The close reason, for a person.
        detail: String,
    },
}

/// Prints lengths only: what users write stays out of logs.
impl<V: Value> fmt::Debug for Frame<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} units)", text.units()),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.size()),
        }
    }
}

/// Prints no content and no URL (a query may hold secrets).
impl<V: Value> fmt::Debug for TransportCommand<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { id, .. } => write!(f, "Open({})", id.0),
            Self::Send { id, frames } => write!(f, "Send({}, {frames:?})", id.0),
            Self::Get { id, .. } => write!(f, "Get({})", id.0),
            Self::Post { id, body, .. } => write!(f, "Post({}, {} units)", id.0, body.units()),
            Self::Close { id } => write!(f, "Close({})", id.0),
        }
    }
}

/// Prints lengths only, as [`Frame`] does.
impl<V: Value> fmt::Debug for TransportEvent<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened => f.write_str("Opened"),
            Self::Frame(frame) => write!(f, "Frame({frame:?})"),
            Self::Got(body) => write!(f, "Got({} units)", body.units()),
            Self::Posted => f.write_str("Posted"),
            Self::Failed { detail } => write!(f, "Failed({detail:?})"),
            Self::Closed { code, detail } => write!(f, "Closed({code}, {detail:?})"),
        }
    }
}
