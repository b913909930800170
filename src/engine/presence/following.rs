//! Whom the app wants to know of, against whom the server tells of.

use crate::engine::acks::AckFor;
use crate::engine::config::{
    MAX_SUBSCRIPTIONS, MAX_WANTED_PRESENCES, SUBSCRIBE_DELAY_MS, UNSUBSCRIBE_DELAY_MS,
};
use crate::engine::connection::backoff_delay_ms;
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::output::Notification;
use crate::engine::sorted_map::SortedMap;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::ids::check_user_id;
use crate::wire::names;
use crate::wire::planted::{PlantedBug, is_planted};
use crate::wire::presence::build_user_ids;

/// A moment that has come, whatever the clock says.
const NOW_MS: u64 = 0;

/// The set that is wanted, and the one that is.
#[derive(Debug, Default)]
pub(super) struct Following {
    wanted: SortedMap<String, ()>,
    /// Those that this connection's server was asked to tell of.
    asked: SortedMap<String, ()>,
    /// Those of them of whom nothing is known any more, since they were not wanted for a moment.
    forgotten: SortedMap<String, ()>,
    /// Answers that are awaited.
    open: SortedMap<u64, ()>,
    /// When the two are brought in line: many components of a page want somebody at once.
    pub(super) due_ms: Option<u64>,
    failures: u32,
    told_full: bool,
}

impl Following {
    pub(super) fn wanted(&self) -> impl ExactSizeIterator<Item = &String> {
        self.wanted.keys()
    }

    pub(super) fn wants(&self, id: &str) -> bool {
        self.wanted.contains_key(id)
    }

    pub(super) fn is_settled(&self) -> bool {
        self.due_ms != Some(NOW_MS) && self.open.is_empty()
    }

    pub(super) fn want<V: Value>(&mut self, ctx: &mut Context<'_, V>, ids: Vec<String>) {
        for id in ids {
            if self.wanted.contains_key(&id) {
                continue;
            }
            if self.wanted.len() >= MAX_WANTED_PRESENCES {
                return self.tell_full(ctx);
            }
            // A server refuses all of a subscription for one of them.
            if let Err(error) = check_user_id(&id) {
                let text = format!("a user's id {error}: give one that a user can have");
                ctx.notify(Notification::Error(ClientError::new(
                    ErrorCode::ValidationError,
                    &text,
                )));
                continue;
            }
            self.wanted.insert(id, ());
            self.settle_in(ctx, SUBSCRIBE_DELAY_MS);
        }
    }

    /// Whether somebody was wanted, and is not any more.
    pub(super) fn unwant<V: Value>(&mut self, ctx: &mut Context<'_, V>, id: &str) -> bool {
        let was_wanted = self.wanted.remove(id).is_some();
        if was_wanted {
            if self.asked.contains_key(id) {
                self.forgotten.insert(id.to_owned(), ());
            }
            self.settle_in(ctx, UNSUBSCRIBE_DELAY_MS);
        }
        was_wanted
    }

    fn settle_in<V: Value>(&mut self, ctx: &Context<'_, V>, delay_ms: u64) {
        let due_ms = ctx.now.mono_ms + delay_ms;
        self.due_ms = Some(self.due_ms.map_or(due_ms, |at_ms| at_ms.min(due_ms)));
    }

