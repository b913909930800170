//! What the server said of others.

use super::{privacy, tell};
use crate::engine::config::MAX_PRESENCES;
use crate::engine::context::Context;
use crate::engine::sorted_map::SortedMap;
use crate::engine::time::parse_iso8601;
use crate::socketio::Value;
use crate::wire::presence::PresenceHead;

/// Those of whom something is known.
#[derive(Debug, Default)]
pub(super) struct Known {
    users: SortedMap<String, Entry>,
    /// When the first custom status ends.
    pub(super) expires_ms: Option<u64>,
}

#[derive(Debug)]
struct Entry {
    seen: PresenceHead,
    /// When the custom status ends, if it does.
    ends_ms: Option<u64>,
}

impl Known {
    pub(super) fn has(&self, id: &str) -> bool {
        self.users.contains_key(id)
    }

    pub(super) fn view<V: Value>(&self, id: &str) -> Option<V> {
        self.users.get(id).map(|entry| privacy::view(&entry.seen))
    }

    pub(super) fn views<V: Value>(&self) -> Vec<V> {
        let users = self.users.values();
        users.map(|entry| privacy::view(&entry.seen)).collect()
    }

    /// The server said how somebody is, who is shown so from now on.
    pub(super) fn came<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        server_now_ms: u64,
        mut seen: PresenceHead,
    ) {
        if self.users.len() >= MAX_PRESENCES && !self.has(&seen.user_id) {
            return;
        }
        let ends_ms = remaining_ms(&mut seen, server_now_ms).map(|ms| ctx.now.mono_ms + ms);
        self.expires_ms = self.expires_ms.into_iter().chain(ends_ms).min();
        tell(ctx, &seen.user_id);
        let user_id = seen.user_id.clone();
        self.users.insert(user_id, Entry { seen, ends_ms });
    }

    pub(super) fn forget<V: Value>(&mut self, ctx: &mut Context<'_, V>, id: &str) {
        if self.users.remove(id).is_some() {
            tell(ctx, id);
        }
    }

    pub(super) fn clear<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        for (id, _) in std::mem::take(self).users {
            tell(ctx, &id);
        }
    }

    /// A custom status that has had its time is not seen any more, whatever the server says.
    pub(super) fn handle_timeout<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        if self.expires_ms.is_none_or(|at_ms| at_ms > now_ms) {
            return;
        }
        for (id, entry) in self.users.iter_mut() {
            if entry.ends_ms.take_if(|at_ms| *at_ms <= now_ms).is_some() {
                entry.seen.custom_status = None;
                tell(ctx, id);
            }
        }
        let entries = self.users.values();
        self.expires_ms = entries.filter_map(|entry| entry.ends_ms).min();
    }
}

/// For how long the custom status is shown, if it ends. One that has ended is gone.
pub(super) fn remaining_ms(seen: &mut PresenceHead, server_now_ms: u64) -> Option<u64> {
    let expires_at = seen.custom_status.as_ref()?.expires_at.as_deref()?;
    let ms = parse_iso8601(expires_at)?.saturating_sub(server_now_ms);
    if ms == 0 {
        seen.custom_status = None;
        return None;
    }
    Some(ms)
}
