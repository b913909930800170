//! The client: one deterministic state machine. Inputs in, effects out, the time passed in.
//!
//! It never touches a socket, a timer, a clock, a random source, storage or JavaScript. The
//! driver hands it one [`Input`] at a time, carries out every [`Output`], and wakes it at
//! [`Engine::poll_timeout`].

pub mod config;
pub mod delivery;
pub mod device;
pub mod error;
pub mod ids;
pub mod in_order;
pub mod input;
pub mod output;
pub mod presence;
pub mod snapshot;
pub mod store;
pub mod sync;
pub mod tabs;
pub mod time;
pub mod typing;

mod acks;
mod connection;
mod context;
mod events;
mod keeping;
mod outbox;
mod owner;
mod queue;
mod rooms;
pub(crate) mod sorted_map;
mod timeline;
mod uplink;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use self::acks::{AckFor, Acks};
use self::config::Settings;
use self::connection::{Connection, Happening};
use self::context::Context;
use self::delivery::{Delivery, DeliveryRecord, UnreadCount};
use self::error::ClientError;
use self::ids::Random;
use self::input::{Input, QueueCommand};
use self::outbox::{Draft, Outbox};
use self::output::Output;
use self::owner::Owner;
use self::presence::Presence;
use self::rooms::Rooms;
use self::snapshot::{ConnectionSnapshot, Room, TimelineGap};
use self::store::Keeper;
use self::sync::{Sync, SyncSnapshot};
use self::tabs::Tabs;
use self::time::Now;
use self::typing::{Place, Typing};
use self::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::names;
use crate::wire::room::RoomMember;

pub use self::connection::Identity;

/// What the engine is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Randomness: 32 bytes of the platform's secure source, or a test's seed.
    pub seed: [u8; 32],
    /// Which client this is.
    pub identity: Identity,
    /// What the browser says of the network.
    pub online: bool,
    /// Whether the page is not seen.
    pub is_hidden: bool,
    /// The settings in force.
    pub settings: Settings,
    /// Whom each server named last in this browser profile: `Namespace::server` and the user, as
    /// `Output::RememberUser` gave them.
    pub known_users: Vec<(String, String)>,
}

/// The whole client.
pub struct Engine<V: Value> {
    settings: Settings,
    random: Random,
    keep: Keeper<V>,
    owner: Owner,
    connection: Connection<V>,
    acks: Acks,
    rooms: Rooms<V>,
    outbox: Outbox<V>,
    tabs: Tabs,
    delivery: Delivery<V>,
    presence: Presence<V>,
    typing: Typing,
    sync: Sync<V>,
    held: VecDeque<events::Held<V>>,
    outputs: VecDeque<Output<V>>,
}

