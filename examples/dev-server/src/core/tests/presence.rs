//! Who is there, as their connections make it, and what becomes of it.

use nchat_realtime::wire::limits::MAX_PRESENCE_SUBSCRIPTIONS;

use super::people::People;
use super::*;

const GET: &str = "presence:get";
const SUBSCRIBE: &str = "presence:subscribe";
const UPDATE: &str = "presence:update";
const CHANGED: &str = "presence:changed";
const NONE: [Json; 0] = [];

/// Alice, subscribed to bob, who is there with a phone.
async fn alice_sees_bob() -> People {
    let people = People::in_general(&["alice", "bob"]).await;
    people
        .done("alice", SUBSCRIBE, json!({ "userIds": ["bob"] }))
        .await;
    people.take_all();
    people
}

async fn seen(people: &People, viewer: &str, target: &str) -> Json {
    let mut answer = people
        .done(viewer, GET, json!({ "userIds": [target] }))
        .await;
    answer["presences"][0].take()
}

fn statuses(told: &[Json]) -> Vec<&str> {
    told.iter()
        .map(|one| one["status"].as_str().expect("a status"))
        .collect()
}

#[tokio::test]
async fn a_subscriber_is_told_of_changes_once_and_of_a_heartbeat_never() {
    let people = alice_sees_bob().await;
    for status in ["busy", "busy", "dnd", "away"] {
        people
            .done("bob", UPDATE, json!({ "status": status, "idle": false }))
            .await;
        people.done("bob", "presence:heartbeat", json!({})).await;
    }
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["busy", "away"]);
    people
        .done(
            "alice",
            "presence:unsubscribe",
            json!({ "userIds": ["bob", "eve"] }),
        )
        .await;
    people
        .done("bob", UPDATE, json!({ "status": "busy" }))
        .await;
    assert_eq!(people.told("alice", CHANGED), NONE);
}

#[tokio::test]
async fn one_active_connection_keeps_the_user_online_and_a_choice_holds_for_all() {
    let people = alice_sees_bob().await;
    people.connect("laptop", "bob").await;
    people.done("bob", UPDATE, json!({ "idle": true })).await;
    people
        .done("laptop", UPDATE, json!({ "idle": false }))
        .await;
    assert_eq!(people.told("alice", CHANGED), NONE);
    people.done("laptop", UPDATE, json!({ "idle": true })).await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["away"]);
    people
        .done("bob", UPDATE, json!({ "status": "busy" }))
        .await;
    people
        .done("laptop", UPDATE, json!({ "idle": false }))
        .await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["busy"]);
    let told = people.told("laptop", CHANGED);
    assert_eq!(
        told.last().expect("told of oneself")["chosenStatus"],
        "busy"
    );
    people
        .done("bob", UPDATE, json!({ "status": "away" }))
        .await;
    people.done("bob", UPDATE, json!({ "idle": false })).await;
    assert_eq!(
        statuses(&people.told("alice", CHANGED)),
        ["away"],
        "chosen, it stays"
    );
}

#[tokio::test]
async fn of_clients_that_cannot_say_that_they_are_idle_the_most_available_connection_counts() {
    let people = alice_sees_bob().await;
    people.connect("laptop", "bob").await;
    people
        .done("bob", UPDATE, json!({ "status": "away" }))
        .await;
    assert_eq!(people.told("alice", CHANGED), NONE);
    people
        .done("laptop", UPDATE, json!({ "status": "away" }))
        .await;
    people
        .done("laptop", UPDATE, json!({ "status": "online" }))
        .await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["away", "online"]);
}

