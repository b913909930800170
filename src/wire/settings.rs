//! A user's settings.

use serde::{Deserialize, Serialize};

use super::fields::Object;
use crate::socketio::Value;

/// Answer to [`PRESENCE_SETTINGS_GET`](super::names::PRESENCE_SETTINGS_GET) and
/// [`PRESENCE_SETTINGS_UPDATE`](super::names::PRESENCE_SETTINGS_UPDATE): the user's own settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceSettings {
    /// Whether others are told what this user read, and this user what others read. Default true.
    pub allow_read_receipts: bool,
}

/// [`PRESENCE_SETTINGS_UPDATE`](super::names::PRESENCE_SETTINGS_UPDATE), client to server: what
/// is left out stays as it is; ack [`PresenceSettings`]. Error: `VALIDATION_ERROR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceSettingsUpdate {
    /// As in [`PresenceSettings`]. Turning it on by itself reveals nothing that was read before;
    /// what is read from then on is shown, and so that what comes before it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_read_receipts: Option<bool>,
}

impl PresenceSettings {
    /// Reads the settings; what is left out has its default.
    pub fn read<V: Value>(body: &V) -> Self {
        let allowed = body.field("allowReadReceipts");
        Self {
            allow_read_receipts: allowed.and_then(|flag| flag.as_boolean()) != Some(false),
        }
    }
}

impl PresenceSettingsUpdate {
    /// The payload, for a client.
    pub fn build<V: Value>(&self) -> V {
        let allowed = self.allow_read_receipts.map(V::boolean);
        Object::new().maybe("allowReadReceipts", allowed).build()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_that_say_nothing_allow_receipts() {
        assert!(PresenceSettings::read(&json!({})).allow_read_receipts);
        let refused = json!({ "allowReadReceipts": false });
        assert!(!PresenceSettings::read(&refused).allow_read_receipts);
    }

    #[test]
    fn what_a_client_builds_the_server_decodes() {
        let update = PresenceSettingsUpdate {
            allow_read_receipts: Some(false),
        };
        let body: serde_json::Value = update.build();
        assert_eq!(
            serde_json::from_value::<PresenceSettingsUpdate>(body).ok(),
            Some(update)
        );
    }
}
