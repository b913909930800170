//! Receipts, both ways: how far our own messages have come, and what we have read of others'.
//!
//! Own messages: `record` is one message, `ledger` all of them. Everything a server says only
//! adds up, so that any order of arrival comes out right. Others' messages: `unread` counts,
//! `reading` is the own cursor on its way to the server.

mod acknowledging;
mod ledger;
mod options;
mod reading;
mod receipts;
mod reconciling;
mod record;
mod room;
mod seen;
mod snapshot;
mod stored;
mod unread;

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;

use self::ledger::{Ledger, Place};
use self::reconciling::Reconciling;
use self::record::{Failure, Record, State};
use self::room::RoomReceipts;
use super::config::MAX_RECEIPT_ROOMS;
use super::context::Context;
use super::output::Notification;
use crate::engine::sorted_map::SortedMap;
use crate::socketio::Value;

pub use self::options::{DeliveryConfig, DeliverySettings};
pub(crate) use self::record::Level;
pub use self::snapshot::{DeliveryRecipient, DeliveryRecord, DeliveryRecordState, UnreadCount};

/// All receipts of one client.
pub(crate) struct Delivery<V> {
    ledger: Ledger,
    rooms: SortedMap<String, RoomReceipts<V>>,
    /// Rooms of which something may have to be told or sent: looked at when an input ends.
    touched: SortedMap<String, ()>,
    /// Rooms with a receipt to send.
    open: SortedMap<String, ()>,
    /// Rooms whose record in the store is older than what is here.
    unsaved: SortedMap<String, ()>,
    reconciling: Reconciling,
    /// The receipts setting as this connection's server knows it from us.
    setting: Setting,
    uses: u64,
}

/// What the server knows of the receipts setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// Nothing from us, on this connection.
    Untold,
    /// It is being told this, to be acknowledged under this id.
    Telling { ack: u64, allowed: bool },
    /// It knows.
    Told { allowed: bool },
    /// It would not hear of it.
    Refused { allowed: bool },
}

/// What became of a message of ours, as the outbox tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    pub(crate) client_message_id: String,
    pub(crate) room: String,
    pub(crate) step: Step,
}

/// What an outbox does with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It waits.
    Waiting,
    /// It is on its way.
    Sending,
    /// The server has it.
    Accepted {
        message_id: Option<String>,
        seq: Option<u64>,
    },
    /// The app discarded it.
    Discarded,
    /// It was given up.
    Failed { code: String, message: String },
}

impl<V: Value> Delivery<V> {
    pub(crate) fn new() -> Self {
        Self {
            ledger: Ledger::default(),
            rooms: SortedMap::new(),
            touched: SortedMap::new(),
            open: SortedMap::new(),
            unsaved: SortedMap::new(),
            reconciling: Reconciling::default(),
            setting: Setting::Untold,
            uses: 0,
        }
    }

    /// How far a message has come, by the server's id or our own.
    pub(crate) fn record(&self, id: &str, settings: &DeliverySettings) -> Option<DeliveryRecord> {
        let record = self.ledger.find(id)?;
        Some(DeliveryRecord::of(record, settings.shows_reading()))
    }

    /// What waits to be read in a room.
    pub(crate) fn unread(&self, room: &str) -> UnreadCount {
        self.rooms
            .get(room)
            .map(|room| room.unread.count().into())
            .unwrap_or_default()
    }

    /// The app will send a message, or has: to this many others, as far as it knows.
    pub(crate) fn track(
        &mut self,
        ctx: &mut Context<'_, V>,
        client_message_id: &str,
        room: &str,
        total_recipients: u32,
    ) {
        self.ledger.set_now(ctx.now.wall_ms);
        let id = self.ledger.own(Place {
            client_message_id: Some(client_message_id),
            room: Some(room),
            ..Place::default()
        });
        self.ledger.change(id, |record| {
            record.claim(total_recipients);
            record.sending();
        });
    }

    /// The outbox did something with a message of ours.
    pub(crate) fn follow(&mut self, ctx: &mut Context<'_, V>, followed: Followed) {
        self.ledger.set_now(ctx.now.wall_ms);
        let client_message_id = followed.client_message_id.as_str();
        if followed.step == Step::Discarded {
            return self.ledger.discard(client_message_id);
        }
        let (message_id, seq) = match &followed.step {
            Step::Accepted { message_id, seq } => (message_id.as_deref(), *seq),
            _ => (None, None),
        };
        let known = self.ledger.find(client_message_id);
        let was_accepted = known.is_some_and(Record::is_accepted);
        let id = self.ledger.own(Place {
            client_message_id: Some(client_message_id),
            message_id,
            room: Some(&followed.room),
            seq,
        });
        match followed.step {
            Step::Waiting | Step::Discarded => self.ledger.change(id, Record::waiting),
            Step::Sending => self.ledger.change(id, Record::sending),
            Step::Accepted { .. } => {
                self.ledger.change(id, |record| record.reach(State::Sent));
                if !was_accepted {
                    self.tell_sent(ctx, id, None);
                }
            }
            Step::Failed { code, message } => {
                self.ledger
                    .change(id, |record| record.fail(Failure { code, message }));
                self.tell_failed(ctx, id);
            }
        }
    }

    /// Nothing is known of the user any more: another one is here, or none.
    pub(crate) fn reset(&mut self, ctx: &mut Context<'_, V>) {
        for (_, room) in std::mem::take(&mut self.rooms) {
            if room.unread.count() != unread::Count::default() {
                ctx.notify(Notification::Unread { room: room.label });
            }
        }
        *self = Self::new();
    }

    /// What is kept of a room, to be looked at when the input ends.
    fn room(&mut self, name: &str) -> &mut RoomReceipts<V> {
        self.uses += 1;
        if !self.rooms.contains_key(name) && self.rooms.len() >= MAX_RECEIPT_ROOMS {
            // What the server has not been told yet stays.
            let oldest = self
                .rooms
                .iter()
                .min_by_key(|(_, room)| (room.reading.is_open(), room.used))
                .map(|(name, _)| name.clone());
            if let Some(oldest) = oldest {
                self.rooms.remove(&oldest);
                self.ledger.forget_places(&oldest);
            }
        }
        self.touched.insert(name.to_owned(), ());
        let room = self
            .rooms
            .get_or_insert_with(name.to_owned(), || RoomReceipts::new(name));
        room.used = self.uses;
        room
    }
}
