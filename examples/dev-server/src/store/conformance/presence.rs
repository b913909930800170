//! Records, lists and what others see of somebody invisible, on every store.

use nchat_realtime::wire::limits::MAX_CONTACTS;
use nchat_realtime::wire::presence::ChosenStatus;
use nchat_realtime::wire::settings::Visibility;

use super::*;

conforms! {
    what_an_invisible_user_joins_and_leaves_others_see_when_they_are_visible_again
    a_member_whom_others_do_not_see_fills_no_room
    who_makes_a_room_alone_while_invisible_is_not_listed_yet
    receipts_of_an_invisible_user_are_withheld_and_not_shown_later
    in_a_conversation_of_two_who_block_each_other_receipts_are_withheld
    choosing_to_be_invisible_is_invisible_mode_for_as_long_as_it_is_chosen
    showing_more_forgets_the_last_time_from_before
    who_might_know_what_is_kept_as_of_when_a_user_became_invisible
    lists_are_ones_own
    a_list_that_is_full_takes_nobody_more
    whoever_wrote_in_a_direct_conversation_is_known_by_it
}

async fn set_invisible<S: Store>(store: &S, user_id: &str, is_on: bool) -> UserChanged {
    let update = PresenceSettingsUpdate {
        invisible_mode: Some(is_on),
        ..PresenceSettingsUpdate::default()
    };
    change_settings(store, user_id, update).await
}

async fn choose<S: Store>(store: &S, user_id: &str, chosen: ChosenStatus) -> UserRecord {
    let change = NewPresence {
        user_id: user_id.to_owned(),
        chosen: Some(chosen),
        ..NewPresence::default()
    };
    match write(store, Change::Presence(Box::new(change))).await {
        Outcome::User(changed) => changed.record,
        other => panic!("not changed: {other:?}"),
    }
}

async fn seen<S: Store>(store: &S, viewer_id: &str) -> Vec<String> {
    let members = store.members("r", viewer_id, 0, 9).await.expect("works");
    members.into_iter().map(|member| member.user.id).collect()
}

async fn count<S: Store>(store: &S) -> u32 {
    let room = store.room("r").await.expect("works");
    room.expect("a room").member_count
}

async fn what_an_invisible_user_joins_and_leaves_others_see_when_they_are_visible_again<
    S: Store,
>(
    store: S,
) {
    with_room(&store).await;
    let eve = User::from_id("eve");
    set_invisible(&store, "eve", true).await;
    set_invisible(&store, "bob", true).await;
    let joined = store.join("r", &eve, false, 5).await.expect("works");
    assert_eq!(joined, JoinOutcome::JoinedUnseen);
    let left = store.leave("r", "bob").await.expect("works");
    assert_eq!(left, LeaveOutcome::LeftUnseen);

    assert_eq!(seen(&store, "alice").await, ["alice", "bob"]);
    assert_eq!(seen(&store, "eve").await, ["alice", "bob", "eve"]);
    assert_eq!(seen(&store, "bob").await, ["alice"]);
    assert_eq!(count(&store).await, 2);
    let own = store.rooms_of("eve", None, 9).await.expect("works");
    assert_eq!(own[0].member_count, 3);
    assert_eq!(store.rooms_of("bob", None, 9).await.expect("works"), []);
    assert_eq!(store.member("r", "bob").await.expect("works"), None);
    let refused = append(&store, message("r", "bob", "k", 1)).await;
    assert_eq!(refused, Outcome::Refused(Refused::NotMember));
    appended(append(&store, message("r", "eve", "k", 1)).await);

    let eve = set_invisible(&store, "eve", false).await.revealed;
    let bob = set_invisible(&store, "bob", false).await.revealed;
    let told = |revealed: &[Revealed]| {
        let one = &revealed[0];
        (one.has_joined, one.member.joined_at_ms, one.member_count)
    };
    assert_eq!(told(&eve), (true, 700, 3), "as of now, not of when it was");
    assert_eq!(told(&bob), (false, 700, 2));
    for viewer in ["alice", "bob", "eve"] {
        assert_eq!(seen(&store, viewer).await, ["alice", "eve"]);
    }
    assert_eq!(set_invisible(&store, "eve", false).await.revealed, []);
}

async fn a_member_whom_others_do_not_see_fills_no_room<S: Store>(store: S) {
    let small = NewRoom {
        max_members: Some(2),
        ..room("r")
    };
    let members = vec![member("alice", RoomRole::Admin)];
    store.create_room(small, members).await.expect("works");
    set_invisible(&store, "eve", true).await;
    for (id, outcome) in [
        ("eve", JoinOutcome::JoinedUnseen),
        ("bob", JoinOutcome::Joined),
        ("carol", JoinOutcome::Full),
    ] {
        let joined = store.join("r", &User::from_id(id), false, 5).await;
        assert_eq!(joined.expect("works"), outcome, "{id}");
    }
}

