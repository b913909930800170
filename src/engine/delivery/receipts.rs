//! What the server says of our own messages, and what the app is told of that.

use super::Delivery;
use super::ledger::{Place, RecordId};
use super::record::{Counts, Failure, Level, Record, State};
use crate::engine::context::Context;
use crate::engine::output::Notification;
use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::names;
use crate::wire::receipt::{
    DeliveryState, DeliveryStatus, FailedHead, MemberReceipt, MessageAckHead, ReceiptHead, SentHead,
};

/// What of a record the app can see change.
type Shown = (State, Counts);

impl<V: Value> Delivery<V> {
    /// `message:sent` came.
    pub(crate) fn sent_came(&mut self, ctx: &mut Context<'_, V>, body: &V) {
        let Ok(head) = SentHead::read(body) else {
            return;
        };
        self.ledger.set_now(ctx.now.wall_ms);
        let is_known = |id: &str| {
            let record = self.ledger.find(id);
            record.map(|record| record.is_accepted() && record.is_own)
        };
        let client_id = head.client_message_id.as_deref();
        let was_accepted = client_id
            .and_then(is_known)
            .or_else(|| is_known(&head.message_id))
            .unwrap_or(false);
        let id = self.ledger.own(Place {
            client_message_id: client_id,
            message_id: Some(&head.message_id),
            room: head.channel_id.as_deref(),
            seq: head.seq,
        });
        self.ledger.change(id, |record| record.reach(State::Sent));
        if !was_accepted {
            self.tell_sent(ctx, id, head.sent_at.as_deref());
        }
    }

    /// `message:delivered`, `message:read`, or one of their batches came.
    pub(crate) fn receipt_came(&mut self, ctx: &mut Context<'_, V>, level: Level, body: &V) {
        let Ok(head) = ReceiptHead::read(body) else {
            return;
        };
        self.ledger.set_now(ctx.now.wall_ms);
        let level = match ctx.settings.delivery.shows_reading() {
            true => level,
            false => Level::Delivered,
        };
        let mut before = Vec::new();
        for message_id in &head.message_ids {
            let place = Place {
                message_id: Some(message_id),
                room: head.channel_id.as_deref(),
                ..Place::default()
            };
            let shown = self.shown(message_id);
            let user_id = head.user_id.as_deref();
            let id = self
                .ledger
                .receive(place, user_id, level, head.at.as_deref());
            before.push((id, shown));
        }
        if let [id] = head.message_ids.as_slice() {
            self.ledger.count(
                id,
                Counts {
                    delivered: head.delivered_count.unwrap_or(0),
                    read: head
                        .read_count
                        .filter(|_| level == Level::Read)
                        .unwrap_or(0),
                    total: head.total_recipients.unwrap_or(0),
                },
            );
        }
        for count in &head.counts {
            self.ledger.count(
                &count.message_id,
                Counts {
                    delivered: count.delivered_count,
                    read: if level == Level::Read {
                        count.read_count
                    } else {
                        0
                    },
                    total: count.total_recipients,
                },
            );
        }
        let mut changed: Vec<RecordId> = before
            .into_iter()
            .filter(|(id, shown)| *shown != self.shown_of(*id))
            .map(|(id, _)| id)
            .collect();
        if let (Some(room), Some(user_id), Some(up_to_seq)) =
            (&head.channel_id, &head.user_id, head.up_to_seq)
        {
            changed.extend(self.ledger.raise(room, user_id, level, up_to_seq));
            self.room(room).is_unsaved = true;
        }
        self.tell_receipt(ctx, level, &head, &changed);
    }

    /// A resume told how far the other members of a room have come.
    pub(crate) fn members_came(
        &mut self,
        ctx: &mut Context<'_, V>,
        room: &str,
        receipts: &[MemberReceipt],
    ) {
        self.ledger.set_now(ctx.now.wall_ms);
        for receipt in receipts {
            let head = |up_to_seq| ReceiptHead {
                channel_id: Some(room.to_owned()),
                user_id: Some(receipt.user_id.clone()),
                up_to_seq: Some(up_to_seq),
                ..ReceiptHead::default()
            };
            let mut cursors = vec![(Level::Delivered, receipt.delivered_up_to_seq)];
            if ctx.settings.delivery.shows_reading() {
                cursors.push((Level::Read, receipt.read_up_to_seq));
            }
            for (level, up_to_seq) in cursors {
                let changed = self.ledger.raise(room, &receipt.user_id, level, up_to_seq);
                self.tell_receipt(ctx, level, &head(up_to_seq), &changed);
            }
        }
        if !receipts.is_empty() {
            self.room(room).is_unsaved = true;
        }
    }

