//! Everything that can happen to the engine.

use super::store::StoreEvent;
use super::tabs::LockEvent;
use crate::socketio::{TransportEvent, TransportId, Value};

/// Names a promise that the driver keeps; answered once by `Output::Settle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// Names a callback that the driver keeps; called at most once by `Output::Callback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallbackId(pub u32);

/// Where the token of an attempt comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TokenSource {
    /// None is sent.
    #[default]
    None,
    /// The same each time.
    Fixed(String),
    /// The app is asked before each attempt.
    Callback,
}

/// One thing that happened, or that the app asked for.
#[derive(Clone, Debug)]
pub enum Input<V: Value> {
    /// Options were given (validated by `Settings::merged`).
    Configured(Box<super::config::Settings>),
    /// The app said where tokens come from.
    TokenSourceChanged {
        /// Where.
        source: TokenSource,
        /// Whether a live connection is to get a new one at once.
        refresh: bool,
    },
    /// The app wants a connection.
    ConnectRequested(RequestId),
    /// The app wants none.
    DisconnectRequested,
    /// The app wants a new connection in place of the present one.
    ReconnectRequested(RequestId),
    /// The app emitted an event: `packet` is `[name, ...args]`.
    Emitted {
        /// The event's name, also the first element of `packet`.
        name: String,
        /// `[name, ...args]`.
        packet: V,
        /// Who wants the acknowledgement.
        reply: Reply,
        /// How long it may take, in milliseconds.
        timeout_ms: Option<u64>,
    },
    /// The app answered a server's event that asked for an acknowledgement.
    Answered {
        /// The connection it came on; an answer to an older one goes nowhere.
        generation: u32,
        /// The acknowledgement's id.
        ack: u64,
        /// The arguments.
        args: V,
    },
    /// The app wants to be in a room.
    JoinRequested {
        /// The room.
        room: String,
        /// Its promise.
        request: RequestId,
    },
    /// The app wants to leave a room.
    LeaveRequested {
        /// The room.
        room: String,
    },
    /// The app sends a message.
    SendRequested {
        /// The room.
        room: String,
        /// The text, as the app gave it.
        content: V,
        /// The documented options, or null.
        options: V,
        /// Its promise.
        request: RequestId,
    },
    /// The app wants the messages of a room before those that are here; its promise gets
    /// `{count, hasMore}`.
    LoadOlderRequested {
        /// The room.
        room: String,
        /// Its promise.
        request: RequestId,
    },
    /// `clearWasOffline()` was called.
    WasOfflineCleared,
    /// The app's token callback answered, or failed.
    TokenAnswered {
        /// Which question.
        ask: u32,
        /// The token (absent: connect without), or why there is none.
        token: Result<Option<String>, String>,
    },
    /// Something came from a transport.
    Transport {
        /// Which one.
        id: TransportId,
        /// What.
        event: TransportEvent<V>,
    },
    /// The deadline that the engine asked for has come (early wake-ups are harmless).
    TimedOut,
    /// The browser says whether there is a network: a hint.
    OnlineChanged(bool),
    /// The page can be seen again, was shown from the back-forward cache, or woke up.
    Resumed,
    /// The store or the journal answered.
    Store(StoreEvent<V>),
    /// Something became of the lock among tabs.
    Lock(LockEvent),
    /// Another tab of this namespace posted a message.
    TabMessage(V),
}

/// Who wants the acknowledgement of an emitted event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nobody.
    None,
    /// A callback, called with the acknowledgement's arguments.
    Callback(CallbackId),
    /// A promise, settled as `emitAsync` documents.
    Request(RequestId),
}
