//! The queue as the app uses it: added to, looked at, changed, emptied, and sent.

use serde_json::{Value as Json, json};

use super::peer::joined;
use super::world::World;
use crate::engine::config::MAX_IN_FLIGHT;
use crate::engine::input::{Input, QueueCommand};

fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world
}

/// The status of everything queued, in order: `pending one`.
fn statuses(world: &World) -> Vec<String> {
    let queued = world.engine.queued();
    let line = |message: &Json| {
        let (status, id) = (message["status"].as_str(), message["id"].as_str());
        format!("{} {}", status.unwrap(), id.unwrap())
    };
    queued.iter().map(line).collect()
}

fn remove(world: &mut World, id: &str) -> bool {
    world.queue(QueueCommand::Remove(id.to_owned())).unwrap() == json!(true)
}

fn update(world: &mut World, id: &str, patch: Json) -> bool {
    let command = QueueCommand::Update(id.to_owned(), patch);
    world.queue(command).unwrap() == json!(true)
}

fn retry(world: &mut World, id: &str) -> bool {
    world.queue(QueueCommand::Retry(id.to_owned())).unwrap() == json!(true)
}

fn forbid(world: &mut World) {
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
}

fn take(world: &mut World) -> Json {
    let send = world.expect_event("message:send");
    world.ack(&send, json!({"messageId": send.body["clientMessageId"]}));
    send.body
}

#[test]
fn a_queued_message_is_what_the_documents_say() {
    let mut world = World::new();
    let message = json!({
        "channelId": "general", "content": "hi", "type": "text", "threadId": "t",
        "mentions": ["bob"], "clientMessageId": "one",
    });
    world.queue(QueueCommand::Add(message)).unwrap();
    assert_eq!(
        world.engine.queued(),
        [json!({
            "id": "one", "clientMessageId": "one", "kind": "message:send", "channelId": "general",
            "content": "hi", "type": "text", "threadId": "t", "mentions": ["bob"],
            "timestamp": 1_769_774_400_000_u64, "retries": 0, "status": "pending",
            "persisted": true,
        })]
    );
}

#[test]
fn what_is_no_message_is_refused_and_not_queued() {
    let mut world = World::new();
    for message in [
        json!(null),
        json!({"content": "hi"}),
        json!({"channelId": "", "content": "hi"}),
        json!({"channelId": 7, "content": "hi"}),
        json!({"channelId": "general", "content": {}}),
        json!({"channelId": "general", "content": "hi", "clientMessageId": ""}),
    ] {
        let error = world.queue(QueueCommand::Add(message.clone())).unwrap_err();
        assert_eq!(error.code, "VALIDATION_ERROR", "{message}");
    }
    let long = json!({"channelId": "general", "content": "x".repeat(1_000_001)});
    let error = world.queue(QueueCommand::Add(long)).unwrap_err();
    assert_eq!(error.code, "PAYLOAD_TOO_LARGE");
    assert_eq!(world.engine.queued(), Vec::<Json>::new());
}

#[test]
fn a_message_queued_to_a_room_that_was_never_joined_is_the_servers_to_decide() {
    let mut world = World::connected();
    world.queue_message("elsewhere", "one");
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "NOT_IN_ROOM", "message": "no"}));
    assert_eq!(statuses(&world), ["failed one"]);
}

#[test]
fn a_message_that_came_before_its_room_was_joined_goes_again_once_it_is() {
    let mut world = World::connected();
    world.queue_message("general", "one");
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "NOT_IN_ROOM", "message": "no"}));
    world.queue_message("general", "two");
    world.join_room("general", 0);
    take(&mut world);
    assert_eq!(take(&mut world)["content"], "one");
}

#[test]
fn what_was_queued_without_a_connection_goes_in_order_once_there_is_one() {
    let mut world = World::new();
    for key in ["one", "two", "three"] {
        world.queue_message("general", key);
    }
    world.connect();
    for key in ["one", "two", "three"] {
        assert_eq!(take(&mut world)["content"], key);
    }
    let told = world.told_queue();
    let expected = [
        "message:queued one",
        "message:queued two",
        "message:queued three",
        "queue:flushing 3",
        "message:sending one",
        "message:sent one",
        "message:sending two",
        "message:sent two",
        "message:sending three",
        "message:sent three",
        "queue:flushed 3",
    ];
    assert_eq!(told, expected);
    assert_eq!(world.engine.queued(), Vec::<Json>::new());
}

