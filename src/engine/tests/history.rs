//! What was missed: fetched by pages, told in order, exactly once.

use super::peer::joined;
use super::server::Emitted;
use super::world::World;
use serde_json::{Value as Json, json};

fn message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": "bob",
        "content": format!("text {seq}"), "seq": seq, "epoch": "e1",
    })
}

fn page(seqs: std::ops::RangeInclusive<u64>, has_more: bool) -> Json {
    let messages: Vec<Json> = seqs.map(message).collect();
    json!({"messages": messages, "epoch": "e1", "headSeq": 99, "hasMore": has_more, "serverTime": 1})
}

fn seqs(world: &World) -> Vec<u64> {
    let rows = world.engine.timeline("general").into_iter();
    rows.filter_map(|row| row["seq"].as_u64()).collect()
}

fn upto(last: u64) -> Vec<u64> {
    (1..=last).collect()
}

/// In a room that was empty, with the first `last` messages come live.
fn after_messages(last: u64) -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    for seq in 1..=last {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!(world.told_seqs(), upto(last));
    world
}

/// The connection breaks and comes back; the room's newest message is `head_seq` by then.
fn come_back(world: &mut World, head_seq: u64) {
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", head_seq));
}

fn asked_after(page: &Emitted) -> &Json {
    assert_eq!(page.body["channelId"], "general");
    &page.body["afterSeq"]
}

