//! What we read of others: the counts, the cursor, and what the server is told of it.

use serde_json::{Value as Json, json};

use super::cache::change;
use super::peer::joined;
use super::world::World;
use crate::engine::config::Settings;
use crate::engine::delivery::UnreadCount;
use crate::engine::input::Input;
use crate::engine::output::Notification;
use crate::engine::store::{StoreOp, Table};

impl World {
    /// The app's settings change.
    pub(super) fn configure(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.engine.settings().clone();
        change(&mut settings);
        self.input(Input::Configured(Box::new(settings)));
    }

    pub(super) fn read(&mut self, room: &str, message_id: &str) {
        self.input(Input::ReadAcknowledged {
            room: room.to_owned(),
            message_id: message_id.to_owned(),
        });
    }

    fn unread(&self) -> (u32, u32) {
        let UnreadCount {
            count, mentions, ..
        } = self.engine.unread("general");
        (count, mentions)
    }

    /// Receipts of reading that the server has not looked at.
    fn told_reading(&self) -> usize {
        let sent = self.sent();
        sent.iter()
            .filter(|name| name.ends_with("read-ack"))
            .count()
    }

    /// How often the app was told that a count changed.
    fn told_unread(&mut self) -> usize {
        self.take(|told| matches!(told, Notification::Unread { .. }).then_some(()))
            .len()
    }
}

fn message(seq: u64, user_id: &str, mentions: &[&str]) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": user_id,
        "content": "hi", "timestamp": "t", "seq": seq, "epoch": "e1", "mentions": mentions,
    })
}

/// In a room with these numbers of the server's.
fn in_general(head_seq: u64, read_up_to_seq: u64, unread: u32, mentions: u32) -> World {
    let mut world = World::with_receipts();
    rejoin(&mut world, head_seq, read_up_to_seq, unread, mentions);
    world.notifications();
    world
}

fn rejoin(world: &mut World, head_seq: u64, read_up_to_seq: u64, unread: u32, mentions: u32) {
    if world.engine.rooms().is_empty() {
        world.join("general");
    }
    let join = world.expect_event("room:join");
    let mut answer = joined("general", head_seq);
    answer["readUpToSeq"] = json!(read_up_to_seq);
    answer["unreadCount"] = json!(unread);
    answer["mentionCount"] = json!(mentions);
    world.ack(&join, answer);
}

#[test]
fn messages_of_others_count_from_the_servers_numbers_on() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.server_sends("message:new", message(2, "alice", &[]));
    world.server_sends("message:new", message(3, "bob", &["carol", "alice"]));
    world.server_sends("message:new", message(3, "bob", &["carol", "alice"]));
    assert_eq!(world.unread(), (2, 1));
    assert_eq!(world.told_unread(), 2);
}

#[test]
fn the_servers_numbers_show_at_the_join() {
    let mut world = World::with_receipts();
    rejoin(&mut world, 9, 4, 5, 2);
    assert_eq!(world.unread(), (5, 2));
    assert_eq!(world.told_unread(), 1);
}

#[test]
fn a_deleted_message_counts_no_more() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &["alice"]));
    world.server_sends("message:new", message(2, "bob", &[]));
    world.server_sends("message:delete", deletion("m1", 3));
    assert_eq!(world.unread(), (1, 0));
}

#[test]
fn where_a_deleted_message_was_only_counted_the_server_counts_anew() {
    let mut world = in_general(9, 4, 5, 2);
    world.server_sends("message:delete", deletion("unknown", 10));
    let asked = world.expect_event("sync:channels");
    let general = json!({
        "id": "general", "name": "general", "memberCount": 2, "headSeq": 10, "epoch": "e1",
        "readUpToSeq": 4, "unreadCount": 4, "mentionCount": 2,
    });
    world.ack(&asked, json!({"channels": [general], "serverTime": 1}));
    assert_eq!(world.unread(), (4, 2));
    assert!(!world.sent().contains(&"sync:channels"), "once");
}

fn deletion(message_id: &str, seq: u64) -> Json {
    json!({
        "event": "message:delete", "roomName": "general", "messageId": message_id,
        "clientMessageId": "d", "userId": "bob", "version": 2, "deletedAt": "t", "seq": seq,
        "epoch": "e1",
    })
}

#[test]
fn a_message_that_was_deleted_while_nobody_listened_counts_no_more() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &["alice"]));
    world.server_sends("message:new", message(2, "bob", &[]));
    world.lose_connection();
    world.advance(2_000);
    rejoin(&mut world, 3, 0, 1, 0);
    let asked = world.expect_event("sync:messages");
    let page = json!({
        "messages": [], "operations": [deletion("m1", 3)], "fromSeq": 3, "toSeq": 3,
        "headSeq": 3, "hasMore": false, "epoch": "e1", "serverTime": 1,
    });
    world.ack(&asked, page);
    assert_eq!(world.unread(), (1, 0));
}

