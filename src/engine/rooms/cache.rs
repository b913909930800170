//! The messages of a room in the store, so that it shows them before there is a connection, and
//! asks only for what was missed. A cache: it may lag, be given up, or be found useless.

use super::{Room, Rooms};
use crate::engine::config::{
    CACHE_COMMIT_DELAY_MS, CACHE_REST_MS, CACHE_SLACK, CACHED_MESSAGES, MAX_CACHED_ROOMS,
};
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::output::Notification;
use crate::engine::store::{Kept, Purpose, Record, StoreOp, Table, seal, unseal};
use crate::engine::timeline::Span;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::error::ErrorCode;
use crate::wire::message::MessageHead;
use crate::wire::{optional_integer, optional_text};

/// What the store says of a room's messages, in the table of rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CacheRecord {
    epoch: Option<String>,
    span: Span,
    /// When it was put, in milliseconds since the Unix epoch.
    put_at_ms: u64,
}

impl CacheRecord {
    fn read<V: Value>(body: &V) -> Option<Self> {
        let integer = |key| optional_integer(body, key).ok()?;
        Some(Self {
            epoch: optional_text(body, "epoch").ok()?,
            span: Span {
                cursor: integer("cursor")?,
                after: integer("after")?,
                count: usize::try_from(integer("count")?).ok()?,
            },
            put_at_ms: integer("putAt")?,
        })
    }

    fn to_value<V: Value>(&self) -> V {
        Object::new()
            .maybe_text("epoch", self.epoch.as_deref())
            .number("cursor", self.span.cursor as f64)
            .number("after", self.span.after as f64)
            .number("count", self.span.count as f64)
            .number("putAt", self.put_at_ms as f64)
            .build()
    }
}

/// How far a room's messages are in the store.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// Counts beginnings anew: what became of an older one's changes says nothing.
    generation: u32,
    /// What was handed to the store: nothing of it while `None`.
    put: Option<Span>,
    /// The record that went along. Where it is another by now, so are the messages.
    record: String,
    /// Where the log stood when it was looked at last for what there is to put.
    looked_at: Option<u64>,
    /// The store gave changes up: it is left alone until then.
    not_before_ms: u64,
    /// Messages in the store, about.
    stored: usize,
    /// Up to here everything is in the store, or held in memory where there is none.
    kept_up_to: Option<u64>,
    told_kept: Option<u64>,
    /// Since when there is something to put.
    marked_at_ms: Option<u64>,
    /// What is in the store is being read.
    is_reading: bool,
}

impl Cache {
    /// Whether it is known that there is something to put.
    pub(super) fn is_marked(&self) -> bool {
        self.marked_at_ms.is_some()
    }

    /// When what there is to put is put.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        Some(self.marked_at_ms? + CACHE_COMMIT_DELAY_MS)
    }

    /// Nothing that is in the store counts any more.
    pub(super) fn begin_anew(&mut self) {
        *self = Self {
            generation: self.generation.wrapping_add(1),
            is_reading: self.is_reading,
            ..Self::default()
        };
    }
}

impl<V: Value> Rooms<V> {
    /// The store is open, and these are its records of rooms. Rooms of which nothing is known are
    /// filled from it, the others are put into it.
    pub(crate) fn store_opened(
        &mut self,
        ctx: &mut Context<'_, V>,
        records: Vec<(String, String)>,
    ) {
        self.cached.clear();
        for (name, text) in records {
            match unseal::<V>(&text) {
                Record::Sound(body) => match CacheRecord::read(&body) {
                    Some(record) => drop(self.cached.insert(name, record)),
                    None => set_aside(ctx, &name, &text),
                },
                Record::Corrupt => set_aside(ctx, &name, &text),
                Record::Newer => {}
            }
        }
        self.bound_cached(ctx);
        for (name, room) in self.rooms.iter_mut() {
            room.cache.begin_anew();
            room.cache.is_reading = false;
            room.read_cache(ctx, name, self.cached.contains_key(name));
            room.mark(ctx);
        }
    }

