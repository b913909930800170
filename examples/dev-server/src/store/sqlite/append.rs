//! Appending messages to the logs of their rooms: the checks, the numbers and the rows in one
//! transaction. A statement costs more on its way to the database and back than in it, so there
//! are as many for many messages as for one.

use std::collections::HashMap;

use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::answers::Answers;
use super::rows::{named, optional_named, to_json, unsigned};
use super::{clamped, users};
use crate::store::{
    Answered, NewMessage, Outcome, Place, Refused, StoreError, may_find, may_write,
};

/// A message in the form of the statement that stores it.
#[derive(Serialize)]
struct MessageRow<'a>(i64, i64, &'a str, &'a str, &'a str, i64, String);

/// Appends messages in this order, and gives what came of each.
pub(super) async fn append(
    transaction: &mut Transaction<'static, Sqlite>,
    messages: Vec<NewMessage>,
) -> Result<Vec<Outcome>, StoreError> {
    let mut keys = Vec::with_capacity(2 * messages.len());
    for message in &messages {
        let user_id = message.body.user.id.as_str();
        keys.push((user_id, message.client_message_id.as_str()));
        keys.extend(message.after.iter().map(|after| (user_id, after.as_str())));
    }
    let mut answers = Answers::find(transaction, &keys).await?;
    let mut logs = find_logs(transaction, &messages).await?;
    let mut fences = HashMap::new();
    let mut heads = HashMap::new();
    let mut outcomes = Vec::with_capacity(messages.len());
    let mut appended = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        let user_id = &message.body.user.id;
        let newer = match &message.fence {
            Some(fence) if fences.get(&(user_id, &fence.device_id)) == Some(&fence.epoch) => None,
            fence => users::pass_fence(transaction, user_id, fence.as_ref()).await?,
        };
        if let (Some(fence), None) = (&message.fence, newer) {
            fences.insert((user_id, &fence.device_id), fence.epoch);
        }
        let log = logs.get_mut(index).and_then(Option::as_mut);
        outcomes.push(match check(message, newer, &answers, log) {
            Err(outcome) => outcome,
            Ok(log) => {
                if let Some((seq, timestamp_ms)) = heads.get(&log.room_id) {
                    (log.head_seq, log.last_active_at_ms) = (*seq, Some(*timestamp_ms));
                }
                let place = log.next_place(&message.message_id, message.timestamp_ms);
                heads.insert(log.room_id, (place.seq, place.timestamp_ms));
                let answered = Answered {
                    place: place.clone(),
                    version: None,
                };
                answers.add(user_id, &message.client_message_id, answered);
                appended.push((log.room_id, place.clone(), message));
                Outcome::Appended(place)
            }
        });
    }
    insert(transaction, &appended).await?;
    for (room_id, (head_seq, timestamp_ms)) in heads {
        advance(transaction, room_id, head_seq, timestamp_ms).await?;
    }
    Ok(outcomes)
}

/// The log that a message goes to, or what comes of it instead. `newer` is the epoch of a leader
/// that is newer than whoever sent it.
fn check<'a>(
    message: &NewMessage,
    newer: Option<u64>,
    answers: &Answers,
    log: Option<&'a mut Log>,
) -> Result<&'a mut Log, Outcome> {
    let user_id = &message.body.user.id;
    let refused = |refused| Err(Outcome::Refused(refused));
    if let Some(highest) = newer {
        return refused(Refused::Fenced { highest });
    }
    if let Some(answered) = answers.get(user_id, &message.client_message_id) {
        return Err(Outcome::Answered(answered.clone()));
    }
    let Some(log) = log.filter(|log| may_find(log.visibility, log.role)) else {
        return refused(Refused::RoomNotFound);
    };
    let Some(role) = log.role else {
        return refused(Refused::NotMember);
    };
    if !may_write(log.kind, role) {
        return refused(Refused::Forbidden);
    }
    if !answers.has(user_id, message.after.as_deref()) {
        return refused(Refused::OutOfOrder);
    }
    Ok(log)
}