    /// Brings the two sets in line, if that is due.
    pub(super) fn settle<V: Value>(&mut self, up: &mut Uplink<'_, '_, V>) {
        let now_ms = up.ctx.now.mono_ms;
        if self.due_ms.is_none_or(|at_ms| at_ms > now_ms) {
            return;
        }
        self.due_ms = None;
        let left = self
            .asked
            .keys()
            .filter(|id| !self.wanted.contains_key(*id));
        let left: Vec<String> = left.cloned().collect();
        self.asked.retain(|id, ()| self.wanted.contains_key(id));
        let room = limit(up).saturating_sub(self.asked.len());
        let missing = self
            .wanted
            .keys()
            .filter(|id| !self.asked.contains_key(*id));
        let missing: Vec<String> = missing.cloned().collect();
        let (next, rest) = missing.split_at(room.min(missing.len()));
        if !left.is_empty() {
            let packet = packet(names::PRESENCE_UNSUBSCRIBE, &left);
            let _ = up.connection.emit(up.ctx, &packet, false);
        }
        let again = std::mem::take(&mut self.forgotten).into_iter();
        let again = again.filter(|(id, ())| self.asked.contains_key(id));
        let mut next = next.to_vec();
        next.extend(again.map(|(id, ())| id));
        if !next.is_empty() {
            self.subscribe(up, next);
        }
        if !rest.is_empty() {
            self.tell_full(up.ctx);
        }
    }

    fn subscribe<V: Value>(&mut self, up: &mut Uplink<'_, '_, V>, ids: Vec<String>) {
        let body = build_user_ids(&ids);
        for id in &ids {
            self.asked.insert(id.clone(), ());
        }
        if !up.connection.has_capability(capability::PRESENCE) {
            let packet = packet(names::PRESENCE_SUBSCRIBE, &ids);
            let _ = up.connection.emit(up.ctx, &packet, false);
            return;
        }
        let purpose = AckFor::PresenceSubscribe { ids: ids.clone() };
        match up.request(names::PRESENCE_SUBSCRIBE, body, purpose) {
            Ok(ack) => {
                self.open.insert(ack, ());
            }
            // Too much is under way, or the connection is gone.
            Err(_) => self.ask_again(up.ctx, ids, up.ctx.settings.reconnect_delay_ms),
        }
    }

    fn ask_again<V: Value>(&mut self, ctx: &Context<'_, V>, ids: Vec<String>, delay_ms: u64) {
        for id in ids {
            self.asked.remove(&id);
        }
        self.settle_in(ctx, delay_ms);
    }

    /// A subscription was answered, or not in time (`None`). Gives the answer.
    pub(super) fn answered<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        ack: u64,
        ids: Vec<String>,
        args: Option<&V>,
    ) -> Option<V> {
        self.open.remove(&ack)?;
        let refusal = match Ack::answer(args) {
            Some(Ok(body)) => {
                self.failures = 0;
                return body;
            }
            Some(Err(refusal)) if !refusal.retryable => {
                // Asked again, it would be refused again: until the next connection they count as
                // asked.
                ctx.notify(Notification::Error(refusal.into()));
                return None;
            }
            Some(Err(refusal)) => refusal.retry_after_ms,
            None => None,
        };
        self.failures += 1;
        let delay_ms = backoff_delay_ms(self.failures, ctx.settings, ctx.random);
        self.ask_again(ctx, ids, delay_ms.max(refusal.unwrap_or(0)));
        None
    }

    /// Asks for all that are wanted anew.
    pub(super) fn refresh(&mut self) {
        self.asked.clear();
        self.forgotten.clear();
        self.due_ms = (!self.wanted.is_empty()).then_some(NOW_MS);
    }

    pub(super) fn connection_lost(&mut self) {
        if !is_planted(PlantedBug::ForgetsWhomItFollows) {
            self.refresh();
        }
        self.open.clear();
        self.failures = 0;
        self.told_full = false;
    }

    /// More are wanted than the server tells of: once a connection.
    fn tell_full<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        if !std::mem::replace(&mut self.told_full, true) {
            let code = ErrorCode::SubscriptionLimit;
            ctx.notify(Notification::Error(ClientError::new(code, code.message())));
        }
    }
}

fn packet<V: Value>(event: &str, ids: &[String]) -> V {
    V::array(vec![V::string(event), build_user_ids(ids)])
}

fn limit<V: Value>(up: &Uplink<'_, '_, V>) -> usize {
    up.connection
        .subscription_limit()
        .map_or(MAX_SUBSCRIPTIONS, |limit| limit as usize)
}
