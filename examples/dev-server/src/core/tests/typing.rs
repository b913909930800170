//! Who is shown to type, and for how long.

use super::people::{Frame, People};
use super::*;

const START: &str = "typing:start";
const STOP: &str = "typing:stop";

fn general() -> Json {
    json!({ "roomName": "general" })
}

/// Times since the beginning, and who types then.
fn shown(frames: Vec<Frame>, begin_ms: i64) -> Vec<(i64, Vec<String>)> {
    let typing = frames
        .into_iter()
        .filter(|(_, frame)| frame[0] == "typing:event");
    let one = |(at_ms, frame): Frame| {
        let users = frame[1]["users"].as_array().expect("users").iter();
        let ids = users.map(|user| user["userId"].as_str().expect("an id").to_owned());
        (at_ms - begin_ms, ids.collect())
    };
    typing.map(one).collect()
}

fn at(at_ms: i64, ids: &[&str]) -> (i64, Vec<String>) {
    (at_ms, ids.iter().map(|id| (*id).to_owned()).collect())
}

#[tokio::test]
async fn typing_ends_with_its_lease_and_the_end_is_announced() {
    let people = People::in_general(&["alice", "bob", "carol"]).await;
    let begin_ms = people.now_ms();
    people.done("bob", START, general()).await;
    people.pass(1_000).await;
    people.done("carol", START, general()).await;
    people.pass(60_000).await;
    assert_eq!(
        shown(people.take("alice"), begin_ms),
        [
            at(0, &["bob"]),
            at(1_000, &["bob", "carol"]),
            at(5_000, &["carol"]),
            at(6_000, &[]),
        ]
    );
    assert_eq!(
        shown(people.take("bob"), begin_ms),
        [at(1_000, &["carol"]), at(6_000, &[])],
        "nobody is told of themselves"
    );
}

#[tokio::test]
async fn typing_on_is_told_when_more_than_half_of_the_lease_is_new() {
    let people = People::in_general(&["alice", "bob"]).await;
    let begin_ms = people.now_ms();
    for _ in 0..6 {
        people.done("bob", START, general()).await;
        people.pass(1_000).await;
    }
    let frames = people.take("alice");
    let left: Vec<_> = frames
        .iter()
        .map(|(_, frame)| frame[1]["users"][0]["expiresInMs"].as_u64())
        .collect();
    assert_eq!(left, [Some(5_000), Some(5_000)]);
    assert_eq!(
        shown(frames, begin_ms),
        [at(0, &["bob"]), at(3_000, &["bob"])]
    );
    people.pass(60_000).await;
    assert_eq!(shown(people.take("alice"), begin_ms), [at(10_000, &[])]);
}

#[tokio::test]
async fn typing_ends_at_once_with_a_stop_a_message_leaving_and_a_lost_connection() {
    for end in [
        "stop",
        "message",
        "leave",
        "disconnect",
        "invisible",
        "silence",
    ] {
        let people = People::in_general(&["alice", "bob"]).await;
        let begin_ms = people.now_ms();
        people.done("bob", START, general()).await;
        people.pass(100).await;
        match end {
            "stop" => drop(people.done("bob", STOP, general()).await),
            "message" => {
                let message = json!({ "roomName": "general", "content": "x" });
                people.done("bob", "message:send", message).await;
            }
            "leave" => drop(people.done("bob", "room:leave", general()).await),
            "disconnect" => people.disconnect("bob").await,
            _ => {
                let update = match end {
                    "invisible" => json!({ "invisibleMode": true }),
                    _ => json!({ "broadcastTyping": false }),
                };
                people.done("bob", "presence:settings:update", update).await;
            }
        }
        people.pass(60_000).await;
        let expected = [at(0, &["bob"]), at(100, &[])];
        assert_eq!(shown(people.take("alice"), begin_ms), expected, "{end}");
    }
}

