//! Entries as they are found: in the journal, in the store, and in other tabs.

use super::entry::{MOVED_ORDER, UNKNOWN_ORDER};
use super::record::{gone_nonce, is_gone};
use super::{Entry, Outbox, Safe};
use crate::engine::config::MAX_SETTLED_ENTRIES;
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::output::Notification;
use crate::engine::rooms::Rooms;
use crate::engine::sorted_map::SortedMap;
use crate::engine::store::{JournalCommand, Purpose, Record, StoreOp, Table, unseal};
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

impl<V: Value> Outbox<V> {
    /// What the journal of the namespace that is being opened holds, from every tab.
    pub(crate) fn journaled(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        records: Vec<(String, String)>,
    ) {
        let moved = self.keys_in_order(&|entry| entry.place.order > MOVED_ORDER);
        for (key, text) in records {
            self.merge(up, rooms, &key, &text, Safe::Journal);
        }
        // Behind what earlier pages moved, and did not live to place.
        self.number_behind(moved, MOVED_ORDER);
    }

    /// What the store holds, now that it is open. What it lacks follows. What the journal says of
    /// others' may be newer by now: that it was taken out.
    pub(crate) fn opened(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        records: Vec<(String, String)>,
    ) {
        for (key, text) in &records {
            self.merge(up, rooms, key, text, Safe::Store);
        }
        self.number_anew();
        for key in self.keys(&|_| true) {
            let entry = self.entries.get(&key);
            match entry.map(|entry| (entry.safe, entry.place.tab_id == self.tab_id)) {
                Some((Safe::Store, true)) => up.ctx.journal(JournalCommand::Remove { key }),
                Some((Safe::Store, false)) | None => {}
                Some(_) => self.keep(up.ctx, &key),
            }
        }
    }

    /// What was kept before the user was known goes on as the user's: after everything that is
    /// kept for them already.
    pub(crate) fn move_in(&mut self, ctx: &mut Context<'_, V>) {
        self.taken_up_to = 0;
        for key in self.keys(&|_| true) {
            if let Some(mut entry) = self.remove(&key) {
                entry.user = None;
                entry.place.move_back();
                self.insert(entry);
            }
        }
        self.keep_all(ctx);
    }

    /// What is left from before the user was known is kept as theirs, as far as it is: gives the
    /// records that need not stay where they were. Another user's do, and those of a newer version.
    /// `is_first` tells whether this tab has sent nothing yet: then what it queued itself, which is
    /// newer than what pages that are gone left, comes behind.
    pub(crate) fn move_more(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        mut left: Vec<(String, String)>,
        is_first: bool,
    ) -> Vec<(String, String)> {
        left.retain(|(key, text)| self.merge(up, rooms, key, text, Safe::Nobodys));
        let is_moved = |entry: &Entry<V>| entry.safe == Safe::Nobodys;
        let is_new = |entry: &Entry<V>| is_moved(entry) && entry.place.order > MOVED_ORDER;
        self.number_behind(self.keys_in_order(&is_new), 0);
        let mut changed = self.keys(&is_moved);
        if is_first && !changed.is_empty() {
            let is_own = |entry: &Entry<V>| {
                entry.place.tab_id == self.tab_id && entry.is_waiting() && !is_moved(entry)
            };
            let own = self.keys_in_order(&is_own);
            changed.extend(own.iter().cloned());
            self.number_behind(own, 0);
        }
        for key in changed {
            self.keep(up.ctx, &key);
        }
        left
    }

    /// There is no store: the journal is all there is.
    pub(crate) fn no_store(&mut self, ctx: &mut Context<'_, V>) {
        self.number_anew();
        self.keep_all(ctx);
    }

