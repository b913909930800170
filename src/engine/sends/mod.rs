//! Messages on their way to the server: per room in the order they were given, each under its
//! own idempotency key, over every loss of the connection.

mod outcome;

use std::collections::VecDeque;

use litemap::LiteMap;

use self::outcome::unknown_outcome;
use super::acks::AckFor;
use super::config::{MAX_PENDING_SENDS, MAX_SEND_ATTEMPTS};
use super::context::Context;
use super::error::ClientError;
use super::input::RequestId;
use super::rooms::Rooms;
use super::time::iso8601;
use super::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::message::{build_local_echo, build_message_send, client_message_id};
use crate::wire::names;

/// One message that the server has not acknowledged.
struct Pending<V> {
    client_message_id: String,
    payload: V,
    request: RequestId,
    attempts: u32,
    not_before_ms: u64,
    /// The id that the answer will come under, while it is under way.
    in_flight: Option<u64>,
}

/// All of them. One of each room is in flight at a time, so that the server's order is ours.
pub(crate) struct Sends<V> {
    queues: LiteMap<String, VecDeque<Pending<V>>>,
    count: usize,
}

impl<V: Value> Sends<V> {
    pub(crate) fn new() -> Self {
        Self {
            queues: LiteMap::new(),
            count: 0,
        }
    }

    /// The app sends a message: it shows at once, and goes as soon as its room is joined.
    pub(crate) fn send(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        name: &str,
        content: &V,
        options: &V,
        request: RequestId,
    ) {
        let Some(room) = rooms.get_mut(name) else {
            return up.ctx.reject(request, not_in_room(name));
        };
        if self.count >= MAX_PENDING_SENDS {
            let text = format!("{MAX_PENDING_SENDS} messages wait to be sent: await some first");
            return up
                .ctx
                .reject(request, ClientError::new(ErrorCode::QueueFull, text));
        }
        let id = match client_message_id(options) {
            Ok(Some(id)) => id,
            Ok(None) => up.ctx.random.uuid_v7(up.ctx.now.wall_ms),
            Err(error) => {
                let text = format!("the options are refused: {error}");
                return up
                    .ctx
                    .reject(request, ClientError::new(ErrorCode::ValidationError, text));
            }
        };
        let payload = build_message_send(name, content, options, &id, None);
        let echo = build_local_echo(
            &payload,
            &id,
            up.connection.user_id().unwrap_or_default(),
            &iso8601(up.ctx.now.wall_ms),
        );
        let mut changes = Vec::new();
        room.timeline.echo(id.clone(), echo, &mut changes);
        room.tell_changes(up.ctx, changes);
        self.count += 1;
        self.queues
            .entry(name.to_owned())
            .or_default()
            .push_back(Pending {
                client_message_id: id,
                payload,
                request,
                attempts: 0,
                not_before_ms: 0,
                in_flight: None,
            });
        self.flush_room(up, rooms, name);
    }

    /// Whether nothing waits to be sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Sends what can be sent.
    pub(crate) fn flush(&mut self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>) {
        if self.count == 0 {
            return;
        }
        let names: Vec<String> = self.queues.keys().cloned().collect();
        for name in names {
            if rooms.get(&name).is_none() {
                // The first join was refused.
                self.reject_all(up.ctx, &name, not_in_room(&name));
            }
            self.flush_room(up, rooms, &name);
        }
    }

    fn flush_room(&mut self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>, name: &str) {
        if !up.connection.is_ready() || !rooms.is_joined(name) {
            return;
        }
        while let Some(pending) = self.queues.get_mut(name).and_then(VecDeque::front_mut) {
            if pending.in_flight.is_some() || pending.not_before_ms > up.ctx.now.mono_ms {
                return;
            }
            let purpose = AckFor::Send {
                room: name.to_owned(),
            };
            match up.request(names::MESSAGE_SEND, pending.payload.clone(), purpose) {
                Ok(ack) => {
                    pending.in_flight = Some(ack);
                    pending.attempts += 1;
                }
                // The connection ended in the same breath: the message waits for the next one.
                Err(error) if error.is(ErrorCode::NotConnected) => return,
                Err(error) => {
                    pending.attempts += 1;
                    self.refused(up.ctx, rooms, name, error);
                }
            }
        }
    }

    /// The message sent under `ack` was answered, or not in time (`None`).
    pub(crate) fn answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        name: &str,
        ack: u64,
        args: Option<&V>,
    ) {
        let queue = self.queues.get_mut(name);
        let Some(pending) = queue
            .and_then(VecDeque::front_mut)
            .filter(|head| head.in_flight == Some(ack))
        else {
            return;
        };
        pending.in_flight = None;
        let answer = args.map(|args| Ack::read(args).into_body());
        match answer {
            Some(Ok(body)) => self.accepted(up.ctx, rooms, name, body),
            Some(Err(refusal)) => self.refused(up.ctx, rooms, name, refusal.into()),
            None if !up.connection.has_capability(capability::MESSAGES) => {
                self.fail(up.ctx, rooms, name, unknown_outcome());
            }
            None if pending.attempts >= MAX_SEND_ATTEMPTS => {
                let text = format!("Request timeout for event: {}", names::MESSAGE_SEND);
                self.fail(
                    up.ctx,
                    rooms,
                    name,
                    ClientError::new(ErrorCode::Timeout, text),
                );
            }
            None => {}
        }
        self.flush_room(up, rooms, name);
    }

    /// The connection is gone. A message in flight goes again under its key where the server
    /// knows keys; elsewhere its fate is unknown, and the app decides.
    pub(crate) fn connection_lost(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        idempotent: bool,
    ) {
        let names: Vec<String> = self.queues.keys().cloned().collect();
        for name in names {
            let head = self.queues.get_mut(&name).and_then(VecDeque::front_mut);
            let Some(pending) = head else { continue };
            if pending.in_flight.take().is_none() {
                continue;
            }
            // Attempts that a lost connection ended are not the message's fault.
            pending.attempts -= 1;
            if !idempotent {
                self.fail(ctx, rooms, &name, unknown_outcome());
            }
        }
    }

    /// The room was left: what waited for it can go nowhere.
    pub(crate) fn room_left(&mut self, ctx: &mut Context<'_, V>, name: &str) {
        let text = format!("the room {name} was left before the message was sent");
        self.reject_all(ctx, name, ClientError::new(ErrorCode::Cancelled, text));
    }

    fn reject_all(&mut self, ctx: &mut Context<'_, V>, name: &str, error: ClientError<V>) {
        for pending in self.queues.remove(name).unwrap_or_default() {
            self.count -= 1;
            ctx.reject(pending.request, error.clone());
        }
    }

    /// When a message is due again.
    pub(crate) fn deadline_ms(&self, rooms: &Rooms<V>) -> Option<u64> {
        let heads = self
            .queues
            .iter()
            .filter_map(|(name, queue)| Some((name, queue.front()?)));
        heads
            .filter(|(name, head)| {
                head.in_flight.is_none() && head.not_before_ms > 0 && rooms.is_joined(name)
            })
            .map(|(_, head)| head.not_before_ms)
            .min()
    }
}

fn not_in_room<V: Value>(name: &str) -> ClientError<V> {
    let text = format!("Not in room: {name}. Call joinRoom() first");
    ClientError::new(ErrorCode::NotInRoom, text)
}
