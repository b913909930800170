//! What is queued outlives the page: the journal has it in the same instant, the store a little
//! later, and a new engine finds it.

use std::collections::VecDeque;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::disk::Disk;
use super::pipelining::connected_pipelining;
use super::world::World;
use crate::engine::config::{COMMIT_HOLD_MS, MAX_COMMIT_CHANGES};
use crate::engine::input::{Input, QueueCommand, RequestId};
use crate::engine::output::Output;
use crate::engine::store::{
    Keeper, Namespace, Purpose, StoreCommand, StoreEvent, StoreFailure, StoreOp, Table,
};

const ALICE: Option<&str> = Some("alice");

/// A world whose user is known from before, with the store open.
fn known() -> World {
    let mut world = World::stored();
    let server = "http://localhost:3101/socket.io/#/".to_owned();
    world
        .profile()
        .known_users
        .push((server, "alice".to_owned()));
    world.restart();
    world
}

fn ids(world: &World) -> Vec<String> {
    let queued = world.engine.queued();
    let ids = queued.iter().map(|message| message["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// The server takes the next message under the next `seq`.
fn take(world: &mut World, seq: u64) -> Json {
    let send = world.expect_event("message:send");
    let data = json!({"messageId": format!("m{seq}"), "seq": seq, "epoch": "e1"});
    world.ack(&send, data);
    send.body
}

/// The server takes so many messages: their contents, as they come.
fn take_all(world: &mut World, count: usize) -> Vec<Json> {
    let taken = (1..=count as u64).map(|seq| take(world, seq)["content"].clone());
    taken.collect()
}

#[test]
fn a_message_is_in_the_journal_when_queueing_returns_and_in_the_store_soon_after() {
    let mut world = known();
    world.disk().is_slow = true;
    let queued = world.queue_message("general", "one");
    assert_eq!(queued["persisted"], true);
    assert_eq!(world.journaled_keys(ALICE), ["one"]);
    assert_eq!(world.told_queue(), ["message:queued one"]);
    world.disk_catches_up();
    assert_eq!(world.told_queue(), ["message:persisted one"]);
    assert_eq!(world.stored_keys(ALICE), ["one"]);
    assert_eq!(world.journaled_keys(ALICE), Vec::<String>::new());
}

#[test]
fn a_message_that_only_the_journal_has_survives_the_page() {
    let mut world = known();
    world.disk().is_slow = true;
    world.queue_message("general", "one");
    world.restart();
    world.connect();
    assert_eq!(take(&mut world, 1)["content"], "one");
    assert_eq!(world.stored_keys(ALICE), Vec::<String>::new());
    assert_eq!(world.journaled_keys(ALICE), Vec::<String>::new());
}

#[test]
fn messages_keep_their_order_over_the_end_of_the_page() {
    let mut world = known();
    for key in ["c", "a", "b"] {
        world.queue_message("general", key);
    }
    world.restart();
    world.queue_message("general", "0");
    world.connect();
    for (seq, key) in (1..).zip(["c", "a", "b", "0"]) {
        assert_eq!(take(&mut world, seq)["content"], key);
    }
}

#[test]
fn a_page_that_ends_at_any_step_loses_no_message_and_the_server_sees_one_key() {
    for steps in 0..12 {
        let mut world = known();
        world.connect();
        world.disk_catches_up();
        world.disk().is_slow = true;
        world.queue_message("general", "one");
        let mut taken = 0;
        for step in 0..steps {
            match step % 3 {
                0 => {
                    world.disk_step();
                }
                1 if world.sent().contains(&"message:send") => {
                    take(&mut world, 1);
                    taken += 1;
                }
                _ => {
                    world.disk_step();
                }
            }
        }
        world.restart();
        world.connect();
        if world.sent().contains(&"message:send") {
            let body = take(&mut world, 1);
            assert_eq!(body["clientMessageId"], "one");
            taken += 1;
        }
        assert!(taken >= 1, "lost after {steps} steps");
        assert_eq!(world.stored_keys(ALICE), Vec::<String>::new(), "{steps}");
        assert_eq!(world.journaled_keys(ALICE), Vec::<String>::new(), "{steps}");
    }
}

#[test]
fn an_acknowledgement_is_one_transaction_entry_out_message_in() {
    let mut world = known();
    world.connect();
    world.join_room("general", 0);
    world.queue_message("general", "one");
    world.disk().is_slow = true;
    take(&mut world, 1);
    let commands: Vec<_> = world.disk().waiting.iter().cloned().collect();
    let [StoreCommand::Commit { fence, ops, .. }] = commands.as_slice() else {
        panic!("one transaction, not {commands:?}");
    };
    assert!(fence.is_some(), "only the leader may");
    let ops = format!("{ops:?}");
    assert!(
        ops.contains("Delete") && ops.contains("PutMessage"),
        "{ops}"
    );
}

#[test]
fn answers_that_come_close_together_are_one_transaction_with_one_record_of_the_room() {
    let mut world = known();
    world.server.greetings[0] = connected_pipelining();
    world.connect();
    world.join_room("general", 0);
    for key in ["one", "two", "three"] {
        world.queue_message("general", key);
    }
    world.disk().is_slow = true;
    for (seq, key) in [(1, "one"), (2, "two"), (3, "three")] {
        let echo = json!({
            "roomName": "general", "messageId": format!("m{seq}"), "clientMessageId": key,
            "userId": "alice", "content": key, "seq": seq, "epoch": "e1",
        });
        world.server_sends("message:new", echo);
    }
    let commits = |world: &mut World| world.disk().waiting.len();
    take(&mut world, 1);
    take(&mut world, 2);
    assert_eq!(commits(&mut world), 0, "one is under way yet");
    take(&mut world, 3);
    assert_eq!(commits(&mut world), 1);
    let ops = format!("{:?}", world.disk().waiting);
    assert_eq!(ops.matches("PutMessage").count(), 3, "{ops}");
    assert_eq!(ops.matches("table: Rooms").count(), 1, "{ops}");
}

#[test]
fn an_answer_is_committed_soon_whatever_becomes_of_those_that_are_to_come() {
    let mut world = known();
    world.server.greetings[0] = connected_pipelining();
    world.connect();
    world.join_room("general", 0);
    for key in ["one", "two"] {
        world.queue_message("general", key);
    }
    take(&mut world, 1);
    assert_eq!(world.stored_keys(ALICE), ["one", "two"]);
    world.advance(COMMIT_HOLD_MS);
    assert_eq!(world.stored_keys(ALICE), ["two"]);
}

/// Changes of each transaction, where so many inputs of so many changes come during the first.
fn transactions(inputs: usize, changes: usize) -> Vec<usize> {
    let mut keep = Keeper::<Json>::new();
    let mut outputs = VecDeque::new();
    let (server, user) = ("server".to_owned(), None);
    keep.open(&mut outputs, Namespace { server, user });
    let Some(Output::Store(StoreCommand::Open { id, .. })) = outputs.pop_front() else {
        panic!("it opens the store");
    };
    let opened = StoreEvent::Opened {
        id,
        records: Vec::new(),
        fence: 0,
        is_loss: false,
    };
    keep.handle(0, &mut outputs, opened);
    for _ in 0..inputs {
        for _ in 0..changes {
            let (table, key) = (Table::Outbox, "key".to_owned());
            keep.urgent(StoreOp::Delete { table, key }, Purpose::Nobody);
        }
        keep.settle(0, &mut outputs, false);
    }
    let mut sizes = Vec::new();
    while let Some(Output::Store(StoreCommand::Commit { id, ops, .. })) = outputs.pop_front() {
        sizes.push(ops.len());
        keep.handle(0, &mut outputs, StoreEvent::Committed { id });
        keep.settle(0, &mut outputs, false);
    }
    sizes
}

#[test]
fn what_the_browser_lost_is_reported_and_the_page_goes_on() {
    let mut world = known();
    world.profile().tells_loss = true;
    world.restart();
    world.connect();
    let errors = world.told_errors();
    let codes: Vec<_> = errors.iter().map(|error| error.code.as_str()).collect();
    assert_eq!(codes, ["STORAGE_LOST"]);
    world.queue_message("general", "one");
    assert_eq!(take(&mut world, 1)["content"], "one");
}

#[test]
fn a_transaction_has_whole_inputs_and_not_too_many() {
    assert_eq!(MAX_COMMIT_CHANGES, 128);
    assert_eq!(transactions(100, 3), [3, 126, 126, 45]);
    assert_eq!(transactions(3, 200), [200, 200, 200]);
}

#[test]
fn without_a_journal_a_message_is_persisted_once_the_store_has_it_and_goes_then() {
    let mut world = known();
    world.connect();
    world.disk().refuses_journal = true;
    world.disk().is_slow = true;
    let queued = world.queue_message("general", "first");
    assert_eq!(queued["persisted"], false);
    world.queue_message("general", "second");
    world.disk_catches_up();
    assert_eq!(
        world.engine.queued_message("second").unwrap()["persisted"],
        true
    );
    assert_eq!(take(&mut world, 1)["content"], "first");
    assert_eq!(take(&mut world, 2)["content"], "second");
}

#[test]
fn a_store_without_room_is_reported_once_and_messages_go_all_the_same() {
    let mut world = known();
    world.connect();
    world.disk().refuses_journal = true;
    world.disk().failures.extend([StoreFailure::Full; 3]);
    let queued = world.queue_message("general", "one");
    assert_eq!(queued["persisted"], false);
    world.advance(500);
    let errors = world.told_errors();
    let codes: Vec<_> = errors.iter().map(|error| error.code.as_str()).collect();
    assert_eq!(codes, ["STORAGE_FULL"]);
    assert_eq!(take(&mut world, 1)["content"], "one");
    world.advance(10_000);
    assert_eq!(world.stored_keys(ALICE), Vec::<String>::new());
}

#[test]
fn a_transaction_that_is_aborted_is_tried_again_until_it_is_in() {
    let mut world = known();
    world.disk().failures.extend([StoreFailure::Aborted; 4]);
    world.queue_message("general", "one");
    assert_eq!(world.told_queue(), ["message:queued one"]);
    world.advance(100 + 200 + 400 + 800);
    assert_eq!(world.told_queue(), ["message:persisted one"]);
}

#[test]
fn a_store_that_is_taken_away_is_opened_again_and_has_everything_again() {
    let mut world = known();
    world.queue_message("general", "one");
    let namespace = super::disk::namespace(ALICE);
    world.profile().store.evict(&namespace);
    world.input(Input::Store(crate::engine::store::StoreEvent::Lost));
    assert_eq!(world.stored_keys(ALICE), ["one"]);
    assert_eq!(ids(&world), ["one"]);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone_and_reported() {
    let mut world = known();
    let namespace = super::disk::namespace(ALICE);
    world.profile().store.upgrade(&namespace);
    world.queue_message("general", "one");
    let errors = world.told_errors();
    assert_eq!(errors[0].code, "SCHEMA_TOO_NEW");
    world.connect();
    assert_eq!(take(&mut world, 1)["content"], "one");
}

#[test]
fn a_damaged_record_is_set_aside_and_reported_and_the_rest_live_on() {
    let mut world = known();
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    damage(&mut world, "one");
    world.restart();
    world.connect();
    assert_eq!(world.told_errors()[0].code, "RECORD_CORRUPT");
    assert_eq!(take(&mut world, 1)["content"], "two");
    assert_eq!(world.stored_keys(ALICE), Vec::<String>::new());
}

/// Writes something else in place of a record.
fn damage(world: &mut World, key: &str) {
    use crate::engine::store::{Connection, StoreId, StoreOp, Table};
    let mut other = Connection::default();
    let namespace = super::disk::namespace(ALICE);
    let id = StoreId(0);
    let store = &mut world.profile().store;
    store.carry_out(&mut other, StoreCommand::Open { id, namespace });
    let ops = vec![StoreOp::Put {
        table: Table::Outbox,
        key: key.to_owned(),
        text: "1 00000000 {}".to_owned(),
    }];
    let fence = None;
    store.carry_out(&mut other, StoreCommand::Commit { id, fence, ops });
}

#[test]
fn a_failed_message_is_still_there_after_the_page_and_says_why() {
    let mut world = known();
    world.connect();
    world.queue_message("general", "one");
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
    world.restart();
    world.join("general");
    let failed = world.engine.queued_message("one").unwrap();
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["error"]["code"], "FORBIDDEN");
    assert_eq!(world.mirrors["general"][0]["state"], "failed");
    world.connect();
    assert!(!world.sent().contains(&"message:send"));
    let retried = world.queue(QueueCommand::Retry("one".to_owned()));
    assert_eq!(retried, Ok(json!(true)));
}

#[test]
fn on_a_plain_server_what_was_under_way_when_the_page_ended_has_an_unknown_outcome() {
    let mut world = World::plain();
    world.disk = World::stored().disk;
    world.connect();
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    world.expect_event("message:send");
    world.restart();
    world.connect();
    let failed = world.engine.queued_message("one").unwrap();
    assert_eq!(failed["error"]["code"], "UNKNOWN_OUTCOME");
    assert_eq!(world.expect_event("message:send").body["content"], "two");
}

#[test]
fn what_was_queued_before_the_user_was_known_is_kept_as_the_users() {
    let mut world = World::stored();
    world.queue_message("general", "one");
    assert_eq!(world.stored_keys(None), ["one"]);
    world.connect();
    assert_eq!(world.stored_keys(ALICE), ["one"]);
    assert_eq!(world.stored_keys(None), Vec::<String>::new());
    assert_eq!(take(&mut world, 1)["content"], "one");
    assert_eq!(world.profile().known_users[0].1, "alice");
}

#[test]
fn a_message_is_not_lost_when_the_page_ends_while_it_is_moved_to_its_user() {
    for steps in 0..8 {
        let mut world = World::stored();
        world.queue_message("general", "one");
        world.disk().is_slow = true;
        world.connect();
        for _ in 0..steps {
            world.disk_step();
        }
        world.restart();
        world.connect();
        assert_eq!(take(&mut world, 1)["content"], "one", "{steps}");
    }
}

#[test]
fn what_is_moved_to_its_user_comes_after_what_the_user_has_waiting() {
    let mut world = known();
    for key in ["1", "2", "3"] {
        world.queue_message("general", key);
    }
    for keys in [["4", "5"], ["6", "7"]] {
        // A browser that was killed may have forgotten who it was.
        world.profile().known_users.clear();
        world.restart();
        for key in keys {
            world.queue_message("general", key);
        }
    }
    world.connect();
    let order = take_all(&mut world, 7);
    assert_eq!(order, ["1", "2", "3", "4", "5", "6", "7"]);
}

#[test]
fn a_move_that_was_cut_short_changes_no_order() {
    for steps in 0..12 {
        let mut world = World::stored();
        world.queue_message("general", "1");
        world.queue_message("general", "2");
        world.disk().is_slow = true;
        world.connect();
        for _ in 0..steps {
            world.disk_step();
        }
        world.profile().known_users.clear();
        world.restart();
        world.disk().is_slow = false;
        world.queue_message("general", "3");
        world.connect();
        world.disk_catches_up();
        let order = take_all(&mut world, 3);
        assert_eq!(order, ["1", "2", "3"], "{steps}");
    }
}

#[test]
fn pages_that_forget_again_and_again_who_the_user_is_keep_the_order() {
    let mut world = World::stored();
    let mut queued = Vec::new();
    for page in 0..5 {
        let mut queue = |world: &mut World| {
            let text = queued.len().to_string();
            world.queue_message("general", &text);
            queued.push(text);
        };
        for _ in 0..=page {
            queue(&mut world);
        }
        // Every second page learns who the user is, and is gone before an answer comes.
        if page % 2 == 1 {
            world.connect();
            queue(&mut world);
        }
        world.profile().known_users.clear();
        world.restart();
    }
    world.connect();
    let order = take_all(&mut world, queued.len());
    assert_eq!(order, queued);
}

#[test]
fn what_a_page_left_that_had_forgotten_the_user_comes_before_what_the_next_one_queues() {
    let mut world = World::stored();
    world.connect();
    let known_users = world.profile().known_users.clone();
    world.profile().known_users.clear();
    world.restart();
    world.queue_message("general", "1");
    world.queue_message("general", "2");
    world.profile().known_users = known_users;
    world.restart();
    world.queue_message("general", "3");
    world.connect();
    let order = take_all(&mut world, 3);
    assert_eq!(order, ["1", "2", "3"]);
    assert_eq!(world.stored_keys(None), Vec::<String>::new());
}

#[test]
fn what_was_queued_as_the_user_before_their_store_was_open_comes_before_the_next_pages() {
    let mut world = World::stored();
    world.disk().is_slow = true;
    world.restart();
    world.disk().is_slow = true;
    world.connect();
    // Only nobody's journal knows it, and whose it is.
    world.queue_message("general", "1");
    world.profile().known_users.clear();
    world.restart();
    world.disk().is_slow = false;
    world.queue_message("general", "2");
    world.connect();
    let order = take_all(&mut world, 2);
    assert_eq!(order, ["1", "2"]);
}

#[test]
fn what_was_kept_of_the_user_under_nobodys_name_comes_before_what_later_pages_queue() {
    let mut world = World::stored();
    world.disk().is_slow = true;
    world.restart();
    world.disk().is_slow = true;
    world.queue_message("general", "1");
    world.connect();
    world.queue_message("general", "2");
    while world.stored_keys(None).len() < 2 {
        assert!(world.disk_step());
    }
    for text in ["3", "4"] {
        world.profile().known_users.clear();
        world.tab_id = text.to_owned();
        world.restart();
        world.disk().is_slow = false;
        world.queue_message("general", text);
    }
    world.connect();
    let order = take_all(&mut world, 4);
    assert_eq!(order, ["1", "2", "3", "4"]);
    assert_eq!(world.stored_keys(None), Vec::<String>::new());
}

#[test]
fn what_was_queued_as_the_user_under_nobodys_name_is_not_another_users() {
    let mut world = World::stored();
    world.disk().is_slow = true;
    world.connect();
    world.queue_message("general", "1");
    world.profile().known_users.clear();
    world.restart();
    world.disk().is_slow = false;
    let mut settings = world.engine.settings().clone();
    settings.user_id = Some("bob".to_owned());
    world.input(Input::Configured(Box::new(settings)));
    assert_eq!(world.stored_keys(Some("bob")), Vec::<String>::new());
    assert_eq!(world.journaled_keys(None), ["1"]);
}

#[test]
fn who_is_named_while_nobodys_store_is_being_opened_gets_what_it_holds() {
    let mut world = World::stored();
    world.queue_message("general", "one");
    world.disk().is_slow = true;
    world.restart();
    let mut settings = world.engine.settings().clone();
    world.input(Input::Configured(Box::new(settings.clone())));
    settings.user_id = Some("alice".to_owned());
    world.input(Input::Configured(Box::new(settings)));
    world.disk_catches_up();
    assert_eq!(world.stored_keys(ALICE), ["one"]);
    assert_eq!(world.stored_keys(None), Vec::<String>::new());
}

#[test]
fn what_another_page_kept_before_the_user_was_known_is_moved_as_well() {
    let mut world = World::stored();
    let mut other = World::with_seed(7);
    other.tab_id = "other".to_owned();
    other.disk = Some(Disk::of(Rc::clone(&world.disk().profile), 1));
    other.restart();
    world.queue_message("general", "mine");
    // Nothing that the pages say to each other is heard.
    other.queue_message("general", "theirs");
    other.disk().is_slow = true;
    other.queue_message("general", "journaled");
    other.disk().crash();
    world.connect();
    assert_eq!(world.stored_keys(None), Vec::<String>::new());
    let sent = take_all(&mut world, 3);
    // What is found was left by pages that are gone, for all that is known.
    assert_eq!(sent[2], "mine");
    assert!(sent.contains(&json!("theirs")) && sent.contains(&json!("journaled")));
}

#[test]
fn nothing_is_wiped_unread_where_nobodys_store_is_late() {
    let mut world = World::stored();
    world.queue_message("general", "one");
    world.restart();
    world.disk().is_late = true;
    world.restart();
    world.connect();
    world.queue_message("general", "two");
    assert_eq!(take(&mut world, 1)["content"], "two");
    world.restart();
    world.disk().is_late = false;
    world.restart();
    world.connect();
    world.advance(5_000);
    assert_eq!(take(&mut world, 2)["content"], "one");
}

#[test]
fn what_is_the_users_by_memory_only_stays_nobodys_until_the_users_store_is_found() {
    let mut world = World::stored();
    world.queue_message("general", "one");
    world.disk().is_late = true;
    world.connect();
    assert_eq!(world.stored_keys(None), ["one"]);
    world.disk().is_late = false;
    world.input(Input::Store(StoreEvent::Lost));
    assert_eq!(world.stored_keys(ALICE), ["one"]);
    world.advance(5_000);
    assert_eq!(world.stored_keys(None), Vec::<String>::new());
    assert_eq!(world.profile().known_users[0].1, "alice");
}

#[test]
fn a_store_that_is_found_late_has_what_was_queued_before() {
    let mut world = known();
    world.queue_message("general", "1");
    world.disk().is_late = true;
    world.restart();
    world.queue_message("general", "2");
    world.disk().is_late = false;
    world.input(Input::Store(StoreEvent::Lost));
    world.connect();
    assert_eq!(world.stored_keys(ALICE), ["1", "2"]);
    let order = take_all(&mut world, 2);
    assert_eq!(order, ["1", "2"]);
}

#[test]
fn what_is_queued_once_the_user_is_named_is_no_others_though_their_store_is_not_open() {
    let mut world = World::stored();
    world.disk().is_slow = true;
    world.restart();
    world.disk().is_slow = true;
    world.connect();
    world.queue_message("general", "of alice");
    world.restart();
    // Nothing but the journal knows it; another user signs in.
    world.server.greetings[1][1]["userId"] = json!("bob");
    world.connect();
    assert!(ids(&world).is_empty());
    world.advance(60_000);
    assert!(ids(&world).is_empty());
    assert!(!world.sent().contains(&"message:send"));
    world.restart();
    world.server.greetings[1][1]["userId"] = json!("alice");
    world.connect();
    world.advance(5_000);
    assert_eq!(take(&mut world, 1)["content"], "of alice");
    assert_eq!(world.profile().known_users[0].1, "alice");
}

#[test]
fn what_is_queued_once_another_user_is_named_reaches_them_though_no_store_is_open() {
    let mut world = known();
    world.restart();
    world.disk().is_slow = true;
    world.server.greetings[1][1]["userId"] = json!("bob");
    world.connect();
    world.queue_message("general", "of bob");
    // The page ends before any store was open.
    world.restart();
    world.server.greetings[1][1]["userId"] = json!("bob");
    world.connect();
    assert_eq!(take(&mut world, 1)["content"], "of bob");
}

#[test]
fn the_counts_say_whether_they_are_whole() {
    let mut world = World::stored();
    world.queue_message("general", "one");
    world.disk().is_slow = true;
    world.restart();
    world.disk().is_slow = true;
    let is_loaded = |world: &World| world.engine.queue_snapshot()["isLoaded"] == true;
    assert!(!is_loaded(&world));
    world.connect();
    assert!(!is_loaded(&world), "named, and not looked up yet");
    while !is_loaded(&world) {
        assert!(world.disk_step(), "the disk has nothing more to do");
    }
    assert_eq!(world.engine.queue_snapshot()["length"], 1);
}

#[test]
fn one_users_messages_are_neither_sent_nor_shown_as_anothers() {
    let mut world = known();
    world.queue_message("general", "alices");
    let greeting = json!(["authenticated", {"userId": "bob", "sessionId": "s", "rooms": []}]);
    world.server.greetings[1] = greeting;
    world.join("general");
    world.connect();
    assert_eq!(ids(&world), Vec::<String>::new());
    assert_eq!(world.mirrors["general"], Vec::<Json>::new());
    world.queue_message("elsewhere", "bobs");
    assert_eq!(take(&mut world, 1)["content"], "bobs");
    assert!(!world.sent().contains(&"message:send"));
    assert_eq!(world.stored_keys(ALICE), ["alices"]);
    world.server.greetings[1] = super::server::authenticated();
    world.restart();
    world.connect();
    assert_eq!(world.expect_event("message:send").body["content"], "alices");
}

#[test]
fn logging_out_leaves_nothing() {
    let mut world = known();
    world.connect();
    world.join_room("general", 0);
    world.queue_message("general", "one");
    let request: RequestId = world.request(Input::LogoutRequested);
    assert_eq!(world.take_settled(request).unwrap(), Ok(Json::Null));
    assert_eq!(ids(&world), Vec::<String>::new());
    assert_eq!(world.engine.rooms().len(), 0);
    assert_eq!(world.mirrors["general"], Vec::<Json>::new());
    assert_eq!(world.stored_keys(ALICE), Vec::<String>::new());
    assert_eq!(world.journaled_keys(ALICE), Vec::<String>::new());
    assert!(world.profile().known_users.is_empty());
    assert!(!world.connection().is_connected);
}

#[test]
fn a_logout_that_leaves_something_for_now_says_so_until_it_is_gone() {
    let mut world = known();
    world.queue_message("general", "one");
    world.disk().is_late = true;
    let first = world.request(Input::LogoutRequested);
    assert_eq!(world.rejection(first), "STORAGE_BUSY");
    assert_eq!(ids(&world), Vec::<String>::new());
    assert_eq!(world.stored_keys(ALICE), ["one"]);
    // Whose it was is not known any more.
    let second = world.request(Input::LogoutRequested);
    assert_eq!(world.rejection(second), "STORAGE_BUSY");
    world.disk().let_go();
    world.hear_disk();
    assert_eq!(world.stored_keys(ALICE), Vec::<String>::new());
    let third = world.request(Input::LogoutRequested);
    assert_eq!(world.take_settled(third).unwrap(), Ok(Json::Null));
}

#[test]
fn a_logout_is_done_where_there_is_no_store() {
    let mut world = World::new();
    world.queue_message("general", "one");
    let request = world.request(Input::LogoutRequested);
    assert_eq!(world.take_settled(request).unwrap(), Ok(Json::Null));
}

#[test]
fn whom_the_app_names_is_the_owner_before_the_server_says_anything() {
    let mut world = World::stored();
    let mut settings = world.engine.settings().clone();
    settings.user_id = Some("alice".to_owned());
    world.input(Input::Configured(Box::new(settings)));
    world.queue_message("general", "one");
    assert_eq!(world.stored_keys(ALICE), ["one"]);
}
