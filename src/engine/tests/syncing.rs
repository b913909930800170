//! Bringing a client up to date after a reconnect, step by step.

use serde_json::{Value as Json, json};

use super::peer::joined;
use super::server::Emitted;
use super::world::World;
use crate::engine::config::Settings;
use crate::engine::input::{Input, RequestId};
use crate::engine::output::Notification;
use crate::engine::sync::SyncStatus;

fn with_sync(settings: &mut Settings) {
    settings.sync.auto_sync = true;
    settings.delivery.auto_sync = true;
}

/// A world whose server brings everything that was missed in one answer.
fn able() -> World {
    let mut world = World::with_settings(with_sync);
    let capabilities = &mut world.server.greetings[0][1]["capabilities"];
    let more = [json!("operations"), json!("receipts"), json!("resume")];
    capabilities.as_array_mut().unwrap().extend(more);
    world
}

/// In a room with `head_seq` messages, all of them here.
fn in_general(head_seq: u64) -> World {
    let mut world = able();
    world.connect();
    take_channels(&mut world);
    world.join_room("general", 0);
    for seq in 1..=head_seq {
        world.server_sends("message:new", message(seq));
    }
    world.advance(300);
    while let Some(ack) = take(&mut world, "message:delivered-ack") {
        world.ack(&ack, json!({"channelId": "general", "upToSeq": head_seq}));
    }
    world.notifications();
    world
}

fn message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": "bob",
        "content": format!("text {seq}"), "timestamp": "t", "seq": seq, "epoch": "e1",
    })
}

fn entry(seq: u64) -> Json {
    let mut entry = message(seq);
    entry["event"] = json!("message:new");
    entry
}

/// The oldest event of this name, if there is one.
fn take(world: &mut World, name: &str) -> Option<Emitted> {
    world
        .sent()
        .contains(&name)
        .then(|| world.expect_event(name))
}

fn take_channels(world: &mut World) {
    let asked = world.expect_event("sync:channels");
    world.ack(&asked, json!({"channels": [], "serverTime": 1}));
}

