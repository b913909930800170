//! Appending to a room's log: the check, the number and the row in one transaction.

use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::clamped;
use super::rows::{named, optional_named, receipt_from_row, unsigned};
use crate::store::{AppendOutcome, NewMessage, Receipt, StoreError, may_find, may_write};

pub(super) async fn append(
    transaction: &mut Transaction<'static, Sqlite>,
    message: NewMessage,
) -> Result<AppendOutcome, StoreError> {
    let user_id = &message.body.user.id;
    if let Some(receipt) = find_receipt(transaction, user_id, &message.client_message_id).await? {
        return Ok(AppendOutcome::Duplicate(receipt));
    }
    let Some(log) = find_log(transaction, &message.room_name, user_id).await? else {
        return Ok(AppendOutcome::RoomNotFound);
    };
    if !may_find(log.visibility, log.role) {
        return Ok(AppendOutcome::RoomNotFound);
    }
    let Some(role) = log.role else {
        return Ok(AppendOutcome::NotMember);
    };
    if !may_write(log.kind, role) {
        return Ok(AppendOutcome::ReadOnly);
    }
    let newest_ms = log.last_message_at_ms.unwrap_or(message.timestamp_ms);
    let receipt = Receipt {
        message_id: message.message_id.clone(),
        seq: log.head_seq + 1,
        epoch: log.epoch,
        timestamp_ms: newest_ms.max(message.timestamp_ms),
    };
    insert(transaction, log.room_id, &receipt, &message).await?;
    Ok(AppendOutcome::Appended(receipt))
}

/// A room as its log's writer sees it.
struct Log {
    room_id: i64,
    kind: RoomType,
    visibility: RoomVisibility,
    epoch: String,
    head_seq: u64,
    last_message_at_ms: Option<i64>,
    /// The sender's.
    role: Option<RoomRole>,
}

async fn find_log(
    transaction: &mut Transaction<'static, Sqlite>,
    room_name: &str,
    user_id: &str,
) -> Result<Option<Log>, StoreError> {
    let row = sqlx::query(
        "SELECT id, kind, visibility, epoch, head_seq, last_message_at_ms,
                (SELECT role FROM members WHERE room_id = rooms.id AND user_id = ?2) AS role
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
        last_message_at_ms: row.try_get("last_message_at_ms")?,
        role: optional_named(row, "role")?,
    })
}

async fn find_receipt(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
    client_message_id: &str,
) -> Result<Option<Receipt>, StoreError> {
    let row = sqlx::query(
        "SELECT message_id, seq, epoch, timestamp_ms
         FROM messages JOIN rooms ON rooms.id = messages.room_id
         WHERE user_id = ? AND client_message_id = ?",
    )
    .bind(user_id)
    .bind(client_message_id)
    .fetch_optional(&mut **transaction)
    .await?;
    row.map(|row| receipt_from_row(&row)).transpose()
}

async fn insert(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    receipt: &Receipt,
    message: &NewMessage,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(&message.body)
        .map_err(|_| StoreError::Corrupt("the body of a new message".to_owned()))?;
    sqlx::query(
        "INSERT INTO messages
             (room_id, seq, message_id, user_id, client_message_id, timestamp_ms, body)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(room_id)
    .bind(clamped(receipt.seq))
    .bind(&receipt.message_id)
    .bind(&message.body.user.id)
    .bind(&message.client_message_id)
    .bind(receipt.timestamp_ms)
    .bind(body)
    .execute(&mut **transaction)
    .await?;
    sqlx::query("UPDATE rooms SET head_seq = ?, last_message_at_ms = ? WHERE id = ?")
        .bind(clamped(receipt.seq))
        .bind(receipt.timestamp_ms)
        .bind(room_id)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
