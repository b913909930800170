//! What is kept of a user beside rooms: settings, and the leader of each of their devices.

use sqlx::{Row, Sqlite, Transaction};

use super::clamped;
use super::rows::{from_json, to_json, unsigned};
use crate::store::{Fence, NewSettings, Outcome, StoreError, UserSettings};

pub(super) async fn settings(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
) -> Result<UserSettings, StoreError> {
    let row = sqlx::query("SELECT body FROM user_settings WHERE user_id = ?")
        .bind(user_id)
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(row) = row else {
        return Ok(UserSettings::default());
    };
    let settings = from_json(row.try_get("body")?, "the settings of a user");
    Ok(settings.unwrap_or_else(|error| {
        tracing::error!(%error, "settings that cannot be read hide what they can");
        UserSettings::HIDING
    }))
}

pub(super) async fn change_settings(
    transaction: &mut Transaction<'static, Sqlite>,
    change: &NewSettings,
) -> Result<Outcome, StoreError> {
    let settings = settings(transaction, &change.user_id)
        .await?
        .changed(change);
    sqlx::query(
        "INSERT INTO user_settings (user_id, body) VALUES (?1, ?2)
         ON CONFLICT (user_id) DO UPDATE SET body = ?2",
    )
    .bind(&change.user_id)
    .bind(to_json(&settings, "the settings of a user")?)
    .execute(&mut **transaction)
    .await?;
    Ok(Outcome::Settings(settings))
}

/// Whether this tab is the newest leader so far; then no older one passes from now on.
pub(super) async fn pass_fence(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
    fence: Option<&Fence>,
) -> Result<bool, StoreError> {
    let Some(fence) = fence else {
        return Ok(true);
    };
    let row = sqlx::query("SELECT epoch FROM fences WHERE user_id = ? AND device_id = ?")
        .bind(user_id)
        .bind(&fence.device_id)
        .fetch_optional(&mut **transaction)
        .await?;
    let highest = row.map(|row| unsigned(&row, "epoch")).transpose()?;
    if highest.is_none_or(|highest| fence.epoch > highest) {
        sqlx::query(
            "INSERT INTO fences (user_id, device_id, epoch) VALUES (?1, ?2, ?3)
             ON CONFLICT (user_id, device_id) DO UPDATE SET epoch = ?3",
        )
        .bind(user_id)
        .bind(&fence.device_id)
        .bind(clamped(fence.epoch))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(highest.is_none_or(|highest| fence.epoch >= highest))
}

#[cfg(test)]
mod tests {
    use crate::store::Store;
    use crate::store::sqlite::SqliteStore;

    #[tokio::test]
    async fn settings_that_cannot_be_read_hide() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = SqliteStore::open(&directory.path().join("store.sqlite")).await;
        let store = store.expect("opens");
        for body in ["", "{", r#"{"allowReadReceipts":"yes"}"#, "[[]]"] {
            sqlx::query("INSERT OR REPLACE INTO user_settings VALUES ('bob', ?)")
                .bind(body)
                .execute(&store.writer)
                .await
                .expect("works");
            let settings = store.settings("bob").await.expect("answers");
            assert!(!settings.allow_read_receipts, "{body}");
        }
    }
}
