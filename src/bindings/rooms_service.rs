//! `RoomsService`: rooms, their members and messages.

use wasm_bindgen::prelude::*;

use super::types::{
    JsMembers, JsMessages, JsPromiseReceipt, JsPromiseRoom, JsRooms, JsSendOptions,
};
use crate::browser::Driver;
use crate::engine::input::Input;
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
        let messages = self.driver.read(|engine, _| engine.timeline(name))?;
        Ok(array(messages.into_iter()).unchecked_into())
    }
}

fn array(items: impl Iterator<Item = JsValue>) -> JsValue {
    <JsValue as Value>::array(items.collect())
}