async fn who_makes_a_room_alone_while_invisible_is_not_listed_yet<S: Store>(store: S) {
    set_invisible(&store, "eve", true).await;
    let eve = || member("eve", RoomRole::Admin);
    let with_bob = vec![eve(), member("bob", RoomRole::Member)];
    for (name, members, listing) in [
        ("r", vec![eve()], Listing::NotYet),
        ("s", with_bob, Listing::Shown),
        ("t", vec![member("alice", RoomRole::Admin)], Listing::Shown),
    ] {
        let maker = members[0].user.id.clone();
        store.create_room(room(name), members).await.expect("works");
        let made = store.member(name, &maker).await.expect("works");
        assert_eq!(made.expect("a member").listing, listing, "{name}");
    }
    set_invisible(&store, "eve", false).await;
    assert_eq!(seen(&store, "bob").await, ["eve"]);
}

async fn receipts_of_an_invisible_user_are_withheld_and_not_shown_later<S: Store>(store: S) {
    with_room(&store).await;
    fill(&store, 3).await;
    let ids = ["k1", "k2", "k3"].map(str::to_owned);
    let counts = async || {
        let progress = store.progress("alice", &ids).await.expect("works");
        let count = |one: Progress| (one.delivered_count, one.read_count);
        progress.into_iter().map(count).collect::<Vec<_>>()
    };
    let receive = async |kind, seq| {
        let cursor = NewCursor {
            room_name: "r".to_owned(),
            user_id: "bob".to_owned(),
            kind,
            up_to: UpTo::Seq(seq),
            now_ms: 9,
        };
        match write(&store, Change::Cursor(cursor)).await {
            Outcome::Moved(moved) => (moved.delivered.len(), moved.read.len()),
            other => panic!("not moved: {other:?}"),
        }
    };
    assert_eq!(receive(CursorKind::Delivered, 1).await, (1, 0));
    set_invisible(&store, "bob", true).await;
    assert_eq!(receive(CursorKind::Delivered, 2).await, (0, 0));
    assert_eq!(receive(CursorKind::Read, 2).await, (0, 0));
    assert_eq!(counts().await, [(1, 0), (0, 0), (0, 0)]);
    let own = store.standings("bob", &["r".to_owned()]).await;
    assert_eq!(own.expect("works")[0].read_up_to, 2, "their own they keep");

    set_invisible(&store, "bob", false).await;
    assert_eq!(counts().await, [(1, 0), (0, 0), (0, 0)]);
    assert_eq!(receive(CursorKind::Read, 2).await, (0, 0), "repeated");
    assert_eq!(receive(CursorKind::Read, 3).await, (0, 1));
    assert_eq!(counts().await, [(1, 1), (1, 1), (1, 1)]);
}

async fn in_a_conversation_of_two_who_block_each_other_receipts_are_withheld<S: Store>(store: S) {
    for (kind, is_shown) in [(RoomType::Dm, false), (RoomType::Channel, true)] {
        let name = format!("{kind:?}");
        let conversation = NewRoom {
            kind,
            ..room(&name)
        };
        let members = ["alice", "bob"].map(|id| member(id, RoomRole::Member));
        let made = store.create_room(conversation, members.to_vec()).await;
        made.expect("works");
        appended(append(&store, message(&name, "alice", &name, 1)).await);
        let block = NewRelation {
            user_id: "alice".to_owned(),
            kind: RelationKind::Block,
            other_id: "bob".to_owned(),
            is_there: true,
        };
        write(&store, Change::Relation(block)).await;
        let cursor = NewCursor {
            room_name: name.clone(),
            user_id: "bob".to_owned(),
            kind: CursorKind::Read,
            up_to: UpTo::Seq(1),
            now_ms: 9,
        };
        write(&store, Change::Cursor(cursor)).await;
        let progress = store.progress("alice", &[name]).await.expect("works");
        assert_eq!(progress[0].read_count, u32::from(is_shown), "{kind:?}");
    }
}

async fn choosing_to_be_invisible_is_invisible_mode_for_as_long_as_it_is_chosen<S: Store>(
    store: S,
) {
    let chosen = choose(&store, "bob", ChosenStatus::Invisible).await;
    assert!(chosen.settings.invisible_mode);
    assert!(store.settings("bob").await.expect("works").invisible_mode);
    let away = choose(&store, "bob", ChosenStatus::Away).await;
    assert!(!away.settings.invisible_mode);

    set_invisible(&store, "bob", true).await;
    let busy = choose(&store, "bob", ChosenStatus::Busy).await;
    assert!(
        busy.settings.invisible_mode,
        "turned on by itself, it stays"
    );

    choose(&store, "bob", ChosenStatus::Invisible).await;
    set_invisible(&store, "bob", true).await;
    let busy = choose(&store, "bob", ChosenStatus::Busy).await;
    assert!(
        busy.settings.invisible_mode,
        "so it does when it was chosen before"
    );

    choose(&store, "bob", ChosenStatus::Invisible).await;
    let visible = set_invisible(&store, "bob", false).await.record;
    assert_eq!(visible.chosen, ChosenStatus::Online);
}

