//! The engine's parts, and what each input and each turn of time sets going among them.

use std::collections::VecDeque;

use super::acks::AckFor;
use super::connection::Happening;
use super::context::Context;
use super::delivery::Delivery;
use super::events;
use super::input::Input;
use super::outbox::{Draft, Outbox};
use super::owner::Owner;
use super::presence::Presence;
use super::rooms::Rooms;
use super::sync::Sync;
use super::tabs::Tabs;
use super::typing::Typing;
use super::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::names;

/// The engine's parts, lent together while one input is handled.
pub(super) struct Parts<'a, 'c, V: Value> {
    pub(super) up: Uplink<'a, 'c, V>,
    pub(super) owner: &'a mut Owner,
    pub(super) rooms: &'a mut Rooms<V>,
    pub(super) outbox: &'a mut Outbox<V>,
    pub(super) tabs: &'a mut Tabs,
    pub(super) delivery: &'a mut Delivery<V>,
    pub(super) presence: &'a mut Presence<V>,
    pub(super) typing: &'a mut Typing,
    pub(super) sync: &'a mut Sync<V>,
    pub(super) held: &'a mut VecDeque<events::Held<V>>,
}

impl<V: Value> Parts<'_, '_, V> {
    pub(super) fn take_in(&mut self, input: Input<V>) {
        if matches!(
            input,
            Input::ConnectRequested(_)
                | Input::JoinRequested { .. }
                | Input::SendRequested { .. }
                | Input::OperationRequested { .. }
        ) {
            self.open_store();
        }
        let Uplink {
            ctx, connection, ..
        } = &mut self.up;
        match input {
            Input::Configured(_) => self.settings_changed(),
            Input::TokenSourceChanged { source, refresh } => {
                connection.set_token_source(ctx, source, refresh);
            }
            Input::ConnectRequested(request) => connection.connect(ctx, request),
            Input::DisconnectRequested => connection.disconnect(ctx),
            Input::ReconnectRequested(request) => {
                connection.disconnect(ctx);
                self.settle();
                let Uplink {
                    ctx, connection, ..
                } = &mut self.up;
                connection.connect(ctx, request);
            }
            Input::Emitted {
                name,
                packet,
                reply,
                timeout_ms,
            } => {
                self.emitted(&name, packet, reply, timeout_ms);
            }
            Input::Answered {
                generation,
                ack,
                args,
            } => {
                connection.answer(ctx, generation, ack, &args);
            }
            Input::JoinRequested { room, request } => {
                let is_new = self.rooms.get(&room).is_none();
                self.rooms.join(&mut self.up, &room, request);
                if is_new {
                    self.outbox.show_room(&mut self.up, self.rooms, &room);
                }
            }
            Input::LeaveRequested { room } => {
                self.delivery.leaving(ctx, &room);
                let is_awaited = self.outbox.waits_for(&room) || self.delivery.waits_for(&room);
                self.typing.left(self.up.ctx, &room);
                self.rooms.leave(&mut self.up, &room, is_awaited);
                self.delivery.room_left(&room);
            }
            Input::SendRequested {
                room,
                content,
                options,
                request,
            } => self.send(&room, &content, &options, request),
            Input::OperationRequested {
                room,
                operation,
                request,
            } => {
                let draft = Draft::operation(ctx, &room, operation);
                self.send_draft(Ok(draft), request);
            }
            Input::LoadOlderRequested { room, request } => {
                self.rooms.load_older(&mut self.up, &room, request);
            }
            Input::FlushRequested(request) => self.outbox.flush_wanted(ctx, request),
            Input::WasOfflineCleared => connection.clear_was_offline(ctx),
            Input::TokenAnswered { ask, token } => connection.token_answered(ctx, ask, token),
            Input::Transport { id, event } => connection.handle_transport(ctx, id, event),
            Input::TimedOut => self.timed_out(),
            Input::OnlineChanged(online) => connection.online_changed(ctx, online),
            Input::Resumed => {
                connection.resumed(ctx);
                // What other tabs said meanwhile may not have come through.
                ctx.keep.read_all(ctx.outputs);
            }
            Input::LogoutRequested(request) => self.log_out(request),
            Input::Store(event) => self.store_answered(event),
            Input::Lock(event) => self.tabs.lock_changed(ctx, event),
            Input::TabMessage(message) => self.tab_said(&message),
            Input::MessageTracked {
                client_message_id,
                room,
                total_recipients,
            } => self
                .delivery
                .track(ctx, &client_message_id, &room, total_recipients),
            Input::ReadAcknowledged { room, message_id } => {
                let seq = self.rooms.seq_of(&room, &message_id);
                self.delivery.acknowledge_read(ctx, &room, &message_id, seq);
            }
            Input::ReadUpToAcknowledged { room, seq } => {
                self.delivery.acknowledge_read_up_to(ctx, &room, seq);
            }
            Input::Typing(command) => self.typing.handle(ctx, command),
            Input::Presence(command) => self.presence.handle(&mut self.up, command),
            Input::SyncRequested(request) => self.sync_wanted(request),
            Input::SyncCancelled => self.cancel_sync(),
            Input::SyncMessagesRequested {
                room,
                since_ms,
                request,
            } => self.messages_wanted(&room, since_ms, request),
            Input::SyncChannelsRequested(request) => self.channels_wanted(request),
            Input::SyncPresenceRequested(request) => self.presence_wanted(request),
            Input::DeliverySyncRequested { ids, request } => {
                self.delivery.sync_requested(&mut self.up, &ids, request);
            }
        }
    }

