//! Events and acknowledgements: the app's own pass through, ours take effect.

use super::Parts;
use super::acks::AckFor;
use super::config::{ACK_TIMEOUT_MS, MAX_HELD_EMITS};
use super::delivery::Level;
use super::error::ClientError;
use super::input::Reply;
use super::output::{Notification, Output, ReplyTo};
use super::snapshot::AuthResponse;
use super::time::parse_iso8601;
use super::typing::Place;
use crate::socketio::{Value, is_reserved_event};
use crate::wire::ack::{Ack, Refusal};
use crate::wire::connection::{Authenticated, ConnectedHead, capability};
use crate::wire::error::ErrorCode;
use crate::wire::message::{MessageHead, thread_id};
use crate::wire::names::{self, ServerEvent, is_client_event};
use crate::wire::planted::{PlantedBug, is_planted};
use crate::wire::resume::{event_name, items};
use crate::wire::room::MembershipChange;
use crate::wire::typing::TypingHead;

/// An event of ours that waits until the server is ready.
pub(crate) struct Held<V> {
    name: String,
    packet: V,
    reply: Reply,
    timeout_ms: u64,
}

impl<V: Value> Parts<'_, '_, V> {
    /// The app emitted an event. Nothing is kept while there is no connection: what must not be
    /// lost is sent as a message.
    pub(super) fn emitted(&mut self, name: &str, packet: V, reply: Reply, timeout_ms: Option<u64>) {
        let timeout_ms = timeout_ms.unwrap_or(ACK_TIMEOUT_MS);
        if !self.up.connection.is_up() {
            return self.answer_app(reply, name, Err(ClientError::not_connected()));
        }
        if is_client_event(name) && !self.up.connection.is_ready() {
            if self.held.len() >= MAX_HELD_EMITS {
                let text = format!("{MAX_HELD_EMITS} events wait for the server to be ready");
                let error = ClientError::new(ErrorCode::QueueFull, text);
                return self.answer_app(reply, name, Err(error));
            }
            let name = name.to_owned();
            return self.held.push_back(Held {
                name,
                packet,
                reply,
                timeout_ms,
            });
        }
        let sent = match reply {
            Reply::None => self
                .up
                .connection
                .emit(self.up.ctx, &packet, false)
                .map_err(Into::into),
            Reply::Callback(_) | Reply::Request(_) => {
                let purpose = AckFor::App {
                    event: name.to_owned(),
                    reply,
                };
                self.up
                    .request_packet(&packet, purpose, timeout_ms)
                    .map(Some)
            }
        };
        if let Err(error) = sent {
            self.answer_app(reply, name, Err(error));
        }
    }

    pub(super) fn release_held(&mut self) {
        for held in std::mem::take(self.held) {
            self.emitted(&held.name, held.packet, held.reply, Some(held.timeout_ms));
        }
    }

    /// An acknowledgement came, or did not in time (`None`).
    pub(super) fn acknowledged(&mut self, id: u64, purpose: AckFor, args: Option<&V>) {
        match purpose {
            AckFor::App { event, reply } => {
                let answer = args.cloned().ok_or_else(|| {
                    let text = format!("Request timeout for event: {event}");
                    ClientError::new(ErrorCode::Timeout, text)
                });
                self.answer_app(reply, &event, answer);
            }
            AckFor::Join { room } => {
                if let Some(Ok(Some(body))) = Ack::answer(args) {
                    self.delivery.room_joined(&room, &body);
                }
                self.rooms.join_answered(&mut self.up, &room, id, args);
                if self.rooms.is_joined(&room) {
                    let decides = self.decides();
                    self.outbox
                        .room_joined(&mut self.up, self.rooms, &room, decides);
                }
            }
            AckFor::Send { key } => {
                self.outbox
                    .answered(&mut self.up, self.rooms, &key, id, args);
            }
            AckFor::History { room } => {
                self.page_seen(&room, args);
                self.rooms.page_answered(&mut self.up, &room, id, args);
            }
            AckFor::Older { room } => {
                self.page_seen(&room, args);
                self.rooms.older_answered(&mut self.up, &room, id, args);
            }
            AckFor::ReadReceipt { room } => {
                self.delivery.read_answered(&mut self.up, &room, id, args);
            }
            AckFor::DeliveredReceipt { room } => {
                self.delivery
                    .delivered_answered(&mut self.up, &room, id, args);
            }
            AckFor::SyncChannels { request } => self.channels_answered(id, request, args),
            AckFor::SyncResume => self.resume_answered(id, args),
            AckFor::SyncByTime { room } => self.by_time_answered(id, &room, args),
            AckFor::SyncMessages { fetch } => self.fetch_answered(fetch, args),
            AckFor::ReceiptSetting => self.delivery.setting_answered(&mut self.up, id, args),
            AckFor::DeliverySync { request } => {
                self.delivery.sync_answered(&mut self.up, id, request, args);
            }
            AckFor::PresenceSubscribe { ids } => {
                self.presence.subscribed(&mut self.up, id, ids, args);
            }
            AckFor::PresenceUpdate => self.presence.told(&mut self.up, id, args),
            AckFor::Presences { request } => self.presence.asked(&mut self.up, request, args),
            AckFor::Ping if args.is_some() => self.up.connection.ping_answered(self.up.ctx),
            AckFor::TokenRefresh => self.token_refreshed(args),
            AckFor::Ping | AckFor::Leave { .. } => {}
        }
    }