    /// Gives their order to entries that this tab queued before it was known what the store holds,
    /// and to those that were kept before the user was known. What the store has already keeps its
    /// place: another tab may be sending it.
    fn number_anew(&mut self) {
        let tab_id = self.tab_id.clone();
        let is_unplaced = |entry: &Entry<V>| {
            let is_own = entry.place.order > UNKNOWN_ORDER && entry.place.tab_id == tab_id;
            is_own || (entry.place.order > MOVED_ORDER && entry.safe != Safe::Store)
        };
        let mut keys = self.keys_in_order(&is_unplaced);
        let is_stored = |key: &String| {
            let entry = self.entries.get(key);
            entry.is_some_and(|entry| entry.safe == Safe::Store)
        };
        let stored = keys.iter().take_while(|key| is_stored(key)).count();
        keys.drain(..stored);
        self.number_behind(keys, 0);
    }

    /// Places these behind all the others and the least order, in this order.
    fn number_behind(&mut self, keys: Vec<String>, least: u64) {
        let entries = keys.into_iter().filter_map(|key| self.remove(&key));
        let entries: Vec<Entry<V>> = entries.collect();
        let others = self.entries.values().map(|entry| entry.place.order);
        let last = others.fold(least.max(self.taken_up_to), u64::max);
        if entries.is_empty() {
            return;
        }
        self.last_order = last;
        for mut entry in entries {
            entry.place.order = self.last_order + 1;
            entry.revision += 1;
            entry.safe = entry.safe.min(Safe::Journal);
            self.insert(entry);
        }
    }

    /// What the store holds, read again. What is not there any more was dealt with by another
    /// tab. One that came in while the store was read looks the same: what is missing is gone only
    /// where it was missing before this was asked for, which `is_last` tells.
    pub(crate) fn reread(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        records: Vec<(String, String)>,
        is_last: bool,
    ) {
        for (key, text) in &records {
            self.merge(up, rooms, key, text, Safe::Store);
        }
        let mut found = SortedMap::new();
        for (key, _) in &records {
            found.insert(key.as_str(), ());
        }
        let gone = |entry: &Entry<V>| {
            let is_kept = entry.safe == Safe::Store && !entry.is_in_flight();
            is_kept && !found.contains_key(entry.key.as_str())
        };
        let missing = self.entries.iter_mut().map(|(_, entry)| entry);
        let missing = missing.filter(|entry| gone(entry));
        let missing = missing.map(|entry| {
            let was_missed = std::mem::replace(&mut entry.is_missed, true);
            (entry.key.clone(), was_missed)
        });
        let missing: Vec<(String, bool)> = missing.collect();
        let reads_again = missing.iter().any(|(_, was_missed)| !was_missed);
        let is_gone = |(_, was_missed): &(String, bool)| *was_missed && is_last;
        for (key, _) in missing.into_iter().filter(is_gone) {
            self.lost_sight_of(up.ctx, rooms, &key);
        }
        if reads_again {
            up.ctx.keep.read_outbox(up.ctx.outputs);
        }
    }

    /// This tab leads from now on. Another did before, and may have sent what is queued.
    pub(crate) fn led(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        records: Vec<(String, String)>,
    ) {
        self.unsure_up_to = self.last_tab_seq;
        self.reread(up, rooms, records, false);
        self.adopt(up, rooms);
        self.grant_wishes(up, rooms);
    }

    /// The journal as it was before the store is read.
    pub(crate) fn journal_read(&mut self, records: Vec<(String, String)>) {
        self.journal = records;
    }

    /// What only the journal has may be of a tab that is gone: the tab that sends takes it on. What
    /// it says was taken out may be in the store yet.
    pub(crate) fn adopt(&mut self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>) {
        for (key, text) in std::mem::take(&mut self.journal) {
            let is_known = self.entries.contains_key(&key);
            if !is_known || is_gone::<V>(&text) {
                self.merge(up, rooms, &key, &text, Safe::Journal);
            }
            if !is_known {
                self.keep(up.ctx, &key);
            }
        }
    }

