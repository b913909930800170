//! Edits, deletions and reactions.

use nchat_realtime::wire::ids::{check_id, check_room_name};
use nchat_realtime::wire::limits::{MAX_CONTENT_BYTES, MAX_EMOJI_CHARS};
use nchat_realtime::wire::operation::{
    MessageDelete, MessageDeleted, MessageEdit, MessageUpdate, Operation, OperationAck,
    ReactionChange, ReactionChanged,
};

use super::time::iso8601;
use super::{Caller, Core, Refusal};
use crate::store::{Answered, Change, NewOperation, OperationKind, Store, StoredOperation};

/// What every operation brings beside what it does.
struct Envelope {
    room_name: Option<String>,
    message_id: String,
    client_message_id: Option<String>,
    fence: Option<u64>,
    after: Option<String>,
}

impl<S: Store> Core<S> {
    pub(super) fn new_edit(
        &self,
        caller: Caller<'_>,
        edit: MessageEdit,
    ) -> Result<Change, Refusal> {
        if edit.content.is_empty() {
            return Err(Refusal::invalid("content", "must not be empty"));
        }
        if edit.content.len() > MAX_CONTENT_BYTES {
            return Err(Refusal::too_large("content", MAX_CONTENT_BYTES, "bytes"));
        }
        let kind = OperationKind::Edit {
            content: edit.content,
            base_version: edit.base_version,
        };
        let envelope = Envelope {
            room_name: edit.room_name,
            message_id: edit.message_id,
            client_message_id: edit.client_message_id,
            fence: edit.fence,
            after: edit.after,
        };
        self.new_operation(caller, envelope, kind)
    }

    pub(super) fn new_deletion(
        &self,
        caller: Caller<'_>,
        delete: MessageDelete,
    ) -> Result<Change, Refusal> {
        let envelope = Envelope {
            room_name: delete.room_name,
            message_id: delete.message_id,
            client_message_id: delete.client_message_id,
            fence: delete.fence,
            after: delete.after,
        };
        self.new_operation(caller, envelope, OperationKind::Delete)
    }

    pub(super) fn new_reaction(
        &self,
        caller: Caller<'_>,
        change: ReactionChange,
        kind: fn(String) -> OperationKind,
    ) -> Result<Change, Refusal> {
        check_id(&change.emoji).map_err(Refusal::invalid_id("emoji"))?;
        if change.emoji.chars().nth(MAX_EMOJI_CHARS).is_some() {
            let problem = format!("must not be longer than {MAX_EMOJI_CHARS} characters");
            return Err(Refusal::invalid("emoji", problem));
        }
        let envelope = Envelope {
            room_name: change.room_name,
            message_id: change.message_id,
            client_message_id: change.client_message_id,
            fence: change.fence,
            after: change.after,
        };
        self.new_operation(caller, envelope, kind(change.emoji))
    }

    fn new_operation(
        &self,
        caller: Caller<'_>,
        envelope: Envelope,
        kind: OperationKind,
    ) -> Result<Change, Refusal> {
        if let Some(room_name) = &envelope.room_name {
            check_room_name(room_name).map_err(Refusal::invalid_id("roomName"))?;
        }
        check_id(&envelope.message_id).map_err(Refusal::invalid_id("messageId"))?;
        let keys = [
            ("clientMessageId", &envelope.client_message_id),
            ("after", &envelope.after),
        ];
        for (field, key) in keys {
            let checked = key.as_deref().map_or(Ok(()), check_id);
            checked.map_err(Refusal::invalid_id(field))?;
        }
        Ok(Change::Operation(Box::new(NewOperation {
            room_name: envelope.room_name,
            message_id: envelope.message_id,
            client_message_id: envelope.client_message_id.unwrap_or_else(|| self.new_id()),
            timestamp_ms: self.now_ms(),
            fence: caller.fence(envelope.fence),
            after: envelope.after,
            user: caller.user.clone(),
            kind,
        })))
    }
}

/// A stored operation as the room is told, live or in a page.
pub(super) fn operation_event(room_name: &str, stored: StoredOperation) -> Operation {
    let StoredOperation {
        place,
        client_message_id,
        user,
        kind,
        version,
    } = stored;
    let (room_name, message_id) = (room_name.to_owned(), place.message_id);
    let at = iso8601(place.timestamp_ms);
    match kind {
        OperationKind::Edit { content, .. } => Operation::Update(MessageUpdate {
            room_name,
            message_id,
            client_message_id,
            user_id: user.id,
            content,
            version,
            edited_at: at,
            seq: place.seq,
            epoch: place.epoch,
        }),
        OperationKind::Delete => Operation::Delete(MessageDeleted {
            room_name,
            message_id,
            client_message_id,
            user_id: user.id,
            version,
            deleted_at: at,
            seq: place.seq,
            epoch: place.epoch,
        }),
        OperationKind::React(ref emoji) | OperationKind::Unreact(ref emoji) => {
            let changed = ReactionChanged {
                room_name,
                message_id,
                emoji: emoji.clone(),
                user_id: user.id,
                user_name: user.name,
                client_message_id,
                timestamp: at,
                seq: place.seq,
                epoch: place.epoch,
            };
            match kind {
                OperationKind::React(_) => Operation::ReactionAdd(changed),
                _ => Operation::ReactionRemove(changed),
            }
        }
    }
}

pub(super) fn operation_ack(
    answered: Answered,
    client_message_id: String,
    is_duplicate: bool,
) -> OperationAck {
    let Answered { place, version } = answered;
    OperationAck {
        message_id: place.message_id,
        client_message_id,
        version,
        seq: place.seq,
        epoch: place.epoch,
        timestamp: iso8601(place.timestamp_ms),
        duplicate: is_duplicate.then_some(true),
    }
}