#[test]
fn a_room_that_is_new_here_shows_its_newest_page_and_tells_nobody() {
    let mut world = World::connected();
    world.join_room("general", 60);
    let request = world.expect_event("sync:messages");
    assert_eq!(request.body, json!({"channelId": "general", "limit": 50}));
    world.ack(&request, page(11..=60, true));
    assert_eq!(seqs(&world), (11..=60).collect::<Vec<_>>());
    assert_eq!(world.told_seqs(), Vec::<u64>::new());
    world.server_sends("message:new", message(61));
    assert_eq!(world.told_seqs(), [61]);
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn live_messages_during_the_first_page_are_told_once_and_in_place() {
    let mut world = World::connected();
    world.join_room("general", 3);
    let request = world.expect_event("sync:messages");
    world.server_sends("message:new", message(4));
    world.server_sends("message:new", message(5));
    world.ack(&request, page(1..=4, false));
    world.server_sends("message:new", message(6));
    assert_eq!((seqs(&world), world.told_seqs()), (upto(6), vec![4, 5, 6]));
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn an_empty_room_needs_no_page() {
    let mut world = after_messages(2);
    assert_eq!(world.sent(), Vec::<&str>::new());
    come_back(&mut world, 2);
    assert_eq!(world.sent(), Vec::<&str>::new(), "and nothing was missed");
}

#[test]
fn what_was_missed_is_fetched_and_told_in_order_exactly_once() {
    let mut world = after_messages(2);
    come_back(&mut world, 120);
    for (first, last) in [(3, 52), (53, 102), (103, 120)] {
        let request = world.expect_event("sync:messages");
        assert_eq!(asked_after(&request), &json!(first - 1));
        world.ack(&request, page(first..=last, last < 120));
        assert_eq!(world.told_seqs(), (first..=last).collect::<Vec<_>>());
    }
    assert_eq!(world.sent(), Vec::<&str>::new());
    assert_eq!(seqs(&world), upto(120));
}

#[test]
fn live_messages_while_missed_ones_are_fetched_wait_for_their_turn() {
    let mut world = after_messages(2);
    come_back(&mut world, 5);
    let request = world.expect_event("sync:messages");
    world.server_sends("message:new", message(6));
    assert_eq!(world.told_seqs(), Vec::<u64>::new());
    assert_eq!(seqs(&world), [1, 2, 6], "but they show");
    // The page has one that will come live only after it.
    world.ack(&request, page(3..=7, false));
    world.server_sends("message:new", message(7));
    world.server_sends("message:new", message(8));
    assert_eq!(world.told_seqs(), [3, 4, 5, 6, 7, 8]);
    assert_eq!(seqs(&world), upto(8));
}

#[test]
fn a_gap_is_filled_before_what_came_after_it_is_told() {
    let mut world = after_messages(2);
    world.server_sends("message:new", message(6));
    world.server_sends("message:new", message(5));
    let request = world.expect_event("sync:messages");
    assert_eq!(asked_after(&request), &json!(2));
    assert_eq!(world.told_seqs(), Vec::<u64>::new());
    world.ack(&request, page(3..=6, false));
    assert_eq!(
        (world.told_seqs(), seqs(&world)),
        (vec![3, 4, 5, 6], upto(6))
    );
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn messages_that_arrive_out_of_order_are_shown_in_order() {
    let mut world = after_messages(0);
    for seq in [3, 1, 2, 5, 4] {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!(seqs(&world), upto(5));
    let request = world.expect_event("sync:messages");
    world.ack(&request, page(1..=5, false));
    assert_eq!(world.told_seqs(), upto(5));
}

#[test]
fn a_connection_lost_while_missed_messages_are_fetched_changes_neither_order_nor_number() {
    let mut world = after_messages(2);
    come_back(&mut world, 5);
    world.expect_event("sync:messages");
    world.server_sends("message:new", message(6));
    come_back(&mut world, 8);
    let request = world.expect_event("sync:messages");
    assert_eq!(asked_after(&request), &json!(2));
    world.ack(&request, page(3..=8, false));
    assert_eq!(
        (world.told_seqs(), seqs(&world)),
        ((3..=8).collect(), upto(8))
    );
}

#[test]
fn a_page_that_does_not_come_holds_nothing_back_and_is_asked_for_again() {
    let mut world = after_messages(2);
    world.server_sends("message:new", message(5));
    world.expect_event("sync:messages");
    world.advance(10_000);
    assert_eq!(world.told_seqs(), [5]);
    world.server_sends("message:new", message(6));
    assert_eq!(world.told_seqs(), [6]);
    assert_eq!(world.sent(), Vec::<&str>::new(), "not before its time");
    world.advance(1_000);
    let request = world.expect_event("sync:messages");
    assert_eq!(asked_after(&request), &json!(2));
    world.ack(&request, page(3..=6, false));
    assert_eq!((world.told_seqs(), seqs(&world)), (vec![3, 4], upto(6)));
}

#[test]
fn a_page_that_is_refused_is_asked_for_ever_less_often() {
    let mut world = after_messages(2);
    world.server_sends("message:new", message(5));
    let mut waits = Vec::new();
    for _ in 0..8 {
        let request = world.expect_event("sync:messages");
        let refused_ms = world.now.mono_ms;
        world.refuse(&request, json!({"code": "INTERNAL_ERROR", "message": "no"}));
        while world.sent().is_empty() {
            world.advance(100);
        }
        waits.push(world.now.mono_ms - refused_ms);
    }
    assert!(waits[0] <= 1_000 && waits[3] > waits[0], "{waits:?}");
    assert!(waits[7] > 10_000 && waits[7] <= 30_100, "{waits:?}");
    let request = world.expect_event("sync:messages");
    world.ack(&request, page(3..=5, false));
    world.advance(60_000);
    assert_eq!((seqs(&world), world.sent()), (upto(5), vec![]));
}

#[test]
fn a_server_that_wants_to_be_left_alone_for_a_while_is() {
    let mut world = after_messages(2);
    world.server_sends("message:new", message(5));
    let request = world.expect_event("sync:messages");
    let error = json!({"code": "RATE_LIMITED", "message": "no", "retryAfterMs": 20_000});
    world.refuse(&request, error);
    world.advance(19_999);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.advance(1);
    assert_eq!(world.sent(), ["sync:messages"]);
}

#[test]
fn a_page_that_brings_nothing_ends_the_paging_whatever_it_says() {
    let mut world = after_messages(2);
    come_back(&mut world, 9);
    let request = world.expect_event("sync:messages");
    world.ack(
        &request,
        json!({"messages": [], "epoch": "e1", "hasMore": true}),
    );
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn history_that_was_lost_begins_anew() {
    let mut world = after_messages(5);
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    let mut answer = joined("general", 2);
    answer["epoch"] = json!("e2");
    world.ack(&join, answer);
    assert_eq!(seqs(&world), Vec::<u64>::new());
    let request = world.expect_event("sync:messages");
    assert_eq!(asked_after(&request), &Json::Null);
    let mut fresh = page(1..=2, false);
    fresh["epoch"] = json!("e2");
    world.ack(&request, fresh);
    assert_eq!(seqs(&world), [1, 2]);
}

#[test]
fn history_that_is_lost_in_mid_page_begins_anew() {
    let mut world = after_messages(2);
    come_back(&mut world, 9);
    let request = world.expect_event("sync:messages");
    let mut fresh = page(1..=3, false);
    fresh["epoch"] = json!("e2");
    world.ack(&request, fresh.clone());
    let again = world.expect_event("sync:messages");
    assert_eq!(asked_after(&again), &Json::Null);
    world.ack(&again, fresh);
    assert_eq!(seqs(&world), [1, 2, 3]);
}

#[test]
fn a_live_message_of_another_epoch_fetches_what_came_before_it() {
    let mut world = after_messages(2);
    let mut live = message(4);
    live["epoch"] = json!("e2");
    world.server_sends("message:new", live);
    let request = world.expect_event("sync:messages");
    assert_eq!(asked_after(&request), &Json::Null);
    let mut fresh = page(1..=4, false);
    fresh["epoch"] = json!("e2");
    world.ack(&request, fresh);
    assert_eq!(
        (seqs(&world), world.told_seqs()),
        (vec![1, 2, 3, 4], vec![4])
    );
}

#[test]
fn a_page_for_a_room_that_was_left_is_none_for_the_same_room_joined_again() {
    let mut world = after_messages(2);
    come_back(&mut world, 60);
    let old = world.expect_event("sync:messages");
    world.leave("general");
    world.expect_event("room:leave");
    world.join_room("general", 60);
    let new = world.expect_event("sync:messages");
    world.ack(&old, page(3..=52, true));
    assert_eq!(seqs(&world), Vec::<u64>::new());
    world.ack(&new, page(11..=60, true));
    assert_eq!(seqs(&world), (11..=60).collect::<Vec<_>>());
}

#[test]
fn more_missed_messages_than_the_window_holds_are_all_told() {
    let mut world = after_messages(2);
    come_back(&mut world, 1_500);
    let mut next = 3;
    while next <= 1_500 {
        let request = world.expect_event("sync:messages");
        assert_eq!(asked_after(&request), &json!(next - 1));
        let last = (next + 199).min(1_500);
        world.ack(&request, page(next..=last, last < 1_500));
        next = last + 1;
    }
    assert_eq!(world.told_seqs(), (3..=1_500).collect::<Vec<_>>());
    assert_eq!(seqs(&world), (501..=1_500).collect::<Vec<_>>());
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn live_messages_held_back_are_bounded_and_none_is_lost() {
    let mut world = after_messages(0);
    for seq in 2..=1_202 {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!(world.told_seqs().len(), 1_000);
    let request = world.expect_event("sync:messages");
    world.ack(&request, json!([]));
    assert_eq!(world.told_seqs().len(), 201);
}

#[test]
fn a_plain_server_is_never_asked_for_history() {
    let mut world = World::plain();
    world.connect();
    world.join_room("general", 9);
    for seq in [10, 15] {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!(world.told_seqs(), [10, 15]);
    assert!(!world.sent().contains(&"sync:messages"));
}
