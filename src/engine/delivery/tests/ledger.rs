//! Single facts, one after the other.

use crate::engine::config::MAX_DELIVERY_RECORDS;
use crate::engine::delivery::ledger::{Ledger, Place};
use crate::engine::delivery::record::{Counts, Failure, Level, Record, State};

fn ours(client_id: &str) -> Place<'_> {
    Place {
        client_message_id: Some(client_id),
        room: Some("general"),
        ..Place::default()
    }
}

fn placed<'a>(client_id: &'a str, message_id: &'a str, seq: u64) -> Place<'a> {
    Place {
        message_id: Some(message_id),
        seq: Some(seq),
        ..ours(client_id)
    }
}

fn named(message_id: &str) -> Place<'_> {
    Place {
        message_id: Some(message_id),
        ..Place::default()
    }
}

fn sending(ledger: &mut Ledger, client_id: &str) {
    let id = ledger.own(ours(client_id));
    ledger.change(id, |record| {
        record.claim(1);
        record.sending();
    });
}

fn accepted(ledger: &mut Ledger, client_id: &str, message_id: &str, seq: u64) {
    let id = ledger.own(placed(client_id, message_id, seq));
    ledger.change(id, |record| record.reach(State::Sent));
}

fn state(ledger: &Ledger, id: &str) -> State {
    ledger.find(id).unwrap().state()
}

#[test]
fn a_message_goes_from_pending_to_read_and_never_back() {
    let mut ledger = Ledger::default();
    ledger.own(ours("c"));
    assert_eq!(state(&ledger, "c"), State::Pending);
    sending(&mut ledger, "c");
    assert_eq!(state(&ledger, "c"), State::Sending);
    accepted(&mut ledger, "c", "m", 1);
    assert_eq!(state(&ledger, "m"), State::Sent);
    ledger.receive(named("m"), Some("bob"), Level::Delivered, Some("t1"));
    assert_eq!(state(&ledger, "c"), State::Delivered);
    ledger.receive(named("m"), Some("bob"), Level::Read, Some("t2"));
    ledger.receive(named("m"), Some("bob"), Level::Delivered, Some("t3"));
    sending(&mut ledger, "c");
    assert_eq!(state(&ledger, "c"), State::Read);
}

#[test]
fn a_late_failure_does_not_undo_what_the_server_has() {
    let mut ledger = Ledger::default();
    sending(&mut ledger, "c");
    accepted(&mut ledger, "c", "m", 1);
    ledger.fail("c", Failure::default());
    assert_eq!(state(&ledger, "c"), State::Sent);
    assert_eq!(ledger.find("c").unwrap().failure(), None);
}

#[test]
fn a_failed_message_that_is_sent_after_all_is_sent() {
    let mut ledger = Ledger::default();
    sending(&mut ledger, "c");
    let failure = Failure {
        code: "TIMEOUT".to_owned(),
        message: "no answer".to_owned(),
    };
    ledger.fail("c", failure.clone());
    assert_eq!(ledger.find("c").unwrap().failure(), Some(&failure));
    assert_eq!(state(&ledger, "c"), State::Failed);
    accepted(&mut ledger, "c", "m", 1);
    assert_eq!(state(&ledger, "c"), State::Sent);
}

#[test]
fn a_receipt_that_comes_before_the_ids_are_known_is_not_lost() {
    let mut ledger = Ledger::default();
    sending(&mut ledger, "c");
    ledger.receive(named("m"), Some("bob"), Level::Read, Some("t"));
    assert_eq!(state(&ledger, "c"), State::Sending);
    accepted(&mut ledger, "c", "m", 1);
    let record = ledger.find("c").unwrap();
    assert_eq!(record.state(), State::Read);
    assert_eq!(record.counts().read, 1);
    assert_eq!(ledger.find("m"), Some(record), "one record under both ids");
}

#[test]
fn a_watermark_covers_every_own_message_up_to_it_also_one_placed_later() {
    let mut ledger = Ledger::default();
    accepted(&mut ledger, "a", "m3", 3);
    accepted(&mut ledger, "b", "m5", 5);
    accepted(&mut ledger, "c", "m7", 7);
    let covered = ledger.raise("general", "bob", Level::Read, 5);
    assert_eq!(covered.len(), 2);
    assert!(
        ledger.raise("general", "bob", Level::Read, 4).is_empty(),
        "a watermark never falls"
    );
    accepted(&mut ledger, "d", "m4", 4);
    let states = ["m3", "m5", "m7", "m4"].map(|id| state(&ledger, id));
    assert_eq!(states, [State::Read, State::Read, State::Sent, State::Read]);
}

#[test]
fn a_watermark_of_one_room_says_nothing_of_another() {
    let mut ledger = Ledger::default();
    accepted(&mut ledger, "a", "m1", 1);
    assert!(ledger.raise("other", "bob", Level::Read, 9).is_empty());
    assert_eq!(state(&ledger, "a"), State::Sent);
}

#[test]
fn the_servers_counts_go_before_what_the_app_claimed() {
    let mut ledger = Ledger::default();
    sending(&mut ledger, "c");
    accepted(&mut ledger, "c", "m", 1);
    let total = |ledger: &Ledger| ledger.find("c").unwrap().counts().total;
    assert_eq!(total(&ledger), 1);
    for delivered in [7, 3] {
        ledger.count(
            "m",
            Counts {
                delivered,
                read: 2,
                total: 9,
            },
        );
    }
    let counts = ledger.find("c").unwrap().counts();
    assert_eq!((counts.delivered, counts.read, counts.total), (7, 2, 9));
}

#[test]
fn a_room_that_counts_anew_keeps_its_messages_and_forgets_their_places() {
    let mut ledger = Ledger::default();
    accepted(&mut ledger, "a", "m1", 1);
    ledger.forget_places("general");
    assert!(ledger.raise("general", "bob", Level::Read, 9).is_empty());
    assert_eq!(state(&ledger, "a"), State::Sent);
}

#[test]
fn what_the_server_does_not_have_yet_outlives_any_number_of_receipts() {
    let mut ledger = Ledger::default();
    sending(&mut ledger, "waiting");
    for n in 0..MAX_DELIVERY_RECORDS * 2 {
        ledger.receive(named(&format!("m{n}")), Some("bob"), Level::Read, None);
    }
    assert!(ledger.find("waiting").is_some());
    assert!(ledger.find("m0").is_none());
    let last = format!("m{}", MAX_DELIVERY_RECORDS * 2 - 1);
    assert!(ledger.find(&last).is_some());
}

#[test]
fn only_own_messages_that_nobody_read_are_asked_about_the_newest_first() {
    let mut ledger = Ledger::default();
    accepted(&mut ledger, "a", "m1", 1);
    accepted(&mut ledger, "b", "m2", 2);
    accepted(&mut ledger, "c", "m3", 3);
    sending(&mut ledger, "d");
    ledger.receive(named("m2"), Some("bob"), Level::Read, None);
    ledger.receive(named("theirs"), Some("bob"), Level::Delivered, None);
    assert_eq!(ledger.unread_ids(10), ["m3", "m1"]);
    assert_eq!(ledger.unread_ids(1), ["m3"]);
    assert_eq!(ledger.open_ids(10), ["d"]);
    assert!(
        !ledger
            .find("theirs")
            .is_none_or(|record: &Record| record.is_own)
    );
}