    /// `message:failed` of the product documents came.
    pub(crate) fn failed_came(&mut self, ctx: &mut Context<'_, V>, body: &V) {
        let Ok(head) = FailedHead::read(body) else {
            return;
        };
        self.ledger.set_now(ctx.now.wall_ms);
        let failure = Failure {
            code: head.error_code.unwrap_or_default(),
            message: head.error_message.unwrap_or_default(),
        };
        if let Some(id) = self.ledger.fail(&head.client_message_id, failure) {
            self.tell_failed(ctx, id);
        }
    }

    /// `message:ack` of the product documents came.
    pub(crate) fn ack_came(&mut self, ctx: &mut Context<'_, V>, body: &V) {
        let Ok(head) = MessageAckHead::read(body) else {
            return;
        };
        let Some(state) = head.state else { return };
        self.ledger.set_now(ctx.now.wall_ms);
        let before = self.shown(&head.message_id);
        let id = self.reached(ctx, &head.message_id, None, state);
        if let Some(id) = id.filter(|id| before != self.shown_of(*id)) {
            self.tell(ctx, names::MESSAGE_ACK, id, &|data| {
                data.text("status", state_name(state));
            });
        }
    }

    /// An answer to `delivery:sync` came, as acknowledgement or as event.
    pub(crate) fn statuses_came(&mut self, ctx: &mut Context<'_, V>, body: &V) {
        self.ledger.set_now(ctx.now.wall_ms);
        for status in DeliveryStatus::read_all(body) {
            let before = self.shown(&status.message_id);
            let client_id = status.client_message_id.as_deref();
            let Some(id) = self.reached(ctx, &status.message_id, client_id, status.state) else {
                continue;
            };
            let reads = ctx.settings.delivery.shows_reading();
            let counts = Counts {
                delivered: status.delivered_count.unwrap_or(0),
                read: status.read_count.filter(|_| reads).unwrap_or(0),
                total: status.total_recipients.unwrap_or(0),
            };
            if status.state != DeliveryState::Failed {
                self.ledger.change(id, |record| record.count(counts));
            }
            if before != self.shown_of(id) {
                self.tell_state(ctx, id);
            }
        }
    }

    /// The server said how far a message of ours has come. `None` where it is not known here.
    fn reached(
        &mut self,
        ctx: &Context<'_, V>,
        message_id: &str,
        client_message_id: Option<&str>,
        state: DeliveryState,
    ) -> Option<RecordId> {
        let known = |id| self.ledger.find(id).is_some();
        if !known(message_id) && !client_message_id.is_some_and(known) {
            return None;
        }
        if state == DeliveryState::Failed {
            let failure = Failure {
                code: String::new(),
                message: "the server reported a failure".to_owned(),
            };
            return self.ledger.fail(message_id, failure);
        }
        let id = self.ledger.own(Place {
            client_message_id,
            message_id: Some(message_id),
            ..Place::default()
        });
        let state = match state {
            DeliveryState::Read if ctx.settings.delivery.shows_reading() => State::Read,
            DeliveryState::Read | DeliveryState::Delivered => State::Delivered,
            DeliveryState::Sent | DeliveryState::Failed => State::Sent,
        };
        self.ledger.change(id, |record| record.reach(state));
        Some(id)
    }

    fn shown(&self, message_id: &str) -> Option<Shown> {
        let record = self.ledger.find(message_id)?;
        Some((record.state(), record.counts()))
    }

    fn shown_of(&self, id: RecordId) -> Option<Shown> {
        let record = self.ledger.get(id)?;
        Some((record.state(), record.counts()))
    }

    // What the app is told: the documents' names, with the fields of the server's events.

