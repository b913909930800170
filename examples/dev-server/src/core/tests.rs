//! The core over the memory store, without a socket, a runtime's clock, or chance.

mod leaving;
mod operations;
mod people;
mod presence;
mod privacy;
mod receipts;
mod resume;
mod twins;
mod typing;

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::limits::{MAX_CONTENT_BYTES, MAX_MENTIONS};
use nchat_realtime::wire::message::{MessageSend, SendAck};
use nchat_realtime::wire::operation::Operation;
use nchat_realtime::wire::receipt::BatchReceipt;
use nchat_realtime::wire::room::{RoomCreate, RoomJoin, RoomJoined, RoomLeave, RoomMembers};
use nchat_realtime::wire::sync::{SyncChannels, SyncMessages};
use serde_json::{Value as Json, json};

use super::*;
use crate::store::memory::MemoryStore;

/// What sockets were told, as lines.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    fn record(&self, line: String) -> BoxFuture<'_, ()> {
        self.0.lock().expect("a lock").push(line);
        std::future::ready(()).boxed()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("a lock"))
    }
}

impl Outlet for Recorder {
    fn subscribe<'a>(&'a self, socket_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        self.record(format!("{socket_id} hears {room_name}"))
    }

    fn tell<'a>(
        &'a self,
        user_id: &'a str,
        except_socket_id: Option<&'a str>,
        event: UserEvent,
    ) -> BoxFuture<'a, ()> {
        let except = except_socket_id
            .map(|id| format!(" except {id}"))
            .unwrap_or_default();
        self.record(format!("{user_id}{except}: {}", told(&event)))
    }

    fn send<'a>(&'a self, socket_id: &'a str, event: SocketEvent) -> BoxFuture<'a, ()> {
        let told = match event {
            SocketEvent::Presence(it) => serde_json::to_string(&it),
            SocketEvent::Settings(it) => serde_json::to_string(&it),
            SocketEvent::Typing(it) => serde_json::to_string(&it),
        };
        self.record(format!("{socket_id}: {}", told.expect("JSON")))
    }

    fn unsubscribe<'a>(&'a self, user_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        self.record(format!("{user_id} no longer hears {room_name}"))
    }

    fn publish<'a>(
        &'a self,
        room_name: &'a str,
        except_socket_id: Option<&'a str>,
        event: RoomEvent,
    ) -> BoxFuture<'a, ()> {
        let what = match event {
            RoomEvent::Message(message) => {
                format!("message {} {}", message.seq.unwrap_or(0), message.content)
            }
            RoomEvent::Operation(operation) => operated(&operation),
            RoomEvent::Joined(change) => format!("joined {}", change.user_id),
            RoomEvent::Left(change) => format!("left {}", change.user_id),
        };
        let except = except_socket_id
            .map(|id| format!(" except {id}"))
            .unwrap_or_default();
        self.record(format!("{room_name}{except}: {what}"))
    }
}

fn operated(operation: &Operation) -> String {
    match operation {
        Operation::New(message) => panic!("{message:?} is told as a message"),
        Operation::Update(update) => {
            format!(
                "update {} v{} {}",
                update.seq, update.version, update.content
            )
        }
        Operation::Delete(deleted) => format!("delete {} v{}", deleted.seq, deleted.version),
        Operation::ReactionAdd(one) => format!("react {} {} {}", one.seq, one.user_id, one.emoji),
        Operation::ReactionRemove(one) => {
            format!("unreact {} {} {}", one.seq, one.user_id, one.emoji)
        }
    }
}

fn told(event: &UserEvent) -> String {
    let batch = |batch: &BatchReceipt| {
        let counts = batch.counts.iter().map(|one| {
            let (delivered, read) = (one.delivered_count, one.read_count);
            format!("{delivered}+{read}/{}", one.total_recipients)
        });
        let counts: Vec<String> = counts.collect();
        format!(
            "{} up to {}: {}",
            batch.user_id,
            batch.up_to_seq,
            counts.join(" ")
        )
    };
    match event {
        UserEvent::Sent(sent) => format!("sent {}", sent.seq),
        UserEvent::Delivered(one) => {
            let (count, total) = (one.delivered_count, one.total_recipients);
            format!(
                "delivered {} up to {}: {count}/{total}",
                one.user_id, one.up_to_seq
            )
        }
        UserEvent::Read(one) => {
            let (count, total) = (one.read_count, one.total_recipients);
            format!(
                "read {} up to {}: {count}/{total}",
                one.user_id, one.up_to_seq
            )
        }
        UserEvent::BatchDelivered(one) => format!("delivered {}", batch(one)),
        UserEvent::BatchRead(one) => format!("read {}", batch(one)),
        UserEvent::ReadCursor(one) => {
            let (unread, mentions) = (one.unread_count, one.mention_count);
            format!(
                "own cursor {}, unread {unread}, mentions {mentions}",
                one.up_to_seq
            )
        }
        UserEvent::Left(change) => format!("left {}", change.room_name),
    }
}