    fn answer_app(&mut self, reply: Reply, event: &str, answer: Result<V, ClientError<V>>) {
        match (reply, answer) {
            (Reply::None, Ok(_)) => {}
            (Reply::None, Err(error)) if error.is(ErrorCode::NotConnected) => {}
            (Reply::None, Err(error)) => self.up.ctx.notify(Notification::Error(error)),
            (Reply::Callback(callback), answer) => {
                let args = answer.unwrap_or_else(|error| V::array(vec![error.to_ack()]));
                self.up
                    .ctx
                    .outputs
                    .push_back(Output::Callback { callback, args });
            }
            (Reply::Request(request), Ok(args)) => match unwrap_envelope(&args, event) {
                Ok(value) => self.up.ctx.resolve(request, value),
                Err(error) => self.up.ctx.reject(request, error),
            },
            (Reply::Request(request), Err(error)) => self.up.ctx.reject(request, error),
        }
    }

    /// The connection that was up is gone.
    pub(super) fn connection_lost(&mut self, idempotent: bool) {
        for purpose in self.up.acks.take_all() {
            match purpose {
                AckFor::App { event, reply } => {
                    self.answer_app(reply, &event, Err(ClientError::not_connected()));
                }
                AckFor::Leave { room } => self.rooms.leave_lost(room),
                AckFor::Presences { request }
                | AckFor::SyncChannels {
                    request: Some(request),
                } => self.up.ctx.reject(request, ClientError::not_connected()),
                AckFor::SyncMessages { fetch } => {
                    self.fetch_failed(fetch, ClientError::not_connected());
                }
                // The states are asked for again after the reconnect.
                AckFor::DeliverySync {
                    request: Some(request),
                } => self.up.ctx.resolve(request, V::null()),
                _ => {}
            }
        }
        for held in std::mem::take(self.held) {
            self.answer_app(held.reply, &held.name, Err(ClientError::not_connected()));
        }
        self.rooms.connection_lost(self.up.ctx);
        self.delivery.connection_lost();
        if !is_planted(PlantedBug::TypingOutlivesConnection) {
            self.typing.connection_lost(self.up.ctx);
        }
        self.presence.connection_lost();
        self.end_sync(&ClientError::not_connected());
        self.sync
            .fail_presence(self.up.ctx, &ClientError::not_connected());
        self.outbox
            .connection_lost(self.up.ctx, self.rooms, idempotent);
    }

    /// An event came: ours take effect, and all of them reach listeners.
    pub(super) fn event_came(&mut self, packet: V, name: &str, ack: Option<u64>) {
        let event = ServerEvent::parse(name);
        if event == Some(ServerEvent::Batch) {
            return self.batch_came(&packet);
        }
        // Servers of the plain dialect leave out what they have nothing to say in.
        let body = event.map(|_| packet.element(1).unwrap_or_else(V::null));
        let generation = self.up.connection.generation();
        let reply = ack.map(|ack| ReplyTo { generation, ack });
        self.up.ctx.notify(Notification::Event { packet, reply });
        if let (Some(event), Some(body)) = (event, body) {
            self.take_effect(event, body);
        }
    }

