//! Entries on their way, so that the server's order is ours: of each channel one at a time, or
//! several to a server that takes none before the one that it names as the one before it.

use super::{Entry, Kind, Line, Outbox, Safe, Stage};
use crate::engine::acks::AckFor;
use crate::engine::config::MAX_IN_FLIGHT;
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::rooms::Rooms;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::planted::{PlantedBug, is_planted};

impl<V: Value> Outbox<V> {
    /// Sends what can be sent. `may_send` tells whether this tab and this connection are the
    /// ones to do it.
    pub(crate) fn flush(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        may_send: bool,
    ) {
        if std::mem::replace(&mut self.is_sending, may_send) != may_send {
            match may_send {
                true => self.begin_run(up.ctx),
                false => self.end_run(up.ctx),
            }
        }
        if !may_send {
            return;
        }
        self.is_pipelining = up.connection.has_capability(capability::PIPELINE);
        let first = match self.channels.find_index(self.turn.as_str()) {
            Ok(index) => index + 1,
            Err(index) => index,
        };
        let count = self.channels.len();
        for offset in first..first + count {
            // The channels become fewer where one ends by this.
            let index = offset % count;
            while let Some((key, after)) = self.sendable(up.ctx, rooms, index) {
                if let Some((room, _)) = self.channels.get_indexed(index) {
                    self.turn.clone_from(room);
                }
                if !self.send(up, rooms, &key, after) {
                    return;
                }
            }
        }
        if self.waiting() == 0 && self.in_flight == 0 {
            self.end_run(up.ctx);
        }
    }

    /// The key of a channel that can go now, and the one under way that it follows.
    fn sendable(
        &self,
        ctx: &Context<'_, V>,
        rooms: &Rooms<V>,
        index: usize,
    ) -> Option<(String, Option<String>)> {
        let (room, line) = self.channels.get_indexed(index)?;
        let (entry, after) = match is_planted(PlantedBug::SendsNewestFirst) {
            true => (&**self.entries.get(line.back()?)?, line.before_next()),
            false => self.next_of(line)?,
        };
        let is_due = match entry.stage {
            Stage::Waiting { not_before_ms } => not_before_ms <= ctx.now.mono_ms,
            Stage::InFlight { .. } | Stage::Parked => false,
        };
        // What a crash in the next instant would take along is not sent yet, where there is hope
        // that it is kept soon.
        let is_safe = entry.safe != Safe::Memory || !ctx.keep.is_hopeful();
        let is_certain = is_safe && !entry.is_missed;
        // A room that is not wanted here may still be one of the user's: the server decides.
        let is_open = rooms.get(room).is_none() || rooms.is_joined(room);
        let goes = is_due && is_certain && is_open && self.in_flight < MAX_IN_FLIGHT;
        goes.then(|| (entry.key.clone(), after.cloned()))
    }

