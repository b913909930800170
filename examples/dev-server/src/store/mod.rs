//! Where rooms and messages are kept: what the core asks of a store, and the stores.

use std::future::Future;

use nchat_realtime::wire::json::Json;
use nchat_realtime::wire::message::MessageType;
use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};
use serde::{Deserialize, Serialize};

use crate::core::User;

pub mod memory;
pub mod sqlite;

#[cfg(test)]
mod conformance;

/// A store failed. What it says is for the log, not for clients.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The database was written by a newer server.
    #[error("the database has schema {found}, this server knows up to {known}")]
    NewerSchema {
        /// What the database says.
        found: i64,
        /// What this server knows.
        known: i64,
    },
    /// A stored value cannot be read.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
}

/// A room, with its counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: RoomType,
    /// Who may find it.
    pub visibility: RoomVisibility,
    /// Most members, if there is a limit.
    pub max_members: Option<u32>,
    /// The history that `seq` counts in.
    pub epoch: String,
    /// The newest message's `seq`; 0 without messages.
    pub head_seq: u64,
    /// When the newest message was taken, in milliseconds since 1970.
    pub last_message_at_ms: Option<i64>,
    /// Members in all.
    pub member_count: u32,
}

/// A room to be made.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: RoomType,
    /// Who may find it.
    pub visibility: RoomVisibility,
    /// Most members, if there is a limit.
    pub max_members: Option<u32>,
    /// The history that its `seq` will count in.
    pub epoch: String,
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who, with the name and picture that they last joined with.
    pub user: User,
    /// What they may do.
    pub role: RoomRole,
    /// Since when, in milliseconds since 1970.
    pub joined_at_ms: i64,
}

/// What came of making a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateOutcome {
    /// It is there now, with its first members.
    Created,
    /// There was one of that name; nothing changed.
    Exists,
}

/// What came of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    /// Now a member.
    Joined,
    /// Was a member before; name and picture are brought up to date.
    AlreadyMember,
    /// No such room, or one that only members may find.
    NotFound,
    /// As many members as allowed.
    Full,
}

/// What came of leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveOutcome {
    /// No member any more.
    Left,
    /// Was no member.
    NotMember,
    /// No such room, or one that only members may find.
    NotFound,
}

/// The part of a message that the server only passes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageBody {
    /// The sender, as they were when they sent it.
    pub user: User,
    /// The text.
    pub content: String,
    /// Its kind.
    pub kind: MessageType,
    /// The thread that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// User ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Vec<String>>,
    /// Descriptions of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Json>>,
    /// The application's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json>,
}

/// A message to be appended to its room's log.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The room.
    pub room_name: String,
    /// The server's id for it.
    pub message_id: String,
    /// The sender's id for it: unique with the sender.
    pub client_message_id: String,
    /// When it was taken, in milliseconds since 1970. A room's times never go back: where the
    /// clock did, the newest message's time is used.
    pub timestamp_ms: i64,
    /// The rest.
    pub body: MessageBody,
}

/// Where a message stands in its room's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The server's id.
    pub message_id: String,
    /// Its place, from 1, without gaps.
    pub seq: u64,
    /// The history that `seq` counts in.
    pub epoch: String,
    /// When it was taken, in milliseconds since 1970.
    pub timestamp_ms: i64,
}

/// What came of appending one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// It is in the log.
    Appended(Receipt),
    /// The sender's id was used before; this is the place of that message.
    Duplicate(Receipt),
    /// No such room, or one that only members may find.
    RoomNotFound,
    /// The sender is no member.
    NotMember,
    /// The sender is a member who may only read.
    ReadOnly,
}

/// A message as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredMessage {
    /// Its place.
    pub receipt: Receipt,
    /// The sender's id for it.
    pub client_message_id: String,
    /// The rest.
    pub body: MessageBody,
}

/// Which part of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryRange {
    /// The newest messages.
    Newest,
    /// The oldest messages after this `seq`.
    AfterSeq(u64),
    /// The newest messages before this `seq`.
    BeforeSeq(u64),
    /// The oldest messages taken after this time, in milliseconds since 1970.
    Since(i64),
}

