//! Users on their sockets, in a world where time passes only when it is told to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use nchat_realtime::wire::names;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::store::RelationKind;

/// One frame: when, and what.
pub(super) type Frame = (i64, Json);

/// The core, its sockets, and the clock.
pub(super) struct People {
    pub(super) core: Core<MemoryStore>,
    world: Arc<World>,
}

/// What the core is given.
#[derive(Default)]
struct World(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    now_ms: i64,
    alarm_ms: Option<i64>,
    /// Who acts: each has chance of their own, so that what one does moves nothing of another's.
    actor: String,
    dice: HashMap<String, u64>,
    users: BTreeMap<String, String>,
    rooms: BTreeMap<String, BTreeSet<String>>,
    frames: BTreeMap<String, Vec<Frame>>,
}

impl World {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("a lock")
    }
}

impl Inner {
    fn put<T: Serialize>(&mut self, socket_id: &str, name: &str, payload: &T) {
        let payload = serde_json::to_value(payload).expect("JSON");
        let frame = (self.now_ms, json!([name, payload]));
        let frames = self.frames.entry(socket_id.to_owned()).or_default();
        frames.push(frame);
    }
}

impl Environment for World {
    fn now_ms(&self) -> i64 {
        self.inner().now_ms
    }

    fn wake_by(&self, at_mono_ms: i64) {
        let mut inner = self.inner();
        let earlier = inner
            .alarm_ms
            .map_or(at_mono_ms, |alarm| alarm.min(at_mono_ms));
        inner.alarm_ms = Some(earlier);
    }

    fn random(&self) -> [u8; 16] {
        let mut inner = self.inner();
        let actor = inner.actor.clone();
        let number = inner.dice.entry(actor.clone()).or_default();
        *number += 1;
        let mut hasher = DefaultHasher::new();
        (actor, *number).hash(&mut hasher);
        let mut bytes = [0; 16];
        bytes[2..10].copy_from_slice(&hasher.finish().to_be_bytes());
        bytes
    }
}

impl Outlet for World {
    fn subscribe<'a>(&'a self, socket_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        let mut inner = self.inner();
        let room = inner.rooms.entry(room_name.to_owned()).or_default();
        room.insert(socket_id.to_owned());
        ready(()).boxed()
    }

    fn unsubscribe<'a>(&'a self, user_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        let Inner { users, rooms, .. } = &mut *self.inner();
        if let Some(room) = rooms.get_mut(room_name) {
            room.retain(|id| users.get(id).is_some_and(|user| user != user_id));
        }
        ready(()).boxed()
    }

    fn publish<'a>(
        &'a self,
        room_name: &'a str,
        except_socket_id: Option<&'a str>,
        event: RoomEvent,
    ) -> BoxFuture<'a, ()> {
        let mut inner = self.inner();
        let room = inner.rooms.get(room_name).cloned().unwrap_or_default();
        for socket_id in room {
            if except_socket_id == Some(&*socket_id) {
                continue;
            }
            match &event {
                RoomEvent::Message(it) => inner.put(&socket_id, names::MESSAGE_NEW, it),
                RoomEvent::Operation(it) => inner.put(&socket_id, "operation", &operated(it)),
                RoomEvent::Joined(it) => inner.put(&socket_id, names::USER_JOINED, it),
                RoomEvent::Left(it) => inner.put(&socket_id, names::USER_LEFT, it),
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
        let mut inner = self.inner();
        let sockets: Vec<String> = inner
            .users
            .iter()
            .filter(|(id, user)| *user == user_id && except_socket_id != Some(id))
            .map(|(id, _)| id.clone())
            .collect();
        for socket_id in sockets {
            inner.put(&socket_id, "user", &told(&event));
        }
        ready(()).boxed()
    }

    fn send<'a>(&'a self, socket_id: &'a str, event: SocketEvent) -> BoxFuture<'a, ()> {
        let mut inner = self.inner();
        match &event {
            SocketEvent::Presence(it) => inner.put(socket_id, names::PRESENCE_CHANGED, it),
            SocketEvent::Settings(it) => inner.put(socket_id, names::PRESENCE_SETTINGS, it),
            SocketEvent::Typing(it) => inner.put(socket_id, names::TYPING_EVENT, it),
        }
        ready(()).boxed()
    }
}

