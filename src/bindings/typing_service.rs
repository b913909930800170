//! `TypingService`: who types where.

use wasm_bindgen::prelude::*;

use super::types::{JsTypingConfig, JsTypingContext, JsTypingPlaces, JsTypingSnapshot};
use crate::browser::Driver;
use crate::engine::input::Input;
use crate::engine::typing::{Place, TypingCommand};
use crate::wire::typing::TypingRoomType;

/// The typing of one client's user, and of the others in its rooms.
#[wasm_bindgen]
pub struct TypingService {
    driver: Driver,
}

impl TypingService {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver }
    }

    fn say(&self, command: TypingCommand) -> Result<(), JsValue> {
        self.driver.handle(Input::Typing(command))
    }
}

#[wasm_bindgen]
impl TypingService {
    /// Lays options over those given before; absent ones change nothing. Throws
    /// `VALIDATION_ERROR`, and then nothing has changed.
    pub fn configure(&self, config: JsTypingConfig) -> Result<(), JsValue> {
        let config = JsValue::from(config);
        self.driver
            .change_settings(|settings| settings.typing.lay(&config))
    }

    /// A key, or what counts as one: others are shown it, until nothing came for a while.
    #[wasm_bindgen(js_name = startTyping)]
    pub fn start_typing(
        &self,
        room: String,
        #[wasm_bindgen(unchecked_param_type = "TypingRoomType")] kind: &str,
        thread: Option<String>,
        recipient: Option<String>,
    ) -> Result<(), JsValue> {
        self.say(TypingCommand::Typed {
            place: Place { room, thread },
            kind: TypingRoomType::parse(kind).unwrap_or_default(),
            recipient,
        })
    }

    /// Nothing is typed any more: at a place, or without one anywhere.
    #[wasm_bindgen(js_name = stopTyping)]
    pub fn stop_typing(&self, room: Option<String>, thread: Option<String>) -> Result<(), JsValue> {
        self.say(TypingCommand::Stopped(place(room, thread)))
    }

    /// The others are not shown any more, until something new is heard of them: at a place, or
    /// without one anywhere.
    pub fn clear(&self, room: Option<String>, thread: Option<String>) -> Result<(), JsValue> {
        self.say(TypingCommand::Cleared(place(room, thread)))
    }

    /// Who types at a place.
    pub fn snapshot(
        &self,
        room: String,
        thread: Option<String>,
    ) -> Result<JsTypingSnapshot, JsValue> {
        let place = Place { room, thread };
        let snapshot = self.driver.read(|engine, _| engine.typing(&place))?;
        Ok(snapshot.unchecked_into())
    }

    /// The places where others type.
    pub fn places(&self) -> Result<JsTypingPlaces, JsValue> {
        let places = self.driver.read(|engine, _| engine.typing_places())?;
        Ok(places.unchecked_into())
    }

    /// Where this user types; null where nowhere.
    pub fn context(&self) -> Result<JsTypingContext, JsValue> {
        let context = self.driver.read(|engine, _| engine.typing_context())?;
        Ok(context.unchecked_into())
    }
}

fn place(room: Option<String>, thread: Option<String>) -> Option<Place> {
    room.map(|room| Place { room, thread })
}
