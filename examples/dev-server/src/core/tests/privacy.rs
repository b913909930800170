//! Who may know what of whom: each row over every path, and that turning something on reveals
//! nothing from before.

use super::people::People;
use super::*;
use crate::store::sqlite::SqliteStore;

const UPDATE: &str = "presence:update";
const SETTINGS: &str = "presence:settings:update";
const CHANGED: &str = "presence:changed";

/// What alice may know of bob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    status: bool,
    last_seen: bool,
    typing: bool,
}

const ALL: Known = known(true, true, true);
const NOTHING: Known = known(false, false, false);

const fn known(status: bool, last_seen: bool, typing: bool) -> Known {
    Known {
        status,
        last_seen,
        typing,
    }
}

/// How alice came to be a contact of bob, or did not.
#[derive(Clone, Copy, Debug)]
enum Tie {
    None,
    /// Alice lists bob, which is hers to do and shows her nothing.
    SheListsHim,
    HeListsHer,
    SheWroteToHim,
    HeWroteToHer,
    HeBlocksHer,
    SheBlocksHim,
}

use Tie::{HeBlocksHer, HeListsHer, HeWroteToHer, SheBlocksHim, SheListsHim, SheWroteToHim};

#[tokio::test]
async fn every_row_of_the_matrix_holds_over_every_path() {
    let nobody = json!({ "visibility": "nobody" });
    let contacts = json!({ "visibility": "contacts" });
    let no_status = json!({ "showOnlineStatus": false });
    let no_last_seen = json!({ "showLastSeen": false });
    let both = json!({ "visibility": "contacts", "showLastSeen": false });
    let typing_of = |visibility: &str| json!({ "typingVisibility": visibility });
    let hidden = known(false, false, true);
    let rows = [
        (json!({}), Tie::None, ALL),
        (json!({ "visibility": "everyone" }), Tie::None, ALL),
        (no_status.clone(), Tie::None, hidden),
        (no_status, HeListsHer, hidden),
        (no_last_seen.clone(), Tie::None, known(true, false, true)),
        (no_last_seen, HeListsHer, known(true, false, true)),
        (contacts.clone(), HeListsHer, ALL),
        (contacts.clone(), HeWroteToHer, ALL),
        (both, HeListsHer, known(true, false, true)),
        (contacts.clone(), Tie::None, hidden),
        (contacts.clone(), SheListsHim, hidden),
        (contacts, SheWroteToHim, hidden),
        (nobody.clone(), Tie::None, hidden),
        (nobody, HeListsHer, hidden),
        (json!({ "invisibleMode": true }), Tie::None, NOTHING),
        (json!({ "invisibleMode": true }), HeListsHer, NOTHING),
        (
            json!({ "broadcastTyping": false }),
            HeListsHer,
            known(true, true, false),
        ),
        (typing_of("nobody"), HeListsHer, known(true, true, false)),
        (typing_of("contacts"), Tie::None, known(true, true, false)),
        (typing_of("contacts"), HeListsHer, ALL),
        (json!({}), HeBlocksHer, NOTHING),
        (json!({}), SheBlocksHim, NOTHING),
        (json!({ "visibility": "contacts" }), HeBlocksHer, NOTHING),
    ];
    for (settings, tie, expected) in rows {
        let row = format!("{settings} {tie:?}");
        check_row(&row, settings, tie, expected).await;
    }
}

async fn tied(tie: Tie) -> People {
    let people = People::in_general(&["alice", "bob", "carol"]).await;
    let dm = |other: &str| json!({ "type": "dm", "members": [other] });
    let (alice, bob) = (json!({ "userId": "alice" }), json!({ "userId": "bob" }));
    match tie {
        Tie::None => {}
        SheListsHim => drop(people.done("alice", "contacts:add", bob).await),
        HeListsHer => drop(people.done("bob", "contacts:add", alice).await),
        HeBlocksHer => drop(people.done("bob", "block:add", alice).await),
        SheBlocksHim => drop(people.done("alice", "block:add", bob).await),
        SheWroteToHim | HeWroteToHer => {
            let (one, other) = match tie {
                SheWroteToHim => ("alice", "bob"),
                _ => ("bob", "alice"),
            };
            let room = people.done(one, "room:create", dm(other)).await;
            let message = json!({ "roomName": room["roomName"], "content": "x" });
            people.done(one, "message:send", message).await;
        }
    }
    people
}