/// The connection is lost, and stands again; the room is joined again.
fn reconnect(world: &mut World, head_seq: u64) {
    world.lose_connection();
    world.advance(2_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", head_seq));
}

fn resumed(operations: Json, head_seq: u64, to_seq: u64, has_more: bool) -> Json {
    json!({
        "rooms": [{
            "roomName": "general", "epoch": "e1", "headSeq": head_seq, "operations": operations,
            "fromSeq": operations[0]["seq"], "toSeq": to_seq, "hasMore": has_more,
            "readUpToSeq": 1, "unreadCount": head_seq - 1, "mentionCount": 0,
            "receipts": [{"userId": "bob", "deliveredUpToSeq": 9, "readUpToSeq": 9}],
        }],
        "unchanged": 0, "serverTime": 1_769_774_400_000_u64,
    })
}

/// What the app was told of syncing, in order.
fn told(world: &mut World) -> Vec<(&'static str, Json)> {
    world.take(|told| match told {
        Notification::Sync { event, data } => Some((*event, data.clone())),
        _ => None,
    })
}

fn names(told: &[(&'static str, Json)]) -> Vec<&'static str> {
    told.iter().map(|(event, _)| *event).collect()
}

fn sync(world: &mut World) -> RequestId {
    world.request(Input::SyncRequested)
}

#[test]
fn a_reconnect_brings_what_was_missed_in_one_answer_and_says_so() {
    let mut world = in_general(2);
    reconnect(&mut world, 4);
    assert_eq!(world.sent(), ["sync:channels"], "one step after the other");
    let asked = world.expect_event("sync:channels");
    world.ack(
        &asked,
        json!({
            "channels": [
                {"id": "general", "name": "general", "memberCount": 2, "headSeq": 4, "epoch": "e1",
                 "readUpToSeq": 0, "unreadCount": 4, "mentionCount": 0},
                {"id": "other", "name": "other", "memberCount": 2, "headSeq": 9, "epoch": "o",
                 "readUpToSeq": 2, "unreadCount": 7, "mentionCount": 3},
            ],
            "serverTime": 1,
        }),
    );
    let asked = world.expect_event("sync:resume");
    assert_eq!(
        asked.body,
        json!({
            "rooms": [{"roomName": "general", "epoch": "e1", "seq": 2}], "receipts": true,
        })
    );
    world.ack(&asked, resumed(json!([entry(3), entry(4)]), 4, 4, false));
    assert_eq!(world.told_seqs(), [3, 4]);
    let told = told(&mut world);
    assert_eq!(told.first().unwrap().0, "sync:started");
    let (last, result) = told.last().unwrap();
    assert_eq!(*last, "sync:completed");
    let result = &result["result"];
    assert_eq!(
        result["messages"],
        json!({"synced": 2, "conflicts": 0, "errors": 0})
    );
    assert_eq!(result["channels"], json!({"synced": 2, "errors": 0}));
    assert_eq!(result["presence"], json!({"synced": 0}));
    assert_eq!(result["queueFlushed"], json!({"sent": 0, "failed": 0}));
    assert_eq!(world.engine.unread("other").count, 7);
    assert_eq!(world.engine.unread("other").mentions, 3);
    assert_eq!(world.engine.unread("general").count, 3);
    let snapshot = world.engine.sync();
    assert_eq!(snapshot.status, SyncStatus::Completed);
    assert_eq!(snapshot.last_sync_timestamp, Some(world.now.wall_ms as f64));
    assert_eq!(
        world.engine.channel_sync_timestamp("general"),
        Some(1_769_774_400_000)
    );
}

#[test]
fn progress_only_grows_and_reaches_100_before_the_end() {
    let mut world = in_general(1);
    reconnect(&mut world, 1);
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    world.ack(
        &asked,
        json!({"rooms": [], "unchanged": 1, "serverTime": 1}),
    );
    let told = told(&mut world);
    let mut progress: Vec<f64> = told
        .iter()
        .filter_map(|(_, data)| data["progress"].as_f64())
        .collect();
    assert_eq!(progress.last(), Some(&100.0));
    assert!(progress.len() > 3, "{progress:?}");
    let before = progress.clone();
    progress.sort_by(f64::total_cmp);
    progress.dedup();
    assert_eq!(progress, before);
    assert_eq!(
        names(&told)[told.len() - 2..],
        ["sync:progress", "sync:completed"]
    );
}

#[test]
fn what_the_answer_left_out_comes_by_pages_and_is_counted() {
    let mut world = in_general(1);
    reconnect(&mut world, 5);
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    world.ack(&asked, resumed(json!([entry(2)]), 5, 2, true));
    assert!(!names(&told(&mut world)).contains(&"sync:completed"));
    let page = world.expect_event("sync:messages");
    assert_eq!(page.body["afterSeq"], 2.0);
    world.ack(
        &page,
        json!({
            "messages": [message(3), message(4), message(5)], "epoch": "e1", "headSeq": 5,
            "hasMore": false, "fromSeq": 3, "toSeq": 5, "serverTime": 1,
        }),
    );
    assert_eq!(world.told_seqs(), [2, 3, 4, 5]);
    let told = told(&mut world);
    let result = &told.last().unwrap().1["result"];
    assert_eq!(result["messages"]["synced"], 4.0);
}

#[test]
fn a_part_that_fails_is_in_the_result_and_costs_no_other() {
    let mut world = in_general(1);
    reconnect(&mut world, 2);
    let asked = world.expect_event("sync:channels");
    world.refuse(&asked, json!({"code": "INTERNAL_ERROR", "message": "down"}));
    let asked = world.expect_event("sync:resume");
    world.refuse(&asked, json!({"code": "INTERNAL_ERROR", "message": "down"}));
    let page = world.expect_event("sync:messages");
    world.refuse(&page, json!({"code": "INTERNAL_ERROR", "message": "down"}));
    let told = told(&mut world);
    let (last, data) = told.last().unwrap();
    assert_eq!(*last, "sync:completed");
    assert_eq!(
        data["result"]["channels"],
        json!({"synced": 0, "errors": 1})
    );
    assert_eq!(data["result"]["messages"]["errors"], 1.0);
    assert_eq!(
        world.engine.timeline("general").len(),
        1,
        "nothing is wiped"
    );
    world.advance(5_000);
    world.expect_event("sync:messages");
}

#[test]
fn the_first_connection_is_no_reconnect_and_tells_nothing() {
    let mut world = able();
    world.connect();
    take_channels(&mut world);
    assert_eq!(told(&mut world), []);
    let snapshot = world.engine.sync();
    assert_eq!(snapshot.status, SyncStatus::Idle);
    assert!(snapshot.last_sync_timestamp.is_some());
}

#[test]
fn a_sync_that_the_app_asks_for_joins_the_silent_one() {
    let mut world = able();
    world.connect();
    let request = sync(&mut world);
    take_channels(&mut world);
    let result = world.take_settled(request).unwrap().unwrap();
    assert_eq!(result["channels"]["errors"], 0.0);
    assert_eq!(names(&told(&mut world)).first(), Some(&"sync:started"));
}

#[test]
fn a_second_sync_is_refused_while_one_is_under_way_and_one_without_a_connection_too() {
    let mut world = in_general(0);
    let first = sync(&mut world);
    let second = sync(&mut world);
    assert_eq!(world.rejection(second), "SYNC_IN_PROGRESS");
    assert!(world.is_pending(first));
    world.disconnect();
    assert_eq!(world.rejection(first), "NOT_CONNECTED");
    let third = sync(&mut world);
    assert_eq!(world.rejection(third), "NOT_CONNECTED");
}

#[test]
fn a_cancelled_sync_says_nothing_afterwards_and_what_it_brings_is_not_lost() {
    let mut world = in_general(1);
    reconnect(&mut world, 3);
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    let request = {
        told(&mut world);
        world.input(Input::SyncCancelled);
        sync(&mut world)
    };
    let events = told(&mut world);
    assert_eq!(events[0].0, "sync:failed");
    assert_eq!(events[0].1["error"]["code"], "CANCELLED");
    world.input(Input::SyncCancelled);
    assert_eq!(world.rejection(request), "CANCELLED");
    assert_eq!(world.engine.sync().status, SyncStatus::Idle);
    told(&mut world);
    world.ack(&asked, resumed(json!([entry(2), entry(3)]), 3, 3, false));
    assert_eq!(told(&mut world), []);
    assert_eq!(world.told_seqs(), [2, 3]);
}

#[test]
fn a_sync_that_takes_too_long_ends_and_the_messages_still_come() {
    let mut world = in_general(1);
    world.configure(|settings| settings.sync.timeout_ms = 8_000);
    let request = sync(&mut world);
    world.expect_event("sync:channels");
    world.advance(8_000);
    assert_eq!(world.rejection(request), "TIMEOUT");
    let events = told(&mut world);
    assert_eq!(events.last().unwrap().0, "sync:failed");
    assert_eq!(world.engine.sync().status, SyncStatus::Failed);
    world.advance(60_000);
    assert_eq!(told(&mut world), []);

    reconnect(&mut world, 2);
    world.expect_event("sync:channels");
    world.advance(8_000);
    world.expect_event("sync:messages");
}

#[test]
fn a_lost_connection_ends_a_sync_and_the_next_one_starts_anew() {
    let mut world = in_general(1);
    reconnect(&mut world, 2);
    world.expect_event("sync:channels");
    told(&mut world);
    reconnect(&mut world, 2);
    let events = names(&told(&mut world));
    assert_eq!(events[..2], ["sync:failed", "sync:started"]);
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    world.ack(&asked, resumed(json!([entry(2)]), 2, 2, false));
    assert_eq!(names(&told(&mut world)).last(), Some(&"sync:completed"));
}

#[test]
fn own_messages_that_nobody_read_are_asked_about_by_ids_that_the_server_knows() {
    let mut world = in_general(0);
    world.track("c1", "general");
    world.track("c2", "general");
    for (client_id, id, seq) in [("c1", "m1", 1), ("c2", "m2", 2)] {
        world.server_sends(
            "message:sent",
            json!({"messageId": id, "clientMessageId": client_id, "channelId": "general",
                   "seq": seq, "sentAt": "t"}),
        );
    }
    world.track("c3", "general");
    world.server_sends("message:read", json!({"messageId": "m2", "userId": "bob"}));
    reconnect(&mut world, 0);
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    world.ack(
        &asked,
        json!({"rooms": [], "unchanged": 1, "serverTime": 1}),
    );
    let asked = world.expect_event("delivery:sync");
    assert_eq!(asked.body, json!({"messageIds": ["m1", "c3"]}));
    assert!(!names(&told(&mut world)).contains(&"sync:completed"));
    world.ack(
        &asked,
        json!({"statuses": [{"messageId": "m1", "state": "read", "readCount": 1}]}),
    );
    assert_eq!(world.delivery_state("c1"), "read");
    assert_eq!(names(&told(&mut world)).last(), Some(&"sync:completed"));
}

#[test]
fn a_new_epoch_brings_the_newest_page_in_place_of_what_was() {
    let mut world = in_general(2);
    reconnect(&mut world, 2);
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    let mut anew = entry(1);
    anew["epoch"] = json!("e2");
    anew["content"] = json!("anew");
    world.ack(
        &asked,
        json!({
            "rooms": [{
                "roomName": "general", "epoch": "e2", "headSeq": 1, "operations": [anew],
                "fromSeq": 1, "toSeq": 1, "hasMore": false, "reset": true, "readUpToSeq": 0,
                "unreadCount": 1, "mentionCount": 0,
            }],
            "unchanged": 0, "serverTime": 1,
        }),
    );
    let rows = world.engine.timeline("general");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["content"], "anew");
    assert_eq!(world.engine.unread("general").count, 1);
}

#[test]
fn a_room_whose_history_was_lost_is_filled_by_a_page_where_no_resume_can_be_asked() {
    let mut world = in_general(2);
    world.lose_connection();
    world.advance(2_000);
    let join = world.expect_event("room:join");
    let mut answer = joined("general", 2);
    answer["epoch"] = json!("e2");
    world.ack(&join, answer);
    take_channels(&mut world);
    let page = world.expect_event("sync:messages");
    let mut anew = message(2);
    anew["epoch"] = json!("e2");
    world.ack(
        &page,
        json!({"messages": [anew], "epoch": "e2", "headSeq": 2, "hasMore": false, "fromSeq": 2,
               "toSeq": 2, "serverTime": 1}),
    );
    assert_eq!(world.engine.timeline("general").len(), 1);
    assert_eq!(names(&told(&mut world)).last(), Some(&"sync:completed"));
}

#[test]
fn without_auto_sync_rooms_fill_themselves() {
    let mut world = in_general(1);
    world.configure(|settings| settings.sync.auto_sync = false);
    reconnect(&mut world, 2);
    world.expect_event("sync:messages");
    assert_eq!(told(&mut world), []);
}

#[test]
fn a_server_that_knows_no_resume_is_asked_page_by_page() {
    let mut world = World::with_settings(with_sync);
    world.connect();
    world.join_room("general", 0);
    world.server_sends("message:new", message(1));
    world.lose_connection();
    world.advance(2_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 2));
    take_channels(&mut world);
    assert!(!names(&told(&mut world)).contains(&"sync:completed"));
    let page = world.expect_event("sync:messages");
    world.ack(
        &page,
        json!({"messages": [message(2)], "epoch": "e1", "headSeq": 2, "hasMore": false,
               "fromSeq": 2, "toSeq": 2, "serverTime": 1}),
    );
    let told = told(&mut world);
    assert_eq!(told.last().unwrap().0, "sync:completed");
    assert_eq!(told.last().unwrap().1["result"]["messages"]["synced"], 1.0);
}

#[test]
fn a_server_without_numbers_is_asked_by_time_and_gives_nothing_twice() {
    let mut world = World::with_settings(with_sync);
    world.server = super::server::Server::plain();
    world.connect();
    world.join("general");
    let join = world.expect_event("room:join");
    world.ack_with(&join, &json!([{"success": true}]));
    let fetch = world.request(|request| Input::SyncMessagesRequested {
        room: "general".to_owned(),
        since_ms: None,
        request,
    });
    let asked = world.expect_event("sync:messages");
    assert_eq!(asked.body.get("since"), None);
    let plain = |id: &str| {
        json!({"id": id, "channelId": "general", "userId": "bob", "content": id,
               "createdAt": "t", "type": "text"})
    };
    world.ack(
        &asked,
        json!({"messages": [plain("a")], "serverTime": 5_000}),
    );
    let fetched = world.take_settled(fetch).unwrap().unwrap();
    assert_eq!(fetched["messages"].as_array().unwrap().len(), 1);

    world.lose_connection();
    world.advance(2_000);
    let join = world.expect_event("room:join");
    world.ack_with(&join, &json!([{"success": true}]));
    take_channels(&mut world);
    let asked = world.expect_event("sync:messages");
    assert_eq!(
        asked.body,
        json!({"channelId": "general", "since": 5_000, "limit": 50})
    );
    world.ack(
        &asked,
        json!({"messages": [plain("a"), plain("b")], "serverTime": 9_000}),
    );
    let rows = world.engine.timeline("general");
    assert_eq!(rows.len(), 2);
    let told = told(&mut world);
    assert_eq!(told.last().unwrap().1["result"]["messages"]["synced"], 1.0);
    assert_eq!(world.engine.channel_sync_timestamp("general"), Some(9_000));
}

#[test]
fn a_server_that_knows_none_of_it_is_asked_once() {
    let mut world = World::with_settings(with_sync);
    world.server = super::server::Server::plain();
    world.connect();
    world.lose_connection();
    world.advance(2_000);
    world.expect_event("sync:channels");
    world.advance(5_000);
    let events = told(&mut world);
    assert_eq!(events.last().unwrap().0, "sync:completed");
    assert_eq!(
        events.last().unwrap().1["result"]["channels"]["errors"],
        1.0
    );
    world.lose_connection();
    world.advance(5_000);
    assert!(!world.sent().contains(&"sync:channels"));
    assert_eq!(told(&mut world).last().unwrap().0, "sync:completed");
}

#[test]
fn one_channel_is_fetched_from_what_is_here_on_page_by_page() {
    let mut world = in_general(1);
    let fetch = world.request(|request| Input::SyncMessagesRequested {
        room: "general".to_owned(),
        since_ms: None,
        request,
    });
    let asked = world.expect_event("sync:messages");
    assert_eq!(asked.body["afterSeq"], 1.0);
    let page = |seq: u64, has_more: bool| {
        json!({"messages": [message(seq)], "epoch": "e1", "headSeq": 3, "hasMore": has_more,
               "fromSeq": seq, "toSeq": seq, "serverTime": 7})
    };
    world.ack(&asked, page(2, true));
    let asked = world.expect_event("sync:messages");
    assert_eq!(asked.body["afterSeq"], 2.0);
    world.ack(&asked, page(3, false));
    let fetched = world.take_settled(fetch).unwrap().unwrap();
    assert_eq!(fetched["messages"], json!([message(2), message(3)]));
    assert_eq!(fetched["conflicts"], json!([]));

    let refused = world.request(|request| Input::SyncMessagesRequested {
        room: "general".to_owned(),
        since_ms: Some(5),
        request,
    });
    let asked = world.expect_event("sync:messages");
    assert_eq!(asked.body["since"], 5.0);
    world.refuse(&asked, json!({"code": "NOT_IN_ROOM", "message": ""}));
    assert_eq!(world.rejection(refused), "NOT_IN_ROOM");
}

#[test]
fn channels_and_presence_are_fetched_alone() {
    let mut world = in_general(0);
    let channels = world.request(Input::SyncChannelsRequested);
    let asked = world.expect_event("sync:channels");
    world.ack(
        &asked,
        json!({"channels": [{"id": "general", "readUpToSeq": 0, "unreadCount": 2,
                             "mentionCount": 1, "headSeq": 2, "epoch": "e1"}], "serverTime": 1}),
    );
    let counted = world.take_settled(channels).unwrap().unwrap();
    assert_eq!(counted, json!({"synced": 1, "errors": 0}));
    assert_eq!(world.engine.unread("general").count, 2);
    let channels = world.request(Input::SyncChannelsRequested);
    let asked = world.expect_event("sync:channels");
    world.refuse(&asked, json!({"code": "INTERNAL_ERROR", "message": ""}));
    let counted = world.take_settled(channels).unwrap().unwrap();
    assert_eq!(counted["errors"], 1.0);
    let presence = world.request(Input::SyncPresenceRequested);
    let counted = world.take_settled(presence).unwrap().unwrap();
    assert_eq!(counted["synced"], 0.0);
}

#[test]
fn what_was_queued_goes_out_before_anything_is_asked_and_is_counted() {
    let mut world = in_general(0);
    world.lose_connection();
    world.send_with("general", "one", json!({"clientMessageId": "c1"}));
    world.send_with("general", "two", json!({"clientMessageId": "c2"}));
    assert_eq!(world.delivery_state("c1"), "pending");
    world.advance(2_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    for (id, seq) in [("m1", 1), ("m2", 2)] {
        assert!(!world.sent().contains(&"sync:channels"));
        let send = world.expect_event("message:send");
        let key = send.body["clientMessageId"].clone();
        assert_eq!(world.delivery_state(key.as_str().unwrap()), "sending");
        world.ack(
            &send,
            json!({"messageId": id, "clientMessageId": key, "seq": seq, "epoch": "e1",
                   "timestamp": "t"}),
        );
    }
    assert_eq!(world.delivery_state("m2"), "sent");
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    world.ack(
        &asked,
        json!({"rooms": [], "unchanged": 1, "serverTime": 1}),
    );
    let asked = world.expect_event("delivery:sync");
    world.ack(&asked, json!({"statuses": []}));
    let told = told(&mut world);
    let result = &told.last().unwrap().1["result"];
    assert_eq!(result["queueFlushed"], json!({"sent": 2, "failed": 0}));
}

#[test]
fn a_queue_that_does_not_get_through_holds_a_sync_up_for_two_seconds() {
    let mut world = in_general(0);
    world.lose_connection();
    world.send("general", "one");
    world.advance(2_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    world.expect_event("message:send");
    world.advance(1_999);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(1);
    world.expect_event("sync:channels");
}

#[test]
fn a_message_that_is_given_up_or_discarded_is_followed_too() {
    let mut world = in_general(0);
    world.send_with("general", "one", json!({"clientMessageId": "c1"}));
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
    assert_eq!(world.delivery_state("c1"), "failed");
    let failed = world.told_deliveries();
    assert_eq!(failed[0].0, "message:failed");
    assert_eq!(failed[0].1["errorMessage"], "muted");
}

#[test]
fn an_edit_that_met_a_newer_version_is_a_conflict_with_both_texts() {
    let mut world = in_general(1);
    world.request(|request| Input::OperationRequested {
        room: "general".to_owned(),
        operation: crate::engine::input::Operation::Edit {
            message_id: "m1".to_owned(),
            content: json!("mine"),
            base_version: Some(1),
        },
        request,
    });
    let edit = world.expect_event("message:edit");
    let mut current = message(1);
    current["content"] = json!("theirs");
    current["version"] = json!(3);
    world.refuse(
        &edit,
        json!({"code": "STALE_VERSION", "message": "", "retryable": false,
               "details": {"current": current}}),
    );
    let told = told(&mut world);
    let conflict = &told[0].1["conflict"];
    assert_eq!(told[0].0, "sync:conflict");
    assert_eq!(conflict["id"], "m1");
    assert_eq!(conflict["type"], "message:edit");
    assert_eq!(conflict["localData"]["content"], "mine");
    assert_eq!(conflict["remoteData"]["content"], "theirs");
    assert_eq!(conflict["localVersion"], 1.0);
    assert_eq!(conflict["remoteVersion"], 3.0);
    assert_eq!(conflict["metadata"]["channelId"], "general");
}

#[test]
fn when_the_last_sync_was_outlives_the_page() {
    let mut world = World::stored();
    world.configure(with_sync);
    let capabilities = &mut world.server.greetings[0][1]["capabilities"];
    capabilities.as_array_mut().unwrap().push(json!("resume"));
    world.connect();
    take_channels(&mut world);
    let last = world.engine.sync().last_sync_timestamp;
    assert!(last.is_some());
    world.disk_catches_up();
    world.restart();
    world.join("general");
    world.disk_catches_up();
    assert_eq!(world.engine.sync().last_sync_timestamp, last);
}

#[test]
fn a_room_that_the_server_has_lost_us_from_is_joined_again() {
    let mut world = in_general(2);
    world.lose_connection();
    world.advance(2_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 2));
    take_channels(&mut world);
    let asked = world.expect_event("sync:resume");
    let answer = json!({"rooms": [], "unchanged": 0, "notMember": ["general"], "serverTime": 1});
    world.ack(&asked, answer);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 2));
    assert!(world.engine.rooms()[0].is_joined);
}
