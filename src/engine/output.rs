//! Everything that the engine asks of its driver.

use super::error::ClientError;
use super::input::{CallbackId, RequestId};
use super::snapshot::{AuthResponse, RealtimeConnectionState, TimelineGap};
use super::store::{JournalCommand, StoreCommand};
use super::tabs::LockCommand;
use crate::socketio::{TransportCommand, Value};
use crate::wire::room::RoomMember;

/// One effect, to be carried out in the order given.
#[derive(Clone, Debug)]
pub enum Output<V: Value> {
    /// Drive a transport.
    Transport(TransportCommand<V>),
    /// Ask the app for a token; answer with `Input::TokenAnswered`.
    AskToken {
        /// Comes back with the answer.
        ask: u32,
    },
    /// Settle a promise.
    Settle {
        /// Which.
        request: RequestId,
        /// With what.
        result: Result<V, ClientError<V>>,
    },
    /// Call a callback with these arguments (an array), and forget it.
    Callback {
        /// Which.
        callback: CallbackId,
        /// The arguments.
        args: V,
    },
    /// Keep something, in this instant.
    Journal(JournalCommand),
    /// Keep or read something, a little later.
    Store(StoreCommand<V>),
    /// Remember whom a server named, for `Start::known_users`; `None` forgets.
    RememberUser {
        /// The server, as in `Namespace::server`.
        server: String,
        /// The user.
        user: Option<String>,
    },
    /// Take or give back the lock among tabs.
    Lock(LockCommand),
    /// Post a message to the other tabs of the open namespace.
    Post(V),
    /// Tell the app.
    Notify(Notification<V>),
}

/// One thing that the app can listen to.
#[derive(Clone, Debug)]
pub enum Notification<V: Value> {
    /// An event as the server sent it, or one of Socket.IO's own (`connect`, `disconnect`,
    /// `connect_error`): `[name, ...args]`.
    Event {
        /// `[name, ...args]`.
        packet: V,
        /// Set where the server waits for an answer.
        reply: Option<ReplyTo>,
    },
    /// The state changed.
    State(RealtimeConnectionState),
    /// An error that no promise carries.
    Error(ClientError<V>),
    /// The browser's word on the network changed.
    Online(bool),
    /// A connection stands again.
    Reconnection {
        /// Attempts it took.
        attempt: u32,
        /// Whether the browser had been offline.
        was_offline: bool,
    },
    /// Anything in the `ConnectionSnapshot` changed.
    Connection,
    /// Who the server says we are changed.
    Auth(Option<AuthResponse>),
    /// The rooms joined changed.
    Rooms,
    /// A message came, once, in the order of `seq` (our own included).
    Message {
        /// The room's name, as a value made once.
        room: V,
        /// The message, as the server sent it.
        message: V,
    },
    /// Somebody joined a room.
    UserJoined {
        /// The room.
        room: V,
        /// Who.
        member: RoomMember,
    },
    /// Somebody left a room.
    UserLeft {
        /// The room.
        room: V,
        /// Who.
        user_id: String,
    },
    /// The members of a room changed.
    Members {
        /// The room.
        room: V,
    },
    /// Something became of a queued message, or of the queue.
    Queue {
        /// The event's name, such as `message:queued`.
        event: &'static str,
        /// `{message?, error?, count?}`.
        data: V,
    },
    /// A message of ours came further: the documents' event, and its payload.
    Delivery {
        /// Its name.
        event: &'static str,
        /// Its payload.
        data: V,
    },
    /// Something became of a sync: the documents' event, and its payload.
    Sync {
        /// Its name, such as `sync:progress`.
        event: &'static str,
        /// Its payload.
        data: V,
    },
    /// What waits to be read in a room changed.
    Unread {
        /// The room.
        room: V,
    },
    /// Who types somewhere changed: this user, or others.
    Typing {
        /// The room.
        room: V,
        /// The thread, or null.
        thread: V,
    },
    /// This user's own status changed.
    OwnPresence,
    /// Somebody is seen otherwise now.
    Presence {
        /// Who.
        user_id: V,
    },
    /// A room's timeline changed.
    Timeline {
        /// The room.
        room: V,
        /// How.
        change: TimelineChange<V>,
    },
    /// What is known to be missing of a room's log changed.
    Gaps {
        /// The room.
        room: V,
        /// All of it, in order.
        gaps: Vec<TimelineGap>,
    },
}

/// One change of a timeline, to be applied in order.
#[derive(Clone, Debug)]
pub enum TimelineChange<V> {
    /// A row came in at this index.
    Insert {
        /// Where.
        index: usize,
        /// The row.
        message: V,
    },
    /// The row at this index is another now.
    Replace {
        /// Where.
        index: usize,
        /// The row.
        message: V,
    },
    /// The row at this index is gone.
    Remove {
        /// Where.
        index: usize,
    },
    /// All rows are gone.
    Reset,
}

/// Where an answer to a server's event goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    /// The connection it came on.
    pub generation: u32,
    /// The acknowledgement's id.
    pub ack: u64,
}