#[tokio::test]
async fn a_reload_is_not_shown_and_leaving_is_with_the_time_of_it() {
    let people = alice_sees_bob().await;
    people.disconnect("bob").await;
    people.pass(4_999).await;
    people.connect("tab", "bob").await;
    people.pass(60_000).await;
    assert_eq!(people.told("alice", CHANGED), NONE);

    let gone_at = people.now_ms();
    people.disconnect("tab").await;
    people.pass(4_999).await;
    assert_eq!(people.told("alice", CHANGED), NONE);
    people.pass(1).await;
    let told = people.told("alice", CHANGED);
    assert_eq!(statuses(&told), ["offline"]);
    assert_eq!(told[0]["lastSeen"], iso8601(gone_at));
    assert_eq!(told[0]["lastSeenAt"], iso8601(gone_at));
    people.pass(1).await;
    let kept = people.core.store().profiles(&["bob".to_owned()]).await;
    let kept = kept.expect("works")[0].record.last_seen_ms;
    assert_eq!(kept, Some(gone_at));
}

#[tokio::test]
async fn a_connection_that_says_nothing_for_three_heartbeats_does_not_count() {
    let people = alice_sees_bob().await;
    people.done("bob", UPDATE, json!({ "idle": false })).await;
    people.pass(60_000).await;
    people.done("bob", "presence:heartbeat", json!({})).await;
    people.pass(89_999 + 5_000).await;
    assert_eq!(people.told("alice", CHANGED), NONE);
    people.pass(1).await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["offline"]);
    people.done("bob", "presence:heartbeat", json!({})).await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["online"]);
}

#[tokio::test]
async fn ends_that_were_changed_since_are_not_kept() {
    let people = alice_sees_bob().await;
    let due = || people.core.directory.state().due.len();
    for day in 1..200 {
        let custom = json!({ "text": "x", "expiresAt": people.now_ms() + day * 86_400_000 });
        people
            .done("bob", UPDATE, json!({ "customStatus": custom }))
            .await;
    }
    assert!(due() < 10, "{}", due());
    people.disconnect("bob").await;
    people.disconnect("alice").await;
    people.pass(100_000).await;
    assert_eq!(due(), 0, "of whom nobody asks");
}

#[tokio::test]
async fn a_connection_that_never_came_to_be_counts_for_nobody() {
    let people = alice_sees_bob().await;
    let bob = User::from_id("bob");
    let half_open = Caller {
        user: &bob,
        socket_id: "half open",
        device_id: None,
    };
    people.core.open(half_open, None);
    people.core.abandon("half open");
    people.disconnect("bob").await;
    people.pass(10_000).await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["offline"]);
}

#[tokio::test]
async fn a_connection_that_comes_while_its_user_chooses_is_told_of_it_once_it_was_greeted() {
    let people = People::in_general(&["alice"]).await;
    let alice = User::from_id("alice");
    let page = Caller {
        user: &alice,
        socket_id: "page",
        device_id: None,
    };
    people.core.open(page, None);
    people
        .done("alice", UPDATE, json!({ "status": "busy", "idle": false }))
        .await;
    assert_eq!(people.told("page", CHANGED), NONE, "it would be lost");
    people.core.arrive(page).await;
    let told = people.told("page", CHANGED);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["chosenStatus"], "busy");
}

#[tokio::test]
async fn a_custom_status_survives_a_reconnect_and_ends_at_its_time() {
    let people = alice_sees_bob().await;
    let until = iso8601(people.now_ms() + 60_000);
    let custom = json!({ "text": "Lunch", "emoji": "🍜", "expiresAt": until });
    people
        .done("bob", UPDATE, json!({ "customStatus": custom }))
        .await;
    let told = people.told("alice", CHANGED);
    assert_eq!(told[0]["customStatus"], custom);
    assert_eq!(told[0]["customEmoji"], "🍜");
    people.disconnect("bob").await;
    people.pass(10_000).await;
    assert_eq!(
        people.told("alice", CHANGED)[0]["customStatus"],
        json!(null)
    );
    people.connect("bob", "bob").await;
    assert_eq!(people.told("alice", CHANGED)[0]["customStatus"], custom);
    people.pass(49_999).await;
    assert_eq!(people.told("alice", CHANGED), NONE);
    people.pass(1).await;
    let told = people.told("alice", CHANGED);
    assert_eq!((told.len(), &told[0]["customStatus"]), (1, &json!(null)));
    assert_eq!(told[0]["status"], "online");

    let flat = json!({ "customStatus": "Tea", "customEmoji": "🫖" });
    people.done("bob", UPDATE, flat).await;
    people
        .done("bob", UPDATE, json!({ "status": "online" }))
        .await;
    let told = people.told("alice", CHANGED);
    assert_eq!(told.len(), 1, "what is left out stays");
    assert_eq!(
        told[0]["customStatus"],
        json!({ "text": "Tea", "emoji": "🫖" })
    );
    people
        .done("bob", UPDATE, json!({ "customStatus": null }))
        .await;
    assert_eq!(
        people.told("alice", CHANGED)[0]["customStatus"],
        json!(null)
    );
}

