//! Messages and operations in memory.

use nchat_realtime::wire::planted::{PlantedBug, is_planted};

use super::{RoomState, State};
use crate::store::operation::Effect;
use crate::store::page::{Entry, in_order};
use crate::store::{
    Answered, HistoryPage, HistoryRange, NewMessage, NewOperation, Outcome, PageLimit, Place,
    Refused, StoredMessage, StoredOperation, may_find, may_write,
};

impl State {
    pub(super) fn append(&mut self, message: NewMessage) -> Outcome {
        let user_id = message.body.user.id.clone();
        if let Some(highest) = self.pass_fence(&user_id, message.fence.as_ref()) {
            return Outcome::Refused(Refused::Fenced { highest });
        }
        let key = (user_id, message.client_message_id.clone());
        if let Some(answered) = self.answers.get(&key)
            && !is_planted(PlantedBug::StoreSkipsKeys)
        {
            return Outcome::Answered(answered.clone());
        }
        let is_in_order = self.has(&key.0, message.after.as_deref());
        let Some(room) = self.rooms.get_mut(&message.room_name) else {
            return Outcome::Refused(Refused::RoomNotFound);
        };
        let role = room.member(&key.0).map(|member| member.role);
        if !may_find(room.room.visibility, role) {
            return Outcome::Refused(Refused::RoomNotFound);
        }
        let Some(role) = role else {
            return Outcome::Refused(Refused::NotMember);
        };
        if !may_write(room.room.kind, role) {
            return Outcome::Refused(Refused::Forbidden);
        }
        if !is_in_order {
            return Outcome::Refused(Refused::OutOfOrder);
        }
        let place = room.take_place(&message.message_id, message.timestamp_ms);
        let answered = Answered {
            place: place.clone(),
            version: None,
        };
        self.answers.insert(key, answered);
        self.places.insert(
            message.message_id.clone(),
            (message.room_name.clone(), place.seq),
        );
        room.messages
            .push(StoredMessage::new(place.clone(), message));
        Outcome::Appended(place)
    }

    pub(super) fn operate(&mut self, operation: NewOperation) -> Outcome {
        if let Some(highest) = self.pass_fence(&operation.user.id, operation.fence.as_ref()) {
            return Outcome::Refused(Refused::Fenced { highest });
        }
        let key = (
            operation.user.id.clone(),
            operation.client_message_id.clone(),
        );
        if let Some(answered) = self.answers.get(&key) {
            return Outcome::Answered(answered.clone());
        }
        let Some((room_name, seq)) = self.places.get(&operation.message_id).cloned() else {
            return Outcome::Refused(Refused::MessageNotFound);
        };
        if operation
            .room_name
            .as_ref()
            .is_some_and(|name| *name != room_name)
        {
            return Outcome::Refused(Refused::MessageNotFound);
        }
        let is_in_order = self.has(&key.0, operation.after.as_deref());
        let Some(room) = self.rooms.get_mut(&room_name) else {
            return Outcome::Refused(Refused::MessageNotFound);
        };
        match room.operate(seq, operation, is_in_order) {
            Err(refused) => Outcome::Refused(refused),
            Ok((answered, stored)) => {
                self.answers.insert(key, answered.clone());
                match stored {
                    None => Outcome::Answered(answered),
                    Some(operation) => Outcome::Operated {
                        room_name,
                        operation: Box::new(operation),
                    },
                }
            }
        }
    }

    /// Whether what a sender names as the one before is stored; so is nothing.
    fn has(&self, user_id: &str, after: Option<&str>) -> bool {
        let is_stored = |key: &str| {
            let key = (user_id.to_owned(), key.to_owned());
            self.answers.contains_key(&key)
        };
        after.is_none_or(is_stored) || is_planted(PlantedBug::IgnoresPredecessor)
    }
}

impl RoomState {
    /// The next place in the log, taken.
    fn take_place(&mut self, message_id: &str, now_ms: i64) -> Place {
        let place = Place {
            message_id: message_id.to_owned(),
            seq: self.head_seq + 1,
            epoch: self.room.epoch.clone(),
            timestamp_ms: self.time(now_ms),
        };
        self.head_seq = place.seq;
        self.last_active_at_ms = Some(place.timestamp_ms);
        place
    }

    /// A room's times never go back.
    fn time(&self, now_ms: i64) -> i64 {
        self.last_active_at_ms
            .map_or(now_ms, |last| last.max(now_ms))
    }

    /// The answer, and the operation where there was something to change.
    fn operate(
        &mut self,
        seq: u64,
        operation: NewOperation,
        is_in_order: bool,
    ) -> Result<(Answered, Option<StoredOperation>), Refused> {
        let role = self.member(&operation.user.id).map(|member| member.role);
        if !may_find(self.room.visibility, role) {
            return Err(Refused::MessageNotFound);
        }
        let role = role.ok_or(Refused::NotMember)?;
        let index = self.index_of(seq).ok_or(Refused::MessageNotFound)?;
        if !is_in_order {
            return Err(Refused::OutOfOrder);
        }
        let timestamp_ms = self.time(operation.timestamp_ms);
        let message = &mut self.messages[index];
        let effect = message.operate(&operation, &self.room.name, role, timestamp_ms)?;
        let version = message.version;
        let answer_version = operation.kind.has_version().then_some(version);
        if effect == Effect::Unchanged {
            let place = Place {
                message_id: operation.message_id,
                seq: self.head_seq,
                epoch: self.room.epoch.clone(),
                timestamp_ms,
            };
            let version = answer_version;
            return Ok((Answered { place, version }, None));
        }
        if message.is_deleted {
            self.forget_edits(&operation.message_id);
        }
        let place = self.take_place(&operation.message_id, operation.timestamp_ms);
        let stored = StoredOperation::new(place, operation, version);
        self.operations.push(stored.clone());
        let answered = Answered {
            place: stored.place.clone(),
            version: answer_version,
        };
        Ok((answered, Some(stored)))
    }

    fn forget_edits(&mut self, message_id: &str) {
        for operation in &mut self.operations {
            operation.forget_text(message_id);
        }
    }

    pub(super) fn index_of(&self, seq: u64) -> Option<usize> {
        let found = self
            .messages
            .binary_search_by_key(&seq, |message| message.place.seq);
        found.ok()
    }

    pub(super) fn page(&self, range: HistoryRange, limit: PageLimit) -> HistoryPage {
        let first_after = |seq| {
            self.messages
                .partition_point(|message| message.place.seq <= seq)
        };
        let message = |message: &StoredMessage| (message.size(), Entry::Message(message.clone()));
        let (messages, head_seq) = (&self.messages, self.head_seq);
        match range {
            HistoryRange::Newest => range.fill(limit, head_seq, messages.iter().rev().map(message)),
            HistoryRange::BeforeSeq(end) => {
                let before = &messages[..first_after(end.saturating_sub(1))];
                range.fill(limit, head_seq, before.iter().rev().map(message))
            }
            HistoryRange::Since(start) => {
                let later = messages
                    .iter()
                    .filter(|message| message.place.timestamp_ms > start);
                range.fill(limit, head_seq, later.map(message))
            }
            HistoryRange::AfterSeq(start) => {
                let messages = messages[first_after(start)..].iter().map(message);
                let first_operation = self
                    .operations
                    .partition_point(|operation| operation.place.seq <= start);
                let operations = self.operations[first_operation..]
                    .iter()
                    .map(|operation| (operation.size(), Entry::Operation(operation.clone())));
                range.fill(limit, head_seq, in_order(messages, operations))
            }
        }
    }
}