    /// The next of a channel, as far as those before it let it go, and the one under way that it
    /// names. That is one of the same tab, which nobody has without what comes before it: one of
    /// another tab may be at the server already, without what comes before it here.
    fn next_of<'a>(&'a self, line: &'a Line) -> Option<(&'a Entry<V>, Option<&'a String>)> {
        let entry = self.entries.get(line.next(self.is_pipelining)?)?;
        let after = line.before_next();
        let is_of_same = |before| {
            let before = self.entries.get(before);
            before.is_some_and(|before| before.place.tab_id == entry.place.tab_id)
        };
        after.is_none_or(is_of_same).then_some((&**entry, after))
    }

    /// Sends one entry, behind the one that it names. False where the connection turns out to be
    /// gone.
    fn send(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        after: Option<String>,
    ) -> bool {
        let is_plain = !up.connection.has_capability(capability::MESSAGES);
        let knows_operations = up.connection.has_capability(capability::OPERATIONS);
        let Some(entry) = self.entries.get_mut(key) else {
            return true;
        };
        if is_plain && entry.is_tried {
            self.park(up.ctx, rooms, key, unknown_outcome());
            return true;
        }
        if entry.kind != Kind::Message && !knows_operations {
            let text = "this server does not know edits, deletions and reactions";
            let error = ClientError::new(ErrorCode::UnknownEvent, text);
            self.park(up.ctx, rooms, key, error);
            return true;
        }
        let was_tried = entry.is_tried;
        let is_chained = after.is_some();
        let fence = up.ctx.keep.fence();
        let mut body = with_position(entry, fence, after);
        if entry.retries > 0 && is_planted(PlantedBug::MakesKeyAnew) {
            let key = up.ctx.random.uuid_v7(up.ctx.now.wall_ms);
            body = body.with(&[("clientMessageId", V::string(&key))]);
        }
        let event = entry.kind.event();
        if is_plain {
            entry.is_tried = true;
            entry.revision += 1;
            self.keep(up.ctx, key);
        }
        let purpose = AckFor::Send {
            key: key.to_owned(),
        };
        match up.request(event, body, purpose) {
            Ok(ack) => {
                let sent_ms = up.ctx.now.mono_ms;
                if let Some(entry) = self.get_mut(key) {
                    entry.is_tried = true;
                }
                let stage = Stage::InFlight {
                    ack,
                    sent_ms,
                    fence,
                    is_chained,
                };
                self.set_stage(key, stage);
                self.tell(up.ctx, "message:sending", key);
                true
            }
            // The connection ended in the same breath: the entry waits for the next one.
            Err(error) if error.is(ErrorCode::NotConnected) => {
                self.not_sent(key, was_tried);
                false
            }
            // No room on the way out: that is not the entry's fault.
            Err(error) if error.retryable => {
                self.not_sent(key, was_tried);
                let delay_ms = self.limits.delay_ms(1, up.ctx.random);
                let not_before_ms = up.ctx.now.mono_ms + delay_ms;
                self.set_stage(key, Stage::Waiting { not_before_ms });
                true
            }
            Err(error) => {
                self.park(up.ctx, rooms, key, error);
                true
            }
        }
    }

    /// Nothing went out this time.
    fn not_sent(&mut self, key: &str, was_tried: bool) {
        if let Some(entry) = self.get_mut(key) {
            entry.is_tried = was_tried;
        }
    }

    /// The connection is gone. What was in flight goes again under its key where the server knows
    /// keys; elsewhere its fate is unknown, and the app decides. No attempt is used up.
    pub(crate) fn connection_lost(
        &mut self,
        ctx: &mut Context<'_, V>,
        rooms: &mut Rooms<V>,
        idempotent: bool,
    ) {
        if self.in_flight == 0 {
            return;
        }
        for key in self.keys(&Entry::is_in_flight) {
            if is_planted(PlantedBug::ForgetsWhatWasInFlight) {
                self.settle(&key);
                continue;
            }
            match idempotent {
                true => self.set_stage(&key, Stage::Waiting { not_before_ms: 0 }),
                false => self.park(ctx, rooms, &key, unknown_outcome()),
            }
        }
    }

    /// When an entry is due again; none for one that waits for something else. `is_hopeful` tells
    /// whether what is not kept yet waits until it is.
    pub(crate) fn deadline_ms(&self, rooms: &Rooms<V>, is_hopeful: bool) -> Option<u64> {
        if !self.is_sending || self.waiting() == 0 || self.in_flight >= MAX_IN_FLIGHT {
            return None;
        }
        let heads = self.channels.iter().filter_map(|(room, line)| {
            let (entry, _) = self.next_of(line)?;
            let is_open = rooms.get(room).is_none() || rooms.is_joined(room);
            let is_safe = (entry.safe != Safe::Memory || !is_hopeful) && !entry.is_missed;
            match entry.stage {
                Stage::Waiting { not_before_ms } if is_open && is_safe && not_before_ms > 0 => {
                    Some(not_before_ms)
                }
                _ => None,
            }
        });
        heads.min()
    }
}

/// The payload with what the server needs to know of the tab that sends it, and of its place.
fn with_position<V: Value>(entry: &Entry<V>, fence: Option<u64>, after: Option<String>) -> V {
    let mut fields = Vec::new();
    if let Some(fence) = fence {
        fields.push(("tabId", V::string(&entry.place.tab_id)));
        fields.push(("tabSeq", V::number(entry.place.tab_seq as f64)));
        fields.push(("fence", V::number(fence as f64)));
    }
    fields.extend(after.map(|key| ("after", V::string(&key))));
    entry.payload.with(&fields)
}

/// What was sent to a server which knows no keys, and was not answered.
pub(super) fn unknown_outcome<V: Value>() -> ClientError<V> {
    ClientError::new(
        ErrorCode::UnknownOutcome,
        "the server did not answer, and does not know repeated messages: it may or may not have \
         this one. Look at the room before sending it again",
    )
}
