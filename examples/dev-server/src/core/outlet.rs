//! The way from the core to the sockets.

use futures_util::future::BoxFuture;
use nchat_realtime::wire::message::MessageNew;
use nchat_realtime::wire::operation::Operation;
use nchat_realtime::wire::presence::PresenceChanged;
use nchat_realtime::wire::receipt::{
    BatchReceipt, MessageDelivered, MessageRead, MessageSent, ReadCursor,
};
use nchat_realtime::wire::room::MembershipChange;
use nchat_realtime::wire::settings::PresenceSettings;
use nchat_realtime::wire::typing::TypingEvent;

/// Something that the sockets in a room are told.
#[derive(Clone, Debug, PartialEq)]
pub enum RoomEvent {
    /// `message:new`.
    Message(Box<MessageNew>),
    /// `message:update`, `message:delete`, `reaction:add` or `reaction:remove`; never a message.
    Operation(Operation),
    /// `user:joined`.
    Joined(MembershipChange),
    /// `user:left`.
    Left(MembershipChange),
}

/// Something that the sockets of one user are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserEvent {
    /// `message:sent`.
    Sent(MessageSent),
    /// `message:delivered`.
    Delivered(MessageDelivered),
    /// `message:read`.
    Read(MessageRead),
    /// `message:batch-delivered`.
    BatchDelivered(BatchReceipt),
    /// `message:batch-read`.
    BatchRead(BatchReceipt),
    /// `read:cursor`.
    ReadCursor(ReadCursor),
    /// `user:left`, of this very user: they left a room on another device, or in another tab.
    Left(MembershipChange),
}

/// Something that one socket is told, since no two may know the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// `presence:changed`.
    Presence(PresenceChanged),
    /// `presence:settings`.
    Settings(PresenceSettings),
    /// `typing:event`.
    Typing(TypingEvent),
}

/// Who receives what. Calls on one room take effect in the order in which they were made.
pub trait Outlet: Send + Sync + 'static {
    /// What is told from now on belongs together, until [`Outlet::release`]: it may go in fewer
    /// packets.
    fn gather(&self) {}

    /// What was told since [`Outlet::gather`] goes now.
    fn release(&self) {}

    /// Makes a socket receive a room's events from now on.
    fn subscribe<'a>(&'a self, socket_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()>;

    /// Ends a room's events for all sockets of a user.
    fn unsubscribe<'a>(&'a self, user_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()>;

    /// Tells the sockets in a room, except one.
    fn publish<'a>(
        &'a self,
        room_name: &'a str,
        except_socket_id: Option<&'a str>,
        event: RoomEvent,
    ) -> BoxFuture<'a, ()>;

    /// Tells all sockets of a user, except one.
    fn tell<'a>(
        &'a self,
        user_id: &'a str,
        except_socket_id: Option<&'a str>,
        event: UserEvent,
    ) -> BoxFuture<'a, ()>;

    /// Tells one socket.
    fn send<'a>(&'a self, socket_id: &'a str, event: SocketEvent) -> BoxFuture<'a, ()>;
}