struct FakeEnvironment {
    now_ms: AtomicI64,
    dice: AtomicU64,
}

impl Environment for FakeEnvironment {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let number = self.dice.fetch_add(1, Ordering::Relaxed);
        bytes[2..10].copy_from_slice(&number.to_be_bytes());
        bytes
    }
}

struct Fixture {
    core: Core<MemoryStore>,
    outlet: Arc<Recorder>,
    environment: Arc<FakeEnvironment>,
}

async fn fixture() -> Fixture {
    let outlet = Arc::new(Recorder::default());
    let environment = Arc::new(FakeEnvironment {
        now_ms: AtomicI64::new(1_000),
        dice: AtomicU64::new(1),
    });
    let limit = NonZeroU32::new(100).expect("not zero");
    let core = Core::start(
        MemoryStore::default(),
        outlet.clone(),
        environment.clone(),
        limit,
        Times::DEFAULT,
    );
    Fixture {
        core: core.await.expect("starts"),
        outlet,
        environment,
    }
}

impl Fixture {
    /// A second passes.
    fn tick(&self) {
        self.environment.now_ms.fetch_add(1_000, Ordering::Relaxed);
    }

    async fn join(&self, user_id: &str, room_name: &str) -> Result<RoomJoined, Refusal> {
        let user = User::from_id(user_id);
        let caller = Caller {
            user: &user,
            socket_id: &format!("socket of {user_id}"),
            device_id: None,
        };
        self.core
            .join_room(
                caller,
                RoomJoin {
                    room_name: room_name.to_owned(),
                },
            )
            .await
    }

    async fn leave(&self, user_id: &str, room_name: &str) -> Result<(), Refusal> {
        let user = User::from_id(user_id);
        let caller = Caller {
            user: &user,
            socket_id: "s",
            device_id: None,
        };
        self.core
            .leave_room(
                caller,
                RoomLeave {
                    room_name: room_name.to_owned(),
                },
            )
            .await
    }

    async fn create(&self, user_id: &str, request: Json) -> Result<RoomJoined, Refusal> {
        let user = User::from_id(user_id);
        let caller = Caller {
            user: &user,
            socket_id: "s",
            device_id: None,
        };
        let request: RoomCreate = serde_json::from_value(request).expect("a request");
        self.core.create_room(caller, request).await
    }

    async fn send(&self, user_id: &str, message: Json) -> Result<SendAck, Refusal> {
        let message: MessageSend = serde_json::from_value(message).expect("a message");
        match self
            .command(user_id, Command::Send(Box::new(message)))
            .await?
        {
            Answer::Sent(ack) => Ok(ack),
            other => panic!("{other:?}"),
        }
    }

    async fn command(&self, user_id: &str, command: Command) -> Result<Answer, Refusal> {
        self.command_of(user_id, None, command).await
    }