    /// The server has a message of ours, and may have said more of it before.
    pub(super) fn tell_sent(&mut self, ctx: &mut Context<'_, V>, id: RecordId, at: Option<&str>) {
        self.tell(ctx, names::MESSAGE_SENT, id, &|data| {
            data.maybe_text("sentAt", at);
        });
        let state = self.ledger.get(id).map(Record::state);
        if state.is_some_and(|state| state > State::Sent) {
            self.tell_state(ctx, id);
        }
    }

    /// A message of ours was given up, if it was.
    pub(super) fn tell_failed(&mut self, ctx: &mut Context<'_, V>, id: RecordId) {
        let Some(failure) = self.ledger.get(id).and_then(Record::failure).cloned() else {
            return;
        };
        self.tell(ctx, names::MESSAGE_FAILED, id, &|data| {
            data.text("errorCode", &failure.code)
                .text("errorMessage", &failure.message)
                .text("error", &failure.message);
        });
    }

    /// How far a message of ours has come, whoever brought it there.
    fn tell_state(&mut self, ctx: &mut Context<'_, V>, id: RecordId) {
        match self.ledger.get(id).map(Record::state) {
            Some(State::Sent) => self.tell(ctx, names::MESSAGE_SENT, id, &|_| {}),
            Some(State::Delivered) => self.tell(ctx, names::MESSAGE_DELIVERED, id, &|_| {}),
            Some(State::Read) => {
                let event = match ctx.settings.delivery.shows_reading() {
                    true => names::MESSAGE_READ,
                    false => names::MESSAGE_DELIVERED,
                };
                self.tell(ctx, event, id, &|_| {});
            }
            Some(State::Failed) => self.tell_failed(ctx, id),
            _ => {}
        }
    }

    fn tell_receipt(
        &mut self,
        ctx: &mut Context<'_, V>,
        level: Level,
        head: &ReceiptHead,
        changed: &[RecordId],
    ) {
        let (one, many, when) = match level {
            Level::Delivered => (
                names::MESSAGE_DELIVERED,
                names::MESSAGE_BATCH_DELIVERED,
                "deliveredAt",
            ),
            Level::Read => (names::MESSAGE_READ, names::MESSAGE_BATCH_READ, "readAt"),
        };
        if let [id] = changed {
            return self.tell(ctx, one, *id, &|data| {
                data.maybe_text("userId", head.user_id.as_deref())
                    .maybe_number("upToSeq", head.up_to_seq.map(|seq| seq as f64))
                    .maybe_text(when, head.at.as_deref());
            });
        }
        let known = changed.iter().filter_map(|id| self.ledger.get(*id));
        let ids: Vec<String> = known
            .filter_map(|record| record.message_id.clone())
            .collect();
        if ids.is_empty() {
            return;
        }
        let data = Object::new()
            .maybe_text("channelId", head.channel_id.as_deref())
            .maybe_text("userId", head.user_id.as_deref())
            .maybe_number("upToSeq", head.up_to_seq.map(|seq| seq as f64))
            .texts("messageIds", &ids)
            .maybe_text(when, head.at.as_deref())
            .build();
        ctx.notify(Notification::Delivery { event: many, data });
    }

    fn tell(
        &self,
        ctx: &mut Context<'_, V>,
        event: &'static str,
        id: RecordId,
        more: &dyn Fn(&mut Object<V>),
    ) {
        let Some(record) = self.ledger.get(id) else {
            return;
        };
        let counts = record.counts();
        let shows_reading = ctx.settings.delivery.shows_reading();
        let read = if shows_reading { counts.read } else { 0 };
        let mut data = Object::new();
        data.maybe_text("messageId", record.message_id.as_deref())
            .maybe_text("clientMessageId", record.client_message_id.as_deref())
            .maybe_text("channelId", record.room.as_deref())
            .maybe_number("seq", record.seq.map(|seq| seq as f64));
        if let names::MESSAGE_DELIVERED | names::MESSAGE_READ = event {
            data.number("deliveredCount", f64::from(counts.delivered))
                .number("readCount", f64::from(read))
                .number("totalRecipients", f64::from(counts.total));
        }
        more(&mut data);
        let data = data.build();
        ctx.notify(Notification::Delivery { event, data });
    }
}

const fn state_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Sent => "sent",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Read => "read",
        DeliveryState::Failed => "failed",
    }
}
