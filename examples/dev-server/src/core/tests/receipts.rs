//! Who is told of receipts, and what `delivery:sync` answers.

use nchat_realtime::wire::receipt::{DeliveryState, DeliverySync};

use super::*;

async fn done(fixture: &Fixture, user_id: &str, command: Command) -> Answer {
    fixture.command(user_id, command).await.expect("answered")
}

fn delivered(up_to_seq: u64) -> Command {
    let ack = json!({ "channelId": "general", "upToSeq": up_to_seq });
    Command::Delivered(serde_json::from_value(ack).expect("a receipt"))
}

fn read(up_to_seq: u64) -> Command {
    let ack = json!({ "channelId": "general", "upToSeq": up_to_seq });
    Command::BatchRead(serde_json::from_value(ack).expect("a receipt"))
}

fn allow(is_allowed: bool) -> Command {
    let update = json!({ "allowReadReceipts": is_allowed });
    Command::Settings(serde_json::from_value(update).expect("settings"))
}

/// Alice, bob and carol in `general`, and this many messages of alice.
async fn with_messages(fixture: &Fixture, count: usize) {
    for user in ["alice", "bob", "carol"] {
        fixture.join(user, "general").await.expect("joins");
    }
    for number in 1..=count {
        let message = json!({
            "roomName": "general", "content": "x", "clientMessageId": format!("k{number}"),
            "mentions": ["bob"],
        });
        fixture.send("alice", message).await.expect("sends");
    }
    fixture.outlet.take();
}

#[tokio::test]
async fn authors_are_told_of_one_message_or_of_several_and_own_devices_of_the_cursor() {
    let fixture = fixture().await;
    with_messages(&fixture, 3).await;
    done(&fixture, "bob", delivered(1)).await;
    done(&fixture, "bob", delivered(3)).await;
    done(&fixture, "bob", read(1)).await;
    done(&fixture, "carol", read(99)).await;
    done(&fixture, "bob", read(1)).await;
    assert_eq!(
        fixture.outlet.take(),
        [
            "alice: delivered bob up to 1: 1/2",
            "alice: delivered bob up to 3: 1+0/2 1+0/2",
            "alice: read bob up to 1: 1/2",
            "bob except socket of bob: own cursor 1, unread 2, mentions 2",
            "alice: read carol up to 3: 2+2/2 2+1/2 2+1/2",
            "carol except socket of carol: own cursor 3, unread 0, mentions 0",
        ]
    );
}

#[tokio::test]
async fn a_receipt_is_answered_with_where_the_cursor_stands() {
    let fixture = fixture().await;
    with_messages(&fixture, 2).await;
    let mut stands = Vec::new();
    for command in [read(1), delivered(1), read(99), read(1), delivered(0)] {
        match done(&fixture, "bob", command).await {
            Answer::Moved(acked) => stands.push(acked.up_to_seq),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(stands, [1, 1, 2, 2, 2]);
}

#[tokio::test]
async fn hidden_reading_reaches_ones_own_devices_only() {
    let fixture = fixture().await;
    with_messages(&fixture, 2).await;
    let settings = done(&fixture, "bob", allow(false)).await;
    let answered = serde_json::to_value(settings).expect("encodes");
    assert_eq!(answered["allowReadReceipts"], false);
    done(&fixture, "bob", read(1)).await;
    done(&fixture, "bob", allow(true)).await;
    done(&fixture, "bob", read(1)).await;
    assert_eq!(
        fixture.outlet.take(),
        [
            "alice: delivered bob up to 1: 1/2",
            "bob except socket of bob: own cursor 1, unread 1, mentions 1",
        ]
    );
    done(&fixture, "alice", allow(false)).await;
    done(&fixture, "carol", read(2)).await;
    assert_eq!(
        fixture.outlet.take(),
        [
            "alice: delivered carol up to 2: 2+0/2 1+0/2",
            "carol except socket of carol: own cursor 2, unread 0, mentions 0",
        ]
    );
}

#[tokio::test]
async fn settings_take_effect_between_the_receipts_around_them() {
    let fixture = fixture().await;
    with_messages(&fixture, 2).await;
    let bob = User::from_id("bob");
    let caller = Caller {
        user: &bob,
        socket_id: "s",
        device_id: None,
    };
    let submitted = [read(1), allow(false), read(2)]
        .map(|command| fixture.core.submit(caller, command).expect("submitted"));
    for one in submitted.into_iter().rev() {
        fixture.core.settle(one).await.expect("settled");
    }
    let told = fixture.outlet.take();
    let of_alice: Vec<_> = told
        .iter()
        .filter(|line| line.starts_with("alice"))
        .collect();
    assert_eq!(
        of_alice,
        [
            "alice: read bob up to 1: 1/2",
            "alice: delivered bob up to 2: 1/2"
        ]
    );
}

#[tokio::test]
async fn how_far_messages_have_come_is_asked_by_either_id() {
    let fixture = fixture().await;
    with_messages(&fixture, 3).await;
    done(&fixture, "bob", delivered(2)).await;
    done(&fixture, "carol", read(1)).await;
    let statuses = async |user: &str| {
        let request = DeliverySync {
            message_ids: ["k1", "k2", "k3", "unknown"].map(str::to_owned).to_vec(),
        };
        let user = User::from_id(user);
        let answer = fixture.core.delivery_sync(&user, request);
        let statuses = answer.await.expect("answered").statuses.into_iter();
        let states = statuses.map(|one| (one.state, one.delivered_count, one.read_count));
        states.collect::<Vec<_>>()
    };
    assert_eq!(
        statuses("alice").await,
        [
            (DeliveryState::Read, Some(2), Some(1)),
            (DeliveryState::Delivered, Some(1), Some(0)),
            (DeliveryState::Sent, Some(0), Some(0)),
        ]
    );
    assert_eq!(statuses("bob").await, []);
    done(&fixture, "alice", allow(false)).await;
    assert_eq!(
        statuses("alice").await[0],
        (DeliveryState::Delivered, Some(2), Some(0))
    );
}

#[tokio::test]
async fn a_malformed_receipt_is_refused_by_its_field() {
    let fixture = fixture().await;
    with_messages(&fixture, 1).await;
    let long = "x".repeat(10_000);
    let bad = [
        (json!({ "channelId": "general" }), "upToSeq"),
        (
            json!({ "channelId": "general", "messageIds": [] }),
            "messageIds",
        ),
        (
            json!({ "channelId": "general", "messageIds": [long] }),
            "messageIds",
        ),
        (json!({ "channelId": long, "upToSeq": 1 }), "channelId"),
    ];
    for (ack, field) in bad {
        let delivered = serde_json::from_value(ack.clone()).expect("a receipt");
        let read = serde_json::from_value(ack).expect("a receipt");
        for command in [Command::Delivered(delivered), Command::BatchRead(read)] {
            let Refusal(error) = fixture.command("bob", command).await.expect_err("refused");
            assert_eq!(error.code, "VALIDATION_ERROR", "{field}");
            assert_eq!(error.details.expect("details")["field"], field);
        }
    }
    let many = json!({ "channelId": "general", "messageIds": vec!["x"; 501] });
    let many = Command::Delivered(serde_json::from_value(many).expect("a receipt"));
    assert_eq!(
        code(fixture.command("bob", many).await),
        ErrorCode::PayloadTooLarge
    );
    assert_eq!(
        code(fixture.command("eve", read(1)).await),
        ErrorCode::NotInRoom
    );
}
