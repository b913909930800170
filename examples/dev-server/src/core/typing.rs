//! Who types where. What is typed is a lease: it ends unless it is taken again, and the server
//! announces its end.

use nchat_realtime::wire::ids::{check_id, check_room_name};
use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::room::RoomType;
use nchat_realtime::wire::typing::{Typing, TypingEvent, TypingRoomType, TypingUser};

use super::outlet::SocketEvent;
use super::presence::{Due, Now, State};
use super::rooms::DM_PREFIX;
use super::time::iso8601;
use super::{Caller, Core, Refusal, User};
use crate::store::Store;

/// Most users of whom one is told that they type in the same place: the first who began.
const MAX_TYPISTS_TOLD: usize = 50;

/// What is typed in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Context {
    pub(super) room_name: String,
    room_type: TypingRoomType,
    thread_id: Option<String>,
}

/// Somebody who types.
#[derive(Clone, Debug)]
pub(super) struct Typist {
    user: User,
    socket_id: String,
    started_wall_ms: i64,
    until_mono_ms: i64,
}

impl<S: Store> Core<S> {
    /// The caller types, or goes on typing.
    pub async fn start_typing(&self, caller: Caller<'_>, typing: Typing) -> Result<(), Refusal> {
        let context = self.typing_context(caller, typing).await?;
        let now = self.now();
        self.directory.state().start_typing(caller, context, now);
        self.tell_all().await;
        Ok(())
    }

    /// The caller no longer types.
    pub async fn stop_typing(&self, caller: Caller<'_>, typing: Typing) -> Result<(), Refusal> {
        let context = self.typing_context(caller, typing).await?;
        let now = self.now();
        let user_id = &caller.user.id;
        let is_it = |one: &Context| *one == context;
        self.directory.state().end_typing(user_id, is_it, now);
        self.tell_all().await;
        Ok(())
    }

    async fn typing_context(&self, caller: Caller<'_>, typing: Typing) -> Result<Context, Refusal> {
        let Typing {
            room_name,
            room_type,
            thread_id,
        } = typing;
        check_room_name(&room_name).map_err(Refusal::invalid_id("roomName"))?;
        if let Some(thread_id) = &thread_id {
            check_id(thread_id).map_err(Refusal::invalid_id("threadId"))?;
        }
        let hears = {
            let state = self.directory.state();
            let connection = state.connections.get(caller.socket_id);
            connection.is_some_and(|connection| connection.rooms.contains(&room_name))
        };
        let is_dm = match hears {
            true => room_name.starts_with(DM_PREFIX),
            false => self.room_of_member(&room_name, caller.user).await?.kind == RoomType::Dm,
        };
        let room_type = room_type.unwrap_or(match &thread_id {
            Some(_) => TypingRoomType::Thread,
            None if is_dm => TypingRoomType::Dm,
            None => TypingRoomType::Channel,
        });
        Ok(Context {
            room_name,
            room_type,
            thread_id,
        })
    }
}

impl State {
    /// Of somebody invisible nothing is taken down: there is nothing that could be shown.
    fn start_typing(&mut self, caller: Caller<'_>, context: Context, now: Now) {
        let person = self.people.get(&caller.user.id);
        let is_told = person.is_some_and(|person| {
            !person.is_invisible() || is_planted(PlantedBug::ShowsInvisibleTyping)
        });
        if !is_told || !self.connections.contains_key(caller.socket_id) {
            return;
        }
        let until_mono_ms = now.mono_ms + self.times.typing_ms;
        let typists = self.typing.entry(context.clone()).or_default();
        let known = typists.iter_mut().find(|one| one.user.id == caller.user.id);
        match known {
            Some(typist) => {
                typist.until_mono_ms = until_mono_ms;
                caller.socket_id.clone_into(&mut typist.socket_id);
            }
            None => typists.push(Typist {
                user: caller.user.clone(),
                socket_id: caller.socket_id.to_owned(),
                started_wall_ms: now.wall_ms,
                until_mono_ms,
            }),
        }
        self.look_again(until_mono_ms, Due::Typing(context.clone()));
        self.tell_typing(&context, now);
    }

    /// Ends what a user types wherever `ends` says.
    pub(super) fn end_typing(&mut self, user_id: &str, ends: impl Fn(&Context) -> bool, now: Now) {
        self.keep_typists(
            |context, typist| typist.user.id != user_id || !ends(context),
            now,
        );
    }

    /// Ends everything that a user types.
    pub(super) fn end_typing_of(&mut self, user_id: &str, now: Now) {
        self.end_typing(user_id, |_| true, now);
    }

    pub(super) fn end_typing_of_socket(&mut self, socket_id: &str, now: Now) {
        self.keep_typists(|_, typist| typist.socket_id != socket_id, now);
    }

    /// What was typed became a message.
    pub(super) fn end_typing_of_message(
        &mut self,
        user_id: &str,
        room_name: &str,
        thread_id: Option<&str>,
        now: Now,
    ) {
        if is_planted(PlantedBug::KeepsTypingOfAuthor) {
            return;
        }
        for context in self.contexts_of(room_name) {
            let is_it = context.thread_id.as_deref() == thread_id;
            if let Some(typists) = self.typing.get_mut(&context).filter(|_| is_it) {
                let before = typists.len();
                typists.retain(|typist| typist.user.id != user_id);
                if typists.len() < before {
                    self.tell_typing(&context, now);
                }
            }
        }
    }