/// A room as its log's writer sees it.
pub(super) struct Log {
    pub(super) room_id: i64,
    pub(super) kind: RoomType,
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

/// The room of each message as its sender finds it.
async fn find_logs(
    transaction: &mut Transaction<'static, Sqlite>,
    messages: &[NewMessage],
) -> Result<Vec<Option<Log>>, StoreError> {
    let asked = messages.iter();
    let asked = asked.map(|message| (&*message.room_name, &*message.body.user.id));
    logs_of(transaction, asked.collect()).await
}

pub(super) async fn find_log(
    transaction: &mut Transaction<'static, Sqlite>,
    room_name: &str,
    user_id: &str,
) -> Result<Option<Log>, StoreError> {
    let logs = logs_of(transaction, vec![(room_name, user_id)]).await?;
    Ok(logs.into_iter().next().flatten())
}

async fn logs_of(
    transaction: &mut Transaction<'static, Sqlite>,
    asked: Vec<(&str, &str)>,
) -> Result<Vec<Option<Log>>, StoreError> {
    let rows = sqlx::query(
        "SELECT rooms.id, kind, visibility, epoch, head_seq, last_active_at_ms,
                (SELECT role FROM members
                 WHERE room_id = rooms.id AND user_id = asked.value ->> 1 AND listing <> 2) AS role
         FROM json_each(?) AS asked LEFT JOIN rooms ON name = asked.value ->> 0
         ORDER BY asked.key",
    )
    .bind(to_json(&asked, "rooms that are asked for")?)
    .fetch_all(&mut **transaction)
    .await?;
    rows.iter().map(log_from_row).collect()
}

fn log_from_row(row: &SqliteRow) -> Result<Option<Log>, StoreError> {
    let Some(room_id) = row.try_get("id")? else {
        return Ok(None);
    };
    Ok(Some(Log {
        room_id,
        kind: named(row, "kind")?,
        visibility: named(row, "visibility")?,
        epoch: row.try_get("epoch")?,
        head_seq: unsigned(row, "head_seq")?,
        last_active_at_ms: row.try_get("last_active_at_ms")?,
        role: optional_named(row, "role")?,
    }))
}

async fn insert(
    transaction: &mut Transaction<'static, Sqlite>,
    appended: &[(i64, Place, &NewMessage)],
) -> Result<(), StoreError> {
    let mut messages = Vec::with_capacity(appended.len());
    let mut mentions = Vec::new();
    for (room_id, place, message) in appended {
        let seq = clamped(place.seq);
        messages.push(MessageRow(
            *room_id,
            seq,
            &place.message_id,
            &message.body.user.id,
            &message.client_message_id,
            place.timestamp_ms,
            to_json(&message.body, "the body of a new message")?,
        ));
        let mentioned = message.mentioned().into_iter();
        mentions.extend(mentioned.map(|user_id| (*room_id, user_id, seq)));
    }
    let tables = [
        (
            "INSERT INTO messages
                 (room_id, seq, message_id, user_id, client_message_id, timestamp_ms, body)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                    value ->> 6
             FROM json_each(?)",
            to_json(&messages, "new messages")?,
        ),
        (
            "INSERT INTO mentions (room_id, user_id, seq)
             SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)",
            to_json(&mentions, "mentions of new messages")?,
        ),
    ];
    for (statement, rows) in tables {
        if rows != "[]" {
            let query = sqlx::query(statement).bind(rows);
            query.execute(&mut **transaction).await?;
        }
    }
    Ok(())
}

async fn advance(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    head_seq: u64,
    timestamp_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE rooms SET head_seq = ?1, last_message_at_ms = ?2, last_active_at_ms = ?2
         WHERE id = ?3",
    )
    .bind(clamped(head_seq))
    .bind(timestamp_ms)
    .bind(room_id)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use nchat_realtime::wire::message::MessageType;
    use nchat_realtime::wire::room::RoomVisibility;

    use super::*;
    use crate::core::User;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Change, Listing, Member, MessageBody, NewRoom, Store};

    fn message(number: usize) -> NewMessage {
        NewMessage {
            room_name: "general".to_owned(),
            message_id: format!("m{number}"),
            client_message_id: format!("k{number}"),
            timestamp_ms: 1,
            fence: None,
            after: None,
            body: MessageBody {
                user: User::from_id("alice"),
                content: "x".repeat(10_000),
                kind: MessageType::default(),
                thread_id: None,
                reply_to: None,
                mentions: None,
                attachments: None,
                metadata: None,
            },
        }
    }

    #[tokio::test]
    async fn a_full_disk_refuses_what_comes_and_takes_it_again_when_there_is_room() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = SqliteStore::open(&directory.path().join("store.sqlite")).await;
        let store = store.expect("opens");
        let room = NewRoom {
            name: "general".to_owned(),
            kind: RoomType::Channel,
            visibility: RoomVisibility::Public,
            max_members: None,
            epoch: "e".to_owned(),
        };
        let alice = Member {
            user: User::from_id("alice"),
            role: RoomRole::Admin,
            joined_at_ms: 1,
            listing: Listing::Shown,
        };
        store.create_room(room, vec![alice]).await.expect("works");
        let write = async |number| {
            let change = Change::Message(Box::new(message(number)));
            store.write(vec![change]).await
        };
        let max_pages = async |count: u32| {
            let pragma = format!("PRAGMA max_page_count = {count}");
            let query = sqlx::query(sqlx::AssertSqlSafe(pragma));
            query.execute(&store.writer).await.expect("works");
        };
        write(0).await.expect("there is room");
        max_pages(1).await;
        for _ in 0..3 {
            let refused = write(1).await.expect_err("no room");
            assert!(refused.to_string().contains("full"), "{refused}");
        }
        max_pages(100_000).await;
        let written = write(1).await.expect("there is room again");
        assert!(
            matches!(&written[..], [Outcome::Appended(place)] if place.seq == 2),
            "{written:?}"
        );
    }
}