async fn showing_more_forgets_the_last_time_from_before<S: Store>(store: S) {
    let stamp = NewPresence {
        user_id: "bob".to_owned(),
        last_seen_ms: Some(5),
        ..NewPresence::default()
    };
    let set = async |is_on| {
        let update = PresenceSettingsUpdate {
            show_last_seen: Some(is_on),
            ..PresenceSettingsUpdate::default()
        };
        let record = change_settings(&store, "bob", update).await.record;
        record.last_seen_ms
    };
    write(&store, Change::Presence(Box::new(stamp))).await;
    assert_eq!(set(true).await, Some(5), "nothing more than before");
    assert_eq!(set(false).await, Some(5));
    set_invisible(&store, "bob", true).await;
    assert_eq!(set(true).await, Some(5), "not while it could be noticed");
    let visible = set_invisible(&store, "bob", false).await.record;
    assert_eq!((visible.last_seen_ms, visible.frozen), (None, None));
}

async fn who_might_know_what_is_kept_as_of_when_a_user_became_invisible<S: Store>(store: S) {
    let relate = async |other: &str| {
        let change = NewRelation {
            user_id: "bob".to_owned(),
            kind: RelationKind::Contact,
            other_id: other.to_owned(),
            is_there: true,
        };
        write(&store, Change::Relation(change)).await;
    };
    relate("alice").await;
    set_invisible(&store, "bob", true).await;
    relate("eve").await;
    let nobody = PresenceSettingsUpdate {
        visibility: Some(Visibility::Nobody),
        ..PresenceSettingsUpdate::default()
    };
    let record = change_settings(&store, "bob", nobody).await.record;
    assert_eq!(record.settings.visibility, Visibility::Nobody);
    let frozen = record.frozen.expect("kept").to_profile("bob");
    assert_eq!(frozen.record.settings, UserSettings::default());
    assert_eq!(Vec::from_iter(frozen.contacts), ["alice"]);
    let again = set_invisible(&store, "bob", true).await.record;
    assert!(again.frozen.is_some(), "once");
}

async fn lists_are_ones_own<S: Store>(store: S) {
    let relate = async |kind, is_there| {
        let change = NewRelation {
            user_id: "bob".to_owned(),
            kind,
            other_id: "eve".to_owned(),
            is_there,
        };
        let outcome = write(&store, Change::Relation(change)).await;
        assert_eq!(outcome, Outcome::Related);
        let ids = ["bob".to_owned(), "eve".to_owned()];
        let profiles = store.profiles(&ids).await.expect("works");
        assert!(profiles[1].contacts.is_empty() && profiles[1].blocked.is_empty());
        (profiles[0].contacts.len(), profiles[0].blocked.len())
    };
    assert_eq!(relate(RelationKind::Contact, true).await, (1, 0));
    assert_eq!(relate(RelationKind::Contact, true).await, (1, 0));
    assert_eq!(relate(RelationKind::Block, true).await, (1, 1));
    assert_eq!(relate(RelationKind::Contact, false).await, (0, 1));
    assert_eq!(relate(RelationKind::Contact, false).await, (0, 1));
}

async fn a_list_that_is_full_takes_nobody_more<S: Store>(store: S) {
    let add = |number: u32| {
        Change::Relation(NewRelation {
            user_id: "bob".to_owned(),
            kind: RelationKind::Contact,
            other_id: format!("u{number}"),
            is_there: true,
        })
    };
    let numbers = (0..MAX_CONTACTS).chain([MAX_CONTACTS, 0]);
    let outcomes = store.write(numbers.map(add).collect()).await;
    let outcomes = outcomes.expect("works");
    let full = Outcome::Refused(Refused::TooManyRelations);
    let refused = outcomes.iter().filter(|outcome| **outcome == full);
    assert_eq!(refused.count(), 1);
    assert_eq!(outcomes[MAX_CONTACTS as usize], full, "one more");
    assert_eq!(
        outcomes.last(),
        Some(&Outcome::Related),
        "one of them again"
    );
}

async fn whoever_wrote_in_a_direct_conversation_is_known_by_it<S: Store>(store: S) {
    let conversation = NewRoom {
        kind: RoomType::Dm,
        visibility: RoomVisibility::Secret,
        ..room("r")
    };
    let members = ["alice", "bob"].map(|id| member(id, RoomRole::Member));
    let made = store.create_room(conversation, members.to_vec()).await;
    made.expect("works");
    let ids = ["alice".to_owned(), "bob".to_owned()];
    let written_to = async || {
        let profiles = store.profiles(&ids).await.expect("works");
        let lists = profiles
            .into_iter()
            .map(|one| Vec::from_iter(one.written_to));
        lists.collect::<Vec<_>>()
    };
    assert_eq!(written_to().await, [Vec::<String>::new(), Vec::new()]);
    fill(&store, 1).await;
    assert_eq!(written_to().await, [vec!["bob".to_owned()], Vec::new()]);
}
