//! What became of an entry: taken, put off, or parked.

use super::sending::unknown_outcome;
use super::{Entry, Kind, Outbox, Stage};
use crate::engine::context::Context;
use crate::engine::delivery::{Followed, Step};
use crate::engine::error::ClientError;
use crate::engine::rooms::Rooms;
use crate::engine::store::{Purpose, StoreOp, Table};
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::message::SendAckHead;
use crate::wire::planted::{PlantedBug, is_planted};

impl<V: Value> Outbox<V> {
    /// The entry sent under `ack` was answered, or not in time (`None`).
    pub(crate) fn answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        id: u64,
        args: Option<&V>,
    ) {
        let stage = self.entries.get(key).map(|entry| entry.stage);
        let Some(Stage::InFlight { ack, sent_ms, .. }) = stage.filter(|stage| is_of(*stage, id))
        else {
            return;
        };
        debug_assert_eq!(ack, id);
        let answer = Ack::answer(args);
        match answer {
            Some(Ok(body)) => self.accepted(up, rooms, key, body),
            Some(Err(refusal)) => self.refused(up.ctx, rooms, key, refusal.into()),
            None if !up.connection.has_capability(capability::MESSAGES) => {
                self.park(up.ctx, rooms, key, unknown_outcome());
            }
            // A server that says nothing at all is not there: that is no attempt.
            None if !up.connection.was_heard_since(sent_ms) => {
                let not_before_ms = up.ctx.now.mono_ms + self.limits.delay_ms(1, up.ctx.random);
                self.set_stage(key, Stage::Waiting { not_before_ms });
            }
            None => {
                let event = self.entries.get(key).map(|entry| entry.kind.event());
                let text = format!("Request timeout for event: {}", event.unwrap_or_default());
                let error = ClientError::new(ErrorCode::Timeout, text);
                self.refused(up.ctx, rooms, key, error);
            }
        }
    }

    /// The entry was not taken: later, where that may help.
    fn refused(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        error: ClientError<V>,
    ) {
        if error.is(ErrorCode::Fenced) {
            self.fenced(ctx, key, &error);
            return self.set_stage(key, Stage::Waiting { not_before_ms: 0 });
        }
        let limits = self.limits;
        let Some(entry) = self.get_mut(key) else {
            return;
        };
        let is_chained = matches!(
            entry.stage,
            Stage::InFlight {
                is_chained: true,
                ..
            }
        );
        if is_chained && error.retryable {
            // What became of the one before it decides: that was no attempt.
            entry.is_tried &= error.is(ErrorCode::Timeout);
            let room = entry.room.clone();
            let not_before_ms = ctx.now.mono_ms + error.retry_after_ms.unwrap_or(0);
            self.set_stage(key, Stage::Waiting { not_before_ms });
            if let Some(line) = self.channels.get_mut(&room) {
                line.be_careful();
            }
            return self.tell(ctx, "message:updated", key);
        }
        entry.retries = entry.retries.saturating_add(1);
        entry.last_retry_ms = Some(ctx.now.wall_ms);
        // Whoever refuses has not taken it.
        entry.is_tried &= error.is(ErrorCode::Timeout);
        if !error.retryable || entry.retries >= limits.max_retries {
            return self.park(ctx, rooms, key, error);
        }
        let delay_ms = limits.delay_ms(entry.retries, ctx.random);
        let not_before_ms = ctx.now.mono_ms + delay_ms.max(error.retry_after_ms.unwrap_or(0));
        entry.error = Some(error);
        entry.revision += 1;
        self.set_stage(key, Stage::Waiting { not_before_ms });
        if is_planted(PlantedBug::LetsLaterPass)
            && let Some(room) = self.entries.get(key).map(|entry| entry.room.clone())
            && let Some(line) = self.channels.get_mut(&room)
        {
            line.let_pass();
        }
        self.note(ctx, key);
        self.tell(ctx, "message:updated", key);
    }

    /// The server has seen a higher fence than the one that the entry was sent under.
    fn fenced(&mut self, ctx: &mut Context<'_, V>, key: &str, error: &ClientError<V>) {
        let stage = self.entries.get(key).map(|entry| entry.stage);
        let Some(Stage::InFlight {
            fence: Some(fence), ..
        }) = stage
        else {
            return;
        };
        let details = error.details.as_ref();
        let named = details.and_then(|details| details.field("fence")?.as_number());
        ctx.keep.fence_refused(fence, named, ctx.now.wall_ms);
        // Of an older one than is ours now it was to be expected.
        self.is_fenced |= Some(fence) >= ctx.keep.fence();
    }

    /// The entry is given back to the app, and kept until the app decides.
    pub(super) fn park(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        error: ClientError<V>,
    ) {
        let Some(entry) = self.get_mut(key) else {
            return;
        };
        entry.error = Some(error.clone());
        entry.revision += 1;
        if is_planted(PlantedBug::ParksInSilence) {
            self.settle(key);
            return;
        }
        self.set_stage(key, Stage::Parked);
        self.note(ctx, key);
        if let Some(entry) = self.entries.get(key) {
            Self::show_failed(ctx, rooms, entry, &error);
            if error.is(ErrorCode::StaleVersion) {
                self.conflicts.push((entry.as_ref().clone(), error.clone()));
            }
        }
        for request in self.take_promises(key) {
            let mut error = error.clone();
            if is_planted(PlantedBug::SaysTextInError)
                && let Some(entry) = self.entries.get(key)
                && let Some(text) = entry
                    .payload
                    .field("content")
                    .and_then(|text| text.as_text())
            {
                error.message.push_str(&text);
            }
            ctx.reject(request, error);
        }
        self.tell(ctx, "message:failed", key);
        self.count_failed();
    }

    /// The server has the entry: it goes out of the store, what it became goes in, in one
    /// transaction.
    fn accepted(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        body: Option<V>,
    ) {
        let op = StoreOp::Delete {
            table: Table::Outbox,
            key: key.to_owned(),
        };
        let purpose = Purpose::EntryGone {
            key: key.to_owned(),
        };
        up.ctx.keep.fenced(op, purpose);
        up.ctx.keep.fence_taken();
        let receipt = self.taken(up, rooms, key, body);
        let fields = vec![("key", V::string(key)), ("receipt", receipt)];
        up.ctx.post("acked", fields);
    }

    /// The server has the entry, as it said here or to another tab. Gives the receipt.
    pub(super) fn taken(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        body: Option<V>,
    ) -> V {
        let head = body.as_ref().map(SendAckHead::read).unwrap_or_default();
        let Some(entry) = self.settle(key) else {
            return V::null();
        };
        let fields = receipt_fields(&entry, &head, body.as_ref());
        let receipt = V::object(&fields);
        Self::show_taken(up, rooms, &entry, &head, &fields);
        for request in self.take_promises(key) {
            if is_planted(PlantedBug::SettlesTwice) {
                up.ctx.resolve(request, receipt.clone());
            }
            up.ctx.resolve(request, receipt.clone());
        }
        if entry.kind == Kind::Message {
            self.followed.push(Followed {
                client_message_id: entry.key.clone(),
                room: entry.room.clone(),
                step: Step::Accepted {
                    message_id: head.message_id.clone(),
                    seq: head.seq,
                },
            });
        }
        self.tell_of(up.ctx, "message:sent", &entry);
        self.count_sent();
        receipt
    }
}

fn is_of(stage: Stage, id: u64) -> bool {
    matches!(stage, Stage::InFlight { ack, .. } if ack == id)
}

/// What the app's promise resolves with.
fn receipt_fields<V: Value>(
    entry: &Entry<V>,
    head: &SendAckHead,
    body: Option<&V>,
) -> Vec<(&'static str, V)> {
    // A server without ids has accepted it all the same: until an echo says more, the message is
    // known by the id it was given here.
    let named = head.message_id.clone().or_else(|| entry.message_id());
    let message_id = named.unwrap_or_else(|| entry.key.clone());
    let mut fields = vec![
        ("messageId", V::string(&message_id)),
        ("clientMessageId", V::string(&entry.key)),
    ];
    let version = body.and_then(|body| body.field("version"));
    fields.extend(version.map(|version| ("version", version)));
    fields.extend(head.seq.map(|seq| ("seq", V::number(seq as f64))));
    fields.extend(head.epoch.as_ref().map(|epoch| ("epoch", V::string(epoch))));
    let time = head.timestamp.as_ref();
    fields.extend(time.map(|time| ("timestamp", V::string(time))));
    fields
}
