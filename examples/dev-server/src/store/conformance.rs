//! What every store has to do, run on each of them.

use nchat_realtime::wire::message::MessageType;
use nchat_realtime::wire::room::{RoomRole, RoomType, RoomVisibility};
use nchat_realtime::wire::settings::PresenceSettingsUpdate;
use serde_json::json;

use super::memory::MemoryStore;
use super::sqlite::SqliteStore;
use super::*;

macro_rules! conforms {
    ($($behaviour:ident)+) => {
        mod memory {
            $(#[tokio::test]
            async fn $behaviour() {
                super::$behaviour(super::MemoryStore::default()).await;
            })+
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $behaviour() {
                let directory = tempfile::tempdir().expect("a directory");
                let path = directory.path().join("store.sqlite");
                let store = super::SqliteStore::open(&path).await.expect("opens");
                super::$behaviour(store).await;
            })+
        }
    };
}

mod alike;
mod operations;
mod presence;
mod receipts;

conforms! {
    a_name_is_taken_once
    joining_again_keeps_one_membership_and_refreshes_the_name
    a_hidden_room_takes_the_invited_only
    a_full_room_takes_nobody_but_its_members
    leaving_ends_membership_once
    members_come_in_pages_by_id
    seq_is_dense_from_one_in_each_room
    a_repeated_key_gets_the_first_place_even_in_one_batch
    a_key_is_unique_per_user_not_over_all
    only_members_write_and_a_hidden_room_does_not_exist_for_others
    a_broadcast_room_is_written_by_those_with_a_role
    time_in_a_room_never_goes_back
    history_pages_both_ways_without_a_gap
    a_page_ends_at_its_bytes_but_is_never_empty
    a_body_comes_back_as_it_was_given
    rooms_of_a_user_are_ordered_by_activity
}

fn room(name: &str) -> NewRoom {
    NewRoom {
        name: name.to_owned(),
        kind: RoomType::Channel,
        visibility: RoomVisibility::Public,
        max_members: None,
        epoch: format!("epoch of {name}"),
    }
}

fn member(id: &str, role: RoomRole) -> Member {
    Member {
        user: User::from_id(id),
        role,
        joined_at_ms: 1,
        listing: Listing::Shown,
    }
}

fn message(room_name: &str, user_id: &str, key: &str, timestamp_ms: i64) -> NewMessage {
    NewMessage {
        room_name: room_name.to_owned(),
        message_id: format!("id of {user_id} {key}"),
        client_message_id: key.to_owned(),
        timestamp_ms,
        fence: None,
        after: None,
        body: MessageBody {
            user: User::from_id(user_id),
            content: format!("content of {key}"),
            kind: MessageType::Text,
            thread_id: None,
            reply_to: None,
            mentions: None,
            attachments: None,
            metadata: None,
        },
    }
}

/// A public room `r` with alice and bob.
async fn with_room<S: Store>(store: &S) {
    let members = vec![
        member("alice", RoomRole::Admin),
        member("bob", RoomRole::Member),
    ];
    let outcome = store.create_room(room("r"), members).await.expect("works");
    assert_eq!(outcome, CreateOutcome::Created);
}

async fn write<S: Store>(store: &S, change: Change) -> Outcome {
    let outcomes = store.write(vec![change]).await.expect("works");
    outcomes.into_iter().next().expect("one outcome")
}

async fn change_settings<S: Store>(
    store: &S,
    user_id: &str,
    update: PresenceSettingsUpdate,
) -> UserChanged {
    let change = NewSettings {
        user_id: user_id.to_owned(),
        update,
        now_ms: 700,
    };
    match write(store, Change::Settings(change)).await {
        Outcome::User(changed) => *changed,
        other => panic!("not changed: {other:?}"),
    }
}

async fn append<S: Store>(store: &S, message: NewMessage) -> Outcome {
    write(store, Change::Message(Box::new(message))).await
}

fn appended(outcome: Outcome) -> Place {
    match outcome {
        Outcome::Appended(place) => place,
        other => panic!("not appended: {other:?}"),
    }
}

async fn fill<S: Store>(store: &S, count: u64) {
    for index in 1..=count {
        appended(
            append(
                store,
                message("r", "alice", &format!("k{index}"), index as i64),
            )
            .await,
        );
    }
}

