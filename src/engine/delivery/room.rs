//! What is kept of one room: unread messages, the own cursor, what was told of delivery.

use super::reading::Reading;
use super::unread::{Count, Unread};
use crate::engine::config::RECEIPT_RETRY_MS;
use crate::socketio::Value;

/// One room.
pub(super) struct RoomReceipts<V> {
    /// The name as a value, made once.
    pub(super) label: V,
    /// The history that every `seq` here counts in.
    pub(super) epoch: Option<String>,
    pub(super) unread: Unread,
    pub(super) reading: Reading,
    pub(super) delivered: Delivered,
    /// What the app was told last.
    pub(super) told: Count,
    /// Whether what is stored is older than what is here.
    pub(super) is_unsaved: bool,
    /// Counts uses, for whichever leaves first.
    pub(super) used: u64,
}

/// What is in this user's store, and what the server knows of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Delivered {
    up_to_seq: u64,
    pub(super) acked_up_to_seq: u64,
    due_ms: Option<u64>,
    /// The receipt under way: the id of its acknowledgement, and what it says.
    in_flight: Option<(u64, u64)>,
}

impl<V: Value> RoomReceipts<V> {
    pub(super) fn new(name: &str) -> Self {
        Self {
            label: V::string(name),
            epoch: None,
            unread: Unread::default(),
            reading: Reading::default(),
            delivered: Delivered::default(),
            told: Count::default(),
            is_unsaved: false,
            used: 0,
        }
    }

    /// Places count under this epoch from now on. True where they counted under another.
    pub(super) fn enter_epoch(&mut self, epoch: Option<&str>) -> bool {
        let Some(epoch) = epoch.filter(|epoch| !epoch.is_empty()) else {
            return false;
        };
        if self.epoch.as_deref() == Some(epoch) {
            return false;
        }
        let anew = self.epoch.is_some();
        self.epoch = Some(epoch.to_owned());
        if anew {
            self.unread.reset();
            self.reading.forget_places();
            self.delivered = Delivered::default();
            self.is_unsaved = true;
        }
        anew
    }

    /// When a receipt is due.
    pub(super) fn due_ms(&self) -> Option<u64> {
        let times = [self.reading.deadline_ms(), self.delivered.due_ms];
        times.into_iter().flatten().min()
    }

    /// This user has read up to a place, whoever says so. True where that is news.
    pub(super) fn read_up_to(&mut self, seq: u64) -> bool {
        self.delivered.known(seq);
        self.unread.read_up_to(seq)
    }
}

impl Delivered {
    /// Everything up to here is in the store. What is put there comes in batches: each is told at
    /// once.
    pub(super) fn committed(&mut self, up_to_seq: u64) {
        self.up_to_seq = self.up_to_seq.max(up_to_seq);
        if self.up_to_seq > self.acked_up_to_seq && self.in_flight.is_none() {
            self.due_ms.get_or_insert(0);
        }
    }

    /// The server knows that everything up to here was delivered.
    pub(super) fn known(&mut self, up_to_seq: u64) {
        self.acked_up_to_seq = self.acked_up_to_seq.max(up_to_seq);
        if self.acked_up_to_seq >= self.up_to_seq {
            self.due_ms = None;
        }
    }

    /// A message of our own is at this place: nobody waits to hear that it has reached us. Where
    /// one of somebody else before it is still to be told, that receipt covers it.
    pub(super) fn own(&mut self, seq: u64) {
        if seq == self.acked_up_to_seq + 1 {
            self.known(seq);
        }
    }

    /// When a receipt is due.
    pub(super) fn due_ms(&self) -> Option<u64> {
        self.due_ms
    }

    /// What a receipt would say.
    pub(super) fn up_to_seq(&self) -> u64 {
        self.up_to_seq
    }

    /// A receipt went out.
    pub(super) fn sent(&mut self, ack: u64) {
        self.due_ms = None;
        self.in_flight = Some((ack, self.up_to_seq));
    }

    /// The receipt under this id was taken; or (`false`) not, and is to be said again by then.
    pub(super) fn answered(&mut self, ack: u64, is_taken: bool, retry_ms: u64) {
        let Some((_, up_to_seq)) = self.in_flight.take_if(|(asked, _)| *asked == ack) else {
            return;
        };
        if is_taken {
            self.known(up_to_seq);
        }
        if self.up_to_seq > self.acked_up_to_seq {
            self.due_ms = Some(if is_taken { 0 } else { retry_ms });
        }
    }

    /// This server wants no receipts.
    pub(super) fn not_wanted(&mut self) {
        self.due_ms = None;
    }

    /// The receipt could not be sent: later.
    pub(super) fn put_off(&mut self, now_ms: u64) {
        self.due_ms = Some(now_ms + RECEIPT_RETRY_MS);
    }

    /// The connection ended: what was under way is said again.
    pub(super) fn connection_lost(&mut self) {
        self.in_flight = None;
        self.due_ms = (self.up_to_seq > self.acked_up_to_seq).then_some(0);
    }
}
