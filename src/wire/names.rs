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
/// Client: change the text of one's own message. [`MessageEdit`](super::operation::MessageEdit).
pub const MESSAGE_EDIT: &str = "message:edit";
/// Client: delete a message. [`MessageDelete`](super::operation::MessageDelete).
/// Server: one was deleted. [`MessageDeleted`](super::operation::MessageDeleted).
pub const MESSAGE_DELETE: &str = "message:delete";
/// Client: react to a message. [`ReactionChange`](super::operation::ReactionChange).
/// Server: somebody did. [`ReactionChanged`](super::operation::ReactionChanged).
pub const REACTION_ADD: &str = "reaction:add";
/// Client: take a reaction back. [`ReactionChange`](super::operation::ReactionChange).
/// Server: somebody did. [`ReactionChanged`](super::operation::ReactionChanged).
pub const REACTION_REMOVE: &str = "reaction:remove";
/// Client: messages are in this user's store. [`DeliveredAck`](super::receipt::DeliveredAck).
pub const MESSAGE_DELIVERED_ACK: &str = "message:delivered-ack";
/// Client: this user read up to a message. [`ReadAck`](super::receipt::ReadAck).
pub const MESSAGE_READ_ACK: &str = "message:read-ack";
/// Client: this user read several messages. [`BatchReadAck`](super::receipt::BatchReadAck).
pub const MESSAGE_BATCH_READ_ACK: &str = "message:batch-read-ack";
/// Client: how far one's own messages have come. [`DeliverySync`](super::receipt::DeliverySync).
pub const DELIVERY_SYNC: &str = "delivery:sync";
/// Client: everything that was missed, of many rooms. [`SyncResume`](super::resume::SyncResume).
pub const SYNC_RESUME: &str = "sync:resume";
/// Client: this user's settings, without a payload; ack
/// [`PresenceSettings`](super::settings::PresenceSettings).
pub const PRESENCE_SETTINGS_GET: &str = "presence:settings:get";
/// Client: change this user's settings.
/// [`PresenceSettingsUpdate`](super::settings::PresenceSettingsUpdate).
pub const PRESENCE_SETTINGS_UPDATE: &str = "presence:settings:update";
/// Client: a page of history. [`SyncMessages`](super::sync::SyncMessages).
pub const SYNC_MESSAGES: &str = "sync:messages";
/// Client: the rooms of this user. [`SyncChannels`](super::sync::SyncChannels).
pub const SYNC_CHANNELS: &str = "sync:channels";
/// Client: latency check. [`Ping`](super::connection::Ping).
pub const PING: &str = "ping";
/// Client: a new token for a live socket. [`AuthRefresh`](super::connection::AuthRefresh).
pub const AUTH_REFRESH: &str = "auth:refresh";
/// Client: this user types. [`Typing`](super::typing::Typing).
pub const TYPING_START: &str = "typing:start";
/// Client: this user no longer types. [`Typing`](super::typing::Typing).
pub const TYPING_STOP: &str = "typing:stop";
/// Client: how available this user is. [`PresenceUpdate`](super::presence::PresenceUpdate).
pub const PRESENCE_UPDATE: &str = "presence:update";
/// Client: this connection lives, without a payload, every 30 s; one that says nothing at all for
/// 90 s no longer counts for presence. Ack `{success}`, where one is asked for.
pub const PRESENCE_HEARTBEAT: &str = "presence:heartbeat";
/// Client: tell when these change. [`PresenceSubscribe`](super::presence::PresenceSubscribe).
pub const PRESENCE_SUBSCRIBE: &str = "presence:subscribe";
/// Client: no longer tell. [`PresenceUnsubscribe`](super::presence::PresenceUnsubscribe).
pub const PRESENCE_UNSUBSCRIBE: &str = "presence:unsubscribe";
/// Client: what these are now. [`PresenceGet`](super::presence::PresenceGet).
pub const PRESENCE_GET: &str = "presence:get";
/// Client: what the members of a room are now. [`PresenceWindow`](super::presence::PresenceWindow).
pub const PRESENCE_WINDOW: &str = "presence:window";
/// Client: this user's contacts, without a payload; ack [`Contacts`](super::contacts::Contacts).
pub const CONTACTS_LIST: &str = "contacts:list";
/// Client: somebody is a contact. [`Contact`](super::contacts::Contact).
pub const CONTACTS_ADD: &str = "contacts:add";
/// Client: somebody is none any more. [`Contact`](super::contacts::Contact).
pub const CONTACTS_REMOVE: &str = "contacts:remove";
/// Client: whom this user blocks, without a payload; ack [`Contacts`](super::contacts::Contacts).
pub const BLOCK_LIST: &str = "block:list";
/// Client: show somebody nothing, and see nothing of them. [`Contact`](super::contacts::Contact).
pub const BLOCK_ADD: &str = "block:add";
/// Client: no longer. [`Contact`](super::contacts::Contact).
pub const BLOCK_REMOVE: &str = "block:remove";

