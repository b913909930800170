//! Messages as they come: live, and by pages of what was missed.

use super::{Room, Rooms};
use crate::engine::acks::AckFor;
use crate::engine::config::{HISTORY_PAGE, MAX_DEFERRED_MESSAGES};
use crate::engine::context::Context;
use crate::engine::in_order::Placed;
use crate::engine::output::{Notification, TimelineChange};
use crate::engine::timeline::Received;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::message::MessageHead;
use crate::wire::names;
use crate::wire::sync::{PageHead, SyncMessages};

/// The page of a room's history that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The newest messages, for a room that is new here. They are history: listeners are not
    /// told.
    Newest,
    /// What was missed after this `seq`. Listeners are told, in order.
    After(u64),
}

impl<V: Value> Rooms<V> {
    /// `message:new` came. `own` tells whether it is this user's.
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
        let anew = match &head.epoch {
            Some(epoch) => room.enter_epoch(up.ctx, epoch),
            None => false,
        };
        if anew && up.connection.has_capability(capability::HISTORY) {
            room.ask_page(up, &head.room_name, Page::Newest);
        }
        let mut changes = Vec::new();
        let received = room
            .timeline
            .receive(&head, body.clone(), own, &mut changes);
        room.tell_changes(up.ctx, changes);
        if received == Received::Duplicate {
            return;
        }
        let is_behind_gap = room.advance_cursor(head.seq);
        match (room.page, head.seq) {
            (Some((_, Page::After(_))), Some(seq)) => room.defer(up.ctx, seq, body),
            (None, Some(seq))
                if is_behind_gap && up.connection.has_capability(capability::HISTORY) =>
            {
                room.defer(up.ctx, seq, body);
                let after = room.cursor.unwrap_or(0);
                room.ask_page(up, &head.room_name, Page::After(after));
            }
            _ => room.tell_message(up.ctx, body),
        }
    }

    /// The page asked under `ack` was answered, or not in time (`None`).
    pub(crate) fn page_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        ack: u64,
        args: Option<&V>,
    ) {
        let user_id = up.connection.user_id().map(str::to_owned);
        let Some(room) = self.get_mut(name) else {
            return;
        };
        // The room may have been left and joined again since this was asked.
        let Some((_, page)) = room.page.take_if(|(asked, _)| *asked == ack) else {
            return;
        };
        let body = args.and_then(|args| Ack::read(args).into_body().ok().flatten());
        let head = body.as_ref().map(PageHead::read).unwrap_or_default();
        let anew = match head.epoch.as_deref() {
            Some(epoch) => room.enter_epoch(up.ctx, epoch),
            None => false,
        };
        if anew && page != Page::Newest {
            // It was counted from a place that is no more.
            return room.ask_page(up, name, Page::Newest);
        }
        let mut changes = Vec::new();
        let messages = body.as_ref().and_then(|body| body.field("messages"));
        let count = messages.as_ref().and_then(V::length).unwrap_or(0);
        for message in (0..count).filter_map(|index| messages.as_ref()?.element(index)) {
            let Ok(head) = MessageHead::read(&message) else {
                continue;
            };
            let own = user_id.as_ref().is_none_or(|id| *id == head.user_id);
            let received = room
                .timeline
                .receive(&head, message.clone(), own, &mut changes);
            room.advance_cursor(head.seq);
            match head.seq {
                Some(seq) if received == Received::New && page != Page::Newest => {
                    room.deferred.insert(seq, message);
                }
                _ => {}
            }
        }
        room.tell_changes(up.ctx, changes);
        match (page, room.cursor) {
            // An answer that brings nothing on ends the paging, whatever it says of more.
            (Page::After(before), Some(cursor)) if head.has_more && cursor > before => {
                room.tell_deferred_to(up.ctx, cursor);
                room.ask_page(up, name, Page::After(cursor));
            }
            _ => room.tell_deferred(up.ctx),
        }
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
        let is_next = self.cursor.is_some_and(|cursor| cursor + 1 == seq);
        if !knows_epoch || !is_next || self.page.is_some() || !self.deferred.is_empty() {
            return None;
        }
        let (index, first_left) = self.timeline.append(seq, body)?;
        self.cursor = Some(seq);
        Some(Placed {
            room: self.label.clone(),
            index,
            first_left,
        })
    }

    /// After a join: fetches what the server has and this room lacks.
    pub(super) fn catch_up(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        epoch: Option<&str>,
        head_seq: Option<u64>,
    ) {
        if let Some(epoch) = epoch {
            self.enter_epoch(up.ctx, epoch);
        }
        if self.page.is_some() {
            return;
        }
        let head_seq = head_seq.filter(|_| up.connection.has_capability(capability::HISTORY));
        match (self.cursor, head_seq) {
            (None, Some(0)) => self.cursor = Some(0),
            (None, Some(_)) => self.ask_page(up, name, Page::Newest),
            (Some(cursor), Some(head_seq)) if head_seq > cursor => {
                self.ask_page(up, name, Page::After(cursor));
            }
            _ => self.tell_deferred(up.ctx),
        }
    }

    fn ask_page(&mut self, up: &mut Uplink<'_, '_, V>, name: &str, page: Page) {
        let after_seq = match page {
            Page::Newest => None,
            Page::After(seq) => Some(seq),
        };
        let body = SyncMessages::build(name, after_seq, HISTORY_PAGE);
        let room = name.to_owned();
        let sent = up.request(names::SYNC_MESSAGES, body, AckFor::History { room });
        match sent {
            Ok(ack) => self.page = Some((ack, page)),
            // What is missing is asked for once the room is joined again.
            Err(error) if error.is(ErrorCode::NotConnected) => {}
            Err(error) => {
                self.tell_deferred(up.ctx);
                up.ctx.notify(Notification::Error(error));
            }
        }
    }

    /// Messages count under this epoch from now on. True where they counted under another: what
    /// was known is void, and so is a page of it that is under way.
    pub(crate) fn enter_epoch(&mut self, ctx: &mut Context<'_, V>, epoch: &str) -> bool {
        let anew = self.timeline.epoch().is_some_and(|known| known != epoch);
        if anew {
            self.tell_deferred(ctx);
            self.cursor = None;
            self.page = None;
        }
        let mut changes = Vec::new();
        self.timeline.enter_epoch(epoch, &mut changes);
        self.tell_changes(ctx, changes);
        anew
    }

    /// Counts `seq` as here. True where it leaves a hole behind what is.
    fn advance_cursor(&mut self, seq: Option<u64>) -> bool {
        let Some(seq) = seq else { return false };
        let is_first_page = matches!(self.page, Some((_, Page::Newest)));
        match self.cursor {
            Some(cursor) if seq > cursor + 1 => {
                return !is_first_page;
            }
            // The first page tells where a room that is new here begins.
            None if is_first_page => {}
            Some(cursor) => self.cursor = Some(cursor.max(seq)),
            None => self.cursor = Some(seq),
        }
        self.cursor = self
            .cursor
            .map(|cursor| self.timeline.contiguous_from(cursor));
        false
    }

    /// Keeps a message from listeners until those before it have been told.
    fn defer(&mut self, ctx: &mut Context<'_, V>, seq: u64, message: V) {
        if self.deferred.len() >= MAX_DEFERRED_MESSAGES {
            self.tell_deferred(ctx);
        }
        self.deferred.insert(seq, message);
    }

    fn tell_deferred(&mut self, ctx: &mut Context<'_, V>) {
        self.tell_deferred_to(ctx, u64::MAX);
    }

    fn tell_deferred_to(&mut self, ctx: &mut Context<'_, V>, last_seq: u64) {
        for (seq, message) in std::mem::take(&mut self.deferred) {
            if seq > last_seq {
                self.deferred.insert(seq, message);
            } else {
                self.tell_message(ctx, message);
            }
        }
        self.cursor = self
            .cursor
            .map(|cursor| self.timeline.contiguous_from(cursor));
    }

    /// The room is wanted no more: nothing of it is left here.
    pub(super) fn tell_gone(&self, ctx: &mut Context<'_, V>) {
        if !self.timeline.is_empty() {
            self.tell_changes(ctx, vec![TimelineChange::Reset]);
        }
        if !self.members.is_empty() {
            let room = self.label.clone();
            ctx.notify(Notification::Members { room });
        }
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
