//! The embedded store: one SQLite file in WAL mode, synchronised before a commit returns.

mod answers;
mod append;
mod cursors;
mod history;
mod operate;
mod progress;
mod rows;
mod schema;
mod users;

use std::iter::Peekable;
use std::path::Path;
use std::time::Duration;
use std::vec::IntoIter;

use nchat_realtime::wire::room::RoomRole;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use super::{
    Change, CreateOutcome, HistoryPage, HistoryRange, JoinOutcome, LeaveOutcome, Listing, Member,
    MemberCursors, NewRoom, Outcome, PageLimit, Profile, Progress, Room, Standing, Store,
    StoreError, UserSettings, may_find,
};
use crate::core::User;
use rows::{RoomRow, member_from_row, room_from_row};

/// Connections that only read, beside the one that writes.
const READERS: u32 = 4;
/// How long a statement waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Rooms, members and messages in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    /// A single connection, so that writers queue here and never fail on a lock.
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens or makes the file, and brings its schema up to date.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        schema::migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.create_if_missing(false))
            .await?;
        Ok(Self { writer, readers })
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Everything read in it is of the same moment.
    async fn snapshot(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }
}

impl Store for SqliteStore {
    async fn create_room(
        &self,
        room: NewRoom,
        mut members: Vec<Member>,
    ) -> Result<CreateOutcome, StoreError> {
        let mut transaction = self.begin().await?;
        if let [alone] = members.as_mut_slice()
            && users::settings(&mut transaction, &alone.user.id)
                .await?
                .invisible_mode
        {
            alone.listing = Listing::NotYet;
        }
        let inserted = sqlx::query(
            "INSERT INTO rooms (name, kind, visibility, max_members, epoch)
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&room.name)
        .bind(room.kind.as_str())
        .bind(room.visibility.as_str())
        .bind(room.max_members)
        .bind(&room.epoch)
        .execute(&mut *transaction)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(CreateOutcome::Exists);
        }
        let room_id = inserted.last_insert_rowid();
        for member in &members {
            insert_member(&mut transaction, room_id, member).await?;
        }
        transaction.commit().await?;
        Ok(CreateOutcome::Created)
    }

    async fn room(&self, name: &str) -> Result<Option<Room>, StoreError> {
        let row = sqlx::query(rows::ROOM_BY_NAME)
            .bind(name)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| room_from_row(&row).map(|found| found.room))
            .transpose()
    }

    async fn join(
        &self,
        room_name: &str,
        user: &User,
        is_invited: bool,
        now_ms: i64,
    ) -> Result<JoinOutcome, StoreError> {
        let mut transaction = self.begin().await?;
        let Some(RoomRow { id, room }) = find_room(&mut transaction, room_name).await? else {
            return Ok(JoinOutcome::NotFound);
        };
        let is_invisible = users::settings(&mut transaction, &user.id)
            .await?
            .invisible_mode;
        // Of one who is invisible others see what they saw. What ended unseen goes on.
        let known = match is_invisible {
            true => sqlx::query(
                "UPDATE members SET listing = CASE listing WHEN 2 THEN 0 ELSE listing END
                 WHERE room_id = ?1 AND user_id = ?2",
            )
            .bind(id)
            .bind(&user.id),
            false => sqlx::query(
                "UPDATE members SET user_name = ?3, user_avatar = ?4
                 WHERE room_id = ?1 AND user_id = ?2",
            )
            .bind(id)
            .bind(&user.id)
            .bind(&user.name)
            .bind(&user.avatar),
        };
        let known = known.execute(&mut *transaction).await?;
        let outcome = if known.rows_affected() > 0 {
            JoinOutcome::AlreadyMember
        } else if !is_invited && !may_find(room.visibility, None) {
            return Ok(JoinOutcome::NotFound);
        } else if room.max_members.is_some_and(|max| room.member_count >= max) {
            return Ok(JoinOutcome::Full);
        } else {
            let member = Member {
                user: user.clone(),
                role: RoomRole::Member,
                joined_at_ms: now_ms,
                listing: match is_invisible {
                    true => Listing::NotYet,
                    false => Listing::Shown,
                },
            };
            insert_member(&mut transaction, id, &member).await?;
            match is_invisible {
                true => JoinOutcome::JoinedUnseen,
                false => JoinOutcome::Joined,
            }
        };
        transaction.commit().await?;
        Ok(outcome)
    }

    async fn leave(&self, room_name: &str, user_id: &str) -> Result<LeaveOutcome, StoreError> {
        let mut transaction = self.begin().await?;
        let Some(RoomRow { id, room }) = find_room(&mut transaction, room_name).await? else {
            return Ok(LeaveOutcome::NotFound);
        };
        let is_invisible = users::settings(&mut transaction, user_id)
            .await?
            .invisible_mode;
        let kept = match is_invisible {
            true => sqlx::query(
                "UPDATE members SET listing = 2
                 WHERE room_id = ? AND user_id = ? AND listing = 0",
            )
            .bind(id)
            .bind(user_id)
            .execute(&mut *transaction)
            .await?
            .rows_affected(),
            false => 0,
        };
        let deleted = match kept {
            0 => sqlx::query(
                "DELETE FROM members WHERE room_id = ? AND user_id = ? AND listing <> 2",
            )
            .bind(id)
            .bind(user_id)
            .execute(&mut *transaction)
            .await?
            .rows_affected(),
            _ => 0,
        };
        transaction.commit().await?;
        Ok(if kept + deleted > 0 && is_invisible {
            LeaveOutcome::LeftUnseen
        } else if deleted > 0 {
            LeaveOutcome::Left
        } else if may_find(room.visibility, None) {
            LeaveOutcome::NotMember
        } else {
            LeaveOutcome::NotFound
        })
    }

    async fn member(&self, room_name: &str, user_id: &str) -> Result<Option<Member>, StoreError> {
        let row = sqlx::query(rows::MEMBER)
            .bind(room_name)
            .bind(user_id)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| member_from_row(&row)).transpose()
    }

    async fn members(
        &self,
        room_name: &str,
        viewer_id: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let rows = sqlx::query(rows::MEMBERS)
            .bind(room_name)
            .bind(viewer_id)
            .bind(limit)
            .bind(offset)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(member_from_row).collect()
    }

    async fn rooms_of(
        &self,
        user_id: &str,
        since_ms: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Room>, StoreError> {
        let rows = sqlx::query(rows::ROOMS_OF_USER)
            .bind(user_id)
            .bind(since_ms)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| room_from_row(row).map(|found| found.room))
            .collect()
    }

    async fn write(&self, changes: Vec<Change>) -> Result<Vec<Outcome>, StoreError> {
        let mut transaction = self.begin().await?;
        let mut outcomes = Vec::with_capacity(changes.len());
        let mut changes = changes.into_iter().peekable();
        while let Some(change) = changes.next() {
            outcomes.append(&mut make(&mut transaction, change, &mut changes).await?);
        }
        transaction.commit().await?;
        Ok(outcomes)
    }

    async fn history(
        &self,
        room_name: &str,
        range: HistoryRange,
        limit: PageLimit,
    ) -> Result<HistoryPage, StoreError> {
        history::page(&mut self.snapshot().await?, room_name, range, limit).await
    }

    async fn standings(
        &self,
        user_id: &str,
        room_names: &[String],
    ) -> Result<Vec<Standing>, StoreError> {
        cursors::standings(&mut self.snapshot().await?, room_names, user_id).await
    }

    async fn cursors(&self, room_name: &str, limit: u32) -> Result<Vec<MemberCursors>, StoreError> {
        cursors::of_members(&mut self.snapshot().await?, room_name, limit).await
    }

    async fn progress(&self, author_id: &str, ids: &[String]) -> Result<Vec<Progress>, StoreError> {
        progress::of_messages(&mut self.snapshot().await?, author_id, ids).await
    }

    async fn settings(&self, user_id: &str) -> Result<UserSettings, StoreError> {
        users::settings(&mut self.snapshot().await?, user_id).await
    }

    async fn profiles(&self, user_ids: &[String]) -> Result<Vec<Profile>, StoreError> {
        users::profiles(&mut self.snapshot().await?, user_ids).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes a change; of a message, those that come right after it as well.
async fn make(
    transaction: &mut Transaction<'static, Sqlite>,
    change: Change,
    rest: &mut Peekable<IntoIter<Change>>,
) -> Result<Vec<Outcome>, StoreError> {
    let outcome = match change {
        Change::Message(message) => {
            let mut messages = vec![*message];
            let is_message = |next: &Change| matches!(next, Change::Message(_));
            while let Some(Change::Message(message)) = rest.next_if(is_message) {
                messages.push(*message);
            }
            return append::append(transaction, messages).await;
        }
        Change::Operation(operation) => operate::operate(transaction, *operation).await?,
        Change::Cursor(cursor) => cursors::advance(transaction, &cursor).await?,
        Change::Settings(change) => users::change_settings(transaction, &change).await?,
        Change::Presence(change) => users::change_presence(transaction, &change).await?,
        Change::Relation(change) => users::change_relation(transaction, &change).await?,
        Change::Fence { user_id, fence } => {
            users::pass_fence(transaction, &user_id, Some(&fence)).await?;
            Outcome::Fenced
        }
    };
    Ok(vec![outcome])
}

async fn find_room(
    transaction: &mut Transaction<'static, Sqlite>,
    name: &str,
) -> Result<Option<RoomRow>, StoreError> {
    let row = sqlx::query(rows::ROOM_BY_NAME)
        .bind(name)
        .fetch_optional(&mut **transaction)
        .await?;
    row.map(|row| room_from_row(&row)).transpose()
}

async fn insert_member(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    member: &Member,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO members
             (room_id, user_id, user_name, user_avatar, role, joined_at_ms, listing, joined_seq)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT head_seq FROM rooms WHERE id = ?1))
         ON CONFLICT (room_id, user_id) DO NOTHING",
    )
    .bind(room_id)
    .bind(&member.user.id)
    .bind(&member.user.name)
    .bind(&member.user.avatar)
    .bind(member.role.as_str())
    .bind(member.joined_at_ms)
    .bind(member.listing.number())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// SQLite's integers are signed.
fn clamped(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