#[test]
fn reading_is_told_to_the_server_as_one_cursor_a_second_later() {
    let mut world = in_general(0, 0, 0, 0);
    for seq in 1..=3 {
        world.server_sends("message:new", message(seq, "bob", &[]));
    }
    world.read("general", "m1");
    world.advance(600);
    world.read("general", "m2");
    assert_eq!(world.unread(), (1, 0), "it shows at once");
    assert_eq!(world.told_reading(), 0);
    world.advance(400);
    let ack = world.expect_event("message:batch-read-ack");
    assert_eq!(ack.body["upToSeq"], 2.0);
    assert_eq!(ack.body["channelId"], "general");
    assert_eq!(ack.body.get("messageIds"), None);
    world.ack(&ack, json!({"channelId": "general", "upToSeq": 2}));
    world.advance(60_000);
    assert_eq!(world.told_reading(), 0);
}

#[test]
fn without_batching_reading_is_told_at_once() {
    let mut world = in_general(0, 0, 0, 0);
    world.configure(|settings| settings.delivery.batch_read_ack = false);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.expect_event("message:batch-read-ack");
}

#[test]
fn what_was_read_without_a_connection_is_told_after_the_rejoin() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.lose_connection();
    world.read("general", "m1");
    world.advance(2_000);
    assert_eq!(world.sent(), ["room:join"]);
    rejoin(&mut world, 1, 0, 1, 0);
    assert_eq!(world.unread(), (0, 0), "the server's word is older");
    let ack = world.expect_event("message:batch-read-ack");
    assert_eq!(ack.body["upToSeq"], 1.0);
}

#[test]
fn a_receipt_that_was_lost_or_put_off_is_sent_until_it_is_acknowledged() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.advance(1_000);
    let ack = world.expect_event("message:batch-read-ack");
    world.refuse(
        &ack,
        json!({"code": "RATE_LIMITED", "message": "", "retryAfterMs": 5_000}),
    );
    world.advance(4_999);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(1);
    world.expect_event("message:batch-read-ack");
    world.lose_connection();
    world.advance(2_000);
    rejoin(&mut world, 1, 0, 1, 0);
    let ack = world.expect_event("message:batch-read-ack");
    world.ack(&ack, json!({"channelId": "general", "upToSeq": 1}));
    world.advance(60_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn a_receipt_that_is_refused_for_good_is_told_of_and_dropped() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.advance(1_000);
    let ack = world.expect_event("message:batch-read-ack");
    world.refuse(&ack, json!({"code": "VALIDATION_ERROR", "message": "no"}));
    assert_eq!(world.told_errors()[0].code, "VALIDATION_ERROR");
    world.advance(60_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn what_was_read_is_told_before_the_room_is_left() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.leave("general");
    assert_eq!(world.sent(), ["message:batch-read-ack"]);
    let ack = world.expect_event("message:batch-read-ack");
    world.ack(&ack, json!({"channelId": "general", "upToSeq": 1}));
    assert_eq!(world.sent(), ["room:leave"]);
}

#[test]
fn a_receipt_that_fails_holds_up_no_departure() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.leave("general");
    let ack = world.expect_event("message:batch-read-ack");
    world.refuse(
        &ack,
        json!({"code": "INTERNAL_ERROR", "message": "", "retryable": true}),
    );
    assert_eq!(world.sent(), ["room:leave"]);
}

#[test]
fn what_was_read_of_a_room_that_another_device_left_is_told_once_it_is_joined_again() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.advance(1_000);
    let ack = world.expect_event("message:batch-read-ack");
    world.refuse(&ack, json!({"code": "NOT_IN_ROOM", "message": "gone"}));
    assert_eq!(world.told_errors(), []);
    world.advance(60_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.lose_connection();
    world.advance(2_000);
    rejoin(&mut world, 1, 0, 1, 0);
    let ack = world.expect_event("message:batch-read-ack");
    assert_eq!(ack.body["upToSeq"], 1.0);
}

#[test]
fn a_message_that_is_not_here_is_told_by_its_id() {
    let mut world = in_general(9, 0, 9, 0);
    world.expect_event("sync:messages");
    world.read("general", "m4");
    world.advance(1_000);
    let ack = world.expect_event("message:batch-read-ack");
    assert_eq!(ack.body["messageIds"], json!(["m4"]));
    assert_eq!(ack.body.get("upToSeq"), None);
    world.ack(&ack, json!({"channelId": "general", "upToSeq": 4}));
    assert_eq!(world.unread(), (5, 0));
}

