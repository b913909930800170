//! What a resume brings, and what it leaves for pages.

use nchat_realtime::wire::resume::SyncResumed;

use super::*;

async fn resume(fixture: &Fixture, user_id: &str, request: Json) -> SyncResumed {
    let request = serde_json::from_value(request).expect("a request");
    let user = User::from_id(user_id);
    let answer = fixture.core.sync_resume(&user, request);
    answer.await.expect("answered")
}

/// The events of a room in the answer, with their places.
fn entries(answer: &SyncResumed, index: usize) -> Vec<String> {
    let operations = &answer.rooms[index].operations;
    let lines = operations.iter().map(|operation| match operation {
        Operation::New(message) => {
            format!("message {} {}", message.seq.unwrap_or(0), message.content)
        }
        other => operated(other),
    });
    lines.collect()
}

async fn send(fixture: &Fixture, room_name: &str, content: &str) -> String {
    let message = json!({ "roomName": room_name, "content": content });
    let ack = fixture.send("alice", message).await.expect("sends");
    ack.message_id
}

#[tokio::test]
async fn what_was_missed_of_every_room_comes_in_order_and_the_liveliest_room_first() {
    let fixture = fixture().await;
    for room in ["general", "announcements"] {
        fixture.join("alice", room).await.expect("joins");
        fixture.join("bob", room).await.expect("joins");
    }
    let id = send(&fixture, "general", "one").await;
    send(&fixture, "announcements", "news").await;
    fixture.tick();
    send(&fixture, "general", "two").await;
    let edit = json!({ "messageId": id, "content": "ONE" });
    let edit = Command::Edit(serde_json::from_value(edit).expect("an edit"));
    fixture.command("alice", edit).await.expect("edits");
    fixture
        .create("alice", json!({ "roomName": "hers" }))
        .await
        .expect("made");

    let answer = resume(
        &fixture,
        "bob",
        json!({ "rooms": [
            { "roomName": "announcements", "seq": 0 }, { "roomName": "general", "seq": 1 },
            { "roomName": "hers", "seq": 0 }, { "roomName": "nowhere", "seq": 0 },
        ]}),
    )
    .await;
    let names: Vec<_> = answer
        .rooms
        .iter()
        .map(|room| room.room_name.as_str())
        .collect();
    assert_eq!(names, ["general", "announcements"]);
    assert_eq!(answer.not_member, ["hers", "nowhere"]);
    assert_eq!(answer.unchanged, 0);
    assert_eq!(entries(&answer, 0), ["message 2 two", "update 3 v2 ONE"]);
    let general = &answer.rooms[0];
    assert_eq!(
        (general.from_seq, general.to_seq, general.head_seq),
        (2, 3, 3)
    );
    assert_eq!((general.has_more, general.reset), (false, None));
    assert_eq!((general.unread_count, general.read_up_to_seq), (2, 0));
    assert_eq!(general.receipts, None);

    let again = json!({ "rooms": [{ "roomName": "general", "epoch": general.epoch, "seq": 3 }] });
    let again = resume(&fixture, "bob", again).await;
    assert_eq!((again.rooms.len(), again.unchanged), (0, 1));
}

#[tokio::test]
async fn a_history_that_is_gone_is_answered_with_the_newest_page() {
    let fixture = fixture().await;
    for user in ["alice", "bob"] {
        fixture.join(user, "general").await.expect("joins");
    }
    let id = send(&fixture, "general", "one").await;
    let edit = json!({ "messageId": id, "content": "ONE" });
    let edit = Command::Edit(serde_json::from_value(edit).expect("an edit"));
    fixture.command("alice", edit).await.expect("edits");
    for known in [
        json!({ "roomName": "general", "epoch": "gone", "seq": 2 }),
        json!({ "roomName": "general", "seq": 77 }),
    ] {
        let answer = resume(&fixture, "bob", json!({ "rooms": [known] })).await;
        let general = &answer.rooms[0];
        assert_eq!(general.reset, Some(true));
        assert_eq!(entries(&answer, 0), ["message 1 ONE"]);
        assert_eq!(
            (general.from_seq, general.to_seq, general.has_more),
            (1, 2, false)
        );
    }
}