#[tokio::test]
async fn a_message_in_a_thread_ends_what_is_typed_there_only() {
    let people = People::in_general(&["alice", "bob"]).await;
    let thread = json!({ "roomName": "general", "threadId": "t" });
    people.done("bob", START, general()).await;
    people.done("bob", START, thread.clone()).await;
    let told = people.told("alice", "typing:event");
    assert_eq!(
        (&told[0]["roomType"], &told[0]["threadId"]),
        (&json!("channel"), &json!(null))
    );
    assert_eq!(
        (&told[1]["roomType"], &told[1]["threadId"]),
        (&json!("thread"), &json!("t"))
    );
    let message = json!({ "roomName": "general", "threadId": "t", "content": "x" });
    people.done("bob", "message:send", message).await;
    let told = people.told("alice", "typing:event");
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["threadId"], &told[0]["users"]),
        (&json!("t"), &json!([]))
    );
}

#[tokio::test]
async fn a_conversation_of_two_is_told_as_such_with_names() {
    let people = People::in_general(&["alice", "bob"]).await;
    let room = json!({ "type": "dm", "members": ["bob"] });
    let room = people.done("alice", "room:create", room).await["roomName"].take();
    people
        .done("bob", "room:join", json!({ "roomName": room }))
        .await;
    people.done("bob", START, json!({ "roomName": room })).await;
    let told = people.told("alice", "typing:event");
    assert_eq!(told[0]["roomType"], "dm");
    let given = json!({ "roomName": "general", "roomType": "dm" });
    people.done("bob", START, given).await;
    assert_eq!(
        people.told("alice", "typing:event")[0]["roomType"],
        "dm",
        "as the client says"
    );
}

#[tokio::test]
async fn only_members_type_and_whoever_comes_is_told_who_does() {
    let people = People::in_general(&["alice", "bob"]).await;
    people.connect("eve", "eve").await;
    assert_eq!(people.refused("eve", START, general()).await, "NOT_IN_ROOM");
    let nowhere = json!({ "roomName": "nowhere" });
    assert_eq!(
        people.refused("eve", START, nowhere).await,
        "ROOM_NOT_FOUND"
    );
    let long = json!({ "roomName": "general", "threadId": "x".repeat(10_000) });
    assert_eq!(people.refused("bob", START, long).await, "VALIDATION_ERROR");
    assert_eq!(people.told("alice", "typing:event"), Vec::<Json>::new());
    people.done("bob", START, general()).await;
    people.done("eve", "room:join", general()).await;
    let told = people.told("eve", "typing:event");
    assert_eq!(told[0]["users"][0]["userId"], "bob");
}

#[tokio::test]
async fn what_is_typed_before_it_may_be_seen_is_not_shown_when_it_may() {
    let people = People::in_general(&["alice", "bob"]).await;
    people
        .done(
            "bob",
            "presence:settings:update",
            json!({ "typingVisibility": "contacts" }),
        )
        .await;
    people.done("bob", START, general()).await;
    people.pass(2_000).await;
    people
        .done(
            "bob",
            "presence:settings:update",
            json!({ "typingVisibility": "everyone" }),
        )
        .await;
    assert_eq!(people.told("alice", "typing:event"), Vec::<Json>::new());
    people.done("bob", START, general()).await;
    let told = people.told("alice", "typing:event");
    assert_eq!(told[0]["users"][0]["startedAt"], iso8601(people.now_ms()));
}

#[tokio::test]
async fn of_a_crowd_that_types_the_first_are_told() {
    let names: Vec<String> = (0..60)
        .map(|number| format!("typist {number:02}"))
        .collect();
    let mut users: Vec<&str> = names.iter().map(String::as_str).collect();
    users.push("alice");
    let people = People::in_general(&users).await;
    let begin_ms = people.now_ms();
    for name in &names {
        people.done(name, START, general()).await;
    }
    let told = shown(people.take("alice"), begin_ms);
    assert_eq!(told.last().expect("told").1, names[..50]);
    people.done(&names[7], STOP, general()).await;
    let told = shown(people.take("alice"), begin_ms);
    let expected = [&names[..7], &names[8..51]].concat();
    assert_eq!(told, [(0, expected)]);
}