    /// Several events in one frame, in order, each as if it had come alone.
    fn batch_came(&mut self, packet: &V) {
        let Some(events) = packet.element(1) else {
            return;
        };
        for index in 0..events.length().unwrap_or(0) {
            let Some(packet) = events.element(index) else {
                continue;
            };
            let name = packet.element(0).and_then(|name| name.as_text());
            // A batch in a batch is not a thing: it would nest without end. Names of our own are
            // as much refused here as in a packet.
            let is_event = |name: &String| name != names::BATCH && !is_reserved_event(name);
            if let Some(name) = name.filter(is_event) {
                self.event_came(packet, &name, None);
            }
        }
    }

    fn take_effect(&mut self, event: ServerEvent, body: V) {
        match event {
            ServerEvent::MessageNew => {
                self.author_typed(&body);
                let user_id = self.up.connection.user_id().map(str::to_owned);
                self.delivery
                    .message_seen(self.up.ctx, user_id.as_deref(), &body);
                self.rooms.message_came(&mut self.up, body);
            }
            ServerEvent::Pong => self.up.connection.ping_answered(self.up.ctx),
            ServerEvent::Connected => self.connected(&body),
            ServerEvent::Authenticated => self.authenticated(&body),
            ServerEvent::AuthExpired => self.up.connection.token_expired(self.up.ctx),
            ServerEvent::UserJoined => {
                if let Ok(change) = MembershipChange::read(&body) {
                    self.rooms.user_joined(self.up.ctx, change);
                }
            }
            ServerEvent::UserLeft => {
                if let Ok(change) = MembershipChange::read(&body) {
                    let is_meant = |place: &Place| place.room == change.room_name;
                    self.typing.ended(self.up.ctx, &change.user_id, is_meant);
                    self.user_left(change);
                }
            }
            ServerEvent::Error | ServerEvent::AuthError => {
                let error = Refusal::read(&body).into();
                self.up.ctx.notify(Notification::Error(error));
            }
            ServerEvent::MessageUpdate => self.operation_came(names::MESSAGE_UPDATE, &body),
            ServerEvent::MessageDelete => self.operation_came(names::MESSAGE_DELETE, &body),
            ServerEvent::ReactionAdd => self.operation_came(names::REACTION_ADD, &body),
            ServerEvent::ReactionRemove => self.operation_came(names::REACTION_REMOVE, &body),
            ServerEvent::MessageSent => self.delivery.sent_came(self.up.ctx, &body),
            ServerEvent::MessageDelivered | ServerEvent::MessageBatchDelivered => {
                let level = Level::Delivered;
                self.delivery.receipt_came(self.up.ctx, level, &body);
            }
            ServerEvent::MessageRead | ServerEvent::MessageBatchRead => {
                self.delivery.receipt_came(self.up.ctx, Level::Read, &body);
            }
            ServerEvent::MessageFailed => self.delivery.failed_came(self.up.ctx, &body),
            ServerEvent::MessageAck => self.delivery.ack_came(self.up.ctx, &body),
            ServerEvent::ReadCursor => self.delivery.cursor_came(&body),
            ServerEvent::DeliverySyncResponse => {
                self.delivery.statuses_came(self.up.ctx, &body);
            }
            ServerEvent::PresenceChanged => {
                self.presence.came(&mut self.up, &body);
            }
            ServerEvent::PresenceBulk => {
                self.presence.all_came(&mut self.up, &body);
            }
            ServerEvent::TypingEvent => self.typing_came(TypingHead::read(&body).ok()),
            ServerEvent::TypingBatch => self.typing_came(TypingHead::read_batch(&body)),
            // The app's listeners are who it is for.
            ServerEvent::PresenceSettings | ServerEvent::Batch => {}
        }
    }

    fn typing_came(&mut self, events: impl IntoIterator<Item = TypingHead>) {
        let own_id = self.up.connection.user_id().map(str::to_owned);
        for head in events {
            let own_id = own_id.as_deref();
            self.typing.came(self.up.ctx, self.rooms, own_id, head);
        }
    }

    /// Whoever sent a message types it no more.
    fn author_typed(&mut self, message: &V) {
        let Ok(head) = MessageHead::read(message) else {
            return;
        };
        let is_shown = self.typing.shows(&head.room_name, &head.user_id);
        if is_shown && !is_planted(PlantedBug::TypingOutlivesMessage) {
            let place = Place {
                room: head.room_name,
                thread: thread_id(message),
            };
            let is_meant = |other: &Place| *other == place;
            self.typing.ended(self.up.ctx, &head.user_id, is_meant);
        }
    }

    fn page_seen(&mut self, room: &str, args: Option<&V>) {
        if let Some(Ok(Some(body))) = Ack::answer(args) {
            let user_id = self.up.connection.user_id().map(str::to_owned);
            self.deletions_seen(&body);
            self.delivery
                .page_seen(self.up.ctx, user_id.as_deref(), room, &body);
        }
    }

