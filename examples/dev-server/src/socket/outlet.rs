//! The core's way to the sockets: Socket.IO's own rooms, under names that cannot clash.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use nchat_realtime::wire::names;
use nchat_realtime::wire::operation::{Operation, ReactionChanged};
use nchat_realtime::wire::presence::PresenceStatus;
use nchat_realtime::wire::sync::SyncMessage;
use nchat_realtime::wire::typing::TypingEvent;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use socketioxide_core::Sid;

use super::batch::{Batch, Event};
use crate::core::{Outlet, RoomEvent, SocketEvent, UserEvent};

/// Sockets of a room.
fn room_key(room_name: &str) -> String {
    format!("room {room_name}")
}

/// Sockets of a room that also hear the plugin guide's names.
fn plugin_key(room_name: &str) -> String {
    format!("plugin {room_name}")
}

/// Sockets of a user.
pub(super) fn user_key(user_id: &str) -> String {
    format!("user {user_id}")
}

/// Sockets of one tab.
pub(super) fn tab_key(user_id: &str, device_id: &str, tab_id: &str) -> String {
    // As JSON, where no id can end early.
    format!("tab {}", serde_json::json!([user_id, device_id, tab_id]))
}

/// Sockets that spoke the plugin guide's dialect anywhere. No room's key: these have a space.
const PLUGIN_SPEAKERS: &str = "plugin-speakers";

/// Makes a socket hear the plugin guide's names for what is told to it alone.
pub(super) fn hear_plugin_dialect(socket: &SocketRef) {
    socket.join(PLUGIN_SPEAKERS);
}

fn speaks_plugin_dialect(socket: &SocketRef) -> bool {
    socket.rooms().iter().any(|room| room == PLUGIN_SPEAKERS)
}

/// Sockets behind a key that take several events in one packet.
fn batched(key: &str) -> String {
    format!("batched {key}")
}

/// Makes a socket hear what is told behind a key.
pub(super) fn listen(socket: &SocketRef, key: String) {
    socket.join(match Batch::of(socket) {
        Some(_) => batched(&key),
        None => key,
    });
}

/// Makes a socket that is in a room hear the plugin guide's names there too.
pub(super) fn add_plugin_dialect(socket: &SocketRef, room_name: &str) {
    listen(socket, plugin_key(room_name));
    hear_plugin_dialect(socket);
}

/// Sends to the sockets of one process.
#[derive(Debug)]
pub struct SocketOutlet {
    io: SocketIo,
    /// While several changes are told together: the sockets that were told something.
    told: Mutex<Option<Vec<SocketRef>>>,
}

/// The plugin guide's `channel:joined` and `channel:left`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelMember<'a> {
    channel_id: &'a str,
    user_id: &'a str,
}

/// The plugin guide's `reaction`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reaction<'a> {
    channel_id: &'a str,
    action: &'a str,
    #[serde(flatten)]
    reaction: &'a ReactionChanged,
}

impl SocketOutlet {
    /// Sends through `io`, whose root namespace has to be served before the first call.
    pub fn new(io: SocketIo) -> Self {
        let told = Mutex::new(None);
        Self { io, told }
    }

    fn socket(&self, socket_id: &str) -> Option<SocketRef> {
        self.io.get_socket(socket_id.parse::<Sid>().ok()?)
    }

    async fn emit<T: Serialize>(
        &self,
        key: String,
        except_socket_id: Option<&str>,
        name: &'static str,
        payload: &T,
    ) {
        self.add_to_batches(&key, except_socket_id, name, payload);
        let sent = match except_socket_id.and_then(|id| self.socket(id)) {
            Some(socket) => socket.to(key).emit(name, payload).await,
            None => self.io.to(key).emit(name, payload).await,
        };
        if let Err(error) = sent {
            tracing::debug!(%error, name, "an event did not reach every socket");
        }
    }

    fn add_to_batches<T: Serialize>(
        &self,
        key: &str,
        except_socket_id: Option<&str>,
        name: &'static str,
        payload: &T,
    ) {
        let except: Option<Sid> = except_socket_id.and_then(|id| id.parse().ok());
        let mut sockets = self.io.to(batched(key)).sockets();
        sockets.retain(|socket| Some(socket.id) != except);
        if sockets.is_empty() {
            return;
        }
        let Ok(payload) = to_raw_value(payload) else {
            return tracing::error!(name, "an event is no JSON");
        };
        let payload: Arc<RawValue> = payload.into();
        for socket in sockets {
            if let Some(batch) = Batch::of(&socket) {
                self.push(&socket, batch, (name, Arc::clone(&payload)));
            }
        }
    }

