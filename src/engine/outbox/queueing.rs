//! What the app does with the queue.

use super::entry::{Entry, Kind, Place, Safe, Stage, UNKNOWN_ORDER};
use super::record::gone_record;
use super::{Outbox, Wish};
use crate::engine::config::MAX_PARKED_ENTRIES;
use crate::engine::context::Context;
use crate::engine::delivery::{Followed, Step};
use crate::engine::error::ClientError;
use crate::engine::input::{Operation, RequestId};
use crate::engine::output::Notification;
use crate::engine::rooms::Rooms;
use crate::engine::store::{JournalCommand, seal};
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;
use crate::wire::ids::check_room_name;
use crate::wire::limits::MAX_PAYLOAD_BYTES;
use crate::wire::message::{SEND_OPTIONS, build_message_send, client_message_id};
use crate::wire::operation::{build_message_delete, build_message_edit, build_reaction};
use crate::wire::planted::{PlantedBug, is_planted};

/// What is to be queued.
pub(crate) struct Draft<V> {
    pub(crate) room: String,
    kind: Kind,
    payload: V,
    key: String,
}

impl<V: Value> Draft<V> {
    /// A message of these options; its key is the caller's, or a new one.
    pub(crate) fn message(
        ctx: &mut Context<'_, V>,
        room: &str,
        content: &V,
        options: &V,
    ) -> Result<Self, ClientError<V>> {
        let key = client_message_id(options)
            .map_err(|error| refused(&format!("the options are refused: {error}")))?;
        let key = key.unwrap_or_else(|| ctx.random.uuid_v7(ctx.now.wall_ms));
        Ok(Self {
            room: room.to_owned(),
            kind: Kind::Message,
            payload: build_message_send(room, content, options, &key, None),
            key,
        })
    }

    /// A message as `queueMessage` takes it.
    pub(crate) fn queued(ctx: &mut Context<'_, V>, message: &V) -> Result<Self, ClientError<V>> {
        let room = message.field("channelId").and_then(|room| room.as_text());
        let room = room.ok_or_else(|| refused("the field `channelId` is missing"))?;
        check_room_name(&room)
            .map_err(|error| refused(&format!("the field `channelId` {error}")))?;
        let content = message.field("content");
        if content
            .as_ref()
            .is_some_and(|text| text.as_text().is_none())
        {
            return Err(refused("the field `content` is invalid"));
        }
        let content = content.unwrap_or_else(|| V::string(""));
        Self::message(ctx, &room, &content, message)
    }

    /// A change of a message.
    pub(crate) fn operation(ctx: &mut Context<'_, V>, room: &str, operation: Operation<V>) -> Self {
        let key = ctx.random.uuid_v7(ctx.now.wall_ms);
        let (kind, payload) = match operation {
            Operation::Edit {
                message_id,
                content,
                base_version,
            } => (
                Kind::Edit,
                build_message_edit(room, &message_id, &content, base_version, &key, None),
            ),
            Operation::Delete { message_id } => (
                Kind::Delete,
                build_message_delete(room, &message_id, &key, None),
            ),
            Operation::AddReaction { message_id, emoji } => (
                Kind::ReactionAdd,
                build_reaction(room, &message_id, &V::string(&emoji), &key, None),
            ),
            Operation::RemoveReaction { message_id, emoji } => (
                Kind::ReactionRemove,
                build_reaction(room, &message_id, &V::string(&emoji), &key, None),
            ),
        };
        Self {
            room: room.to_owned(),
            kind,
            payload,
            key,
        }
    }
}

