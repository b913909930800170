//! What is kept of a user beside rooms: their record, their lists of others, and the leader of each
//! of their devices.

use std::collections::{BTreeMap, BTreeSet};

use nchat_realtime::wire::limits::MAX_CONTACTS;
use sqlx::{Row, Sqlite, Transaction};

use super::clamped;
use super::rows::{from_json, member_from_row, to_json, unsigned};
use crate::store::{
    Fence, Listing, Member, NewPresence, NewRelation, NewSettings, Outcome, Profile, Refused,
    RelationKind, Revealed, StoreError, UserChanged, UserRecord, UserSettings,
};

pub(super) async fn settings(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
) -> Result<UserSettings, StoreError> {
    Ok(record(transaction, user_id).await?.settings)
}

pub(super) async fn record(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
) -> Result<UserRecord, StoreError> {
    let row = sqlx::query("SELECT body FROM user_settings WHERE user_id = ?")
        .bind(user_id)
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(row) = row else {
        return Ok(UserRecord::default());
    };
    Ok(readable(row.try_get("body")?))
}

fn readable(body: &str) -> UserRecord {
    from_json(body, "the settings of a user").unwrap_or_else(|error| {
        tracing::error!(%error, "settings that cannot be read hide what they can");
        UserRecord::hiding()
    })
}

pub(super) async fn change_settings(
    transaction: &mut Transaction<'static, Sqlite>,
    change: &NewSettings,
) -> Result<Outcome, StoreError> {
    let before = before(transaction, &change.user_id).await?;
    let after = before.record.clone().with_settings(change);
    changed(transaction, before, after, change.now_ms).await
}

pub(super) async fn change_presence(
    transaction: &mut Transaction<'static, Sqlite>,
    change: &NewPresence,
) -> Result<Outcome, StoreError> {
    let before = before(transaction, &change.user_id).await?;
    let after = before.record.clone().with_presence(change);
    changed(transaction, before, after, change.now_ms).await
}

/// The user until now.
async fn before(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
) -> Result<Profile, StoreError> {
    let profiles = profiles(transaction, &[user_id.to_owned()]).await?;
    Ok(profiles.into_iter().next().unwrap_or_default())
}

async fn changed(
    transaction: &mut Transaction<'static, Sqlite>,
    before: Profile,
    after: UserRecord,
    now_ms: i64,
) -> Result<Outcome, StoreError> {
    let was_invisible = before.record.settings.invisible_mode;
    let user_id = before.user_id.clone();
    let after = after.concluded(before);
    sqlx::query(
        "INSERT INTO user_settings (user_id, body) VALUES (?1, ?2)
         ON CONFLICT (user_id) DO UPDATE SET body = ?2",
    )
    .bind(&user_id)
    .bind(to_json(&after, "the settings of a user")?)
    .execute(&mut **transaction)
    .await?;
    let is_revealed = was_invisible && !after.settings.invisible_mode;
    let revealed = match is_revealed {
        true => reveal(transaction, &user_id, now_ms).await?,
        false => Vec::new(),
    };
    Ok(Outcome::User(Box::new(UserChanged {
        record: after,
        revealed,
    })))
}

/// Makes the memberships of a user who is visible again what they are.
async fn reveal(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
    now_ms: i64,
) -> Result<Vec<Revealed>, StoreError> {
    let rows = sqlx::query(
        "SELECT rooms.name AS room_name, members.* FROM members
         JOIN rooms ON rooms.id = members.room_id
         WHERE user_id = ? AND listing <> 0 ORDER BY rooms.name",
    )
    .bind(user_id)
    .fetch_all(&mut **transaction)
    .await?;
    sqlx::query(
        "UPDATE members SET listing = 0, joined_at_ms = ?2 WHERE user_id = ?1 AND listing = 1",
    )
    .bind(user_id)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    sqlx::query("DELETE FROM members WHERE user_id = ? AND listing = 2")
        .bind(user_id)
        .execute(&mut **transaction)
        .await?;
    let mut revealed = Vec::with_capacity(rows.len());
    for row in &rows {
        let member = member_from_row(row)?;
        let room_id: i64 = row.try_get("room_id")?;
        let count = sqlx::query("SELECT count(*) FROM members WHERE room_id = ? AND listing <> 1")
            .bind(room_id)
            .fetch_one(&mut **transaction)
            .await?;
        revealed.push(Revealed {
            room_name: row.try_get("room_name")?,
            has_joined: member.listing == Listing::NotYet,
            member: Member {
                joined_at_ms: now_ms,
                listing: Listing::Shown,
                ..member
            },
            member_count: count.try_get(0)?,
        });
    }
    Ok(revealed)
}

pub(super) async fn change_relation(
    transaction: &mut Transaction<'static, Sqlite>,
    change: &NewRelation,
) -> Result<Outcome, StoreError> {
    let NewRelation {
        user_id,
        kind,
        other_id,
        is_there,
    } = change;
    let statement = match is_there {
        true => {
            if is_full(transaction, change).await? {
                return Ok(Outcome::Refused(Refused::TooManyRelations));
            }
            "INSERT INTO relations (user_id, kind, other_id) VALUES (?, ?, ?)
             ON CONFLICT DO NOTHING"
        }
        false => "DELETE FROM relations WHERE user_id = ? AND kind = ? AND other_id = ?",
    };
    sqlx::query(statement)
        .bind(user_id)
        .bind(kind.as_str())
        .bind(other_id)
        .execute(&mut **transaction)
        .await?;
    Ok(Outcome::Related)
}