/// Bob is busy, then types, then is gone; alice looks by every path there is.
async fn check_row(row: &str, settings: Json, tie: Tie, expected: Known) {
    let people = tied(tie).await;
    people.done("bob", SETTINGS, settings).await;
    people.pass(10_000).await;
    people.take_all();
    let status = |is_known, status| if is_known { status } else { "offline" };

    let subscribe = json!({ "userIds": ["bob"] });
    let answer = people.done("alice", "presence:subscribe", subscribe).await;
    let seen = &answer["presences"][0];
    assert_eq!(
        seen["status"],
        status(expected.status, "online"),
        "{row}: subscribed"
    );

    let custom = json!({ "text": "Lunch" });
    let update = json!({ "status": "busy", "idle": false, "customStatus": custom });
    people.done("bob", UPDATE, update).await;
    let told = people.told("alice", CHANGED);
    assert_eq!(told.is_empty(), !expected.status, "{row}: told {told:?}");
    check_presence(&people, row, expected, "busy").await;

    let typing = json!({ "roomName": "general" });
    people.done("bob", "typing:start", typing).await;
    let told = people.told("alice", "typing:event");
    assert_eq!(told.is_empty(), !expected.typing, "{row}: typing {told:?}");
    people.pass(5_000).await;
    let told = people.told("alice", "typing:event");
    assert_eq!(told.is_empty(), !expected.typing, "{row}: typed {told:?}");

    people.disconnect("bob").await;
    people.pass(60_000).await;
    let told = people.told("alice", CHANGED);
    assert_eq!(told.is_empty(), !expected.status, "{row}: gone {told:?}");
    for one in told {
        assert_eq!(one["lastSeen"].is_string(), expected.last_seen, "{row}");
    }
    check_presence(&people, row, expected, "offline").await;

    // To carol, who has no tie, the same settings show no more than to her.
    people
        .done(
            "carol",
            "presence:get",
            json!({ "userIds": ["bob", "carol"] }),
        )
        .await;
}

async fn check_presence(people: &People, row: &str, expected: Known, real: &str) {
    let get = json!({ "userIds": ["bob"] });
    let got = people.done("alice", "presence:get", get).await["presences"][0].take();
    let window = json!({ "roomName": "general" });
    let page = people.done("alice", "presence:window", window).await;
    let in_window = page["presences"].as_array().expect("a list").iter();
    let in_window = in_window.into_iter().find(|one| one["userId"] == "bob");
    assert_eq!(in_window, Some(&got), "{row}: the window shows the same");

    let status = if expected.status { real } else { "offline" };
    let is_there = status != "offline";
    assert_eq!(got["status"], status, "{row}");
    assert_eq!(got["customStatus"].is_object(), is_there, "{row}");
    assert_eq!(got["device"].is_string(), is_there, "{row}");
    if real == "offline" {
        let is_invisible = row.contains("invisibleMode");
        let shows = expected.last_seen || is_invisible;
        assert_eq!(got["lastSeen"].is_string(), shows, "{row}: {got}");
    }
    if !expected.status && !row.contains("invisibleMode") {
        let stranger = json!({
            "userId": "bob", "status": "offline", "customStatus": null, "customEmoji": null,
            "lastSeen": null, "lastSeenAt": null,
        });
        assert_eq!(got, stranger, "{row}: as one who never was there");
    }
    let counted = if is_there { 1 } else { 0 };
    assert_eq!(page["counts"]["busy"], counted, "{row}: counted");
    assert_eq!(page["total"], 3, "{row}");
}

#[tokio::test]
async fn what_is_changed_takes_effect_for_those_who_look_already() {
    let people = People::in_general(&["alice", "bob"]).await;
    people
        .done("alice", "presence:subscribe", json!({ "userIds": ["bob"] }))
        .await;
    let alice = || json!({ "userId": "alice" });
    let statuses = || {
        let told = people.told("alice", CHANGED);
        let statuses = told
            .iter()
            .map(|one| one["status"].as_str().expect("text").to_owned());
        statuses.collect::<Vec<_>>()
    };
    people
        .done("bob", SETTINGS, json!({ "visibility": "contacts" }))
        .await;
    assert_eq!(statuses(), ["offline"]);
    people.done("bob", "contacts:add", alice()).await;
    assert_eq!(statuses(), ["online"]);
    people.done("bob", "block:add", alice()).await;
    assert_eq!(statuses(), ["offline"]);
    people.done("bob", "block:remove", alice()).await;
    assert_eq!(statuses(), ["online"]);
    people
        .done("alice", "block:add", json!({ "userId": "bob" }))
        .await;
    assert_eq!(statuses(), ["offline"]);
    people
        .done("alice", "block:remove", json!({ "userId": "bob" }))
        .await;
    assert_eq!(statuses(), ["online"]);
    people.done("bob", "contacts:remove", alice()).await;
    assert_eq!(statuses(), ["offline"]);
    let room = json!({ "type": "dm", "members": ["alice"] });
    let room = people.done("bob", "room:create", room).await;
    assert_eq!(statuses(), [""; 0], "opened, and nothing written");
    let message = json!({ "roomName": room["roomName"], "content": "x" });
    people.done("bob", "message:send", message).await;
    assert_eq!(statuses(), ["online"]);
}

