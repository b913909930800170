//! What is missing is shown as it is: known from whatever tells of it, gone when it came.

use serde_json::{Value as Json, json};

use super::peer::joined;
use super::world::World;
use crate::engine::output::Notification;

fn message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": "bob",
        "content": format!("text {seq}"), "seq": seq, "epoch": "e1",
    })
}

fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.notifications();
    world
}

fn gaps(world: &World) -> Vec<(u64, u64)> {
    let gaps = world.engine.gaps("general").into_iter();
    gaps.map(|gap| (gap.from_seq, gap.to_seq)).collect()
}

/// Every picture of the gaps that the app was given, in order.
fn told_gaps(world: &mut World) -> Vec<Vec<(u64, u64)>> {
    let told = world.notifications().into_iter();
    told.filter_map(|told| match told {
        Notification::Gaps { room, gaps } => {
            assert_eq!(room, "general");
            let gaps = gaps.into_iter();
            Some(gaps.map(|gap| (gap.from_seq, gap.to_seq)).collect())
        }
        _ => None,
    })
    .collect()
}

#[test]
fn a_room_without_holes_has_no_gaps_and_says_nothing_of_them() {
    let mut world = in_general();
    for seq in 1..=3 {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!((gaps(&world), told_gaps(&mut world)), (vec![], vec![]));
}

#[test]
fn holes_between_live_messages_are_gaps_until_they_are_filled() {
    let mut world = in_general();
    for seq in [1, 4, 7] {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!(gaps(&world), [(2, 3), (5, 6)]);
    let request = world.expect_event("sync:messages");
    let page = json!({
        "messages": [message(2), message(3), message(4)], "fromSeq": 2, "toSeq": 4,
        "epoch": "e1", "headSeq": 7, "hasMore": true,
    });
    world.ack(&request, page);
    assert_eq!(gaps(&world), [(5, 6)]);
    let request = world.expect_event("sync:messages");
    let page = json!({
        "messages": [message(5), message(6)], "fromSeq": 5, "toSeq": 7,
        "epoch": "e1", "headSeq": 7, "hasMore": false,
    });
    world.ack(&request, page);
    let told = told_gaps(&mut world);
    assert_eq!(
        told,
        [vec![(2, 3)], vec![(2, 3), (5, 6)], vec![(5, 6)], vec![]]
    );
}

#[test]
fn what_was_missed_while_away_is_a_gap_as_soon_as_it_is_known() {
    let mut world = in_general();
    world.server_sends("message:new", message(1));
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 9));
    assert_eq!(gaps(&world), [(2, 9)]);
}

#[test]
fn a_page_of_nothing_but_operations_leaves_no_gap() {
    let mut world = in_general();
    world.server_sends("message:new", message(1));
    world.server_sends("message:new", message(4));
    let request = world.expect_event("sync:messages");
    let page = json!({
        "messages": [], "fromSeq": 2, "toSeq": 3, "operations": [],
        "epoch": "e1", "headSeq": 4, "hasMore": true,
    });
    world.ack(&request, page);
    assert_eq!((gaps(&world), world.sent()), (vec![], vec![]));
}

#[test]
fn a_server_without_history_leaves_its_gaps_to_be_seen() {
    let mut world = World::plain();
    world.connect();
    world.join_room("general", 0);
    for seq in [1, 4, 6] {
        world.server_sends("message:new", message(seq));
    }
    assert_eq!(gaps(&world), [(2, 3), (5, 5)]);
    assert_eq!(world.told_seqs(), [1, 4, 6]);
}

#[test]
fn another_history_and_a_departure_leave_no_gap_behind() {
    for leaves in [true, false] {
        let mut world = in_general();
        world.server_sends("message:new", message(3));
        world.notifications();
        if leaves {
            world.leave("general");
        } else {
            let mut anew = message(1);
            anew["epoch"] = json!("e2");
            world.server_sends("message:new", anew);
        }
        assert_eq!(gaps(&world), []);
        assert_eq!(told_gaps(&mut world), [vec![]]);
    }
}
