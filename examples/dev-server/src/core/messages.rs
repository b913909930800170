//! Taking messages.

use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::ids::{check_id, check_room_name, check_user_id};
use nchat_realtime::wire::json::Json;
use nchat_realtime::wire::limits::{
    MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES, MAX_CONTENT_BYTES, MAX_MENTIONS, MAX_METADATA_BYTES,
};
use nchat_realtime::wire::message::{MessageNew, MessageSend, SendAck};

use super::append_queue::{Submitted, Waiting};
use super::outlet::RoomEvent;
use super::time::iso8601;
use super::{Core, Refusal, User};
use crate::store::{AppendOutcome, MessageBody, NewMessage, Receipt, Store, StoredMessage};

impl<S: Store> Core<S> {
    /// Checks a message and takes its place in the order: messages submitted one after another
    /// stand in the log in this order.
    pub fn submit(&self, user: &User, send: MessageSend) -> Result<Submitted, Refusal> {
        check(&send)?;
        let message = NewMessage {
            room_name: send.room_name,
            message_id: self.new_id(),
            client_message_id: send.client_message_id.unwrap_or_else(|| self.new_id()),
            timestamp_ms: self.now_ms(),
            body: MessageBody {
                user: user.clone(),
                content: send.content,
                kind: send.kind.unwrap_or_default(),
                thread_id: send.thread_id,
                reply_to: send.reply_to,
                mentions: send.mentions,
                attachments: send.attachments,
                metadata: send.metadata,
            },
        };
        self.appends.push(message)
    }

    /// Waits until a submitted message is stored and told to its room, committing it where
    /// nobody else does.
    pub async fn settle(&self, mut submitted: Submitted) -> Result<SendAck, Refusal> {
        loop {
            let _committing = self.appends.committing.lock().await;
            match submitted.0.try_recv() {
                Ok(Some(answer)) => return answer,
                Ok(None) => self.commit_batch().await,
                // Whoever was to answer is gone: the outcome is unknown, the key is kept.
                Err(_) => return Err(ErrorCode::InternalError.into()),
            }
        }
    }

    /// Waits until everything that was submitted has its answer.
    pub async fn finish(&self) {
        loop {
            let _committing = self.appends.committing.lock().await;
            if self.appends.is_empty() {
                return;
            }
            self.commit_batch().await;
        }
    }

    async fn commit_batch(&self) {
        let batch = self.appends.next_batch();
        let messages = batch
            .iter()
            .map(|waiting| waiting.message.clone())
            .collect();
        match self.store.append(messages).await {
            Ok(outcomes) => {
                for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                    self.conclude(waiting, outcome).await;
                }
            }
            Err(error) => {
                let refusal = Refusal::from(error);
                for waiting in batch {
                    // Nobody waits any more where the socket's task ended.
                    let _ = waiting.answer.send(Err(refusal.clone()));
                }
            }
        }
    }

    async fn conclude(&self, waiting: Waiting, outcome: AppendOutcome) {
        let Waiting { message, answer } = waiting;
        let client_message_id = message.client_message_id.clone();
        let result = match outcome {
            AppendOutcome::Appended(receipt) => {
                let room_name = message.room_name.clone();
                let stored = StoredMessage {
                    receipt: receipt.clone(),
                    client_message_id: message.client_message_id,
                    body: message.body,
                };
                let event = RoomEvent::Message(Box::new(message_new(&room_name, stored)));
                self.outlet.publish(&room_name, None, event).await;
                Ok(send_ack(receipt, client_message_id, false))
            }
            AppendOutcome::Duplicate(receipt) => Ok(send_ack(receipt, client_message_id, true)),
            AppendOutcome::RoomNotFound => Err(ErrorCode::RoomNotFound.into()),
            AppendOutcome::NotMember => Err(ErrorCode::NotInRoom.into()),
            AppendOutcome::ReadOnly => Err(ErrorCode::Forbidden.into()),
        };
        let _ = answer.send(result);
    }
}

/// A stored message as the room is told.
pub(super) fn message_new(room_name: &str, stored: StoredMessage) -> MessageNew {
    let StoredMessage {
        receipt,
        client_message_id,
        body,
    } = stored;
    MessageNew {
        room_name: room_name.to_owned(),
        message_id: Some(receipt.message_id),
        client_message_id: Some(client_message_id),
        seq: Some(receipt.seq),
        epoch: Some(receipt.epoch),
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
        timestamp: iso8601(receipt.timestamp_ms),
        version: None,
        edited_at: None,
        is_edited: None,
        is_deleted: None,
        reactions: None,
    }
}

fn send_ack(receipt: Receipt, client_message_id: String, is_duplicate: bool) -> SendAck {
    SendAck {
        message_id: receipt.message_id,
        client_message_id,
        seq: receipt.seq,
        epoch: receipt.epoch,
        timestamp: iso8601(receipt.timestamp_ms),
        duplicate: is_duplicate.then_some(true),
    }
}

fn check(send: &MessageSend) -> Result<(), Refusal> {
    check_room_name(&send.room_name).map_err(Refusal::invalid_id("roomName"))?;
    let ids = [
        ("clientMessageId", &send.client_message_id),
        ("threadId", &send.thread_id),
        ("replyTo", &send.reply_to),
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
