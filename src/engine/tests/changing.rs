//! Edits, deletions and reactions of ours: shown at once, queued like messages, and undone where
//! the server does not take them.

use serde_json::{Value as Json, json};

use super::world::World;
use crate::engine::input::{Input, Operation, QueueCommand, RequestId};
use crate::wire::connection::capability;

/// In a room with one message of bob's and one of alice's, on a server that knows operations.
fn in_general() -> World {
    let mut world = World::new();
    let connected = &mut world.server.greetings[0][1]["capabilities"];
    connected
        .as_array_mut()
        .unwrap()
        .push(json!(capability::OPERATIONS));
    world.connect();
    world.join_room("general", 0);
    for (seq, user) in [(1, "bob"), (2, "alice")] {
        let message = json!({
            "roomName": "general", "messageId": format!("m{seq}"), "userId": user,
            "content": "hello", "seq": seq, "epoch": "e1", "version": 1,
            "timestamp": "2026-01-30T12:00:00.000Z",
        });
        world.server_sends("message:new", message);
    }
    world
}

fn ask(world: &mut World, operation: Operation<Json>) -> RequestId {
    let room = "general".to_owned();
    world.request(|request| Input::OperationRequested {
        room,
        operation,
        request,
    })
}

fn edit(world: &mut World, content: &str) -> RequestId {
    let operation = Operation::Edit {
        message_id: "m2".to_owned(),
        content: json!(content),
        base_version: Some(1),
    };
    ask(world, operation)
}

#[test]
fn an_edit_shows_at_once_and_resolves_with_the_servers_word() {
    let mut world = in_general();
    let request = edit(&mut world, "better");
    assert_eq!(world.mirrors["general"][1]["content"], "better");
    let sent = world.expect_event("message:edit");
    let key = sent.body["clientMessageId"].clone();
    assert_eq!(
        sent.body,
        json!({
            "roomName": "general", "messageId": "m2", "content": "better", "baseVersion": 1,
            "clientMessageId": key,
        })
    );
    let data = json!({
        "messageId": "m2", "clientMessageId": key, "version": 2, "seq": 3, "epoch": "e1",
        "timestamp": "2026-01-30T12:00:01.000Z",
    });
    world.ack(&sent, data.clone());
    assert_eq!(world.take_settled(request).unwrap(), Ok(data));
    assert_eq!(world.mirrors["general"][1]["content"], "better");
}

#[test]
fn a_page_that_is_older_than_an_edit_of_ours_brings_the_reactions_all_the_same() {
    let mut world = in_general();
    let message = json!({
        "roomName": "general", "messageId": "m4", "userId": "alice", "content": "hello",
        "seq": 4, "epoch": "e1", "version": 1, "timestamp": "2026-01-30T12:00:00.000Z",
    });
    world.server_sends("message:new", message.clone());
    let asked = world.expect_event("sync:messages");
    ask(
        &mut world,
        Operation::Edit {
            message_id: "m4".to_owned(),
            content: json!("better"),
            base_version: Some(1),
        },
    );
    let sent = world.expect_event("message:edit");
    let key = sent.body["clientMessageId"].clone();
    let taken = json!({
        "messageId": "m4", "clientMessageId": key, "version": 2, "seq": 6, "epoch": "e1",
        "timestamp": "2026-01-30T12:00:01.000Z",
    });
    world.ack(&sent, taken);
    let mut older = message;
    older["reactions"] = json!([{"emoji": "+1", "userIds": ["bob"]}]);
    let page = json!({
        "messages": [older], "operations": [], "fromSeq": 3, "toSeq": 5, "headSeq": 5,
        "hasMore": false, "epoch": "e1", "serverTime": 1,
    });
    world.ack(&asked, page);
    let shown = &world.mirrors["general"][2];
    assert_eq!(shown["content"], "better");
    assert_eq!(shown["reactions"][0]["userIds"], json!(["bob"]));
}

