//! One input, then a full drain, then the listeners, then one timer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::delivery::{self, Delivery};
use super::lifecycle::{Change, Lifecycle};
use super::offer::Offer;
use super::profile::Profile;
use super::transports::Transports;
use super::websocket::EarlySocket;
use super::{clock, device, error_to_js, known_users, panics};
use crate::engine::config::{RealtimeClientConfig, Settings};
use crate::engine::error::ClientError;
use crate::engine::ids::Random;
use crate::engine::input::{CallbackId, Input, QueueCommand, RequestId, TokenSource};
use crate::engine::output::{Notification, Output, ReplyTo};
use crate::engine::presence::PresenceCommand;
use crate::engine::sorted_map::SortedMap;
use crate::engine::time::Now;
use crate::engine::{Engine, Identity, Start};
use crate::socketio::{TransportEvent, TransportId, event_prefix};
use crate::wire::error::ErrorCode;
use crate::wire::names::MESSAGE_NEW;

/// The longest wait of a browser's timer, in milliseconds: a longer one fires at once. A deadline
/// further away is waited for in steps.
const LONGEST_TIMER_MS: u64 = i32::MAX as u64;

#[wasm_bindgen(module = "/src/browser/value.js")]
extern "C" {
    /// The promises of one client, by the number of their request.
    type Promises;
    #[wasm_bindgen(constructor)]
    fn new() -> Promises;
    #[wasm_bindgen(method)]
    fn open(this: &Promises, number: u32) -> Promise;
    #[wasm_bindgen(method)]
    fn resolve(this: &Promises, number: u32, value: &JsValue);
    #[wasm_bindgen(method)]
    fn reject(this: &Promises, number: u32, error: &JsValue);
    #[wasm_bindgen(method, js_name = rejectAll)]
    fn reject_all(this: &Promises, error: &JsValue);
}

/// Drives one engine. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Driver {
    shared: Rc<Shared>,
}

struct Shared {
    /// Taken out while the engine works. A panic leaves it out, and nothing stays borrowed.
    engine: Cell<Option<Box<Engine<JsValue>>>>,
    /// Panics when the engine was taken out last: more since then, with no engine back, is a
    /// crash; else it is a call from within (a getter of a value that is being sent).
    panics: Cell<u32>,
    /// Counts engines, so that what belongs to a crashed one goes nowhere.
    life: Cell<u32>,
    told_crash: Cell<bool>,
    /// Work was begun that can never end: see [`Driver::suspect`].
    lost: Cell<bool>,
    suspected: Cell<bool>,
    destroyed: Cell<bool>,
    /// Inputs that came while the engine worked.
    waiting: RefCell<VecDeque<Input<JsValue>>>,
    deliveries: RefCell<VecDeque<Delivery>>,
    delivering: Cell<bool>,
    /// Taken out while it carries something out, for the same reason as the engine.
    transports: Cell<Transports>,
    /// Likewise; nothing is open before the engine asks.
    profile: Cell<Option<Profile>>,
    timer: RefCell<Option<(u64, Timeout)>>,
    promises: Promises,
    callbacks: RefCell<SortedMap<CallbackId, Function>>,
    numbers: Cell<u32>,
    sink: RefCell<Option<Function>>,
    token_callback: RefCell<Option<Function>>,
    lifecycle: RefCell<Option<Lifecycle>>,
    watch: RefCell<Option<panics::Watch>>,
    // What a new engine has to know after a crash.
    identity: Identity,
    settings: RefCell<Settings>,
    token: RefCell<TokenSource>,
    connect_wanted: Cell<bool>,
    rooms_wanted: RefCell<Vec<String>>,
}

