//! Presence as a client reads and writes it.

use super::super::WireError;
use super::super::fields::{
    optional_count, optional_id, optional_list, optional_text, required_name, valid_id,
};
use super::super::object::Object;
use super::{ChosenStatus, CustomStatus, PresenceCounts, PresenceStatus, PresenceWindowPage};
use crate::socketio::Value;

/// What a client needs of a [`PresenceChanged`](super::PresenceChanged), in any of the dialects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresenceHead {
    /// Who.
    pub user_id: String,
    /// How available.
    pub status: PresenceStatus,
    /// In their own words.
    pub custom_status: Option<CustomStatus>,
    /// When they were last there, as the server wrote it.
    pub last_seen_at: Option<String>,
    /// What they are there with.
    pub device: Option<String>,
    /// Of the user's own: what they chose, wherever they did.
    pub chosen_status: Option<ChosenStatus>,
}

/// Of a [`PresenceChanged`](super::PresenceChanged) only what it is kept by, until it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceMark {
    /// Who.
    pub user_id: String,
    /// When the custom status ends, as the server wrote it.
    pub expires_at: Option<String>,
}

impl PresenceMark {
    /// Reads it of what [`PresenceHead::read`] can read.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let user_id = required_name(body, "userId", "id")?;
        read_status(body)?;
        let custom_status = body.field("customStatus");
        Ok(Self {
            user_id,
            expires_at: custom_status.and_then(|custom| valid_id(&custom, "expiresAt")),
        })
    }
}

fn read_status<V: Value>(body: &V) -> Result<PresenceStatus, WireError> {
    let status = body.name_field("status").ok().flatten();
    let status = status.and_then(|name| PresenceStatus::parse(&name));
    status.ok_or(WireError::Invalid("status"))
}

impl PresenceHead {
    /// Reads one user's presence; a status that is not known is an error.
    pub fn read<V: Value>(body: &V) -> Result<Self, WireError> {
        let user_id = required_name(body, "userId", "id")?;
        let status = read_status(body)?;
        let chosen = body.name_field("chosenStatus").ok().flatten();
        let last_seen_at = valid_id(body, "lastSeenAt").or_else(|| valid_id(body, "lastSeen"));
        Ok(Self {
            user_id,
            status,
            custom_status: CustomStatus::read(body),
            last_seen_at,
            device: valid_id(body, "device"),
            chosen_status: chosen.and_then(|name| ChosenStatus::parse(&name)),
        })
    }

    /// Reads a list `presences`, answer or event; items that cannot be read are left out.
    pub fn read_all<V: Value>(body: &V) -> Vec<Self> {
        let read = |item: &V| Some(Self::read(item).ok());
        let presences = optional_list(body, "presences", read).ok().flatten();
        presences.into_iter().flatten().flatten().collect()
    }
}

impl CustomStatus {
    /// Reads the custom status of a presence: an object in `customStatus`, or a text there and
    /// `customEmoji` beside it. One that says nothing is none.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let given = body.field("customStatus");
        let parts = given.as_ref().filter(|given| given.is_object());
        let says = |text: &String| !text.is_empty();
        let part = |key| {
            let text = optional_text(parts?, key).ok().flatten();
            text.filter(says)
        };
        let flat_emoji = || optional_text(body, "customEmoji").ok().flatten();
        let status = Self {
            text: part("text").or_else(|| given.as_ref()?.as_text().filter(says)),
            emoji: part("emoji").or_else(|| flat_emoji().filter(says)),
            expires_at: part("expiresAt"),
        };
        (status.text.is_some() || status.emoji.is_some()).then_some(status)
    }

    /// The status as a body.
    pub fn to_value<V: Value>(&self) -> V {
        Object::new()
            .maybe_text("text", self.text.as_deref())
            .maybe_text("emoji", self.emoji.as_deref())
            .maybe_text("expiresAt", self.expires_at.as_deref())
            .build()
    }
}

impl PresenceWindowPage {
    /// The members in all and by status; 0 for what is missing.
    pub fn read_counts<V: Value>(body: &V) -> (u32, PresenceCounts) {
        let count = |body: &V, key| optional_count(body, key).ok().flatten().unwrap_or_default();
        let counts = body.field("counts").unwrap_or_else(V::null);
        let counts = PresenceCounts {
            online: count(&counts, "online"),
            away: count(&counts, "away"),
            busy: count(&counts, "busy"),
            offline: count(&counts, "offline"),
        };
        (count(body, "total"), counts)
    }
}

/// What becomes of the custom status by an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomStatusUpdate<'a> {
    /// It stays.
    Keep,
    /// It is taken away.
    Clear,
    /// It is this one from now on.
    Set(&'a CustomStatus),
}

