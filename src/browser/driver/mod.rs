//! One input, then a full drain, then the listeners, then one timer.

mod draining;
mod life;
mod telling;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::delivery::Delivery;
use super::lifecycle::{Change, Lifecycle};
use super::profile::Profile;
use super::transports::Transports;
use super::websocket::EarlySocket;
use super::{clock, device, error_to_js, known_users, panics};
use crate::engine::config::{RealtimeClientConfig, Settings};
use crate::engine::error::ClientError;
use crate::engine::ids::Random;
use crate::engine::input::{CallbackId, Input, QueueCommand, RequestId, TokenSource};
use crate::engine::presence::PresenceCommand;
use crate::engine::sorted_map::SortedMap;
use crate::engine::time::Now;
use crate::engine::{Engine, Identity, Start};
use crate::socketio::said;
use crate::wire::error::ErrorCode;

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
        let settings = Settings::new().map_err(|error| JsValue::from_str(&said(&error)))?;
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
        let mut engine = self.taken()?;
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
        let engine = self.taken()?;
        let value = reader(&engine, clock::now());
        self.shared.engine.set(Some(engine));
        Ok(value)
    }

    /// The engine, to be put back.
    fn taken(&self) -> Result<Box<Engine<JsValue>>, JsValue> {
        self.check()?;
        self.shared.engine.take().ok_or_else(busy)
    }

    /// Lays options over those in force.
    pub(crate) fn configure(&self, options: RealtimeClientConfig) -> Result<(), JsValue> {
        self.change_settings(|settings| settings.lay(options))
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

fn busy() -> JsValue {
    let text = "the client cannot be read while it takes in a value: read it after the call";
    error_to_js(&ClientError::new(ErrorCode::ValidationError, text))
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
