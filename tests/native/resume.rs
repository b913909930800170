//! Coming back after an absence.

use serde_json::{Value as Json, json};

use crate::peer::Peer;
use crate::server::TestServer;

/// What an entry of the log is, and where.
fn entry(operation: &Json) -> (String, u64) {
    let event = operation["event"].as_str().expect("an event").to_owned();
    (event, operation["seq"].as_u64().expect("a seq"))
}

async fn send(peer: &Peer, room_name: &str, content: &str) -> Json {
    let message = json!({ "roomName": room_name, "content": content });
    peer.done("message:send", message).await["messageId"].take()
}

#[tokio::test]
async fn an_absence_is_made_up_for_in_order_by_a_resume_and_pages() {
    let server = TestServer::start_with(|config| {
        config.events_per_minute = std::num::NonZeroU32::new(10_000).expect("not zero");
    })
    .await;
    let (alice, bob) = (server.peer("alice").await, server.peer("bob").await);
    for peer in [&alice, &bob] {
        peer.done("room:join", json!({ "roomName": "general" }))
            .await;
    }
    let id = send(&alice, "general", "known").await;
    bob.disconnect().await;
    let mut expected = Vec::new();
    for number in 0..120 {
        send(&alice, "general", "x").await;
        let seq = u64::try_from(2 * number + 2).expect("positive");
        expected.push(("message:new".to_owned(), seq));
        let edit = json!({ "messageId": id, "content": number.to_string() });
        alice.done("message:edit", edit).await;
        expected.push(("message:update".to_owned(), seq + 1));
    }

    let bob = server.peer("bob").await;
    let resume = json!({ "rooms": [{ "roomName": "general", "seq": 1 }] });
    let answer = bob.done("sync:resume", resume).await;
    let general = &answer["rooms"][0];
    assert_eq!(
        (&general["hasMore"], &general["headSeq"]),
        (&json!(true), &json!(241))
    );
    let operations = general["operations"].as_array().expect("operations");
    let mut got: Vec<_> = operations.iter().map(entry).collect();
    assert_eq!(got.last().map(|(_, seq)| *seq), general["toSeq"].as_u64());
    while got.len() < expected.len() {
        let after = got.last().expect("some").1;
        let page = json!({ "channelId": "general", "afterSeq": after, "limit": 15 });
        let page = bob.done("sync:messages", page).await;
        let part = |list: &str| page[list].as_array().expect("a list").clone();
        let messages = part("messages").into_iter().map(|mut message| {
            message["event"] = json!("message:new");
            message
        });
        let mut entries: Vec<_> = messages.chain(part("operations")).collect();
        entries.sort_by_key(|one| one["seq"].as_u64());
        got.extend(entries.iter().map(entry));
        assert_eq!(page["fromSeq"], after + 1);
        assert_eq!(page["toSeq"].as_u64(), got.last().map(|(_, seq)| *seq));
        assert_eq!(page["hasMore"], got.len() < expected.len());
    }
    assert_eq!(got, expected);
}

#[tokio::test]
async fn a_cursor_of_another_history_is_answered_with_a_reset() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    let joined = alice
        .done("room:join", json!({ "roomName": "general" }))
        .await;
    send(&alice, "general", "one").await;
    let resume = async |epoch: &str, seq: u64| {
        let rooms = json!([{ "roomName": "general", "epoch": epoch, "seq": seq }]);
        alice.done("sync:resume", json!({ "rooms": rooms })).await
    };
    let epoch = joined["epoch"].as_str().expect("an epoch");
    let same = resume(epoch, 1).await;
    assert_eq!(
        (&same["rooms"], &same["unchanged"]),
        (&json!([]), &json!(1))
    );
    let other = resume("of a lost history", 1).await;
    let general = &other["rooms"][0];
    assert_eq!(
        (&general["reset"], &general["epoch"]),
        (&json!(true), &json!(epoch))
    );
    assert_eq!(
        (&general["fromSeq"], &general["toSeq"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(general["operations"][0]["content"], "one");
    let beyond = resume(epoch, 5).await;
    assert_eq!(beyond["rooms"][0]["reset"], true);
}

#[tokio::test]
async fn rooms_of_others_are_named_as_such_and_say_nothing() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.peer("alice").await, server.peer("bob").await);
    let hidden = json!({ "roomName": "hidden", "visibility": "secret" });
    alice.done("room:create", hidden).await;
    send(&alice, "hidden", "secret").await;
    let names = ["hidden", "nowhere", "general"];
    let rooms = names.map(|name| json!({ "roomName": name, "seq": 0 }));
    let answer = bob.done("sync:resume", json!({ "rooms": rooms })).await;
    assert_eq!(
        (&answer["rooms"], &answer["notMember"]),
        (&json!([]), &json!(names))
    );
}