    /// Whatever was deleted by the entries of a page waits no more to be read.
    pub(super) fn deletions_seen(&mut self, body: &V) {
        for operation in items(body, "operations") {
            if event_name(&operation).as_deref() == Some(names::MESSAGE_DELETE) {
                self.operation_seen(names::MESSAGE_DELETE, &operation);
            }
        }
    }

    fn operation_seen(&mut self, event: &str, body: &V) {
        let deleted = (event == names::MESSAGE_DELETE).then(|| self.rooms.seq_of_target(body));
        self.delivery.operation_seen(body, deleted);
    }

    fn operation_came(&mut self, event: &str, body: &V) {
        self.operation_seen(event, body);
        self.rooms.operation_came(&mut self.up, event, body);
    }

    fn connected(&mut self, body: &V) {
        let connected = ConnectedHead::read(body);
        if let Some(server_time) = connected.server_time.as_deref().and_then(parse_iso8601) {
            self.up
                .connection
                .set_server_time(self.up.ctx.now, server_time);
        }
        self.up
            .connection
            .set_capabilities(self.up.ctx, connected.capabilities);
        self.up
            .connection
            .set_subscription_limit(connected.presence_subscriptions);
        self.presence.greeted(&self.up);
        if self.up.connection.server_is_ready(self.up.ctx) {
            self.server_ready();
        }
    }

    fn user_left(&mut self, change: MembershipChange) {
        // Other servers say it of a tab that was closed, too.
        let says_when_left = self.up.connection.has_capability(capability::MESSAGES);
        let is_own = self.up.connection.user_id() == Some(change.user_id.as_str());
        let room_name = (is_own && says_when_left).then(|| change.room_name.clone());
        self.rooms.user_left(self.up.ctx, change);
        if let Some(room_name) = room_name {
            self.rooms.was_left(&mut self.up, &room_name);
            self.delivery.room_left(&room_name);
        }
    }

    fn authenticated(&mut self, body: &V) {
        let Ok(authenticated) = Authenticated::read(body) else {
            return;
        };
        let expires_at = authenticated.expires_at.as_deref().and_then(parse_iso8601);
        let auth = AuthResponse {
            user_id: authenticated.user_id,
            session_id: authenticated.session_id,
            rooms: authenticated.rooms,
            expires_at: expires_at.map(|ms| ms as f64),
        };
        let user_id = auth.user_id.clone();
        self.up
            .connection
            .authenticated(self.up.ctx, auth, expires_at);
        self.user_named(&user_id);
    }

    /// Gives the server the new token of the live connection.
    pub(super) fn token_renewed(&mut self, token: &str) {
        let body = V::object(&[("token", V::string(token))]);
        let sent = self
            .up
            .request(names::AUTH_REFRESH, body, AckFor::TokenRefresh);
        // Without a connection the next attempt has the new token anyway.
        if let Err(error) = sent
            && !error.is(ErrorCode::NotConnected)
        {
            self.up.ctx.notify(Notification::Error(error));
        }
    }

    /// The server took the new token, or not. One of the plain dialect says nothing.
    fn token_refreshed(&mut self, args: Option<&V>) {
        let Some(args) = args else { return };
        match Ack::read(args).into_body() {
            Err(refusal) => self.up.ctx.notify(Notification::Error(refusal.into())),
            Ok(body) => {
                let expires_at = body.and_then(|body| body.field("expiresAt")?.as_text());
                let expires_at_ms = expires_at.as_deref().and_then(parse_iso8601);
                self.up
                    .connection
                    .token_refreshed(self.up.ctx, expires_at_ms);
            }
        }
    }
}

/// What `emitAsync` resolves with: the envelope's `data`, where the body has a boolean `success`;
/// else the body as it is.
fn unwrap_envelope<V: Value>(args: &V, event: &str) -> Result<V, ClientError<V>> {
    match Ack::read(args) {
        Ack::Success { data, .. } => Ok(data.unwrap_or_else(V::null)),
        Ack::Failure(refusal) => Err(refusal.into()),
        Ack::Bare(body) => Ok(body.unwrap_or_else(V::null)),
    }
    .map_err(|mut error: ClientError<V>| {
        if error.message.is_empty() {
            error.message = format!("{event} failed: {}", error.code);
        }
        error
    })
}
