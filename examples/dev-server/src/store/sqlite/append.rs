//! Appending to a room's log: the checks, the number and the row in one transaction.

use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::rows::{named, optional_named, place_from_row, to_json, unsigned};
use super::{clamped, users};
use crate::store::{
    Answered, NewMessage, Outcome, Place, Refused, StoreError, may_find, may_write,
};

pub(super) async fn append(
    transaction: &mut Transaction<'static, Sqlite>,
    message: NewMessage,
) -> Result<Outcome, StoreError> {
    let user_id = &message.body.user.id;
    if !users::pass_fence(transaction, user_id, message.fence.as_ref()).await? {
        return Ok(Outcome::Refused(Refused::Fenced));
    }
    if let Some(answered) = find_answer(transaction, user_id, &message.client_message_id).await? {
        return Ok(Outcome::Answered(answered));
    }
    let Some(log) = find_log(transaction, &message.room_name, user_id).await? else {
        return Ok(Outcome::Refused(Refused::RoomNotFound));
    };
    if !may_find(log.visibility, log.role) {
        return Ok(Outcome::Refused(Refused::RoomNotFound));
    }
    let Some(role) = log.role else {
        return Ok(Outcome::Refused(Refused::NotMember));
    };
    if !may_write(log.kind, role) {
        return Ok(Outcome::Refused(Refused::Forbidden));
    }
    if !has(transaction, user_id, message.after.as_deref()).await? {
        return Ok(Outcome::Refused(Refused::OutOfOrder));
    }
    let place = log.next_place(&message.message_id, message.timestamp_ms);
    insert(transaction, log.room_id, &place, &message).await?;
    Ok(Outcome::Appended(place))
}

/// A room as its log's writer sees it.
pub(super) struct Log {
    pub(super) room_id: i64,
    kind: RoomType,
    pub(super) visibility: RoomVisibility,
    pub(super) epoch: String,
    pub(super) head_seq: u64,
    last_active_at_ms: Option<i64>,
    /// The sender's.
    pub(super) role: Option<RoomRole>,
}

impl Log {
    /// A room's times never go back.
    pub(super) fn time(&self, now_ms: i64) -> i64 {
        self.last_active_at_ms
            .map_or(now_ms, |last| last.max(now_ms))
    }

    pub(super) fn next_place(&self, message_id: &str, now_ms: i64) -> Place {
        Place {
            message_id: message_id.to_owned(),
            seq: self.head_seq + 1,
            epoch: self.epoch.clone(),
            timestamp_ms: self.time(now_ms),
        }
    }
}

pub(super) async fn find_log(
    transaction: &mut Transaction<'static, Sqlite>,
    room_name: &str,
    user_id: &str,
) -> Result<Option<Log>, StoreError> {
    let row = sqlx::query(
        "SELECT id, kind, visibility, epoch, head_seq, last_active_at_ms,
                (SELECT role FROM members
                 WHERE room_id = rooms.id AND user_id = ?2 AND listing <> 2) AS role
         FROM rooms WHERE name = ?1",
    )
    .bind(room_name)
    .bind(user_id)
    .fetch_optional(&mut **transaction)
    .await?;
    row.map(|row| log_from_row(&row)).transpose()
}

fn log_from_row(row: &SqliteRow) -> Result<Log, StoreError> {
    Ok(Log {
        room_id: row.try_get("id")?,
        kind: named(row, "kind")?,
        visibility: named(row, "visibility")?,
        epoch: row.try_get("epoch")?,
        head_seq: unsigned(row, "head_seq")?,
        last_active_at_ms: row.try_get("last_active_at_ms")?,
        role: optional_named(row, "role")?,
    })
}

/// What this sender's id was answered, if it was used before: for a message, an operation, or
/// an operation that had nothing to change.
pub(super) async fn find_answer(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
    client_message_id: &str,
) -> Result<Option<Answered>, StoreError> {
    let row = sqlx::query(
        "SELECT message_id, seq, epoch, timestamp_ms, answers.version
         FROM (
             SELECT room_id, message_id, seq, timestamp_ms, NULL AS version FROM messages
             WHERE user_id = ?1 AND client_message_id = ?2
             UNION ALL
             SELECT room_id, message_id, seq, timestamp_ms,
                    CASE WHEN kind IN ('edit', 'delete') THEN version END FROM operations
             WHERE user_id = ?1 AND client_message_id = ?2
             UNION ALL
             SELECT room_id, message_id, seq, timestamp_ms, version FROM unchanged
             WHERE user_id = ?1 AND client_message_id = ?2
         ) AS answers JOIN rooms ON rooms.id = answers.room_id",
    )
    .bind(user_id)
    .bind(client_message_id)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let version: Option<i64> = row.try_get("version")?;
    Ok(Some(Answered {
        place: place_from_row(&row)?,
        version: version.and_then(|version| u64::try_from(version).ok()),
    }))
}

/// Whether what a sender names as the one before is stored; so is nothing.
pub(super) async fn has(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
    after: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(match after {
        None => true,
        Some(key) => find_answer(transaction, user_id, key).await?.is_some(),
    })
}

async fn insert(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    place: &Place,
    message: &NewMessage,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO messages
             (room_id, seq, message_id, user_id, client_message_id, timestamp_ms, body)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(room_id)
    .bind(clamped(place.seq))
    .bind(&place.message_id)
    .bind(&message.body.user.id)
    .bind(&message.client_message_id)
    .bind(place.timestamp_ms)
    .bind(to_json(&message.body, "the body of a new message")?)
    .execute(&mut **transaction)
    .await?;
    for user_id in message.mentioned() {
        sqlx::query("INSERT INTO mentions (room_id, user_id, seq) VALUES (?, ?, ?)")
            .bind(room_id)
            .bind(user_id)
            .bind(clamped(place.seq))
            .execute(&mut **transaction)
            .await?;
    }
    sqlx::query(
        "UPDATE rooms SET head_seq = ?1, last_message_at_ms = ?2, last_active_at_ms = ?2
         WHERE id = ?3",
    )
    .bind(clamped(place.seq))
    .bind(place.timestamp_ms)
    .bind(room_id)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
