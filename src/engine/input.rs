//! Everything that can happen to the engine.

use super::presence::PresenceCommand;
use super::store::StoreEvent;
use super::tabs::LockEvent;
use super::typing::TypingCommand;
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
    /// The app changes a message that the server has.
    OperationRequested {
        /// The message's room.
        room: String,
        /// What to do to which message.
        operation: Operation<V>,
        /// Its promise.
        request: RequestId,
    },
    /// The app wants everything that waits to be sent at once. Resolves with `{sent, failed}`.
    FlushRequested(RequestId),
    /// The app logs out: connection, store, journal and memory are emptied. Resolves once that
    /// is done.
    LogoutRequested(RequestId),
    /// The app sends a message itself, and wants its receipts followed.
    MessageTracked {
        /// The message's id.
        client_message_id: String,
        /// The room.
        room: String,
        /// Recipients, as far as the app knows.
        total_recipients: u32,
    },
    /// The app says that a message was read, and with it everything before.
    ReadAcknowledged {
        /// The room.
        room: String,
        /// The server's id of the message.
        message_id: String,
    },
    /// The app says that everything up to a place was read.
    ReadUpToAcknowledged {
        /// The room.
        room: String,
        /// The place; without one, everything there is.
        seq: Option<u64>,
    },
    /// The app wants a sync. Resolves with a `SyncResult`.
    SyncRequested(RequestId),
    /// The app wants the sync under way to end.
    SyncCancelled,
    /// The app wants the messages of a channel. Resolves with `{messages, conflicts}`.
    SyncMessagesRequested {
        /// The channel.
        room: String,
        /// Since this moment, milliseconds since the epoch by the server's clock; without one,
        /// since they were last synced.
        since_ms: Option<u64>,
        /// Its promise.
        request: RequestId,
    },
    /// The app wants the state of its channels. Resolves with `{synced, errors}`.
    SyncChannelsRequested(RequestId),
    /// The app wants the presence of those it follows. Resolves with `{synced}`.
    SyncPresenceRequested(RequestId),
    /// The app asks how far messages have come.
    DeliverySyncRequested {
        /// Their ids.
        ids: Vec<String>,
        /// Its promise.
        request: RequestId,
    },
    /// The app says what its user types.
    Typing(TypingCommand),
    /// The app asks something of presence, or the driver noticed something of its user.
    Presence(PresenceCommand),
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

/// A change of a message.
#[derive(Clone, Debug)]
pub enum Operation<V> {
    /// The author's new text.
    Edit {
        /// The message.
        message_id: String,
        /// The text.
        content: V,
        /// The version that the text was made from, where it is known.
        base_version: Option<u64>,
    },
    /// The message goes.
    Delete {
        /// The message.
        message_id: String,
    },
    /// This user's reaction.
    AddReaction {
        /// The message.
        message_id: String,
        /// The reaction.
        emoji: String,
    },
    /// This user takes a reaction back.
    RemoveReaction {
        /// The message.
        message_id: String,
        /// The reaction.
        emoji: String,
    },
}

/// What the app asks of the queue, and is answered at once: see `Engine::queue`.
#[derive(Clone, Debug)]
pub enum QueueCommand<V> {
    /// Queues a message, `{channelId, content, ...}`. Answer: its id.
    Add(V),
    /// Takes a message out. Answer: whether it is certain not to be sent.
    Remove(String),
    /// Lays fields over a message that is not under way. Answer: whether that was done.
    Update(String, V),
    /// Lets a message that failed wait again. Answer: whether there was one.
    Retry(String),
    /// Takes out all that is not under way. Answer: how many.
    Clear,
    /// Sets limits: `{maxQueueSize, maxRetries, baseRetryDelay, maxRetryDelay}`. Answer: null.
    Configure(V),
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