#[tokio::test]
async fn an_answer_keeps_to_its_bytes_and_pages_go_on_without_a_gap() {
    let fixture = fixture().await;
    for room in ["general", "announcements"] {
        fixture.join("alice", room).await.expect("joins");
    }
    let long = "x".repeat(60_000);
    for _ in 0..6 {
        send(&fixture, "general", &long).await;
    }
    fixture.tick();
    send(&fixture, "announcements", "short").await;
    let request = json!({ "rooms": [
        { "roomName": "general", "seq": 0 }, { "roomName": "announcements", "seq": 0 },
    ]});
    let answer = resume(&fixture, "alice", request.clone()).await;
    assert_eq!(answer.rooms[0].room_name, "announcements");
    let general = &answer.rooms[1];
    assert_eq!(
        (general.from_seq, general.to_seq, general.has_more),
        (1, 4, true)
    );
    assert!(serde_json::to_string(&answer).expect("encodes").len() < 270_000);
    let page = json!({ "channelId": "general", "afterSeq": 4 });
    let page = serde_json::from_value(page).expect("a request");
    let page = fixture
        .core
        .sync_messages(&User::from_id("alice"), page)
        .await;
    let page = page.expect("a page");
    assert_eq!((page.from_seq, page.to_seq, page.has_more), (5, 6, false));

    for _ in 0..210 {
        send(&fixture, "announcements", "x").await;
    }
    let answer = resume(&fixture, "alice", request).await;
    let announcements = &answer.rooms[0];
    assert_eq!((announcements.to_seq, announcements.has_more), (200, true));
    assert_eq!(announcements.operations.len(), 200);
}

#[tokio::test]
async fn receipts_of_others_come_along_where_they_are_asked_for_and_may_be_seen() {
    let fixture = fixture().await;
    for user in ["alice", "bob"] {
        fixture.join(user, "general").await.expect("joins");
    }
    send(&fixture, "general", "one").await;
    let read = json!({ "channelId": "general", "upToSeq": 1 });
    let read = Command::BatchRead(serde_json::from_value(read).expect("a receipt"));
    fixture.command("bob", read).await.expect("reads");
    let request = json!({ "rooms": [{ "roomName": "general", "seq": 0 }], "receipts": true });
    let seen = async || {
        let answer = resume(&fixture, "alice", request.clone()).await;
        let receipts = answer.rooms[0].receipts.clone().expect("receipts");
        let [bob] = &receipts[..] else {
            panic!("{receipts:?}");
        };
        (bob.delivered_up_to_seq, bob.read_up_to_seq)
    };
    assert_eq!(seen().await, (1, 1));
    let hide = serde_json::from_value(json!({ "allowReadReceipts": false })).expect("settings");
    fixture
        .command("alice", Command::Settings(hide))
        .await
        .expect("hides");
    assert_eq!(seen().await, (1, 0));
}

#[tokio::test]
async fn a_malformed_resume_is_refused_by_its_field() {
    let fixture = fixture().await;
    let alice = User::from_id("alice");
    let room = |name: &str| json!({ "roomName": name, "seq": 0 });
    let many = json!({ "rooms": vec![room("general"); 101] });
    let many = serde_json::from_value(many).expect("a request");
    let refused = fixture.core.sync_resume(&alice, many).await;
    assert_eq!(code(refused), ErrorCode::PayloadTooLarge);
    let long = json!({ "rooms": [room(&"x".repeat(10_000))] });
    let long = serde_json::from_value(long).expect("a request");
    let refused = fixture.core.sync_resume(&alice, long).await;
    assert_eq!(code(refused), ErrorCode::ValidationError);
}
