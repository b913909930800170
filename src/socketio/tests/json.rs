use serde_json::{Value as Json, json};

use crate::socketio::{Text, Value};

#[test]
fn a_head_is_cut_between_characters_and_says_so() {
    let text = "aé\u{1f600}b".to_owned();
    assert_eq!(text.head(100), text);
    assert_eq!(text.head(8), text);
    assert_eq!(text.head(7), "aé\u{1f600}");
    assert_eq!(text.head(3), "aé");
    assert_eq!(text.head(2), "a\u{fffd}");
    assert_eq!(text.head(5), "aé\u{fffd}");
    assert_eq!(text.head(0), "");
}

#[test]
fn split_join_and_after_do_what_they_say() {
    let text = "a,,b".to_owned();
    let parts = text.split(',');
    assert_eq!(parts, ["a", "", "b"]);
    assert_eq!(String::join(&parts, ','), text);
    assert_eq!(String::new().split(','), [""]);
    assert_eq!(text.after("a,"), ",b");
}

#[test]
fn whole_numbers_are_written_without_a_fraction() {
    for (number, written) in [
        (5.0, "5"),
        (-0.5, "-0.5"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (f64::NAN, "null"),
        (f64::INFINITY, "null"),
    ] {
        assert_eq!(Json::number(number).to_string(), written);
    }
}

#[test]
fn fields_that_are_null_are_absent() {
    let value = json!({"a": null, "b": 1});
    assert_eq!(value.field("a"), None);
    assert_eq!(value.field("c"), None);
    assert_eq!(value.field("b"), Some(json!(1)));
    assert_eq!(json!([1]).field("b"), None);
}

#[test]
fn with_sets_fields_on_a_copy() {
    let value = json!({"a": 1, "b": 2});
    assert_eq!(
        value.with(&[("b", json!(3)), ("c", json!(4))]),
        json!({"a": 1, "b": 3, "c": 4})
    );
    assert_eq!(json!(5).with(&[("a", json!(1))]), json!({"a": 1}));
    assert_eq!(value, json!({"a": 1, "b": 2}));
}

#[test]
fn only_an_object_with_one_field_of_text_is_bytes() {
    for value in [
        json!({"$bytes": "AQ==", "more": 1}),
        json!({"$bytes": 1}),
        json!({}),
    ] {
        assert_eq!(value.clone().detach(), Ok((value, Vec::new())));
    }
}
