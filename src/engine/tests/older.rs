//! Paging back: older messages when they are asked for, and what of them stays.

use std::ops::RangeInclusive;

use serde_json::{Value as Json, json};

use super::world::World;
use crate::engine::config::{MAX_PAGED_MESSAGES, MAX_TIMELINE_MESSAGES};
use crate::engine::input::{Input, RequestId};

fn message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": "bob",
        "content": format!("text {seq}"), "seq": seq, "epoch": "e1",
    })
}

fn page(seqs: RangeInclusive<u64>, has_more: bool) -> Json {
    let (from, to) = (*seqs.start(), *seqs.end());
    let messages: Vec<Json> = seqs.map(message).collect();
    json!({
        "messages": messages, "fromSeq": from, "toSeq": to, "epoch": "e1", "headSeq": to,
        "hasMore": has_more, "serverTime": 1,
    })
}

/// In a room of which the newest page, `seqs`, is here.
fn with_newest(seqs: RangeInclusive<u64>) -> World {
    let mut world = World::connected();
    world.join_room("general", *seqs.end());
    let request = world.expect_event("sync:messages");
    let has_more = *seqs.start() > 1;
    world.ack(&request, page(seqs, has_more));
    world.notifications();
    world
}

impl World {
    pub(super) fn load_older(&mut self, room: &str) -> RequestId {
        let room = room.to_owned();
        self.request(|request| Input::LoadOlderRequested { room, request })
    }
}

fn seqs(world: &World) -> Vec<u64> {
    let rows = world.engine.timeline("general").into_iter();
    rows.filter_map(|row| row["seq"].as_u64()).collect()
}

fn answer(count: u64, has_more: bool) -> Json {
    json!({"count": count, "hasMore": has_more})
}

#[test]
fn the_page_before_is_put_before_and_told_nobody() {
    let mut world = with_newest(61..=110);
    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    assert_eq!(
        asked.body,
        json!({"channelId": "general", "beforeSeq": 61, "limit": 50})
    );
    world.ack(&asked, page(11..=60, true));
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(50, true)));
    assert_eq!(seqs(&world), (11..=110).collect::<Vec<_>>());
    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    assert_eq!(asked.body["beforeSeq"], 11);
    world.ack(&asked, page(1..=10, false));
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(10, false)));
    assert_eq!(seqs(&world), (1..=110).collect::<Vec<_>>());
    assert_eq!(world.told_seqs(), Vec::<u64>::new());
}

#[test]
fn at_the_beginning_of_a_room_nothing_is_asked() {
    let mut world = with_newest(1..=3);
    let request = world.load_older("general");
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(0, false)));
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn until_the_first_page_came_there_is_nothing_older_than_it() {
    let mut world = World::connected();
    world.join_room("general", 9);
    let request = world.load_older("general");
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(0, true)));
    assert_eq!(world.sent(), ["sync:messages"], "the first page");
}

#[test]
fn calls_while_a_page_is_under_way_share_it() {
    let mut world = with_newest(61..=110);
    let requests = [(); 3].map(|()| world.load_older("general"));
    let asked = world.expect_event("sync:messages");
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.ack(&asked, page(11..=60, true));
    for request in requests {
        assert_eq!(world.take_settled(request).unwrap(), Ok(answer(50, true)));
    }
}

#[test]
fn a_page_of_nothing_but_operations_is_followed_by_the_next() {
    let mut world = with_newest(61..=110);
    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    let empty = json!({
        "messages": [], "fromSeq": 11, "toSeq": 60, "epoch": "e1", "headSeq": 110,
        "hasMore": true,
    });
    world.ack(&asked, empty);
    assert!(world.is_pending(request));
    let asked = world.expect_event("sync:messages");
    assert_eq!(asked.body["beforeSeq"], 11);
    world.ack(&asked, page(5..=10, true));
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(6, true)));
}

#[test]
fn a_page_of_nothing_ends_it_whatever_it_says() {
    let mut world = with_newest(61..=110);
    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    world.ack(
        &asked,
        json!({"messages": [], "epoch": "e1", "hasMore": true}),
    );
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(0, false)));
    assert_eq!(world.sent(), Vec::<&str>::new());
}

#[test]
fn what_cannot_be_loaded_is_an_error() {
    let mut world = with_newest(61..=110);
    let request = world.load_older("elsewhere");
    assert_eq!(world.rejection(request), "NOT_IN_ROOM");

    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    world.refuse(&asked, json!({"code": "FORBIDDEN", "message": "no"}));
    assert_eq!(world.rejection(request), "FORBIDDEN");

    let request = world.load_older("general");
    world.advance(10_000);
    assert_eq!(world.rejection(request), "TIMEOUT");

    let request = world.load_older("general");
    world.lose_connection();
    assert_eq!(world.rejection(request), "NOT_CONNECTED");
    let request = world.load_older("general");
    assert_eq!(world.rejection(request), "NOT_CONNECTED");
}

#[test]
fn a_room_that_is_left_meanwhile_takes_no_page() {
    let mut world = with_newest(61..=110);
    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    world.leave("general");
    assert_eq!(world.rejection(request), "CANCELLED");
    world.ack(&asked, page(11..=60, true));
    assert_eq!(seqs(&world), Vec::<u64>::new());
}

#[test]
fn messages_that_were_paged_back_to_stay_when_new_ones_come() {
    let mut world = with_newest(1_001..=1_050);
    for seq in 1_051..=2_000 {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!(seqs(&world).len(), MAX_TIMELINE_MESSAGES);
    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    world.ack(&asked, page(951..=1_000, true));
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(50, true)));
    assert_eq!(seqs(&world), (951..=2_000).collect::<Vec<_>>());
    world.server_sends("message:new", message(2_001));
    assert_eq!(seqs(&world), (952..=2_001).collect::<Vec<_>>());
}

#[test]
fn the_window_is_bounded_and_says_so() {
    let first = 10_000;
    let mut world = with_newest(first..=first + 49);
    let mut before = first;
    while seqs(&world).len() < MAX_PAGED_MESSAGES {
        let request = world.load_older("general");
        let asked = world.expect_event("sync:messages");
        world.ack(&asked, page(before - 200..=before - 1, true));
        assert!(world.take_settled(request).unwrap().is_ok());
        before -= 200;
    }
    assert_eq!(seqs(&world).len(), MAX_PAGED_MESSAGES);
    let request = world.load_older("general");
    assert_eq!(world.rejection(request), "QUEUE_FULL");
}

#[test]
fn an_operation_that_overtakes_the_page_of_its_message_is_not_lost() {
    let mut world = with_newest(61..=110);
    world.load_older("general");
    let asked = world.expect_event("sync:messages");
    world.server_sends(
        "message:update",
        json!({
            "roomName": "general", "messageId": "m60", "clientMessageId": "c", "userId": "bob",
            "content": "edited", "version": 2, "editedAt": "now", "seq": 111, "epoch": "e1",
        }),
    );
    world.ack(&asked, page(11..=60, true));
    assert_eq!(world.engine.timeline("general")[49]["content"], "edited");
}

#[test]
fn a_page_of_another_history_is_none() {
    let mut world = with_newest(61..=110);
    let request = world.load_older("general");
    let asked = world.expect_event("sync:messages");
    let mut other = page(11..=60, true);
    other["epoch"] = json!("e2");
    world.ack(&asked, other);
    assert_eq!(world.take_settled(request).unwrap(), Ok(answer(0, true)));
    assert_eq!(seqs(&world), Vec::<u64>::new());
}
