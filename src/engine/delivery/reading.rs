//! What this user has read in a room, and what the server has to be told of it.

use crate::engine::config::MAX_PENDING_READ_IDS;

/// What one receipt to the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadAck {
    /// Everything up to this place was read.
    pub(crate) up_to_seq: Option<u64>,
    /// Messages that were read, by id: those whose place is not known, or, for a server that
    /// knows no places, all of them.
    pub(crate) message_ids: Vec<String>,
}

/// The own cursor of one room on its way to the server. It is never forgotten before the server
/// has acknowledged it: not by a lost connection, and not by a reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// What was read, as far as is known here.
    pub(crate) up_to_seq: u64,
    /// What the server knows of that.
    pub(crate) acked_up_to_seq: u64,
    /// Messages that were read and whose place is not known, oldest first.
    pub(crate) message_ids: Vec<String>,
    /// Messages that were read since the last receipt, for a server that knows no places.
    recent_ids: Vec<String>,
    /// When a receipt is due.
    pub(crate) due_ms: Option<u64>,
    /// The receipt under way: the id of its acknowledgement, and what it says.
    in_flight: Option<(u64, ReadAck)>,
    failures: u32,
    /// The server takes it from members only, and we are none: it is said once the room is joined.
    awaits_join: bool,
}

impl Reading {
    /// A message was read: at this place, where that is known. A receipt is due by then.
    pub(crate) fn read(&mut self, message_id: Option<&str>, seq: Option<u64>, due_ms: u64) {
        if let Some(message_id) = message_id {
            keep_newest(&mut self.recent_ids, message_id);
        }
        match (seq, message_id) {
            (Some(seq), _) if seq <= self.up_to_seq => return,
            (Some(seq), _) => self.up_to_seq = seq,
            (None, Some(message_id)) => keep_newest(&mut self.message_ids, message_id),
            (None, None) => return,
        }
        self.due_ms = Some(self.due_ms.map_or(due_ms, |due| due.min(due_ms)));
    }

    /// The server knows of a cursor: this device's, or another one's of the same user.
    pub(crate) fn known(&mut self, up_to_seq: u64) {
        self.up_to_seq = self.up_to_seq.max(up_to_seq);
        self.acked_up_to_seq = self.acked_up_to_seq.max(up_to_seq);
        if !self.is_open() {
            self.due_ms = None;
        }
    }

    /// The place of a message that was read became known.
    pub(crate) fn placed(&mut self, message_id: &str, seq: u64) -> bool {
        let Some(index) = self.message_ids.iter().position(|id| id == message_id) else {
            return false;
        };
        self.message_ids.remove(index);
        self.up_to_seq = self.up_to_seq.max(seq);
        true
    }

    /// Whether the server is to be told of something.
    pub(crate) fn is_open(&self) -> bool {
        self.up_to_seq > self.acked_up_to_seq || !self.message_ids.is_empty()
    }

    /// Whether a receipt is under way.
    pub(crate) fn is_in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    /// When to send one: while one is under way, its answer is waited for.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        self.due_ms
            .filter(|_| !self.is_in_flight() && !self.awaits_join)
    }

    /// Whether a room is left after this only. What has failed once holds nobody up.
    pub(crate) fn goes_first(&self) -> bool {
        self.failures == 0 && (self.is_in_flight() || self.deadline_ms().is_some())
    }

    /// The room is about to be left: whatever is to be said is due.
    pub(crate) fn leaving(&mut self, now_ms: u64) {
        self.due_ms = self.due_ms.map(|due| due.min(now_ms));
    }

    /// The server refused a receipt because we are not in the room.
    pub(crate) fn not_in_room(&mut self) {
        self.awaits_join = true;
    }

    /// The room is joined: what waited for that is due.
    pub(crate) fn joined(&mut self) {
        if std::mem::take(&mut self.awaits_join) && self.is_open() {
            self.due_ms = Some(0);
        }
    }

    /// The receipt to send.
    pub(crate) fn next(&self, knows_places: bool) -> ReadAck {
        if knows_places {
            ReadAck {
                up_to_seq: Some(self.up_to_seq).filter(|seq| *seq > self.acked_up_to_seq),
                message_ids: self.message_ids.clone(),
            }
        } else {
            ReadAck {
                up_to_seq: None,
                message_ids: self.recent_ids.clone(),
            }
        }
    }

    /// A receipt went out, to be acknowledged under this id.
    pub(crate) fn sent(&mut self, ack: u64, said: ReadAck) {
        self.due_ms = None;
        self.in_flight = Some((ack, said));
    }

    /// The connection ended: what was under way is said again.
    pub(crate) fn connection_lost(&mut self) {
        self.in_flight = None;
        self.failures = 0;
        self.due_ms = self.is_open().then_some(0);
    }

    /// The receipt under this id came back. `None` where it is an older one.
    pub(crate) fn take(&mut self, ack: u64) -> Option<ReadAck> {
        self.in_flight
            .take_if(|(asked, _)| *asked == ack)
            .map(|(_, said)| said)
    }

    /// The server took a receipt, and perhaps said where the cursor stands now.
    pub(crate) fn accepted(&mut self, said: &ReadAck, up_to_seq: Option<u64>) {
        self.failures = 0;
        self.message_ids.retain(|id| !said.message_ids.contains(id));
        self.recent_ids.retain(|id| !said.message_ids.contains(id));
        self.known(said.up_to_seq.max(up_to_seq).unwrap_or(0));
    }

    /// The server will never take this receipt: it is said no more.
    pub(crate) fn refused(&mut self, said: &ReadAck) {
        self.accepted(said, None);
    }

    /// The receipt is to be said again, once more after a failure. Gives how many there were.
    pub(crate) fn failed(&mut self) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    /// The room counts anew: places mean nothing any more, ids still do.
    pub(crate) fn forget_places(&mut self) {
        self.up_to_seq = 0;
        self.acked_up_to_seq = 0;
        self.in_flight = None;
    }
}

