//! This user: what they chose, and that nobody looks. The two are kept apart, so that who comes
//! back is again what they chose.

use super::known::{Custom, custom_until};
use crate::engine::acks::AckFor;
use crate::engine::config::HIDDEN_GRACE_MS;
use crate::engine::connection::backoff_delay_ms;
use crate::engine::context::Context;
use crate::engine::output::Notification;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::Object;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::names;
use crate::wire::planted::{PlantedBug, is_planted};
use crate::wire::presence::{
    ChosenStatus, CustomStatus, CustomStatusUpdate, PresenceHead, PresenceStatus,
    build_presence_update,
};

use super::PresenceSettings;

/// This user, on this page.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Whether the server is told at all.
    is_started: bool,
    chosen: ChosenStatus,
    custom: Option<CustomStatus>,
    /// When the custom status ends, if it does.
    custom_ends_ms: Option<u64>,
    /// What was chosen, and set, that the server has not taken yet.
    is_choice_unsaid: bool,
    is_custom_unsaid: bool,
    /// When the user last did something.
    active_ms: u64,
    /// Since when the page is not seen.
    hidden_ms: Option<u64>,
    /// Nobody looks, as far as it is known: what the app is shown.
    is_idle: bool,
    /// What this connection's server was told of that.
    told_idle: Option<bool>,
    /// The update under way, to be answered under this id, and what it says anew.
    open: Option<(u64, Unsaid)>,
    /// What the server said of this user meanwhile: only the answer tells whether it knew.
    heard: Option<PresenceHead>,
    /// What was told without an answer, on this connection: nobody knows whether it arrived.
    unsure: Unsaid,
    failures: u32,
    /// An update that was refused is not sent again before this moment.
    not_before_ms: u64,
    /// When the server is to hear of us again; a server of the plain dialect is not.
    heartbeat_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Unsaid {
    choice: bool,
    custom: bool,
}

impl Own {
    pub(super) fn new(is_hidden: bool) -> Self {
        Self {
            hidden_ms: is_hidden.then_some(0),
            ..Self::default()
        }
    }

    /// `{status, chosenStatus, customStatus, isIdle}`.
    pub(super) fn snapshot<V: Value>(&self) -> V {
        let custom = self.custom.as_ref();
        Object::new()
            .text("status", self.status().as_str())
            .text("chosenStatus", self.chosen.as_str())
            .value(
                "customStatus",
                custom.map_or_else(V::null, CustomStatus::to_value),
            )
            .boolean("isIdle", self.is_idle)
            .build()
    }

    /// As chosen; away where nobody looks at a page of somebody who is online.
    fn status(&self) -> ChosenStatus {
        match self.chosen {
            ChosenStatus::Online if self.is_idle => ChosenStatus::Away,
            chosen => chosen,
        }
    }

    pub(super) const fn is_invisible(&self) -> bool {
        matches!(self.chosen, ChosenStatus::Invisible)
    }

    pub(super) fn start<V: Value>(&mut self, ctx: &Context<'_, V>) {
        if !std::mem::replace(&mut self.is_started, true) {
            self.active_ms = ctx.now.mono_ms;
        }
    }

    pub(super) fn stop(&mut self) {
        self.is_started = false;
    }

    pub(super) fn choose<V: Value>(&mut self, ctx: &mut Context<'_, V>, chosen: ChosenStatus) {
        self.start(ctx);
        self.chosen = chosen;
        self.is_choice_unsaid = true;
        ctx.notify(Notification::OwnPresence);
    }

