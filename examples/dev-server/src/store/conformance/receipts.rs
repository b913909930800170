//! Cursors, counts, unread messages and the setting that hides reading.

use nchat_realtime::wire::limits::{MAX_BATCH_RECEIPT_IDS, MAX_UNREAD_COUNT};

use super::*;

conforms! {
    cursors_only_move_forward_and_not_beyond_the_head
    reading_is_receiving_too
    a_receipt_names_what_it_newly_covers_by_author_and_counts
    of_many_messages_the_newest_are_named
    a_receipt_is_for_members_and_for_messages_that_are_there
    whoever_hides_their_reading_shows_that_it_arrived_and_nothing_more
    what_was_read_hidden_is_shown_by_what_is_read_later
    an_author_who_hides_their_reading_sees_nobody_elses
    unread_follows_from_the_cursor_and_counts_what_is_there_of_others
    unread_is_counted_so_far_and_no_further
    whoever_joins_has_read_what_was_there
    whoever_left_is_counted_no_more
    progress_is_of_ones_own_messages_by_either_id
    settings_are_ones_own_and_stay
}

async fn receipt<S: Store>(store: &S, user_id: &str, kind: CursorKind, up_to: UpTo) -> Outcome {
    let cursor = NewCursor {
        room_name: "r".to_owned(),
        user_id: user_id.to_owned(),
        kind,
        up_to,
        now_ms: 500,
    };
    write(store, Change::Cursor(cursor)).await
}

async fn moved<S: Store>(store: &S, user_id: &str, kind: CursorKind, up_to: u64) -> Moved {
    match receipt(store, user_id, kind, UpTo::Seq(up_to)).await {
        Outcome::Moved(moved) => *moved,
        other => panic!("not moved: {other:?}"),
    }
}

use CursorKind::{Delivered, Read};

/// A public room `r` with alice, bob and carol, and messages of alice.
async fn with_three<S: Store>(store: &S, messages: u64) {
    let members = ["alice", "bob", "carol"].map(|id| member(id, RoomRole::Member));
    let made = store.create_room(room("r"), members.to_vec()).await;
    assert_eq!(made.expect("works"), CreateOutcome::Created);
    fill(store, messages).await;
}

async fn allow<S: Store>(store: &S, user_id: &str, is_allowed: bool) {
    let update = PresenceSettingsUpdate {
        allow_read_receipts: Some(is_allowed),
        ..PresenceSettingsUpdate::default()
    };
    change_settings(store, user_id, update).await;
}

/// Author and, of each message, its key with delivered, read and recipients.
fn told(covered: &[Covered]) -> Vec<String> {
    let one = |one: &Covered| {
        let counts = one.messages.iter().map(|message| {
            let (delivered, read) = (message.delivered_count, message.read_count);
            let total = message.total_recipients;
            format!(" {}:{delivered}+{read}/{total}", message.client_message_id)
        });
        format!("{}{}", one.author_id, counts.collect::<String>())
    };
    covered.iter().map(one).collect()
}

async fn cursors_only_move_forward_and_not_beyond_the_head<S: Store>(store: S) {
    with_three(&store, 5).await;
    let first = moved(&store, "bob", Delivered, 3).await;
    assert_eq!(first.cursors.delivered_up_to, 3);
    let back = moved(&store, "bob", Delivered, 2).await;
    assert_eq!(
        (back.cursors, &back.delivered[..]),
        (first.cursors, &[][..])
    );
    let beyond = moved(&store, "bob", Read, u64::MAX).await;
    assert_eq!(
        (beyond.cursors.read_up_to, beyond.cursors.delivered_up_to),
        (5, 5)
    );
    let back = moved(&store, "bob", Read, 1).await;
    assert_eq!((back.cursors, back.standing), (beyond.cursors, None));
}

async fn reading_is_receiving_too<S: Store>(store: S) {
    with_three(&store, 2).await;
    let read = moved(&store, "bob", Read, 2).await;
    assert_eq!(read.cursors.delivered_up_to, 2);
    assert_eq!(told(&read.read), ["alice k1:1+1/2 k2:1+1/2"]);
    assert_eq!(told(&read.delivered), [""; 0], "reading says it already");
    let late = moved(&store, "bob", Delivered, 2).await;
    assert_eq!(told(&late.delivered), [""; 0]);
}