#[tokio::test]
async fn presences_come_in_the_order_asked_and_a_stranger_is_offline() {
    let people = alice_sees_bob().await;
    let ids = json!({ "userIds": ["nobody", "bob", "alice", "bob"] });
    let answer = people.done("alice", GET, ids).await;
    let presences = answer["presences"].as_array().expect("a list");
    let found: Vec<_> = presences
        .iter()
        .map(|one| (one["userId"].as_str(), one["status"].as_str()))
        .collect();
    let expected = [
        ("nobody", "offline"),
        ("bob", "online"),
        ("alice", "online"),
        ("bob", "online"),
    ];
    assert_eq!(found, expected.map(|(id, status)| (Some(id), Some(status))));
    assert_eq!(
        presences[0],
        json!({
            "userId": "nobody", "status": "offline", "customStatus": null, "customEmoji": null,
            "lastSeen": null, "lastSeenAt": null,
        })
    );
}

#[tokio::test]
async fn a_connection_subscribes_to_a_hundred_users_and_to_none_of_more() {
    let people = alice_sees_bob().await;
    let ids = |from: usize, count: usize| {
        let ids: Vec<String> = (from..from + count).map(|n| format!("u{n}")).collect();
        json!({ "userIds": ids })
    };
    let most = MAX_PRESENCE_SUBSCRIPTIONS;
    assert_eq!(
        people.refused("alice", SUBSCRIBE, ids(0, most)).await,
        "SUBSCRIPTION_LIMIT"
    );
    people.done("alice", SUBSCRIBE, ids(0, most - 1)).await;
    people.done("alice", SUBSCRIBE, ids(0, most - 1)).await;
    assert_eq!(
        people.refused("alice", SUBSCRIBE, ids(most, 1)).await,
        "SUBSCRIPTION_LIMIT"
    );
    people
        .done("alice", "presence:unsubscribe", ids(0, 1))
        .await;
    people.done("alice", SUBSCRIBE, ids(most, 1)).await;
    people
        .done("bob", UPDATE, json!({ "status": "busy" }))
        .await;
    assert_eq!(people.told("alice", CHANGED).len(), 1);
    let refused = people.refused("alice", GET, ids(0, 101)).await;
    assert_eq!(refused, "PAYLOAD_TOO_LARGE");
    for odd in ["", " a", "a\nb"] {
        let code = people
            .refused("alice", SUBSCRIBE, json!({ "userIds": [odd] }))
            .await;
        assert_eq!(code, "VALIDATION_ERROR", "{odd:?}");
    }
}

#[tokio::test]
async fn a_window_has_its_part_of_the_members_and_counts_them_all() {
    let people = People::in_general(&["alice", "bob", "carol", "dave"]).await;
    people
        .done("bob", UPDATE, json!({ "status": "busy", "idle": false }))
        .await;
    people.disconnect("carol").await;
    people.pass(10_000).await;
    let window = json!({ "roomName": "general", "offset": 1, "limit": 2 });
    let page = people.done("alice", "presence:window", window).await;
    let listed = page["presences"].as_array().expect("a list");
    let ids: Vec<_> = listed.iter().map(|one| one["userId"].as_str()).collect();
    assert_eq!(ids, [Some("bob"), Some("carol")]);
    assert_eq!(
        page["counts"],
        json!({ "online": 2, "away": 0, "busy": 1, "offline": 1 })
    );
    assert_eq!((&page["total"], &page["offset"]), (&json!(4), &json!(1)));
    assert!(page["presences"][1]["lastSeen"].is_string());

    people.connect("eve", "eve").await;
    let window = json!({ "roomName": "general" });
    let code = people.refused("eve", "presence:window", window).await;
    assert_eq!(code, "NOT_IN_ROOM");
    let window = json!({ "roomName": "nowhere" });
    let code = people.refused("eve", "presence:window", window).await;
    assert_eq!(code, "ROOM_NOT_FOUND");
}

