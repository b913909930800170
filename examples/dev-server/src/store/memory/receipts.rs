//! Cursors in memory, and what is counted by them.

use std::collections::BTreeMap;

use super::{RoomState, State};
use crate::store::cursor::{Counted, ShownReceipt, Tally};
use crate::store::{
    Covered, Cursors, MemberCursors, Moved, NewCursor, Outcome, Progress, Refused, Standing,
    StoredMessage, UpTo, is_listed, may_find,
};
use nchat_realtime::wire::limits::{MAX_BATCH_RECEIPT_IDS, MAX_UNREAD_COUNT};
use nchat_realtime::wire::room::RoomType;

impl State {
    pub(super) fn move_cursor(&mut self, change: &NewCursor) -> Outcome {
        let settings = self.settings_of(&change.user_id);
        let Some(room) = self.rooms.get(&change.room_name) else {
            return Outcome::Refused(Refused::RoomNotFound);
        };
        if room.member(&change.user_id).is_none() {
            return Outcome::Refused(match may_find(room.room.visibility, None) {
                true => Refused::NotMember,
                false => Refused::RoomNotFound,
            });
        }
        let Some(up_to) = self.place_of(&change.room_name, &change.up_to) else {
            return Outcome::Refused(Refused::MessageNotFound);
        };
        let up_to = up_to.min(room.head_seq);
        let is_dm = room.room.kind == RoomType::Dm;
        let shown = match is_dm && !self.blocked_in(room, &change.user_id).is_empty() {
            true => ShownReceipt::NOTHING,
            false => ShownReceipt::from(settings),
        };
        let before = room
            .cursors
            .get(&change.user_id)
            .copied()
            .unwrap_or_default();
        let after = before.advanced(change.kind, up_to, shown, change.now_ms);
        if let Some(room) = self.rooms.get_mut(&change.room_name)
            && after != before
        {
            room.cursors.insert(change.user_id.clone(), after);
        }
        Outcome::Moved(Box::new(self.moved(change, before, after)))
    }

    /// The `seq` that a receipt names; of unknown messages none.
    fn place_of(&self, room_name: &str, up_to: &UpTo) -> Option<u64> {
        match up_to {
            UpTo::Seq(seq) => Some(*seq),
            UpTo::Messages(ids) => ids
                .iter()
                .filter_map(|id| self.places.get(id))
                .filter(|(room, _)| room == room_name)
                .map(|(_, seq)| *seq)
                .max(),
        }
    }

    fn moved(&self, change: &NewCursor, before: Cursors, after: Cursors) -> Moved {
        let mut moved = Moved {
            cursors: after,
            standing: None,
            delivered: Vec::new(),
            read: Vec::new(),
        };
        let Some(room) = self.rooms.get(&change.room_name) else {
            return moved;
        };
        if after.read_up_to > before.read_up_to {
            moved.standing = room.standing(&change.user_id);
        }
        let covered = |from, to, may_see: &dyn Fn(&str) -> bool| {
            self.covered(room, &change.user_id, (from, to), may_see)
        };
        moved.read = covered(before.shown_up_to, after.shown_up_to, &|author_id| {
            self.settings_of(author_id).allow_read_receipts
        });
        let told = |author_id: &str| moved.read.iter().any(|one| one.author_id == author_id);
        moved.delivered = covered(
            before.shown_delivered_up_to,
            after.shown_delivered_up_to,
            &|author_id| !told(author_id),
        );
        moved
    }

    /// The newest messages of each author after `range.0` and up to `range.1`, of what the
    /// member could know.
    fn covered(
        &self,
        room: &RoomState,
        user_id: &str,
        range: (u64, u64),
        may_see: &dyn Fn(&str) -> bool,
    ) -> Vec<Covered> {
        let from = range.0.max(room.joined_seq(user_id));
        if from >= range.1 {
            return Vec::new();
        }
        let mut by_author: BTreeMap<&str, Vec<&StoredMessage>> = BTreeMap::new();
        for message in room.messages.iter().rev() {
            if message.place.seq <= from {
                break;
            }
            let author_id = message.body.user.id.as_str();
            let counts = message.place.seq <= range.1 && !message.is_deleted;
            if counts && author_id != user_id {
                let messages = by_author.entry(author_id).or_default();
                if messages.len() < MAX_BATCH_RECEIPT_IDS {
                    messages.push(message);
                }
            }
        }
        let tally = room.tally();
        by_author
            .into_iter()
            .filter(|(author_id, _)| may_see(author_id))
            .map(|(author_id, messages)| Covered {
                author_id: author_id.to_owned(),
                messages: messages
                    .into_iter()
                    .rev()
                    .map(|message| self.count(room, &tally, message))
                    .collect(),
            })
            .collect()
    }

    fn count(&self, room: &RoomState, tally: &Tally, message: &StoredMessage) -> Progress {
        let author_id = &message.body.user.id;
        let is_member = room.members.get(author_id);
        let is_member = is_member.is_some_and(|member| is_listed(member.listing));
        let sees_reads = self.settings_of(author_id).allow_read_receipts;
        tally.progress(Counted::from(message), is_member, sees_reads)
    }

    pub(super) fn progress(&self, author_id: &str, ids: &[String]) -> Vec<Progress> {
        let one = |id: &String| {
            let key = (author_id.to_owned(), id.clone());
            let place = self.places.get(id).or_else(|| {
                let answered = self.answers.get(&key)?;
                self.places.get(&answered.place.message_id)
            });
            let (room_name, seq) = place?;
            let room = self.rooms.get(room_name)?;
            let message = room.messages.get(room.index_of(*seq)?)?;
            let is_asked = message.place.message_id == *id || message.client_message_id == *id;
            let is_own = message.body.user.id == author_id && is_asked;
            is_own.then(|| self.count(room, &room.tally(), message))
        };
        ids.iter().filter_map(one).collect()
    }
}

impl RoomState {
    fn joined_seq(&self, user_id: &str) -> u64 {
        self.joined_seqs.get(user_id).copied().unwrap_or_default()
    }

    pub(super) fn standing(&self, user_id: &str) -> Option<Standing> {
        self.member(user_id)?;
        let read_up_to = self.cursors.get(user_id).map_or(0, |own| own.read_up_to);
        let read_up_to = read_up_to.max(self.joined_seq(user_id));
        let mut standing = Standing {
            room_name: self.room.name.clone(),
            head_seq: self.head_seq,
            read_up_to,
            ..Standing::default()
        };
        let after = self
            .messages
            .partition_point(|message| message.place.seq <= read_up_to);
        for message in &self.messages[after..] {
            if message.body.user.id == user_id || message.is_deleted {
                continue;
            }
            standing.unread_count = MAX_UNREAD_COUNT.min(standing.unread_count + 1);
            let mut mentions = message.body.mentions.iter().flatten();
            standing.mention_count += u32::from(mentions.any(|id| id == user_id));
        }
        Some(standing)
    }

    /// Those of members whom others see, by user id.
    pub(super) fn member_cursors(&self) -> Vec<MemberCursors> {
        self.cursors
            .iter()
            .filter(|(user_id, _)| {
                let member = self.members.get(*user_id);
                member.is_some_and(|member| is_listed(member.listing))
            })
            .map(|(user_id, cursors)| MemberCursors {
                user_id: user_id.clone(),
                cursors: *cursors,
            })
            .collect()
    }

    fn tally(&self) -> Tally {
        Tally::new(self.member_count(), self.member_cursors())
    }
}
