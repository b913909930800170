//! What a sync asks of the server, and what it makes of the answers.

use super::{Step, SyncedChannels, SyncedPresence};
use crate::engine::Parts;
use crate::engine::acks::AckFor;
use crate::engine::config::PLAIN_SYNC_TIMEOUT_MS;
use crate::engine::error::ClientError;
use crate::engine::input::RequestId;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::names;
use crate::wire::resume::{ResumeHead, ResumeRoomHead, SyncResume, items};
use crate::wire::sync::{ChannelHead, SyncChannels, SyncMessages, server_time_ms};

impl<V: Value> Parts<'_, '_, V> {
    /// `syncChannels()`.
    pub(in crate::engine) fn channels_wanted(&mut self, request: RequestId) {
        if !self.up.connection.is_ready() {
            return self.up.ctx.reject(request, ClientError::not_connected());
        }
        if self.ask_channels(Some(request)).is_err() {
            let failed = SyncedChannels {
                synced: 0,
                errors: 1,
            };
            self.up.ctx.resolve(request, failed.to_value());
        }
    }

    /// `syncPresence()`: all whom the app wants to know of are asked for anew.
    pub(in crate::engine) fn presence_wanted(&mut self, request: RequestId) {
        if !self.up.connection.is_ready() {
            return self.up.ctx.reject(request, ClientError::not_connected());
        }
        self.presence.refresh();
        self.sync.presence_requests.push(request);
    }

    /// Answers `syncPresence()`, if that can be done.
    pub(super) fn answer_presence(&mut self) {
        if self.presence.is_settled() {
            let answer = self.synced_presence();
            for request in std::mem::take(&mut self.sync.presence_requests) {
                self.up.ctx.resolve(request, answer.to_value());
            }
        }
    }

    pub(super) fn synced_presence(&self) -> SyncedPresence {
        SyncedPresence {
            synced: self.presence.count(),
        }
    }

    pub(super) fn ask_channels_in_run(&mut self) {
        let asked = match self.sync.is_mute {
            true => Err(ClientError::not_connected()),
            false => self.ask_channels(None),
        };
        match asked {
            Ok(ack) => self.enter(Step::Channels { ack }),
            Err(_) => self.channels_over(None),
        }
    }

    /// Has the server count what is unread, where that cannot be known here.
    pub(in crate::engine) fn count_anew(&mut self) {
        if self.up.connection.is_ready() && self.delivery.take_guess() {
            // Where the answer does not come, it counts as the rooms are joined again.
            let _ = self.ask_channels(None);
        }
    }

    fn ask_channels(&mut self, request: Option<RequestId>) -> Result<u64, ClientError<V>> {
        let packet = V::array(vec![
            V::string(names::SYNC_CHANNELS),
            SyncChannels::default().build(),
        ]);
        let purpose = AckFor::SyncChannels { request };
        let timeout_ms = self.question_timeout_ms();
        self.up.request_packet(&packet, purpose, timeout_ms)
    }

    /// A server that announces no history may not know the question at all.
    fn question_timeout_ms(&self) -> u64 {
        match self.up.connection.has_capability(capability::HISTORY) {
            true => crate::engine::config::ACK_TIMEOUT_MS,
            false => PLAIN_SYNC_TIMEOUT_MS,
        }
    }

    /// `sync:channels` was answered, or not in time (`None`).
    pub(in crate::engine) fn channels_answered(
        &mut self,
        ack: u64,
        request: Option<RequestId>,
        args: Option<&V>,
    ) {
        self.note_silence(args);
        let body = body_of(args);
        let mut synced = None;
        if let Some(body) = &body {
            let channels = items(body, "channels");
            for channel in &channels {
                if let Some(channel) = ChannelHead::read(channel) {
                    self.delivery.channel_seen(&channel);
                }
            }
            synced = u32::try_from(channels.len()).ok();
        }
        match request {
            Some(request) => {
                let answer = SyncedChannels {
                    synced: synced.unwrap_or(0),
                    errors: u32::from(synced.is_none()),
                };
                self.up.ctx.resolve(request, answer.to_value());
            }
            None if self.is_at(&Step::Channels { ack }) => self.channels_over(synced),
            None => {}
        }
    }

    fn channels_over(&mut self, synced: Option<u32>) {
        if let Some(run) = &mut self.sync.run {
            run.result.channels = SyncedChannels {
                synced: synced.unwrap_or(0),
                errors: u32::from(synced.is_none()),
            };
        }
        self.sync.show_progress(self.up.ctx, 50);
        self.ask_messages();
    }

    /// What was missed: in one answer, or page by page, or by time.
    pub(super) fn ask_messages(&mut self) {
        if self.up.connection.has_capability(capability::RESUME) {
            self.ask_resume();
        } else if self.up.connection.has_capability(capability::HISTORY) {
            // Each room that was rejoined asks for its own.
            self.enter(Step::Paging);
        } else {
            self.ask_by_time();
        }
    }