#[test]
fn reading_on_another_device_moves_the_cursor_here() {
    let mut world = in_general(0, 0, 0, 0);
    for seq in 1..=3 {
        world.server_sends("message:new", message(seq, "bob", &["alice"]));
    }
    world.server_sends(
        "read:cursor",
        json!({
            "channelId": "general", "upToSeq": 2, "readAt": "t", "unreadCount": 1,
            "mentionCount": 1,
        }),
    );
    assert_eq!(world.unread(), (1, 1));
    world.read("general", "m1");
    world.advance(60_000);
    assert_eq!(world.told_reading(), 0, "the server knows more");
}

#[test]
fn a_count_of_the_server_that_is_ahead_of_its_messages_counts_none_twice() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.server_sends(
        "read:cursor",
        json!({
            "channelId": "general", "upToSeq": 1, "readAt": "t", "unreadCount": 1,
            "mentionCount": 0,
        }),
    );
    world.server_sends("message:new", message(2, "bob", &[]));
    assert_eq!(world.unread(), (1, 0));
}

#[test]
fn everything_is_read_up_to_the_newest() {
    let mut world = in_general(9, 2, 7, 3);
    world.expect_event("sync:messages");
    world.input(Input::ReadUpToAcknowledged {
        room: "general".to_owned(),
        seq: None,
    });
    assert_eq!(world.unread(), (0, 0));
    world.advance(1_000);
    let ack = world.expect_event("message:batch-read-ack");
    assert_eq!(ack.body["upToSeq"], 9.0);
}

#[test]
fn who_allows_no_receipts_tells_the_server_so_before_anything_is_read() {
    let mut world = in_general(0, 0, 0, 0);
    world.configure(|settings| settings.delivery.allow_read_receipts = Some(false));
    let update = world.expect_event("presence:settings:update");
    assert_eq!(update.body, json!({"allowReadReceipts": false}));
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.advance(5_000);
    assert_eq!(world.sent(), Vec::<&str>::new(), "the server may not know");
    assert_eq!(world.unread(), (0, 0));
    world.ack(&update, json!({"allowReadReceipts": false}));
    world.expect_event("message:batch-read-ack");
}

#[test]
fn the_setting_is_told_once_on_each_connection() {
    let mut world = in_general(0, 0, 0, 0);
    world.configure(|settings| settings.delivery.allow_read_receipts = Some(true));
    let update = world.expect_event("presence:settings:update");
    world.ack(&update, json!({"allowReadReceipts": true}));
    world.configure(|_| {});
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.lose_connection();
    world.advance(2_000);
    world.expect_event("presence:settings:update");
}

#[test]
fn a_new_epoch_counts_anew() {
    let mut world = in_general(5, 2, 3, 1);
    world.expect_event("sync:messages");
    let mut anew = message(1, "bob", &[]);
    anew["epoch"] = json!("e2");
    world.server_sends("message:new", anew);
    assert_eq!(world.unread(), (1, 0));
}

#[test]
fn a_server_of_the_plain_dialect_is_told_ids_and_nothing_is_awaited() {
    let mut world = World::plain();
    world.connect();
    world.server_sends("authenticated", json!({"userId": "alice"}));
    world.join("general");
    let join = world.expect_event("room:join");
    world.ack_with(&join, &json!([{"success": true}]));
    for id in ["a", "b", "c"] {
        let body = json!({"roomName": "general", "messageId": id, "userId": "bob", "content": id});
        world.server_sends("message:new", body);
    }
    assert_eq!(world.unread(), (3, 0));
    world.read("general", "a");
    world.read("general", "b");
    assert_eq!(world.unread(), (1, 0));
    world.advance(1_000);
    let ack = world.expect_event("message:batch-read-ack");
    assert_eq!(ack.ack, None);
    assert_eq!(ack.body["messageIds"], json!(["a", "b"]));
    world.configure(|settings| settings.delivery.batch_read_ack = false);
    world.read("general", "c");
    let ack = world.expect_event("message:read-ack");
    assert_eq!(ack.body["messageId"], "c");
    world.configure(|settings| settings.delivery.allow_read_receipts = Some(false));
    world.read("general", "d");
    world.advance(60_000);
    let told = |name: &&str| name.ends_with("read-ack");
    assert!(!world.sent().iter().any(told), "{:?}", world.sent());
}

