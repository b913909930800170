//! Operations on messages: who may do what, and what a message is afterwards.

use nchat_realtime::wire::limits::{MAX_MESSAGE_REACTIONS, MAX_REACTIONS};
use nchat_realtime::wire::operation::Reaction;
use nchat_realtime::wire::room::RoomRole;

use super::message::ENTRY_BYTES;
use super::{Fence, Place, Refused, StoredMessage};
use crate::core::User;

/// An operation to be appended to its room's log.
#[derive(Clone, Debug)]
pub struct NewOperation {
    /// The room, where the sender names it: the message has to be in it.
    pub room_name: Option<String>,
    /// The server's id of the message.
    pub message_id: String,
    /// The sender's id of the operation: unique with the sender, among messages too.
    pub client_message_id: String,
    /// When it was taken, in milliseconds since 1970; a room's times never go back.
    pub timestamp_ms: i64,
    /// The tab that sends it, where it says.
    pub fence: Option<Fence>,
    /// The sender's id of what has to be stored before it, if anything.
    pub after: Option<String>,
    /// Who does it.
    pub user: User,
    /// What is done.
    pub kind: OperationKind,
}

/// What is done to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// It gets another text.
    Edit {
        /// The new text.
        content: String,
        /// The version that the edit was made from, where it matters.
        base_version: Option<u64>,
    },
    /// It goes, and leaves its place.
    Delete,
    /// A reaction more.
    React(String),
    /// A reaction less.
    Unreact(String),
}

/// An operation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOperation {
    /// Its place, and the message that it is on.
    pub place: Place,
    /// The sender's id of it.
    pub client_message_id: String,
    /// Who did it; of a reaction, with the name that they had.
    pub user: User,
    /// What was done. The text of an edit is empty once the message is deleted.
    pub kind: OperationKind,
    /// The message's version after it.
    pub version: u64,
}

/// Whether a message was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Changed,
    /// It was so already.
    Unchanged,
}

impl StoredMessage {
    /// Makes the message what it is after an operation of a member with this role.
    pub(super) fn operate(
        &mut self,
        operation: &NewOperation,
        room_name: &str,
        role: RoomRole,
        timestamp_ms: i64,
    ) -> Result<Effect, Refused> {
        let user_id = &operation.user.id;
        let is_author = self.body.user.id == *user_id;
        match &operation.kind {
            OperationKind::Edit { .. } if !is_author => Err(Refused::Forbidden),
            OperationKind::Delete if !is_author && !keeps_order(role) => Err(Refused::Forbidden),
            OperationKind::Delete if self.is_deleted => Ok(Effect::Unchanged),
            _ if self.is_deleted => Err(Refused::MessageNotFound),
            OperationKind::Edit {
                content,
                base_version,
            } => {
                if base_version.is_some_and(|version| version != self.version) {
                    return Err(Refused::Stale {
                        room_name: room_name.to_owned(),
                        current: Box::new(self.clone()),
                    });
                }
                self.body.content.clone_from(content);
                self.version += 1;
                self.edited_at_ms = Some(timestamp_ms);
                Ok(Effect::Changed)
            }
            OperationKind::Delete => {
                self.empty();
                Ok(Effect::Changed)
            }
            OperationKind::React(emoji) => self.react(emoji, user_id),
            OperationKind::Unreact(emoji) => Ok(self.unreact(emoji, user_id)),
        }
    }

    /// Who wrote it, when and where stays; what it said goes.
    fn empty(&mut self) {
        self.version += 1;
        self.is_deleted = true;
        self.reactions.clear();
        self.body.content.clear();
        self.body.mentions = None;
        self.body.attachments = None;
        self.body.metadata = None;
    }

    fn react(&mut self, emoji: &str, user_id: &str) -> Result<Effect, Refused> {
        let count: usize = self.reactions.iter().map(|one| one.user_ids.len()).sum();
        let is_full = count >= MAX_MESSAGE_REACTIONS;
        let kinds = self.reactions.len();
        match self.reactions.iter_mut().find(|one| one.emoji == emoji) {
            Some(reaction) if reaction.user_ids.iter().any(|id| id == user_id) => {
                return Ok(Effect::Unchanged);
            }
            _ if is_full => return Err(Refused::TooManyReactions),
            Some(reaction) => reaction.user_ids.push(user_id.to_owned()),
            None if kinds >= MAX_REACTIONS => return Err(Refused::TooManyReactions),
            None => self.reactions.push(Reaction {
                emoji: emoji.to_owned(),
                user_ids: vec![user_id.to_owned()],
            }),
        }
        Ok(Effect::Changed)
    }

    fn unreact(&mut self, emoji: &str, user_id: &str) -> Effect {
        let Some(reaction) = self.reactions.iter_mut().find(|one| one.emoji == emoji) else {
            return Effect::Unchanged;
        };
        let Some(index) = reaction.user_ids.iter().position(|id| id == user_id) else {
            return Effect::Unchanged;
        };
        reaction.user_ids.remove(index);
        self.reactions.retain(|one| !one.user_ids.is_empty());
        Effect::Changed
    }
}

impl StoredOperation {
    /// An operation as it is stored, of a message that has this version after it.
    pub(super) fn new(place: Place, operation: NewOperation, version: u64) -> Self {
        let kind = match operation.kind {
            OperationKind::Edit { content, .. } => OperationKind::Edit {
                content,
                base_version: None,
            },
            kind => kind,
        };
        Self {
            place,
            client_message_id: operation.client_message_id,
            user: operation.user,
            kind,
            version,
        }
    }

    /// About how many bytes it takes in a page.
    pub(super) fn size(&self) -> usize {
        let text = match &self.kind {
            OperationKind::Edit { content, .. } => content.len(),
            _ => 0,
        };
        ENTRY_BYTES + text
    }

    /// What an edit of this message said goes with the message.
    pub(super) fn forget_text(&mut self, message_id: &str) {
        if let OperationKind::Edit { content, .. } = &mut self.kind
            && self.place.message_id == message_id
        {
            content.clear();
        }
    }
}

impl OperationKind {
    /// Whether it changes the message's version.
    pub fn has_version(&self) -> bool {
        matches!(self, Self::Edit { .. } | Self::Delete)
    }
}

/// Whether a role deletes what others wrote.
fn keeps_order(role: RoomRole) -> bool {
    matches!(role, RoomRole::Admin | RoomRole::Moderator)
}
