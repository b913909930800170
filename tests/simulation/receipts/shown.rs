//! What one tab's app is shown of receipts: how far its user has read, and how far each of the
//! user's messages has come.

use std::collections::BTreeMap;

use nchat_realtime::engine::delivery::{DeliveryRecord, DeliveryRecordState as State};
use serde_json::Value as Json;

use crate::model::key_of;
use crate::people::ROOMS;
use crate::tab::TabId;
use crate::world::World;

/// Messages that are looked at after each step, in turn.
const LOOKS: usize = 4;

/// One tab, as its app was shown it last.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// By room: up to where it was read, and how often that began anew.
    cursors: BTreeMap<&'static str, (u64, u64)>,
    messages: BTreeMap<usize, DeliveryRecord>,
    /// Which message was looked at last.
    turn: usize,
}

impl Shown {
    /// Another user is here, or none.
    pub(crate) fn forget_all(&mut self) {
        *self = Self::default();
    }

    /// A cursor begins anew as often as the server's history was lost, at most.
    fn check_cursor(&mut self, id: TabId, room: &'static str, up_to_seq: u64, losses: u64) {
        let (last, begins) = self.cursors.entry(room).or_default();
        *begins += u64::from(up_to_seq < *last);
        assert!(
            *begins <= losses,
            "I10: {id:?} has read up to {up_to_seq} in {room}, after {last}"
        );
        *last = up_to_seq;
    }

    pub(super) fn check_message(
        &mut self,
        id: TabId,
        number: usize,
        record: Option<DeliveryRecord>,
    ) {
        let last = self.messages.get(&number);
        let Some(record) = record else {
            let was_there = last.is_some_and(|last| level(last.state) > 0);
            assert!(!was_there, "I10: {id:?} knows no more of {last:?}");
            return;
        };
        check_alone(id, &record);
        if let Some(last) = last {
            let is_back = level(record.state) < level(last.state)
                || record.delivered_count < last.delivered_count
                || record.read_count < last.read_count
                || last.recipients.iter().any(|before| {
                    let mut now = record.recipients.iter();
                    !now.any(|now| {
                        now.user_id == before.user_id && level(now.state) >= level(before.state)
                    })
                });
            assert!(!is_back, "I10: {id:?} shows {record:?}, after {last:?}");
        }
        self.messages.insert(number, record);
    }
}

/// What was read was delivered, and whoever is named is counted.
fn check_alone(id: TabId, record: &DeliveryRecord) {
    let readers = record.recipients.iter();
    let readers = readers.filter(|one| one.state == State::Read).count();
    let (delivered, read) = (record.delivered_count as usize, record.read_count as usize);
    let is_right = readers <= read
        && record.recipients.len() <= delivered
        && read <= delivered
        && (read == 0 || record.state == State::Read)
        && (delivered == 0 || level(record.state) >= level(State::Delivered));
    assert!(is_right, "I10: {id:?} shows {record:?}");
}

/// How far a message is, with the server and beyond; before that it comes and goes.
const fn level(state: State) -> u8 {
    match state {
        State::Pending | State::Sending | State::Failed => 0,
        State::Sent => 1,
        State::Delivered => 2,
        State::Read => 3,
    }
}

impl World {
    /// What a tab shows of receipts has not gone back: where its user has read up to, and some of
    /// the messages.
    pub(crate) fn check_receipts(&mut self, id: TabId) {
        let (losses, count) = (self.model.losses(), self.model.count());
        let tab = self.tab(id);
        if !tab.is_open || tab.frozen.is_some() {
            return;
        }
        for room in ROOMS {
            let up_to_seq = tab.engine.unread(room).read_up_to_seq as u64;
            tab.shown.check_cursor(id, room, up_to_seq, losses);
        }
        for _ in 0..LOOKS.min(count) {
            tab.shown.turn = (tab.shown.turn + 1) % count;
            let number = tab.shown.turn;
            let record = tab.engine.delivery_record(&key_of(number));
            tab.shown.check_message(id, number, record);
        }
        self.checked += (ROOMS.len() + LOOKS) as u64;
    }

    /// An app is told how far messages have come: it can look at them now.
    pub(crate) fn receipt_told(&mut self, id: TabId, data: &Json) {
        let many = data["messageIds"].as_array().into_iter().flatten();
        for message_id in many.chain(data.get("messageId")) {
            let tab = self.tab(id);
            let message_id = message_id.as_str().unwrap_or_default();
            let Some(record) = tab.engine.delivery_record(message_id) else {
                continue;
            };
            let key = record.client_message_id.as_deref().unwrap_or_default();
            let number = key.strip_prefix('k').and_then(|number| number.parse().ok());
            if let Some(number) = number {
                tab.shown.check_message(id, number, Some(record));
                self.checked += 1;
            }
        }
    }
}
