//! What the server is told: what we have read, what has reached us, and whether others may know.

use super::room::RoomReceipts;
use super::{Delivery, Setting};
use crate::engine::acks::AckFor;
use crate::engine::config::PLAIN_PATIENCE_MS;
use crate::engine::connection::backoff_delay_ms;
use crate::engine::context::Context;
use crate::engine::error::ClientError;
use crate::engine::output::Notification;
use crate::engine::rooms::Rooms;
use crate::engine::time::iso8601;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::names;
use crate::wire::receipt::{
    acked_up_to_seq, build_batch_read_ack, build_delivered_ack, build_read_ack,
};
use crate::wire::settings::PresenceSettingsUpdate;

impl<V: Value> Delivery<V> {
    /// The app says that a message was read, and with it everything before. `seq` is its place,
    /// where it is known here.
    pub(crate) fn acknowledge_read(
        &mut self,
        ctx: &mut Context<'_, V>,
        room: &str,
        message_id: &str,
        seq: Option<u64>,
    ) {
        let due_ms = read_due_ms(ctx);
        let room = self.room(room);
        room.reading.read(Some(message_id), seq, due_ms);
        match seq {
            Some(seq) => {
                room.read_up_to(seq);
            }
            None => room.unread.read_unnumbered(message_id),
        }
        room.is_unsaved = true;
    }

    /// The app says that everything up to a place was read; without one, everything there is.
    pub(crate) fn acknowledge_read_up_to(
        &mut self,
        ctx: &mut Context<'_, V>,
        room: &str,
        seq: Option<u64>,
    ) {
        let due_ms = read_due_ms(ctx);
        let room = self.room(room);
        let head = room.unread.head();
        let seq = seq.map_or(head, |seq| seq.min(head));
        room.reading.read(None, Some(seq), due_ms);
        room.is_unsaved |= room.read_up_to(seq);
    }

    /// The room is about to be left, and the server takes receipts from members only.
    pub(crate) fn leaving(&mut self, ctx: &Context<'_, V>, name: &str) {
        if let Some(room) = self.rooms.get_mut(name) {
            room.reading.leaving(ctx.now.mono_ms);
            self.touched.insert(name.to_owned(), ());
        }
    }

    /// Whether a receipt of reading goes out before the server is told that a room was left.
    pub(crate) fn waits_for(&self, name: &str) -> bool {
        let room = self.rooms.get(name);
        room.is_some_and(|room| room.reading.goes_first())
    }

    /// Tells what changed, and sends what is due.
    pub(crate) fn settle(&mut self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>) {
        for (name, up_to_seq) in rooms.take_kept() {
            let epoch = rooms.get(&name).and_then(|room| room.timeline.epoch());
            self.committed(&name, epoch, up_to_seq);
        }
        for (name, ()) in std::mem::take(&mut self.touched) {
            let Some(room) = self.rooms.get_mut(&name) else {
                continue;
            };
            let count = room.unread.count();
            if std::mem::replace(&mut room.told, count) != count {
                let room = room.label.clone();
                up.ctx.notify(Notification::Unread { room });
            }
            if std::mem::take(&mut room.is_unsaved) {
                self.unsaved.insert(name.clone(), ());
            }
            match room.due_ms() {
                Some(_) => self.open.insert(name, ()),
                None => self.open.remove(&name),
            };
        }
        if !up.connection.is_ready() {
            return;
        }
        self.tell_setting(up);
        let now_ms = up.ctx.now.mono_ms;
        let due: Vec<String> = self
            .open
            .keys()
            .filter(|name| self.due_ms(rooms, name).is_some_and(|at| at <= now_ms))
            .cloned()
            .collect();
        for name in due {
            self.send_read(up, &name);
            self.send_delivered(up, &name);
            self.touched.insert(name, ());
        }
    }

    /// When a receipt is due.
    pub(crate) fn deadline_ms(&self, rooms: &Rooms<V>) -> Option<u64> {
        let open = self.open.keys();
        open.filter_map(|name| self.due_ms(rooms, name)).min()
    }

    /// When a receipt of a room is due, if it can go: a room that is wanted is joined first.
    fn due_ms(&self, rooms: &Rooms<V>, name: &str) -> Option<u64> {
        let can_go = rooms.get(name).is_none() || rooms.is_joined(name);
        self.rooms.get(name)?.due_ms().filter(|_| can_go)
    }

