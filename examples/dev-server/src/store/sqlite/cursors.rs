//! Cursors: moving one, and what is left for its owner.

use nchat_realtime::wire::limits::MAX_UNREAD_COUNT;
use nchat_realtime::wire::room::RoomType;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::append::{Log, find_log};
use super::rows::{to_json, unsigned};
use super::{clamped, progress, users};
use crate::store::cursor::ShownReceipt;
use crate::store::{
    Covered, Cursors, MemberCursors, Moved, NewCursor, Outcome, Refused, Standing, StoreError,
    UpTo, may_find,
};

pub(super) async fn advance(
    transaction: &mut Transaction<'static, Sqlite>,
    change: &NewCursor,
) -> Result<Outcome, StoreError> {
    let user_id = &change.user_id;
    let log = find_log(transaction, &change.room_name, user_id).await?;
    let Some(log) = log.filter(|log| may_find(log.visibility, log.role)) else {
        return Ok(Outcome::Refused(Refused::RoomNotFound));
    };
    if log.role.is_none() {
        return Ok(Outcome::Refused(Refused::NotMember));
    }
    let Some(up_to) = place_of(transaction, log.room_id, &change.up_to).await? else {
        return Ok(Outcome::Refused(Refused::MessageNotFound));
    };
    let shown = match log.kind {
        RoomType::Dm if is_blocked(transaction, change).await? => ShownReceipt::NOTHING,
        _ => ShownReceipt::from(users::settings(transaction, user_id).await?),
    };
    let before = of_user(transaction, log.room_id, user_id).await?;
    let up_to = up_to.min(log.head_seq);
    let after = before.advanced(change.kind, up_to, shown, change.now_ms);
    if after != before {
        store(transaction, log.room_id, user_id, &after).await?;
    }
    let moved = moved(transaction, &log, change, before, after).await?;
    Ok(Outcome::Moved(Box::new(moved)))
}

/// Whether the two of a direct conversation are apart.
async fn is_blocked(
    transaction: &mut Transaction<'static, Sqlite>,
    change: &NewCursor,
) -> Result<bool, StoreError> {
    let blocked = users::blocked_in(transaction, &change.room_name, &change.user_id).await?;
    Ok(!blocked.is_empty())
}

async fn moved(
    transaction: &mut Transaction<'static, Sqlite>,
    log: &Log,
    change: &NewCursor,
    before: Cursors,
    after: Cursors,
) -> Result<Moved, StoreError> {
    let user_id = &change.user_id;
    let mut moved = Moved {
        cursors: after,
        standing: None,
        delivered: Vec::new(),
        read: Vec::new(),
    };
    if after.read_up_to > before.read_up_to {
        moved.standing = standing(transaction, &change.room_name, user_id).await?;
    }
    let read = (before.shown_up_to, after.shown_up_to);
    for (covered, sees_reads) in progress::covered(transaction, log.room_id, user_id, read).await? {
        moved.read.extend(sees_reads.then_some(covered));
    }
    let delivered = (before.shown_delivered_up_to, after.shown_delivered_up_to);
    for (covered, _) in progress::covered(transaction, log.room_id, user_id, delivered).await? {
        let is_told = |one: &Covered| one.author_id == covered.author_id;
        if !moved.read.iter().any(is_told) {
            moved.delivered.push(covered);
        }
    }
    Ok(moved)
}

/// The `seq` that a receipt names; of unknown messages none.
async fn place_of(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    up_to: &UpTo,
) -> Result<Option<u64>, StoreError> {
    let ids = match up_to {
        UpTo::Seq(seq) => return Ok(Some(*seq)),
        UpTo::Messages(ids) => ids,
    };
    let mut newest = None;
    for id in ids {
        let row = sqlx::query("SELECT seq FROM messages WHERE message_id = ? AND room_id = ?")
            .bind(id)
            .bind(room_id)
            .fetch_optional(&mut **transaction)
            .await?;
        newest = newest.max(row.map(|row| unsigned(&row, "seq")).transpose()?);
    }
    Ok(newest)
}

async fn of_user(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    user_id: &str,
) -> Result<Cursors, StoreError> {
    let row = sqlx::query("SELECT * FROM cursors WHERE room_id = ? AND user_id = ?")
        .bind(room_id)
        .bind(user_id)
        .fetch_optional(&mut **transaction)
        .await?;
    row.map_or(Ok(Cursors::default()), |row| from_row(&row))
}