    pub(super) fn set_custom<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        server_now_ms: u64,
        custom: Option<CustomStatus>,
    ) {
        self.start(ctx);
        self.show_custom(ctx, server_now_ms, custom);
        self.is_custom_unsaid = true;
        ctx.notify(Notification::OwnPresence);
    }

    fn show_custom<V: Value>(
        &mut self,
        ctx: &Context<'_, V>,
        server_now_ms: u64,
        custom: Option<CustomStatus>,
    ) {
        let ends_at = custom
            .as_ref()
            .and_then(|custom| custom.expires_at.as_deref());
        let until = custom_until(ctx.now.mono_ms, server_now_ms, ends_at);
        self.custom = custom.filter(|_| until != Custom::Over);
        self.custom_ends_ms = match until {
            Custom::Until(at_ms) => Some(at_ms),
            Custom::Shown | Custom::Over => None,
        };
    }

    /// The server said how this user is: as chosen on another device, or on an earlier visit.
    pub(super) fn came<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        server_now_ms: u64,
        seen: PresenceHead,
    ) {
        let is_being_told = |(_, unsaid): &(u64, Unsaid)| unsaid.choice || unsaid.custom;
        if self.open.as_ref().is_some_and(is_being_told) {
            self.heard = Some(seen);
            return;
        }
        let shown = match seen.status {
            PresenceStatus::Online => ChosenStatus::Online,
            PresenceStatus::Busy => ChosenStatus::Busy,
            PresenceStatus::Away if !self.is_idle => ChosenStatus::Away,
            // So looks idleness here, and who is invisible, or has left with all other devices.
            PresenceStatus::Away | PresenceStatus::Offline => self.chosen,
        };
        let said = seen.chosen_status.unwrap_or(shown);
        // Before it is told anything, a server that does not say what was chosen may show anything.
        if self.told_idle.is_none() && seen.chosen_status.is_none() {
            return;
        }
        if !self.is_choice_unsaid {
            self.chosen = said;
        }
        if !self.is_custom_unsaid && seen.status != PresenceStatus::Offline {
            self.show_custom(ctx, server_now_ms, seen.custom_status);
        }
        ctx.notify(Notification::OwnPresence);
    }

    pub(super) fn active<V: Value>(&mut self, ctx: &Context<'_, V>) {
        self.active_ms = ctx.now.mono_ms;
    }

    pub(super) fn hidden<V: Value>(&mut self, ctx: &Context<'_, V>, is_hidden: bool) {
        self.hidden_ms = is_hidden.then_some(ctx.now.mono_ms);
        if !is_hidden {
            self.active(ctx);
        }
    }

    /// Shows what time and activity have come to.
    pub(super) fn show<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        let idle_ms = self.idle_from_ms(&ctx.settings.presence);
        let is_idle = idle_ms.is_some_and(|at_ms| at_ms <= ctx.now.mono_ms);
        if std::mem::replace(&mut self.is_idle, is_idle) != is_idle {
            ctx.notify(Notification::OwnPresence);
        }
    }

    /// From when on nobody looks, unless something happens before.
    fn idle_from_ms(&self, settings: &PresenceSettings) -> Option<u64> {
        if !self.is_started || !settings.detects_idle {
            return None;
        }
        let unseen_ms = self.hidden_ms.map(|at_ms| at_ms + HIDDEN_GRACE_MS);
        let inactive_ms = self.active_ms + settings.idle_ms;
        Some(unseen_ms.map_or(inactive_ms, |at_ms| at_ms.min(inactive_ms)))
    }

    /// Tells the server what it does not know, and that this client is still there.
    pub(super) fn settle<V: Value>(&mut self, up: &mut Uplink<'_, '_, V>) {
        let now_ms = up.ctx.now.mono_ms;
        if !self.is_started {
            return;
        }
        if self.has_news() && self.not_before_ms <= now_ms {
            self.update(up);
        }
        if self.heartbeat_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            let packet = V::array(vec![V::string(names::PRESENCE_HEARTBEAT), V::object(&[])]);
            let _ = up.connection.emit(up.ctx, &packet, false);
            self.heartbeat_ms = Some(now_ms + up.ctx.settings.presence.heartbeat_ms);
        }
    }

    /// Whether the server is to be told something, and is not being told.
    fn has_news(&self) -> bool {
        let is_known = self.told_idle == Some(self.is_idle);
        self.open.is_none() && (!is_known || self.is_choice_unsaid || self.is_custom_unsaid)
    }

    fn update<V: Value>(&mut self, up: &mut Uplink<'_, '_, V>) {
        let is_plain = !up.connection.has_capability(capability::PRESENCE);
        let unsaid = Unsaid {
            choice: self.is_choice_unsaid,
            custom: self.is_custom_unsaid,
        };
        // A server of the plain dialect takes what is left out for none.
        let custom = match &self.custom {
            Some(custom) if unsaid.custom || is_plain => CustomStatusUpdate::Set(custom),
            None if unsaid.custom => CustomStatusUpdate::Clear,
            _ => CustomStatusUpdate::Keep,
        };
        let status = match is_plain {
            true if self.is_invisible() => Some(ChosenStatus::Offline),
            true => Some(self.status()),
            false => Some(self.chosen).filter(|_| unsaid.choice),
        };
        let body: V = build_presence_update(status, self.is_idle, custom, None);
        self.told_idle = Some(self.is_idle);
        let now_ms = up.ctx.now.mono_ms;
        let next_ms = now_ms + up.ctx.settings.presence.heartbeat_ms;
        self.heartbeat_ms = (!is_plain).then_some(next_ms);
        if is_plain {
            let packet = V::array(vec![V::string(names::PRESENCE_UPDATE), body]);
            let _ = up.connection.emit(up.ctx, &packet, false);
            self.said(unsaid);
            self.unsure.choice |= unsaid.choice;
            self.unsure.custom |= unsaid.custom;
            return;
        }
        match up.request(names::PRESENCE_UPDATE, body, AckFor::PresenceUpdate) {
            Ok(ack) => {
                // What changes meanwhile is said after it.
                self.said(unsaid);
                self.open = Some((ack, unsaid));
            }
            // Too much is under way, or the connection is gone.
            Err(_) => self.not_before_ms = now_ms + up.ctx.settings.reconnect_delay_ms,
        }
    }

    fn said(&mut self, unsaid: Unsaid) {
        self.is_choice_unsaid &= !unsaid.choice;
        self.is_custom_unsaid &= !unsaid.custom;
    }

    /// An update was answered, or not in time (`None`).
    pub(super) fn answered<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        server_now_ms: u64,
        ack: u64,
        args: Option<&V>,
    ) {
        if let Some((_, unsaid)) = self.open.take_if(|(open, _)| *open == ack) {
            self.take_answer(ctx, unsaid, args);
            if let Some(seen) = self.heard.take() {
                self.came(ctx, server_now_ms, seen);
            }
        }
    }

    fn take_answer<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        unsaid: Unsaid,
        args: Option<&V>,
    ) {
        let retry_after_ms = match Ack::answer(args) {
            Some(Ok(_)) => {
                self.failures = 0;
                return;
            }
            Some(Err(refusal)) if !refusal.retryable => {
                return ctx.notify(Notification::Error(refusal.into()));
            }
            Some(Err(refusal)) => refusal.retry_after_ms,
            None => None,
        };
        self.say_again(unsaid);
        self.failures += 1;
        let delay_ms = backoff_delay_ms(self.failures, ctx.settings, ctx.random);
        self.not_before_ms = ctx.now.mono_ms + delay_ms.max(retry_after_ms.unwrap_or(0));
    }

    fn say_again(&mut self, unsaid: Unsaid) {
        self.is_choice_unsaid |= unsaid.choice;
        self.is_custom_unsaid |= unsaid.custom;
        self.told_idle = None;
    }

    pub(super) fn connection_lost(&mut self) {
        let unsure = std::mem::take(&mut self.unsure);
        self.say_again(unsure);
        let open = self.open.take();
        if let Some((_, unsaid)) = open.filter(|_| !is_planted(PlantedBug::ForgetsOwnStatus)) {
            self.say_again(unsaid);
        }
        self.heard = None;
        self.told_idle = None;
        self.heartbeat_ms = None;
        self.failures = 0;
        self.not_before_ms = 0;
    }

    /// The custom status may have had its time. A server of the plain dialect is told; ours knows
    /// by itself, and perhaps of a newer one.
    pub(super) fn handle_timeout<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        let now_ms = ctx.now.mono_ms;
        if self
            .custom_ends_ms
            .take_if(|at_ms| *at_ms <= now_ms)
            .is_some()
        {
            self.custom = None;
            self.told_idle = None;
            ctx.notify(Notification::OwnPresence);
        }
    }

    /// When something is due. `can_tell` says whether the server can be told now.
    pub(super) fn deadline_ms(&self, settings: &PresenceSettings, can_tell: bool) -> Option<u64> {
        let idle_ms = self.idle_from_ms(settings).filter(|_| !self.is_idle);
        let says = can_tell && self.is_started;
        let retry_ms = Some(self.not_before_ms).filter(|_| says && self.has_news());
        let heartbeat_ms = self.heartbeat_ms.filter(|_| says);
        [idle_ms, retry_ms, heartbeat_ms, self.custom_ends_ms]
            .into_iter()
            .flatten()
            .min()
    }

    pub(super) fn reset<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        *self = Self {
            is_started: self.is_started,
            active_ms: self.active_ms,
            hidden_ms: self.hidden_ms,
            ..Self::default()
        };
        ctx.notify(Notification::OwnPresence);
    }
}
