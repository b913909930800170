//! The queue, without a server: what is kept, and where.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Array, Function, JSON, Promise, Reflect};
use nchat_realtime::bindings::{OfflineQueueService, RealtimeClient};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The sink's kind of the queue's events.
const QUEUE: f64 = 15.0;

/// One tab: a client of one user of a server that is not there.
struct Tab {
    client: Rc<RealtimeClient>,
    queue: OfflineQueueService,
    told: Rc<RefCell<Told>>,
    _sink: Closure<dyn FnMut(JsValue, JsValue, JsValue)>,
}

#[derive(Default)]
struct Told {
    events: VecDeque<(String, JsValue)>,
    waker: Option<Waker>,
}

fn tab(user: &str) -> Tab {
    let told: Rc<RefCell<Told>> = Rc::default();
    let kept = told.clone();
    let sink = Closure::<dyn FnMut(JsValue, JsValue, JsValue)>::new(
        move |kind: JsValue, event: JsValue, data: JsValue| {
            if kind.as_f64() == Some(QUEUE) {
                let mut told = kept.borrow_mut();
                told.events.push_back((event.as_string().unwrap(), data));
                if let Some(waker) = told.waker.take() {
                    waker.wake();
                }
            }
        },
    );
    let function: &Function = sink.as_ref().unchecked_ref();
    let client = RealtimeClient::new(function.clone().unchecked_into(), None).unwrap();
    let config = JSON::parse(&format!(
        r#"{{"url": "http://127.0.0.1:1", "userId": "{user}"}}"#
    ));
    client.initialize(config.unwrap().unchecked_into()).unwrap();
    let queue = client.queue();
    Tab {
        client: Rc::new(client),
        queue,
        told,
        _sink: sink,
    }
}

impl Tab {
    fn queued(&self, content: &str) -> JsValue {
        let message = format!(r#"{{"channelId": "general", "content": "{content}"}}"#);
        let message = JSON::parse(&message).unwrap();
        self.queue
            .queue_message(message.unchecked_into())
            .unwrap()
            .into()
    }

    /// Waits for an event of this name, and gives its message.
    async fn hears(&self, name: &str) -> JsValue {
        let data = poll_fn(|context| {
            let mut told = self.told.borrow_mut();
            while let Some((event, data)) = told.events.pop_front() {
                if event == name {
                    return Poll::Ready(data);
                }
            }
            told.waker = Some(context.waker().clone());
            Poll::Pending
        });
        get(&data.await, "message")
    }

    /// The texts of the queue, in order.
    fn contents(&self) -> Vec<String> {
        let messages: JsValue = self.queue.queued_messages().unwrap().into();
        let messages = Array::from(&messages);
        messages
            .iter()
            .map(|message| text(&message, "content"))
            .collect()
    }

    async fn logs_out(&self) {
        let promise: JsValue = self.client.logout().into();
        JsFuture::from(promise.unchecked_into::<Promise>())
            .await
            .unwrap();
    }
}

fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap()
}

fn text(value: &JsValue, key: &str) -> String {
    get(value, key).as_string().unwrap_or_default()
}

async fn script(body: &str) -> JsValue {
    let body = format!("return (async () => {{ {body} }})()");
    let promise = Function::new_no_args(&body).call0(&JsValue::NULL).unwrap();
    JsFuture::from(promise.unchecked_into::<Promise>())
        .await
        .unwrap()
}

#[test]
async fn what_is_queued_is_in_the_journal_before_the_call_returns() {
    let tab = tab("journal");
    let message = tab.queued("hello");
    assert_eq!(text(&message, "status"), "pending");
    assert_eq!(text(&message, "id"), text(&message, "clientMessageId"));
    assert_eq!(get(&message, "persisted"), JsValue::TRUE);
    let journal = script(
        "return Object.entries(localStorage)
           .filter(([key, text]) => key.startsWith('nchat:journal|') && text.includes('hello')).length",
    )
    .await;
    assert_eq!(journal, 1);
    tab.logs_out().await;
}

#[test]
async fn a_page_that_comes_back_has_the_queue_in_order_and_another_user_has_none_of_it() {
    let before = tab("reload");
    before.queued("first");
    before.queued("second");
    before.hears("message:persisted").await;
    before.hears("message:persisted").await;
    before.client.destroy();

    let other = tab("somebody else");
    assert!(other.contents().is_empty());
    let after = tab("reload");
    after.hears("message:queued").await;
    assert_eq!(after.contents(), ["first", "second"]);
    assert!(other.contents().is_empty());
    after.logs_out().await;
    other.logs_out().await;
}

#[test]
async fn tabs_see_the_same_queue() {
    let (one, two) = (tab("tabs"), tab("tabs"));
    let message = one.queued("hello");
    two.hears("message:queued").await;
    assert_eq!(two.contents(), ["hello"]);
    let id = text(&message, "id");
    one.queue.remove_from_queue(id).unwrap();
    two.hears("message:removed").await;
    assert!(two.contents().is_empty());
    one.logs_out().await;
    two.client.destroy();
}

#[test]
async fn after_a_crash_the_queue_is_what_was_kept() {
    let tab = tab("crash");
    for text in ["first", "second"] {
        tab.queued(text);
        tab.hears("message:persisted").await;
    }
    // Called from JavaScript, which outlives it.
    let crash = Closure::once_into_js({
        let client = tab.client.clone();
        move || client.panic_for_test()
    });
    let crash = crash.unchecked_into::<Function>();
    assert!(crash.call0(&JsValue::NULL).is_err());
    tab.client.recover().unwrap();
    tab.hears("message:queued").await;
    tab.queued("third");
    tab.hears("message:persisted").await;
    assert_eq!(tab.contents(), ["first", "second", "third"]);
    tab.logs_out().await;
}

#[test]
async fn a_destroyed_client_leaves_nothing_open() {
    let tab = tab("destroyed");
    tab.queued("hello");
    tab.client.destroy();
    let left = script(
        "const { held, pending } = await navigator.locks.query();
         const names = (await indexedDB.databases()).map(({ name }) => name);
         const name = names.find((name) => name.includes('|destroyed|'));
         const isBlocked = name !== undefined && await new Promise((resolve) => {
           const request = indexedDB.deleteDatabase(name);
           request.onsuccess = () => resolve(false);
           request.onblocked = () => resolve(true);
         });
         for (const key of Object.keys(localStorage)) if (key.includes('|destroyed|')) delete localStorage[key];
         return JSON.stringify([held.length, pending.length, isBlocked])",
    )
    .await;
    assert_eq!(left.as_string().unwrap(), "[0,0,false]");
}

#[test]
async fn a_logout_leaves_nothing_of_the_user() {
    let tab = tab("leaving");
    tab.queued("secret");
    tab.hears("message:persisted").await;
    tab.logs_out().await;
    let left = script(
        "const names = (await indexedDB.databases()).map(({ name }) => name);
         return JSON.stringify([...names, ...Object.keys(localStorage)]
           .filter((name) => name.includes('|leaving|')))",
    )
    .await;
    assert_eq!(left.as_string().unwrap(), "[]");
    assert!(tab.contents().is_empty());
}
