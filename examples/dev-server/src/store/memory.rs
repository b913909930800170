//! A store that forgets everything when the process ends: for `--database :memory:` and tests.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nchat_realtime::wire::room::RoomRole;

use super::{
    AppendOutcome, CreateOutcome, HistoryPage, HistoryRange, JoinOutcome, LeaveOutcome, Member,
    NewMessage, NewRoom, PageLimit, Receipt, Room, Store, StoreError, StoredMessage, may_find,
    may_write,
};
use crate::core::User;

/// Rooms, members and messages in maps behind one lock, never held across an await.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rooms: HashMap<String, RoomState>,
    /// Where the message of a (user, clientMessageId) stands.
    receipts: HashMap<(String, String), Receipt>,
}

#[derive(Debug)]
struct RoomState {
    room: NewRoom,
    members: BTreeMap<String, Member>,
    messages: Vec<StoredMessage>,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    async fn create_room(
        &self,
        room: NewRoom,
        members: Vec<Member>,
    ) -> Result<CreateOutcome, StoreError> {
        let mut state = self.state();
        if state.rooms.contains_key(&room.name) {
            return Ok(CreateOutcome::Exists);
        }
        let members = members
            .into_iter()
            .map(|member| (member.user.id.clone(), member))
            .collect();
        let name = room.name.clone();
        let room = RoomState {
            room,
            members,
            messages: Vec::new(),
        };
        state.rooms.insert(name, room);
        Ok(CreateOutcome::Created)
    }

    async fn room(&self, name: &str) -> Result<Option<Room>, StoreError> {
        Ok(self.state().rooms.get(name).map(RoomState::summary))
    }

    async fn join(
        &self,
        room_name: &str,
        user: &User,
        is_invited: bool,
        now_ms: i64,
    ) -> Result<JoinOutcome, StoreError> {
        let mut state = self.state();
        let Some(room) = state.rooms.get_mut(room_name) else {
            return Ok(JoinOutcome::NotFound);
        };
        if let Some(member) = room.members.get_mut(&user.id) {
            member.user = user.clone();
            return Ok(JoinOutcome::AlreadyMember);
        }
        if !is_invited && !may_find(room.room.visibility, None) {
            return Ok(JoinOutcome::NotFound);
        }
        let is_full = |max: u32| room.members.len() >= max as usize;
        if room.room.max_members.is_some_and(is_full) {
            return Ok(JoinOutcome::Full);
        }
        let member = Member {
            user: user.clone(),
            role: RoomRole::Member,
            joined_at_ms: now_ms,
        };
        room.members.insert(user.id.clone(), member);
        Ok(JoinOutcome::Joined)
    }

    async fn leave(&self, room_name: &str, user_id: &str) -> Result<LeaveOutcome, StoreError> {
        let mut state = self.state();
        let Some(room) = state.rooms.get_mut(room_name) else {
            return Ok(LeaveOutcome::NotFound);
        };
        Ok(match room.members.remove(user_id) {
            Some(_) => LeaveOutcome::Left,
            None if may_find(room.room.visibility, None) => LeaveOutcome::NotMember,
            None => LeaveOutcome::NotFound,
        })
    }

    async fn member(&self, room_name: &str, user_id: &str) -> Result<Option<Member>, StoreError> {
        let state = self.state();
        let room = state.rooms.get(room_name);
        Ok(room.and_then(|room| room.members.get(user_id).cloned()))
    }

    async fn members(
        &self,
        room_name: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let state = self.state();
        let members = state.rooms.get(room_name).map(|room| &room.members);
        Ok(members
            .into_iter()
            .flat_map(BTreeMap::values)
            .skip(offset as usize)
            .take(limit as usize)
            .cloned()
            .collect())
    }

    async fn rooms_of(
        &self,
        user_id: &str,
        since_ms: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Room>, StoreError> {
        let state = self.state();
        let mut rooms: Vec<Room> = state
            .rooms
            .values()
            .filter(|room| room.members.contains_key(user_id))
            .map(RoomState::summary)
            .filter(|room| since_ms.is_none_or(|since| room.last_message_at_ms > Some(since)))
            .collect();
        rooms.sort_by(|a, b| {
            b.last_message_at_ms
                .cmp(&a.last_message_at_ms)
                .then_with(|| a.name.cmp(&b.name))
        });
        rooms.truncate(limit as usize);
        Ok(rooms)
    }

    async fn append(&self, messages: Vec<NewMessage>) -> Result<Vec<AppendOutcome>, StoreError> {
        let mut state = self.state();
        Ok(messages
            .into_iter()
            .map(|message| state.append(message))
            .collect())
    }

    async fn history(
        &self,
        room_name: &str,
        range: HistoryRange,
        limit: PageLimit,
    ) -> Result<HistoryPage, StoreError> {
        let state = self.state();
        let log = state
            .rooms
            .get(room_name)
            .map_or(&[][..], |room| &room.messages);
        let seq = |message: &&StoredMessage| message.receipt.seq;
        let candidates: Box<dyn Iterator<Item = &StoredMessage>> = match range {
            HistoryRange::Newest => Box::new(log.iter().rev()),
            HistoryRange::BeforeSeq(end) => {
                Box::new(log.iter().rev().filter(move |message| seq(message) < end))
            }
            HistoryRange::AfterSeq(start) => {
                Box::new(log.iter().filter(move |message| seq(message) > start))
            }
            HistoryRange::Since(start) => Box::new(
                log.iter()
                    .filter(move |message| message.receipt.timestamp_ms > start),
            ),
        };
        let sized = candidates.map(|message| (message.body.content.len(), message.clone()));
        Ok(super::fill_page(range, limit, sized))
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}

impl State {
    fn append(&mut self, message: NewMessage) -> AppendOutcome {
        let user_id = &message.body.user.id;
        let key = (user_id.clone(), message.client_message_id.clone());
        if let Some(receipt) = self.receipts.get(&key) {
            return AppendOutcome::Duplicate(receipt.clone());
        }
        let Some(room) = self.rooms.get_mut(&message.room_name) else {
            return AppendOutcome::RoomNotFound;
        };
        let role = room.members.get(user_id).map(|member| member.role);
        if !may_find(room.room.visibility, role) {
            return AppendOutcome::RoomNotFound;
        }
        let Some(role) = role else {
            return AppendOutcome::NotMember;
        };
        if !may_write(room.room.kind, role) {
            return AppendOutcome::ReadOnly;
        }
        let newest = room.messages.last().map(|message| &message.receipt);
        let receipt = Receipt {
            message_id: message.message_id,
            seq: newest.map_or(1, |newest| newest.seq + 1),
            epoch: room.room.epoch.clone(),
            timestamp_ms: newest.map_or(message.timestamp_ms, |newest| {
                message.timestamp_ms.max(newest.timestamp_ms)
            }),
        };
        room.messages.push(StoredMessage {
            receipt: receipt.clone(),
            client_message_id: message.client_message_id,
            body: message.body,
        });
        self.receipts.insert(key, receipt.clone());
        AppendOutcome::Appended(receipt)
    }
}

impl RoomState {
    fn summary(&self) -> Room {
        let newest = self.messages.last().map(|message| &message.receipt);
        Room {
            name: self.room.name.clone(),
            kind: self.room.kind,
            visibility: self.room.visibility,
            max_members: self.room.max_members,
            epoch: self.room.epoch.clone(),
            head_seq: newest.map_or(0, |newest| newest.seq),
            last_message_at_ms: newest.map(|newest| newest.timestamp_ms),
            member_count: u32::try_from(self.members.len()).unwrap_or(u32::MAX),
        }
    }
}
