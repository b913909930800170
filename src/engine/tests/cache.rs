//! Messages in the store: shown before there is a connection, never in the way of newer ones.

use serde_json::{Value as Json, json};

use super::disk::namespace;
use super::log::{Deed, Log, plain};
use super::peer::joined;
use super::world::World;
use crate::engine::config::{CACHE_SLACK, CACHED_MESSAGES};
use crate::engine::input::{Input, RequestId};
use crate::engine::store::{
    Connection, MemoryStore, StoreCommand, StoreEvent, StoreFailure, StoreId, StoreOp, Table,
};
use crate::wire::connection::capability;

/// Long enough for everything to be put and committed.
const A_WHILE_MS: u64 = 1_000;

/// A world with a store, of which the user is known.
fn stored() -> World {
    let mut world = World::stored();
    world.connect();
    world
}

/// In an empty room, where the log's entries then came live, and were committed.
fn with_log(world: &mut World, log: &Log) {
    world.join_room("general", 0);
    for (event, payload) in &log.entries {
        world.server_sends(event, payload.clone());
    }
    world.advance(A_WHILE_MS);
    world.notifications();
}

fn log_of(count: usize) -> Log {
    let mut log = Log::new("e1");
    for number in 0..count {
        log.send("bob", &format!("b{number}"));
    }
    log
}

/// The page is loaded again, and the room wanted, before there is a connection.
fn reload(world: &mut World) -> RequestId {
    world.restart();
    world.join("general")
}

/// The connection comes, and the room's log has `head_seq` entries by then.
fn come_back(world: &mut World, head_seq: u64) {
    world.ask_to_connect();
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", head_seq));
}

fn rows(world: &World) -> Vec<Json> {
    let rows = world.engine.timeline("general");
    rows.iter().map(plain).collect()
}

fn seqs(world: &World) -> Vec<u64> {
    let rows = world.engine.timeline("general").into_iter();
    rows.filter_map(|row| row["seq"].as_u64()).collect()
}

fn messages(log: &Log) -> Vec<Json> {
    log.messages().iter().map(plain).collect()
}

/// Runs a command on the user's store, as another tab would.
fn on_disk(world: &mut World, command: StoreCommand<Json>) -> StoreEvent<Json> {
    let mut tab = Connection::default();
    let disk = world.disk();
    let open = StoreCommand::Open {
        id: StoreId(0),
        namespace: namespace(Some("alice")),
    };
    let opened = disk
        .profile
        .borrow_mut()
        .store
        .carry_out(&mut tab, open)
        .pop()
        .unwrap();
    match command {
        StoreCommand::Close => opened,
        command => disk
            .profile
            .borrow_mut()
            .store
            .carry_out(&mut tab, command)
            .pop()
            .unwrap(),
    }
}

pub(super) fn change(world: &mut World, op: StoreOp<Json>) {
    let command = StoreCommand::Commit {
        id: StoreId(0),
        fence: None,
        ops: vec![op],
    };
    assert!(matches!(
        on_disk(world, command),
        StoreEvent::Committed { .. }
    ));
}

