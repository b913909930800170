use serde_json::json;

use super::client::Client;

#[test]
fn bytes_of_an_event_go_as_attachments_behind_it() {
    let mut client = Client::connected();
    let packet = json!(["file", {"$bytes": "AQI="}, {"deep": [{"$bytes": ""}]}]);
    client.emit_with_ack(packet).unwrap();
    assert_eq!(
        client.drain(),
        [
            r#"send 0 452-0["file",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}] [1, 2] []"#
        ]
    );
}

#[test]
fn bytes_of_an_answer_go_as_attachments_behind_it() {
    let mut client = Client::connected();
    client.text(0, r#"427["give"]"#);
    let args = json!([{"$bytes": "/w=="}]);
    client
        .session
        .emit_raw_ack(client.now_ms, 7, &args)
        .unwrap();
    assert_eq!(
        client.drain(),
        [
            r#"event ["give"] wants ack 7"#,
            r#"send 0 461-7[{"_placeholder":true,"num":0}] [255]"#
        ]
    );
}

#[test]
fn attachments_are_put_where_their_placeholders_are() {
    let mut client = Client::connected();
    client.emit_with_ack(json!(["ask"])).unwrap();
    client.drain();
    client.text(
        0,
        r#"452-["file",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]]"#,
    );
    client.bytes(0, &[1]);
    assert_eq!(client.drain(), Vec::<String>::new());
    client.bytes(0, &[2]);
    client.text(0, r#"461-0[{"_placeholder":true,"num":0}]"#);
    client.bytes(0, &[0xff, 0xfe]);
    assert_eq!(
        client.drain(),
        [
            r#"event ["file",{"$bytes":"Ag=="},[{"$bytes":"AQ=="}]]"#,
            r#"ack 0 [{"$bytes":"//4="}]"#
        ],
        "whatever the bytes are: these are no UTF-8"
    );
}

#[test]
fn a_binary_event_without_attachments_is_an_event() {
    let mut client = Client::connected();
    client.text(0, r#"450-["a"]"#);
    client.text(0, r#"42["b"]"#);
    assert_eq!(client.drain(), [r#"event ["a"]"#, r#"event ["b"]"#]);
}

#[test]
fn over_polling_attachments_are_base64_records() {
    let mut client = Client::connected_by_polling();
    client
        .emit(json!(["file", {"$bytes": "AQIDBA=="}]))
        .unwrap();
    assert_eq!(
        client.drain(),
        [r#"post 0 451-["file",{"_placeholder":true,"num":0}]|bAQIDBA=="#]
    );
    client.got(
        0,
        r#"452-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]|bAQIDBA==|b/w"#,
    );
    assert_eq!(
        client.drain()[0],
        r#"event ["file",{"$bytes":"AQIDBA=="},{"$bytes":"/w=="}]"#,
        "with padding and without"
    );
}
