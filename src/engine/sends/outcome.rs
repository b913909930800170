//! What became of a message: taken, put off, or failed.

use std::collections::VecDeque;

use super::{Pending, Sends};
use crate::engine::config::MAX_SEND_ATTEMPTS;
use crate::engine::connection::backoff_delay_ms;
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::rooms::Rooms;
use crate::engine::timeline::Fate;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;
use crate::wire::message::SendAckHead;

impl<V: Value> Sends<V> {
    /// The message at the head was not taken: later, where that may help.
    pub(super) fn refused(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        name: &str,
        error: ClientError<V>,
    ) {
        let head = self.queues.get_mut(name).and_then(VecDeque::front_mut);
        match head.filter(|head| error.retryable && head.attempts < MAX_SEND_ATTEMPTS) {
            Some(pending) => {
                let delay_ms = backoff_delay_ms(pending.attempts, ctx.settings, ctx.random);
                pending.not_before_ms =
                    ctx.now.mono_ms + delay_ms.max(error.retry_after_ms.unwrap_or(0));
            }
            None => self.fail(ctx, rooms, name, error),
        }
    }

    /// The server has the message at the head.
    pub(super) fn accepted(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        name: &str,
        body: Option<V>,
    ) {
        let Some(pending) = self.take_head(name) else {
            return;
        };
        let head = body.as_ref().map(SendAckHead::read).unwrap_or_default();
        let id = &pending.client_message_id;
        // A server without ids has accepted it all the same: until an echo says more, the
        // message is known by the id it was given here.
        let message_id = head.message_id.clone().unwrap_or_else(|| id.clone());
        let mut fields = vec![
            ("messageId", V::string(&message_id)),
            ("clientMessageId", V::string(id)),
        ];
        fields.extend(head.seq.map(|seq| ("seq", V::number(seq as f64))));
        fields.extend(head.epoch.as_ref().map(|epoch| ("epoch", V::string(epoch))));
        fields.extend(
            head.timestamp
                .as_ref()
                .map(|time| ("timestamp", V::string(time))),
        );
        let receipt = V::object(&fields);
        fields.push(("state", V::string("sent")));
        if let Some(room) = rooms.get_mut(name) {
            if let Some(epoch) = &head.epoch {
                room.enter_epoch(ctx, epoch);
            }
            let fate = Fate::Accepted {
                message_id: head.message_id.as_deref(),
                seq: head.seq,
            };
            let mut changes = Vec::new();
            room.timeline.settle(id, fate, &fields, &mut changes);
            room.tell_changes(ctx, changes);
        }
        ctx.resolve(pending.request, receipt);
    }

    /// The message at the head is given back to the app.
    pub(super) fn fail(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        name: &str,
        error: ClientError<V>,
    ) {
        let Some(pending) = self.take_head(name) else {
            return;
        };
        if let Some(room) = rooms.get_mut(name) {
            let fields = [
                ("state", V::string("failed")),
                ("error", V::string(&error.code)),
            ];
            let fate = match error.is(ErrorCode::UnknownOutcome) || error.is(ErrorCode::Timeout) {
                true => Fate::Unknown,
                false => Fate::Refused,
            };
            let mut changes = Vec::new();
            room.timeline
                .settle(&pending.client_message_id, fate, &fields, &mut changes);
            room.tell_changes(ctx, changes);
        }
        ctx.reject(pending.request, error);
    }

    fn take_head(&mut self, name: &str) -> Option<Pending<V>> {
        let queue = self.queues.get_mut(name)?;
        let head = queue.pop_front()?;
        if queue.is_empty() {
            self.queues.remove(name);
        }
        self.count -= 1;
        Some(head)
    }
}

/// A message that was sent to a server which knows no keys, and was not answered.
pub(super) fn unknown_outcome<V: Value>() -> ClientError<V> {
    ClientError::new(
        ErrorCode::UnknownOutcome,
        "the server did not answer, and does not know repeated messages: it may or may not have \
         this one. Look at the room before sending it again",
    )
}
