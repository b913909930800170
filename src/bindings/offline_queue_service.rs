//! `OfflineQueueService`: the messages that the server has not taken yet.

use wasm_bindgen::prelude::*;

use super::types::{
    JsFlushed, JsQueueConfig, JsQueueMessage, JsQueueSnapshot, JsQueuedMessage, JsQueuedMessages,
    JsQueuedPatch,
};
use crate::browser::Driver;
use crate::engine::input::{Input, QueueCommand};
use crate::socketio::Value;

/// The queue of one client's user, shared by all tabs of the browser profile.
#[wasm_bindgen]
pub struct OfflineQueueService {
    driver: Driver,
}

impl OfflineQueueService {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver }
    }
}

#[wasm_bindgen]
impl OfflineQueueService {
    /// Queues a message; with a connection it is sent at once. Throws `QUEUE_FULL` where the
    /// limit is reached, and `VALIDATION_ERROR`.
    #[wasm_bindgen(js_name = queueMessage)]
    pub fn queue_message(&self, message: JsQueueMessage) -> Result<JsQueuedMessage, JsValue> {
        let add = QueueCommand::Add(message.into());
        let queued = self.driver.queue(add, |engine, id| {
            let id = id.as_text().unwrap_or_default();
            engine.queued_message(&id)
        })?;
        Ok(queued.unwrap_or(JsValue::UNDEFINED).unchecked_into())
    }

    /// What waits, what is under way, and what failed, in order.
    #[wasm_bindgen(js_name = getQueuedMessages)]
    pub fn queued_messages(&self) -> Result<JsQueuedMessages, JsValue> {
        let queued = self.driver.read(|engine, _| engine.queued())?;
        Ok(<JsValue as Value>::array(queued).unchecked_into())
    }

    /// One of them; undefined where there is none of this id.
    #[wasm_bindgen(js_name = getQueuedMessage)]
    pub fn queued_message(&self, id: &str) -> Result<Option<JsQueuedMessage>, JsValue> {
        let queued = self.driver.read(|engine, _| engine.queued_message(id))?;
        Ok(queued.map(JsCast::unchecked_into))
    }

    /// Takes a message out. False where it is under way or gone: then it may arrive.
    #[wasm_bindgen(js_name = removeFromQueue)]
    pub fn remove_from_queue(&self, id: String) -> Result<bool, JsValue> {
        self.whether(QueueCommand::Remove(id))
    }

    /// Changes a message that is not under way. False where it is, or is gone.
    #[wasm_bindgen(js_name = updateQueuedMessage)]
    pub fn update_queued_message(&self, id: String, patch: JsQueuedPatch) -> Result<bool, JsValue> {
        self.whether(QueueCommand::Update(id, patch.into()))
    }

    /// Lets a message that failed wait again. False where there is none.
    #[wasm_bindgen(js_name = retryMessage)]
    pub fn retry_message(&self, id: String) -> Result<bool, JsValue> {
        self.whether(QueueCommand::Retry(id))
    }

    /// Takes out all that is not under way, and says how many messages that were.
    #[wasm_bindgen(js_name = clearQueue)]
    pub fn clear_queue(&self) -> Result<f64, JsValue> {
        let count = |_: &_, count: JsValue| count.as_number();
        let count = self.driver.queue(QueueCommand::Clear, count)?;
        Ok(count.unwrap_or_default())
    }

    /// Sends everything that waits, and resolves with `{sent, failed}` once nothing is left to.
    #[wasm_bindgen(js_name = flushQueue)]
    pub fn flush_queue(&self) -> JsFlushed {
        self.driver.request(Input::FlushRequested).unchecked_into()
    }

    /// Sets limits; those that are absent stay. Throws `VALIDATION_ERROR`.
    pub fn configure(&self, config: JsQueueConfig) -> Result<(), JsValue> {
        let configure = QueueCommand::Configure(config.into());
        self.driver.queue(configure, |_, _| ())
    }

    /// The queue's counts.
    pub fn snapshot(&self) -> Result<JsQueueSnapshot, JsValue> {
        let snapshot = self.driver.read(|engine, _| engine.queue_snapshot())?;
        Ok(snapshot.unchecked_into())
    }

    fn whether(&self, command: QueueCommand<JsValue>) -> Result<bool, JsValue> {
        let whether = |_: &_, done: JsValue| done.as_boolean() == Some(true);
        self.driver.queue(command, whether)
    }
}
