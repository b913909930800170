//! What is seen of rooms: messages, deletions, the server's own counts. Unread counts follow, and
//! the places of our own messages.

use super::Delivery;
use super::ledger::Place;
use super::record::{Record, State};
use super::unread::ServerCount;
use crate::engine::context::Context;
use crate::socketio::Value;
use crate::wire::is_true;
use crate::wire::message::MessageHead;
use crate::wire::names;
use crate::wire::operation::OperationHead;
use crate::wire::receipt::ReadCursor;
use crate::wire::resume::{ResumeRoomHead, event_name, items};
use crate::wire::room::RoomJoined;
use crate::wire::sync::{ChannelHead, PageHead};

impl<V: Value> Delivery<V> {
    /// A message was seen, live or in a page: ours is one that the server has, somebody else's
    /// waits to be read. `user_id` is who we are, where that is known.
    pub(crate) fn message_seen(
        &mut self,
        ctx: &mut Context<'_, V>,
        user_id: Option<&str>,
        body: &V,
    ) {
        let (Ok(head), Some(user_id)) = (MessageHead::read(body), user_id) else {
            return;
        };
        self.enter_epoch(&head.room_name, head.epoch.as_deref());
        let is_own = head.user_id == user_id;
        if is_own {
            self.own_seen(ctx, &head);
        }
        let counts = !is_own && !is_deleted(body);
        let mention = counts && mentions(body, user_id);
        let room = self.room(&head.room_name);
        if let Some(seq) = head.seq.filter(|_| is_own) {
            room.delivered.own(seq);
        }
        match (head.seq, head.message_id) {
            (Some(seq), message_id) => {
                room.unread.saw(seq, counts.then_some(mention));
                if !counts {
                    room.unread.deleted(seq);
                }
                let is_read = message_id.is_some_and(|id| room.reading.placed(&id, seq));
                if is_read {
                    room.read_up_to(seq);
                    room.is_unsaved = true;
                }
            }
            (None, message_id) if counts => {
                room.unread
                    .saw_unnumbered(message_id.unwrap_or_default(), mention);
            }
            _ => {}
        }
    }

    /// The short way of [`Delivery::message_seen`]: a message of somebody else that is the next
    /// of its room. True where a count changed.
    pub(crate) fn next_seen(&mut self, room: &str, seq: u64, user_id: &str, body: &V) -> bool {
        if !self.rooms.contains_key(room) {
            self.room(room);
        }
        let Some(known) = self.rooms.get_mut(room) else {
            return false;
        };
        let is_news = seq > known.unread.head() && seq > known.unread.cursor();
        known.unread.saw(seq, Some(mentions(body, user_id)));
        if is_news {
            // Whoever is told of the message reads the count anew.
            known.told = known.unread.count();
        }
        is_news
    }

    /// An operation was seen; `deleted` is the place of the message that it deleted, if it did, where
    /// that is known here.
    pub(crate) fn operation_seen(&mut self, body: &V, deleted: Option<Option<u64>>) {
        let Ok(head) = OperationHead::read(body) else {
            return;
        };
        self.enter_epoch(&head.room_name, head.epoch.as_deref());
        let room = self.room(&head.room_name);
        match deleted {
            Some(Some(seq)) => room.unread.deleted(seq),
            Some(None) => room.unread.deleted_unseen(),
            None => {}
        }
        if let Some(seq) = head.seq {
            room.unread.saw(seq, None);
        }
    }

    /// Whether the unread messages of some room are known to the server alone, now that it knows
    /// what was read. True once.
    pub(crate) fn take_guess(&mut self) -> bool {
        let rooms = self.rooms.iter_mut().map(|(_, room)| room);
        let told = rooms.filter(|room| !room.reading.is_open());
        told.fold(false, |is_any, room| room.unread.take_guess() | is_any)
    }

    /// A page of a room came.
    pub(crate) fn page_seen(
        &mut self,
        ctx: &mut Context<'_, V>,
        user_id: Option<&str>,
        room: &str,
        body: &V,
    ) {
        let head = PageHead::read(body);
        self.enter_epoch(room, head.epoch.as_deref());
        for message in items(body, "messages") {
            self.message_seen(ctx, user_id, &message);
        }
        // Whose messages count is not known where the connection has ended meanwhile.
        if let (Some(from_seq), Some(to_seq), Some(_)) = (head.from_seq, head.to_seq, user_id) {
            self.room(room).unread.covered(from_seq, to_seq);
        }
    }

    /// Messages of a room were found in the store, of the log that counts under this epoch.
    pub(crate) fn cache_seen(
        &mut self,
        ctx: &mut Context<'_, V>,
        user_id: Option<&str>,
        epoch: Option<&str>,
        messages: &[V],
    ) {
        for message in messages {
            let head = MessageHead::read(message);
            if head.is_ok_and(|head| head.epoch.as_deref() == epoch) {
                self.message_seen(ctx, user_id, message);
            }
        }
    }

    /// Everything of a room's log up to here is in the store, or, where there is none, here.
    pub(crate) fn committed(&mut self, room: &str, epoch: Option<&str>, up_to_seq: u64) {
        self.enter_epoch(room, epoch);
        self.room(room).delivered.committed(up_to_seq);
    }

