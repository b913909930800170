//! What is read from the tables, and how a row becomes a value.

use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::core::User;
use crate::store::{Member, Receipt, Room, StoreError, StoredMessage};

pub(super) const ROOM_BY_NAME: &str = "
SELECT id, name, kind, visibility, max_members, epoch, head_seq, last_message_at_ms,
       (SELECT count(*) FROM members WHERE room_id = rooms.id) AS member_count
FROM rooms WHERE name = ?";

pub(super) const ROOMS_OF_USER: &str = "
SELECT id, name, kind, visibility, max_members, epoch, head_seq, last_message_at_ms,
       (SELECT count(*) FROM members AS others WHERE others.room_id = rooms.id) AS member_count
FROM rooms JOIN members ON members.room_id = rooms.id
WHERE members.user_id = ?1 AND (?2 IS NULL OR last_message_at_ms > ?2)
ORDER BY last_message_at_ms DESC NULLS LAST, name LIMIT ?3";

pub(super) const MEMBER: &str = "
SELECT user_id, user_name, user_avatar, role, joined_at_ms
FROM members JOIN rooms ON rooms.id = members.room_id
WHERE rooms.name = ? AND user_id = ?";

pub(super) const MEMBERS: &str = "
SELECT user_id, user_name, user_avatar, role, joined_at_ms
FROM members JOIN rooms ON rooms.id = members.room_id
WHERE rooms.name = ? ORDER BY user_id LIMIT ? OFFSET ?";

pub(super) const HISTORY_BEFORE: &str = "
SELECT message_id, seq, epoch, timestamp_ms, client_message_id, body
FROM messages JOIN rooms ON rooms.id = messages.room_id
WHERE rooms.name = ? AND seq < ? ORDER BY seq DESC LIMIT ?";

pub(super) const HISTORY_AFTER: &str = "
SELECT message_id, seq, epoch, timestamp_ms, client_message_id, body
FROM messages JOIN rooms ON rooms.id = messages.room_id
WHERE rooms.name = ? AND seq > ? ORDER BY seq LIMIT ?";

pub(super) const HISTORY_SINCE: &str = "
SELECT message_id, seq, epoch, timestamp_ms, client_message_id, body
FROM messages JOIN rooms ON rooms.id = messages.room_id
WHERE rooms.name = ? AND timestamp_ms > ? ORDER BY seq LIMIT ?";

/// A room and the key of its row.
pub(super) struct RoomRow {
    pub(super) id: i64,
    pub(super) room: Room,
}

pub(super) fn room_from_row(row: &SqliteRow) -> Result<RoomRow, StoreError> {
    let room = Room {
        name: row.try_get("name")?,
        kind: named::<RoomType>(row, "kind")?,
        visibility: named::<RoomVisibility>(row, "visibility")?,
        max_members: row.try_get("max_members")?,
        epoch: row.try_get("epoch")?,
        head_seq: unsigned(row, "head_seq")?,
        last_message_at_ms: row.try_get("last_message_at_ms")?,
        member_count: row.try_get("member_count")?,
    };
    Ok(RoomRow {
        id: row.try_get("id")?,
        room,
    })
}

pub(super) fn member_from_row(row: &SqliteRow) -> Result<Member, StoreError> {
    let user = User {
        id: row.try_get("user_id")?,
        name: row.try_get("user_name")?,
        avatar: row.try_get("user_avatar")?,
    };
    let role = named::<RoomRole>(row, "role")?;
    Ok(Member {
        user,
        role,
        joined_at_ms: row.try_get("joined_at_ms")?,
    })
}

pub(super) fn receipt_from_row(row: &SqliteRow) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        message_id: row.try_get("message_id")?,
        seq: unsigned(row, "seq")?,
        epoch: row.try_get("epoch")?,
        timestamp_ms: row.try_get("timestamp_ms")?,
    })
}

/// A message with the size of its stored body in bytes.
pub(super) fn message_from_row(row: &SqliteRow) -> Result<(usize, StoredMessage), StoreError> {
    let body: String = row.try_get("body")?;
    let message = StoredMessage {
        receipt: receipt_from_row(row)?,
        client_message_id: row.try_get("client_message_id")?,
        body: serde_json::from_str(&body)
            .map_err(|_| StoreError::Corrupt("the body of a message".to_owned()))?,
    };
    Ok((body.len(), message))
}

/// A column that holds one of a list of names.
pub(super) fn named<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    optional_named(row, column)?.ok_or_else(|| StoreError::Corrupt(format!("column {column}")))
}

/// As [`named`], where the column may be null.
pub(super) fn optional_named<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> Result<Option<T>, StoreError> {
    let name: Option<String> = row.try_get(column)?;
    let Some(name) = name else {
        return Ok(None);
    };
    let deserializer: StrDeserializer<'_, serde::de::value::Error> =
        name.as_str().into_deserializer();
    let value = T::deserialize(deserializer);
    value
        .map(Some)
        .map_err(|_| StoreError::Corrupt(format!("column {column}")))
}

/// A column that is never negative.
pub(super) fn unsigned(row: &SqliteRow, column: &str) -> Result<u64, StoreError> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|_| StoreError::Corrupt(format!("column {column}")))
}