async fn a_receipt_names_what_it_newly_covers_by_author_and_counts<S: Store>(store: S) {
    with_three(&store, 2).await;
    appended(append(&store, message("r", "carol", "c1", 3)).await);
    appended(append(&store, message("r", "bob", "b1", 4)).await);
    let first = moved(&store, "bob", Delivered, 1).await;
    assert_eq!(told(&first.delivered), ["alice k1:1+0/2"]);
    let all = moved(&store, "bob", Delivered, 4).await;
    assert_eq!(told(&all.delivered), ["alice k2:1+0/2", "carol c1:1+0/2"]);
    let read = moved(&store, "alice", Read, 4).await;
    assert_eq!(told(&read.read), ["bob b1:1+1/2", "carol c1:2+1/2"]);
    let read = moved(&store, "carol", Read, 2).await;
    assert_eq!(told(&read.read), ["alice k1:2+1/2 k2:2+1/2"]);
}

async fn of_many_messages_the_newest_are_named<S: Store>(store: S) {
    with_three(&store, 0).await;
    let batch = (1..=130).map(|number| message("r", "alice", &format!("k{number}"), number));
    let batch = batch.map(Box::new).map(Change::Message).collect();
    store.write(batch).await.expect("works");
    let read = moved(&store, "bob", Read, 129).await;
    let [alice] = &read.read[..] else {
        panic!("{read:?}");
    };
    assert_eq!(alice.messages.len(), MAX_BATCH_RECEIPT_IDS);
    assert_eq!(alice.messages[0].client_message_id, "k30");
    let last = alice.messages.last().expect("one");
    assert_eq!(last.client_message_id, "k129");
}

async fn a_receipt_is_for_members_and_for_messages_that_are_there<S: Store>(store: S) {
    with_three(&store, 3).await;
    let refused = |refused| Outcome::Refused(refused);
    let eve = receipt(&store, "eve", Read, UpTo::Seq(1)).await;
    assert_eq!(eve, refused(Refused::NotMember));
    let ids = |ids: &[&str]| UpTo::Messages(ids.iter().map(|id| (*id).to_owned()).collect());
    let unknown = receipt(&store, "bob", Read, ids(&["unknown"])).await;
    assert_eq!(unknown, refused(Refused::MessageNotFound));
    let some = ids(&["id of alice k2", "unknown", "id of alice k1"]);
    let Outcome::Moved(moved) = receipt(&store, "bob", Read, some).await else {
        panic!("not moved");
    };
    assert_eq!(moved.cursors.read_up_to, 2);
}

async fn whoever_hides_their_reading_shows_that_it_arrived_and_nothing_more<S: Store>(store: S) {
    with_three(&store, 2).await;
    allow(&store, "bob", false).await;
    let read = moved(&store, "bob", Read, 2).await;
    assert_eq!((read.cursors.read_up_to, read.cursors.shown_up_to), (2, 0));
    assert_eq!(told(&read.read), [""; 0]);
    assert_eq!(told(&read.delivered), ["alice k1:1+0/2 k2:1+0/2"]);
    let standing = read.standing.expect("it moved");
    assert_eq!((standing.read_up_to, standing.unread_count), (2, 0));
    let progress = store.progress("alice", &["k2".to_owned()]).await;
    let progress = progress.expect("works");
    assert_eq!(
        (progress[0].delivered_count, progress[0].read_count),
        (1, 0)
    );
}

async fn what_was_read_hidden_is_shown_by_what_is_read_later<S: Store>(store: S) {
    with_three(&store, 3).await;
    allow(&store, "bob", false).await;
    moved(&store, "bob", Read, 2).await;
    allow(&store, "bob", true).await;
    for (kind, up_to) in [(Delivered, 3), (Read, 2), (Read, 1)] {
        let again = moved(&store, "bob", kind, up_to).await;
        assert_eq!(again.cursors.shown_up_to, 0, "allowing reveals nothing");
    }
    let next = moved(&store, "bob", Read, 3).await;
    assert_eq!(next.cursors.shown_up_to, 3);
}

async fn an_author_who_hides_their_reading_sees_nobody_elses<S: Store>(store: S) {
    with_three(&store, 1).await;
    allow(&store, "alice", false).await;
    let read = moved(&store, "bob", Read, 1).await;
    assert_eq!(told(&read.read), [""; 0]);
    assert_eq!(told(&read.delivered), ["alice k1:1+0/2"]);
    let hidden = store.progress("alice", &["k1".to_owned()]).await;
    assert_eq!(hidden.expect("works")[0].read_count, 0);
    allow(&store, "alice", true).await;
    let shown = store.progress("alice", &["k1".to_owned()]).await;
    assert_eq!(shown.expect("works")[0].read_count, 1);
}

async fn standing<S: Store>(store: &S, user_id: &str) -> (u64, u32, u32) {
    let names = ["r".to_owned(), "nowhere".to_owned()];
    let standings = store.standings(user_id, &names).await.expect("works");
    let [one] = &standings[..] else {
        panic!("{standings:?}");
    };
    (one.read_up_to, one.unread_count, one.mention_count)
}

