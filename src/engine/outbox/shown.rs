//! Entries in the timelines of their rooms.

use super::{Entry, Kind, Outbox};
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::output::TimelineChange;
use crate::engine::rooms::Rooms;
use crate::engine::time::iso8601;
use crate::engine::timeline::{Fate, Timeline};
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::change::MessageChange;
use crate::wire::error::ErrorCode;
use crate::wire::message::{SendAckHead, build_local_echo};
use crate::wire::operation::OperationAckHead;

impl<V: Value> Outbox<V> {
    /// Shows an entry in its room's timeline, if the room is wanted.
    pub(super) fn show(&self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>, key: &str) {
        let Some(entry) = self.entries.get(key) else {
            return;
        };
        let user = &user_of(up);
        let payload = &entry.payload;
        let is_reaction = matches!(entry.kind, Kind::ReactionAdd | Kind::ReactionRemove);
        if is_reaction && user.is_empty() {
            // Whose it would be is not known yet: the server will say.
            return;
        }
        if let Some(change) = change_of(entry, user) {
            // One that failed is no more than a text that the app may look at.
            let id = entry.message_id().filter(|_| !entry.is_parked());
            with_timeline(up.ctx, rooms, entry, |timeline, changes| match id {
                Some(id) => timeline.edit_pending(&entry.key, &id, change, changes),
                None => timeline.edit_rolled_back(&entry.key, changes),
            });
            return;
        }
        let echo = build_local_echo(payload, &entry.key, user, &iso8601(entry.created_ms));
        with_timeline(up.ctx, rooms, entry, |timeline, changes| {
            timeline.echo(entry.key.clone(), echo, changes);
        });
        if let Some(error) = entry.error.as_ref().filter(|_| entry.is_parked()) {
            Self::show_failed(up.ctx, rooms, entry, error);
        }
    }

    /// Shows everything of a room that has become wanted.
    pub(crate) fn show_room(&self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>, room: &str) {
        for key in self.keys_in_order(&|entry| entry.room == room) {
            self.show(up, rooms, &key);
        }
    }

    /// An entry that is shown has another payload now.
    pub(super) fn show_again(&self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>, key: &str) {
        let Some(entry) = self.entries.get(key) else {
            return;
        };
        if entry.kind == Kind::Message {
            let fields = entry.shown_fields();
            with_timeline(up.ctx, rooms, entry, |timeline, changes| {
                timeline.revise(key, &fields, changes);
            });
        } else {
            Self::hide(up.ctx, rooms, entry);
            self.show(up, rooms, key);
        }
    }

    /// An entry failed: a message stays and says so, a change is undone.
    pub(super) fn show_failed(
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        entry: &Entry<V>,
        error: &ClientError<V>,
    ) {
        let is_unknown = error.is(ErrorCode::UnknownOutcome) || error.is(ErrorCode::Timeout);
        let fate = if is_unknown {
            Fate::Unknown
        } else {
            Fate::Refused
        };
        let fields = [
            ("state", V::string("failed")),
            ("error", V::string(&error.code)),
        ];
        with_timeline(ctx, rooms, entry, |timeline, changes| match entry.kind {
            Kind::Message => timeline.settle(&entry.key, fate, &fields, changes),
            _ => timeline.edit_rolled_back(&entry.key, changes),
        });
    }

    /// The server has an entry: its row is placed, and kept where its place is known.
    pub(super) fn show_taken(
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        entry: &Entry<V>,
        head: &SendAckHead,
        receipt: &[(&'static str, V)],
    ) {
        let Some(room) = rooms.get_mut(&entry.room) else {
            return;
        };
        if let Some(epoch) = &head.epoch {
            room.enter_epoch(up.ctx, epoch);
        }
        if entry.kind != Kind::Message {
            let ack = OperationAckHead::read(&V::object(receipt));
            return with_timeline(up.ctx, rooms, entry, |timeline, changes| {
                timeline.edit_settled(&entry.key, &ack, changes);
            });
        }
        if let Some(seq) = head.seq {
            let body = entry.payload.with(&[("userId", V::string(&user_of(up)))]);
            rooms.keep_taken(up.ctx, &entry.room, seq, body.with(receipt));
        }
        let fate = Fate::Accepted {
            message_id: head.message_id.as_deref(),
            seq: head.seq,
        };
        let mut fields = receipt.to_vec();
        fields.push(("state", V::string("sent")));
        with_timeline(up.ctx, rooms, entry, |timeline, changes| {
            timeline.settle(&entry.key, fate, &fields, changes);
        });
    }

    /// An entry goes without having been sent: so does what is shown of it.
    pub(super) fn hide(ctx: &mut Context<'_, V>, rooms: &mut Rooms<V>, entry: &Entry<V>) {
        with_timeline(ctx, rooms, entry, |timeline, changes| match entry.kind {
            Kind::Message => timeline.withdraw(&entry.key, changes),
            _ => timeline.edit_rolled_back(&entry.key, changes),
        });
    }
}

/// Who we are, as the server says, or else the store; empty where neither does.
fn user_of<V: Value>(up: &Uplink<'_, '_, V>) -> String {
    let owner = up.ctx.keep.namespace();
    let owner = owner.and_then(|owner| owner.user.as_deref());
    let user = owner.or(up.connection.user_id());
    user.unwrap_or_default().to_owned()
}

/// Changes the timeline of an entry's room, if the room is wanted, and tells of it.
fn with_timeline<V: Value>(
    ctx: &mut Context<'_, V>,
    rooms: &mut Rooms<V>,
    entry: &Entry<V>,
    act: impl FnOnce(&mut Timeline<V>, &mut Vec<TimelineChange<V>>),
) {
    if let Some(room) = rooms.get_mut(&entry.room) {
        let mut changes = Vec::new();
        act(&mut room.timeline, &mut changes);
        room.tell_changes(ctx, changes);
    }
}

/// What an entry makes of the message that it is about; `None` for a message of its own.
fn change_of<V: Value>(entry: &Entry<V>, user: &str) -> Option<MessageChange<V>> {
    let react = |adds| {
        Some(MessageChange::React {
            emoji: entry.payload.field("emoji")?.as_text()?,
            user_id: user.to_owned(),
            adds,
        })
    };
    match entry.kind {
        Kind::Message => None,
        Kind::Edit => Some(MessageChange::Edit {
            content: entry.payload.field("content")?,
            version: None,
            edited_at: None,
        }),
        Kind::Delete => Some(MessageChange::Delete { version: None }),
        Kind::ReactionAdd => react(true),
        Kind::ReactionRemove => react(false),
    }
}