    /// The connection is gone: what was under way is said again on the next.
    pub(crate) fn connection_lost(&mut self) {
        self.setting = Setting::Untold;
        self.reconciling.connection_lost();
        for (name, room) in self.rooms.iter_mut() {
            room.reading.connection_lost();
            room.delivered.connection_lost();
            if room.due_ms().is_some() {
                self.open.insert(name.clone(), ());
            }
        }
    }

    fn send_read(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        let now_ms = up.ctx.now.mono_ms;
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        if room.reading.deadline_ms().is_none_or(|at| at > now_ms) {
            return;
        }
        if !up.connection.has_capability(capability::RECEIPTS) {
            return send_plainly(up, name, room);
        }
        let said = room.reading.next(true);
        if said.up_to_seq.is_none() && said.message_ids.is_empty() {
            room.reading.due_ms = None;
            return;
        }
        let allowed = up.ctx.settings.delivery.allow_read_receipts;
        if allowed == Some(false) && self.setting != (Setting::Told { allowed: false }) {
            // Nobody is to know: the server has to know that first.
            room.reading.due_ms = None;
            return;
        }
        let read_at = iso8601(up.ctx.now.wall_ms);
        let body = build_batch_read_ack(name, &said.message_ids, said.up_to_seq, &read_at);
        let purpose = AckFor::ReadReceipt {
            room: name.to_owned(),
        };
        match up.request(names::MESSAGE_BATCH_READ_ACK, body, purpose) {
            Ok(ack) => room.reading.sent(ack, said),
            Err(error) => put_off(up.ctx, room, &error),
        }
    }

    fn send_delivered(&mut self, up: &mut Uplink<'_, '_, V>, name: &str) {
        let now_ms = up.ctx.now.mono_ms;
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        if room.delivered.due_ms().is_none_or(|at| at > now_ms) {
            return;
        }
        if !up.connection.has_capability(capability::RECEIPTS) {
            return room.delivered.not_wanted();
        }
        let body = build_delivered_ack(name, room.delivered.up_to_seq());
        let purpose = AckFor::DeliveredReceipt {
            room: name.to_owned(),
        };
        match up.request(names::MESSAGE_DELIVERED_ACK, body, purpose) {
            Ok(ack) => room.delivered.sent(ack),
            Err(_) => room.delivered.put_off(now_ms),
        }
    }

