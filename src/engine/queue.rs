//! What the app asks of the outbox, and who may carry it out.

use super::Parts;
use super::error::ClientError;
use super::input::{QueueCommand, RequestId};
use super::outbox::Draft;
use super::typing::Place;
use crate::socketio::Value;
use crate::wire::message::thread_id;
use crate::wire::planted::{PlantedBug, is_planted};

impl<V: Value> Parts<'_, '_, V> {
    /// `sendMessage`: queued, and settled with the outcome.
    pub(super) fn send(&mut self, room: &str, content: &V, options: &V, request: RequestId) {
        let draft = Draft::message(self.up.ctx, room, content, options);
        let draft = match self.rooms.get(room) {
            Some(_) => draft,
            None => Err(ClientError::not_in_room(room)),
        };
        if draft.is_ok() {
            self.typing_over(room, options);
        }
        self.send_draft(draft, request);
    }

    pub(super) fn send_draft(
        &mut self,
        draft: Result<Draft<V>, ClientError<V>>,
        request: RequestId,
    ) {
        let queued = draft.and_then(|draft| {
            self.outbox
                .queue(&mut self.up, self.rooms, draft, Some(request))
        });
        if let Err(error) = queued {
            self.up.ctx.reject(request, error);
        }
    }

    pub(super) fn queue(&mut self, command: QueueCommand<V>) -> Result<V, ClientError<V>> {
        self.open_store();
        let decides = self.decides();
        let (up, rooms) = (&mut self.up, &mut *self.rooms);
        Ok(match command {
            QueueCommand::Add(message) => {
                let draft = Draft::queued(up.ctx, &message)?;
                let room = draft.room.clone();
                let id = self.outbox.queue(up, rooms, draft, None)?;
                self.typing_over(&room, &message);
                V::string(&id)
            }
            QueueCommand::Remove(id) => {
                let is_out = self.outbox.cancel(up.ctx, rooms, &id, decides);
                V::boolean(is_out && !self.owner.has_copies())
            }
            QueueCommand::Update(id, patch) => {
                V::boolean(self.outbox.update(up, rooms, &id, &patch, decides)?)
            }
            QueueCommand::Retry(id) => V::boolean(self.outbox.retry(up, rooms, &id, decides)),
            QueueCommand::Clear => V::number(self.outbox.clear(up.ctx, rooms, decides) as f64),
            QueueCommand::Configure(options) => {
                self.outbox.configure(&options)?;
                V::null()
            }
        })
    }

    /// What this user typed is a message now.
    fn typing_over(&mut self, room: &str, message: &V) {
        let place = Place {
            room: room.to_owned(),
            thread: thread_id(message),
        };
        self.typing.sent(&mut self.up, &place);
    }

    /// Whether this tab knows what is under way, and decides what becomes of it.
    pub(super) fn decides(&self) -> bool {
        let leads = self.tabs.leads() || is_planted(PlantedBug::FollowerSends);
        leads || self.up.ctx.keep.is_memory_only()
    }

    /// Whether what is queued can go now, from here: not before it is known what comes first.
    pub(super) fn may_send(&self) -> bool {
        let can_send = self.up.connection.is_ready() && self.is_owners_connection();
        can_send && self.decides() && self.owner.is_settled(self.up.ctx.keep)
    }

    /// Seeks the lead among tabs while it can send, while there is something else that only the
    /// leader can do, and while no other tab is known, which the lead would be of use to.
    pub(super) fn seek_lead(&mut self) {
        if self.up.ctx.keep.is_memory_only() {
            return;
        }
        let can_send = self.up.connection.is_ready() && self.is_owners_connection();
        let has_wishes = self.outbox.has_wishes();
        let is_of_use = can_send || has_wishes || !self.tabs.has_company();
        let is_wanted = self.up.ctx.keep.is_open() && is_of_use;
        let is_stuck = is_wanted
            && !self.tabs.leads()
            && (has_wishes || (can_send && self.outbox.waiting() > 0));
        self.tabs.settle(self.up.ctx, is_wanted, is_stuck);
    }

    /// Another tab of this namespace said something.
    pub(super) fn tab_said(&mut self, message: &V) {
        let kind = message.field("type").and_then(|kind| kind.as_text());
        let Some(kind) = kind else { return };
        if kind == "logout" {
            return self.forget_user();
        }
        if self.tabs.heard(self.up.ctx, &kind, message) {
            let leads = self.tabs.leads();
            self.outbox
                .tab_said(&mut self.up, self.rooms, &kind, message, leads);
        } else if kind == "pong" && !self.tabs.leads() && self.outbox.waiting() > 0 {
            // It may have sent what waits here, without its word of that having come through.
            self.up.ctx.keep.read_outbox(self.up.ctx.outputs);
        }
    }
}
