//! The store in memory, which the simulation runs on, does what the one on disk does: any changes
//! have the same outcomes in both, and leave the same to be read.

use nchat_realtime::wire::presence::ChosenStatus;
use nchat_realtime::wire::settings::PresenceSettingsUpdate;
use proptest::prelude::*;

use super::*;

const USERS: [&str; 4] = ["alice", "bob", "carol", "eve"];
const ROOMS: [&str; 2] = ["r", "s"];

/// Something that happens; numbers are taken from what there is.
#[derive(Clone, Debug)]
enum Step {
    Write(Vec<Draft>),
    Join(usize, usize),
    Leave(usize, usize),
}

/// A change before it has an id and a time.
#[derive(Clone, Debug)]
enum Draft {
    Message {
        user: usize,
        room: usize,
        key: u8,
        mentions: Vec<usize>,
        fence: Option<u64>,
        after: Option<u8>,
    },
    Operation {
        user: usize,
        message: u8,
        key: u8,
        kind: OperationKind,
        fence: Option<u64>,
        after: Option<u8>,
    },
    Cursor {
        user: usize,
        room: usize,
        kind: CursorKind,
        up_to: Result<u64, Vec<u8>>,
    },
    Settings {
        user: usize,
        update: PresenceSettingsUpdate,
    },
    Presence {
        user: usize,
        chosen: Option<ChosenStatus>,
        last_seen_ms: Option<i64>,
    },
    Relation {
        user: usize,
        kind: RelationKind,
        other: usize,
        is_there: bool,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let place = || (0..USERS.len(), 0..ROOMS.len());
    let step = prop_oneof![
        8 => prop::collection::vec(drafts(), 1..6).prop_map(Step::Write),
        1 => place().prop_map(|(user, room)| Step::Join(user, room)),
        1 => place().prop_map(|(user, room)| Step::Leave(user, room)),
    ];
    prop::collection::vec(step, 1..12)
}

fn drafts() -> impl Strategy<Value = Draft> {
    let fence = || prop::option::weighted(0.2, 0..4u64);
    let after = || prop::option::weighted(0.3, 0..24u8);
    let user = || 0..USERS.len();
    let room = || 0..ROOMS.len();
    let emoji = prop_oneof![Just("x".to_owned()), Just("y".to_owned())];
    let operation = prop_oneof![
        prop::option::of(1..4u64).prop_map(|base_version| OperationKind::Edit {
            content: "edited".to_owned(),
            base_version,
        }),
        Just(OperationKind::Delete),
        emoji.clone().prop_map(OperationKind::React),
        emoji.prop_map(OperationKind::Unreact),
    ];
    let kind = prop_oneof![Just(CursorKind::Delivered), Just(CursorKind::Read)];
    let up_to = prop_oneof![
        (0..12u64).prop_map(Ok),
        prop::collection::vec(0..16u8, 1..3).prop_map(Err),
    ];
    let mentions = prop::collection::vec(user(), 0..3);
    prop_oneof![
        4 => (user(), room(), 0..24u8, mentions, fence(), after()).prop_map(
            |(user, room, key, mentions, fence, after)| {
                Draft::Message { user, room, key, mentions, fence, after }
            }
        ),
        4 => (user(), 0..16u8, 0..24u8, operation, fence(), after()).prop_map(
            |(user, message, key, kind, fence, after)| {
                Draft::Operation { user, message, key, kind, fence, after }
            }
        ),
        4 => (user(), room(), kind, up_to).prop_map(
            |(user, room, kind, up_to)| Draft::Cursor { user, room, kind, up_to }
        ),
        1 => (user(), updates()).prop_map(|(user, update)| Draft::Settings { user, update }),
        1 => (user(), prop::option::of(choices()), prop::option::of(0..9i64)).prop_map(
            |(user, chosen, last_seen_ms)| Draft::Presence { user, chosen, last_seen_ms }
        ),
        1 => (user(), user(), any::<bool>(), any::<bool>()).prop_map(
            |(user, other, blocks, is_there)| Draft::Relation {
                user,
                kind: if blocks { RelationKind::Block } else { RelationKind::Contact },
                other,
                is_there,
            }
        ),
    ]
}

fn updates() -> impl Strategy<Value = PresenceSettingsUpdate> {
    let flag = || prop::option::of(any::<bool>());
    (flag(), flag(), flag()).prop_map(|(allow_read_receipts, invisible_mode, show_last_seen)| {
        PresenceSettingsUpdate {
            allow_read_receipts,
            invisible_mode,
            show_last_seen,
            ..PresenceSettingsUpdate::default()
        }
    })
}

fn choices() -> impl Strategy<Value = ChosenStatus> {
    prop_oneof![
        Just(ChosenStatus::Online),
        Just(ChosenStatus::Away),
        Just(ChosenStatus::Invisible),
    ]
}

impl Draft {
    /// `number` counts changes: it is the message's id, and the time.
    fn change(self, number: u32) -> Change {
        let fence = |epoch: Option<u64>| {
            epoch.map(|epoch| Fence {
                device_id: "laptop".to_owned(),
                epoch,
            })
        };
        let timestamp_ms = i64::from(number % 7) * 10;
        match self {
            Self::Message {
                user,
                room,
                key,
                mentions,
                fence: epoch,
                after,
            } => {
                let key = format!("k{key}");
                let mut new = message(ROOMS[room], USERS[user], &key, timestamp_ms);
                new.message_id = format!("m{number}");
                new.fence = fence(epoch);
                new.after = after.map(|key| format!("k{key}"));
                let mentions = mentions.into_iter().map(|user| USERS[user].to_owned());
                new.body.mentions = Some(mentions.collect());
                Change::Message(Box::new(new))
            }
            Self::Operation {
                user,
                message,
                key,
                kind,
                fence: epoch,
                after,
            } => Change::Operation(Box::new(NewOperation {
                room_name: None,
                message_id: format!("m{message}"),
                client_message_id: format!("k{key}"),
                timestamp_ms,
                fence: fence(epoch),
                after: after.map(|key| format!("k{key}")),
                user: User::from_id(USERS[user]),
                kind,
            })),
            Self::Cursor {
                user,
                room,
                kind,
                up_to,
            } => Change::Cursor(NewCursor {
                room_name: ROOMS[room].to_owned(),
                user_id: USERS[user].to_owned(),
                kind,
                up_to: match up_to {
                    Ok(seq) => UpTo::Seq(seq),
                    Err(ids) => UpTo::Messages(ids.iter().map(|id| format!("m{id}")).collect()),
                },
                now_ms: i64::from(number),
            }),
            Self::Settings { user, update } => Change::Settings(NewSettings {
                user_id: USERS[user].to_owned(),
                update,
                now_ms: i64::from(number),
            }),
            Self::Presence {
                user,
                chosen,
                last_seen_ms,
            } => Change::Presence(Box::new(NewPresence {
                user_id: USERS[user].to_owned(),
                chosen,
                custom_status: None,
                last_seen_ms,
                now_ms: i64::from(number),
            })),
            Self::Relation {
                user,
                kind,
                other,
                is_there,
            } => Change::Relation(NewRelation {
                user_id: USERS[user].to_owned(),
                kind,
                other_id: USERS[other].to_owned(),
                is_there,
            }),
        }
    }
}

/// Everything that can be read, in words.
async fn read<S: Store>(store: &S) -> Vec<String> {
    let mut found = Vec::new();
    let rooms = ROOMS.map(str::to_owned);
    for name in ROOMS {
        let room = store.room(name).await.expect("works");
        found.push(format!("{room:?}"));
        for range in [
            HistoryRange::Newest,
            HistoryRange::AfterSeq(0),
            HistoryRange::AfterSeq(4),
            HistoryRange::BeforeSeq(6),
            HistoryRange::Since(20),
        ] {
            for entries in [2, 100] {
                let limit = PageLimit { entries, ..PAGE };
                let page = store.history(name, range, limit).await.expect("works");
                found.push(format!("{name} {range:?} {entries}: {page:?}"));
            }
        }
        let cursors = store.cursors(name, 9).await.expect("works");
        found.push(format!("{name}: {cursors:?}"));
    }
    let ids: Vec<String> = (0..24)
        .flat_map(|number| [format!("m{number}"), format!("k{number}")])
        .collect();
    for user in USERS {
        let standings = store.standings(user, &rooms).await.expect("works");
        let progress = store.progress(user, &ids).await.expect("works");
        let rooms = store.rooms_of(user, Some(15), 9).await.expect("works");
        let settings = store.settings(user).await.expect("works");
        found.push(format!(
            "{user}: {standings:?} {progress:?} {rooms:?} {settings:?}"
        ));
        for room in ROOMS {
            let members = store.members(room, user, 0, 9).await.expect("works");
            let member = store.member(room, user).await.expect("works");
            found.push(format!("{user} in {room}: {members:?} {member:?}"));
        }
    }
    let users = USERS.map(str::to_owned);
    let profiles = store.profiles(&users).await.expect("works");
    found.push(format!("{profiles:?}"));
    found
}

async fn make<S: Store>(store: &S, step: Step, number: &mut u32) -> String {
    match step {
        Step::Write(drafts) => {
            let changes = drafts.into_iter().map(|draft| {
                *number += 1;
                draft.change(*number)
            });
            let outcomes = store.write(changes.collect()).await.expect("works");
            format!("{outcomes:#?}")
        }
        Step::Join(user, room) => {
            let user = User::from_id(USERS[user]);
            let outcome = store.join(ROOMS[room], &user, false, 1).await;
            format!("{:?}", outcome.expect("works"))
        }
        Step::Leave(user, room) => {
            let outcome = store.leave(ROOMS[room], USERS[user]).await;
            format!("{:?}", outcome.expect("works"))
        }
    }
}

/// Room `r` is for everybody, `s`, a direct conversation, for those who are in it.
async fn prepare<S: Store>(store: &S) {
    let members = || {
        ["alice", "bob", "carol"]
            .map(|id| member(id, RoomRole::Member))
            .to_vec()
    };
    store
        .create_room(room("r"), members())
        .await
        .expect("works");
    let secret = NewRoom {
        visibility: RoomVisibility::Secret,
        kind: RoomType::Dm,
        ..room("s")
    };
    let mut members = members();
    members[0].role = RoomRole::Moderator;
    store.create_room(secret, members).await.expect("works");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn any_changes_have_the_same_outcomes_in_memory_and_on_disk(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let directory = tempfile::tempdir().expect("a directory");
            let disk = SqliteStore::open(&directory.path().join("store.sqlite")).await;
            let (disk, memory) = (disk.expect("opens"), MemoryStore::default());
            prepare(&disk).await;
            prepare(&memory).await;
            let (mut of_disk, mut of_memory) = (0, 0);
            for step in steps {
                let on_disk = make(&disk, step.clone(), &mut of_disk).await;
                let in_memory = make(&memory, step, &mut of_memory).await;
                prop_assert_eq!(on_disk, in_memory);
                prop_assert_eq!(read(&disk).await, read(&memory).await);
            }
            disk.close().await;
            Ok(())
        })?;
    }
}
