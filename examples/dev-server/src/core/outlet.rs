//! The way from the core to the sockets.

use futures_util::future::BoxFuture;
use nchat_realtime::wire::message::MessageNew;
use nchat_realtime::wire::room::MembershipChange;

/// Something that the sockets in a room are told.
#[derive(Clone, Debug, PartialEq)]
pub enum RoomEvent {
    /// `message:new`.
    Message(Box<MessageNew>),
    /// `user:joined`.
    Joined(MembershipChange),
    /// `user:left`.
    Left(MembershipChange),
}

/// Who receives what. Calls on one room take effect in the order in which they were made.
pub trait Outlet: Send + Sync + 'static {
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
}
