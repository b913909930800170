//! What tabs know of each other's messages is old by the time they know it: none goes for that
//! before an earlier one, comes back, or is lost.

use serde_json::{Value as Json, json};

use super::tabs::Tabs;
use super::world::World;
use crate::engine::input::{Input, QueueCommand};

/// What a tab has sent, and nobody has looked at, by content.
fn sent(world: &mut World) -> Vec<Json> {
    let mut sent = Vec::new();
    while world.sent().contains(&"message:send") {
        let send = world.expect_event("message:send");
        sent.push(send.body["content"].clone());
        let data =
            json!({"messageId": format!("m{}", sent.len()), "seq": sent.len(), "epoch": "e1"});
        world.ack(&send, data);
    }
    sent
}

#[test]
fn messages_of_one_tab_keep_their_order_whatever_places_others_stored_them_with() {
    let mut tabs = Tabs::opened(3, false);
    tabs.is_mute = true;
    for tab in [1, 2] {
        tabs.tabs[tab].disk().is_slow = true;
    }
    tabs.queue(1, "one");
    // This tab found the first message in the journal, without a place, and stores it so ...
    tabs.queue(2, "other");
    tabs.tabs[2].disk_step();
    // ... after its own tab has given it one, and the next another.
    tabs.tabs[1].disk().is_slow = false;
    tabs.tabs[1].disk_catches_up();
    tabs.queue(1, "two");
    tabs.tabs[2].disk_catches_up();
    for tab in [1, 2] {
        tabs.tabs[tab].restart();
    }
    tabs.tabs[0].connect();
    let sent = sent(&mut tabs.tabs[0]);
    let place = |key| sent.iter().position(|content| content == key);
    assert!(place("one") < place("two"), "{sent:?}");
    assert_eq!(sent.len(), 3);
}

#[test]
fn a_message_that_came_in_while_the_store_was_read_twice_is_not_taken_for_gone() {
    let mut tabs = Tabs::connected(2);
    tabs.tabs[1].disk().is_slow = true;
    tabs.tabs[1].input(Input::Resumed);
    tabs.tabs[0].disconnect();
    tabs.advance(100);
    // It is asked for the lead, and read once more; neither has this message in.
    while tabs.tabs[1].disk().step() {}
    tabs.queue(0, "one");
    tabs.tabs[1].hear_disk();
    tabs.tabs[1].disk().is_slow = false;
    tabs.tabs[1].disk_catches_up();
    tabs.advance(2_000);
    assert_eq!(sent(&mut tabs.tabs[1]), ["one"]);
}

#[test]
fn a_tab_whose_store_is_late_sends_what_it_queued_itself_and_no_more() {
    let mut tabs = Tabs::opened(2, false);
    tabs.queue(0, "one");
    tabs.tabs[1].disk().is_late = true;
    tabs.queue(1, "two");
    tabs.tabs[1].connect();
    tabs.tabs[1].advance(6_000);
    assert_eq!(sent(&mut tabs.tabs[1]), ["two"]);
    tabs.tabs[0].connect();
    tabs.advance(6_000);
    assert_eq!(sent(&mut tabs.tabs[0]), ["one"]);
}

#[test]
fn what_was_taken_out_while_another_tab_opened_is_not_sent_by_it() {
    let mut tabs = Tabs::opened(2, false);
    tabs.is_mute = true;
    tabs.queue(0, "zero");
    tabs.queue(0, "one");
    tabs.tabs[1].disk().is_slow = true;
    tabs.queue(1, "two");
    // It reads what the store has ...
    tabs.tabs[1].disk().step();
    tabs.tabs[0].disk().is_slow = true;
    let removed = tabs.command(0, QueueCommand::Remove("one".to_owned()));
    assert_eq!(removed, true);
    // ... and what comes of it is never carried out: only the journal says so.
    tabs.tabs[0].restart();
    tabs.tabs[1].disk().is_slow = false;
    tabs.tabs[1].hear_disk();
    tabs.tabs[1].disk_catches_up();
    tabs.tabs[1].connect();
    tabs.advance(1_000);
    assert_eq!(sent(&mut tabs.tabs[1]), ["zero", "two"]);
}

#[test]
fn what_may_be_left_under_nobodys_name_is_not_certain_to_be_taken_out() {
    let mut world = World::stored();
    world.queue_message("general", "one");
    world.queue_message("general", "two");
    world.disk().is_slow = true;
    world.ask_to_connect();
    // The user's store opens, and nobody's does not.
    world.disk_step();
    world.disk().is_late = true;
    world.disk_catches_up();
    let removed = world.queue(QueueCommand::Remove("two".to_owned()));
    assert_eq!(removed, Ok(json!(false)));
    let left = world.engine.queued();
    assert_eq!((left.len(), &left[0]["id"]), (1, &json!("one")));
}
