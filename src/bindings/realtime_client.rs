//! `RealtimeClient`: the connection and its events.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use super::delivery_event_handler::DeliveryEventHandler;
use super::offline_queue_service::OfflineQueueService;
use super::presence_service::PresenceService;
use super::rooms_service::RoomsService;
use super::sync_service::SyncService;
use super::types::{JsConfig, JsConnectionSnapshot, JsPromiseVoid, JsSink, JsTokenSource};
use super::typing_service::TypingService;
use crate::browser::{Driver, EarlySocket, error_to_js, packet_of, packet_with};
use crate::engine::config::{RealtimeClientConfig, milliseconds};
use crate::engine::error::ClientError;
use crate::engine::input::{Input, Reply};
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

/// One client: a connection, what it keeps, and its way to the app.
#[wasm_bindgen]
pub struct RealtimeClient {
    driver: Driver,
}

#[wasm_bindgen]
impl RealtimeClient {
    /// A client that is not connected. `sink` is called with every notification; `early` may have
    /// the first WebSocket.
    #[wasm_bindgen(constructor)]
    pub fn new(sink: JsSink, early: Option<EarlySocket>) -> Result<RealtimeClient, JsValue> {
        let driver = Driver::new(sink.unchecked_into::<Function>(), early)?;
        Ok(Self { driver })
    }

    /// Lays options over those given before; absent ones change nothing. Throws
    /// `VALIDATION_ERROR`, and then nothing has changed.
    pub fn initialize(&self, config: JsConfig) -> Result<(), JsValue> {
        let config = JsValue::from(config);
        if Value::is_null(&config) {
            return Ok(());
        }
        let options = RealtimeClientConfig::read(&config);
        self.driver.configure(
            options.map_err(|error| invalid(format!("the options are refused: {error}")))?,
        )
    }

    /// Connects, and resolves once the namespace has accepted. Rejects when the attempt fails;
    /// unless the answer was final, it is tried again all the same.
    pub fn connect(&self, token: Option<JsTokenSource>) -> JsPromiseVoid {
        if let Err(error) = self.take_token(token, false) {
            return Promise::reject(&error).unchecked_into();
        }
        self.driver.want_connection(true);
        self.driver
            .request(Input::ConnectRequested)
            .unchecked_into()
    }

    /// Disconnects and stays so. Rooms stay wanted, and are joined again after `connect`.
    pub fn disconnect(&self) -> Result<(), JsValue> {
        self.driver.want_connection(false);
        self.driver.handle(Input::DisconnectRequested)
    }

    /// Disconnects and connects.
    pub fn reconnect(&self) -> JsPromiseVoid {
        self.driver.want_connection(true);
        self.driver
            .request(Input::ReconnectRequested)
            .unchecked_into()
    }

    /// Takes a new token or callback, and refreshes a live connection with it.
    #[wasm_bindgen(js_name = updateToken)]
    pub fn update_token(&self, token: JsTokenSource) -> Result<(), JsValue> {
        self.driver.set_token(&token, true)
    }