    /// Lets go of what other tabs queued: it stays where they keep it, with all that goes before it
    /// and is not known here.
    pub(crate) fn leave_others(&mut self, ctx: &mut Context<'_, V>, rooms: &mut Rooms<V>) {
        self.tab_seqs.clear();
        let tab_id = self.tab_id.clone();
        for key in self.keys(&|entry| entry.place.tab_id != tab_id) {
            if let Some(entry) = self.remove(&key) {
                self.reject_unknown(ctx, &key);
                Self::hide(ctx, rooms, &entry);
                self.tell_of(ctx, "message:removed", &entry);
            }
        }
    }

    /// Another tab sent an entry, or discarded it, and its word did not come through.
    pub(super) fn lost_sight_of(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
    ) {
        // What was nobody's may have been found by a tab that knows the user: it is not done with.
        let is_users = ctx.keep.namespace().is_some_and(|of| of.user.is_some());
        let lost = match is_users {
            true => self.settle(key),
            false => self.remove(key),
        };
        let Some(entry) = lost else {
            return;
        };
        let error = self.reject_unknown(ctx, key);
        Self::show_failed(ctx, rooms, &entry, &error);
        self.tell_of(ctx, "message:removed", &entry);
    }

    fn reject_unknown(&mut self, ctx: &mut Context<'_, V>, key: &str) -> ClientError<V> {
        let text = "another tab sent the message, or discarded it: look at the room";
        let error = ClientError::new(ErrorCode::UnknownOutcome, text);
        for request in self.take_promises(key) {
            ctx.reject(request, error.clone());
        }
        error
    }

    /// Takes a record for what it is: new, newer than what is here, the same, or done with. False
    /// where it is not for this page: another user's, or of a newer version.
    pub(super) fn merge(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        text: &str,
        safe: Safe,
    ) -> bool {
        match unseal(text) {
            Record::Sound(record) if gone_nonce(&record).is_some() => {
                self.was_taken_out(up.ctx, rooms, key, &record);
            }
            Record::Sound(record) => match Entry::read(&record).filter(|entry| entry.key == key) {
                Some(mut entry) => {
                    entry.safe = safe;
                    if safe == Safe::Nobodys {
                        let known = self.entries.get(key);
                        match known.filter(|known| known.nonce == entry.nonce) {
                            Some(known) => entry.place = known.place.clone(),
                            None => entry.place.move_back(),
                        }
                    }
                    return self.merge_entry(up, rooms, entry, true);
                }
                None => Self::set_aside(up.ctx, key, text, safe),
            },
            // Whoever wrote it sends it.
            Record::Newer => return false,
            Record::Corrupt => Self::set_aside(up.ctx, key, text, safe),
        }
        true
    }

    /// What another tab has put into the store. `leads` tells whether this tab sends: then an
    /// entry that does not follow on the last one known of its tab waits until the store was read,
    /// since the one between must go first; so does one that has another place now, and whatever
    /// comes until then.
    pub(super) fn put_elsewhere(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        text: &str,
        leads: bool,
    ) {
        let Record::Sound(record) = unseal(text) else {
            return;
        };
        let Some(entry) = Entry::read(&record) else {
            return;
        };
        let last_seq = self.tab_seqs.get(entry.place.tab_id.as_str());
        let is_next = last_seq.is_some_and(|last| last + 1 == entry.place.tab_seq);
        let is_certain = match self.entries.get(&entry.key) {
            Some(known) => known.place == entry.place,
            None => is_next,
        };
        if leads && (!is_certain || up.ctx.keep.is_reading()) {
            return up.ctx.keep.read_outbox(up.ctx.outputs);
        }
        self.merge_entry(up, rooms, entry, false);
    }