#[test]
fn the_limit_counts_what_waits_and_nothing_is_dropped_for_it() {
    let mut world = in_general();
    let limit = json!({"maxQueueSize": 2});
    world.queue(QueueCommand::Configure(limit)).unwrap();
    world.queue_message("general", "parked");
    forbid(&mut world);
    world.queue_message("general", "flying");
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    let message = json!({"channelId": "general", "content": "three"});
    let error = world.queue(QueueCommand::Add(message)).unwrap_err();
    assert_eq!(error.code, "QUEUE_FULL");
    assert_eq!(
        statuses(&world),
        [
            "sending flying",
            "pending one",
            "pending two",
            "failed parked"
        ]
    );
}

#[test]
fn the_same_message_queued_twice_is_one() {
    let mut world = in_general();
    world.queue_message("general", "flying");
    world.queue_message("general", "one");
    let again = world.queue_message("general", "one");
    assert_eq!(again["status"], "pending");
    assert_eq!(
        world.queue_message("general", "flying")["status"],
        "sending"
    );
    assert_eq!(statuses(&world), ["sending flying", "pending one"]);
    assert_eq!(world.engine.timeline("general").len(), 2);
}

#[test]
fn a_message_that_failed_is_replaced_by_one_of_the_same_key_and_stays_one_row() {
    let mut world = in_general();
    world.queue_message("general", "one");
    forbid(&mut world);
    world.queue_message("general", "one");
    assert_eq!(statuses(&world), ["sending one"]);
    assert_eq!(world.engine.timeline("general").len(), 1);
}

#[test]
fn a_message_that_waits_can_be_taken_out_and_one_in_flight_cannot() {
    let mut world = in_general();
    world.queue_message("general", "flying");
    world.queue_message("general", "one");
    assert!(remove(&mut world, "one"));
    assert!(!remove(&mut world, "one"), "it is gone");
    assert!(!remove(&mut world, "flying"));
    assert_eq!(world.mirrors["general"].len(), 1);
    take(&mut world);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn who_waits_for_a_message_that_is_taken_out_hears_so() {
    let mut world = World::new();
    world.join("general");
    let options = json!({"clientMessageId": "one"});
    let request = world.send_with("general", "hi", options);
    assert!(remove(&mut world, "one"));
    assert_eq!(world.rejection(request), "CANCELLED");
    assert_eq!(world.mirrors["general"], Vec::<Json>::new());
}

#[test]
fn a_message_that_waits_goes_as_it_was_changed_and_one_in_flight_as_it_was() {
    let mut world = in_general();
    world.queue_message("general", "flying");
    world.queue_message("general", "one");
    assert!(update(&mut world, "one", json!({"content": "changed"})));
    assert!(!update(&mut world, "flying", json!({"content": "late"})));
    assert!(!update(&mut world, "unknown", json!({"content": "x"})));
    assert_eq!(world.mirrors["general"][1]["content"], "changed");
    assert_eq!(take(&mut world)["content"], "flying");
    assert_eq!(take(&mut world)["content"], "changed");
}

#[test]
fn a_message_that_was_sent_and_not_answered_cannot_be_taken_out_or_changed() {
    let mut world = in_general();
    world.queue_message("general", "one");
    world.expect_event("message:send");
    world.lose_connection();
    assert!(!remove(&mut world, "one"), "the server may have it");
    assert!(!update(&mut world, "one", json!({"content": "other"})));
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    let send = world.expect_event("message:send");
    world.refuse(
        &send,
        json!({"code": "RATE_LIMITED", "message": "slow down"}),
    );
    assert!(remove(&mut world, "one"), "the server does not have it");
}

#[test]
fn a_change_that_makes_no_sense_is_refused() {
    let mut world = World::new();
    world.queue_message("general", "one");
    for patch in [json!({}), json!({"content": 7}), json!({"channelId": "x"})] {
        let command = QueueCommand::Update("one".to_owned(), patch.clone());
        let error = world.queue(command).unwrap_err();
        assert_eq!(error.code, "VALIDATION_ERROR", "{patch}");
    }
}

#[test]
fn a_message_that_failed_lets_later_ones_pass_and_can_be_changed_and_retried() {
    let mut world = in_general();
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    forbid(&mut world);
    let failed = world.engine.queued_message("one").unwrap();
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["lastError"], "muted");
    assert_eq!(failed["error"]["code"], "FORBIDDEN");
    assert_eq!(take(&mut world)["content"], "two");
    assert!(update(&mut world, "one", json!({"content": "polite"})));
    assert_eq!(world.sent(), Vec::<&str>::new(), "not before it is retried");
    assert!(retry(&mut world, "one"));
    assert!(!retry(&mut world, "one"), "it waits already");
    assert!(!retry(&mut world, "unknown"));
    assert_eq!(take(&mut world)["content"], "polite");
    assert_eq!(world.engine.queued(), Vec::<Json>::new());
}