impl Driver {
    /// A driver that is not connected. `sink` is called with every notification; `early` may have
    /// the first WebSocket.
    pub(crate) fn new(sink: Function, early: Option<EarlySocket>) -> Result<Self, JsValue> {
        let mut random = Random::new(seed()?);
        let identity = device::identity(&mut random, clock::now().wall_ms);
        let settings = Settings::new().map_err(|error| JsValue::from_str(&error.to_string()))?;
        let engine = new_engine(&identity, &settings)?;
        let shared = Rc::new(Shared {
            engine: Cell::new(Some(Box::new(engine))),
            panics: Cell::new(panics::count()),
            life: Cell::new(0),
            told_crash: Cell::new(false),
            lost: Cell::new(false),
            suspected: Cell::new(false),
            destroyed: Cell::new(false),
            waiting: RefCell::default(),
            deliveries: RefCell::default(),
            delivering: Cell::new(false),
            transports: Cell::new(Transports::new(early)),
            profile: Cell::new(None),
            timer: RefCell::new(None),
            promises: Promises::new(),
            callbacks: RefCell::default(),
            numbers: Cell::new(0),
            sink: RefCell::new(Some(sink)),
            token_callback: RefCell::new(None),
            lifecycle: RefCell::new(None),
            watch: RefCell::new(None),
            identity,
            settings: RefCell::new(settings),
            token: RefCell::default(),
            connect_wanted: Cell::new(false),
            rooms_wanted: RefCell::default(),
        });
        let driver = Self { shared };
        let weak = driver.downgrade();
        *driver.shared.lifecycle.borrow_mut() = Some(Lifecycle::new({
            let weak = weak.clone();
            move |change| noticed(&weak, change)
        }));
        *driver.shared.watch.borrow_mut() = Some(panics::Watch::new(move || {
            if let Some(driver) = Driver::upgrade(&weak) {
                driver.notice_crash();
            }
        }));
        Ok(driver)
    }

    /// Hands one input to the engine, and carries out all that follows.
    pub(crate) fn handle(&self, input: Input<JsValue>) -> Result<(), JsValue> {
        self.check()?;
        match self.shared.engine.take() {
            None => {
                self.shared.waiting.borrow_mut().push_back(input);
                self.suspect();
            }
            Some(engine) => self.run(engine, input),
        }
        self.deliver();
        Ok(())
    }

    /// Hands over an input that is answered by a promise. What fails at once rejects it.
    pub(crate) fn request(&self, input: impl FnOnce(RequestId) -> Input<JsValue>) -> Promise {
        let request = RequestId(self.number());
        let promise = self.shared.promises.open(request.0);
        if let Err(error) = self.handle(input(request)) {
            self.settle(request, Err(error));
        }
        promise
    }

    /// Keeps a callback until the engine calls it.
    pub(crate) fn callback(&self, callback: Function) -> CallbackId {
        let id = CallbackId(self.number());
        self.shared.callbacks.borrow_mut().insert(id, callback);
        id
    }

    /// Does what the app asks of the queue. `read` gets the answer once all that follows was
    /// carried out, and before anybody is told.
    pub(crate) fn queue<T>(
        &self,
        command: QueueCommand<JsValue>,
        read: impl FnOnce(&Engine<JsValue>, JsValue) -> T,
    ) -> Result<T, JsValue> {
        self.check()?;
        let Some(mut engine) = self.shared.engine.take() else {
            return Err(busy());
        };
        self.shared.panics.set(panics::count());
        let answer = engine.queue(clock::now(), command);
        self.drain(&mut engine);
        let answer = answer.map(|answer| read(&engine, answer));
        self.shared.engine.set(Some(engine));
        self.deliver();
        answer.map_err(|error| error_to_js(&error))
    }

    /// Reads from the engine.
    pub(crate) fn read<T>(
        &self,
        reader: impl FnOnce(&Engine<JsValue>, Now) -> T,
    ) -> Result<T, JsValue> {
        self.check()?;
        let Some(engine) = self.shared.engine.take() else {
            return Err(busy());
        };
        let value = reader(&engine, clock::now());
        self.shared.engine.set(Some(engine));
        Ok(value)
    }

    /// Lays options over those in force.
    pub(crate) fn configure(&self, options: RealtimeClientConfig) -> Result<(), JsValue> {
        let merged = self.shared.settings.borrow().merged::<JsValue>(options);
        let settings = merged.map_err(|error| error_to_js(&error))?;
        self.shared.settings.replace(settings.clone());
        self.handle(Input::Configured(Box::new(settings)))
    }

