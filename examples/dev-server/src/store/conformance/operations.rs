//! Edits, deletions, reactions and fences.

use nchat_realtime::wire::limits::MAX_REACTIONS;
use nchat_realtime::wire::operation::Reaction;

use super::*;

conforms! {
    an_edit_changes_the_message_and_takes_the_next_place
    an_edit_of_another_version_gets_the_current_one
    only_the_author_edits_and_only_those_who_keep_order_delete_what_is_not_theirs
    what_a_deleted_message_said_is_nowhere
    a_reaction_is_there_once_for_each_user_and_emoji
    reactions_of_a_message_are_bounded
    a_repeated_key_of_an_operation_gets_the_first_answer
    an_operation_that_changed_nothing_changes_nothing_later_either
    messages_and_operations_of_a_user_share_their_keys
    a_message_is_operated_on_by_members_and_in_its_own_room
    an_older_leader_of_a_device_stores_nothing
    nothing_is_stored_before_what_it_names_as_the_one_before_it
    a_page_after_a_place_has_every_entry_once
    a_page_back_counts_messages_and_says_what_it_covers
    an_operation_is_activity_and_no_message
}

fn operation(user_id: &str, message_key: &str, key: &str, kind: OperationKind) -> NewOperation {
    NewOperation {
        room_name: None,
        message_id: format!("id of alice {message_key}"),
        client_message_id: key.to_owned(),
        timestamp_ms: 1_000,
        fence: None,
        after: None,
        user: User::from_id(user_id),
        kind,
    }
}

fn edit(content: &str, base_version: Option<u64>) -> OperationKind {
    OperationKind::Edit {
        content: content.to_owned(),
        base_version,
    }
}

fn react(emoji: &str) -> OperationKind {
    OperationKind::React(emoji.to_owned())
}

fn unreact(emoji: &str) -> OperationKind {
    OperationKind::Unreact(emoji.to_owned())
}

async fn operate<S: Store>(store: &S, operation: NewOperation) -> Outcome {
    write(store, Change::Operation(Box::new(operation))).await
}

fn operated(outcome: Outcome) -> StoredOperation {
    match outcome {
        Outcome::Operated { operation, .. } => *operation,
        other => panic!("not operated: {other:?}"),
    }
}

fn answered(outcome: Outcome) -> Answered {
    match outcome {
        Outcome::Answered(answered) => answered,
        other => panic!("not answered: {other:?}"),
    }
}

async fn the_message<S: Store>(store: &S, seq: u64) -> StoredMessage {
    let page = store.history("r", HistoryRange::AfterSeq(seq - 1), PAGE);
    let mut messages = page.await.expect("works").messages;
    messages.remove(0)
}

async fn head<S: Store>(store: &S) -> u64 {
    let room = store.room("r").await.expect("works").expect("a room");
    room.head_seq
}

async fn an_edit_changes_the_message_and_takes_the_next_place<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 2).await;
    let edited = operation("alice", "k1", "e", edit("new", Some(1)));
    let outcome = operate(&store, edited).await;
    let Outcome::Operated { room_name, .. } = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(room_name, "r");
    let stored = operated(outcome);
    assert_eq!((stored.place.seq, stored.version), (3, 2));
    assert_eq!(stored.place.epoch, "epoch of r");
    let message = the_message(&store, 1).await;
    assert_eq!((message.body.content.as_str(), message.version), ("new", 2));
    assert_eq!((message.place.seq, message.edited_at_ms), (1, Some(1_000)));
    let page = store.history("r", HistoryRange::AfterSeq(2), PAGE).await;
    let page = page.expect("works");
    let [found] = &page.operations[..] else {
        panic!("{page:?}");
    };
    assert_eq!((found.place.clone(), found.version), (stored.place, 2));
    assert_eq!(found.kind, edit("new", None));
}

async fn an_edit_of_another_version_gets_the_current_one<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    operated(operate(&store, operation("alice", "k1", "a", edit("two", Some(1)))).await);
    let stale = operate(&store, operation("alice", "k1", "b", edit("mine", Some(1)))).await;
    let Outcome::Refused(Refused::Stale { room_name, current }) = stale else {
        panic!("{stale:?}");
    };
    assert_eq!(room_name, "r");
    assert_eq!((current.body.content.as_str(), current.version), ("two", 2));
    assert_eq!(head(&store).await, 2, "nothing was appended");
    let over = operate(&store, operation("alice", "k1", "c", edit("mine", None))).await;
    assert_eq!(operated(over).version, 3);
}

