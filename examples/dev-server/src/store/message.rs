//! Messages as the store keeps them.

use std::collections::BTreeSet;

use nchat_realtime::wire::json::Json;
use nchat_realtime::wire::message::MessageType;
use nchat_realtime::wire::operation::Reaction;
use serde::{Deserialize, Serialize};

use super::Fence;
use crate::core::User;

/// About what an entry takes in a page beside its own text: ids, times, names of fields.
pub(super) const ENTRY_BYTES: usize = 300;

/// The part of a message that the server only passes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageBody {
    /// The sender, as they were when they sent it.
    pub user: User,
    /// The text.
    pub content: String,
    /// Its kind.
    pub kind: MessageType,
    /// The thread that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// User ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Vec<String>>,
    /// Descriptions of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Json>>,
    /// The application's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Json>,
}

/// A message to be appended to its room's log.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The room.
    pub room_name: String,
    /// The server's id for it.
    pub message_id: String,
    /// The sender's id for it: unique with the sender.
    pub client_message_id: String,
    /// When it was taken, in milliseconds since 1970. A room's times never go back: where the
    /// clock did, the newest message's time is used.
    pub timestamp_ms: i64,
    /// The tab that sends it, where it says.
    pub fence: Option<Fence>,
    /// The sender's id of what has to be stored before it, if anything.
    pub after: Option<String>,
    /// The rest.
    pub body: MessageBody,
}

/// Where a message or an operation stands in its room's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The server's id of the message, also where an operation on it stands.
    pub message_id: String,
    /// Its place, from 1, without gaps.
    pub seq: u64,
    /// The history that `seq` counts in.
    pub epoch: String,
    /// When it was taken, in milliseconds since 1970.
    pub timestamp_ms: i64,
}

/// A message as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredMessage {
    /// Its place.
    pub place: Place,
    /// The sender's id for it.
    pub client_message_id: String,
    /// The rest.
    pub body: MessageBody,
    /// Counts edits and the deletion, from 1.
    pub version: u64,
    /// When it was edited last, in milliseconds since 1970.
    pub edited_at_ms: Option<i64>,
    /// Whether it was deleted; the body is then empty.
    pub is_deleted: bool,
    /// In the order in which they came.
    pub reactions: Vec<Reaction>,
}

impl StoredMessage {
    /// A message as it is first stored.
    pub fn new(place: Place, message: NewMessage) -> Self {
        Self {
            place,
            client_message_id: message.client_message_id,
            body: message.body,
            version: 1,
            edited_at_ms: None,
            is_deleted: false,
            reactions: Vec::new(),
        }
    }
}

impl StoredMessage {
    /// About how many bytes it takes in a page.
    pub(super) fn size(&self) -> usize {
        let reactions = self.reactions.iter().flat_map(|one| &one.user_ids);
        let reactions: usize = reactions.map(|id| id.len() + 4).sum();
        let json = |value: &Json| value.to_string().len();
        let attachments: usize = self.body.attachments.iter().flatten().map(json).sum();
        let metadata: usize = self.body.metadata.iter().map(json).sum();
        ENTRY_BYTES + self.body.content.len() + attachments + metadata + reactions
    }
}

impl NewMessage {
    /// Users whom it mentions, each once, the sender left out.
    pub(super) fn mentioned(&self) -> BTreeSet<&str> {
        let mentions = self.body.mentions.iter().flatten().map(String::as_str);
        mentions.filter(|id| *id != self.body.user.id).collect()
    }
}

/// What a sender's id was answered when it was used first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The place; of an operation that had nothing to change, the log's head at that time.
    pub place: Place,
    /// The message's version after an edit or a deletion.
    pub version: Option<u64>,
}