    /// The receipt of reading sent under `ack` was answered, or not in time (`None`).
    pub(crate) fn read_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        ack: u64,
        args: Option<&V>,
    ) {
        if !self.rooms.contains_key(name) {
            return;
        }
        let room = self.room(name);
        let Some(said) = room.reading.take(ack) else {
            return;
        };
        match Ack::answer(args) {
            Some(Ok(body)) => {
                let up_to_seq = body.as_ref().and_then(acked_up_to_seq);
                room.reading.accepted(&said, up_to_seq);
                room.read_up_to(room.reading.up_to_seq);
            }
            Some(Err(refusal)) if refusal.code == ErrorCode::NotInRoom.as_str() => {
                room.reading.not_in_room();
            }
            Some(Err(refusal)) if !refusal.retryable => {
                room.reading.refused(&said);
                up.ctx.notify(Notification::Error(refusal.into()));
            }
            Some(Err(refusal)) => put_off(up.ctx, room, &ClientError::from(refusal)),
            None => put_off(up.ctx, room, &ClientError::not_connected()),
        }
        room.is_unsaved = true;
    }

    /// The receipt of delivery sent under `ack` was answered, or not in time (`None`).
    pub(crate) fn delivered_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        name: &str,
        ack: u64,
        args: Option<&V>,
    ) {
        if !self.rooms.contains_key(name) {
            return;
        }
        let retry_ms = up.ctx.now.mono_ms + backoff_delay_ms(1, up.ctx.settings, up.ctx.random);
        let is_over = match Ack::answer(args) {
            Some(Ok(_)) => true,
            // What will never be taken is said no more.
            Some(Err(refusal)) => !refusal.retryable,
            None => false,
        };
        let room = self.room(name);
        room.delivered.answered(ack, is_over, retry_ms);
        room.is_unsaved = true;
    }

    /// Tells the server of the receipts setting, where the app gave one.
    fn tell_setting(&mut self, up: &mut Uplink<'_, '_, V>) {
        let Some(allowed) = up.ctx.settings.delivery.allow_read_receipts else {
            return;
        };
        let is_known = match self.setting {
            Setting::Untold => false,
            Setting::Telling { allowed: told, .. }
            | Setting::Told { allowed: told }
            | Setting::Refused { allowed: told } => told == allowed,
        };
        if is_known || !up.connection.has_capability(capability::RECEIPTS) {
            return;
        }
        let update = PresenceSettingsUpdate {
            allow_read_receipts: Some(allowed),
            ..PresenceSettingsUpdate::default()
        };
        let name = names::PRESENCE_SETTINGS_UPDATE;
        self.setting = match up.request(name, update.build(), AckFor::ReceiptSetting) {
            Ok(ack) => Setting::Telling { ack, allowed },
            Err(_) => Setting::Refused { allowed },
        };
    }

    /// The setting told under `ack` was answered, or not in time (`None`).
    pub(crate) fn setting_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        ack: u64,
        args: Option<&V>,
    ) {
        let Setting::Telling {
            ack: asked,
            allowed,
        } = self.setting
        else {
            return;
        };
        if asked != ack {
            return;
        }
        match Ack::answer(args) {
            Some(Ok(_)) => self.setting = Setting::Told { allowed },
            Some(Err(refusal)) => {
                self.setting = Setting::Refused { allowed };
                up.ctx.notify(Notification::Error(refusal.into()));
            }
            None => self.setting = Setting::Untold,
        }
        for (name, room) in self.rooms.iter_mut() {
            if room.reading.is_open() && !room.reading.is_in_flight() {
                room.reading.due_ms.get_or_insert(up.ctx.now.mono_ms);
                self.touched.insert(name.clone(), ());
            }
        }
    }
}

/// A server of the plain dialect knows messages by id, and acknowledges nothing.
fn send_plainly<V: Value>(up: &mut Uplink<'_, '_, V>, name: &str, room: &mut RoomReceipts<V>) {
    let said = room.reading.next(false);
    let settings = &up.ctx.settings.delivery;
    // Such a server keeps no setting: who wants nobody to know tells nobody.
    if !settings.shows_reading() || said.message_ids.is_empty() {
        room.reading.due_ms = None;
        return;
    }
    let read_at = iso8601(up.ctx.now.wall_ms);
    let packets: Vec<V> = if settings.batch_read_ack {
        let body = build_batch_read_ack(name, &said.message_ids, None, &read_at);
        vec![V::array(vec![
            V::string(names::MESSAGE_BATCH_READ_ACK),
            body,
        ])]
    } else {
        let acks = said.message_ids.iter().map(|id| {
            let body = build_read_ack(name, id, &read_at);
            V::array(vec![V::string(names::MESSAGE_READ_ACK), body])
        });
        acks.collect()
    };
    for packet in packets {
        if up.connection.emit(up.ctx, &packet, false).is_err() {
            return;
        }
    }
    room.reading.accepted(&said, None);
    // It may only be slow to say that it knows places: those are told when it has.
    let later_ms = up.ctx.now.mono_ms + PLAIN_PATIENCE_MS;
    room.reading.due_ms = room.reading.is_open().then_some(later_ms);
}

/// The receipt of reading is said again, later.
fn put_off<V: Value>(ctx: &mut Context<'_, V>, room: &mut RoomReceipts<V>, error: &ClientError<V>) {
    let delay_ms = backoff_delay_ms(room.reading.failed(), ctx.settings, ctx.random);
    let delay_ms = delay_ms.max(error.retry_after_ms.unwrap_or(0));
    room.reading.due_ms = Some(ctx.now.mono_ms + delay_ms);
}

fn read_due_ms<V: Value>(ctx: &Context<'_, V>) -> u64 {
    let settings = &ctx.settings.delivery;
    let wait_ms = match settings.batch_read_ack {
        true => settings.batch_read_interval_ms,
        false => 0,
    };
    ctx.now.mono_ms + wait_ms
}