    async fn command_of(
        &self,
        user_id: &str,
        device_id: Option<&str>,
        command: Command,
    ) -> Result<Answer, Refusal> {
        let user = User::from_id(user_id);
        let caller = Caller {
            user: &user,
            socket_id: &format!("socket of {user_id}"),
            device_id,
        };
        let submitted = self.core.submit(caller, command)?;
        self.core.settle(submitted).await
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> ErrorCode {
    let Refusal(error) = result.expect_err("refused");
    ErrorCode::parse(&error.code).expect("a known code")
}

#[tokio::test]
async fn the_first_rooms_are_there_and_no_other() {
    let fixture = fixture().await;
    for name in ["general", "announcements"] {
        let joined = fixture.join("alice", name).await.expect("joins");
        assert_eq!((joined.member_count, joined.head_seq), (Some(1), Some(0)));
    }
    assert_eq!(
        code(fixture.join("alice", "other").await),
        ErrorCode::RoomNotFound
    );
    assert_eq!(
        code(fixture.join("alice", "").await),
        ErrorCode::ValidationError
    );
}

#[tokio::test]
async fn others_hear_of_the_first_join_only_and_of_leaving() {
    let fixture = fixture().await;
    fixture.join("alice", "general").await.expect("joins");
    fixture.join("alice", "general").await.expect("joins again");
    fixture.leave("alice", "general").await.expect("leaves");
    fixture
        .leave("alice", "general")
        .await
        .expect("leaving twice is no error");
    let told = fixture.outlet.take();
    assert_eq!(
        told,
        [
            "socket of alice hears general",
            "general except socket of alice: joined alice",
            "socket of alice hears general",
            "alice except s: left general",
            "alice no longer hears general",
            "general: left alice",
        ]
    );
}

#[tokio::test]
async fn a_repeated_send_gets_the_first_answer_and_reaches_nobody() {
    let fixture = fixture().await;
    fixture.join("alice", "general").await.expect("joins");
    let message = json!({ "roomName": "general", "content": "hi", "clientMessageId": "k" });
    let first = fixture.send("alice", message.clone()).await.expect("sends");
    assert_eq!((first.seq, first.duplicate), (1, None));
    fixture.outlet.take();
    let again = fixture.send("alice", message).await.expect("answers");
    assert_eq!(
        again,
        SendAck {
            duplicate: Some(true),
            ..first
        }
    );
    assert_eq!(fixture.outlet.take(), Vec::<String>::new());
}

#[tokio::test]
async fn messages_are_told_in_the_order_of_their_submission() {
    let fixture = fixture().await;
    fixture.join("alice", "general").await.expect("joins");
    fixture.outlet.take();
    let alice = User::from_id("alice");
    let submitted: Vec<_> = (1..=600)
        .map(|index| {
            let message = json!({ "roomName": "general", "content": index.to_string() });
            let message = serde_json::from_value(message).expect("a message");
            let caller = Caller {
                user: &alice,
                socket_id: "s",
                device_id: None,
            };
            let command = Command::Send(Box::new(message));
            fixture.core.submit(caller, command).expect("submitted")
        })
        .collect();
    // Whoever settles first, even the last, commits in the order of submission.
    let acks = join_all(
        submitted
            .into_iter()
            .rev()
            .map(|one| fixture.core.settle(one)),
    )
    .await;
    let seqs: Vec<_> = acks
        .into_iter()
        .rev()
        .map(|ack| match ack {
            Ok(Answer::Sent(ack)) => ack.seq,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(seqs, (1..=600).collect::<Vec<_>>());
    let told: Vec<_> = (1..=600)
        .flat_map(|n| {
            [
                format!("general: message {n} {n}"),
                format!("alice: sent {n}"),
            ]
        })
        .collect();
    assert_eq!(fixture.outlet.take(), told);
}

#[tokio::test]
async fn sending_needs_membership() {
    let fixture = fixture().await;
    let send = async |room: &str| {
        code(
            fixture
                .send("eve", json!({ "roomName": room, "content": "x" }))
                .await,
        )
    };
    assert_eq!(send("general").await, ErrorCode::NotInRoom);
    assert_eq!(send("nowhere").await, ErrorCode::RoomNotFound);
    fixture
        .create("alice", json!({ "roomName": "p", "visibility": "private" }))
        .await
        .expect("ok");
    assert_eq!(send("p").await, ErrorCode::RoomNotFound);
    assert_eq!(
        fixture
            .outlet
            .take()
            .iter()
            .filter(|line| line.contains("message"))
            .count(),
        0
    );
}

#[tokio::test]
async fn a_malformed_message_is_refused_by_its_field() {
    let fixture = fixture().await;
    fixture.join("alice", "general").await.expect("joins");
    let bad = [
        (
            json!({ "content": "" }),
            "content",
            ErrorCode::ValidationError,
        ),
        (
            json!({ "content": "x".repeat(MAX_CONTENT_BYTES + 1) }),
            "content",
            ErrorCode::PayloadTooLarge,
        ),
        (
            json!({ "clientMessageId": "" }),
            "clientMessageId",
            ErrorCode::ValidationError,
        ),
        (
            json!({ "threadId": "a\nb" }),
            "threadId",
            ErrorCode::ValidationError,
        ),
        (
            json!({ "roomName": "x".repeat(10_000) }),
            "roomName",
            ErrorCode::ValidationError,
        ),
        (
            json!({ "metadata": [1] }),
            "metadata",
            ErrorCode::ValidationError,
        ),
        (
            json!({ "metadata": { "a": "x".repeat(20_000) } }),
            "metadata",
            ErrorCode::PayloadTooLarge,
        ),
        (
            json!({ "attachments": [1] }),
            "attachments",
            ErrorCode::ValidationError,
        ),
        (
            json!({ "mentions": vec!["a"; MAX_MENTIONS + 1] }),
            "mentions",
            ErrorCode::PayloadTooLarge,
        ),
        (
            json!({ "mentions": ["\u{202E}"] }),
            "mentions",
            ErrorCode::ValidationError,
        ),
    ];
    for (fields, field, expected) in bad {
        let mut message = json!({ "roomName": "general", "content": "hi" });
        for (key, value) in fields.as_object().expect("an object") {
            message[key] = value.clone();
        }
        let Refusal(error) = fixture.send("alice", message).await.expect_err("refused");
        assert_eq!(error.code, expected.as_str(), "{field}");
        assert_eq!(error.details.expect("details")["field"], field);
    }
}

#[tokio::test]
async fn two_people_have_one_room_whoever_asks_and_after_leaving_too() {
    let fixture = fixture().await;
    let dm = async |from: &str, to: &str| {
        fixture
            .create(from, json!({ "type": "dm", "members": [to] }))
            .await
    };
    let first = dm("alice", "bob").await.expect("made");
    let second = dm("bob", "alice").await.expect("found");
    assert_eq!(first.room_name, second.room_name);
    assert_eq!(first.epoch, second.epoch);
    fixture
        .leave("bob", &first.room_name)
        .await
        .expect("leaves");
    let back = dm("bob", "alice").await.expect("found again");
    assert_eq!(
        (back.room_name, back.member_count),
        (first.room_name.clone(), Some(2))
    );
    assert_ne!(
        dm("alice", "carol").await.expect("made").room_name,
        first.room_name
    );
    assert_eq!(
        code(fixture.join("eve", &first.room_name).await),
        ErrorCode::RoomNotFound
    );
    assert_eq!(code(dm("alice", "alice").await), ErrorCode::ValidationError);
}

#[tokio::test]
async fn a_name_that_the_server_gives_out_cannot_be_taken() {
    let fixture = fixture().await;
    for name in ["dm:3fef41481051b50077d396186a6e10b5", "user:bob", ""] {
        let refused = fixture.create("eve", json!({ "roomName": name })).await;
        assert_eq!(code(refused), ErrorCode::ValidationError, "{name}");
    }
    let taken = fixture
        .create("eve", json!({ "roomName": "general" }))
        .await;
    assert_eq!(code(taken), ErrorCode::RoomExists);
}

#[tokio::test]
async fn a_room_holds_as_many_as_it_was_made_for() {
    let fixture = fixture().await;
    let made = fixture
        .create("alice", json!({ "roomName": "two", "maxMembers": 2 }))
        .await;
    made.expect("made");
    fixture.join("bob", "two").await.expect("joins");
    assert_eq!(
        code(fixture.join("carol", "two").await),
        ErrorCode::RoomFull
    );
    let zero = fixture
        .create("alice", json!({ "roomName": "zero", "maxMembers": 0 }))
        .await;
    assert_eq!(code(zero), ErrorCode::ValidationError);
}

#[tokio::test]
async fn history_and_members_are_for_members() {
    let fixture = fixture().await;
    let eve = User::from_id("eve");
    let history = json!({ "channelId": "general" });
    let history: SyncMessages = serde_json::from_value(history).expect("a request");
    let refused = fixture.core.sync_messages(&eve, history.clone()).await;
    assert_eq!(code(refused), ErrorCode::NotInRoom);
    let members = RoomMembers {
        room_name: "general".to_owned(),
        offset: 0,
        limit: None,
    };
    assert_eq!(
        code(fixture.core.room_members(&eve, members).await),
        ErrorCode::NotInRoom
    );
    let both = SyncMessages {
        since: Some(1),
        after_seq: Some(1),
        ..history
    };
    fixture.join("eve", "general").await.expect("joins");
    assert_eq!(
        code(fixture.core.sync_messages(&eve, both).await),
        ErrorCode::ValidationError
    );
}

#[tokio::test]
async fn what_was_missed_comes_with_the_live_fields() {
    let fixture = fixture().await;
    let joined = fixture.join("alice", "general").await.expect("joins");
    for content in ["one", "two"] {
        let message = json!({ "roomName": "general", "content": content });
        fixture.send("alice", message).await.expect("sends");
    }
    let alice = User::from_id("alice");
    let request = json!({ "channelId": "general", "afterSeq": 1 });
    let request = serde_json::from_value(request).expect("a request");
    let page = fixture
        .core
        .sync_messages(&alice, request)
        .await
        .expect("a page");
    assert_eq!(
        (page.head_seq, page.has_more, page.server_time),
        (2, false, 1_000)
    );
    assert_eq!(Some(&page.epoch), joined.epoch.as_ref());
    let [only] = &page.messages[..] else {
        panic!("{page:?}")
    };
    assert_eq!(
        (only.message.content.as_str(), only.message.seq),
        ("two", Some(2))
    );
    assert_eq!(Some(&only.id), only.message.message_id.as_ref());
    let channels = fixture
        .core
        .sync_channels(&alice, SyncChannels::default())
        .await;
    let channels = channels.expect("a list").channels;
    assert_eq!((channels.len(), channels[0].head_seq), (1, 2));
}
