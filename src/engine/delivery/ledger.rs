//! Our own messages by their ids and places, and how far each member has come in each room.

use super::record::{Counts, Failure, Level, Record, State};
use crate::engine::config::{MAX_DELIVERY_RECORDS, MAX_WATERMARKS};
use crate::engine::sorted_map::SortedMap;

/// Names one record, for as long as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordId(u32);

/// What is known of where one message of ours is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) client_message_id: Option<&'a str>,
    pub(crate) message_id: Option<&'a str>,
    pub(crate) room: Option<&'a str>,
    pub(crate) seq: Option<u64>,
}

/// How far one member has come in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Watermark {
    pub(crate) delivered: u64,
    pub(crate) read: u64,
}

/// All of them, within bounds: the record used least lately leaves first.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    records: SortedMap<RecordId, Record>,
    by_client_id: SortedMap<String, RecordId>,
    by_message_id: SortedMap<String, RecordId>,
    rooms: SortedMap<String, RoomLedger>,
    next: u32,
    uses: u64,
    now_ms: u64,
}

/// Our messages of one room by `seq`, and the members' watermarks.
#[derive(Debug, Default)]
pub(crate) struct RoomLedger {
    own: SortedMap<u64, RecordId>,
    pub(crate) watermarks: SortedMap<String, Watermark>,
}

impl Ledger {
    /// The moment that changes are stamped with, milliseconds since the epoch.
    pub(crate) fn set_now(&mut self, wall_ms: u64) {
        self.now_ms = wall_ms;
    }

    /// The record of a message, by the server's id or our own.
    pub(crate) fn find(&self, id: &str) -> Option<&Record> {
        let found = self.by_message_id.get(id).or(self.by_client_id.get(id))?;
        self.records.get(found)
    }

    /// The record under this name.
    pub(crate) fn get(&self, id: RecordId) -> Option<&Record> {
        self.records.get(&id)
    }

    /// A message of ours, wherever it was seen: sent from here, acknowledged, echoed, in a page.
    /// What is known of it under either of its ids comes together, and so do the watermarks that
    /// cover it.
    pub(crate) fn own(&mut self, place: Place<'_>) -> RecordId {
        let id = self.locate(place);
        self.change(id, |record| record.is_own = true);
        self.cover(id);
        id
    }

    /// Changes a record in place.
    pub(crate) fn change(&mut self, id: RecordId, change: impl FnOnce(&mut Record)) {
        if let Some(record) = self.used(id) {
            change(record);
        }
    }

    /// A record that is about to change.
    fn used(&mut self, id: RecordId) -> Option<&mut Record> {
        self.uses += 1;
        let record = self.records.get_mut(&id)?;
        record.used = self.uses;
        record.updated_ms = self.now_ms;
        Some(record)
    }

    /// A message of ours failed, under either of its ids.
    pub(crate) fn fail(&mut self, id: &str, failure: Failure) -> Option<RecordId> {
        let found = self.by_client_id.get(id).or(self.by_message_id.get(id));
        let id = *found?;
        self.change(id, |record| record.fail(failure));
        Some(id)
    }

    /// A message is not to be sent: there is nothing to follow, unless the server has it already.
    pub(crate) fn discard(&mut self, client_message_id: &str) {
        let Some(id) = self.by_client_id.get(client_message_id).copied() else {
            return;
        };
        if self.records.get(&id).is_some_and(|one| !one.is_accepted()) {
            self.remove(id);
        }
    }

    /// The server named a message, and said how far a recipient is with it.
    pub(crate) fn receive(
        &mut self,
        place: Place<'_>,
        user_id: Option<&str>,
        level: Level,
        at: Option<&str>,
    ) -> RecordId {
        let id = self.locate(place);
        self.change(id, |record| match user_id {
            Some(user_id) => record.receive(user_id, level, at),
            None => record.reach(match level {
                Level::Delivered => State::Delivered,
                Level::Read => State::Read,
            }),
        });
        self.cover(id);
        id
    }

    /// The server counted the recipients of a message.
    pub(crate) fn count(&mut self, message_id: &str, counts: Counts) -> RecordId {
        let id = self.locate(Place {
            message_id: Some(message_id),
            ..Place::default()
        });
        self.change(id, |record| record.count(counts));
        id
    }

    /// A member has come this far in a room: that goes for every message of ours up to there.
    /// Gives those that this is new to.
    pub(crate) fn raise(
        &mut self,
        room: &str,
        user_id: &str,
        level: Level,
        up_to_seq: u64,
    ) -> Vec<RecordId> {
        let in_room = self.rooms.get_or_default(room.to_owned());
        let mark = in_room.watermarks.get_or_default(user_id.to_owned());
        mark.delivered = mark.delivered.max(up_to_seq);
        if level == Level::Read {
            mark.read = mark.read.max(up_to_seq);
        }
        // Which members stay must not depend on who came first.
        while in_room.watermarks.len() > MAX_WATERMARKS {
            let last = in_room
                .watermarks
                .last()
                .map(|(user_id, _)| user_id.clone());
            let Some(last) = last else { break };
            in_room.watermarks.remove(&last);
        }
        let covered: Vec<RecordId> = in_room
            .own
            .iter()
            .take_while(|(seq, _)| **seq <= up_to_seq)
            .map(|(_, id)| *id)
            .filter(|id| {
                let record = self.records.get(id);
                record.is_some_and(|record| !record.has_reached(user_id, level))
            })
            .collect();
        for id in &covered {
            self.change(*id, |record| record.receive(user_id, level, None));
        }
        covered
    }

