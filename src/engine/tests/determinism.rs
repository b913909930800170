//! The same seed and the same inputs give the same outputs.

use super::peer::joined;
use super::server::Door;
use super::world::World;
use crate::engine::input::TokenSource;
use serde_json::{Value as Json, json};

/// A bit of everything that takes randomness: ids, delays.
fn run(seed: u8) -> (Vec<String>, Vec<Json>) {
    let mut world = World::with_seed(seed);
    world.set_token(TokenSource::Callback, false);
    world.ask_to_connect();
    world.fail_token("not yet");
    world.advance(2_000);
    world.answer_token("t");
    world.join("general");
    for n in 0..3 {
        world.send("general", &n.to_string());
    }
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    world.server.door = Door::Refused;
    world.lose_connection();
    world.advance(120_000);
    world.server.door = Door::Open;
    world.advance(30_000);
    (world.log.clone(), world.engine.timeline("general"))
}

#[test]
fn the_same_seed_gives_the_same_outputs() {
    assert_eq!(run(1), run(1));
}

#[test]
fn another_seed_gives_other_delays_and_ids() {
    let (first, second) = (run(1), run(2));
    assert_ne!(first.0, second.0);
    let ids = |rows: &[Json]| {
        rows.iter()
            .map(|row| row["clientMessageId"].clone())
            .collect::<Vec<_>>()
    };
    assert!(ids(&first.1).iter().all(|id| !ids(&second.1).contains(id)));
    assert_eq!(ids(&first.1).len(), 3);
}

#[test]
fn no_log_of_outputs_names_a_token() {
    let mut world = World::new();
    world.set_token(TokenSource::Fixed("sEcReT".to_owned()), false);
    world.connect();
    world.set_token(TokenSource::Fixed("sEcReT2".to_owned()), true);
    world.server_sends("custom", json!({}));
    assert!(world.log.iter().all(|line| !line.contains("sEcReT")));
}