#[tokio::test]
async fn turning_something_on_reveals_nothing_from_before() {
    for (off, on) in [
        (
            json!({ "showLastSeen": false }),
            json!({ "showLastSeen": true }),
        ),
        (
            json!({ "showOnlineStatus": false }),
            json!({ "showOnlineStatus": true }),
        ),
        (
            json!({ "visibility": "nobody" }),
            json!({ "visibility": "everyone" }),
        ),
    ] {
        let people = People::in_general(&["alice", "bob"]).await;
        people.done("bob", SETTINGS, off).await;
        people.disconnect("bob").await;
        people.pass(60_000).await;
        // By HTTP, say: they are not there.
        let bob = User::from_id("bob");
        let caller = Caller::without_socket(&bob);
        let update = serde_json::from_value(on.clone()).expect("settings");
        let submitted = people.core.submit(caller, Command::Settings(update));
        people
            .core
            .settle(submitted.expect("submits"))
            .await
            .expect("settles");
        let get = json!({ "userIds": ["bob"] });
        let answer = people.done("alice", "presence:get", get.clone()).await;
        assert_eq!(answer["presences"][0]["lastSeen"], json!(null), "{on}");
        people.connect("bob", "bob").await;
        people.disconnect("bob").await;
        people.pass(60_000).await;
        let answer = people.done("alice", "presence:get", get).await;
        assert!(answer["presences"][0]["lastSeen"].is_string(), "{on}");
    }
}

#[tokio::test]
async fn being_invisible_looks_like_having_gone_at_that_moment() {
    let gone = async |goes_invisible: bool| {
        let people = People::in_general(&["alice", "bob"]).await;
        people
            .done("alice", "presence:subscribe", json!({ "userIds": ["bob"] }))
            .await;
        people
            .done("bob", "typing:start", json!({ "roomName": "general" }))
            .await;
        people.pass(1_000).await;
        match goes_invisible {
            true => {
                let update = json!({ "invisibleMode": true });
                people.done("bob", SETTINGS, update).await;
            }
            false => people.disconnect("bob").await,
        }
        people.pass(60_000).await;
        people.take("alice")
    };
    assert_eq!(gone(true).await, gone(false).await);
}

#[tokio::test]
async fn a_profile_that_is_not_known_hides_and_shows_nothing() {
    let settings = crate::store::UserRecord::default();
    let profile = crate::store::Profile {
        user_id: "bob".to_owned(),
        record: settings,
        ..crate::store::Profile::default()
    };
    let alice = crate::store::Profile {
        user_id: "alice".to_owned(),
        ..crate::store::Profile::default()
    };
    let sight = |target, viewer| crate::core::privacy::sight("bob", target, "alice", viewer);
    assert!(sight(Some(&profile), Some(&alice)).status);
    let nothing = crate::core::privacy::Sight::default();
    assert_eq!(sight(None, Some(&alice)), nothing);
    assert_eq!(sight(Some(&profile), None), nothing);
}

#[tokio::test]
async fn who_is_there_and_cannot_be_looked_up_is_not_shown() {
    for (fails, shown) in [(false, "online"), (true, "offline")] {
        let directory = tempfile::tempdir().expect("a directory");
        let store = SqliteStore::open(&directory.path().join("store.sqlite")).await;
        let environment = Arc::new(FakeEnvironment {
            now_ms: AtomicI64::new(1_000),
            dice: AtomicU64::new(1),
        });
        let (outlet, limit) = (Arc::new(Recorder::default()), NonZeroU32::MAX);
        let store = store.expect("opens");
        let core = Core::start(store, outlet, environment, limit, Times::DEFAULT).await;
        let core = core.expect("starts");
        let users = ["alice", "bob"].map(User::from_id);
        let [alice, bob] = users.each_ref().map(|user| Caller {
            user,
            socket_id: &user.id,
            device_id: None,
        });
        core.open(alice, None);
        core.arrive(alice).await;
        if fails {
            core.store().close().await;
        }
        core.open(bob, None);
        core.arrive(bob).await;
        let request = serde_json::from_value(json!({ "userIds": ["bob"] })).expect("a request");
        let (answer, _) = core.presences(alice, request).await.expect("answers");
        assert_eq!(answer.presences[0].status.as_str(), shown);
    }
}

