//! Reading what was missed.

use std::collections::BTreeMap;

use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::ids::check_room_name;
use nchat_realtime::wire::limits::{
    DEFAULT_HISTORY_PAGE, MAX_HISTORY_PAGE, MAX_HISTORY_PAGE_BYTES, MAX_SYNC_CHANNELS,
};
use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::room::RoomVisibility;
use nchat_realtime::wire::sync::{
    SyncChannel, SyncChannels, SyncChannelsPage, SyncMessage, SyncMessages, SyncMessagesPage,
};

use super::messages::message_new;
use super::operations::operation_event;
use super::time::iso8601;
use super::{Core, Refusal, User};
use crate::store::{HistoryRange, PageLimit, Room, Standing, Store, StoredMessage};

impl<S: Store> Core<S> {
    /// A page of a room's messages.
    pub async fn sync_messages(
        &self,
        user: &User,
        request: SyncMessages,
    ) -> Result<SyncMessagesPage, Refusal> {
        let room_name = &request.channel_id;
        check_room_name(room_name).map_err(Refusal::invalid_id("channelId"))?;
        let range = range(&request)?;
        let limit = page_limit(request.limit)?;
        let room = self.room_of_member(room_name, user).await?;
        let mut page = self.store.history(room_name, range, limit).await?;
        if page.messages.len() > 2 && is_planted(PlantedBug::FiltersAfterPage) {
            page.messages.pop();
        }
        let operations = page
            .operations
            .into_iter()
            .map(|operation| operation_event(room_name, operation));
        let has_operations = matches!(range, HistoryRange::AfterSeq(_));
        Ok(SyncMessagesPage {
            operations: has_operations.then(|| operations.collect()),
            messages: page
                .messages
                .into_iter()
                .map(|message| sync_message(room_name, message))
                .collect(),
            server_time: self.now_ms(),
            epoch: room.epoch,
            head_seq: page.head_seq,
            has_more: page.has_more,
            from_seq: page.from_seq,
            to_seq: page.to_seq,
        })
    }

    /// The rooms of a user.
    pub async fn sync_channels(
        &self,
        user: &User,
        request: SyncChannels,
    ) -> Result<SyncChannelsPage, Refusal> {
        let rooms = self
            .store
            .rooms_of(&user.id, request.since, MAX_SYNC_CHANNELS)
            .await?;
        let names: Vec<String> = rooms.iter().map(|room| room.name.clone()).collect();
        let standings = self.store.standings(&user.id, &names).await?;
        let mut standings: BTreeMap<String, Standing> = standings
            .into_iter()
            .map(|standing| (standing.room_name.clone(), standing))
            .collect();
        let channels = rooms
            .into_iter()
            .map(|room| {
                let standing = standings.remove(&room.name).unwrap_or_default();
                sync_channel(room, &standing)
            })
            .collect();
        Ok(SyncChannelsPage {
            channels,
            server_time: self.now_ms(),
        })
    }

    /// The names of the rooms of a user, for their first greeting.
    pub async fn room_names(&self, user: &User) -> Result<Vec<String>, Refusal> {
        let rooms = self
            .store
            .rooms_of(&user.id, None, MAX_SYNC_CHANNELS)
            .await?;
        Ok(rooms.into_iter().map(|room| room.name).collect())
    }

    /// The room, for a member: hidden rooms are `ROOM_NOT_FOUND` to others, public ones
    /// `NOT_IN_ROOM`.
    pub(super) async fn room_of_member(
        &self,
        room_name: &str,
        user: &User,
    ) -> Result<Room, Refusal> {
        let room = self
            .store
            .room(room_name)
            .await?
            .ok_or(ErrorCode::RoomNotFound)?;
        if self.store.member(room_name, &user.id).await?.is_some() {
            return Ok(room);
        }
        Err(match room.visibility {
            RoomVisibility::Public => ErrorCode::NotInRoom.into(),
            _ => ErrorCode::RoomNotFound.into(),
        })
    }
}

fn range(request: &SyncMessages) -> Result<HistoryRange, Refusal> {
    match (request.since, request.after_seq, request.before_seq) {
        (None, None, None) => Ok(HistoryRange::Newest),
        (Some(since), None, None) => Ok(HistoryRange::Since(since)),
        (None, Some(seq), None) => Ok(HistoryRange::AfterSeq(seq)),
        (None, None, Some(seq)) => Ok(HistoryRange::BeforeSeq(seq)),
        _ => Err(Refusal::invalid(
            "since",
            "excludes `afterSeq` and `beforeSeq`, and they each other",
        )),
    }
}

fn page_limit(limit: Option<u32>) -> Result<PageLimit, Refusal> {
    let entries = limit.unwrap_or(DEFAULT_HISTORY_PAGE).min(MAX_HISTORY_PAGE);
    if entries == 0 {
        return Err(Refusal::invalid("limit", "must be at least 1"));
    }
    Ok(PageLimit {
        entries,
        bytes: MAX_HISTORY_PAGE_BYTES,
    })
}

fn sync_message(room_name: &str, stored: StoredMessage) -> SyncMessage {
    let message = message_new(room_name, stored);
    SyncMessage {
        id: message.message_id.clone().unwrap_or_default(),
        channel_id: message.room_name.clone(),
        created_at: message.timestamp.clone(),
        message,
    }
}

fn sync_channel(room: Room, standing: &Standing) -> SyncChannel {
    SyncChannel {
        id: room.name.clone(),
        name: room.name,
        kind: room.kind,
        last_message_at: room.last_message_at_ms.map(iso8601),
        member_count: room.member_count,
        head_seq: standing.head_seq.max(room.head_seq),
        epoch: room.epoch,
        read_up_to_seq: Some(standing.read_up_to),
        unread_count: Some(standing.unread_count),
        mention_count: Some(standing.mention_count),
    }
}
