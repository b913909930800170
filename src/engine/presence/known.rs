//! What the server said of others: kept as it came, and read when somebody looks at it.

use super::following::Following;
use super::{privacy, tell};
use crate::engine::config::MAX_PRESENCES;
use crate::engine::context::Context;
use crate::engine::sorted_map::SortedMap;
use crate::engine::time::parse_iso8601;
use crate::socketio::Value;
use crate::wire::presence::{PresenceHead, PresenceMark};

/// Those of whom something is known.
pub(super) struct Known<V> {
    users: SortedMap<String, Entry<V>>,
    /// How often the server said how somebody is.
    arrivals: u64,
    /// When the first custom status ends.
    pub(super) expires_ms: Option<u64>,
}

struct Entry<V> {
    body: V,
    custom: Custom,
    /// The number of its arrival.
    arrival: u64,
}

/// Whether a custom status is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Custom {
    /// For as long as the server says so.
    Shown,
    /// Until this moment.
    Until(u64),
    /// It has had its time.
    Over,
}

impl<V: Value> Known<V> {
    pub(super) fn new() -> Self {
        Self {
            users: SortedMap::new(),
            arrivals: 0,
            expires_ms: None,
        }
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.users.contains_key(id)
    }

    pub(super) fn view(&self, id: &str) -> Option<V> {
        self.users.get(id)?.view()
    }

    pub(super) fn views(&self) -> Vec<V> {
        self.users.values().filter_map(Entry::view).collect()
    }

    /// The server said how somebody is, who is shown so from now on.
    pub(super) fn came(
        &mut self,
        ctx: &mut Context<'_, V>,
        server_now_ms: u64,
        mark: PresenceMark,
        body: &V,
        following: &Following,
    ) {
        if !self.has(&mark.user_id) {
            self.make_room(ctx, following);
        }
        let custom = custom_until(ctx.now.mono_ms, server_now_ms, mark.expires_at.as_deref());
        if let Custom::Until(at_ms) = custom {
            self.expires_ms = Some(self.expires_ms.map_or(at_ms, |first| first.min(at_ms)));
        }
        tell(ctx, &mark.user_id);
        self.arrivals += 1;
        let entry = Entry {
            body: body.clone(),
            custom,
            arrival: self.arrivals,
        };
        self.users.insert(mark.user_id, entry);
    }

    /// Where too many are known, those are forgotten whom nobody wants to know of and who were not
    /// heard of for the longest time: many at once, because finding them takes a look at all.
    fn make_room(&mut self, ctx: &mut Context<'_, V>, following: &Following) {
        if self.users.len() < MAX_PRESENCES + following.wanted().len() {
            return;
        }
        let since = self.arrivals.saturating_sub(MAX_PRESENCES as u64 / 2);
        let stays = |id: &String, entry: &Entry<V>| entry.arrival > since || following.wants(id);
        for (id, entry) in self.users.iter() {
            if !stays(id, entry) {
                tell(ctx, id);
            }
        }
        self.users.retain(stays);
    }

    pub(super) fn forget(&mut self, ctx: &mut Context<'_, V>, id: &str) {
        if self.users.remove(id).is_some() {
            tell(ctx, id);
        }
    }

    pub(super) fn clear(&mut self, ctx: &mut Context<'_, V>) {
        for (id, _) in std::mem::take(&mut self.users) {
            tell(ctx, &id);
        }
        self.expires_ms = None;
    }

    /// A custom status that has had its time is not seen any more, whatever the server says.
    pub(super) fn handle_timeout(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        if self.expires_ms.is_none_or(|at_ms| at_ms > now_ms) {
            return;
        }
        self.expires_ms = None;
        for (id, entry) in self.users.iter_mut() {
            match entry.custom {
                Custom::Until(at_ms) if at_ms <= now_ms => {
                    entry.custom = Custom::Over;
                    tell(ctx, id);
                }
                Custom::Until(at_ms) => {
                    self.expires_ms = Some(self.expires_ms.map_or(at_ms, |first| first.min(at_ms)));
                }
                Custom::Shown | Custom::Over => {}
            }
        }
    }
}

impl<V: Value> Entry<V> {
    fn view(&self) -> Option<V> {
        let mut seen = PresenceHead::read(&self.body).ok()?;
        if self.custom == Custom::Over {
            seen.custom_status = None;
        }
        Some(privacy::view(&seen))
    }
}

/// Until when a custom status is to be seen that ends at this moment of the server's clock.
pub(super) fn custom_until(now_ms: u64, server_now_ms: u64, expires_at: Option<&str>) -> Custom {
    match expires_at.and_then(parse_iso8601) {
        None => Custom::Shown,
        Some(at_ms) if at_ms <= server_now_ms => Custom::Over,
        Some(at_ms) => Custom::Until(now_ms + (at_ms - server_now_ms)),
    }
}
