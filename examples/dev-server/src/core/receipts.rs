//! Receipts: moving cursors, telling authors and one's own devices, and answering how far
//! messages have come.

use nchat_realtime::wire::ids::{check_id, check_room_name};
use nchat_realtime::wire::limits::MAX_RECEIPT_IDS;
use nchat_realtime::wire::receipt::{
    BatchReadAck, BatchReceipt, DeliveredAck, DeliveryState, DeliveryStatus, DeliveryStatuses,
    DeliverySync, MessageDelivered, MessageRead, ReadAck, ReadCursor, ReceiptAcked, ReceiptCount,
};

use super::outlet::UserEvent;
use super::time::iso8601;
use super::{Caller, Core, Refusal, User};
use crate::store::{Change, Covered, CursorKind, Moved, NewCursor, Progress, Store, UpTo};

impl<S: Store> Core<S> {
    pub(super) fn delivered(
        &self,
        caller: Caller<'_>,
        ack: DeliveredAck,
    ) -> Result<Change, Refusal> {
        let up_to = up_to(ack.up_to_seq, ack.message_ids)?;
        self.cursor(caller, ack.channel_id, CursorKind::Delivered, up_to)
    }

    pub(super) fn read(&self, caller: Caller<'_>, ack: ReadAck) -> Result<Change, Refusal> {
        check_id(&ack.message_id).map_err(Refusal::invalid_id("messageId"))?;
        let up_to = UpTo::Messages(vec![ack.message_id]);
        self.cursor(caller, ack.channel_id, CursorKind::Read, up_to)
    }

    pub(super) fn batch_read(
        &self,
        caller: Caller<'_>,
        ack: BatchReadAck,
    ) -> Result<Change, Refusal> {
        let up_to = up_to(ack.up_to_seq, ack.message_ids)?;
        self.cursor(caller, ack.channel_id, CursorKind::Read, up_to)
    }

    fn cursor(
        &self,
        caller: Caller<'_>,
        room_name: String,
        kind: CursorKind,
        up_to: UpTo,
    ) -> Result<Change, Refusal> {
        check_room_name(&room_name).map_err(Refusal::invalid_id("channelId"))?;
        Ok(Change::Cursor(NewCursor {
            room_name,
            user_id: caller.user.id.clone(),
            kind,
            up_to,
            now_ms: self.now_ms(),
        }))
    }

    /// Tells the authors whose messages a cursor passed, and the owner's other sockets.
    pub(super) async fn moved(
        &self,
        cursor: NewCursor,
        moved: Moved,
        socket_id: &str,
    ) -> ReceiptAcked {
        let at = iso8601(cursor.now_ms);
        let is_told = |author_id: &str| {
            let state = self.directory.state();
            state.shows_receipts(&cursor.user_id, author_id)
        };
        for covered in moved.delivered {
            if !is_told(&covered.author_id) {
                continue;
            }
            let up_to_seq = moved.cursors.shown_delivered_up_to;
            let event = told(&cursor, up_to_seq, &at, covered.messages, false);
            self.outlet.tell(&covered.author_id, None, event).await;
        }
        for Covered {
            author_id,
            messages,
        } in moved.read
        {
            if !is_told(&author_id) {
                continue;
            }
            let event = told(&cursor, moved.cursors.shown_up_to, &at, messages, true);
            self.outlet.tell(&author_id, None, event).await;
        }
        if let Some(standing) = moved.standing {
            let event = UserEvent::ReadCursor(ReadCursor {
                channel_id: cursor.room_name.clone(),
                up_to_seq: standing.read_up_to,
                read_at: at,
                unread_count: standing.unread_count,
                mention_count: standing.mention_count,
            });
            self.outlet
                .tell(&cursor.user_id, Some(socket_id), event)
                .await;
        }
        ReceiptAcked {
            channel_id: cursor.room_name,
            up_to_seq: match cursor.kind {
                CursorKind::Delivered => moved.cursors.delivered_up_to,
                CursorKind::Read => moved.cursors.read_up_to,
            },
        }
    }

    /// How far the user's own messages have come.
    pub async fn delivery_sync(
        &self,
        user: &User,
        request: DeliverySync,
    ) -> Result<DeliveryStatuses, Refusal> {
        check_ids(&request.message_ids)?;
        let progress = self.store.progress(&user.id, &request.message_ids).await?;
        Ok(DeliveryStatuses {
            statuses: progress.into_iter().map(status).collect(),
        })
    }
}

fn up_to(seq: Option<u64>, message_ids: Option<Vec<String>>) -> Result<UpTo, Refusal> {
    match (seq, message_ids) {
        // Both for servers that know only one: the cursor says all.
        (Some(seq), _) => Ok(UpTo::Seq(seq)),
        (None, Some(ids)) if !ids.is_empty() => {
            check_ids(&ids)?;
            Ok(UpTo::Messages(ids))
        }
        (None, Some(_)) => Err(Refusal::invalid("messageIds", "must not be empty")),
        (None, None) => Err(Refusal::invalid("upToSeq", "is missing")),
    }
}

fn check_ids(ids: &[String]) -> Result<(), Refusal> {
    if ids.len() > MAX_RECEIPT_IDS {
        return Err(Refusal::too_large("messageIds", MAX_RECEIPT_IDS, "items"));
    }
    for id in ids {
        check_id(id).map_err(Refusal::invalid_id("messageIds"))?;
    }
    Ok(())
}

/// What an author is told of messages that a cursor passed.
fn told(
    cursor: &NewCursor,
    up_to_seq: u64,
    at: &str,
    messages: Vec<Progress>,
    is_read: bool,
) -> UserEvent {
    let (channel_id, user_id) = (cursor.room_name.clone(), cursor.user_id.clone());
    match (&messages[..], is_read) {
        ([one], true) => UserEvent::Read(MessageRead {
            message_id: one.message_id.clone(),
            channel_id,
            user_id,
            up_to_seq,
            read_count: one.read_count,
            total_recipients: one.total_recipients,
            read_at: at.to_owned(),
        }),
        ([one], false) => UserEvent::Delivered(MessageDelivered {
            message_id: one.message_id.clone(),
            channel_id,
            user_id,
            up_to_seq,
            delivered_count: one.delivered_count,
            total_recipients: one.total_recipients,
            delivered_at: at.to_owned(),
        }),
        _ => {
            let batch = BatchReceipt {
                channel_id,
                user_id,
                up_to_seq,
                read_at: is_read.then(|| at.to_owned()),
                delivered_at: (!is_read).then(|| at.to_owned()),
                message_ids: messages.iter().map(|one| one.message_id.clone()).collect(),
                counts: messages.into_iter().map(count).collect(),
            };
            match is_read {
                true => UserEvent::BatchRead(batch),
                false => UserEvent::BatchDelivered(batch),
            }
        }
    }
}

fn count(progress: Progress) -> ReceiptCount {
    ReceiptCount {
        message_id: progress.message_id,
        delivered_count: progress.delivered_count,
        read_count: progress.read_count,
        total_recipients: progress.total_recipients,
    }
}

fn status(progress: Progress) -> DeliveryStatus {
    DeliveryStatus {
        state: match (progress.read_count, progress.delivered_count) {
            (0, 0) => DeliveryState::Sent,
            (0, _) => DeliveryState::Delivered,
            _ => DeliveryState::Read,
        },
        message_id: progress.message_id,
        client_message_id: Some(progress.client_message_id),
        delivered_count: Some(progress.delivered_count),
        read_count: Some(progress.read_count),
        total_recipients: Some(progress.total_recipients),
        updated_at: Some(iso8601(progress.updated_at_ms)),
    }
}
