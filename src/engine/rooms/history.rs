//! Messages as they come: live, and by pages of what was missed.

use super::{Room, Rooms};
use crate::engine::acks::AckFor;
use crate::engine::config::{HISTORY_PAGE, MAX_DEFERRED_MESSAGES};
use crate::engine::context::Context;
use crate::engine::output::{Notification, TimelineChange};
use crate::engine::timeline::Received;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
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
        let mut changes = Vec::new();
        if let Some(epoch) = &head.epoch {
            room.enter_epoch(epoch, &mut changes);
        }
        let received = room
            .timeline
            .receive(&head, body.clone(), own, &mut changes);
        room.tell_changes(up.ctx, changes);
        if received == Received::Duplicate {
            return;
        }
        let gap = room.advance_cursor(head.seq);
        match (room.page, head.seq) {
            (Some(Page::After(_)), Some(seq)) if room.deferred.len() < MAX_DEFERRED_MESSAGES => {
                room.deferred.insert(seq, body);
            }
            (None, Some(seq)) if gap && up.connection.has_capability(capability::HISTORY) => {
                room.deferred.insert(seq, body);
                let after = room.cursor.unwrap_or(0);
                room.ask_page(up, &head.room_name, Page::After(after));
            }
            _ => room.tell_message(up.ctx, body),
        }
    }

    /// A page of history was answered, or not in time (`None`).
    pub(crate) fn page_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        args: Option<&V>,
    ) {
        let user_id = up.connection.user_id().map(str::to_owned);
        let Some(room) = self.get_mut(name) else {
            return;
        };
        let Some(page) = room.page.take() else { return };
        let body = args.and_then(|args| Ack::read(args).into_body().ok().flatten());
        let head = body.as_ref().map(PageHead::read);
        let mut changes = Vec::new();
        if let Some(epoch) = head.as_ref().and_then(|head| head.epoch.as_deref()) {
            room.enter_epoch(epoch, &mut changes);
        }
        let mut told = Vec::new();
        let messages = body.as_ref().and_then(|body| body.field("messages"));
        let count = messages.as_ref().and_then(V::length).unwrap_or(0);
        for message in (0..count).filter_map(|index| messages.as_ref()?.element(index)) {
            let Ok(head) = MessageHead::read(&message) else {
                continue;
            };
            let own = user_id.as_deref() == Some(head.user_id.as_str());
            let received = room
                .timeline
                .receive(&head, message.clone(), own, &mut changes);
            room.advance_cursor(head.seq);
            if received == Received::New && matches!(page, Page::After(_)) {
                told.push(message);
            }
        }
        room.tell_changes(up.ctx, changes);
        for message in told {
            room.tell_message(up.ctx, message);
        }
        match (page, room.cursor) {
            // An answer that brings nothing on ends the paging, whatever it says of more.
            (Page::After(before), Some(cursor))
                if head.is_some_and(|head| head.has_more) && cursor > before =>
            {
                room.ask_page(up, name, Page::After(cursor));
            }
            _ => room.tell_deferred(up.ctx),
        }
    }
}

impl<V: Value> Room<V> {
    /// After a join: fetches what the server has and this room lacks.
    pub(super) fn catch_up(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        epoch: Option<&str>,
        head_seq: Option<u64>,
    ) {
        let mut changes = Vec::new();
        if let Some(epoch) = epoch {
            self.enter_epoch(epoch, &mut changes);
        }
        self.tell_changes(up.ctx, changes);
        let Some(head_seq) = head_seq else { return };
        if !up.connection.has_capability(capability::HISTORY) {
            return;
        }
        match self.cursor {
            None if head_seq == 0 => self.cursor = Some(0),
            None => self.ask_page(up, name, Page::Newest),
            Some(cursor) if head_seq > cursor => self.ask_page(up, name, Page::After(cursor)),
            Some(_) => {}
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
            Ok(()) => self.page = Some(page),
            Err(error) => {
                self.tell_deferred(up.ctx);
                up.ctx.notify(Notification::Error(error));
            }
        }
    }

    fn enter_epoch(&mut self, epoch: &str, changes: &mut Vec<TimelineChange<V>>) {
        if self.timeline.epoch().is_some_and(|known| known != epoch) {
            self.cursor = None;
        }
        self.timeline.enter_epoch(epoch, changes);
    }

    /// Counts `seq` as here. True where it leaves a hole behind what is.
    fn advance_cursor(&mut self, seq: Option<u64>) -> bool {
        let Some(seq) = seq else { return false };
        match self.cursor {
            Some(cursor) if seq > cursor + 1 => {
                return !matches!(self.page, Some(Page::Newest));
            }
            // The first page tells where a room that is new here begins.
            None if self.page == Some(Page::Newest) => {}
            Some(cursor) => self.cursor = Some(cursor.max(seq)),
            None => self.cursor = Some(seq),
        }
        self.cursor = self
            .cursor
            .map(|cursor| self.timeline.contiguous_from(cursor));
        false
    }

    pub(super) fn tell_deferred(&mut self, ctx: &mut Context<'_, V>) {
        for (_, message) in std::mem::take(&mut self.deferred) {
            self.tell_message(ctx, message);
        }
        self.cursor = self
            .cursor
            .map(|cursor| self.timeline.contiguous_from(cursor));
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
