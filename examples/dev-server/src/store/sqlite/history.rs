//! Pages of a log.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::clamped;
use super::rows::{message_from_row, operation_from_row, unsigned};
use crate::store::page::{Entry, in_order};
use crate::store::{HistoryPage, HistoryRange, PageLimit, StoreError};

const MESSAGES_BEFORE: &str = "
SELECT messages.*, rooms.epoch FROM messages JOIN rooms ON rooms.id = messages.room_id
WHERE room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?";

const MESSAGES_AFTER: &str = "
SELECT messages.*, rooms.epoch FROM messages JOIN rooms ON rooms.id = messages.room_id
WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?";

const MESSAGES_SINCE: &str = "
SELECT messages.*, rooms.epoch FROM messages JOIN rooms ON rooms.id = messages.room_id
WHERE room_id = ? AND timestamp_ms > ? ORDER BY seq LIMIT ?";

const OPERATIONS_AFTER: &str = "
SELECT operations.*, rooms.epoch FROM operations JOIN rooms ON rooms.id = operations.room_id
WHERE room_id = ? AND seq > ? ORDER BY seq LIMIT ?";

type Sized = (usize, Entry);

pub(super) async fn page(
    snapshot: &mut Transaction<'static, Sqlite>,
    room_name: &str,
    range: HistoryRange,
    limit: PageLimit,
) -> Result<HistoryPage, StoreError> {
    let row = sqlx::query("SELECT id, head_seq FROM rooms WHERE name = ?")
        .bind(room_name)
        .fetch_optional(&mut **snapshot)
        .await?;
    let Some(row) = row else {
        return Ok(HistoryPage::default());
    };
    let room_id: i64 = row.try_get("id")?;
    let head_seq = unsigned(&row, "head_seq")?;
    let (query, bound) = match range {
        HistoryRange::Newest => (MESSAGES_BEFORE, i64::MAX),
        HistoryRange::BeforeSeq(seq) => (MESSAGES_BEFORE, clamped(seq)),
        HistoryRange::AfterSeq(seq) => (MESSAGES_AFTER, clamped(seq)),
        HistoryRange::Since(time_ms) => (MESSAGES_SINCE, time_ms),
    };
    // One more than asked for tells whether there is more.
    let count = limit.entries.saturating_add(1);
    let mut rows = async |query, read: fn(&SqliteRow) -> Result<Sized, StoreError>| {
        let rows = sqlx::query(query)
            .bind(room_id)
            .bind(bound)
            .bind(count)
            .fetch_all(&mut **snapshot)
            .await?;
        rows.iter().map(read).collect::<Result<Vec<_>, _>>()
    };
    let messages = rows(query, sized_message).await?;
    let operations = match range {
        HistoryRange::AfterSeq(_) => rows(OPERATIONS_AFTER, sized_operation).await?,
        _ => Vec::new(),
    };
    let entries = in_order(messages.into_iter(), operations.into_iter());
    Ok(range.fill(limit, head_seq, entries))
}

fn sized_message(row: &SqliteRow) -> Result<Sized, StoreError> {
    let message = message_from_row(row)?;
    Ok((message.size(), Entry::Message(message)))
}

fn sized_operation(row: &SqliteRow) -> Result<Sized, StoreError> {
    let operation = operation_from_row(row)?;
    Ok((operation.size(), Entry::Operation(operation)))
}
