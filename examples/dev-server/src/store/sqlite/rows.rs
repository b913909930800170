//! What is read from the tables, and how a row becomes a value.

use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};
use serde::Serialize;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::core::User;
use crate::store::{
    Listing, Member, OperationKind, Place, Room, StoreError, StoredMessage, StoredOperation,
};

pub(super) const ROOM_BY_NAME: &str = "
SELECT id, name, kind, visibility, max_members, epoch, head_seq, last_message_at_ms,
       last_active_at_ms,
       (SELECT count(*) FROM members WHERE room_id = rooms.id AND listing <> 1) AS member_count
FROM rooms WHERE name = ?";

pub(super) const ROOMS_OF_USER: &str = "
SELECT id, name, kind, visibility, max_members, epoch, head_seq, last_message_at_ms,
       last_active_at_ms,
       (SELECT count(*) FROM members AS others
        WHERE others.room_id = rooms.id AND (others.listing <> 1 OR others.user_id = ?1))
           AS member_count
FROM rooms JOIN members ON members.room_id = rooms.id
WHERE members.user_id = ?1 AND members.listing <> 2 AND (?2 IS NULL OR last_active_at_ms > ?2)
ORDER BY last_active_at_ms DESC NULLS LAST, name LIMIT ?3";

pub(super) const MEMBER: &str = "
SELECT user_id, user_name, user_avatar, role, joined_at_ms, listing
FROM members JOIN rooms ON rooms.id = members.room_id
WHERE rooms.name = ? AND user_id = ? AND listing <> 2";

pub(super) const MEMBERS: &str = "
SELECT user_id, user_name, user_avatar, role, joined_at_ms, listing
FROM members JOIN rooms ON rooms.id = members.room_id
WHERE rooms.name = ?1 AND CASE user_id WHEN ?2 THEN listing <> 2 ELSE listing <> 1 END
ORDER BY user_id LIMIT ?3 OFFSET ?4";

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
        last_active_at_ms: row.try_get("last_active_at_ms")?,
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
        listing: Listing::from_number(row.try_get("listing")?),
    })
}

pub(super) fn place_from_row(row: &SqliteRow) -> Result<Place, StoreError> {
    Ok(Place {
        message_id: row.try_get("message_id")?,
        seq: unsigned(row, "seq")?,
        epoch: row.try_get("epoch")?,
        timestamp_ms: row.try_get("timestamp_ms")?,
    })
}

/// A message, of the columns of `messages` and its room's `epoch`.
pub(super) fn message_from_row(row: &SqliteRow) -> Result<StoredMessage, StoreError> {
    let reactions: Option<String> = row.try_get("reactions")?;
    Ok(StoredMessage {
        place: place_from_row(row)?,
        client_message_id: row.try_get("client_message_id")?,
        body: from_json(row.try_get("body")?, "the body of a message")?,
        version: unsigned(row, "version")?,
        edited_at_ms: row.try_get("edited_at_ms")?,
        is_deleted: row.try_get("is_deleted")?,
        reactions: match &reactions {
            Some(reactions) => from_json(reactions, "the reactions of a message")?,
            None => Vec::new(),
        },
    })
}

/// An operation, of the columns of `operations` and its room's `epoch`.
pub(super) fn operation_from_row(row: &SqliteRow) -> Result<StoredOperation, StoreError> {
    let text: String = row.try_get("text")?;
    let kind: String = row.try_get("kind")?;
    Ok(StoredOperation {
        place: place_from_row(row)?,
        client_message_id: row.try_get("client_message_id")?,
        user: User {
            name: row.try_get("user_name")?,
            ..User::from_id(row.try_get::<String, _>("user_id")?)
        },
        kind: match kind.as_str() {
            EDIT => OperationKind::Edit {
                content: text,
                base_version: None,
            },
            DELETE => OperationKind::Delete,
            REACT => OperationKind::React(text),
            UNREACT => OperationKind::Unreact(text),
            _ => return Err(StoreError::Corrupt("the kind of an operation".to_owned())),
        },
        version: unsigned(row, "version")?,
    })
}

/// The columns `kind` and `text` of an operation.
pub(super) fn operation_columns(kind: &OperationKind) -> (&'static str, &str) {
    match kind {
        OperationKind::Edit { content, .. } => (EDIT, content),
        OperationKind::Delete => (DELETE, ""),
        OperationKind::React(emoji) => (REACT, emoji),
        OperationKind::Unreact(emoji) => (UNREACT, emoji),
    }
}

const EDIT: &str = "edit";
const DELETE: &str = "delete";
const REACT: &str = "react";
const UNREACT: &str = "unreact";

pub(super) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt(what.to_owned()))
}

pub(super) fn to_json<T: Serialize>(value: &T, what: &str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt(what.to_owned()))
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
