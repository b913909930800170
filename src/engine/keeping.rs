//! What the store and the journal answer, and what became of what was to be kept.

use super::Parts;
use super::error::ClientError;
use super::output::Notification;
use super::store::{Heard, Purpose, StoreEvent, StoreFailure, Table};
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

impl<V: Value> Parts<'_, '_, V> {
    pub(super) fn store_answered(&mut self, event: StoreEvent<V>) {
        let ctx = &mut *self.up.ctx;
        let Some(heard) = ctx.keep.handle(ctx.now.mono_ms, ctx.outputs, event) else {
            return;
        };
        match heard {
            Heard::Journaled(_) | Heard::Led { .. } | Heard::NotLed | Heard::Outbox(_) => {}
            Heard::Opened(records) => self.store_opened(records),
            Heard::NoStore(failure) => {
                if failure == StoreFailure::NewerSchema {
                    self.report(ErrorCode::SchemaTooNew);
                }
                self.owner_opened();
            }
            Heard::Messages { .. } => {}
            Heard::Wiped => self.wiped(),
            Heard::Fenced => {}
            Heard::Full => self.report(ErrorCode::StorageFull),
            Heard::Lost => {}
        }
    }

    fn report(&mut self, code: ErrorCode) {
        let error = ClientError::new(code, code.message());
        self.up.ctx.notify(Notification::Error(error));
    }

    /// The store is open: each table's records go to whom they belong.
    fn store_opened(&mut self, records: Vec<(Table, String, String)>) {
        for (table, _key, _text) in records {
            match table {
                Table::Outbox
                | Table::Rooms
                | Table::Receipts
                | Table::Meta
                | Table::Quarantine => {}
            }
        }
        self.owner_opened();
    }

    /// Tells whoever asked for a change what became of it.
    pub(super) fn tell_kept(&mut self) {
        while let Some((purpose, kept)) = self.up.ctx.keep.next_done() {
            match purpose {
                Purpose::Nobody | Purpose::Entry { .. } | Purpose::EntryGone { .. } => {}
                Purpose::Moved => self.moved(kept),
            }
        }
    }
}
