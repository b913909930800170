//! Acknowledgements under way: who waits for which, and until when.

use super::input::{Reply, RequestId};

use crate::engine::sorted_map::SortedMap;

/// What an acknowledgement is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AckFor {
    /// The app's `emit` with a callback, or `emitAsync`.
    App { event: String, reply: Reply },
    /// A `room:join`.
    Join { room: String },
    /// A `room:leave`.
    Leave { room: String },
    /// An entry of the outbox.
    Send { key: String },
    /// A page of what is missing of a room's log.
    History { room: String },
    /// A page of a room's older messages.
    Older { room: String },
    /// What was read in a room.
    ReadReceipt { room: String },
    /// What of a room is in this user's store.
    DeliveredReceipt { room: String },
    /// Whether others may know what was read.
    ReceiptSetting,
    /// How far our own messages have come; the app's promise, where it asked.
    DeliverySync { request: Option<RequestId> },
    /// The user's channels; the app's promise, where it asked.
    SyncChannels { request: Option<RequestId> },
    /// What was missed in all rooms.
    SyncResume,
    /// What was missed in a room, of a server without numbers.
    SyncByTime { room: String },
    /// A page of `syncMessages()`.
    SyncMessages { fetch: u32 },
    /// A subscription to presence.
    PresenceSubscribe { ids: Vec<String> },
    /// This user's status.
    PresenceUpdate,
    /// The app's question how some users are.
    Presences { request: RequestId },
    /// A latency ping.
    Ping,
    /// A new token.
    TokenRefresh,
}

/// The acknowledgements of one connection, with one table of deadlines for all.
#[derive(Debug, Default)]
pub(crate) struct Acks {
    pending: SortedMap<u64, (AckFor, u64)>,
    deadlines: SortedMap<(u64, u64), ()>,
}

impl Acks {
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn insert(&mut self, id: u64, purpose: AckFor, deadline_ms: u64) {
        self.pending.insert(id, (purpose, deadline_ms));
        self.deadlines.insert((deadline_ms, id), ());
    }

    /// The purpose of acknowledgement `id`, once: an unknown or repeated one has none.
    pub(crate) fn take(&mut self, id: u64) -> Option<AckFor> {
        let (purpose, deadline_ms) = self.pending.remove(&id)?;
        self.deadlines.remove(&(deadline_ms, id));
        Some(purpose)
    }

    /// One that is overdue, or none.
    pub(crate) fn take_due(&mut self, now_ms: u64) -> Option<(u64, AckFor)> {
        let (deadline_ms, id) = *self.deadlines.first()?.0;
        if deadline_ms > now_ms {
            return None;
        }
        Some((id, self.take(id)?))
    }

    /// All, in the order they were asked for: the connection ended.
    pub(crate) fn take_all(&mut self) -> Vec<AckFor> {
        self.deadlines.clear();
        std::mem::take(&mut self.pending)
            .into_iter()
            .map(|(_, (purpose, _))| purpose)
            .collect()
    }

    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        self.deadlines
            .first()
            .map(|((deadline_ms, _), ())| *deadline_ms)
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    fn ping(acks: &mut Acks, id: u64, deadline_ms: u64) {
        acks.insert(id, AckFor::Ping, deadline_ms);
    }

    #[test]
    fn an_acknowledgement_is_taken_once() {
        let mut acks = Acks::default();
        ping(&mut acks, 1, 10);
        assert_eq!(acks.take(1), Some(AckFor::Ping));
        assert_eq!(acks.take(1), None);
        assert_eq!(acks.take(2), None);
        assert_eq!(acks.deadline_ms(), None);
    }

    #[test]
    fn deadlines_come_in_the_order_of_time_not_of_asking() {
        let mut acks = Acks::default();
        ping(&mut acks, 1, 30);
        ping(&mut acks, 2, 10);
        assert_eq!(acks.deadline_ms(), Some(10));
        assert_eq!(acks.take_due(9), None);
        assert!(acks.take_due(10).is_some());
        assert_eq!(acks.deadline_ms(), Some(30));
        assert_eq!(acks.take_all().len(), 1);
        assert_eq!(acks.len(), 0);
    }
}
