//! What this user types: told at once, kept alive while keys come, ended by itself.

use super::{Place, Typing, TypingSettings, describe, tell};
use crate::engine::config::{MAX_TYPING_PLACES, STOP_DELAY_MS};
use crate::engine::context::Context;
use crate::engine::rooms::Rooms;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::connection::capability;
use crate::wire::names;
use crate::wire::typing::TypingRoomType;

/// This user at one place.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) kind: TypingRoomType,
    pub(super) recipient: Option<String>,
    pub(super) is_typing: bool,
    /// Whether the server shows it to others.
    is_shown: bool,
    /// When the server was last told of a key.
    told_ms: Option<u64>,
    /// When it is to be told of one, or of the end.
    due_ms: Option<u64>,
    /// When typing ends by itself; of who does not type, when nothing of it counts any more.
    ends_ms: u64,
}

impl Typing {
    /// A key came. Typing at any other place is over.
    pub(super) fn typed<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        place: Place,
        kind: TypingRoomType,
        recipient: Option<String>,
    ) {
        self.stop_where(ctx, |other| *other != place);
        if self.own.len() >= MAX_TYPING_PLACES && !self.own.contains_key(&place) {
            return;
        }
        let settings = &ctx.settings.typing;
        let now_ms = ctx.now.mono_ms;
        let own = self.own.get_or_default(place.clone());
        own.kind = kind;
        own.recipient = recipient;
        own.ends_ms = now_ms + settings.timeout_ms;
        let since_told = |wait_ms| {
            own.told_ms
                .map_or(now_ms, |at_ms| now_ms.max(at_ms + wait_ms))
        };
        if !own.is_typing {
            own.due_ms = Some(since_told(settings.debounce_ms));
            own.is_typing = true;
            tell(ctx, &place);
        } else if own.due_ms.is_none() {
            let due_ms = since_told(settings.throttle_ms).max(now_ms + settings.debounce_ms);
            own.due_ms = Some(due_ms);
        }
    }

    /// Nothing is typed any more: at a place, or anywhere.
    pub(super) fn stopped<V: Value>(&mut self, ctx: &mut Context<'_, V>, place: Option<&Place>) {
        self.stop_where(ctx, |other| place.is_none_or(|place| place == other));
    }

    /// What was typed is a message now. Whoever gets it needs no word of the end: the two would
    /// not come together.
    pub(crate) fn sent<V: Value>(&mut self, up: &mut Uplink<'_, '_, V>, place: &Place) {
        self.stopped(up.ctx, Some(place));
        if let Some(own) = self.own.get_mut(place) {
            own.is_shown &= !up.connection.has_capability(capability::TYPING);
        }
    }

    fn stop_where<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        is_meant: impl Fn(&Place) -> bool,
    ) {
        let now_ms = ctx.now.mono_ms;
        for (place, own) in self.own.iter_mut() {
            if own.is_typing && is_meant(place) {
                own.is_typing = false;
                own.due_ms = own.is_shown.then_some(now_ms + STOP_DELAY_MS);
                own.ends_ms = now_ms + ctx.settings.typing.debounce_ms;
                tell(ctx, place);
            }
        }
    }

    /// Tells the server what is due.
    pub(crate) fn settle<V: Value>(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &Rooms<V>,
        is_invisible: bool,
    ) {
        if !up.connection.is_ready() || self.own.is_empty() {
            return;
        }
        let now_ms = up.ctx.now.mono_ms;
        let may_tell = !is_invisible && may_tell(up);
        for (place, own) in self.own.iter_mut() {
            let is_due = own.due_ms.is_some_and(|at_ms| at_ms <= now_ms);
            let starts = is_due && own.is_typing && may_tell;
            let stops = own.is_shown && (!may_tell || (is_due && !own.is_typing));
            if !can_go(rooms, place) || !(is_due || stops) {
                continue;
            }
            own.due_ms = None;
            if !(starts || stops) {
                continue;
            }
            let event = match starts {
                true => names::TYPING_START,
                false => names::TYPING_STOP,
            };
            let recipient = own.recipient.as_deref().filter(|_| starts);
            let body = describe(place, own.kind)
                .maybe_text("recipientId", recipient)
                .build();
            let packet = V::array(vec![V::string(event), body]);
            if up.connection.emit(up.ctx, &packet, false).is_err() {
                return;
            }
            own.is_shown = starts;
            own.told_ms = starts.then_some(now_ms).or(own.told_ms);
        }
    }

    /// What has lasted too long ends, and what no longer counts is forgotten.
    pub(super) fn end_own<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        let is_over = |own: &Own| own.ends_ms <= now_ms;
        let over = self
            .own
            .iter()
            .filter(|(_, own)| own.is_typing && is_over(own));
        let over: Vec<Place> = over.map(|(place, _)| place.clone()).collect();
        for place in over {
            self.stopped(ctx, Some(&place));
        }
        // One whose end the server has not heard of is kept for that.
        self.own
            .retain(|_, own| own.is_typing || own.is_shown || !is_over(own));
    }

    /// When something of this user's typing is due. What cannot be told now has no moment.
    pub(super) fn own_deadline_ms<V: Value>(
        &self,
        is_ready: bool,
        rooms: &Rooms<V>,
    ) -> Option<u64> {
        let moments = self.own.iter().filter_map(|(place, own)| {
            let due_ms = own.due_ms.filter(|_| is_ready && can_go(rooms, place));
            let ends_ms = Some(own.ends_ms).filter(|_| own.is_typing || !own.is_shown);
            due_ms.into_iter().chain(ends_ms).min()
        });
        moments.min()
    }

    /// The connection is gone, and with it what the server showed. Whoever still types when there
    /// is another is shown again.
    pub(super) fn own_lost(&mut self, now_ms: u64) {
        for (_, own) in self.own.iter_mut() {
            own.is_shown = false;
            own.told_ms = None;
            own.due_ms = own.is_typing.then_some(now_ms);
        }
    }
}

/// Whether others may be told at all. What only some may see is left to a server that keeps it
/// from the others.
fn may_tell<V: Value>(up: &Uplink<'_, '_, V>) -> bool {
    let TypingSettings {
        broadcasts,
        is_restricted,
        ..
    } = up.ctx.settings.typing;
    let is_kept = up.connection.has_capability(capability::PRESENCE_SETTINGS);
    broadcasts && (!is_restricted || is_kept)
}

/// A room that is wanted here is joined first.
fn can_go<V: Value>(rooms: &Rooms<V>, place: &Place) -> bool {
    rooms.get(&place.room).is_none() || rooms.is_joined(&place.room)
}