    /// The store was taken away with all that was in it.
    pub(crate) fn store_lost(&mut self) {
        self.cached.clear();
        for (_, room) in self.rooms.iter_mut() {
            room.cache.begin_anew();
        }
    }

    /// The record and the messages of a room, as they were found in the store together: another
    /// tab may have put others since it was opened. `user` is whose store it is. False
    /// where the server has brought some before: they count, then.
    pub(crate) fn messages_read(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        record: Option<&str>,
        messages: Vec<V>,
        user: Option<&str>,
    ) -> bool {
        self.cached.remove(name);
        let record = record.and_then(|text| match unseal::<V>(text) {
            Record::Sound(body) => CacheRecord::read(&body),
            Record::Corrupt | Record::Newer => None,
        });
        let Some(room) = self.rooms.get_mut(name) else {
            return false;
        };
        if !std::mem::take(&mut room.cache.is_reading) {
            return false;
        }
        room.cache.looked_at = None;
        let mut is_restored = false;
        if let Some(record) = record {
            is_restored = room.restore(up.ctx, name, &record, messages, user);
            room.fill(up, name);
        }
        room.settle(up.ctx);
        is_restored
    }

    /// What became of what was put of a room.
    pub(crate) fn room_kept(
        &mut self,
        now_ms: u64,
        name: &str,
        generation: u32,
        up_to_seq: u64,
        kept: Kept,
    ) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let cache = &mut room.cache;
        if cache.generation != generation {
            return;
        }
        if kept != Kept::Committed {
            cache.put = None;
            cache.not_before_ms = now_ms + CACHE_REST_MS;
        }
        cache.kept_up_to = cache.kept_up_to.max(Some(up_to_seq));
        self.has_kept = true;
    }

    /// How far each room's log is in the store without a hole, or in memory where there is no
    /// store: of the rooms where that went on since it was asked last.
    pub(crate) fn take_kept(&mut self) -> Vec<(String, u64)> {
        if !std::mem::take(&mut self.has_kept) {
            return Vec::new();
        }
        let rooms = self.rooms.iter_mut().filter_map(|(name, room)| {
            let cache = &mut room.cache;
            let is_further = cache.kept_up_to > cache.told_kept;
            cache.told_kept = cache.kept_up_to;
            Some((name.clone(), cache.kept_up_to.filter(|_| is_further)?))
        });
        rooms.collect()
    }

    /// How far a room's log is in the store without a hole, or in memory where there is none.
    #[cfg(all(test, not(target_family = "wasm")))]
    pub(crate) fn kept_up_to(&self, name: &str) -> Option<u64> {
        self.get(name)?.cache.kept_up_to
    }

    /// The server has a message of ours: it is put in the transaction that takes it out of the
    /// outbox. Where its echo was here before, so that nothing is missing up to it, all that the
    /// store lacks of the room goes along, cursor included; else `body` stands for it until then.
    pub(crate) fn keep_taken(&mut self, ctx: &mut Context<'_, V>, name: &str, seq: u64, body: V) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        if room.timeline.cursor() >= Some(seq) {
            self.has_kept |= room.keep_log(ctx, name);
        } else {
            room.expect_own(ctx, name);
            let room = name.to_owned();
            ctx.keep
                .cache(StoreOp::PutMessage { room, seq, body }, Purpose::Nobody);
        }
    }

    /// Puts what has been marked for long enough.
    pub(super) fn keep_marked(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        for (name, room) in self.rooms.iter_mut() {
            if room.cache.deadline_ms().is_some_and(|at| at <= now_ms) {
                self.has_kept |= room.keep_log(ctx, name);
            }
        }
    }

    /// A room is wanted that was not: what the store has of it is read.
    pub(super) fn read_cached(&mut self, ctx: &mut Context<'_, V>, name: &str) {
        let is_cached = self.cached.contains_key(name);
        if let Some(room) = self.rooms.get_mut(name) {
            room.read_cache(ctx, name, is_cached);
        }
    }

    /// Nothing of a room stays in the store.
    pub(super) fn forget_cached(&mut self, ctx: &mut Context<'_, V>, name: &str) {
        self.cached.remove(name);
        forget(ctx, name);
    }

    /// Rooms that were not wanted for the longest time leave the store.
    fn bound_cached(&mut self, ctx: &mut Context<'_, V>) {
        while self.cached.len() > MAX_CACHED_ROOMS {
            let wanted = &self.rooms;
            let unused = self
                .cached
                .iter()
                .filter(|(name, _)| !wanted.contains_key(*name));
            let oldest = unused.min_by_key(|(_, record)| record.put_at_ms);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else {
                return;
            };
            self.forget_cached(ctx, &name);
        }
    }
}

