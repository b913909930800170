//! JavaScript values as bodies.

use js_sys::{Array, ArrayBuffer, Function, JSON, JsString, Object, Reflect, Uint8Array};
use nchat_realtime::socketio::{Bytes, Text, Value, ValueError};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

fn parsed(json: &str) -> JsValue {
    Value::parse(&JsString::from(json), "").unwrap()
}

fn evaluated(expression: &str) -> JsValue {
    Function::new_no_args(&format!("return {expression}"))
        .call0(&JsValue::NULL)
        .unwrap()
}

fn json_of(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

#[test]
fn a_frame_is_parsed_behind_its_prefix() {
    let frame = JsString::from("42/комната,7[\"a\",1]");
    let value: JsValue = Value::parse(&frame, "42/комната,7").unwrap();
    assert_eq!(json_of(&value), r#"["a",1]"#);
    assert_eq!(
        String::from(value.stringify("42/комната,7").unwrap()),
        String::from(frame)
    );
}

#[test]
fn what_is_not_json_is_refused_without_quoting_it() {
    let error = <JsValue as Value>::parse(&JsString::from("<html>secret"), "").unwrap_err();
    assert!(matches!(&error, ValueError::Malformed(_)));
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn ten_thousand_levels_are_parsed_and_handed_on() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(parsed(&deep).length(), Some(1));
}

#[test]
fn a_lone_surrogate_comes_out_of_a_head_as_the_replacement_character() {
    let text: JsString = evaluated(r"'4\ud800'").unchecked_into();
    assert_eq!(Text::head(&text, 10), "4\u{fffd}");
}

#[test]
fn only_own_fields_are_fields() {
    let value = parsed(r#"{"__proto__": {"a": 1}, "constructor": 2, "none": null}"#);
    assert!(value.field("a").is_none());
    assert_eq!(
        value
            .field("constructor")
            .and_then(|field| field.as_number()),
        Some(2.0)
    );
    assert!(value.field("toString").is_none());
    assert!(value.field("none").is_none());
    assert!(JsValue::from_str("text").field("length").is_none());
}

#[test]
fn bytes_of_every_kind_go_out_and_come_back() {
    let value = evaluated(
        "[new Uint8Array([1, 2]), {deep: [new Uint8Array([0, 3, 4, 0]).subarray(1, 3)]}, \
         new Uint8Array([5]).buffer, new DataView(new ArrayBuffer(2))]",
    );
    let (body, attachments) = value.detach().unwrap();
    let sizes: Vec<usize> = attachments.iter().map(Bytes::size).collect();
    assert_eq!(sizes, [2, 2, 1, 2]);
    assert_eq!(attachments[1].to_rust(), [3, 4]);
    let again: JsValue = Value::parse(&JsString::from(json_of(&body)), "").unwrap();
    let whole = again.attach(attachments).unwrap();
    let first: Uint8Array = whole.element(0).unwrap().dyn_into().unwrap();
    assert_eq!(first.to_vec(), [1, 2]);
}

#[test]
fn a_value_without_bytes_is_the_same_value() {
    let value = parsed(r#"[{"a": [1, "b", null]}]"#);
    let (body, attachments) = value.clone().detach().unwrap();
    assert!(Object::is(&body, &value));
    assert!(attachments.is_empty());
}

#[test]
fn a_placeholder_without_its_attachment_is_refused() {
    for number in ["1", "-1", "0.5", "\"0\"", "null"] {
        let value = parsed(&format!(r#"[{{"_placeholder": true, "num": {number}}}]"#));
        let attached = value.attach(vec![Uint8Array::new_with_length(1)]);
        assert_eq!(attached.unwrap_err(), ValueError::Placeholder, "{number}");
    }
}

#[test]
fn a_cycle_a_big_integer_and_a_throwing_getter_are_refused() {
    let cycle = Array::new();
    cycle.push(&cycle);
    assert_eq!(
        JsValue::from(cycle).detach().unwrap_err(),
        ValueError::TooDeep
    );
    assert!(matches!(
        evaluated("[1n]").stringify(""),
        Err(ValueError::Unserializable(_))
    ));
    let getter = evaluated("[{ get a() { throw new Error('secret') } }]");
    let error = getter.detach().unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_blob_is_refused_and_the_way_out_is_named() {
    let error = evaluated("[new Blob(['a'])]").detach().unwrap_err();
    assert!(error.to_string().contains("arrayBuffer()"), "{error}");
}

#[test]
fn base64_of_peers_with_and_without_padding_is_read() {
    for encoded in ["AQI=", "AQI"] {
        assert_eq!(Uint8Array::from_base64(encoded).unwrap().to_vec(), [1, 2]);
    }
    assert!(Uint8Array::from_base64("*").is_none());
    assert_eq!(Uint8Array::from_rust(&[1, 2]).to_base64(), "AQI=");
}

#[test]
fn setting_fields_copies_and_leaves_the_original() {
    let original = parsed(r#"{"a": 1, "b": 2}"#);
    let changed = original.with(&[("b", JsValue::from(3)), ("c", JsValue::from(4))]);
    assert_eq!(json_of(&original), r#"{"a":1,"b":2}"#);
    assert_eq!(json_of(&changed), r#"{"a":1,"b":3,"c":4}"#);
    let buffer = ArrayBuffer::new(1);
    let held = <JsValue as Value>::object(&[("bytes", buffer.clone().into())]);
    assert!(Object::is(
        &Reflect::get(&held, &"bytes".into()).unwrap(),
        &buffer
    ));
}