/// The `seq`s of the messages in the store.
fn seqs_on_disk(world: &mut World) -> Vec<u64> {
    let command = StoreCommand::ReadMessages {
        id: StoreId(0),
        room: "general".to_owned(),
        before_seq: None,
        limit: u32::MAX,
    };
    match on_disk(world, command) {
        StoreEvent::Messages { messages, .. } => messages
            .iter()
            .map(|message| message["seq"].as_u64().unwrap_or(0))
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// The record of the room in the store.
fn record_on_disk(world: &mut World) -> Option<String> {
    let StoreEvent::Opened { records, .. } = on_disk(world, StoreCommand::Close) else {
        panic!("not open");
    };
    let mut rooms = records
        .into_iter()
        .filter(|(table, ..)| *table == Table::Rooms);
    rooms.next().map(|(_, _, text)| text)
}

#[test]
fn a_reload_shows_messages_before_there_is_a_connection() {
    let mut world = stored();
    let log = log_of(5);
    with_log(&mut world, &log);
    reload(&mut world);
    assert_eq!(rows(&world), messages(&log));
    assert_eq!(world.told_seqs(), Vec::<u64>::new(), "they are history");
}

#[test]
fn after_a_reload_only_what_was_missed_is_fetched_and_told() {
    let mut world = stored();
    let mut log = log_of(5);
    with_log(&mut world, &log);
    reload(&mut world);
    for key in ["b5", "b6"] {
        log.send("bob", key);
    }
    log.operate("bob", "e1-1", Deed::Edit, "edited meanwhile");
    come_back(&mut world, log.head());
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body["afterSeq"], 5);
    world.ack(&request, log.page(&request.body, 50));
    assert_eq!(rows(&world), messages(&log));
    assert_eq!((world.told_seqs(), world.sent()), (vec![6, 7], vec![]));
}

#[test]
fn what_another_tab_put_since_the_store_was_opened_is_as_new_as_its_record_says() {
    let mut world = stored();
    let mut log = log_of(2);
    with_log(&mut world, &log);
    let before = record_on_disk(&mut world).unwrap();
    log.operate("bob", "e1-1", Deed::Edit, "edited");
    let (event, edit) = log.entries.last().cloned().unwrap();
    world.server_sends(event, edit);
    world.advance(A_WHILE_MS);
    world.restart();
    let settings = world.engine.settings().clone();
    world.input(Input::Configured(Box::new(settings)));
    // The other tab knows nothing of the edit.
    let body = log_of(2).messages().remove(0);
    let (room, key) = ("general".to_owned(), "general".to_owned());
    change(&mut world, StoreOp::PutMessage { room, seq: 1, body });
    let (table, text) = (Table::Rooms, before);
    change(&mut world, StoreOp::Put { table, key, text });
    world.join("general");
    come_back(&mut world, log.head());
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body["afterSeq"], 2);
    world.ack(&request, log.page(&request.body, 50));
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn where_nothing_was_missed_nothing_is_fetched() {
    let mut world = stored();
    let log = log_of(3);
    with_log(&mut world, &log);
    reload(&mut world);
    come_back(&mut world, log.head());
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.server_sends("message:new", log.clone().send("bob", "b3"));
    assert_eq!(world.told_seqs(), [4]);
}

#[test]
fn changes_of_messages_are_kept_as_well() {
    let mut world = stored();
    let mut log = log_of(3);
    with_log(&mut world, &log);
    for deed in [Deed::Edit, Deed::React] {
        let event = log.operate("bob", "e1-2", deed, "edited").unwrap();
        world.server_sends(deed.event(), event);
        world.advance(A_WHILE_MS);
    }
    reload(&mut world);
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn a_burst_is_one_transaction_and_only_the_newest_messages_are_kept() {
    let mut world = stored();
    let log = log_of(CACHED_MESSAGES + 500);
    world.join_room("general", 0);
    let before = world.disk().commits;
    for (event, payload) in &log.entries {
        world.server_sends(event, payload.clone());
    }
    assert!(
        world.short_ways > log.entries.len() - 10,
        "the hot path is unhurt"
    );
    assert_eq!(world.disk().commits, before, "nothing is put meanwhile");
    world.advance(A_WHILE_MS);
    assert_eq!(world.disk().commits, before + 1);
    let kept = log.head() - CACHED_MESSAGES as u64 + 1..=log.head();
    assert_eq!(seqs_on_disk(&mut world), kept.clone().collect::<Vec<_>>());
    reload(&mut world);
    assert_eq!(seqs(&world), kept.collect::<Vec<_>>());
}

#[test]
fn what_is_kept_of_a_room_is_bounded() {
    let mut world = stored();
    let mut log = log_of(10);
    with_log(&mut world, &log);
    for number in 0..800 {
        let message = log.send("bob", &format!("more {number}"));
        world.server_sends("message:new", message);
        if number % 7 == 0 {
            world.advance(A_WHILE_MS);
        }
    }
    world.advance(A_WHILE_MS);
    let stored = seqs_on_disk(&mut world);
    assert!(
        stored.len() <= CACHED_MESSAGES + 2 * CACHE_SLACK + 7,
        "{}",
        stored.len()
    );
    assert_eq!(stored.last(), Some(&log.head()));
    reload(&mut world);
    assert_eq!(seqs(&world).len(), CACHED_MESSAGES);
}

#[test]
fn older_messages_that_were_paged_back_to_are_not_taken_for_kept_ones() {
    let mut world = stored();
    let log = log_of(60);
    world.join_room("general", log.head());
    let request = world.expect_event("sync:messages");
    world.ack(&request, log.page(&request.body, 20));
    world.advance(A_WHILE_MS);
    world.load_older("general");
    let request = world.expect_event("sync:messages");
    world.ack(&request, log.page(&request.body, 20));
    let mut log = log;
    world.server_sends("message:new", log.send("bob", "last"));
    world.advance(A_WHILE_MS);
    assert_eq!(seqs(&world), (21..=61).collect::<Vec<_>>());
    reload(&mut world);
    assert_eq!(seqs(&world), (41..=61).collect::<Vec<_>>());
    come_back(&mut world, log.head());
    world.load_older("general");
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body["beforeSeq"], 41);
}

#[test]
fn another_history_clears_what_was_kept() {
    let mut world = stored();
    with_log(&mut world, &log_of(5));
    reload(&mut world);
    assert_eq!(seqs(&world).len(), 5);
    let mut anew = Log::new("e2");
    anew.send("bob", "first");
    world.ask_to_connect();
    let join = world.expect_event("room:join");
    let mut answer = joined("general", anew.head());
    answer["epoch"] = json!("e2");
    world.ack(&join, answer);
    assert_eq!(seqs(&world), Vec::<u64>::new());
    let request = world.expect_event("sync:messages");
    world.ack(&request, anew.page(&request.body, 50));
    world.advance(A_WHILE_MS);
    assert_eq!(rows(&world), messages(&anew));
    assert_eq!(seqs_on_disk(&mut world), [1]);
    reload(&mut world);
    assert_eq!(rows(&world), messages(&anew));
}

#[test]
fn leaving_a_room_takes_it_out_of_the_store() {
    let mut world = stored();
    with_log(&mut world, &log_of(5));
    world.leave("general");
    world.advance(A_WHILE_MS);
    assert_eq!(seqs_on_disk(&mut world), Vec::<u64>::new());
    assert_eq!(record_on_disk(&mut world), None);
}

#[test]
fn what_is_read_late_does_not_go_over_what_is_known_by_then() {
    let mut world = stored();
    let mut log = log_of(5);
    with_log(&mut world, &log);
    world.restart();
    world.disk().is_slow = true;
    world.join("general");
    for key in ["b5", "b6"] {
        log.send("bob", key);
    }
    log.operate("bob", "e1-5", Deed::Edit, "edited meanwhile");
    come_back(&mut world, log.head());
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body["afterSeq"], Json::Null);
    world.ack(&request, log.page(&request.body, 50));
    world.server_sends("message:new", log.send("bob", "b7"));
    assert_eq!(world.told_seqs(), [9]);
    world.disk_catches_up();
    assert_eq!(rows(&world), messages(&log));
    world.disk().is_slow = false;
    world.advance(A_WHILE_MS);
    reload(&mut world);
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn a_message_that_was_deleted_before_the_store_was_read_is_not_unread() {
    let mut world = stored();
    let mut log = log_of(2);
    with_log(&mut world, &log);
    world.restart();
    world.disk().is_slow = true;
    world.join("general");
    log.operate("bob", "e1-1", Deed::Delete, "");
    come_back(&mut world, log.head());
    let request = world.expect_event("sync:messages");
    world.ack(&request, log.page(&request.body, 50));
    world.disk_catches_up();
    assert_eq!(world.engine.unread("general").count, 1);
}

#[test]
fn what_is_read_while_the_first_page_is_under_way_takes_its_place() {
    let mut world = stored();
    let mut log = log_of(5);
    with_log(&mut world, &log);
    world.restart();
    world.disk().is_slow = true;
    world.join("general");
    log.send("bob", "b5");
    come_back(&mut world, log.head());
    let first = world.expect_event("sync:messages");
    world.server_sends("message:new", log.send("bob", "b6"));
    assert_eq!(world.told_seqs(), [7]);
    world.disk_catches_up();
    assert_eq!(seqs(&world), [1, 2, 3, 4, 5, 7]);
    let missed = world.expect_event("sync:messages");
    assert_eq!(missed.body["afterSeq"], 5);
    world.ack(&first, log.page(&first.body, 50));
    assert_eq!(seqs(&world), [1, 2, 3, 4, 5, 7], "that page is void");
    world.ack(&missed, log.page(&missed.body, 50));
    assert_eq!((rows(&world), world.told_seqs()), (messages(&log), vec![6]));
}

#[test]
fn a_message_that_cannot_be_read_goes_with_those_before_it_and_is_reported() {
    let mut world = stored();
    let log = log_of(5);
    with_log(&mut world, &log);
    for body in [json!("damaged"), json!({"roomName": "general"})] {
        let room = "general".to_owned();
        change(&mut world, StoreOp::PutMessage { room, seq: 3, body });
        reload(&mut world);
        assert_eq!(seqs(&world), [4, 5]);
        let errors = world.told_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].code, "RECORD_CORRUPT");
        world.advance(A_WHILE_MS);
        assert_eq!(seqs_on_disk(&mut world), [4, 5]);
    }
    come_back(&mut world, log.head());
    let request = world.load_older("general");
    let page = world.expect_event("sync:messages");
    world.ack(&page, log.page(&page.body, 50));
    assert!(world.take_settled(request).unwrap().is_ok());
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn a_record_that_cannot_be_read_is_set_aside_and_the_room_begins_anew() {
    let mut world = stored();
    let log = log_of(5);
    with_log(&mut world, &log);
    let text = record_on_disk(&mut world).unwrap();
    let damaged = text.replace("cursor", "cursed");
    let put = StoreOp::Put {
        table: Table::Rooms,
        key: "general".to_owned(),
        text: damaged,
    };
    change(&mut world, put);
    reload(&mut world);
    assert_eq!(seqs(&world), Vec::<u64>::new());
    assert_eq!(world.told_errors()[0].code, "RECORD_CORRUPT");
    come_back(&mut world, log.head());
    let request = world.expect_event("sync:messages");
    world.ack(&request, log.page(&request.body, 50));
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn messages_of_which_some_are_missing_are_not_shown_as_all() {
    let mut world = stored();
    let log = log_of(5);
    with_log(&mut world, &log);
    let room = "general".to_owned();
    let before_seq = 3;
    change(&mut world, StoreOp::DeleteMessages { room, before_seq });
    reload(&mut world);
    assert_eq!(seqs(&world), Vec::<u64>::new());
    come_back(&mut world, log.head());
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body["afterSeq"], Json::Null);
    world.ack(&request, log.page(&request.body, 50));
    world.advance(A_WHILE_MS);
    reload(&mut world);
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn a_store_that_fails_holds_no_message_up() {
    for (failure, times) in [(StoreFailure::Full, 1), (StoreFailure::Aborted, 3)] {
        let mut world = stored();
        let mut log = log_of(3);
        with_log(&mut world, &log);
        world
            .disk()
            .failures
            .extend(std::iter::repeat_n(failure, times));
        for key in ["b3", "b4", "b5"] {
            world.server_sends("message:new", log.send("bob", key));
            world.advance(A_WHILE_MS);
        }
        assert_eq!(world.told_seqs(), [4, 5, 6], "{failure:?}");
        world.advance(60_000);
        world.server_sends("message:new", log.send("bob", "b6"));
        world.advance(A_WHILE_MS);
        reload(&mut world);
        assert_eq!(rows(&world), messages(&log), "{failure:?}");
    }
}

#[test]
fn a_store_that_is_taken_away_is_filled_anew() {
    let mut world = stored();
    let log = log_of(5);
    with_log(&mut world, &log);
    world.profile().store = MemoryStore::default();
    world.input(crate::engine::input::Input::Store(StoreEvent::Lost));
    world.advance(A_WHILE_MS);
    reload(&mut world);
    assert_eq!(rows(&world), messages(&log));
}

#[test]
fn what_is_kept_goes_on_with_the_store_and_without_one_with_the_log() {
    let mut world = stored();
    let log = log_of(5);
    world.join_room("general", 0);
    world.disk().is_slow = true;
    for (event, payload) in &log.entries[..4] {
        world.server_sends(event, payload.clone());
    }
    world.advance(A_WHILE_MS);
    assert!(world.engine.rooms.kept_up_to("general") < Some(4));
    world.disk_catches_up();
    assert_eq!(world.engine.rooms.kept_up_to("general"), Some(4));
    assert_eq!(
        world.engine.rooms.take_kept(),
        [],
        "receipts were told of it"
    );

    let mut world = World::connected();
    with_log(&mut world, &log);
    assert_eq!(world.engine.rooms.kept_up_to("general"), Some(5));
}

#[test]
fn a_gap_is_never_kept_as_a_run() {
    let mut world = stored();
    let mut log = log_of(3);
    with_log(&mut world, &log);
    log.send("bob", "missed");
    world.server_sends("message:new", log.send("bob", "b5"));
    world.advance(A_WHILE_MS);
    assert_eq!(seqs_on_disk(&mut world), [1, 2, 3]);
    assert_eq!(world.engine.rooms.kept_up_to("general"), Some(3));
    assert!(
        world
            .connection()
            .capabilities
            .contains(&capability::HISTORY.to_owned())
    );
}

/// Alice's message, as the server tells everybody of it.
fn echo(send: &super::server::Emitted, seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": "alice",
        "userName": "Alice", "clientMessageId": send.body["clientMessageId"],
        "content": send.body["content"], "seq": seq, "epoch": "e1",
    })
}

