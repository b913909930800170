//! A user's settings: who may know what of them.

use serde::{Deserialize, Serialize};

use super::fields::{optional_text, valid_id};
use super::object::Object;
use crate::socketio::Value;

/// Who may know something of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub enum Visibility {
    /// Nobody else.
    Nobody,
    /// Those whom the user lists as contacts, or has written to in a direct conversation.
    Contacts,
    /// Everyone who is not blocked.
    #[default]
    Everyone,
}

impl Visibility {
    /// The name on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Contacts => "contacts",
            Self::Everyone => "everyone",
        }
    }

    /// The one of this name; [`Self::Nobody`] for a name that is not known.
    pub fn parse(name: &str) -> Self {
        match name {
            "everyone" => Self::Everyone,
            "contacts" => Self::Contacts,
            _ => Self::Nobody,
        }
    }
}

/// Answer to [`PRESENCE_SETTINGS_GET`](super::names::PRESENCE_SETTINGS_GET) and
/// [`PRESENCE_SETTINGS_UPDATE`](super::names::PRESENCE_SETTINGS_UPDATE), and the payload of
/// [`PRESENCE_SETTINGS`](super::names::PRESENCE_SETTINGS): the user's own settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceSettings {
    /// Whose. Absent from older servers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(target_family = "wasm", tsify(optional))]
    pub user_id: String,
    /// Who may know how available the user is. Default `everyone`.
    pub visibility: Visibility,
    /// Whether those may know when the user was last there. Default true.
    pub show_last_seen: bool,
    /// Whether those may know how available the user is; if not, they do not learn the custom
    /// status, the device and the last time either. Default true.
    pub show_online_status: bool,
    /// Whether others are told what this user read, and this user what others read. Default true.
    pub allow_read_receipts: bool,
    /// Whether the user cannot be told from somebody who is not there. Default false.
    pub invisible_mode: bool,
    /// Whether others are told that the user is typing. Default true.
    pub broadcast_typing: bool,
    /// Which others. Default `everyone`.
    pub typing_visibility: Visibility,
    /// When they were first changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When they were last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

/// [`PRESENCE_SETTINGS_UPDATE`](super::names::PRESENCE_SETTINGS_UPDATE), client to server: what
/// is left out stays as it is; ack [`PresenceSettings`]. Turning something on by itself reveals
/// nothing from before. Error: `VALIDATION_ERROR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct PresenceSettingsUpdate {
    /// As in [`PresenceSettings`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// As in [`PresenceSettings`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_last_seen: Option<bool>,
    /// As in [`PresenceSettings`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_online_status: Option<bool>,
    /// As in [`PresenceSettings`]. What is read from when it is on again is shown, and so that
    /// what comes before it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_read_receipts: Option<bool>,
    /// As in [`PresenceSettings`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invisible_mode: Option<bool>,
    /// As in [`PresenceSettings`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broadcast_typing: Option<bool>,
    /// As in [`PresenceSettings`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typing_visibility: Option<Visibility>,
}

impl Default for PresenceSettings {
    fn default() -> Self {
        Self {
            user_id: String::new(),
            visibility: Visibility::Everyone,
            show_last_seen: true,
            show_online_status: true,
            allow_read_receipts: true,
            invisible_mode: false,
            broadcast_typing: true,
            typing_visibility: Visibility::Everyone,
            created_at: None,
            updated_at: None,
        }
    }
}

impl PresenceSettings {
    /// Reads the settings; what is left out has its default.
    pub fn read<V: Value>(body: &V) -> Self {
        let flag = |key| body.field(key).and_then(|flag| flag.as_boolean());
        let visibility = |key| match optional_text(body, key) {
            Ok(Some(name)) => Visibility::parse(&name),
            Ok(None) => Visibility::Everyone,
            Err(_) => Visibility::Nobody,
        };
        Self {
            user_id: valid_id(body, "userId").unwrap_or_default(),
            visibility: visibility("visibility"),
            show_last_seen: flag("showLastSeen") != Some(false),
            show_online_status: flag("showOnlineStatus") != Some(false),
            allow_read_receipts: flag("allowReadReceipts") != Some(false),
            invisible_mode: flag("invisibleMode") == Some(true),
            broadcast_typing: flag("broadcastTyping") != Some(false),
            typing_visibility: visibility("typingVisibility"),
            created_at: valid_id(body, "createdAt"),
            updated_at: valid_id(body, "updatedAt"),
        }
    }
}

impl PresenceSettingsUpdate {
    /// The payload, for a client.
    pub fn build<V: Value>(&self) -> V {
        let flag = |flag: Option<bool>| flag.map(V::boolean);
        let name = |visibility: Option<Visibility>| visibility.map(Visibility::as_str);
        Object::new()
            .maybe_text("visibility", name(self.visibility))
            .maybe("showLastSeen", flag(self.show_last_seen))
            .maybe("showOnlineStatus", flag(self.show_online_status))
            .maybe("allowReadReceipts", flag(self.allow_read_receipts))
            .maybe("invisibleMode", flag(self.invisible_mode))
            .maybe("broadcastTyping", flag(self.broadcast_typing))
            .maybe_text("typingVisibility", name(self.typing_visibility))
            .build()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn settings_that_say_nothing_are_the_defaults() {
        assert_eq!(
            PresenceSettings::read(&json!({})),
            PresenceSettings::default()
        );
        let refused = json!({ "allowReadReceipts": false });
        assert!(!PresenceSettings::read(&refused).allow_read_receipts);
    }

    #[test]
    fn a_visibility_that_is_not_known_shows_nothing() {
        for odd in [json!("friends"), json!(7), json!("")] {
            let settings = PresenceSettings::read(&json!({ "visibility": odd }));
            assert_eq!(settings.visibility, Visibility::Nobody, "{odd}");
        }
        let odd = json!({ "typingVisibility": "friends" });
        assert!(serde_json::from_value::<PresenceSettingsUpdate>(odd).is_err());
    }

    fn visibilities() -> impl Strategy<Value = Visibility> {
        prop_oneof![
            Just(Visibility::Nobody),
            Just(Visibility::Contacts),
            Just(Visibility::Everyone),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_024))]

        #[test]
        fn what_one_side_writes_the_other_reads(
            flags: [bool; 5],
            visibility in visibilities(),
            typing in proptest::option::of(visibilities()),
        ) {
            let update = PresenceSettingsUpdate {
                visibility: Some(visibility),
                show_last_seen: flags[0].then_some(flags[1]),
                show_online_status: Some(flags[2]),
                allow_read_receipts: flags[3].then_some(flags[4]),
                invisible_mode: Some(flags[1]),
                broadcast_typing: None,
                typing_visibility: typing,
            };
            let body: Json = update.build();
            prop_assert_eq!(serde_json::from_value(body).ok(), Some(update));

            let settings = PresenceSettings {
                user_id: "bob".to_owned(),
                visibility,
                show_last_seen: flags[0],
                show_online_status: flags[1],
                allow_read_receipts: flags[2],
                invisible_mode: flags[3],
                broadcast_typing: flags[4],
                typing_visibility: typing.unwrap_or_default(),
                created_at: None,
                updated_at: Some("t".to_owned()),
            };
            let body = serde_json::to_value(&settings).expect("encodes");
            prop_assert_eq!(PresenceSettings::read(&body), settings);
        }
    }
}
