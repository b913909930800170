//! What was missed in all rooms, in one answer, instead of a page of each.

use super::backfill::Stretch;
use super::{Room, Rooms};
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::resume::{ResumeRoom, ResumeRoomHead};

impl<V: Value> Rooms<V> {
    /// A `sync:resume` is about to bring what was missed: until it has ended, no room of which
    /// something is here asks for pages, and live messages behind a gap wait.
    pub(crate) fn expect_resume(&mut self) {
        for (_, room) in self.rooms.iter_mut() {
            room.awaits_resume = room.timeline.cursor().is_some();
        }
    }

    /// How far every room is known here of which something is: what a `sync:resume` asks for.
    pub(crate) fn cursors(&self) -> Vec<ResumeRoom> {
        let known = self.rooms.iter().filter_map(|(name, room)| {
            Some(ResumeRoom {
                room_name: name.clone(),
                epoch: room.timeline.epoch().map(str::to_owned),
                seq: room.timeline.cursor()?,
            })
        });
        known.collect()
    }

    /// One room of the answer: `head` was read from `body`. Gives how many messages are new here.
    /// What the answer has left out is fetched by pages.
    pub(crate) fn apply_resume(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        head: &ResumeRoomHead,
        body: &V,
    ) -> usize {
        let user_id = up.connection.user_id().map(str::to_owned);
        let Some(room) = self.get_mut(&head.room_name) else {
            return 0;
        };
        let count = room.take_resume(up, head, body, user_id.as_deref());
        room.awaits_resume = false;
        room.go_on(up, &head.room_name);
        room.settle(up.ctx);
        count
    }

    /// The resume has ended, well or not: rooms that still lack something ask for pages.
    pub(crate) fn resume_ended(&mut self, up: &mut Uplink<'_, '_, V>) {
        for (name, room) in self.rooms.iter_mut() {
            if std::mem::take(&mut room.awaits_resume) {
                room.go_on(up, name);
                room.settle(up.ctx);
            }
        }
    }
}

impl<V: Value> Room<V> {
    fn take_resume(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        head: &ResumeRoomHead,
        body: &V,
        user_id: Option<&str>,
    ) -> usize {
        self.enter_epoch(up.ctx, &head.epoch);
        let from_seq = Some(head.from_seq).filter(|seq| *seq > 0);
        let to_seq = Some(head.to_seq).filter(|seq| *seq > 0);
        let mut stretch = Stretch::new(from_seq, to_seq);
        stretch.add_entries(body);
        let count = match (self.timeline.cursor(), from_seq) {
            (None, _) if head.head_seq == 0 => {
                self.timeline.begin_after(0, &mut Vec::new());
                0
            }
            // A newest page, of a history that is new here.
            (None, _) if head.reset => self.take_newest(up.ctx, stretch, user_id),
            (Some(cursor), Some(from_seq)) if from_seq <= cursor + 1 => {
                self.take_missed(up.ctx, cursor, stretch, user_id)
            }
            // It does not adjoin what is here: pages bring it.
            _ => 0,
        };
        self.timeline.hear_of(head.head_seq);
        count
    }
}
