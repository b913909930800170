use serde_json::json;

use super::client::{Client, HANDSHAKE};
use crate::socketio::TransportKind::Polling;
use crate::socketio::{SessionOutput, TransportCommand};

#[test]
fn polling_alone_opens_joins_and_never_upgrades() {
    let mut client = Client::new("http://host/chat", &[Polling]);
    assert_eq!(
        client.drain(),
        ["get 0 http://host/socket.io/?EIO=4&transport=polling"]
    );
    client.got(0, HANDSHAKE);
    assert_eq!(
        client.drain(),
        [
            "handshaken polling 0",
            "get 0 http://host/socket.io/?EIO=4&transport=polling&sid=S",
            "post 0 40/chat,"
        ]
    );
    client.posted(0);
    client.got(0, r#"40/chat,{"sid":"me"}|42/chat,["a"]"#);
    assert_eq!(
        client.drain(),
        [
            "connected me",
            r#"event ["a"]"#,
            "get 0 http://host/socket.io/?EIO=4&transport=polling&sid=S"
        ]
    );
}

#[test]
fn a_handshake_may_bring_more_packets_with_it() {
    let mut client = Client::new("http://host", &[Polling]);
    client.drain();
    client.got(0, &format!(r#"{HANDSHAKE}|2|40{{"sid":"me"}}"#));
    assert_eq!(
        client.drain(),
        [
            "handshaken polling 0",
            "ping",
            "connected me",
            "get 0 http://host/socket.io/?EIO=4&transport=polling&sid=S",
            "post 0 3|40"
        ]
    );
}

#[test]
fn one_post_is_under_way_and_the_rest_waits_behind_it_in_order() {
    let mut client = Client::connected_by_polling();
    client.emit(json!(["a"])).unwrap();
    assert_eq!(client.drain(), [r#"post 0 42["a"]"#]);
    client.emit(json!(["b"])).unwrap();
    client.emit(json!(["c"])).unwrap();
    assert_eq!(client.drain(), Vec::<String>::new());
    client.posted(0);
    assert_eq!(client.drain(), [r#"post 0 42["b"]|42["c"]"#]);
    client.posted(0);
    assert_eq!(client.drain(), Vec::<String>::new());
}

#[test]
fn a_payload_stays_under_what_the_server_takes_in_bytes() {
    let handshake = HANDSHAKE.replace("1000000", "100");
    let mut client = Client::new("http://host", &[Polling]);
    client.got(0, &handshake);
    client.drain();
    client.posted(0);
    client.got(0, r#"40{"sid":"me"}"#);
    client.drain();
    // 15 units each with the separator: two could take 90 bytes, three could take 135.
    for name in ["aaaaaaa", "bbbbbbb", "ccccccc"] {
        client.emit(json!([name, 1])).unwrap();
    }
    assert_eq!(
        client.drain(),
        [r#"post 0 42["aaaaaaa",1]|42["bbbbbbb",1]"#]
    );
    client.posted(0);
    assert_eq!(client.drain(), [r#"post 0 42["ccccccc",1]"#]);
}

#[test]
fn no_two_requests_have_the_same_url() {
    let mut client = Client::new("http://host", &[Polling]);
    client.got(0, HANDSHAKE);
    client.posted(0);
    client.got(0, r#"40{"sid":"me"}"#);
    client.got(0, "6");
    let mut urls: Vec<String> = std::iter::from_fn(|| client.session.poll_output())
        .filter_map(|output| match output {
            SessionOutput::Transport(
                TransportCommand::Get { url, .. } | TransportCommand::Post { url, .. },
            ) => Some(url),
            _ => None,
        })
        .collect();
    let count = urls.len();
    assert!(count >= 4);
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), count);
}

#[test]
fn answers_to_requests_that_were_not_made_are_ignored() {
    let mut client = Client::connected_by_polling();
    client.posted(0);
    client.text(0, r#"42["not a WebSocket"]"#);
    client.opened(0);
    assert_eq!(client.drain(), Vec::<String>::new());

    let mut client = Client::connected();
    client.got(0, r#"42["not polling"]"#);
    client.posted(0);
    assert_eq!(client.drain(), Vec::<String>::new());
}

#[test]
fn an_empty_answer_to_a_poll_is_a_transport_error() {
    let mut client = Client::connected_by_polling();
    client.got(0, "");
    assert_eq!(client.drain(), ["close 0", "closed: transport error"]);
}