async fn only_the_author_edits_and_only_those_who_keep_order_delete_what_is_not_theirs<S: Store>(
    store: S,
) {
    let members = vec![
        member("alice", RoomRole::Member),
        member("bob", RoomRole::Member),
        member("mod", RoomRole::Moderator),
    ];
    store.create_room(room("r"), members).await.expect("works");
    fill(&store, 1).await;
    for (user, kind) in [
        ("bob", edit("x", None)),
        ("mod", edit("x", None)),
        ("bob", OperationKind::Delete),
    ] {
        let outcome = operate(&store, operation(user, "k1", "e", kind)).await;
        assert_eq!(outcome, Outcome::Refused(Refused::Forbidden), "{user}");
    }
    operated(operate(&store, operation("mod", "k1", "d", OperationKind::Delete)).await);
    assert!(the_message(&store, 1).await.is_deleted);
}

async fn what_a_deleted_message_said_is_nowhere<S: Store>(store: S) {
    with_room(&store).await;
    let mut said = message("r", "alice", "k1", 1);
    said.body.mentions = Some(vec!["bob".to_owned()]);
    said.body.metadata = Some(json!({ "secret": 1 }));
    said.body.attachments = Some(vec![json!({ "url": "secret" })]);
    appended(append(&store, said).await);
    operated(operate(&store, operation("alice", "k1", "e", edit("more", None))).await);
    operated(operate(&store, operation("bob", "k1", "r", react("👍"))).await);
    let gone = operate(&store, operation("alice", "k1", "d", OperationKind::Delete)).await;
    assert_eq!(operated(gone).version, 3);

    let message = the_message(&store, 1).await;
    assert!(message.is_deleted);
    assert_eq!((message.body.content.as_str(), message.version), ("", 3));
    assert_eq!(message.body.mentions, None);
    assert_eq!(message.body.metadata, None);
    assert_eq!(message.body.attachments, None);
    assert_eq!(message.reactions, []);
    let page = store.history("r", HistoryRange::AfterSeq(1), PAGE).await;
    let kinds = page.expect("works").operations.into_iter();
    let kinds: Vec<_> = kinds.map(|operation| operation.kind).collect();
    assert_eq!(kinds, [edit("", None), react("👍"), OperationKind::Delete]);
    for kind in [edit("back", None), react("👍"), unreact("👍")] {
        let outcome = operate(&store, operation("alice", "k1", "late", kind)).await;
        assert_eq!(outcome, Outcome::Refused(Refused::MessageNotFound));
    }
    let again = operate(
        &store,
        operation("alice", "k1", "d2", OperationKind::Delete),
    )
    .await;
    let again = answered(again);
    assert_eq!((again.place.seq, again.version), (4, Some(3)));
}

async fn a_reaction_is_there_once_for_each_user_and_emoji<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    let done =
        async |user: &str, key: &str, kind| operate(&store, operation(user, "k1", key, kind)).await;
    operated(done("bob", "1", react("👍")).await);
    operated(done("alice", "2", react("👍")).await);
    operated(done("alice", "3", react("🎉")).await);
    assert_eq!(answered(done("bob", "4", react("👍")).await).place.seq, 4);
    assert_eq!(answered(done("bob", "5", unreact("🎉")).await).place.seq, 4);
    assert_eq!(answered(done("bob", "6", unreact("?")).await).version, None);
    let reaction = |emoji: &str, users: &[&str]| Reaction {
        emoji: emoji.to_owned(),
        user_ids: users.iter().map(|id| (*id).to_owned()).collect(),
    };
    let now = the_message(&store, 1).await;
    let both = [
        reaction("👍", &["bob", "alice"]),
        reaction("🎉", &["alice"]),
    ];
    assert_eq!((&now.reactions[..], now.version), (&both[..], 1));
    operated(done("bob", "7", unreact("👍")).await);
    operated(done("alice", "8", unreact("🎉")).await);
    let now = the_message(&store, 1).await;
    assert_eq!(now.reactions, [reaction("👍", &["alice"])]);
}

async fn reactions_of_a_message_are_bounded<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    for number in 0..MAX_REACTIONS {
        let one = operation(
            "bob",
            "k1",
            &format!("r{number}"),
            react(&number.to_string()),
        );
        operated(operate(&store, one).await);
    }
    let more = operate(&store, operation("bob", "k1", "more", react("more"))).await;
    assert_eq!(more, Outcome::Refused(Refused::TooManyReactions));
    operated(operate(&store, operation("alice", "k1", "known", react("0"))).await);
}

