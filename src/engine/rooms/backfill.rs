//! What is missing of a room's log is fetched: by pages, one at a time, again and again until
//! nothing is missing.

use super::{Membership, Room, Rooms};
use crate::engine::acks::AckFor;
use crate::engine::config::{BACKFILL_PAGE, HISTORY_PAGE};
use crate::engine::connection::backoff_delay_ms;
use crate::engine::context::Context;
use crate::engine::output::Notification;
use crate::engine::timeline::Received;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::change::MessageChange;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::message::MessageHead;
use crate::wire::names;
use crate::wire::operation::OperationHead;
use crate::wire::resume::{event_name, items};
use crate::wire::sync::{PageHead, SyncMessages};

/// The page of a room's log that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// The newest entries, for a room that is new here. They are history: listeners are not told.
    Newest,
    /// What was missed after this `seq`. Listeners are told, in order.
    After(u64),
}

/// A stretch of a room's log, as a page or a resume brings it: messages as they are now, and
/// operations in their order.
pub(super) struct Stretch<V> {
    messages: Vec<(MessageHead, V)>,
    operations: Vec<(OperationHead, MessageChange<V>)>,
    /// The places that it covers, where it says so.
    from_seq: Option<u64>,
    to_seq: Option<u64>,
}

impl<V: Value> Stretch<V> {
    pub(super) fn new(from_seq: Option<u64>, to_seq: Option<u64>) -> Self {
        Self {
            messages: Vec::new(),
            operations: Vec::new(),
            from_seq,
            to_seq,
        }
    }

    pub(super) fn of_page(page: &V, head: &PageHead) -> Self {
        let mut stretch = Self::new(head.from_seq, head.to_seq);
        for message in items(page, "messages") {
            stretch.add_message(message);
        }
        stretch.add_entries(page);
        stretch
    }

    /// Adds what is in the field `operations`.
    pub(super) fn add_entries(&mut self, body: &V) {
        for entry in items(body, "operations") {
            let Some(event) = event_name(&entry) else {
                continue;
            };
            if event == names::MESSAGE_NEW {
                self.add_message(entry);
            } else if let (Ok(head), Some(change)) = (
                OperationHead::read(&entry),
                MessageChange::read(&event, &entry),
            ) {
                self.operations.push((head, change));
            }
        }
    }

    fn add_message(&mut self, message: V) {
        if let Ok(head) = MessageHead::read(&message) {
            self.messages.push((head, message));
        }
    }

    /// The messages, each with whether it is this user's.
    pub(super) fn into_messages(self, user_id: Option<&str>) -> Vec<(MessageHead, V, bool)> {
        let messages = self.messages.into_iter();
        messages
            .map(|(head, message)| {
                let own = user_id.is_none_or(|id| id == head.user_id);
                (head, message, own)
            })
            .collect()
    }

    /// The first place and the last one, of which older servers leave it to the messages to say
    /// what they are.
    pub(super) fn range(&self) -> Option<(u64, u64)> {
        let seqs = || self.messages.iter().filter_map(|(head, _)| head.seq);
        let from_seq = self.from_seq.or_else(|| seqs().min())?;
        let to_seq = self.to_seq.or_else(|| seqs().max())?;
        Some((from_seq, to_seq))
    }
}

impl<V: Value> Rooms<V> {
    /// The page asked under `ack` was answered, or not in time (`None`).
    pub(crate) fn page_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        ack: u64,
        args: Option<&V>,
    ) {
        let user_id = up.connection.user_id().map(str::to_owned);
        let Some(room) = self.get_mut(name) else {
            return;
        };
        // The room may have been left and joined again since this was asked.
        let Some((_, page)) = room.page.take_if(|(asked, _)| *asked == ack) else {
            return;
        };
        match Ack::answer(args) {
            Some(Ok(body)) => room.take_page(up, name, page, body, user_id.as_deref()),
            Some(Err(refusal)) => room.page_failed(up.ctx, refusal.retry_after_ms),
            None => room.page_failed(up.ctx, None),
        }
        room.settle(up.ctx);
    }
}

