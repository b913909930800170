//! The short way for what comes most: a message of others that is the next one of its room.

use super::Engine;
use crate::socketio::{TransportId, Value};

/// What the driver has read of a message, in an event without an acknowledgement.
#[derive(Clone, Copy, Debug)]
pub struct OrderedHead<'a> {
    /// The room.
    pub room_name: &'a str,
    /// The sender.
    pub user_id: &'a str,
    /// The history that `seq` counts in, if it is named.
    pub epoch: Option<&'a str>,
    /// The message's place in its room.
    pub seq: u64,
}

/// Where such a message stands in its timeline now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<V> {
    /// The room's name, as a value made once.
    pub room: V,
    /// The row that it is, before the first row may have left.
    pub index: usize,
    /// Whether the first row left for it.
    pub first_left: bool,
    /// Whether it counts as unread.
    pub is_unread: bool,
}

impl<V: Value> Engine<V> {
    /// Takes the message that came on a transport, if nothing is to be decided but whether it is
    /// the next one. Listeners are to be told as [`Notification::Event`], [`Timeline`],
    /// [`Message`] and [`Unread`] would tell them; no other effect follows, and no deadline comes
    /// nearer.
    ///
    /// `None` is for everything else, and nothing has changed: the frame goes the long way, as
    /// [`Input::Transport`], which does the same and more.
    ///
    /// [`Notification::Event`]: super::output::Notification::Event
    /// [`Timeline`]: super::output::Notification::Timeline
    /// [`Message`]: super::output::Notification::Message
    /// [`Unread`]: super::output::Notification::Unread
    /// [`Input::Transport`]: super::input::Input::Transport
    pub fn take_next(
        &mut self,
        transport: TransportId,
        head: OrderedHead<'_>,
        body: &V,
    ) -> Option<Placed<V>> {
        if !self.outputs.is_empty() || !self.connection.is_quiet(transport) {
            return None;
        }
        let user_id = self.connection.user_id()?;
        if user_id == head.user_id {
            return None;
        }
        if self.typing.shows(head.room_name, head.user_id) {
            return None;
        }
        let room = self.rooms.get_mut(head.room_name)?;
        let mut placed = room.take_next(head.epoch, head.seq, body)?;
        placed.is_unread = self
            .delivery
            .next_seen(head.room_name, head.seq, user_id, body);
        self.connection.event_taken();
        Some(placed)
    }
}
