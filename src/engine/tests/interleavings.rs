//! Messages, answers and pages of any shape, in any order: the changes of a timeline add up to
//! the timeline (the world checks it after every input), and it is in order.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::world::World;

#[derive(Clone, Debug)]
enum Step {
    Send {
        key: Option<u8>,
    },
    Message(Json),
    Answer {
        which: usize,
        body: Json,
        success: bool,
    },
    Page {
        which: usize,
        messages: Vec<Json>,
        epoch: Option<u8>,
        has_more: bool,
    },
    Lose,
    Leave,
    Advance(u64),
}

/// A message with any subset of the fields that place it.
fn message() -> impl Strategy<Value = Json> {
    let small = || prop::option::of(0_u8..6);
    let user = prop::sample::select(vec!["alice", "bob", "carol"]);
    (
        small(),
        small(),
        small(),
        prop::option::of(0_u8..2),
        user,
        prop::option::of(0_u64..8),
    )
        .prop_map(|(message_id, key, text, epoch, user, seq)| {
            json!({
                "roomName": "general", "userId": user,
                "messageId": message_id.map(|id| format!("m{id}")),
                "clientMessageId": key.map(|key| format!("k{key}")),
                "content": text.map(|text| text.to_string()),
                "epoch": epoch.map(|epoch| format!("e{epoch}")), "seq": seq,
            })
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::option::of(0_u8..6).prop_map(|key| Step::Send { key }),
        4 => message().prop_map(Step::Message),
        3 => (any::<usize>(), message(), any::<bool>())
            .prop_map(|(which, body, success)| Step::Answer { which, body, success }),
        2 => (any::<usize>(), prop::collection::vec(message(), 0..5), prop::option::of(0_u8..2), any::<bool>())
            .prop_map(|(which, messages, epoch, has_more)| {
                Step::Page { which, messages, epoch, has_more }
            }),
        1 => Just(Step::Lose),
        1 => Just(Step::Leave),
        1 => (0_u64..12_000).prop_map(Step::Advance),
    ]
}

fn take(world: &mut World, step: Step) {
    match step {
        Step::Send { key } => {
            let options = json!({"clientMessageId": key.map(|key| format!("k{key}"))});
            world.send_with("general", "1", options);
        }
        Step::Message(message) => world.server_sends("message:new", message),
        Step::Answer {
            which,
            body,
            success,
        } => {
            answer(world, which, &json!([{"success": success, "data": body}]));
        }
        Step::Page {
            which,
            messages,
            epoch,
            has_more,
        } => {
            let epoch = epoch.map(|epoch| format!("e{epoch}"));
            let page = json!({"messages": messages, "epoch": epoch, "hasMore": has_more});
            answer(world, which, &json!([{"success": true, "data": page}]));
        }
        Step::Lose => {
            world.lose_connection();
            world.server.inbox.clear();
            world.advance(1_000);
        }
        Step::Leave => {
            world.leave("general");
            world.join("general");
        }
        Step::Advance(ms) => world.advance(ms),
    }
}

fn answer(world: &mut World, which: usize, args: &Json) {
    let count = world.server.inbox.len();
    if count > 0 {
        let event = world.server.inbox.remove(which % count).unwrap();
        if event.ack.is_some() {
            world.ack_with(&event, args);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_timeline_is_what_its_changes_add_up_to_and_in_order(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut world = World::connected();
        world.is_logged = false;
        world.join("general");
        for step in steps {
            take(&mut world, step);
            let rows = world.engine.timeline("general");
            let seqs: Vec<u64> = rows.iter().filter_map(|row| row["seq"].as_u64()).collect();
            prop_assert!(seqs.is_sorted_by(|a, b| a < b), "{seqs:?}");
        }
    }
}
