//! Entries in the journal and in the store.

use super::queueing::sealed;
use super::{Outbox, Safe};
use crate::engine::context::Context;
use crate::engine::store::{JournalCommand, Kept, Purpose, StoreOp, Table};
use crate::socketio::Value;

impl<V: Value> Outbox<V> {
    /// Keeps an entry as it is now.
    pub(super) fn keep(&mut self, ctx: &mut Context<'_, V>, key: &str) {
        // What could be written when it was queued can be written.
        if let Some(Ok(text)) = self.entries.get(key).map(|entry| sealed(entry)) {
            self.write(ctx, key, text);
        }
    }

    /// Notes in the store what the sending tab has found out of an entry. That is no word of the
    /// user's, and goes nowhere once another tab sends.
    pub(super) fn note(&mut self, ctx: &mut Context<'_, V>, key: &str) {
        let Some(entry) = self.entries.get(key) else {
            return;
        };
        if !ctx.keep.has_led() || !entry.is_told {
            return self.keep(ctx, key);
        }
        if let Ok(text) = sealed(entry) {
            let (key, revision) = (key.to_owned(), entry.revision);
            let op = StoreOp::Put {
                table: Table::Outbox,
                key: key.clone(),
                text,
            };
            ctx.keep.fenced(op, Purpose::Entry { key, revision });
        }
    }

    /// Writes an entry's record into the journal, in this instant, and into the store.
    pub(super) fn write(&mut self, ctx: &mut Context<'_, V>, key: &str, text: String) {
        self.is_journal_full = false;
        let Some(entry) = self.get_mut(key) else {
            return;
        };
        entry.safe = Safe::Journal;
        let revision = entry.revision;
        let put = entry.journal_put(text.clone());
        ctx.journal(put);
        // While the store is being opened: everything is put once it is open.
        if ctx.keep.is_open() {
            let key = key.to_owned();
            let op = StoreOp::Put {
                table: Table::Outbox,
                key: key.clone(),
                text,
            };
            ctx.keep.urgent(op, Purpose::Entry { key, revision });
        }
    }

    /// Takes an entry's record out of the store; the journal follows.
    pub(super) fn delete(&self, ctx: &mut Context<'_, V>, key: &str) {
        let key = key.to_owned();
        let op = StoreOp::Delete {
            table: Table::Outbox,
            key: key.clone(),
        };
        ctx.keep.urgent(op, Purpose::EntryGone { key });
    }

    /// The journal did not take an entry.
    pub(crate) fn journal_refused(&mut self, key: &str) {
        self.is_journal_full = true;
        if let Some(entry) = self
            .get_mut(key)
            .filter(|entry| entry.safe == Safe::Journal)
        {
            entry.safe = Safe::Memory;
        }
    }

    /// A revision of an entry is in the store, or will not be.
    pub(crate) fn entry_kept(
        &mut self,
        ctx: &mut Context<'_, V>,
        key: &str,
        revision: u32,
        kept: Kept,
    ) {
        if kept == Kept::Fenced
            && let Some(entry) = self.get_mut(key).filter(|it| it.revision == revision)
        {
            // What the store has goes over what was found out here.
            entry.revision = 0;
        }
        if kept != Kept::Committed {
            return;
        }
        let has_company = ctx.has_company;
        // Where it is gone already, the journal has to say so until the store knows.
        let entry = self.get_mut(key);
        let Some(entry) = entry.filter(|entry| entry.revision == revision) else {
            return;
        };
        entry.safe = Safe::Store;
        let was_told = std::mem::replace(&mut entry.is_told, true);
        let text = has_company.then(|| sealed(entry).ok()).flatten();
        let key = key.to_owned();
        if let Some(text) = text {
            let fields = vec![("key", V::string(&key)), ("text", V::string(&text))];
            ctx.post("put", fields);
        }
        if !was_told {
            self.tell(ctx, "message:persisted", &key);
        }
        ctx.journal(JournalCommand::Remove { key });
    }

    /// The store has nothing under this key: the journal needs nothing either, unless there is an
    /// entry again.
    pub(crate) fn entry_gone(&mut self, ctx: &mut Context<'_, V>, key: String) {
        if !self.entries.contains_key(&key) {
            ctx.journal(JournalCommand::Remove { key });
        }
    }

    /// Puts everything into the journal again: what was there is gone, or another's. The store
    /// follows once it is open.
    pub(crate) fn keep_all(&mut self, ctx: &mut Context<'_, V>) {
        let keys: Vec<String> = self.entries.keys().cloned().collect();
        for key in keys {
            self.keep(ctx, &key);
        }
    }
}