#[test]
fn what_has_arrived_without_a_hole_is_told_to_its_senders_together() {
    let mut world = in_general(0, 0, 0, 0);
    for seq in [1, 2, 4] {
        world.server_sends("message:new", message(seq, "bob", &[]));
    }
    world.expect_event("sync:messages");
    world.advance(250);
    let ack = world.expect_event("message:delivered-ack");
    assert_eq!(ack.body, json!({"channelId": "general", "upToSeq": 2}));
    world.server_sends("message:new", message(3, "bob", &[]));
    world.ack(&ack, json!({"channelId": "general", "upToSeq": 2}));
    world.advance(5_000);
    let ack = world.expect_event("message:delivered-ack");
    assert_eq!(ack.body["upToSeq"], 4.0);
    world.ack(&ack, json!({"channelId": "general", "upToSeq": 4}));
    world.advance(5_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn nobody_is_told_that_our_own_messages_have_reached_us() {
    let mut world = in_general(0, 0, 0, 0);
    world.server_sends("message:new", message(1, "alice", &[]));
    world.server_sends("message:new", message(2, "alice", &[]));
    world.advance(5_000);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.server_sends("message:new", message(3, "bob", &[]));
    world.advance(250);
    let ack = world.expect_event("message:delivered-ack");
    assert_eq!(ack.body["upToSeq"], 3.0);
}

#[test]
fn a_burst_of_messages_takes_the_short_way_and_costs_one_receipt() {
    let mut world = in_general(0, 0, 0, 0);
    for seq in 1..=100 {
        world.server_sends("message:new", message(seq, "bob", &["alice"]));
    }
    assert!(world.short_ways >= 99, "{}", world.short_ways);
    assert_eq!(world.unread(), (100, 100));
    world.advance(250);
    let ack = world.expect_event("message:delivered-ack");
    assert_eq!(ack.body["upToSeq"], 100.0);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

/// As `with_receipts`, with a store that outlives the page.
fn stored() -> World {
    let mut world = World::stored();
    let capabilities = &mut world.server.greetings[0][1]["capabilities"];
    let more = [json!("operations"), json!("receipts")];
    capabilities.as_array_mut().unwrap().extend(more);
    world.connect();
    world
}

#[test]
fn what_was_read_is_told_after_a_reload_too() {
    let mut world = stored();
    rejoin(&mut world, 0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.advance(500);
    world.lose_connection();
    world.read("general", "m1");
    world.read("general", "elsewhere");
    world.disk_catches_up();
    world.restart();
    world.connect();
    rejoin(&mut world, 1, 0, 1, 0);
    assert_eq!(world.unread(), (0, 0));
    world.advance(1_000);
    let ack = world.expect_event("message:batch-read-ack");
    assert_eq!(ack.body["upToSeq"], 1.0);
    assert_eq!(ack.body["messageIds"], json!(["elsewhere"]));
    world.ack(&ack, json!({"channelId": "general", "upToSeq": 1}));
    world.disk_catches_up();
    world.restart();
    world.connect();
    rejoin(&mut world, 1, 1, 0, 0);
    world.advance(5_000);
    assert_eq!(
        world.told_reading(),
        0,
        "what was acknowledged is not said again"
    );
}

#[test]
fn a_message_is_told_delivered_only_once_it_is_in_the_store() {
    let mut world = stored();
    rejoin(&mut world, 0, 0, 0, 0);
    world.disk_catches_up();
    world.disk().is_slow = true;
    world.server_sends("message:new", message(1, "bob", &[]));
    world.advance(2_000);
    assert!(!world.sent().contains(&"message:delivered-ack"));
    world.disk_catches_up();
    let ack = world.expect_event("message:delivered-ack");
    assert_eq!(ack.body["upToSeq"], 1.0);
}

#[test]
fn members_watermarks_outlive_the_page() {
    let mut world = stored();
    rejoin(&mut world, 0, 0, 0, 0);
    let own = json!({
        "roomName": "general", "messageId": "m1", "clientMessageId": "c1", "userId": "alice",
        "content": "hi", "timestamp": "t", "seq": 1, "epoch": "e1",
    });
    world.server_sends("message:new", own);
    world.server_sends(
        "message:batch-read",
        json!({"channelId": "general", "userId": "bob", "upToSeq": 1, "readAt": "t"}),
    );
    world.advance(1_000);
    world.disk_catches_up();
    world.restart();
    world.join("general");
    world.advance(1_000);
    world.disk_catches_up();
    assert_eq!(
        world.delivery_state("m1"),
        "read",
        "before there is a connection"
    );
}

#[test]
fn a_damaged_record_of_receipts_is_set_aside_and_reported() {
    let mut world = stored();
    rejoin(&mut world, 0, 0, 0, 0);
    world.server_sends("message:new", message(1, "bob", &[]));
    world.read("general", "m1");
    world.disk_catches_up();
    let damaged = StoreOp::Put {
        table: Table::Receipts,
        key: "general".to_owned(),
        text: "1 00000000 {}".to_owned(),
    };
    change(&mut world, damaged);
    world.restart();
    world.connect();
    world.disk_catches_up();
    let errors = world.told_errors();
    assert!(
        errors.iter().any(|error| error.code == "RECORD_CORRUPT"),
        "{errors:?}"
    );
}