/// Builds the payload of a [`PresenceUpdate`](super::PresenceUpdate). `status` is left out where
/// the user has chosen nothing new, so that what they chose elsewhere stays.
pub fn build_presence_update<V: Value>(
    status: Option<ChosenStatus>,
    idle: bool,
    custom_status: CustomStatusUpdate<'_>,
    device: Option<&str>,
) -> V {
    let custom_status = match custom_status {
        CustomStatusUpdate::Keep => None,
        CustomStatusUpdate::Clear => Some(V::null()),
        CustomStatusUpdate::Set(status) => Some(status.to_value()),
    };
    Object::new()
        .maybe_text("status", status.map(ChosenStatus::as_str))
        .boolean("idle", idle)
        .maybe("customStatus", custom_status)
        .maybe_text("device", device)
        .build()
}

/// Builds the payload of a [`PresenceSubscribe`](super::PresenceSubscribe), a
/// [`PresenceUnsubscribe`](super::PresenceUnsubscribe) and a [`PresenceGet`](super::PresenceGet).
pub fn build_user_ids<V: Value>(user_ids: &[String]) -> V {
    Object::new().texts("userIds", user_ids).build()
}

/// Builds the payload of a [`PresenceWindow`](super::PresenceWindow).
pub fn build_presence_window<V: Value>(room_name: &str, offset: u32, limit: u32) -> V {
    Object::new()
        .text("roomName", room_name)
        .number("offset", f64::from(offset))
        .number("limit", f64::from(limit))
        .build()
}

/// Reads a list `userIds`, such as contacts; items that are no ids are left out.
pub(in super::super) fn read_user_ids<V: Value>(body: &V) -> Vec<String> {
    let one = |item: &V| Some(item.as_text().filter(|id| !id.is_empty()));
    let ids = optional_list(body, "userIds", one).ok().flatten();
    ids.into_iter().flatten().flatten().collect()
}