    /// The members' watermarks of a room.
    pub(crate) fn watermarks(&self, room: &str) -> impl Iterator<Item = (&String, &Watermark)> {
        let in_room = self.rooms.get(room);
        in_room.into_iter().flat_map(|room| room.watermarks.iter())
    }

    /// A room counts anew: places in it mean nothing any more.
    pub(crate) fn forget_places(&mut self, room: &str) {
        let Some(in_room) = self.rooms.remove(room) else {
            return;
        };
        for (_, id) in in_room.own {
            if let Some(record) = self.records.get_mut(&id) {
                record.seq = None;
            }
        }
    }

    /// Messages of ours that the server has and nobody is known to have read, the newest first:
    /// their ids as the server knows them.
    pub(crate) fn unread_ids(&self, most: usize) -> Vec<String> {
        let open = self.records.iter().rev().filter(|(_, record)| {
            record.is_own && record.is_accepted() && record.state() < State::Read
        });
        open.filter_map(|(_, record)| record.message_id.clone())
            .take(most)
            .collect()
    }

    /// Messages of ours whose fate is open, by our own ids.
    pub(crate) fn open_ids(&self, most: usize) -> Vec<String> {
        let open = self.records.values().rev();
        open.filter(|record| record.state() == State::Sending)
            .filter_map(|record| record.client_message_id.clone())
            .take(most)
            .collect()
    }

    /// The record of this place, made or put together as needed.
    fn locate(&mut self, place: Place<'_>) -> RecordId {
        let by_client_id = place
            .client_message_id
            .and_then(|id| self.by_client_id.get(id).copied());
        let by_message_id = place
            .message_id
            .and_then(|id| self.by_message_id.get(id).copied());
        let id = match (by_client_id, by_message_id) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                if let Some(other) = self.remove(theirs) {
                    self.change(ours, |record| record.join(other));
                }
                ours
            }
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => self.insert(),
        };
        self.change(id, |record| {
            let named = |known: &mut Option<String>, said: Option<&str>| {
                if known.is_none() {
                    *known = said.map(str::to_owned);
                }
            };
            named(&mut record.client_message_id, place.client_message_id);
            named(&mut record.message_id, place.message_id);
            named(&mut record.room, place.room);
            record.seq = record.seq.or(place.seq);
        });
        self.index(id);
        id
    }

    fn insert(&mut self) -> RecordId {
        if self.records.len() >= MAX_DELIVERY_RECORDS {
            // What the server does not have yet is bounded by the outbox, and stays.
            let oldest = self
                .records
                .iter()
                .min_by_key(|(_, record)| (!record.is_accepted(), record.used))
                .map(|(id, _)| *id);
            if let Some(oldest) = oldest {
                self.remove(oldest);
            }
        }
        self.next += 1;
        let id = RecordId(self.next);
        self.records.insert(id, Record::default());
        id
    }

    fn index(&mut self, id: RecordId) {
        let Some(record) = self.records.get(&id) else {
            return;
        };
        if let Some(client_id) = &record.client_message_id {
            self.by_client_id.insert(client_id.clone(), id);
        }
        if let Some(message_id) = &record.message_id {
            self.by_message_id.insert(message_id.clone(), id);
        }
    }

    fn remove(&mut self, id: RecordId) -> Option<Record> {
        let record = self.records.remove(&id)?;
        if let Some(client_id) = &record.client_message_id {
            self.by_client_id.remove(client_id);
        }
        if let Some(message_id) = &record.message_id {
            self.by_message_id.remove(message_id);
        }
        let place = record.room.as_ref().zip(record.seq);
        if let Some((room, seq)) = place
            && let Some(in_room) = self.rooms.get_mut(room)
        {
            in_room.own.remove(&seq);
        }
        Some(record)
    }

    /// Counts a message of ours in at its place, and gives it the watermarks beyond.
    fn cover(&mut self, id: RecordId) {
        let Some(record) = self.records.get_mut(&id) else {
            return;
        };
        let (true, Some(room), Some(seq)) = (record.is_own, &record.room, record.seq) else {
            return;
        };
        let in_room = self.rooms.get_or_default(room.clone());
        in_room.own.insert(seq, id);
        for (user_id, mark) in in_room.watermarks.iter() {
            if mark.read >= seq {
                record.receive(user_id, Level::Read, None);
            } else if mark.delivered >= seq {
                record.receive(user_id, Level::Delivered, None);
            }
        }
    }
}