    /// A room of a resume came. Deletions are counted by the server, whose word comes last.
    pub(crate) fn resume_seen(
        &mut self,
        ctx: &mut Context<'_, V>,
        user_id: Option<&str>,
        body: &V,
    ) {
        let Some(head) = ResumeRoomHead::read(body) else {
            return;
        };
        self.enter_epoch(&head.room_name, Some(&head.epoch));
        for operation in items(body, "operations") {
            if event_name(&operation).as_deref() == Some(names::MESSAGE_NEW) {
                self.message_seen(ctx, user_id, &operation);
            }
        }
        if head.from_seq > 0 && !head.has_more && user_id.is_some() {
            let room = self.room(&head.room_name);
            room.unread.covered(head.from_seq, head.to_seq);
        }
        self.server_counted(
            &head.room_name,
            Some(head.head_seq),
            head.read_up_to_seq,
            (head.unread_count, head.mention_count),
        );
        self.members_came(ctx, &head.room_name, &head.receipts);
    }

    /// A room was joined.
    pub(crate) fn room_joined(&mut self, room: &str, body: &V) {
        let Ok(joined) = RoomJoined::read(body) else {
            return;
        };
        self.enter_epoch(room, joined.epoch.as_deref());
        self.room(room).reading.joined();
        if let Some(head_seq) = joined.head_seq {
            self.room(room).unread.heard_of(head_seq);
        }
        self.server_counted(
            room,
            joined.head_seq,
            joined.read_up_to_seq,
            (joined.unread_count, joined.mention_count),
        );
    }

    /// A room was left: nothing is heard of it any more.
    pub(crate) fn room_left(&mut self, room: &str) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.unread.forget_seen();
        }
    }

    /// An entry of `sync:channels` came.
    pub(crate) fn channel_seen(&mut self, channel: &ChannelHead) {
        if channel.read_up_to_seq.is_none() {
            return;
        }
        self.enter_epoch(&channel.room_name, channel.epoch.as_deref());
        self.server_counted(
            &channel.room_name,
            channel.head_seq,
            channel.read_up_to_seq,
            (channel.unread_count, channel.mention_count),
        );
        let room = self.room(&channel.room_name);
        if !room.reading.is_open() {
            // There is no better word than this.
            room.unread.take_guess();
        }
    }

    /// `read:cursor` came: this user read on another device.
    pub(crate) fn cursor_came(&mut self, body: &V) {
        let Ok(cursor) = ReadCursor::read(body) else {
            return;
        };
        // The counts may have a message in that is still on its way here: they are only used
        // where what is seen here is not all.
        let has_seen_all = self.room(&cursor.channel_id).unread.has_seen_all();
        let counts = match has_seen_all {
            true => (None, None),
            false => (Some(cursor.unread_count), Some(cursor.mention_count)),
        };
        self.server_counted(&cursor.channel_id, None, Some(cursor.up_to_seq), counts);
    }

    fn own_seen(&mut self, ctx: &mut Context<'_, V>, head: &MessageHead) {
        self.ledger.set_now(ctx.now.wall_ms);
        let ids = [&head.client_message_id, &head.message_id];
        let known = ids
            .into_iter()
            .flatten()
            .find_map(|id| self.ledger.find(id));
        let is_news = known.is_some_and(|record| !record.is_accepted());
        let id = self.ledger.own(Place {
            client_message_id: head.client_message_id.as_deref(),
            message_id: head.message_id.as_deref(),
            room: Some(&head.room_name),
            seq: head.seq,
        });
        if !self.ledger.get(id).is_some_and(Record::is_accepted) {
            self.ledger.change(id, |record| record.reach(State::Sent));
        }
        if is_news {
            self.tell_sent(ctx, id, None);
        }
    }

    /// The server's word on a room, as far as it gave it.
    fn server_counted(
        &mut self,
        room: &str,
        head_seq: Option<u64>,
        read_up_to_seq: Option<u64>,
        (unread, mentions): (Option<u32>, Option<u32>),
    ) {
        let Some(read_up_to_seq) = read_up_to_seq else {
            return;
        };
        let room = self.room(room);
        let before = (room.reading.up_to_seq, room.reading.acked_up_to_seq);
        room.reading.known(read_up_to_seq);
        room.delivered.known(read_up_to_seq);
        room.is_unsaved |= before != (room.reading.up_to_seq, room.reading.acked_up_to_seq);
        // What was read here and not told yet goes beyond what the server counted from.
        room.unread.read_up_to(room.reading.up_to_seq);
        if let (Some(unread), Some(mentions)) = (unread, mentions) {
            room.unread.server_counted(ServerCount {
                head_seq,
                read_up_to_seq,
                unread,
                mentions,
            });
        } else {
            room.read_up_to(read_up_to_seq);
        }
    }

    fn enter_epoch(&mut self, room: &str, epoch: Option<&str>) {
        if self.room(room).enter_epoch(epoch) {
            self.ledger.forget_places(room);
        }
    }
}

fn is_deleted<V: Value>(body: &V) -> bool {
    is_true(body, "isDeleted")
}

/// Whether a message mentions this user.
fn mentions<V: Value>(body: &V, user_id: &str) -> bool {
    let Some(mentioned) = body.field("mentions") else {
        return false;
    };
    let mut users = (0..mentioned.length().unwrap_or(0)).filter_map(|at| mentioned.element(at));
    users.any(|user| user.as_text().as_deref() == Some(user_id))
}