    /// Takes an entry in; `is_read` tells whether it comes from where it is kept, or from another
    /// tab, whose words may come late.
    fn merge_entry(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        mut entry: Entry<V>,
        is_read: bool,
    ) -> bool {
        let namespace = up.ctx.keep.namespace();
        let user = namespace.and_then(|of| of.user.clone());
        if entry.user.is_some() && entry.user != user {
            if user.is_none() && entry.place.order < UNKNOWN_ORDER {
                self.taken_up_to = self.taken_up_to.max(entry.place.order);
                self.last_order = self.last_order.max(entry.place.order);
            }
            return false;
        }
        entry.user = None;
        if up.ctx.keep.is_hidden() && entry.place.tab_id != self.tab_id {
            return true;
        }
        let (key, safe) = (&entry.key.clone(), entry.safe);
        let place = &entry.place;
        if self.tab_seqs.len() >= MAX_SETTLED_ENTRIES {
            self.tab_seqs.clear();
        }
        let last_seq = self.tab_seqs.get_or_default(place.tab_id.clone());
        *last_seq = place.tab_seq.max(*last_seq);
        if self.settled.contains(&entry.nonce) {
            // It came back from a tab that did not know.
            if !self.entries.contains_key(key) {
                self.delete(up.ctx, key);
                up.ctx.post("done", vec![("key", V::string(key))]);
            }
            return true;
        }
        let Some(known) = self.get_mut(key) else {
            self.insert(entry);
            self.show(up, rooms, key);
            self.tell(up.ctx, "message:queued", key);
            return true;
        };
        let is_same = known.nonce == entry.nonce;
        // Two tabs may have changed it at once: what the store has at last is what all go by, and
        // what the one that sends knows.
        let is_settled = safe == Safe::Store && known.safe == Safe::Store;
        let differs = known.is_parked() != entry.is_parked() || known.place != entry.place;
        let is_decided = is_same && is_settled && differs;
        let goes_by_store = is_decided && is_read && up.ctx.keep.fence().is_none();
        if is_same && known.revision == entry.revision && !is_decided {
            if safe == Safe::Store {
                known.safe = safe;
                known.is_missed = false;
            }
            return true;
        }
        let is_newer = match is_same {
            true => entry.revision >= known.revision || goes_by_store,
            false => entry.place > known.place,
        };
        if known.is_in_flight() {
            return true;
        }
        if !is_newer {
            // A tab whose disk is slow wrote an older one over it.
            if is_same && is_settled && up.ctx.keep.fence().is_some() {
                self.note(up.ctx, key);
            }
            return true;
        }
        self.remove(key);
        let error = entry.error.clone().filter(|_| entry.is_parked());
        self.insert(entry);
        self.show(up, rooms, key);
        match error {
            Some(error) => {
                for request in self.take_promises(key) {
                    up.ctx.reject(request, error.clone());
                }
                self.tell(up.ctx, "message:failed", key);
            }
            None => self.tell(up.ctx, "message:updated", key),
        }
        true
    }

    /// The journal says that an entry was taken out: if the store still has it, it goes.
    fn was_taken_out(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        record: &V,
    ) {
        let Some(nonce) = gone_nonce(record) else {
            return;
        };
        self.forget(nonce);
        if self
            .entries
            .get(key)
            .is_some_and(|entry| entry.nonce == nonce && !entry.is_in_flight())
        {
            self.withdraw(ctx, rooms, key);
        }
        if !self.entries.contains_key(key) {
            self.delete(ctx, key);
        }
    }

    /// A record that cannot be read is put aside, as it is, and reported.
    fn set_aside(ctx: &mut Context<'_, V>, key: &str, text: &str, safe: Safe) {
        let put = StoreOp::Put {
            table: Table::Quarantine,
            key: format!("{}/{key}", Table::Outbox.as_str()),
            text: text.to_owned(),
        };
        match safe {
            Safe::Store => {
                let delete = StoreOp::Delete {
                    table: Table::Outbox,
                    key: key.to_owned(),
                };
                ctx.keep.urgent(put, Purpose::Nobody);
                ctx.keep.urgent(delete, Purpose::Nobody);
            }
            _ => {
                let key = key.to_owned();
                ctx.keep.urgent(put, Purpose::EntryGone { key });
            }
        }
        let code = ErrorCode::RecordCorrupt;
        let error = ClientError::new(code, code.message());
        ctx.notify(Notification::Error(error));
    }
}
