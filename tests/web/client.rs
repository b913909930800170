//! The exported classes, without a server.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use nchat_realtime::bindings::RealtimeClient;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A client whose notifications are kept, as `[kind, first, second]`.
struct Page {
    client: RealtimeClient,
    told: Rc<RefCell<Vec<JsValue>>>,
    _sink: Closure<dyn FnMut(JsValue, JsValue, JsValue)>,
}

fn page() -> Page {
    let told = Rc::new(RefCell::new(Vec::new()));
    let kept = told.clone();
    let sink = Closure::<dyn FnMut(JsValue, JsValue, JsValue)>::new(
        move |kind: JsValue, first: JsValue, second: JsValue| {
            kept.borrow_mut()
                .push(Array::of3(&kind, &first, &second).into());
        },
    );
    let function: &Function = sink.as_ref().unchecked_ref();
    let client = RealtimeClient::new(function.clone().unchecked_into(), None).unwrap();
    Page {
        client,
        told,
        _sink: sink,
    }
}

fn options(fields: &[(&str, JsValue)]) -> JsValue {
    let options = Object::new();
    for (key, value) in fields {
        Reflect::set(&options, &(*key).into(), value).unwrap();
    }
    options.into()
}

fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap()
}

fn code(error: &JsValue) -> String {
    assert!(error.is_instance_of::<js_sys::Error>(), "a real Error");
    get(error, "code").as_string().unwrap()
}

async fn rejection(promise: JsValue) -> JsValue {
    JsFuture::from(promise.unchecked_into::<Promise>())
        .await
        .unwrap_err()
}

fn state(page: &Page) -> String {
    get(&page.client.snapshot().unwrap(), "state")
        .as_string()
        .unwrap()
}

#[test]
fn a_new_client_is_disconnected_and_tells_nothing() {
    let page = page();
    assert_eq!(state(&page), "disconnected");
    assert!(page.told.borrow().is_empty());
}

#[test]
fn refused_options_are_named_and_change_nothing() {
    let page = page();
    for (key, value) in [
        ("url", JsValue::from_str("ftp://example.org")),
        ("url", JsValue::from(5)),
        ("timeout", JsValue::from(0)),
        ("reconnectDelay", JsValue::from(f64::NAN)),
        ("transports", Array::new().into()),
        ("transports", Array::of1(&"carrier pigeon".into()).into()),
    ] {
        let given = options(&[(key, value)]);
        let error = page.client.initialize(given.unchecked_into()).unwrap_err();
        assert_eq!(code(&error), "VALIDATION_ERROR");
        let message = get(&error, "message").as_string().unwrap();
        assert!(message.contains(key), "{message}");
    }
    page.client
        .initialize(options(&[("url", JsValue::UNDEFINED)]).unchecked_into())
        .unwrap();
}

#[test]
async fn without_a_connection_an_emit_is_answered_and_nothing_is_kept() {
    let page = page();
    let answer = Promise::new(&mut |resolve, _| {
        page.client
            .emit(&JsValue::from_str("greet"), Array::new(), Some(resolve))
            .unwrap();
    });
    let answer = JsFuture::from(answer).await.unwrap();
    assert_eq!(get(&answer, "success"), JsValue::FALSE);
    assert_eq!(
        get(&get(&answer, "error"), "code"),
        JsValue::from_str("NOT_CONNECTED")
    );
    let error = rejection(
        page.client
            .emit_async(&"greet".into(), JsValue::NULL, None)
            .into(),
    )
    .await;
    assert_eq!(code(&error), "NOT_CONNECTED");
    assert_eq!(
        get(&error, "message"),
        JsValue::from_str("Socket not connected")
    );
}

#[test]
async fn a_refused_connection_rejects_and_is_sought_again() {
    let page = page();
    // Port 1 of this machine: nothing listens there.
    let url = options(&[("url", "http://127.0.0.1:1".into())]);
    page.client.initialize(url.unchecked_into()).unwrap();
    let error = rejection(page.client.connect(None).into()).await;
    assert_eq!(code(&error), "CONNECTION_ERROR");
    assert_eq!(get(&error, "retryable"), JsValue::TRUE);
    assert_eq!(state(&page), "reconnecting");
    let snapshot: JsValue = page.client.snapshot().unwrap().into();
    assert_eq!(get(&snapshot, "reconnectAttempts"), JsValue::from(1));
    assert!(get(&snapshot, "nextRetryAt").as_f64().unwrap() > js_sys::Date::now());
    page.client.disconnect().unwrap();
    assert_eq!(state(&page), "disconnected");
}

#[test]
async fn a_destroyed_client_rejects_what_waits_and_refuses_the_rest() {
    let page = page();
    let joining: JsValue = page.client.rooms().join_room("general".into()).into();
    page.client.destroy();
    assert_eq!(code(&rejection(joining).await), "DESTROYED");
    assert_eq!(code(&page.client.disconnect().unwrap_err()), "DESTROYED");
    assert_eq!(
        code(&rejection(page.client.connect(None).into()).await),
        "DESTROYED"
    );
    let told = page.told.borrow().len();
    page.client.destroy();
    assert_eq!(page.told.borrow().len(), told);
}

#[test]
async fn a_message_to_a_room_that_was_not_joined_is_refused() {
    let page = page();
    let sent = page.client.rooms().send_message(
        "general".into(),
        "hello".into(),
        JsValue::UNDEFINED.unchecked_into(),
    );
    assert_eq!(code(&rejection(sent.into()).await), "NOT_IN_ROOM");
}
