//! Paging back: the messages before those that are here.

use super::backfill::Stretch;
use super::{Membership, Room, Rooms};
use crate::engine::acks::AckFor;
use crate::engine::config::{HISTORY_PAGE, MAX_DEFERRED_MESSAGES, MAX_PAGED_MESSAGES};
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::input::RequestId;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::change::MessageChange;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::names;
use crate::wire::sync::{PageHead, SyncMessages};

/// A page of older messages under way.
pub(super) struct Older<V> {
    ack: u64,
    /// The page is of what lies before this `seq`.
    before_seq: u64,
    /// Everybody who asked meanwhile.
    waiters: Vec<RequestId>,
    /// Operations that came meanwhile: the page may be older than they are.
    operations: Vec<(String, MessageChange<V>)>,
}

impl<V> Older<V> {
    /// Keeps an operation for the messages of the page.
    pub(super) fn remember(&mut self, message_id: &str, change: MessageChange<V>) {
        // With too many the page is void: see `is_void`.
        if self.operations.len() <= MAX_DEFERRED_MESSAGES {
            self.operations.push((message_id.to_owned(), change));
        }
    }

    fn is_void(&self) -> bool {
        self.operations.len() > MAX_DEFERRED_MESSAGES
    }
}

impl<V: Value> Rooms<V> {
    /// The app wants the messages before those that are here. Answered with `{count, hasMore}`:
    /// how many came in, and whether there are more before them. Whoever asks while a page is
    /// under way gets that page's answer.
    pub(crate) fn load_older(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        request: RequestId,
    ) {
        let Some(room) = self.get_mut(name) else {
            return up.ctx.reject(request, ClientError::not_in_room(name));
        };
        if let Some(older) = &mut room.older {
            return older.waiters.push(request);
        }
        room.ask_older(up, name, vec![request]);
    }

    /// The page of older messages asked under `ack` was answered, or not in time (`None`).
    pub(crate) fn older_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        ack: u64,
        args: Option<&V>,
    ) {
        let user_id = up.connection.user_id().map(str::to_owned);
        let Some(room) = self.get_mut(name) else {
            return;
        };
        let Some(older) = room.older.take_if(|older| older.ack == ack) else {
            return;
        };
        match Ack::answer(args) {
            Some(Ok(body)) => {
                let body = body.unwrap_or_else(V::null);
                room.take_older(up, name, older, &body, user_id.as_deref());
            }
            Some(Err(refusal)) => reject_all(up.ctx, older.waiters, &refusal.into()),
            None => {
                let text = format!("Request timeout for event: {}", names::SYNC_MESSAGES);
                let error = ClientError::new(ErrorCode::Timeout, text);
                reject_all(up.ctx, older.waiters, &error);
            }
        }
        room.settle(up.ctx);
    }
}

impl<V: Value> Room<V> {
    fn ask_older(&mut self, up: &mut Uplink<'_, '_, V>, name: &str, waiters: Vec<RequestId>) {
        let Some(before_seq) = self.timeline.older_than() else {
            // Where the room begins here is not known until its first page came.
            let has_more = self.timeline.cursor().is_none() && self.timeline.head() > 0;
            return resolve_all(up.ctx, waiters, 0, has_more);
        };
        if !up.connection.has_capability(capability::HISTORY) && up.connection.is_ready() {
            return resolve_all(up.ctx, waiters, 0, false);
        }
        if self.timeline.is_full() {
            let text = format!(
                "{MAX_PAGED_MESSAGES} messages of the room {name} are here: no more are kept"
            );
            let error = ClientError::new(ErrorCode::QueueFull, text);
            return reject_all(up.ctx, waiters, &error);
        }
        let body = SyncMessages::before(name, before_seq, HISTORY_PAGE);
        let room = name.to_owned();
        let sent = match self.membership {
            Membership::Joined => up.request(names::SYNC_MESSAGES, body, AckFor::Older { room }),
            _ => Err(ClientError::not_connected()),
        };
        match sent {
            Ok(ack) => {
                self.older = Some(Older {
                    ack,
                    before_seq,
                    waiters,
                    operations: Vec::new(),
                });
            }
            Err(error) => reject_all(up.ctx, waiters, &error),
        }
    }

    fn take_older(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        older: Older<V>,
        body: &V,
        user_id: Option<&str>,
    ) {
        let head = PageHead::read(body);
        let epoch = head.epoch.as_deref();
        let anew = epoch.is_some_and(|epoch| self.enter_epoch(up.ctx, epoch));
        // Rows may have left the window meanwhile: the page would not adjoin it.
        let is_adjoining = self.timeline.older_than() == Some(older.before_seq);
        if anew || !is_adjoining || older.is_void() {
            self.fill(up, name);
            return resolve_all(up.ctx, older.waiters, 0, true);
        }
        let stretch = Stretch::of_page(body, &head);
        let from_seq = match stretch.range() {
            Some((from_seq, _)) if head.has_more => from_seq.clamp(1, older.before_seq),
            // A page of nothing ends the paging, whatever it says of more.
            _ => 1,
        };
        let mut changes = Vec::new();
        let messages = stretch.into_messages(user_id);
        let count = self.timeline.insert_older(from_seq, messages, &mut changes);
        for (message_id, change) in older.operations {
            self.timeline.apply(&message_id, &change, &mut changes);
        }
        self.tell_changes(up.ctx, changes);
        let has_more = self.timeline.older_than().is_some();
        let is_nearer = self.timeline.older_than() != Some(older.before_seq);
        if count == 0 && has_more && is_nearer && !self.timeline.is_full() {
            // Nothing but operations: whoever asked waits for messages.
            return self.ask_older(up, name, older.waiters);
        }
        resolve_all(up.ctx, older.waiters, count, has_more);
    }

    /// Nobody will answer any more.
    pub(super) fn fail_older(&mut self, ctx: &mut Context<'_, V>, error: &ClientError<V>) {
        if let Some(older) = self.older.take() {
            reject_all(ctx, older.waiters, error);
        }
    }
}

fn resolve_all<V: Value>(
    ctx: &mut Context<'_, V>,
    waiters: Vec<RequestId>,
    count: usize,
    has_more: bool,
) {
    let answer = V::object(&[
        ("count", V::number(count as f64)),
        ("hasMore", V::boolean(has_more)),
    ]);
    for request in waiters {
        ctx.resolve(request, answer.clone());
    }
}

fn reject_all<V: Value>(ctx: &mut Context<'_, V>, waiters: Vec<RequestId>, error: &ClientError<V>) {
    for request in waiters {
        ctx.reject(request, error.clone());
    }
}