#[test]
fn a_message_that_is_put_off_holds_its_channel_back_and_no_other() {
    let mut world = in_general();
    world.join_room("other", 0);
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    world.queue_message("other", "three");
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "INTERNAL_ERROR", "message": "down"}));
    assert_eq!(take(&mut world)["content"], "three");
    world.advance(999);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(101);
    assert_eq!(take(&mut world)["content"], "one");
    assert_eq!(take(&mut world)["content"], "two");
}

#[test]
fn no_more_than_allowed_are_in_flight_and_every_channel_has_its_turn() {
    const ROOMS: usize = MAX_IN_FLIGHT + 12;
    let mut world = World::new();
    let options = json!({"maxQueueSize": ROOMS});
    world.queue(QueueCommand::Configure(options)).unwrap();
    for n in 0..ROOMS {
        world.queue_message(&format!("room {n:03}"), &format!("{n:03}"));
    }
    world.connect();
    let mut sent = Vec::new();
    for _ in 0..ROOMS {
        assert!(world.sent().len() <= MAX_IN_FLIGHT);
        sent.push(take(&mut world)["content"].as_str().unwrap().to_owned());
    }
    let expected: Vec<String> = (0..ROOMS).map(|n| format!("{n:03}")).collect();
    assert_eq!(sent, expected);
}

#[test]
fn emptying_the_queue_leaves_what_is_in_flight() {
    let mut world = in_general();
    world.queue_message("general", "parked");
    forbid(&mut world);
    for key in ["flying", "one", "two"] {
        world.queue_message("general", key);
    }
    assert_eq!(world.queue(QueueCommand::Clear), Ok(json!(3)));
    assert_eq!(statuses(&world), ["sending flying"]);
    take(&mut world);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn flushing_says_what_was_sent_and_what_failed() {
    let mut world = World::new();
    world.queue_message("general", "one");
    let early = world.request(Input::FlushRequested);
    let nothing = Ok(json!({"sent": 0, "failed": 0}));
    assert_eq!(world.take_settled(early).unwrap(), nothing);
    world.queue_message("general", "two");
    world.queue_message("other", "three");
    world.connect();
    let request = world.request(Input::FlushRequested);
    forbid(&mut world);
    take(&mut world);
    assert!(world.is_pending(request));
    take(&mut world);
    let done = Ok(json!({"sent": 2, "failed": 1}));
    assert_eq!(world.take_settled(request).unwrap(), done);
}

#[test]
fn a_message_that_is_queued_while_others_are_sent_goes_behind_them() {
    let mut world = World::new();
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    world.connect();
    let request = world.request(Input::FlushRequested);
    assert_eq!(take(&mut world)["content"], "one");
    world.queue_message("general", "three");
    assert_eq!(take(&mut world)["content"], "two");
    assert_eq!(take(&mut world)["content"], "three");
    assert!(world.take_settled(request).is_some());
    assert_eq!(world.engine.queued(), Vec::<Json>::new());
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn the_counts_are_those_of_the_queue() {
    let mut world = in_general();
    world.queue_message("general", "parked");
    forbid(&mut world);
    world.queue_message("general", "flying");
    world.queue_message("general", "one");
    assert_eq!(
        world.engine.queue_snapshot(),
        json!({
            "length": 3, "pending": 1, "inFlight": 1, "failed": 1, "isFlushing": false,
            "isLeader": true, "isLoaded": true, "persisted": true,
        })
    );
}

#[test]
fn losing_the_connection_uses_up_no_attempt() {
    let mut world = in_general();
    world.queue_message("general", "one");
    for _ in 0..20 {
        world.expect_event("message:send");
        world.lose_connection();
        world.advance(1_000);
        let join = world.expect_event("room:join");
        world.ack(&join, joined("general", 0));
    }
    let queued = world.engine.queued_message("one").unwrap();
    assert_eq!(queued["retries"], 0.0);
}

#[test]
fn a_server_that_says_nothing_at_all_uses_up_no_attempt() {
    let mut world = in_general();
    world.queue_message("general", "one");
    world.expect_event("message:send");
    world.server.is_cut = true;
    world.advance(30_000);
    let queued = world.engine.queued_message("one").unwrap();
    assert_eq!(
        (&queued["retries"], &queued["status"]),
        (&json!(0), &json!("sending"))
    );
}

#[test]
fn a_room_shows_what_waits_for_it_from_the_moment_it_is_wanted() {
    let mut world = World::new();
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    world.join("general");
    let shown: Vec<_> = world.mirrors["general"]
        .iter()
        .map(|row| row["content"].as_str().unwrap())
        .collect();
    assert_eq!(shown, ["one", "two"]);
}