    /// Lets what the connection learned have its effect, until nothing is left.
    pub(super) fn settle(&mut self) {
        self.typing.end_leases(self.up.ctx);
        loop {
            self.take_happenings();
            if self.outbox.take_fenced() {
                self.tabs.fenced(self.up.ctx);
            }
            self.seek_lead();
            self.tell_kept();
            self.typing
                .settle(&mut self.up, self.rooms, self.presence.is_invisible());
            self.presence.settle(&mut self.up, self.rooms);
            let may_send = self.may_send();
            self.outbox.flush(&mut self.up, self.rooms, may_send);
            self.tell_kept();
            self.tell_leaves();
            self.follow_outbox();
            self.advance_sync();
            self.delivery.settle(&mut self.up, self.rooms);
            self.count_anew();
            self.keep_progress();
            // Sending may find out that the connection is no more.
            if !self.up.connection.has_happening() {
                break;
            }
        }
        let decides = self.decides();
        let is_loaded = self.owner.is_settled(self.up.ctx.keep);
        self.outbox.tell_standing(self.up.ctx, decides, is_loaded);
        let Context {
            now, outputs, keep, ..
        } = &mut *self.up.ctx;
        keep.settle(now.mono_ms, outputs, self.outbox.has_in_flight());
    }

    /// What became of what was queued is news for receipts and syncing.
    pub(super) fn follow_outbox(&mut self) {
        for followed in self.outbox.take_followed() {
            self.delivery.follow(self.up.ctx, followed);
        }
        for (edit, error) in self.outbox.take_conflicts() {
            self.sync
                .edit_conflicted(self.up.ctx, &edit.room, &edit.key, &edit.payload, &error);
        }
    }

    pub(super) fn take_happenings(&mut self) {
        while let Some(happening) = self.up.connection.next_happening() {
            match happening {
                Happening::Down { idempotent } => self.connection_lost(idempotent),
                Happening::Event { packet, name, ack } => self.event_came(packet, &name, ack),
                Happening::Acked { id, args } => {
                    if let Some(purpose) = self.up.acks.take(id) {
                        self.acknowledged(id, purpose, Some(&args));
                    }
                }
                Happening::TokenRenewed { token } => self.token_renewed(&token),
            }
        }
    }

    pub(super) fn timed_out(&mut self) {
        let now_ms = self.up.ctx.now.mono_ms;
        let was_ready = self.up.connection.is_ready();
        self.up.connection.handle_timeout(self.up.ctx);
        // After a sleep everything is due at once. The end of the connection comes first: what was
        // under way on it is lost, not late.
        self.take_happenings();
        if !was_ready && self.up.connection.is_ready() {
            self.server_ready();
        }
        while let Some((id, purpose)) = self.up.acks.take_due(now_ms) {
            self.up.connection.forget_ack(id);
            self.acknowledged(id, purpose, None);
        }
        self.rooms.handle_timeout(&mut self.up);
        if self.tabs.handle_timeout(self.up.ctx) {
            self.look_for_more();
        }
        self.typing.handle_timeout(self.up.ctx);
        self.presence.handle_timeout(self.up.ctx);
        self.ping_if_due();
    }

    /// Tells the server what was left, except where messages or receipts are to go there first.
    fn tell_leaves(&mut self) {
        let (outbox, delivery) = (&*self.outbox, &*self.delivery);
        let is_awaited = |room: &str| outbox.waits_for(room) || delivery.waits_for(room);
        self.rooms.tell_leaves(&mut self.up, is_awaited);
    }

    pub(super) fn server_ready(&mut self) {
        self.tell_leaves();
        self.begin_auto_sync();
        self.rooms.server_ready(&mut self.up);
        self.release_held();
        self.ping_if_due();
    }

    pub(super) fn ping_if_due(&mut self) {
        if !self.up.connection.take_due_ping(self.up.ctx.now.mono_ms) {
            return;
        }
        let timestamp = V::number(self.up.ctx.now.wall_ms as f64);
        let body = V::object(&[("timestamp", timestamp)]);
        // One that cannot be sent is one that is not answered.
        let _ = self.up.request(names::PING, body, AckFor::Ping);
    }
}
