//! What is stored of a room's receipts, one record each: so that a reload forgets nothing.

use super::Delivery;
use super::record::Level;
use crate::socketio::Value;
use crate::wire::receipt::MemberReceipt;
use crate::wire::{Fields, Object, optional_list, optional_text};

impl<V: Value> Delivery<V> {
    /// The records that are newer here than in the store, by room. Takes them for stored.
    pub(crate) fn take_unsaved(&mut self) -> Vec<(String, V)> {
        let unsaved = std::mem::take(&mut self.unsaved);
        let records = unsaved.into_iter().filter_map(|(name, ())| {
            let record = self.to_stored(&name)?;
            Some((name, record))
        });
        records.collect()
    }

    /// Everything is to be stored again: what was, is gone, or another's.
    pub(crate) fn store_again(&mut self) {
        for (name, room) in self.rooms.iter_mut() {
            room.is_unsaved = true;
            self.touched.insert(name.clone(), ());
        }
    }

    fn to_stored(&self, name: &str) -> Option<V> {
        let room = self.rooms.get(name)?;
        let watermarks = self.ledger.watermarks(name).map(|(user_id, mark)| {
            Object::new()
                .text("userId", user_id)
                .number("deliveredUpToSeq", mark.delivered as f64)
                .number("readUpToSeq", mark.read as f64)
                .build()
        });
        let mut record = Object::new();
        record
            .maybe_text("epoch", room.epoch.as_deref())
            .number("readUpToSeq", room.reading.up_to_seq as f64)
            .number("ackedReadUpToSeq", room.reading.acked_up_to_seq as f64)
            .number(
                "ackedDeliveredUpToSeq",
                room.delivered.acked_up_to_seq as f64,
            )
            .texts("readIds", &room.reading.message_ids)
            .value("watermarks", V::array(watermarks.collect()));
        Some(record.build())
    }

    /// A record that an earlier run of this client stored. What has happened since adds up with
    /// it; places of another epoch mean nothing. False where it is none.
    pub(crate) fn restore(&mut self, name: &str, record: &V) -> bool {
        let mut fields = Fields::of(record);
        let read = fields.integer("readUpToSeq").unwrap_or_default();
        let acked = fields.integer("ackedReadUpToSeq").unwrap_or_default();
        let delivered = fields.integer("ackedDeliveredUpToSeq").unwrap_or_default();
        let ids = fields.list("readIds", V::as_text).unwrap_or_default();
        if fields.end(()).is_err() {
            return false;
        }
        let epoch = optional_text(record, "epoch").ok().flatten();
        let room = self.room(name);
        for id in ids {
            room.reading.read(Some(&id), None, 0);
        }
        if room.epoch.is_some() && epoch.is_some() && room.epoch != epoch {
            return true;
        }
        room.epoch = room.epoch.take().or(epoch);
        room.delivered.known(delivered);
        room.reading.known(acked);
        room.reading.read(None, Some(read), 0);
        room.read_up_to(read);
        let watermarks = optional_list(record, "watermarks", MemberReceipt::read);
        for mark in watermarks.ok().flatten().unwrap_or_default() {
            for (level, up_to_seq) in [
                (Level::Delivered, mark.delivered_up_to_seq),
                (Level::Read, mark.read_up_to_seq),
            ] {
                if up_to_seq > 0 {
                    self.ledger.raise(name, &mark.user_id, level, up_to_seq);
                }
            }
        }
        true
    }
}
