//! The tables, and how an older file is brought up to date.

use sqlx::sqlite::SqlitePool;
use sqlx::{Connection, Row};

use crate::store::StoreError;

/// Schema versions in order: each entry is what leads from the one before. Never edited, only
/// added to.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    visibility TEXT NOT NULL,
    max_members INTEGER,
    epoch TEXT NOT NULL,
    head_seq INTEGER NOT NULL DEFAULT 0,
    last_message_at_ms INTEGER
) STRICT;

CREATE TABLE members (
    room_id INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    user_name TEXT,
    user_avatar TEXT,
    role TEXT NOT NULL,
    joined_at_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE messages (
    room_id INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    client_message_id TEXT NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (room_id, seq),
    UNIQUE (user_id, client_message_id)
) STRICT;
CREATE INDEX messages_by_time ON messages (room_id, timestamp_ms);
",
    // Operations on messages, receipts, leaders of devices, settings. What was there before
    // counts as read: nobody could say that they had.
    "
ALTER TABLE rooms ADD COLUMN last_active_at_ms INTEGER;
UPDATE rooms SET last_active_at_ms = last_message_at_ms;

ALTER TABLE members ADD COLUMN joined_seq INTEGER NOT NULL DEFAULT 0;
UPDATE members SET joined_seq = (SELECT head_seq FROM rooms WHERE rooms.id = room_id);

ALTER TABLE messages ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE messages ADD COLUMN edited_at_ms INTEGER;
ALTER TABLE messages ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reactions TEXT;

CREATE TABLE operations (
    room_id INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    user_name TEXT,
    client_message_id TEXT NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (room_id, seq),
    UNIQUE (user_id, client_message_id)
) STRICT;
CREATE INDEX operations_by_message ON operations (message_id);

CREATE TABLE unchanged (
    user_id TEXT NOT NULL,
    client_message_id TEXT NOT NULL,
    room_id INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    version INTEGER,
    PRIMARY KEY (user_id, client_message_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
    room_id INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id, seq)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO mentions (room_id, user_id, seq)
SELECT messages.room_id, mention.value, messages.seq
FROM messages, json_each(messages.body, '$.mentions') AS mention
WHERE mention.type = 'text' AND mention.value <> messages.user_id;

CREATE TABLE cursors (
    room_id INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    delivered_up_to INTEGER NOT NULL,
    read_up_to INTEGER NOT NULL,
    shown_up_to INTEGER NOT NULL,
    delivered_at_ms INTEGER NOT NULL,
    shown_at_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE fences (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (user_id, device_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_settings (
    user_id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
",
    // Presence: contacts and blocks, memberships that others do not see as they are, deliveries as
    // far as they are shown. Until now all of them were.
    "
CREATE TABLE relations (
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    other_id TEXT NOT NULL,
    PRIMARY KEY (user_id, kind, other_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE members ADD COLUMN listing INTEGER NOT NULL DEFAULT 0;

ALTER TABLE cursors ADD COLUMN shown_delivered_up_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN shown_delivered_at_ms INTEGER NOT NULL DEFAULT 0;
UPDATE cursors SET shown_delivered_up_to = delivered_up_to,
                   shown_delivered_at_ms = delivered_at_ms;
",
];

/// Brings the file to the newest schema in one transaction; refuses one from the future.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as i64;
    let mut connection = pool.acquire().await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut *transaction)
        .await?
        .try_get(0)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    // A pragma takes no parameters; the number is ours.
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "PRAGMA user_version = {known}"
    )))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqliteConnectOptions;
    use tempfile::TempDir;

    use super::*;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{HistoryRange, PageLimit, Standing, Store, UserSettings};

    /// A store over a file in which an older server carried out `statements`.
    async fn store_over(directory: &TempDir, statements: &[&'static str]) -> SqliteStore {
        let path = directory.path().join("store.sqlite");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.expect("opens");
        for sql in statements {
            sqlx::raw_sql(*sql).execute(&pool).await.expect("works");
        }
        pool.close().await;
        SqliteStore::open(&path).await.expect("opens")
    }

    /// What the first version wrote: two members, three messages, a mention.
    const OF_THE_FIRST_VERSION: &str = r#"
INSERT INTO rooms (id, name, kind, visibility, epoch, head_seq, last_message_at_ms)
VALUES (1, 'general', 'channel', 'public', 'e', 3, 30);
INSERT INTO members (room_id, user_id, role, joined_at_ms)
VALUES (1, 'alice', 'admin', 1), (1, 'bob', 'member', 1);
INSERT INTO messages
    (room_id, seq, message_id, user_id, client_message_id, timestamp_ms, body)
VALUES
    (1, 1, 'm1', 'alice', 'k1', 10, '{"user":{"id":"alice"},"content":"one","kind":"text"}'),
    (1, 2, 'm2', 'alice', 'k2', 20,
     '{"user":{"id":"alice"},"content":"two","kind":"text","mentions":["bob","alice","bob"]}'),
    (1, 3, 'm3', 'bob', 'k3', 30, '{"user":{"id":"bob"},"content":"three","kind":"text"}');
PRAGMA user_version = 1;
"#;

    #[tokio::test]
    async fn a_file_of_the_first_version_opens_with_nothing_lost_and_nothing_unread() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = store_over(&directory, &[MIGRATIONS[0], OF_THE_FIRST_VERSION]).await;
        let limit = PageLimit {
            entries: 9,
            bytes: 9_000,
        };
        let page = store.history("general", HistoryRange::AfterSeq(0), limit);
        let page = page.await.expect("works");
        let found = page.messages.iter().map(|message| {
            let content = message.body.content.as_str();
            (message.place.seq, content, message.version)
        });
        let expected = [(1, "one", 1), (2, "two", 1), (3, "three", 1)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        let room = store.room("general").await.expect("works").expect("a room");
        assert_eq!((room.head_seq, room.last_active_at_ms), (3, Some(30)));
        let standing = store.standings("bob", &["general".to_owned()]).await;
        let nothing_unread = Standing {
            room_name: "general".to_owned(),
            head_seq: 3,
            read_up_to: 3,
            unread_count: 0,
            mention_count: 0,
        };
        assert_eq!(standing.expect("works"), [nothing_unread]);
        let mentions = sqlx::query("SELECT user_id FROM mentions WHERE seq = 2")
            .fetch_all(&store.readers)
            .await
            .expect("works");
        let users = mentions.iter().map(|row| row.get::<String, _>("user_id"));
        assert_eq!(users.collect::<Vec<_>>(), ["bob"]);
    }

    /// What the second version wrote: two members, a message, a receipt, a setting.
    const OF_THE_SECOND_VERSION: &str = r#"
INSERT INTO rooms (id, name, kind, visibility, epoch, head_seq, last_message_at_ms)
VALUES (1, 'general', 'channel', 'public', 'e', 1, 30);
INSERT INTO members (room_id, user_id, role, joined_at_ms)
VALUES (1, 'alice', 'admin', 1), (1, 'bob', 'member', 1);
INSERT INTO messages
    (room_id, seq, message_id, user_id, client_message_id, timestamp_ms, body)
VALUES (1, 1, 'm1', 'alice', 'k1', 10, '{"user":{"id":"alice"},"content":"one","kind":"text"}');
INSERT INTO cursors VALUES (1, 'bob', 1, 1, 0, 20, 0);
INSERT INTO user_settings VALUES ('bob', '{"allowReadReceipts":false}');
PRAGMA user_version = 2;
"#;

    #[tokio::test]
    async fn a_file_of_the_second_version_shows_no_more_and_no_less_than_before() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = store_over(
            &directory,
            &[MIGRATIONS[0], MIGRATIONS[1], OF_THE_SECOND_VERSION],
        )
        .await;
        let progress = store.progress("alice", &["k1".to_owned()]).await;
        let progress = progress.expect("works");
        assert_eq!(
            (progress[0].delivered_count, progress[0].read_count),
            (1, 0)
        );
        assert_eq!(progress[0].updated_at_ms, 20);
        let members = store
            .members("general", "alice", 0, 9)
            .await
            .expect("works");
        assert_eq!(members.len(), 2);
        let settings = store.settings("bob").await.expect("works");
        let expected = UserSettings {
            allow_read_receipts: false,
            ..UserSettings::default()
        };
        assert_eq!(settings, expected, "what there was not has its default");
    }
}
