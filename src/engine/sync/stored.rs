//! What is stored of syncing: when, by whose clock, and how far each channel.

use super::Sync;
use crate::engine::config::MAX_RECEIPT_ROOMS;
use crate::socketio::Value;
use crate::wire::{Object, optional, optional_list};

/// Its key among the single facts of a namespace.
pub(crate) const SYNC_STATE_KEY: &str = "sync";

impl<V: Value> Sync<V> {
    /// A channel is known up to this moment of the server's clock.
    pub(super) fn note_channel(&mut self, channel: &str, at_ms: u64) {
        let is_new = !self.channels_ms.contains_key(channel);
        if is_new && self.channels_ms.len() >= MAX_RECEIPT_ROOMS {
            let oldest = self.channels_ms.iter().min_by_key(|(_, at_ms)| **at_ms);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.channels_ms.remove(&oldest);
            }
        }
        self.channels_ms.insert(channel.to_owned(), at_ms);
        self.is_unsaved = true;
    }

    /// The record, if it is newer here than in the store. Takes it for stored.
    pub(crate) fn take_unsaved(&mut self) -> Option<V> {
        if !std::mem::take(&mut self.is_unsaved) {
            return None;
        }
        let channels = self.channels_ms.iter().map(|(name, at_ms)| {
            Object::new()
                .text("channelId", name)
                .number("at", *at_ms as f64)
                .build()
        });
        let mut record = Object::new();
        record
            .maybe_number("lastSync", self.last_sync_ms.map(|ms| ms as f64))
            .value("channels", V::array(channels.collect()));
        Some(record.build())
    }

    /// It is to be stored again: what was, is gone, or another's.
    pub(crate) fn store_again(&mut self) {
        self.is_unsaved = true;
    }

    /// The record that an earlier run of this client stored. False where it is none.
    pub(crate) fn restore(&mut self, record: &V) -> bool {
        let moment = |value: &V| {
            let number = value.as_number()?;
            (number >= 0.0).then_some(number as u64)
        };
        let channel = |channel: &V| {
            let name = channel.field("channelId")?.as_text()?;
            Some((name, moment(&channel.field("at")?)?))
        };
        let (Ok(last_sync_ms), Ok(channels)) = (
            optional(record, "lastSync", moment),
            optional_list(record, "channels", channel),
        ) else {
            return false;
        };
        self.last_sync_ms = self.last_sync_ms.max(last_sync_ms);
        for (name, at_ms) in channels.unwrap_or_default() {
            let known = self.channels_ms.get_or_insert_with(name, || at_ms);
            *known = at_ms.max(*known);
        }
        true
    }
}