/// Reads `userId`.
pub(in super::super) fn read_user_id<V: Value>(body: &V) -> Option<String> {
    optional_id(body, "userId").ok().flatten()
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::super::{
        GivenParts, GivenStatus, Moment, PresenceChanged, PresenceGet, PresenceUpdate,
        PresenceWindow,
    };
    use super::*;

    #[test]
    fn a_presence_is_read_in_every_dialect() {
        let ours = json!({
            "userId": "bob", "status": "busy",
            "customStatus": { "text": "Lunch", "emoji": "🍜", "expiresAt": "t" },
            "customEmoji": "🍜", "lastSeen": null, "lastSeenAt": null, "device": "web",
        });
        let head = PresenceHead::read(&ours).expect("reads");
        assert_eq!(head.status, PresenceStatus::Busy);
        let custom = head.custom_status.expect("a custom status");
        assert_eq!(custom.text.as_deref(), Some("Lunch"));
        assert_eq!(custom.expires_at.as_deref(), Some("t"));
        assert_eq!(head.device.as_deref(), Some("web"));

        let plain = json!({
            "userId": "bob", "status": "dnd", "customStatus": "Lunch", "customEmoji": "🍜",
            "lastSeen": "t",
        });
        let head = PresenceHead::read(&plain).expect("reads");
        assert_eq!(head.status, PresenceStatus::Busy);
        let custom = head.custom_status.expect("a custom status");
        assert_eq!(
            (custom.text.as_deref(), custom.emoji.as_deref()),
            (Some("Lunch"), Some("🍜"))
        );
        assert_eq!(head.last_seen_at.as_deref(), Some("t"));

        let gone = json!({ "userId": "bob", "status": "offline" });
        let head = PresenceHead::read(&gone).expect("reads");
        assert_eq!((head.custom_status, head.last_seen_at), (None, None));
    }

    #[test]
    fn what_cannot_be_a_presence_is_refused_and_costs_no_other() {
        let odd = [
            json!(null),
            json!({ "status": "online" }),
            json!({ "userId": "", "status": "online" }),
            json!({ "userId": "bob" }),
            json!({ "userId": "bob", "status": "asleep" }),
            json!({ "userId": "bob", "status": 7 }),
            json!({ "userId": "x".repeat(10_000), "status": "online" }),
        ];
        for body in &odd {
            assert!(PresenceHead::read(body).is_err(), "{body}");
        }
        let mut presences = odd.to_vec();
        presences.push(json!({ "userId": "bob", "status": "away" }));
        let read = PresenceHead::read_all(&json!({ "presences": presences }));
        assert_eq!(read.len(), 1);
        assert!(PresenceHead::read_all(&json!([])).is_empty());
    }

    #[test]
    fn a_custom_status_that_says_nothing_is_none() {
        for body in [
            json!({ "customStatus": null }),
            json!({ "customStatus": {} }),
            json!({ "customStatus": "" }),
            json!({ "customStatus": { "text": "", "emoji": "" } }),
            json!({ "customStatus": { "expiresAt": "t" } }),
            json!({ "customStatus": 7, "customEmoji": null }),
        ] {
            assert_eq!(CustomStatus::read(&body), None, "{body}");
        }
    }

    #[test]
    fn an_update_is_decoded_in_every_dialect() {
        let decode = |body: Json| serde_json::from_value::<PresenceUpdate>(body);
        let kept = decode(json!({ "status": "dnd" })).expect("decodes");
        assert_eq!(kept.status, Some(ChosenStatus::Busy));
        assert_eq!((kept.custom_status, kept.idle), (None, None));
        let cleared = decode(json!({ "customStatus": null })).expect("decodes");
        assert_eq!(cleared.custom_status, Some(GivenStatus::Nothing));
        let flat = json!({ "customStatus": "Lunch", "customEmoji": "🍜", "expiresAt": 7 });
        let flat = decode(flat).expect("decodes");
        assert_eq!(
            flat.custom_status,
            Some(GivenStatus::Text("Lunch".to_owned()))
        );
        assert_eq!(flat.expires_at, Some(Moment::Ms(7)));
        let parts = json!({ "customStatus": { "text": "Lunch", "expiresAt": null } });
        let parts = decode(parts).expect("decodes");
        assert!(matches!(parts.custom_status, Some(GivenStatus::Parts(_))));
        for odd in [
            json!({ "status": "asleep" }),
            json!({ "status": 7 }),
            json!({ "customStatus": 7 }),
            json!({ "customStatus": { "text": 7 } }),
            json!({ "idle": "yes" }),
            json!(null),
        ] {
            assert!(decode(odd.clone()).is_err(), "{odd}");
        }
    }

    #[test]
    fn what_a_client_asks_for_the_server_decodes() {
        let ids = ["a".to_owned(), "b".to_owned()];
        let body: Json = build_user_ids(&ids);
        let get: PresenceGet = serde_json::from_value(body).expect("decodes");
        assert_eq!(get.user_ids, ids);
        let body: Json = build_presence_window("general", 20, 10);
        let window: PresenceWindow = serde_json::from_value(body).expect("decodes");
        assert_eq!((window.offset, window.limit), (20, Some(10)));
        let body: Json = build_presence_update(None, true, CustomStatusUpdate::Clear, None);
        let update: PresenceUpdate = serde_json::from_value(body).expect("decodes");
        assert_eq!((update.status, update.idle), (None, Some(true)));
        assert_eq!(update.custom_status, Some(GivenStatus::Nothing));
    }

    #[test]
    fn a_window_without_counts_counts_nothing() {
        let page = json!({ "total": 3, "counts": { "online": 2, "away": -1 } });
        let (total, counts) = PresenceWindowPage::read_counts(&page);
        assert_eq!((total, counts.online, counts.away), (3, 2, 0));
        assert_eq!(PresenceWindowPage::read_counts(&json!(null)).0, 0);
    }

    fn statuses() -> impl Strategy<Value = PresenceStatus> {
        prop_oneof![
            Just(PresenceStatus::Online),
            Just(PresenceStatus::Away),
            Just(PresenceStatus::Busy),
            Just(PresenceStatus::Offline),
        ]
    }

    fn texts() -> impl Strategy<Value = Option<String>> {
        proptest::option::of("\\PC{1,12}")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_024))]

        #[test]
        fn what_the_server_writes_the_client_reads(
            user_id in "[a-z]{1,8}",
            status in statuses(),
            (text, emoji, expires_at, last_seen) in (texts(), texts(), texts(), texts()),
        ) {
            let custom = CustomStatus { text, emoji: emoji.clone(), expires_at };
            let says = custom.text.is_some() || custom.emoji.is_some();
            let custom_status = says.then_some(custom);
            let written = PresenceChanged {
                user_id: user_id.clone(),
                status,
                custom_status: custom_status.clone(),
                custom_emoji: emoji,
                last_seen: last_seen.clone(),
                last_seen_at: last_seen.clone(),
                device: None,
                chosen_status: (status == PresenceStatus::Away).then_some(ChosenStatus::Online),
            };
            let body = serde_json::to_value(&written).expect("encodes");
            let expected = PresenceHead {
                user_id,
                status,
                custom_status,
                last_seen_at: last_seen,
                device: None,
                chosen_status: written.chosen_status,
            };
            prop_assert_eq!(PresenceHead::read(&body), Ok(expected));
            let decoded: PresenceChanged = serde_json::from_value(body).expect("decodes");
            prop_assert_eq!(decoded, written);
        }

        #[test]
        fn what_the_client_writes_the_server_decodes(text in texts(), emoji in texts(), idle: bool) {
            let custom = CustomStatus { text, emoji, expires_at: Some("t".to_owned()) };
            let body: Json = build_presence_update(
                Some(ChosenStatus::Away),
                idle,
                CustomStatusUpdate::Set(&custom),
                Some("web"),
            );
            let update: PresenceUpdate = serde_json::from_value(body).expect("decodes");
            let expected = GivenParts {
                text: custom.text,
                emoji: custom.emoji,
                expires_at: Some(Moment::Text("t".to_owned())),
            };
            prop_assert_eq!(update.custom_status, Some(GivenStatus::Parts(expected)));
            prop_assert_eq!(update.idle, Some(idle));
        }
    }
}