async fn unread_follows_from_the_cursor_and_counts_what_is_there_of_others<S: Store>(store: S) {
    with_three(&store, 2).await;
    for key in ["m1", "m2"] {
        let mut mention = message("r", "alice", key, 3);
        let users = ["bob", "alice", "bob"].map(str::to_owned);
        mention.body.mentions = Some(users.to_vec());
        appended(append(&store, mention).await);
    }
    appended(append(&store, message("r", "bob", "own", 4)).await);
    assert_eq!(standing(&store, "bob").await, (0, 4, 2));
    assert_eq!(
        standing(&store, "alice").await,
        (0, 1, 0),
        "oneself is not mentioned"
    );
    let read = moved(&store, "bob", Read, 3).await;
    let left = read.standing.expect("it moved");
    assert_eq!((left.unread_count, left.mention_count), (1, 1));
    assert_eq!(standing(&store, "bob").await, (3, 1, 1));
    let gone = NewOperation {
        room_name: None,
        message_id: "id of alice m2".to_owned(),
        client_message_id: "d".to_owned(),
        timestamp_ms: 5,
        fence: None,
        after: None,
        user: User::from_id("alice"),
        kind: OperationKind::Delete,
    };
    write(&store, Change::Operation(Box::new(gone))).await;
    assert_eq!(standing(&store, "bob").await, (3, 0, 0));
    assert_eq!(
        store
            .standings("eve", &["r".to_owned()])
            .await
            .expect("works"),
        []
    );
}

async fn unread_is_counted_so_far_and_no_further<S: Store>(store: S) {
    with_three(&store, 1).await;
    let many = (0..=MAX_UNREAD_COUNT).map(|number| {
        let message = message("r", "alice", &format!("many {number}"), 3);
        Change::Message(Box::new(message))
    });
    store.write(many.collect()).await.expect("works");
    assert_eq!(standing(&store, "bob").await, (0, MAX_UNREAD_COUNT, 0));
}

async fn whoever_joins_has_read_what_was_there<S: Store>(store: S) {
    with_three(&store, 3).await;
    let dave = User::from_id("dave");
    store.join("r", &dave, false, 1).await.expect("works");
    assert_eq!(standing(&store, "dave").await, (3, 0, 0));
    appended(append(&store, message("r", "alice", "new", 9)).await);
    assert_eq!(standing(&store, "dave").await, (3, 1, 0));
    let read = moved(&store, "dave", Read, 4).await;
    assert_eq!(told(&read.read), ["alice new:1+1/3"], "nothing from before");
    store.leave("r", "dave").await.expect("works");
    appended(append(&store, message("r", "alice", "missed", 9)).await);
    store.join("r", &dave, false, 1).await.expect("works");
    assert_eq!(standing(&store, "dave").await, (5, 0, 0));
}

async fn whoever_left_is_counted_no_more<S: Store>(store: S) {
    with_three(&store, 1).await;
    moved(&store, "bob", Read, 1).await;
    moved(&store, "carol", Delivered, 1).await;
    let counts = async || {
        let progress = store.progress("alice", &["k1".to_owned()]).await;
        let one = progress.expect("works").remove(0);
        (one.delivered_count, one.read_count, one.total_recipients)
    };
    assert_eq!(counts().await, (2, 1, 2));
    store.leave("r", "bob").await.expect("works");
    assert_eq!(counts().await, (1, 0, 1));
    let members = store.cursors("r", 9).await.expect("works");
    let ids: Vec<_> = members.iter().map(|one| one.user_id.as_str()).collect();
    assert_eq!(ids, ["carol"]);
    store.leave("r", "alice").await.expect("works");
    assert_eq!(
        counts().await,
        (1, 0, 1),
        "an author who left is no recipient"
    );
}

async fn progress_is_of_ones_own_messages_by_either_id<S: Store>(store: S) {
    with_three(&store, 2).await;
    moved(&store, "bob", Delivered, 1).await;
    let ids = ["k2", "id of alice k1", "unknown"].map(str::to_owned);
    let found = store.progress("alice", &ids).await.expect("works");
    let states: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.message_id.as_str(),
                one.delivered_count,
                one.updated_at_ms,
            )
        })
        .collect();
    assert_eq!(
        states,
        [("id of alice k2", 0, 2), ("id of alice k1", 1, 500)]
    );
    assert_eq!(store.progress("bob", &ids).await.expect("works"), []);
}

async fn settings_are_ones_own_and_stay<S: Store>(store: S) {
    let settings = async |id: &str| store.settings(id).await.expect("works");
    assert!(settings("bob").await.allow_read_receipts);
    allow(&store, "bob", false).await;
    change_settings(&store, "bob", PresenceSettingsUpdate::default()).await;
    assert!(!settings("bob").await.allow_read_receipts);
    assert!(settings("alice").await.allow_read_receipts);
}