impl<V: Value> Engine<V> {
    /// A client that is not connected and wants nothing.
    pub fn new(start: Start) -> Self {
        Self {
            settings: start.settings,
            random: Random::new(start.seed),
            keep: Keeper::new(),
            owner: Owner::new(start.known_users),
            outbox: Outbox::new(&start.identity.tab_id),
            tabs: Tabs::new(),
            connection: Connection::new(start.identity, start.online),
            acks: Acks::default(),
            rooms: Rooms::new(),
            delivery: Delivery::new(),
            presence: Presence::new(start.is_hidden),
            typing: Typing::new(),
            sync: Sync::new(),
            held: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Handles one input to its end; its effects wait in [`Engine::poll_output`].
    pub fn handle(&mut self, now: Now, input: Input<V>) {
        match &input {
            Input::Configured(settings) => self.settings = (**settings).clone(),
            Input::LogoutRequested(_) => self.settings.user_id = None,
            _ => {}
        }
        self.with_parts(now, |parts| {
            parts.take_in(input);
            parts.settle();
        });
    }

    /// Does what the app asks of the queue, and answers at once: an id as text, whether as a
    /// boolean, how many as a number (see [`QueueCommand`]). What follows waits in
    /// [`Engine::poll_output`], as after an input; only then it is known whether the journal took
    /// what was queued.
    pub fn queue(&mut self, now: Now, command: QueueCommand<V>) -> Result<V, ClientError<V>> {
        self.with_parts(now, |parts| {
            let answer = parts.queue(command);
            parts.settle();
            answer
        })
    }

    fn with_parts<T>(&mut self, now: Now, act: impl FnOnce(&mut Parts<'_, '_, V>) -> T) -> T {
        let mut ctx = Context {
            now,
            settings: &self.settings,
            random: &mut self.random,
            keep: &mut self.keep,
            outputs: &mut self.outputs,
            has_company: self.tabs.has_company(),
        };
        act(&mut Parts {
            up: Uplink {
                ctx: &mut ctx,
                connection: &mut self.connection,
                acks: &mut self.acks,
            },
            owner: &mut self.owner,
            rooms: &mut self.rooms,
            outbox: &mut self.outbox,
            tabs: &mut self.tabs,
            delivery: &mut self.delivery,
            presence: &mut self.presence,
            typing: &mut self.typing,
            sync: &mut self.sync,
            held: &mut self.held,
        })
    }

    /// The next effect to carry out, in order.
    pub fn poll_output(&mut self) -> Option<Output<V>> {
        self.outputs.pop_front()
    }

    /// The moment (`Now::mono_ms`) at which [`Input::TimedOut`] is due, and why.
    pub fn poll_timeout(&self) -> Option<(u64, TimerReason)> {
        [
            (self.connection.deadline_ms(), TimerReason::Connection),
            (self.acks.deadline_ms(), TimerReason::Acknowledgement),
            (self.rooms.deadline_ms(), TimerReason::Rejoin),
            (
                self.outbox.deadline_ms(&self.rooms, self.keep.is_hopeful()),
                TimerReason::Resend,
            ),
            (
                self.tabs.deadline_ms(self.connection.is_ready()),
                TimerReason::Tabs,
            ),
            (self.keep.deadline_ms(), TimerReason::Commit),
            (self.receipts_deadline_ms(), TimerReason::Receipt),
            (self.sync.deadline_ms(), TimerReason::Sync),
            (self.typing_deadline_ms(), TimerReason::Typing),
            (self.presence_deadline_ms(), TimerReason::Presence),
        ]
        .into_iter()
        .filter_map(|(at, reason)| Some((at?, reason)))
        .min_by_key(|(at, _)| *at)
    }

    /// The connection as it is.
    pub fn connection(&self, now: Now) -> ConnectionSnapshot {
        self.connection.snapshot(now)
    }

    /// The rooms that were joined and not left.
    pub fn rooms(&self) -> Vec<Room> {
        self.rooms.snapshot()
    }

    /// The members of a room that are known here.
    pub fn members(&self, room: &str) -> Vec<RoomMember> {
        self.rooms.members(room)
    }

    /// The messages of a room that are kept here, in order.
    pub fn timeline(&self, room: &str) -> Vec<V> {
        self.rooms
            .get(room)
            .map(|room| room.timeline.messages())
            .unwrap_or_default()
    }

    /// The entries of a room's log that are known to be missing here, in order. They are fetched
    /// by themselves where the server can give them.
    pub fn gaps(&self, room: &str) -> Vec<TimelineGap> {
        self.rooms
            .get(room)
            .map(|room| room.timeline.gaps())
            .unwrap_or_default()
    }

    /// What is queued, as the app sees it: what waits and what is in flight, by room and in
    /// order, then what failed.
    pub fn queued(&self) -> Vec<V> {
        self.outbox.messages()
    }

    /// One queued message, as the app sees it.
    pub fn queued_message(&self, id: &str) -> Option<V> {
        self.outbox.message(id)
    }

    /// The queue's counts: `{length, pending, inFlight, failed, isFlushing, isLeader, isLoaded,
    /// persisted}`.
    pub fn queue_snapshot(&self) -> V {
        let leads = self.tabs.leads() || self.keep.is_memory_only();
        let is_loaded = self.owner.is_settled(&self.keep);
        self.outbox.snapshot(leads, is_loaded)
    }

    /// How far a message of ours has come, by the server's id or our own.
    pub fn delivery_record(&self, id: &str) -> Option<DeliveryRecord> {
        self.delivery.record(id, &self.settings.delivery)
    }

    /// What waits to be read in a room.
    pub fn unread(&self, room: &str) -> UnreadCount {
        self.delivery.unread(room)
    }

    /// Where syncing stands.
    pub fn sync(&self) -> SyncSnapshot {
        self.sync.snapshot()
    }

    /// The server's clock when a channel was synced last, milliseconds since the epoch.
    pub fn channel_sync_timestamp(&self, channel: &str) -> Option<u64> {
        self.sync.channel_timestamp(channel)
    }

    fn receipts_deadline_ms(&self) -> Option<u64> {
        let deadline_ms = self.delivery.deadline_ms(&self.rooms);
        deadline_ms.filter(|_| self.connection.is_ready())
    }

    fn typing_deadline_ms(&self) -> Option<u64> {
        self.typing
            .deadline_ms(self.connection.is_ready(), &self.rooms)
    }

    fn presence_deadline_ms(&self) -> Option<u64> {
        let can_tell = self.connection.is_ready() && !self.rooms.is_resuming();
        self.presence.deadline_ms(&self.settings.presence, can_tell)
    }

    /// Who types at a place: `{users: [{userId, userName?, userAvatar?, startedAt?}], isTyping}`.
    pub fn typing(&self, place: &Place) -> V {
        self.typing.snapshot(place)
    }

    /// The places where others type: `[{roomName, roomType, threadId?}]`.
    pub fn typing_places(&self) -> V {
        self.typing.active()
    }

    /// Where this user types: `{roomName, roomType, threadId?, recipientId?}`, or null.
    pub fn typing_context(&self) -> V {
        self.typing.context()
    }

    /// A user as they may be seen: `{userId, status, customStatus?, lastSeenAt?, device?}`.
    pub fn presence(&self, user_id: &str) -> Option<V> {
        self.presence.user(user_id)
    }

    /// All users of whom something is known.
    pub fn presences(&self) -> Vec<V> {
        self.presence.users()
    }

    /// This user: `{status, chosenStatus, customStatus, isIdle}`.
    pub fn own_presence(&self) -> V {
        self.presence.own()
    }

    /// Users whose presence the app wants to know of.
    pub fn wanted_presences(&self) -> Vec<String> {
        self.presence.wanted()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a new client has to be told to stand in for this one: whether a connection is wanted,
    /// and which rooms.
    pub fn intent(&self) -> (bool, Vec<String>) {
        (self.connection.is_wanted(), self.rooms.wanted())
    }
}

/// Why the engine wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerReason {
    /// An attempt, its time limit, a heartbeat, a ping, or a token's refresh.
    Connection,
    /// An acknowledgement is overdue.
    Acknowledgement,
    /// A room that could not be joined again is tried once more, or a page that did not come.
    Rejoin,
    /// A message that the server put off is sent once more.
    Resend,
    /// The tab that sends is asked whether it lives, replaced, or looks for what others queued.
    Tabs,
    /// Changes of the store are committed, or committed again.
    Commit,
    /// The server is told what was read, or what has arrived.
    Receipt,
    /// A sync has waited long enough.
    Sync,
    /// Others are told that this user types, or somebody has typed long enough.
    Typing,
    /// A status has had its time, or the server is told of one.
    Presence,
}

/// The engine's parts, lent together while one input is handled.
struct Parts<'a, 'c, V: Value> {
    up: Uplink<'a, 'c, V>,
    owner: &'a mut Owner,
    rooms: &'a mut Rooms<V>,
    outbox: &'a mut Outbox<V>,
    tabs: &'a mut Tabs,
    delivery: &'a mut Delivery<V>,
    presence: &'a mut Presence<V>,
    typing: &'a mut Typing,
    sync: &'a mut Sync<V>,
    held: &'a mut VecDeque<events::Held<V>>,
}

impl<V: Value> Parts<'_, '_, V> {
    fn take_in(&mut self, input: Input<V>) {
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
                let is_awaited = self.outbox.waits_for(&room);
                self.typing.left(self.up.ctx, &room);
                self.rooms.leave(&mut self.up, &room, is_awaited);
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
    fn settle(&mut self) {
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
            let outbox = &*self.outbox;
            self.rooms
                .tell_leaves(&mut self.up, |room| outbox.waits_for(room));
            self.follow_outbox();
            self.advance_sync();
            self.delivery.settle(&mut self.up, self.rooms);
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
    fn follow_outbox(&mut self) {
        for followed in self.outbox.take_followed() {
            self.delivery.follow(self.up.ctx, followed);
        }
        for (edit, error) in self.outbox.take_conflicts() {
            self.sync
                .edit_conflicted(self.up.ctx, &edit.room, &edit.key, &edit.payload, &error);
        }
    }

    fn take_happenings(&mut self) {
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

    fn timed_out(&mut self) {
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
        self.tabs.handle_timeout(self.up.ctx);
        self.typing.handle_timeout(self.up.ctx);
        self.presence.handle_timeout(self.up.ctx);
        self.ping_if_due();
    }

    fn server_ready(&mut self) {
        let outbox = &*self.outbox;
        self.rooms
            .tell_leaves(&mut self.up, |room| outbox.waits_for(room));
        self.begin_auto_sync();
        self.rooms.server_ready(&mut self.up);
        self.release_held();
        self.ping_if_due();
    }

    fn ping_if_due(&mut self) {
        if !self.up.connection.take_due_ping(self.up.ctx.now.mono_ms) {
            return;
        }
        let timestamp = V::number(self.up.ctx.now.wall_ms as f64);
        let body = V::object(&[("timestamp", timestamp)]);
        // One that cannot be sent is one that is not answered.
        let _ = self.up.request(names::PING, body, AckFor::Ping);
    }
}