impl People {
    pub(super) async fn with(times: Times) -> Self {
        let world = Arc::new(World::default());
        world.inner().now_ms = 1_000_000;
        let limit = NonZeroU32::new(1_000_000).expect("not zero");
        let core = Core::start(
            MemoryStore::default(),
            world.clone(),
            world.clone(),
            limit,
            times,
        );
        Self {
            core: core.await.expect("starts"),
            world,
        }
    }

    /// These users, each connected with the socket of their name and in `general`; all has been
    /// told.
    pub(super) async fn in_general(users: &[&str]) -> Self {
        let people = Self::with(Times::DEFAULT).await;
        for user in users {
            people.connect(user, user).await;
            people
                .done(user, names::ROOM_JOIN, json!({ "roomName": "general" }))
                .await;
        }
        people.take_all();
        people
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.world.inner().now_ms
    }

    pub(super) async fn connect(&self, socket_id: &str, user_id: &str) {
        self.act_as(socket_id, user_id);
        let user = User::from_id(user_id);
        let caller = Caller {
            user: &user,
            socket_id,
            device_id: None,
        };
        self.core.open(caller, Some("web"));
        self.core.arrive(caller).await;
    }

    fn act_as(&self, socket_id: &str, user_id: &str) {
        let mut inner = self.world.inner();
        let user_id = user_id.to_owned();
        inner.actor.clone_from(&user_id);
        inner.users.insert(socket_id.to_owned(), user_id);
    }

    pub(super) async fn disconnect(&self, socket_id: &str) {
        {
            let mut inner = self.world.inner();
            inner.users.remove(socket_id);
            for room in inner.rooms.values_mut() {
                room.remove(socket_id);
            }
        }
        self.core.depart(socket_id).await;
    }

    pub(super) fn is_connected(&self, socket_id: &str) -> bool {
        self.world.inner().users.contains_key(socket_id)
    }

    /// Time passes, and what is due is done when it is due.
    pub(super) async fn pass(&self, ms: i64) {
        let end_ms = self.now_ms() + ms;
        loop {
            {
                let mut inner = self.world.inner();
                let Some(alarm_ms) = inner.alarm_ms.filter(|alarm_ms| *alarm_ms <= end_ms) else {
                    inner.now_ms = end_ms;
                    return;
                };
                inner.alarm_ms = None;
                inner.now_ms = alarm_ms.max(inner.now_ms);
                "the clock".clone_into(&mut inner.actor);
            }
            self.core.tick().await;
        }
    }

    /// What a socket was told since it was asked last.
    pub(super) fn take(&self, socket_id: &str) -> Vec<Frame> {
        self.world
            .inner()
            .frames
            .remove(socket_id)
            .unwrap_or_default()
    }

    /// The payloads of one event that a socket was told since it was asked last.
    pub(super) fn told(&self, socket_id: &str, name: &str) -> Vec<Json> {
        let frames = self.take(socket_id).into_iter();
        let of_name = frames.filter(|(_, frame)| frame[0] == name);
        of_name.map(|(_, mut frame)| frame[1].take()).collect()
    }

    pub(super) fn take_all(&self) {
        self.world.inner().frames.clear();
    }

    pub(super) async fn done(&self, socket_id: &str, name: &str, body: Json) -> Json {
        let answer = self.ask(socket_id, name, body.clone()).await;
        answer.unwrap_or_else(|Refusal(error)| panic!("{name} {body}: {error:?}"))
    }

    pub(super) async fn refused(&self, socket_id: &str, name: &str, body: Json) -> String {
        match self.ask(socket_id, name, body.clone()).await {
            Ok(answer) => panic!("{name} {body}: {answer}"),
            Err(Refusal(error)) => error.code,
        }
    }