async fn a_repeated_key_of_an_operation_gets_the_first_answer<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    let first = operated(operate(&store, operation("alice", "k1", "e", edit("a", None))).await);
    let next = operated(operate(&store, operation("alice", "k1", "f", edit("b", None))).await);
    assert_eq!(next.version, 3);
    let again = operate(&store, operation("alice", "k1", "e", edit("a", None))).await;
    let expected = Answered {
        place: first.place,
        version: Some(2),
    };
    assert_eq!(answered(again), expected);
    assert_eq!(the_message(&store, 1).await.body.content, "b");
    assert_eq!(head(&store).await, 3);
}

async fn an_operation_that_changed_nothing_changes_nothing_later_either<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    operated(operate(&store, operation("bob", "k1", "1", react("👍"))).await);
    let first = answered(operate(&store, operation("bob", "k1", "2", react("👍"))).await);
    operated(operate(&store, operation("bob", "k1", "3", unreact("👍"))).await);
    let late = answered(operate(&store, operation("bob", "k1", "2", react("👍"))).await);
    assert_eq!(late, first);
    assert_eq!(the_message(&store, 1).await.reactions, []);
}

async fn messages_and_operations_of_a_user_share_their_keys<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    let used = operate(&store, operation("alice", "k1", "k1", edit("x", None))).await;
    assert_eq!(answered(used).place.seq, 1);
    operated(operate(&store, operation("alice", "k1", "e", edit("x", None))).await);
    let used = append(&store, message("r", "alice", "e", 1)).await;
    assert_eq!(answered(used).place.seq, 2);
    operated(operate(&store, operation("bob", "k1", "e", react("x"))).await);
}

async fn a_message_is_operated_on_by_members_and_in_its_own_room<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    let secret = NewRoom {
        visibility: RoomVisibility::Secret,
        ..room("s")
    };
    let members = vec![member("alice", RoomRole::Admin)];
    store.create_room(secret, members).await.expect("works");
    appended(append(&store, message("s", "alice", "hidden", 1)).await);
    let refused = async |user: &str, key: &str, room: Option<&str>| {
        let mut one = operation(user, key, "x", react("x"));
        one.room_name = room.map(str::to_owned);
        match operate(&store, one).await {
            Outcome::Refused(refused) => refused,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused("eve", "k1", None).await, Refused::NotMember);
    assert_eq!(
        refused("eve", "hidden", None).await,
        Refused::MessageNotFound
    );
    assert_eq!(
        refused("bob", "unknown", None).await,
        Refused::MessageNotFound
    );
    assert_eq!(
        refused("bob", "k1", Some("s")).await,
        Refused::MessageNotFound
    );
    let mut named = operation("bob", "k1", "x", react("x"));
    named.room_name = Some("r".to_owned());
    operated(operate(&store, named).await);
}

async fn an_older_leader_of_a_device_stores_nothing<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    let fence = |device: &str, epoch| {
        Some(Fence {
            device_id: device.to_owned(),
            epoch,
        })
    };
    let send = async |key: &str, fence| {
        let mut one = message("r", "alice", key, 1);
        one.fence = fence;
        append(&store, one).await
    };
    appended(send("a", fence("laptop", 3)).await);
    let fenced = |highest| Outcome::Refused(Refused::Fenced { highest });
    assert_eq!(send("b", fence("laptop", 2)).await, fenced(3));
    assert_eq!(
        send("a", fence("laptop", 2)).await,
        fenced(3),
        "not even an answer"
    );
    let mut stale = operation("alice", "k1", "e", edit("x", None));
    stale.fence = fence("laptop", 2);
    assert_eq!(operate(&store, stale).await, fenced(3));
    assert_eq!(head(&store).await, 2);
    appended(send("b", fence("laptop", 3)).await);
    appended(send("c", fence("phone", 1)).await);
    appended(send("d", None).await);
    let raise = Change::Fence {
        user_id: "alice".to_owned(),
        fence: fence("phone", 9).expect("a fence"),
    };
    assert_eq!(write(&store, raise).await, Outcome::Fenced);
    assert_eq!(send("e", fence("phone", 8)).await, fenced(9));
    let mut other = message("r", "bob", "e", 1);
    other.fence = fence("phone", 1);
    appended(append(&store, other).await);
}

