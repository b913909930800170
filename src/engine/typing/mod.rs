//! Who types where: this user, told to others while keys come, and the others, shown until their
//! lease ends.
//!
//! `own` is what this user does, `heard` what the server says of others.

mod heard;
mod options;
mod own;

use super::context::Context;
use super::output::Notification;
use crate::engine::sorted_map::SortedMap;
use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::typing::TypingRoomType;

use self::heard::Heard;
use self::own::Own;

pub use self::options::TypingSettings;

/// Where somebody types: in a room, or in one of its threads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The room.
    pub room: String,
    /// The thread.
    pub thread: Option<String>,
}

/// What the app says of its user's typing.
#[derive(Clone, Debug)]
pub enum TypingCommand {
    /// A key, or what counts as one.
    Typed {
        /// Where.
        place: Place,
        /// What kind of room the app takes it for.
        kind: TypingRoomType,
        /// In a direct conversation, with whom.
        recipient: Option<String>,
    },
    /// There is nothing typed any more: at a place, or anywhere.
    Stopped(Option<Place>),
    /// The others are not to be shown any more, until something new is heard of them.
    Cleared(Option<Place>),
}

/// All typing of one client.
pub(crate) struct Typing {
    own: SortedMap<Place, Own>,
    heard: SortedMap<Place, Heard>,
    /// When the first of the others' leases ends.
    expires_ms: Option<u64>,
    /// Places with news that wait for the end of the batch.
    dirty: SortedMap<Place, ()>,
    /// When the batch ends.
    batch_ends_ms: u64,
}

impl Typing {
    pub(crate) fn new() -> Self {
        Self {
            own: SortedMap::new(),
            heard: SortedMap::new(),
            expires_ms: None,
            dirty: SortedMap::new(),
            batch_ends_ms: 0,
        }
    }

    pub(crate) fn handle<V: Value>(&mut self, ctx: &mut Context<'_, V>, command: TypingCommand) {
        match command {
            TypingCommand::Typed {
                place,
                kind,
                recipient,
            } => self.typed(ctx, place, kind, recipient),
            TypingCommand::Stopped(place) => self.stopped(ctx, place.as_ref()),
            TypingCommand::Cleared(place) => self.clear(ctx, place.as_ref()),
        }
    }

    /// A place as the app sees it: `{users, isTyping}`.
    pub(crate) fn snapshot<V: Value>(&self, place: &Place) -> V {
        let typers = self.heard.get(place).map(Heard::users).unwrap_or_default();
        let is_typing = self.own.get(place).is_some_and(|own| own.is_typing);
        Object::new()
            .value("users", V::array(typers))
            .boolean("isTyping", is_typing)
            .build()
    }

    /// The places where others type, as `{roomName, roomType, threadId?}`.
    pub(crate) fn active<V: Value>(&self) -> V {
        let places = self
            .heard
            .iter()
            .map(|(place, heard)| describe(place, heard.kind).build());
        V::array(places.collect())
    }

    /// Where this user types, as `{roomName, roomType, threadId?, recipientId?}`, or null.
    pub(crate) fn context<V: Value>(&self) -> V {
        let typing = self.own.iter().find(|(_, own)| own.is_typing);
        typing.map_or_else(V::null, |(place, own)| {
            describe(place, own.kind)
                .maybe_text("recipientId", own.recipient.as_deref())
                .build()
        })
    }

    /// Nothing is known of the user any more: another one is here, or none.
    pub(crate) fn reset<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        self.clear(ctx, None);
        for (place, _) in std::mem::take(&mut self.own) {
            tell(ctx, &place);
        }
    }
}

/// `{roomName, roomType, threadId?}`: what both sides of the wire name a place by.
fn describe<V: Value>(place: &Place, kind: TypingRoomType) -> Object<V> {
    let kind = match place.thread {
        Some(_) => TypingRoomType::Thread,
        None => kind,
    };
    let mut fields = Object::new();
    fields
        .text("roomName", &place.room)
        .text("roomType", kind.as_str())
        .maybe_text("threadId", place.thread.as_deref());
    fields
}

fn tell<V: Value>(ctx: &mut Context<'_, V>, place: &Place) {
    let thread = place.thread.as_deref();
    ctx.notify(Notification::Typing {
        room: V::string(&place.room),
        thread: thread.map_or_else(V::null, V::string),
    });
}
