//! Operations, fences, and what is answered to a stale edit.

use nchat_realtime::wire::operation::OperationAck;

use super::*;

async fn done(fixture: &Fixture, user_id: &str, command: Command) -> OperationAck {
    match fixture.command(user_id, command).await {
        Ok(Answer::Operated(ack)) => ack,
        other => panic!("{other:?}"),
    }
}

fn edit(fields: Json) -> Command {
    Command::Edit(serde_json::from_value(fields).expect("an edit"))
}

fn delete(fields: Json) -> Command {
    Command::Delete(serde_json::from_value(fields).expect("a deletion"))
}

fn react(fields: Json) -> Command {
    Command::ReactionAdd(serde_json::from_value(fields).expect("a reaction"))
}

fn unreact(fields: Json) -> Command {
    Command::ReactionRemove(serde_json::from_value(fields).expect("a reaction"))
}

/// Alice and bob in `general` with one message of alice, whose id is given back.
async fn with_message(fixture: &Fixture) -> String {
    for user in ["alice", "bob"] {
        fixture.join(user, "general").await.expect("joins");
    }
    let message = json!({ "roomName": "general", "content": "hi", "clientMessageId": "k" });
    let id = fixture
        .send("alice", message)
        .await
        .expect("sends")
        .message_id;
    fixture.outlet.take();
    id
}

#[tokio::test]
async fn an_operation_is_answered_and_told_with_its_place_among_the_messages() {
    let fixture = fixture().await;
    let id = with_message(&fixture).await;
    let ack = done(
        &fixture,
        "alice",
        edit(json!({ "messageId": id, "content": "ho", "baseVersion": 1, "clientMessageId": "e" })),
    )
    .await;
    assert_eq!((ack.seq, ack.version, ack.duplicate), (2, Some(2), None));
    let ack = done(
        &fixture,
        "bob",
        react(json!({ "messageId": id, "emoji": "👍" })),
    )
    .await;
    assert_eq!((ack.seq, ack.version), (3, None));
    done(
        &fixture,
        "bob",
        unreact(json!({ "messageId": id, "emoji": "👍" })),
    )
    .await;
    let ack = done(&fixture, "alice", delete(json!({ "messageId": id }))).await;
    assert_eq!((ack.seq, ack.version), (5, Some(3)));
    let message = json!({ "roomName": "general", "content": "next" });
    assert_eq!(fixture.send("alice", message).await.expect("sends").seq, 6);
    assert_eq!(
        fixture.outlet.take(),
        [
            "general: update 2 v2 ho",
            "general: react 3 bob 👍",
            "general: unreact 4 bob 👍",
            "general: delete 5 v3",
            "general: message 6 next",
            "alice: sent 6",
        ]
    );
}

#[tokio::test]
async fn a_repeated_operation_is_answered_as_before_and_reaches_nobody() {
    let fixture = fixture().await;
    let id = with_message(&fixture).await;
    let again = edit(json!({ "messageId": id, "content": "ho", "clientMessageId": "e" }));
    let first = done(&fixture, "alice", again.clone()).await;
    let reaction = json!({ "messageId": id, "emoji": "👍", "clientMessageId": "r" });
    done(&fixture, "bob", react(reaction)).await;
    fixture.outlet.take();
    let second = done(&fixture, "alice", again).await;
    let expected = OperationAck {
        duplicate: Some(true),
        ..first
    };
    assert_eq!(second, expected);
    let there = react(json!({ "messageId": id, "emoji": "👍", "clientMessageId": "r2" }));
    let there = done(&fixture, "bob", there).await;
    assert_eq!((there.seq, there.duplicate), (3, Some(true)));
    assert_eq!(fixture.outlet.take(), Vec::<String>::new());
}

