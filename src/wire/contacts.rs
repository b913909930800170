//! Contacts and blocks: whom a user lets see more, and whom nothing.

use serde::{Deserialize, Serialize};

use super::object::Object;
use super::presence;
use crate::socketio::Value;

/// [`CONTACTS_ADD`](super::names::CONTACTS_ADD),
/// [`CONTACTS_REMOVE`](super::names::CONTACTS_REMOVE), [`BLOCK_ADD`](super::names::BLOCK_ADD) and
/// [`BLOCK_REMOVE`](super::names::BLOCK_REMOVE), client to server, and the answer to them. Repeating
/// one changes nothing. Errors: `VALIDATION_ERROR` (oneself, a malformed id), `PAYLOAD_TOO_LARGE`
/// (a list that is full).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Contact {
    /// Whom.
    pub user_id: String,
}

/// Answer to [`CONTACTS_LIST`](super::names::CONTACTS_LIST) and
/// [`BLOCK_LIST`](super::names::BLOCK_LIST).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_family = "wasm", derive(tsify::Tsify))]
pub struct Contacts {
    /// In the order of ids, at most 5,000.
    pub user_ids: Vec<String>,
}

impl Contact {
    /// The payload, for a client.
    pub fn build<V: Value>(user_id: &str) -> V {
        Object::new().text("userId", user_id).build()
    }

    /// Reads the answer; `None` where it names nobody.
    pub fn read<V: Value>(body: &V) -> Option<Self> {
        let user_id = presence::read_user_id(body)?;
        Some(Self { user_id })
    }
}

impl Contacts {
    /// Reads the answer; items that are no ids are left out.
    pub fn read<V: Value>(body: &V) -> Self {
        Self {
            user_ids: presence::read_user_ids(body),
        }
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_read_without_what_is_no_id() {
        let list = Contacts::read(&json!({ "userIds": ["a", 7, "", null, "b"] }));
        assert_eq!(list.user_ids, ["a", "b"]);
        assert!(
            Contacts::read(&json!({ "userIds": "a" }))
                .user_ids
                .is_empty()
        );
        assert!(Contacts::read(&json!(null)).user_ids.is_empty());
    }

    #[test]
    fn what_a_client_builds_the_server_decodes() {
        let body: serde_json::Value = Contact::build("bob");
        let contact: Contact = serde_json::from_value(body.clone()).expect("decodes");
        assert_eq!(Contact::read(&body), Some(contact));
        assert_eq!(Contact::read(&json!({ "userId": 7 })), None);
    }
}
