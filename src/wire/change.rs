//! What an operation makes of a message, whoever holds it.

use super::fields::{is_true, optional_text, valid_id};
use super::names;
use super::operation::version;
use crate::socketio::Value;

/// One change of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum MessageChange<V> {
    /// Another text.
    Edit {
        /// It.
        content: V,
        /// The message's version from then on; without one the edit goes over any other.
        version: Option<u64>,
        /// When the server took it.
        edited_at: Option<String>,
    },
    /// No text any more.
    Delete {
        /// The message's version from then on.
        version: Option<u64>,
    },
    /// A reaction more, or less.
    React {
        /// It.
        emoji: String,
        /// Whose.
        user_id: String,
        /// Whether it is one more.
        adds: bool,
    },
}

/// What a deleted message has no more, beside its text.
const EMPTIED: [&str; 4] = ["mentions", "attachments", "metadata", "reactions"];

impl<V: Value> MessageChange<V> {
    /// Reads the payload of the server's event of this name; `None` where it is no operation.
    pub fn read(event: &str, body: &V) -> Option<Self> {
        let id = |key| valid_id(body, key);
        let version = || body.field("version").map(|_| version(body));
        let react = |adds| {
            Some(Self::React {
                emoji: id("emoji")?,
                user_id: id("userId")?,
                adds,
            })
        };
        match event {
            names::MESSAGE_UPDATE => Some(Self::Edit {
                content: body.field("content")?,
                version: version(),
                edited_at: id("editedAt"),
            }),
            names::MESSAGE_DELETE => Some(Self::Delete { version: version() }),
            names::REACTION_ADD => react(true),
            names::REACTION_REMOVE => react(false),
            _ => None,
        }
    }

    /// The message after it; `None` where it changes nothing. An older version never goes over a
    /// newer one, and nothing over a deletion.
    pub fn apply(&self, message: &V) -> Option<V> {
        let is_deleted = is_true(message, "isDeleted");
        match self {
            Self::Edit {
                content,
                version,
                edited_at,
            } => {
                let mut fields = versioned(message, *version)?;
                if is_deleted && version.is_none() {
                    return None;
                }
                fields.push(("content", content.clone()));
                fields.push(("isEdited", V::boolean(true)));
                let edited_at = edited_at.as_deref();
                fields.extend(edited_at.map(|time| ("editedAt", V::string(time))));
                Some(message.with(&fields))
            }
            Self::Delete { version } => {
                let mut fields = versioned(message, *version)?;
                if is_deleted && version.is_none() {
                    return None;
                }
                fields.push(("content", V::string("")));
                fields.push(("isDeleted", V::boolean(true)));
                let emptied = EMPTIED.into_iter();
                fields.extend(
                    emptied
                        .filter(|key| message.field(key).is_some())
                        .map(|key| (key, V::null())),
                );
                Some(message.with(&fields))
            }
            Self::React { .. } if is_deleted => None,
            Self::React {
                emoji,
                user_id,
                adds,
            } => {
                let reactions = with_reaction(reactions(message), emoji, user_id, *adds)?;
                Some(message.with(&[("reactions", write(&reactions))]))
            }
        }
    }
}

/// The field of a version that is newer than the message's, or none for a change without one.
fn versioned<V: Value>(message: &V, newer: Option<u64>) -> Option<Vec<(&'static str, V)>> {
    match newer {
        Some(newer) if newer <= version(message) => None,
        Some(newer) => Some(vec![("version", V::number(newer as f64))]),
        None => Some(Vec::new()),
    }
}

type Reactions = Vec<(String, Vec<String>)>;

fn reactions<V: Value>(message: &V) -> Reactions {
    let list = message.field("reactions");
    let count = list.as_ref().and_then(V::length).unwrap_or(0);
    (0..count)
        .filter_map(|index| {
            let reaction = list.as_ref()?.element(index)?;
            let emoji = optional_text(&reaction, "emoji").ok()??;
            let users = reaction.field("userIds")?;
            let users = (0..users.length()?).filter_map(|index| users.element(index)?.as_text());
            Some((emoji, users.collect()))
        })
        .collect()
}