#[test]
fn an_acknowledged_message_is_in_the_store_when_its_entry_is_out() {
    for echo_first in [true, false] {
        let mut world = stored();
        let mut log = log_of(2);
        with_log(&mut world, &log);
        world.send("general", "mine");
        let send = world.expect_event("message:send");
        log.send("alice", send.body["clientMessageId"].as_str().unwrap());
        if echo_first {
            world.server_sends("message:new", echo(&send, 3));
        }
        world.ack(&send, json!({"messageId": "m3", "seq": 3, "epoch": "e1"}));
        assert_eq!(world.stored_keys(Some("alice")), Vec::<String>::new());
        assert_eq!(seqs_on_disk(&mut world).len(), 3);
        reload(&mut world);
        assert_eq!(seqs(&world), [1, 2, 3]);
        let name = &world.engine.timeline("general")[2]["userName"];
        assert_eq!(name == "Alice", echo_first, "as the server told of it");
        come_back(&mut world, 3);
        let sent = if echo_first {
            vec![]
        } else {
            vec!["sync:messages"]
        };
        assert_eq!(
            world.sent(),
            sent,
            "fetched only where the echo did not come"
        );
    }
}

#[test]
fn a_message_of_ours_that_was_not_seen_again_is_shown_after_a_reload() {
    let mut world = stored();
    with_log(&mut world, &log_of(2));
    world.send("general", "mine");
    let send = world.expect_event("message:send");
    world.ack(&send, json!({"messageId": "m3", "seq": 3, "epoch": "e1"}));
    reload(&mut world);
    assert_eq!(seqs(&world), [1, 2, 3]);
    come_back(&mut world, 3);
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body["afterSeq"], 2);
    let page = json!({
        "messages": [echo(&send, 3)], "fromSeq": 3, "toSeq": 3, "epoch": "e1", "headSeq": 3,
        "hasMore": false,
    });
    world.ack(&request, page);
    assert_eq!(world.engine.timeline("general")[2], echo(&send, 3));
    assert_eq!(
        (world.told_seqs(), world.engine.timeline("general").len()),
        (vec![3], 3)
    );
}

