//! Taking messages.

use nchat_realtime::wire::ids::{check_id, check_room_name, check_user_id};
use nchat_realtime::wire::json::Json;
use nchat_realtime::wire::limits::{
    MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES, MAX_CONTENT_BYTES, MAX_MENTIONS, MAX_METADATA_BYTES,
};
use nchat_realtime::wire::message::{MessageNew, MessageSend, SendAck};
use nchat_realtime::wire::planted::{PlantedBug, is_planted};

use super::time::iso8601;
use super::{Caller, Core, Refusal};
use crate::store::{Change, MessageBody, NewMessage, Place, Store, StoredMessage};

impl<S: Store> Core<S> {
    pub(super) fn new_message(
        &self,
        caller: Caller<'_>,
        send: MessageSend,
    ) -> Result<Change, Refusal> {
        check(&send)?;
        Ok(Change::Message(Box::new(NewMessage {
            room_name: send.room_name,
            message_id: self.new_id(),
            client_message_id: send.client_message_id.unwrap_or_else(|| self.new_id()),
            timestamp_ms: self.now_ms(),
            fence: caller.fence(send.fence),
            after: send.after,
            body: MessageBody {
                user: caller.user.clone(),
                content: send.content,
                kind: send.kind.unwrap_or_default(),
                thread_id: send.thread_id,
                reply_to: send.reply_to,
                mentions: send.mentions,
                attachments: send.attachments,
                metadata: send.metadata,
            },
        })))
    }
}

/// A stored message as the room is told.
pub(super) fn message_new(room_name: &str, stored: StoredMessage) -> MessageNew {
    let StoredMessage {
        place,
        client_message_id,
        body,
        version,
        edited_at_ms,
        is_deleted,
        reactions,
    } = stored;
    MessageNew {
        room_name: room_name.to_owned(),
        message_id: Some(place.message_id),
        client_message_id: Some(client_message_id),
        seq: Some(place.seq),
        epoch: Some(place.epoch),
        user_id: body.user.id,
        user_name: body.user.name,
        user_avatar: body.user.avatar,
        content: body.content,
        kind: body.kind,
        thread_id: body.thread_id,
        reply_to: body.reply_to,
        mentions: body.mentions,
        attachments: body.attachments,
        metadata: body.metadata,
        timestamp: iso8601(place.timestamp_ms),
        version: Some(version),
        edited_at: edited_at_ms.map(iso8601),
        is_edited: edited_at_ms.map(|_| true),
        is_deleted: is_deleted.then_some(true),
        reactions: (!reactions.is_empty()).then_some(reactions),
    }
}

pub(super) fn send_ack(place: Place, client_message_id: String, is_duplicate: bool) -> SendAck {
    SendAck {
        message_id: place.message_id,
        client_message_id,
        seq: place.seq + u64::from(is_planted(PlantedBug::AcksWrongPlace)),
        epoch: place.epoch,
        timestamp: iso8601(place.timestamp_ms),
        duplicate: is_duplicate.then_some(true),
    }
}

fn check(send: &MessageSend) -> Result<(), Refusal> {
    check_room_name(&send.room_name).map_err(Refusal::invalid_id("roomName"))?;
    let ids = [
        ("clientMessageId", &send.client_message_id),
        ("threadId", &send.thread_id),
        ("replyTo", &send.reply_to),
        ("after", &send.after),
    ];
    for (field, id) in ids {
        let checked = id.as_deref().map_or(Ok(()), check_id);
        checked.map_err(Refusal::invalid_id(field))?;
    }
    let attachments = send.attachments.as_deref().unwrap_or_default();
    if send.content.is_empty() && attachments.is_empty() {
        return Err(Refusal::invalid("content", "must not be empty"));
    }
    if send.content.len() > MAX_CONTENT_BYTES {
        return Err(Refusal::too_large("content", MAX_CONTENT_BYTES, "bytes"));
    }
    if attachments.len() > MAX_ATTACHMENTS {
        return Err(Refusal::too_large("attachments", MAX_ATTACHMENTS, "items"));
    }
    if !attachments.iter().all(Json::is_object) {
        return Err(Refusal::invalid("attachments", "must be objects"));
    }
    let attachment_bytes: usize = attachments.iter().map(json_bytes).sum();
    if attachment_bytes > MAX_ATTACHMENTS_BYTES {
        return Err(Refusal::too_large(
            "attachments",
            MAX_ATTACHMENTS_BYTES,
            "bytes",
        ));
    }
    if let Some(metadata) = &send.metadata {
        if !metadata.is_object() {
            return Err(Refusal::invalid("metadata", "must be an object"));
        }
        if json_bytes(metadata) > MAX_METADATA_BYTES {
            return Err(Refusal::too_large("metadata", MAX_METADATA_BYTES, "bytes"));
        }
    }
    let mentions = send.mentions.as_deref().unwrap_or_default();
    if mentions.len() > MAX_MENTIONS {
        return Err(Refusal::too_large("mentions", MAX_MENTIONS, "items"));
    }
    for mention in mentions {
        check_user_id(mention).map_err(Refusal::invalid_id("mentions"))?;
    }
    Ok(())
}

fn json_bytes(value: &Json) -> usize {
    value.to_string().len()
}
