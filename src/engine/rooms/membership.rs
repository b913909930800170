//! Wanted against actual membership: joins shared while under way, repeated until left.

use super::{Info, Membership, Room, Rooms};
use crate::engine::acks::AckFor;
use crate::engine::config::MAX_ROOMS;
use crate::engine::connection::backoff_delay_ms;
use crate::engine::context::Context;
use crate::engine::error::{ClientError, ErrorDetails};
use crate::engine::input::RequestId;
use crate::engine::output::Notification;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::{Ack, Refusal};
use crate::wire::error::ErrorCode;
use crate::wire::ids::check_room_name;
use crate::wire::names;
use crate::wire::planted::{PlantedBug, is_planted};
use crate::wire::room::{RoomJoin, RoomJoined, RoomLeave};

impl<V: Value> Rooms<V> {
    /// The app wants to be in `name`; its promise waits for the server's word, over every loss of
    /// the connection.
    pub(crate) fn join(&mut self, up: &mut Uplink<'_, '_, V>, name: &str, request: RequestId) {
        if let Err(error) = check_room_name(name) {
            let error = ClientError::new(
                ErrorCode::ValidationError,
                format!("the room name {error}: give one that a room can have"),
            );
            return up.ctx.reject(request, error);
        }
        if !self.rooms.contains_key(name) && self.rooms.len() >= MAX_ROOMS {
            let error = ClientError::new(
                ErrorCode::QueueFull,
                format!("Maximum room limit ({MAX_ROOMS}) reached: leave a room first"),
            );
            return up.ctx.reject(request, error);
        }
        self.leaves.remove(name);
        let room = self
            .rooms
            .get_or_insert_with(name.to_owned(), || Room::new(name));
        let is_new = room.waiters.is_empty() && room.timeline.cursor().is_none();
        if room.membership == Membership::Joined {
            return up.ctx.resolve(request, room.snapshot(name).to_value());
        }
        room.waiters.push(request);
        if is_new {
            self.read_cached(up.ctx, name);
        }
        self.start_join(up, name);
    }

    /// The app is done with `name`. Its listeners are none of our business: they stay. The server
    /// is told at once, unless messages are still to go there: then once they are dealt with.
    pub(crate) fn leave(&mut self, up: &mut Uplink<'_, '_, V>, name: &str, is_awaited: bool) {
        // A join under way may still succeed at the server: it is undone in the same order.
        let is_asked = self.get(name).is_some_and(|room| room.asked);
        self.take_out(up, name);
        if is_asked && is_awaited {
            self.leaves.insert(name.to_owned(), ());
        } else if is_asked {
            self.tell_leave(up, name);
        }
        self.check_resumed(up);
    }

    /// The user left the room on another device, or in another tab. Where this tab is joining it,
    /// the server may have heard of that before: it joins once more.
    pub(crate) fn was_left(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        if self.is_joined(name) {
            self.take_out(up, name);
            self.check_resumed(up);
        } else {
            self.join_again(up, name);
        }
    }

    /// Joins a wanted room anew, whatever the server said of that before, or is about to say.
    pub(crate) fn join_again(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        if let Some(room) = self.rooms.get_mut(name)
            && room.membership != Membership::Out
        {
            room.membership = Membership::Out;
            self.start_join(up, name);
        }
    }

    fn take_out(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        let Some(mut room) = self.rooms.remove(name) else {
            return;
        };
        self.forget_cached(up.ctx, name);
        room.tell_gone(up.ctx);
        let text = format!("the room {name} was left before the page came");
        room.fail_older(up.ctx, &ClientError::new(ErrorCode::Cancelled, text));
        let error = ClientError::new(
            ErrorCode::Cancelled,
            format!("the room {name} was left before the join was answered"),
        );
        for request in room.waiters {
            up.ctx.reject(request, error.clone());
        }
        if room.info.is_some() {
            up.ctx.notify(Notification::Rooms);
        }
    }

