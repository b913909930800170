//! What the store and the journal answer, and what became of what was to be kept.

use super::Parts;
use super::error::ClientError;
use super::output::Notification;
use super::store::{
    Heard, Kept, Purpose, Record, StoreEvent, StoreFailure, StoreOp, Table, seal, unseal,
};
use super::sync::SYNC_STATE_KEY;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

impl<V: Value> Parts<'_, '_, V> {
    pub(super) fn store_answered(&mut self, event: StoreEvent<V>) {
        let event = match event {
            StoreEvent::JournalRefused { key } => return self.outbox.journal_refused(&key),
            StoreEvent::JournalRead { records } => return self.outbox.journal_read(records),
            event => event,
        };
        let ctx = &mut *self.up.ctx;
        let Some(heard) = ctx.keep.handle(ctx.now.mono_ms, ctx.outputs, event) else {
            return;
        };
        match heard {
            Heard::Journaled(records) => self.outbox.journaled(&mut self.up, self.rooms, records),
            Heard::Opened { records, is_loss } => {
                if is_loss {
                    self.report(ErrorCode::StorageLost);
                }
                self.store_opened(records);
            }
            Heard::NoStore(failure) => {
                if failure == StoreFailure::NewerSchema {
                    self.report(ErrorCode::SchemaTooNew);
                }
                self.tabs.stop(self.up.ctx);
                self.tabs.opened(self.up.ctx);
                if self.up.ctx.keep.is_hidden() {
                    self.outbox.leave_others(self.up.ctx, self.rooms);
                }
                self.outbox.no_store(self.up.ctx);
                self.owner_opened();
            }
            Heard::Led(outbox) => {
                self.tabs.led(self.up.ctx);
                self.outbox.led(&mut self.up, self.rooms, outbox);
                self.look_for_more();
            }
            Heard::NotLed => self.tabs.not_led(self.up.ctx),
            Heard::Outbox { outbox, is_last } => {
                self.outbox
                    .reread(&mut self.up, self.rooms, outbox, is_last);
                if is_last && self.tabs.leads() {
                    self.outbox.adopt(&mut self.up, self.rooms);
                }
            }
            Heard::Messages {
                room,
                record,
                messages,
            } => self.messages_read(&room, record.as_deref(), messages),
            Heard::Other(found) => self.left_behind(found),
            Heard::Forgotten => self.owner.copies_gone(),
            Heard::Wiped => self.wiped(),
            Heard::Fenced => self.tabs.step_down(self.up.ctx),
            Heard::Full => self.report(ErrorCode::StorageFull),
            Heard::Lost | Heard::Found => {
                self.tabs.stop(self.up.ctx);
                match heard {
                    // What it holds was queued before.
                    Heard::Found => self.outbox.move_in(self.up.ctx),
                    _ => self.outbox.keep_all(self.up.ctx),
                }
                self.rooms.store_lost();
                self.delivery.store_again();
                self.sync.store_again();
            }
        }
    }

    fn report(&mut self, code: ErrorCode) {
        let error = ClientError::new(code, code.message());
        self.up.ctx.notify(Notification::Error(error));
    }

    /// The store is open: each table's records go to whom they belong.
    fn store_opened(&mut self, records: Vec<(Table, String, String)>) {
        let (mut outbox, mut rooms) = (Vec::new(), Vec::new());
        for (table, key, text) in records {
            match table {
                Table::Outbox => outbox.push((key, text)),
                Table::Rooms => rooms.push((key, text)),
                Table::Receipts => self.receipts_found(&key, text),
                Table::Meta if key == SYNC_STATE_KEY => self.sync_state_found(text),
                Table::Meta | Table::Quarantine => {}
            }
        }
        self.rooms.store_opened(self.up.ctx, rooms);
        self.outbox.opened(&mut self.up, self.rooms, outbox);
        self.tabs.opened(self.up.ctx);
        self.owner_opened();
    }

    /// Messages of a room were read from the store.
    fn messages_read(&mut self, room: &str, record: Option<&str>, messages: Vec<V>) {
        let namespace = self.up.ctx.keep.namespace();
        let user = namespace.and_then(|namespace| namespace.user.clone());
        let found = messages.clone();
        let is_restored =
            self.rooms
                .messages_read(&mut self.up, room, record, messages, user.as_deref());
        if let Some(room) = self.rooms.get(room).filter(|_| is_restored) {
            let epoch = room.timeline.epoch();
            self.delivery
                .cache_seen(self.up.ctx, user.as_deref(), epoch, &found);
        }
    }

    fn receipts_found(&mut self, room: &str, text: String) {
        let is_sound = match unseal::<V>(&text) {
            Record::Sound(record) => self.delivery.restore(room, &record),
            // Whoever wrote it uses it.
            Record::Newer => true,
            Record::Corrupt => false,
        };
        if !is_sound {
            self.set_aside(Table::Receipts, room, text);
        }
    }

    fn sync_state_found(&mut self, text: String) {
        let is_sound = match unseal::<V>(&text) {
            Record::Sound(record) => self.sync.restore(&record),
            // Whoever wrote it uses it.
            Record::Newer => true,
            Record::Corrupt => false,
        };
        if !is_sound {
            self.set_aside(Table::Meta, SYNC_STATE_KEY, text);
        }
    }

    /// A record that cannot be read is put aside, as it is, and reported.
    fn set_aside(&mut self, table: Table, key: &str, text: String) {
        let put = StoreOp::Put {
            table: Table::Quarantine,
            key: format!("{}/{key}", table.as_str()),
            text,
        };
        let key = key.to_owned();
        let delete = StoreOp::Delete { table, key };
        self.up.ctx.keep.urgent(put, Purpose::Nobody);
        self.up.ctx.keep.urgent(delete, Purpose::Nobody);
        self.report(ErrorCode::RecordCorrupt);
    }

    /// Keeps what changed of receipts and syncing. Before the store is open it waits.
    pub(super) fn keep_progress(&mut self) {
        let keep = &mut *self.up.ctx.keep;
        if !keep.is_open() {
            return;
        }
        let receipts = self.delivery.take_unsaved().into_iter();
        let receipts = receipts.map(|(room, record)| (Table::Receipts, room, record));
        let state = self.sync.take_unsaved();
        let state = state.map(|record| (Table::Meta, SYNC_STATE_KEY.to_owned(), record));
        for (table, key, record) in receipts.chain(state) {
            // Text and numbers: nothing in it cannot be written.
            if let Ok(text) = seal(&record) {
                let put = StoreOp::Put { table, key, text };
                keep.urgent(put, Purpose::Nobody);
            }
        }
    }

    /// Tells whoever asked for a change what became of it.
    pub(super) fn tell_kept(&mut self) {
        while let Some((purpose, kept)) = self.up.ctx.keep.next_done() {
            match purpose {
                Purpose::Nobody => {}
                Purpose::Entry { key, revision } => {
                    self.outbox.entry_kept(self.up.ctx, &key, revision, kept);
                }
                Purpose::EntryGone { key } if !matches!(kept, Kept::Dropped | Kept::Fenced) => {
                    self.outbox.entry_gone(self.up.ctx, key);
                }
                Purpose::EntryGone { .. } => {}
                Purpose::Room {
                    name,
                    generation,
                    up_to_seq,
                } => {
                    let now_ms = self.up.ctx.now.mono_ms;
                    self.rooms
                        .room_kept(now_ms, &name, generation, up_to_seq, kept);
                }
                Purpose::Moved => self.moved(kept),
            }
        }
    }
}