#[test]
fn changes_and_messages_of_a_channel_go_in_one_order() {
    let mut world = in_general();
    world.queue_message("general", "one");
    edit(&mut world, "better");
    let (message_id, emoji) = ("m1".to_owned(), "+1".to_owned());
    ask(&mut world, Operation::AddReaction { message_id, emoji });
    for name in ["message:send", "message:edit", "reaction:add"] {
        assert_eq!(world.sent(), [name]);
        let sent = world.expect_event(name);
        world.ack(&sent, json!({"messageId": "m9"}));
    }
}

#[test]
fn an_edit_of_an_older_version_is_parked_with_both_texts_and_shown_no_more() {
    let mut world = in_general();
    let request = edit(&mut world, "mine");
    let sent = world.expect_event("message:edit");
    let current = json!({"messageId": "m2", "content": "theirs", "version": 2});
    world.refuse(
        &sent,
        json!({
            "code": "STALE_VERSION", "message": "changed", "details": {"current": current},
        }),
    );
    let error = world.take_settled(request).unwrap().unwrap_err();
    assert_eq!(error.code, "STALE_VERSION");
    assert_eq!(world.mirrors["general"][1]["content"], "hello");
    let queued = world.engine.queued();
    assert_eq!(queued[0]["kind"], "message:edit");
    assert_eq!(queued[0]["content"], "mine");
    assert_eq!(
        queued[0]["error"]["details"]["current"]["content"],
        "theirs"
    );
    // The app settles it: its text, made from the newer version.
    let id = queued[0]["id"].as_str().unwrap().to_owned();
    let patch = json!({"content": "both", "baseVersion": 2});
    let updated = world.queue(QueueCommand::Update(id.clone(), patch));
    assert_eq!(updated, Ok(json!(true)));
    assert_eq!(world.queue(QueueCommand::Retry(id)), Ok(json!(true)));
    let again = world.expect_event("message:edit");
    assert_eq!(
        (&again.body["content"], &again.body["baseVersion"]),
        (&json!("both"), &json!(2))
    );
}

#[test]
fn a_reaction_that_is_refused_is_undone_and_can_be_discarded() {
    let mut world = in_general();
    let (message_id, emoji) = ("m1".to_owned(), "+1".to_owned());
    let request = ask(&mut world, Operation::AddReaction { message_id, emoji });
    assert_eq!(world.mirrors["general"][0]["reactions"][0]["emoji"], "+1");
    let sent = world.expect_event("reaction:add");
    world.refuse(&sent, json!({"code": "FORBIDDEN", "message": "no"}));
    assert_eq!(world.rejection(request), "FORBIDDEN");
    let reactions = &world.mirrors["general"][0]["reactions"];
    assert!(
        reactions.as_array().is_none_or(Vec::is_empty),
        "{reactions}"
    );
    let id = sent.body["clientMessageId"].as_str().unwrap().to_owned();
    assert_eq!(world.queue(QueueCommand::Remove(id)), Ok(json!(true)));
    assert_eq!(world.engine.queued(), Vec::<Json>::new());
}

#[test]
fn a_change_of_ours_that_waits_shows_in_a_room_that_is_joined_later() {
    let mut world = in_general();
    world.lose_connection();
    edit(&mut world, "better");
    world.leave("general");
    world.join("general");
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack(&join, super::peer::joined("general", 2));
    let page = world.expect_event("sync:messages");
    let message = |seq: u64, user: &str| {
        json!({
            "roomName": "general", "messageId": format!("m{seq}"), "userId": user,
            "content": "hello", "seq": seq, "epoch": "e1", "version": 1,
        })
    };
    let messages = [message(1, "bob"), message(2, "alice")];
    world.ack(
        &page,
        json!({
            "messages": messages, "epoch": "e1", "headSeq": 2, "fromSeq": 1, "toSeq": 2,
            "hasMore": false, "serverTime": 1,
        }),
    );
    assert_eq!(world.mirrors["general"][1]["content"], "better");
}

#[test]
fn a_server_that_knows_no_changes_is_not_asked_for_one() {
    let mut world = World::connected();
    world.join_room("general", 0);
    let request = edit(&mut world, "better");
    assert_eq!(world.rejection(request), "UNKNOWN_EVENT");
    assert_eq!(world.sent(), Vec::<&str>::new());
}
