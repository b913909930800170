//! Any order and any repetition of the same facts gives the same record.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use crate::engine::delivery::ledger::{Ledger, Place};
use crate::engine::delivery::record::{Counts, Failure, Level, Record, State};

const CASES: u32 = 4_096;
const USERS: [&str; 3] = ["bob", "carol", "dave"];
/// Our messages: both ids, and the place.
const OURS: [(&str, &str, u64); 3] = [("c1", "m1", 2), ("c2", "m2", 5), ("c3", "m3", 9)];

/// Something that the server says.
#[derive(Clone, Debug)]
enum Fact {
    /// `message:sent`, or an acknowledgement.
    Sent(usize),
    /// The message was seen in its room.
    Echoed(usize),
    Receipt(usize, usize, Level, &'static str),
    Watermark(usize, Level, u64),
    Counted(usize, Counts),
    State(usize, State),
    Failed(usize),
}

fn facts() -> impl Strategy<Value = Fact> {
    let ours = 0..OURS.len();
    let users = 0..USERS.len();
    let level = prop_oneof![Just(Level::Delivered), Just(Level::Read)];
    prop_oneof![
        ours.clone().prop_map(Fact::Sent),
        ours.clone().prop_map(Fact::Echoed),
        (
            ours.clone(),
            users.clone(),
            level.clone(),
            prop_oneof![Just("t1"), Just("t2"), Just("t3")]
        )
            .prop_map(|(ours, user, level, at)| Fact::Receipt(ours, user, level, at)),
        (users, level, 0..12u64).prop_map(|(user, level, seq)| Fact::Watermark(user, level, seq)),
        (ours.clone(), 0..4u32, 0..4u32, 0..4u32).prop_map(|(ours, delivered, read, total)| {
            Fact::Counted(
                ours,
                Counts {
                    delivered,
                    read,
                    total,
                },
            )
        }),
        (
            ours.clone(),
            prop_oneof![Just(State::Sent), Just(State::Delivered), Just(State::Read)]
        )
            .prop_map(|(ours, state)| Fact::State(ours, state)),
        ours.prop_map(Fact::Failed),
    ]
}

/// A ledger that knows our messages by our own ids, all on their way.
fn sending() -> Ledger {
    let mut ledger = Ledger::default();
    for (client_id, ..) in OURS {
        let id = ledger.own(Place {
            client_message_id: Some(client_id),
            room: Some("general"),
            ..Place::default()
        });
        ledger.change(id, Record::sending);
    }
    ledger
}

fn take_in(ledger: &mut Ledger, fact: &Fact) {
    let named = |ours: usize| Place {
        message_id: Some(OURS[ours].1),
        ..Place::default()
    };
    match fact {
        Fact::Sent(ours) | Fact::Echoed(ours) => {
            let (client_id, message_id, seq) = OURS[*ours];
            let id = ledger.own(Place {
                client_message_id: Some(client_id),
                message_id: Some(message_id),
                room: Some("general"),
                // Sources leave it out of `message:sent`.
                seq: Some(seq).filter(|_| matches!(fact, Fact::Echoed(_))),
            });
            ledger.change(id, |record| record.reach(State::Sent));
        }
        Fact::Receipt(ours, user, level, at) => {
            ledger.receive(named(*ours), Some(USERS[*user]), *level, Some(at));
        }
        Fact::Watermark(user, level, seq) => {
            ledger.raise("general", USERS[*user], *level, *seq);
        }
        Fact::Counted(ours, counts) => {
            ledger.count(OURS[*ours].1, *counts);
        }
        Fact::State(ours, state) => {
            let id = ledger.own(named(*ours));
            ledger.change(id, |record| record.reach(*state));
        }
        Fact::Failed(ours) => {
            ledger.fail(OURS[*ours].0, Failure::default());
        }
    }
}

/// Everything that can be seen of our messages, under the server's ids and under our own.
fn seen(ledger: &Ledger) -> Vec<Option<Record>> {
    let ids = OURS
        .iter()
        .flat_map(|(client_id, message_id, _)| [*client_id, *message_id]);
    ids.map(|id| {
        let mut record = ledger.find(id).cloned()?;
        // What it was when it failed is of no interest once it has not.
        if record.is_accepted() {
            record.sending();
        }
        record.used = 0;
        Some(record)
    })
    .collect()
}

fn after(facts: &[Fact]) -> Ledger {
    let mut ledger = sending();
    for fact in facts {
        take_in(&mut ledger, fact);
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn any_order_of_the_same_facts_gives_the_same_records(
        (facts, shuffled) in prop::collection::vec(facts(), 0..24)
            .prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
    ) {
        prop_assert_eq!(seen(&after(&facts)), seen(&after(&shuffled)));
    }

    #[test]
    fn a_repeated_fact_changes_nothing(
        facts in prop::collection::vec(facts(), 1..24),
        repeated in prop::collection::vec(any::<Index>(), 0..12),
    ) {
        let mut again = facts.clone();
        again.extend(repeated.iter().map(|index| index.get(&facts).clone()));
        prop_assert_eq!(seen(&after(&facts)), seen(&after(&again)));
    }

    #[test]
    fn no_fact_takes_anything_back(facts in prop::collection::vec(facts(), 1..24)) {
        let mut ledger = sending();
        let mut before: Vec<_> = OURS.map(|_| (State::Pending, Counts::default())).to_vec();
        for fact in &facts {
            take_in(&mut ledger, fact);
            for (at, (client_id, ..)) in OURS.iter().enumerate() {
                let record = ledger.find(client_id).unwrap();
                let (state, counts) = (record.state(), record.counts());
                prop_assert!(state >= before[at].0, "{:?} after {:?}", state, before[at].0);
                prop_assert!(counts.delivered >= before[at].1.delivered);
                prop_assert!(counts.read >= before[at].1.read);
                prop_assert!(counts.read <= counts.delivered, "read implies delivered");
                prop_assert!(counts.delivered <= counts.total);
                before[at] = (state, counts);
            }
        }
    }

    #[test]
    fn a_part_of_the_facts_never_knows_more_than_all(
        (all, part) in prop::collection::vec(facts(), 1..24)
            .prop_flat_map(|facts| {
                let most = facts.len();
                (Just(facts.clone()), subsequence(facts, 0..=most))
            }),
    ) {
        let (all, part) = (after(&all), after(&part));
        for (client_id, ..) in OURS {
            let (all, part) = (all.find(client_id).unwrap(), part.find(client_id).unwrap());
            prop_assert!(part.state() <= all.state());
            prop_assert!(part.counts().read <= all.counts().read);
        }
    }
}