    /// Changes the settings in force; where that is refused, nothing has changed.
    pub(crate) fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings) -> Result<(), ClientError<JsValue>>,
    ) -> Result<(), JsValue> {
        let mut settings = self.shared.settings.borrow().clone();
        change(&mut settings).map_err(|error| error_to_js(&error))?;
        self.shared.settings.replace(settings.clone());
        self.handle(Input::Configured(Box::new(settings)))
    }

    /// Takes a token or a callback that gives one; `refresh` sends it over a live connection.
    pub(crate) fn set_token(&self, token: &JsValue, refresh: bool) -> Result<(), JsValue> {
        let mut known = false;
        let source = if let Some(callback) = token.dyn_ref::<Function>() {
            let before = self.shared.token_callback.replace(Some(callback.clone()));
            known = before.as_ref() == Some(callback);
            TokenSource::Callback
        } else if let Some(token) = token.as_string() {
            TokenSource::Fixed(token)
        } else {
            let text = "a token is a string, or a function that gives one or a promise of one";
            return Err(error_to_js(&ClientError::new(
                ErrorCode::ValidationError,
                text,
            )));
        };
        let before = self.shared.token.replace(source.clone());
        // Given again with every `connect`, it is no reason to ask again.
        if known && before == source && !refresh {
            return Ok(());
        }
        self.handle(Input::TokenSourceChanged { source, refresh })
    }

    /// Notes whether a connection is wanted, for an engine that has to be made anew.
    pub(crate) fn want_connection(&self, wanted: bool) {
        self.shared.connect_wanted.set(wanted);
    }

    /// Whether the engine crashed.
    pub(crate) fn is_crashed(&self) -> bool {
        if self.shared.lost.get() {
            return true;
        }
        let Some(engine) = self.shared.engine.take() else {
            return panics::count() != self.shared.panics.get();
        };
        self.shared.engine.set(Some(engine));
        false
    }

    /// Starts a new engine from what was wanted of the crashed one. Of a sound one, nothing.
    pub(crate) fn recover(&self) -> Result<(), JsValue> {
        if self.shared.destroyed.get() {
            return self.check();
        }
        if !self.is_crashed() {
            return Ok(());
        }
        self.notice_crash();
        let shared = &self.shared;
        let settings = shared.settings.borrow().clone();
        let engine = new_engine(&shared.identity, &settings)?;
        shared.waiting.borrow_mut().clear();
        shared.told_crash.set(false);
        shared.lost.set(false);
        shared.delivering.set(false);
        shared.panics.set(panics::count());
        shared.engine.set(Some(Box::new(engine)));
        // Opens what was kept.
        self.handle(Input::Configured(Box::new(settings)))?;
        let source = shared.token.borrow().clone();
        self.handle(Input::TokenSourceChanged {
            source,
            refresh: false,
        })?;
        for room in shared.rooms_wanted.take() {
            self.handle(Input::JoinRequested {
                room,
                request: RequestId(self.number()),
            })?;
        }
        if shared.connect_wanted.get() {
            self.handle(Input::ConnectRequested(RequestId(self.number())))?;
        }
        Ok(())
    }

    /// Ends everything: no socket, timer, listener or closure is left, and nothing is told.
    pub(crate) fn destroy(&self) {
        let shared = &self.shared;
        if shared.destroyed.replace(true) {
            return;
        }
        if let Some(mut engine) = shared.engine.take() {
            engine.handle(clock::now(), Input::DisconnectRequested);
            let mut transports = shared.transports.take();
            while let Some(output) = engine.poll_output() {
                if let Output::Transport(command) = output {
                    transports.carry_out(command, "", |_, _| {}, |_, _| false);
                }
            }
        }
        self.release();
        shared.lifecycle.take();
        shared.watch.take();
        shared.token_callback.take();
        shared.sink.take();
        shared.callbacks.take();
        let error = ClientError::new(ErrorCode::Destroyed, ErrorCode::Destroyed.message());
        self.reject_all(&error);
    }

    /// Panics in the midst of an input, as a bug in the engine would.
    #[cfg(debug_assertions)]
    #[expect(clippy::panic, reason = "it is what the test asks for")]
    pub(crate) fn panic_for_test(&self) {
        let _engine = self.shared.engine.take();
        self.shared.panics.set(panics::count());
        panic!("asked for by a test");
    }

    fn run(&self, mut engine: Box<Engine<JsValue>>, input: Input<JsValue>) {
        self.shared.panics.set(panics::count());
        engine.handle(clock::now(), input);
        self.drain(&mut engine);
        self.shared.engine.set(Some(engine));
    }

    /// Carries out all that follows, and what waited meanwhile.
    fn drain(&self, engine: &mut Engine<JsValue>) {
        loop {
            while let Some(output) = engine.poll_output() {
                self.carry_out(output, engine);
            }
            let next = self.shared.waiting.borrow_mut().pop_front();
            let Some(input) = next else { break };
            engine.handle(clock::now(), input);
        }
        self.arm(engine.poll_timeout().map(|(at_ms, _)| at_ms));
    }

    /// Takes a message the short way, if the engine does: it is told at once. Else nothing has
    /// happened.
    fn take_next(&self, id: TransportId, offer: &Offer) -> bool {
        let shared = &self.shared;
        if shared.delivering.get() {
            return false;
        }
        let Some(mut engine) = shared.engine.take() else {
            return false;
        };
        shared.panics.set(panics::count());
        let placed = offer.with_head(|head| engine.take_next(id, head, &offer.body));
        shared.engine.set(Some(engine));
        let Some(placed) = placed else { return false };
        shared.delivering.set(true);
        let sink = shared.sink.borrow().clone();
        if let Some(sink) = sink {
            delivery::tell_next(&sink, &offer.packet, &placed);
        }
        shared.delivering.set(false);
        self.deliver();
        true
    }

    fn carry_out(&self, output: Output<JsValue>, engine: &Engine<JsValue>) {
        let delivery = match output {
            Output::Transport(command) => {
                let (weak, life) = (self.downgrade(), self.shared.life.get());
                let tell = move |id: TransportId, event: TransportEvent<JsValue>| {
                    let driver = Driver::upgrade(&weak);
                    if let Some(driver) = driver.filter(|driver| driver.shared.life.get() == life) {
                        // A crashed or destroyed client has no use for it.
                        let _ = driver.handle(Input::Transport { id, event });
                    }
                };
                let (weak, life) = (self.downgrade(), self.shared.life.get());
                let offered = move |id: TransportId, offer: &Offer| {
                    let driver = Driver::upgrade(&weak);
                    let driver = driver.filter(|driver| driver.shared.life.get() == life);
                    driver.is_some_and(|driver| driver.take_next(id, offer))
                };
                let prefix = event_prefix(engine.settings().endpoint.namespace(), MESSAGE_NEW);
                let mut transports = self.shared.transports.take();
                transports.carry_out(command, &prefix, tell, offered);
                return self.shared.transports.set(transports);
            }
            Output::AskToken { ask } => Delivery::AskToken(ask),
            Output::Settle { request, result } => {
                Delivery::Settle(request, result.map_err(|error| error_to_js(&error)))
            }
            Output::Callback { callback, args } => Delivery::Callback(callback, args),
            Output::Journal(command) => return self.keep(|profile| profile.journal(command)),
            Output::Store(command) => return self.keep(|profile| profile.keep(command)),
            Output::Lock(command) => return self.keep(|profile| profile.lock(command)),
            Output::Post(message) => {
                return self.keep(|profile| {
                    profile.post(&message);
                    None
                });
            }
            Output::RememberUser { server, user } => {
                return known_users::remember(&server, user.as_deref());
            }
            Output::Notify(notification) => {
                if matches!(notification, Notification::Rooms) {
                    self.shared.rooms_wanted.replace(engine.intent().1);
                }
                Delivery::Notify(notification)
            }
        };
        self.shared.deliveries.borrow_mut().push_back(delivery);
    }

    /// Lets the profile carry something out; what is heard at once is handled in the same drain.
    fn keep(&self, work: impl FnOnce(&mut Profile) -> Option<Input<JsValue>>) {
        let mut profile = self.shared.profile.take().unwrap_or_else(|| {
            let (weak, life) = (self.downgrade(), self.shared.life.get());
            Profile::new(move |input| {
                let driver = Driver::upgrade(&weak);
                if let Some(driver) = driver.filter(|driver| driver.shared.life.get() == life) {
                    // A crashed or destroyed client has no use for it.
                    let _ = driver.handle(input);
                }
            })
        });
        let heard = work(&mut profile);
        self.shared.profile.set(Some(profile));
        self.shared.waiting.borrow_mut().extend(heard);
    }

    /// Tells JavaScript, in order. What it does in answer is handled at once and told after.
    fn deliver(&self) {
        if self.shared.delivering.replace(true) {
            return self.suspect();
        }
        loop {
            let next = self.shared.deliveries.borrow_mut().pop_front();
            let Some(delivery) = next else { break };
            match delivery {
                Delivery::Settle(request, result) => self.settle(request, result),
                Delivery::AskToken(ask) => self.ask_token(ask),
                Delivery::Callback(id, args) => {
                    let callback = self.shared.callbacks.borrow_mut().remove(&id);
                    if let Some(callback) = callback {
                        delivery::call_back(&callback, args);
                    }
                }
                Delivery::Notify(notification) => {
                    let sink = self.shared.sink.borrow().clone();
                    if let Some(sink) = sink {
                        delivery::tell(&sink, notification, |reply| self.answer(reply));
                    }
                }
            }
        }
        self.shared.delivering.set(false);
    }

    fn settle(&self, request: RequestId, result: Result<JsValue, JsValue>) {
        match result {
            Ok(value) => self.shared.promises.resolve(request.0, &value),
            Err(error) => self.shared.promises.reject(request.0, &error),
        }
    }

    fn ask_token(&self, ask: u32) {
        let Some(callback) = self.shared.token_callback.borrow().clone() else {
            return;
        };
        let weak = self.downgrade();
        let answer = callback.call0(&JsValue::UNDEFINED);
        spawn_local(async move {
            let answer = match answer {
                Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
                Err(error) => Err(error),
            };
            let token = match answer {
                Ok(value) => Ok(value.as_string()),
                Err(error) => Err(reason(&error)),
            };
            if let Some(driver) = Driver::upgrade(&weak) {
                let _ = driver.handle(Input::TokenAnswered { ask, token });
            }
        });
    }

    /// The function that answers one event of the server: used once, or never.
    fn answer(&self, reply: ReplyTo) -> JsValue {
        let weak = self.downgrade();
        Closure::once_into_js(move |args: JsValue| {
            let args = if js_sys::Array::is_array(&args) {
                args
            } else {
                js_sys::Array::of1(&args).into()
            };
            if let Some(driver) = Driver::upgrade(&weak) {
                let ReplyTo { generation, ack } = reply;
                let _ = driver.handle(Input::Answered {
                    generation,
                    ack,
                    args,
                });
            }
        })
    }

    /// Keeps one timer for the earliest deadline. A deadline that moved later leaves the timer:
    /// it finds nothing due, and is set anew.
    fn arm(&self, deadline_ms: Option<u64>) {
        let Some(deadline_ms) = deadline_ms else {
            self.shared.timer.take();
            return;
        };
        let armed = self.shared.timer.borrow().as_ref().map(|(at_ms, _)| *at_ms);
        if armed.is_some_and(|at_ms| at_ms <= deadline_ms) {
            return;
        }
        let wait_ms = deadline_ms.saturating_sub(clock::now().mono_ms);
        let weak = self.downgrade();
        let timeout = Timeout::new(
            u32::try_from(wait_ms.min(LONGEST_TIMER_MS)).unwrap_or(0),
            move || {
                if let Some(driver) = Driver::upgrade(&weak) {
                    // The timer has fired: forgetting it frees its closure.
                    driver.shared.timer.take();
                    let _ = driver.handle(Input::TimedOut);
                }
            },
        );
        self.shared.timer.replace(Some((deadline_ms, timeout)));
    }

    /// Something has to wait for work that is under way. In a microtask no call is: work that has
    /// not ended by then was cut off by a JavaScript exception (an exhausted stack throws one
    /// anywhere), which is no panic, and never will.
    fn suspect(&self) {
        if self.shared.suspected.get() {
            return;
        }
        let weak = self.downgrade();
        let look = Closure::once_into_js(move || {
            if let Some(driver) = Driver::upgrade(&weak) {
                driver.shared.suspected.set(false);
                driver.look_for_lost_work();
            }
        });
        panics::queue_microtask(look.unchecked_ref());
        self.shared.suspected.set(true);
    }

    fn look_for_lost_work(&self) {
        let engine = self.shared.engine.take();
        let lost = engine.is_none() || self.shared.delivering.get();
        self.shared.engine.set(engine);
        if lost && !self.is_crashed() {
            self.shared.lost.set(true);
            self.notice_crash();
        }
    }

    /// After a crash: nothing of the old engine goes on, and the app is told, once.
    fn notice_crash(&self) {
        if !self.is_crashed() || self.shared.destroyed.get() || self.shared.told_crash.replace(true)
        {
            return;
        }
        self.release();
        self.shared.engine.take();
        self.shared.callbacks.take();
        self.shared.deliveries.take();
        let error = crashed();
        self.reject_all(&error);
        let sink = self.shared.sink.borrow().clone();
        if let Some(sink) = sink {
            delivery::tell(&sink, Notification::Error(error), |_| JsValue::UNDEFINED);
        }
    }

    fn release(&self) {
        self.shared.life.set(self.shared.life.get().wrapping_add(1));
        self.shared.transports.take();
        self.shared.profile.take();
        self.shared.timer.take();
    }

    fn reject_all(&self, error: &ClientError<JsValue>) {
        self.shared.promises.reject_all(&error_to_js(error));
    }

    fn check(&self) -> Result<(), JsValue> {
        if self.shared.destroyed.get() {
            let text = ErrorCode::Destroyed.message();
            return Err(error_to_js(&ClientError::new(ErrorCode::Destroyed, text)));
        }
        if self.is_crashed() {
            Err(error_to_js(&crashed()))
        } else {
            Ok(())
        }
    }

    fn number(&self) -> u32 {
        let number = self.shared.numbers.get();
        self.shared.numbers.set(number.wrapping_add(1));
        number
    }

    fn downgrade(&self) -> Weak<Shared> {
        Rc::downgrade(&self.shared)
    }

    fn upgrade(weak: &Weak<Shared>) -> Option<Self> {
        weak.upgrade().map(|shared| Self { shared })
    }
}