    /// Adds an event to a batch, which goes once all that is told together is told, else as soon
    /// as a task can be run.
    fn push(&self, socket: &SocketRef, batch: Arc<Batch>, event: Event) {
        if !batch.push(socket, event) {
            return;
        }
        let socket = socket.clone();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *told {
            Some(told) => told.push(socket),
            None => {
                tokio::spawn(async move { batch.flush(&socket) });
            }
        }
    }

    /// Tells one socket, after what it was told before.
    fn emit_to<T: Serialize>(&self, socket: &SocketRef, name: &'static str, payload: &T) {
        match (Batch::of(socket), to_raw_value(payload)) {
            (Some(batch), Ok(payload)) => self.push(socket, batch, (name, payload.into())),
            _ => {
                if let Err(error) = socket.emit(name, payload) {
                    tracing::debug!(%error, name, "an event did not reach its socket");
                }
            }
        }
    }

    async fn publish_event(&self, room: &str, except: Option<&str>, event: RoomEvent) {
        let (key, plugin_key) = (room_key(room), plugin_key(room));
        match event {
            RoomEvent::Message(message) => {
                self.emit(key, except, names::MESSAGE_NEW, &message).await;
                let message = SyncMessage {
                    id: message.message_id.clone().unwrap_or_default(),
                    channel_id: message.room_name.clone(),
                    created_at: message.timestamp.clone(),
                    message: *message,
                };
                self.emit(plugin_key, except, names::MESSAGE, &message)
                    .await;
            }
            RoomEvent::Operation(operation) => self.publish_operation(room, &operation).await,
            RoomEvent::Joined(change) => {
                self.emit(key, except, names::USER_JOINED, &change).await;
                let member = ChannelMember {
                    channel_id: room,
                    user_id: &change.user_id,
                };
                self.emit(plugin_key, except, names::CHANNEL_JOINED, &member)
                    .await;
            }
            RoomEvent::Left(change) => {
                self.emit(key, except, names::USER_LEFT, &change).await;
                let member = ChannelMember {
                    channel_id: room,
                    user_id: &change.user_id,
                };
                self.emit(plugin_key, except, names::CHANNEL_LEFT, &member)
                    .await;
            }
        }
    }
}

/// The plugin guide's `typing`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelTyping<'a> {
    channel_id: &'a str,
    #[serde(flatten)]
    event: &'a TypingEvent,
}

/// The plugin guide's `presence`, which has no `busy`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PluginPresence<'a> {
    user_id: &'a str,
    status: &'a str,
    last_seen: Option<&'a str>,
}

impl SocketOutlet {
    fn send_event(&self, socket_id: &str, event: &SocketEvent) {
        let Some(socket) = self.socket(socket_id) else {
            return;
        };
        match event {
            SocketEvent::Presence(it) => self.emit_to(&socket, names::PRESENCE_CHANGED, it),
            SocketEvent::Settings(it) => self.emit_to(&socket, names::PRESENCE_SETTINGS, it),
            SocketEvent::Typing(it) => self.emit_to(&socket, names::TYPING_EVENT, it),
        }
        if speaks_plugin_dialect(&socket) {
            self.send_in_plugin_dialect(&socket, event);
        }
    }

    fn send_in_plugin_dialect(&self, socket: &SocketRef, event: &SocketEvent) {
        match event {
            SocketEvent::Presence(presence) => {
                let status = match presence.status {
                    PresenceStatus::Busy => "dnd",
                    status => status.as_str(),
                };
                let presence = PluginPresence {
                    user_id: &presence.user_id,
                    status,
                    last_seen: presence.last_seen.as_deref(),
                };
                self.emit_to(socket, names::PRESENCE, &presence);
            }
            SocketEvent::Typing(event) => {
                let channel_id = &event.room_name;
                self.emit_to(socket, names::TYPING, &ChannelTyping { channel_id, event });
            }
            SocketEvent::Settings(_) => {}
        }
    }
}

