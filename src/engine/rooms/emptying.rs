//! Rooms without what was in them: another user's, or nobody's.

use super::{Room, Rooms};
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::output::Notification;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

impl<V: Value> Rooms<V> {
    /// Another user is here: the rooms stay wanted, nothing that was in them stays.
    pub(crate) fn reset_timelines(&mut self, ctx: &mut Context<'_, V>) {
        let error = ClientError::new(ErrorCode::Cancelled, "another user signed in");
        self.cached.clear();
        for (name, room) in self.rooms.iter_mut() {
            room.tell_gone(ctx);
            room.fail_older(ctx, &error);
            let old = std::mem::replace(room, Room::new(name));
            room.membership = old.membership;
            room.asked = old.asked;
            room.info = old.info;
            room.waiters = old.waiters;
            room.failures = old.failures;
            room.retry_at_ms = old.retry_at_ms;
        }
    }

    /// Nobody is here: no room is wanted.
    pub(crate) fn forget_all(&mut self, ctx: &mut Context<'_, V>) {
        let error = ClientError::new(ErrorCode::Cancelled, "logged out");
        self.leaves.clear();
        self.cached.clear();
        self.resuming = false;
        for (_, mut room) in std::mem::take(&mut self.rooms) {
            room.tell_gone(ctx);
            room.fail_older(ctx, &error);
            for request in room.waiters {
                ctx.reject(request, error.clone());
            }
        }
        ctx.notify(Notification::Rooms);
    }
}
