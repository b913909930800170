//! What can be read of the engine between two inputs.

use super::Engine;
use super::config::Settings;
use super::delivery::{DeliveryRecord, UnreadCount};
use super::snapshot::{ConnectionSnapshot, Room, TimelineGap};
use super::sync::SyncSnapshot;
use super::time::Now;
use super::typing::Place;
use crate::socketio::Value;
use crate::wire::room::RoomMember;

impl<V: Value> Engine<V> {
    /// The connection as it is.
    pub fn connection(&self, now: Now) -> ConnectionSnapshot {
        self.connection.snapshot(now)
    }

    /// The rooms that were joined and not left.
    pub fn rooms(&self) -> Vec<Room> {
        self.rooms.snapshot()
    }

    /// The members of a room that are known here.
    pub fn members(&self, room: &str) -> Vec<RoomMember> {
        self.rooms.members(room)
    }

    /// The messages of a room that are kept here, in order.
    pub fn timeline(&self, room: &str) -> Vec<V> {
        self.rooms
            .get(room)
            .map(|room| room.timeline.messages())
            .unwrap_or_default()
    }

    /// The entries of a room's log that are known to be missing here, in order. They are fetched
    /// by themselves where the server can give them.
    pub fn gaps(&self, room: &str) -> Vec<TimelineGap> {
        self.rooms
            .get(room)
            .map(|room| room.timeline.gaps())
            .unwrap_or_default()
    }

    /// What is queued, as the app sees it: what waits and what is in flight, by room and in
    /// order, then what failed.
    pub fn queued(&self) -> Vec<V> {
        self.outbox.messages()
    }

    /// One queued message, as the app sees it.
    pub fn queued_message(&self, id: &str) -> Option<V> {
        self.outbox.message(id)
    }

    /// The queue's counts: `{length, pending, inFlight, failed, isFlushing, isLeader, isLoaded,
    /// persisted}`.
    pub fn queue_snapshot(&self) -> V {
        let leads = self.tabs.leads() || self.keep.is_memory_only();
        let is_loaded = self.owner.is_settled(&self.keep);
        self.outbox.snapshot(leads, is_loaded)
    }

    /// How far a message of ours has come, by the server's id or our own.
    pub fn delivery_record(&self, id: &str) -> Option<DeliveryRecord> {
        self.delivery.record(id, &self.settings.delivery)
    }

    /// What waits to be read in a room.
    pub fn unread(&self, room: &str) -> UnreadCount {
        self.delivery.unread(room)
    }

    /// Where syncing stands.
    pub fn sync(&self) -> SyncSnapshot {
        self.sync.snapshot()
    }

    /// The server's clock when a channel was synced last, milliseconds since the epoch.
    pub fn channel_sync_timestamp(&self, channel: &str) -> Option<u64> {
        self.sync.channel_timestamp(channel)
    }

    /// Who types at a place: `{users: [{userId, userName?, userAvatar?, startedAt?}], isTyping}`.
    pub fn typing(&self, place: &Place) -> V {
        self.typing.snapshot(place)
    }

    /// The places where others type: `[{roomName, roomType, threadId?}]`.
    pub fn typing_places(&self) -> V {
        self.typing.active()
    }

    /// Where this user types: `{roomName, roomType, threadId?, recipientId?}`, or null.
    pub fn typing_context(&self) -> V {
        self.typing.context()
    }

    /// A user as they may be seen: `{userId, status, customStatus?, lastSeenAt?, device?}`.
    pub fn presence(&self, user_id: &str) -> Option<V> {
        self.presence.user(user_id)
    }

    /// All users of whom something is known.
    pub fn presences(&self) -> Vec<V> {
        self.presence.users()
    }

    /// This user: `{status, chosenStatus, customStatus, isIdle}`.
    pub fn own_presence(&self) -> V {
        self.presence.own()
    }

    /// Users whose presence the app wants to know of.
    pub fn wanted_presences(&self) -> Vec<String> {
        self.presence.wanted()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a new client has to be told to stand in for this one: whether a connection is wanted,
    /// and which rooms.
    pub fn intent(&self) -> (bool, Vec<String>) {
        (self.connection.is_wanted(), self.rooms.wanted())
    }
}