    fn ask_resume(&mut self) {
        let rooms = self.rooms.cursors();
        if rooms.is_empty() {
            return self.resume_over();
        }
        let resume = SyncResume {
            rooms,
            receipts: Some(true),
        };
        let asked = self
            .up
            .request(names::SYNC_RESUME, resume.build(), AckFor::SyncResume);
        match asked {
            Ok(ack) => self.enter(Step::Resuming { ack }),
            Err(_) => self.resume_over(),
        }
    }

    /// `sync:resume` was answered, or not in time (`None`). What it brings is taken in, whatever
    /// became of the sync that asked.
    pub(in crate::engine) fn resume_answered(&mut self, ack: u64, args: Option<&V>) {
        if let Some(body) = body_of(args) {
            let user_id = self.up.connection.user_id().map(str::to_owned);
            let head = ResumeHead::read(&body);
            let asked = self.rooms.cursors();
            for room in items(&body, "rooms") {
                let Some(head) = ResumeRoomHead::read(&room) else {
                    continue;
                };
                self.deletions_seen(&room);
                self.delivery
                    .resume_seen(self.up.ctx, user_id.as_deref(), &room);
                self.rooms.apply_resume(&mut self.up, &head, &room);
            }
            for room in &head.not_member {
                self.rooms.join_again(&mut self.up, room);
            }
            if let Some(at_ms) = server_time_ms(&body) {
                for room in asked {
                    if !head.not_member.contains(&room.room_name) {
                        self.sync.note_channel(&room.room_name, at_ms);
                    }
                }
            }
        }
        if self.is_at(&Step::Resuming { ack }) {
            self.resume_over();
        }
    }

    fn resume_over(&mut self) {
        // What the answer left out, and what it should have brought, comes by pages.
        self.rooms.resume_ended(&mut self.up);
        self.sync.show_progress(self.up.ctx, 70);
        self.enter(Step::Paging);
    }

    /// A server without numbers is asked by time. It may give what is here already, and it may
    /// not give what it stored late: the limits of that dialect.
    fn ask_by_time(&mut self) {
        let mut acks = Vec::new();
        let limit = self.up.ctx.settings.sync.page;
        let rooms = match self.sync.is_mute {
            true => Vec::new(),
            false => self.rooms.wanted(),
        };
        for room in rooms {
            let since_ms = self
                .sync
                .channel_timestamp(&room)
                .or(self.sync.last_sync_ms);
            let Some(since_ms) = since_ms.filter(|_| self.rooms.is_joined(&room)) else {
                continue;
            };
            let packet = V::array(vec![
                V::string(names::SYNC_MESSAGES),
                SyncMessages::since(&room, since_ms, limit),
            ]);
            let purpose = AckFor::SyncByTime { room };
            match self
                .up
                .request_packet(&packet, purpose, PLAIN_SYNC_TIMEOUT_MS)
            {
                Ok(ack) => acks.push(ack),
                Err(_) => self.count_error(),
            }
        }
        self.enter(Step::Asking { acks });
    }

    /// A question by time was answered, or not in time (`None`).
    pub(in crate::engine) fn by_time_answered(&mut self, ack: u64, room: &str, args: Option<&V>) {
        self.note_silence(args);
        match body_of(args) {
            Some(body) => {
                let count = self.take_plain_page(room, &body);
                if let Some(run) = &mut self.sync.run {
                    run.result.messages.synced += count;
                }
            }
            None => self.count_error(),
        }
        if let Some(run) = &mut self.sync.run
            && let Step::Asking { acks } = &mut run.step
        {
            acks.retain(|asked| *asked != ack);
        }
    }

    /// Takes a page of a server without numbers in: what is here already is not taken twice.
    /// Gives how many are new.
    pub(super) fn take_plain_page(&mut self, room: &str, body: &V) -> u32 {
        let before = self.rooms.message_count(room);
        let user_id = self.up.connection.user_id().map(str::to_owned);
        self.delivery
            .page_seen(self.up.ctx, user_id.as_deref(), room, body);
        for message in items(body, "messages") {
            self.rooms.message_came(&mut self.up, message);
        }
        if let Some(at_ms) = server_time_ms(body) {
            self.sync.note_channel(room, at_ms);
        }
        let count = self.rooms.message_count(room).saturating_sub(before);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn count_error(&mut self) {
        if let Some(run) = &mut self.sync.run {
            run.result.messages.errors += 1;
        }
    }

    /// Remembers a server of the plain dialect that does not know these questions.
    fn note_silence(&mut self, args: Option<&V>) {
        let is_plain = !self.up.connection.has_capability(capability::HISTORY);
        self.sync.is_mute |= is_plain && args.is_none();
    }

    fn is_at(&self, step: &Step) -> bool {
        let run = self.sync.run.as_ref();
        run.is_some_and(|run| run.step == *step)
    }
}

pub(super) fn body_of<V: Value>(args: Option<&V>) -> Option<V> {
    Ack::read(args?).into_body().ok().flatten()
}