const PAGE: PageLimit = PageLimit {
    entries: 3,
    bytes: 1_000_000,
};

async fn page<S: Store>(store: &S, range: HistoryRange, limit: PageLimit) -> (Vec<u64>, bool) {
    let page = store.history("r", range, limit).await.expect("works");
    (
        page.messages
            .iter()
            .map(|message| message.place.seq)
            .collect(),
        page.has_more,
    )
}

async fn a_name_is_taken_once<S: Store>(store: S) {
    with_room(&store).await;
    let again = store
        .create_room(room("r"), vec![member("eve", RoomRole::Admin)])
        .await;
    assert_eq!(again.expect("works"), CreateOutcome::Exists);
    assert_eq!(store.member("r", "eve").await.expect("works"), None);
    assert_eq!(store.room("other").await.expect("works"), None);
}

async fn joining_again_keeps_one_membership_and_refreshes_the_name<S: Store>(store: S) {
    with_room(&store).await;
    let mut carol = User::from_id("carol");
    let join = |carol: User| {
        let store = &store;
        async move { store.join("r", &carol, false, 5).await.expect("works") }
    };
    assert_eq!(join(carol.clone()).await, JoinOutcome::Joined);
    carol.name = Some("Carol".to_owned());
    assert_eq!(join(carol.clone()).await, JoinOutcome::AlreadyMember);
    let found = store
        .member("r", "carol")
        .await
        .expect("works")
        .expect("a member");
    assert_eq!(
        found,
        Member {
            user: carol,
            role: RoomRole::Member,
            joined_at_ms: 5,
            listing: Listing::Shown,
        }
    );
    let room = store.room("r").await.expect("works").expect("a room");
    assert_eq!(room.member_count, 3);
}

async fn a_hidden_room_takes_the_invited_only<S: Store>(store: S) {
    for visibility in [RoomVisibility::Private, RoomVisibility::Secret] {
        let name = visibility.as_str();
        let members = vec![member("alice", RoomRole::Admin)];
        store
            .create_room(
                NewRoom {
                    visibility,
                    ..room(name)
                },
                members,
            )
            .await
            .expect("works");
        let eve = User::from_id("eve");
        let join = store.join(name, &eve, false, 1).await.expect("works");
        assert_eq!(join, JoinOutcome::NotFound, "{name}");
        let leave = store.leave(name, "eve").await.expect("works");
        assert_eq!(leave, LeaveOutcome::NotFound, "{name}");
        let join = store.join(name, &eve, true, 1).await.expect("works");
        assert_eq!(join, JoinOutcome::Joined, "{name}");
    }
}

async fn a_full_room_takes_nobody_but_its_members<S: Store>(store: S) {
    let small = NewRoom {
        max_members: Some(1),
        ..room("small")
    };
    store
        .create_room(small, vec![member("alice", RoomRole::Admin)])
        .await
        .expect("works");
    let join = |id: &'static str| {
        let store = &store;
        async move {
            store
                .join("small", &User::from_id(id), true, 1)
                .await
                .expect("works")
        }
    };
    assert_eq!(join("bob").await, JoinOutcome::Full);
    assert_eq!(join("alice").await, JoinOutcome::AlreadyMember);
}

async fn leaving_ends_membership_once<S: Store>(store: S) {
    with_room(&store).await;
    let leave = |room: &'static str| {
        let store = &store;
        async move { store.leave(room, "bob").await.expect("works") }
    };
    assert_eq!(leave("r").await, LeaveOutcome::Left);
    assert_eq!(leave("r").await, LeaveOutcome::NotMember);
    assert_eq!(leave("nowhere").await, LeaveOutcome::NotFound);
    assert_eq!(
        append(&store, message("r", "bob", "k", 1)).await,
        Outcome::Refused(Refused::NotMember)
    );
}

async fn members_come_in_pages_by_id<S: Store>(store: S) {
    let ids = ["d", "a", "c", "b"];
    let members = ids.map(|id| member(id, RoomRole::Member)).to_vec();
    store.create_room(room("r"), members).await.expect("works");
    let page = store.members("r", "alice", 1, 2).await.expect("works");
    let ids: Vec<_> = page.iter().map(|member| member.user.id.as_str()).collect();
    assert_eq!(ids, ["b", "c"]);
}

