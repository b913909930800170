//! A store that forgets everything when the process ends: for `--database :memory:` and tests.

mod log;
mod receipts;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::room::RoomRole;

use super::{
    Answered, Change, CreateOutcome, Cursors, Fence, HistoryPage, HistoryRange, JoinOutcome,
    LeaveOutcome, Listing, Member, MemberCursors, NewRoom, Outcome, PageLimit, Profile, Progress,
    RelationKind, Room, Standing, Store, StoreError, StoredMessage, StoredOperation, UserRecord,
    UserSettings, is_listed, is_member, is_seen_by, may_find,
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
    /// What a (user, clientMessageId) was answered.
    answers: HashMap<(String, String), Answered>,
    /// The room of a message, and its `seq`.
    places: HashMap<String, (String, u64)>,
    /// The newest leader of a (user, device).
    fences: HashMap<(String, String), u64>,
    records: HashMap<String, UserRecord>,
    relations: BTreeMap<(String, RelationKind), BTreeSet<String>>,
}

#[derive(Debug)]
struct RoomState {
    room: NewRoom,
    members: BTreeMap<String, Member>,
    /// The log's head of when each member joined.
    joined_seqs: BTreeMap<String, u64>,
    messages: Vec<StoredMessage>,
    operations: Vec<StoredOperation>,
    head_seq: u64,
    last_active_at_ms: Option<i64>,
    cursors: BTreeMap<String, Cursors>,
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
        mut members: Vec<Member>,
    ) -> Result<CreateOutcome, StoreError> {
        let mut state = self.state();
        if let [alone] = members.as_mut_slice()
            && state.settings_of(&alone.user.id).invisible_mode
        {
            alone.listing = Listing::NotYet;
        }
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
            joined_seqs: BTreeMap::new(),
            messages: Vec::new(),
            operations: Vec::new(),
            head_seq: 0,
            last_active_at_ms: None,
            cursors: BTreeMap::new(),
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
        let is_invisible = state.settings_of(&user.id).invisible_mode;
        let Some(room) = state.rooms.get_mut(room_name) else {
            return Ok(JoinOutcome::NotFound);
        };
        if let Some(member) = room.members.get_mut(&user.id) {
            // Of one who is invisible others see what they saw. What ended unseen goes on.
            if !is_invisible {
                member.user = user.clone();
            } else if member.listing == Listing::Still {
                member.listing = Listing::Shown;
            }
            return Ok(JoinOutcome::AlreadyMember);
        }
        if !is_invited && !may_find(room.room.visibility, None) {
            return Ok(JoinOutcome::NotFound);
        }
        let is_full = |max: u32| room.member_count() >= max;
        if room.room.max_members.is_some_and(is_full) {
            return Ok(JoinOutcome::Full);
        }
        let member = Member {
            user: user.clone(),
            role: RoomRole::Member,
            joined_at_ms: now_ms,
            listing: match is_invisible && !is_planted(PlantedBug::ListsInvisible) {
                true => Listing::NotYet,
                false => Listing::Shown,
            },
        };
        room.members.insert(user.id.clone(), member);
        room.joined_seqs.insert(user.id.clone(), room.head_seq);
        Ok(match is_invisible {
            true => JoinOutcome::JoinedUnseen,
            false => JoinOutcome::Joined,
        })
    }

    async fn leave(&self, room_name: &str, user_id: &str) -> Result<LeaveOutcome, StoreError> {
        let mut state = self.state();
        let is_invisible = state.settings_of(user_id).invisible_mode;
        let Some(room) = state.rooms.get_mut(room_name) else {
            return Ok(LeaveOutcome::NotFound);
        };
        let Some(member) = room.member_mut(user_id) else {
            return Ok(match may_find(room.room.visibility, None) {
                true => LeaveOutcome::NotMember,
                false => LeaveOutcome::NotFound,
            });
        };
        if is_invisible && member.listing == Listing::Shown {
            member.listing = Listing::Still;
        } else {
            room.members.remove(user_id);
        }
        Ok(match is_invisible {
            true => LeaveOutcome::LeftUnseen,
            false => LeaveOutcome::Left,
        })
    }

    async fn member(&self, room_name: &str, user_id: &str) -> Result<Option<Member>, StoreError> {
        let state = self.state();
        let room = state.rooms.get(room_name);
        Ok(room.and_then(|room| room.member(user_id).cloned()))
    }

    async fn members(
        &self,
        room_name: &str,
        viewer_id: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let state = self.state();
        let members = state.rooms.get(room_name).map(|room| &room.members);
        Ok(members
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter(|member| is_seen_by(member, viewer_id))
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
            .filter_map(|room| {
                let member = room.member(user_id)?;
                let mut summary = room.summary();
                summary.member_count += u32::from(!is_listed(member.listing));
                Some(summary)
            })
            .filter(|room| since_ms.is_none_or(|since| room.last_active_at_ms > Some(since)))
            .collect();
        rooms.sort_by(|a, b| {
            b.last_active_at_ms
                .cmp(&a.last_active_at_ms)
                .then_with(|| a.name.cmp(&b.name))
        });
        rooms.truncate(limit as usize);
        Ok(rooms)
    }

    async fn write(&self, changes: Vec<Change>) -> Result<Vec<Outcome>, StoreError> {
        let mut state = self.state();
        Ok(changes
            .into_iter()
            .map(|change| state.change(change))
            .collect())
    }

    async fn history(
        &self,
        room_name: &str,
        range: HistoryRange,
        limit: PageLimit,
    ) -> Result<HistoryPage, StoreError> {
        let state = self.state();
        let room = state.rooms.get(room_name);
        Ok(room.map_or_else(HistoryPage::default, |room| room.page(range, limit)))
    }

    async fn standings(
        &self,
        user_id: &str,
        room_names: &[String],
    ) -> Result<Vec<Standing>, StoreError> {
        let state = self.state();
        let rooms = room_names.iter().filter_map(|name| state.rooms.get(name));
        Ok(rooms.filter_map(|room| room.standing(user_id)).collect())
    }

    async fn cursors(&self, room_name: &str, limit: u32) -> Result<Vec<MemberCursors>, StoreError> {
        let state = self.state();
        let mut members = state
            .rooms
            .get(room_name)
            .map(RoomState::member_cursors)
            .unwrap_or_default();
        members.retain(|member| member.cursors.shown_delivered_up_to > 0);
        members.truncate(limit as usize);
        Ok(members)
    }

    async fn progress(&self, author_id: &str, ids: &[String]) -> Result<Vec<Progress>, StoreError> {
        Ok(self.state().progress(author_id, ids))
    }

    async fn settings(&self, user_id: &str) -> Result<UserSettings, StoreError> {
        Ok(self.state().settings_of(user_id))
    }

    async fn profiles(&self, user_ids: &[String]) -> Result<Vec<Profile>, StoreError> {
        let state = self.state();
        Ok(user_ids.iter().map(|id| state.profile(id)).collect())
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}

impl State {
    fn change(&mut self, change: Change) -> Outcome {
        match change {
            Change::Message(message) => self.append(*message),
            Change::Operation(operation) => self.operate(*operation),
            Change::Cursor(cursor) => self.move_cursor(&cursor),
            Change::Settings(change) => {
                let record = self.record_of(&change.user_id).with_settings(&change);
                self.put_record(&change.user_id, record, change.now_ms)
            }
            Change::Presence(change) => {
                let record = self.record_of(&change.user_id).with_presence(&change);
                self.put_record(&change.user_id, record, change.now_ms)
            }
            Change::Relation(change) => self.relate(change),
            Change::Fence { user_id, fence } => {
                self.pass_fence(&user_id, Some(&fence));
                Outcome::Fenced
            }
        }
    }

    /// The epoch of the newest leader so far, where that is not this tab.
    fn pass_fence(&mut self, user_id: &str, fence: Option<&Fence>) -> Option<u64> {
        let fence = fence?;
        let key = (user_id.to_owned(), fence.device_id.clone());
        let highest = self.fences.entry(key).or_default();
        *highest = fence.epoch.max(*highest);
        let is_behind = *highest > fence.epoch && !is_planted(PlantedBug::IgnoresFence);
        is_behind.then_some(*highest)
    }
}

impl RoomState {
    fn summary(&self) -> Room {
        let newest = self.messages.last().map(|message| &message.place);
        Room {
            name: self.room.name.clone(),
            kind: self.room.kind,
            visibility: self.room.visibility,
            max_members: self.room.max_members,
            epoch: self.room.epoch.clone(),
            head_seq: self.head_seq,
            last_message_at_ms: newest.map(|newest| newest.timestamp_ms),
            last_active_at_ms: self.last_active_at_ms,
            member_count: self.member_count(),
        }
    }

    /// As others see it.
    fn member_count(&self) -> u32 {
        let listed = self.members.values().filter(|one| is_listed(one.listing));
        u32::try_from(listed.count()).unwrap_or(u32::MAX)
    }

    fn member(&self, user_id: &str) -> Option<&Member> {
        let member = self.members.get(user_id);
        member.filter(|member| is_member(member.listing))
    }

    fn member_mut(&mut self, user_id: &str) -> Option<&mut Member> {
        let member = self.members.get_mut(user_id);
        member.filter(|member| is_member(member.listing))
    }
}
