//! A room's log as it comes live: messages, and operations on them.

use super::{Room, Rooms};
use crate::engine::config::MAX_DEFERRED_MESSAGES;
use crate::engine::context::Context;
use crate::engine::in_order::Placed;
use crate::engine::output::{Notification, TimelineChange};
use crate::engine::timeline::Received;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::change::MessageChange;
use crate::wire::connection::capability;
use crate::wire::message::MessageHead;
use crate::wire::operation::OperationHead;
use crate::wire::planted::{PlantedBug, is_planted};

impl<V: Value> Rooms<V> {
    /// `message:new` came.
    pub(crate) fn message_came(&mut self, up: &mut Uplink<'_, '_, V>, body: V) {
        let Ok(head) = MessageHead::read(&body) else {
            return;
        };
        // A server of the plain dialect never says who we are: there the text alone decides.
        let own = up.connection.user_id().is_none_or(|id| id == head.user_id);
        let Some(room) = self.get_mut(&head.room_name) else {
            // Not one of ours: no timeline, but whoever listens to all messages hears it.
            let room = V::string(&head.room_name);
            return up.ctx.notify(Notification::Message {
                room,
                message: body,
            });
        };
        let Context { random, now, .. } = &mut *up.ctx;
        let fresh = || random.uuid_v7(now.wall_ms);
        let body = room.timeline.identified(&head, body, own, fresh);
        if let Some(epoch) = &head.epoch {
            room.enter_epoch(up.ctx, epoch);
        }
        let mut changes = Vec::new();
        let received = room
            .timeline
            .receive(&head, body.clone(), own, &mut changes);
        let has_history = up.connection.has_capability(capability::HISTORY);
        if let Some(seq) = head.seq {
            if !has_history {
                room.timeline.begin_after(seq - 1, &mut changes);
            }
            let first = match is_planted(PlantedBug::TakesGapForCovered) {
                true => 1,
                false => seq,
            };
            room.timeline.cover(first, seq);
        }
        room.tell_changes(up.ctx, changes);
        room.fill(up, &head.room_name);
        match head.seq.filter(|seq| room.is_to_wait(*seq)) {
            _ if received == Received::Duplicate => {}
            Some(seq) => room.defer(up.ctx, seq, body),
            None => room.tell_message(up.ctx, body),
        }
        room.settle(up.ctx);
    }

    /// An operation on a message came: an edit, a deletion, a reaction.
    pub(crate) fn operation_came(&mut self, up: &mut Uplink<'_, '_, V>, event: &str, body: &V) {
        let (Ok(head), Some(change)) =
            (OperationHead::read(body), MessageChange::read(event, body))
        else {
            return;
        };
        let Some(room) = self.get_mut(&head.room_name) else {
            return;
        };
        if let Some(epoch) = &head.epoch {
            room.enter_epoch(up.ctx, epoch);
        }
        let has_history = up.connection.has_capability(capability::HISTORY);
        match head.seq {
            Some(seq) if room.timeline.is_covered(seq) => {}
            // Operations count in the order of the log: the page of what is missing brings it.
            Some(seq) if has_history && room.timeline.cursor() != Some(seq - 1) => {
                room.timeline.hear_of(seq);
            }
            seq => room.take_operation(up.ctx, seq, &head.message_id, change),
        }
        room.fill(up, &head.room_name);
        room.settle(up.ctx);
    }
}

impl<V: Value> Room<V> {
    /// Takes a message of others that simply is the next one. `None` where there is more to it,
    /// and then nothing has changed.
    pub(crate) fn take_next(
        &mut self,
        epoch: Option<&str>,
        seq: u64,
        body: &V,
    ) -> Option<Placed<V>> {
        let knows_epoch = epoch.is_none() || self.timeline.epoch() == epoch;
        if !knows_epoch
            || self.page.is_some()
            || !self.deferred.is_empty()
            || !self.cache.is_marked()
        {
            return None;
        }
        let (index, first_left) = self.timeline.append(seq, body)?;
        Some(Placed {
            room: self.label.clone(),
            index,
            first_left,
            is_unread: false,
        })
    }