/// The reactions with one more, or less; `None` where it is so already.
fn with_reaction(
    mut reactions: Reactions,
    emoji: &str,
    user_id: &str,
    adds: bool,
) -> Option<Reactions> {
    let known = reactions.iter().position(|(known, _)| known == emoji);
    let users = known.map(|index| &mut reactions[index].1);
    let place = users
        .as_ref()
        .and_then(|users| users.iter().position(|id| id == user_id));
    match (adds, users, place) {
        (true, _, Some(_)) | (false, _, None) => return None,
        (true, Some(users), None) => users.push(user_id.to_owned()),
        (true, None, None) => reactions.push((emoji.to_owned(), vec![user_id.to_owned()])),
        (false, users, Some(place)) => {
            users?.remove(place);
            reactions.retain(|(_, users)| !users.is_empty());
        }
    }
    Some(reactions)
}

fn write<V: Value>(reactions: &Reactions) -> V {
    let reactions = reactions.iter().map(|(emoji, users)| {
        let users = users.iter().map(|id| V::string(id)).collect();
        V::object(&[("emoji", V::string(emoji)), ("userIds", V::array(users))])
    });
    V::array(reactions.collect())
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn message() -> Json {
        json!({"messageId": "m", "content": "hi", "mentions": ["bob"], "version": 2})
    }

    fn apply(event: &str, body: &Json, message: &Json) -> Option<Json> {
        MessageChange::read(event, body)?.apply(message)
    }

    #[test]
    fn an_edit_changes_the_text_unless_the_message_is_as_new() {
        let edit = json!({"content": "hello", "version": 3, "editedAt": "now"});
        let edited = apply("message:update", &edit, &message()).expect("changes");
        assert_eq!(
            (&edited["content"], &edited["version"], &edited["isEdited"]),
            (&json!("hello"), &json!(3), &json!(true))
        );
        assert_eq!(edited["editedAt"], "now");
        assert_eq!(apply("message:update", &edit, &edited), None);
    }

    #[test]
    fn a_deleted_message_is_empty_and_stays_so() {
        let deleted = apply("message:delete", &json!({"version": 3}), &message());
        let deleted = deleted.expect("changes");
        assert_eq!(
            (
                &deleted["content"],
                &deleted["isDeleted"],
                &deleted["mentions"]
            ),
            (&json!(""), &json!(true), &Json::Null)
        );
        let edits = [
            json!({"content": "again"}),
            json!({"content": "again", "version": 3}),
        ];
        for edit in edits {
            assert_eq!(apply("message:update", &edit, &deleted), None);
        }
        let reaction = json!({"emoji": "+", "userId": "bob"});
        assert_eq!(apply("reaction:add", &reaction, &deleted), None);
        assert_eq!(apply("message:delete", &json!({}), &deleted), None);
    }

    #[test]
    fn a_reaction_is_there_once_and_goes_with_its_last_user() {
        let by = |user: &str| json!({"emoji": "+", "userId": user});
        let one = apply("reaction:add", &by("bob"), &message()).expect("changes");
        assert_eq!(apply("reaction:add", &by("bob"), &one), None);
        let two = apply("reaction:add", &by("eve"), &one).expect("changes");
        assert_eq!(
            two["reactions"],
            json!([{"emoji": "+", "userIds": ["bob", "eve"]}])
        );
        assert_eq!(apply("reaction:remove", &by("amy"), &two), None);
        let left = apply("reaction:remove", &by("bob"), &two).expect("changes");
        let none = apply("reaction:remove", &by("eve"), &left).expect("changes");
        assert_eq!(none["reactions"], json!([]));
    }

    #[test]
    fn what_is_no_operation_changes_nothing() {
        for (event, body) in [
            ("message:new", json!({"content": "x"})),
            ("message:update", json!({"version": 3})),
            ("reaction:add", json!({"emoji": "+"})),
            ("reaction:add", json!({"emoji": 7, "userId": "bob"})),
        ] {
            assert_eq!(MessageChange::read(event, &body), None, "{event}");
        }
        let odd = json!({"reactions": [7, {"emoji": "+"}, {"emoji": "-", "userIds": [1, "bob"]}]});
        let reaction = json!({"emoji": "-", "userId": "bob"});
        assert_eq!(apply("reaction:add", &reaction, &odd), None);
    }
}