async fn seq_is_dense_from_one_in_each_room<S: Store>(store: S) {
    with_room(&store).await;
    let members = vec![member("alice", RoomRole::Admin)];
    store.create_room(room("s"), members).await.expect("works");
    let batch = vec![
        message("r", "alice", "1", 1),
        message("s", "alice", "2", 1),
        message("nowhere", "alice", "3", 1),
        message("r", "bob", "4", 1),
    ];
    let batch = batch.into_iter().map(Box::new).map(Change::Message);
    let outcomes = store.write(batch.collect()).await.expect("works");
    let places: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Appended(place) => Some((place.epoch, place.seq)),
            _ => None,
        })
        .collect();
    let place = |room: &str, seq| Some((format!("epoch of {room}"), seq));
    assert_eq!(places, [place("r", 1), place("s", 1), None, place("r", 2)]);
    let head = store
        .room("r")
        .await
        .expect("works")
        .expect("a room")
        .head_seq;
    assert_eq!(head, 2);
}

async fn a_repeated_key_gets_the_first_place_even_in_one_batch<S: Store>(store: S) {
    with_room(&store).await;
    let first = message("r", "alice", "k", 1);
    let mut again = message("r", "alice", "k", 9);
    again.message_id = "another id".to_owned();
    let batch = [first, again.clone()].map(Box::new).map(Change::Message);
    let outcomes = store.write(batch.to_vec()).await.expect("works");
    let [Outcome::Appended(first), Outcome::Answered(second)] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(first, &second.place);
    assert_eq!(
        append(&store, again).await,
        Outcome::Answered(second.clone())
    );
    assert_eq!(
        page(&store, HistoryRange::Newest, PAGE).await,
        (vec![1], false)
    );
}

async fn a_key_is_unique_per_user_not_over_all<S: Store>(store: S) {
    with_room(&store).await;
    assert_eq!(
        appended(append(&store, message("r", "alice", "k", 1)).await).seq,
        1
    );
    assert_eq!(
        appended(append(&store, message("r", "bob", "k", 1)).await).seq,
        2
    );
}

async fn only_members_write_and_a_hidden_room_does_not_exist_for_others<S: Store>(store: S) {
    with_room(&store).await;
    let secret = NewRoom {
        visibility: RoomVisibility::Secret,
        ..room("s")
    };
    store.create_room(secret, Vec::new()).await.expect("works");
    let outcome = append(&store, message("r", "eve", "k", 1)).await;
    assert_eq!(outcome, Outcome::Refused(Refused::NotMember));
    let outcome = append(&store, message("s", "eve", "k", 1)).await;
    assert_eq!(outcome, Outcome::Refused(Refused::RoomNotFound));
}

async fn a_broadcast_room_is_written_by_those_with_a_role<S: Store>(store: S) {
    let members = vec![
        member("alice", RoomRole::Admin),
        member("mod", RoomRole::Moderator),
        member("bob", RoomRole::Member),
    ];
    let broadcast = NewRoom {
        kind: RoomType::Broadcast,
        ..room("r")
    };
    store.create_room(broadcast, members).await.expect("works");
    assert_eq!(
        append(&store, message("r", "bob", "k", 1)).await,
        Outcome::Refused(Refused::Forbidden)
    );
    assert_eq!(
        appended(append(&store, message("r", "mod", "k", 1)).await).seq,
        1
    );
    assert_eq!(
        appended(append(&store, message("r", "alice", "k", 1)).await).seq,
        2
    );
}

async fn time_in_a_room_never_goes_back<S: Store>(store: S) {
    with_room(&store).await;
    let mut times = Vec::new();
    for (key, timestamp_ms) in [("a", 100), ("b", 50), ("c", 101)] {
        let place = appended(append(&store, message("r", "alice", key, timestamp_ms)).await);
        times.push(place.timestamp_ms);
    }
    assert_eq!(times, [100, 100, 101]);
}