impl<V: Value> Room<V> {
    /// After a join: fetches what the server has and this room lacks.
    pub(super) fn catch_up(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        epoch: Option<&str>,
        head_seq: Option<u64>,
    ) {
        if let Some(epoch) = epoch {
            self.enter_epoch(up.ctx, epoch);
        }
        let has_history = up.connection.has_capability(capability::HISTORY);
        match head_seq {
            Some(0) => self.timeline.begin_after(0, &mut Vec::new()),
            Some(head_seq) if has_history || self.timeline.cursor().is_some() => {
                self.timeline.hear_of(head_seq);
            }
            _ => {}
        }
        self.fill(up, name);
        if !self.is_filling() {
            self.tell_deferred(up.ctx);
        }
        self.settle(up.ctx);
    }

    /// Asks for what is missing, unless that is under way, put off, or impossible.
    pub(super) fn fill(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        let is_able = self.membership == Membership::Joined
            && up.connection.has_capability(capability::HISTORY);
        let is_busy = self.page.is_some() || self.page_retry_at_ms.is_some() || self.awaits_resume;
        if !is_able || is_busy {
            return;
        }
        match self.timeline.cursor() {
            None if self.timeline.head() > 0 => self.ask_page(up, name, Page::Newest),
            Some(cursor) if self.timeline.has_gap() => {
                self.ask_page(up, name, Page::After(cursor));
            }
            _ => {}
        }
    }

    /// Whether missing messages are about to come, so that those after them wait.
    pub(super) fn is_filling(&self) -> bool {
        matches!(self.page, Some((_, Page::After(_)))) || self.awaits_resume
    }

    /// Pages under way and failures of them are of another time.
    pub(super) fn forget_pages(&mut self) {
        self.page = None;
        self.page_failures = 0;
        self.page_retry_at_ms = None;
    }

    fn ask_page(&mut self, up: &mut Uplink<'_, '_, V>, name: &str, page: Page) {
        let body = match page {
            Page::Newest => SyncMessages::newest(name, HISTORY_PAGE),
            Page::After(seq) => SyncMessages::after(name, seq, BACKFILL_PAGE),
        };
        let room = name.to_owned();
        match up.request(names::SYNC_MESSAGES, body, AckFor::History { room }) {
            Ok(ack) => self.page = Some((ack, page)),
            // What is missing is asked for once the room is joined again.
            Err(error) if error.is(ErrorCode::NotConnected) => {}
            Err(error) => {
                self.page_failed(up.ctx, error.retry_after_ms);
                up.ctx.notify(Notification::Error(error));
            }
        }
    }

    fn take_page(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        page: Page,
        body: Option<V>,
        user_id: Option<&str>,
    ) {
        let body = body.unwrap_or_else(V::null);
        let head = PageHead::read(&body);
        let epoch = head.epoch.as_deref();
        let anew = epoch.is_some_and(|epoch| self.enter_epoch(up.ctx, epoch));
        if anew && page != Page::Newest {
            // It was counted from a place that is no more.
            return self.ask_page(up, name, Page::Newest);
        }
        let stretch = Stretch::of_page(&body, &head);
        match page {
            Page::Newest if head.head_seq == Some(0) => {
                self.timeline.begin_after(0, &mut Vec::new());
            }
            Page::Newest => {
                self.take_newest(up.ctx, stretch, user_id);
            }
            Page::After(cursor) => {
                if head.has_more {
                    let end = stretch.range().map_or(cursor, |(_, to_seq)| to_seq);
                    self.timeline
                        .hear_of(head.head_seq.unwrap_or(0).max(end + 1));
                }
                self.take_missed(up.ctx, cursor, stretch, user_id);
            }
        }
        let asked_after = match page {
            Page::Newest => None,
            Page::After(cursor) => Some(cursor),
        };
        if self.timeline.cursor() <= asked_after {
            // It brought nothing on: asking again at once would go on for ever.
            return self.page_failed(up.ctx, None);
        }
        self.page_failures = 0;
        self.go_on(up, name);
    }