    /// The server is ready: it is told what was left meanwhile, and asked for what is wanted.
    pub(crate) fn server_ready(&mut self, up: &mut Uplink<'_, '_, V>) {
        self.resuming = true;
        let is_left_out = is_planted(PlantedBug::DoesNotRejoin);
        let wanted = self.wanted().into_iter();
        let is_new = |name: &String| self.get(name).is_some_and(|room| room.info.is_none());
        let names: Vec<String> = wanted.filter(|name| !is_left_out || is_new(name)).collect();
        for name in names {
            self.start_join(up, &name);
        }
        self.check_resumed(up);
    }

    /// Tells the server of the departures that nothing is in the way of.
    pub(crate) fn tell_leaves(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        is_awaited: impl Fn(&str) -> bool,
    ) {
        if self.leaves.is_empty() || !up.connection.is_ready() {
            return;
        }
        let free = self.leaves.keys().filter(|name| !is_awaited(name));
        let names: Vec<String> = free.cloned().collect();
        for name in names {
            self.leaves.remove(&name);
            self.tell_leave(up, &name);
        }
    }

    /// The connection is gone: wanted rooms stay wanted, their joins begin anew with the next.
    pub(crate) fn connection_lost(&mut self, ctx: &mut Context<'_, V>) {
        let mut shown = false;
        for (_, room) in self.rooms.iter_mut() {
            shown |= room.membership == Membership::Joined;
            room.membership = Membership::Out;
            room.retry_at_ms = None;
            room.forget_pages();
            room.awaits_resume = false;
            room.fail_older(ctx, &ClientError::not_connected());
        }
        self.resuming = false;
        if shown {
            ctx.notify(Notification::Rooms);
        }
    }