impl<V: Value> Room<V> {
    /// Notes that there may be something to put.
    pub(super) fn mark(&mut self, ctx: &Context<'_, V>) {
        let is_further = self.timeline.cursor() != self.cache.looked_at;
        if is_further || self.timeline.is_touched() {
            self.cache.marked_at_ms.get_or_insert(ctx.now.mono_ms);
        }
    }

    fn read_cache(&mut self, ctx: &mut Context<'_, V>, name: &str, is_cached: bool) {
        if is_cached && self.timeline.cursor().is_none() {
            let limit = (CACHED_MESSAGES + CACHE_SLACK) as u32;
            let Context { keep, outputs, .. } = ctx;
            self.cache.is_reading = keep.read_messages(outputs, name, limit);
        }
    }

    /// Puts what the store lacks. True where that needs no store.
    fn keep_log(&mut self, ctx: &mut Context<'_, V>, name: &str) -> bool {
        self.cache.marked_at_ms = None;
        self.cache.looked_at = self.timeline.cursor();
        let is_without_store = ctx.keep.is_memory_only() || ctx.keep.namespace().is_none();
        if is_without_store || ctx.now.mono_ms < self.cache.not_before_ms {
            self.timeline.forget_touched();
            self.cache.kept_up_to = self.timeline.cursor();
            return true;
        }
        // Once the store is open, and was read, everything is put.
        if !ctx.keep.is_open() || self.cache.is_reading {
            return false;
        }
        let put = self.cache.put;
        let Some(excerpt) = self
            .timeline
            .excerpt(put.map(|put| (put.after, put.cursor)))
        else {
            return false;
        };
        if put.is_none() {
            ctx.keep
                .cache(delete_messages(name, u64::MAX), Purpose::Nobody);
            self.cache.stored = 0;
        } else {
            self.expect_own(ctx, name);
        }
        self.cache.stored += excerpt.messages.len();
        for (seq, body) in excerpt.messages {
            let room = name.to_owned();
            ctx.keep
                .cache(StoreOp::PutMessage { room, seq, body }, Purpose::Nobody);
        }
        let is_long = self.cache.stored > CACHED_MESSAGES + 2 * CACHE_SLACK;
        if let Some(before_seq) = excerpt.spare_before.filter(|_| is_long) {
            ctx.keep
                .cache(delete_messages(name, before_seq), Purpose::Nobody);
            self.cache.stored = CACHED_MESSAGES + CACHE_SLACK;
        }
        self.cache.put = Some(excerpt.span);
        self.put_record(ctx, name, excerpt.span);
        false
    }

    /// What follows adds to what this tab has put: not to what another has put since then, which
    /// may be further, or less far.
    fn expect_own(&self, ctx: &mut Context<'_, V>, name: &str) {
        let expect = StoreOp::Expect {
            table: Table::Rooms,
            key: name.to_owned(),
            text: self.cache.record.clone(),
        };
        ctx.keep.cache(expect, Purpose::Nobody);
    }

    fn put_record(&mut self, ctx: &mut Context<'_, V>, name: &str, span: Span) {
        let record = CacheRecord {
            epoch: self.timeline.epoch().map(str::to_owned),
            span,
            put_at_ms: ctx.now.wall_ms,
        };
        let Ok(text) = seal(&record.to_value::<V>()) else {
            return;
        };
        self.cache.record.clone_from(&text);
        let put = StoreOp::Put {
            table: Table::Rooms,
            key: name.to_owned(),
            text,
        };
        let purpose = Purpose::Room {
            name: name.to_owned(),
            generation: self.cache.generation,
            up_to_seq: span.cursor,
        };
        ctx.keep.cache(put, purpose);
    }

