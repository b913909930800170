//! Operations on messages: the message changed and the operation appended in one transaction.

use sqlx::{Row, Sqlite, Transaction};

use super::answers::Answers;
use super::append::{Log, find_log};
use super::rows::{message_from_row, operation_columns, to_json};
use super::{clamped, users};
use crate::store::operation::Effect;
use crate::store::{
    Answered, NewOperation, Outcome, Place, Refused, StoreError, StoredMessage, StoredOperation,
    may_find,
};

pub(super) async fn operate(
    transaction: &mut Transaction<'static, Sqlite>,
    operation: NewOperation,
) -> Result<Outcome, StoreError> {
    let user_id = &operation.user.id;
    let newer = users::pass_fence(transaction, user_id, operation.fence.as_ref()).await?;
    if let Some(highest) = newer {
        return Ok(Outcome::Refused(Refused::Fenced { highest }));
    }
    let key = &operation.client_message_id;
    let mut keys = vec![(user_id.as_str(), key.as_str())];
    keys.extend(
        operation
            .after
            .iter()
            .map(|after| (user_id.as_str(), after.as_str())),
    );
    let answers = Answers::find(transaction, &keys).await?;
    if let Some(answered) = answers.get(user_id, key) {
        return Ok(Outcome::Answered(answered.clone()));
    }
    let Some((room_name, mut message)) = find_message(transaction, &operation.message_id).await?
    else {
        return Ok(Outcome::Refused(Refused::MessageNotFound));
    };
    let is_elsewhere = |name: &String| *name != room_name;
    let log = find_log(transaction, &room_name, user_id).await?;
    let Some(log) = log.filter(|log| may_find(log.visibility, log.role)) else {
        return Ok(Outcome::Refused(Refused::MessageNotFound));
    };
    if operation.room_name.as_ref().is_some_and(is_elsewhere) {
        return Ok(Outcome::Refused(Refused::MessageNotFound));
    }
    let Some(role) = log.role else {
        return Ok(Outcome::Refused(Refused::NotMember));
    };
    if !answers.has(user_id, operation.after.as_deref()) {
        return Ok(Outcome::Refused(Refused::OutOfOrder));
    }
    let timestamp_ms = log.time(operation.timestamp_ms);
    let mentions = message.body.mentions.clone().unwrap_or_default();
    match message.operate(&operation, &room_name, role, timestamp_ms) {
        Err(refused) => Ok(Outcome::Refused(refused)),
        Ok(Effect::Unchanged) => remember(transaction, &log, operation, &message).await,
        Ok(Effect::Changed) => {
            let place = log.next_place(&operation.message_id, operation.timestamp_ms);
            let operation = StoredOperation::new(place, operation, message.version);
            update(transaction, log.room_id, &message).await?;
            if message.is_deleted {
                forget(transaction, log.room_id, &message, &mentions).await?;
            }
            insert(transaction, log.room_id, &operation).await?;
            Ok(Outcome::Operated {
                room_name,
                operation: Box::new(operation),
            })
        }
    }
}

/// Answers an operation that had nothing to change, and keeps the answer.
async fn remember(
    transaction: &mut Transaction<'static, Sqlite>,
    log: &Log,
    operation: NewOperation,
    message: &StoredMessage,
) -> Result<Outcome, StoreError> {
    let version = operation.kind.has_version().then_some(message.version);
    let place = Place {
        message_id: operation.message_id,
        seq: log.head_seq,
        epoch: log.epoch.clone(),
        timestamp_ms: log.time(operation.timestamp_ms),
    };
    sqlx::query(
        "INSERT INTO unchanged
             (user_id, client_message_id, room_id, message_id, seq, timestamp_ms, version)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&operation.user.id)
    .bind(&operation.client_message_id)
    .bind(log.room_id)
    .bind(&place.message_id)
    .bind(clamped(place.seq))
    .bind(place.timestamp_ms)
    .bind(version.map(clamped))
    .execute(&mut **transaction)
    .await?;
    Ok(Outcome::Answered(Answered { place, version }))
}

async fn find_message(
    transaction: &mut Transaction<'static, Sqlite>,
    message_id: &str,
) -> Result<Option<(String, StoredMessage)>, StoreError> {
    let row = sqlx::query(
        "SELECT messages.*, rooms.epoch, rooms.name
         FROM messages JOIN rooms ON rooms.id = messages.room_id WHERE message_id = ?",
    )
    .bind(message_id)
    .fetch_optional(&mut **transaction)
    .await?;
    row.map(|row| Ok((row.try_get("name")?, message_from_row(&row)?)))
        .transpose()
}

async fn update(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    message: &StoredMessage,
) -> Result<(), StoreError> {
    let reactions = match &message.reactions[..] {
        [] => None,
        reactions => Some(to_json(&reactions, "the reactions of a message")?),
    };
    sqlx::query(
        "UPDATE messages SET body = ?, version = ?, edited_at_ms = ?, is_deleted = ?, reactions = ?
         WHERE room_id = ? AND seq = ?",
    )
    .bind(to_json(&message.body, "the body of a message")?)
    .bind(clamped(message.version))
    .bind(message.edited_at_ms)
    .bind(message.is_deleted)
    .bind(reactions)
    .bind(room_id)
    .bind(clamped(message.place.seq))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// What a deleted message said is nowhere: not in its edits, and it mentions nobody.
async fn forget(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    message: &StoredMessage,
    mentions: &[String],
) -> Result<(), StoreError> {
    sqlx::query("UPDATE operations SET text = '' WHERE message_id = ? AND kind = 'edit'")
        .bind(&message.place.message_id)
        .execute(&mut **transaction)
        .await?;
    for user_id in mentions {
        sqlx::query("DELETE FROM mentions WHERE room_id = ? AND user_id = ? AND seq = ?")
            .bind(room_id)
            .bind(user_id)
            .bind(clamped(message.place.seq))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn insert(
    transaction: &mut Transaction<'static, Sqlite>,
    room_id: i64,
    operation: &StoredOperation,
) -> Result<(), StoreError> {
    let (kind, text) = operation_columns(&operation.kind);
    sqlx::query(
        "INSERT INTO operations
             (room_id, seq, kind, message_id, user_id, user_name, client_message_id,
              timestamp_ms, version, text)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(room_id)
    .bind(clamped(operation.place.seq))
    .bind(kind)
    .bind(&operation.place.message_id)
    .bind(&operation.user.id)
    .bind(&operation.user.name)
    .bind(&operation.client_message_id)
    .bind(operation.place.timestamp_ms)
    .bind(clamped(operation.version))
    .bind(text)
    .execute(&mut **transaction)
    .await?;
    sqlx::query("UPDATE rooms SET head_seq = ?, last_active_at_ms = ? WHERE id = ?")
        .bind(clamped(operation.place.seq))
        .bind(operation.place.timestamp_ms)
        .bind(room_id)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