    /// Joins that failed, and pages that did not come, are due again.
    pub(crate) fn handle_timeout(&mut self, up: &mut Uplink<'_, '_, V>) {
        let now_ms = up.ctx.now.mono_ms;
        let due = |room: &Room<V>| room.retry_at_ms.is_some_and(|at| at <= now_ms);
        let names: Vec<String> = self
            .rooms
            .iter()
            .filter(|(_, room)| due(room))
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            self.start_join(up, &name);
        }
        for (name, room) in self.rooms.iter_mut() {
            if room.page_retry_at_ms.is_some_and(|at| at <= now_ms) {
                room.page_retry_at_ms = None;
                room.fill(up, name);
            }
        }
        self.keep_marked(up.ctx);
    }

    /// The connection ended before the server answered a departure: it may not know of it.
    pub(crate) fn leave_lost(&mut self, name: String) {
        if !self.rooms.contains_key(&name) {
            self.leaves.insert(name, ());
        }
    }

    /// Tells the server, now or once it is ready. Leaving twice does no harm.
    fn tell_leave(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        let purpose = AckFor::Leave {
            room: name.to_owned(),
        };
        let sent = match up.connection.is_ready() {
            true => up.request(names::ROOM_LEAVE, RoomLeave::build(name), purpose),
            false => Err(ClientError::not_connected()),
        };
        match sent {
            Ok(_) => {}
            Err(error) if error.is(ErrorCode::NotConnected) => {
                self.leaves.insert(name.to_owned(), ());
            }
            Err(error) => up.ctx.notify(Notification::Error(error)),
        }
    }

    fn start_join(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        room.retry_at_ms = None;
        if !up.connection.is_ready() || room.membership != Membership::Out {
            return;
        }
        let purpose = AckFor::Join {
            room: name.to_owned(),
        };
        let sent = up.request(names::ROOM_JOIN, RoomJoin::build(name), purpose);
        match sent {
            Ok(ack) => {
                room.membership = Membership::Joining { ack };
                room.asked = true;
            }
            // The connection ended in the same breath: the join waits for the next one.
            Err(error) if error.is(ErrorCode::NotConnected) => {}
            Err(error) => self.join_failed(up, name, error),
        }
    }

    /// The join asked under `ack` was answered with these arguments, or not in time (`None`).
    pub(crate) fn join_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        ack: u64,
        args: Option<&V>,
    ) {
        // The room may have been left, and even be joined again, since this was asked.
        let Some(room) = self
            .rooms
            .get_mut(name)
            .filter(|room| room.membership == Membership::Joining { ack })
        else {
            return;
        };
        room.membership = Membership::Out;
        let Some(args) = args else {
            let text = format!("Request timeout for event: {}", names::ROOM_JOIN);
            return self.join_failed(up, name, ClientError::new(ErrorCode::Timeout, text));
        };
        match Ack::read(args).into_body() {
            Err(refusal) => {
                room.asked = room.info.is_some();
                self.join_failed(up, name, refusal.into());
            }
            Ok(body) => self.joined(up, name, body),
        }
    }

    fn joined(&mut self, up: &mut Uplink<'_, '_, V>, name: &str, body: Option<V>) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        // A bare answer says nothing but yes.
        let answer = body.and_then(|body| RoomJoined::read(&body).ok());
        room.membership = Membership::Joined;
        room.failures = 0;
        room.info = Some(Info {
            kind: answer
                .as_ref()
                .map(|answer| answer.kind)
                .unwrap_or_default(),
            visibility: answer
                .as_ref()
                .map(|answer| answer.visibility)
                .unwrap_or_default(),
            member_count: answer.as_ref().and_then(|answer| answer.member_count),
        });
        if let Some(members) = answer.as_ref().and_then(|answer| answer.members.clone()) {
            room.replace_members(up.ctx, members);
            up.ctx.notify(Notification::Members {
                room: room.label.clone(),
            });
        }
        for request in std::mem::take(&mut room.waiters) {
            up.ctx.resolve(request, room.snapshot(name).to_value());
        }
        up.ctx.notify(Notification::Rooms);
        let (epoch, head_seq) = answer
            .map(|answer| (answer.epoch, answer.head_seq))
            .unwrap_or_default();
        room.catch_up(up, name, epoch.as_deref(), head_seq);
        self.check_resumed(up);
    }

    /// A first join that fails is the caller's to repeat. A room that had been joined is wanted
    /// until it is left: it is tried again, later.
    fn join_failed(&mut self, up: &mut Uplink<'_, '_, V>, name: &str, error: ClientError<V>) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        for request in std::mem::take(&mut room.waiters) {
            up.ctx.reject(request, error.clone());
        }
        if room.info.is_some() {
            room.failures = room.failures.saturating_add(1);
            let delay_ms = backoff_delay_ms(room.failures, up.ctx.settings, up.ctx.random);
            let delay_ms = delay_ms.max(error.retry_after_ms.unwrap_or(0));
            room.retry_at_ms = Some(up.ctx.now.mono_ms + delay_ms);
            up.ctx.notify(Notification::Error(error));
        } else if let Some(mut room) = self.rooms.remove(name) {
            if !error.retryable {
                self.forget_cached(up.ctx, name);
            }
            room.tell_gone(up.ctx);
        }
        self.check_resumed(up);
    }

    fn check_resumed(&mut self, up: &mut Uplink<'_, '_, V>) {
        let joining = |room: &Room<V>| matches!(room.membership, Membership::Joining { .. });
        if self.resuming && !self.rooms.values().any(joining) {
            self.resuming = false;
            up.connection.resume_done(up.ctx);
        }
    }
}

impl<V: Value> From<Refusal<V>> for ClientError<V> {
    fn from(refusal: Refusal<V>) -> Self {
        Self::from(ErrorDetails {
            code: refusal.code,
            message: refusal.message,
            retryable: refusal.retryable,
            retry_after_ms: refusal.retry_after_ms,
            details: refusal.details,
        })
    }
}