#[test]
fn what_is_new_is_not_added_to_what_another_tab_has_put_meanwhile() {
    let mut world = stored();
    with_log(&mut world, &log_of(2));
    world.advance(1_000);
    let put = StoreOp::Put {
        table: Table::Rooms,
        key: "general".to_owned(),
        text: "another's".to_owned(),
    };
    change(&mut world, put);
    world.server_sends("message:new", plain_message(3));
    world.advance(1_000);
    assert_eq!(
        (seqs_on_disk(&mut world), record_on_disk(&mut world)),
        (vec![1, 2], Some("another's".to_owned()))
    );
    // After a rest everything is put anew.
    world.server_sends("message:new", plain_message(4));
    world.advance(60_000);
    world.server_sends("message:new", plain_message(5));
    world.advance(1_000);
    assert_eq!(seqs_on_disk(&mut world), [1, 2, 3, 4, 5]);
}

fn plain_message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": "bob",
        "content": seq.to_string(), "seq": seq, "epoch": "e1",
    })
}

#[test]
fn a_message_that_another_tab_has_sent_shows_once_though_it_still_waits_here() {
    let mut world = stored();
    with_log(&mut world, &log_of(2));
    world.send("general", "mine");
    let send = world.expect_event("message:send");
    let op = StoreOp::PutMessage {
        room: "general".to_owned(),
        seq: 3,
        body: echo(&send, 3),
    };
    change(&mut world, op);
    reload(&mut world);
    assert_eq!(world.engine.queued().len(), 1);
    let rows = world.engine.timeline("general");
    assert_eq!((rows.len(), seqs(&world)), (3, vec![1, 2, 3]));
}

#[test]
fn what_was_queued_shows_among_what_was_kept_and_becomes_what_the_server_made_of_it() {
    let mut world = stored();
    with_log(&mut world, &log_of(2));
    world.send("general", "mine");
    let send = world.expect_event("message:send");
    reload(&mut world);
    let rows = world.engine.timeline("general");
    assert_eq!((rows.len(), &rows[2]["content"]), (3, &json!("mine")));
    // The server had taken it before the page ended.
    come_back(&mut world, 3);
    let request = world.expect_event("sync:messages");
    let page = json!({
        "messages": [echo(&send, 3)], "fromSeq": 3, "toSeq": 3, "epoch": "e1", "headSeq": 3,
        "hasMore": false,
    });
    world.ack(&request, page);
    let again = world.expect_event("message:send");
    assert_eq!(again.body["clientMessageId"], send.body["clientMessageId"]);
    world.ack(
        &again,
        json!({"messageId": "m3", "seq": 3, "epoch": "e1", "duplicate": true}),
    );
    assert_eq!(world.engine.timeline("general")[2], echo(&send, 3));
    assert_eq!((world.told_seqs(), seqs(&world)), (vec![3], vec![1, 2, 3]));
}