#[tokio::test]
async fn a_stale_edit_is_answered_with_the_message_as_it_is_now() {
    let fixture = fixture().await;
    let id = with_message(&fixture).await;
    let newer = json!({ "messageId": id, "content": "newer", "baseVersion": 1 });
    done(&fixture, "alice", edit(newer)).await;
    let stale = json!({ "messageId": id, "content": "mine", "baseVersion": 1 });
    let Refusal(error) = fixture
        .command("alice", edit(stale))
        .await
        .expect_err("refused");
    assert_eq!(
        (error.code.as_str(), error.retryable),
        ("STALE_VERSION", false)
    );
    let current = &error.details.expect("details")["current"];
    assert_eq!(current["content"], "newer");
    assert_eq!(
        (&current["version"], &current["seq"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&current["isEdited"], &current["messageId"]),
        (&json!(true), &json!(id))
    );
}

#[tokio::test]
async fn a_tab_that_was_taken_over_changes_nothing() {
    let fixture = fixture().await;
    let id = with_message(&fixture).await;
    let alice = User::from_id("alice");
    let laptop = Caller {
        user: &alice,
        socket_id: "s",
        device_id: Some("laptop"),
    };
    fixture.core.raise_fence(laptop, 5).await.expect("raised");
    let commands = [
        Command::Send(
            serde_json::from_value(json!({ "roomName": "general", "content": "x", "fence": 4 }))
                .expect("a message"),
        ),
        edit(json!({ "messageId": id, "content": "x", "fence": 4 })),
        react(json!({ "messageId": id, "emoji": "x", "fence": 4 })),
        unreact(json!({ "messageId": id, "emoji": "x", "fence": 4 })),
        delete(json!({ "messageId": id, "fence": 4 })),
    ];
    for command in commands {
        let refused = fixture.command_of("alice", Some("laptop"), command).await;
        let Refusal(error) = refused.expect_err("refused");
        assert_eq!(error.code, ErrorCode::Fenced.as_str());
        assert_eq!(error.details, Some(json!({ "fence": 5 })));
    }
    assert_eq!(fixture.outlet.take(), Vec::<String>::new());
    let leading = edit(json!({ "messageId": id, "content": "x", "fence": 5 }));
    let done = fixture.command_of("alice", Some("laptop"), leading).await;
    assert!(done.is_ok(), "{done:?}");
}

#[tokio::test]
async fn a_malformed_operation_is_refused_by_its_field() {
    let fixture = fixture().await;
    let id = with_message(&fixture).await;
    let long = "x".repeat(10_000);
    let bad = [
        (edit(json!({ "messageId": id, "content": "" })), "content"),
        (
            edit(json!({ "messageId": long, "content": "x" })),
            "messageId",
        ),
        (delete(json!({ "messageId": "" })), "messageId"),
        (
            delete(json!({ "messageId": id, "clientMessageId": long })),
            "clientMessageId",
        ),
        (
            delete(json!({ "messageId": id, "roomName": long })),
            "roomName",
        ),
        (react(json!({ "messageId": id, "emoji": "" })), "emoji"),
        (
            react(json!({ "messageId": id, "emoji": "x".repeat(65) })),
            "emoji",
        ),
        (
            unreact(json!({ "messageId": id, "emoji": "\u{202E}" })),
            "emoji",
        ),
    ];
    for (command, field) in bad {
        let Refusal(error) = fixture
            .command("alice", command)
            .await
            .expect_err("refused");
        assert_eq!(error.code, "VALIDATION_ERROR", "{field}");
        assert_eq!(error.details.expect("details")["field"], field);
    }
    let too_long = json!({ "messageId": id, "content": "x".repeat(MAX_CONTENT_BYTES + 1) });
    let refused = fixture.command("alice", edit(too_long)).await;
    assert_eq!(code(refused), ErrorCode::PayloadTooLarge);
    let foreign = json!({ "messageId": id, "content": "x" });
    let refused = fixture.command("bob", edit(foreign)).await;
    assert_eq!(code(refused), ErrorCode::Forbidden);
}