    /// Tells what is in order by now, and asks for what is still missing.
    pub(super) fn go_on(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        self.fill(up, name);
        match self.timeline.cursor().filter(|_| self.is_filling()) {
            Some(cursor) => self.tell_deferred_to(up.ctx, cursor),
            None => self.tell_deferred(up.ctx),
        }
    }

    /// A page did not come: nothing is held back for it, and it is asked for again later.
    fn page_failed(&mut self, ctx: &mut Context<'_, V>, retry_after_ms: Option<u64>) {
        self.page_failures = self.page_failures.saturating_add(1);
        let delay_ms = backoff_delay_ms(self.page_failures, ctx.settings, ctx.random);
        self.page_retry_at_ms = Some(ctx.now.mono_ms + delay_ms.max(retry_after_ms.unwrap_or(0)));
        self.tell_deferred(ctx);
    }

    /// The newest stretch of a log of which nothing is here: the room begins with it.
    pub(super) fn take_newest(
        &mut self,
        ctx: &mut Context<'_, V>,
        stretch: Stretch<V>,
        user_id: Option<&str>,
    ) -> usize {
        let Some((from_seq, to_seq)) = stretch.range().filter(|(from_seq, _)| *from_seq > 0) else {
            return 0;
        };
        let mut changes = Vec::new();
        self.timeline.begin_after(from_seq - 1, &mut changes);
        self.tell_changes(ctx, changes);
        let count = self.take_in(ctx, 0, stretch, user_id).len();
        self.timeline.cover(from_seq, to_seq);
        count
    }

    /// What came after `cursor`: listeners are to be told of the messages. Gives how many are new.
    pub(super) fn take_missed(
        &mut self,
        ctx: &mut Context<'_, V>,
        cursor: u64,
        stretch: Stretch<V>,
        user_id: Option<&str>,
    ) -> usize {
        let end = stretch.range().map(|(_, to_seq)| to_seq);
        let known = self.timeline.cursor().unwrap_or(0);
        let fresh = self.take_in(ctx, known, stretch, user_id);
        let count = fresh.len();
        self.recovered += count as u64;
        for (seq, message) in fresh {
            self.deferred.insert(seq, message);
        }
        if let Some(end) = end {
            // Whatever lies between and did not come is no more.
            self.timeline.cover(cursor + 1, end);
        }
        count
    }

    /// Takes a stretch into the timeline, where everything up to `known` has been taken in with
    /// all that became of it; gives the messages that are new to listeners.
    fn take_in(
        &mut self,
        ctx: &mut Context<'_, V>,
        known: u64,
        stretch: Stretch<V>,
        user_id: Option<&str>,
    ) -> Vec<(u64, V)> {
        let mut changes = Vec::new();
        let mut fresh = Vec::new();
        for (head, message) in stretch.messages {
            let own = user_id.is_none_or(|id| id == head.user_id);
            let received = self
                .timeline
                .receive(&head, message.clone(), own, &mut changes);
            match head.seq {
                Some(seq) if received == Received::New => fresh.push((seq, message)),
                // It came live before, and not all operations on it may have.
                Some(seq) if seq > known => self.timeline.refresh(&head, message, &mut changes),
                _ => {}
            }
        }
        // One that came live before is applied again: an earlier one may have come only now.
        for (head, change) in stretch.operations {
            if head.seq.is_some_and(|seq| seq > known) {
                self.timeline.apply(&head.message_id, &change, &mut changes);
            }
        }
        self.tell_changes(ctx, changes);
        fresh
    }
}
