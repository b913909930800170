//! Messages that are simply the next ones take a short way: what the app sees is the same.
//!
//! Every world offers each frame to the short way first, as the driver does, so that all other
//! tests go through it as well.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::world::World;

fn message(seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "seq": seq, "epoch": "e1",
        "userId": "bob", "content": format!("text {seq}"),
        "timestamp": "2026-01-30T12:00:00.000Z",
    })
}

fn with(seq: u64, key: &str, value: Json) -> Json {
    let mut message = message(seq);
    message[key] = value;
    message
}

/// A world in `general`, where two messages came: the first one tells the epoch.
fn in_general() -> World {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.server_sends("message:new", message(1));
    world.server_sends("message:new", message(2));
    world.notifications();
    world.short_ways = 0;
    world
}

#[test]
fn the_next_message_of_another_takes_the_short_way() {
    let mut world = in_general();
    world.server_sends("message:new", message(3));
    assert_eq!(world.short_ways, 1);
    assert_eq!(world.told_messages(), [message(3)]);
    assert_eq!(world.engine.timeline("general").len(), 3);
}

#[test]
fn where_there_is_more_to_decide_a_message_goes_the_long_way() {
    let cases = [
        ("repeated", message(2)),
        ("behind a gap", message(4)),
        ("of another epoch", with(3, "epoch", json!("e2"))),
        (
            "of a room that is not joined",
            with(3, "roomName", json!("elsewhere")),
        ),
        ("our own", with(3, "userId", json!("alice"))),
        ("without an id", with(3, "messageId", json!(null))),
        ("without a place", with(3, "seq", json!(null))),
    ];
    for (case, message) in cases {
        let mut world = in_general();
        world.server_sends("message:new", message);
        assert_eq!(world.short_ways, 0, "{case}");
    }
}

#[test]
fn while_an_echo_of_ours_is_awaited_messages_go_the_long_way() {
    let mut world = in_general();
    world.send("general", "mine");
    world.server_sends("message:new", message(3));
    assert_eq!(world.short_ways, 0);
    assert_eq!(world.told_messages(), [message(3)]);
}

#[test]
fn while_attachments_are_missing_a_text_is_an_error_as_ever() {
    let mut world = in_general();
    world.server_sends_frame(r#"451-["file",{"_placeholder":true,"num":0}]"#);
    world.server_sends("message:new", message(3));
    assert_eq!(
        (world.short_ways, world.connection().is_connected),
        (0, false)
    );
}

#[test]
fn a_transport_that_is_over_brings_nothing_the_short_way() {
    let mut world = in_general();
    let id = world.server.socket().unwrap();
    world.lose_connection();
    world.server_sends_frame_on(id, &format!("42{}", json!(["message:new", message(3)])));
    assert_eq!((world.short_ways, world.told_messages().len()), (0, 0));
}

/// One thing that happens to a room.
#[derive(Clone, Debug)]
enum Arrival {
    Frame(&'static str, Json),
    Pass(u64),
    Lose,
}

/// A message or an operation whose numbers are near those that come next.
fn arrival() -> impl Strategy<Value = Arrival> {
    let user = prop_oneof![8 => Just("bob"), 1 => Just("alice")];
    let epoch = prop_oneof![12 => Just("e1"), 1 => Just("e2")];
    let new = (1_u64..12, user, epoch, 0..20).prop_map(|(seq, user, epoch, odd)| {
        let mut message = message(seq);
        message["userId"] = json!(user);
        message["epoch"] = json!(epoch);
        match odd {
            0 => message["seq"] = json!(null),
            1 => message["epoch"] = json!(null),
            2 => message["messageId"] = json!(null),
            _ => {}
        }
        Arrival::Frame("message:new", message)
    });
    let edit = (1_u64..12, 1_u64..12, 2_u64..5).prop_map(|(seq, of, version)| {
        let edit = json!({
            "roomName": "general", "messageId": format!("m{of}"), "userId": "bob", "seq": seq,
            "epoch": "e1", "content": format!("edited {version}"), "version": version,
        });
        Arrival::Frame("message:update", edit)
    });
    prop_oneof![
        16 => new,
        3 => edit,
        2 => (0_u64..600).prop_map(Arrival::Pass),
        1 => Just(Arrival::Lose),
    ]
}

/// What the app heard, what was stored, and what is left, after these arrivals.
fn outcome(offers: bool, arrivals: &[Arrival]) -> impl PartialEq + std::fmt::Debug {
    let mut world = World::stored();
    world.offers = offers;
    world.connect();
    world.join_room("general", 0);
    for arrival in arrivals.iter().cloned() {
        match arrival {
            Arrival::Frame(event, body) => world.server_sends(event, body),
            Arrival::Pass(ms) => world.advance(ms),
            Arrival::Lose => {
                world.lose_connection();
                world.advance(1_000);
                let join = world.expect_event("room:join");
                world.ack(&join, super::peer::joined("general", 0));
            }
        }
    }
    world.advance(300);
    let is_stored = |line: &&String| line.contains("Store(");
    let stored: Vec<String> = world.log.iter().filter(is_stored).cloned().collect();
    let heard = format!("{:?}", world.notifications());
    let rows = world.engine.timeline("general");
    let gaps = world.engine.gaps("general");
    (heard, stored, rows, gaps, world.engine.poll_timeout())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn both_ways_lead_to_the_same(arrivals in prop::collection::vec(arrival(), 1..40)) {
        prop_assert_eq!(outcome(true, &arrivals), outcome(false, &arrivals));
    }
}