impl HistoryRange {
    /// Whether the page grows from its newest message backwards.
    pub fn is_backward(self) -> bool {
        matches!(self, Self::Newest | Self::BeforeSeq(_))
    }
}

/// Bounds of a page.
#[derive(Clone, Copy, Debug)]
pub struct PageLimit {
    /// Most messages.
    pub messages: u32,
    /// Bytes of stored bodies after which the page ends; one message always fits.
    pub bytes: usize,
}

/// A page of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// In the order of `seq`.
    pub messages: Vec<StoredMessage>,
    /// Whether the range has more in its direction.
    pub has_more: bool,
}

/// A durable log per room, with members. Every method is one transaction; what a returned
/// `Ok` says survives the death of the process (as far as the store is one on disk).
pub trait Store: Send + Sync + 'static {
    /// Makes a room with its first members, unless the name is taken. A member's `joined_at_ms`
    /// is the room's time.
    fn create_room(
        &self,
        room: NewRoom,
        members: Vec<Member>,
    ) -> impl Future<Output = Result<CreateOutcome, StoreError>> + Send;

    /// The room of this name.
    fn room(&self, name: &str) -> impl Future<Output = Result<Option<Room>, StoreError>> + Send;

    /// Makes a user a member, if the room is public or they are invited, and it is not full.
    fn join(
        &self,
        room_name: &str,
        user: &User,
        is_invited: bool,
        now_ms: i64,
    ) -> impl Future<Output = Result<JoinOutcome, StoreError>> + Send;

    /// Ends a membership.
    fn leave(
        &self,
        room_name: &str,
        user_id: &str,
    ) -> impl Future<Output = Result<LeaveOutcome, StoreError>> + Send;

    /// One member.
    fn member(
        &self,
        room_name: &str,
        user_id: &str,
    ) -> impl Future<Output = Result<Option<Member>, StoreError>> + Send;

    /// Members by user id.
    fn members(
        &self,
        room_name: &str,
        offset: u32,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Member>, StoreError>> + Send;

    /// The rooms that a user is a member of, the most recently active first; with `since_ms`
    /// only those with a message after it.
    fn rooms_of(
        &self,
        user_id: &str,
        since_ms: Option<i64>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Room>, StoreError>> + Send;

    /// Appends messages in this order, all in one transaction: `seq` grows in the order of
    /// `messages` in each room. One outcome for each.
    fn append(
        &self,
        messages: Vec<NewMessage>,
    ) -> impl Future<Output = Result<Vec<AppendOutcome>, StoreError>> + Send;

    /// A page of a room's log; empty for an unknown room.
    fn history(
        &self,
        room_name: &str,
        range: HistoryRange,
        limit: PageLimit,
    ) -> impl Future<Output = Result<HistoryPage, StoreError>> + Send;

    /// Whether the store answers.
    fn check(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends all work and closes files.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// Whether someone with this role, or none, may find a room of this visibility.
fn may_find(visibility: RoomVisibility, role: Option<RoomRole>) -> bool {
    role.is_some() || visibility == RoomVisibility::Public
}

/// Whether a member of this role may write in a room of this kind.
fn may_write(kind: RoomType, role: RoomRole) -> bool {
    kind != RoomType::Broadcast || matches!(role, RoomRole::Admin | RoomRole::Moderator)
}

/// Takes messages with their sizes, in the range's own direction, until the page is full.
fn fill_page(
    range: HistoryRange,
    limit: PageLimit,
    sized: impl Iterator<Item = (usize, StoredMessage)>,
) -> HistoryPage {
    let mut messages = Vec::new();
    let mut bytes = 0usize;
    let mut has_more = false;
    for (size, message) in sized {
        bytes = bytes.saturating_add(size);
        let is_full = messages.len() >= limit.messages as usize || bytes > limit.bytes;
        if is_full && !messages.is_empty() {
            has_more = true;
            break;
        }
        messages.push(message);
    }
    if range.is_backward() {
        messages.reverse();
    }
    HistoryPage { messages, has_more }
}
