//! How far messages have come: counted by everybody's cursors.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use nchat_realtime::wire::limits::MAX_BATCH_RECEIPT_IDS;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::cursors::member_from_row;
use super::rows::unsigned;
use super::{clamped, users};
use crate::store::cursor::{Counted, Tally};
use crate::store::{Covered, Progress, StoreError};

/// The newest messages of each author after `range.0` and up to `range.1`, of what the member
/// could know; with whether the author may know of reading.
pub(super) async fn covered(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    user_id: &str,
    range: (u64, u64),
) -> Result<Vec<(Covered, bool)>, StoreError> {
    if range.0 >= range.1 {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "SELECT * FROM (
             SELECT messages.message_id, messages.client_message_id, messages.user_id,
                    messages.seq, messages.timestamp_ms,
                    row_number() OVER (PARTITION BY messages.user_id ORDER BY seq DESC) AS number
             FROM messages JOIN members ON members.room_id = ?1 AND members.user_id = ?2
             WHERE messages.room_id = ?1 AND seq > max(?3, joined_seq) AND seq <= ?4
               AND messages.user_id <> ?2 AND is_deleted = 0
         ) WHERE number <= ?5 ORDER BY user_id, seq",
    )
    .bind(room_id)
    .bind(user_id)
    .bind(clamped(range.0))
    .bind(clamped(range.1))
    .bind(MAX_BATCH_RECEIPT_IDS as i64)
    .fetch_all(&mut **transaction)
    .await?;
    let mut by_author: BTreeMap<String, Vec<Counted>> = BTreeMap::new();
    for row in &rows {
        let message = counted_from_row(row)?;
        let messages = by_author.entry(message.author_id.clone()).or_default();
        messages.push(message);
    }
    if by_author.is_empty() {
        return Ok(Vec::new());
    }
    let tally = tally(transaction, room_id).await?;
    let mut covered = Vec::with_capacity(by_author.len());
    for (author_id, messages) in by_author {
        let author = Author::find(transaction, room_id, &author_id).await?;
        let messages = messages
            .into_iter()
            .map(|message| author.progress(&tally, message))
            .collect();
        let one = Covered {
            author_id,
            messages,
        };
        covered.push((one, author.sees_reads));
    }
    Ok(covered)
}

pub(super) async fn of_messages(
    snapshot: &mut Transaction<'static, Sqlite>,
    author_id: &str,
    ids: &[String],
) -> Result<Vec<Progress>, StoreError> {
    let mut rooms: BTreeMap<i64, (Tally, Author)> = BTreeMap::new();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let row = sqlx::query(
            "SELECT * FROM messages WHERE user_id = ?1 AND client_message_id = ?2
             UNION ALL
             SELECT * FROM messages WHERE user_id = ?1 AND message_id = ?2 LIMIT 1",
        )
        .bind(author_id)
        .bind(id)
        .fetch_optional(&mut **snapshot)
        .await?;
        let Some(row) = row else {
            continue;
        };
        let room_id: i64 = row.try_get("room_id")?;
        let (tally, author) = match rooms.entry(room_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(room) => {
                let tally = tally(snapshot, room_id).await?;
                let author = Author::find(snapshot, room_id, author_id).await?;
                room.insert((tally, author))
            }
        };
        found.push(author.progress(tally, counted_from_row(&row)?));
    }
    Ok(found)
}

/// Whose messages are counted.
struct Author {
    is_member: bool,
    sees_reads: bool,
}

impl Author {
    async fn find(
        transaction: &mut Transaction<'static, Sqlite>,
        room_id: i64,
        user_id: &str,
    ) -> Result<Self, StoreError> {
        let membership =
            sqlx::query("SELECT 1 FROM members WHERE room_id = ? AND user_id = ? AND listing <> 1")
                .bind(room_id)
                .bind(user_id)
                .fetch_optional(&mut **transaction)
                .await?;
        let settings = users::settings(transaction, user_id).await?;
        Ok(Self {
            is_member: membership.is_some(),
            sees_reads: settings.allow_read_receipts,
        })
    }

    fn progress(&self, tally: &Tally, message: Counted) -> Progress {
        tally.progress(message, self.is_member, self.sees_reads)
    }
}

async fn tally(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
) -> Result<Tally, StoreError> {
    let rows = sqlx::query(
        "SELECT cursors.* FROM cursors JOIN members USING (room_id, user_id)
         WHERE room_id = ? AND listing <> 1",
    )
    .bind(room_id)
    .fetch_all(&mut **transaction)
    .await?;
    let members = rows.iter().map(member_from_row).collect::<Result<_, _>>()?;
    let count = sqlx::query("SELECT count(*) FROM members WHERE room_id = ? AND listing <> 1")
        .bind(room_id)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(Tally::new(count.try_get(0)?, members))
}

fn counted_from_row(row: &SqliteRow) -> Result<Counted, StoreError> {
    Ok(Counted {
        author_id: row.try_get("user_id")?,
        message_id: row.try_get("message_id")?,
        client_message_id: row.try_get("client_message_id")?,
        seq: unsigned(row, "seq")?,
        timestamp_ms: row.try_get("timestamp_ms")?,
    })
}
