//! `syncMessages()`: the messages of one channel since they were last synced, as a list.

use super::asking::body_of;
use crate::engine::Parts;
use crate::engine::acks::AckFor;
use crate::engine::config::MAX_FETCHED_MESSAGES;
use crate::engine::error::ClientError;
use crate::engine::input::RequestId;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::names;
use crate::wire::resume::items;
use crate::wire::sync::{PageHead, SyncMessages, server_time_ms};

/// One call under way.
pub(super) struct Fetch<V> {
    pub(super) request: RequestId,
    room: String,
    messages: Vec<V>,
    /// Where the last page ended.
    after_seq: Option<u64>,
}

impl<V: Value> Parts<'_, '_, V> {
    /// The app wants the messages of a channel: since a moment by the server's clock, else since
    /// what is here, else since they were last synced, else the newest.
    pub(in crate::engine) fn messages_wanted(
        &mut self,
        room: &str,
        since_ms: Option<u64>,
        request: RequestId,
    ) {
        if !self.up.connection.is_ready() {
            return self.up.ctx.reject(request, ClientError::not_connected());
        }
        let has_history = self.up.connection.has_capability(capability::HISTORY);
        let cursor = self.rooms.get(room).and_then(|room| room.timeline.cursor());
        let limit = self.up.ctx.settings.sync.page;
        let known_ms = self.sync.channel_timestamp(room);
        let body = match (since_ms, cursor.filter(|_| has_history), known_ms) {
            (Some(since_ms), _, _) => SyncMessages::since(room, since_ms, limit),
            (None, Some(cursor), _) => SyncMessages::after(room, cursor, limit),
            (None, None, Some(known_ms)) => SyncMessages::since(room, known_ms, limit),
            (None, None, None) => SyncMessages::newest(room, limit),
        };
        self.sync.next_fetch = self.sync.next_fetch.wrapping_add(1);
        let fetch = self.sync.next_fetch;
        self.sync.fetches.insert(
            fetch,
            Fetch {
                request,
                room: room.to_owned(),
                messages: Vec::new(),
                after_seq: None,
            },
        );
        self.ask_fetch(fetch, body);
    }

    fn ask_fetch(&mut self, fetch: u32, body: V) {
        let purpose = AckFor::SyncMessages { fetch };
        if let Err(error) = self.up.request(names::SYNC_MESSAGES, body, purpose) {
            self.fetch_failed(fetch, error);
        }
    }

    /// A page was answered, or not in time (`None`).
    pub(in crate::engine) fn fetch_answered(&mut self, fetch: u32, args: Option<&V>) {
        let refusal = match Ack::answer(args) {
            Some(Ok(_)) => None,
            Some(Err(refusal)) => Some(refusal.into()),
            None => {
                let text = format!("Request timeout for event: {}", names::SYNC_MESSAGES);
                Some(ClientError::new(ErrorCode::Timeout, text))
            }
        };
        if let Some(error) = refusal {
            return self.fetch_failed(fetch, error);
        }
        let body = body_of(args).unwrap_or_else(V::null);
        let has_history = self.up.connection.has_capability(capability::HISTORY);
        let Some(under_way) = self.sync.fetches.get_mut(&fetch) else {
            return;
        };
        let head = PageHead::read(&body);
        under_way.messages.extend(items(&body, "messages"));
        let room = under_way.room.clone();
        let went_on = head.to_seq > under_way.after_seq;
        under_way.after_seq = under_way.after_seq.max(head.to_seq);
        let next = under_way.after_seq.filter(|_| {
            let has_room = under_way.messages.len() < MAX_FETCHED_MESSAGES;
            head.has_more && has_history && went_on && has_room
        });
        if !has_history {
            // Where there are numbers, the timeline fills itself by them.
            self.take_plain_page(&room, &body);
        } else if let Some(at_ms) = server_time_ms(&body) {
            self.sync.note_channel(&room, at_ms);
        }
        match next {
            Some(after_seq) => {
                let limit = self.up.ctx.settings.sync.page;
                self.ask_fetch(fetch, SyncMessages::after(&room, after_seq, limit));
            }
            None => self.fetch_done(fetch),
        }
    }

    fn fetch_done(&mut self, fetch: u32) {
        if let Some(done) = self.sync.fetches.remove(&fetch) {
            let result = V::object(&[
                ("messages", V::array(done.messages)),
                ("conflicts", V::array(Vec::new())),
            ]);
            self.up.ctx.resolve(done.request, result);
        }
    }

    pub(in crate::engine) fn fetch_failed(&mut self, fetch: u32, error: ClientError<V>) {
        if let Some(failed) = self.sync.fetches.remove(&fetch) {
            self.up.ctx.reject(failed.request, error);
        }
    }
}