/// Whether there is no place left for somebody who is not on the list.
async fn is_full(
    transaction: &mut Transaction<'static, Sqlite>,
    change: &NewRelation,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT count(*) AS others, coalesce(max(other_id = ?3), 0) AS is_known
         FROM relations WHERE user_id = ?1 AND kind = ?2",
    )
    .bind(&change.user_id)
    .bind(change.kind.as_str())
    .bind(&change.other_id)
    .fetch_one(&mut **transaction)
    .await?;
    let (others, is_known): (u32, bool) = (row.try_get("others")?, row.try_get("is_known")?);
    Ok(others >= MAX_CONTACTS && !is_known)
}

/// The members of a room who block this user, or whom they block.
pub(super) async fn blocked_in(
    transaction: &mut Transaction<'static, Sqlite>,
    room_name: &str,
    user_id: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let rows = sqlx::query(
        "SELECT members.user_id AS other_id FROM members
         JOIN rooms ON rooms.id = members.room_id
         WHERE rooms.name = ?1 AND (
             EXISTS (SELECT 1 FROM relations
                     WHERE user_id = ?2 AND kind = ?3 AND other_id = members.user_id)
             OR EXISTS (SELECT 1 FROM relations
                        WHERE user_id = members.user_id AND kind = ?3 AND other_id = ?2)
         )",
    )
    .bind(room_name)
    .bind(user_id)
    .bind(RelationKind::Block.as_str())
    .fetch_all(&mut **transaction)
    .await?;
    let ids = rows.iter().map(|row| Ok(row.try_get("other_id")?));
    ids.collect()
}

/// Of any number of users with three statements.
pub(super) async fn profiles(
    snapshot: &mut Transaction<'static, Sqlite>,
    user_ids: &[String],
) -> Result<Vec<Profile>, StoreError> {
    let ids = to_json(&user_ids, "the ids of users")?;
    let mut profiles: BTreeMap<String, Profile> = BTreeMap::new();
    for user_id in user_ids {
        let profile = profiles.entry(user_id.clone()).or_default();
        profile.user_id.clone_from(user_id);
    }
    let records = sqlx::query(
        "SELECT user_id, body FROM user_settings
         WHERE user_id IN (SELECT value FROM json_each(?))",
    );
    for row in records.bind(&ids).fetch_all(&mut **snapshot).await? {
        if let Some(profile) = profiles.get_mut(row.try_get::<&str, _>("user_id")?) {
            profile.record = readable(row.try_get("body")?);
        }
    }
    let relations = sqlx::query(
        "SELECT user_id, kind, other_id FROM relations
         WHERE user_id IN (SELECT value FROM json_each(?))",
    );
    for row in relations.bind(&ids).fetch_all(&mut **snapshot).await? {
        if let Some(profile) = profiles.get_mut(row.try_get::<&str, _>("user_id")?) {
            let list = match row.try_get::<&str, _>("kind")? {
                kind if kind == RelationKind::Contact.as_str() => &mut profile.contacts,
                _ => &mut profile.blocked,
            };
            list.insert(row.try_get("other_id")?);
        }
    }
    let partners = sqlx::query(
        "SELECT own.user_id, others.user_id AS other_id FROM members AS own
         JOIN rooms ON rooms.id = own.room_id AND rooms.kind = 'dm'
         JOIN members AS others ON others.room_id = rooms.id AND others.user_id <> own.user_id
         WHERE own.user_id IN (SELECT value FROM json_each(?)) AND EXISTS
             (SELECT 1 FROM messages
              WHERE room_id = rooms.id AND messages.user_id = own.user_id)",
    );
    for row in partners.bind(&ids).fetch_all(&mut **snapshot).await? {
        if let Some(profile) = profiles.get_mut(row.try_get::<&str, _>("user_id")?) {
            profile.written_to.insert(row.try_get("other_id")?);
        }
    }
    let in_order = user_ids.iter().filter_map(|id| profiles.get(id).cloned());
    Ok(in_order.collect())
}

/// The epoch of the newest leader so far, where that is not this tab. Where it is, no older one
/// passes from now on.
pub(super) async fn pass_fence(
    transaction: &mut Transaction<'static, Sqlite>,
    user_id: &str,
    fence: Option<&Fence>,
) -> Result<Option<u64>, StoreError> {
    let Some(fence) = fence else {
        return Ok(None);
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
    Ok(highest.filter(|highest| fence.epoch < *highest))
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
        for body in [
            "",
            "{",
            r#"{"allowReadReceipts":"yes"}"#,
            r#"{"visibility":"odd"}"#,
            "[[]]",
        ] {
            sqlx::query("INSERT OR REPLACE INTO user_settings VALUES ('bob', ?)")
                .bind(body)
                .execute(&store.writer)
                .await
                .expect("works");
            let settings = store.settings("bob").await.expect("answers");
            assert!(
                !settings.allow_read_receipts && settings.invisible_mode,
                "{body}"
            );
        }
    }
}