#[tokio::test]
async fn a_malformed_status_changes_nothing() {
    let people = alice_sees_bob().await;
    let long = "x".repeat(10_000);
    for (update, code) in [
        (
            json!({ "customStatus": { "text": long } }),
            "PAYLOAD_TOO_LARGE",
        ),
        (json!({ "customStatus": long }), "PAYLOAD_TOO_LARGE"),
        (json!({ "customEmoji": long }), "PAYLOAD_TOO_LARGE"),
        (json!({ "device": long }), "VALIDATION_ERROR"),
        (
            json!({ "customStatus": { "text": "x", "expiresAt": "soon" } }),
            "VALIDATION_ERROR",
        ),
        (
            json!({ "customStatus": { "text": "x", "expiresAt": -1 } }),
            "VALIDATION_ERROR",
        ),
        (
            json!({ "customStatus": { "text": "x", "expiresAt": i64::MAX } }),
            "VALIDATION_ERROR",
        ),
    ] {
        assert_eq!(
            people.refused("bob", UPDATE, update.clone()).await,
            code,
            "{update}"
        );
    }
    assert_eq!(people.told("alice", CHANGED), NONE);
}

#[tokio::test]
async fn all_connections_of_a_user_are_told_of_their_settings_and_nobody_else() {
    let people = alice_sees_bob().await;
    people.connect("laptop", "bob").await;
    people.take_all();
    let update = json!({ "visibility": "contacts" });
    let answer = people.done("bob", "presence:settings:update", update).await;
    assert_eq!(answer["userId"], "bob");
    assert_eq!(answer["visibility"], "contacts");
    assert_eq!(answer["showLastSeen"], true, "the others stay");
    assert!(answer["updatedAt"].is_string());
    for socket in ["bob", "laptop"] {
        assert_eq!(
            people.told(socket, "presence:settings"),
            std::slice::from_ref(&answer)
        );
    }
    assert_eq!(people.told("alice", "presence:settings"), NONE);
    assert_eq!(
        people
            .done("laptop", "presence:settings:get", json!({}))
            .await,
        answer
    );
}

#[tokio::test]
async fn choosing_to_be_invisible_is_a_setting_for_as_long_as_it_is_chosen() {
    let people = alice_sees_bob().await;
    people
        .done(
            "bob",
            UPDATE,
            json!({ "status": "invisible", "idle": false }),
        )
        .await;
    people.pass(5_000).await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["offline"]);
    let told = people.told("bob", "presence:settings");
    assert_eq!(told[0]["invisibleMode"], true);
    assert_eq!(seen(&people, "bob", "bob").await["status"], "online");
    assert_eq!(
        seen(&people, "bob", "bob").await["chosenStatus"],
        "invisible"
    );
    people
        .done("bob", UPDATE, json!({ "status": "away" }))
        .await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["away"]);
    assert_eq!(
        people.told("bob", "presence:settings")[0]["invisibleMode"],
        false
    );
}

#[tokio::test]
async fn another_tabs_status_does_not_show_a_user_who_hides_with_an_older_client() {
    let people = alice_sees_bob().await;
    people.connect("laptop", "bob").await;
    people
        .done("bob", UPDATE, json!({ "status": "invisible" }))
        .await;
    people.pass(5_000).await;
    people
        .done("laptop", UPDATE, json!({ "status": "online" }))
        .await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["offline"]);
    people
        .done("bob", UPDATE, json!({ "status": "online" }))
        .await;
    assert_eq!(statuses(&people.told("alice", CHANGED)), ["online"]);
}
