//! A user's settings and contacts by plain HTTP: the sources' routes, and GraphQL by the documents
//! that a client sends.

use std::net::SocketAddr;

use nchat_realtime::wire::graphql::{
    CHECK_CONTACT_RELATIONSHIP, GET_PRESENCE_SETTINGS, GET_USER_CONTACTS, UPDATE_PRESENCE_SETTINGS,
};
use serde_json::{Value as Json, json};

use crate::http::{Answer, ask_as};
use crate::server::{TestServer, token};

const SETTINGS: &str = "/api/users/me/presence-settings";
const GRAPHQL: &str = "/v1/graphql";

fn json_of(answer: &Answer) -> Json {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("JSON: {}", answer.body))
}

async fn route(addr: SocketAddr, user_id: &str, method: &str, body: &str) -> (u16, Json) {
    let answer = ask_as(addr, &token(user_id), method, SETTINGS, body).await;
    (answer.status, json_of(&answer))
}

async fn graphql(addr: SocketAddr, user_id: &str, query: &str, variables: Json) -> Json {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let answer = ask_as(addr, &token(user_id), "POST", GRAPHQL, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    json_of(&answer)
}

fn codes(answer: &Json) -> Vec<&str> {
    let errors = answer["errors"].as_array().into_iter().flatten();
    let codes = errors.map(|error| error["extensions"]["code"].as_str());
    codes.map(Option::unwrap_or_default).collect()
}

#[tokio::test]
async fn the_routes_give_and_change_the_callers_settings_and_tell_their_sockets() {
    let server = TestServer::start().await;
    let mut bob = server.peer("bob").await;
    let (status, body) = route(server.addr, "bob", "GET", "").await;
    assert_eq!((status, &body["success"]), (200, &json!(true)));
    assert_eq!(body["data"]["visibility"], "everyone");
    let (status, body) = route(server.addr, "bob", "PATCH", r#"{"invisibleMode":true}"#).await;
    assert_eq!(
        (status, &body["data"]["invisibleMode"]),
        (200, &json!(true))
    );
    assert_eq!(bob.next("presence:settings").await, body["data"]);
    let (_, body) = route(server.addr, "bob", "PATCH", r#"{"showLastSeen":false}"#).await;
    assert_eq!(body["data"]["invisibleMode"], true, "the others stay");
    let (_, body) = route(server.addr, "eve", "GET", "").await;
    assert_eq!(body["data"]["invisibleMode"], false, "each their own");
}

#[tokio::test]
async fn the_routes_refuse_strangers_and_nonsense() {
    let server = TestServer::start().await;
    for bad in ["", "nonsense", "user:bob"] {
        for (method, path) in [("GET", SETTINGS), ("PATCH", SETTINGS), ("POST", GRAPHQL)] {
            let answer = ask_as(server.addr, bad, method, path, "{}").await;
            assert_eq!(answer.status, 401, "{method} {path} {bad:?}");
        }
    }
    for body in [
        "",
        "null",
        "[]",
        "7",
        "{",
        "{}",
        r#"{"visibility":"friends"}"#,
        r#"{"invisibleMode":"yes"}"#,
        r#"{"nothing":true}"#,
    ] {
        let (status, answer) = route(server.addr, "bob", "PATCH", body).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(answer["errorCode"], "VALIDATION_ERROR", "{body}");
    }
    let long = format!(r#"{{"visibility":"{}"}}"#, "x".repeat(100_000));
    let (status, _) = route(server.addr, "bob", "PATCH", &long).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn the_documented_operations_read_and_change_settings_whatever_the_id() {
    let server = TestServer::start().await;
    for id in ["bob", "7c9e6679-7425-40de-944b-e07fc1f90ae7"] {
        let own = json!({ "userId": id });
        let ask = async |query, variables| graphql(server.addr, id, query, variables).await;
        let row = |answer: &Json| answer["data"]["nchat_presence_settings_by_pk"].clone();
        let before = row(&ask(GET_PRESENCE_SETTINGS, own.clone()).await);
        let expected = json!({
            "id": id, "user_id": id, "visibility": "everyone", "show_last_seen": true,
            "show_online_status": true, "allow_read_receipts": true, "invisible_mode": false,
        });
        assert_eq!(before, expected);
        let variables = json!({ "userId": id, "visibility": "contacts", "showLastSeen": false });
        ask(UPDATE_PRESENCE_SETTINGS, variables).await;
        let variables = json!({ "userId": id, "invisibleMode": true });
        let answer = ask(UPDATE_PRESENCE_SETTINGS, variables).await;
        let after = &answer["data"]["insert_nchat_presence_settings_one"];
        let expected = json!({
            "id": id, "user_id": id, "visibility": "contacts", "show_last_seen": false,
            "show_online_status": true, "allow_read_receipts": true, "invisible_mode": true,
        });
        assert_eq!(*after, expected, "a change of one resets no other");
        assert_eq!(row(&ask(GET_PRESENCE_SETTINGS, own).await), expected);
        let odd = json!({ "userId": id, "visibility": "friends" });
        let answer = ask(UPDATE_PRESENCE_SETTINGS, odd).await;
        assert_eq!(codes(&answer), ["VALIDATION_ERROR"]);
    }
}

#[tokio::test]
async fn the_documented_operations_know_the_callers_contacts_and_conversations() {
    let server = TestServer::start().await;
    let alice = server.peer("alice").await;
    alice.done("contacts:add", json!({ "userId": "bob" })).await;
    let dm = json!({ "type": "dm", "members": ["carol"] });
    let room = alice.done("room:create", dm).await["roomName"].take();
    let own = json!({ "userId": "alice" });
    let answer = graphql(server.addr, "alice", GET_USER_CONTACTS, own).await;
    let data = &answer["data"];
    assert_eq!(
        data["nchat_contacts"],
        json!([{ "contact_user_id": "bob" }])
    );
    let conversation = &data["nchat_dm_participants"][0]["dm"];
    assert_eq!(conversation["id"], room);
    let participants = json!([{ "user_id": "alice" }, { "user_id": "carol" }]);
    assert_eq!(conversation["participants"], participants);

    for (target, contacts, conversations) in [("bob", 1, 0), ("carol", 0, 1), ("eve", 0, 0)] {
        let pair = json!({ "viewerId": "alice", "targetId": target });
        let answer = graphql(server.addr, "alice", CHECK_CONTACT_RELATIONSHIP, pair).await;
        let count = |name: &str| answer["data"][name].as_array().map(Vec::len);
        assert_eq!(count("nchat_contacts"), Some(contacts), "{target}");
        assert_eq!(
            count("nchat_direct_messages"),
            Some(conversations),
            "{target}"
        );
    }
}

#[tokio::test]
async fn nobody_asks_or_changes_for_another_by_graphql() {
    let server = TestServer::start().await;
    let of_bob = json!({ "userId": "bob", "viewerId": "bob", "targetId": "eve" });
    for query in [
        GET_PRESENCE_SETTINGS,
        UPDATE_PRESENCE_SETTINGS,
        CHECK_CONTACT_RELATIONSHIP,
        GET_USER_CONTACTS,
    ] {
        let answer = graphql(server.addr, "eve", query, of_bob.clone()).await;
        assert!(codes(&answer).contains(&"FORBIDDEN"), "{answer}");
        let data = &answer["data"];
        assert!(
            data.is_null() || data["nchat_presence_settings_by_pk"].is_null(),
            "{answer}"
        );
    }
    for query in [
        "{ nchat_contacts(where: {}) { contact_user_id } }",
        "{ nchat_dm_participants(where: {}) { dm { id } } }",
        "{ nchat_direct_messages(where: {}) { id } }",
        r#"{ nchat_contacts(where: {contact_user_id: {_eq: "eve"}}) { user_id } }"#,
    ] {
        let answer = graphql(server.addr, "eve", query, json!({})).await;
        assert_eq!(codes(&answer), ["FORBIDDEN"], "{query}: {answer}");
    }
}

#[tokio::test]
async fn a_malformed_query_is_an_error_that_says_nothing_of_the_server() {
    let server = TestServer::start().await;
    let deep = format!("{{ {} id {} }}", "a { ".repeat(200), "}".repeat(200));
    for query in [
        "",
        "{",
        "nonsense",
        "{ users { id } }",
        "{ __schema { types { name } } }",
        "query($userId: uuid!) { nchat_presence_settings_by_pk(user_id: $userId) { password } }",
        deep.as_str(),
    ] {
        let answer = graphql(server.addr, "bob", query, json!({})).await;
        let is_empty = answer["data"].is_null() || answer["data"]["__schema"].is_null();
        assert!(is_empty, "{answer}");
        assert!(!answer.to_string().contains("nchat_contacts"), "{answer}");
    }
    for body in ["", "null", "[]", "7", "{}", r#"{"query":7}"#] {
        let answer = ask_as(server.addr, &token("bob"), "POST", GRAPHQL, body).await;
        assert!(
            [200, 400].contains(&answer.status),
            "{body}: {}",
            answer.status
        );
        assert!(
            json_of(&answer)["errors"].is_array(),
            "{body}: {}",
            answer.body
        );
    }
}
