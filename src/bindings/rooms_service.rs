//! `RoomsService`: rooms, their members and messages.

use wasm_bindgen::prelude::*;

use super::types::{
    JsEditOptions, JsGaps, JsMembers, JsMessages, JsPromiseOlder, JsPromiseOperation,
    JsPromiseReceipt, JsPromiseRoom, JsRooms, JsSendOptions,
};
use crate::browser::Driver;
use crate::engine::input::{Input, Operation};
use crate::socketio::Value;

/// The rooms of one client.
#[wasm_bindgen]
pub struct RoomsService {
    driver: Driver,
}

impl RoomsService {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver }
    }
}

#[wasm_bindgen]
impl RoomsService {
    /// Joins a room and resolves once the server has answered; without a connection it waits for
    /// one. The room is joined again after every loss of the connection, until it is left.
    #[wasm_bindgen(js_name = joinRoom)]
    pub fn join_room(&self, name: String) -> JsPromiseRoom {
        let join = |request| Input::JoinRequested {
            room: name,
            request,
        };
        self.driver.request(join).unchecked_into()
    }

    /// Leaves a room. Of one that is not joined, nothing happens.
    #[wasm_bindgen(js_name = leaveRoom)]
    pub fn leave_room(&self, name: String) -> Result<(), JsValue> {
        self.driver.handle(Input::LeaveRequested { room: name })
    }

    /// Sends a message and resolves once the server has taken it; without a connection it waits
    /// for one. It shows in the timeline at once.
    #[wasm_bindgen(js_name = sendMessage)]
    pub fn send_message(
        &self,
        name: String,
        content: JsValue,
        options: JsSendOptions,
    ) -> JsPromiseReceipt {
        let options = options.into();
        let send = |request| Input::SendRequested {
            room: name,
            content,
            options,
            request,
        };
        self.driver.request(send).unchecked_into()
    }

    /// Changes a message's text and resolves once the server has taken that. It shows at once.
    /// `baseVersion` is the version that the text was made from.
    #[wasm_bindgen(js_name = editMessage)]
    pub fn edit_message(
        &self,
        name: String,
        message_id: String,
        content: JsValue,
        options: JsEditOptions,
    ) -> JsPromiseOperation {
        let base_version = options.number_field("baseVersion").ok().flatten();
        let edit = Operation::Edit {
            message_id,
            content,
            base_version: base_version.map(|version| version as u64),
        };
        self.operate(name, edit)
    }

    /// Deletes a message, and resolves once the server has.
    #[wasm_bindgen(js_name = deleteMessage)]
    pub fn delete_message(&self, name: String, message_id: String) -> JsPromiseOperation {
        self.operate(name, Operation::Delete { message_id })
    }

    /// Adds this user's reaction, and resolves once the server has.
    #[wasm_bindgen(js_name = addReaction)]
    pub fn add_reaction(
        &self,
        name: String,
        message_id: String,
        emoji: String,
    ) -> JsPromiseOperation {
        self.operate(name, Operation::AddReaction { message_id, emoji })
    }

    /// Takes this user's reaction back, and resolves once the server has.
    #[wasm_bindgen(js_name = removeReaction)]
    pub fn remove_reaction(
        &self,
        name: String,
        message_id: String,
        emoji: String,
    ) -> JsPromiseOperation {
        self.operate(name, Operation::RemoveReaction { message_id, emoji })
    }

    /// Fetches messages older than those that are kept here.
    #[wasm_bindgen(js_name = loadOlder)]
    pub fn load_older(&self, name: String) -> JsPromiseOlder {
        let load = |request| Input::LoadOlderRequested {
            room: name,
            request,
        };
        self.driver.request(load).unchecked_into()
    }

    /// What is known to be missing of a room's log, in order.
    pub fn gaps(&self, name: &str) -> Result<JsGaps, JsValue> {
        let gaps = self.driver.read(|engine, _| engine.gaps(name))?;
        Ok(array(gaps.iter().map(|gap| gap.to_value())).unchecked_into())
    }

    /// The rooms that were joined and not left, by name.
    pub fn snapshot(&self) -> Result<JsRooms, JsValue> {
        let rooms = self.driver.read(|engine, _| engine.rooms())?;
        Ok(array(rooms.iter().map(|room| room.to_value())).unchecked_into())
    }

    /// The members of a room that are known here, by user id.
    pub fn members(&self, name: &str) -> Result<JsMembers, JsValue> {
        let members = self.driver.read(|engine, _| engine.members(name))?;
        Ok(array(members.iter().map(|member| member.to_value())).unchecked_into())
    }

    /// The messages of a room that are kept here, in order.
    pub fn timeline(&self, name: &str) -> Result<JsMessages, JsValue> {
        let messages = self.driver.timeline(name)?;
        Ok(array(messages.into_iter()).unchecked_into())
    }

    fn operate(&self, room: String, operation: Operation<JsValue>) -> JsPromiseOperation {
        let operate = |request| Input::OperationRequested {
            room,
            operation,
            request,
        };
        self.driver.request(operate).unchecked_into()
    }
}

fn array(items: impl Iterator<Item = JsValue>) -> JsValue {
    <JsValue as Value>::array(items.collect())
}