    /// The next operation of the log, or one of a server without a log.
    fn take_operation(
        &mut self,
        ctx: &mut Context<'_, V>,
        seq: Option<u64>,
        message_id: &str,
        change: MessageChange<V>,
    ) {
        let mut changes = Vec::new();
        if let Some(seq) = seq {
            self.timeline.begin_after(seq - 1, &mut changes);
            self.timeline.cover(seq, seq);
        }
        if !is_planted(PlantedBug::DropsOperation) {
            self.timeline.apply(message_id, &change, &mut changes);
        }
        self.tell_changes(ctx, changes);
        if let Some(older) = &mut self.older {
            older.remember(message_id, change);
        }
    }

    /// Messages count under this epoch from now on. True where they counted under another: what
    /// was known is void, and so is a page of it that is under way.
    pub(crate) fn enter_epoch(&mut self, ctx: &mut Context<'_, V>, epoch: &str) -> bool {
        let anew = self.timeline.epoch().is_some_and(|known| known != epoch);
        if anew {
            self.tell_deferred(ctx);
            self.forget_pages();
            self.cache.begin_anew();
        }
        let mut changes = Vec::new();
        self.timeline.enter_epoch(epoch, &mut changes);
        self.tell_changes(ctx, changes);
        anew
    }

    /// Whether listeners are told of the message at this place only after those before it.
    fn is_to_wait(&self, seq: u64) -> bool {
        let is_behind_gap = self.timeline.cursor().is_some_and(|cursor| seq > cursor);
        self.is_filling() && (is_behind_gap || !self.deferred.is_empty())
    }

    /// Keeps a message from listeners until those before it have been told.
    pub(super) fn defer(&mut self, ctx: &mut Context<'_, V>, seq: u64, message: V) {
        if self.deferred.len() >= MAX_DEFERRED_MESSAGES {
            self.tell_deferred(ctx);
        }
        self.deferred.insert(seq, message);
    }

    pub(super) fn tell_deferred(&mut self, ctx: &mut Context<'_, V>) {
        self.tell_deferred_to(ctx, u64::MAX);
    }

    pub(super) fn tell_deferred_to(&mut self, ctx: &mut Context<'_, V>, last_seq: u64) {
        for (seq, message) in std::mem::take(&mut self.deferred) {
            if seq > last_seq {
                self.deferred.insert(seq, message);
            } else {
                self.tell_message(ctx, message);
            }
        }
    }

    /// The room is wanted no more: nothing of it is left here.
    pub(super) fn tell_gone(&mut self, ctx: &mut Context<'_, V>) {
        if !self.timeline.is_empty() {
            self.tell_changes(ctx, vec![TimelineChange::Reset]);
        }
        if !self.told_gaps.is_empty() {
            self.told_gaps.clear();
            self.notify_gaps(ctx);
        }
        if !self.members.is_empty() {
            let room = self.label.clone();
            ctx.notify(Notification::Members { room });
        }
    }

    /// After every change of the log: tells what is missing, and has the store follow.
    pub(super) fn settle(&mut self, ctx: &mut Context<'_, V>) {
        self.tell_gaps(ctx);
        self.mark(ctx);
    }

    fn tell_gaps(&mut self, ctx: &mut Context<'_, V>) {
        if self.told_gaps.is_empty() && !self.timeline.has_gap() {
            return;
        }
        let gaps = self.timeline.gaps();
        if gaps != self.told_gaps {
            self.told_gaps = gaps;
            self.notify_gaps(ctx);
        }
    }

    fn notify_gaps(&self, ctx: &mut Context<'_, V>) {
        ctx.notify(Notification::Gaps {
            room: self.label.clone(),
            gaps: self.told_gaps.clone(),
        });
    }

    fn tell_message(&self, ctx: &mut Context<'_, V>, message: V) {
        ctx.notify(Notification::Message {
            room: self.label.clone(),
            message,
        });
    }

    pub(crate) fn tell_changes(&self, ctx: &mut Context<'_, V>, changes: Vec<TimelineChange<V>>) {
        for change in changes {
            ctx.notify(Notification::Timeline {
                room: self.label.clone(),
                change,
            });
        }
    }
}