    /// What is typed in in a room.
    fn contexts_of(&self, room_name: &str) -> Vec<Context> {
        let first = Context {
            room_name: room_name.to_owned(),
            room_type: TypingRoomType::Channel,
            thread_id: None,
        };
        let contexts = self.typing.range(first..).map(|(context, _)| context);
        contexts
            .take_while(|context| context.room_name == room_name)
            .cloned()
            .collect()
    }

    pub(super) fn end_expired_typing(&mut self, context: &Context, now: Now) {
        if let Some(typists) = self.typing.get_mut(context) {
            let before = typists.len();
            typists.retain(|typist| typist.until_mono_ms > now.mono_ms);
            if typists.len() < before && !is_planted(PlantedBug::EndsTypingInSilence) {
                self.tell_typing(context, now);
            }
        }
    }

    fn keep_typists(&mut self, keeps: impl Fn(&Context, &Typist) -> bool, now: Now) {
        let mut changed = Vec::new();
        for (context, typists) in &mut self.typing {
            let before = typists.len();
            typists.retain(|typist| keeps(context, typist));
            if typists.len() < before {
                changed.push(context.clone());
            }
        }
        for context in changed {
            self.tell_typing(&context, now);
        }
    }

    /// Tells those anew who may see a user type now, or no longer, and the user whom they may see.
    pub(super) fn refresh_typing(&mut self, user_id: &str, now: Now) {
        let types = |typists: &Vec<Typist>| typists.iter().any(|one| one.user.id == user_id);
        let contexts = self.typing.iter().filter(|(_, typists)| types(typists));
        let contexts: Vec<Context> = contexts.map(|(context, _)| context.clone()).collect();
        for context in contexts {
            self.tell_typing(&context, now);
        }
        for socket_id in self.sockets_of(user_id) {
            let connection = self.connections.get(&socket_id);
            let rooms = connection.map(|connection| connection.rooms.clone());
            for room_name in rooms.into_iter().flatten() {
                self.tell_typing_in(&socket_id, &room_name, now);
            }
        }
    }

    /// Tells a socket who types in a room that it hears from now on.
    pub(super) fn tell_typing_in(&mut self, socket_id: &str, room_name: &str, now: Now) {
        for context in self.contexts_of(room_name) {
            self.tell_typing_to(socket_id, &context, now);
        }
    }

    fn tell_typing(&mut self, context: &Context, now: Now) {
        let hearers = self.hearers.get(&context.room_name).cloned();
        for socket_id in hearers.into_iter().flatten() {
            self.tell_typing_to(&socket_id, context, now);
        }
        if self.typing.get(context).is_some_and(Vec::is_empty) {
            self.typing.remove(context);
        }
    }

    /// Tells one socket, if it knows otherwise: who types, or for how long by more than half of a
    /// lease.
    fn tell_typing_to(&mut self, socket_id: &str, context: &Context, now: Now) {
        let Some(connection) = self.connections.get(socket_id) else {
            return;
        };
        let viewer_id = &connection.user.id;
        let seen: Vec<&Typist> = self
            .typing
            .get(context)
            .into_iter()
            .flatten()
            .filter(|one| one.user.id != *viewer_id && self.sight(&one.user.id, viewer_id).typing)
            .take(MAX_TYPISTS_TOLD)
            .collect();
        let told = connection.told_of_typing.get(context);
        let told = told.map(Vec::as_slice).unwrap_or_default();
        let half_ms = self.times.typing_ms / 2;
        let is_known = seen.len() == told.len()
            && seen.iter().zip(told).all(|(one, (user_id, until_ms))| {
                one.user.id == *user_id && one.until_mono_ms - until_ms <= half_ms
            });
        if is_known {
            return;
        }
        let now_told = seen
            .iter()
            .map(|one| (one.user.id.clone(), one.until_mono_ms));
        let now_told: Vec<_> = now_told.collect();
        let event = TypingEvent {
            room_name: context.room_name.clone(),
            room_type: context.room_type,
            thread_id: context.thread_id.clone(),
            users: seen.into_iter().map(|one| typing_user(one, now)).collect(),
        };
        if let Some(connection) = self.connections.get_mut(socket_id) {
            match now_told.is_empty() {
                true => connection.told_of_typing.remove(context),
                false => connection.told_of_typing.insert(context.clone(), now_told),
            };
            self.tell(socket_id, SocketEvent::Typing(event));
        }
    }
}

fn typing_user(typist: &Typist, now: Now) -> TypingUser {
    let left_ms = (typist.until_mono_ms - now.mono_ms).max(0);
    TypingUser {
        user_id: typist.user.id.clone(),
        user_name: typist.user.name.clone(),
        user_avatar: typist.user.avatar.clone(),
        started_at: Some(iso8601(typist.started_wall_ms)),
        expires_in_ms: u64::try_from(left_ms).ok(),
    }
}
