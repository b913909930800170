//! Who else types, as the server says it: until their lease ends, counted from its arrival, so
//! that no two clocks are compared.

use super::{Place, Typing, tell};
use crate::engine::config::{MAX_TYPERS, MAX_TYPING_LEASE_MS, MAX_TYPING_PLACES};
use crate::engine::context::Context;
use crate::engine::rooms::Rooms;
use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::planted::{PlantedBug, is_planted};
use crate::wire::room::RoomType;
use crate::wire::typing::{TypingHead, TypingRoomType, TypingUser};

/// The others at one place.
pub(super) struct Heard {
    pub(super) kind: TypingRoomType,
    typers: Vec<Typer>,
}

struct Typer {
    user: TypingUser,
    expires_ms: u64,
}

impl Heard {
    /// `{userId, userName?, userAvatar?, startedAt?}` of each.
    pub(super) fn users<V: Value>(&self) -> Vec<V> {
        let users = self.typers.iter().map(|typer| {
            Object::new()
                .text("userId", &typer.user.user_id)
                .maybe_text("userName", typer.user.user_name.as_deref())
                .maybe_text("userAvatar", typer.user.user_avatar.as_deref())
                .maybe_text("startedAt", typer.user.started_at.as_deref())
                .build()
        });
        users.collect()
    }

    fn has(&self, user_id: &str) -> bool {
        self.typers
            .iter()
            .any(|typer| typer.user.user_id == user_id)
    }
}

impl Typing {
    /// The server said who types at a place: all of them.
    pub(crate) fn came<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &Rooms<V>,
        own_id: Option<&str>,
        head: TypingHead,
    ) {
        let is_full = self.heard.len() >= MAX_TYPING_PLACES;
        let place = Place {
            room: head.room_name,
            thread: head.thread_id,
        };
        let known = self.heard.remove(&place);
        if is_full && known.is_none() {
            return;
        }
        let mut is_news = false;
        let mut typers = Vec::new();
        for user in head.users.into_iter().take(MAX_TYPERS) {
            if own_id == Some(&user.user_id) {
                continue;
            }
            is_news |= !known.as_ref().is_some_and(|known| known.has(&user.user_id));
            let lease_ms = match is_planted(PlantedBug::TypingOutlivesLease) {
                true => MAX_TYPING_LEASE_MS,
                false => user.expires_in_ms.unwrap_or(ctx.settings.typing.timeout_ms),
            };
            typers.push(Typer {
                expires_ms: ctx.now.mono_ms + lease_ms.min(MAX_TYPING_LEASE_MS),
                user,
            });
        }
        let is_same = !is_news && known.is_some_and(|known| known.typers.len() == typers.len());
        if !typers.is_empty() {
            let kind = head.room_type.unwrap_or_else(|| kind_of(rooms, &place));
            self.heard.insert(place.clone(), Heard { kind, typers });
        }
        self.watch_leases();
        if is_news && ctx.now.mono_ms < self.batch_ends_ms {
            self.dirty.insert(place, ());
        } else if is_news {
            self.batch_ends_ms = ctx.now.mono_ms + ctx.settings.typing.batch_ms;
            tell(ctx, &place);
        } else if !is_same {
            self.tell_now(ctx, &place);
        }
    }

    /// Somebody's message came, or they left: they type there no more, from this moment on.
    pub(crate) fn ended<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        user_id: &str,
        is_meant: impl Fn(&Place) -> bool,
    ) {
        self.keep_where(ctx, &|place, typer| {
            !(typer.user.user_id == user_id && is_meant(place))
        });
    }

    /// Whether somebody is shown in a room.
    pub(crate) fn shows(&self, room: &str, user_id: &str) -> bool {
        let mut of_room = self.heard.iter().filter(|(place, _)| place.room == room);
        of_room.any(|(_, heard)| heard.has(user_id))
    }

    /// Nobody is shown any more: at a place, or anywhere.
    pub(super) fn clear<V: Value>(&mut self, ctx: &mut Context<'_, V>, place: Option<&Place>) {
        self.keep_where(ctx, &|other, _| place.is_some_and(|place| place != other));
    }

    /// A room was left: nothing of it is shown, and this user types there no more.
    pub(crate) fn left<V: Value>(&mut self, ctx: &mut Context<'_, V>, room: &str) {
        self.keep_where(ctx, &|place, _| place.room != room);
        self.own.retain(|place, _| place.room != room);
    }

    /// The connection is gone, and with it everybody who types.
    pub(crate) fn connection_lost<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        self.clear(ctx, None);
        self.own_lost(ctx.now.mono_ms);
    }

    /// Leases that have run out end: whatever it is that wakes a page, which timers may do late.
    pub(crate) fn end_leases<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        if self.expires_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            self.keep_where(ctx, &|_, typer| typer.expires_ms > now_ms);
        }
    }

    /// What was gathered is told, and what this user typed ends.
    pub(crate) fn handle_timeout<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        if self.batch_ends_ms <= now_ms && !self.dirty.is_empty() {
            self.batch_ends_ms = now_ms + ctx.settings.typing.batch_ms;
            for (place, ()) in std::mem::take(&mut self.dirty) {
                tell(ctx, &place);
            }
        }
        self.end_own(ctx);
    }

    /// When something is due.
    pub(crate) fn deadline_ms<V: Value>(&self, is_ready: bool, rooms: &Rooms<V>) -> Option<u64> {
        let batch_ms = (!self.dirty.is_empty()).then_some(self.batch_ends_ms);
        let own_ms = self.own_deadline_ms(is_ready, rooms);
        self.expires_ms
            .into_iter()
            .chain(batch_ms)
            .chain(own_ms)
            .min()
    }

    /// Whoever is not to be kept is gone in this moment: that waits for no batch.
    fn keep_where<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        is_kept: &dyn Fn(&Place, &Typer) -> bool,
    ) {
        let mut changed = Vec::new();
        for (place, heard) in self.heard.iter_mut() {
            let before = heard.typers.len();
            heard.typers.retain(|typer| is_kept(place, typer));
            if heard.typers.len() < before {
                changed.push(place.clone());
            }
        }
        if changed.is_empty() {
            return;
        }
        self.heard.retain(|_, heard| !heard.typers.is_empty());
        self.watch_leases();
        for place in changed {
            self.tell_now(ctx, &place);
        }
    }

    fn tell_now<V: Value>(&mut self, ctx: &mut Context<'_, V>, place: &Place) {
        self.dirty.remove(place);
        tell(ctx, place);
    }

    fn watch_leases(&mut self) {
        let typers = self.heard.values().flat_map(|heard| &heard.typers);
        self.expires_ms = typers.map(|typer| typer.expires_ms).min();
    }
}

/// What is typed in, where the server does not say.
fn kind_of<V: Value>(rooms: &Rooms<V>, place: &Place) -> TypingRoomType {
    match rooms.kind(&place.room) {
        _ if place.thread.is_some() => TypingRoomType::Thread,
        Some(RoomType::Dm) => TypingRoomType::Dm,
        _ => TypingRoomType::Channel,
    }
}