fn from_row(row: &SqliteRow) -> Result<Cursors, StoreError> {
    Ok(Cursors {
        delivered_up_to: unsigned(row, "delivered_up_to")?,
        read_up_to: unsigned(row, "read_up_to")?,
        shown_up_to: unsigned(row, "shown_up_to")?,
        delivered_at_ms: row.try_get("delivered_at_ms")?,
        shown_at_ms: row.try_get("shown_at_ms")?,
        shown_delivered_up_to: unsigned(row, "shown_delivered_up_to")?,
        shown_delivered_at_ms: row.try_get("shown_delivered_at_ms")?,
    })
}

async fn store(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    user_id: &str,
    cursors: &Cursors,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO cursors
             (room_id, user_id, delivered_up_to, read_up_to, shown_up_to, delivered_at_ms,
              shown_at_ms, shown_delivered_up_to, shown_delivered_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(room_id)
    .bind(user_id)
    .bind(clamped(cursors.delivered_up_to))
    .bind(clamped(cursors.read_up_to))
    .bind(clamped(cursors.shown_up_to))
    .bind(cursors.delivered_at_ms)
    .bind(cursors.shown_at_ms)
    .bind(clamped(cursors.shown_delivered_up_to))
    .bind(cursors.shown_delivered_at_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Those of a room's members, by user id.
pub(super) async fn of_members(
    transaction: &mut Transaction<'static, Sqlite>,
    room_name: &str,
    limit: u32,
) -> Result<Vec<MemberCursors>, StoreError> {
    let rows = sqlx::query(
        "SELECT cursors.* FROM rooms JOIN cursors ON cursors.room_id = rooms.id
         JOIN members ON members.room_id = rooms.id AND members.user_id = cursors.user_id
             AND members.listing <> 1 AND shown_delivered_up_to > 0
         WHERE rooms.name = ? ORDER BY cursors.user_id LIMIT ?",
    )
    .bind(room_name)
    .bind(limit)
    .fetch_all(&mut **transaction)
    .await?;
    rows.iter().map(member_from_row).collect()
}

pub(super) fn member_from_row(row: &SqliteRow) -> Result<MemberCursors, StoreError> {
    Ok(MemberCursors {
        user_id: row.try_get("user_id")?,
        cursors: from_row(row)?,
    })
}

pub(super) async fn standing(
    transaction: &mut Transaction<'static, Sqlite>,
    room_name: &str,
    user_id: &str,
) -> Result<Option<Standing>, StoreError> {
    let names = [room_name.to_owned()];
    let standings = standings(transaction, &names, user_id).await?;
    Ok(standings.into_iter().next())
}

/// Of any number of rooms with one statement, in this order.
pub(super) async fn standings(
    transaction: &mut Transaction<'static, Sqlite>,
    room_names: &[String],
    user_id: &str,
) -> Result<Vec<Standing>, StoreError> {
    let rows = sqlx::query(
        "SELECT name, head_seq, read_up_to,
                (SELECT count(*) FROM
                     (SELECT 1 FROM messages
                      WHERE room_id = place.id AND seq > place.read_up_to AND user_id <> ?2
                        AND is_deleted = 0 LIMIT ?3)) AS unread,
                (SELECT count(*) FROM mentions
                 WHERE room_id = place.id AND seq > place.read_up_to AND user_id = ?2) AS mentions
         FROM (SELECT asked.key AS number, rooms.id, name, head_seq,
                      max(joined_seq, coalesce(read_up_to, 0)) AS read_up_to
               FROM json_each(?1) AS asked CROSS JOIN rooms ON rooms.name = asked.value
               JOIN members ON members.room_id = rooms.id AND members.user_id = ?2
                   AND members.listing <> 2
               LEFT JOIN cursors ON cursors.room_id = rooms.id AND cursors.user_id = ?2) AS place
         ORDER BY number",
    )
    .bind(to_json(&room_names, "rooms that are asked for")?)
    .bind(user_id)
    .bind(MAX_UNREAD_COUNT)
    .fetch_all(&mut **transaction)
    .await?;
    let standings = rows.iter().map(|row| {
        Ok(Standing {
            room_name: row.try_get("name")?,
            head_seq: unsigned(row, "head_seq")?,
            read_up_to: unsigned(row, "read_up_to")?,
            unread_count: row.try_get("unread")?,
            mention_count: row.try_get("mentions")?,
        })
    });
    standings.collect()
}
