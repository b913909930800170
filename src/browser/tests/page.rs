//! Tabs of one profile, and what they hear.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::browser::namespace;
use crate::browser::profile::Profile;
use crate::engine::input::Input;
use crate::engine::store::conformance::describe;
use crate::engine::store::{
    JournalCommand, Namespace, StoreCommand, StoreEvent, StoreId, StoreOp, Table,
};
use crate::engine::tabs::{LockCommand, LockEvent};

/// One tab. What it hears waits in order.
pub(super) struct Tab {
    pub(super) profile: Profile,
    heard: Rc<RefCell<Heard>>,
}

#[derive(Default)]
struct Heard {
    inputs: VecDeque<Input<JsValue>>,
    waker: Option<Waker>,
}

impl Tab {
    pub(super) fn new() -> Self {
        Self::with_patience(5_000)
    }

    pub(super) fn with_patience(patience_ms: u32) -> Self {
        let heard: Rc<RefCell<Heard>> = Rc::default();
        let kept = heard.clone();
        let profile = Profile::with_patience(patience_ms, move |input| {
            let mut heard = kept.borrow_mut();
            heard.inputs.push_back(input);
            if let Some(waker) = heard.waker.take() {
                waker.wake();
            }
        });
        Self { profile, heard }
    }

    /// Carries a command of the store out.
    pub(super) fn keep(&mut self, command: StoreCommand<JsValue>) {
        let heard = self.profile.keep(command);
        self.heard.borrow_mut().inputs.extend(heard);
    }

    /// Opens a user's namespace, and says what that gave.
    pub(super) async fn open(&mut self, user: &str) -> String {
        let namespace = of_test(user);
        let id = StoreId(7);
        self.keep(StoreCommand::Open { id, namespace });
        self.hears(2).await
    }

    pub(super) async fn commit<const N: usize>(&mut self, ops: [StoreOp<JsValue>; N]) -> String {
        let (id, fence, ops) = (StoreId(7), None, ops.into_iter().collect());
        self.keep(StoreCommand::Commit { id, fence, ops });
        self.hears(1).await
    }

    pub(super) fn journal_put(&self, key: &str, text: &str) -> String {
        let (key, text) = (key.to_owned(), text.to_owned());
        let refused = self.profile.journal(JournalCommand::Put { key, text });
        refused.map_or_else(String::new, |input| said(&input))
    }

    pub(super) fn lock(&self, command: LockCommand) {
        let heard = self.profile.lock(command);
        self.heard.borrow_mut().inputs.extend(heard);
    }

    /// The next things that are heard, in words.
    pub(super) async fn hears(&self, count: usize) -> String {
        let mut words = Vec::new();
        for _ in 0..count {
            words.push(said(&self.next().await));
        }
        words.join("; ")
    }

    /// Whether nothing waits to be heard.
    pub(super) fn is_quiet(&self) -> bool {
        self.heard.borrow().inputs.is_empty()
    }

    pub(super) async fn next(&self) -> Input<JsValue> {
        poll_fn(|context| {
            let mut heard = self.heard.borrow_mut();
            if let Some(input) = heard.inputs.pop_front() {
                return Poll::Ready(input);
            }
            heard.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

fn said(input: &Input<JsValue>) -> String {
    match input {
        Input::Store(event) => describe(std::slice::from_ref(event)),
        Input::Lock(LockEvent::Granted) => "granted".to_owned(),
        Input::Lock(LockEvent::Lost) => "lock lost".to_owned(),
        Input::Lock(LockEvent::Unavailable) => "no locks".to_owned(),
        Input::TabMessage(message) => format!("posted {}", json(message)),
        _ => "something else".to_owned(),
    }
}

/// The namespace of a test: its server is the test's alone.
pub(super) fn of_test(user: &str) -> Namespace {
    crate::engine::store::conformance::namespace(user)
}

/// Makes sure that nothing of these users is left by another test.
pub(super) async fn wiped(users: &[&str]) {
    for user in users {
        let mut tab = Tab::new();
        let (id, namespace) = (StoreId(7), of_test(user));
        tab.keep(StoreCommand::Wipe { id, namespace });
        assert_eq!(tab.hears(1).await, "committed");
    }
}

pub(super) fn put(table: Table, key: &str, text: &str) -> StoreOp<JsValue> {
    let (key, text) = (key.to_owned(), text.to_owned());
    StoreOp::Put { table, key, text }
}

pub(super) fn database_name(user: &str) -> String {
    namespace::database(&of_test(user))
}

/// The last event of the store that was heard.
pub(super) fn event(input: Input<JsValue>) -> StoreEvent<JsValue> {
    match input {
        Input::Store(event) => event,
        other => panic!("not of the store: {other:?}"),
    }
}

pub(super) fn json(value: &JsValue) -> String {
    js_sys::JSON::stringify(value).unwrap().into()
}

/// Runs JavaScript with `name` in scope, and awaits what it gives.
pub(super) async fn script(name: &str, body: &str) -> JsValue {
    let body = format!("return (async () => {{ {body} }})()");
    let promise = Function::new_with_args("name", &body)
        .call1(&JsValue::NULL, &name.into())
        .unwrap();
    JsFuture::from(promise.unchecked_into::<Promise>())
        .await
        .unwrap()
}
