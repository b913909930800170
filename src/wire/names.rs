//! The names of all events, and the ones that a client knows how to read.

/// Client: join a room. [`RoomJoin`](super::room::RoomJoin).
pub const ROOM_JOIN: &str = "room:join";
/// Client: give up membership of a room. [`RoomLeave`](super::room::RoomLeave).
pub const ROOM_LEAVE: &str = "room:leave";
/// Client: make a room. [`RoomCreate`](super::room::RoomCreate).
pub const ROOM_CREATE: &str = "room:create";
/// Client: page through members. [`RoomMembers`](super::room::RoomMembers).
pub const ROOM_MEMBERS: &str = "room:members";
/// Client: send a message. [`MessageSend`](super::message::MessageSend).
pub const MESSAGE_SEND: &str = "message:send";
/// Client: a page of history. [`SyncMessages`](super::sync::SyncMessages).
pub const SYNC_MESSAGES: &str = "sync:messages";
/// Client: the rooms of this user. [`SyncChannels`](super::sync::SyncChannels).
pub const SYNC_CHANNELS: &str = "sync:channels";
/// Client: latency check. [`Ping`](super::connection::Ping).
pub const PING: &str = "ping";
/// Client: a new token for a live socket. [`AuthRefresh`](super::connection::AuthRefresh).
pub const AUTH_REFRESH: &str = "auth:refresh";
/// Client: this user types in a room, `{roomName}`. Not acknowledged.
pub const TYPING_START: &str = "typing:start";
/// Client: this user no longer types, `{roomName}`. Not acknowledged.
pub const TYPING_STOP: &str = "typing:stop";
/// Client: this user's status, `{status}`. Not acknowledged.
pub const PRESENCE_UPDATE: &str = "presence:update";

/// Server: the socket may speak. [`Connected`](super::connection::Connected).
pub const CONNECTED: &str = "connected";
/// Server: who the socket is. [`Authenticated`](super::connection::Authenticated).
pub const AUTHENTICATED: &str = "authenticated";
/// Server: the token ran out, the socket is cut next.
/// [`AuthExpired`](super::connection::AuthExpired).
pub const AUTH_EXPIRED: &str = "auth:expired";
/// Server: the sources' name for a refused token on a live socket.
/// [`ErrorBody`](super::error::ErrorBody).
pub const AUTH_ERROR: &str = "auth:error";
/// Server: a failure outside any acknowledgement. [`ErrorBody`](super::error::ErrorBody).
pub const ERROR: &str = "error";
/// Server: answer to [`PING`]. [`Pong`](super::connection::Pong).
pub const PONG: &str = "pong";
/// Server: a message of a room. [`MessageNew`](super::message::MessageNew).
pub const MESSAGE_NEW: &str = "message:new";
/// Server: someone became a member. [`MembershipChange`](super::room::MembershipChange).
pub const USER_JOINED: &str = "user:joined";
/// Server: someone gave up membership. [`MembershipChange`](super::room::MembershipChange).
pub const USER_LEFT: &str = "user:left";
/// Server, with capability [`BATCH`](super::connection::capability::BATCH): several events in
/// one, `[[event, payload], ...]`, in order.
pub const BATCH: &str = "batch";

/// Client, plugin guide's dialect: [`ROOM_JOIN`] with `channelId`.
pub const CHANNEL_JOIN: &str = "channel:join";
/// Client, plugin guide's dialect: [`ROOM_LEAVE`] with `channelId`.
pub const CHANNEL_LEAVE: &str = "channel:leave";
/// Server, plugin guide's dialect, to sockets that spoke it: [`MESSAGE_NEW`].
pub const MESSAGE: &str = "message";
/// Server, plugin guide's dialect, to sockets that spoke it: [`USER_JOINED`].
pub const CHANNEL_JOINED: &str = "channel:joined";
/// Server, plugin guide's dialect, to sockets that spoke it: [`USER_LEFT`].
pub const CHANNEL_LEFT: &str = "channel:left";

/// The server's events that a client reads itself. All others only reach listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerEvent {
    /// [`CONNECTED`].
    Connected,
    /// [`AUTHENTICATED`].
    Authenticated,
    /// [`AUTH_EXPIRED`].
    AuthExpired,
    /// [`AUTH_ERROR`].
    AuthError,
    /// [`ERROR`].
    Error,
    /// [`PONG`].
    Pong,
    /// [`MESSAGE_NEW`].
    MessageNew,
    /// [`USER_JOINED`].
    UserJoined,
    /// [`USER_LEFT`].
    UserLeft,
    /// [`BATCH`].
    Batch,
}

impl ServerEvent {
    /// The event of this name, or `None` for one that is the application's own.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            MESSAGE_NEW => Self::MessageNew,
            BATCH => Self::Batch,
            PONG => Self::Pong,
            USER_JOINED => Self::UserJoined,
            USER_LEFT => Self::UserLeft,
            CONNECTED => Self::Connected,
            AUTHENTICATED => Self::Authenticated,
            AUTH_EXPIRED => Self::AuthExpired,
            AUTH_ERROR => Self::AuthError,
            ERROR => Self::Error,
            _ => return None,
        })
    }
}

/// Whether an event from a client is part of this dialect: such events wait for the server's
/// [`CONNECTED`], an application's own go at once.
pub fn is_client_event(name: &str) -> bool {
    matches!(
        name,
        ROOM_JOIN
            | ROOM_LEAVE
            | ROOM_CREATE
            | ROOM_MEMBERS
            | MESSAGE_SEND
            | SYNC_MESSAGES
            | SYNC_CHANNELS
            | PING
            | AUTH_REFRESH
            | TYPING_START
            | TYPING_STOP
            | PRESENCE_UPDATE
            | CHANNEL_JOIN
            | CHANNEL_LEAVE
    )
}