async fn history_pages_both_ways_without_a_gap<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 7).await;
    let page = async |range| page(&store, range, PAGE).await;
    assert_eq!(page(HistoryRange::Newest).await, (vec![5, 6, 7], true));
    assert_eq!(
        page(HistoryRange::BeforeSeq(5)).await,
        (vec![2, 3, 4], true)
    );
    assert_eq!(page(HistoryRange::BeforeSeq(2)).await, (vec![1], false));
    assert_eq!(page(HistoryRange::AfterSeq(0)).await, (vec![1, 2, 3], true));
    assert_eq!(
        page(HistoryRange::AfterSeq(4)).await,
        (vec![5, 6, 7], false)
    );
    assert_eq!(
        page(HistoryRange::AfterSeq(u64::MAX)).await,
        (vec![], false)
    );
    assert_eq!(page(HistoryRange::Since(5)).await, (vec![6, 7], false));
    assert_eq!(
        page(HistoryRange::Since(i64::MIN)).await,
        (vec![1, 2, 3], true)
    );
    let unknown = store
        .history("nowhere", HistoryRange::Newest, PAGE)
        .await
        .expect("works");
    assert_eq!(unknown, HistoryPage::default());
}

async fn a_page_ends_at_its_bytes_but_is_never_empty<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 3).await;
    let tiny = PageLimit {
        entries: 3,
        bytes: 1,
    };
    assert_eq!(
        page(&store, HistoryRange::AfterSeq(0), tiny).await,
        (vec![1], true)
    );
    assert_eq!(
        page(&store, HistoryRange::AfterSeq(2), tiny).await,
        (vec![3], false)
    );
}

async fn a_body_comes_back_as_it_was_given<S: Store>(store: S) {
    with_room(&store).await;
    let mut full = message("r", "alice", "k", 7);
    full.body = MessageBody {
        user: User {
            name: Some("Älice".to_owned()),
            ..User::from_id("alice")
        },
        content: "\u{0}\u{202E}'; DROP TABLE messages; -- 🦀".to_owned(),
        kind: MessageType::Code,
        thread_id: Some("t".to_owned()),
        reply_to: Some("m".to_owned()),
        mentions: Some(vec!["bob".to_owned()]),
        attachments: Some(vec![json!({ "url": "x", "size": 1.5 })]),
        metadata: Some(json!({ "__proto__": null, "deep": [[[]]] })),
    };
    let place = appended(append(&store, full.clone()).await);
    let page = store
        .history("r", HistoryRange::Newest, PAGE)
        .await
        .expect("works");
    assert_eq!(page.messages, [StoredMessage::new(place, full)]);
}

async fn rooms_of_a_user_are_ordered_by_activity<S: Store>(store: S) {
    for name in ["quiet", "old", "new", "foreign"] {
        let owner = if name == "foreign" { "eve" } else { "alice" };
        let members = vec![member(owner, RoomRole::Admin)];
        store.create_room(room(name), members).await.expect("works");
    }
    for (name, time) in [("old", 10), ("new", 20)] {
        appended(append(&store, message(name, "alice", name, time)).await);
    }
    let names = async |since, limit| -> Vec<String> {
        let rooms = store.rooms_of("alice", since, limit).await.expect("works");
        rooms.into_iter().map(|room| room.name).collect()
    };
    assert_eq!(names(None, 9).await, ["new", "old", "quiet"]);
    assert_eq!(names(None, 1).await, ["new"]);
    assert_eq!(names(Some(10), 9).await, ["new"]);
}

#[tokio::test]
async fn a_file_opened_again_has_everything() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("store.sqlite");
    let store = SqliteStore::open(&path).await.expect("opens");
    with_room(&store).await;
    fill(&store, 2).await;
    let room = store.room("r").await.expect("works");
    store.close().await;
    let store = SqliteStore::open(&path).await.expect("opens");
    assert_eq!(store.room("r").await.expect("works"), room);
    assert_eq!(
        page(&store, HistoryRange::Newest, PAGE).await,
        (vec![1, 2], false)
    );
}

#[tokio::test]
async fn a_file_of_a_newer_server_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("store.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    sqlx::query("PRAGMA user_version = 99")
        .execute(&pool)
        .await
        .expect("works");
    pool.close().await;
    let refused = SqliteStore::open(&path).await;
    assert!(matches!(
        refused,
        Err(StoreError::NewerSchema {
            found: 99,
            known: 3
        })
    ));
}
