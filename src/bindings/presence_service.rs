//! `PresenceService`: who is there.

use wasm_bindgen::prelude::*;

use super::types::{
    JsOwnPresence, JsPresence, JsPresenceConfig, JsPresences, JsPromisePresences, invalid,
};
use crate::browser::Driver;
use crate::engine::input::Input;
use crate::engine::presence::PresenceCommand;
use crate::socketio::Value;
use crate::wire::presence::{ChosenStatus, CustomStatus};

/// The presence of one client's user, and of those that the app wants to know of.
#[wasm_bindgen]
pub struct PresenceService {
    driver: Driver,
}

impl PresenceService {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver }
    }

    fn say(&self, command: PresenceCommand) -> Result<(), JsValue> {
        self.driver.handle(Input::Presence(command))
    }
}

#[wasm_bindgen]
impl PresenceService {
    /// Lays options over those given before; absent ones change nothing. Throws
    /// `VALIDATION_ERROR`, and then nothing has changed.
    pub fn configure(&self, config: JsPresenceConfig) -> Result<(), JsValue> {
        let config = JsValue::from(config);
        self.driver
            .change_settings(|settings| settings.presence.lay(&config))
    }

    /// Tells the server how this user is, and that they are still there, or no longer does.
    pub fn start(&self, is_on: bool) -> Result<(), JsValue> {
        self.say(match is_on {
            true => PresenceCommand::Started,
            false => PresenceCommand::Stopped,
        })
    }

    /// What the user chose. Throws `VALIDATION_ERROR`.
    #[wasm_bindgen(js_name = setStatus)]
    pub fn set_status(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PresenceStatusName")] status: &str,
    ) -> Result<(), JsValue> {
        let chosen = ChosenStatus::parse(status);
        let chosen = chosen.ok_or_else(|| invalid(&format!("no status is called `{status}`")))?;
        self.say(PresenceCommand::StatusChosen(chosen))
    }

    /// The status in the user's own words, as `{customStatus: {text?, emoji?, expiresAt?}}`; none
    /// where there is neither a text nor an emoji.
    #[wasm_bindgen(js_name = setCustomStatus)]
    pub fn set_custom_status(
        &self,
        #[wasm_bindgen(unchecked_param_type = "{ customStatus: CustomStatus | null }")]
        given: JsValue,
    ) -> Result<(), JsValue> {
        let custom = CustomStatus::read(&given);
        self.say(PresenceCommand::CustomStatusSet(custom))
    }

    /// The app wants to know of these users, or no longer does.
    pub fn want(&self, user_ids: Vec<String>, is_wanted: bool) -> Result<(), JsValue> {
        self.say(match is_wanted {
            true => PresenceCommand::Wanted(user_ids),
            false => PresenceCommand::Unwanted(user_ids),
        })
    }

    /// Asks how users are, at most 100. Rejects `NOT_CONNECTED`, `TIMEOUT`, or as the server does.
    pub fn fetch(&self, ids: Vec<String>) -> JsPromisePresences {
        let ask = |request| Input::Presence(PresenceCommand::Asked { ids, request });
        self.driver.request(ask).unchecked_into()
    }

    /// A user as they may be seen; undefined where nothing is known of them.
    pub fn presence(&self, user_id: &str) -> Result<Option<JsPresence>, JsValue> {
        let presence = self.driver.read(|engine, _| engine.presence(user_id))?;
        Ok(presence.map(JsCast::unchecked_into))
    }

    /// All of whom something is known.
    pub fn presences(&self) -> Result<JsPresences, JsValue> {
        let presences = self.driver.read(|engine, _| engine.presences())?;
        Ok(<JsValue as Value>::array(presences).unchecked_into())
    }

    /// This user.
    pub fn own(&self) -> Result<JsOwnPresence, JsValue> {
        let own = self.driver.read(|engine, _| engine.own_presence())?;
        Ok(own.unchecked_into())
    }
}
