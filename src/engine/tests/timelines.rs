//! A room's messages: each once, in the server's order, our own reconciled with their echoes.

use super::peer::joined;
use super::world::World;
use crate::engine::config::{MAX_PARKED_ENTRIES, MAX_TIMELINE_MESSAGES};
use serde_json::{Value as Json, json};

fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.notifications();
    world
}

fn plain_in_general() -> World {
    let mut world = World::plain();
    world.connect();
    world.join("general");
    let join = world.expect_event("room:join");
    world.ack_with(&join, &json!([{"success": true}]));
    world.notifications();
    world
}

fn message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "clientMessageId": format!("c{seq}"),
        "userId": "bob", "content": format!("text {seq}"), "type": "text",
        "timestamp": "2026-01-30T12:00:00.000Z", "seq": seq, "epoch": "e1",
    })
}

fn plain_message(user_id: &str, content: &str) -> Json {
    json!({"roomName": "general", "userId": user_id, "content": content})
}

fn contents(world: &World) -> Vec<String> {
    let rows = world.engine.timeline("general").into_iter();
    rows.map(|row| row["content"].as_str().unwrap().to_owned())
        .collect()
}

fn seqs(world: &World) -> Vec<u64> {
    let rows = world.engine.timeline("general").into_iter();
    rows.filter_map(|row| row["seq"].as_u64()).collect()
}

#[test]
fn messages_are_shown_and_told_as_the_server_sent_them() {
    let mut world = in_general();
    world.server_sends("message:new", message(1));
    assert_eq!(world.engine.timeline("general"), [message(1)]);
    assert_eq!(world.told_messages(), [message(1)]);
}