fn noticed(weak: &Weak<Shared>, change: Change) {
    let Some(driver) = Driver::upgrade(weak) else {
        return;
    };
    let _ = driver.handle(match change {
        Change::Online(online) => Input::OnlineChanged(online),
        Change::Resumed => Input::Resumed,
        Change::Hidden(is_hidden) => Input::Presence(PresenceCommand::Hidden(is_hidden)),
        Change::Active => Input::Presence(PresenceCommand::Active),
    });
}

fn new_engine(identity: &Identity, settings: &Settings) -> Result<Engine<JsValue>, JsValue> {
    Ok(Engine::new(Start {
        seed: seed()?,
        identity: identity.clone(),
        online: device::is_online(),
        is_hidden: device::is_hidden(),
        settings: settings.clone(),
        known_users: known_users::read(),
    }))
}

fn seed() -> Result<[u8; 32], JsValue> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|_| JsValue::from_str("the browser gives no secure random numbers"))?;
    Ok(seed)
}

fn crashed() -> ClientError<JsValue> {
    ClientError::new(
        ErrorCode::ClientCrashed,
        "the client failed inside and stopped: call recover() to go on with a new one",
    )
}

fn busy() -> JsValue {
    let text = "the client cannot be read while it takes in a value: read it after the call";
    error_to_js(&ClientError::new(ErrorCode::ValidationError, text))
}

/// What the app's token callback says went wrong, cut to a length for people.
fn reason(error: &JsValue) -> String {
    const MAX_REASON_CHARS: usize = 200;
    let text = match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error
            .as_string()
            .unwrap_or_else(|| "it was rejected".to_owned()),
    };
    text.chars().take(MAX_REASON_CHARS).collect()
}
