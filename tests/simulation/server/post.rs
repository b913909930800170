//! The core's way to the sockets: who hears which room, and what waits to be sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use nchat_dev_server::core::{Outlet, RoomEvent, SocketEvent, UserEvent};
use nchat_realtime::wire::names;
use nchat_realtime::wire::operation::Operation;
use serde::Serialize;

use crate::network::LinkId;

/// Something for one socket, or for the world to know.
#[derive(Debug)]
pub(super) enum Letter {
    Packet { link: LinkId, packet: String },
    Told { link: LinkId, event: SocketEvent },
    Published(Box<Operation>),
}

/// The sockets of the process.
#[derive(Debug, Default)]
pub(super) struct Post(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Socket id to link and user.
    sockets: BTreeMap<String, (LinkId, String)>,
    /// Room to socket ids.
    rooms: BTreeMap<String, BTreeSet<String>>,
    letters: Vec<Letter>,
}

impl Post {
    pub(super) fn attach(&self, socket_id: &str, link: LinkId, user_id: &str) {
        let socket = (link, user_id.to_owned());
        self.state().sockets.insert(socket_id.to_owned(), socket);
    }

    pub(super) fn detach(&self, socket_id: &str) {
        let mut state = self.state();
        state.sockets.remove(socket_id);
        for sockets in state.rooms.values_mut() {
            sockets.remove(socket_id);
        }
    }

    pub(super) fn clear(&self) {
        *self.state() = State::default();
    }

    pub(super) fn take(&self) -> Vec<Letter> {
        std::mem::take(&mut self.state().letters)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn publish(&mut self, entry: Operation) {
        self.letters.push(Letter::Published(Box::new(entry)));
    }

    fn tell<T: Serialize>(&mut self, room: &str, except: Option<&str>, name: &str, payload: &T) {
        let packet = event_packet(name, payload);
        for socket_id in self.rooms.get(room).into_iter().flatten() {
            if except == Some(socket_id) {
                continue;
            }
            if let Some((link, _)) = self.sockets.get(socket_id) {
                self.letters.push(Letter::Packet {
                    link: *link,
                    packet: packet.clone(),
                });
            }
        }
    }
}

impl Outlet for Post {
    fn subscribe<'a>(&'a self, socket_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        let mut state = self.state();
        if state.sockets.contains_key(socket_id) {
            let sockets = state.rooms.entry(room_name.to_owned()).or_default();
            sockets.insert(socket_id.to_owned());
        }
        ready(()).boxed()
    }

    fn unsubscribe<'a>(&'a self, user_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        let State { sockets, rooms, .. } = &mut *self.state();
        if let Some(members) = rooms.get_mut(room_name) {
            members.retain(|id| sockets.get(id).is_some_and(|(_, user)| user != user_id));
        }
        ready(()).boxed()
    }

    fn publish<'a>(
        &'a self,
        room_name: &'a str,
        except_socket_id: Option<&'a str>,
        event: RoomEvent,
    ) -> BoxFuture<'a, ()> {
        let mut state = self.state();
        match event {
            RoomEvent::Message(message) => {
                state.tell(room_name, except_socket_id, names::MESSAGE_NEW, &message);
                state.publish(Operation::New(message));
            }
            RoomEvent::Operation(operation) => {
                match &operation {
                    Operation::New(_) => {}
                    Operation::Update(it) => state.tell(room_name, None, names::MESSAGE_UPDATE, it),
                    Operation::Delete(it) => state.tell(room_name, None, names::MESSAGE_DELETE, it),
                    Operation::ReactionAdd(it) => {
                        state.tell(room_name, None, names::REACTION_ADD, it);
                    }
                    Operation::ReactionRemove(it) => {
                        state.tell(room_name, None, names::REACTION_REMOVE, it);
                    }
                }
                state.publish(operation);
            }
            RoomEvent::Joined(change) => {
                state.tell(room_name, except_socket_id, names::USER_JOINED, &change);
            }
            RoomEvent::Left(change) => {
                state.tell(room_name, except_socket_id, names::USER_LEFT, &change);
            }
        }
        ready(()).boxed()
    }

    fn tell<'a>(
        &'a self,
        user_id: &'a str,
        except_socket_id: Option<&'a str>,
        event: UserEvent,
    ) -> BoxFuture<'a, ()> {
        let packet = match event {
            UserEvent::Sent(it) => event_packet(names::MESSAGE_SENT, &it),
            UserEvent::Delivered(it) => event_packet(names::MESSAGE_DELIVERED, &it),
            UserEvent::Read(it) => event_packet(names::MESSAGE_READ, &it),
            UserEvent::BatchDelivered(it) => event_packet(names::MESSAGE_BATCH_DELIVERED, &it),
            UserEvent::BatchRead(it) => event_packet(names::MESSAGE_BATCH_READ, &it),
            UserEvent::ReadCursor(it) => event_packet(names::READ_CURSOR, &it),
            UserEvent::Left(it) => event_packet(names::USER_LEFT, &it),
        };
        let State {
            sockets, letters, ..
        } = &mut *self.state();
        let others = sockets
            .iter()
            .filter(|(id, (_, user))| user == user_id && except_socket_id != Some(id.as_str()));
        letters.extend(others.map(|(_, (link, _))| Letter::Packet {
            link: *link,
            packet: packet.clone(),
        }));
        ready(()).boxed()
    }

    fn send<'a>(&'a self, socket_id: &'a str, event: SocketEvent) -> BoxFuture<'a, ()> {
        let State {
            sockets, letters, ..
        } = &mut *self.state();
        if let Some((link, _)) = sockets.get(socket_id) {
            letters.push(Letter::Told { link: *link, event });
        }
        ready(()).boxed()
    }
}

/// What one socket is told by itself.
pub(super) fn socket_packet(event: &SocketEvent) -> String {
    match event {
        SocketEvent::Presence(it) => event_packet(names::PRESENCE_CHANGED, it),
        SocketEvent::Settings(it) => event_packet(names::PRESENCE_SETTINGS, it),
        SocketEvent::Typing(it) => event_packet(names::TYPING_EVENT, it),
    }
}

/// An event without an acknowledgement.
pub(super) fn event_packet<T: Serialize>(name: &str, payload: &T) -> String {
    let body = serde_json::to_string(&(name, payload)).expect("wire types are JSON");
    format!("42{body}")
}