    /// Fills the room with what was found, unless more is known by now.
    fn restore(
        &mut self,
        ctx: &mut Context<'_, V>,
        name: &str,
        record: &CacheRecord,
        messages: Vec<V>,
        user: Option<&str>,
    ) -> bool {
        let is_same_log =
            self.timeline.epoch().is_none() || self.timeline.epoch() == record.epoch.as_deref();
        if self.timeline.cursor().is_some() || !is_same_log {
            return false;
        }
        let mut span = record.span;
        let (found, unreadable) = sort_out(messages, &mut span);
        let within = |(head, ..): &&(MessageHead, V)| {
            head.seq
                .is_some_and(|seq| seq > span.after && seq <= span.cursor)
        };
        if unreadable > 0 {
            ctx.keep
                .cache(delete_messages(name, span.after + 1), Purpose::Nobody);
            let code = ErrorCode::RecordCorrupt;
            ctx.notify(Notification::Error(ClientError::new(code, code.message())));
        } else if found.iter().filter(within).count() != record.span.count {
            // Another tab kept other ones: which are missing is not known.
            return false;
        }
        let stored = found.len();
        let messages = found.into_iter().map(|(head, body)| {
            let own = user == Some(head.user_id.as_str());
            (head, body, own)
        });
        // The page under way would begin the room elsewhere.
        self.forget_pages();
        if let Some(epoch) = &record.epoch {
            self.enter_epoch(ctx, epoch);
        }
        let mut changes = Vec::new();
        self.timeline
            .restore(span, messages.collect(), &mut changes);
        self.tell_changes(ctx, changes);
        self.cache.put = Some(span);
        self.cache.record = seal(&record.to_value::<V>()).unwrap_or_default();
        self.cache.looked_at = Some(span.cursor);
        self.cache.stored = stored;
        self.cache.kept_up_to = Some(span.cursor);
        true
    }
}

/// The messages that can be read and have none after them that cannot: `span` shrinks to them.
/// And how many cannot be read.
fn sort_out<V: Value>(messages: Vec<V>, span: &mut Span) -> (Vec<(MessageHead, V)>, usize) {
    let mut found: Vec<(MessageHead, V)> = Vec::new();
    let mut unreadable = 0;
    for body in messages {
        match MessageHead::read(&body)
            .ok()
            .filter(|head| head.seq.is_some())
        {
            Some(head) => found.push((head, body)),
            None => {
                unreadable += 1;
                found.clear();
            }
        }
    }
    if unreadable > 0 {
        let first = found.first().and_then(|(head, _)| head.seq);
        span.after = first.map_or(span.cursor, |first| (first - 1).min(span.cursor));
    }
    (found, unreadable)
}

/// A record that cannot be read is put aside, as it is, and reported; what it was of goes.
fn set_aside<V: Value>(ctx: &mut Context<'_, V>, name: &str, text: &str) {
    let put = StoreOp::Put {
        table: Table::Quarantine,
        key: format!("{}/{name}", Table::Rooms.as_str()),
        text: text.to_owned(),
    };
    ctx.keep.urgent(put, Purpose::Nobody);
    forget(ctx, name);
    let code = ErrorCode::RecordCorrupt;
    ctx.notify(Notification::Error(ClientError::new(code, code.message())));
}

fn forget<V: Value>(ctx: &mut Context<'_, V>, name: &str) {
    if ctx.keep.is_open() {
        let delete = StoreOp::Delete {
            table: Table::Rooms,
            key: name.to_owned(),
        };
        ctx.keep.urgent(delete, Purpose::Nobody);
        ctx.keep
            .urgent(delete_messages(name, u64::MAX), Purpose::Nobody);
    }
}

fn delete_messages<V>(name: &str, before_seq: u64) -> StoreOp<V> {
    StoreOp::DeleteMessages {
        room: name.to_owned(),
        before_seq,
    }
}
