//! Rooms: which are wanted, which the server counts us in, and what is in them.

mod backfill;
mod cache;
mod emptying;
mod history;
mod members;
mod membership;
mod older;
mod resume;

use self::backfill::Page;
use self::cache::{Cache, CacheRecord};
use self::older::Older;
use super::input::RequestId;
use super::snapshot::{Room as RoomSnapshot, TimelineGap};
use super::timeline::Timeline;
use crate::engine::sorted_map::SortedMap;
use crate::socketio::Value;
use crate::wire::operation::OperationHead;
use crate::wire::room::{RoomMember, RoomType, RoomVisibility};

/// Where the server counts us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Membership {
    /// Not in.
    Out,
    /// A join is under way, to be answered under this id.
    Joining { ack: u64 },
    /// In.
    Joined,
}

/// One room that is wanted.
pub(crate) struct Room<V> {
    /// The name as a value, made once: it goes with every notification.
    pub(crate) label: V,
    pub(crate) timeline: Timeline<V>,
    membership: Membership,
    /// A join was sent, on this connection or an earlier one, and not refused: the server may
    /// count us in, whatever is known here.
    asked: bool,
    /// Set by the first successful join: the app sees the room from then on until it leaves.
    info: Option<Info>,
    waiters: Vec<RequestId>,
    members: SortedMap<String, RoomMember>,
    /// Joins that failed in a row after the first success, and when the next one is due.
    failures: u32,
    retry_at_ms: Option<u64>,
    /// The page under way, and the id that it will be answered under.
    page: Option<(u64, Page)>,
    /// Pages that did not come, in a row, and when the next one is asked for.
    page_failures: u32,
    page_retry_at_ms: Option<u64>,
    /// A resume under way brings what is missing.
    awaits_resume: bool,
    /// Messages that were missed and came later.
    recovered: u64,
    older: Option<Older<V>>,
    /// Messages to tell listeners of once the missed ones before them have been told.
    deferred: SortedMap<u64, V>,
    /// What the app was told is missing.
    told_gaps: Vec<TimelineGap>,
    cache: Cache,
}

#[derive(Clone, Debug, Default)]
struct Info {
    kind: RoomType,
    visibility: RoomVisibility,
    member_count: Option<u32>,
}

/// All rooms that are wanted, and the departures that the server has not been told of.
pub(crate) struct Rooms<V> {
    rooms: SortedMap<String, Room<V>>,
    leaves: SortedMap<String, ()>,
    /// Records of the store about rooms that it was not asked for yet.
    cached: SortedMap<String, CacheRecord>,
    /// Some room is kept further than was told.
    has_kept: bool,
    /// The rooms of the last connection have not all been brought back yet.
    resuming: bool,
}

impl<V: Value> Rooms<V> {
    pub(crate) fn new() -> Self {
        Self {
            rooms: SortedMap::new(),
            leaves: SortedMap::new(),
            cached: SortedMap::new(),
            has_kept: false,
            resuming: false,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Room<V>> {
        self.rooms.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Room<V>> {
        self.rooms.get_mut(name)
    }

    pub(crate) fn is_joined(&self, name: &str) -> bool {
        self.rooms
            .get(name)
            .is_some_and(|room| room.membership == Membership::Joined)
    }

    /// What kind of room it is, where the server has said so.
    pub(crate) fn kind(&self, name: &str) -> Option<RoomType> {
        Some(self.rooms.get(name)?.info.as_ref()?.kind)
    }

    /// Whether rooms of the last connection are still being joined again.
    pub(crate) fn is_resuming(&self) -> bool {
        self.resuming
    }

    /// Whether pages of what was missed are under way.
    pub(crate) fn is_paging(&self) -> bool {
        self.rooms.values().any(|room| room.page.is_some())
    }

    /// Rooms whose last page did not come; it is asked for again.
    pub(crate) fn failed_pages(&self) -> u32 {
        let failed = self.rooms.values().filter(|room| room.page_failures > 0);
        u32::try_from(failed.count()).unwrap_or(u32::MAX)
    }

    /// Messages that were missed and came later, ever.
    pub(crate) fn recovered(&self) -> u64 {
        self.rooms.values().map(|room| room.recovered).sum()
    }

    /// How many messages of a room are here.
    pub(crate) fn message_count(&self, name: &str) -> usize {
        let room = self.rooms.get(name);
        room.map_or(0, |room| room.timeline.messages().len())
    }

    /// The place of a message, where it is kept here under the server's id.
    pub(crate) fn seq_of(&self, name: &str, message_id: &str) -> Option<u64> {
        self.rooms.get(name)?.timeline.seq_of(message_id)
    }

    /// The place of the message that an operation changes, likewise.
    pub(crate) fn seq_of_target(&self, operation: &V) -> Option<u64> {
        let head = OperationHead::read(operation).ok()?;
        self.seq_of(&head.room_name, &head.message_id)
    }

    /// The names of all wanted rooms, for a client that is built anew.
    pub(crate) fn wanted(&self) -> Vec<String> {
        self.rooms.keys().cloned().collect()
    }

    /// The rooms that were joined and not left, by name.
    pub(crate) fn snapshot(&self) -> Vec<RoomSnapshot> {
        self.rooms
            .iter()
            .filter(|(_, room)| room.info.is_some())
            .map(|(name, room)| room.snapshot(name))
            .collect()
    }

    /// When a join is due again, or a page that did not come, or the store lacks something.
    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        self.rooms
            .values()
            .flat_map(|room| {
                let put_at_ms = room.cache.deadline_ms();
                [room.retry_at_ms, room.page_retry_at_ms, put_at_ms]
            })
            .flatten()
            .min()
    }
}

impl<V: Value> Room<V> {
    fn new(name: &str) -> Self {
        Self {
            label: V::string(name),
            timeline: Timeline::new(),
            membership: Membership::Out,
            asked: false,
            info: None,
            waiters: Vec::new(),
            members: SortedMap::new(),
            failures: 0,
            retry_at_ms: None,
            page: None,
            page_failures: 0,
            page_retry_at_ms: None,
            awaits_resume: false,
            recovered: 0,
            older: None,
            deferred: SortedMap::new(),
            told_gaps: Vec::new(),
            cache: Cache::default(),
        }
    }

    /// What `joinRoom` resolves with.
    fn snapshot(&self, name: &str) -> RoomSnapshot {
        let info = self.info.clone().unwrap_or_default();
        RoomSnapshot {
            name: name.to_owned(),
            kind: info.kind,
            visibility: info.visibility,
            member_count: info.member_count,
            is_joined: self.membership == Membership::Joined,
        }
    }
}