impl SocketOutlet {
    async fn publish_operation(&self, room: &str, operation: &Operation) {
        let key = room_key(room);
        match operation {
            // A room is told of messages as such.
            Operation::New(_) => {}
            Operation::Update(update) => {
                self.emit(key, None, names::MESSAGE_UPDATE, update).await;
            }
            Operation::Delete(deleted) => {
                self.emit(key, None, names::MESSAGE_DELETE, deleted).await;
            }
            Operation::ReactionAdd(changed) => {
                self.emit(key, None, names::REACTION_ADD, changed).await;
                self.publish_reaction(room, changed, "add").await;
            }
            Operation::ReactionRemove(changed) => {
                self.emit(key, None, names::REACTION_REMOVE, changed).await;
                self.publish_reaction(room, changed, "remove").await;
            }
        }
    }

    async fn publish_reaction(&self, room: &str, reaction: &ReactionChanged, action: &str) {
        let reaction = Reaction {
            channel_id: room,
            action,
            reaction,
        };
        self.emit(plugin_key(room), None, names::REACTION, &reaction)
            .await;
    }

    /// Tells those of the sockets behind a key that spoke the plugin guide's dialect.
    fn emit_to_plugin_speakers<T: Serialize>(&self, key: String, name: &'static str, payload: &T) {
        for socket in self.io.within([batched(&key), key]).sockets() {
            if speaks_plugin_dialect(&socket) {
                self.emit_to(&socket, name, payload);
            }
        }
    }

    async fn tell_user(&self, user_id: &str, except: Option<&str>, event: UserEvent) {
        let key = user_key(user_id);
        match event {
            UserEvent::Sent(sent) => self.emit(key, except, names::MESSAGE_SENT, &sent).await,
            UserEvent::Delivered(one) => {
                self.emit(key, except, names::MESSAGE_DELIVERED, &one).await;
            }
            UserEvent::Read(one) => {
                self.emit(key.clone(), except, names::MESSAGE_READ, &one)
                    .await;
                self.emit_to_plugin_speakers(key, names::READ, &one);
            }
            UserEvent::BatchDelivered(batch) => {
                self.emit(key, except, names::MESSAGE_BATCH_DELIVERED, &batch)
                    .await;
            }
            UserEvent::BatchRead(batch) => {
                self.emit(key.clone(), except, names::MESSAGE_BATCH_READ, &batch)
                    .await;
                self.emit_to_plugin_speakers(key, names::READ, &batch);
            }
            UserEvent::ReadCursor(cursor) => {
                self.emit(key, except, names::READ_CURSOR, &cursor).await;
            }
            UserEvent::Left(change) => {
                self.emit(key, except, names::USER_LEFT, &change).await;
            }
        }
    }
}

impl Outlet for SocketOutlet {
    fn gather(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.get_or_insert_default();
    }

    fn release(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let sockets = told.take().unwrap_or_default();
        drop(told);
        for socket in sockets {
            if let Some(batch) = Batch::of(&socket) {
                batch.flush(&socket);
            }
        }
    }

    fn subscribe<'a>(&'a self, socket_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        async move {
            if let Some(socket) = self.socket(socket_id) {
                listen(&socket, room_key(room_name));
            }
        }
        .boxed()
    }

    fn unsubscribe<'a>(&'a self, user_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        async move {
            let (room, user) = (room_key(room_name), user_key(user_id));
            let plugin = plugin_key(room_name);
            let keys = [batched(&room), room, batched(&plugin), plugin];
            let sockets = self.io.within([batched(&user), user]);
            if let Err(error) = sockets.leave(keys).await {
                tracing::error!(%error, "sockets could not leave a room");
            }
        }
        .boxed()
    }

    fn publish<'a>(
        &'a self,
        room_name: &'a str,
        except_socket_id: Option<&'a str>,
        event: RoomEvent,
    ) -> BoxFuture<'a, ()> {
        self.publish_event(room_name, except_socket_id, event)
            .boxed()
    }

    fn tell<'a>(
        &'a self,
        user_id: &'a str,
        except_socket_id: Option<&'a str>,
        event: UserEvent,
    ) -> BoxFuture<'a, ()> {
        self.tell_user(user_id, except_socket_id, event).boxed()
    }

    fn send<'a>(&'a self, socket_id: &'a str, event: SocketEvent) -> BoxFuture<'a, ()> {
        async move { self.send_event(socket_id, &event) }.boxed()
    }
}