async fn nothing_is_stored_before_what_it_names_as_the_one_before_it<S: Store>(store: S) {
    with_room(&store).await;
    let send = |user: &str, key: &str, after: &str| {
        let mut one = message("r", user, key, 1);
        one.after = Some(after.to_owned());
        Change::Message(Box::new(one))
    };
    let out_of_order = Outcome::Refused(Refused::OutOfOrder);
    let all_at_once = store
        .write(vec![
            send("alice", "b", "a"),
            Change::Message(Box::new(message("r", "alice", "a", 1))),
            send("alice", "c", "b"),
            send("bob", "b", "a"),
            send("alice", "b", "a"),
            send("alice", "c", "b"),
        ])
        .await
        .expect("works");
    let is_refused: Vec<bool> = all_at_once.iter().map(|one| *one == out_of_order).collect();
    assert_eq!(is_refused, [true, false, true, true, false, false]);
    assert_eq!(head(&store).await, 3);

    let mut change = operation("alice", "a", "e", edit("x", Some(1)));
    change.after = Some("d".to_owned());
    assert_eq!(operate(&store, change.clone()).await, out_of_order);
    appended(append(&store, message("r", "alice", "d", 1)).await);
    operated(operate(&store, change).await);
    let repeat = write(&store, send("alice", "f", "e")).await;
    assert!(
        matches!(repeat, Outcome::Appended(_)),
        "an operation counts, too"
    );
    let elsewhere = write(&store, send("eve", "a", "nothing")).await;
    assert_eq!(
        elsewhere,
        Outcome::Refused(Refused::NotMember),
        "what is final comes first"
    );
}

/// Entries 1, 3 and 5 are messages; 2 and 4 operations on the first.
async fn mixed<S: Store>(store: &S) {
    with_room(store).await;
    appended(append(store, message("r", "alice", "k1", 1)).await);
    operated(operate(store, operation("bob", "k1", "a", react("x"))).await);
    appended(append(store, message("r", "alice", "k2", 2)).await);
    operated(operate(store, operation("alice", "k1", "b", edit("x", None))).await);
    appended(append(store, message("r", "alice", "k3", 3)).await);
}

async fn covered<S: Store>(store: &S, range: HistoryRange, entries: u32) -> (Vec<u64>, Vec<u64>) {
    let limit = PageLimit { entries, ..PAGE };
    let page = store.history("r", range, limit).await.expect("works");
    let messages = page.messages.iter().map(|message| message.place.seq);
    let operations = page.operations.iter().map(|one| one.place.seq);
    let all = messages.chain(operations).collect();
    let more = u64::from(page.has_more);
    (all, vec![page.from_seq, page.to_seq, page.head_seq, more])
}

async fn a_page_after_a_place_has_every_entry_once<S: Store>(store: S) {
    mixed(&store).await;
    let after = async |seq, entries| covered(&store, HistoryRange::AfterSeq(seq), entries).await;
    assert_eq!(after(0, 2).await, (vec![1, 2], vec![1, 2, 5, 1]));
    assert_eq!(after(1, 3).await, (vec![3, 2, 4], vec![2, 4, 5, 1]));
    assert_eq!(after(3, 9).await, (vec![5, 4], vec![4, 5, 5, 0]));
    assert_eq!(after(5, 9).await, (vec![], vec![0, 0, 5, 0]));
}

async fn a_page_back_counts_messages_and_says_what_it_covers<S: Store>(store: S) {
    mixed(&store).await;
    operated(operate(&store, operation("bob", "k1", "c", react("y"))).await);
    let page = async |range, entries| covered(&store, range, entries).await;
    let newest = page(HistoryRange::Newest, 2).await;
    assert_eq!(newest, (vec![3, 5], vec![3, 6, 6, 1]));
    let before = page(HistoryRange::BeforeSeq(5), 1).await;
    assert_eq!(before, (vec![3], vec![3, 4, 6, 1]));
    let first = page(HistoryRange::BeforeSeq(3), 9).await;
    assert_eq!(first, (vec![1], vec![1, 2, 6, 0]));
    let nothing = page(HistoryRange::BeforeSeq(1), 9).await;
    assert_eq!(nothing, (vec![], vec![0, 0, 6, 0]));
    let since = page(HistoryRange::Since(1), 9).await;
    assert_eq!(
        since,
        (vec![3, 5], vec![3, 5, 6, 0]),
        "the reaction came later, and a room's times never go back"
    );
}

async fn an_operation_is_activity_and_no_message<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 1).await;
    operated(operate(&store, operation("bob", "k1", "a", react("x"))).await);
    let room = store.room("r").await.expect("works").expect("a room");
    assert_eq!(
        (room.last_message_at_ms, room.last_active_at_ms),
        (Some(1), Some(1_000))
    );
    let active = store.rooms_of("bob", Some(500), 9).await.expect("works");
    assert_eq!(active, [room]);
}
