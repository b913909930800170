//! `SyncService`: bringing the client up to date.

use wasm_bindgen::prelude::*;

use super::types::{
    JsPromiseSyncResult, JsPromiseSyncedChannels, JsPromiseSyncedMessages, JsPromiseSyncedPresence,
    JsSyncConfig, JsSyncSnapshot, whole_number,
};
use crate::browser::{Driver, error_to_js};
use crate::engine::error::ClientError;
use crate::engine::input::Input;
use crate::engine::sync::SyncConfig;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

/// The syncing of one client.
#[wasm_bindgen]
pub struct SyncService {
    driver: Driver,
}

impl SyncService {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver }
    }
}

#[wasm_bindgen]
impl SyncService {
    /// Lays options over those given before; absent ones change nothing. Throws
    /// `VALIDATION_ERROR`, and then nothing has changed.
    pub fn configure(&self, config: JsSyncConfig) -> Result<(), JsValue> {
        let config = JsValue::from(config);
        if Value::is_null(&config) {
            return Ok(());
        }
        let given = SyncConfig::read(&config).map_err(|error| {
            let text = format!("the options are refused: {error}");
            error_to_js(&ClientError::new(ErrorCode::ValidationError, text))
        })?;
        self.driver.change_settings(|settings| {
            settings.sync = settings.sync.merged(&given)?;
            Ok(())
        })
    }

    /// A whole sync: queue, channels, messages, receipts, presence. Rejects with `NOT_CONNECTED`,
    /// `SYNC_IN_PROGRESS`, `CANCELLED` or `TIMEOUT`; what of it fails alone is in the result.
    #[wasm_bindgen(js_name = syncOnReconnect)]
    pub fn sync_on_reconnect(&self) -> JsPromiseSyncResult {
        self.driver.request(Input::SyncRequested).unchecked_into()
    }

    /// The messages of a channel since a moment (milliseconds since the epoch, by the server's
    /// clock), else since they were last synced.
    #[wasm_bindgen(js_name = syncMessages)]
    pub fn sync_messages(&self, channel_id: String, since: Option<f64>) -> JsPromiseSyncedMessages {
        let since_ms = match since.map(|since| whole_number("since", since)).transpose() {
            Ok(since_ms) => since_ms,
            Err(error) => return js_sys::Promise::reject(&error).unchecked_into(),
        };
        let ask = |request| Input::SyncMessagesRequested {
            room: channel_id,
            since_ms,
            request,
        };
        self.driver.request(ask).unchecked_into()
    }

    /// The state of all channels: unread counts and cursors.
    #[wasm_bindgen(js_name = syncChannels)]
    pub fn sync_channels(&self) -> JsPromiseSyncedChannels {
        self.driver
            .request(Input::SyncChannelsRequested)
            .unchecked_into()
    }

    /// The presence of those who are followed.
    #[wasm_bindgen(js_name = syncPresence)]
    pub fn sync_presence(&self) -> JsPromiseSyncedPresence {
        self.driver
            .request(Input::SyncPresenceRequested)
            .unchecked_into()
    }

    /// Ends the sync under way; its promise rejects with `CANCELLED`. Without one, nothing happens.
    #[wasm_bindgen(js_name = cancelSync)]
    pub fn cancel_sync(&self) -> Result<(), JsValue> {
        self.driver.handle(Input::SyncCancelled)
    }

    /// Where syncing stands.
    pub fn snapshot(&self) -> Result<JsSyncSnapshot, JsValue> {
        let snapshot = self.driver.read(|engine, _| engine.sync())?;
        Ok(snapshot.to_value::<JsValue>().unchecked_into())
    }

    /// The server's clock when a channel was synced last, milliseconds since the epoch.
    #[wasm_bindgen(js_name = getChannelSyncTimestamp)]
    pub fn channel_sync_timestamp(&self, channel_id: &str) -> Result<Option<f64>, JsValue> {
        let read =
            |engine: &crate::engine::Engine<JsValue>, _| engine.channel_sync_timestamp(channel_id);
        Ok(self.driver.read(read)?.map(|ms| ms as f64))
    }
}
