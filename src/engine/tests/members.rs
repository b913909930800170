//! Who is in a room, by the server's word.

use super::peer::joined;
use super::world::World;
use crate::engine::output::Notification;
use serde_json::{Value as Json, json};

fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.notifications();
    world
}

fn count(world: &World) -> Option<u32> {
    world.engine.rooms()[0].member_count
}

fn ids(world: &World) -> Vec<String> {
    let members = world.engine.members("general").into_iter();
    members.map(|member| member.user_id).collect()
}

fn change(user_id: &str) -> Json {
    json!({"roomName": "general", "userId": user_id})
}

#[test]
fn the_answer_to_a_join_lists_members_and_counts_them() {
    let world = in_general();
    assert_eq!(
        (count(&world), ids(&world)),
        (Some(2), vec!["alice".into(), "bob".into()])
    );
    let members = world.engine.members("general");
    assert_eq!(members[1].user_name.as_deref(), Some("Bob"));
    assert_eq!(
        members[1].joined_at.as_deref(),
        Some("2026-01-01T00:00:00.000Z")
    );
}

#[test]
fn the_servers_count_decides() {
    let mut world = in_general();
    let mut joined = change("carol");
    joined["memberCount"] = json!(40);
    world.server_sends("user:joined", joined);
    assert_eq!(count(&world), Some(40));
    let mut left = change("dave");
    left["memberCount"] = json!(38);
    world.server_sends("user:left", left);
    assert_eq!(count(&world), Some(38));
}

#[test]
fn without_the_servers_count_only_those_who_really_come_and_go_are_counted() {
    let mut world = in_general();
    for _ in 0..3 {
        world.server_sends("user:joined", change("carol"));
    }
    assert_eq!((count(&world), ids(&world).len()), (Some(3), 3));
    for _ in 0..3 {
        world.server_sends("user:left", change("carol"));
    }
    assert_eq!((count(&world), ids(&world).len()), (Some(2), 2));
    for id in ["bob", "bob", "nobody"] {
        world.server_sends("user:left", change(id));
    }
    assert_eq!(count(&world), Some(1));
}

#[test]
fn a_rejoin_brings_the_list_and_the_count_anew() {
    let mut world = in_general();
    world.server_sends("user:joined", change("carol"));
    world.lose_connection();
    world.advance(1_000);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert_eq!((count(&world), ids(&world).len()), (Some(2), 2));
}

#[test]
fn who_comes_and_goes_is_told_with_name_and_time() {
    let mut world = in_general();
    world.server_sends(
        "user:joined",
        json!({
            "roomName": "general", "userId": "carol", "userName": "Carol", "userAvatar": "c.png",
            "timestamp": "2026-02-02T00:00:00.000Z",
        }),
    );
    world.server_sends("user:left", change("carol"));
    let told: Vec<String> = world
        .notifications()
        .into_iter()
        .filter_map(|told| match told {
            Notification::UserJoined { room, member } => Some(format!(
                "{room} + {} {:?} {:?}",
                member.user_id, member.user_name, member.joined_at
            )),
            Notification::UserLeft { room, user_id } => Some(format!("{room} - {user_id}")),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            r#""general" + carol Some("Carol") Some("2026-02-02T00:00:00.000Z")"#,
            r#""general" - carol"#,
        ]
    );
}

#[test]
fn a_room_that_the_user_left_on_another_device_is_left_here_without_a_word() {
    let mut world = in_general();
    world.server_sends("user:left", change("alice"));
    assert_eq!(world.engine.rooms().len(), 0);
    assert_eq!(world.sent(), Vec::<&str>::new());
    world.lose_connection();
    world.advance(60_000);
    assert!(!world.sent().contains(&"room:join"));
}

#[test]
fn a_room_that_is_joined_again_meanwhile_is_not_left() {
    let mut world = in_general();
    world.leave("general");
    world.join("general");
    world.server_sends("user:left", change("alice"));
    world.expect_event("room:leave");
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert_eq!(
        world.engine.rooms(),
        [],
        "the server may have taken that before"
    );
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert_eq!(world.engine.rooms().len(), 1);
}

#[test]
fn a_plain_server_says_of_a_closed_tab_that_the_user_left() {
    let mut world = World::plain();
    world.connect();
    let request = world.join("general");
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    world.take_settled(request);
    world.server_sends("user:left", change("alice"));
    assert_eq!(world.engine.rooms().len(), 1);
}

#[test]
fn where_no_time_is_given_a_member_is_one_since_now() {
    let mut world = in_general();
    world.server_sends("user:joined", change("carol"));
    let carol = world.engine.members("general").pop().unwrap();
    assert_eq!(carol.joined_at.as_deref(), Some("2026-01-30T12:00:00.000Z"));
}

#[test]
fn who_is_in_rooms_that_are_not_ours_is_none_of_our_business() {
    let mut world = in_general();
    world.server_sends(
        "user:joined",
        json!({"roomName": "other", "userId": "carol"}),
    );
    world.server_sends("user:left", json!({"roomName": "other", "userId": "carol"}));
    assert_eq!(world.engine.rooms().len(), 1);
    assert_eq!(world.engine.members("other").len(), 0);
}

#[test]
fn the_members_kept_are_bounded_and_the_count_goes_on() {
    let mut world = in_general();
    for n in 0..10_100 {
        world.server_sends("user:joined", change(&format!("user {n}")));
    }
    assert_eq!(ids(&world).len(), 10_000);
    assert_eq!(count(&world), Some(10_102));
}