/// Server: the socket may speak. [`Connected`](super::connection::Connected).
pub const CONNECTED: &str = "connected";
/// Server: who the socket is. [`Authenticated`](super::connection::Authenticated).
pub const AUTHENTICATED: &str = "authenticated";
/// Server: the token ran out, the socket is cut next.
/// [`AuthExpired`](super::connection::AuthExpired).
pub const AUTH_EXPIRED: &str = "auth:expired";
/// Server: the product documents' name for a refused token on a live socket.
/// [`ErrorBody`](super::error::ErrorBody).
pub const AUTH_ERROR: &str = "auth:error";
/// Server: a failure outside any acknowledgement. [`ErrorBody`](super::error::ErrorBody).
pub const ERROR: &str = "error";
/// Server: answer to [`PING`]. [`Pong`](super::connection::Pong).
pub const PONG: &str = "pong";
/// Server: a message of a room. [`MessageNew`](super::message::MessageNew).
pub const MESSAGE_NEW: &str = "message:new";
/// Server: a message was edited. [`MessageUpdate`](super::operation::MessageUpdate).
pub const MESSAGE_UPDATE: &str = "message:update";
/// Server: a message of this user is stored. [`MessageSent`](super::receipt::MessageSent).
pub const MESSAGE_SENT: &str = "message:sent";
/// Server: a message of this user reached somebody.
/// [`MessageDelivered`](super::receipt::MessageDelivered).
pub const MESSAGE_DELIVERED: &str = "message:delivered";
/// Server: somebody read a message of this user. [`MessageRead`](super::receipt::MessageRead).
pub const MESSAGE_READ: &str = "message:read";
/// Server, in the product documents only: a message of this user was given up, `{clientMessageId,
/// errorCode, errorMessage, retryable}`.
pub const MESSAGE_FAILED: &str = "message:failed";
/// Server, in the product documents only: how far a message of this user has come, `{messageId, status}`.
pub const MESSAGE_ACK: &str = "message:ack";
/// Server: several messages of this user reached somebody.
/// [`BatchReceipt`](super::receipt::BatchReceipt).
pub const MESSAGE_BATCH_DELIVERED: &str = "message:batch-delivered";
/// Server: somebody read several messages of this user.
/// [`BatchReceipt`](super::receipt::BatchReceipt).
pub const MESSAGE_BATCH_READ: &str = "message:batch-read";
/// Server: this user read on another device. [`ReadCursor`](super::receipt::ReadCursor).
pub const READ_CURSOR: &str = "read:cursor";
/// Server: answer to a [`DELIVERY_SYNC`] that asked for no ack.
/// [`DeliveryStatuses`](super::receipt::DeliveryStatuses).
pub const DELIVERY_SYNC_RESPONSE: &str = "delivery:sync-response";
/// Server: someone became a member. [`MembershipChange`](super::room::MembershipChange).
pub const USER_JOINED: &str = "user:joined";
/// Server: someone gave up membership. [`MembershipChange`](super::room::MembershipChange).
pub const USER_LEFT: &str = "user:left";
/// Server: how available somebody is now. [`PresenceChanged`](super::presence::PresenceChanged).
pub const PRESENCE_CHANGED: &str = "presence:changed";
/// Server: how available several are now. [`Presences`](super::presence::Presences).
pub const PRESENCE_BULK: &str = "presence:bulk";
/// Server, to all connections of a user: their settings have changed.
/// [`PresenceSettings`](super::settings::PresenceSettings).
pub const PRESENCE_SETTINGS: &str = "presence:settings";
/// Server: who types in a room. [`TypingEvent`](super::typing::TypingEvent).
pub const TYPING_EVENT: &str = "typing:event";
/// Server, in the product documents only: several [`TYPING_EVENT`] at once, `{updates: [...]}`.
pub const TYPING_BATCH: &str = "typing:batch";
/// Server, with capability [`BATCH`](super::connection::capability::BATCH): several events in
/// one, `[[event, payload], ...]`, in order.
pub const BATCH: &str = "batch";

