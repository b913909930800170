//! Where rooms, their logs and receipts are kept: what the core asks of a store, and the stores.

use std::future::Future;

use crate::core::User;
use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};

mod change;
mod cursor;
pub mod memory;
mod message;
mod operation;
mod page;
pub mod sqlite;
mod user;

#[cfg(test)]
mod conformance;

pub use change::{Change, Fence, Outcome, Refused};
pub use cursor::{
    Covered, CursorKind, Cursors, MemberCursors, Moved, NewCursor, Progress, Standing, UpTo,
};
pub use message::{Answered, MessageBody, NewMessage, Place, StoredMessage};
pub use operation::{NewOperation, OperationKind, StoredOperation};
pub use page::{HistoryPage, HistoryRange, PageLimit};
pub use user::{
    FrozenPolicy, Listing, NewPresence, NewRelation, NewSettings, Profile, RelationKind, Revealed,
    StoredStatus, UserChanged, UserRecord, UserSettings,
};

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
    /// The log's newest `seq`; 0 without messages.
    pub head_seq: u64,
    /// When the newest message was taken, in milliseconds since 1970.
    pub last_message_at_ms: Option<i64>,
    /// When the newest entry of the log was taken, a message or an operation on one, likewise.
    pub last_active_at_ms: Option<i64>,
    /// Members in all, as others see them; in [`Store::rooms_of`] as the user does.
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
    /// How others see it.
    pub listing: Listing,
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
    /// Now a member, whom others are not to see yet.
    JoinedUnseen,
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
    /// No member any more, whom others are still to see.
    LeftUnseen,
    /// Was no member.
    NotMember,
    /// No such room, or one that only members may find.
    NotFound,
}

/// A durable log per room, with members. Every method is one transaction; what a returned
/// `Ok` says survives the death of the process (as far as the store is one on disk).
pub trait Store: Send + Sync + 'static {
    /// Makes a room with its first members, unless the name is taken. A member's `joined_at_ms`
    /// is the room's time. A room that is made with others tells them so; who makes one alone while
    /// invisible is not listed yet.
    fn create_room(
        &self,
        room: NewRoom,
        members: Vec<Member>,
    ) -> impl Future<Output = Result<CreateOutcome, StoreError>> + Send;

    /// The room of this name.
    fn room(&self, name: &str) -> impl Future<Output = Result<Option<Room>, StoreError>> + Send;

    /// Makes a user a member, if the room is public or they are invited, and it is not full. One
    /// who is invisible becomes a member whom others do not see until they are visible again.
    fn join(
        &self,
        room_name: &str,
        user: &User,
        is_invited: bool,
        now_ms: i64,
    ) -> impl Future<Output = Result<JoinOutcome, StoreError>> + Send;

    /// Ends a membership; to others that of an invisible user goes on until they are visible again.
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

    /// Members by user id, as this user sees them.
    fn members(
        &self,
        room_name: &str,
        viewer_id: &str,
        offset: u32,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Member>, StoreError>> + Send;

    /// The rooms that a user is a member of, the most recently active first; with `since_ms`
    /// only those whose log has something after it.
    fn rooms_of(
        &self,
        user_id: &str,
        since_ms: Option<i64>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Room>, StoreError>> + Send;

    /// Makes changes in this order, all in one transaction: `seq` grows in the order of `changes`
    /// in each room. One outcome for each.
    fn write(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Vec<Outcome>, StoreError>> + Send;

    /// A page of a room's log; empty for an unknown room.
    fn history(
        &self,
        room_name: &str,
        range: HistoryRange,
        limit: PageLimit,
    ) -> impl Future<Output = Result<HistoryPage, StoreError>> + Send;

    /// How far a user has read in each of these rooms, and what is left; nothing for a room that
    /// they are no member of.
    fn standings(
        &self,
        user_id: &str,
        room_names: &[String],
    ) -> impl Future<Output = Result<Vec<Standing>, StoreError>> + Send;

    /// How far members of a room have come, by user id; members who showed no receipt are left out.
    fn cursors(
        &self,
        room_name: &str,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<MemberCursors>, StoreError>> + Send;

    /// How far messages of this author have come; `ids` are the server's or the author's own.
    /// What is unknown, or another's, is left out.
    fn progress(
        &self,
        author_id: &str,
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<Progress>, StoreError>> + Send;

    /// A user's settings, the defaults for one who never changed them.
    fn settings(
        &self,
        user_id: &str,
    ) -> impl Future<Output = Result<UserSettings, StoreError>> + Send;

    /// What decides over what others may know of these users, in this order.
    fn profiles(
        &self,
        user_ids: &[String],
    ) -> impl Future<Output = Result<Vec<Profile>, StoreError>> + Send;

    /// Whether the store answers.
    fn check(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends all work and closes files.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// Whether others see a member of this listing.
fn is_listed(listing: Listing) -> bool {
    listing != Listing::NotYet
}

/// Whether there is a membership behind this listing.
fn is_member(listing: Listing) -> bool {
    listing != Listing::Still
}

/// Whether this user sees a member.
fn is_seen_by(member: &Member, viewer_id: &str) -> bool {
    match member.user.id == viewer_id {
        true => is_member(member.listing),
        false => is_listed(member.listing),
    }
}

/// Whether someone with this role, or none, may find a room of this visibility.
fn may_find(visibility: RoomVisibility, role: Option<RoomRole>) -> bool {
    role.is_some() || visibility == RoomVisibility::Public
}

/// Whether a member of this role may write in a room of this kind.
fn may_write(kind: RoomType, role: RoomRole) -> bool {
    kind != RoomType::Broadcast || matches!(role, RoomRole::Admin | RoomRole::Moderator)
}
