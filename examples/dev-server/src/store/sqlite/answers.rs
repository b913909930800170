//! What senders' ids were answered when they were used first: for a message, an operation, or an
//! operation that had nothing to change.

use std::collections::HashMap;

use sqlx::{Row, Sqlite, Transaction};

use super::rows::{place_from_row, to_json};
use crate::store::{Answered, StoreError};

const ANSWERS: &str = "
WITH asked (user_id, key) AS (SELECT DISTINCT value ->> 0, value ->> 1 FROM json_each(?))
SELECT answers.*, rooms.epoch
FROM (
    SELECT it.user_id, it.client_message_id, room_id, message_id, seq, timestamp_ms,
           NULL AS version
    FROM asked CROSS JOIN messages AS it
    ON it.user_id = asked.user_id AND it.client_message_id = asked.key
    UNION ALL
    SELECT it.user_id, it.client_message_id, room_id, message_id, seq, timestamp_ms,
           CASE WHEN kind IN ('edit', 'delete') THEN version END
    FROM asked CROSS JOIN operations AS it
    ON it.user_id = asked.user_id AND it.client_message_id = asked.key
    UNION ALL
    SELECT it.user_id, it.client_message_id, room_id, message_id, seq, timestamp_ms, version
    FROM asked CROSS JOIN unchanged AS it
    ON it.user_id = asked.user_id AND it.client_message_id = asked.key
) AS answers JOIN rooms ON rooms.id = answers.room_id";

/// Answers by user and their id.
pub(super) struct Answers(HashMap<(String, String), Answered>);

impl Answers {
    /// Those of these users' ids that were used before.
    pub(super) async fn find(
        transaction: &mut Transaction<'static, Sqlite>,
        keys: &[(&str, &str)],
    ) -> Result<Self, StoreError> {
        let rows = sqlx::query(ANSWERS)
            .bind(to_json(&keys, "ids that are asked for")?)
            .fetch_all(&mut **transaction)
            .await?;
        let mut answers = HashMap::with_capacity(rows.len());
        for row in &rows {
            let version: Option<i64> = row.try_get("version")?;
            let answered = Answered {
                place: place_from_row(row)?,
                version: version.and_then(|version| u64::try_from(version).ok()),
            };
            let key = (row.try_get("user_id")?, row.try_get("client_message_id")?);
            answers.insert(key, answered);
        }
        Ok(Self(answers))
    }

    pub(super) fn get(&self, user_id: &str, key: &str) -> Option<&Answered> {
        self.0.get(&(user_id.to_owned(), key.to_owned()))
    }

    pub(super) fn add(&mut self, user_id: &str, key: &str, answered: Answered) {
        self.0
            .insert((user_id.to_owned(), key.to_owned()), answered);
    }

    /// Whether what a sender names as the one before is stored; so is nothing.
    pub(super) fn has(&self, user_id: &str, after: Option<&str>) -> bool {
        after.is_none_or(|key| self.get(user_id, key).is_some())
    }
}