    /// What the socket's handler of this event does.
    pub(super) async fn ask(
        &self,
        socket_id: &str,
        name: &str,
        body: Json,
    ) -> Result<Json, Refusal> {
        let user_id = self.world.inner().users.get(socket_id).cloned();
        let user = User::from_id(user_id.expect("a connected socket"));
        self.act_as(socket_id, &user.id);
        let caller = Caller {
            user: &user,
            socket_id,
            device_id: None,
        };
        let core = &self.core;
        let contact = |kind, is_there| {
            let contact = read(body.clone());
            async move { core.relate(caller, kind, contact, is_there).await }
        };
        let answer = match name {
            names::PRESENCE_UPDATE => to(core.update_presence(caller, read(body)).await)?,
            names::PRESENCE_HEARTBEAT => {
                core.heartbeat(caller).await;
                Json::Null
            }
            names::PRESENCE_SUBSCRIBE => to(core
                .subscribe_presence(caller, read(body))
                .await
                .map(|(it, _)| it))?,
            names::PRESENCE_UNSUBSCRIBE => to(core.unsubscribe_presence(caller, read(body)))?,
            names::PRESENCE_GET => to(core.presences(caller, read(body)).await.map(|(it, _)| it))?,
            names::PRESENCE_WINDOW => to(core
                .presence_window(caller, read(body))
                .await
                .map(|(it, _)| it))?,
            names::TYPING_START => to(core.start_typing(caller, read(body)).await)?,
            names::TYPING_STOP => to(core.stop_typing(caller, read(body)).await)?,
            names::CONTACTS_ADD => to(contact(RelationKind::Contact, true).await)?,
            names::CONTACTS_REMOVE => to(contact(RelationKind::Contact, false).await)?,
            names::BLOCK_ADD => to(contact(RelationKind::Block, true).await)?,
            names::BLOCK_REMOVE => to(contact(RelationKind::Block, false).await)?,
            names::CONTACTS_LIST => to(core.relations(&user, RelationKind::Contact).await)?,
            names::BLOCK_LIST => to(core.relations(&user, RelationKind::Block).await)?,
            names::ROOM_JOIN => to(core.join_room(caller, read(body)).await)?,
            names::ROOM_LEAVE => to(core.leave_room(caller, read(body)).await)?,
            names::ROOM_CREATE => to(core.create_room(caller, read(body)).await)?,
            names::ROOM_MEMBERS => to(core.room_members(&user, read(body)).await)?,
            names::SYNC_CHANNELS => to(core.sync_channels(&user, read(body)).await)?,
            names::SYNC_MESSAGES => to(core.sync_messages(&user, read(body)).await)?,
            names::SYNC_RESUME => to(core.sync_resume(&user, read(body)).await)?,
            names::DELIVERY_SYNC => to(core.delivery_sync(&user, read(body)).await)?,
            names::PRESENCE_SETTINGS_GET => to(core.presence_settings(&user).await)?,
            _ => {
                let submitted = core.submit(caller, command(name, body))?;
                to(core.settle(submitted).await)?
            }
        };
        core.told().await;
        Ok(answer)
    }
}

fn command(name: &str, body: Json) -> Command {
    match name {
        names::MESSAGE_SEND => Command::Send(Box::new(read(body))),
        names::MESSAGE_DELIVERED_ACK => Command::Delivered(read(body)),
        names::MESSAGE_BATCH_READ_ACK => Command::BatchRead(read(body)),
        names::PRESENCE_SETTINGS_UPDATE => Command::Settings(read(body)),
        _ => panic!("{name} is no event of these tests"),
    }
}

fn read<T: DeserializeOwned>(body: Json) -> T {
    serde_json::from_value(body).expect("a payload")
}

fn to<T: Serialize>(answer: Result<T, Refusal>) -> Result<Json, Refusal> {
    answer.map(|answer| serde_json::to_value(answer).expect("JSON"))
}
