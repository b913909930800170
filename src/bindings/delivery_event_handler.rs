//! `DeliveryEventHandler`: receipts, and what waits to be read.

use wasm_bindgen::prelude::*;

use super::types::{
    JsDeliveryConfig, JsDeliveryRecord, JsPromiseVoid, JsUnreadCount, whole_number,
};
use crate::browser::{Driver, error_to_js};
use crate::engine::delivery::DeliveryConfig;
use crate::engine::error::ClientError;
use crate::engine::input::Input;
use crate::socketio::Value;
use crate::wire::error::ErrorCode;

/// The receipts of one client.
#[wasm_bindgen]
pub struct DeliveryEventHandler {
    driver: Driver,
}

impl DeliveryEventHandler {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver }
    }
}

#[wasm_bindgen]
impl DeliveryEventHandler {
    /// Lays options over those given before; absent ones change nothing. Throws
    /// `VALIDATION_ERROR`, and then nothing has changed.
    pub fn configure(&self, config: JsDeliveryConfig) -> Result<(), JsValue> {
        let config = JsValue::from(config);
        if Value::is_null(&config) {
            return Ok(());
        }
        let given = DeliveryConfig::read(&config).map_err(|error| {
            let text = format!("the options are refused: {error}");
            error_to_js(&ClientError::new(ErrorCode::ValidationError, text))
        })?;
        self.driver.change_settings(|settings| {
            settings.delivery = settings.delivery.merged(&given)?;
            Ok(())
        })
    }

    /// Follows a message that the app sends by itself. What goes through the queue is followed
    /// anyway. `total_recipients` stands until the server counts; default 1.
    #[wasm_bindgen(js_name = trackOutgoingMessage)]
    pub fn track_outgoing_message(
        &self,
        client_message_id: String,
        channel_id: String,
        total_recipients: Option<u32>,
    ) -> Result<(), JsValue> {
        self.driver.handle(Input::MessageTracked {
            client_message_id,
            room: channel_id,
            total_recipients: total_recipients.unwrap_or(1),
        })
    }

    /// A message was read, and with it everything before: kept until the server knows, over
    /// losses of the connection and reloads.
    #[wasm_bindgen(js_name = acknowledgeRead)]
    pub fn acknowledge_read(&self, message_id: String, channel_id: String) -> Result<(), JsValue> {
        self.driver.handle(Input::ReadAcknowledged {
            room: channel_id,
            message_id,
        })
    }

    /// Everything of a channel up to this `seq` was read; without one, everything there is.
    #[wasm_bindgen(js_name = acknowledgeReadUpTo)]
    pub fn acknowledge_read_up_to(
        &self,
        channel_id: String,
        seq: Option<f64>,
    ) -> Result<(), JsValue> {
        let seq = seq.map(|seq| whole_number("seq", seq)).transpose()?;
        self.driver.handle(Input::ReadUpToAcknowledged {
            room: channel_id,
            seq,
        })
    }

    /// Asks how far messages have come, by either of their ids, at most 500. Resolves once that is
    /// known, or at once where there is no connection: after a reconnect it is asked anyway.
    #[wasm_bindgen(js_name = syncDeliveryStatus)]
    pub fn sync_delivery_status(&self, message_ids: Vec<String>) -> JsPromiseVoid {
        let ask = |request| Input::DeliverySyncRequested {
            ids: message_ids,
            request,
        };
        self.driver.request(ask).unchecked_into()
    }

    /// How far a message has come, by either of its ids; `undefined` for one that is not known.
    pub fn record(&self, id: &str) -> Result<Option<JsDeliveryRecord>, JsValue> {
        let record = self.driver.read(|engine, _| engine.delivery_record(id))?;
        Ok(record.map(|record| record.to_value::<JsValue>().unchecked_into()))
    }

    /// What waits to be read in a channel.
    pub fn unread(&self, channel_id: &str) -> Result<JsUnreadCount, JsValue> {
        let unread = self.driver.read(|engine, _| engine.unread(channel_id))?;
        Ok(unread.to_value::<JsValue>().unchecked_into())
    }
}