/// Client, plugin guide's dialect: [`ROOM_JOIN`] with `channelId`.
pub const CHANNEL_JOIN: &str = "channel:join";
/// Client, plugin guide's dialect: [`ROOM_LEAVE`] with `channelId`.
pub const CHANNEL_LEAVE: &str = "channel:leave";
/// Client, plugin guide's dialect: [`TYPING_START`] and [`TYPING_STOP`] in one,
/// [`PluginTyping`](super::typing::PluginTyping). Server, to sockets that spoke it: [`TYPING_EVENT`]
/// with `channelId`.
pub const TYPING: &str = "typing";
/// Server, plugin guide's dialect, to sockets that spoke it: [`PRESENCE_CHANGED`] with `dnd` for
/// `busy`.
pub const PRESENCE: &str = "presence";
/// Server, plugin guide's dialect, to sockets that spoke it: [`MESSAGE_NEW`].
pub const MESSAGE: &str = "message";
/// Server, plugin guide's dialect, to sockets that spoke it: [`USER_JOINED`].
pub const CHANNEL_JOINED: &str = "channel:joined";
/// Server, plugin guide's dialect, to sockets that spoke it: [`USER_LEFT`].
pub const CHANNEL_LEFT: &str = "channel:left";

/// Server, plugin guide's dialect, to sockets that spoke it: [`REACTION_ADD`] and
/// [`REACTION_REMOVE`], with `action` `add` or `remove`.
pub const REACTION: &str = "reaction";
/// Server, plugin guide's dialect, to sockets that spoke it: [`MESSAGE_READ`] and
/// [`MESSAGE_BATCH_READ`].
pub const READ: &str = "read";

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
    /// [`MESSAGE_UPDATE`].
    MessageUpdate,
    /// [`MESSAGE_DELETE`].
    MessageDelete,
    /// [`REACTION_ADD`].
    ReactionAdd,
    /// [`REACTION_REMOVE`].
    ReactionRemove,
    /// [`MESSAGE_SENT`].
    MessageSent,
    /// [`MESSAGE_DELIVERED`].
    MessageDelivered,
    /// [`MESSAGE_READ`].
    MessageRead,
    /// [`MESSAGE_FAILED`].
    MessageFailed,
    /// [`MESSAGE_ACK`].
    MessageAck,
    /// [`MESSAGE_BATCH_READ`].
    MessageBatchRead,
    /// [`MESSAGE_BATCH_DELIVERED`].
    MessageBatchDelivered,
    /// [`READ_CURSOR`].
    ReadCursor,
    /// [`DELIVERY_SYNC_RESPONSE`].
    DeliverySyncResponse,
    /// [`PRESENCE_CHANGED`].
    PresenceChanged,
    /// [`PRESENCE_BULK`].
    PresenceBulk,
    /// [`PRESENCE_SETTINGS`].
    PresenceSettings,
    /// [`TYPING_EVENT`].
    TypingEvent,
    /// [`TYPING_BATCH`].
    TypingBatch,
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
            MESSAGE_UPDATE => Self::MessageUpdate,
            MESSAGE_DELETE => Self::MessageDelete,
            REACTION_ADD => Self::ReactionAdd,
            REACTION_REMOVE => Self::ReactionRemove,
            MESSAGE_SENT => Self::MessageSent,
            MESSAGE_DELIVERED => Self::MessageDelivered,
            MESSAGE_READ => Self::MessageRead,
            MESSAGE_FAILED => Self::MessageFailed,
            MESSAGE_ACK => Self::MessageAck,
            MESSAGE_BATCH_READ => Self::MessageBatchRead,
            MESSAGE_BATCH_DELIVERED => Self::MessageBatchDelivered,
            READ_CURSOR => Self::ReadCursor,
            DELIVERY_SYNC_RESPONSE => Self::DeliverySyncResponse,
            PRESENCE_CHANGED => Self::PresenceChanged,
            PRESENCE_BULK => Self::PresenceBulk,
            PRESENCE_SETTINGS => Self::PresenceSettings,
            TYPING_EVENT => Self::TypingEvent,
            TYPING_BATCH => Self::TypingBatch,
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
            | MESSAGE_EDIT
            | MESSAGE_DELETE
            | REACTION_ADD
            | REACTION_REMOVE
            | MESSAGE_DELIVERED_ACK
            | MESSAGE_READ_ACK
            | MESSAGE_BATCH_READ_ACK
            | DELIVERY_SYNC
            | SYNC_RESUME
            | PRESENCE_SETTINGS_GET
            | PRESENCE_SETTINGS_UPDATE
            | SYNC_MESSAGES
            | SYNC_CHANNELS
            | PING
            | AUTH_REFRESH
            | TYPING_START
            | TYPING_STOP
            | PRESENCE_UPDATE
            | PRESENCE_HEARTBEAT
            | PRESENCE_SUBSCRIBE
            | PRESENCE_UNSUBSCRIBE
            | PRESENCE_GET
            | PRESENCE_WINDOW
            | CONTACTS_LIST
            | CONTACTS_ADD
            | CONTACTS_REMOVE
            | BLOCK_LIST
            | BLOCK_ADD
            | BLOCK_REMOVE
            | TYPING
            | CHANNEL_JOIN
            | CHANNEL_LEAVE
    )
}