    /// Emits an event. `ack` is called with the acknowledgement's arguments, or with the
    /// documented error where there is no connection or no answer in time.
    pub fn emit(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] event: &JsValue,
        args: Array,
        ack: Option<Function>,
    ) -> Result<(), JsValue> {
        let packet = packet_of(event, &args);
        let name = name_of(&packet)?;
        let reply = ack.map_or(Reply::None, |ack| {
            Reply::Callback(self.driver.callback(ack))
        });
        self.driver.handle(Input::Emitted {
            name,
            packet,
            reply,
            timeout_ms: None,
        })
    }

    /// Emits an event and resolves with its answer: the envelope's `data` where the body has a
    /// boolean `success`, else the body.
    #[wasm_bindgen(js_name = emitAsync)]
    pub fn emit_async(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] event: &JsValue,
        data: JsValue,
        timeout_ms: Option<f64>,
    ) -> Promise {
        let packet = packet_with(event, &data);
        let checked = timeout(timeout_ms).and_then(|ms| Ok((ms, name_of(&packet)?)));
        let (timeout_ms, name) = match checked {
            Ok(checked) => checked,
            Err(error) => return Promise::reject(&error),
        };
        self.driver.request(|request| Input::Emitted {
            name,
            packet,
            reply: Reply::Request(request),
            timeout_ms,
        })
    }

    /// The connection as it is.
    pub fn snapshot(&self) -> Result<JsConnectionSnapshot, JsValue> {
        let snapshot = self.driver.read(|engine, now| engine.connection(now))?;
        Ok(snapshot.to_value::<JsValue>().unchecked_into())
    }

    /// Forgets that the browser was offline.
    #[wasm_bindgen(js_name = clearWasOffline)]
    pub fn clear_was_offline(&self) -> Result<(), JsValue> {
        self.driver.handle(Input::WasOfflineCleared)
    }

    /// The rooms of this client.
    pub fn rooms(&self) -> RoomsService {
        RoomsService::new(self.driver.clone())
    }

    /// What the server has not taken yet.
    pub fn queue(&self) -> OfflineQueueService {
        OfflineQueueService::new(self.driver.clone())
    }

    /// Ends the connection and everything that is this user's: what is queued, kept and shown,
    /// here and in other tabs. Resolves once nothing of it is left in the browser, and rejects with
    /// `STORAGE_BUSY` where that takes longer than it is waited for.
    pub fn logout(&self) -> JsPromiseVoid {
        self.driver.want_connection(false);
        self.driver.request(Input::LogoutRequested).unchecked_into()
    }

    /// The receipts of this client.
    pub fn delivery(&self) -> DeliveryEventHandler {
        DeliveryEventHandler::new(self.driver.clone())
    }

    /// The syncing of this client.
    pub fn sync(&self) -> SyncService {
        SyncService::new(self.driver.clone())
    }

    /// Who is there.
    pub fn presence(&self) -> PresenceService {
        PresenceService::new(self.driver.clone())
    }

    /// Who types where.
    pub fn typing(&self) -> TypingService {
        TypingService::new(self.driver.clone())
    }

    /// After `CLIENT_CRASHED`: goes on with a new engine. Of a sound client, nothing happens.
    pub fn recover(&self) -> Result<(), JsValue> {
        self.driver.recover()
    }

    /// Whether the engine crashed.
    #[wasm_bindgen(getter)]
    pub fn crashed(&self) -> bool {
        self.driver.is_crashed()
    }

    /// Ends everything: no socket, timer, listener or closure is left, and nothing is told.
    pub fn destroy(&self) {
        self.driver.destroy();
    }

    /// Fails inside, for tests of what follows. Not in the module that is published.
    #[cfg(debug_assertions)]
    #[wasm_bindgen(js_name = panicForTest)]
    pub fn panic_for_test(&self) {
        self.driver.panic_for_test();
    }

    fn take_token(&self, token: Option<JsTokenSource>, refresh: bool) -> Result<(), JsValue> {
        match token.filter(|token| !Value::is_null(&**token) && **token != JsValue::from_str("")) {
            Some(token) => self.driver.set_token(&token, refresh),
            None => Ok(()),
        }
    }
}

fn name_of(packet: &JsValue) -> Result<String, JsValue> {
    let name = packet.name_element(0).ok().flatten();
    name.ok_or_else(|| invalid("an event's name is a text".to_owned()))
}

fn timeout(timeout_ms: Option<f64>) -> Result<Option<u64>, JsValue> {
    let Some(given) = timeout_ms else {
        return Ok(None);
    };
    let ms = milliseconds(given)
        .ok_or_else(|| invalid("a time-out is milliseconds from 1 to 86400000".to_owned()))?;
    Ok(Some(ms))
}

fn invalid(text: String) -> JsValue {
    error_to_js(&ClientError::new(ErrorCode::ValidationError, text))
}