/// Reading a message implies those before it: of too many, the newest stay.
fn keep_newest(ids: &mut Vec<String>, message_id: &str) {
    ids.retain(|id| id != message_id);
    if ids.len() >= MAX_PENDING_READ_IDS {
        ids.remove(0);
    }
    ids.push(message_id.to_owned());
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn reading_many_messages_is_one_cursor() {
        let mut reading = Reading::default();
        for (id, seq) in [("a", 3), ("b", 7), ("c", 5)] {
            reading.read(Some(id), Some(seq), 1_000);
        }
        let said = reading.next(true);
        assert_eq!((said.up_to_seq, said.message_ids.len()), (Some(7), 0));
        assert_eq!(reading.next(false).message_ids, ["a", "b", "c"]);
    }

    #[test]
    fn what_was_not_acknowledged_is_said_again() {
        let mut reading = Reading::default();
        reading.read(Some("a"), Some(3), 1_000);
        let said = reading.next(true);
        reading.sent(1, said.clone());
        reading.connection_lost();
        assert!(reading.is_open());
        assert_eq!(reading.due_ms, Some(0));
        assert_eq!(reading.take(1), None, "an answer of the old connection");
        reading.sent(2, reading.next(true));
        let said = reading.take(2).expect("under way");
        reading.accepted(&said, Some(9));
        assert!(!reading.is_open());
        assert_eq!(reading.up_to_seq, 9);
    }

    #[test]
    fn what_was_read_while_a_receipt_was_under_way_is_still_to_be_said() {
        let mut reading = Reading::default();
        reading.read(Some("a"), None, 0);
        reading.sent(1, reading.next(true));
        reading.read(Some("b"), Some(9), 5);
        let said = reading.take(1).expect("under way");
        reading.accepted(&said, Some(4));
        assert_eq!(
            reading.next(true),
            ReadAck {
                up_to_seq: Some(9),
                message_ids: vec![],
            }
        );
        assert_eq!(reading.deadline_ms(), Some(5));
    }

    #[test]
    fn nothing_is_due_while_a_receipt_is_under_way() {
        let mut reading = Reading::default();
        reading.read(Some("a"), Some(3), 0);
        reading.sent(1, reading.next(true));
        reading.read(Some("b"), Some(9), 5);
        assert_eq!(reading.deadline_ms(), None);
        assert!(reading.take(1).is_some());
        assert_eq!(reading.deadline_ms(), Some(5));
    }

    #[test]
    fn a_cursor_of_another_device_is_not_said_again() {
        let mut reading = Reading::default();
        reading.read(Some("a"), Some(3), 1_000);
        reading.known(4);
        assert!(!reading.is_open());
        assert_eq!(reading.due_ms, None);
    }

    #[test]
    fn an_id_turns_into_a_place_once_it_is_known() {
        let mut reading = Reading::default();
        reading.read(Some("a"), None, 1_000);
        assert!(reading.placed("a", 6));
        assert!(!reading.placed("a", 6));
        assert_eq!(reading.next(true).up_to_seq, Some(6));
    }
}