impl<V: Value> Outbox<V> {
    /// Queues a draft, and gives its key. One that waits under the same key already stays as it
    /// is; one that failed is replaced. `request` is settled with the outcome.
    pub(crate) fn queue(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        draft: Draft<V>,
        request: Option<RequestId>,
    ) -> Result<String, ClientError<V>> {
        let known = self.entries.get(&draft.key);
        let is_known = known.is_some();
        if known.is_some_and(|entry| !entry.is_parked()) {
            self.promise(&draft.key, request);
            return Ok(draft.key);
        }
        self.check_room_for_one(is_known)?;
        self.last_tab_seq += 1;
        // Until the store is open, it is not known what came before.
        if !up.ctx.keep.is_settled() {
            self.last_order = self.last_order.max(UNKNOWN_ORDER);
        }
        let entry = Entry {
            place: Place {
                order: self.last_order + 1,
                tab_id: self.tab_id.clone(),
                tab_seq: self.last_tab_seq,
            },
            key: draft.key,
            kind: draft.kind,
            room: draft.room,
            user: self.user.clone(),
            payload: draft.payload,
            // Whole, as a double holds it.
            nonce: (up.ctx.random.fraction() * (1_u64 << 53) as f64) as u64,
            revision: 1,
            created_ms: up.ctx.now.wall_ms,
            retries: 0,
            last_retry_ms: None,
            error: None,
            is_tried: false,
            stage: Stage::Waiting { not_before_ms: 0 },
            safe: Safe::Memory,
            is_told: false,
            is_missed: false,
        };
        if self.waiting() > 3
            && is_planted(PlantedBug::DropsOldest)
            && let Some(oldest) = self
                .channels
                .get(&entry.room)
                .and_then(|line| line.keys().next().cloned())
        {
            self.settle(&oldest);
        }
        let text = sealed(&entry)?;
        let key = entry.key.clone();
        if is_known {
            self.settle(&key);
        }
        self.insert(entry);
        self.promise(&key, request);
        self.write(up.ctx, &key, text);
        self.show(up, rooms, &key);
        self.tell(up.ctx, "message:queued", &key);
        Ok(key)
    }

    fn check_room_for_one(&self, replaces: bool) -> Result<(), ClientError<V>> {
        let most = self.limits.max_queue_size;
        let text = if self.waiting() >= most {
            format!("{most} messages wait to be sent: let some go first")
        } else if self.parked >= MAX_PARKED_ENTRIES && !replaces {
            format!("{MAX_PARKED_ENTRIES} messages failed: retry or discard some first")
        } else {
            return Ok(());
        };
        Err(ClientError::new(ErrorCode::QueueFull, text))
    }

    fn promise(&mut self, key: &str, request: Option<RequestId>) {
        if let Some(request) = request {
            let waiting = self.promises.get_or_default(key.to_owned());
            waiting.push(request);
        }
    }

    /// Takes an entry out that is not under way: true where it is certain not to be sent. One
    /// that was sent and not answered is under way, whatever became of the connection.
    /// `decides` tells whether this tab may take it out; else the sending tab is asked. What another
    /// page may have sent before this one led is taken out all the same, but nothing is certain.
    /// Nor is it without a store, where other tabs may have found the entry in the journal, nor
    /// without a journal, as long as the store has it.
    pub(crate) fn cancel(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        decides: bool,
    ) -> bool {
        let Some(entry) = self.entries.get(key) else {
            return false;
        };
        if entry.is_out() {
            return false;
        }
        if !decides {
            self.wish(ctx, key, Wish::Remove);
            return false;
        }
        let is_ours = entry.place.tab_id == self.tab_id;
        // What is nobody's yet, another tab may have found already.
        let is_users = ctx.keep.namespace().is_some_and(|of| of.user.is_some());
        let led_since = entry.place.tab_seq > self.unsure_up_to && ctx.keep.is_open() && is_users;
        self.discard(ctx, rooms, key);
        // Where the store keeps it until that has come through, and no journal says otherwise, it
        // is back after a crash.
        let is_noted = !self.is_journal_full || ctx.keep.is_memory_only();
        is_ours && is_noted && (led_since || !ctx.has_company)
    }

    /// An entry goes without having been sent.
    fn discard(&mut self, ctx: &mut Context<'_, V>, rooms: &mut Rooms<V>, key: &str) {
        let nonce = self.entries.get(key).map(|entry| entry.nonce);
        if self.withdraw(ctx, rooms, key) {
            // Until the store has it no more, the journal says so: it must not come back after a
            // crash.
            if let Some(Ok(text)) = nonce.map(|nonce| seal(&gone_record::<V>(key, nonce))) {
                let key = key.to_owned();
                ctx.journal(JournalCommand::Put { key, text });
            }
            ctx.post("gone", vec![("key", V::string(key))]);
            self.delete(ctx, key);
        }
    }

    /// An entry is gone, here or in another tab, without having been sent.
    pub(super) fn withdraw(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
    ) -> bool {
        let Some(entry) = self.settle(key) else {
            return false;
        };
        let error = ClientError::new(
            ErrorCode::Cancelled,
            "the message was taken out of the queue",
        );
        for request in self.take_promises(key) {
            ctx.reject(request, error.clone());
        }
        Self::hide(ctx, rooms, &entry);
        self.followed.push(Followed {
            client_message_id: entry.key.clone(),
            room: entry.room.clone(),
            step: Step::Discarded,
        });
        self.tell_of(ctx, "message:removed", &entry);
        true
    }