#[tokio::test]
async fn who_is_blocked_learns_from_no_receipt_that_it_was_them() {
    let people = People::in_general(&["alice", "bob", "carol"]).await;
    let message = json!({ "roomName": "general", "content": "x", "clientMessageId": "k" });
    people.done("alice", "message:send", message).await;
    people
        .done("bob", "block:add", json!({ "userId": "alice" }))
        .await;
    people.take_all();
    let read = json!({ "channelId": "general", "upToSeq": 1 });
    people
        .done("bob", "message:batch-read-ack", read.clone())
        .await;
    assert_eq!(people.told("alice", "user"), Vec::<Json>::new());
    let resume = json!({ "rooms": [{ "roomName": "general", "seq": 0 }], "receipts": true });
    let receipts = async || {
        let answer = people.done("alice", "sync:resume", resume.clone()).await;
        let receipts = answer["rooms"][0]["receipts"]
            .as_array()
            .expect("a list")
            .clone();
        receipts
            .into_iter()
            .map(|mut one| one["userId"].take())
            .collect::<Vec<_>>()
    };
    assert_eq!(receipts().await, Vec::<Json>::new());
    people.disconnect("bob").await;
    people.pass(10_000).await;
    assert_eq!(
        receipts().await,
        Vec::<Json>::new(),
        "nor when they are gone"
    );
    people.done("carol", "message:batch-read-ack", read).await;
    assert_eq!(people.told("alice", "user").len(), 1);
    assert_eq!(receipts().await, ["carol"]);
}

#[tokio::test]
async fn ones_own_lists_are_for_oneself_and_have_no_place_for_oneself() {
    let people = People::in_general(&["alice", "bob"]).await;
    for (add, list) in [
        ("contacts:add", "contacts:list"),
        ("block:add", "block:list"),
    ] {
        let answer = people.done("alice", add, json!({ "userId": "bob" })).await;
        assert_eq!(answer, json!({ "userId": "bob" }));
        people.done("alice", add, json!({ "userId": "bob" })).await;
        let of = async |user: &str| people.done(user, list, json!({})).await["userIds"].take();
        assert_eq!(of("alice").await, json!(["bob"]));
        assert_eq!(of("bob").await, json!([]));
        for odd in ["alice", "", "x\n"] {
            let code = people.refused("alice", add, json!({ "userId": odd })).await;
            assert_eq!(code, "VALIDATION_ERROR", "{odd:?}");
        }
    }
}

#[tokio::test]
async fn who_joins_while_invisible_is_told_of_when_they_are_visible_again() {
    let people = People::in_general(&["alice", "bob"]).await;
    people.connect("eve", "eve").await;
    people
        .done("eve", SETTINGS, json!({ "invisibleMode": true }))
        .await;
    people.pass(10_000).await;
    people.take_all();
    let general = json!({ "roomName": "general" });
    let joined = people.done("eve", "room:join", general.clone()).await;
    assert_eq!(joined["memberCount"], 3, "to herself she is there");
    let members = people.done("alice", "room:members", general.clone()).await;
    assert_eq!(members["memberCount"], 2);
    let page = people
        .done("alice", "presence:window", general.clone())
        .await;
    assert_eq!(page["total"], 2);
    people.done("bob", "room:leave", general.clone()).await;
    let left = people.told("alice", "user:left");
    assert_eq!(left[0]["memberCount"], 1);

    people.pass(1_000).await;
    let at = iso8601(people.now_ms());
    people
        .done("eve", SETTINGS, json!({ "invisibleMode": false }))
        .await;
    let joined = people.told("alice", "user:joined");
    assert_eq!(joined.len(), 1);
    assert_eq!(
        (&joined[0]["userId"], &joined[0]["timestamp"]),
        (&json!("eve"), &json!(at))
    );
    assert_eq!(joined[0]["memberCount"], 2);
}