#[test]
fn a_repeated_message_is_shown_and_told_once() {
    let mut world = in_general();
    for seq in [1, 2, 1, 2, 2] {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!((seqs(&world), world.told_seqs()), (vec![1, 2], vec![1, 2]));
}

#[test]
fn a_message_of_ours_shows_at_once_and_its_echo_takes_its_place() {
    for acknowledged_first in [true, false] {
        let mut world = in_general();
        world.send("general", "mine");
        let row = &world.mirrors["general"][0];
        assert_eq!(
            (&row["state"], &row["userId"]),
            (&json!("sending"), &json!("alice"))
        );
        let send = world.expect_event("message:send");
        let mut echo = message(1);
        echo["userId"] = json!("alice");
        echo["content"] = json!("mine");
        echo["clientMessageId"] = send.body["clientMessageId"].clone();
        let answer = json!({"messageId": "m1", "seq": 1, "epoch": "e1"});
        if acknowledged_first {
            world.ack(&send, answer);
            assert_eq!(world.mirrors["general"][0]["state"], "sent");
            world.server_sends("message:new", echo.clone());
        } else {
            world.server_sends("message:new", echo.clone());
            world.ack(&send, answer);
        }
        assert_eq!(world.engine.timeline("general"), [echo.clone()]);
        assert_eq!(world.told_messages(), [echo], "our own is told, once");
    }
}

#[test]
fn what_waits_is_shown_after_everything_that_the_server_has() {
    let mut world = in_general();
    world.send("general", "mine");
    world.server_sends("message:new", message(1));
    world.server_sends("message:new", message(2));
    assert_eq!(contents(&world), ["text 1", "text 2", "mine"]);
    let send = world.expect_event("message:send");
    world.ack(&send, json!({"messageId": "m3", "seq": 3}));
    world.server_sends("message:new", message(4));
    assert_eq!(contents(&world), ["text 1", "text 2", "mine", "text 4"]);
}

#[test]
fn another_users_message_with_our_id_is_not_our_echo() {
    let mut world = in_general();
    world.send_with("general", "mine", json!({"clientMessageId": "c1"}));
    world.server_sends("message:new", message(1));
    assert_eq!(contents(&world), ["text 1", "mine"]);
}

#[test]
fn on_plain_servers_echoes_are_known_by_text_and_order() {
    for user_is_known in [true, false] {
        let mut world = plain_in_general();
        if user_is_known {
            world.server_sends("authenticated", json!({"userId": "alice"}));
        }
        for text in ["same", "same", "other"] {
            world.send("general", text);
            let send = world.expect_event("message:send");
            world.ack_with(&send, &json!([{"success": true}]));
        }
        for text in ["same", "same", "other"] {
            world.server_sends("message:new", plain_message("alice", text));
        }
        let rows = world.engine.timeline("general");
        assert_eq!(contents(&world), ["same", "same", "other"]);
        assert!(
            rows.iter().all(|row| row.get("state").is_none()),
            "{rows:?}"
        );
        assert!(
            rows.iter().all(|row| row["messageId"].is_string()),
            "rows have ids"
        );
        assert_eq!(world.told_messages().len(), 3);
        world.server_sends("message:new", plain_message("alice", "same"));
        assert_eq!(
            world.engine.timeline("general").len(),
            4,
            "from another device"
        );
    }
}

#[test]
fn on_plain_servers_a_strangers_equal_text_is_not_our_echo() {
    let mut world = plain_in_general();
    world.server_sends("authenticated", json!({"userId": "alice"}));
    world.send("general", "hi");
    world.server_sends("message:new", plain_message("bob", "hi"));
    assert_eq!(world.engine.timeline("general").len(), 2);
}

#[test]
fn a_refused_message_is_nobodys_echo() {
    let mut world = plain_in_general();
    world.send("general", "hi");
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
    world.send("general", "hi");
    world.server_sends("message:new", plain_message("alice", "hi"));
    let states: Vec<Json> = world
        .engine
        .timeline("general")
        .iter()
        .map(|row| row["state"].clone())
        .collect();
    assert_eq!(states, [json!("failed"), Json::Null]);
}

#[test]
fn a_message_that_failed_here_and_was_sent_by_another_tab_is_one_row() {
    let mut world = in_general();
    world.send_with("general", "hi", json!({"clientMessageId": "k"}));
    let send = world.expect_event("message:send");
    world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
    let mut echo = message(1);
    echo["userId"] = json!("alice");
    echo["clientMessageId"] = json!("k");
    world.server_sends("message:new", echo);
    assert_eq!((contents(&world).len(), seqs(&world)), (1, vec![1]));
}

#[test]
fn a_server_that_echoes_its_own_id_only_is_matched_by_it() {
    let mut world = plain_in_general();
    world.send("general", "one");
    world.send("general", "two");
    for id in ["s1", "s2"] {
        let send = world.expect_event("message:send");
        world.ack(&send, json!({"messageId": id}));
    }
    for (id, text) in [("s2", "two, edited by a filter"), ("s1", "one")] {
        let mut echo = plain_message("alice", text);
        echo["messageId"] = json!(id);
        world.server_sends("message:new", echo);
    }
    assert_eq!(contents(&world), ["one", "two, edited by a filter"]);
}

#[test]
fn without_numbers_a_message_is_known_by_its_ids() {
    let mut world = plain_in_general();
    for field in ["messageId", "clientMessageId"] {
        let mut message = plain_message("bob", field);
        message[field] = json!("x");
        world.server_sends("message:new", message.clone());
        world.server_sends("message:new", message);
    }
    assert_eq!(contents(&world), ["messageId", "clientMessageId"]);
    assert_eq!(world.told_messages().len(), 2);
}

#[test]
fn a_message_of_a_room_that_is_not_ours_is_told_and_not_kept() {
    let mut world = in_general();
    let mut message = message(1);
    message["roomName"] = json!("other");
    world.server_sends("message:new", message.clone());
    assert_eq!(world.told_messages(), [message]);
    assert!(world.engine.timeline("other").is_empty());
}

#[test]
fn another_epoch_voids_what_was_numbered_and_keeps_what_waits() {
    let mut world = in_general();
    for seq in 1..=3 {
        world.server_sends("message:new", message(seq));
    }
    world.send("general", "waiting");
    let mut anew = message(1);
    anew["epoch"] = json!("e2");
    world.server_sends("message:new", anew);
    assert_eq!(contents(&world), ["text 1", "waiting"]);
    assert_eq!(world.told_seqs(), [1, 2, 3, 1]);
}

#[test]
fn the_window_is_bounded_and_what_waits_stays_in_it() {
    let mut world = in_general();
    world.send("general", "waiting");
    let last = MAX_TIMELINE_MESSAGES as u64 + 50;
    for seq in 1..=last {
        world.server_sends("message:new", message(seq));
    }
    let rows = world.engine.timeline("general");
    assert_eq!(rows.len(), MAX_TIMELINE_MESSAGES);
    assert_eq!(rows.last().unwrap()["content"], "waiting");
    assert_eq!(rows[0]["seq"], 52);
    world.notifications();
    world.server_sends("message:new", message(10));
    assert_eq!(
        world.told_seqs(),
        Vec::<u64>::new(),
        "what left the window is not new"
    );
}

#[test]
fn messages_that_failed_do_not_grow_without_bound() {
    let mut world = in_general();
    for n in 0..MAX_PARKED_ENTRIES {
        world.send("general", &n.to_string());
        let send = world.expect_event("message:send");
        world.refuse(&send, json!({"code": "FORBIDDEN", "message": "muted"}));
    }
    let request = world.send("general", "one more");
    assert_eq!(world.rejection(request), "QUEUE_FULL");
    assert_eq!(world.engine.timeline("general").len(), MAX_PARKED_ENTRIES);
}

#[test]
fn leaving_empties_the_timeline_for_those_who_follow_its_changes() {
    let mut world = in_general();
    world.server_sends("message:new", message(1));
    world.leave("general");
    assert_eq!(world.mirrors["general"], Vec::<Json>::new());
    world.expect_event("room:leave");
    world.join("general");
    world.send("general", "too early");
    let join = world.expect_event("room:join");
    world.refuse(&join, json!({"code": "FORBIDDEN", "message": "no"}));
    assert_eq!(world.mirrors["general"], Vec::<Json>::new());
    world.join("general");
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
}