    /// Lays fields over an entry that is not under way.
    pub(crate) fn update(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        patch: &V,
        decides: bool,
    ) -> Result<bool, ClientError<V>> {
        // What the server may have already cannot be made another.
        let entry = self.entries.get(key);
        let Some(entry) = entry.filter(|entry| !entry.is_in_flight() && !entry.is_tried) else {
            return Ok(false);
        };
        let mut next = (**entry).clone();
        next.payload = entry.payload.with(&patched(entry.kind, patch)?);
        next.revision += 1;
        let text = sealed(&next)?;
        if !decides {
            self.wish(up.ctx, key, Wish::Update(patch.clone()));
            return Ok(false);
        }
        if let Some(entry) = self.get_mut(key) {
            *entry = next;
        }
        self.write(up.ctx, key, text);
        self.show_again(up, rooms, key);
        self.tell(up.ctx, "message:updated", key);
        Ok(true)
    }

    /// Lets an entry that failed wait again, in its old place.
    pub(crate) fn retry(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        decides: bool,
    ) -> bool {
        let Some(entry) = self.get_mut(key).filter(|entry| entry.is_parked()) else {
            return false;
        };
        if !decides {
            self.wish(up.ctx, key, Wish::Retry);
            return true;
        }
        entry.retries = 0;
        entry.error = None;
        entry.is_tried = false;
        entry.revision += 1;
        self.set_stage(key, Stage::Waiting { not_before_ms: 0 });
        self.keep(up.ctx, key);
        self.show(up, rooms, key);
        self.tell(up.ctx, "message:updated", key);
        true
    }

    /// A room is joined: what failed for want of that waits again.
    pub(crate) fn room_joined(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        room: &str,
        decides: bool,
    ) {
        if self.parked == 0 {
            return;
        }
        let is_meant = |entry: &Entry<V>| {
            let error = entry.error.as_ref();
            let was_out = error.is_some_and(|error| error.is(ErrorCode::NotInRoom));
            entry.is_parked() && entry.room == room && was_out
        };
        for key in self.keys(&is_meant) {
            self.retry(up, rooms, &key, decides);
        }
    }

    /// Takes out all that is not under way, and says how many.
    pub(crate) fn clear(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        decides: bool,
    ) -> usize {
        let mut count = 0;
        for key in &self.keys(&|entry| !entry.is_in_flight()) {
            count += usize::from(self.cancel(ctx, rooms, key, decides));
        }
        let data = V::object(&[("count", V::number(count as f64))]);
        ctx.notify(Notification::Queue {
            event: "queue:cleared",
            data,
        });
        count
    }

    /// Sets the limits that `options` names.
    pub(crate) fn configure(&mut self, options: &V) -> Result<(), ClientError<V>> {
        self.limits = self.limits.merged(options)?;
        Ok(())
    }
}

/// The sealed record of an entry, if it can be written and sent.
pub(super) fn sealed<V: Value>(entry: &Entry<V>) -> Result<String, ClientError<V>> {
    let text = seal(&entry.to_record())?;
    if text.len() > MAX_PAYLOAD_BYTES {
        let text = "the message is larger than the server takes: shorten it";
        return Err(ClientError::new(ErrorCode::PayloadTooLarge, text));
    }
    Ok(text)
}

/// The fields of a patch that an entry of this kind has.
fn patched<V: Value>(kind: Kind, patch: &V) -> Result<Vec<(&'static str, V)>, ClientError<V>> {
    let (own, options): (&[&'static str], &[&'static str]) = match kind {
        Kind::Message => (&["content"], &SEND_OPTIONS),
        Kind::Edit => (&["content", "baseVersion"], &[]),
        Kind::Delete => (&[], &[]),
        Kind::ReactionAdd | Kind::ReactionRemove => (&["emoji"], &[]),
    };
    let keys = own.iter().chain(options);
    let found = keys.filter_map(|key| Some((*key, patch.field(key)?)));
    let fields: Vec<_> = found.collect();
    let is_text = |(key, value): &(&str, V)| *key != "content" || value.as_text().is_some();
    if fields.is_empty() || !fields.iter().all(is_text) {
        return Err(refused("the update has no field that can be changed so"));
    }
    Ok(fields)
}

fn refused<V: Value>(text: &str) -> ClientError<V> {
    ClientError::new(ErrorCode::ValidationError, text)
}
